/* SPDX-License-Identifier: MIT */
/* A picture that the guest paints into its own RAM, and how it is shown: only rows that changed are converted. */
#ifndef DEVICES_RAM_SCREEN_H
#define DEVICES_RAM_SCREEN_H

#include "bus/port.h"
#include "bus/space.h"

enum { RAM_SCREEN_SIDE = 8192 };   /* pixels, at most */

/* Formats by the codes of Linux' drm_fourcc.h: the letters are the components from the highest bits to the lowest of a
   little-endian number. */
#define RAM_FOURCC(a, b, c, d) ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)
enum {
    RAM_XRGB8888 = RAM_FOURCC('X', 'R', '2', '4'), RAM_ARGB8888 = RAM_FOURCC('A', 'R', '2', '4'),
    RAM_XBGR8888 = RAM_FOURCC('X', 'B', '2', '4'), RAM_ABGR8888 = RAM_FOURCC('A', 'B', '2', '4'),
    RAM_RGB888 = RAM_FOURCC('R', 'G', '2', '4'), RAM_RGB565 = RAM_FOURCC('R', 'G', '1', '6'),
};

struct ram_picture {
    gpa_t base;
    unsigned width, height;   /* pixels */
    uint64_t stride;          /* bytes from one row to the next; 0: no gap */
    uint32_t format;
};

struct ram_screen {
    struct ram_picture picture;
    uint8_t *seen;            /* the last frame as the guest wrote it, without gaps */
    uint32_t *shown;          /* the same as the host is given it; NULL: dark */
    bool fresh;               /* it changed since a caller who wanted to know was told */
};

/* Shows this picture from now on. False, and nothing changes, when it is no possible one: an unknown format, a side of 0 or
   beyond RAM_SCREEN_SIDE, rows that overlap, bytes outside RAM. */
bool ram_screen_set(struct ram_screen *screen, const struct space *space, const struct ram_picture *picture);

/* Dark. */
void ram_screen_off(struct ram_screen *screen);

/* As struct display's scan. */
void ram_screen_scan(struct ram_screen *screen, const struct space *space, struct display_frame *frame, bool *dirty);

#endif
