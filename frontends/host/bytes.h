/* SPDX-License-Identifier: MIT */
/* A growing queue of bytes. */
#ifndef FRONTENDS_HOST_BYTES_H
#define FRONTENDS_HOST_BYTES_H

#include "base/types.h"

struct bytes {
    uint8_t *data;
    size_t start, length, capacity;   /* the queue is data[start] … data[start + length - 1] */
};

void bytes_put(struct bytes *queue, const void *data, size_t length);
void bytes_drop(struct bytes *queue, size_t length);   /* the first `length` bytes, at most all */
void bytes_free(struct bytes *queue);

static inline const uint8_t *bytes_first(const struct bytes *queue)
{
    return queue->data + queue->start;
}

#endif
