/* SPDX-License-Identifier: MIT */
/* snapshot=on: a disk that can be written over a file that stays as it is. */
#ifndef FRONTENDS_IMAGE_OVERLAY_H
#define FRONTENDS_IMAGE_OVERLAY_H

#include "frontends/image/raw.h"

enum { OVERLAY_CLUSTER = 64 * 1024 };

struct overlay {
    struct raw *base;      /* read only */
    struct raw kept;       /* the changed clusters, each at its own place in a sparse temporary file */
    uint8_t *is_kept;      /* a bit per cluster: read it from `kept`, not from `base` */
    uint8_t *cluster;      /* room for copying one */
};

/* The temporary file goes to $TMPDIR, or to /var/tmp, which is on a disk on most hosts. */
int overlay_open(struct overlay *overlay, struct raw *base, struct error *err);

/* Drops all changes. The base stays open. */
void overlay_close(struct overlay *overlay);

/* As in raw.h. A write that fails leaves the clusters it did not complete as they were. */
int overlay_read(struct overlay *overlay, uint64_t offset, void *buffer, size_t length);
int overlay_write(struct overlay *overlay, uint64_t offset, const void *buffer, size_t length);
int overlay_discard(struct overlay *overlay, uint64_t offset, uint64_t length);

#endif
