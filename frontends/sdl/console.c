/* SPDX-License-Identifier: MIT */
#include "frontends/sdl/console.h"

#include <SDL_clipboard.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "frontends/sdl/font.h"
#include "frontends/sdl/vt.h"

enum { COLS = VT_COLS_MIN, ROWS = VT_ROWS_MIN, SCALE_MAX = 6 };

struct console {
    struct host_loop *loop;
    struct vt *vt;
    uint32_t *pixels;
    int width, height, scale;
    unsigned drawn_version;
};

static void send(void *owner, const char *data, size_t length)
{
    struct console *c = owner;
    while (length) {
        struct host_message message = { .kind = HOST_SERIAL };
        size_t n = length < sizeof message.bytes ? length : sizeof message.bytes;
        memcpy(message.bytes, data, n);
        message.length = (uint8_t)n;
        host_loop_post(c->loop, &message);
        data += n;
        length -= n;
    }
}

struct console *console_new(struct host_loop *loop)
{
    struct console *c = mem_alloc(sizeof *c);
    c->loop = loop;
    c->vt = vt_new(COLS, ROWS, send, c);
    c->scale = 1;
    return c;
}

void console_free(struct console *c)
{
    if (!c)
        return;
    vt_free(c->vt);
    free(c->pixels);
    free(c);
}

void console_show(struct console *c, const uint8_t *data, size_t length)
{
    if (length)
        vt_write(c->vt, data, length);
}

/* Never smaller than the window shows it, so that the last step on the way to the screen only shrinks: that stays sharp. */
void console_fit(struct console *c, int width, int height)
{
    int scale = 1;
    while (scale < SCALE_MAX && (scale * COLS * FONT_WIDTH < width && scale * ROWS * FONT_HEIGHT < height))
        scale++;
    if (scale != c->scale) {
        free(c->pixels);
        c->pixels = NULL;
    }
    c->scale = scale;
}

/* ---- drawing ---- */

static void draw_cell(struct console *c, int col, int row, const struct vt_cell *cell, bool is_cursor)
{
    uint8_t glyph[FONT_HEIGHT];
    uint32_t fg = is_cursor ? cell->bg : cell->fg, bg = is_cursor ? cell->fg : cell->bg;
    int scale = c->scale;
    uint32_t *to = c->pixels + (size_t)(row * FONT_HEIGHT * scale) * (size_t)c->width + (size_t)(col * FONT_WIDTH * scale);
    if (cell->flags & VT_WIDE_REST)
        memset(glyph, 0, sizeof glyph);
    else
        font_glyph(cell->ch, glyph);
    if (cell->flags & VT_UNDERLINED)
        glyph[FONT_HEIGHT - 2] = 0xff;
    if (cell->flags & VT_STRUCK)
        glyph[FONT_HEIGHT / 2] = 0xff;
    for (int y = 0; y < FONT_HEIGHT * scale; y++, to += c->width)
        for (int x = 0; x < FONT_WIDTH * scale; x++)
            to[x] = glyph[y / scale] & 0x80 >> x / scale ? fg : bg;
}

bool console_draw(struct console *c, const uint32_t **pixels, int *width, int *height)
{
    int cursor_col, cursor_row;
    bool shows_cursor = vt_cursor(c->vt, &cursor_col, &cursor_row), is_new = !c->pixels || c->drawn_version != vt_version(c->vt);
    if (!c->pixels) {
        c->width = COLS * FONT_WIDTH * c->scale;
        c->height = ROWS * FONT_HEIGHT * c->scale;
        c->pixels = mem_alloc((size_t)c->width * (size_t)c->height * sizeof *c->pixels);
    }
    for (int row = 0; is_new && row < ROWS; row++) {
        const struct vt_cell *cells = vt_row(c->vt, row);
        for (int col = 0; col < COLS; col++)
            draw_cell(c, col, row, &cells[col], shows_cursor && row == cursor_row && col == cursor_col);
    }
    c->drawn_version = vt_version(c->vt);
    *pixels = c->pixels;
    *width = c->width;
    *height = c->height;
    return is_new;
}

/* ---- typing ---- */

void console_scroll(struct console *c, int lines)
{
    vt_look_back(c->vt, vt_looks_back(c->vt) + lines);
}

void console_type(struct console *c, const char *text)
{
    vt_look_back(c->vt, 0);
    send(c, text, strlen(text));
}

/* Line ends of the clipboard are what the Enter key would send. */
void console_paste(struct console *c)
{
    char *text = SDL_GetClipboardText();
    for (char *p = text; p && *p; p++)
        if (*p == '\n')
            *p = '\r';
    if (text)
        console_type(c, text);
    SDL_free(text);
}

/* Ctrl with a letter or one of @ [ \ ] ^ _ and space is a control character. */
static bool type_control(struct console *c, const SDL_Keysym *key)
{
    SDL_Keycode sym = key->sym == SDLK_SPACE ? '@' : key->sym >= 'a' && key->sym <= 'z' ? key->sym - 32 : key->sym;
    if (sym < '@' || sym > '_')
        return false;
    char byte = (char)(sym & 0x1f);
    vt_look_back(c->vt, 0);
    send(c, &byte, 1);
    return true;
}

void console_key(struct console *c, const SDL_Keysym *key)
{
    static const struct { SDL_Scancode scancode; enum vt_key key; } keys[] = {
        { SDL_SCANCODE_UP, VT_UP }, { SDL_SCANCODE_DOWN, VT_DOWN }, { SDL_SCANCODE_RIGHT, VT_RIGHT },
        { SDL_SCANCODE_LEFT, VT_LEFT }, { SDL_SCANCODE_HOME, VT_HOME }, { SDL_SCANCODE_END, VT_END },
        { SDL_SCANCODE_INSERT, VT_INSERT }, { SDL_SCANCODE_DELETE, VT_DELETE },
        { SDL_SCANCODE_PAGEUP, VT_PAGE_UP }, { SDL_SCANCODE_PAGEDOWN, VT_PAGE_DOWN },
        { SDL_SCANCODE_RETURN, VT_ENTER }, { SDL_SCANCODE_KP_ENTER, VT_ENTER }, { SDL_SCANCODE_BACKSPACE, VT_BACKSPACE },
        { SDL_SCANCODE_TAB, VT_TAB }, { SDL_SCANCODE_ESCAPE, VT_ESCAPE },
    };
    unsigned modifiers = (key->mod & KMOD_SHIFT ? VT_SHIFT : 0) | (key->mod & KMOD_LALT ? VT_ALT : 0)
                         | (key->mod & KMOD_CTRL ? VT_CTRL : 0);
    if (modifiers == VT_SHIFT && (key->scancode == SDL_SCANCODE_PAGEUP || key->scancode == SDL_SCANCODE_PAGEDOWN)) {
        console_scroll(c, (key->scancode == SDL_SCANCODE_PAGEUP ? 1 : -1) * (vt_rows(c->vt) - 1));
        return;
    }
    if (modifiers == VT_SHIFT && key->scancode == SDL_SCANCODE_INSERT) {
        console_paste(c);
        return;
    }
    int found = -1;
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
        if (keys[i].scancode == key->scancode)
            found = (int)keys[i].key;
    if (key->scancode >= SDL_SCANCODE_F1 && key->scancode <= SDL_SCANCODE_F12)
        found = VT_F1 + (int)(key->scancode - SDL_SCANCODE_F1);
    if (found >= 0) {
        char out[16];
        size_t n = vt_key(c->vt, (enum vt_key)found, modifiers, out);
        vt_look_back(c->vt, 0);
        send(c, out, n);
    } else if (modifiers & VT_CTRL) {
        type_control(c, key);
    }
}
