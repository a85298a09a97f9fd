/* SPDX-License-Identifier: MIT */
/* A disk in a qcow2 file. */
#ifndef FRONTENDS_QCOW2_QCOW2_H
#define FRONTENDS_QCOW2_QCOW2_H

#include "base/error.h"
#include "frontends/image/chain.h"
#include "frontends/qcow2/header.h"

/* Opens an image and what it stands on. `link` is the image's own place in the chain. An image that was not closed properly by a
   program with lazy reference counts is repaired first when it is to be written. */
struct layer *qcow2_open(const char *file, bool writable, const struct chain_link *link, struct error *err);

/* Read only, of a file that was merely found to begin like such an image: one that stands on another is refused, since whoever
   could write to the file could have it show any file of the host. */
struct layer *qcow2_open_guessed(const char *file, struct error *err);

/* To be written, without what it stands on: that reads as zeros. */
struct layer *qcow2_open_alone(const char *file, struct error *err);

/* Where an image's backing file is. NULL if it is none of this host's. To be freed. */
char *qcow2_backing_path(const char *file, const char *name, struct error *err);

struct qcow2_create {
    uint64_t size;                                /* a multiple of BLOCK_SECTOR, not 0 */
    unsigned version, cluster_bits, refcount_order;
    bool is_lazy;
    const char *backing_file, *backing_format;    /* both or none */
};

/* Makes a new, empty image. An existing file is refused. */
int qcow2_create(const char *file, const struct qcow2_create *create, struct error *err);

struct qcow2_snapshot {
    char id[64], name[256];
    uint32_t date;                                /* seconds since 1970 */
    uint64_t vm_state;                            /* bytes */
    uint64_t l1_offset;
    uint32_t l1_entries;
};

struct qcow2_info {
    struct qcow2_header header;
    char refused[sizeof(struct error)];           /* why the image cannot be used, or "" */
    struct qcow2_snapshot *snapshots;
    unsigned snapshot_count;
};

/* What an image is, also one that cannot be used. All texts are printable. */
int qcow2_describe(const char *file, struct qcow2_info *info, struct error *err);
void qcow2_info_free(struct qcow2_info *info);

/* Writes what the image changed into the one that it stands on, and empties it. */
int qcow2_commit(const char *file, uint64_t *copied, struct error *err);

#endif
