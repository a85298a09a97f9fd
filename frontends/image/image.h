/* SPDX-License-Identifier: MIT */
/* A disk image of the host, as the host end of a blockdev. Call from one thread: the machine's. */
#ifndef FRONTENDS_IMAGE_IMAGE_H
#define FRONTENDS_IMAGE_IMAGE_H

#include "base/error.h"
#include "bus/port.h"

struct image_options {
    const char *file;      /* a regular file or a block device of the host */
    const char *format;    /* "raw" or "qcow2"; NULL: see chain.h */
    bool read_only;        /* the guest sees a write-protected disk; others may read the file at the same time */
    bool snapshot;         /* the guest may write, the file stays as it is: changes are kept aside and dropped at the end */
    const char *serial;    /* at most 20 printable characters, or NULL */
};

struct image;

/* Opens and locks the image. Returns NULL and fills err when the user must do something about it. Makes the process ignore
   SIGXFSZ, so that a limit on file sizes is an I/O error for the guest, and not the end of everybody.  The port's functions
   return 0 or a negative errno: -EINVAL outside the disk, -EROFS for changes to a read-only one, -EIO where the file has
   become shorter or an image is damaged, otherwise what the host said. A failed request may have been done in part, as on a real
   disk; the image stays usable. After a failed flush every later flush fails with the same error, since the host forgets what it
   could not write. What was zeroed reads as zeros afterwards; what was discarded does so too, or is as it was. */
struct image *image_open(const struct image_options *options, struct error *err);

/* The port to attach; valid until image_close. */
struct blockdev *image_port(struct image *image);

/* Flushes, warning on standard error when the host refuses, and unlocks. NULL is fine. */
void image_close(struct image *image);

#endif
