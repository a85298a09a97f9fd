/* SPDX-License-Identifier: MIT */
/* From the disk's offsets to the file's: an L1 table of L2 tables of clusters. */
#include <string.h>

#include "base/bits.h"
#include "frontends/qcow2/state.h"

static unsigned l2_bits(const struct qcow2 *q)
{
    return q->cluster_bits - 3;
}

size_t map_l1_index(const struct qcow2 *q, uint64_t offset)
{
    return (size_t)(offset >> (q->cluster_bits + l2_bits(q)));
}

size_t map_l2_index(const struct qcow2 *q, uint64_t offset)
{
    return (size_t)(offset >> q->cluster_bits & mask64(l2_bits(q)));
}

bool map_is_bare(const struct qcow2 *q, uint64_t offset)
{
    return !q->backing || offset >= q->backing->size;
}

void map_compressed(const struct qcow2 *q, uint64_t entry, uint64_t *offset, uint64_t *length)
{
    unsigned bits = 62 - (q->cluster_bits - 8);
    *offset = entry & mask64(bits);
    uint64_t sectors = (entry >> bits & mask64(62 - bits)) + 1;
    *length = sectors * 512 - (*offset & 511);
}

int map_decode(struct qcow2 *q, uint64_t entry, enum extent_kind *kind, uint64_t *host)
{
    *host = entry & ENTRY_OFFSET;
    if (entry & ENTRY_COMPRESSED) {
        *kind = EXTENT_COMPRESSED;
        return 0;
    }
    uint64_t known = ENTRY_COPIED | ENTRY_OFFSET | (q->header.version >= 3 ? ENTRY_ZERO : 0);
    if (entry & ~known || *host & (q->cluster_size - 1))
        return qcow2_damaged(q, "an L2 entry", entry);
    *kind = entry & ENTRY_ZERO ? EXTENT_ZERO : *host ? EXTENT_DATA : EXTENT_ABSENT;
    return 0;
}

/* The L2 table of an L1 entry; NULL if there is none. */
static int find_l2(struct qcow2 *q, uint64_t entry, struct cached **table)
{
    uint64_t offset = entry & ENTRY_OFFSET;
    *table = NULL;
    if (!entry)
        return 0;
    if (entry & ~(ENTRY_COPIED | ENTRY_OFFSET) || !qcow2_is_table_offset(q, offset))
        return qcow2_damaged(q, "an L1 entry", entry);
    return tables_get(q, &q->l2, offset, table);
}

int map_find(struct qcow2 *q, uint64_t offset, uint64_t length, struct extent *extent)
{
    uint64_t in = offset & (q->cluster_size - 1), reach = q->cluster_size - in;
    size_t i = map_l2_index(q, offset), end = (size_t)1 << l2_bits(q);
    struct cached *table;
    *extent = (struct extent){ .kind = EXTENT_ABSENT };
    int result = find_l2(q, q->l1.at[map_l1_index(q, offset)], &table);
    if (result)
        return result;
    if (table) {
        extent->entry = ld_be64(table->bytes + i * 8);
        result = map_decode(q, extent->entry, &extent->kind, &extent->host);
        uint64_t expected = extent->host;
        while (!result && ++i < end && reach < length && extent->kind != EXTENT_COMPRESSED) {
            enum extent_kind kind;
            uint64_t host;
            expected += q->cluster_size;
            if (map_decode(q, ld_be64(table->bytes + i * 8), &kind, &host) || kind != extent->kind
                || (kind == EXTENT_DATA && host != expected))
                break;   /* what is damaged there is told when it is needed */
            reach += q->cluster_size;
        }
        extent->host += in;
    } else {
        reach = ((uint64_t)(end - i) << q->cluster_bits) - in;
    }
    extent->length = reach < length ? reach : length;
    return result;
}

/* ---- changing ---- */

/* A new table, with what was in the old one if there was one. It is written at once, so that a host without room says so now. */
static int make_l2(struct qcow2 *q, struct cached *old, struct cached **table)
{
    struct run run;
    int result = refcount_allocate(q, 1, &run);
    if (result)
        return result;
    uint64_t offset = run.first << q->cluster_bits;
    result = tables_new(q, &q->l2, offset, table);
    if (!result && old)
        memcpy((*table)->bytes, old->bytes, (size_t)q->cluster_size);
    if (!result)
        result = raw_write(&q->file, offset, (*table)->bytes, (size_t)q->cluster_size);
    if (result) {
        tables_drop(&q->l2, offset);
        refcount_release(q, run);
        return result;
    }
    cluster_set_add(&q->metadata, run.first);
    return 0;
}

int map_writable_l2(struct qcow2 *q, uint64_t offset, struct cached **table)
{
    size_t i = map_l1_index(q, offset);
    uint64_t entry = q->l1.at[i];
    struct cached *old;
    int result = find_l2(q, entry, &old);
    if (result)
        return result;
    if (old && entry & ENTRY_COPIED) {
        *table = old;
        return 0;
    }
    result = make_l2(q, old, table);
    if (result)
        return result;
    entries_set(&q->l1, i, (*table)->offset | ENTRY_COPIED);
    if (old) {   /* a snapshot has it still */
        uint64_t cluster = (entry & ENTRY_OFFSET) >> q->cluster_bits;
        cluster_set_remove(&q->metadata, cluster);
        refcount_free(q, (struct run){ cluster, 1 });
    }
    return 0;
}

void map_free_entry(struct qcow2 *q, uint64_t entry)
{
    if (entry & ENTRY_COMPRESSED) {
        uint64_t offset, length;
        map_compressed(q, entry, &offset, &length);
        uint64_t first = offset >> q->cluster_bits, last = (offset + length - 1) >> q->cluster_bits;
        refcount_free(q, (struct run){ first, last - first + 1 });
    } else if (entry & ENTRY_OFFSET) {
        refcount_free(q, (struct run){ (entry & ENTRY_OFFSET) >> q->cluster_bits, 1 });
    }
}
