/* SPDX-License-Identifier: MIT */
/* A typeface drawn with a pen: every glyph is a few strokes on a grid, so one description serves every size. */
#ifndef ROMS_DEMO_FONT_H
#define ROMS_DEMO_FONT_H

#include "roms/demo/paint.h"

/* Characters beyond ASCII, as strings to be put between others. */
#define FONT_DOT "\x01"
#define FONT_TIMES "\x02"
#define FONT_UP "\x03"
#define FONT_DOWN "\x04"
#define FONT_LEFT "\x05"
#define FONT_RIGHT "\x06"
#define FONT_MINUS "\x07"
#define FONT_MICRO "\x08"

enum font_face { FONT_SMALL, FONT_BODY, FONT_STRONG, FONT_CAPS, FONT_LARGE, FONT_TITLE, FONT_FACES };

/* Draws text with its baseline at y and its left edge at x; returns the x where more would follow. */
int font_draw(const struct canvas *canvas, enum font_face face, int x, int y, const char *text, uint32_t colour);
int font_draw_right(const struct canvas *canvas, enum font_face face, int right, int y, const char *text, uint32_t colour);
int font_draw_centred(const struct canvas *canvas, enum font_face face, int centre, int y, const char *text, uint32_t colour);
int font_width(enum font_face face, const char *text);

#endif
