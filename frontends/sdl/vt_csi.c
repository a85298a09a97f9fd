/* SPDX-License-Identifier: MIT */
/* Control sequences: ESC [ parameters final. One function and one row of the table for each. */
#include <stdio.h>
#include <string.h>

#include "frontends/sdl/vt_state.h"

/* Parameter i, or `fallback` when it is missing or 0; never more than any screen has. */
static int parameter(const struct vt *vt, int i, int fallback)
{
    unsigned value = i < vt->parameter_count ? vt->parameters[i] : 0;
    return value == 0 ? fallback : value > VT_COLS_MAX ? VT_COLS_MAX : (int)value;
}

static int count(const struct vt *vt)
{
    return parameter(vt, 0, 1);
}

/* Up and down stop at the edge of the scrolling region if they start within it. */
static void move_rows(struct vt *vt, int by)
{
    int row = vt->cursor.row + by;
    if (vt->cursor.row >= vt->top && row < vt->top)
        row = vt->top;
    if (vt->cursor.row <= vt->bottom && row > vt->bottom)
        row = vt->bottom;
    vt_text_move(vt, vt->cursor.col, row);
}

static void cursor_up(struct vt *vt) { move_rows(vt, -count(vt)); }
static void cursor_down(struct vt *vt) { move_rows(vt, count(vt)); }
static void cursor_right(struct vt *vt) { vt_text_move(vt, vt->cursor.col + count(vt), vt->cursor.row); }
static void cursor_left(struct vt *vt) { vt_text_move(vt, vt->cursor.col - count(vt), vt->cursor.row); }
static void cursor_next_line(struct vt *vt) { cursor_down(vt); vt->cursor.col = 0; }
static void cursor_previous_line(struct vt *vt) { cursor_up(vt); vt->cursor.col = 0; }
static void cursor_column(struct vt *vt) { vt_text_move(vt, count(vt) - 1, vt->cursor.row); }

static void move_to(struct vt *vt, int col, int row)
{
    if (vt->cursor.has_origin) {
        row += vt->top;
        if (row > vt->bottom)
            row = vt->bottom;
    }
    vt_text_move(vt, col, row);
}

static void cursor_row(struct vt *vt) { move_to(vt, vt->cursor.col, count(vt) - 1); }
static void cursor_position(struct vt *vt) { move_to(vt, parameter(vt, 1, 1) - 1, parameter(vt, 0, 1) - 1); }

static void erase_rows(struct vt *vt, int from, int to)
{
    for (int row = from; row < to; row++)
        vt_grid_erase(vt, row, 0, vt->cols);
}

static void erase_in_line(struct vt *vt)
{
    int col = vt->cursor.col;
    switch (parameter(vt, 0, 0)) {
    case 0: vt_grid_erase(vt, vt->cursor.row, col, vt->cols); break;
    case 1: vt_grid_erase(vt, vt->cursor.row, 0, col + 1); break;
    case 2: vt_grid_erase(vt, vt->cursor.row, 0, vt->cols); break;
    }
    vt->cursor.wraps_next = false;
}

static void erase_in_display(struct vt *vt)
{
    switch (parameter(vt, 0, 0)) {
    case 0: erase_in_line(vt); erase_rows(vt, vt->cursor.row + 1, vt->row_count); break;
    case 1: erase_in_line(vt); erase_rows(vt, 0, vt->cursor.row); break;
    case 2: erase_rows(vt, 0, vt->row_count); break;
    case 3: vt->history_count = 0; vt->look_back = 0; break;
    }
}

static bool is_in_region(const struct vt *vt)
{
    return vt->cursor.row >= vt->top && vt->cursor.row <= vt->bottom;
}

static void move_lines(struct vt *vt, int by)
{
    if (!is_in_region(vt))
        return;
    vt_grid_move(vt, vt->cursor.row, vt->bottom, by);
    vt->cursor.col = 0;
    vt->cursor.wraps_next = false;
}

static void insert_lines(struct vt *vt) { move_lines(vt, -count(vt)); }
static void delete_lines(struct vt *vt) { move_lines(vt, count(vt)); }
static void insert_characters(struct vt *vt) { vt_grid_shift(vt, vt->cursor.row, vt->cursor.col, count(vt)); }
static void delete_characters(struct vt *vt) { vt_grid_shift(vt, vt->cursor.row, vt->cursor.col, -count(vt)); }
static void erase_characters(struct vt *vt) { vt_grid_erase(vt, vt->cursor.row, vt->cursor.col, vt->cursor.col + count(vt)); }
static void scroll_up(struct vt *vt) { vt_grid_scroll(vt, vt->top, vt->bottom, count(vt)); }
static void scroll_down(struct vt *vt) { vt_grid_scroll(vt, vt->top, vt->bottom, -count(vt)); }

static void repeat(struct vt *vt)
{
    for (int n = count(vt); n > 0 && vt->last_ch; n--)
        vt_text_put(vt, vt->last_ch);
}

static void tab_forward(struct vt *vt)
{
    for (int n = count(vt); n > 0; n--)
        do
            vt_text_move(vt, vt->cursor.col + 1, vt->cursor.row);
        while (vt->cursor.col < vt->cols - 1 && !vt->tabs[vt->cursor.col]);
}

static void tab_backward(struct vt *vt)
{
    for (int n = count(vt); n > 0; n--)
        do
            vt_text_move(vt, vt->cursor.col - 1, vt->cursor.row);
        while (vt->cursor.col > 0 && !vt->tabs[vt->cursor.col]);
}

static void clear_tabs(struct vt *vt)
{
    if (parameter(vt, 0, 0) == 0)
        vt->tabs[vt->cursor.col] = false;
    else if (parameter(vt, 0, 0) == 3)
        memset(vt->tabs, 0, sizeof vt->tabs);
}

static void set_region(struct vt *vt)
{
    int top = parameter(vt, 0, 1) - 1, bottom = parameter(vt, 1, vt->row_count) - 1;
    if (bottom >= vt->row_count)
        bottom = vt->row_count - 1;
    if (top >= bottom)
        return;
    vt->top = top;
    vt->bottom = bottom;
    move_to(vt, 0, 0);
}

void vt_csi_save(struct vt *vt)
{
    vt->screens[vt->current].saved = vt->cursor;
}

void vt_csi_restore(struct vt *vt)
{
    vt->cursor = vt->screens[vt->current].saved;
    vt_text_move(vt, vt->cursor.col, vt->cursor.row);
}

static void answer(struct vt *vt, const char *text)
{
    if (vt->reply)
        vt->reply(vt->owner, text, strlen(text));
}

static void report_status(struct vt *vt)
{
    char text[32];
    if (parameter(vt, 0, 0) == 5)
        answer(vt, "\033[0n");
    if (parameter(vt, 0, 0) != 6)
        return;
    int row = vt->cursor.row - (vt->cursor.has_origin ? vt->top : 0);
    snprintf(text, sizeof text, "\033[%d;%dR", row + 1, vt->cursor.col + 1);
    answer(vt, text);
}

/* "VT220 with colours", and to the second question (private mark '>') "a VT220, version 1". */
static void report_attributes(struct vt *vt)
{
    answer(vt, vt->private_mark == '>' ? "\033[>1;1;0c" : "\033[?62;22c");
}

static void switch_screen(struct vt *vt, bool to_alternate, bool with_cursor)
{
    if (to_alternate == (vt->current == 1))
        return;
    if (to_alternate && with_cursor)
        vt_csi_save(vt);
    vt_grid_switch(vt, to_alternate);
    if (to_alternate)
        erase_rows(vt, 0, vt->row_count);
    else if (with_cursor)
        vt_csi_restore(vt);
}

static void set_private_mode(struct vt *vt, unsigned mode, bool on)
{
    switch (mode) {
    case 1: vt->has_application_cursor = on; break;
    case 6: vt->cursor.has_origin = on; move_to(vt, 0, 0); break;
    case 7: vt->wraps = on; break;
    case 25: vt->shows_cursor = on; break;
    case 47: case 1047: switch_screen(vt, on, false); break;
    case 1048: (on ? vt_csi_save : vt_csi_restore)(vt); break;
    case 1049: switch_screen(vt, on, true); break;
    }
}

static void set_modes(struct vt *vt, bool on)
{
    for (int i = 0; i < vt->parameter_count; i++) {
        if (vt->private_mark == '?')
            set_private_mode(vt, vt->parameters[i], on);
        else if (vt->parameters[i] == 4)
            vt->inserts = on;
        else if (vt->parameters[i] == 20)
            vt->newlines_return = on;
    }
}

static void modes_on(struct vt *vt) { set_modes(vt, true); }
static void modes_off(struct vt *vt) { set_modes(vt, false); }

static const struct { char final; bool also_private; void (*run)(struct vt *vt); } table[] = {
    { '@', false, insert_characters }, { 'A', false, cursor_up }, { 'B', false, cursor_down }, { 'C', false, cursor_right },
    { 'D', false, cursor_left }, { 'E', false, cursor_next_line }, { 'F', false, cursor_previous_line },
    { 'G', false, cursor_column },
    { 'H', false, cursor_position }, { 'I', false, tab_forward }, { 'J', true, erase_in_display }, { 'K', true, erase_in_line },
    { 'L', false, insert_lines }, { 'M', false, delete_lines }, { 'P', false, delete_characters }, { 'S', false, scroll_up },
    { 'T', false, scroll_down }, { 'X', false, erase_characters }, { 'Z', false, tab_backward }, { '`', false, cursor_column },
    { 'a', false, cursor_right }, { 'b', false, repeat }, { 'c', true, report_attributes }, { 'd', false, cursor_row },
    { 'e', false, cursor_down }, { 'f', false, cursor_position }, { 'g', false, clear_tabs }, { 'h', true, modes_on },
    { 'l', true, modes_off },
    { 'm', false, vt_sgr }, { 'n', false, report_status }, { 'r', false, set_region }, { 's', false, vt_csi_save },
    { 'u', false, vt_csi_restore },
};

void vt_csi(struct vt *vt, char final)
{
    if (vt->intermediate)    /* cursor shapes, protected areas and the like: nothing that is shown here */
        return;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        if (table[i].final == final && (table[i].also_private || !vt->private_mark)) {
            table[i].run(vt);
            return;
        }
}

void vt_csi_reset(struct vt *vt)
{
    vt_grid_switch(vt, 0);
    vt->cursor = (struct cursor){ .pen = { .fg = COLOUR_DEFAULT, .bg = COLOUR_DEFAULT } };
    vt->screens[0].saved = vt->screens[1].saved = vt->cursor;
    vt->top = 0;
    vt->bottom = vt->row_count - 1;
    vt->wraps = vt->shows_cursor = true;
    vt->inserts = vt->newlines_return = vt->has_application_cursor = false;
    vt->last_ch = 0;
    for (int col = 0; col < VT_COLS_MAX; col++)
        vt->tabs[col] = col % 8 == 0;
    erase_rows(vt, 0, vt->row_count);
}
