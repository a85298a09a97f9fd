/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include "frontends/image/overlay.h"

int overlay_open(struct overlay *overlay, struct raw *base, struct error *err)
{
    const char *directory = getenv("TMPDIR");
    if (!directory || !*directory)
        directory = "/var/tmp";
    *overlay = (struct overlay){ .base = base };
    if (raw_open_temporary(&overlay->kept, directory, base->file, base->size, err) < 0)
        return -1;
    uint64_t clusters = (base->size + OVERLAY_CLUSTER - 1) / OVERLAY_CLUSTER;
    overlay->is_kept = mem_alloc((size_t)(clusters / 8 + 1));
    overlay->cluster = mem_alloc(OVERLAY_CLUSTER);
    return 0;
}

void overlay_close(struct overlay *overlay)
{
    raw_close(&overlay->kept);
    free(overlay->is_kept);
    free(overlay->cluster);
}

static bool is_kept(const struct overlay *overlay, uint64_t offset)
{
    uint64_t n = offset / OVERLAY_CLUSTER;
    return overlay->is_kept[n / 8] >> (n % 8) & 1;
}

static void keep(struct overlay *overlay, uint64_t offset, uint64_t length)
{
    for (uint64_t n = offset / OVERLAY_CLUSTER; n <= (offset + length - 1) / OVERLAY_CLUSTER; n++)
        overlay->is_kept[n / 8] |= (uint8_t)(1 << n % 8);
}

/* Where the cluster that `offset` is in ends; the disk's last may be a short one. */
static uint64_t cluster_end(const struct overlay *overlay, uint64_t offset)
{
    uint64_t end = (offset / OVERLAY_CLUSTER + 1) * OVERLAY_CLUSTER;
    return end < overlay->base->size ? end : overlay->base->size;
}

static int check_range(const struct overlay *overlay, uint64_t offset, uint64_t length)
{
    return offset > overlay->base->size || length > overlay->base->size - offset ? -EINVAL : 0;
}

int overlay_read(struct overlay *overlay, uint64_t offset, void *buffer, size_t length)
{
    int result = check_range(overlay, offset, length);
    uint8_t *to = buffer;
    while (!result && length > 0) {
        bool kept = is_kept(overlay, offset);
        uint64_t end = cluster_end(overlay, offset);
        while (end < offset + length && is_kept(overlay, end) == kept)
            end = cluster_end(overlay, end);
        size_t n = end < offset + length ? (size_t)(end - offset) : length;
        result = raw_read(kept ? &overlay->kept : overlay->base, offset, to, n);
        to += n;
        offset += n;
        length -= n;
    }
    return result;
}

/* Copies the base's cluster aside, so that a part of it can change. */
static int copy_in(struct overlay *overlay, uint64_t offset)
{
    uint64_t start = offset / OVERLAY_CLUSTER * OVERLAY_CLUSTER;
    size_t length = (size_t)(cluster_end(overlay, start) - start);
    int result = raw_read(overlay->base, start, overlay->cluster, length);
    if (!result)
        result = raw_write(&overlay->kept, start, overlay->cluster, length);
    if (!result)
        keep(overlay, start, length);
    return result;
}

/* Splits a change into pieces: as many whole clusters as come next, or the part of one, which is then copied in if need be.
   Returns the piece's length, or a negative errno. */
static int64_t prepare_piece(struct overlay *overlay, uint64_t offset, uint64_t length)
{
    uint64_t last = offset + length, end = offset;
    if (offset % OVERLAY_CLUSTER == 0)
        while (end < last && cluster_end(overlay, end) <= last)
            end = cluster_end(overlay, end);
    if (end > offset)
        return (int64_t)(end - offset);
    end = cluster_end(overlay, offset);
    int result = is_kept(overlay, offset) ? 0 : copy_in(overlay, offset);
    return result ? result : (int64_t)((end < last ? end : last) - offset);
}

int overlay_write(struct overlay *overlay, uint64_t offset, const void *buffer, size_t length)
{
    int result = check_range(overlay, offset, length);
    const uint8_t *from = buffer;
    while (!result && length > 0) {
        int64_t n = prepare_piece(overlay, offset, length);
        if (n < 0)
            return (int)n;
        result = raw_write(&overlay->kept, offset, from, (size_t)n);
        if (!result)
            keep(overlay, offset, (uint64_t)n);
        from += n;
        offset += (uint64_t)n;
        length -= (size_t)n;
    }
    return result;
}

int overlay_discard(struct overlay *overlay, uint64_t offset, uint64_t length)
{
    int result = check_range(overlay, offset, length);
    while (!result && length > 0) {
        int64_t n = prepare_piece(overlay, offset, length);
        if (n < 0)
            return (int)n;
        result = raw_discard(&overlay->kept, offset, (uint64_t)n);
        if (!result)
            keep(overlay, offset, (uint64_t)n);
        offset += (uint64_t)n;
        length -= (uint64_t)n;
    }
    return result;
}
