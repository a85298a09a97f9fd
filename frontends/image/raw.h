/* SPDX-License-Identifier: MIT */
/* A file or block device whose bytes are the disk's bytes. */
#ifndef FRONTENDS_IMAGE_RAW_H
#define FRONTENDS_IMAGE_RAW_H

#include "base/error.h"
#include "frontends/image/layer.h"

enum raw_use {
    RAW_DISK,         /* its bytes are the disk's */
    RAW_CONTAINER,    /* they are those of another format: the file grows as it is written, and reads as zeros beyond its end */
};

struct raw {
    struct layer layer;    /* size: bytes the disk has: held, rounded up to a sector; the rest reads as zeros */
    int fd;
    char *file;            /* its name, for messages */
    uint64_t held;         /* bytes the file has */
    bool grows;
    bool writable;
    bool can_punch;        /* the host makes holes in it */
    bool can_zero;         /* the host zeroes ranges of it without being sent the zeros */
    bool unflushed;        /* something was written since the last flush */
    int flush_error;       /* errno of the flush that failed, for ever */
    int warned;            /* errno the user was last told of */
};

/* Opens, locks and measures `file`. On failure nothing is left open. */
int raw_open(struct raw *raw, const char *file, enum raw_use use, bool writable, struct error *err);

/* A nameless file of `size` zero bytes in `directory`, for changes to the image `file`. It vanishes with the process. */
int raw_open_temporary(struct raw *raw, const char *directory, const char *file, uint64_t size, struct error *err);

/* Without a flush. */
void raw_close(struct raw *raw);

/* A raw image as a layer of its own; ops->close frees it. */
struct layer *raw_open_layer(const char *file, bool writable, struct error *err);

/* As in layer.h. Where the host makes no holes, discard does nothing. */
int raw_read(struct raw *raw, uint64_t offset, void *buffer, size_t length);
int raw_write(struct raw *raw, uint64_t offset, const void *buffer, size_t length);
int raw_zero(struct raw *raw, uint64_t offset, uint64_t length, bool may_unmap);
int raw_discard(struct raw *raw, uint64_t offset, uint64_t length);
int raw_flush(struct raw *raw);

#endif
