# shellcheck shell=bash disable=SC2154,SC2034 # variables are shared with the script that sources this
# Sourced by test: the package under a systemd that runs, in a container. The caller sets name, work and the variants.

inside() { pod exec "$name" "$@"; }
property() { inside systemctl show -p "$1" --value dmagent.service; }
install_inside() { inside env DEBIAN_FRONTEND=noninteractive dpkg --force-confold -i "$1"; }
status() { inside dmagent status --json; }
device_id() { status | jq -er .deviceId; }

booted_tests() {
    check "a container boots systemd" booted_start || return 1
    check "installs: the agent runs, without an account, and socket and service are enabled" booted_install
    check "an upgrade restarts the agent; the store is the same" booted_upgrade
    check "a configuration that is not accepted: the agent goes on running, and said what to do; mended, it goes on" booted_configuration
    check "an agent that does not start: said what to do, the store is untouched; the version before starts again" booted_broken
    check "a refused downgrade leaves the agent running" booted_downgrade
    check "purge while the agent runs leaves nothing" booted_purge
    check "a preset that disables: installed, not started" booted_preset
    [ "$failed" -eq 0 ] || { echo "--- journal"; inside journalctl --no-pager -u dmagent.service -n 40 2>/dev/null | sed 's/^/      /'; }
}

# Without a network: nothing here needs one.
booted_start() {
    pod create --name "$name" --systemd=always --network=none --cap-add=SYS_ADMIN --security-opt seccomp=unconfined --security-opt unmask=ALL \
        "dmagent-base-$arch" /sbin/init >/dev/null || return 1
    local file
    for file in package newer broken newer_format; do pod cp "${!file}" "$name:/$file.deb" || return 1; done
    container_boot "$name"
}

runs() { [ "$(property ActiveState)" = active ] && [ "$(inside systemctl show -p ActiveState --value dmagent.socket)" = active ]; }

booted_install() {
    local said
    said=$(install_inside /package.deb 2>&1) || { echo "$said"; return 1; }
    runs || { echo "$said"; inside systemctl status dmagent.service; return 1; }
    [ "$(inside systemctl is-enabled dmagent.service dmagent.socket | sort -u)" = enabled ] || return 1
    ! grep -q 'dmagent:' <<<"$said" || { echo "$said"; return 1; }
    device_id
}

booted_upgrade() {
    local pid id
    pid=$(property MainPID) id=$(device_id)
    quiet install_inside /newer.deb && runs || return 1
    [ "$(property MainPID)" != "$pid" ] || { echo "not restarted"; return 1; }
    [ "$(device_id)" = "$id" ]
}

booted_configuration() {
    local pid said
    pid=$(property MainPID)
    inside sh -c 'echo "{ \"log\": { \"level\": \"loud\" } }" >/etc/dmagent/dmagent.json.d/90-bad.json'
    said=$(install_inside /package.deb 2>&1) && { echo "not noticed: $said"; return 1; }
    says "$said" "does not accept the configuration" log.level "was left running" "dpkg --configure dmagent" || return 1
    runs && [ "$(property MainPID)" = "$pid" ] || { echo "main process was $pid, is $(property MainPID)"; return 1; }
    inside rm /etc/dmagent/dmagent.json.d/90-bad.json
    quiet inside dpkg --configure dmagent && runs && [ "$(property MainPID)" != "$pid" ]
}

booted_broken() {
    local said id
    id=$(device_id)
    said=$(install_inside /broken.deb 2>&1) || { echo "$said"; return 1; }
    says "$said" "the agent does not start" "journalctl -u dmagent" "dmagent check" "systemctl restart dmagent" || return 1
    quiet install_inside /package.deb && runs && [ "$(device_id)" = "$id" ]
}

booted_downgrade() {
    local id said
    id=$(device_id)
    quiet install_inside /newer_format.deb && inside systemctl stop dmagent.service || return 1
    # As a version would leave it that writes the later format.
    inside sh -c "printf '\\0\\0\\0\\$((store_format + 1))' | dd of=/var/lib/dmagent/dmagent.db bs=1 seek=60 conv=notrunc status=none" || return 1
    inside systemctl start dmagent.service || return 1
    said=$(install_inside /package.deb 2>&1) && { echo "not refused: $said"; return 1; }
    says "$said" "store format $((store_format + 1))" "version $later stays installed" || return 1
    runs && [ "$(device_id)" = "$id" ] && [ "$(inside dpkg-query -W -f '${Version}' dmagent)" = "$later" ]
}

booted_purge() {
    local left
    runs && quiet inside dpkg --purge dmagent || return 1
    left=$(inside find / -xdev \( -path /proc -o -path /sys -o -path /var/log -o -path /var/lib/dpkg \) -prune -o -name '*dmagent*' -print)
    [ -z "$left" ] || { echo "$left"; return 1; }
    left=$(inside sh -c 'getent passwd dmagent; getent group dmagent; ls -d /run/dmagent 2>/dev/null; systemctl list-units --all --no-legend "dmagent*"; systemctl list-unit-files --no-legend "dmagent*"')
    [ -z "$left" ] || { echo "$left"; return 1; }
}

booted_preset() {
    inside sh -c 'mkdir -p /etc/systemd/system-preset && printf "disable dmagent.service\ndisable dmagent.socket\n" >/etc/systemd/system-preset/50-fleet.preset'
    quiet install_inside /package.deb || return 1
    [ "$(property ActiveState)" = inactive ] && [ "$(inside systemctl is-enabled dmagent.service dmagent.socket | sort -u)" = disabled ] && quiet inside dpkg --purge dmagent
}
