# Sourced by the container tests: delegations between the two servers, driven and watched from outside. sid and id are those of the last.
sid='' id=''

# One session of the device with a server; it may come to nothing while another one is under way, so callers ask again.
session() { tell session start "$1"; }

# a_is STATE...: what A says of the last delegation.
a_is() { local now; now=$(process $A "$sid" state); [[ " $* " == *" $now "* ]]; }
b_is() { local now; now=$(process $B "$sid" state); [[ " $* " == *" $now "* ]]; }
both_closed() { a_is Closed && b_is Closed; }
record() { tell delegation show "$id" | jq -r ".$1"; }
record_is() { [[ " $* " == *" $(record state) "* ]]; }

# B hears from A that a delegation has ended, and A from the device.
b_is_free() { [ "$(admin "servers/$B" | jq '.devices | length')" = 0 ] || { session $A; return 1; }; }

# start_delegation DURATION [SECONDS]: steps 1 to 5 for ./SCM; the record is on the device when this returns.
start_delegation() {
    local duration=$1 seconds=${2:-null}
    until_true 20 b_is_free || { echo "$B believes in an account of its own still"; return 1; }
    sid=$(jq -n --arg peer $B --arg device "$(cat "$work/device-id")" --arg duration "$duration" --argjson seconds "$seconds" --argjson window $((60 * patience)) '
        { peer: $peer, device: $device, keyMethod: "tls", terms: ({ scopeType: "partial", scope: [{ uri: "./SCM", rights: "Add+Delete+Exec+Get+Replace" }],
          durationType: $duration, confirmMode: "auth", window: $window } + if $seconds then { maxSeconds: $seconds } else {} end) }' \
        | admin "servers/$A/delegate" -d @- | jq -er .sid) || { echo "A does not begin"; return 1; }
    until_true 10 a_is Started || { echo "A is in $(process $A "$sid" state), not in Started"; return 1; }
    id=$(process $A "$sid" delegationId)
    commanded() { a_is Started Commanded || return 0; session $A; ! a_is Started Commanded; }
    until_true 20 commanded || { echo "A is in $(process $A "$sid" state): the device did not take its command"; return 1; }
}

# hold_pending: B does not talk to the device, so that nothing is confirmed; let_go ends that.
hold_pending() { controls $B '{"httpStatus":503}'; }
let_go() { controls $B '{}'; }

# The device contacts B by itself (step 7); both servers close when it has told them.
confirmed() { until_true 25 both_closed || { echo "A is in $(process $A "$sid" state), B in $(process $B "$sid" state)"; return 1; }; }

# A takes the last delegation back, in the device's next session.
revoke() {
    admin "servers/$A/delegations/$id/revoke" -X POST >/dev/null || return 1
    revoked() { session $A; [ "$(process $A "$sid" endReason)" != null ]; }
    until_true 20 revoked || { echo "A has not revoked"; return 1; }
    same "the record" Revoked "$(record state)"
}

expired() {
    until_true "$1" record_is Expired || { echo "after $1 s the record is $(record state), $(record remainingSeconds) s left"; return 1; }
}

# ended_at_both: B heard by step 9 and A by its alert that the delegation ended.
told() { [ -n "$(acknowledged $A "$id" End)" ]; }

# command SERVER COMMANDS: the statuses that the server's commands got, and the value of the last.
command_by() {
    local ticket
    ticket=$(admin "servers/$1/devices/$(jq -rn --arg id "$(cat "$work/device-id")" '$id | @uri')/commands" -d "$2" | jq -er .ticket) || return 1
    answered() { [ "$(admin "servers/$1/tickets/$2" | jq .done)" = true ]; }
    asked() { answered "$1" "$2" || { session "$1"; answered "$1" "$2"; }; }
    until_true 20 asked "$1" "$ticket" || { echo "no answers to $1's commands"; return 1; }
    admin "servers/$1/tickets/$ticket" | jq -r '[.results[0][] | .status, (.items[0].data? // empty)] | map(tostring) | join(" ")'
}

# Who may do what on the device: the ACLs and accounts that a delegation changes and its end puts back.
scheme() {
    local uri
    for uri in . ./SCM ./Net; do tell acl show "$uri" | jq -r '"\(.uri) \(.acl)"' || return 1; done
    tell account list | jq -r '.accounts[] | "\(.path) \(.serverId)"'
}

# settle: whatever a failed check has left behind is ended, so that the next case begins as every case does.
settle() {
    let_go 2>/dev/null; controls $A '{}' 2>/dev/null
    local left
    for left in $(tell delegation list 2>/dev/null | jq -r '.delegations[] | select(.stateCode < 10) | .id'); do agent delegation end "$left" >/dev/null 2>&1; done
}
