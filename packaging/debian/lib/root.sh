# shellcheck shell=bash disable=SC2154,SC2034 # variables are shared with the script that sources this
# Sourced by test: a Debian root without systemd running, as an image is built in. The caller sets root, work, cache and the variants.

root_make() {
    mkdir -p "$root"
    tar -C "$root" --exclude='./dev/*' -xf "$cache/base-bookworm-$arch.tar" || return 1
    mknod -m 666 "$root/dev/null" c 1 3 && mknod -m 666 "$root/dev/urandom" c 1 9 && mknod -m 666 "$root/dev/zero" c 1 5 || return 1
    mount -t proc proc "$root/proc" || return 1
    cp "$package" "$root/package.deb"
    cp "$newer" "$root/newer.deb"; cp "$newer_format" "$root/format.deb"; cp "$clash" "$root/clash.deb"; cp "$stranger" "$root/stranger.deb"
    snapshot "$work/before"
}

root_end() { ! mountpoint -q "$root/proc" || umount "$root/proc"; }

inroot() { chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"; }
# What dpkg knows of the files of the package; what the administrator changed in a conffile is his.
files_whole() { ! inroot dpkg --verify dmagent | grep -v ' c /'; }
state_of() { inroot dpkg-query -W -f '${db:Status-Abbrev}${Version}' dmagent 2>/dev/null | tr -s ' ' || true; }

# Every path with its kind, owner and mode, and what the files of /etc hold. Not compared: dpkg's own books, logs and caches; the second
# copies that the tools for users keep; the catalog's index, which systemd makes anew, and the folders in which its helper keeps notes.
snapshot() {
    (cd "$root" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./var/lib/dpkg -o -path ./var/log -o -path ./var/cache -o -path ./tmp -o -path ./usr/local/sbin \) -prune -o -printf '%P %y %u %g %m %l\n' \
        | grep -vE '^etc/(passwd|group|shadow|gshadow|subuid|subgid)- |^etc/\.pwd\.lock |^var/lib/systemd/catalog/database |^var/lib/systemd/(catalog|deb-systemd-helper-[a-z]+(/[a-z-]+\.target\.wants)?)? d |^etc/systemd/system(/(sockets|multi-user)\.target\.wants)? d ' | sort
        find etc -type f ! -name '*-' ! -name .pwd.lock -print0 | sort -z | xargs -0 sha256sum) >"$1"
}
nothing_left() { snapshot "$work/now" && diff "$work/before" "$work/now"; }
same_as() { snapshot "$work/now" && diff "$1" "$work/now"; }

# fail_tool NAME: from now on this tool fails for the maintainer scripts.
fail_tool() { printf '#!/bin/sh\necho "%s fails for the test" >&2\nexit 1\n' "$1" >"$root/usr/local/sbin/$1"; chmod 755 "$root/usr/local/sbin/$1"; }
mend_tool() { rm -f "$root/usr/local/sbin/$1"; }

# A store as the agent of the package makes it: run for a moment, ended as asked (TERM: everything in the main file; KILL: most of it in the log).
make_store() {
    rm -rf "$root/var/lib/dmagent" "$root/run/dmagent"
    install -d -m 700 -o "$(agent_id u)" -g "$(agent_id g)" "$root/var/lib/dmagent" && install -d -m 750 -o "$(agent_id u)" -g "$(agent_id g)" "$root/run/dmagent" || return 1
    chroot --userspec=dmagent:dmagent "$root" /usr/bin/dmagent --config /etc/dmagent/dmagent.json run >"$work/agent.log" 2>&1 &
    local agent=$!
    echo $agent >"$work/agent.pid"
    local deadline=$((SECONDS + 30))
    until [ -S "$root/run/dmagent/control.sock" ]; do
        [ $SECONDS -lt $deadline ] && kill -0 $agent 2>/dev/null || { cat "$work/agent.log"; return 1; }
        sleep 0.1
    done
    kill "-$1" $agent
    wait $agent 2>/dev/null
    rm "$work/agent.pid"
    [ -s "$root/var/lib/dmagent/dmagent.db" ]
}
stop_agent() { [ ! -e "$work/agent.pid" ] || kill -KILL "$(cat "$work/agent.pid")"; }
agent_id() { inroot id "-$1" dmagent; }

# set_format FILE OFFSET NUMBER: four octets, big-endian.
set_format() { printf '%b' "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' 0 0 $(($3 / 256)) $(($3 % 256)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none; }
get_format() { od -A n -t u1 -j "$2" -N 4 "$1" | awk '{ print (($1 * 256 + $2) * 256 + $3) * 256 + $4 }'; }
# Where the log's frame of page 1 keeps the format: the offset of the last such frame.
format_in_log() {
    local page
    page=$(get_format "$1" 8)
    od -A d -v -t u1 -j 32 -w$((24 + page)) "$1" | awk '$2 + $3 + $4 == 0 && $5 == 1 { at = $1 } END { print at + 24 + 60 }'
}

root_tests() {
    check "installs without systemd running: enabled, not started, user made" first_install
    check "a store of the agent carries format $store_format in its header" store_header
    check "an upgrade leaves an edited configuration alone" upgrade_conffile
    check "an upgrade keeps the store" upgrade_store
    check "downgrade of the same store format is allowed" downgrade_same
    check "downgrade below the store's format: refused, nothing changed, and said what to do" downgrade_refused
    check "so is an installation beside such a store" install_refused
    check "the format is read from the write-ahead log where the header is older" downgrade_log
    check "remove keeps configuration and state, and installing again finds them" remove_keeps
    check "purge leaves nothing: no file, no user, no group" purge_all
    check "a preset that disables is obeyed" preset_disables
    check "installing fails in preinst: nothing is left" fails_preinst
    check "installing fails while unpacking: nothing is left" fails_unpack
    check "installing fails in postinst: said what to do, then it goes on or is taken away" fails_postinst
    check "upgrading fails in preinst: the old version is as it was" upgrade_fails_preinst
    check "upgrading fails while unpacking: the old version is as it was" upgrade_fails_unpack
    check "purge fails to remove the user: said, and purging again ends it" fails_purge
    check "purge leaves the user where a file of it is found elsewhere" purge_keeps_user
    check "state elsewhere, by a link: purge takes what is the agent's and says what stays" purge_link
    check "a file system mounted below the state: purge leaves it alone, and purging again ends it" purge_mount
}

dpkg_install() { quiet inroot dpkg --force-confold -i "$@"; }

first_install() {
    dpkg_install /package.deb || return 1
    [ "$(state_of)" = "ii $version" ] || { state_of; return 1; }
    quiet inroot systemctl --root=/ is-enabled dmagent.service dmagent.socket || return 1
    [ "$(inroot getent passwd dmagent | cut -d: -f6,7)" = /var/lib/dmagent:/usr/sbin/nologin ] || { inroot getent passwd dmagent; return 1; }
    files_whole || return 1
    [ "$(inroot dmagent --version)" = "$version" ]
}

store_header() {
    make_store TERM || return 1
    [ "$(get_format "$root/var/lib/dmagent/dmagent.db" 60)" = "$store_format" ] || { get_format "$root/var/lib/dmagent/dmagent.db" 60; return 1; }
}

upgrade_conffile() {
    local edited
    echo '// by the administrator' >>"$root/etc/dmagent/dmagent.json"
    echo '{ "log": { "level": "debug" } }' >"$root/etc/dmagent/dmagent.json.d/50-mine.json"
    edited=$(cat "$root/etc/dmagent/dmagent.json")
    # The new version brings another configuration: without an answer dpkg would ask.
    dpkg_install /newer.deb || return 1
    [ "$(cat "$root/etc/dmagent/dmagent.json")" = "$edited" ] && [ -e "$root/etc/dmagent/dmagent.json.d/50-mine.json" ] || { diff <(echo "$edited") "$root/etc/dmagent/dmagent.json"; return 1; }
    [ -e "$root/etc/dmagent/dmagent.json.dpkg-dist" ] || { echo "the new configuration was not laid beside it: the test shows nothing"; return 1; }
    rm "$root/etc/dmagent/dmagent.json.dpkg-dist"
}

upgrade_store() {
    make_store TERM || return 1
    sha256sum "$root"/var/lib/dmagent/* >"$work/store"
    dpkg_install /newer.deb && [ "$(state_of)" = "ii $later" ] && sha256sum --quiet -c "$work/store"
}

downgrade_same() { dpkg_install /package.deb && [ "$(state_of)" = "ii $version" ] && sha256sum --quiet -c "$work/store"; }

# refused FILE STATE WORDS...: dpkg refuses, the package's state is as named, and no file is another one.
refused() {
    local file=$1 state=$2 said; shift 2
    snapshot "$work/as-it-was"
    said=$(dpkg_install "$file" 2>&1) && { echo "not refused: $said"; return 1; }
    says "$said" "$@" || return 1
    [ "$(state_of)" = "$state" ] || { echo "state: $(state_of)"; echo "$said"; return 1; }
    same_as "$work/as-it-was"
}

downgrade_refused() {
    local store=$root/var/lib/dmagent/dmagent.db
    dpkg_install /format.deb || return 1
    set_format "$store" 60 $((store_format + 1))
    refused /package.deb "ii $later" "store format $((store_format + 1))" "up to $store_format" "Nothing was changed" "version $later stays installed" "systemctl stop dmagent"
}

install_refused() {
    quiet inroot dpkg --remove dmagent || return 1
    refused /package.deb "ic $later" "store format $((store_format + 1))" "Nothing was changed" || return 1
    set_format "$root/var/lib/dmagent/dmagent.db" 60 "$store_format"
    dpkg_install /package.deb
}

downgrade_log() {
    local store=$root/var/lib/dmagent/dmagent.db at
    make_store KILL || return 1
    [ -s "$store-wal" ] || { echo "no log was left"; return 1; }
    at=$(format_in_log "$store-wal")
    [ "$(get_format "$store-wal" "$at")" = "$store_format" ] || { echo "the log has $(get_format "$store-wal" "$at") at $at"; return 1; }
    dpkg_install /package.deb || { echo "refused its own"; return 1; }
    set_format "$store-wal" "$at" $((store_format + 1))
    dpkg_install /format.deb || return 1
    refused /package.deb "ii $later" "store format $((store_format + 1))" || return 1
    # Frames of an earlier use of the log do not count: they have another salt.
    set_format "$store-wal" 16 4660
    dpkg_install /package.deb
}

remove_keeps() {
    make_store TERM || return 1
    sha256sum "$root"/var/lib/dmagent/* "$root"/etc/dmagent/*.json "$root"/etc/dmagent/*.d/* >"$work/kept"
    quiet inroot dpkg --remove dmagent || return 1
    [ "$(state_of)" = "rc $version" ] && [ ! -e "$root/usr/bin/dmagent" ] && [ ! -e "$root/usr/lib/dmagent" ] || { state_of; return 1; }
    sha256sum --quiet -c "$work/kept" && dpkg_install /package.deb && sha256sum --quiet -c "$work/kept"
}

purge_all() {
    install -d -m 700 "$root/etc/dmagent/secrets" && echo secret >"$root/etc/dmagent/secrets/a"
    quiet inroot dpkg --purge dmagent && nothing_left
}

preset_disables() {
    mkdir -p "$root/etc/systemd/system-preset"
    printf 'disable dmagent.service\ndisable dmagent.socket\n' >"$root/etc/systemd/system-preset/50-fleet.preset"
    dpkg_install /package.deb || return 1
    local said
    said=$(inroot systemctl --root=/ is-enabled dmagent.service dmagent.socket | sort -u)
    # An upgrade does not think better of it.
    dpkg_install /newer.deb || return 1
    said+=" $(inroot systemctl --root=/ is-enabled dmagent.service dmagent.socket | sort -u)"
    quiet inroot dpkg --purge dmagent || return 1
    rm -r "$root/etc/systemd/system-preset/50-fleet.preset"; rmdir "$root/etc/systemd/system-preset" 2>/dev/null
    [ "$said" = "disabled disabled" ] || { echo "$said"; return 1; }
    nothing_left
}

# The guard against downgrades must not pass what it could not read, whichever tool failed.
fails_preinst() {
    local tool said code=0
    mkdir -p "$root/var/lib/dmagent" && { printf 'SQLite format 3\0'; head -c 84 /dev/zero; } >"$root/var/lib/dmagent/dmagent.db"
    for tool in wc od; do
        fail_tool $tool
        snapshot "$work/as-it-was"
        said=$(dpkg_install /package.deb 2>&1) && code=1
        [ $code -eq 0 ] && says "$said" "cannot be read" "Nothing was changed" "install again" && same_as "$work/as-it-was" || code=1
        mend_tool $tool
        [ $code -eq 0 ] || { echo "with $tool failing: $said"; return 1; }
    done
    rm -r "$root/var/lib/dmagent"
    [[ "$(state_of)" =~ ^(|un|in)\ ?$ ]] || { state_of; return 1; }
    nothing_left
}

fails_unpack() {
    dpkg_install /stranger.deb || return 1
    snapshot "$work/as-it-was"
    dpkg_install /clash.deb && { echo "it did not fail: the test shows nothing"; return 1; }
    same_as "$work/as-it-was" || return 1
    quiet inroot dpkg --purge stranger && nothing_left
}

fails_postinst() {
    local said
    fail_tool systemd-sysusers
    said=$(dpkg_install /package.deb 2>&1) && { echo "it did not fail: the test shows nothing"; return 1; }
    says "$said" "not configured" "dpkg --configure dmagent" "dpkg --remove dmagent" || return 1
    quiet inroot dpkg --purge dmagent && nothing_left || return 1
    dpkg_install /package.deb 2>/dev/null && return 1
    mend_tool systemd-sysusers
    quiet inroot dpkg --configure dmagent && [ "$(state_of)" = "ii $version" ]
}

# A log is there, which the guard reads with awk.
upgrade_fails_preinst() {
    make_store KILL && [ -s "$root/var/lib/dmagent/dmagent.db-wal" ] || { echo "no log was left"; return 1; }
    snapshot "$work/as-it-was"
    fail_tool awk
    local said code=0
    said=$(dpkg_install /newer.deb 2>&1) && code=1
    mend_tool awk
    [ $code -eq 0 ] || { echo "it did not fail: $said"; return 1; }
    [ "$(state_of)" = "ii $version" ] && same_as "$work/as-it-was" && files_whole
}

upgrade_fails_unpack() {
    dpkg_install /stranger.deb || return 1
    snapshot "$work/as-it-was"
    dpkg_install /clash.deb && { echo "it did not fail: the test shows nothing"; return 1; }
    [ "$(state_of)" = "ii $version" ] && same_as "$work/as-it-was" && files_whole && quiet inroot dpkg --purge stranger
}

fails_purge() {
    local said
    fail_tool userdel
    said=$(inroot dpkg --purge dmagent 2>&1) && { echo "it did not fail: $said"; return 1; }
    mend_tool userdel
    says "$said" "userdel fails" || return 1
    quiet inroot dpkg --purge dmagent && nothing_left
}

purge_keeps_user() {
    local said
    dpkg_install /package.deb || return 1
    touch "$root/opt/theirs"; chown "$(agent_id u)" "$root/opt/theirs"
    said=$(inroot dpkg --purge dmagent 2>&1) || { echo "$said"; return 1; }
    says "$said" "stay" "/opt/theirs" || return 1
    inroot getent passwd dmagent >/dev/null || { echo "the user is gone"; return 1; }
    rm "$root/opt/theirs"
    dpkg_install /package.deb && quiet inroot dpkg --purge dmagent && nothing_left
}

purge_link() {
    local said
    dpkg_install /package.deb || return 1
    mkdir -p "$root/mnt/data/of-another" && echo theirs >"$root/mnt/data/of-another/file" && echo old >"$root/mnt/data/device.key" && ln -s /mnt/data "$root/var/lib/dmagent"
    chown -R "$(agent_id u):$(agent_id g)" "$root/mnt/data/device.key"
    said=$(inroot dpkg --purge dmagent 2>&1) || { echo "$said"; return 1; }
    says "$said" "link to /mnt/data" "stays: /mnt/data/of-another" || return 1
    [ ! -e "$root/mnt/data/device.key" ] && [ "$(cat "$root/mnt/data/of-another/file")" = theirs ] || { ls -laR "$root/mnt/data"; return 1; }
    rm -r "$root/mnt/data"
    nothing_left
}

# What is mounted below the state directory is not the package's to empty.
purge_mount() {
    local said code=0
    dpkg_install /package.deb || return 1
    mkdir -p "$root/var/lib/dmagent/mounted" && mount -t tmpfs none "$root/var/lib/dmagent/mounted" && echo theirs >"$root/var/lib/dmagent/mounted/file" || return 1
    said=$(inroot dpkg --purge dmagent 2>&1) && code=1
    [ "$(cat "$root/var/lib/dmagent/mounted/file")" = theirs ] || code=1
    umount "$root/var/lib/dmagent/mounted"
    [ $code -eq 0 ] && says "$said" "cannot be emptied" "dpkg --purge dmagent" || { echo "$said"; return 1; }
    quiet inroot dpkg --purge dmagent && nothing_left
}
