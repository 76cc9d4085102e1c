# Sourced by the container tests: a network of their own, which is nobody else's. Two namespaces, the device's and the servers', and one
# cable between them; no address of this machine is touched, and there is no way out.
device_net=dmtest-$$-device server_net=dmtest-$$-servers
device_address=10.77.0.1 a_address=10.77.0.11 b_address=10.77.0.12
cable=dmt$$

network_make() {
    ip netns add "$device_net" && ip netns add "$server_net" \
        && ip link add "${cable}d" netns "$device_net" type veth peer name "${cable}s" netns "$server_net" \
        && network_end "$device_net" "${cable}d" "$device_address" && network_end "$server_net" "${cable}s" "$a_address" "$b_address"
}

network_end() {
    local namespace=$1 end=$2 address; shift 2
    for address in "$@"; do ip -n "$namespace" address add "$address/24" dev "$end" || return 1; done
    ip -n "$namespace" link set lo up && ip -n "$namespace" link set "$end" up
}

# cable up|down: pulled at the device's end, and put back.
cable() { ip -n "$device_net" link set "${cable}d" "$1"; }

# The cable goes with its namespaces.
network_remove() { ip netns delete "$device_net"; ip netns delete "$server_net"; } 2>/dev/null
