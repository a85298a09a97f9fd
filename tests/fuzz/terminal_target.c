/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/terminal_target.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "frontends/sdl/vt.h"

enum { COLS = 80, ROWS = 25, REPLY_MAX = 256 };

struct terminal {
    struct vt *vt;
    uint64_t replied;
};

static void reply(void *owner, const char *data, size_t length)
{
    struct terminal *terminal = owner;
    fuzz_require(data && length <= REPLY_MAX);
    terminal->replied += length;
}

/* Numbers as programs give them, and as they do not. */
static int any_parameter(struct tape *t)
{
    uint8_t how = tape_byte(t);
    return how < 128 ? how % 32 : how < 240 ? how : how < 248 ? (int)tape_number(t, 2) : (int)(tape_number(t, 4) & 0x7fffffff);
}

static void control_sequence(struct vt *vt, struct tape *t)
{
    char text[128];
    static const char marks[] = "?>=!$\" ";
    uint8_t how = tape_byte(t);
    int n = sprintf(text, "\033[");
    if (how & 1)
        n += sprintf(text + n, "%c", marks[tape_byte(t) % 7]);
    for (unsigned i = how >> 4 & 7; i; i--)
        n += sprintf(text + n, "%d%c", any_parameter(t), i > 1 ? how & 2 ? ':' : ';' : 0);
    n -= (how >> 4 & 7) != 0;
    text[n++] = (char)(how & 4 ? tape_byte(t) : '@' + tape_byte(t) % 63);
    vt_write(vt, (uint8_t *)text, (size_t)n);
}

static void raw_bytes(struct vt *vt, struct tape *t)
{
    uint8_t bytes[64];
    vt_write(vt, bytes, tape_bytes(t, bytes, 1 + tape_below(t, sizeof bytes)));
}

static void escape(struct vt *vt, struct tape *t)
{
    static const char second[] = "]P^_X()*+#78cDEHMZ=>%";
    uint8_t bytes[40] = { 27 };
    bytes[1] = (uint8_t)second[tape_byte(t) % (sizeof second - 1)];
    vt_write(vt, bytes, 2 + tape_bytes(t, bytes + 2, tape_byte(t) % 32));
}

/* Unicode: wide and combining characters, and what is no UTF-8. */
static void characters(struct vt *vt, struct tape *t)
{
    static const uint32_t first[] = { 0x20, 0xa0, 0x300, 0x1100, 0x2500, 0x4e00, 0xd800, 0xfe00, 0x1f300, 0x10fff0 };
    uint32_t ch = first[tape_below(t, ARRAY_SIZE(first))];
    ch += tape_byte(t);
    uint8_t bytes[4] = { (uint8_t)(0xf0 | ch >> 18), (uint8_t)(0x80 | (ch >> 12 & 63)), (uint8_t)(0x80 | (ch >> 6 & 63)),
                         (uint8_t)(0x80 | (ch & 63)) };
    size_t skip = ch < 0x800 ? 2 : ch < 0x10000 ? 1 : 0;
    if (skip)
        bytes[skip] = (uint8_t)((skip == 2 ? 0xc0 | ch >> 6 : 0xe0 | ch >> 12));
    for (unsigned n = 1 + tape_byte(t) % 8; n; n--)
        vt_write(vt, bytes + skip, sizeof bytes - skip);
}

static void user_resize(struct vt *vt, struct tape *t)
{
    int columns = (int)tape_number(t, 2) - 64;
    vt_resize(vt, columns, (int)tape_byte(t) - 16);
}

static void user(struct vt *vt, struct tape *t)
{
    char out[16];
    uint8_t how = tape_byte(t);
    if (how < 32)
        user_resize(vt, t);
    else if (how < 128)
        vt_look_back(vt, (int)tape_number(t, 2) - 32768);
    else
        fuzz_require(vt_key(vt, (enum vt_key)(how % (VT_ESCAPE + 1)), how & 7, out) <= sizeof out);
}

/* What the window draws. */
static void look(struct vt *vt)
{
    int cols = vt_cols(vt), rows = vt_rows(vt), col = 0, row = 0;
    fuzz_require(cols >= VT_COLS_MIN && cols <= VT_COLS_MAX && rows >= VT_ROWS_MIN && rows <= VT_ROWS_MAX);
    for (int y = 0; y < rows; y++)
        for (int x = 0; x < cols; x++)
            fuzz_require(vt_row(vt, y)[x].ch <= 0x10ffff);
    if (vt_cursor(vt, &col, &row))
        fuzz_require(col >= 0 && col < cols && row >= 0 && row < rows);
}

void *terminal_target_open(const char *name)
{
    (void)name;
    return mem_alloc(sizeof(struct terminal));
}

uint64_t terminal_target_play(void *fuzzed, struct tape *t)
{
    struct terminal *terminal = fuzzed;
    uint64_t actions = 0;
    struct vt *vt = terminal->vt = vt_new(COLS, ROWS, reply, terminal);
    for (; !tape_ended(t); actions++) {
        uint8_t how = tape_byte(t);
        if (how < 120)
            control_sequence(vt, t);
        else if (how < 180)
            characters(vt, t);
        else if (how < 220)
            raw_bytes(vt, t);
        else if (how < 252)
            escape(vt, t);
        else
            user(vt, t);
        if (how % 64 == 0)
            look(vt);
    }
    look(vt);
    vt_free(vt);
    return actions;
}

void terminal_target_close(void *fuzzed)
{
    free(fuzzed);
}
