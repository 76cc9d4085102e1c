# shellcheck shell=bash disable=SC2154,SC2034 # variables are shared with the script that sources this
# Sourced by build: the files of a package, the debian folder around them, and the package. The caller sets here, repository, work,
# the facts, native (folders by architecture) and portable.

units=$repository/packaging/systemd
libc=2.34 # what .NET 10 itself needs

# payload ARCHITECTURE ROOT: every file of the package, where it will be; what is told about it beside the root.
payload() {
    local architecture=$1 root=$2
    mkdir -p "$root"/usr/{bin,lib/dmagent,lib/systemd/catalog,lib/systemd/system-preset,share/dmagent,share/doc/dmagent/examples} "$root/etc/dmagent/dmagent.json.d"
    program "$architecture" "$root/usr/lib/dmagent" || return 1
    ln -s ../lib/dmagent/dmagent "$root/usr/bin/dmagent"
    cp -r "$repository/device-profiles" "$root/usr/share/dmagent/"
    echo "$store_format" >"$root/usr/share/dmagent/store-format"
    cp "$here/dmagent.json" "$root/etc/dmagent/dmagent.json"
    cp "$units/dmagent.preset" "$root/usr/lib/systemd/system-preset/70-dmagent.preset"
    cp "$units/dmagent.catalog" "$root/usr/lib/systemd/catalog/dmagent.catalog"
    cp "$units/dmagent.service.d/encrypted-credentials.conf" "$root/usr/share/doc/dmagent/examples/"
    completions "$root/usr/share"
}

completions() {
    mkdir -p "$1"/{bash-completion/completions,zsh/vendor-completions,fish/vendor_completions.d}
    cp "$work/manual/bash-completion/dmagent" "$1/bash-completion/completions/"
    cp "$work/manual/zsh/_dmagent" "$1/zsh/vendor-completions/"
    cp "$work/manual/fish/dmagent.fish" "$1/fish/vendor_completions.d/"
}

# The agent: native where that can be had.
program() {
    local architecture=$1 folder=$2 rid from
    rid=$(rid_of "$architecture")
    from=${native[$architecture]:-}
    if [ -z "$from" ] && [ -z "$portable" ]; then
        if "$repository/packaging/build/publish-native" "$work/native-$architecture" "$rid" >"$work/native-$architecture.log" 2>&1; then
            from=$work/native-$architecture
        elif [ "$architecture" = amd64 ]; then
            cat "$work/native-$architecture.log" >&2
            return 1
        else
            echo "$architecture: portable build, since no native one can be made here: $(tail -1 "$work/native-$architecture.log" | cut -c1-200)"
        fi
    fi
    if [ -n "$from" ]; then program_native "$architecture" "$folder" "$from"; else program_portable "$architecture" "$folder"; fi
}

program_native() {
    local architecture=$1 folder=$2 from=$3 notices newest
    [ -e "$from/project.assets.json" ] || { echo "$from has no project.assets.json: publish it again with packaging/build/publish-native" >&2; return 1; }
    install -m 755 "$from/dmagent" "$folder/dmagent"
    install -m 644 "$from/libe_sqlite3.so" "$folder/libe_sqlite3.so"
    newest=$(readelf -W --dyn-syms "$from/dmagent" "$from/libe_sqlite3.so" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -1)
    [ "$(printf '%s\n' "$newest" "GLIBC_$libc" | sort -V | tail -1)" = "GLIBC_$libc" ] || { echo "$from needs $newest, the package promises to run with $libc" >&2; return 1; }
    cp "$from/project.assets.json" "$work/$architecture.assets.json"
    notices=$(runtime_notices "$work/$architecture.assets.json" "$(rid_of "$architecture")") || return 1
    cp "$notices" "$work/$architecture/dotnet-third-party-notices.txt"
    : >"$work/$architecture/debian/native"
    echo "$architecture: native build"
}

# What the runtime that is compiled in asks to pass on.
runtime_notices() {
    local place
    place=$(jq -r --arg rid "$2" '(.packageFolders | keys[0]) + (.libraries | to_entries[] | select(.key | ascii_downcase | startswith("runtime." + $rid + ".microsoft.dotnet.ilcompiler/")) | .value.path)' "$1")
    [ -e "$place/THIRD-PARTY-NOTICES.TXT" ] || { echo "no THIRD-PARTY-NOTICES.TXT of the runtime in $place: restore the packages again" >&2; return 1; }
    echo "$place/THIRD-PARTY-NOTICES.TXT"
}

program_portable() {
    local architecture=$1 folder=$2 rid publish=$work/portable native_library
    rid=$(rid_of "$architecture")
    [ -e "$publish/dmagent.dll" ] || publish_portable "$publish" || return 1
    install -m 644 "$publish"/*.dll "$publish/dmagent.deps.json" "$publish/dmagent.runtimeconfig.json" "$folder/"
    native_library=runtimes/$rid/native/libe_sqlite3.so
    mkdir -p "$folder/${native_library%/*}"
    install -m 644 "$publish/$native_library" "$folder/$native_library"
    ln -s "$native_library" "$folder/libe_sqlite3.so"
    install -m 755 "$here/launcher" "$folder/dmagent"
    cp "$repository/artifacts/portable/obj/DmDelegation.Agent/project.assets.json" "$work/$architecture.assets.json"
    [ -n "$portable" ] && echo "$architecture: portable build, as asked for"
    return 0
}

# Without a runtime identifier: one publish serves every architecture.
publish_portable() {
    local artifacts=$repository/artifacts/portable log=$work/portable.log
    dotnet restore "$repository/src/DmDelegation.Agent" --locked-mode --artifacts-path "$artifacts" >"$log" 2>&1 \
        && dotnet publish "$repository/src/DmDelegation.Agent" -c Release -p:UseAppHost=false --no-restore --artifacts-path "$artifacts" -o "$1" >>"$log" 2>&1 \
        || { grep -E 'error|warning' "$log" | sort -u | head -20 >&2; return 1; }
}

# Manual pages and completions out of the one description of the command line.
manual() { robustness manual "$1" >/dev/null; }

# debian_folder ARCHITECTURE DEBIAN: the debian folder, filled in.
debian_folder() {
    local architecture=$1 debian=$2 shape=portable
    [ -e "$debian/native" ] && shape=native
    cp -r "$here/debian/." "$debian/"
    cat "$here/debian/control.$shape" >>"$debian/control"
    rm "$debian"/{control.native,control.portable,README.Debian.portable,lintian-overrides.native}
    sed -i "s/@STORE_FORMAT@/$store_format/; s/@VERSION@/$version/; s/@LIBC@/$libc/" "$debian"/{control,dmagent.preinst,dmagent.postinst}
    cp "$units/dmagent.service" "$debian/dmagent.service"
    cp "$units/dmagent.socket" "$debian/dmagent.socket"
    cp "$units/dmagent.sysusers.conf" "$debian/dmagent.sysusers"
    cp "$units/dmagent.tmpfiles.conf" "$debian/dmagent.tmpfiles"
    cp -r "$work/manual/man" "$debian/"
    (cd "$debian/.." && printf '%s\n' debian/man/*) >"$debian/dmagent.manpages"
    if [ $shape = native ]; then
        echo "dotnet-third-party-notices.txt" >"$debian/dmagent.docs"
        cp "$here/debian/lintian-overrides.native" "$debian/dmagent.lintian-overrides"
    else
        cat "$here/debian/README.Debian.portable" >>"$debian/dmagent.README.Debian"
        sed -i 's/^Recommends:.*/&\nSuggests: dotnet-runtime-10.0/' "$debian/control"
        mkdir -p "$debian/../payload/lib/systemd/system/dmagent.service.d"
        cp "$units/dmagent.service.d/portable.conf" "$debian/../payload/lib/systemd/system/dmagent.service.d/"
        echo lib >>"$debian/dmagent.install"
    fi
}

# In the folder that holds debian. Nothing in it needs root, nor pretends to be.
make_package() {
    DEB_RULES_REQUIRES_ROOT=no dpkg-architecture -a "$1" -f -c debian/rules binary
}

# sbom ARCHITECTURE ROOT FOLDER: the SPDX document, which is checked before it is written.
sbom() {
    robustness sbom --package "$2" --assets "$work/$1.assets.json" --deb "$3/$(package_file "$1")" \
        --architecture "$1" --version "$version" --created "$epoch" --out "$3/dmagent_${version}_$1.spdx.json"
}

# The tools of the repository that the packages need: built once, as the tests build them.
robustness() {
    local program=$repository/tests/DmDelegation.Robustness
    if [ -z "${robustness_built:-}" ]; then
        dotnet build "$program" >"$work/robustness.log" 2>&1 || { grep -E 'error' "$work/robustness.log" | sort -u | head -20 >&2; return 1; }
        robustness_built=yes
    fi
    dotnet "$program/bin/Debug/net10.0/DmDelegation.Robustness.dll" "$@"
}
