/* SPDX-License-Identifier: MIT */
/* Catches: pictures lost, torn or sent more often than a screen shows them, a sleeping guest that keeps the window busy, a
   guest's pointer larger than its buffer, serial text lost or without bound, counters read when nobody looks or
   too often. The two threads are played one after the other. */
#include <stdlib.h>
#include <string.h>

#include "frontends/sdl/bridge.h"
#include "tests/support/fake_machine.h"
#include "tests/support/support.h"

static struct fake_machine fake;
static struct host_loop *loop;
static struct host_chardev *line;
static struct bridge *bridge;
static struct display display;
static int announced, counted;
static uint64_t counting_ns;

/* The guest's screen: every pixel is the number of the picture. */
static struct { uint32_t pixels[64 * 48]; unsigned width, height, stride; bool is_on, has_changed; int scans; } screen;

static void scan(void *device, struct display_frame *frame, bool *dirty)
{
    (void)device;
    *frame = (struct display_frame){ screen.is_on ? screen.pixels : NULL, screen.width, screen.height, screen.stride };
    screen.scans++;
    if (dirty) {
        *dirty = screen.has_changed;
        screen.has_changed = false;
    }
}

static void draw(uint32_t number)
{
    for (size_t i = 0; i < ARRAY_SIZE(screen.pixels); i++)
        screen.pixels[i] = number;
    screen.has_changed = true;
}

static void announce(void *owner)
{
    (void)owner;
    announced++;
}

static uint64_t instructions(const void *machine)
{
    return ((const struct fake_machine *)machine)->now / 1000;
}

static void counters(void *machine, struct bridge_counts *counts)
{
    fake.host_ns += counting_ns;
    memset(counts, 0, sizeof *counts);
    counts->counters.instructions[0] = instructions(machine);
    counted++;
}

static void set_up(void)
{
    fake = (struct fake_machine){ .host_per_second = 1000000000 };
    memset(&screen, 0, sizeof screen);
    screen.width = 60, screen.height = 48, screen.stride = 64;
    screen.is_on = true;
    announced = counted = 0;
    counting_ns = 0;
}

/* A loop's end is final, so each stretch of time has its own; the bridge is made anew with it. */
static void start(tick_t limit)
{
    struct host_time time = fake_time(&fake);
    loop = host_loop_new(&(struct host_loop_config){ .limit = limit, .percent = HOST_SPEED_REAL }, &time, NULL);
    line = host_chardev_open(loop, "serial0", "vc", NULL);
    display = (struct display){ .scan = scan };
    bridge = bridge_new(&(struct bridge_config){ loop, &display, line, announce, NULL });
    bridge_start(bridge, &(struct bridge_source){ .instructions = instructions, .counters = counters, .machine = &fake });
}

static void tear_down(void)
{
    bridge_free(bridge);
    host_chardev_close(line);
    host_loop_free(loop);
}

START_TEST(the_newest_picture_arrives_whole)
{
    start(100 * TICKS_PER_MS);
    draw(7);
    host_loop_run(loop, &fake_engine, &fake);
    const struct bridge_picture *picture = bridge_take_picture(bridge);
    ck_assert_ptr_nonnull(picture);
    ck_assert(picture->width == 60 && picture->height == 48);
    for (size_t i = 0; i < 60 * 48; i++)
        ck_assert_uint_eq(picture->pixels[i], 7);
    ck_assert_ptr_null(bridge_take_picture(bridge));
}
END_TEST

static void draw_again(void *owner)
{
    struct host_timer *timer = owner;
    static uint32_t number;
    draw(++number);
    host_loop_at(loop, timer, timer->at + TICKS_PER_MS);
}

START_TEST(a_guest_that_draws_all_the_time_is_looked_at_60_times_a_second)
{
    start(TICKS_PER_SECOND);
    struct host_timer timer = { .fire = draw_again };
    timer.owner = &timer;
    host_loop_at(loop, &timer, 0);
    host_loop_run(loop, &fake_engine, &fake);
    ck_assert_int_ge(screen.scans, 55);
    ck_assert_int_le(screen.scans, 62);
    ck_assert_int_eq(announced, 1);           /* nobody took anything in between */
    ck_assert_ptr_nonnull(bridge_take_picture(bridge));
}
END_TEST

START_TEST(a_sleeping_guest_leaves_the_window_alone)
{
    fake.wakes = TICK_NEVER;
    start(10 * TICKS_PER_SECOND);
    draw(1);
    host_loop_run(loop, &fake_engine, &fake);
    ck_assert_int_eq(announced, 1);
    ck_assert_int_le(fake.polls, 120);        /* a few times a second, for the title */
    struct bridge_speed speed;
    bridge_take_speed(bridge, &speed);
    ck_assert_uint_ge(speed.now, 9 * TICKS_PER_SECOND);
    ck_assert_uint_eq(speed.instructions, speed.now / 1000);
    ck_assert_uint_ge(speed.host_ns, 9000000000);
}
END_TEST

/* Asleep or not. */
START_TEST(counters_are_read_four_times_a_second_while_they_are_wanted)
{
    struct bridge_counts counts;
    fake.wakes = _i ? TICK_NEVER : 0;
    start(10 * TICKS_PER_SECOND);
    host_loop_run(loop, &fake_engine, &fake);
    ck_assert_int_eq(counted, 0);
    ck_assert(!bridge_take_counts(bridge, &counts));
    tear_down();
    fake.timing = TIMING_REFERENCE;
    tick_t from = fake.now;
    start(from + 10 * TICKS_PER_SECOND);
    bridge_want_counts(bridge, true);
    host_loop_run(loop, &fake_engine, &fake);
    ck_assert_int_ge(counted, 36);
    ck_assert_int_le(counted, 41);
    ck_assert(bridge_take_counts(bridge, &counts));
    ck_assert_uint_ge(counts.speed.now, from + 9 * TICKS_PER_SECOND);
    ck_assert_uint_eq(counts.counters.instructions[0], counts.speed.instructions);
    ck_assert_int_eq(counts.speed.timing, TIMING_REFERENCE);
    ck_assert(!bridge_take_counts(bridge, &counts));
}
END_TEST

START_TEST(counting_takes_a_twentieth_of_the_time_at_most)
{
    counting_ns = 50000000;
    start(10 * TICKS_PER_SECOND);
    bridge_want_counts(bridge, true);
    host_loop_run(loop, &fake_engine, &fake);
    ck_assert_int_ge(counted, 8);
    ck_assert_uint_le((uint64_t)counted * counting_ns, fake.host_ns / 20 + counting_ns);
}
END_TEST

START_TEST(a_screen_that_is_off_is_a_picture_without_size)
{
    start(100 * TICKS_PER_MS);
    screen.is_on = false;
    host_loop_run(loop, &fake_engine, &fake);
    const struct bridge_picture *picture = bridge_take_picture(bridge);
    ck_assert_ptr_nonnull(picture);
    ck_assert_uint_eq(picture->width, 0);
}
END_TEST

START_TEST(a_pointer_of_any_size_is_cut_to_what_fits)
{
    static uint32_t argb[200 * 100];
    struct bridge_pointer pointer;
    start(TICKS_PER_MS);
    for (size_t i = 0; i < ARRAY_SIZE(argb); i++)
        argb[i] = (uint32_t)i;
    ck_assert(!bridge_take_pointer(bridge, &pointer));
    display.cursor(display.host, argb, 200, 100, 3, 4, true);
    ck_assert(bridge_take_pointer(bridge, &pointer));
    ck_assert(pointer.is_visible && pointer.width == BRIDGE_POINTER && pointer.height == BRIDGE_POINTER);
    ck_assert_uint_eq(pointer.argb[BRIDGE_POINTER + 1], 201);
    display.cursor(display.host, NULL, 64, 64, 0, 0, true);
    ck_assert(bridge_take_pointer(bridge, &pointer));
    ck_assert(!pointer.is_visible);
}
END_TEST

START_TEST(serial_text_is_kept_until_taken_the_newest_if_too_much)
{
    static const char text[] = "0123456789abcde\n";
    struct bytes taken = { 0 };
    start(TICKS_PER_MS);
    for (int i = 0; i < 100000; i++)
        chardev_write(host_chardev_port(line), (const uint8_t *)text, 16);
    chardev_write(host_chardev_port(line), (const uint8_t *)"end", 3);
    bridge_take_serial(bridge, &taken);
    ck_assert_uint_eq(taken.length, 1 << 20);
    ck_assert_mem_eq(bytes_first(&taken) + taken.length - 5, "e\nend", 5);
    size_t before = taken.length;
    bridge_take_serial(bridge, &taken);
    ck_assert_uint_eq(taken.length, before);
    bytes_free(&taken);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("bridge");
    TCase *t = tcase_create("bridge");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, the_newest_picture_arrives_whole);
    tcase_add_test(t, a_guest_that_draws_all_the_time_is_looked_at_60_times_a_second);
    tcase_add_test(t, a_sleeping_guest_leaves_the_window_alone);
    tcase_add_loop_test(t, counters_are_read_four_times_a_second_while_they_are_wanted, 0, 2);
    tcase_add_test(t, counting_takes_a_twentieth_of_the_time_at_most);
    tcase_add_test(t, a_screen_that_is_off_is_a_picture_without_size);
    tcase_add_test(t, a_pointer_of_any_size_is_cut_to_what_fits);
    tcase_add_test(t, serial_text_is_kept_until_taken_the_newest_if_too_much);
    suite_add_tcase(s, t);
    return s;
}
