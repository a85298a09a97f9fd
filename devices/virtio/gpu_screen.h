/* SPDX-License-Identifier: MIT */
/* What the user sees of a virtio GPU: a copy of a part of one resource, as it was when it was last flushed. */
#ifndef DEVICES_VIRTIO_GPU_SCREEN_H
#define DEVICES_VIRTIO_GPU_SCREEN_H

#include "bus/port.h"
#include "devices/virtio/gpu_pool.h"

struct gpu_screen {
    struct gpu_rect shown;   /* the part of the resource */
    uint32_t *pixels;        /* shown.width x shown.height, XRGB; NULL: dark */
    bool changed;            /* since the last scan */
    const bool *reader;      /* whose scan that was */
};

/* Dark. */
void gpu_screen_off(struct gpu_screen *screen);

/* Shows this part of a resource from now on; neither width nor height is 0. False when the host has no memory for it. */
bool gpu_screen_set(struct gpu_screen *screen, const struct gpu_rect *shown);

/* Copies what a rectangle of resource n, which must be within it, and the part shown have in common. */
void gpu_screen_show(struct gpu_screen *screen, const struct gpu_pool *pool, int n, const struct gpu_rect *r);

/* As struct display's scan. */
void gpu_screen_scan(struct gpu_screen *screen, struct display_frame *frame, bool *dirty);

#endif
