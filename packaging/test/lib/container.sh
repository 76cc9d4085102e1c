# Sourced by the container tests: podman with systemd inside, from a Debian base image made here (no image registry is asked).
# The caller sets cache (a directory that outlives the run, for the images); arch, if it is not to be amd64, and patience, a factor for
# whatever is waited for.
arch=${arch:-amd64} patience=${patience:-1}

# What the containers need on the machine that runs the tests; installed when missing.
container_tools() {
    local missing=() pair
    for pair in podman:podman runc:runc mmdebstrap:mmdebstrap jq:jq curl:curl openssl:openssl ip:iproute2 nsenter:util-linux dpkg-deb:dpkg systemd-analyze:systemd; do
        command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
    done
    if [ "$arch" != amd64 ]; then
        for pair in qemu-aarch64-static:qemu-user-static arch-test:arch-test python3:python3; do
            command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
        done
    fi
    [ ${#missing[@]} -eq 0 ] && return 0
    command -v apt-get >/dev/null || { echo "missing and no apt-get to install it: ${missing[*]}"; return 1; }
    [ -n "${DM_APT_UPDATED:-}" ] || apt-get update -qq || true
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Programs of another processor run by themselves: the kernel is told which emulator is theirs, once until the next boot.
emulation() {
    local binfmt=/proc/sys/fs/binfmt_misc
    [ -e $binfmt/register ] || mount -t binfmt_misc none $binfmt || { echo "binfmt_misc cannot be mounted: is this root, and not a container without privileges?"; return 1; }
    [ -e $binfmt/qemu-aarch64 ] || cat /usr/lib/binfmt.d/qemu-aarch64.conf > $binfmt/register
    arch-test "$arch" >/dev/null || { echo "programs for $arch do not run here although an emulator is registered"; return 1; }
}

# podman with its own storage, a runtime that accepts every cgroup layout, and limits that need no capability to raise.
pod() {
    CONTAINERS_CONF="$cache/containers.conf" podman --root "$cache/podman" --runroot "$cache/podman-run" \
        --storage-opt overlay.skip_mount_home=true --runtime runc "$@"
}

# container_base [ARCH]: Debian with systemd and what the package depends on, kept as a tar in the cache and imported once.
container_base() {
    local of=${1:-$arch} packages=systemd,systemd-sysv,dbus,libssl3,ca-certificates,libstdc++6
    local tar="$cache/base-bookworm-$of.tar" image=dmagent-base-$of
    [ "$of" != amd64 ] || packages+=,libfaketime # for the case that changes the clock
    mkdir -p "$cache"
    printf '[containers]\ndefault_ulimits = ["nofile=1024:4096","nproc=4096:4096"]\n' > "$cache/containers.conf"
    if [ ! -s "$tar" ] || [ "$(cat "$tar.packages" 2>/dev/null)" != "$packages" ]; then
        rm -rf "$tar" "$tar.new"
        mmdebstrap --quiet --format=tar --variant=minbase --arch="$of" --include="$packages" bookworm "$tar.new" && mv "$tar.new" "$tar" || return 1
        echo "$packages" > "$tar.packages"
        pod rmi -f "$image" >/dev/null 2>&1 || true
    fi
    pod image exists "$image" || pod import --arch "$of" "$tar" "$image" >/dev/null 2>&1 || { echo "podman does not import $tar"; return 1; }
    echo "$packages"
}

# container_create NAME [NETWORK [OPTION...]]: a container that will boot systemd, without network if none is given; it is filled with files
# before it is started.
container_create() {
    local container=$1 network=${2:-none}; shift; [ $# -eq 0 ] || shift
    # SYS_ADMIN, unmasked /proc and no second seccomp filter: the unit's own sandbox is built inside.
    pod create --name "$container" --arch "$arch" --systemd=always --network="$network" \
        --cap-add=SYS_ADMIN --security-opt seccomp=unconfined --security-opt unmask=ALL "$@" "dmagent-base-$arch" /sbin/init >/dev/null
}

# Starts the container $1 and waits for its systemd; prints the state reached.
container_boot() {
    local state='' deadline
    pod start "$1" >/dev/null || return 1
    deadline=$((SECONDS + 40 * patience))
    while [ $SECONDS -lt $deadline ]; do
        state=$(pod exec "$1" systemctl is-system-running 2>/dev/null)
        case $state in running | degraded) echo "systemd $state"; return ;; esac
        sleep 0.3
    done
    echo "systemd says: ${state:-nothing}"
    return 1
}
