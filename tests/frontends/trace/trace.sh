#!/bin/bash
# SPDX-License-Identifier: MIT
# Catches: a trace that changes the run, a window at the wrong instruction or of the wrong length, steps that do not add up to the
# cycles of the core, options that contradict each other and are taken.
cd "$(dirname "$0")/../../.." || exit 1
orrery=$PWD/${ORRERY:-build/orrery} hello=$PWD/roms/hello/hello.img
passed=0 failed=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export ASAN_OPTIONS=detect_leaks=0

is() { # what, command…
    what=$1
    shift
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $what"; fi
}
run() { timeout 120 "$orrery" -display none -nic none -kernel "$hello" -state-hash "$@" < /dev/null 2>&1; } # options…
refused() # text, options…
{
    text=$1
    shift
    run "$@" > output
    status=$?
    is "orrery $* is refused with '$text': status $status, $(tail -n 1 output)" sh -c "[ $status -eq 1 ] && grep -q -e '$text' output"
}
# steps FILE: address, and the three cycles, of each instruction
steps() { awk -F'\t' '$1 == "L" && $3 == 0 { split($4, a, ":"); va[$2] = a[1] } $1 == "L" && $3 == 1 { print va[$2], $4 }' "$1"; }

run > plain
run -trace pipeline=first > with
is "a trace does not change the run" cmp -s plain with
is "it is in the format of Konata" sh -c 'head -n 1 first | grep -qx "Kanata	0004"'
is "it has 20,000 instructions" test "$(grep -c '^I' first)" -eq 20000
is "each of them retires" test "$(grep -c '^R' first)" -eq 20000
is "the first is the kernel's first" sh -c "grep -m1 '^L' first | grep -q '40080000: b '"
run -trace pipeline=second,insn=15000,count=3000 > /dev/null
is "a window has the length asked for" test "$(grep -c '^I' second)" -eq 3000
is "and begins at the instruction asked for" cmp -s <(steps first | tail -n +15001 | head -n 3000) <(steps second)
run -trace pipeline=third,from=0.0002,count=10 > /dev/null
issued=$(awk -F'[ ,]+' '/issued/ { for (i = 1; i < NF; i++) if ($i == "issued") { print $(i + 1); exit } }' third)
is "a window begins at the time asked for: cycle $issued" sh -c "[ $issued -ge 240000 ] && [ $issued -lt 240200 ]"

refused 'leave out -timing off' -timing off -trace pipeline=x
refused 'not at both' -trace pipeline=x,from=1,insn=5
refused 'names no file' -trace count=5
refused 'nothing to trace' -trace pipeline=x,count=0
refused 'ended before' -trace pipeline=x,from=1000
refused 'cannot write' -trace pipeline=/no/such/folder/x
is "a trace of nothing leaves no file" test ! -e x

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
