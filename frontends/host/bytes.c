/* SPDX-License-Identifier: MIT */
#include "frontends/host/bytes.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static void make_room(struct bytes *queue, size_t length)
{
    if (queue->start + queue->length + length <= queue->capacity)
        return;
    if (queue->length)
        memmove(queue->data, queue->data + queue->start, queue->length);
    queue->start = 0;
    if (queue->length + length <= queue->capacity)
        return;
    queue->capacity = 2 * (queue->length + length);
    queue->data = mem_realloc(queue->data, queue->capacity);
}

void bytes_put(struct bytes *queue, const void *data, size_t length)
{
    if (!length)
        return;
    make_room(queue, length);
    memcpy(queue->data + queue->start + queue->length, data, length);
    queue->length += length;
}

void bytes_drop(struct bytes *queue, size_t length)
{
    length = length < queue->length ? length : queue->length;
    queue->start += length;
    queue->length -= length;
    if (!queue->length)
        queue->start = 0;
}

void bytes_free(struct bytes *queue)
{
    free(queue->data);
    *queue = (struct bytes){ 0 };
}
