/* SPDX-License-Identifier: MIT */
/* Reference counts anew, for an image that a program with lazy ones left behind (INCOMPATIBLE_DIRTY): everything that the tables
   refer to is counted, and the counts are written behind the end of the file, where nothing is. The image is as it was until the
   header points at them. */
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/log.h"
#include "frontends/qcow2/snapshot.h"
#include "frontends/qcow2/state.h"

/* What a repair may cost: entries that are looked at (a disk of 64 TiB has 2^30), clusters that are counted. */
#define ENTRIES_MAX  (1ull << 30)
#define CLUSTERS_MAX (1ull << 28)

struct count {
    struct qcow2 *q;
    uint32_t *of;            /* each cluster's */
    uint64_t clusters;       /* of the file */
    uint64_t entries;        /* looked at so far */
    bool is_sound;
};

static void count_range(struct count *c, uint64_t offset, uint64_t bytes)
{
    uint64_t first = offset >> c->q->cluster_bits, last = (offset + bytes - 1) >> c->q->cluster_bits;
    c->is_sound &= bytes && last >= first && last < c->clusters;
    for (uint64_t i = first; c->is_sound && i <= last; i++)
        c->of[i]++;
}

static void count_entry(struct count *c, uint64_t entry)
{
    struct qcow2 *q = c->q;
    uint64_t offset, length;
    enum extent_kind kind;
    if (entry & ENTRY_COMPRESSED) {
        map_compressed(q, entry, &offset, &length);
        if (offset + length > c->clusters << q->cluster_bits && offset < q->file.held)
            length = (c->clusters << q->cluster_bits) - offset;   /* the last sectors need not be there */
        count_range(c, offset, length);
    } else if (map_decode(q, entry, &kind, &offset)) {
        c->is_sound = false;
    } else if (offset) {
        count_range(c, offset, q->cluster_size);
    }
}

static void count_l2(struct count *c, uint64_t entry)
{
    struct cached *table;
    uint64_t offset = entry & ENTRY_OFFSET;
    c->entries += c->q->cluster_size / 8;
    c->is_sound &= c->entries <= ENTRIES_MAX && qcow2_is_table_offset(c->q, offset)
                && !tables_get(c->q, &c->q->l2, offset, &table);
    if (!c->is_sound)
        return;
    count_range(c, offset, c->q->cluster_size);
    for (uint64_t at = 0; at < c->q->cluster_size && c->is_sound; at += 8)
        count_entry(c, ld_be64(table->bytes + at));
}

static void count_tree(struct count *c, const struct entries *l1)
{
    if (l1->count)
        count_range(c, l1->offset, l1->count * 8);
    for (size_t i = 0; i < l1->count && c->is_sound; i++)
        if (l1->at[i])
            count_l2(c, l1->at[i]);
}

static void count_snapshots(struct count *c)
{
    struct qcow2 *q = c->q;
    uint64_t at = q->header.snapshots_offset;
    for (uint32_t i = 0; i < q->header.snapshots && c->is_sound; i++) {
        struct qcow2_snapshot s;
        struct entries l1 = { 0 };
        c->is_sound = !snapshot_read(&q->file, &q->header, &at, &s) && (uint64_t)s.l1_entries * 8 <= L1_BYTES_MAX
                   && !entries_read(q, &l1, s.l1_offset, s.l1_entries);
        if (c->is_sound)
            count_tree(c, &l1);
        free(l1.at);
    }
    if (q->header.snapshots && c->is_sound)
        count_range(c, q->header.snapshots_offset, at - q->header.snapshots_offset);
}

/* "refcount is exactly one" is what lets a cluster be written in place, so it must be true. */
static uint64_t flagged(const struct count *c, uint64_t entry)
{
    uint64_t offset = entry & ENTRY_OFFSET;
    if (entry & ENTRY_COMPRESSED || !offset)
        return entry & ~ENTRY_COPIED;
    return c->of[offset >> c->q->cluster_bits] == 1 ? entry | ENTRY_COPIED : entry & ~ENTRY_COPIED;
}

static int set_flags(struct count *c)
{
    struct qcow2 *q = c->q;
    int result = 0;
    for (size_t i = 0; i < q->l1.count && !result; i++) {
        struct cached *table;
        if (!q->l1.at[i])
            continue;
        result = tables_get(q, &q->l2, q->l1.at[i] & ENTRY_OFFSET, &table);
        for (uint64_t at = 0; at < q->cluster_size && !result; at += 8) {
            uint64_t entry = ld_be64(table->bytes + at), right = flagged(c, entry);
            st_be64(table->bytes + at, right);
            table->dirty |= right != entry;
        }
        if (flagged(c, q->l1.at[i]) != q->l1.at[i])
            entries_set(&q->l1, i, flagged(c, q->l1.at[i]));
    }
    return result ? result : qcow2_sync(q);
}

static int clear_dirty(struct qcow2 *q)
{
    uint8_t features[8];
    q->header.incompatible &= ~(uint64_t)INCOMPATIBLE_DIRTY;
    st_be64(features, q->header.incompatible);
    int result = raw_flush(&q->file);
    if (!result)
        result = raw_write(&q->file, HEADER_INCOMPATIBLE_FEATURES, features, sizeof features);
    return result ? result : raw_flush(&q->file);
}

/* The largest count must fit the image's width. */
static bool counts_fit(const struct count *c)
{
    for (uint64_t i = 0; i < c->clusters; i++)
        if (c->of[i] > mask64(1u << c->q->header.refcount_order))
            return false;
    return true;
}

int repair_refcounts(struct qcow2 *q, struct error *err)
{
    struct count c = { .q = q, .clusters = align_up(q->file.held, q->cluster_size) >> q->cluster_bits };
    c.is_sound = c.clusters <= CLUSTERS_MAX && !q->header.has_bitmaps;
    c.of = mem_alloc(c.is_sound ? (size_t)c.clusters * sizeof *c.of : 1);
    count_range(&c, 0, 1);
    count_tree(&c, &q->l1);
    count_snapshots(&c);
    int result;
    if (!c.is_sound || !counts_fit(&c)) {
        result = error_set(err, "disk image '%s' was not closed properly, and there is more wrong with it; repair it with: "
                           "qemu-img check -r all '%s', or open it with readonly=on", q->file.file, q->file.file);
    } else {
        int code = refcount_rebuild(q, c.of, c.clusters);
        if (!code)
            code = set_flags(&c);
        if (!code)
            code = clear_dirty(q);
        result = code ? error_set(err, "disk image '%s' was not closed properly, and cannot be repaired: %s", q->file.file,
                                  strerror(-code)) : 0;
    }
    if (!result)
        host_warn("disk image '%s' was not closed properly; its reference counts are made anew", q->file.file);
    free(c.of);
    return result;
}
