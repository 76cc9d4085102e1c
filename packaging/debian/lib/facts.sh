# shellcheck shell=bash disable=SC2154,SC2034 # variables are shared with the script that sources this
# Sourced by the scripts of packaging/debian: what is true of every package of this commit. The caller sets here and repository.

# What the scripts need on the machine that builds; installed when missing.
tools() {
    local missing=() pair
    for pair in dh:debhelper dpkg-architecture:dpkg-dev lintian:lintian llvm-strip:llvm jq:jq mandoc:mandoc xz:xz-utils; do
        command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    command -v apt-get >/dev/null || { echo "missing and no apt-get to install it: ${missing[*]}" >&2; return 1; }
    [ -n "${DM_APT_UPDATED:-}" ] || apt-get update -qq || true
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# The facts of the release, each from its one place; what stands twice must agree.
facts() {
    local logged
    version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$repository/Directory.Build.props")
    epoch=$(sed -n "s:.*<DmBuildTime Condition=\"'\$(DmBuildTime)' == ''\">\([0-9]*\)</DmBuildTime>.*:\1:p" "$repository/src/DmDelegation.Agent/DmDelegation.Agent.csproj")
    store_format=$(sed -n 's/.*const long Version = \([0-9]*\);.*/\1/p' "$repository/src/DmDelegation.Platform/Store/StoreSchema.cs")
    [ -n "$version" ] && [ -n "$epoch" ] && [ -n "$store_format" ] || { echo "version, release time or store format not found in the sources" >&2; return 1; }
    logged=$(dpkg-parsechangelog -l "$here/debian/changelog" -S Version) || return 1
    [ "$logged" = "$version" ] || { echo "packaging/debian/debian/changelog begins with $logged, Directory.Build.props says $version: add an entry" >&2; return 1; }
    logged=$(dpkg-parsechangelog -l "$here/debian/changelog" -S Timestamp)
    [ "$logged" = "$epoch" ] || { echo "the changelog's entry is of $logged, DmBuildTime of the agent is $epoch: give both the time of the release" >&2; return 1; }
    export SOURCE_DATE_EPOCH=$epoch
}

rid_of() { case $1 in amd64) echo linux-x64 ;; arm64) echo linux-arm64 ;; armhf) echo linux-arm ;; esac; }

# The architecture that a program was compiled for, by its ELF header.
architecture_of() {
    case $(od -A n -t x1 -j 18 -N 2 "$1" | tr -d ' ') in
        3e00) echo amd64 ;; b700) echo arm64 ;; 2800) echo armhf ;; *) echo unknown ;;
    esac
}

package_file() { echo "dmagent_${version}_$1.deb"; }
