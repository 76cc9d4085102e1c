# Sourced by the container tests: one line and one count for each thing that is checked, and waiting for what another system does.
passed=0 failed=0

# check TITLE COMMAND...: one line with what was seen; all that the command said when it failed. The caller sets work, a folder.
check() {
    local title=$1 said begin=$SECONDS; shift
    if "$@" >"$work/said" 2>&1; then
        said=$(tail -1 "$work/said")
        passed=$((passed + 1)); echo "ok    $title${said:+ ($said)}"
    else
        failed=$((failed + 1)); echo "FAIL  $title (after $((SECONDS - begin)) s)"; tail -20 "$work/said" | sed 's/^/      /'
        explain 2>&1 | sed 's/^/      | /'
        return 1
    fi
}

# What helps after a failure; the caller of this file says more.
explain() { :; }

# until_true SECONDS COMMAND...: polls, since the events are another system's; on an emulated processor everything may take longer.
until_true() {
    local deadline=$((SECONDS + $1 * patience)); shift
    until "$@" >/dev/null 2>&1; do [ $SECONDS -lt $deadline ] || return 1; sleep 0.2; done
}

# same WHAT EXPECTED FOUND: says what differs.
same() { [ "$2" = "$3" ] || { echo "$1: expected \"$2\", found \"$3\""; return 1; }; }
