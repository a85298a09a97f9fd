/* SPDX-License-Identifier: MIT */
#include "devices/virtio/gpu_screen.h"

#include <stdlib.h>

void gpu_screen_off(struct gpu_screen *screen)
{
    free(screen->pixels);
    screen->pixels = NULL;
    screen->shown = (struct gpu_rect){ 0 };
    screen->changed = true;
}

bool gpu_screen_set(struct gpu_screen *screen, const struct gpu_rect *shown)
{
    if (screen->shown.width != shown->width || screen->shown.height != shown->height) {
        uint32_t *pixels = calloc((size_t)shown->width * shown->height, sizeof *pixels);
        if (!pixels)
            return false;
        gpu_screen_off(screen);
        screen->pixels = pixels;
    }
    screen->shown = *shown;
    return true;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

void gpu_screen_show(struct gpu_screen *screen, const struct gpu_pool *pool, int n, const struct gpu_rect *r)
{
    const struct gpu_rect *s = &screen->shown;
    uint32_t left = larger(r->x, s->x), right = smaller(r->x + r->width, s->x + s->width);
    uint32_t top = larger(r->y, s->y), bottom = smaller(r->y + r->height, s->y + s->height);
    if (left >= right || top >= bottom)
        return;
    for (uint32_t y = top; y < bottom; y++) {
        const uint32_t *from = pool->pixels[n] + (uint64_t)y * pool->width[n] + left;
        uint32_t *to = screen->pixels + (uint64_t)(y - s->y) * s->width + (left - s->x);
        for (uint32_t x = 0; x < right - left; x++)
            to[x] = from[x] & 0xffffff;
    }
    screen->changed = true;
}

void gpu_screen_scan(struct gpu_screen *screen, struct display_frame *frame, bool *dirty)
{
    *frame = (struct display_frame){ screen->pixels, screen->shown.width, screen->shown.height, screen->shown.width };
    if (!dirty)
        return;
    *dirty = screen->changed || screen->reader != dirty;
    screen->reader = dirty;
    screen->changed = false;
}
