/* SPDX-License-Identifier: MIT */
/* Catches: options that are ignored, values that mean something else than in QEMU, messages that do not help, a --help that does
   not fit a screen. */
#include <stdlib.h>
#include <string.h>

#include "frontends/cli/cores.h"
#include "frontends/cli/options.h"
#include "frontends/cli/parse.h"
#include "frontends/host/loop.h"
#include "tests/support/support.h"

static struct options options;
static struct error err;

/* Parses words separated by spaces. */
static int parse(const char *text)
{
    static char copy[1024];
    char *argv[64];
    int argc = 0;
    snprintf(copy, sizeof copy, "%s", text);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    options_free(&options);
    err.text[0] = 0;
    return options_parse(&options, argc, argv, &err);
}

static void accepted(const char *text)
{
    ck_assert_msg(parse(text) == 0, "%s: %s", text, err.text);
}

START_TEST(bad_input_is_refused_with_a_message_that_helps)
{
    const struct { const char *words, *part; } cases[] = {
        { "-krenel x", "did you mean '-kernel'?" }, { "--apend x", "did you mean '-append'?" },
        { "-nograhpic", "did you mean '-nographic'?" },
        { "-xyzzyplugh", "--help" }, { "disk.img", "-drive file=" }, { "-kernel", "needs FILE" }, { "-", "not an option" },
        { "--", "not an option" },
        { "-m 1", "64 MiB to 16 GiB" }, { "-m 17G", "16 GiB" }, { "-m 99999999999999999999T", "not a size" },
        { "-m 18446744073709551615", "16 GiB" },
        { "-m 1Q", "not a size" }, { "-m -5", "not a size" }, { "-m 0", "64 MiB" }, { "-m G", "not a size" },
        { "-machine pc", "there is virt" }, { "-machine virt,acpi=off", "no 'acpi'" }, { "-machine virt,dumpdtb", "file name" },
        { "-machine virt,virtio=isa", "neither mmio nor pci" },
        { "-drive file=a,bootindex=-1", "not a number from 0" }, { "-drive file=a,bootindex=2147483648", "not a number from 0" },
        { "-drive file=a,if=none,bootindex=1", "bootindex= is for disks" },
        { "-drive file=a,if=pflash,bootindex=1", "bootindex= is for disks" }, { "-nic user,bootindex=x", "not a number from 0" },
        { "-bios a -pflash b", "two firmwares" }, { "-bios a -drive if=pflash,file=b", "two firmwares" },
        { "-chardev pty", "a name" }, { "-chardev id=a", "a kind" }, { "-chardev floppy,id=a", "no 'floppy'" },
        { "-chardev file,id=a", "path=FILE" }, { "-chardev socket,id=a", "host=HOST" },
        { "-chardev null,id=a -chardev pty,id=a", "two with id=a" }, { "-device virtconsole", "chardev=ID" },
        { "-device virtconsole,chardev=a", "no -chardev with id=a" }, { "-device virtio-blk", "-drive" },
        { "-chardev null,id=a -device virtconsole,chardev=a -device virtserialport,chardev=a", "another line already" },
        { "-chardev stdio,id=a -device virtconsole,chardev=a -serial stdio", "cannot share" },
        { "-device virtio-mouse,chardev=a", "no chardev" }, { "-device virtio-mouse -device virtio-tablet", "one pointer" },
        { "-device virtio-mouse-usb", "no 'virtio-mouse-usb'" }, { "-device virtconsole-pci,chardev=a", "no 'virtconsole-pci'" },
        { "-device virtio-mouse-pci", "add -machine virt,virtio=pci" },
        { "-device virtio-tablet-device -machine virt,virtio=pci", "leave out -device at the end" },
        { "-device virtio-mouse -pointer 1,1@1", "-pointer says a place" },
        { "-machine virt,dumpdbt=x", "did you mean 'dumpdtb'?" },
        { "-cpu max", "there is no CPU 'max'; there is: cortex-a53 and simple" }, { "-cpu cortex-a53,board=pi4", "pi3 and am62x" },
        { "-cpu simple,board=pi3", "simple has no board 'pi3'" }, { "-cpu cortex-a53,pi3", "no 'pi3'" },
        { "-cpu board=pi4", "cortex-a53 has no board" }, { "-cpu ", "needs CORE" },
        { "-cpu cortex-a53,crypto=max", "crypto: 'max' is neither on nor off" },
        { "-timing fast", "off, on, reference, help or SETTING=VALUE" }, { "-timing refrence", "did you mean 'reference'?" },
        { "-timing-switch fast@1", "-timing-switch fast@1: 'fast' is not off, on or reference" },
        { "-overlay -nographic", "-overlay needs a window" }, { "-status -nographic", "-status needs a window" },
        { "-display sdl,zoom-to-fit=maybe", "on, off or integer" }, { "-display sdl,zoom=2", "no 'zoom'" },
        { "-g 1024", "WIDTHxHEIGHT" }, { "-g 1024x768x32", "WIDTHxHEIGHT" }, { "-g 10x10", "64 to 4095" },
        { "-g 4096x768", "64 to 4095" }, { "-g -5x768", "WIDTHxHEIGHT" }, { "-k", "needs LAYOUT" },
        { "-k dvorak", "-k: there is no keyboard layout 'dvorak'; there are en-us, en-gb, de and fr" },
        { "-display none -overlay", "-overlay needs a window" },
        { "-timing-switch on", "@SECONDS" }, { "-timing-switch off@soon", "seconds" },
        { "-timing on,", "-timing: a setting is missing" }, { "-timing ,on", "'' is not off, on" },
        { "-timing on,off", "there is no setting 'off'" }, { "-timing off=1", "there is no setting 'off'" },
        { "-timing l2.size", "-timing: l2.size: no value given" }, { "-timing l2.size=3M", "not a power of two" },
        { "-timing reference,l2.ways=0", "too small" }, { "-timing l2.sise=1M", "did you mean l2.size?" },
        { "-timing help,l2.size=3M", "not a power of two" }, { "-timing l1d.size=256K -cpu simple", "larger than l2.size=128K" },
        { "-smp 9", "1 to 8" }, { "-smp 0", "1 to 8" }, { "-smp two", "1 to 8" }, { "-smp cpus=2,maxcpus=4", "contradict" },
        { "-smp 4,sockets=2", "one cluster" }, { "-smp 4,threads=2", "without threads" }, { "-smp 4,cors=4", "did you mean 'cores'?" },
        { "-drive format=raw", "names no file" }, { "-drive file=a,format=vmdk", "qemu-img convert" },
        { "-drive file=a,media=floppy", "media=cdrom" }, { "-drive file=a,media=cdrom,readonly=off", "cannot be written" },
        { "-drive file=a,if=ide", "virtio" },
        { "-drive file=a,readonly=maybe", "neither on nor off" }, { "-drive file=a,cache=none", "no 'cache'" },
        { "-drive file=", "file name" },
        { "-drive file=a,serial=123456789012345678901", "20 letters" }, { "-drive fiel=a", "did you mean 'file'?" },
        { "-nic bridge", "user, tap and none" }, { "-nic none -nic tap", "contradict" }, { "-nic user -nic none", "contradict" },
        { "-nic users", "users" },
        { "-display gtk", "sdl and none" }, { "-vga std", "simplefb" }, { "-nographic -display sdl", "contradict" },
        { "-full-screen -nographic", "window" },
        { "-serial stdio -serial null", "one serial line" },
        { "-audiodev alsa", "sdl, wav and none" }, { "-audiodev wav", "add path=FILE" }, { "-audiodev wav,path", "file name" },
        { "-audiodev sdl,path=x", "wav only" }, { "-audiodev sdl -audiodev none", "one sound card" },
        { "-audiodev sdl,volume=1", "no 'volume'" }, { "-audio sdl", "-audiodev sdl" },
        { "-speed 0", "1 to 10000" }, { "-speed fast", "max" }, { "-speed 10001", "10000" }, { "-speed %", "max" },
        { "-limit soon", "not a number of seconds" }, { "-limit 1e3", "seconds" }, { "-limit 99999999999", "seconds" },
        { "-limit -1", "seconds" },
        { "-screendump a.png", "@SECONDS" }, { "-screendump @3", "@SECONDS" }, { "-screendump a.png@x", "seconds" },
        { "-sendkeys ret@", "seconds" }, { "-sendkeys entre@1", "no key 'entre'" },
        { "-pointer 1@1", "X,Y@SECONDS" }, { "-pointer 32768,0@1", "32767" }, { "-pointer 0,0,clack@1", "click" },
        { "-pointer -1,0@1", "32767" },
        { "-seed x", "number" }, { "-seed 18446744073709551616", "number" }, { "-rtc base=noon", "base=utc" },
        { "-rtc clock=vm", "base" },
        { "-rtc base=1960-01-01", "not a time" },
        { "-d int", "guest_errors" }, { "-S", "debugger" }, { "-s", "debugger" }, { "-enable-kvm", "leave it out" },
        { "-hda x", "-drive" },
        { "-stats", "needs FILE" }, { "-stats -state-hash", "table alone" }, { "-stats-every 1", "add -stats" },
        { "-stats - -stats-every 1", "add -stats" }, { "-stats a -stats-every 0", "microsecond" },
        { "-stats a -stats-every x", "seconds" },
        { "-initrd x", "-kernel" }, { "-append x", "-kernel" }, { "-dtb x", "-kernel" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        ck_assert_msg(parse(cases[i].words) == -1, "%s was accepted", cases[i].words);
        ck_assert_msg(strstr(err.text, cases[i].part) != NULL, "%s: %s", cases[i].words, err.text);
    }
}
END_TEST

START_TEST(memory_is_in_mib_unless_said_otherwise)
{
    const struct { const char *words; uint64_t size; } cases[] = {
        { "", 1 * GIB }, { "-m 512", 512 * MIB }, { "-m 640M", 640 * MIB }, { "-m 2G", 2 * GIB }, { "-m 2g", 2 * GIB },
        { "-m 65536K", 64 * MIB },
        { "-m 16G", 16 * GIB }, { "-m size=128", 128 * MIB }, { "-m 524289k", 513 * MIB }, { "--m 64", 64 * MIB },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        accepted(cases[i].words);
        ck_assert_uint_eq(options.ram_size, cases[i].size);
    }
}
END_TEST

START_TEST(defaults_follow_from_the_display)
{
    accepted("");
    ck_assert(options.display == DISPLAY_SDL && options.percent == 100 && options.limit == TICK_NEVER && options.nic_count == 1);
    ck_assert_str_eq(options.serial, "vc");
    ck_assert_str_eq(options.display_device, "virtio-gpu");
    accepted("-display none");
    ck_assert(options.display == DISPLAY_NONE && options.percent == HOST_SPEED_MAX);
    ck_assert_str_eq(options.serial, "null");
    accepted("-nographic");
    ck_assert(options.display == DISPLAY_NONE && options.percent == HOST_SPEED_MAX);
    ck_assert_str_eq(options.serial, "mon:stdio");
    accepted("-nographic -serial pty -speed 50%");
    ck_assert_str_eq(options.serial, "pty");
    ck_assert_uint_eq(options.percent, 50);
    accepted("-speed max");
    ck_assert_uint_eq(options.percent, HOST_SPEED_MAX);
}
END_TEST

START_TEST(a_core_is_a_table_with_what_is_changed_in_it)
{
    accepted("");
    ck_assert_str_eq(options.core.board, "pi3");
    ck_assert_int_eq(options.timing, TIMING_ON);
    ck_assert_mem_eq(&options.core, model_find("cortex-a53", "pi3", NULL), sizeof options.core);
    accepted("-cpu cortex-a53,board=am62x");
    ck_assert_ptr_eq(options.model, model_find("cortex-a53", "am62x", NULL));
    ck_assert(!options.crypto);
    accepted("-cpu simple,crypto=on");
    ck_assert(options.crypto);
    accepted("-cpu model=simple");
    ck_assert_str_eq(options.core.name, "simple");
    accepted("-timing l2.size=1M,predictor=none -cpu cortex-a53,board=am62x -timing reference,dram.cas=14 -timing l2.size=2M");
    ck_assert_int_eq(options.timing, TIMING_REFERENCE);
    ck_assert_uint_eq(options.core.settings.l2_size, 2 << 20);
    ck_assert_uint_eq(options.core.settings.dram_cas, 14);
    ck_assert_uint_eq(options.core.settings.predictor, PREDICTOR_NONE);
    ck_assert_uint_eq(options.core.settings.clock_mhz, 1400);
    ck_assert_uint_eq(options.model->settings.l2_size, 512 << 10);
    accepted("-timing reference -timing off");
    ck_assert_int_eq(options.timing, TIMING_OFF);
    accepted("-timing off,clock=600");
    ck_assert_uint_eq(options.core.settings.clock_mhz, 600);
}
END_TEST

/* What is printed instead of a run. */
static char *page_of(const char *words)
{
    char *text = NULL;
    size_t size;
    accepted(words);
    FILE *to = open_memstream(&text, &size);
    cores_help(&options, to);
    fclose(to);
    return text;
}

START_TEST(the_pages_of_cores_and_settings_fit_a_terminal_and_leave_nothing_out)
{
    char *text = page_of("-cpu help");
    ck_assert_int_eq(options.page, PAGE_CORES);
    const struct core_model *model;
    for (unsigned i = 0; (model = model_at(i)); i++)
        ck_assert(strstr(text, model->name) && strstr(text, model->board));
    free(text);
    text = page_of("-timing help,l2.size=1M -cpu cortex-a53,board=am62x");
    ck_assert_int_eq(options.page, PAGE_SETTINGS);
    ck_assert_ptr_nonnull(strstr(text, "\n  l2.size=1M "));
    ck_assert_ptr_nonnull(strstr(text, "Changed; the core has 512K, from: SPRSP58"));
    for (unsigned i = 0; i < setting_count; i++) {
        char *start = mem_printf("\n  %s=", setting_rows[i].key);
        ck_assert_msg(strstr(text, start) != NULL, "%s", setting_rows[i].key);
        free(start);
    }
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        ck_assert_msg(strcspn(line, "\n") <= 80, "%.100s", line);
    free(text);
}
END_TEST

START_TEST(lists_are_taken_apart)
{
    accepted("-drive file=a,,b.img,if=virtio,format=raw,readonly=on,serial=S1 -drive c.img,snapshot,if=none "
             "--nic user,hostfwd=tcp::1-:2 -nic user");
    ck_assert_int_eq(options.drive_count, 2);
    ck_assert_str_eq(options.drives[0].file, "a,b.img");
    ck_assert_str_eq(options.drives[0].serial, "S1");
    ck_assert(options.drives[0].read_only && options.drives[0].is_connected && !options.drives[0].snapshot);
    ck_assert_str_eq(options.drives[1].file, "c.img");
    ck_assert(options.drives[1].snapshot && !options.drives[1].is_connected && !options.drives[1].read_only);
    ck_assert_int_eq(options.nic_count, 2);
    ck_assert_str_eq(options.nics[0], "user,hostfwd=tcp::1-:2");
    accepted("-drive file=a,bootindex=0 -drive file=b -drive file=c,bootindex=2147483647");
    ck_assert(options.drives[0].has_boot_index && !options.drives[1].has_boot_index);
    ck_assert_uint_eq(options.drives[2].boot_index, INT32_MAX);
    accepted("-bios a -drive if=pflash,unit=1,file=b");
    accepted("-pflash a -pflash b");
    ck_assert(options.drives[1].is_flash && options.drives[1].unit == 1 && !options.drives[1].format);
    accepted("-drive file=a.iso,media=cdrom -drive file=b,media=disk,format=qcow2");
    ck_assert(options.drives[0].read_only && !options.drives[1].read_only);
    ck_assert_str_eq(options.drives[0].format, "raw");
    ck_assert_str_eq(options.drives[1].format, "qcow2");
    accepted("-machine virt,virtio=pci -nic none");
    accepted("-machine virt,dumpdtb=x.dtb -nic none -vga simplefb");
    ck_assert_str_eq(options.dumpdtb, "x.dtb");
    ck_assert_int_eq(options.nic_count, 0);
    ck_assert_str_eq(options.display_device, "simple-framebuffer");
    accepted("-rtc base=2026-01-31T12:00:00");
    ck_assert_uint_eq(options.rtc_seconds, 1769860800);
    accepted("-rtc base=2026-01-31 -seed 0xff");
    ck_assert_uint_eq(options.rtc_seconds, 1769817600);
    ck_assert_uint_eq(options.seed, 255);
}
END_TEST

START_TEST(the_screen_and_the_window_are_as_asked_for)
{
    accepted("");
    ck_assert(options.width == 1024 && options.height == 768 && options.scaling == SCALING_FIT && !options.shows_status);
    ck_assert_str_eq(layout_name(options.layout), "en-us");
    accepted("-g 1280x800 -k uk -status -display sdl,zoom-to-fit=off");
    ck_assert(options.width == 1280 && options.height == 800 && options.scaling == SCALING_ONE && options.shows_status);
    ck_assert_str_eq(layout_name(options.layout), "en-gb");
    accepted("-display sdl,zoom-to-fit=integer,full-screen=on");
    ck_assert(options.scaling == SCALING_INTEGER && options.is_full_screen && options.display == DISPLAY_SDL);
    accepted("-display zoom-to-fit=on");
    ck_assert(options.scaling == SCALING_FIT && options.display == DISPLAY_SDL);
}
END_TEST

START_TEST(the_pointer_is_the_one_that_was_asked_for)
{
    const struct { const char *words, *pointer; } cases[] = {
        { "", "virtio-tablet" }, { "-device virtio-mouse", "virtio-mouse" }, { "-device virtio-mouse-device", "virtio-mouse" },
        { "-device virtio-mouse-pci -machine virt,virtio=pci", "virtio-mouse" }, { "-device virtio-tablet", "virtio-tablet" },
        { "-device virtio-keyboard -device virtio-mouse", "virtio-mouse" }, { "-device virtio-serial-device", "virtio-tablet" },
        { "-device virtio-tablet -pointer 1,1@1", "virtio-tablet" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        accepted(cases[i].words);
        ck_assert_str_eq(options.pointer_device, cases[i].pointer);
    }
}
END_TEST

START_TEST(sound_goes_to_the_speakers_of_who_has_a_window)
{
    accepted("");
    ck_assert(options.audio.driver == AUDIO_SDL && !options.has_audio);
    accepted("-display none");
    ck_assert_int_eq(options.audio.driver, AUDIO_NONE);
    accepted("-audiodev none");
    ck_assert_int_eq(options.audio.driver, AUDIO_NONE);
    accepted("-nographic -audiodev sdl,id=snd0");
    ck_assert(options.audio.driver == AUDIO_SDL && options.has_audio);
    accepted("-audiodev driver=wav,id=a,path=b,,c.wav");
    ck_assert_int_eq(options.audio.driver, AUDIO_WAV);
    ck_assert_str_eq(options.audio.path, "b,c.wav");
}
END_TEST

START_TEST(times_are_exact)
{
    accepted("-limit 2.000000000001 -screendump a@b.png@0.5 -screendump c.png@10 "
             "-sendkeys down,ret@3 -pointer 1,32767,click@0.5");
    ck_assert_uint_eq(options.limit, 2 * TICKS_PER_SECOND + 1);
    ck_assert_int_eq(options.script_count, 4);
    ck_assert_str_eq(options.script[0].text, "a@b.png");
    ck_assert_uint_eq(options.script[0].at, TICKS_PER_SECOND / 2);
    ck_assert_uint_eq(options.script[1].at, 10 * TICKS_PER_SECOND);
    ck_assert_int_eq(options.script[2].kind, SCRIPT_KEYS);
    ck_assert(options.script[3].x == 1 && options.script[3].y == 32767 && options.script[3].clicks);
}
END_TEST

START_TEST(statistics_go_to_a_file_or_only_to_the_screen)
{
    accepted("");
    ck_assert(!options.shows_stats);
    accepted("-stats -");
    ck_assert(options.shows_stats && !options.stats_file);
    accepted("-stats table");
    ck_assert(options.shows_stats && !options.stats_file);
    accepted("-stats a.json -stats-every 0.25");
    ck_assert_str_eq(options.stats_file, "a.json");
    ck_assert_uint_eq(options.stats_every, TICKS_PER_SECOND / 4);
}
END_TEST

START_TEST(help_and_version_win_over_what_follows)
{
    accepted("--help");
    ck_assert(options.wants_help);
    accepted("-h --bogus");
    ck_assert(options.wants_help);
    accepted("--version");
    ck_assert(options.wants_version);
}
END_TEST

START_TEST(help_fits_an_80x24_screen_and_names_every_option)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    options_help(to);
    fclose(to);
    int lines = 0;
    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        lines++;
        ck_assert_msg(end - line <= 79, "%.*s", (int)(end - line), line);
    }
    ck_assert_int_le(lines, 23);
    const char *words[] = { "-kernel", "-initrd", "-bios", "-pflash", "-boot", "-append", "-dtb", "-m SIZE", "-cpu", "-machine", "-drive", "-nic",
                            "-display", "-vga",
                            "-nographic", "-serial", "-speed", "-limit", "-screendump", "-no-reboot", "-full-screen",
                                "-d guest_errors", "-seed",
                            "-rtc", "-state-hash", "-stats", "-version", "-help", "-sendkeys", "-pointer" };
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        ck_assert_msg(strstr(text, words[i]) != NULL, "%s", words[i]);
    free(text);
}
END_TEST

START_TEST(no_list_is_too_long_for_its_table)
{
    char words[4096] = "";
    for (int i = 0; i < OPTIONS_DRIVES; i++)
        strcat(words, "-drive file=x ");
    accepted(words);
    ck_assert_int_eq(parse(strcat(words, "-drive file=x")), -1);
    words[0] = 0;
    for (int i = 0; i < 20; i++)
        strcat(words, "-screendump x@1 ");
    accepted(words);
}
END_TEST

static void free_options(void)
{
    options_free(&options);
    options = (struct options){ 0 };
}

Suite *test_suite(void)
{
    Suite *s = suite_create("options");
    TCase *t = tcase_create("options");
    tcase_add_checked_fixture(t, NULL, free_options);
    tcase_add_test(t, bad_input_is_refused_with_a_message_that_helps);
    tcase_add_test(t, memory_is_in_mib_unless_said_otherwise);
    tcase_add_test(t, defaults_follow_from_the_display);
    tcase_add_test(t, a_core_is_a_table_with_what_is_changed_in_it);
    tcase_add_test(t, the_pages_of_cores_and_settings_fit_a_terminal_and_leave_nothing_out);
    tcase_add_test(t, lists_are_taken_apart);
    tcase_add_test(t, the_screen_and_the_window_are_as_asked_for);
    tcase_add_test(t, the_pointer_is_the_one_that_was_asked_for);
    tcase_add_test(t, sound_goes_to_the_speakers_of_who_has_a_window);
    tcase_add_test(t, times_are_exact);
    tcase_add_test(t, statistics_go_to_a_file_or_only_to_the_screen);
    tcase_add_test(t, help_and_version_win_over_what_follows);
    tcase_add_test(t, help_fits_an_80x24_screen_and_names_every_option);
    tcase_add_test(t, no_list_is_too_long_for_its_table);
    suite_add_tcase(s, t);
    return s;
}
