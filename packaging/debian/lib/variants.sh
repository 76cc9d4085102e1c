# shellcheck shell=bash disable=SC2154,SC2034 # variables are shared with the script that sources this
# Sourced by test: packages made of the one under test, which differ from it in one thing. Made without a build. The caller has set package,
# work, version and store_format.

newer=$work/newer.deb         # a later version with another configuration
newer_format=$work/format.deb # a later version that writes a later store format
broken=$work/broken.deb       # a later version whose agent does not start
clash=$work/clash.deb         # a later version with a file that another package has
stranger=$work/stranger.deb   # that other package
later=$version+later

make_variants() {
    variant "$newer" "$later" other_configuration
    variant "$newer_format" "$later" sed_format
    variant "$broken" "$later" break_agent
    variant "$clash" "$later" add_clash
    mkdir -p "$work/stranger/DEBIAN" "$work/stranger/usr/share/dmagent-clash"
    printf 'Package: stranger\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@example.com>\nDescription: has a file\n' >"$work/stranger/DEBIAN/control"
    echo stranger >"$work/stranger/usr/share/dmagent-clash/file"
    dpkg-deb --root-owner-group -b "$work/stranger" "$stranger" >/dev/null
}

# variant FILE VERSION CHANGE: CHANGE is called in the unpacked package.
variant() {
    local folder=$work/variant
    rm -rf "$folder"
    dpkg-deb -R "$package" "$folder" || return 1
    sed -i "s/^Version: .*/Version: $2/" "$folder/DEBIAN/control"
    sed -i "s/^version=.*/version=$2/" "$folder/DEBIAN/preinst"
    (cd "$folder" && "$3") || return 1
    (cd "$folder" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
    dpkg-deb --root-owner-group -Znone -b "$folder" "$1" >/dev/null
}

other_configuration() { echo '// another one' >>etc/dmagent/dmagent.json; }
sed_format() { sed -i "s/^known=.*/known=$((store_format + 1))/" DEBIAN/preinst && echo $((store_format + 1)) >usr/share/dmagent/store-format; }
break_agent() { printf '#!/bin/sh\ncase " $* " in *" run "*) echo "broken for the test" >&2; exit 1 ;; esac\n' >usr/lib/dmagent/dmagent; }
add_clash() { mkdir -p usr/share/dmagent-clash && echo other >usr/share/dmagent-clash/file; }
