/* SPDX-License-Identifier: MIT */
/* The command line, in QEMU's words. Tables (options_table.h) drive parsing, --help and the guess after a misspelt option. */
#ifndef FRONTENDS_CLI_OPTIONS_H
#define FRONTENDS_CLI_OPTIONS_H

#include <stdio.h>

#include "base/error.h"
#include "boards/machine.h"
#include "frontends/audio/audio.h"
#include "frontends/host/layout.h"
#include "frontends/sdl/letterbox.h"

enum { OPTIONS_DRIVES = 8, OPTIONS_FLASHES = 2, OPTIONS_NICS = 4, OPTIONS_SCRIPT = 64, OPTIONS_TIMINGS = 16,
       OPTIONS_SYMBOLS = 64, OPTIONS_OBJECTS = 8, OPTIONS_CHARDEVS = 8, OPTIONS_CONSOLES = 2 };

struct drive_option {
    char *file, *format, *serial;
    bool read_only, snapshot;
    bool is_cdrom;            /* media=cdrom: a virtio disk like others, but read only, and raw unless said otherwise */
    bool wants_writing;       /* readonly=off */
    bool is_connected;        /* if=virtio; if=none keeps the image open and locked, no more */
    bool is_flash;            /* if=pflash: the flash bank `unit` */
    int unit;                 /* -1: the next */
    bool has_boot_index;
    uint32_t boot_index;      /* in the firmware's boot order */
};

/* -chardev: a name for a place that a line leads to, in the words of -serial. */
struct chardev_option {
    char *id, *place;
    bool is_used;
};

/* Something to be done at a virtual time. */
enum script_kind { SCRIPT_SCREENDUMP, SCRIPT_KEYS, SCRIPT_POINTER, SCRIPT_TIMING };
struct script_option {
    enum script_kind kind;
    tick_t at;
    char *text;               /* file name, key names, or a mode's */
    int x, y;
    bool clicks;
    enum timing_mode timing;
};

enum display_option { DISPLAY_SDL, DISPLAY_NONE };

/* What is to be printed instead of running a machine. */
enum options_page { PAGE_NONE, PAGE_CORES, PAGE_SETTINGS };

enum { SEED_NOT_GIVEN, SEED_GIVEN, SEED_RANDOM };
enum { RTC_NOT_GIVEN, RTC_HOST, RTC_LOCAL, RTC_GIVEN };

struct options {
    const char *kernel, *initrd, *append, *dtb, *bios, *name;
    char *boot_order;               /* as machine_config's */
    bool boot_menu;
    const char *machine;            /* the board's name */
    bool virtio_is_on_pci, describes_machine;
    char *dumpdtb;
    uint64_t ram_size;              /* bytes */
    unsigned cores;                 /* 0: not given */
    const struct core_model *model; /* the core's own table */
    struct core_model core;         /* the same with the settings of -timing */
    bool crypto;                    /* the core has the Cryptographic Extension */
    enum timing_mode timing;
    enum options_page page;
    struct drive_option drives[OPTIONS_DRIVES];
    int drive_count;
    const char *nics[OPTIONS_NICS];   /* texts for net_parse */
    int nic_count;
    const char *objects[OPTIONS_OBJECTS];   /* texts for net_dump_parse */
    int object_count;
    bool has_no_nic;
    enum display_option display;
    const char *display_device, *pointer_device;   /* as machine_config's */
    unsigned width, height;         /* of the guest's screen at power on */
    enum scaling scaling;
    const struct layout *layout;    /* of the guest's keyboard */
    bool is_full_screen, shows_overlay, shows_status;
    struct audio_options audio;
    const char *serial;             /* never NULL after options_parse */
    const char *consoles[OPTIONS_CONSOLES];   /* where the virtio console and the port beside it lead, or NULL */
    char *console_ids[OPTIONS_CONSOLES];
    struct chardev_option chardevs[OPTIONS_CHARDEVS];
    int chardev_count;
    unsigned percent;               /* HOST_SPEED_MAX or percent of real time */
    tick_t limit;                   /* TICK_NEVER: none */
    bool no_reboot;
    bool logs_guest_errors;
    int seed_kind;
    uint64_t seed;
    int rtc_kind;
    uint64_t rtc_seconds;
    bool shows_hash, shows_stats;
    const char *stats_file;         /* NULL: only the table */
    tick_t stats_every;             /* 0: no series */
    char *profile;                  /* file for folded stacks, or NULL */
    uint64_t profile_every;         /* cycles; 0: as it is best */
    char *trace;                    /* file for the pipeline's trace, or NULL */
    tick_t trace_from;
    uint64_t trace_insn, trace_count;   /* 0: not given */
    const char *symbols[OPTIONS_SYMBOLS];
    int symbols_count;
    struct script_option script[OPTIONS_SCRIPT];
    int script_count;
    bool wants_help, wants_version;
    int argc;                       /* the command line as it was given */
    char *const *argv;

    bool is_nographic, has_speed, has_display, has_audio, has_pointer;   /* while parsing */
    const char *device_on_mmio, *device_on_pci;   /* a -device that says where virtio is, or NULL */
    const char *timings[OPTIONS_TIMINGS];        /* settings, to be applied in this order */
    int timing_count;
};

/* Takes the arguments after the program's name. 0, or -1 with err saying what is wrong. */
int options_parse(struct options *options, int argc, char *const argv[], struct error *err);
void options_free(struct options *options);

/* Does a firmware start the machine? */
bool options_has_firmware(const struct options *options);

/* At most 23 lines of 79 columns. */
void options_help(FILE *to);

#endif
