/* SPDX-License-Identifier: MIT */
#include "frontends/cli/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "boards/machine.h"
#include "frontends/audio/audio.h"
#include "frontends/cli/bios.h"
#include "frontends/cli/script.h"
#include "frontends/cli/statistics.h"
#include "frontends/headless/headless.h"
#include "frontends/host/chardev.h"
#include "frontends/host/save.h"
#include "frontends/host/signals.h"
#include "frontends/host/typist.h"
#include "frontends/image/image.h"
#include "frontends/net/net.h"
#include "frontends/net/net_dump.h"
#include "frontends/profile/profile.h"
#include "frontends/sdl/window.h"
#include "frontends/trace/trace.h"
#include "roms/demo.h"

struct session {
    const struct options *options;
    struct machine_config config;
    char *bios;               /* where -bios was found */
    struct host_loop *loop;
    struct host_chardev *serial, *consoles[OPTIONS_CONSOLES];
    struct image *images[OPTIONS_DRIVES];
    struct net *nets[OPTIONS_NICS];
    char net_names[OPTIONS_NICS][NET_ID];
    struct audio_output *audio;
    struct typist *typist;
    char *recording;          /* for the window's status line */
    struct window *window;
    struct machine *machine;
    struct script *script;
    struct statistics *statistics;
    struct profile *profile;
    struct trace *trace;
    struct display display;
    struct input keyboard, tablet, mouse;
    struct power power;
    bool is_good;
};

/* ---- time and chance ---- */

/* A scripted run repeats itself bit for bit unless told otherwise; with a person at it, the guest should know what day it is
   and make keys that nobody can guess. */
static bool is_interactive(const struct options *o)
{
    bool is_on_terminal = (!strcmp(o->serial, "stdio") || !strcmp(o->serial, "mon:stdio")) && isatty(STDIN_FILENO);
    return !o->shows_hash && (o->display != DISPLAY_NONE || is_on_terminal);
}

static uint64_t host_seconds(bool is_local)
{
    time_t now = time(NULL);
    struct tm tm;
    return (uint64_t)(is_local && localtime_r(&now, &tm) ? now + tm.tm_gmtoff : now);
}

static void choose_start(struct machine_config *config, const struct options *o)
{
    if (o->rtc_kind == RTC_GIVEN)
        config->start_seconds = o->rtc_seconds;
    else if (o->rtc_kind != RTC_NOT_GIVEN || is_interactive(o))
        config->start_seconds = host_seconds(o->rtc_kind == RTC_LOCAL);
    if (o->seed_kind == SEED_GIVEN)
        config->seed = o->seed;
    else if ((o->seed_kind == SEED_RANDOM || is_interactive(o)) && getrandom(&config->seed, sizeof config->seed, 0) < 0)
        config->seed = (uint64_t)time(NULL);
}

/* ---- opening ---- */

static int open_loop(struct session *s, struct error *err)
{
    const struct options *o = s->options;
    struct host_loop_config config = { .percent = o->percent, .limit = o->limit, .no_reboot = o->no_reboot,
                                       .stay_when_halted = o->display != DISPLAY_NONE };
    s->loop = host_loop_new(&config, &host_time_real, err);
    if (s->loop)
        signals_stop(s->loop);
    return s->loop ? 0 : -1;
}

static int attach(struct session *s, const char *name, enum port_kind kind, void *port, struct error *err)
{
    return machine_attach(&s->config, name, kind, port) ? 0 : error_set(err, "%s: the machine has no place for more", name);
}

/* The port attached last gets its place in the firmware's boot order. */
static int place(struct session *s, const char *name, bool has_index, uint32_t index, struct error *err)
{
    if (has_index && !options_has_firmware(s->options))
        return error_set(err, "bootindex= is for firmware, and there is none; add -bios FILE or -pflash FILE");
    if (has_index && !machine_set_boot_index(&s->config, index))
        return error_set(err, "%s: something else has bootindex=%u already; give each its own", name, (unsigned)index);
    return 0;
}

static int open_serial(struct session *s, struct error *err)
{
    s->serial = host_chardev_open(s->loop, "serial0", s->options->serial, err);
    return s->serial ? attach(s, "serial0", PORT_CHARDEV, host_chardev_port(s->serial), err) : -1;
}

static int open_consoles(struct session *s, struct error *err)
{
    static const char *const names[OPTIONS_CONSOLES] = { "console0", "console1" };
    for (int n = 0; n < OPTIONS_CONSOLES; n++) {
        if (!s->options->consoles[n])
            continue;
        s->consoles[n] = host_chardev_open(s->loop, names[n], s->options->consoles[n], err);
        if (!s->consoles[n] || attach(s, names[n], PORT_CHARDEV, host_chardev_port(s->consoles[n]), err) < 0)
            return -1;
    }
    return 0;
}

static int open_images(struct session *s, struct error *err)
{
    int connected = 0;
    for (int i = 0; i < s->options->drive_count; i++) {
        const struct drive_option *drive = &s->options->drives[i];
        struct image_options options = { .file = drive->file, .format = drive->format, .read_only = drive->read_only,
                                         .snapshot = drive->snapshot, .serial = drive->serial };
        s->images[i] = image_open(&options, err);
        if (!s->images[i])
            return -1;
        char name[16];
        snprintf(name, sizeof name, drive->is_flash ? "pflash%d" : "drive%d", drive->is_flash ? drive->unit : connected);
        if ((drive->is_flash || drive->is_connected)
            && (attach(s, name, PORT_BLOCKDEV, image_port(s->images[i]), err) < 0
                || place(s, name, drive->has_boot_index, drive->boot_index, err) < 0))
            return -1;
        connected += drive->is_connected;
    }
    return 0;
}

/* A network that was given no name is called as its card's port: nic0. */
static int open_net(struct session *s, int i, struct error *err)
{
    struct net_options options;
    char port[16];
    if (net_parse(s->options->nics[i], &options, err) < 0)
        return -1;
    if (!options.has_mac)
        options.mac[5] = (uint8_t)(options.mac[5] + i);   /* two cards with one address would not do */
    snprintf(port, sizeof port, "nic%d", i);
    snprintf(s->net_names[i], sizeof s->net_names[i], "%s", *options.id ? options.id : port);
    for (int k = 0; k < i; k++)
        if (!strcmp(s->net_names[k], s->net_names[i]))
            return error_set(err, "-nic: two networks are called '%s'; give one of them another id=", s->net_names[i]);
    s->nets[i] = net_open(&options, s->loop, err);
    if (!s->nets[i] || attach(s, port, PORT_NETDEV, net_port(s->nets[i]), err) < 0)
        return -1;
    return place(s, port, options.has_boot_index, options.boot_index, err);
}

static int open_dump(struct session *s, const char *text, struct error *err)
{
    struct net_dump_options options;
    int i = 0;
    if (net_dump_parse(text, &options, err) < 0)
        return -1;
    while (i < s->options->nic_count && strcmp(s->net_names[i], options.netdev))
        i++;
    if (i == s->options->nic_count)
        return error_set(err, "-object filter-dump: there is no network '%s'; the first one is called %s", options.netdev,
                         i ? s->net_names[0] : "nic0, but there is none");
    struct net_dump *dump = net_dump_open(&options, s->config.start_seconds, err);
    if (dump)
        net_add_dump(s->nets[i], dump);
    return dump ? 0 : -1;
}

static int open_nets(struct session *s, struct error *err)
{
    for (int i = 0; i < s->options->nic_count; i++)
        if (open_net(s, i, err) < 0)
            return -1;
    for (int i = 0; i < s->options->object_count; i++)
        if (open_dump(s, s->options->objects[i], err) < 0)
            return -1;
    return 0;
}

static const char *guest_name(const struct options *o)
{
    if (o->name)
        return o->name;
    const char *file = o->kernel ? o->kernel : o->bios;
    if (!file)
        return options_has_firmware(o) ? "firmware" : "demo";
    const char *slash = strrchr(file, '/');
    return slash && slash[1] ? slash + 1 : file;
}

static void type_serial(void *owner, const uint8_t *data, size_t length)
{
    host_chardev_type(owner, data, length);
}

/* On the machine's thread: how much went through its ports. */
static void sum_activity(void *owner, uint64_t bytes[BRIDGE_LAMPS])
{
    struct session *s = owner;
    for (int i = 0; i < OPTIONS_DRIVES; i++)
        bytes[BRIDGE_DISK] += s->images[i] ? image_port(s->images[i])->bytes : 0;
    for (int i = 0; i < OPTIONS_NICS; i++)
        bytes[BRIDGE_NET] += s->nets[i] ? net_port(s->nets[i])->bytes : 0;
    bytes[BRIDGE_SOUND] = audio_port(s->audio)->bytes;
}

/* What a run writes down of itself, in words. */
static char *recording_of(const struct options *o, bool is_sound)
{
    const struct { bool is_on; const char *word; } rows[] = {
        { is_sound, "sound" }, { o->profile != NULL, "profile" }, { o->trace != NULL, "trace" }, { o->stats_every != 0, "stats" },
    };
    char text[64] = "";
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (rows[i].is_on)
            strcat(strcat(text, *text ? " " : ""), rows[i].word);
    return *text ? mem_strdup(text) : NULL;
}

static int open_panel(struct session *s, struct error *err)
{
    const struct { const char *name; enum port_kind kind; void *port; } panel[] = {
        { "display0", PORT_DISPLAY, &s->display }, { "keyboard0", PORT_INPUT, &s->keyboard },
        { "tablet0", PORT_INPUT, &s->tablet }, { "mouse0", PORT_INPUT, &s->mouse }, { "power", PORT_POWER, &s->power },
    };
    for (size_t i = 0; i < ARRAY_SIZE(panel); i++)
        if (attach(s, panel[i].name, panel[i].kind, panel[i].port, err) < 0)
            return -1;
    s->typist = typist_new(s->loop);
    struct host_loop_ports ports = { .inputs = { &s->keyboard, &s->tablet, &s->mouse }, .power = &s->power,
                                     .display = &s->display, .typist = s->typist,
                                     .serial = type_serial, .serial_owner = s->serial };
    host_loop_connect(s->loop, &ports);
    const struct options *o = s->options;
    if (o->display == DISPLAY_NONE)
        return 0;
    s->recording = recording_of(o, audio_records(s->audio));
    struct window_config window = { .guest = guest_name(s->options), .loop = s->loop, .display = &s->display, .serial = s->serial,
                                    .pointers = { &s->tablet, &s->mouse }, .is_full_screen = o->is_full_screen,
                                    .shows_overlay = o->shows_overlay, .shows_status = o->shows_status,
                                    .scaling = o->scaling, .layout = o->layout, .width = o->width, .height = o->height,
                                    .percent = o->percent, .typist = s->typist, .recording = s->recording,
                                    .activity = sum_activity, .activity_owner = s };
    s->window = window_open(&window, err);
    return s->window ? 0 : -1;
}

/* A window whose host has no sound is silent; who asked for sound is told. */
static int open_audio(struct session *s, struct error *err)
{
    const struct options *o = s->options;
    s->audio = audio_open(&o->audio, err);
    if (!s->audio && !o->has_audio)
        s->audio = audio_open(&(struct audio_options){ .driver = AUDIO_NONE }, err);
    return s->audio ? attach(s, "audio0", PORT_AUDIO, audio_port(s->audio), err) : -1;
}

/* The commonest mistake is told before a window opens and disks are locked. */
static int check_files(const struct options *o, const char *bios, struct error *err)
{
    const struct { const char *what, *file; } files[] = {
        { "kernel", o->kernel }, { "initrd", o->initrd }, { "device tree", o->dtb },
    };
    if (o->bios && !bios)
        return error_set(err, "cannot find the firmware '%s', here or where Debian's packages u-boot-qemu and "
                         "qemu-efi-aarch64 put theirs", o->bios);
    for (size_t i = 0; i < ARRAY_SIZE(files); i++)
        if (files[i].file && access(files[i].file, R_OK) < 0)
            return error_set(err, "cannot read the %s '%s': %s", files[i].what, files[i].file, strerror(errno));
    return o->stats_file ? save_check("statistics", o->stats_file, err) : 0;
}

static int build_machine(struct session *s, struct error *err)
{
    const struct options *o = s->options;
    struct machine_config *c = &s->config;
    c->board = o->machine;
    c->display_device = o->display_device;
    c->pointer_device = o->pointer_device;
    c->virtio_is_on_pci = o->virtio_is_on_pci;
    c->display_width = o->width;
    c->display_height = o->height;
    c->core = &o->core;
    c->crypto = o->crypto;
    c->timing = o->timing;
    c->ram_size = o->ram_size;
    if (o->cores)
        c->cores = o->cores;
    c->kernel = o->kernel;
    c->initrd = o->initrd;
    c->append = o->append;
    c->dtb = o->dtb;
    c->bios = s->bios;
    c->boot_order = o->boot_order;
    c->boot_menu = o->boot_menu;
    if (!o->kernel && !options_has_firmware(o)) {
        c->kernel_image = rom_demo_image;
        c->kernel_image_size = rom_demo_size;
    }
    s->machine = machine_new(c, err);
    return s->machine ? 0 : -1;
}

static int open_profile(struct session *s, struct error *err)
{
    const struct options *o = s->options;
    if (!o->profile)
        return 0;
    struct profile_options options = { .file = o->profile, .every = o->profile_every ? o->profile_every : PROFILE_EVERY,
                                       .symbols = o->symbols, .symbols_count = o->symbols_count };
    s->profile = profile_start(&options, s->machine, s->loop, err);
    return s->profile ? 0 : -1;
}

static int open_trace(struct session *s, struct error *err)
{
    const struct options *o = s->options;
    if (!o->trace)
        return 0;
    struct trace_options options = { .file = o->trace, .from = o->trace_from, .insn = o->trace_insn,
                                     .count = o->trace_count ? o->trace_count : TRACE_COUNT };
    s->trace = trace_start(&options, s->machine, s->loop, err);
    return s->trace ? 0 : -1;
}

struct session *session_open(const struct options *options, struct error *err)
{
    struct session *s = mem_alloc(sizeof *s);
    s->options = options;
    s->is_good = true;
    machine_defaults(&s->config);
    choose_start(&s->config, options);
    s->bios = options->bios ? bios_find(options->bios) : NULL;
    if (check_files(options, s->bios, err) < 0 || open_loop(s, err) < 0 || open_serial(s, err) < 0 || open_consoles(s, err) < 0
        || open_images(s, err) < 0 || open_nets(s, err) < 0 || open_audio(s, err) < 0 || open_panel(s, err) < 0
        || build_machine(s, err) < 0 || open_profile(s, err) < 0 || open_trace(s, err) < 0) {
        session_close(s);
        return NULL;
    }
    return s;
}

/* ---- running ---- */

/* What was found while it ran, to files. */
static bool save_findings(struct session *s)
{
    struct error trace, profile;
    bool has_trace = trace_finish(s->trace, &trace) == 0, has_profile = profile_finish(s->profile, &profile) == 0;
    if (!has_trace)
        host_warn("%s", trace.text);
    if (!has_profile)
        host_warn("%s", profile.text);
    s->trace = NULL;
    s->profile = NULL;
    return has_trace && has_profile;
}

enum host_end session_run(struct session *s)
{
    s->script = script_start(s->loop, s->options, &s->display);
    s->statistics = statistics_start(s->options, s->loop, s->machine);
    enum host_end end = s->window ? window_run(s->window, s->machine) : headless_run(s->loop, s->machine);
    s->is_good = script_end(s->script);
    return end;
}

/* What is said about the run comes behind what the guest said. */
static void flush_lines(struct session *s)
{
    host_chardev_flush(s->serial);
    for (int n = 0; n < OPTIONS_CONSOLES; n++)
        if (s->consoles[n])
            host_chardev_flush(s->consoles[n]);
}

void session_report(struct session *s, enum host_end end)
{
    flush_lines(s);
    if (s->options->shows_hash)
        printf("state hash: %016llx\n", (unsigned long long)machine_hash(s->machine));
    fflush(stdout);
    s->is_good &= save_findings(s);
    s->is_good &= statistics_end(s->statistics, guest_name(s->options), end);
    s->statistics = NULL;
}

bool session_close(struct session *s)
{
    bool is_good = s->is_good;
    profile_drop(s->profile);
    trace_drop(s->trace);
    window_close(s->window);
    typist_free(s->typist);
    free(s->recording);
    if (s->machine)
        machine_free(s->machine);
    struct error err;
    if (audio_close(s->audio, &err) < 0) {
        host_warn("%s", err.text);
        is_good = false;
    }
    for (int i = 0; i < OPTIONS_NICS; i++)
        net_close(s->nets[i]);
    for (int i = 0; i < OPTIONS_DRIVES; i++)
        image_close(s->images[i]);
    for (int n = 0; n < OPTIONS_CONSOLES; n++)
        host_chardev_close(s->consoles[n]);
    host_chardev_close(s->serial);
    signals_stop(NULL);
    host_loop_free(s->loop);
    free(s->bios);
    free(s);
    return is_good;
}

int session_dump_device_tree(struct session *s, const char *file, struct error *err)
{
    size_t size;
    const void *tree = machine_device_tree(s->machine, &size);
    FILE *to = fopen(file, "wb");
    bool is_written = to && fwrite(tree, 1, size, to) == size;
    if (to && fclose(to) != 0)
        is_written = false;
    return is_written ? 0 : error_set(err, "cannot write the device tree to '%s': %s", file, strerror(errno));
}
