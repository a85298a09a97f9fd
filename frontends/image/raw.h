/* SPDX-License-Identifier: MIT */
/* A file or block device whose bytes are the disk's bytes. */
#ifndef FRONTENDS_IMAGE_RAW_H
#define FRONTENDS_IMAGE_RAW_H

#include "base/error.h"

struct raw {
    int fd;
    char *file;            /* its name, for messages */
    uint64_t held;         /* bytes the file has */
    uint64_t size;         /* bytes the disk has: held, rounded up to a sector; the rest reads as zeros */
    bool writable;
    bool can_discard;
    bool unflushed;        /* something was written since the last flush */
    int flush_error;       /* errno of the flush that failed, for ever */
    int warned;            /* errno the user was last told of */
};

/* Opens, locks and measures `file`. On failure nothing is left open. */
int raw_open(struct raw *raw, const char *file, bool writable, struct error *err);

/* A nameless file of `size` zero bytes in `directory`, for changes to the image `file`. It vanishes with the process. */
int raw_open_temporary(struct raw *raw, const char *directory, const char *file, uint64_t size, struct error *err);

void raw_close(struct raw *raw);

/* The whole range, or a negative errno. */
int raw_read(struct raw *raw, uint64_t offset, void *buffer, size_t length);
int raw_write(struct raw *raw, uint64_t offset, const void *buffer, size_t length);

/* Makes a hole that reads as zeros; only where can_discard. */
int raw_discard(struct raw *raw, uint64_t offset, uint64_t length);

/* Returns when everything written is on the host's disk. */
int raw_flush(struct raw *raw);

#endif
