/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "base/bits.h"
#include "frontends/qcow2/state.h"

/* Data in a cluster of its own, which nothing else refers to, is overwritten there. So is a zero cluster's own place, but as
   that has other bytes in it, only as a whole. */
static bool is_own(uint64_t entry)
{
    return entry & ENTRY_COPIED && !(entry & ENTRY_COMPRESSED) && entry & ENTRY_OFFSET;
}

static bool is_in_place(uint64_t entry)
{
    return is_own(entry) && !(entry & ENTRY_ZERO);
}

/* Where the guest's data goes: into no table, whatever the L2 entry says. */
static int check_place(struct qcow2 *q, uint64_t entry)
{
    enum extent_kind kind;
    uint64_t host;
    int result = map_decode(q, entry, &kind, &host);
    if (!result && kind != EXTENT_COMPRESSED && host && cluster_set_has(&q->metadata, host >> q->cluster_bits))
        result = qcow2_damaged(q, "data where a table is", host);
    return result;
}

static uint64_t entry_at(const struct cached *table, size_t i)
{
    return ld_be64(table->bytes + i * 8);
}

/* ---- clusters that get a place ---- */

static int reads_as_zero(struct qcow2 *q, uint64_t offset, bool *is_zero)
{
    struct extent extent;
    int result = map_find(q, offset, 1, &extent);
    *is_zero = !result && (extent.kind == EXTENT_ZERO || (extent.kind == EXTENT_ABSENT && map_is_bare(q, offset)));
    return result;
}

/* One cluster, of which only a part is new. Beyond the file's end zeros need not be written. */
static int write_part(struct qcow2 *q, uint64_t host, bool is_fresh, uint64_t offset, const uint8_t *from, size_t length)
{
    uint64_t in = offset & (q->cluster_size - 1), start = offset - in;
    bool is_zero;
    int result = reads_as_zero(q, start, &is_zero);
    if (result)
        return result;
    if (is_zero && is_fresh)
        return raw_write(&q->file, host + in, from, length);
    size_t there = q->layer.size - start < q->cluster_size ? (size_t)(q->layer.size - start) : (size_t)q->cluster_size;
    memset(q->bounce, 0, (size_t)q->cluster_size);
    if (!is_zero)
        result = qcow2_read(q, start, q->bounce, there);
    memcpy(q->bounce + in, from, length);
    return result ? result : raw_write(&q->file, host, q->bounce, (size_t)q->cluster_size);
}

/* Fills the clusters from `host` on with what the disk is to have from the start of `offset`'s cluster on: the new bytes, and
   around them the old ones. */
static int fill(struct qcow2 *q, uint64_t host, uint64_t offset, const uint8_t *from, uint64_t length)
{
    uint64_t mask = q->cluster_size - 1;
    bool is_fresh = host >= q->file.held;
    int result = 0;
    while (!result && length > 0) {
        uint64_t in = offset & mask, n = in ? q->cluster_size - in : length & ~mask;
        if (!n || n > length)
            n = length;
        bool is_whole = !in && !(n & mask);
        result = is_whole ? raw_write(&q->file, host, from, (size_t)n) : write_part(q, host, is_fresh, offset, from, (size_t)n);
        host += align_up(in + n, q->cluster_size);
        from += n;
        offset += n;
        length -= n;
    }
    return result;
}

/* Enters filled clusters in their table. */
static int enter(struct qcow2 *q, uint64_t offset, uint64_t host, uint64_t count)
{
    struct cached *table;
    int result = map_writable_l2(q, offset, &table);
    size_t i = map_l2_index(q, offset);
    for (; !result && count > 0; count--, i++, host += q->cluster_size) {
        uint64_t old = entry_at(table, i);
        st_be64(table->bytes + i * 8, host | ENTRY_COPIED);
        table->dirty = true;
        if (old & ENTRY_COMPRESSED || (old & ENTRY_OFFSET) != host)
            map_free_entry(q, old);
    }
    return result;
}

/* ---- pieces: those of one kind within one L2 table; they return how many bytes they wrote, or a negative errno ---- */

static int64_t write_in_place(struct qcow2 *q, struct cached *table, uint64_t clusters, uint64_t offset, const uint8_t *from,
                              uint64_t length)
{
    size_t i = map_l2_index(q, offset);
    uint64_t entry = entry_at(table, i), in = offset & (q->cluster_size - 1), n = 0;
    int result = 0;
    while (!result && n < clusters && entry_at(table, i + n) == entry + n * q->cluster_size)
        result = check_place(q, entry_at(table, i + n++));
    uint64_t reach = (n << q->cluster_bits) - in;
    length = reach < length ? reach : length;
    if (!result)
        result = raw_write(&q->file, (entry & ENTRY_OFFSET) + in, from, (size_t)length);
    return result ? result : (int64_t)length;
}

/* A zero cluster that has a place. */
static int64_t write_back(struct qcow2 *q, uint64_t entry, uint64_t offset, const uint8_t *from, uint64_t length)
{
    uint64_t reach = q->cluster_size - (offset & (q->cluster_size - 1));
    length = reach < length ? reach : length;
    int result = check_place(q, entry);
    if (!result)
        result = fill(q, entry & ENTRY_OFFSET, offset, from, length);
    if (!result)
        result = enter(q, offset, entry & ENTRY_OFFSET, 1);
    return result ? result : (int64_t)length;
}

static int64_t write_new(struct qcow2 *q, struct cached *table, uint64_t clusters, uint64_t offset, const uint8_t *from,
                         uint64_t length)
{
    size_t i = map_l2_index(q, offset);
    uint64_t n = 0;
    int result = 0;
    while (!result && n < clusters && !is_own(entry_at(table, i + n)))
        result = check_place(q, entry_at(table, i + n++));
    struct run run;
    if (!result)
        result = refcount_allocate(q, n, &run);
    if (result)
        return result;
    uint64_t reach = (run.count << q->cluster_bits) - (offset & (q->cluster_size - 1));
    length = reach < length ? reach : length;
    result = fill(q, run.first << q->cluster_bits, offset, from, length);
    if (!result)
        result = enter(q, offset, run.first << q->cluster_bits, run.count);
    if (result)
        refcount_release(q, run);
    return result ? result : (int64_t)length;
}

static int64_t write_piece(struct qcow2 *q, uint64_t offset, const uint8_t *from, uint64_t length)
{
    struct cached *table;
    int result = map_writable_l2(q, offset, &table);
    if (result)
        return result;
    uint64_t in = offset & (q->cluster_size - 1), clusters = align_up(in + length, q->cluster_size) >> q->cluster_bits;
    uint64_t left = q->cluster_size / 8 - map_l2_index(q, offset);
    uint64_t entry = entry_at(table, map_l2_index(q, offset));
    if (clusters > left)
        clusters = left;
    if (is_in_place(entry))
        return write_in_place(q, table, clusters, offset, from, length);
    return is_own(entry) ? write_back(q, entry, offset, from, length) : write_new(q, table, clusters, offset, from, length);
}

int qcow2_write(struct qcow2 *q, uint64_t offset, const void *buffer, size_t length)
{
    if (!q->file.writable)
        return -EROFS;
    int result = layer_check_range(&q->layer, offset, length);
    const uint8_t *from = buffer;
    while (!result && length > 0) {
        int64_t n = write_piece(q, offset, from, length);
        if (n < 0)
            return (int)n;
        from += n;
        offset += (uint64_t)n;
        length -= (size_t)n;
    }
    return result;
}

/* ---- zeros ---- */

enum { ZERO_CHUNK = 64 * 1024 };

static int write_zeros(struct qcow2 *q, uint64_t offset, uint64_t length)
{
    static const uint8_t zeros[ZERO_CHUNK];
    int result = 0;
    for (uint64_t n; !result && length > 0; offset += n, length -= n) {
        n = length < ZERO_CHUNK ? length : ZERO_CHUNK;
        result = qcow2_write(q, offset, zeros, (size_t)n);
    }
    return result;
}

/* The entry of a cluster of zeros; false where version 2, which has no such entry, needs a cluster with zeros in it. */
static bool zero_entry(const struct qcow2 *q, uint64_t offset, uint64_t old, bool may_unmap, uint64_t *entry)
{
    bool is_bare = map_is_bare(q, offset), keeps = !may_unmap && is_own(old);
    *entry = keeps ? (old & ENTRY_OFFSET) | ENTRY_COPIED | ENTRY_ZERO : is_bare ? 0 : ENTRY_ZERO;
    return q->header.version >= 3 || (is_bare && !keeps);
}

static int zero_cluster(struct qcow2 *q, uint64_t offset, uint64_t length, bool may_unmap)
{
    struct cached *table;
    size_t i = map_l2_index(q, offset);
    int result = map_writable_l2(q, offset, &table);
    if (result)
        return result;
    uint64_t old = entry_at(table, i), entry;
    if (!zero_entry(q, offset, old, may_unmap, &entry))
        return write_zeros(q, offset, length);
    result = check_place(q, old);
    if (result || entry == old)
        return result;
    st_be64(table->bytes + i * 8, entry);
    table->dirty = true;
    if (!(entry & ENTRY_OFFSET))
        map_free_entry(q, old);
    return 0;
}

static int zero_part(struct qcow2 *q, uint64_t offset, uint64_t length)
{
    bool is_zero;
    int result = reads_as_zero(q, offset, &is_zero);
    return result || is_zero ? result : write_zeros(q, offset, length);
}

int qcow2_zero(struct qcow2 *q, uint64_t offset, uint64_t length, bool may_unmap)
{
    if (!q->file.writable)
        return -EROFS;
    int result = layer_check_range(&q->layer, offset, length);
    while (!result && length > 0) {
        bool has_table = q->l1.at[map_l1_index(q, offset)];
        uint64_t unit = has_table ? q->cluster_size : q->cluster_size * (q->cluster_size / 8);
        uint64_t in = offset & (unit - 1), n = unit - in < length ? unit - in : length;
        if (has_table || !map_is_bare(q, offset)) {
            n = q->cluster_size - (offset & (q->cluster_size - 1)) < n ? q->cluster_size - (offset & (q->cluster_size - 1)) : n;
            bool is_whole = !(offset & (q->cluster_size - 1)) && (n == q->cluster_size || offset + n == q->layer.size);
            result = is_whole ? zero_cluster(q, offset, n, may_unmap) : zero_part(q, offset, n);
        }
        offset += n;
        length -= n;
    }
    return result;
}

/* Whole clusters only: a part of one costs room or time and frees nothing. Nor does version 2 over a backing file. */
int qcow2_discard(struct qcow2 *q, uint64_t offset, uint64_t length)
{
    if (!q->file.writable)
        return -EROFS;
    int result = layer_check_range(&q->layer, offset, length);
    if (result || (q->header.version < 3 && q->backing))
        return result;
    uint64_t start = align_up(offset, q->cluster_size), end = offset + length;
    if (end != q->layer.size)
        end &= ~(q->cluster_size - 1);
    return start < end ? qcow2_zero(q, start, end - start, true) : 0;
}
