/* SPDX-License-Identifier: MIT */
#include "frontends/sdl/vt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "frontends/sdl/vt_state.h"

enum { BEL = 7, BS, HT, LF, VT, FF, CR, SO, SI, CAN = 24, SUB = 26, ESC = 27, DEL = 127 };
enum { REPLACEMENT = 0xfffd, PARAMETER_MAX = 65535 };

struct vt *vt_new(int cols, int rows, void (*reply)(void *owner, const char *data, size_t length), void *owner)
{
    struct vt *vt = mem_alloc(sizeof *vt);
    vt->reply = reply;
    vt->owner = owner;
    vt_grid_init(vt, cols, rows);
    vt_csi_reset(vt);
    return vt;
}

void vt_free(struct vt *vt)
{
    if (!vt)
        return;
    vt_grid_free(vt);
    free(vt);
}

/* ---- control characters and escape sequences ---- */

static void control(struct vt *vt, uint8_t byte)
{
    struct cursor *c = &vt->cursor;
    switch (byte) {
    case BS:
        vt_text_move(vt, c->col - 1, c->row);
        break;
    case HT:
        do
            vt_text_move(vt, c->col + 1, c->row);
        while (c->col < vt->cols - 1 && !vt->tabs[c->col]);
        break;
    case LF: case VT: case FF:
        if (vt->newlines_return)
            c->col = 0;
        c->wraps_next = false;
        vt_text_newline(vt);
        break;
    case CR:
        vt_text_move(vt, 0, c->row);
        break;
    case SO: case SI:
        c->charset = byte == SO;
        break;
    case CAN: case SUB:
        vt->state = GROUND;
        break;
    case ESC:
        vt->state = ESCAPE;
        break;
    }
}

static void reverse_newline(struct vt *vt)
{
    vt->cursor.wraps_next = false;
    if (vt->cursor.row == vt->top)
        vt_grid_scroll(vt, vt->top, vt->bottom, -1);
    else if (vt->cursor.row > 0)
        vt->cursor.row--;
}

static void escape(struct vt *vt, uint8_t byte)
{
    vt->state = GROUND;
    switch (byte) {
    case '[':
        vt->state = CSI;
        vt->private_mark = vt->intermediate = 0;
        vt->parameter_count = 1;
        memset(vt->parameters, 0, sizeof vt->parameters);
        break;
    case ']': case 'P': case 'X': case '^': case '_':
        vt->state = STRING;
        break;
    case '(': case ')':
        vt->state = CHARSET;
        vt->charset_slot = byte == ')';
        break;
    case '#': case '%': case '*': case '+': case ' ':
        vt->state = ESCAPE_SKIP;
        break;
    case '7': vt_csi_save(vt); break;
    case '8': vt_csi_restore(vt); break;
    case 'D': vt_text_newline(vt); break;
    case 'E': vt->cursor.col = 0; vt_text_newline(vt); break;
    case 'H': vt->tabs[vt->cursor.col] = true; break;
    case 'M': reverse_newline(vt); break;
    case 'c': vt_csi_reset(vt); break;
    }
}

static void csi_byte(struct vt *vt, uint8_t byte)
{
    unsigned *parameter = &vt->parameters[vt->parameter_count - 1];
    if (byte >= '0' && byte <= '9') {
        *parameter = *parameter * 10 + byte - '0';
        if (*parameter > PARAMETER_MAX)
            *parameter = PARAMETER_MAX;
    } else if (byte == ';' || byte == ':') {
        if (vt->parameter_count < VT_PARAMETERS)
            vt->parameter_count++;
    } else if (byte >= '<' && byte <= '?') {
        vt->private_mark = (char)byte;
    } else if (byte >= ' ' && byte <= '/') {
        vt->intermediate = (char)byte;
    } else if (byte >= '@' && byte <= '~') {
        vt->state = GROUND;
        vt_csi(vt, (char)byte);
    }
}

/* ---- text ---- */

/* UTF-8; a byte that does not belong is shown as a replacement character and what follows is read afresh. */
static void text(struct vt *vt, uint8_t byte)
{
    if (vt->utf8_left) {
        if ((byte & 0xc0) == 0x80) {
            vt->utf8 = vt->utf8 << 6 | (byte & 0x3f);
            if (--vt->utf8_left == 0)
                vt_text_put(vt, vt->utf8 > 0x10ffff ? REPLACEMENT : vt->utf8);
            return;
        }
        vt->utf8_left = 0;
        vt_text_put(vt, REPLACEMENT);
    }
    if (byte < 0x80) {
        if (byte != DEL)
            vt_text_put(vt, byte);
    } else if (byte >= 0xc2 && byte <= 0xf4) {
        vt->utf8_left = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
        vt->utf8 = byte & (0x3fu >> vt->utf8_left);
    } else {
        vt_text_put(vt, REPLACEMENT);
    }
}

static void take_byte(struct vt *vt, uint8_t byte)
{
    if (vt->state == STRING || vt->state == STRING_ESCAPE) {
        /* a title, or a question that is not answered: until BEL or ESC \ */
        bool ends = byte == BEL || byte == CAN || byte == SUB || vt->state == STRING_ESCAPE;
        vt->state = ends ? GROUND : byte == ESC ? STRING_ESCAPE : STRING;
        return;
    }
    if (byte < ' ') {
        vt->utf8_left = 0;
        control(vt, byte);
        return;
    }
    switch (vt->state) {
    case GROUND:
        text(vt, byte);
        break;
    case ESCAPE:
        escape(vt, byte);
        break;
    case CHARSET:
        vt->cursor.has_graphics[(int)vt->charset_slot] = byte == '0';
        vt->state = GROUND;
        break;
    case CSI:
        csi_byte(vt, byte);
        break;
    default:
        vt->state = GROUND;
    }
}

void vt_write(struct vt *vt, const uint8_t *data, size_t length)
{
    for (size_t i = 0; i < length; i++)
        take_byte(vt, data[i]);
    vt->version++;
}

/* ---- keys ---- */

/* Cursor and editing keys as xterm sends them: ESC [ A, with modifiers ESC [ 1 ; m A; ESC [ 5 ~ and ESC [ 5 ; m ~. */
static size_t letter_key(char out[16], char introducer, char letter, unsigned modifiers)
{
    if (modifiers)
        return (size_t)snprintf(out, 16, "\033[1;%u%c", modifiers + 1, letter);
    return (size_t)snprintf(out, 16, "\033%c%c", introducer, letter);
}

static size_t number_key(char out[16], unsigned number, unsigned modifiers)
{
    if (modifiers)
        return (size_t)snprintf(out, 16, "\033[%u;%u~", number, modifiers + 1);
    return (size_t)snprintf(out, 16, "\033[%u~", number);
}

size_t vt_key(struct vt *vt, enum vt_key key, unsigned modifiers, char out[16])
{
    static const char letters[] = "ABCDHF";
    static const uint8_t numbers[] = { 2, 3, 5, 6 }, functions[] = { 15, 17, 18, 19, 20, 21, 23, 24 };
    static const char single[] = { '\r', 0x7f, '\t', ESC };

    if (key <= VT_END)
        return letter_key(out, vt->has_application_cursor ? 'O' : '[', letters[key], modifiers);
    if (key <= VT_PAGE_DOWN)
        return number_key(out, numbers[key - VT_INSERT], modifiers);
    if (key < VT_F1 + 4)
        return letter_key(out, 'O', (char)('P' + key - VT_F1), modifiers);
    if (key <= VT_F12)
        return number_key(out, functions[key - VT_F1 - 4], modifiers);
    if (key == VT_TAB && modifiers & VT_SHIFT)
        return (size_t)snprintf(out, 16, "\033[Z");
    size_t n = 0;
    if (modifiers & VT_ALT)
        out[n++] = ESC;
    out[n++] = key == VT_BACKSPACE && modifiers & VT_CTRL ? BS : single[key - VT_ENTER];
    return n;
}
