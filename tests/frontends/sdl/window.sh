#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches a window that does not appear, hotkeys that do nothing, typing that does not reach the guest, screenshots that are none,
# a window that closes without asking the guest or never, a missing display that is not explained, live numbers that are not drawn,
# or that the guest or its screenshots notice.
cd "$(dirname "$0")/../../.." || exit 1
. tests/frontends/sdl/display.inc
has_picture() { head -c 8 orrery-*.png | od -An -c | grep -q 'P   N   G'; }

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
    check "no overlay is there unasked" shows_no 2fc79b
    xdotool key ctrl+alt+s
    check "Ctrl-Alt-S shows the overlay, with the lamp of timing" shows 2fc79b
    xdotool key ctrl+alt+t
    check "Ctrl-Alt-T switches timing off" title_has 'timing off'
    check "and the overlay's lamp" shows 7b8494
    xdotool key ctrl+alt+2
    xdotool type 'Still there?'
    check "the guest goes on" serial_has 'Still there?'
    check "the overlay is over the console too" shows 7b8494
    xdotool key ctrl+alt+t
    check "Ctrl-Alt-T switches timing on again" shows 2fc79b
    xdotool key ctrl+alt+s
    check "Ctrl-Alt-S takes the overlay away" shows_no 2fc79b
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
