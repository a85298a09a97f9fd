/* SPDX-License-Identifier: MIT */
#include "frontends/sdl/canvas.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "frontends/sdl/font.h"

void canvas_reset(struct canvas *c, int width, int height)
{
    canvas_free(c);
    c->pixels = mem_alloc((size_t)width * (size_t)height * sizeof *c->pixels);
    c->width = width;
    c->height = height;
}

void canvas_free(struct canvas *c)
{
    free(c->pixels);
    c->pixels = NULL;
}

static double clamp(double x, double least, double most)
{
    return x < least ? least : x > most ? most : x;
}

static float channel(uint32_t colour, unsigned shift)
{
    return (float)(colour >> shift & 0xff);
}

/* Porter and Duff's "over": the colour covers this share of the pixel. */
static void paint(struct canvas *c, int x, int y, uint32_t colour, double share)
{
    if (x < 0 || y < 0 || x >= c->width || y >= c->height)
        return;
    uint32_t *pixel = &c->pixels[(size_t)y * (size_t)c->width + (size_t)x];
    float above = channel(colour, 24) / 255 * (float)share, below = channel(*pixel, 24) / 255 * (1 - above);
    float alpha = above + below;
    if (above <= 0)
        return;
    uint32_t mixed = (uint32_t)(alpha * 255 + 0.5f) << 24;
    for (unsigned shift = 0; shift < 24; shift += 8)
        mixed |= (uint32_t)((channel(colour, shift) * above + channel(*pixel, shift) * below) / alpha + 0.5f) << shift;
    *pixel = mixed;
}

/* How much of the pixel from `at` to `at` + 1 lies between the two. */
static double overlap(int at, double from, double to)
{
    return clamp(fmin(at + 1, to) - fmax(at, from), 0, 1);
}

static int first_pixel(double from, int size)
{
    return (int)floor(clamp(from, 0, size));
}

static int last_pixel(double to, int size)
{
    return (int)ceil(clamp(to, 0, size)) - 1;
}

void canvas_fill(struct canvas *c, struct canvas_box box, uint32_t colour)
{
    for (int y = first_pixel(box.top, c->height); y <= last_pixel(box.bottom, c->height); y++)
        for (int x = first_pixel(box.left, c->width); x <= last_pixel(box.right, c->width); x++)
            paint(c, x, y, colour, overlap(x, box.left, box.right) * overlap(y, box.top, box.bottom));
}

/* From the middle of a pixel to the outline; negative inside. */
static double distance(const struct canvas_box *box, double radius, int x, int y)
{
    double dx = fabs(x + 0.5 - (box->left + box->right) / 2) - ((box->right - box->left) / 2 - radius);
    double dy = fabs(y + 0.5 - (box->top + box->bottom) / 2) - ((box->bottom - box->top) / 2 - radius);
    double corner = dx > 0 && dy > 0 ? hypot(dx, dy) : fmax(dx, dy);
    return corner - radius;
}

void canvas_panel(struct canvas *c, struct canvas_box box, double radius, uint32_t colour, uint32_t edge)
{
    for (int y = first_pixel(box.top, c->height); y <= last_pixel(box.bottom, c->height); y++)
        for (int x = first_pixel(box.left, c->width); x <= last_pixel(box.right, c->width); x++) {
            double outside = distance(&box, radius, x, y);
            double inside = clamp(0.5 - outside, 0, 1);
            paint(c, x, y, colour, inside);
            if (outside > -1.5)
                paint(c, x, y, edge, inside * fmin(outside + 1.5, 1));
        }
}

/* ---- text ---- */

static uint32_t next_char(const char **text)
{
    uint8_t first = (uint8_t)*(*text)++, second = (uint8_t)**text;
    if ((first & 0xe0) != 0xc0 || (second & 0xc0) != 0x80)
        return first;
    (*text)++;
    return (first & 0x1fu) << 6 | (second & 0x3fu);
}

static double bit(const uint8_t rows[FONT_HEIGHT], int x, int y)
{
    return x >= 0 && y >= 0 && x < FONT_WIDTH && y < FONT_HEIGHT && rows[y] & 0x80 >> x;
}

/* The bits as a smooth surface, cut at half its height: slanted strokes become straight instead of steps. */
static double coverage(const uint8_t rows[FONT_HEIGHT], int zoom, int x, int y)
{
    double u = (x + 0.5) / zoom - 0.5, v = (y + 0.5) / zoom - 0.5, left = floor(u), top = floor(v), fx = u - left, fy = v - top;
    int i = (int)left, j = (int)top;
    double height = (bit(rows, i, j) * (1 - fx) + bit(rows, i + 1, j) * fx) * (1 - fy)
                    + (bit(rows, i, j + 1) * (1 - fx) + bit(rows, i + 1, j + 1) * fx) * fy;
    return clamp((height - 0.3) / 0.4, 0, 1);
}

int canvas_text(struct canvas *c, int x, int y, int zoom, const char *text, uint32_t colour)
{
    for (; *text; x += FONT_WIDTH * zoom) {
        uint8_t rows[FONT_HEIGHT] = { 0 };
        font_glyph(next_char(&text), rows);
        for (int j = 0; j < FONT_HEIGHT * zoom; j++)
            for (int i = 0; i < FONT_WIDTH * zoom; i++) {
                double share = coverage(rows, zoom, i, j);
                if (share > 0)
                    paint(c, x + i, y + j, colour, share);
            }
    }
    return x;
}

int canvas_text_width(const char *text, int zoom)
{
    int width = 0;
    while (*text) {
        next_char(&text);
        width += FONT_WIDTH * zoom;
    }
    return width;
}
