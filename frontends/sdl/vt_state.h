/* SPDX-License-Identifier: MIT */
/* Between the files of the terminal only. */
#ifndef FRONTENDS_SDL_VT_STATE_H
#define FRONTENDS_SDL_VT_STATE_H

#include "frontends/sdl/vt.h"

enum { VT_PARAMETERS = 16 };

enum { COLOUR_DEFAULT = 0x01000000, COLOUR_INDEX = 0x02000000 };   /* a pen's colour is one of these | index, or RGB */

struct pen {
    uint32_t fg, bg;
    bool is_bold, is_dim, is_reverse, is_hidden, is_underlined, is_struck;
};

struct cursor {
    int col, row;
    bool wraps_next;        /* it stands behind the last column's character */
    struct pen pen;
    bool has_graphics[2];   /* G0, G1 are DEC's line drawing set */
    int charset;            /* 0 or 1: which of them is in use */
    bool has_origin;        /* rows count from the scrolling region's top */
};

struct screen {
    struct vt_cell **rows;
    struct cursor saved;
};

struct vt {
    int cols, row_count;
    struct screen screens[2];    /* the main one, and the alternate one of full-screen programs */
    int current;
    struct cursor cursor;
    int top, bottom;             /* the scrolling region, both within */
    bool wraps, inserts, newlines_return, shows_cursor, has_application_cursor;
    bool tabs[VT_COLS_MAX];
    struct vt_cell **history;    /* ring of VT_HISTORY rows of VT_COLS_MAX cells */
    int history_count, history_next, look_back;
    unsigned version;
    uint32_t last_ch;

    enum vt_state { GROUND, ESCAPE, ESCAPE_SKIP, CHARSET, CSI, STRING, STRING_ESCAPE } state;
    char charset_slot, private_mark, intermediate;
    unsigned parameters[VT_PARAMETERS];
    int parameter_count;
    uint32_t utf8;
    int utf8_left;

    void (*reply)(void *owner, const char *data, size_t length);
    void *owner;
};

/* vt_grid.c */
void vt_grid_init(struct vt *vt, int cols, int rows);
void vt_grid_free(struct vt *vt);
struct vt_cell *vt_grid_row(struct vt *vt, int row);
void vt_grid_erase(struct vt *vt, int row, int from, int to);           /* columns from … to - 1 */
void vt_grid_scroll(struct vt *vt, int top, int bottom, int lines);     /* up; negative: down; the top is remembered */
void vt_grid_move(struct vt *vt, int top, int bottom, int lines);       /* the same, but what leaves is gone */
void vt_grid_shift(struct vt *vt, int row, int col, int by);            /* from col on to the right; negative: left */
void vt_grid_switch(struct vt *vt, int screen);

/* vt_sgr.c */
void vt_sgr(struct vt *vt);
struct vt_cell vt_sgr_cell(const struct pen *pen, uint32_t ch);

/* vt_text.c */
void vt_text_put(struct vt *vt, uint32_t ch);
void vt_text_newline(struct vt *vt);                                    /* down, scrolling at the region's end */
void vt_text_move(struct vt *vt, int col, int row);                     /* clipped to the screen */

/* vt_csi.c */
void vt_csi(struct vt *vt, char final);
void vt_csi_reset(struct vt *vt);
void vt_csi_save(struct vt *vt);
void vt_csi_restore(struct vt *vt);

#endif
