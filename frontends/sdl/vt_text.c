/* SPDX-License-Identifier: MIT */
/* Characters into cells: widths, wrapping, DEC's line drawing set. */
#include "frontends/sdl/vt_state.h"

/* 0x60 … 0x7e of DEC's special graphics */
static const uint16_t line_drawing[31] = {
    0x25c6, 0x2592, 0x2409, 0x240c, 0x240d, 0x240a, 0x00b0, 0x00b1, 0x2424, 0x240b, 0x2518, 0x2510,
    0x250c, 0x2514, 0x253c, 0x23ba, 0x23bb, 0x2500, 0x23bc, 0x23bd, 0x251c, 0x2524, 0x2534, 0x252c,
    0x2502, 0x2264, 0x2265, 0x03c0, 0x2260, 0x00a3, 0x00b7,
};

struct range { uint32_t first, last; };

/* Characters that stand on the one before them, and those two columns wide (East Asian Width W and F, coarsely). */
static const struct range zero_wide[] = {
    { 0x300, 0x36f }, { 0x483, 0x489 }, { 0x591, 0x5bd }, { 0x610, 0x61a }, { 0x64b, 0x65f }, { 0x93c, 0x93c }, { 0x94d, 0x94d },
    { 0xe31, 0xe31 }, { 0xe34, 0xe3a }, { 0xe47, 0xe4e }, { 0x200b, 0x200f }, { 0x202a, 0x202e }, { 0x2060, 0x2064 },
    { 0x20d0, 0x20ff },
    { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },
};
static const struct range two_wide[] = {
    { 0x1100, 0x115f }, { 0x2e80, 0x303e }, { 0x3041, 0x33ff }, { 0x3400, 0x4dbf }, { 0x4e00, 0x9fff }, { 0xa000, 0xa4cf },
    { 0xac00, 0xd7a3 },
    { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f }, { 0xff00, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1f300, 0x1f64f }, { 0x1f900, 0x1f9ff },
    { 0x20000, 0x3fffd },
};

static bool is_in(const struct range *ranges, size_t count, uint32_t ch)
{
    for (size_t i = 0; i < count; i++)
        if (ch >= ranges[i].first && ch <= ranges[i].last)
            return true;
    return false;
}

static int width_of(uint32_t ch)
{
    if (ch < 0x300)
        return 1;
    return is_in(zero_wide, ARRAY_SIZE(zero_wide), ch) ? 0 : is_in(two_wide, ARRAY_SIZE(two_wide), ch) ? 2 : 1;
}

void vt_text_newline(struct vt *vt)
{
    if (vt->cursor.row == vt->bottom)
        vt_grid_scroll(vt, vt->top, vt->bottom, 1);
    else if (vt->cursor.row < vt->row_count - 1)
        vt->cursor.row++;
}

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

void vt_text_move(struct vt *vt, int col, int row)
{
    vt->cursor.col = clamp(col, 0, vt->cols - 1);
    vt->cursor.row = clamp(row, 0, vt->row_count - 1);
    vt->cursor.wraps_next = false;
}

/* Half of a wide character is nothing: what is left of one that is written over becomes a space. */
static void mend(struct vt *vt, struct vt_cell *row, int col)
{
    if (row[col].flags & VT_WIDE_REST && col > 0)
        row[col - 1].ch = ' ', row[col - 1].flags &= (uint8_t)~VT_WIDE;
    if (row[col].flags & VT_WIDE && col + 1 < vt->cols)
        row[col + 1].ch = ' ', row[col + 1].flags &= (uint8_t)~VT_WIDE_REST;
}

static void put_cells(struct vt *vt, uint32_t ch, int width)
{
    struct vt_cell *row = vt_grid_row(vt, vt->cursor.row), *cell = &row[vt->cursor.col];
    for (int i = 0; i < width; i++)
        mend(vt, row, vt->cursor.col + i);
    cell[0] = vt_sgr_cell(&vt->cursor.pen, ch);
    if (width == 2) {
        cell[1] = vt_sgr_cell(&vt->cursor.pen, ' ');
        cell[0].flags |= VT_WIDE;
        cell[1].flags |= VT_WIDE_REST;
    }
}

void vt_text_put(struct vt *vt, uint32_t ch)
{
    struct cursor *c = &vt->cursor;
    if (c->has_graphics[c->charset] && ch >= 0x60 && ch <= 0x7e)
        ch = line_drawing[ch - 0x60];
    int width = width_of(ch);
    if (!width)
        return;
    if (c->wraps_next || (width == 2 && c->col == vt->cols - 1 && vt->wraps)) {
        c->col = 0;
        c->wraps_next = false;
        vt_text_newline(vt);
    }
    if (vt->inserts)
        vt_grid_shift(vt, c->row, c->col, width);
    if (c->col + width > vt->cols)
        width = 1;    /* no place for it: wrapping is off */
    put_cells(vt, ch, width);
    vt->last_ch = ch;
    if (c->col + width < vt->cols) {
        c->col += width;
    } else {
        c->col = vt->cols - 1;
        c->wraps_next = vt->wraps;
    }
}
