/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/bits.h"
#include "frontends/qcow2/state.h"

/* ---- single tables ---- */

void tables_open(struct tables *tables, unsigned count, bool is_ordered)
{
    *tables = (struct tables){ .count = count, .is_ordered = is_ordered };
    tables->all = mem_alloc(count * sizeof *tables->all);
    tables->latest = tables->all;
}

void tables_free(struct tables *tables)
{
    for (unsigned i = 0; i < tables->count; i++)
        free(tables->all[i].bytes);
    free(tables->all);
    *tables = (struct tables){ 0 };
}

static struct cached *find(struct tables *tables, uint64_t offset)
{
    if (tables->latest->offset == offset)
        return tables->latest;
    for (unsigned i = 0; i < tables->count; i++)
        if (tables->all[i].offset == offset)
            return tables->latest = &tables->all[i];
    return NULL;
}

static int write_table(struct qcow2 *q, struct cached *table)
{
    int result = raw_write(&q->file, table->offset, table->bytes, (size_t)q->cluster_size);
    if (!result)
        table->dirty = false;
    return result;
}

/* The table not used for the longest time, with nothing in it that the file has not. */
static int make_room(struct qcow2 *q, struct tables *tables, struct cached **table)
{
    struct cached *oldest = tables->all;
    for (unsigned i = 1; i < tables->count; i++)
        if (tables->all[i].used < oldest->used)
            oldest = &tables->all[i];
    int result = 0;
    if (oldest->dirty)
        result = tables->is_ordered ? qcow2_sync(q) : write_table(q, oldest);
    if (result)
        return result;
    if (!oldest->bytes)
        oldest->bytes = mem_alloc((size_t)q->cluster_size);
    oldest->offset = 0;
    oldest->used = ++tables->uses;
    *table = oldest;
    return 0;
}

int tables_get(struct qcow2 *q, struct tables *tables, uint64_t offset, struct cached **table)
{
    *table = find(tables, offset);
    if (*table) {
        (*table)->used = ++tables->uses;
        return 0;
    }
    int result = make_room(q, tables, table);
    if (!result)
        result = raw_read(&q->file, offset, (*table)->bytes, (size_t)q->cluster_size);
    if (!result)
        (*table)->offset = offset;
    return result;
}

int tables_new(struct qcow2 *q, struct tables *tables, uint64_t offset, struct cached **table)
{
    tables_drop(tables, offset);
    int result = make_room(q, tables, table);
    if (result)
        return result;
    memset((*table)->bytes, 0, (size_t)q->cluster_size);
    (*table)->offset = offset;
    return 0;
}

void tables_drop(struct tables *tables, uint64_t offset)
{
    struct cached *table = find(tables, offset);
    if (table) {
        table->offset = table->used = 0;
        table->dirty = false;
    }
}

bool tables_is_dirty(const struct tables *tables)
{
    for (unsigned i = 0; i < tables->count; i++)
        if (tables->all[i].dirty)
            return true;
    return false;
}

int tables_write(struct qcow2 *q, struct tables *tables)
{
    int result = 0;
    for (unsigned i = 0; i < tables->count && !result; i++)
        if (tables->all[i].dirty)
            result = write_table(q, &tables->all[i]);
    return result;
}

/* ---- tables that are in memory as a whole ---- */

int entries_read(struct qcow2 *q, struct entries *entries, uint64_t offset, size_t count)
{
    *entries = (struct entries){ .offset = offset, .count = count, .at = mem_alloc(count * sizeof(uint64_t)) };
    int result = raw_read(&q->file, offset, entries->at, count * sizeof(uint64_t));
    for (size_t i = 0; i < count; i++)
        entries->at[i] = be64(entries->at[i]);
    return result;
}

void entries_set(struct entries *entries, size_t i, uint64_t value)
{
    entries->at[i] = value;
    bool is_first = !entries_are_dirty(entries);
    if (is_first || i < entries->dirty_from)
        entries->dirty_from = i;
    if (is_first || i >= entries->dirty_to)
        entries->dirty_to = i + 1;
}

bool entries_are_dirty(const struct entries *entries)
{
    return entries->dirty_from != entries->dirty_to;
}

int entries_write(struct qcow2 *q, struct entries *entries)
{
    size_t count = entries->dirty_to - entries->dirty_from;
    uint64_t *bytes = mem_alloc(count * sizeof *bytes);
    for (size_t i = 0; i < count; i++)
        bytes[i] = be64(entries->at[entries->dirty_from + i]);
    int result = raw_write(&q->file, entries->offset + entries->dirty_from * sizeof *bytes, bytes, count * sizeof *bytes);
    free(bytes);
    if (!result)
        entries->dirty_from = entries->dirty_to = 0;
    return result;
}

/* ---- all of them ---- */

int qcow2_sync(struct qcow2 *q)
{
    int result = tables_write(q, &q->blocks);
    if (!result && entries_are_dirty(&q->refcount_table)) {
        result = raw_flush(&q->file);
        if (!result)
            result = entries_write(q, &q->refcount_table);
    }
    if (!result && tables_is_dirty(&q->l2)) {
        result = raw_flush(&q->file);
        if (!result)
            result = tables_write(q, &q->l2);
    }
    if (!result && entries_are_dirty(&q->l1)) {
        result = raw_flush(&q->file);
        if (!result)
            result = entries_write(q, &q->l1);
    }
    if (!result && q->freed_count) {
        result = raw_flush(&q->file);
        if (!result)
            result = refcount_apply_freed(q);
    }
    return result;
}

int qcow2_damaged(struct qcow2 *q, const char *what, uint64_t offset)
{
    if (!q->is_known_damaged)
        host_warn("disk image '%s' is damaged: %s at 0x%llx; look at it with: qemu-img check '%s'",
                  q->file.file, what, (unsigned long long)offset, q->file.file);
    q->is_known_damaged = true;
    return -EIO;
}

bool qcow2_is_table_offset(const struct qcow2 *q, uint64_t offset)
{
    return offset && !(offset & (q->cluster_size - 1)) && offset < q->file.held;
}
