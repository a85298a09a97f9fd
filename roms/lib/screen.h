/* SPDX-License-Identifier: MIT */
#ifndef ROMS_LIB_SCREEN_H
#define ROMS_LIB_SCREEN_H

#include <stdbool.h>
#include <stdint.h>
#include "roms/lib/fdt.h"

struct rect {
    int x, y, width, height;
};

/* A picture in memory, shown by whatever the board has: virtio-gpu, else a simple-framebuffer of any size, centred in it. */
struct screen {
    const char *kind;      /* names the device, or NULL when there is none */
    int width, height;     /* of what the board shows */
};

enum { SCREEN_WIDTH = 1024, SCREEN_HEIGHT = 768 };

/* 0x00RRGGBB, SCREEN_WIDTH pixels a line. */
extern uint32_t screen_pixels[SCREEN_WIDTH * SCREEN_HEIGHT];

bool screen_open(struct screen *screen, const struct fdt *fdt);

/* True while the device may still read pixels of the last screen_show; draw when it is false. */
bool screen_busy(const struct screen *screen);

/* Shows what was drawn in these rectangles; at most SCREEN_RECTS. Does not wait. */
enum { SCREEN_RECTS = 14 };
void screen_show(const struct screen *screen, const struct rect *rects, int count);

/* From a pointer's position on the device, as a part of `range`, to pixels of the picture. */
int screen_pointer_x(const struct screen *screen, uint32_t value, uint32_t range);
int screen_pointer_y(const struct screen *screen, uint32_t value, uint32_t range);

#endif
