/* SPDX-License-Identifier: MIT */
/* What each option does with its value, and below, the table. To add an option: a setter, a row, a line in docs/user.md. */
#include "frontends/cli/options_table.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/nearest.h"
#include "boards/machine.h"
#include "frontends/cli/chardevs.h"
#include "frontends/cli/cores.h"
#include "frontends/cli/devices.h"
#include "frontends/cli/parse.h"
#include "frontends/host/keys.h"
#include "frontends/host/loop.h"
#include "frontends/net/net_dump.h"
#include "frontends/profile/profile.h"
#include "frontends/trace/trace.h"

enum { UNIT_NEXT = -1 };
enum { RAM_MIN_MIB = 64, PERCENT_MAX = 10000, BOARDS_MAX = 16 };

static int set_kernel(struct options *o, const char *value, struct error *err) { (void)err; o->kernel = value; return 0; }
static int set_initrd(struct options *o, const char *value, struct error *err) { (void)err; o->initrd = value; return 0; }
static int set_append(struct options *o, const char *value, struct error *err) { (void)err; o->append = value; return 0; }
static int set_dtb(struct options *o, const char *value, struct error *err) { (void)err; o->dtb = value; return 0; }
static int set_bios(struct options *o, const char *value, struct error *err) { (void)err; o->bios = value; return 0; }
static int set_name(struct options *o, const char *value, struct error *err) { (void)err; o->name = value; return 0; }

static int set_machine_type(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    const char *name, *names[BOARDS_MAX];
    size_t count = 0;
    for (; count < BOARDS_MAX && (name = machine_board((unsigned)count)); count++) {
        names[count] = name;
        if (!strcmp(name, value)) {
            o->machine = name;
            return 0;
        }
    }
    const char *nearest = nearest_word(value, names, count);
    return error_set(err, "there is no machine '%s'; there is %s", value, nearest ? nearest : names[0]);
}

static int set_info(void *to, const char *value, struct error *err)
{
    return parse_switch("-machine info", value, &((struct options *)to)->describes_machine, err);
}

static int set_dumpdtb(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    if (!*value || !strcmp(value, "on"))
        return error_set(err, "-machine: dumpdtb needs a file name, as in dumpdtb=virt.dtb");
    free(o->dumpdtb);
    o->dumpdtb = mem_strdup(value);
    return 0;
}

/* Where virtio devices are. */
static int set_virtio(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    o->virtio_is_on_pci = !strcmp(value, "pci");
    if (!o->virtio_is_on_pci && strcmp(value, "mmio"))
        return error_set(err, "-machine: virtio=%s is neither mmio nor pci", value);
    return 0;
}

static int set_machine(struct options *o, const char *value, struct error *err)
{
    static const struct parse_key keys[] = { { "type", set_machine_type }, { "virtio", set_virtio }, { "dumpdtb", set_dumpdtb },
                                             { "info", set_info } };
    return parse_list("-machine", value, keys, ARRAY_SIZE(keys), o, err);
}

static int set_memory(struct options *o, const char *value, struct error *err)
{
    const char *size = strncmp(value, "size=", 5) ? value : value + 5;
    if (parse_size("-m", size, MIB, &o->ram_size, err) < 0)
        return -1;
    if (o->ram_size < RAM_MIN_MIB * MIB || o->ram_size > RAM_MAX_GIB * GIB)
        return error_set(err, "-m %s is outside what the machine can have: %d MiB to %d GiB; write for example -m 1G", size,
                         RAM_MIN_MIB, RAM_MAX_GIB);
    o->ram_size = (o->ram_size + MIB - 1) / MIB * MIB;
    return 0;
}

/* QEMU's words for the same number: how many cores, of which none comes later. */
static int set_cpus(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    uint64_t number = 0;
    if (parse_number("-smp", value, MACHINE_CORES, &number, NULL) < 0 || !number)
        return error_set(err, "-smp: '%s' is not a number of cores from 1 to %d", value, MACHINE_CORES);
    if (o->cores && o->cores != number)
        return error_set(err, "-smp: %s cores and %u contradict each other; the machine has all its cores from power on, in one "
                         "cluster", value, o->cores);
    o->cores = (unsigned)number;
    return 0;
}

/* … and for what there is one of. */
static int set_one(void *to, const char *value, struct error *err)
{
    (void)to;
    return strcmp(value, "1") ? error_set(err, "-smp: the cores are one cluster without threads; write -smp N") : 0;
}

static int set_smp(struct options *o, const char *value, struct error *err)
{
    static const struct parse_key keys[] = {
        { "cpus", set_cpus }, { "maxcpus", set_cpus }, { "cores", set_cpus }, { "sockets", set_one }, { "dies", set_one },
        { "clusters", set_one }, { "threads", set_one },
    };
    o->cores = 0;
    return parse_list("-smp", value, keys, ARRAY_SIZE(keys), o, err);
}

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
        { "unit", set_drive_unit },
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
    if (drive->is_flash && place_flash(o, drive, err))
        return -1;
    return drive->file ? 0 : error_set(err, "-drive %s names no file; add file=IMAGE", value);
}

static int set_pflash(struct options *o, const char *value, struct error *err)
{
    if (o->drive_count == OPTIONS_DRIVES)
        return error_set(err, "-pflash: the machine takes %d disks and flash banks at most", OPTIONS_DRIVES);
    struct drive_option *drive = &o->drives[o->drive_count++];
    drive->is_flash = true;
    drive->unit = UNIT_NEXT;
    drive->format = mem_strdup("raw");
    drive->file = mem_strdup(value);
    return place_flash(o, drive, err);
}

static int set_boot_order(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    if (!*value || value[strspn(value, "cn")])
        return error_set(err, "-boot: '%s' is no order; c is a disk and n the network, as in order=cn", value);
    free(o->boot_order);
    o->boot_order = mem_strdup(value);
    return 0;
}

static int set_boot_menu(void *to, const char *value, struct error *err)
{
    return parse_switch("-boot menu", value, &((struct options *)to)->boot_menu, err);
}

static int set_boot(struct options *o, const char *value, struct error *err)
{
    static const struct parse_key keys[] = { { "order", set_boot_order }, { "menu", set_boot_menu } };
    return parse_list("-boot", value, keys, ARRAY_SIZE(keys), o, err);
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

static int set_display_type(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    o->has_display = true;
    o->display = strcmp(value, "none") ? DISPLAY_SDL : DISPLAY_NONE;
    if (o->display == DISPLAY_SDL && strcmp(value, "sdl"))
        return error_set(err, "there is no display '%s'; there are sdl and none", value);
    return 0;
}

/* QEMU's on and off, and what lies between. */
static int set_zoom(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    bool fits = true;
    if (!strcmp(value, "integer")) {
        o->scaling = SCALING_INTEGER;
        return 0;
    }
    if (parse_switch("-display zoom-to-fit", value, &fits, err) < 0)
        return error_set(err, "-display: zoom-to-fit=%s is not on, off or integer", value);
    o->scaling = fits ? SCALING_FIT : SCALING_ONE;
    return 0;
}

static int set_display_full_screen(void *to, const char *value, struct error *err)
{
    return parse_switch("-display full-screen", value, &((struct options *)to)->is_full_screen, err);
}

static int set_display(struct options *o, const char *value, struct error *err)
{
    static const struct parse_key keys[] = {
        { "type", set_display_type }, { "zoom-to-fit", set_zoom }, { "full-screen", set_display_full_screen },
    };
    return parse_list("-display", value, keys, ARRAY_SIZE(keys), o, err);
}

static int set_size(struct options *o, const char *value, struct error *err)
{
    enum { SIDE_MIN = 64, SIDE_MAX = 4095 };      /* the most that a monitor's description has room for */
    int end = 0;
    if (sscanf(value, "%5ux%5u%n", &o->width, &o->height, &end) < 2 || value[end] || o->width < SIDE_MIN || o->height < SIDE_MIN
        || o->width > SIDE_MAX || o->height > SIDE_MAX)
        return error_set(err, "-g %s: write WIDTHxHEIGHT, each from %d to %d, as in -g 1280x800", value, SIDE_MIN, SIDE_MAX);
    return 0;
}

static int set_layout(struct options *o, const char *value, struct error *err)
{
    o->layout = layout_find(value, err);
    return o->layout ? 0 : error_prefix(err, "-k");
}

static int set_status(struct options *o, const char *value, struct error *err)
{
    (void)value, (void)err;
    o->shows_status = true;
    return 0;
}

static int set_vga(struct options *o, const char *value, struct error *err)
{
    static const struct { const char *word, *device; } cards[] = {
        { "virtio", "virtio-gpu" }, { "simplefb", "simple-framebuffer" }, { "ramfb", "ramfb" }, { "none", "none" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cards); i++)
        if (!strcmp(cards[i].word, value)) {
            o->display_device = cards[i].device;
            return 0;
        }
    return error_set(err, "there is no graphics card '%s'; there are virtio, simplefb, ramfb and none", value);
}

static int set_nographic(struct options *o, const char *value, struct error *err)
{
    (void)value, (void)err;
    o->is_nographic = true;
    return 0;
}

static int set_full_screen(struct options *o, const char *value, struct error *err)
{
    (void)value, (void)err;
    o->is_full_screen = true;
    return 0;
}

static int set_overlay(struct options *o, const char *value, struct error *err)
{
    (void)value, (void)err;
    o->shows_overlay = true;
    return 0;
}

static int set_audio_driver(void *to, const char *value, struct error *err)
{
    static const struct { const char *word; enum audio_driver driver; } drivers[] = {
        { "none", AUDIO_NONE }, { "sdl", AUDIO_SDL }, { "wav", AUDIO_WAV },
    };
    for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
        if (!strcmp(drivers[i].word, value)) {
            ((struct options *)to)->audio.driver = drivers[i].driver;
            return 0;
        }
    return error_set(err, "-audiodev: there is no driver '%s'; there are sdl, wav and none", value);
}

static int set_audio_path(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    if (!*value || !strcmp(value, "on"))
        return error_set(err, "-audiodev: path= needs a file name, as in -audiodev wav,path=sound.wav");
    free(o->audio.path);
    o->audio.path = mem_strdup(value);
    return 0;
}

/* QEMU wants a name for it; there is one sound card, so nothing refers to that. */
static int set_audio_id(void *to, const char *value, struct error *err)
{
    (void)to, (void)value, (void)err;
    return 0;
}

static int set_audiodev(struct options *o, const char *value, struct error *err)
{
    static const struct parse_key keys[] = { { "driver", set_audio_driver }, { "path", set_audio_path }, { "id", set_audio_id } };
    if (o->has_audio)
        return error_set(err, "-audiodev %s: the machine has one sound card, and its sound has a place already", value);
    o->has_audio = true;
    if (parse_list("-audiodev", value, keys, ARRAY_SIZE(keys), o, err) < 0)
        return -1;
    bool is_file = o->audio.driver == AUDIO_WAV;
    if (is_file && !o->audio.path)
        return error_set(err, "-audiodev wav needs a file; add path=FILE");
    return is_file || !o->audio.path ? 0 : error_set(err, "-audiodev %s: path= goes with wav only", value);
}

static int set_serial(struct options *o, const char *value, struct error *err)
{
    if (o->serial)
        return error_set(err, "-serial %s: the machine has one serial line, and it is at %s already", value, o->serial);
    o->serial = strcmp(value, "none") ? value : "null";
    return 0;
}

static int set_speed(struct options *o, const char *value, struct error *err)
{
    o->has_speed = true;
    o->percent = HOST_SPEED_MAX;
    if (!strcmp(value, "max"))
        return 0;
    size_t length = strlen(value);
    bool has_sign = length && value[length - 1] == '%';
    char *digits = mem_printf("%.*s", (int)(length - has_sign), value);
    uint64_t percent = 0;
    int result = parse_number("-speed", digits, PERCENT_MAX, &percent, NULL);
    free(digits);
    if (result < 0 || !percent)
        return error_set(err, "-speed %s: write max, or a percentage of real time from 1 to %d", value, PERCENT_MAX);
    o->percent = (unsigned)percent;
    return 0;
}

static int set_limit(struct options *o, const char *value, struct error *err)
{
    return parse_seconds("-limit", value, &o->limit, err);
}

static int set_no_reboot(struct options *o, const char *value, struct error *err)
{
    (void)value, (void)err;
    o->no_reboot = true;
    return 0;
}

static int set_seed(struct options *o, const char *value, struct error *err)
{
    o->seed_kind = SEED_RANDOM;
    if (!strcmp(value, "random"))
        return 0;
    o->seed_kind = SEED_GIVEN;
    return parse_number("-seed", value, UINT64_MAX, &o->seed, err);
}

static int set_rtc_base(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    o->rtc_kind = !strcmp(value, "utc") ? RTC_HOST : !strcmp(value, "localtime") ? RTC_LOCAL : RTC_GIVEN;
    if (o->rtc_kind != RTC_GIVEN)
        return 0;
    struct tm tm = { 0 };
    const char *end = strptime(value, "%Y-%m-%dT%H:%M:%S", &tm);
    if (!end || *end)
        end = strptime(value, "%Y-%m-%d", (memset(&tm, 0, sizeof tm), &tm));
    time_t seconds = timegm(&tm);
    /* The PL031 counts seconds since 1970 in 32 bits. */
    if (!end || *end || seconds < 0 || seconds > UINT32_MAX)
        return error_set(err, "-rtc: '%s' is not a time; write base=utc, base=localtime or for example "
                         "base=2026-01-31T12:00:00", value);
    o->rtc_seconds = (uint64_t)seconds;
    return 0;
}

static int set_rtc(struct options *o, const char *value, struct error *err)
{
    static const struct parse_key keys[] = { { "base", set_rtc_base } };
    return parse_list("-rtc", value, keys, ARRAY_SIZE(keys), o, err);
}

/* A new row of the script, or NULL. */
static struct script_option *add_script(struct options *o, enum script_kind kind, const char *option, const char *value,
                                        struct error *err)
{
    if (o->script_count == OPTIONS_SCRIPT) {
        error_set(err, "%s: at most %d things can be done at given times", option, OPTIONS_SCRIPT);
        return NULL;
    }
    struct script_option *row = &o->script[o->script_count];
    if (parse_at(option, value, &row->text, &row->at, err) < 0)
        return NULL;
    row->kind = kind;
    o->script_count++;
    return row;
}

static int add_screendump(struct options *o, const char *value, struct error *err)
{
    return add_script(o, SCRIPT_SCREENDUMP, "-screendump", value, err) ? 0 : -1;
}

static int add_sendkeys(struct options *o, const char *value, struct error *err)
{
    struct script_option *row = add_script(o, SCRIPT_KEYS, "-sendkeys", value, err);
    return row ? keys_check(row->text, err) : -1;
}

static int add_pointer(struct options *o, const char *value, struct error *err)
{
    struct script_option *row = add_script(o, SCRIPT_POINTER, "-pointer", value, err);
    if (!row)
        return -1;
    int end = 0;
    if (sscanf(row->text, "%5d,%5d%n", &row->x, &row->y, &end) == 2 && end) {
        row->clicks = !strcmp(row->text + end, ",click");
        if ((row->clicks || !row->text[end]) && row->x >= 0 && row->x <= INPUT_ABS_MAX && row->y >= 0 && row->y <= INPUT_ABS_MAX)
            return 0;
    }
    return error_set(err, "-pointer %s: write X,Y@SECONDS or X,Y,click@SECONDS with X and Y from 0 to %d over the screen", value,
                     INPUT_ABS_MAX);
}

static int add_timing_switch(struct options *o, const char *value, struct error *err)
{
    struct script_option *row = add_script(o, SCRIPT_TIMING, "-timing-switch", value, err);
    if (!row)
        return -1;
    if (cores_mode(row->text, &row->timing))
        return 0;
    return error_set(err, "-timing-switch %s: '%s' is not off, on or reference", value, row->text);
}

static int set_debug(struct options *o, const char *value, struct error *err)
{
    o->logs_guest_errors = true;
    return strcmp(value, "guest_errors") ? error_set(err, "-d %s: there is only -d guest_errors", value) : 0;
}

static int set_profile_file(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    if (!*value || !strcmp(value, "on"))
        return error_set(err, "-profile needs a file name, as in -profile boot.folded");
    free(o->profile);
    o->profile = mem_strdup(value);
    return 0;
}

static int set_profile_every(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    if (parse_number("-profile every", value, UINT64_MAX >> 16, &o->profile_every, err) < 0)
        return -1;
    if (o->profile_every < PROFILE_EVERY_MIN)
        return error_set(err, "-profile: every=%s is too often; a sample takes %d cycles or more", value, PROFILE_EVERY_MIN);
    return 0;
}

static int set_profile(struct options *o, const char *value, struct error *err)
{
    static const struct parse_key keys[] = { { "file", set_profile_file }, { "every", set_profile_every } };
    if (parse_list("-profile", value, keys, ARRAY_SIZE(keys), o, err) < 0)
        return -1;
    return o->profile ? 0 : error_set(err, "-profile %s names no file; write -profile FILE,every=CYCLES", value);
}

static int set_trace_file(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    if (!*value || !strcmp(value, "on"))
        return error_set(err, "-trace needs a file name, as in -trace pipeline=loop.kanata");
    free(o->trace);
    o->trace = mem_strdup(value);
    return 0;
}

static int set_trace_from(void *to, const char *value, struct error *err)
{
    return parse_seconds("-trace from", value, &((struct options *)to)->trace_from, err);
}

static int set_trace_insn(void *to, const char *value, struct error *err)
{
    return parse_number("-trace insn", value, UINT64_MAX, &((struct options *)to)->trace_insn, err);
}

static int set_trace_count(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    if (parse_number("-trace count", value, TRACE_COUNT_MAX, &o->trace_count, err) < 0)
        return -1;
    return o->trace_count ? 0 : error_set(err, "-trace: count=0 leaves nothing to trace");
}

static int set_trace(struct options *o, const char *value, struct error *err)
{
    static const struct parse_key keys[] = { { "pipeline", set_trace_file }, { "from", set_trace_from },
                                             { "insn", set_trace_insn }, { "count", set_trace_count } };
    if (parse_list("-trace", value, keys, ARRAY_SIZE(keys), o, err) < 0)
        return -1;
    if (o->trace_from && o->trace_insn)
        return error_set(err, "-trace: the window begins at a time (from=) or at an instruction (insn=), not at both");
    return o->trace ? 0 : error_set(err, "-trace %s names no file; write -trace pipeline=FILE", value);
}

static int add_symbols(struct options *o, const char *value, struct error *err)
{
    if (o->symbols_count == OPTIONS_SYMBOLS)
        return error_set(err, "-symbols: at most %d files", OPTIONS_SYMBOLS);
    o->symbols[o->symbols_count++] = value;
    return 0;
}

static int set_hash(struct options *o, const char *value, struct error *err)
{
    (void)value, (void)err;
    o->shows_hash = true;
    return 0;
}

static int set_stats(struct options *o, const char *value, struct error *err)
{
    (void)err;
    o->shows_stats = true;
    o->stats_file = strcmp(value, "-") && strcmp(value, "table") ? value : NULL;
    if (!*value || (*value == '-' && value[1]))
        return error_set(err, "-stats needs a file name, or - for the table alone; '%s' is neither (write ./-FILE if it is)",
                         value);
    return 0;
}

static int set_stats_every(struct options *o, const char *value, struct error *err)
{
    if (parse_seconds("-stats-every", value, &o->stats_every, err) < 0)
        return -1;
    return o->stats_every >= TICKS_PER_US ? 0 : error_set(err, "-stats-every %s: a microsecond (0.000001) is the least", value);
}

static int set_version(struct options *o, const char *value, struct error *err)
{
    (void)value, (void)err;
    o->wants_version = true;
    return 0;
}

static int set_help(struct options *o, const char *value, struct error *err)
{
    (void)value, (void)err;
    o->wants_help = true;
    return 0;
}

/* ---- the table ---- */

const struct option_row option_rows[] = {
    { "kernel", "FILE", set_kernel, "Boot" },
    { "initrd", "FILE", set_initrd, NULL },
    { "dtb", "FILE", set_dtb, NULL },
    { "bios", "FILE", set_bios, NULL },
    { "pflash", "FILE", set_pflash, NULL },
    { "append", "TEXT", set_append, NULL },
    { "boot", "order=cn", set_boot, NULL },
    { "machine", "virt[,virtio=mmio|pci][,dumpdtb=FILE][,info]", set_machine, "Machine" },
    { "seed", "N|random", set_seed, NULL },
    { "cpu", "CORE[,board=BOARD,crypto=on]", cores_set_cpu, NULL },
    { "m", "SIZE", set_memory, NULL },
    { "smp", "N", set_smp, NULL },
    { "name", "TEXT", set_name, NULL },
    { "drive", "file=FILE[,format=raw|qcow2][,if=virtio|pflash|none][,media=cdrom][,readonly=on][,snapshot=on][,serial=TEXT]",
      set_drive, "Disks" },
    { "nic", "none|tap|user[,tftp=DIR][,hostfwd=tcp::PORT-:PORT]...", set_nic, "Network" },
    { "object", "filter-dump,netdev=nic0,file=FILE", add_object, NULL },
    { "display", "sdl[,zoom-to-fit=on|off|integer]|none", set_display, "Screen" },
    { "g", "WxH", set_size, NULL },
    { "k", "LAYOUT", set_layout, NULL },
    { "vga", "virtio|simplefb|ramfb|none", set_vga, NULL },
    { "full-screen", NULL, set_full_screen, NULL },
    { "overlay", NULL, set_overlay, NULL },
    { "status", NULL, set_status, NULL },
    { "nographic", NULL, set_nographic, NULL },
    { "audiodev", "sdl|none|wav,path=FILE", set_audiodev, NULL },
    { "serial", "stdio|mon:stdio|file:PATH|pty|null|vc|unix:PATH|tcp:HOST:PORT[,server][,nowait]",
      set_serial, "Serial" },
    { "chardev", "KIND,id=ID,...", chardevs_add, NULL },
    { "device", "NAME[,...]", devices_add, NULL },
    { "speed", "max|PERCENT", set_speed, "Time" },
    { "timing", "off|on|reference|help[,SETTING=VALUE]...", cores_set_timing, NULL },
    { "limit", "SECONDS", set_limit, NULL },
    { "rtc", "base=utc|localtime|TIME", set_rtc, NULL },
    { "no-reboot", NULL, set_no_reboot, NULL },
    { "screendump", "FILE@SECONDS", add_screendump, "Scripts" },
    { "sendkeys", "KEYS@SECONDS", add_sendkeys, NULL },
    { "pointer", "X,Y[,click]@SECONDS", add_pointer, NULL },
    { "timing-switch", "off|on|reference@SECONDS", add_timing_switch, NULL },
    { "stats", "FILE.json|-", set_stats, "Tell" },
    { "stats-every", "SECONDS", set_stats_every, NULL },
    { "state-hash", NULL, set_hash, NULL },
    { "d", "guest_errors", set_debug, NULL },
    { "profile", "FILE[,every=CYCLES]", set_profile, NULL },
    { "symbols", "FILE", add_symbols, NULL },
    { "trace", "pipeline=FILE[,from=SECONDS|insn=N][,count=N]", set_trace, NULL },
    { "version", NULL, set_version, NULL },
    { "help", NULL, set_help, NULL },
    { "M", "virt", set_machine, "" },
    { "h", NULL, set_help, "" },
};

const size_t option_row_count = ARRAY_SIZE(option_rows);
