/* SPDX-License-Identifier: MIT */
/* Reference counts: a table of offsets of blocks, a block of counts for each so many clusters of the file. Free clusters are
   found by their counts, so that images on block devices, whose files do not grow, work too. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "frontends/qcow2/state.h"

enum { FREED_MAX = 4096 };   /* runs that may wait */

/* ---- one count ---- */

uint64_t refcount_load(const uint8_t *block, unsigned order, uint64_t i)
{
    switch (order) {
    case 3: return block[i];
    case 4: return ld_be16(block + i * 2);
    case 5: return ld_be32(block + i * 4);
    case 6: return ld_be64(block + i * 8);
    default: return block[i << order >> 3] >> ((i << order) & 7) & mask64(1u << order);
    }
}

void refcount_store(uint8_t *block, unsigned order, uint64_t i, uint64_t count)
{
    uint8_t *byte = &block[i << order >> 3];
    unsigned shift = (i << order) & 7;
    switch (order) {
    case 3: block[i] = (uint8_t)count; break;
    case 4: st_be16(block + i * 2, (uint16_t)count); break;
    case 5: st_be32(block + i * 4, (uint32_t)count); break;
    case 6: st_be64(block + i * 8, count); break;
    default: *byte = (uint8_t)((*byte & ~(mask64(1u << order) << shift)) | count << shift);
    }
}

unsigned refcount_block_bits(const struct qcow2 *q)
{
    return q->cluster_bits + 3 - q->header.refcount_order;
}

/* ---- blocks ---- */

/* The block that counts this cluster; NULL if there is none, so that its count is zero. */
static int find_block(struct qcow2 *q, uint64_t cluster, struct cached **block)
{
    uint64_t i = cluster >> refcount_block_bits(q);
    *block = NULL;
    if (i >= q->refcount_table.count || !q->refcount_table.at[i])
        return 0;
    if (!qcow2_is_table_offset(q, q->refcount_table.at[i]))
        return qcow2_damaged(q, "a refcount block", q->refcount_table.at[i]);
    return tables_get(q, &q->blocks, q->refcount_table.at[i], block);
}

static uint64_t index_in_block(const struct qcow2 *q, uint64_t cluster)
{
    return cluster & mask64(refcount_block_bits(q));
}

int refcount_get(struct qcow2 *q, uint64_t cluster, uint64_t *count)
{
    struct cached *block;
    int result = find_block(q, cluster, &block);
    *count = !result && block ? refcount_load(block->bytes, q->header.refcount_order, index_in_block(q, cluster)) : 0;
    return result;
}

/* Makes `cluster`, which has no count yet, the block of its own count and its neighbours'. It is written at once, so that a host
   without room says so now. */
static int make_block(struct qcow2 *q, uint64_t cluster)
{
    struct cached *block;
    uint64_t offset = cluster << q->cluster_bits;
    int result = tables_new(q, &q->blocks, offset, &block);
    if (result)
        return result;
    refcount_store(block->bytes, q->header.refcount_order, index_in_block(q, cluster), 1);
    result = raw_write(&q->file, offset, block->bytes, (size_t)q->cluster_size);
    if (result) {
        tables_drop(&q->blocks, offset);
        return result;
    }
    cluster_set_add(&q->metadata, cluster);
    entries_set(&q->refcount_table, (size_t)(cluster >> refcount_block_bits(q)), offset);
    return 0;
}

/* ---- another table ---- */

/* A refcount table and the blocks that it does not have yet, where nothing is in the file: the blocks from the cluster `start`
   on, then the table. Nothing refers to any of it before the header does. */
struct structure {
    uint64_t start, blocks, table_clusters;
    uint64_t first_block;             /* the table's entries before are blocks that exist */
    const uint32_t *counts;           /* of the clusters before `counted`; beyond, only the structure itself counts */
    uint64_t counted;
};

static uint64_t count_in(const struct structure *s, uint64_t cluster)
{
    if (cluster < s->counted)
        return s->counts[cluster];
    return cluster >= s->start && cluster < s->start + s->blocks + s->table_clusters;
}

static int write_blocks(struct qcow2 *q, const struct structure *s)
{
    unsigned bits = refcount_block_bits(q);
    int result = 0;
    for (uint64_t b = 0; b < s->blocks && !result; b++) {
        memset(q->bounce, 0, (size_t)q->cluster_size);
        for (uint64_t i = 0; i < 1ull << bits; i++)
            refcount_store(q->bounce, q->header.refcount_order, i, count_in(s, ((s->first_block + b) << bits) + i));
        result = raw_write(&q->file, (s->start + b) << q->cluster_bits, q->bounce, (size_t)q->cluster_size);
    }
    return result;
}

/* The header's two fields lie side by side and change in one write. */
static int point_at_table(struct qcow2 *q, const struct entries *table)
{
    uint8_t fields[12];
    st_be64(fields, table->offset);
    st_be32(fields + 8, (uint32_t)(table->count * 8 >> q->cluster_bits));
    int result = raw_flush(&q->file);
    return result ? result : raw_write(&q->file, HEADER_REFCOUNT_TABLE_OFFSET, fields, sizeof fields);
}

/* Writes it and makes it the image's. */
static int write_structure(struct qcow2 *q, const struct structure *s)
{
    struct entries *old = &q->refcount_table;
    struct entries new = { .offset = (s->start + s->blocks) << q->cluster_bits };
    new.count = (size_t)((s->table_clusters << q->cluster_bits) / 8);
    new.at = mem_alloc(new.count * sizeof *new.at);
    memcpy(new.at, old->at, (size_t)s->first_block * sizeof *new.at);
    for (uint64_t b = 0; b < s->blocks; b++)
        new.at[s->first_block + b] = (s->start + b) << q->cluster_bits;
    new.dirty_to = new.count;
    int result = write_blocks(q, s);
    if (!result)
        result = entries_write(q, &new);
    if (!result)
        result = point_at_table(q, &new);
    if (result) {
        free(new.at);
        return result;
    }
    free(old->at);
    *old = new;
    return 0;
}

/* How much is needed to count all clusters before `reach` and the structure's own. The table gets room for as much again. */
static int plan_structure(const struct qcow2 *q, struct structure *s, uint64_t reach)
{
    unsigned bits = refcount_block_bits(q);
    uint64_t per_table = q->cluster_size / 8;
    s->blocks = s->table_clusters = 1;
    for (;;) {
        uint64_t end = reach > s->start + s->blocks + s->table_clusters ? reach : s->start + s->blocks + s->table_clusters;
        uint64_t needed = align_up(end, 1ull << bits) >> bits;   /* blocks in all */
        if (s->first_block + s->blocks < needed)
            s->blocks = needed - s->first_block;
        else if (s->table_clusters * per_table < 2 * needed)
            s->table_clusters = (2 * needed + per_table - 1) / per_table;
        else
            break;
    }
    return s->table_clusters << q->cluster_bits > REFCOUNT_TABLE_BYTES_MAX ? -EFBIG : 0;
}

/* The table has no entry for the cluster behind all that it counts: that is where a larger one goes. */
static int grow_table(struct qcow2 *q)
{
    struct run old = { q->refcount_table.offset >> q->cluster_bits, q->refcount_table.count * 8 >> q->cluster_bits };
    struct structure s = { .start = (uint64_t)q->refcount_table.count << refcount_block_bits(q),
                           .first_block = q->refcount_table.count };
    int result = plan_structure(q, &s, 0);
    for (uint64_t i = 0; i < s.blocks + s.table_clusters && !result; i++)
        if (cluster_set_has(&q->metadata, s.start + i))
            result = qcow2_damaged(q, "a table that nothing counts", (s.start + i) << q->cluster_bits);
    if (!result)
        result = write_structure(q, &s);
    if (result)
        return result;
    for (uint64_t i = 0; i < old.count; i++)
        cluster_set_remove(&q->metadata, old.first + i);
    for (uint64_t i = 0; i < s.blocks + s.table_clusters; i++)
        cluster_set_add(&q->metadata, s.start + i);
    refcount_free(q, old);
    return 0;
}

int refcount_rebuild(struct qcow2 *q, const uint32_t *counts, uint64_t clusters)
{
    struct structure s = { .start = clusters, .counts = counts, .counted = clusters };
    int result = plan_structure(q, &s, clusters);
    return result ? result : write_structure(q, &s);
}

/* ---- allocation ---- */

/* The block of this cluster, made if there is none; that may take the cluster itself. */
static int need_block(struct qcow2 *q, uint64_t cluster, struct cached **block)
{
    if (cluster << q->cluster_bits >= q->file.layer.size)
        return -EFBIG;
    int result = 0;
    while (!result && cluster >> refcount_block_bits(q) >= q->refcount_table.count)
        result = grow_table(q);
    if (!result && !q->refcount_table.at[cluster >> refcount_block_bits(q)] && !cluster_set_has(&q->metadata, cluster))
        result = make_block(q, cluster);
    return result ? result : find_block(q, cluster, block);
}

/* Nothing counts it, nor is it a table of an image whose counts are wrong. */
static bool is_free(struct qcow2 *q, const struct cached *block, uint64_t cluster)
{
    return block && !refcount_load(block->bytes, q->header.refcount_order, index_in_block(q, cluster))
        && !cluster_set_has(&q->metadata, cluster);
}

int refcount_allocate(struct qcow2 *q, uint64_t wanted, struct run *run)
{
    struct cached *block;
    uint64_t cluster = q->free_hint;
    int result;
    while (!(result = need_block(q, cluster, &block)) && !is_free(q, block, cluster))
        cluster++;
    if (result)
        return result;
    *run = (struct run){ cluster, 0 };
    do {
        refcount_store(block->bytes, q->header.refcount_order, index_in_block(q, cluster++), 1);
        block->dirty = true;
        run->count++;
    } while (run->count < wanted && index_in_block(q, cluster) && is_free(q, block, cluster));
    q->free_hint = cluster;
    return 0;
}

/* One less, if the count is there. */
static int count_down(struct qcow2 *q, uint64_t cluster, bool *is_free_now)
{
    struct cached *block;
    int result = find_block(q, cluster, &block);
    if (result)
        return result;
    uint64_t i = index_in_block(q, cluster), count = block ? refcount_load(block->bytes, q->header.refcount_order, i) : 0;
    if (!count)
        return qcow2_damaged(q, "a cluster in use that nothing counts", cluster << q->cluster_bits);
    refcount_store(block->bytes, q->header.refcount_order, i, count - 1);
    block->dirty = true;
    *is_free_now = count == 1;
    if (*is_free_now && cluster < q->free_hint)
        q->free_hint = cluster;
    return 0;
}

void refcount_release(struct qcow2 *q, struct run run)
{
    bool is_free_now;
    for (uint64_t i = 0; i < run.count; i++)
        count_down(q, run.first + i, &is_free_now);   /* what fails leaks a cluster */
}

void refcount_free(struct qcow2 *q, struct run run)
{
    struct run *last = q->freed_count ? &q->freed[q->freed_count - 1] : NULL;
    if (last && last->first + last->count == run.first) {
        last->count += run.count;
        return;
    }
    if (q->freed_count == FREED_MAX)
        qcow2_sync(q);   /* if that fails they wait on; the next flush tells the guest */
    if (q->freed_count == q->freed_room) {
        q->freed_room = q->freed_room ? q->freed_room * 2 : 64;
        q->freed = mem_realloc(q->freed, q->freed_room * sizeof *q->freed);
    }
    q->freed[q->freed_count++] = run;
}

/* Gives the host its room back. That it will not is no error: the clusters are free all the same. */
static void punch(struct qcow2 *q, struct run run)
{
    if (run.count && run.first << q->cluster_bits < q->file.held)
        raw_discard(&q->file, run.first << q->cluster_bits, run.count << q->cluster_bits);
}

int refcount_apply_freed(struct qcow2 *q)
{
    for (size_t n = 0; n < q->freed_count; n++) {
        struct run hole = { q->freed[n].first, 0 };
        for (uint64_t i = 0; i < q->freed[n].count; i++) {
            bool is_free_now = false;
            count_down(q, q->freed[n].first + i, &is_free_now);   /* what fails leaks a cluster */
            if (is_free_now) {
                hole.count++;
            } else {
                punch(q, hole);
                hole = (struct run){ q->freed[n].first + i + 1, 0 };
            }
        }
        punch(q, hole);
    }
    q->freed_count = 0;
    return tables_write(q, &q->blocks);
}
