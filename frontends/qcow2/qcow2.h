/* SPDX-License-Identifier: MIT */
/* A disk in a qcow2 file. */
#ifndef FRONTENDS_QCOW2_QCOW2_H
#define FRONTENDS_QCOW2_QCOW2_H

#include "base/error.h"
#include "frontends/image/chain.h"

/* Opens an image and what it stands on. `link` is the image's own place in the chain. An image that was not closed properly by a
   program with lazy reference counts is repaired first when it is to be written. */
struct layer *qcow2_open(const char *file, bool writable, const struct chain_link *link, struct error *err);

/* Read only, of a file that was merely found to begin like such an image: one that stands on another is refused, since whoever
   could write to the file could have it show any file of the host. */
struct layer *qcow2_open_guessed(const char *file, struct error *err);

#endif
