/* SPDX-License-Identifier: MIT */
#ifndef FRONTENDS_SDL_GLYPHS_H
#define FRONTENDS_SDL_GLYPHS_H

#include "base/types.h"

struct glyph {
    uint16_t ch;         /* Unicode */
    uint8_t top, count;  /* first row, number of rows */
    const char *rows;
};

extern const struct glyph glyphs[];   /* by ch */
extern const size_t glyph_count;

#endif
