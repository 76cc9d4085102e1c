# Sourced by the scripts of this folder: the shapes of the native build.

# The framework the sources are written for, and the one whose native runtime pack is tried when the first is not served.
native_frameworks='net10.0 net9.0'

# What devices are: each is tried, what can be restored is locked.
native_rids='linux-x64 linux-arm64 linux-arm'

# The runtime identifier of this machine.
native_rid() {
    case $(uname -m) in
        x86_64) echo linux-x64 ;;
        aarch64) echo linux-arm64 ;;
        armv7l) echo linux-arm ;;
        *) echo "no native build is known for $(uname -m)" >&2; return 1 ;;
    esac
}

# What a native build for another architecture is linked with: the name of Debian's cross compiler, and Debian's of the architecture.
native_cross() {
    case $1 in
        linux-x64) echo x86_64-linux-gnu ;;
        linux-arm64) echo aarch64-linux-gnu ;;
        linux-arm) echo arm-linux-gnueabihf ;;
        *) echo "no cross compiler is known for $1" >&2; return 1 ;;
    esac
}
native_debian() { case $1 in linux-x64) echo amd64 ;; linux-arm64) echo arm64 ;; linux-arm) echo armhf ;; esac; }

# native_restore FRAMEWORK RID ARTIFACTS OPTION...: the native shape has folders and lock files of its own. A restore that fails half-way
# may leave lock files of a shape that cannot be built; they are taken away again.
native_restore() {
    local framework=$1 rid=$2 artifacts=$3 before; shift 3
    before=$(unknown_locks)
    dotnet restore "$repository/src/DmDelegation.Agent" -p:RuntimeIdentifier="$rid" -p:PublishAot=true -p:DmTargetFramework="$framework" \
        --artifacts-path "$artifacts" "$@" && return 0
    comm -13 <(echo "$before") <(unknown_locks) | grep -F "packages.$framework.$rid.aot.lock.json" | sed "s|^|$repository/|" | xargs -r rm -f
    return 1
}

unknown_locks() { git -C "$repository" ls-files --others --exclude-standard -- '*.lock.json' | sort; }
