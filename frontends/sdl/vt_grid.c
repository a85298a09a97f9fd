/* SPDX-License-Identifier: MIT */
/* The terminal's cells: screens, scrolling, and the lines that have scrolled away. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "frontends/sdl/vt_state.h"

static struct vt_cell *new_row(const struct pen *pen)
{
    struct vt_cell *row = mem_alloc(VT_COLS_MAX * sizeof *row), blank = vt_sgr_cell(pen, ' ');
    for (int i = 0; i < VT_COLS_MAX; i++)
        row[i] = blank;
    return row;
}

static void erase_row(struct vt_cell *row, const struct pen *pen, int from, int to)
{
    struct vt_cell blank = vt_sgr_cell(pen, ' ');
    blank.flags = 0;
    for (int i = from; i < to; i++)
        row[i] = blank;
}

void vt_grid_init(struct vt *vt, int cols, int rows)
{
    struct pen pen = { COLOUR_DEFAULT, COLOUR_DEFAULT, 0, 0, 0, 0, 0, 0 };
    vt->cols = cols;
    vt->row_count = rows;
    for (int s = 0; s < 2; s++) {
        vt->screens[s].rows = mem_alloc(VT_ROWS_MAX * sizeof *vt->screens[s].rows);
        for (int i = 0; i < VT_ROWS_MAX; i++)
            vt->screens[s].rows[i] = new_row(&pen);
    }
    vt->history = mem_alloc(VT_HISTORY * sizeof *vt->history);
}

void vt_grid_free(struct vt *vt)
{
    for (int s = 0; s < 2; s++) {
        for (int i = 0; i < VT_ROWS_MAX; i++)
            free(vt->screens[s].rows[i]);
        free(vt->screens[s].rows);
    }
    for (int i = 0; i < VT_HISTORY; i++)
        free(vt->history[i]);
    free(vt->history);
}

struct vt_cell *vt_grid_row(struct vt *vt, int row)
{
    return vt->screens[vt->current].rows[row];
}

void vt_grid_erase(struct vt *vt, int row, int from, int to)
{
    erase_row(vt_grid_row(vt, row), &vt->cursor.pen, from < 0 ? 0 : from, to > vt->cols ? vt->cols : to);
}

/* The top line leaves the screen for the history; returns a row to be used instead of it. */
static struct vt_cell *remember(struct vt *vt, struct vt_cell *row)
{
    struct vt_cell *oldest = vt->history[vt->history_next];
    vt->history[vt->history_next] = row;
    vt->history_next = (vt->history_next + 1) % VT_HISTORY;
    if (vt->history_count < VT_HISTORY)
        vt->history_count++;
    if (vt->look_back && vt->look_back < vt->history_count)
        vt->look_back++;
    return oldest ? oldest : new_row(&vt->cursor.pen);
}

static void scroll_once(struct vt *vt, int top, int bottom, bool is_up, bool remembers)
{
    struct vt_cell **rows = vt->screens[vt->current].rows, *row = rows[is_up ? top : bottom];
    if (remembers && is_up && top == 0 && vt->current == 0)
        row = remember(vt, row);
    if (is_up)
        memmove(&rows[top], &rows[top + 1], (size_t)(bottom - top) * sizeof *rows);
    else
        memmove(&rows[top + 1], &rows[top], (size_t)(bottom - top) * sizeof *rows);
    erase_row(row, &vt->cursor.pen, 0, VT_COLS_MAX);
    rows[is_up ? bottom : top] = row;
}

static void scroll(struct vt *vt, int top, int bottom, int lines, bool remembers)
{
    int count = lines < 0 ? -lines : lines;
    if (count > bottom - top + 1)
        count = bottom - top + 1;
    while (count-- > 0)
        scroll_once(vt, top, bottom, lines > 0, remembers);
}

void vt_grid_scroll(struct vt *vt, int top, int bottom, int lines)
{
    scroll(vt, top, bottom, lines, true);
}

void vt_grid_move(struct vt *vt, int top, int bottom, int lines)
{
    scroll(vt, top, bottom, lines, false);
}

void vt_grid_shift(struct vt *vt, int row, int col, int by)
{
    struct vt_cell *cells = vt_grid_row(vt, row);
    int rest = vt->cols - col, count = by < 0 ? -by : by;
    if (count > rest)
        count = rest;
    if (by > 0) {
        memmove(&cells[col + count], &cells[col], (size_t)(rest - count) * sizeof *cells);
        vt_grid_erase(vt, row, col, col + count);
    } else {
        memmove(&cells[col], &cells[col + count], (size_t)(rest - count) * sizeof *cells);
        vt_grid_erase(vt, row, vt->cols - count, vt->cols);
    }
}

void vt_grid_switch(struct vt *vt, int screen)
{
    vt->current = screen;
    vt->look_back = 0;
}

/* ---- for those who draw ---- */

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

/* Rows exist up to the limits always, so a new size only says how many are used. When the screen gets lower the cursor's line
   stays visible: the top lines go to the history. */
void vt_resize(struct vt *vt, int cols, int rows)
{
    cols = clamp(cols, VT_COLS_MIN, VT_COLS_MAX);
    rows = clamp(rows, VT_ROWS_MIN, VT_ROWS_MAX);
    if (cols == vt->cols && rows == vt->row_count)
        return;
    if (vt->cursor.row >= rows) {
        vt_grid_scroll(vt, 0, vt->row_count - 1, vt->cursor.row - rows + 1);
        vt->cursor.row = rows - 1;
    }
    vt->cols = cols;
    vt->row_count = rows;
    vt->top = 0;
    vt->bottom = rows - 1;
    vt->cursor.col = clamp(vt->cursor.col, 0, cols - 1);
    vt->cursor.wraps_next = false;
    for (int s = 0; s < 2; s++) {
        struct cursor *saved = &vt->screens[s].saved;
        saved->col = clamp(saved->col, 0, cols - 1);
        saved->row = clamp(saved->row, 0, rows - 1);
    }
    vt->version++;
}

int vt_cols(const struct vt *vt)
{
    return vt->cols;
}

int vt_rows(const struct vt *vt)
{
    return vt->row_count;
}

void vt_look_back(struct vt *vt, int lines)
{
    vt->look_back = clamp(lines, 0, vt->current == 0 ? vt->history_count : 0);
    vt->version++;
}

int vt_looks_back(const struct vt *vt)
{
    return vt->look_back;
}

const struct vt_cell *vt_row(const struct vt *vt, int row)
{
    int line = row - vt->look_back;
    if (line >= 0)
        return vt->screens[vt->current].rows[line];
    return vt->history[(vt->history_next + line + VT_HISTORY) % VT_HISTORY];
}

bool vt_cursor(const struct vt *vt, int *col, int *row)
{
    *col = vt->cursor.col;
    *row = vt->cursor.row + vt->look_back;
    return vt->shows_cursor && *row < vt->row_count;
}

unsigned vt_version(const struct vt *vt)
{
    return vt->version;
}
