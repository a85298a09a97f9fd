/* SPDX-License-Identifier: MIT */
#include "roms/demo/paint.h"
#include "roms/demo/maths.h"
#include "roms/lib/string.h"

enum { CORNERS_MAX = 8 };

struct bounds {
    int left, top, right, bottom;
};

static struct bounds bounds(const struct canvas *canvas, float left, float top, float right, float bottom)
{
    struct bounds b = {maths_floor(left), maths_floor(top), maths_floor(right) + 1, maths_floor(bottom) + 1};

    b.left = b.left < canvas->left ? canvas->left : b.left;
    b.top = b.top < canvas->top ? canvas->top : b.top;
    b.right = b.right > canvas->right ? canvas->right : b.right;
    b.bottom = b.bottom > canvas->bottom ? canvas->bottom : b.bottom;
    return b;
}

static void blend(const struct canvas *canvas, int x, int y, uint32_t colour, float coverage)
{
    uint32_t *pixel = canvas->pixels + y * SCREEN_WIDTH + x;
    unsigned alpha = paint_alpha(coverage);

    if (alpha)
        *pixel = paint_mix(*pixel, colour, alpha);
}

void paint_pixel(const struct canvas *canvas, int x, int y, uint32_t colour, float coverage)
{
    if (x >= canvas->left && x < canvas->right && y >= canvas->top && y < canvas->bottom)
        blend(canvas, x, y, colour, coverage);
}

void paint_fill(const struct canvas *canvas, const struct rect *rect, uint32_t colour, float coverage)
{
    struct bounds b = bounds(canvas, (float)rect->x, (float)rect->y, (float)(rect->x + rect->width - 1),
                             (float)(rect->y + rect->height - 1));
    unsigned alpha = paint_alpha(coverage);

    for (int y = b.top; y < b.bottom; y++) {
        uint32_t *row = canvas->pixels + y * SCREEN_WIDTH;
        for (int x = b.left; x < b.right; x++)
            row[x] = paint_mix(row[x], colour, alpha);
    }
}

/* Steps along the longer side and covers a few pixels across; `slant` turns the distance across into one at right angles. */
void paint_line(const struct canvas *canvas, float x0, float y0, float x1, float y1, float width, uint32_t colour, float from,
                float to)
{
    bool steep = maths_abs(y1 - y0) > maths_abs(x1 - x0);
    float a0 = steep ? y0 : x0, b0 = steep ? x0 : y0, a1 = steep ? y1 : x1, b1 = steep ? x1 : y1;

    if (a0 > a1) {
        float swap = a0;
        a0 = a1, a1 = swap;
        swap = b0, b0 = b1, b1 = swap;
        swap = from, from = to, to = swap;
    }
    float length = a1 - a0, run = length > 0.001f ? 1 / length : 0, slope = (b1 - b0) * run;
    float slant = 1 / maths_sqrt(1 + slope * slope), reach = width / 2 + 0.5f;
    int low = steep ? canvas->top : canvas->left, high = steep ? canvas->bottom : canvas->right;
    int first = maths_floor(a0), last = maths_floor(a1);

    first = first < low ? low : first;
    last = last >= high ? high - 1 : last;
    for (int a = first; a <= last; a++) {
        float inside = maths_min((float)a + 1, a1) - maths_max((float)a, a0);
        float centre = (float)a + 0.5f - a0, across = b0 + slope * centre;
        float opacity = (from + (to - from) * maths_min(maths_max(centre * run, 0), 1)) * maths_min(inside, 1);
        int b_first = maths_floor(across - reach / slant), b_last = maths_floor(across + reach / slant);
        for (int b = b_first; b <= b_last; b++) {
            float cover = maths_min(reach - maths_abs((float)b + 0.5f - across) * slant, 1) * opacity;
            if (cover > 0)
                paint_pixel(canvas, steep ? b : a, steep ? a : b, colour, cover);
        }
    }
}

void paint_disc(const struct canvas *canvas, float x, float y, float radius, uint32_t colour, float coverage)
{
    struct bounds b = bounds(canvas, x - radius - 1, y - radius - 1, x + radius + 1, y + radius + 1);

    for (int py = b.top; py < b.bottom; py++) {
        for (int px = b.left; px < b.right; px++) {
            float dx = (float)px + 0.5f - x, dy = (float)py + 0.5f - y;
            float inside = radius + 0.5f - maths_sqrt(dx * dx + dy * dy);
            blend(canvas, px, py, colour, maths_min(inside, 1) * coverage);
        }
    }
}

void paint_ring(const struct canvas *canvas, float x, float y, float radius, float width, uint32_t colour, float coverage)
{
    float reach = radius + width;
    struct bounds b = bounds(canvas, x - reach - 1, y - reach - 1, x + reach + 1, y + reach + 1);

    for (int py = b.top; py < b.bottom; py++) {
        for (int px = b.left; px < b.right; px++) {
            float dx = (float)px + 0.5f - x, dy = (float)py + 0.5f - y;
            float inside = width / 2 + 0.5f - maths_abs(maths_sqrt(dx * dx + dy * dy) - radius);
            blend(canvas, px, py, colour, maths_min(inside, 1) * coverage);
        }
    }
}

/* Distance to the outline of a rectangle with round corners: negative inside. */
static float card_distance(const struct rect *rect, float radius, float x, float y)
{
    float half_w = (float)rect->width / 2 - radius, half_h = (float)rect->height / 2 - radius;
    float dx = maths_abs(x - (float)rect->x - (float)rect->width / 2) - half_w;
    float dy = maths_abs(y - (float)rect->y - (float)rect->height / 2) - half_h;

    if (dx > 0 && dy > 0)
        return maths_sqrt(dx * dx + dy * dy) - radius;
    return maths_max(dx, dy) - radius;
}

void paint_card(const struct canvas *canvas, const struct rect *rect, float radius, uint32_t fill, float fill_coverage,
                uint32_t edge, float edge_coverage)
{
    struct bounds b = bounds(canvas, (float)rect->x - 1, (float)rect->y - 1, (float)(rect->x + rect->width),
                             (float)(rect->y + rect->height));

    for (int y = b.top; y < b.bottom; y++) {
        for (int x = b.left; x < b.right; x++) {
            float distance = card_distance(rect, radius, (float)x + 0.5f, (float)y + 0.5f);
            blend(canvas, x, y, fill, maths_min(0.5f - distance, 1) * fill_coverage);
            blend(canvas, x, y, edge, maths_min(1 - maths_abs(distance + 0.5f), 1) * edge_coverage);
        }
    }
}

void paint_polygon(const struct canvas *canvas, const float (*corners)[2], int count, uint32_t colour, float coverage)
{
    float edges[CORNERS_MAX][3], left = corners[0][0], right = left, top = corners[0][1], bottom = top;

    for (int i = 0; i < count && i < CORNERS_MAX; i++) {
        const float *p = corners[i], *q = corners[(i + 1) % count];
        float dx = q[0] - p[0], dy = q[1] - p[1], scale = 1 / maths_sqrt(dx * dx + dy * dy);
        edges[i][0] = -dy * scale;
        edges[i][1] = dx * scale;
        edges[i][2] = -(edges[i][0] * p[0] + edges[i][1] * p[1]) + 0.5f;
        left = maths_min(left, p[0]), right = maths_max(right, p[0]);
        top = maths_min(top, p[1]), bottom = maths_max(bottom, p[1]);
    }
    struct bounds b = bounds(canvas, left - 1, top - 1, right + 1, bottom + 1);
    for (int y = b.top; y < b.bottom; y++) {
        for (int x = b.left; x < b.right; x++) {
            float inside = 1;
            for (int i = 0; i < count && i < CORNERS_MAX; i++)
                inside = maths_min(inside, edges[i][0] * ((float)x + 0.5f) + edges[i][1] * ((float)y + 0.5f) + edges[i][2]);
            blend(canvas, x, y, colour, inside * coverage);
        }
    }
}

void paint_copy(uint32_t *to, const uint32_t *from, const struct rect *rect)
{
    for (int y = rect->y; y < rect->y + rect->height; y++)
        memcpy(to + y * SCREEN_WIDTH + rect->x, from + y * SCREEN_WIDTH + rect->x, (size_t)rect->width * 4);
}
