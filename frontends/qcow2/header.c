/* SPDX-License-Identifier: MIT */
#include "frontends/qcow2/header.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "bus/port.h"

#define DISK_SIZE_MAX (64 * 1024 * GIB)

size_t header_length(const uint8_t *bytes)
{
    uint32_t version = ld_be32(bytes + HEADER_VERSION), cluster_bits = ld_be32(bytes + HEADER_CLUSTER_BITS);
    if (ld_be32(bytes) != QCOW2_MAGIC || version < 2 || cluster_bits < CLUSTER_BITS_MIN || cluster_bits > CLUSTER_BITS_MAX)
        return HEADER_V2_LENGTH;   /* header_parse says what is wrong */
    return (size_t)1 << cluster_bits;
}

/* ---- extensions ---- */

/* The name of the lowest incompatible bit that is set and not ours. */
static void find_feature_name(struct qcow2_header *h, const uint8_t *rows, size_t length)
{
    uint64_t unknown = h->incompatible & ~(uint64_t)(INCOMPATIBLE_EXTENDED_L2 * 2 - 1);
    for (; unknown && length >= FEATURE_NAME_ROW; rows += FEATURE_NAME_ROW, length -= FEATURE_NAME_ROW)
        if (rows[0] == 0 && rows[1] == __builtin_ctzll(unknown))
            memcpy(h->unknown_feature, rows + 2, FEATURE_NAME_MAX);
    for (char *p = h->unknown_feature; *p; p++)   /* it goes to a terminal */
        if (*p < ' ' || *p > '~')
            *p = '?';
}

static void take_extension(struct qcow2_header *h, uint32_t type, const uint8_t *data, size_t length)
{
    if (type == (uint32_t)EXTENSION_BACKING_FORMAT && length <= BACKING_FORMAT_MAX)
        memcpy(h->backing_format, data, length);
    else if (type == EXTENSION_FEATURE_NAMES)
        find_feature_name(h, data, length);
    else if (type == EXTENSION_BITMAPS)
        h->has_bitmaps = true;
}

static int parse_extensions(struct qcow2_header *h, const uint8_t *bytes, size_t at, size_t end, const char *file,
                            struct error *err)
{
    while (at + EXTENSION_HEAD <= end) {
        uint32_t type = ld_be32(bytes + at), length = ld_be32(bytes + at + 4);
        at += EXTENSION_HEAD;
        if (type == EXTENSION_END)
            return 0;
        if (length > end - at)
            return error_set(err, "disk image '%s' is damaged: its header extension 0x%08x is longer than the header", file,
                             type);
        take_extension(h, type, bytes + at, length);
        at += (size_t)align_up(length, 8);
        if (at > end)
            break;
    }
    return 0;
}

/* ---- header ---- */

static int parse_backing(struct qcow2_header *h, const uint8_t *bytes, size_t length, uint64_t offset, uint32_t size,
                         const char *file, struct error *err)
{
    if (!offset || !size)
        return 0;
    if (size > BACKING_NAME_MAX || offset > length || size > length - offset)
        return error_set(err, "disk image '%s' is damaged: the name of its backing file is not within the first cluster", file);
    memcpy(h->backing_file, bytes + offset, size);
    if (strlen(h->backing_file) != size)
        return error_set(err, "disk image '%s' is damaged: the name of its backing file has a zero in it", file);
    return 0;
}

static int parse_version_3(struct qcow2_header *h, const uint8_t *bytes, size_t *length, size_t limit, const char *file,
                           struct error *err)
{
    if (limit < HEADER_V3_LENGTH)
        return error_set(err, "disk image '%s' is damaged: it ends within its header", file);
    h->incompatible = ld_be64(bytes + HEADER_INCOMPATIBLE_FEATURES);
    h->compatible = ld_be64(bytes + HEADER_COMPATIBLE_FEATURES);
    h->autoclear = ld_be64(bytes + HEADER_AUTOCLEAR_FEATURES);
    h->refcount_order = ld_be32(bytes + HEADER_REFCOUNT_ORDER);
    *length = ld_be32(bytes + HEADER_HEADER_LENGTH);
    if (*length < HEADER_V3_LENGTH || *length > limit || *length % 8)
        return error_set(err, "disk image '%s' is damaged: its header cannot be %zu bytes long", file, *length);
    if (h->refcount_order > REFCOUNT_ORDER_MAX)
        return error_set(err, "disk image '%s' is damaged: reference counts of 2^%u bits", file, h->refcount_order);
    if (*length > HEADER_COMPRESSION_TYPE)
        h->compression_type = bytes[HEADER_COMPRESSION_TYPE];
    return 0;
}

int header_parse(struct qcow2_header *h, const uint8_t *bytes, size_t length, const char *file, struct error *err)
{
    *h = (struct qcow2_header){ .refcount_order = 4 };
    if (length < HEADER_V2_LENGTH || ld_be32(bytes) != QCOW2_MAGIC)
        return error_set(err, "disk image '%s' is not a qcow2 image; say format=raw if its bytes are the disk's", file);
    h->version = ld_be32(bytes + HEADER_VERSION);
    if (h->version != 2 && h->version != 3)
        return error_set(err, "disk image '%s' is a qcow image of version %u; 2 and 3 are supported; convert it with: qemu-img "
                         "convert -O qcow2 IN OUT", file, h->version);
    h->cluster_bits = ld_be32(bytes + HEADER_CLUSTER_BITS);
    if (h->cluster_bits < CLUSTER_BITS_MIN || h->cluster_bits > CLUSTER_BITS_MAX)
        return error_set(err, "disk image '%s' has clusters of 2^%u bytes; 2^%d to 2^%d are supported", file, h->cluster_bits,
                         CLUSTER_BITS_MIN, CLUSTER_BITS_MAX);
    h->size = ld_be64(bytes + HEADER_SIZE);
    h->crypt_method = ld_be32(bytes + HEADER_CRYPT_METHOD);
    h->l1_entries = ld_be32(bytes + HEADER_L1_SIZE);
    h->l1_offset = ld_be64(bytes + HEADER_L1_TABLE_OFFSET);
    h->refcount_table_offset = ld_be64(bytes + HEADER_REFCOUNT_TABLE_OFFSET);
    h->refcount_table_clusters = ld_be32(bytes + HEADER_REFCOUNT_TABLE_CLUSTERS);
    h->snapshots = ld_be32(bytes + HEADER_NB_SNAPSHOTS);
    h->snapshots_offset = ld_be64(bytes + HEADER_SNAPSHOTS_OFFSET);
    size_t limit = length < (size_t)1 << h->cluster_bits ? length : (size_t)1 << h->cluster_bits, own = HEADER_V2_LENGTH;
    uint64_t backing = ld_be64(bytes + HEADER_BACKING_FILE_OFFSET);
    if (h->version == 3 && parse_version_3(h, bytes, &own, limit, file, err) < 0)
        return -1;
    if (parse_backing(h, bytes, limit, backing, ld_be32(bytes + HEADER_BACKING_FILE_SIZE), file, err) < 0)
        return -1;
    /* The extensions end where the name begins, if there is one. */
    return parse_extensions(h, bytes, own, backing > own && backing < limit ? (size_t)backing : limit, file, err);
}

int header_read(struct qcow2_header *h, struct raw *file, struct error *err)
{
    uint8_t head[HEADER_V2_LENGTH];
    int code = raw_read(file, 0, head, sizeof head);
    size_t length = code ? 0 : header_length(head);
    if (length > file->held)
        length = (size_t)file->held;
    uint8_t *bytes = mem_alloc(length + 1);
    if (!code)
        code = raw_read(file, 0, bytes, length);
    int result = code ? error_set(err, "disk image '%s' cannot be read: %s", file->file, strerror(-code))
                      : header_parse(h, bytes, length, file->file, err);
    free(bytes);
    return result;
}

/* ---- in context ---- */

uint64_t header_l1_needed(uint64_t size, unsigned cluster_bits)
{
    unsigned bits = cluster_bits + cluster_bits - 3;   /* bytes that one L2 table maps */
    return (size >> bits) + ((size & mask64(bits)) != 0);
}

static int check_features(const struct qcow2_header *h, const char *file, struct error *err)
{
    const struct { bool is_used; const char *what; } rows[] = {
        { h->crypt_method != 0, "is encrypted" },
        { h->incompatible & INCOMPATIBLE_DATA_FILE, "keeps its data in an external file" },
        { h->incompatible & INCOMPATIBLE_EXTENDED_L2, "has extended L2 entries (subclusters)" },
        { h->incompatible & INCOMPATIBLE_COMPRESSION || h->compression_type, "is compressed by another method than zlib (zstd)" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (rows[i].is_used)
            return error_set(err, "disk image '%s' %s, which is not supported; convert it with: qemu-img convert -O qcow2 IN OUT",
                             file, rows[i].what);
    uint64_t unknown = h->incompatible & ~(uint64_t)(INCOMPATIBLE_EXTENDED_L2 * 2 - 1);
    if (unknown)
        return error_set(err, "disk image '%s' uses the feature '%s' (bit %d), which is not known here; convert it with: "
                         "qemu-img convert -O qcow2 IN OUT", file, *h->unknown_feature ? h->unknown_feature : "?",
                         __builtin_ctzll(unknown));
    return 0;
}

static bool lies_within(uint64_t offset, uint64_t bytes, uint64_t held, unsigned cluster_bits)
{
    return !(offset & mask64(cluster_bits)) && offset >= 1ull << cluster_bits && offset <= held && bytes <= held - offset;
}

int header_check(const struct qcow2_header *h, uint64_t held, const char *file, struct error *err)
{
    if (check_features(h, file, err) < 0)
        return -1;
    if (!h->size || h->size % BLOCK_SECTOR || h->size > DISK_SIZE_MAX)
        return error_set(err, "disk image '%s' has a disk of %llu bytes; up to 64 TiB, in sectors of %d bytes, are supported",
                         file, (unsigned long long)h->size, BLOCK_SECTOR);
    uint64_t end = align_up(held, 1ull << h->cluster_bits), l1_bytes = (uint64_t)h->l1_entries * 8;
    uint64_t table_bytes = (uint64_t)h->refcount_table_clusters << h->cluster_bits;
    if (h->l1_entries < header_l1_needed(h->size, h->cluster_bits) || l1_bytes > L1_BYTES_MAX)
        return error_set(err, "disk image '%s' is damaged: its L1 table of %u entries does not fit its size", file,
                         h->l1_entries);
    if (!lies_within(h->l1_offset, l1_bytes, end, h->cluster_bits))
        return error_set(err, "disk image '%s' is damaged: its L1 table is not within the file", file);
    if (!table_bytes || table_bytes > REFCOUNT_TABLE_BYTES_MAX
        || !lies_within(h->refcount_table_offset, table_bytes, end, h->cluster_bits))
        return error_set(err, "disk image '%s' is damaged: its refcount table is not within the file", file);
    if (h->snapshots > SNAPSHOTS_MAX || (h->snapshots && !lies_within(h->snapshots_offset, 40, end, h->cluster_bits)))
        return error_set(err, "disk image '%s' is damaged: its table of snapshots is not within the file", file);
    return 0;
}
