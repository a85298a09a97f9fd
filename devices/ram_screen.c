/* SPDX-License-Identifier: MIT */
#include "devices/ram_screen.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"

enum { COLOUR = 0x00ffffff };

/* Bytes a pixel, or 0 for a format that is not known. */
static unsigned pixel_bytes(uint32_t format)
{
    switch (format) {
    case RAM_XRGB8888: case RAM_ARGB8888: case RAM_XBGR8888: case RAM_ABGR8888: return 4;
    case RAM_RGB888: return 3;
    case RAM_RGB565: return 2;
    default: return 0;
    }
}

static uint32_t from_565(uint32_t v)
{
    uint32_t red = v >> 11, green = v >> 5 & 63, blue = v & 31;
    return (red << 3 | red >> 2) << 16 | (green << 2 | green >> 4) << 8 | (blue << 3 | blue >> 2);
}

static uint32_t colour_of(const uint8_t *p, uint32_t format)
{
    switch (format) {
    case RAM_XBGR8888: case RAM_ABGR8888: return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
    case RAM_RGB888: return (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
    case RAM_RGB565: return from_565(ld_le16(p));
    default: return ld_le32(p) & COLOUR;
    }
}

static uint64_t row_bytes(const struct ram_picture *p)
{
    return (uint64_t)p->width * pixel_bytes(p->format);
}

static uint64_t picture_bytes(const struct ram_picture *p)
{
    return p->stride * (p->height - 1) + row_bytes(p);
}

bool ram_screen_set(struct ram_screen *screen, const struct space *space, const struct ram_picture *picture)
{
    struct ram_picture p = *picture;
    bool has_size = p.width && p.width <= RAM_SCREEN_SIDE && p.height && p.height <= RAM_SCREEN_SIDE && pixel_bytes(p.format);
    if (!p.stride)
        p.stride = row_bytes(&p);
    if (!has_size || p.stride < row_bytes(&p) || p.stride > UINT32_MAX || !space_is_ram(space, p.base, picture_bytes(&p), false))
        return false;
    uint8_t *seen = calloc(p.height, row_bytes(&p));
    uint32_t *shown = calloc((size_t)p.width * p.height, sizeof *shown);
    if (!seen || !shown) {
        free(seen);
        free(shown);
        return false;
    }
    ram_screen_off(screen);
    *screen = (struct ram_screen){ .picture = p, .seen = seen, .shown = shown, .fresh = true };
    return true;
}

void ram_screen_off(struct ram_screen *screen)
{
    free(screen->seen);
    free(screen->shown);
    *screen = (struct ram_screen){ .fresh = true };
}

static void update_row(struct ram_screen *s, unsigned y, const uint8_t *row)
{
    size_t length = (size_t)row_bytes(&s->picture), step = pixel_bytes(s->picture.format);
    uint8_t *seen = s->seen + y * length;
    uint32_t *shown = s->shown + (size_t)y * s->picture.width;
    if (!memcmp(seen, row, length))
        return;
    memcpy(seen, row, length);
    for (unsigned x = 0; x < s->picture.width; x++)
        shown[x] = colour_of(row + x * step, s->picture.format);
    s->fresh = true;
}

void ram_screen_scan(struct ram_screen *s, const struct space *space, struct display_frame *frame, bool *dirty)
{
    const struct ram_picture *p = &s->picture;
    const uint8_t *pixels = s->shown ? space_host(space, p->base, picture_bytes(p), false) : NULL;
    for (unsigned y = 0; pixels && y < p->height; y++)
        update_row(s, y, pixels + y * p->stride);
    *frame = (struct display_frame){ pixels ? s->shown : NULL, p->width, p->height, p->width };
    if (dirty) {
        *dirty = s->fresh;
        s->fresh = false;
    }
}
