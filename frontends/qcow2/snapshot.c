/* SPDX-License-Identifier: MIT */
#include "frontends/qcow2/snapshot.h"

#include "base/bits.h"

/* A text of the file, cut to the room there is. */
static int read_text(struct raw *file, uint64_t at, size_t length, char *to, size_t room)
{
    size_t n = length < room - 1 ? length : room - 1;
    memset(to, 0, room);
    return raw_read(file, at, to, n);
}

int snapshot_read(struct raw *file, const struct qcow2_header *header, uint64_t *at, struct qcow2_snapshot *snapshot)
{
    uint8_t head[SNAPSHOT_HEAD], extra[8] = { 0 };
    if (*at + SNAPSHOT_HEAD > file->held || raw_read(file, *at, head, sizeof head))
        return -1;
    uint32_t extra_size = ld_be32(head + SNAPSHOT_EXTRA_SIZE);
    uint16_t id_size = ld_be16(head + SNAPSHOT_ID_SIZE), name_size = ld_be16(head + SNAPSHOT_NAME_SIZE);
    uint64_t text = *at + SNAPSHOT_HEAD + extra_size, end = text + id_size + name_size;
    if (extra_size > SNAPSHOT_EXTRA_MAX || end > align_up(file->held, 1ull << header->cluster_bits))
        return -1;
    if (extra_size >= sizeof extra && raw_read(file, *at + SNAPSHOT_HEAD + SNAPSHOT_EXTRA_VM_STATE_SIZE, extra, sizeof extra))
        return -1;
    *snapshot = (struct qcow2_snapshot){
        .l1_offset = ld_be64(head + SNAPSHOT_L1_TABLE_OFFSET), .l1_entries = ld_be32(head + SNAPSHOT_L1_SIZE),
        .date = ld_be32(head + SNAPSHOT_DATE_SEC),
        .vm_state = extra_size >= sizeof extra ? ld_be64(extra) : ld_be32(head + SNAPSHOT_VM_STATE_SIZE),
    };
    if (read_text(file, text, id_size, snapshot->id, sizeof snapshot->id)
        || read_text(file, text + id_size, name_size, snapshot->name, sizeof snapshot->name))
        return -1;
    *at = align_up(end, 8);
    return 0;
}
