/* SPDX-License-Identifier: MIT */
/* The table of internal snapshots ("Snapshots"). It is read, to show it and to count what snapshots use, and never written. */
#ifndef FRONTENDS_QCOW2_SNAPSHOT_H
#define FRONTENDS_QCOW2_SNAPSHOT_H

#include "frontends/image/raw.h"
#include "frontends/qcow2/header.h"
#include "frontends/qcow2/qcow2.h"

/* "Snapshot table entry" */
enum {
    SNAPSHOT_L1_TABLE_OFFSET = 0, SNAPSHOT_L1_SIZE = 8, SNAPSHOT_ID_SIZE = 12, SNAPSHOT_NAME_SIZE = 14, SNAPSHOT_DATE_SEC = 16,
    SNAPSHOT_VM_STATE_SIZE = 32, SNAPSHOT_EXTRA_SIZE = 36, SNAPSHOT_HEAD = 40, SNAPSHOT_EXTRA_VM_STATE_SIZE = 0,
    SNAPSHOT_EXTRA_MAX = 1024,
};

/* Reads the entry at *at, and moves *at behind it. -1 if there cannot be one. */
int snapshot_read(struct raw *file, const struct qcow2_header *header, uint64_t *at, struct qcow2_snapshot *snapshot);

#endif
