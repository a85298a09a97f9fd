/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "frontends/qcow2/qcow2.h"
#include "frontends/qcow2/snapshot.h"
#include "frontends/qcow2/state.h"

/* What is in a file goes to terminals. */
static void make_printable(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || (unsigned char)*text > '~')
            *text = '?';
}

static void take_snapshots(struct qcow2_info *info, struct raw *file)
{
    const struct qcow2_header *h = &info->header;
    uint64_t at = h->snapshots_offset;
    info->snapshots = mem_alloc((h->snapshots + 1) * sizeof *info->snapshots);
    while (info->snapshot_count < h->snapshots) {
        struct qcow2_snapshot *s = &info->snapshots[info->snapshot_count];
        if (snapshot_read(file, h, &at, s) < 0)
            return;   /* those before it are shown */
        make_printable(s->id);
        make_printable(s->name);
        info->snapshot_count++;
    }
}

int qcow2_describe(const char *file, struct qcow2_info *info, struct error *err)
{
    struct raw raw;
    *info = (struct qcow2_info){ .snapshot_count = 0 };
    if (raw_open(&raw, file, RAW_CONTAINER, false, err) < 0)
        return -1;
    int result = header_read(&info->header, &raw, err);
    if (!result) {
        struct error why = { "" };
        if (header_check(&info->header, raw.held, file, &why) < 0)
            memcpy(info->refused, why.text, sizeof info->refused);
        else
            take_snapshots(info, &raw);
        make_printable(info->header.backing_file);
        make_printable(info->header.backing_format);
        make_printable(info->refused);
    }
    raw_close(&raw);
    return result;
}

void qcow2_info_free(struct qcow2_info *info)
{
    free(info->snapshots);
}
