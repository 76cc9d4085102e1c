# Sourced by the scripts of this folder: the shapes of the native build.

# The framework the sources are written for, and the one whose native runtime pack is tried when the first is not served.
native_frameworks='net10.0 net9.0'

# The runtime identifier of this machine.
native_rid() {
    case $(uname -m) in
        x86_64) echo linux-x64 ;;
        aarch64) echo linux-arm64 ;;
        armv7l) echo linux-arm ;;
        *) echo "no native build is known for $(uname -m)" >&2; return 1 ;;
    esac
}

# native_restore FRAMEWORK RID ARTIFACTS OPTION...: the native shape has folders and lock files of its own.
native_restore() {
    local framework=$1 rid=$2 artifacts=$3; shift 3
    dotnet restore "$repository/src/DmDelegation.Agent" -p:RuntimeIdentifier="$rid" -p:PublishAot=true -p:DmTargetFramework="$framework" \
        --artifacts-path "$artifacts" "$@"
}
