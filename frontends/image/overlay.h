/* SPDX-License-Identifier: MIT */
/* snapshot=on: a disk that can be written over a file that stays as it is. */
#ifndef FRONTENDS_IMAGE_OVERLAY_H
#define FRONTENDS_IMAGE_OVERLAY_H

#include "frontends/image/raw.h"

enum { OVERLAY_CLUSTER = 64 * 1024 };

/* A layer over `base`, which is the overlay's from now on (also when this fails, with NULL). `file` names the image in messages.
   Its temporary file goes to $TMPDIR, or to /var/tmp, which is on a disk on most hosts; all changes are dropped at the end. A
   write that fails leaves the clusters it did not complete as they were. */
struct layer *overlay_open(struct layer *base, const char *file, struct error *err);

#endif
