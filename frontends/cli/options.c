/* SPDX-License-Identifier: MIT */
#include "frontends/cli/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "frontends/cli/chardevs.h"
#include "frontends/cli/cores.h"
#include "frontends/cli/devices.h"
#include "frontends/cli/options_table.h"
#include "frontends/host/loop.h"

enum { RAM_DEFAULT_MIB = 1024, OPTIONS_MAX = 64 };

/* QEMU's users type these from habit: they are told what to do instead of being left to wonder. */
static const struct { const char *word, *advice; } refused[] = {
    { "S", "starting stopped is not built yet: there is no debugger interface" },
    { "s", "the debugger interface is not built yet" },
    { "gdb", "the debugger interface is not built yet" },
    { "monitor", "there is no monitor yet; -screendump, -sendkeys and -pointer do things at given times" },
    { "qmp", "there is no monitor yet" },
    { "mon", "there is no monitor yet" },
    { "enable-kvm", "Orrery interprets every instruction itself; leave it out" },
    { "accel", "Orrery interprets every instruction itself; leave it out" },
    { "netdev", "write -nic user,… or -nic tap,…" },
    { "net", "write -nic user,…, -nic tap,… or -nic none" },
    { "blockdev", "write -drive file=FILE,…" },
    { "hda", "write -drive file=FILE,format=raw" },
    { "cdrom", "write -drive file=FILE,media=cdrom" },
    { "snapshot", "write snapshot=on after each -drive" },
    { "audio", "write -audiodev sdl, or -audiodev wav,path=FILE" },
    { "vnc", "there is no VNC; see -display" },
    { "usb", "the machine has no USB" },
    { "icount", "time always follows the instructions here; see -speed" },
    { "daemonize", "use the shell: orrery -display none … &" },
    { "loadvm", "machine states cannot be saved yet" },
    { "incoming", "machine states cannot be saved yet" },
    { "D", "messages go to standard error; redirect it with 2>FILE" },
};

/* ---- the whole command line ---- */

static int refuse_word(const char *argument, const char *word, struct error *err)
{
    const char *words[OPTIONS_MAX];
    size_t count = options_table_words(words, OPTIONS_MAX);
    bug_on(count > OPTIONS_MAX);
    for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
        if (!strcmp(refused[i].word, word))
            return error_set(err, "%s: %s", argument, refused[i].advice);
    const char *nearest = nearest_word(word, words, count);
    if (nearest)
        return error_set(err, "unknown option '%s'; did you mean '-%s'? (--help lists them all)", argument, nearest);
    return error_set(err, "unknown option '%s'; --help lists them all", argument);
}

/* Has the first flash bank a file? */
static bool has_flash(const struct options *o)
{
    for (int i = 0; i < o->drive_count; i++)
        if (o->drives[i].is_flash && !o->drives[i].unit)
            return true;
    return false;
}

bool options_has_firmware(const struct options *o)
{
    return o->bios || has_flash(o);
}

/* What follows from several options together, and defaults. */
static int settle(struct options *o, struct error *err)
{
    if (o->is_nographic) {
        if (o->has_display && o->display != DISPLAY_NONE)
            return error_set(err, "-nographic and -display sdl contradict each other; leave one of them out");
        o->display = DISPLAY_NONE;
    }
    if (o->is_full_screen && o->display == DISPLAY_NONE)
        return error_set(err, "-full-screen needs a window; leave out -display none and -nographic");
    if ((o->shows_overlay || o->shows_status) && o->display == DISPLAY_NONE)
        return error_set(err, "%s needs a window; leave out -display none and -nographic",
                         o->shows_overlay ? "-overlay" : "-status");
    if (o->dumpdtb)      /* nothing will be shown */
        o->display = DISPLAY_NONE;
    const struct { const char *value, *option; } needs_kernel[] = { { o->initrd, "-initrd" }, { o->append, "-append" },
                                                                    { o->dtb, "-dtb" } };
    for (size_t i = 0; i < ARRAY_SIZE(needs_kernel); i++)
        if (needs_kernel[i].value && !o->kernel && !(needs_kernel[i].value == o->dtb && options_has_firmware(o)))
            return error_set(err, "%s needs a kernel to give it to; add -kernel FILE", needs_kernel[i].option);
    if (o->bios && has_flash(o))
        return error_set(err, "-bios and a file for flash bank 0 are two firmwares; leave one of them out, or say "
                         "-drive if=pflash,unit=1,file=FILE if that is where the firmware keeps its variables");
    if ((o->boot_order || o->boot_menu) && !options_has_firmware(o))
        return error_set(err, "-boot is for firmware, and there is none; add -bios FILE or -pflash FILE");
    if (cores_settle(o, err) < 0)
        return -1;
    if (o->stats_every && !o->stats_file)
        return error_set(err, "-stats-every needs a file for its rows; add -stats FILE.json");
    if (o->trace && o->timing == TIMING_OFF)
        return error_set(err, "-trace pipeline needs a pipeline; leave out -timing off");
    if (o->symbols_count && !o->profile)
        return error_set(err, "-symbols says what functions are called in a profile; add -profile FILE");
    if (!o->has_no_nic && !o->nic_count)
        o->nics[o->nic_count++] = "user";
    if (!o->serial)
        o->serial = o->is_nographic ? "mon:stdio" : o->display == DISPLAY_NONE ? "null" : "vc";
    if (!o->has_audio && o->display != DISPLAY_NONE)
        o->audio.driver = AUDIO_SDL;
    if (!o->has_speed)
        o->percent = o->display == DISPLAY_NONE ? HOST_SPEED_MAX : HOST_SPEED_REAL;
    return devices_settle(o, err) < 0 ? -1 : chardevs_settle(o, err);
}

int options_parse(struct options *options, int argc, char *const argv[], struct error *err)
{
    *options = (struct options){ .machine = machine_board(0), .ram_size = RAM_DEFAULT_MIB * MIB, .display_device = "virtio-gpu",
                                 .pointer_device = "virtio-tablet", .width = MACHINE_WIDTH, .height = MACHINE_HEIGHT,
                                 .layout = layout_find("en-us", NULL), .limit = TICK_NEVER, .model = model_at(0),
                                 .timing = TIMING_ON, .argc = argc, .argv = argv };
    for (int i = 0; i < argc; i++) {
        const char *argument = argv[i], *word = argument + 1 + (argument[0] == '-' && argument[1] == '-');
        if (argument[0] != '-' || !*word)
            return error_set(err, "'%s' is not an option; a kernel goes after -kernel, a disk after -drive file=", argument);
        const struct option_row *row = options_table_find(word);
        if (!row)
            return refuse_word(argument, word, err);
        if (row->argument && i + 1 == argc)
            return error_set(err, "%s needs %s after it", argument, row->argument);
        if (row->set(options, row->argument ? argv[++i] : NULL, err) < 0)
            return -1;
        if (options->wants_help || options->wants_version)
            return 0;
    }
    return settle(options, err);
}

void options_free(struct options *o)
{
    chardevs_free(o);
    free(o->dumpdtb);
    free(o->audio.path);
    free(o->boot_order);
    free(o->profile);
    free(o->trace);
    for (int i = 0; i < o->drive_count; i++) {
        free(o->drives[i].file);
        free(o->drives[i].format);
        free(o->drives[i].serial);
    }
    for (int i = 0; i < o->script_count; i++)
        free(o->script[i].text);
}

/* ---- help ---- */

enum { HELP_WIDTH = 79, HELP_INDENT = 9 };

/* Appends a word to the line, on a new one where it does not fit; a word longer than a line is cut before a '|' or a '['. */
static void put_word(FILE *to, int *column, const char *word, size_t length)
{
    if (*column > HELP_INDENT && *column + 1 + (int)length > HELP_WIDTH) {
        fprintf(to, "\n%*s", HELP_INDENT, "");
        *column = HELP_INDENT;
    }
    while (*column + 1 + length > (size_t)HELP_WIDTH) {
        size_t cut = (size_t)(HELP_WIDTH - *column - 1);
        while (cut > 1 && word[cut] != '|' && word[cut] != '[')
            cut--;
        fprintf(to, " %.*s\n%*s", (int)cut, word, HELP_INDENT + 1, "");
        *column = HELP_INDENT + 1;
        word += cut;
        length -= cut;
    }
    fprintf(to, " %.*s", (int)length, word);
    *column += 1 + (int)length;
}

static bool shares_argument(const struct option_row *row)
{
    const struct option_row *next = row + 1;
    return row->argument && next->argument && !strcmp(row->argument, next->argument);
}

/* One option, or several with one argument: -kernel|-initrd FILE. Returns the last of them. */
static const struct option_row *put_row(FILE *to, int *column, const struct option_row *row)
{
    char *text = mem_printf("-%s", row->word);
    while (shares_argument(row)) {
        char *longer = mem_printf("%s|-%s", text, (++row)->word);
        free(text);
        text = longer;
    }
    char *whole = mem_printf("%s%s%s", text, row->argument ? " " : "", row->argument ? row->argument : "");
    put_word(to, column, whole, strlen(whole));
    free(whole);
    free(text);
    return row;
}

void options_help(FILE *to)
{
    fputs("usage: orrery [OPTION]...   boots -kernel FILE, or else the built-in demo\n"
          "       orrery report FILE.json... -o OUT.html | annotate FILE.lines | image -h", to);
    for (const struct option_group *group = option_groups; group->title; group++) {
        if (!*group->title)
            continue;
        int column = HELP_INDENT;
        fprintf(to, "\n%-*s", HELP_INDENT, group->title);
        for (const struct option_row *row = group->rows; row->word; row++)
            row = put_row(to, &column, row);
    }
    fputs("\n"
          "In the window Ctrl-Alt-H shows its keys; with -nographic Ctrl-A h does.\n"
          "Exit status: 0 power off, 1 error, 3 reset, 4 -limit, 5 user, 6 sleeps for ever\n", to);
}
