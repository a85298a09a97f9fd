/* SPDX-License-Identifier: MIT */
/* Colours and attributes: ECMA-48 SGR with xterm's 256 and 24-bit colours. */
#include "frontends/sdl/vt_state.h"

enum { BRIGHT = 8 };

static const uint32_t sixteen[16] = {
    0x000000, 0xb33a3a, 0x3f9f4a, 0xb38a2e, 0x4a74c9, 0x9d58b0, 0x3a9ea5, 0xc8c8c8,
    0x686868, 0xf06565, 0x6fd27a, 0xeecb5c, 0x7fa5f8, 0xd487e6, 0x68d3da, 0xffffff,
};
static const uint32_t default_fg = 0xd0d0d0, default_bg = 0x101418;

/* xterm's palette: 16 named colours, a 6x6x6 cube, 24 greys. */
static uint32_t palette(unsigned index)
{
    if (index < 16)
        return sixteen[index];
    if (index >= 232) {
        uint32_t grey = 8 + 10 * (index - 232);
        return grey << 16 | grey << 8 | grey;
    }
    uint32_t rgb = 0, levels[3] = { (index - 16) / 36, (index - 16) / 6 % 6, (index - 16) % 6 };
    for (int i = 0; i < 3; i++)
        rgb = rgb << 8 | (levels[i] ? 55 + 40 * levels[i] : 0);
    return rgb;
}

static uint32_t resolve(uint32_t colour, uint32_t fallback, bool brightens)
{
    if (colour & COLOUR_DEFAULT)
        return fallback;
    if (!(colour & COLOUR_INDEX))
        return colour;
    unsigned index = colour & 0xff;
    return palette(brightens && index < BRIGHT ? index + BRIGHT : index);
}

struct vt_cell vt_sgr_cell(const struct pen *pen, uint32_t ch)
{
    uint32_t fg = resolve(pen->fg, pen->is_bold ? sixteen[15] : default_fg, pen->is_bold);
    uint32_t bg = resolve(pen->bg, default_bg, false);
    if (pen->is_dim)
        fg = fg >> 1 & 0x7f7f7f;
    if (pen->is_reverse) {
        uint32_t swap = fg;
        fg = bg;
        bg = swap;
    }
    if (pen->is_hidden)
        fg = bg;
    return (struct vt_cell){ ch, fg, bg, (uint8_t)((pen->is_underlined ? VT_UNDERLINED : 0) | (pen->is_struck ? VT_STRUCK : 0)) };
}

/* 38;5;INDEX or 38;2;R;G;B: takes what follows the 38 at *i. */
static void take_long_colour(const struct vt *vt, int *i, uint32_t *colour)
{
    const unsigned *p = vt->parameters;
    int left = vt->parameter_count - *i - 1;
    if (left >= 2 && p[*i + 1] == 5) {
        *colour = COLOUR_INDEX | (p[*i + 2] & 0xff);
        *i += 2;
    } else if (left >= 4 && p[*i + 1] == 2) {
        *colour = (p[*i + 2] & 0xff) << 16 | (p[*i + 3] & 0xff) << 8 | (p[*i + 4] & 0xff);
        *i += 4;
    } else {
        *i = vt->parameter_count;
    }
}

static void set_attribute(struct pen *pen, unsigned n)
{
    switch (n) {
    case 0: *pen = (struct pen){ .fg = COLOUR_DEFAULT, .bg = COLOUR_DEFAULT }; break;
    case 1: pen->is_bold = true; break;
    case 2: pen->is_dim = true; break;
    case 4: pen->is_underlined = true; break;
    case 7: pen->is_reverse = true; break;
    case 8: pen->is_hidden = true; break;
    case 9: pen->is_struck = true; break;
    case 21: case 22: pen->is_bold = pen->is_dim = false; break;
    case 24: pen->is_underlined = false; break;
    case 27: pen->is_reverse = false; break;
    case 28: pen->is_hidden = false; break;
    case 29: pen->is_struck = false; break;
    case 39: pen->fg = COLOUR_DEFAULT; break;
    case 49: pen->bg = COLOUR_DEFAULT; break;
    default:
        if (n >= 30 && n <= 37)
            pen->fg = COLOUR_INDEX | (n - 30);
        else if (n >= 40 && n <= 47)
            pen->bg = COLOUR_INDEX | (n - 40);
        else if (n >= 90 && n <= 97)
            pen->fg = COLOUR_INDEX | (n - 90 + BRIGHT);
        else if (n >= 100 && n <= 107)
            pen->bg = COLOUR_INDEX | (n - 100 + BRIGHT);
    }
}

void vt_sgr(struct vt *vt)
{
    struct pen *pen = &vt->cursor.pen;
    for (int i = 0; i < vt->parameter_count; i++) {
        unsigned n = vt->parameters[i];
        if (n == 38 || n == 48)
            take_long_colour(vt, &i, n == 38 ? &pen->fg : &pen->bg);
        else
            set_attribute(pen, n);
    }
}
