/* SPDX-License-Identifier: MIT */
#define _FILE_OFFSET_BITS 64
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <jansson.h>

#include "base/bits.h"
#include "frontends/image/format.h"
#include "frontends/image/raw.h"
#include "frontends/image/tool.h"
#include "frontends/qcow2/qcow2.h"

struct info {
    const char *file;
    enum image_format format;
    uint64_t size, file_size, disk_size;   /* of the disk; of the file, and what it takes on the host's disk */
    struct qcow2_info qcow2;
};

/* ---- looking ---- */

static int measure(struct info *info, struct error *err)
{
    struct raw raw;
    struct stat st;
    uint8_t head[BLOCK_SECTOR];
    if (raw_open(&raw, info->file, RAW_DISK, false, err) < 0)
        return -1;
    bool is_measured = fstat(raw.fd, &st) == 0 && raw_read(&raw, 0, head, sizeof head) == 0;
    info->size = raw.layer.size;
    info->file_size = raw.held;
    info->disk_size = is_measured ? (uint64_t)st.st_blocks * 512 : 0;
    raw_close(&raw);
    if (!is_measured)
        return error_set(err, "disk image '%s' cannot be read", info->file);
    if (info->format == FORMAT_UNKNOWN)
        info->format = format_of_bytes(head, info->file, err);
    return info->format == FORMAT_UNKNOWN ? -1 : 0;
}

static int look(struct info *info, struct error *err)
{
    if (measure(info, err) < 0)
        return -1;
    if (info->format == FORMAT_RAW)
        return 0;
    if (qcow2_describe(info->file, &info->qcow2, err) < 0)
        return -1;
    info->size = info->qcow2.header.size;
    return 0;
}

/* ---- for people ---- */

static void print_size(const char *what, uint64_t bytes)
{
    static const char units[] = "BKMGTPE";
    unsigned unit = 0;
    double value = (double)bytes;
    for (; value >= 1024 && units[unit + 1]; unit++)
        value /= 1024;
    if (unit)
        printf("%-15s %.4g %ciB (%llu bytes)\n", what, value, units[unit], (unsigned long long)bytes);
    else
        printf("%-15s %llu bytes\n", what, (unsigned long long)bytes);
}

static void print_snapshots(const struct qcow2_info *q)
{
    for (unsigned i = 0; i < q->snapshot_count; i++) {
        const struct qcow2_snapshot *s = &q->snapshots[i];
        char date[32] = "";
        time_t time = (time_t)s->date;
        struct tm tm;
        if (gmtime_r(&time, &tm))
            strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S UTC", &tm);
        printf("%-15s %s '%s', %s%s\n", i ? "" : "snapshots:", s->id, s->name, date,
               s->vm_state ? ", with a machine's state" : "");
    }
}

static void print_qcow2(const struct qcow2_info *q)
{
    const struct qcow2_header *h = &q->header;
    printf("%-15s %llu bytes\n", "clusters of:", 1ull << h->cluster_bits);
    printf("%-15s %u bits%s\n", "refcounts of:", 1u << h->refcount_order,
           h->compatible & COMPATIBLE_LAZY_REFCOUNTS ? ", lazy" : "");
    if (*h->backing_file)
        printf("%-15s %s (%s)\n", "backing file:", h->backing_file, *h->backing_format ? h->backing_format : "format not said");
    if (h->incompatible & INCOMPATIBLE_DIRTY)
        printf("%-15s not closed properly; it is repaired when it is opened to be written\n", "state:");
    if (h->incompatible & INCOMPATIBLE_CORRUPT)
        printf("%-15s marked as damaged; repair it with qemu-img check -r all\n", "state:");
    print_snapshots(q);
    if (*q->refused)
        printf("%-15s %s\n", "unusable:", q->refused);
}

static void print(const struct info *info)
{
    printf("%-15s %s\n", "image:", info->file);
    if (info->format == FORMAT_QCOW2)
        printf("%-15s qcow2, version %u\n", "format:", info->qcow2.header.version);
    else
        printf("%-15s raw\n", "format:");
    print_size("disk:", info->size);
    print_size("file:", info->file_size);
    print_size("takes:", info->disk_size);
    if (info->format == FORMAT_QCOW2)
        print_qcow2(&info->qcow2);
}

/* ---- for programs ---- */

static json_t *snapshots_as_json(const struct qcow2_info *q)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < q->snapshot_count; i++) {
        const struct qcow2_snapshot *s = &q->snapshots[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:I}", "id", s->id, "name", s->name, "date", (json_int_t)s->date,
                                              "vm_state_size", (json_int_t)s->vm_state));
    }
    return list;
}

static void add_qcow2(json_t *to, const struct qcow2_info *q)
{
    const struct qcow2_header *h = &q->header;
    json_object_update_new(to, json_pack("{s:i, s:I, s:i, s:b, s:b, s:b, s:o}", "version", (int)h->version,
        "cluster_size", (json_int_t)1 << h->cluster_bits, "refcount_bits", 1 << h->refcount_order,
        "lazy_refcounts", (h->compatible & COMPATIBLE_LAZY_REFCOUNTS) != 0, "dirty", (h->incompatible & INCOMPATIBLE_DIRTY) != 0,
        "corrupt", (h->incompatible & INCOMPATIBLE_CORRUPT) != 0, "snapshots", snapshots_as_json(q)));
    if (*h->backing_file)
        json_object_set_new(to, "backing_file", json_string(h->backing_file));
    if (*h->backing_format)
        json_object_set_new(to, "backing_format", json_string(h->backing_format));
    if (*q->refused)
        json_object_set_new(to, "unusable", json_string(q->refused));
}

static int print_json(const struct info *info, struct error *err)
{
    json_t *root = json_pack("{s:s, s:I, s:I, s:I}", "format", info->format == FORMAT_RAW ? "raw" : "qcow2",
                             "virtual_size", (json_int_t)info->size, "file_size", (json_int_t)info->file_size,
                             "disk_size", (json_int_t)info->disk_size);
    json_object_set_new(root, "file", json_string(info->file));   /* left out if its name is no UTF-8 */
    if (info->format == FORMAT_QCOW2)
        add_qcow2(root, &info->qcow2);
    int result = json_dumpf(root, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(root);
    return result < 0 ? error_set(err, "image info: cannot write JSON") : 0;
}

int tool_info(int argc, char *const argv[], struct error *err)
{
    struct info info = { .format = FORMAT_UNKNOWN };
    bool is_json = false;
    for (int i = 0; i < argc; i++) {
        if (!strcmp(argv[i], "--json") || !strcmp(argv[i], "-json") || !strcmp(argv[i], "--output=json")) {
            is_json = true;
        } else if (!strcmp(argv[i], "-f") && i + 1 < argc) {
            if (format_of_name(argv[++i], "?", &info.format, err) < 0)
                return -1;
        } else if (*argv[i] == '-' || info.file) {
            return error_set(err, "image info: '%s' does not belong there; write orrery image info [--json] [-f FORMAT] FILE",
                             argv[i]);
        } else {
            info.file = argv[i];
        }
    }
    if (!info.file)
        return error_set(err, "image info: which file? Write orrery image info FILE");
    int result = look(&info, err);
    if (!result && is_json)
        result = print_json(&info, err);
    else if (!result)
        print(&info);
    qcow2_info_free(&info.qcow2);
    return result;
}
