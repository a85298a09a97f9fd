# SPDX-License-Identifier: MIT
# To be sourced: counts checks.
# shellcheck shell=bash
passed=0 failed=0

is() { # what, command…
    local what=$1
    shift
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $what"; fi
}
same() { # what, expected, found
    [ "$2" = "$3" ] && { passed=$((passed + 1)); return; }
    failed=$((failed + 1))
    printf 'FAIL %s:\n' "$1"
    diff <(echo "$2") <(echo "$3") | head -n 20
}
finish() {
    echo "$passed passed, $failed failed"
    exit $((failed != 0))
}

# The options that --help lists, without the dash.
options() {
    "$1" -help | sed '/^usage/d; /^       orrery/d; /^In the window/,$d' | grep -oE '(^|[ |])-[a-z][a-z-]*' | tr -d ' |' | sed 's/^-//' | sort -u
}
