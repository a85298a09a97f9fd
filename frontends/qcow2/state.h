/* SPDX-License-Identifier: MIT */
/* What the parts of this folder share of an open image. Functions return 0 or a negative errno unless they say something else.

   What keeps the file whole at every moment, also when the process or the host dies:
   1. Data goes to the file at once. Tables change in memory, until qcow2_sync writes them in this order, each step on the disk
      before the next: refcount blocks, refcount table, L2 tables, L1 table. So what can be found from the L1 table is counted.
   2. A cluster that is not needed any more keeps its count until the tables without it are on the disk. So nothing is
      overwritten that an older table shows.
   What was interrupted can leave clusters that are counted and not used (leaks), and nothing else. */
#ifndef FRONTENDS_QCOW2_STATE_H
#define FRONTENDS_QCOW2_STATE_H

#include "frontends/image/layer.h"
#include "frontends/image/raw.h"
#include "frontends/qcow2/cluster_set.h"
#include "frontends/qcow2/header.h"

/* "L1 table entry", "L2 table entry" */
#define ENTRY_COPIED     (1ull << 63)            /* the reference count is exactly one: may be written in place */
#define ENTRY_COMPRESSED (1ull << 62)            /* L2 only */
#define ENTRY_ZERO       1ull                    /* L2 only, version 3: reads as zeros */
#define ENTRY_OFFSET     0x00fffffffffffe00ull

/* The L1 table or the refcount table: in memory as a whole, in the host's byte order. */
struct entries {
    uint64_t offset;                             /* in the file */
    uint64_t *at;
    size_t count;
    size_t dirty_from, dirty_to;                 /* entries that the file has not; none if both are equal */
};

/* L2 tables or refcount blocks: some of them, as they are in the file. */
struct cached {
    uint64_t offset;                             /* in the file; 0: empty */
    uint8_t *bytes;
    uint64_t used;                               /* when, for finding the one not used for the longest time */
    bool dirty;
};

struct tables {
    struct cached *all;
    unsigned count;
    struct cached *latest;
    uint64_t uses;
    bool is_ordered;                             /* a table may be written only by qcow2_sync */
};

struct run {
    uint64_t first, count;                       /* clusters */
};

struct qcow2 {
    struct layer layer;
    struct raw file;
    struct layer *backing;                       /* or NULL */
    struct qcow2_header header;
    unsigned cluster_bits;
    uint64_t cluster_size;
    struct entries l1, refcount_table;
    struct tables l2, blocks;
    struct cluster_set metadata;                 /* of a writable image: where the guest's data may never go */
    struct run *freed;                           /* their counts go down at the end of the next qcow2_sync */
    size_t freed_count, freed_room;
    uint64_t free_hint;                          /* no cluster below is free */
    uint8_t *bounce;                             /* a cluster that is put together */
    uint8_t *inflated;                           /* the compressed cluster that was read last, and its entry */
    uint64_t inflated_entry;
    bool is_known_damaged;                       /* the user was told */
};

/* ---- tables.c ---- */

void tables_open(struct tables *tables, unsigned count, bool is_ordered);
void tables_free(struct tables *tables);

/* The table at this offset, to look at; valid until the next call with the same cache but one. */
int tables_get(struct qcow2 *q, struct tables *tables, uint64_t offset, struct cached **table);

/* A new table of zeros. */
int tables_new(struct qcow2 *q, struct tables *tables, uint64_t offset, struct cached **table);

/* Forgets a table that is not one any more. */
void tables_drop(struct tables *tables, uint64_t offset);

bool tables_is_dirty(const struct tables *tables);
int tables_write(struct qcow2 *q, struct tables *tables);

int entries_read(struct qcow2 *q, struct entries *entries, uint64_t offset, size_t count);
void entries_set(struct entries *entries, size_t i, uint64_t value);
bool entries_are_dirty(const struct entries *entries);
int entries_write(struct qcow2 *q, struct entries *entries);

/* Writes all tables that changed. */
int qcow2_sync(struct qcow2 *q);

/* Tells the user, once, that the image is damaged; returns -EIO. */
int qcow2_damaged(struct qcow2 *q, const char *what, uint64_t offset);

/* Whether a table can be here. */
bool qcow2_is_table_offset(const struct qcow2 *q, uint64_t offset);

/* ---- refcount.c: which clusters are in use ---- */

int refcount_get(struct qcow2 *q, uint64_t cluster, uint64_t *count);

/* Up to `wanted` free clusters in a row, at least one; they are counted once from now on. */
int refcount_allocate(struct qcow2 *q, uint64_t wanted, struct run *run);

/* Takes back what was allocated and never entered in a table. */
void refcount_release(struct qcow2 *q, struct run run);

/* These are in use once less, when the tables say so. */
void refcount_free(struct qcow2 *q, struct run run);

/* The end of qcow2_sync. */
int refcount_apply_freed(struct qcow2 *q);

/* Log2 of the counts in one block. */
unsigned refcount_block_bits(const struct qcow2 *q);

/* The `i`th of a block's counts of 2^order bits ("Refcount block entry"). */
uint64_t refcount_load(const uint8_t *block, unsigned order, uint64_t i);
void refcount_store(uint8_t *block, unsigned order, uint64_t i, uint64_t count);

/* Writes blocks and a table behind the file's end that say counts[0..clusters), and makes them the image's. */
int refcount_rebuild(struct qcow2 *q, const uint32_t *counts, uint64_t clusters);

/* ---- repair.c ---- */

/* Makes the counts anew, corrects ENTRY_COPIED, and clears INCOMPATIBLE_DIRTY. -1 with err filled. */
int repair_refcounts(struct qcow2 *q, struct error *err);

/* ---- map.c: where the disk's bytes are ---- */

enum extent_kind {
    EXTENT_ABSENT,                               /* what the backing file has, or zeros */
    EXTENT_ZERO,
    EXTENT_DATA,
    EXTENT_COMPRESSED,
};

struct extent {
    enum extent_kind kind;
    uint64_t length;                             /* so many bytes are of this kind and follow each other */
    uint64_t host;                               /* EXTENT_DATA: where they begin */
    uint64_t entry;                              /* EXTENT_COMPRESSED */
};

/* What is at this offset, up to `length` bytes of it. */
int map_find(struct qcow2 *q, uint64_t offset, uint64_t length, struct extent *extent);

/* Takes an L2 entry apart. */
int map_decode(struct qcow2 *q, uint64_t entry, enum extent_kind *kind, uint64_t *host);

/* The L2 table for this offset, to be changed: made, or copied from a snapshot's, if need be. */
int map_writable_l2(struct qcow2 *q, uint64_t offset, struct cached **table);

/* Where an offset is in the two tables. */
size_t map_l1_index(const struct qcow2 *q, uint64_t offset);
size_t map_l2_index(const struct qcow2 *q, uint64_t offset);

/* What an L2 entry that is replaced used is free. */
void map_free_entry(struct qcow2 *q, uint64_t entry);

/* Where a compressed cluster is in the file ("Compressed Clusters Descriptor"). */
void map_compressed(const struct qcow2 *q, uint64_t entry, uint64_t *offset, uint64_t *length);

/* The disk is zero here without the image's doing: nothing is below. */
bool map_is_bare(const struct qcow2 *q, uint64_t offset);

/* ---- read.c, write.c, zero.c ---- */

int qcow2_read(struct qcow2 *q, uint64_t offset, void *buffer, size_t length);
int qcow2_write(struct qcow2 *q, uint64_t offset, const void *buffer, size_t length);
int qcow2_zero(struct qcow2 *q, uint64_t offset, uint64_t length, bool may_unmap);
int qcow2_discard(struct qcow2 *q, uint64_t offset, uint64_t length);

#endif
