/* SPDX-License-Identifier: MIT */
/* A file to boot, in memory. */
#ifndef BOARDS_BLOB_H
#define BOARDS_BLOB_H

#include "base/error.h"
#include "base/types.h"

struct blob {
    uint8_t *data;            /* to be freed */
    size_t size;
};

/* Reads a whole file, 1 GiB at most; `what` it is, for messages. */
int blob_read(const char *what, const char *name, struct blob *blob, struct error *err);

bool blob_is_gzip(const struct blob *blob);

/* Replaces a gzip file by what is in it, 1 GiB at most. */
int blob_unpack(const char *name, struct blob *blob, struct error *err);

#endif
