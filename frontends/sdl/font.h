/* SPDX-License-Identifier: MIT */
/* The terminal's typeface: 8x16 pixels for ASCII, Latin letters with their accents, box drawing, blocks and a few signs. */
#ifndef FRONTENDS_SDL_FONT_H
#define FRONTENDS_SDL_FONT_H

#include "base/types.h"

enum { FONT_WIDTH = 8, FONT_HEIGHT = 16 };

/* The rows of a character, the leftmost pixel in the highest bit. An empty box, and false, for one that the typeface lacks. */
bool font_glyph(uint32_t ch, uint8_t rows[FONT_HEIGHT]);

/* Draws text (UTF-8 of ASCII and Latin-1 only) at pixel x, y of a picture; what does not fit is cut off. */
void font_draw(uint32_t *pixels, int width, int height, int x, int y, const char *text, uint32_t colour);

#endif
