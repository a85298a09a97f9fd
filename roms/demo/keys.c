/* SPDX-License-Identifier: MIT */
#include "roms/demo/keys.h"
#include "roms/demo/font.h"

static const char *const names[] = {
    [1] = "Esc", "1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "-", "=", "Backspace", "Tab",
    [16] = "Q", "W", "E", "R", "T", "Y", "U", "I", "O", "P", "[", "]", "Enter", "Ctrl",
    [30] = "A", "S", "D", "F", "G", "H", "J", "K", "L", ";", "'", "`", "Shift", "\\",
    [44] = "Z", "X", "C", "V", "B", "N", "M", ",", ".", "/", "Shift", "KP *", "Alt", "Space", "Caps",
    [59] = "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "Num", "Scroll",
    [71] = "KP 7", "KP 8", "KP 9", "KP -", "KP 4", "KP 5", "KP 6", "KP +", "KP 1", "KP 2", "KP 3", "KP 0", "KP .",
    [86] = "<", "F11", "F12",
    [96] = "KP Enter", "Ctrl", "KP /", "SysRq", "AltGr",
    [102] = "Home", FONT_UP, "PgUp", FONT_LEFT, FONT_RIGHT, "End", FONT_DOWN, "PgDn", "Ins", "Del",
    [113] = "Mute", "Vol -", "Vol +", "Power",
    [125] = "Meta", "Meta", "Menu",
};

const char *keys_name(unsigned code)
{
    return code < sizeof names / sizeof names[0] ? names[code] : 0;
}

unsigned keys_from_character(int character)
{
    switch (character) {
    case 27: return KEY_ESC;
    case ' ': return KEY_SPACE;
    case '+': case '=': return KEY_EQUAL;
    case '-': return KEY_MINUS;
    case '0': return KEY_0;
    case 'n': return KEY_N;
    case 'q': return KEY_Q;
    case 'r': return KEY_R;
    default: return 0;
    }
}
