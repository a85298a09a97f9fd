/* SPDX-License-Identifier: MIT */
/* A new image: header, refcount table, refcount blocks, L1 table, one behind the other and nothing else. */
#define _FILE_OFFSET_BITS 64
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"
#include "bus/port.h"
#include "frontends/qcow2/qcow2.h"
#include "frontends/qcow2/state.h"

/* Where things are, in clusters. */
struct plan {
    uint64_t table, blocks, l1, end;
    uint64_t table_clusters, l1_entries;
    unsigned block_bits;
};

static uint64_t clusters_for(uint64_t bytes, unsigned cluster_bits)
{
    return align_up(bytes, 1ull << cluster_bits) >> cluster_bits;
}

static void make_plan(struct plan *plan, const struct qcow2_create *c)
{
    plan->block_bits = c->cluster_bits + 3 - c->refcount_order;
    plan->l1_entries = header_l1_needed(c->size, c->cluster_bits);
    uint64_t l1 = clusters_for(plan->l1_entries * 8, c->cluster_bits), blocks = 1;
    plan->table_clusters = 1;
    for (;;) {   /* the blocks count themselves */
        plan->end = 1 + plan->table_clusters + blocks + l1;
        if (blocks << plan->block_bits < plan->end)
            blocks++;
        else if (plan->table_clusters << c->cluster_bits < blocks * 8)
            plan->table_clusters++;
        else
            break;
    }
    plan->table = 1;
    plan->blocks = plan->table + plan->table_clusters;
    plan->l1 = plan->blocks + blocks;
}

static size_t put_extension(uint8_t *to, uint32_t type, const char *text)
{
    size_t length = strlen(text);
    st_be32(to, type);
    st_be32(to + 4, (uint32_t)length);
    memcpy(to + EXTENSION_HEAD, text, length);
    return EXTENSION_HEAD + (size_t)align_up(length, 8);
}

static int fill_header(uint8_t *h, const struct qcow2_create *c, const struct plan *plan, struct error *err)
{
    size_t at = c->version == 2 ? HEADER_V2_LENGTH : HEADER_V3_LENGTH + 8, name = c->backing_file ? strlen(c->backing_file) : 0;
    if (name > BACKING_NAME_MAX || at + 3 * EXTENSION_HEAD + BACKING_FORMAT_MAX + name > 1u << c->cluster_bits)
        return error_set(err, "the name of the backing file, '%.100s…', is too long for the image's first cluster",
                         c->backing_file);
    st_be32(h + HEADER_MAGIC, QCOW2_MAGIC);
    st_be32(h + HEADER_VERSION, c->version);
    st_be32(h + HEADER_CLUSTER_BITS, c->cluster_bits);
    st_be64(h + HEADER_SIZE, c->size);
    st_be32(h + HEADER_L1_SIZE, (uint32_t)plan->l1_entries);
    st_be64(h + HEADER_L1_TABLE_OFFSET, plan->l1 << c->cluster_bits);
    st_be64(h + HEADER_REFCOUNT_TABLE_OFFSET, plan->table << c->cluster_bits);
    st_be32(h + HEADER_REFCOUNT_TABLE_CLUSTERS, (uint32_t)plan->table_clusters);
    if (c->version > 2) {
        st_be64(h + HEADER_COMPATIBLE_FEATURES, c->is_lazy ? COMPATIBLE_LAZY_REFCOUNTS : 0);
        st_be32(h + HEADER_REFCOUNT_ORDER, c->refcount_order);
        st_be32(h + HEADER_HEADER_LENGTH, (uint32_t)at);
    }
    if (c->backing_file) {
        at += put_extension(h + at, (uint32_t)EXTENSION_BACKING_FORMAT, c->backing_format);
        at += put_extension(h + at, EXTENSION_END, "");
        st_be64(h + HEADER_BACKING_FILE_OFFSET, at);
        st_be32(h + HEADER_BACKING_FILE_SIZE, (uint32_t)name);
        memcpy(h + at, c->backing_file, name);
    }
    return 0;
}

static void fill_counts(uint8_t *image, const struct qcow2_create *c, const struct plan *plan)
{
    for (uint64_t b = plan->blocks; b < plan->l1; b++)
        st_be64(image + (plan->table << c->cluster_bits) + (b - plan->blocks) * 8, b << c->cluster_bits);
    for (uint64_t i = 0; i < plan->end; i++)
        refcount_store(image + ((plan->blocks + (i >> plan->block_bits)) << c->cluster_bits), c->refcount_order,
                       i & mask64(plan->block_bits), 1);
}

static int write_all(int fd, const uint8_t *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, bytes, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        bytes += n;
        length -= (size_t)n;
    }
    return fsync(fd);
}

static int write_new_file(const char *file, const uint8_t *bytes, size_t length, struct error *err)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 && errno == EEXIST)
        return error_set(err, "'%s' exists already; take another name, or remove it first", file);
    bool is_written = fd >= 0 && write_all(fd, bytes, length) == 0;
    int code = errno;
    if (fd >= 0 && close(fd) != 0 && is_written) {
        is_written = false;
        code = errno;
    }
    if (fd >= 0 && !is_written)
        unlink(file);
    return is_written ? 0 : error_set(err, "cannot make '%s': %s", file, strerror(code));
}

int qcow2_create(const char *file, const struct qcow2_create *c, struct error *err)
{
    struct plan plan;
    make_plan(&plan, c);
    if (plan.l1_entries * 8 > L1_BYTES_MAX)
        return error_set(err, "a disk of %llu bytes is too large for clusters of %u bytes; take larger ones",
                         (unsigned long long)c->size, 1u << c->cluster_bits);
    uint8_t *image = mem_alloc((size_t)(plan.end << c->cluster_bits));
    int result = fill_header(image, c, &plan, err);
    fill_counts(image, c, &plan);
    if (!result)
        result = write_new_file(file, image, (size_t)(plan.end << c->cluster_bits), err);
    free(image);
    return result;
}
