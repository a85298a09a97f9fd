#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches a window that does not appear, hotkeys that do nothing, typing that does not reach the guest, screenshots that are none,
# a window that closes without asking the guest or never, a missing display that is not explained, live numbers that are not drawn,
# or that the guest or its screenshots notice.
cd "$(dirname "$0")/../../.." || exit 1
here=$PWD/tests/frontends/sdl orrery=$PWD/${ORRERY:-build/orrery}
passed=0 failed=0
for tool in Xvfb xdotool python3; do
    if ! command -v $tool >/dev/null 2>&1; then
        echo "skipped: no $tool, so no window can be looked at"
        echo "0 passed, 0 failed"
        exit 0
    fi
done
work=$(mktemp -d) || exit 1
cd "$work" || exit 1
server='' program=''
clean_up() { kill $program $server 2>/dev/null; wait 2>/dev/null; rm -rf "$work"; }
trap clean_up EXIT

check() { # what, command…: true within 20 seconds
    what=$1 tries=0
    shift
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        if [ $tries -ge 200 ]; then
            echo "FAIL $what"; failed=$((failed + 1))
            return 1
        fi
        sleep 0.1
    done
    passed=$((passed + 1))
}
title_has() { xdotool getwindowname "$window" | grep -q -e "$1"; }
serial_has() { grep -q "$1" serial.txt; }
has_picture() { head -c 8 orrery-*.png | od -An -c | grep -q 'P   N   G'; }
has_window() { window=$(xdotool search --name 'echo.*Orrery' | head -n 1); [ -n "$window" ]; }
has_size() { xdotool getwindowgeometry "$window" | grep -q "Geometry: $1"; }
shows_lamp() { python3 "$here/find_colour.py" Xvfb_screen0 "$1"; }    # the overlay's, in the corner at the top right
has_ended() { ! kill -0 "$program"; }

# Xvfb takes a free display number itself and says which.
Xvfb -noreset -displayfd 3 -fbdir . -screen 0 1280x900x24 3> display 2>/dev/null &
server=$!
check "the X server starts" test -s display || exit 1
DISPLAY=:$(cat display) SDL_VIDEODRIVER=x11
ASAN_OPTIONS=detect_leaks=0   # what the desktop's libraries leak is not ours
export DISPLAY SDL_VIDEODRIVER ASAN_OPTIONS

python3 "$here/echo_image.py" echo.img
"$orrery" -kernel echo.img -serial file:serial.txt -nic none -name echo > output.txt 2>&1 &
program=$!
if check "a window appears" has_window; then
    xdotool windowfocus --sync "$window"
    check "the title shows the speed" title_has 'MIPS.*of real time'
    xdotool key ctrl+alt+2
    check "Ctrl-Alt-2 shows the serial console" title_has 'serial console'
    xdotool type 'To the guest 42!'
    check "what is typed there comes back from the guest" serial_has 'To the guest 42!'
    xdotool key Return Up
    check "the cursor keys too" serial_has "$(printf '\033\\[A')"
    xdotool key ctrl+alt+p
    check "Ctrl-Alt-P writes a picture" has_picture
    xdotool key ctrl+alt+1
    check "Ctrl-Alt-1 shows the screen again" sh -c "! xdotool getwindowname $window | grep -q console"
    xdotool windowsize "$window" 800 500
    check "the window can be resized" has_size 800x500
    xdotool key ctrl+alt+g
    check "Ctrl-Alt-G says that an absolute mouse needs no grabbing" title_has 'no grabbing'
    check "no overlay is there unasked" sh -c "! python3 $here/find_colour.py Xvfb_screen0 2fc79b"
    xdotool key ctrl+alt+s
    check "Ctrl-Alt-S shows the overlay, with the lamp of timing" shows_lamp 2fc79b
    xdotool key ctrl+alt+t
    check "Ctrl-Alt-T switches timing off" title_has 'timing off'
    check "and the overlay's lamp" shows_lamp 7b8494
    xdotool key ctrl+alt+2
    xdotool type 'Still there?'
    check "the guest goes on" serial_has 'Still there?'
    check "the overlay is over the console too" shows_lamp 7b8494
    xdotool key ctrl+alt+t
    check "Ctrl-Alt-T switches timing on again" shows_lamp 2fc79b
    xdotool key ctrl+alt+s
    check "Ctrl-Alt-S takes the overlay away" sh -c "! python3 $here/find_colour.py Xvfb_screen0 2fc79b"
    python3 "$here/close_window.py" "$window"
    check "closing asks the guest first" title_has 'close again to stop'
    python3 "$here/close_window.py" "$window"
    check "closing again ends the program" has_ended
    wait $program
    check "and the exit status says that the user did it" test $? -eq 5
    program=''
fi

# The demo draws, measures itself, and uses every device: what it does and shows is the same, looked at or not. The pointer must be
# outside, since it would be input.
xdotool mousemove 0 0
demo() { # name, options…
    timeout 300 "$orrery" -nic none -serial null -speed max -screendump "$1.png@0.4" -limit 0.5 -state-hash -name "$@" > "$1.txt" 2>&1
}
demo plain
demo overlay -overlay
demo none -display none
check "with the overlay a run is the same to the last bit" cmp plain.txt overlay.txt
check "and without a window too" cmp plain.txt none.txt
check "which the hashes say" grep -q 'state hash: ................' overlay.txt
check "and screen dumps do not show it" cmp plain.png overlay.png

unset SDL_VIDEODRIVER
DISPLAY='' WAYLAND_DISPLAY='' "$orrery" -kernel echo.img -nic none > output.txt 2>&1
check "without a display the exit status is 1" test $? -eq 1
check "and the message says what to do" grep -q -e '-nographic' output.txt

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
