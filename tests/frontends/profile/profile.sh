#!/bin/bash
# SPDX-License-Identifier: MIT
# Catches: a profile that changes the run, that is not the same twice, that gives cycles to the wrong function, or that is left half
# written; files with symbols that are refused without saying why, or taken though they are none.
cd "$(dirname "$0")/../../.." || exit 1
root=$PWD orrery=$PWD/${ORRERY:-build/orrery}
passed=0 failed=0
cross=${CROSS:-aarch64-linux-gnu-}
if ! command -v "${cross}gcc" > /dev/null; then
    echo "skipped: no ${cross}gcc (Debian: gcc-aarch64-linux-gnu)"
    echo "0 passed, 0 failed"
    exit 0
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export ASAN_OPTIONS=detect_leaks=0
"$root/tests/support/guest-cc" "$root/tests/frontends/profile/hot_guest.c" "$work/hot" -fno-optimize-sibling-calls || exit 1
cd "$work" || exit 1

is() { # what, command…
    what=$1
    shift
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $what"; fi
}
run() # options…
{
    timeout 120 "$orrery" -display none -nic none -kernel hot -state-hash "$@" < /dev/null 2>&1
}
refused() # text, options…
{
    text=$1
    shift
    run "$@" > output
    status=$?
    if [ $status -eq 1 ] && grep -q -e "$text" output; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "FAIL orrery $*: status $status, or no '$text' in: $(cat output)"
    fi
}
# share FILE PATTERN: percent of the samples in stacks that match
share() { awk -v pattern="$2" '{ all += $NF; if ($0 ~ pattern) some += $NF } END { printf "%d", all ? 100 * some / all : -1 }' "$1"; }
between() { [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]; }
describe() { echo "FAIL $1: $2 %"; sort -t' ' -k2 -rn "$3" | head; }
has_share() # what, FILE, PATTERN, from, to
{
    percent=$(share "$2" "$3")
    if between "$percent" "$4" "$5"; then passed=$((passed + 1)); else failed=$((failed + 1)); describe "$1" "$percent" "$2"; fi
}

for mode in on off; do
    run -timing $mode > plain
    is "the guest ends by itself (timing $mode)" grep -q 'state hash' plain
    run -timing $mode -profile a.folded,every=2003 -symbols hot > with
    run -timing $mode -profile b.folded,every=2003 -symbols hot > /dev/null
    is "a profile does not change the run (timing $mode)" cmp -s plain with
    is "the same run gives the same profile (timing $mode)" cmp -s a.folded b.folded
    is "and the same picture (timing $mode)" cmp -s a.svg b.svg
    has_share "hot has three quarters of what is not calls_leaf's (timing $mode)" \
        <(grep -v calls_leaf a.folded) '^guest;start;run;hot ' 70 80
    has_share "warm has a quarter (timing $mode)" <(grep -v calls_leaf a.folded) '^guest;start;run;warm ' 20 30
    # A function of one block that makes no frame: its cycles end when it has returned already.
    has_share "leaf has half of what calls_leaf takes (timing $mode)" <(grep calls_leaf a.folded) 'calls_leaf[^;]*;leaf ' 45 58
done
is "the picture is XML" python3 -c 'import xml.dom.minidom, sys; xml.dom.minidom.parse("a.svg")'
is "it names the hot function" grep -q '<title>hot: ' a.svg
is "nothing half written is left" sh -c '! ls | grep -q "[.]new$"'

# percent FILE FUNCTION: of the cycles, as annotate says
percent() { "$orrery" annotate "$1" | awk -v name="$2" '$8 == name || index($8, name ".") == 1 { print int($1) }'; }
run -profile a.folded,every=2003 -symbols hot > /dev/null
for name in hot warm leaf; do
    counted=$(percent a.lines $name) sampled=$(share a.folded ";$name ")
    is "samples of $name ($sampled %) are what was counted ($counted %)" between "${counted:--9}" $((sampled - 2)) $((sampled + 2))
done
"$orrery" annotate a.lines leaf > output
is "each of leaf's instructions was executed 200,000 times" test "$(grep -c ' 200000 ' output)" -eq 25
is "instructions are disassembled" grep -q '+60 *ret$' output
is "a misspelt function gets a guess" sh -c "! '$orrery' annotate a.lines leav 2> output && grep -q \"did you mean 'leaf'\" output"
is "what is no such file is refused" sh -c "! '$orrery' annotate a.folded 2> output && grep -q 'not what -profile writes' output"
is "a missing file is named" sh -c "! '$orrery' annotate missing.lines 2> output && grep -q 'missing.lines.*No such file' output"
is "annotate alone says how it is used" sh -c "! '$orrery' annotate 2> output && grep -q usage output"

run -profile c > /dev/null
is "a profile without symbols has frames without names" grep -q '^guest;\[unknown\]' c
is "a name of another kind has its picture beside it" test -s c.svg

refused 'No such file' -profile a.folded -symbols missing
refused 'not a file' -profile a.folded -symbols .
refused 'neither an ELF file nor a System.map' -profile a.folded -symbols with
head -c 3000 hot > cut
refused 'cut' -profile a.folded -symbols cut
refused 'too often' -profile a.folded,every=10
refused 'file name' -profile ,every=100000
refused "add -profile" -symbols hot
refused 'cannot write' -profile /no/such/folder/a.folded

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
