/* SPDX-License-Identifier: MIT */
#ifndef ROMS_DEMO_GLYPHS_H
#define ROMS_DEMO_GLYPHS_H

enum { GLYPH_COUNT = 128, GLYPH_BASELINE = 6, GLYPH_X_HEIGHT = 16, GLYPH_CAP_HEIGHT = 20 };

struct glyph {
    int width;             /* from the leftmost stroke to the rightmost, in grid units */
    const char *strokes;   /* NULL: not in the typeface */
};

extern const struct glyph glyphs[GLYPH_COUNT];

#endif
