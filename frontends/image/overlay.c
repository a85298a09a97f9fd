/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include "frontends/image/overlay.h"

struct overlay {
    struct layer layer;
    struct layer *base;    /* read only */
    struct raw kept;       /* the changed clusters, each at its own place in a sparse temporary file */
    uint8_t *is_kept;      /* a bit per cluster: read it from `kept`, not from `base` */
    uint8_t *cluster;      /* room for copying one */
};

static struct overlay *of(struct layer *layer)
{
    return container_of(layer, struct overlay, layer);
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
    return end < overlay->layer.size ? end : overlay->layer.size;
}

static int overlay_read(struct layer *layer, uint64_t offset, void *buffer, size_t length)
{
    struct overlay *overlay = of(layer);
    int result = layer_check_range(layer, offset, length);
    uint8_t *to = buffer;
    while (!result && length > 0) {
        bool kept = is_kept(overlay, offset);
        uint64_t end = cluster_end(overlay, offset);
        while (end < offset + length && is_kept(overlay, end) == kept)
            end = cluster_end(overlay, end);
        size_t n = end < offset + length ? (size_t)(end - offset) : length;
        result = kept ? raw_read(&overlay->kept, offset, to, n) : overlay->base->ops->read(overlay->base, offset, to, n);
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
    int result = overlay->base->ops->read(overlay->base, start, overlay->cluster, length);
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

static int overlay_write(struct layer *layer, uint64_t offset, const void *buffer, size_t length)
{
    struct overlay *overlay = of(layer);
    int result = layer_check_range(layer, offset, length);
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

static int overlay_zero(struct layer *layer, uint64_t offset, uint64_t length, bool may_unmap)
{
    struct overlay *overlay = of(layer);
    int result = layer_check_range(layer, offset, length);
    while (!result && length > 0) {
        int64_t n = prepare_piece(overlay, offset, length);
        if (n < 0)
            return (int)n;
        result = raw_zero(&overlay->kept, offset, (uint64_t)n, may_unmap);
        if (!result)
            keep(overlay, offset, (uint64_t)n);
        offset += (uint64_t)n;
        length -= (uint64_t)n;
    }
    return result;
}

static int overlay_discard(struct layer *layer, uint64_t offset, uint64_t length)
{
    return of(layer)->kept.can_punch ? overlay_zero(layer, offset, length, true) : layer_check_range(layer, offset, length);
}

/* There is nothing to flush: what is kept aside is not meant to outlive us. */
static int overlay_flush(struct layer *layer)
{
    (void)layer;
    return 0;
}

static void overlay_close(struct layer *layer)
{
    struct overlay *overlay = of(layer);
    raw_close(&overlay->kept);
    overlay->base->ops->close(overlay->base);
    free(overlay->is_kept);
    free(overlay->cluster);
    free(overlay);
}

static const struct layer_ops overlay_ops = {
    overlay_read, overlay_write, overlay_zero, overlay_discard, overlay_flush, overlay_close,
};

struct layer *overlay_open(struct layer *base, const char *file, struct error *err)
{
    const char *directory = getenv("TMPDIR");
    if (!directory || !*directory)
        directory = "/var/tmp";
    struct overlay *overlay = mem_alloc(sizeof *overlay);
    if (raw_open_temporary(&overlay->kept, directory, file, base->size, err) < 0) {
        base->ops->close(base);
        free(overlay);
        return NULL;
    }
    overlay->layer = (struct layer){ &overlay_ops, base->size };
    overlay->base = base;
    uint64_t clusters = (base->size + OVERLAY_CLUSTER - 1) / OVERLAY_CLUSTER;
    overlay->is_kept = mem_alloc((size_t)(clusters / 8 + 1));
    overlay->cluster = mem_alloc(OVERLAY_CLUSTER);
    return &overlay->layer;
}
