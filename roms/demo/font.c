/* SPDX-License-Identifier: MIT */
#include "roms/demo/font.h"
#include "roms/demo/glyphs.h"
#include "roms/demo/maths.h"
#include "roms/lib/string.h"

enum { CURVE_STEPS = 6, POINTS_MAX = 96, CELL_MAX = 80, ARENA_SIZE = 256 * 1024 };

/* scale: pixels per grid unit; weight: pixels of the pen; tracking: pixels between glyphs. */
static const struct face {
    float scale, weight;
    int tracking, space;
} faces[FONT_FACES] = {
    [FONT_SMALL] = {0.64f, 1.15f, 2, 4},
    [FONT_BODY] = {0.72f, 1.25f, 2, 4},
    [FONT_STRONG] = {0.8f, 1.75f, 2, 4},
    [FONT_CAPS] = {0.64f, 1.5f, 4, 5},
    [FONT_LARGE] = {1.3f, 1.7f, 5, 7},
    [FONT_TITLE] = {3.0f, 2.6f, 12, 16},
};

/* A glyph drawn once, as coverage bytes. Its origin is the left end of the baseline. */
struct bitmap {
    uint8_t *coverage;   /* NULL: not drawn yet */
    int16_t left, top, width, height, advance;
};

static struct bitmap bitmaps[FONT_FACES][GLYPH_COUNT];
static uint8_t arena[ARENA_SIZE] __attribute__((section(".noinit")));
static unsigned arena_used;

struct point {
    float x, y;
    bool starts;
};

/* Heights that strokes share come out on whole pixels, so that small text is sharp. */
static float snap_height(const struct face *face, int y)
{
    static const int anchors[] = {1, GLYPH_BASELINE, 11, GLYPH_X_HEIGHT, GLYPH_CAP_HEIGHT, 24};
    int i = 0;

    while (i < 4 && y > anchors[i + 1])
        i++;
    float low = (float)maths_floor((float)(anchors[i] - GLYPH_BASELINE) * face->scale + 0.5f);
    float high = (float)maths_floor((float)(anchors[i + 1] - GLYPH_BASELINE) * face->scale + 0.5f);
    return low + (high - low) * (float)(y - anchors[i]) / (float)(anchors[i + 1] - anchors[i]);
}

static int digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* Turns a description into a chain of points, curves cut into straight steps. The points are at pixel centres' distances. */
static int trace(const struct face *face, const struct glyph *glyph, float stretch, struct point *points)
{
    struct point control = {0};
    bool starts = true, curved = false;
    int count = 0;

    for (const char *at = glyph->strokes; *at && count < POINTS_MAX - CURVE_STEPS; ) {
        if (*at == ' ' || *at == ';') {
            starts |= *at++ == ';';
            continue;
        }
        bool is_control = *at == '~';
        at += is_control;
        struct point point = {(float)digit(at[0]) * stretch + 0.5f, -snap_height(face, digit(at[1])) - 0.5f, starts};
        at += 2;
        if (is_control) {
            control = point;
            curved = true;
            continue;
        }
        if (curved) {
            struct point from = points[count - 1];
            for (int i = 1; i < CURVE_STEPS; i++) {
                float t = (float)i / CURVE_STEPS, u = 1 - t;
                points[count++] = (struct point){u * u * from.x + 2 * u * t * control.x + t * t * point.x,
                                                 u * u * from.y + 2 * u * t * control.y + t * t * point.y, false};
            }
        }
        points[count++] = point;
        starts = curved = false;
    }
    return count;
}

static void cover_segment(struct bitmap *bitmap, struct point a, struct point b, float reach)
{
    float dx = b.x - a.x, dy = b.y - a.y, length2 = dx * dx + dy * dy;
    int left = maths_floor(maths_min(a.x, b.x) - reach), right = maths_floor(maths_max(a.x, b.x) + reach);
    int top = maths_floor(maths_min(a.y, b.y) - reach), bottom = maths_floor(maths_max(a.y, b.y) + reach);

    for (int y = top; y <= bottom; y++) {
        for (int x = left; x <= right; x++) {
            int column = x - bitmap->left, row = y - bitmap->top;
            if (column < 0 || column >= bitmap->width || row < 0 || row >= bitmap->height)
                continue;
            float px = (float)x + 0.5f - a.x, py = (float)y + 0.5f - a.y;
            float t = length2 > 0 ? maths_min(maths_max((px * dx + py * dy) / length2, 0), 1) : 0;
            px -= t * dx, py -= t * dy;
            float cover = maths_min(reach - maths_sqrt(px * px + py * py), 1) * 255;
            uint8_t *byte = &bitmap->coverage[row * bitmap->width + column];
            if (cover > (float)*byte)
                *byte = (uint8_t)cover;
        }
    }
}

static void draw_glyph(const struct face *face, const struct glyph *glyph, struct bitmap *bitmap)
{
    struct point points[POINTS_MAX];
    int width = maths_floor((float)glyph->width * face->scale + 0.5f), margin = maths_floor(face->weight) + 2;
    float stretch = glyph->width ? (float)width / (float)glyph->width : face->scale;
    int count = trace(face, glyph, stretch, points);

    *bitmap = (struct bitmap){arena + arena_used, (int16_t)-margin, (int16_t)(maths_floor(-17 * face->scale) - margin),
                              (int16_t)(width + 2 * margin + 1), (int16_t)(maths_floor(23 * face->scale) + 2 * margin),
                              (int16_t)(width + 1 + face->tracking)};
    unsigned size = (unsigned)(bitmap->width * bitmap->height);
    if (size > ARENA_SIZE - arena_used) {
        bitmap->height = 0;
        return;
    }
    arena_used += size;
    memset(bitmap->coverage, 0, size);
    for (int i = 0; i < count; i++) {
        bool dot = points[i].starts && (i + 1 == count || points[i + 1].starts);
        if (dot)
            cover_segment(bitmap, points[i], points[i], face->weight * 0.65f + 0.5f);
        else if (!points[i].starts)
            cover_segment(bitmap, points[i - 1], points[i], face->weight / 2 + 0.5f);
    }
}

static const struct bitmap *find(enum font_face face, char c)
{
    unsigned code = (unsigned char)c;

    if (code >= GLYPH_COUNT || !glyphs[code].strokes)
        code = '?';
    if (!bitmaps[face][code].coverage)
        draw_glyph(&faces[face], &glyphs[code], &bitmaps[face][code]);
    return &bitmaps[face][code];
}

static void blit(const struct canvas *canvas, const struct bitmap *bitmap, int x, int y, uint32_t colour)
{
    const uint8_t *coverage = bitmap->coverage;

    for (int row = 0; row < bitmap->height; row++) {
        int py = y + bitmap->top + row;
        for (int column = 0; column < bitmap->width; column++, coverage++) {
            int px = x + bitmap->left + column;
            if (!*coverage || px < canvas->left || px >= canvas->right || py < canvas->top || py >= canvas->bottom)
                continue;
            uint32_t *pixel = canvas->pixels + py * SCREEN_WIDTH + px;
            *pixel = paint_mix(*pixel, colour, *coverage + (*coverage >> 7));
        }
    }
}

int font_width(enum font_face face, const char *text)
{
    int width = 0;

    for (; *text; text++)
        width += *text == ' ' ? faces[face].space + faces[face].tracking : find(face, *text)->advance;
    return width ? width - faces[face].tracking : 0;
}

int font_draw(const struct canvas *canvas, enum font_face face, int x, int y, const char *text, uint32_t colour)
{
    for (; *text; text++) {
        if (*text == ' ') {
            x += faces[face].space + faces[face].tracking;
            continue;
        }
        const struct bitmap *bitmap = find(face, *text);
        blit(canvas, bitmap, x, y, colour);
        x += bitmap->advance;
    }
    return x;
}

int font_draw_right(const struct canvas *canvas, enum font_face face, int right, int y, const char *text, uint32_t colour)
{
    return font_draw(canvas, face, right - font_width(face, text), y, text, colour);
}

int font_draw_centred(const struct canvas *canvas, enum font_face face, int centre, int y, const char *text, uint32_t colour)
{
    return font_draw(canvas, face, centre - font_width(face, text) / 2, y, text, colour);
}
