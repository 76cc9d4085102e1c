# shellcheck shell=bash disable=SC2154,SC2034 # variables are shared with the script that sources this
# Sourced by test: the package as it lies there.

# says TEXT WORDS...: every word stands in the text.
says() {
    local text=$1 word; shift
    for word in "$@"; do
        grep -qF -- "$word" <<<"$text" || { echo "\"$word\" is not in:"; echo "$text"; return 1; }
    done
}

content_tests() {
    unpack || give_up "$package cannot be unpacked"
    check "lintian finds no error and no warning" lint
    check "every override gives its reason" overrides_reasoned
    check "what is in it, and who may do what with it" content
    check "no debug symbols" no_symbols
    check "every program and library is of $architecture and needs no newer C library than it says" linked
    check "the maintainer scripts are plain sh" scripts
    check "a manual page for each command, and each is well-formed" pages
    check "completions for bash, zsh and fish, and bash reads its own" completions_there
    check "the configuration is a conffile and names no account" conffile
    if is_portable; then check "portable: says so, takes MemoryDenyWriteExecute out, has one architecture's SQLite, finds its runtime" portable_shape; fi
    check "the SPDX document: of this package, with its files and their sums" spdx
    check "the checksums beside it are right" sums
}

lint() { lintian --allow-root --fail-on error,warning "$package"; }

overrides_reasoned() {
    [ -e "$work/unpacked/usr/share/lintian/overrides/dmagent" ] || { echo "there are none"; return 0; }
    awk '/^#/ { reason = 1; next } NF && !reason { print "no reason above: " $0; bad = 1 } { reason = 0 } END { exit bad }' "$work/unpacked/usr/share/lintian/overrides/dmagent"
}

content() {
    local list odd
    list=$(dpkg-deb -c "$package" | awk '{ sub(/^\.\//, "", $6); print $1, $2, $6 }')
    says "$list" "-rwxr-xr-x root/root usr/lib/dmagent/dmagent" "usr/lib/dmagent/libe_sqlite3.so" "usr/bin/dmagent" "-rw-r--r-- root/root etc/dmagent/dmagent.json" \
        "lib/systemd/system/dmagent.service" "lib/systemd/system/dmagent.socket" "usr/lib/systemd/system-preset/70-dmagent.preset" "usr/lib/systemd/catalog/dmagent.catalog" \
        "usr/lib/sysusers.d/dmagent.conf" "usr/lib/tmpfiles.d/dmagent.conf" "usr/share/dmagent/device-profiles/generic-linux.json" "usr/share/dmagent/store-format" \
        "usr/share/doc/dmagent/copyright" "usr/share/doc/dmagent/README.Debian" "usr/share/doc/dmagent/examples/encrypted-credentials.conf" "usr/share/doc/dmagent/changelog.gz" || return 1
    odd=$(grep -vE '^(d|-rw-r--r--|-rwxr-xr-x|l).* ?root/root' <<<"$list")
    [ -z "$odd" ] || { echo "$odd"; return 1; }
    # Writable by root alone, and nothing with a set-id bit.
    odd=$(grep -E '^.....w|^........w|^...[sS]|^......[sS]' <<<"$(grep -v ^l <<<"$list")")
    [ -z "$odd" ] || { echo "$odd"; return 1; }
    [ "$(cat "$work/unpacked/usr/share/dmagent/store-format")" = "$store_format" ] || { echo "store-format is not $store_format"; return 1; }
    echo "$(wc -l <<<"$list") entries, $(stat -c %s "$package") octets"
}

no_symbols() {
    local found
    found=$(dpkg-deb -c "$package" | grep -E '\.(dbg|pdb|debug)$')
    [ -z "$found" ] || { echo "$found"; return 1; }
}

unpack() { mkdir -p "$work/unpacked" "$work/control" && dpkg-deb -x "$package" "$work/unpacked" && dpkg-deb -e "$package" "$work/control"; }
is_portable() { [ -e "$work/unpacked/usr/lib/dmagent/dmagent.dll" ]; }

linked() {
    local file newest said
    said=$(dpkg-deb -f "$package" Depends)
    says "$said" "libc6 (>= 2.34)" libssl3 || return 1
    find "$work/unpacked" -type f -exec sh -c 'head -c 4 "$1" | grep -q ELF' sh {} \; -print >"$work/elf"
    [ -s "$work/elf" ] || { echo "no program in it"; return 1; }
    while read -r file; do
        [ "$(architecture_of "$file")" = "$architecture" ] || { echo "$file is of $(architecture_of "$file")"; return 1; }
        newest=$(readelf -W --dyn-syms "$file" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -1)
        [ "$(printf '%s\nGLIBC_2.34\n' "$newest" | sort -V | tail -1)" = GLIBC_2.34 ] || { echo "$file needs $newest"; return 1; }
    done <"$work/elf"
}

scripts() {
    local script
    for script in preinst postinst prerm postrm; do
        sh -n "$work/control/$script" || return 1
        ! grep -q '#DEBHELPER#\|@[A-Z_]*@' "$work/control/$script" || { echo "$script is not filled in"; return 1; }
        if command -v shellcheck >/dev/null; then shellcheck -s sh -S warning "$work/control/$script" || return 1; fi
    done
}

# mandoc's own word on each page; style is the pages' affair.
pages() {
    local man=$work/unpacked/usr/share/man page count
    [ -e "$man/man1/dmagent.1.gz" ] && [ -e "$man/man5/dmagent.json.5.gz" ] || { ls -R "$man"; return 1; }
    for page in "$man"/man?/*.gz; do
        zcat "$page" | mandoc -T lint -W warning || { echo "in $(basename "$page")"; return 1; }
    done
    count=$(ls "$man/man1" | wc -l)
    # The commands that the agent itself names, where it can be run here.
    if [ "$architecture" = "$arch" ] && ! is_portable; then
        for page in $("$work/unpacked/usr/lib/dmagent/dmagent" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]\+\).*/\1/p'); do
            [ -e "$man/man1/dmagent-$page.1.gz" ] || { echo "no page for dmagent $page"; return 1; }
        done
    fi
    echo "$count pages of commands"
}

completions_there() {
    local share=$work/unpacked/usr/share
    [ -s "$share/zsh/vendor-completions/_dmagent" ] && [ -s "$share/fish/vendor_completions.d/dmagent.fish" ] || return 1
    bash -n "$share/bash-completion/completions/dmagent"
}

conffile() {
    [ "$(cat "$work/control/conffiles")" = /etc/dmagent/dmagent.json ] || { cat "$work/control/conffiles"; return 1; }
    ! grep -v '^ *//' "$work/unpacked/etc/dmagent/dmagent.json" | grep -q accounts || { echo "an account is in it"; return 1; }
}

portable_shape() {
    local folder=$work/launched here order said
    says "$(dpkg-deb -f "$package" Description)" "portable build" MemoryDenyWriteExecute && says "$(dpkg-deb -f "$package" Suggests)" dotnet-runtime-10.0 || return 1
    says "$(cat "$work/unpacked/usr/share/doc/dmagent/README.Debian" "$work/unpacked/lib/systemd/system/dmagent.service.d/portable.conf")" \
        /usr/lib/dmagent/runtime/dmagent "MemoryDenyWriteExecute=no" || return 1
    [ "$(find "$work/unpacked" -name 'libe_sqlite3.so' -type f | wc -l)" = 1 ] || return 1
    # The launcher with other places to look at, each of them taken away in turn.
    mkdir -p "$folder"/{own,runtime,share/dotnet,lib/dotnet}
    sed "s|^here=.*|here=$folder|; s|/usr/share/dotnet|$folder/share/dotnet|; s|/usr/lib/dotnet|$folder/lib/dotnet|" "$work/unpacked/usr/lib/dmagent/dmagent" >"$folder/launcher"
    order="own/dotnet runtime/dmagent runtime/dotnet share/dotnet/dotnet lib/dotnet/dotnet"
    for here in $order; do printf '#!/bin/sh\necho "%s $*"\n' "$here" >"$folder/$here"; chmod 755 "$folder/$here"; done
    for here in $order; do
        said=$(DMAGENT_DOTNET=$([ "$here" != own/dotnet ] || echo "$folder/own/dotnet") sh "$folder/launcher" status --json)
        [ "$said" = "$here status --json" ] || [ "$said" = "$here $folder/dmagent.dll status --json" ] || { echo "not $here: $said"; return 1; }
        rm "$folder/$here"
    done
    said=$(DMAGENT_DOTNET='' sh "$folder/launcher" status 2>&1) && return 1
    says "$said" "no .NET 10 runtime found" dotnet-runtime-10.0 README.Debian
}

spdx() {
    local document=${package%.deb}.spdx.json said
    jq -e '.spdxVersion == "SPDX-2.3"' "$document" >/dev/null || return 1
    [ "$(jq -r '.packages[0].checksums[0].checksumValue' "$document")" = "$(sha256sum <"$package" | cut -d' ' -f1)" ] || { echo "it is of another package"; return 1; }
    jq -r '.files[] | (.checksums[] | select(.algorithm == "SHA256") | .checksumValue) + "  " + .fileName' "$document" >"$work/spdx.sums"
    (cd "$work/unpacked" && sha256sum --quiet -c "$work/spdx.sums") || return 1
    said=$(cd "$work/unpacked" && find . -type f | LC_ALL=C sort | diff - <(sed 's/^[^ ]*  //' "$work/spdx.sums" | LC_ALL=C sort)) || { echo "$said"; return 1; }
    says "$(jq -r '.packages[].name' "$document")" SQLite System.CommandLine System.Security.Cryptography.Pkcs || return 1
    jq -e 'any(.packages[].name; test("NETCore.App|DotNet.ILCompiler"))' "$document" >/dev/null || { echo "no .NET runtime in it"; return 1; }
    echo "$(jq '.files | length' "$document") files, $(jq '.packages | length' "$document") packages"
}

sums() { (cd "$(dirname "$package")" && sha256sum --quiet -c --ignore-missing SHA256SUMS && grep -qF " $(basename "$package")" SHA256SUMS); }
