/* SPDX-License-Identifier: MIT */
/* What an image changed goes into the one that it stands on. Until that is on the disk the image keeps all of it, so that an
   interrupted commit is begun again and nothing is lost. */
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "frontends/qcow2/qcow2.h"
#include "frontends/qcow2/state.h"

enum { PIECE = 1 << 20 };

static int copy_extent(struct qcow2 *q, struct layer *below, const struct extent *extent, uint64_t offset, uint8_t *piece)
{
    if (extent->kind == EXTENT_ABSENT)
        return 0;
    if (extent->kind == EXTENT_ZERO)
        return below->ops->zero(below, offset, extent->length, true);
    int result = qcow2_read(q, offset, piece, (size_t)extent->length);
    return result ? result : below->ops->write(below, offset, piece, (size_t)extent->length);
}

static int copy_down(struct qcow2 *q, struct layer *below, uint64_t *copied)
{
    uint8_t *piece = mem_alloc(PIECE);
    int result = 0;
    for (uint64_t offset = 0; offset < q->layer.size && !result;) {
        struct extent extent;
        uint64_t left = q->layer.size - offset;
        result = map_find(q, offset, left < PIECE ? left : PIECE, &extent);
        if (!result)
            result = copy_extent(q, below, &extent, offset, piece);
        if (extent.kind != EXTENT_ABSENT)
            *copied += extent.length;
        offset += extent.length;
    }
    free(piece);
    return result ? result : below->ops->flush(below);
}

/* Gives up one L2 table and all it refers to. */
static int empty_table(struct qcow2 *q, size_t i)
{
    struct cached *table;
    uint64_t entry = q->l1.at[i], offset = entry & ENTRY_OFFSET;
    int result = qcow2_is_table_offset(q, offset) ? tables_get(q, &q->l2, offset, &table)
                                                  : qcow2_damaged(q, "an L1 entry", entry);
    if (result)
        return result;
    uint8_t *entries = q->bounce;
    memcpy(entries, table->bytes, (size_t)q->cluster_size);
    tables_drop(&q->l2, offset);
    cluster_set_remove(&q->metadata, offset >> q->cluster_bits);
    entries_set(&q->l1, i, 0);
    for (uint64_t at = 0; at < q->cluster_size; at += 8)
        map_free_entry(q, ld_be64(entries + at));
    refcount_free(q, (struct run){ offset >> q->cluster_bits, 1 });
    return 0;
}

static int empty(struct qcow2 *q)
{
    int result = 0;
    for (size_t i = 0; i < q->l1.count && !result; i++)
        if (q->l1.at[i])
            result = empty_table(q, i);
    if (!result)
        result = qcow2_sync(q);
    return result ? result : raw_flush(&q->file);
}

static struct layer *open_below(struct qcow2 *q, const struct chain_link *link, struct error *err)
{
    const char *file = q->file.file, *name = q->header.backing_file, *format = q->header.backing_format;
    if (!*name) {
        error_set(err, "disk image '%s' stands on no other, so there is nothing to commit into", file);
        return NULL;
    }
    char *path = qcow2_backing_path(file, name, err);
    if (!path)
        return NULL;
    struct layer *below = NULL;
    if (*format)
        below = chain_open(path, format, true, link, err);
    else
        error_set(err, "disk image '%s' does not say of which format '%s' is, which is to be written; say so with: "
                  "qemu-img rebase -u -b '%s' -F raw '%s'", file, path, name, file);
    if (below && below->size < q->layer.size) {
        error_set(err, "disk image '%s' is smaller than '%s'; make it larger first with: qemu-img resize -f %s '%s' %llu", path,
                  file, format, path, (unsigned long long)q->layer.size);
        below->ops->close(below);
        below = NULL;
    }
    free(path);
    return below;
}

int qcow2_commit(const char *file, uint64_t *copied, struct error *err)
{
    struct chain_link link;
    if (chain_begin(&link, file, err) < 0)
        return -1;
    struct layer *top = qcow2_open_alone(file, err);
    if (!top)
        return -1;
    struct qcow2 *q = container_of(top, struct qcow2, layer);
    struct layer *below = open_below(q, &link, err);
    int result = below ? 0 : -1, code;
    *copied = 0;
    if (!result && (code = copy_down(q, below, copied)))
        result = error_set(err, "disk image '%s' could not be committed (%s); it has all of its changes still", file,
                           strerror(-code));
    if (!result && (code = empty(q)))
        result = error_set(err, "disk image '%s' was committed, but could not be emptied afterwards: %s", file, strerror(-code));
    if (below)
        below->ops->close(below);
    top->ops->close(top);
    return result;
}
