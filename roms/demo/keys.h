/* SPDX-License-Identifier: MIT */
#ifndef ROMS_DEMO_KEYS_H
#define ROMS_DEMO_KEYS_H

/* Numbers of Linux' input-event-codes.h for the keys that mean something here. */
enum {
    KEY_ESC = 1, KEY_1 = 2, KEY_0 = 11, KEY_MINUS = 12, KEY_EQUAL = 13, KEY_Q = 16, KEY_R = 19, KEY_SPACE = 57, KEY_N = 49,
    KEY_KPMINUS = 74, KEY_KPPLUS = 78, KEY_UP = 103, KEY_PAGEUP = 104, KEY_LEFT = 105, KEY_RIGHT = 106, KEY_DOWN = 108,
    KEY_PAGEDOWN = 109, KEY_POWER = 116,
};

/* What is printed on the key; "key 200" stays with the caller: NULL for those without a name. */
const char *keys_name(unsigned code);

/* The key that types this character of the serial line, 0 for none. */
unsigned keys_from_character(int character);

#endif
