/* SPDX-License-Identifier: MIT */
#include "frontends/qcow2/qcow2.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/bits.h"
#include "frontends/qcow2/state.h"

/* Bytes of L2 tables that are kept: with clusters of 64 KiB they map 16 GiB. */
enum { L2_CACHE = 2 << 20, L2_TABLES_MIN = 4, L2_TABLES_MAX = 128, BLOCKS = 8 };

/* ---- the layer ---- */

static struct qcow2 *of(struct layer *layer)
{
    return container_of(layer, struct qcow2, layer);
}

static int layer_read(struct layer *layer, uint64_t offset, void *buffer, size_t length)
{
    return qcow2_read(of(layer), offset, buffer, length);
}

static int layer_write(struct layer *layer, uint64_t offset, const void *buffer, size_t length)
{
    return qcow2_write(of(layer), offset, buffer, length);
}

static int layer_zero(struct layer *layer, uint64_t offset, uint64_t length, bool may_unmap)
{
    return qcow2_zero(of(layer), offset, length, may_unmap);
}

static int layer_discard(struct layer *layer, uint64_t offset, uint64_t length)
{
    return qcow2_discard(of(layer), offset, length);
}

static int layer_flush(struct layer *layer)
{
    struct qcow2 *q = of(layer);
    int result = qcow2_sync(q);
    return result ? result : raw_flush(&q->file);
}

static void release(struct qcow2 *q)
{
    if (q->backing)
        q->backing->ops->close(q->backing);
    raw_close(&q->file);
    tables_free(&q->l2);
    tables_free(&q->blocks);
    cluster_set_free(&q->metadata);
    free(q->l1.at);
    free(q->refcount_table.at);
    free(q->freed);
    free(q->bounce);
    free(q->inflated);
    free(q);
}

static void layer_close(struct layer *layer)
{
    struct qcow2 *q = of(layer);
    int code = layer_flush(layer);
    if (code)
        host_warn("disk image '%s': what was written since the last flush may be lost: %s", q->file.file, strerror(-code));
    release(q);
}

static const struct layer_ops qcow2_ops = {
    layer_read, layer_write, layer_zero, layer_discard, layer_flush, layer_close,
};

/* ---- opening ---- */

/* QEMU's names of backing files: a path, from the image's own folder unless absolute, perhaps after "file:"; other words before a
   colon are protocols. */
char *qcow2_backing_path(const char *file, const char *name, struct error *err)
{
    if (!strncmp(name, "file:", 5))
        name += 5;
    if (name[strcspn(name, ":/")] == ':') {
        error_set(err, "disk image '%s' stands on '%.200s', which is no file; give it one with: qemu-img rebase -u", file, name);
        return NULL;
    }
    const char *slash = strrchr(file, '/');
    return *name == '/' || !slash ? mem_strdup(name) : mem_printf("%.*s/%s", (int)(slash - file), file, name);
}

static int open_backing(struct qcow2 *q, const struct chain_link *link, struct error *err)
{
    const char *format = q->header.backing_format;
    if (!*q->header.backing_file)
        return 0;
    char *path = qcow2_backing_path(q->file.file, q->header.backing_file, err);
    if (!path)
        return -1;
    q->backing = chain_open(path, !*format ? NULL : !strcmp(format, "host_device") ? "raw" : format, false, link, err);
    free(path);
    if (!q->backing && !link->above)   /* once: chains are long */
        error_prefix(err, "what disk image '%s' stands on", q->file.file);
    return q->backing ? 0 : -1;
}

/* The number of L2 tables that are worth keeping. */
static unsigned l2_tables(const struct qcow2 *q)
{
    uint64_t count = L2_CACHE / q->cluster_size;
    return (unsigned)(count < L2_TABLES_MIN ? L2_TABLES_MIN : count > L2_TABLES_MAX ? L2_TABLES_MAX : count);
}

static int cannot_read(struct qcow2 *q, const char *what, int code, struct error *err)
{
    return error_set(err, "disk image '%s': its %s cannot be read: %s", q->file.file, what, strerror(-code));
}

static int read_tables(struct qcow2 *q, struct error *err)
{
    tables_open(&q->l2, l2_tables(q), true);
    int code = entries_read(q, &q->l1, q->header.l1_offset, q->header.l1_entries);
    if (code)
        return cannot_read(q, "L1 table", code, err);
    if (!q->file.writable)
        return 0;
    tables_open(&q->blocks, BLOCKS, false);
    q->bounce = mem_alloc((size_t)q->cluster_size);
    size_t count = (size_t)(((uint64_t)q->header.refcount_table_clusters << q->cluster_bits) / 8);
    code = entries_read(q, &q->refcount_table, q->header.refcount_table_offset, count);
    return code ? cannot_read(q, "refcount table", code, err) : 0;
}

/* ---- making it ready to be written ---- */

static int add_metadata(struct qcow2 *q, const char *what, uint64_t offset, uint64_t bytes, struct error *err)
{
    uint64_t count = align_up(bytes, q->cluster_size) >> q->cluster_bits;
    bool is_sound = !(offset & (q->cluster_size - 1)) && offset < q->file.held;
    for (uint64_t i = 0; i < count && is_sound; i++)
        is_sound = cluster_set_add(&q->metadata, (offset >> q->cluster_bits) + i);
    return is_sound ? 0 : error_set(err, "disk image '%s' is damaged: its %s at 0x%llx is where something else is; look at it "
                                    "with: qemu-img check '%s', or open it with readonly=on", q->file.file, what,
                                    (unsigned long long)offset, q->file.file);
}

static int add_tables(struct qcow2 *q, const char *what, const struct entries *entries, struct error *err)
{
    int result = 0;
    for (size_t i = 0; i < entries->count && !result; i++)
        if (entries->at[i])
            result = add_metadata(q, what, entries->at[i] & ENTRY_OFFSET, q->cluster_size, err);
    return result;
}

static int collect_metadata(struct qcow2 *q, struct error *err)
{
    const struct qcow2_header *h = &q->header;
    if (add_metadata(q, "header", 0, 1, err) < 0 || add_metadata(q, "L1 table", h->l1_offset, q->l1.count * 8, err) < 0
        || add_metadata(q, "refcount table", q->refcount_table.offset, q->refcount_table.count * 8, err) < 0
        || (h->snapshots && add_metadata(q, "table of snapshots", h->snapshots_offset, 1, err) < 0))
        return -1;
    return add_tables(q, "L2 table", &q->l1, err) < 0 ? -1 : add_tables(q, "refcount block", &q->refcount_table, err);
}

/* "autoclear_features": who does not know what they are about says so, before anything changes, by clearing them. */
static int clear_features(struct qcow2 *q, struct error *err)
{
    uint8_t none[8] = { 0 };
    int code = raw_write(&q->file, HEADER_AUTOCLEAR_FEATURES, none, sizeof none);
    if (!code)
        code = raw_flush(&q->file);
    if (code)
        return error_set(err, "disk image '%s' cannot be written: %s", q->file.file, strerror(-code));
    if (q->header.autoclear & AUTOCLEAR_BITMAPS)
        host_warn("disk image '%s' has bitmaps of what changed, for backups; they are out of date from now on", q->file.file);
    q->header.autoclear = 0;
    return 0;
}

static int make_writable(struct qcow2 *q, struct error *err)
{
    if (q->header.incompatible & INCOMPATIBLE_CORRUPT)
        return error_set(err, "disk image '%s' is marked as damaged; repair it with: qemu-img check -r all '%s', or open it with "
                         "readonly=on", q->file.file, q->file.file);
    if (q->header.incompatible & INCOMPATIBLE_DIRTY && repair_refcounts(q, err) < 0)
        return -1;
    if (collect_metadata(q, err) < 0)
        return -1;
    return q->header.autoclear ? clear_features(q, err) : 0;
}

static struct qcow2 *open_image(const char *file, bool writable, struct error *err)
{
    struct qcow2 *q = mem_alloc(sizeof *q);
    if (raw_open(&q->file, file, RAW_CONTAINER, writable, err) < 0) {
        free(q);
        return NULL;
    }
    if (header_read(&q->header, &q->file, err) < 0 || header_check(&q->header, q->file.held, file, err) < 0) {
        release(q);
        return NULL;
    }
    q->cluster_bits = q->header.cluster_bits;
    q->cluster_size = 1ull << q->cluster_bits;
    q->layer = (struct layer){ &qcow2_ops, q->header.size };
    if (read_tables(q, err) < 0) {
        release(q);
        return NULL;
    }
    return q;
}

/* The image, or NULL and all of it given up if it is not ready. */
static struct layer *ready(struct qcow2 *q, int result)
{
    if (q && result < 0)
        release(q);
    return q && result == 0 ? &q->layer : NULL;
}

struct layer *qcow2_open(const char *file, bool writable, const struct chain_link *link, struct error *err)
{
    struct qcow2 *q = open_image(file, writable, err);
    int result = q ? open_backing(q, link, err) : -1;
    return ready(q, !result && writable ? make_writable(q, err) : result);
}

struct layer *qcow2_open_alone(const char *file, struct error *err)
{
    struct qcow2 *q = open_image(file, true, err);
    return ready(q, q ? make_writable(q, err) : -1);
}

struct layer *qcow2_open_guessed(const char *file, struct error *err)
{
    struct qcow2 *q = open_image(file, false, err);
    int result = 0;
    if (q && *q->header.backing_file)
        result = error_set(err, "disk image '%s' looks like a qcow2 image that stands on another; say format=qcow2 if that is "
                           "what it is, or format=raw if its bytes are the disk's", file);
    return ready(q, result);
}
