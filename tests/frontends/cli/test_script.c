/* SPDX-License-Identifier: MIT */
/* Catches: keys, clicks and switches of time keeping at other times than asked for, chords released in the wrong order, things not done that nobody is
   told of. */
#include <string.h>
#include <unistd.h>

#include "frontends/cli/script.h"
#include "tests/support/fake_machine.h"
#include "tests/support/support.h"

static struct fake_machine fake;
static struct host_loop *loop;
static char seen[1024];   /* "ms:code+" or "ms:code-" for keys, "ms:x,y" for the pointer */
static int pointer_x;

static void take_event(void *device, const struct input_event *event)
{
    char text[64] = "";
    unsigned ms = (unsigned)(fake.now / TICKS_PER_MS);
    (void)device;
    if (event->kind == INPUT_KEY)
        snprintf(text, sizeof text, "%u:%d%c ", ms, event->code, event->value ? '+' : '-');
    else if (event->kind == INPUT_ABS && event->code == 0)
        pointer_x = event->value;
    else if (event->kind == INPUT_ABS)
        snprintf(text, sizeof text, "%u:%d,%d ", ms, pointer_x, event->value);
    strcat(seen, text);
}

/* "ms:mode" */
static void set_timing(void *machine, enum timing_mode mode)
{
    char text[64];
    fake_engine.set_timing(machine, mode);
    snprintf(text, sizeof text, "%u:%s ", (unsigned)(fake.now / TICKS_PER_MS),
             mode == TIMING_OFF ? "off" : mode == TIMING_ON ? "on" : "reference");
    strcat(seen, text);
}

static struct input keyboard = { .event = take_event, .wants_keys = true };
static struct input tablet = { .event = take_event, .wants_abs = true };

static bool play(const char *words, tick_t limit)
{
    static char copy[512];
    struct options options;
    char *argv[16];
    int argc = 0;
    snprintf(copy, sizeof copy, "%s", words);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    ck_assert_int_eq(options_parse(&options, argc, argv, NULL), 0);
    struct host_time time = fake_time(&fake);
    loop = host_loop_new(&(struct host_loop_config){ .limit = limit }, &time, NULL);
    host_loop_connect(loop, &(struct host_loop_ports){ .inputs = { &keyboard, &tablet } });
    struct script *script = script_start(loop, &options, NULL);
    struct host_engine engine = fake_engine;
    engine.set_timing = set_timing;
    host_loop_run(loop, &engine, &fake);
    bool is_good = script_end(script);
    host_loop_free(loop);
    options_free(&options);
    return is_good;
}

static void set_up(void)
{
    fake = (struct fake_machine){ .host_per_second = 1000000 };
    seen[0] = 0;
}

START_TEST(keys_go_down_and_up_at_their_times)
{
    ck_assert(play("-sendkeys down,ret@1.5 -sendkeys ctrl-alt-f1@3", 4 * TICKS_PER_SECOND));
    ck_assert_str_eq(seen, "1500:108+ 1550:108- 1600:28+ 1650:28- 3000:29+ 3000:56+ 3000:59+ 3050:59- 3050:56- 3050:29- ");
}
END_TEST

START_TEST(the_pointer_moves_before_it_clicks)
{
    ck_assert(play("-pointer 100,200@1 -pointer 32767,0,click@2", 4 * TICKS_PER_SECOND));
    ck_assert_str_eq(seen, "1000:100,200 2000:32767,0 2050:272+ 2100:272- ");
}
END_TEST

START_TEST(time_keeping_is_switched_when_it_is_another)
{
    fake.timing = TIMING_ON;
    ck_assert(play("-timing-switch off@0.5 -timing-switch off@0.75 -timing-switch reference@1.25 -timing-switch on@2",
                   4 * TICKS_PER_SECOND));
    ck_assert_str_eq(seen, "500:off 1250:reference 2000:on ");
    ck_assert(!play("-timing-switch on@9", TICKS_PER_SECOND));
}
END_TEST

START_TEST(what_comes_too_late_is_told)
{
    ck_assert(!play("-sendkeys a,b@1", TICKS_PER_SECOND + 10 * TICKS_PER_MS));
    ck_assert(!play("-screendump /nonexistent/x.png@9", TICKS_PER_SECOND));
}
END_TEST

START_TEST(a_picture_that_cannot_be_written_is_told)
{
    ck_assert(!play("-screendump /nonexistent/x.png@0.5", TICKS_PER_SECOND));
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("script");
    TCase *t = tcase_create("script");
    tcase_add_checked_fixture(t, set_up, NULL);
    tcase_add_test(t, keys_go_down_and_up_at_their_times);
    tcase_add_test(t, the_pointer_moves_before_it_clicks);
    tcase_add_test(t, time_keeping_is_switched_when_it_is_another);
    tcase_add_test(t, what_comes_too_late_is_told);
    tcase_add_test(t, a_picture_that_cannot_be_written_is_told);
    suite_add_tcase(s, t);
    return s;
}
