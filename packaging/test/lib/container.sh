# Sourced by the container tests: podman with systemd inside, from a Debian base image made here (no image registry is asked).
# The caller sets cache: a directory that outlives the run, for the image.

# What the containers need on the machine that runs the tests; installed when missing.
container_tools() {
    local missing=() pair
    for pair in podman:podman runc:runc mmdebstrap:mmdebstrap jq:jq systemd-analyze:systemd; do
        command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    command -v apt-get >/dev/null || { echo "missing and no apt-get to install it: ${missing[*]}"; return 1; }
    [ -n "${DM_APT_UPDATED:-}" ] || apt-get update -qq || true
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# podman with its own storage, a runtime that accepts every cgroup layout, and limits that need no capability to raise.
pod() {
    CONTAINERS_CONF="$cache/containers.conf" podman --root "$cache/podman" --runroot "$cache/podman-run" \
        --storage-opt overlay.skip_mount_home=true --runtime runc "$@"
}

# The base image: Debian with systemd and what the agent links to, kept as a tar in the cache and imported once.
container_base() {
    local packages=systemd,systemd-sysv,dbus,libssl3,ca-certificates,libstdc++6 tar="$cache/base-bookworm.tar"
    mkdir -p "$cache"
    printf '[containers]\ndefault_ulimits = ["nofile=1024:4096","nproc=4096:4096"]\n' > "$cache/containers.conf"
    if [ ! -s "$tar" ] || [ "$(cat "$tar.packages" 2>/dev/null)" != "$packages" ]; then
        echo "making the base image (about half a minute) ..."
        rm -rf "$tar" "$tar.new"
        mmdebstrap --quiet --format=tar --variant=minbase --include="$packages" bookworm "$tar.new" && mv "$tar.new" "$tar" || return 1
        echo "$packages" > "$tar.packages"
        pod rmi -f dmagent-base >/dev/null 2>&1 || true
    fi
    pod image exists dmagent-base || pod import "$tar" dmagent-base >/dev/null 2>&1
}

# Creates the container $1; it is filled with files before it is started.
container_create() {
    # SYS_ADMIN, unmasked /proc and no second seccomp filter: the unit's own sandbox is built inside.
    pod create --name "$1" --systemd=always --network=none \
        --cap-add=SYS_ADMIN --security-opt seccomp=unconfined --security-opt unmask=ALL dmagent-base /sbin/init >/dev/null
}

# Starts the container $1 and waits for its systemd; prints the state reached.
container_boot() {
    pod start "$1" >/dev/null || return 1
    local state tries
    for tries in $(seq 100); do
        state=$(pod exec "$1" systemctl is-system-running 2>/dev/null)
        case $state in running | degraded) break ;; esac
        sleep 0.3
    done
    echo "$state"
    [ "$state" = running ] || [ "$state" = degraded ]
}
