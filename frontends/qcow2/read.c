/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "frontends/qcow2/state.h"

/* ---- compressed clusters ---- */

/* A raw deflate stream without header, in windows of 4 KiB when QEMU made it; 32 KiB reads any. It must fill the cluster. What
   follows it in its last sector belongs to others. */
static bool inflate_cluster(const uint8_t *from, size_t length, uint8_t *to, size_t size)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)from, .avail_in = (uInt)length, .next_out = to, .avail_out = (uInt)size };
    if (inflateInit2(&z, -15) != Z_OK)
        return false;
    int code = inflate(&z, Z_FINISH);
    inflateEnd(&z);
    return (code == Z_STREAM_END || code == Z_BUF_ERROR) && z.avail_out == 0;
}

/* The cluster is kept: guests read on where they stopped. */
static int read_compressed(struct qcow2 *q, uint64_t entry)
{
    if (q->inflated && q->inflated_entry == entry)
        return 0;
    uint64_t offset, length;
    map_compressed(q, entry, &offset, &length);
    if (offset >= q->file.held)
        return qcow2_damaged(q, "a compressed cluster", offset);
    if (!q->inflated)
        q->inflated = mem_alloc((size_t)q->cluster_size);
    uint8_t *packed = mem_alloc((size_t)length);
    q->inflated_entry = 0;   /* no compressed cluster's */
    int result = raw_read(&q->file, offset, packed, (size_t)length);
    if (!result && !inflate_cluster(packed, (size_t)length, q->inflated, (size_t)q->cluster_size))
        result = qcow2_damaged(q, "a compressed cluster", offset);
    free(packed);
    if (!result)
        q->inflated_entry = entry;
    return result;
}

/* ---- all clusters ---- */

static int read_below(struct qcow2 *q, uint64_t offset, uint8_t *to, size_t length)
{
    size_t there = map_is_bare(q, offset) ? 0 : length;
    if (there && there > q->backing->size - offset)
        there = (size_t)(q->backing->size - offset);
    memset(to + there, 0, length - there);
    return there ? q->backing->ops->read(q->backing, offset, to, there) : 0;
}

static int read_extent(struct qcow2 *q, const struct extent *extent, uint64_t offset, uint8_t *to)
{
    size_t length = (size_t)extent->length;
    int result;
    switch (extent->kind) {
    case EXTENT_DATA:
        return raw_read(&q->file, extent->host, to, length);
    case EXTENT_COMPRESSED:
        result = read_compressed(q, extent->entry);
        if (!result)
            memcpy(to, q->inflated + (offset & (q->cluster_size - 1)), length);
        return result;
    case EXTENT_ABSENT:
        return read_below(q, offset, to, length);
    default:
        memset(to, 0, length);
        return 0;
    }
}

int qcow2_read(struct qcow2 *q, uint64_t offset, void *buffer, size_t length)
{
    int result = layer_check_range(&q->layer, offset, length);
    uint8_t *to = buffer;
    while (!result && length > 0) {
        struct extent extent;
        result = map_find(q, offset, length, &extent);
        if (!result)
            result = read_extent(q, &extent, offset, to);
        to += extent.length;
        offset += extent.length;
        length -= (size_t)extent.length;
    }
    return result;
}
