#!/bin/sh
# SPDX-License-Identifier: MIT
# The window on a screen of high density (dense_screen.c makes one of Xvfb's). Catches a guest's picture of half the size or blurred, a
# guest that is offered units for pixels, clicks beside what was clicked, panels too small to read, 1:1 that is not, a window that is
# larger than the screen.
cd "$(dirname "$0")/../../.." || exit 1
rom=$PWD/roms/echo/echo.img source=$PWD/tests/frontends/sdl/dense_screen.c
if [ "${MODE:-release}" != release ]; then
    echo "skipped: what is preloaded does not go with sanitizers"
    echo "0 passed, 0 failed"
    exit 0
fi
. tests/frontends/sdl/display.inc
# shellcheck disable=SC2046 # flags are words
cc -shared -fPIC -O2 -Wall -Wextra $(pkg-config --cflags sdl2) -o dense_screen.so "$source" -ldl || exit 1

# What the guest's pointer is at, in its pixels: the last place that it said.
is_at() { # width of the screen, height, x, y
    tr -d '\r' < serial.txt | awk -v width="$1" -v height="$2" -v x="$3" -v y="$4" '
        /^echo: abs 0/ { at_x = int($4 * width / 32768) }
        /^echo: abs 1/ { at_y = int($4 * height / 32768) }
        END { exit at_x < x - 1 || at_x > x + 1 || at_y < y - 1 || at_y > y + 1 }'
}
point() { xdotool mousemove --window "$window" "$1" "$2"; }
green() { python3 "$here/find_colour.py" Xvfb_screen0 2fc79b anywhere; }

LD_PRELOAD=$PWD/dense_screen.so "$orrery" -kernel "$rom" -serial file:serial.txt -nic none -timing off -name echo -g 480x300 -status \
    > output.txt 2>&1 &
program=$!
check "a window appears" has_window || { cat output.txt; exit 1; }
xdotool windowfocus --sync "$window"
check "the guest is offered what -g says" serial_has 'screen 480x300'
check "a pixel of it is two by two of the screen, and so is one of the status line" has_size 960x644
check "and they are sharp" shows 102030
point 200 100
check "the pointer is where it is seen" is_at 480 300 100 50
point 958 598
check "in the farthest corner too" is_at 480 300 479 299
xdotool key ctrl+alt+h
check "the keys are drawn" green
xdotool key ctrl+alt+h

xdotool windowsize "$window" 1000 744
check "a window that the user resizes is offered to the guest in the screen's pixels" serial_has 'screen 1000x700'
check "and keeps its size" has_size 1000x744
check "one of the guest is one of the screen then, sharp" shows 102030
point 500 350
check "and the pointer is where it is seen" is_at 1000 700 500 350
xdotool key F2
check "the guest takes a mode that is too large for the screen in units" serial_has 'screen 1152x864'
check "the window is as large as the screen allows" has_size 1140x900
xdotool key F4 ctrl+alt+z ctrl+alt+z
check "1:1 is chosen" title_has '1:1'
check "and is sharp" shows 102030
xdotool key F1 ctrl+alt+u
check "the window is as large as the guest's screen then, in pixels" has_size 640x444
check "which is sharp" shows 102030
point 300 200
check "and the pointer is where it is seen there" is_at 640 400 300 200

python3 "$here/close_window.py" "$window"
check "it ends as ever" has_ended
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
