/* SPDX-License-Identifier: MIT */
/* What is connected to the machine: disks, flash, networks, lines. */
#include "frontends/cli/options_table.h"

#include <stdlib.h>
#include <string.h>

#include "frontends/cli/chardevs.h"
#include "frontends/cli/devices.h"
#include "frontends/cli/parse.h"
#include "frontends/net/net.h"
#include "frontends/net/net_dump.h"

enum { UNIT_NEXT = -1 };

static int set_drive_file(void *to, const char *value, struct error *err)
{
    struct drive_option *drive = to;
    if (!*value)
        return error_set(err, "-drive: file= needs a file name");
    free(drive->file);
    drive->file = mem_strdup(value);
    return 0;
}

static int set_drive_format(void *to, const char *value, struct error *err)
{
    struct drive_option *drive = to;
    if (strcmp(value, "raw") && strcmp(value, "qcow2"))
        return error_set(err, "-drive: images of format '%s' cannot be read; convert it: qemu-img convert -O qcow2 FROM TO",
                         value);
    free(drive->format);
    drive->format = mem_strdup(value);
    return 0;
}

static int set_drive_if(void *to, const char *value, struct error *err)
{
    struct drive_option *drive = to;
    drive->is_connected = !strcmp(value, "virtio");
    drive->is_flash = !strcmp(value, "pflash");
    if (!drive->is_connected && !drive->is_flash && strcmp(value, "none"))
        return error_set(err, "-drive: the machine has no interface '%s'; it has virtio and pflash (or none: not connected)",
                         value);
    return 0;
}

static int set_drive_unit(void *to, const char *value, struct error *err)
{
    uint64_t unit;
    if (parse_number("-drive unit", value, UINT64_MAX, &unit, err) < 0)
        return -1;
    if (unit >= OPTIONS_FLASHES)
        return error_set(err, "-drive: unit=%s is no flash bank; they are 0 (the firmware) and 1 (its variables)", value);
    ((struct drive_option *)to)->unit = (int)unit;
    return 0;
}

static int set_drive_media(void *to, const char *value, struct error *err)
{
    struct drive_option *drive = to;
    drive->is_cdrom = !strcmp(value, "cdrom");
    if (!drive->is_cdrom && strcmp(value, "disk"))
        return error_set(err, "-drive: there is no media '%s'; write media=disk or media=cdrom", value);
    return 0;
}

static int set_drive_readonly(void *to, const char *value, struct error *err)
{
    struct drive_option *drive = to;
    int result = parse_switch("-drive readonly", value, &drive->read_only, err);
    drive->wants_writing = !drive->read_only;
    return result;
}

static int set_drive_snapshot(void *to, const char *value, struct error *err)
{
    return parse_switch("-drive snapshot", value, &((struct drive_option *)to)->snapshot, err);
}

static int set_drive_serial(void *to, const char *value, struct error *err)
{
    struct drive_option *drive = to;
    if (strlen(value) > 20)
        return error_set(err, "-drive: the serial number '%s' is longer than the 20 letters that a disk has", value);
    free(drive->serial);
    drive->serial = mem_strdup(value);
    return 0;
}

static int set_drive_boot_index(void *to, const char *value, struct error *err)
{
    struct drive_option *drive = to;
    uint64_t index;
    if (parse_number("-drive bootindex", value, INT32_MAX, &index, err) < 0)
        return -1;
    drive->has_boot_index = true;
    drive->boot_index = (uint32_t)index;
    return 0;
}

/* Two banks; what does not say which it is takes the first that is free. */
static int place_flash(const struct options *o, struct drive_option *flash, struct error *err)
{
    bool taken[OPTIONS_FLASHES] = { false };
    for (const struct drive_option *d = o->drives; d < flash; d++)
        if (d->is_flash)
            taken[d->unit] = true;
    int unit = flash->unit == UNIT_NEXT ? 0 : flash->unit;
    while (flash->unit == UNIT_NEXT && unit < OPTIONS_FLASHES && taken[unit])
        unit++;
    if (unit == OPTIONS_FLASHES)
        return error_set(err, "the machine has two flash banks, and both have a file already");
    if (taken[unit])
        return error_set(err, "-drive: flash bank %d has a file already", unit);
    flash->unit = unit;
    return 0;
}

static int set_drive(struct options *o, const char *value, struct error *err)
{
    static const struct parse_key keys[] = {
        { "file", set_drive_file }, { "format", set_drive_format }, { "if", set_drive_if }, { "readonly", set_drive_readonly },
        { "snapshot", set_drive_snapshot }, { "serial", set_drive_serial }, { "media", set_drive_media },
        { "unit", set_drive_unit }, { "bootindex", set_drive_boot_index },
    };
    if (o->drive_count == OPTIONS_DRIVES)
        return error_set(err, "-drive: the machine takes %d disks at most", OPTIONS_DRIVES);
    struct drive_option *drive = &o->drives[o->drive_count++];
    drive->is_connected = true;
    drive->unit = UNIT_NEXT;
    if (parse_list("-drive", value, keys, ARRAY_SIZE(keys), drive, err) < 0)
        return -1;
    if (drive->is_cdrom && drive->wants_writing)
        return error_set(err, "-drive %s: a CD cannot be written; leave out readonly=off or media=cdrom", value);
    if (drive->is_cdrom && !drive->format)
        drive->format = mem_strdup("raw");
    drive->read_only |= drive->is_cdrom;
    if (drive->unit != UNIT_NEXT && !drive->is_flash)
        return error_set(err, "-drive: unit= says which flash bank is meant; disks are numbered in their order");
    if (drive->has_boot_index && !drive->is_connected)
        return error_set(err, "-drive: bootindex= is for disks; a flash bank and one that is not connected have none");
    if (drive->is_flash && place_flash(o, drive, err))
        return -1;
    return drive->file ? 0 : error_set(err, "-drive %s names no file; add file=IMAGE", value);
}

int options_set_pflash(struct options *o, const char *value, struct error *err)
{
    if (o->drive_count == OPTIONS_DRIVES)
        return error_set(err, "-pflash: the machine takes %d disks and flash banks at most", OPTIONS_DRIVES);
    struct drive_option *drive = &o->drives[o->drive_count++];
    drive->is_flash = true;
    drive->unit = UNIT_NEXT;
    drive->file = mem_strdup(value);
    return place_flash(o, drive, err);
}

static int set_nic(struct options *o, const char *value, struct error *err)
{
    struct net_options checked;
    o->has_no_nic |= !strcmp(value, "none");
    if (o->has_no_nic && (o->nic_count || strcmp(value, "none")))
        return error_set(err, "-nic none and other networks contradict each other; leave one of them out");
    if (o->has_no_nic)
        return 0;
    if (net_parse(value, &checked, err) < 0)
        return -1;
    if (o->nic_count == OPTIONS_NICS)
        return error_set(err, "-nic: the machine takes %d network cards at most", OPTIONS_NICS);
    o->nics[o->nic_count++] = value;
    return 0;
}

static int add_object(struct options *o, const char *value, struct error *err)
{
    struct net_dump_options checked;
    if (net_dump_parse(value, &checked, err) < 0)
        return -1;
    if (o->object_count == OPTIONS_OBJECTS)
        return error_set(err, "-object: %d objects are the most", OPTIONS_OBJECTS);
    o->objects[o->object_count++] = value;
    return 0;
}

static int set_serial(struct options *o, const char *value, struct error *err)
{
    if (o->serial)
        return error_set(err, "-serial %s: the machine has one serial line, and it is at %s already", value, o->serial);
    o->serial = strcmp(value, "none") ? value : "null";
    return 0;
}

const struct option_row options_disks[] = {
    { "drive", "file=FILE[,format=raw|qcow2][,if=virtio|pflash|none][,media=cdrom][,readonly=on][,snapshot=on][,serial=TEXT]",
      set_drive },
    { NULL, NULL, NULL }
};

const struct option_row options_network[] = {
    { "nic", "none|tap|user[,tftp=DIR][,hostfwd=tcp::PORT-:PORT]...", set_nic },
    { "object", "filter-dump,netdev=nic0,file=FILE", add_object },
    { NULL, NULL, NULL }
};

const struct option_row options_serial[] = {
    { "serial", "stdio|mon:stdio|file:PATH|pty|null|vc|unix:PATH|tcp:HOST:PORT[,server][,nowait]", set_serial },
    { "chardev", "KIND,id=ID,...", chardevs_add },
    { "device", "NAME[,...]", devices_add },
    { NULL, NULL, NULL }
};
