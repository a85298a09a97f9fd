#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches a window and a guest that do not follow each other's size, scaling that blurs where it should not, keys that stay down in the
# guest when the window loses the keyboard, pasted text that arrives as other text, a status line that is not drawn, a host that is too
# slow and does not say so.
cd "$(dirname "$0")/../../.." || exit 1
rom=$PWD/roms/echo/echo.img
. tests/frontends/sdl/display.inc

has_other() { other_window=$(xdotool search --class '^other$' | head -n 1); [ -n "$other_window" ]; }
other() { # text: another window, and that text in the clipboard
    [ -z "$holder" ] || { kill "$holder"; wait "$holder" 2>/dev/null; }
    : > ready
    python3 "$here/hold_clipboard.py" "$1" > ready &
    holder=$!
    check "the clipboard has a text" grep -q ready ready
    check "another window appears" has_other
}
says_since() { # first line to look at, then what all key lines from there on have to be
    tail -n "+$1" serial.txt | tr -d '\r' | sed -n 's/^echo: key //p' | tr '\n' ',' | grep -qx "$2"
}
lines() { wc -l < serial.txt; }
focus() { xdotool windowfocus --sync "$1"; }

"$orrery" -kernel "$rom" -serial file:serial.txt -nic none -timing off -name echo -k de -g 640x480 -status > output.txt 2>&1 &
program=$!
check "a window appears" has_window || { cat output.txt; exit 1; }
focus "$window"
check "the guest is offered the size of -g" serial_has 'screen 640x480'
check "the window has room for it and the status line" has_size 640x502
check "the picture is sharp" shows 102030
check "the status line has the lamp of timing" python3 "$here/find_colour.py" Xvfb_screen0 7b8494 anywhere

xdotool windowsize "$window" 800 522
check "a guest that follows the window gets its size" serial_has 'screen 800x500'
check "and the window keeps it" has_size 800x522
check "the picture is sharp in that size" shows 102030
xdotool key F2
check "the guest takes a mode of its own" serial_has 'screen 1152x864'
check "and the window follows" has_size 1152x886
xdotool key F1
check "to a smaller one, too" has_size 640x422
check "which is sharp" shows 102030
xdotool key F4 ctrl+alt+l
check "without the status line the window is smaller" has_size 640x400

xdotool windowsize "$window" 1000 700
check "a guest that does not follow is scaled" shows_no 102030
xdotool key ctrl+alt+z
check "Ctrl-Alt-Z scales to whole multiples" title_has 'whole multiples'
check "which is sharp again" shows 102030
xdotool key ctrl+alt+z
check "or not at all" title_has '1:1'
check "which is sharp too" shows 102030
xdotool key ctrl+alt+z
check "and back" shows_no 102030
xdotool key ctrl+alt+u
check "Ctrl-Alt-U gives the window the guest's size" has_size 640x400
xdotool key ctrl+alt+h
check "Ctrl-Alt-H shows the keys" python3 "$here/find_colour.py" Xvfb_screen0 2fc79b anywhere
xdotool key ctrl+alt+h

other 'zY@^a
é'
focus "$window"
from=$(($(lines) + 1))
xdotool keydown shift keydown a
check "keys that are held are down in the guest" says_since $from '42 down,30 down,'
focus "$other_window"
check "they go up when the window loses the keyboard" says_since $from '42 down,30 down,\(42 up,30 up\|30 up,42 up\),'
xdotool keyup a keyup shift
focus "$window"
xdotool key ctrl+alt+v
typed() { from=$(grep -n 'key 21 down' serial.txt | tail -n 1 | cut -d: -f1); says_since "${from:-1}" "$1"; }
check "the clipboard is typed on the guest's layout" typed "21 down,21 up,42 down,44 down,44 up,42 up,100 down,16 down,16 up,100 up,\
41 down,41 up,57 down,57 up,30 down,30 up,28 down,28 up,13 down,13 up,18 down,18 up,"
other 'a日'
focus "$window"
xdotool key ctrl+alt+v
check "what the layout has not is told" title_has 'de has no 日: 1 left out'

python3 "$here/close_window.py" "$window"
check "closing presses the guest's power button" has_ended
wait $program
check "which ends the program in order" test $? -eq 0

"$orrery" -nic none -name echo -speed 10000 -timing off > output.txt 2>&1 &
program=$!
check "a window appears for the demo" has_window
check "a host that is too slow is told of in the title" title_has 'HOST TOO SLOW: [0-9]* % of real time'

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
