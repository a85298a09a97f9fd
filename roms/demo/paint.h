/* SPDX-License-Identifier: MIT */
/* Anti-aliased drawing into a picture of SCREEN_WIDTH pixels a line. Coordinates are pixels; a pixel's centre is at .5. */
#ifndef ROMS_DEMO_PAINT_H
#define ROMS_DEMO_PAINT_H

#include <stdbool.h>
#include <stdint.h>
#include "roms/lib/screen.h"

/* Where to draw, and the part of it that may change. */
struct canvas {
    uint32_t *pixels;
    int left, top, right, bottom;
};

/* Mixes colour over the pixel; alpha 0..256. */
static inline uint32_t paint_mix(uint32_t under, uint32_t over, unsigned alpha)
{
    uint32_t rb = under & 0xff00ff, g = under & 0xff00;

    rb += ((over & 0xff00ff) - rb) * alpha >> 8;
    g += ((over & 0xff00) - g) * alpha >> 8;
    return (rb & 0xff00ff) | (g & 0xff00);
}

static inline unsigned paint_alpha(float coverage)
{
    return coverage <= 0 ? 0 : coverage >= 1 ? 256 : (unsigned)(coverage * 256);
}

void paint_pixel(const struct canvas *canvas, int x, int y, uint32_t colour, float coverage);
void paint_fill(const struct canvas *canvas, const struct rect *rect, uint32_t colour, float coverage);

/* A line `width` pixels thick; the opacity goes from `from` to `to` along it. */
void paint_line(const struct canvas *canvas, float x0, float y0, float x1, float y1, float width, uint32_t colour, float from,
                float to);
void paint_disc(const struct canvas *canvas, float x, float y, float radius, uint32_t colour, float coverage);
void paint_ring(const struct canvas *canvas, float x, float y, float radius, float width, uint32_t colour, float coverage);

/* A filled rectangle with round corners, and its outline. */
void paint_card(const struct canvas *canvas, const struct rect *rect, float radius, uint32_t fill, float fill_coverage,
                uint32_t edge, float edge_coverage);

/* A filled convex polygon of up to 8 corners, clockwise on the screen. */
void paint_polygon(const struct canvas *canvas, const float (*corners)[2], int count, uint32_t colour, float coverage);

/* Copies a rectangle from one picture to the other. */
void paint_copy(uint32_t *to, const uint32_t *from, const struct rect *rect);

#endif
