# Sourced by the container tests: the stub servers A and B in a container of their own, and everything they and the device need to know
# each other by. The caller sets work (a folder of this run), repository, cache.
A=a.example B=b.example
admin_port=9000
servers=dmtest-$$-servers

# The stub as it was built last, from the very sources.
servers_build() {
    stub=$cache/stub
    dotnet publish "$repository/src/DmDelegation.ServerStub" -c Debug -o "$stub" --nologo -v q >"$work/stub.log" 2>&1 || { tail -20 "$work/stub.log"; return 1; }
    dotnet_home=$(dotnet --list-runtimes | sed -n 's/^Microsoft.AspNetCore.App 10\..*\[\(.*\)\/shared\/.*\]$/\1/p' | tail -1)
    [ -x "$dotnet_home/dotnet" ] || { echo "no ASP.NET Core 10 runtime on this machine for the stub (dotnet --list-runtimes)"; return 1; }
    echo "$dotnet_home" > "$work/dotnet-home"
}

# authority NAME COMMON_NAME: NAME.pem and NAME.key.
authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.pem" -days 3650 -subj "/CN=$2" \
        -addext keyUsage=critical,keyCertSign,cRLSign
}

# issue AUTHORITY NAME COMMON_NAME KEY_TYPE EXTENSIONS: NAME.cert.pem and NAME.key.pem.
issue() {
    openssl req -new -newkey "$4" -pkeyopt "$([ "$4" = ec ] && echo ec_paramgen_curve:P-256 || echo rsa_keygen_bits:2048)" -nodes -keyout "$2.key.pem" -out "$2.csr" -subj "/CN=$3" \
        && openssl x509 -req -in "$2.csr" -CA "$1.pem" -CAkey "$1.key" -days 3650 -extfile <(printf '%b' "basicConstraints=critical,CA:FALSE\n$5") -out "$2.cert.pem"
}

# Certificates and secrets: for the servers in servers/, for the device in site/.
servers_credentials() {
    mkdir -p "$work/pki" "$work/servers" "$work/site/secrets"
    (
        set -e
        umask 077; cd "$work/pki"
        authority tls 'test TLS authority'; authority vouchers 'test voucher authority'
        server='keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth,clientAuth'
        issue tls $A $A ec "$server\nsubjectAltName=DNS:$A,IP:$a_address"
        issue tls $B $B ec "$server\nsubjectAltName=DNS:$B,IP:$b_address"
        issue vouchers voucher "$A vouchers" ec "keyUsage=critical,digitalSignature\nsubjectAltName=DNS:$A"
        issue tls device device rsa 'keyUsage=critical,keyEncipherment'
        openssl rand -base64 24 > client.secret; openssl rand -base64 24 > server.secret
        cp tls.pem $A.*.pem $B.*.pem voucher.*.pem ./*.secret ../servers/
        cp tls.pem vouchers.pem device.cert.pem ../site/
        cp device.key.pem ./*.secret ../site/secrets/
    ) >"$work/pki.log" 2>&1 || { tail -5 "$work/pki.log"; return 1; }
}

pin() { openssl x509 -in "$work/servers/$1.cert.pem" -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64 -w0; }

# servers_configure DEVICE_ID: A manages the device already, B has never heard of it.
servers_configure() {
    jq -n --arg a $A --arg b $B --arg aAddress "$a_address" --arg bAddress "$b_address" --arg aPin "$(pin $A)" --arg bPin "$(pin $B)" --arg device "$1" --arg port "$admin_port" '
        def server($id; $address; $peer; $peerAddress; $peerPin): {
            serverId: $id, stateFile: "/servers/\($id).state.json",
            dm: { listen: "https://\($address):443/dm", certificateFile: "/servers/\($id).cert.pem", keyFile: "/servers/\($id).key.pem" },
            s2s: { listen: "https://\($address):8443", anchorsFile: "/servers/tls.pem", peers: { ($peer): { address: "https://\($peerAddress):8443", pin: $peerPin } } } };
        { admin: "http://127.0.0.1:\($port)", servers: [
            server($a; $aAddress; $b; $bAddress; $bPin) + {
                voucher: { certificateFile: "/servers/voucher.cert.pem", keyFile: "/servers/voucher.key.pem" },
                devices: [{ deviceId: $device, clientName: "dev-1", clientSecretFile: "/servers/client.secret", serverName: $a, serverSecretFile: "/servers/server.secret" }] },
            server($b; $bAddress; $a; $aAddress; $aPin) ] }' > "$work/servers/dmstub.json"
}

# The servers' container is of this machine's processor, whatever the device's is; the runtime and the stub are lent to it, not copied.
servers_start() {
    pod run -d --name "$servers" --network="ns:/run/netns/$server_net" \
        -v "$(cat "$work/dotnet-home"):/usr/share/dotnet:ro" -v "$cache/stub:/usr/lib/dmstub:ro" -v "$work/servers:/servers" -e DOTNET_EnableDiagnostics=0 \
        dmagent-base-amd64 /usr/share/dotnet/dotnet /usr/lib/dmstub/dmstub.dll serve --config /servers/dmstub.json >/dev/null || return 1
    until_true 20 admin events || { echo "the stub does not answer:"; pod logs "$servers" 2>&1 | tail -5; return 1; }
    echo "$A and $B answer"
}

# admin PATH CURL_OPTIONS...: the stub's admin endpoint, which listens on the loopback of the servers' namespace only.
admin() { local path=$1; shift; ip netns exec "$server_net" curl -sS --fail-with-body --max-time 20 "$@" "http://127.0.0.1:$admin_port/$path"; }

controls() { admin "servers/$1/controls" -d "$2" >/dev/null; }

# process SERVER SID FIELD: what a server says of a delegation.
process() { admin "servers/$1" | jq -r --arg sid "$2" ".processes[] | select(.sid == \$sid) | .$3"; }

# acknowledged SERVER ID EVENT: the results that alerts of that kind (Ack, Session, End) about a delegation have brought to a server.
acknowledged() { admin "servers/$1" | jq -r --arg id "$2" --arg event "$3" '[.alerts[] | select(.id == $id and .event == $event) | .result] | join(" ")'; }
