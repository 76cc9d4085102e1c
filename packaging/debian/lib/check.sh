# Sourced by test: one line and one count for each thing that is held to what it promises.
passed=0 failed=0

# check TITLE COMMAND...: what the command said is shown when it failed, its last line when it did not.
check() {
    local title=$1 said; shift
    if said=$("$@" 2>&1); then
        passed=$((passed + 1)); echo "ok    $title${said:+ ($(echo "$said" | tail -1))}"
    else
        failed=$((failed + 1)); echo "FAIL  $title"; echo "$said" | sed 's/^/      /' | tail -25
        return 1
    fi
}
end() { echo "debian: $passed passed, $failed failed"; exit $((failed > 0)); }
give_up() { failed=$((failed + 1)); echo "FAIL  $1"; end; }

# says TEXT WORDS...: every word stands in the text.
says() {
    local text=$1 word; shift
    for word in "$@"; do
        grep -qF -- "$word" <<<"$text" || { echo "\"$word\" is not in:"; echo "$text"; return 1; }
    done
}
