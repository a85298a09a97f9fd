/* SPDX-License-Identifier: MIT */
/* Keyboard layouts: which keys a user of one would press to write a character. Named as for QEMU's -k. */
#ifndef FRONTENDS_HOST_LAYOUT_H
#define FRONTENDS_HOST_LAYOUT_H

#include "base/error.h"

/* One key (a Linux code) with what is held down meanwhile. */
enum { LAYOUT_SHIFT = 1, LAYOUT_ALTGR = 2 };
struct layout_stroke {
    uint16_t code;
    uint8_t held;
};

/* A character takes one stroke, or two: a dead key and a letter. */
enum { LAYOUT_STROKES = 2 };

struct layout;

/* The layout of this name; NULL with err naming those that there are. */
const struct layout *layout_find(const char *name, struct error *err);
const char *layout_name(const struct layout *layout);

/* The strokes that write a character; returns how many, 0 when the layout has no way to. Lines end with '\n'. */
int layout_strokes(const struct layout *layout, uint32_t ch, struct layout_stroke strokes[LAYOUT_STROKES]);

/* Takes a character off a UTF-8 text: 0 at its end, U+FFFD for what is no UTF-8. The line ends of Windows and of old Macs are
   '\n' here. */
uint32_t layout_next(const char **text);

#endif
