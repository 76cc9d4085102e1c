# Sourced by the container tests: the package, also under other versions.

# repack VERSION [SED_SCRIPT]: the same files under another version; the script changes the maintainer's scripts.
repack() {
    local folder=$work/repacked file=$work/packages/dmagent_$1_$arch.deb
    rm -rf "$folder"
    dpkg-deb -R "$package" "$folder" && sed -i "s/^Version: .*/Version: $1/" "$folder/DEBIAN/control" || return 1
    [ -z "${2:-}" ] || sed -i "$2" "$folder/DEBIAN"/p*
    dpkg-deb --root-owner-group -Zgzip -z1 -b "$folder" "$file" >/dev/null && chmod a+r "$file"
}

# installs VERSION: what a device's owner would type.
installs() {
    inside sh -c "DEBIAN_FRONTEND=noninteractive apt-get install -y --allow-downgrades /packages/dmagent_$1_$arch.deb" >"$work/install.log" 2>&1
}
