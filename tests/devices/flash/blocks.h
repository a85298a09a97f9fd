/* SPDX-License-Identifier: MIT */
/* A block device in memory that counts what is done to it, and fails when told to. */
#ifndef TESTS_DEVICES_FLASH_BLOCKS_H
#define TESTS_DEVICES_FLASH_BLOCKS_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "bus/port.h"

enum { BLOCKS_SIZE = 64 << 20 };

struct blocks {
    struct blockdev port;
    uint8_t *bytes;
    int fails;               /* errno of every call, or 0 */
    unsigned writes, flushes;
    uint64_t last_offset, last_length;
};

static int blocks_read(void *host, uint64_t offset, void *buffer, size_t length)
{
    struct blocks *b = host;
    if (!b->fails)
        memcpy(buffer, b->bytes + offset, length);
    return -b->fails;
}

static int blocks_write(void *host, uint64_t offset, const void *buffer, size_t length)
{
    struct blocks *b = host;
    b->writes++;
    b->last_offset = offset;
    b->last_length = length;
    if (!b->fails)
        memcpy(b->bytes + offset, buffer, length);
    return -b->fails;
}

static int blocks_flush(void *host)
{
    struct blocks *b = host;
    b->flushes++;
    return -b->fails;
}

static inline void blocks_open(struct blocks *b)
{
    *b = (struct blocks){ .port = { .read = blocks_read, .write = blocks_write, .flush = blocks_flush, .size = BLOCKS_SIZE } };
    b->port.host = b;
    b->bytes = mem_alloc(BLOCKS_SIZE);
}

static inline void blocks_close(struct blocks *b)
{
    free(b->bytes);
}

#endif
