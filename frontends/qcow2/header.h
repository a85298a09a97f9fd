/* SPDX-License-Identifier: MIT */
/* The first cluster of a qcow2 file: header, header extensions, name of the backing file. Sections and names are those of QEMU's
   docs/interop/qcow2.txt, which is the specification. All numbers in the file are big-endian. */
#ifndef FRONTENDS_QCOW2_HEADER_H
#define FRONTENDS_QCOW2_HEADER_H

#include "base/error.h"
#include "frontends/image/raw.h"

/* "Header": offsets of the fields. */
enum {
    HEADER_MAGIC = 0, HEADER_VERSION = 4, HEADER_BACKING_FILE_OFFSET = 8, HEADER_BACKING_FILE_SIZE = 16, HEADER_CLUSTER_BITS = 20,
    HEADER_SIZE = 24, HEADER_CRYPT_METHOD = 32, HEADER_L1_SIZE = 36, HEADER_L1_TABLE_OFFSET = 40,
    HEADER_REFCOUNT_TABLE_OFFSET = 48, HEADER_REFCOUNT_TABLE_CLUSTERS = 56, HEADER_NB_SNAPSHOTS = 60,
    HEADER_SNAPSHOTS_OFFSET = 64, HEADER_V2_LENGTH = 72, HEADER_INCOMPATIBLE_FEATURES = 72, HEADER_COMPATIBLE_FEATURES = 80,
    HEADER_AUTOCLEAR_FEATURES = 88,
    HEADER_REFCOUNT_ORDER = 96, HEADER_HEADER_LENGTH = 100, HEADER_V3_LENGTH = 104, HEADER_COMPRESSION_TYPE = 104,
    QCOW2_MAGIC = 0x514649fb,
};

/* "Feature bits" */
enum {
    INCOMPATIBLE_DIRTY = 1 << 0, INCOMPATIBLE_CORRUPT = 1 << 1, INCOMPATIBLE_DATA_FILE = 1 << 2,
    INCOMPATIBLE_COMPRESSION = 1 << 3, INCOMPATIBLE_EXTENDED_L2 = 1 << 4,
    COMPATIBLE_LAZY_REFCOUNTS = 1 << 0,
    AUTOCLEAR_BITMAPS = 1 << 0,
};

/* "Header extensions" */
enum {
    EXTENSION_END = 0, EXTENSION_BACKING_FORMAT = (int)0xe2792aca, EXTENSION_FEATURE_NAMES = 0x6803f857,
    EXTENSION_BITMAPS = 0x23852875, EXTENSION_HEAD = 8,
    FEATURE_NAME_ROW = 48, FEATURE_NAME_MAX = 46,
};

/* cluster_bits: at least 9 by the specification; 21 is QEMU's limit and ours. The tables' limits are QEMU's, too. */
enum {
    CLUSTER_BITS_MIN = 9, CLUSTER_BITS_MAX = 21, REFCOUNT_ORDER_MAX = 6, BACKING_NAME_MAX = 1023, BACKING_FORMAT_MAX = 15,
    L1_BYTES_MAX = 32 << 20, REFCOUNT_TABLE_BYTES_MAX = 8 << 20, SNAPSHOTS_MAX = 65536,
};

struct qcow2_header {
    unsigned version, cluster_bits, refcount_order, crypt_method, compression_type;
    uint64_t size;                                  /* bytes of the disk */
    uint64_t l1_offset, refcount_table_offset, snapshots_offset;
    uint32_t l1_entries, refcount_table_clusters, snapshots;
    uint64_t incompatible, compatible, autoclear;   /* feature bits; none in version 2 */
    bool has_bitmaps;
    char backing_file[BACKING_NAME_MAX + 1];        /* "": none */
    char backing_format[BACKING_FORMAT_MAX + 1];    /* "": not said */
    char unknown_feature[FEATURE_NAME_MAX + 1];     /* what the file calls the first incompatible feature that we do not know */
};

/* Whether `length` bytes, the first cluster or the whole file if that is shorter, are a sound header, though perhaps one of an
   image that uses what is not supported. No field is looked at in context of the file: see header_check. */
int header_parse(struct qcow2_header *header, const uint8_t *bytes, size_t length, const char *file, struct error *err);

/* Reads and parses it. */
int header_read(struct qcow2_header *header, struct raw *file, struct error *err);

/* How many bytes header_parse needs, told by the first HEADER_V2_LENGTH of them; 0 if this is no qcow2 file. */
size_t header_length(const uint8_t *bytes);

/* Refuses what is not supported, and tables that cannot be where they are said to be in a file of `held` bytes. */
int header_check(const struct qcow2_header *header, uint64_t held, const char *file, struct error *err);

/* Entries that the L1 table of such a disk needs. */
uint64_t header_l1_needed(uint64_t size, unsigned cluster_bits);

#endif
