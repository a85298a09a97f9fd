/* SPDX-License-Identifier: MIT */
/* Drawing into a translucent picture in memory. Colours and pixels are ARGB, the colour not multiplied by alpha; everything is
   painted over what is there, and edges that lie between pixels are softened. What lies outside is cut off. */
#ifndef FRONTENDS_SDL_CANVAS_H
#define FRONTENDS_SDL_CANVAS_H

#include "base/types.h"

struct canvas {
    uint32_t *pixels;
    int width, height;
};

/* Makes it this large, and empty. */
void canvas_reset(struct canvas *canvas, int width, int height);
void canvas_free(struct canvas *canvas);

struct canvas_box {
    double left, top, right, bottom;
};

void canvas_fill(struct canvas *canvas, struct canvas_box box, uint32_t colour);

/* With round corners, and an edge of one pixel inside. */
void canvas_panel(struct canvas *canvas, struct canvas_box box, double radius, uint32_t colour, uint32_t edge);

/* Text (UTF-8 of ASCII and Latin-1 only) in the terminal's typeface, `zoom` times as large. Returns where it ends. */
int canvas_text(struct canvas *canvas, int x, int y, int zoom, const char *text, uint32_t colour);
int canvas_text_width(const char *text, int zoom);

#endif
