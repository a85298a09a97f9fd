/* SPDX-License-Identifier: MIT */
/* A disk as one file keeps it: raw, qcow2, or the changes of snapshot=on. Layers stand on one another; whoever opened the upper
   one closes it, and it closes the one below. */
#ifndef FRONTENDS_IMAGE_LAYER_H
#define FRONTENDS_IMAGE_LAYER_H

#include <errno.h>

#include "base/types.h"

struct layer;

/* All but close return 0 or a negative errno. A change that fails may have been done in part. */
struct layer_ops {
    int (*read)(struct layer *layer, uint64_t offset, void *buffer, size_t length);
    int (*write)(struct layer *layer, uint64_t offset, const void *buffer, size_t length);
    /* The range reads as zeros afterwards. may_unmap: the host may have its room back. */
    int (*zero)(struct layer *layer, uint64_t offset, uint64_t length, bool may_unmap);
    /* Nobody needs the range any more: it reads as zeros afterwards, or is as it was where zeros would take room. */
    int (*discard)(struct layer *layer, uint64_t offset, uint64_t length);
    int (*flush)(struct layer *layer);   /* returns when all that was written is on the host's disk */
    void (*close)(struct layer *layer);  /* flushes, and warns when the host refuses: nobody else is left to hear it */
};

struct layer {
    const struct layer_ops *ops;
    uint64_t size;                       /* bytes, a multiple of BLOCK_SECTOR */
};

static inline int layer_check_range(const struct layer *layer, uint64_t offset, uint64_t length)
{
    return offset > layer->size || length > layer->size - offset ? -EINVAL : 0;
}

#endif
