/* SPDX-License-Identifier: MIT */
/* An image and the images it stands on: opens the right format for each. */
#ifndef FRONTENDS_IMAGE_CHAIN_H
#define FRONTENDS_IMAGE_CHAIN_H

#include "base/error.h"
#include "frontends/image/layer.h"

/* So many images may stand on one another. */
enum { CHAIN_MAX = 64 };

/* The images above the one to be opened, to notice a circle. */
struct chain_link {
    const char *file;
    uint64_t device, inode;
    const struct chain_link *above;
};

/* The link of an image that is topmost. */
int chain_begin(struct chain_link *link, const char *file, struct error *err);

/* Opens `file` and what it stands on; all but itself read only. Without a format (NULL) it is raw, unless it begins like another
   format: that is refused, but for a read-only qcow2 image that stands on no other. `above` is NULL for the topmost. */
struct layer *chain_open(const char *file, const char *format, bool writable, const struct chain_link *above, struct error *err);

#endif
