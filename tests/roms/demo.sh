#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches a built-in demo that does not start, draw, move, measure, take keys and pointer, or stop, on each kind of screen and on
# none. Time is the guest's, so each run is the same.
cd "$(dirname "$0")/../.." || exit 1
orrery=${ORRERY:-build/orrery}
passed=0 failed=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

check() { # what is claimed, then the command that must succeed
    claim=$1
    shift
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $claim"; fi
}
demo() { # arguments of the emulator; $status and $work/text are what came of it
    timeout 300 "$orrery" -display none -serial stdio -speed max -limit 60 "$@" < /dev/null > "$work/text" 2> "$work/errors"
    status=$?
    tr -d '\r' < "$work/text" > "$work/lines"
}
says() { grep -q "$1" "$work/lines"; }
differ() { ! cmp -s "$1" "$2"; }
is_rich() { [ "$(wc -c < "$1")" -gt 100000 ]; }   # a plain picture of this size packs into a few kilobytes

for screen in virtio simplefb; do
    rm -f "$work"/*.png
    # Without the timing model its latency curve is complete, and the picture still, when it is paused.
    demo -timing off -vga "$screen" -screendump "$work/early.png@1" -screendump "$work/late.png@2" -sendkeys spc@2.5 \
        -screendump "$work/paused.png@5.5" -screendump "$work/still.png@7" -pointer 23980,13600,click@7.5 \
        -screendump "$work/pointer.png@8" -sendkeys q@8.5
    check "$screen: q powers it off" [ "$status" -eq 0 ]
    check "$screen: it names the core" says '^  core     Arm Cortex-A53 r0p4$'
    check "$screen: it draws" is_rich "$work/early.png"
    check "$screen: the planets move" differ "$work/early.png" "$work/late.png"
    check "$screen: the pause key stops them" cmp "$work/paused.png" "$work/still.png"
    check "$screen: the pointer shows" differ "$work/still.png" "$work/pointer.png"
    check "$screen: keys arrive" says '^demo: key 57 Space$'
    check "$screen: clicks arrive" says '^demo: click [0-9]*,[0-9]* '
    check "$screen: 25 sizes are measured" [ "$(grep -c '^ .* [KM]B .* ns' "$work/lines")" -eq 25 ]
    check "$screen: the instruction rate is" says '^demo: [1-9][0-9]* million instructions a second$'
    [ "$failed" -eq 0 ] || { cat "$work/text" "$work/errors"; break; }
done
demo -vga none
check "without a screen it measures and powers off" [ "$status" -eq 0 ]
check "without a screen the table is on the serial line" says '^ .*16 MB .* ns'
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
