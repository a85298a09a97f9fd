/* SPDX-License-Identifier: MIT */
/* A terminal: bytes of a serial line become a grid of cells. It speaks what Linux consoles, installers and full-screen programs
   use of VT220 and xterm (ECMA-48; the xterm control sequences document). It draws nothing and knows no window. */
#ifndef FRONTENDS_SDL_VT_H
#define FRONTENDS_SDL_VT_H

#include "base/types.h"

enum { VT_COLS_MIN = 80, VT_ROWS_MIN = 25, VT_COLS_MAX = 512, VT_ROWS_MAX = 256, VT_HISTORY = 2000 };

enum { VT_UNDERLINED = 1, VT_STRUCK = 2, VT_WIDE = 4, VT_WIDE_REST = 8 };

struct vt_cell {
    uint32_t ch;       /* Unicode */
    uint32_t fg, bg;   /* 0x00RRGGBB, as they are to be shown */
    uint8_t flags;
};

struct vt;

/* `reply` gets what the terminal answers to questions of the guest (where is the cursor, what are you). */
struct vt *vt_new(int cols, int rows, void (*reply)(void *owner, const char *data, size_t length), void *owner);
void vt_free(struct vt *vt);

/* What the guest wrote. */
void vt_write(struct vt *vt, const uint8_t *data, size_t length);

/* Changes the size, within the limits above; the cursor's line stays. */
void vt_resize(struct vt *vt, int cols, int rows);

int vt_cols(const struct vt *vt);
int vt_rows(const struct vt *vt);

/* Looks back by so many lines, as far as there is something to see; 0 is the present. Output does not move what is looked at. */
void vt_look_back(struct vt *vt, int lines);
int vt_looks_back(const struct vt *vt);

/* The cells of a visible row, as many as there are columns. */
const struct vt_cell *vt_row(const struct vt *vt, int row);

/* Where the cursor is; false when it is not to be shown. */
bool vt_cursor(const struct vt *vt, int *col, int *row);

/* Changes whenever there is something new to draw. */
unsigned vt_version(const struct vt *vt);

/* What a key that makes no text sends. The result is valid until the next call; length 0: nothing. */
enum vt_key { VT_UP, VT_DOWN, VT_RIGHT, VT_LEFT, VT_HOME, VT_END, VT_INSERT, VT_DELETE, VT_PAGE_UP, VT_PAGE_DOWN,
              VT_F1, VT_F12 = VT_F1 + 11, VT_ENTER, VT_BACKSPACE, VT_TAB, VT_ESCAPE };
enum { VT_SHIFT = 1, VT_ALT = 2, VT_CTRL = 4 };
size_t vt_key(struct vt *vt, enum vt_key key, unsigned modifiers, char out[16]);

#endif
