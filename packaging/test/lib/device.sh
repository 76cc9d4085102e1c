# Sourced by the container tests: the device's container, asked as its owner would ask.
device=dmtest-$$-device

inside() { pod exec "$device" "$@" </dev/null; }
feed() { pod exec -i "$device" "$@"; } # the same, with the standard input
agent() { inside dmagent "$@"; }

# tell WORDS...: what "dmagent WORDS --json" says. An emulated command line takes seconds to start, so there its request goes to the
# control socket from outside; the cases that run there ask the command line itself for what they show.
tell() {
    [ "$arch" != amd64 ] || { agent "$@" --json; return; }
    local request answer
    case "$1 ${2:-}" in
        'status ') request='{"verb":"status","arguments":{}}' ;;
        'account list' | 'delegation list') request="{\"verb\":\"$1-$2\",\"arguments\":{}}" ;;
        'acl show') request="{\"verb\":\"acl-show\",\"arguments\":{\"uri\":\"$3\"}}" ;;
        'delegation show') request="{\"verb\":\"delegation-show\",\"arguments\":{\"id\":\"$3\"}}" ;;
        'session start') request="{\"verb\":\"session-start\",\"arguments\":{\"server\":\"$3\"}}" ;;
        *) echo "no request for: $*"; return 2 ;;
    esac
    answer=$("$here/lib/ask" "/proc/$(pod inspect -f '{{.State.Pid}}' "$device")/root/run/dmagent/control.sock" "$request") || return 3
    jq -c '.data // .' <<<"$answer"
    jq -e '.code == null and .data.ended != "failed"' <<<"$answer" >/dev/null
}

property() { inside systemctl show -p "$1" --value dmagent.service; }
status() { tell status; }
device_id() { status | jq -er .deviceId; }
is_ready() { [ "$(property ActiveState)" = active ] && status; } >/dev/null
is_well() { status | jq -e '.state == "ready" and .well'; }
journal() { inside journalctl -u dmagent.service --no-pager "$@"; }

# drop_in NAME LINES...: a drop-in of the unit's [Service] section; taken away again by drop_in_remove.
drop_in() {
    local name=$1; shift
    { echo '[Service]'; printf '%s\n' "$@"; } | feed sh -c "mkdir -p /etc/systemd/system/dmagent.service.d && cat > /etc/systemd/system/dmagent.service.d/$name.conf && systemctl daemon-reload"
}
drop_in_remove() { inside sh -c "rm -f /etc/systemd/system/dmagent.service.d/$1.conf && systemctl daemon-reload"; }

# site NAME: a drop-in of the configuration, from standard input.
site() { feed sh -c "mkdir -p /etc/dmagent/dmagent.json.d && cat > /etc/dmagent/dmagent.json.d/$1.json"; }

restart() { inside systemctl restart dmagent.service || { journal -n 20; return 1; }; }

# comes_back PID: the main process is another one than PID, and ready.
comes_back() {
    renewed() { local pid; pid=$(property MainPID); [ "${pid:-0}" != 0 ] && [ "$pid" != "$1" ] && is_ready; }
    until_true 20 renewed "$1" || { echo "not ready again: $(property ActiveState), main process $(property MainPID), was $1"; journal -n 20; return 1; }
}

kill_agent() {
    local pid; pid=$(property MainPID)
    inside systemctl kill --kill-who=main --signal=KILL dmagent.service && comes_back "$pid" && echo "process $pid killed, now $(property MainPID)"
}

# As if somebody had pulled the plug, as far as a container can: every process in it ends at once, the disk is what was written.
hard_stop() { pod kill -s KILL "$device" >/dev/null && until_true 10 stopped; }
stopped() { [ "$(pod inspect -f '{{.State.Running}}' "$device")" = false ]; }
boot_again() { container_boot "$device" && until_true 30 is_ready; }

explain() {
    pod container exists "$device" || return 0
    echo "status: $(status 2>&1 | jq -c '{state, well, managedBy, delegations, outbox, warnings: [.warnings[].code]}' 2>&1)"
    [ -z "${id:-}" ] || tell delegation show "$id" 2>&1 | jq -c '{id, state, reason, windowLeftSeconds, remainingSeconds, ackDelegating, ackDelegated}'
    admin "servers/$A" 2>/dev/null | jq -c '{server: "a", processes: [.processes[-2:][] | {sid, state, deviceState, endReason}], lastErrors: .lastErrors[-3:]}'
    admin "servers/$B" 2>/dev/null | jq -c '{server: "b", processes: [.processes[-2:][] | {sid, state, deviceState, endReason}], lastErrors: .lastErrors[-3:]}'
    journal -n 15 -o cat
}
