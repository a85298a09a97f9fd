/* SPDX-License-Identifier: MIT */
/* Catches: inputs that enter at the wrong virtual time or in the wrong order, a machine that runs ahead of its clock or races
   to catch up, idle time that is spent when it should be skipped or skipped when it should be spent, ends without the right
   reason. */
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "frontends/host/loop.h"
#include "tests/support/fake_machine.h"
#include "tests/support/support.h"

static const uint64_t ms = 1000000;   /* host nanoseconds */

static struct fake_machine fake;
static struct host_loop *loop;

/* What the machine was given: time, kind, code, value. */
static struct { tick_t at; struct input_event event; } got[64];
static int got_count;
static int stop_after;

static void take_event(void *device, const struct input_event *event)
{
    (void)device;
    got[got_count].at = fake.now;
    got[got_count++].event = *event;
    if (got_count == stop_after)
        host_loop_stop(loop, HOST_END_USER);
}

static struct input keyboard = { .event = take_event, .wants_keys = true };
static struct input tablet = { .event = take_event, .wants_abs = true };

static void start(struct host_loop_config config)
{
    if (!config.limit)
        config.limit = TICK_NEVER;
    struct host_time time = fake_time(&fake);
    loop = host_loop_new(&config, &time, NULL);
    host_loop_connect(loop, &(struct host_loop_ports){ .inputs = { &keyboard, &tablet } });
}

static void set_up(void)
{
    fake = (struct fake_machine){ .host_per_second = 500 * 1000000 };
    got_count = stop_after = 0;
}

static void tear_down(void)
{
    host_loop_free(loop);
    loop = NULL;
}

static enum host_end run(void)
{
    return host_loop_run(loop, &fake_engine, &fake);
}

static void key(uint16_t code, bool down)
{
    host_loop_post(loop, &(struct host_message){ .kind = HOST_KEY, .code = code, .value = down });
}

START_TEST(a_limit_ends_the_run_at_exactly_that_time)
{
    start((struct host_loop_config){ .limit = 12345678901 });
    ck_assert_int_eq(run(), HOST_END_LIMIT);
    ck_assert_uint_eq(fake.now, 12345678901);
}
END_TEST

static char order[16];
static void fire_a(void *owner) { strcat(order, "a"); ck_assert_uint_eq(fake.now, *(tick_t *)owner); }
static void fire_b(void *owner) { strcat(order, "b"); ck_assert_uint_eq(fake.now, *(tick_t *)owner); }
static void fire_c(void *owner) { strcat(order, "c"); ck_assert_uint_eq(fake.now, *(tick_t *)owner); }

START_TEST(timers_fire_at_their_exact_time_in_order_of_arming)
{
    tick_t early = 3333333, late = 77777777777;
    order[0] = 0;
    start((struct host_loop_config){ .limit = 2 * late, .percent = _i ? HOST_SPEED_REAL : HOST_SPEED_MAX });
    struct host_timer a = { .fire = fire_a, .owner = &late }, b = { .fire = fire_b, .owner = &late },
        c = { .fire = fire_c, .owner = &early };
    struct host_timer gone = { .fire = fire_a, .owner = &early };
    host_loop_at(loop, &a, late);
    host_loop_at(loop, &gone, early);
    host_loop_at(loop, &b, early);
    host_loop_at(loop, &b, late);
    host_loop_at(loop, &c, early);
    host_loop_cancel(loop, &gone);
    ck_assert_int_eq(run(), HOST_END_LIMIT);
    ck_assert_str_eq(order, "cab");
}
END_TEST

static tick_t looked_at[16];
static int looks;
static tick_t next_look(void *owner) { return looks < 3 ? *(tick_t *)owner * (tick_t)(looks + 1) : TICK_NEVER; }
static void look(void *owner)
{
    if (fake.now >= next_look(owner))
        looked_at[looks++] = fake.now;
}

START_TEST(an_observer_looks_at_its_exact_times_between_pieces_of_a_run)
{
    tick_t every = 777777777, early = 3333333;
    looks = 0;
    order[0] = 0;
    start((struct host_loop_config){ .limit = 10 * every, .percent = _i ? HOST_SPEED_REAL : HOST_SPEED_MAX });
    struct host_timer timer = { .fire = fire_a, .owner = &early };
    struct host_observer observer = { .next = next_look, .look = look, .owner = &every };
    host_loop_at(loop, &timer, early);
    host_loop_add_observer(loop, &observer);
    ck_assert_int_eq(run(), HOST_END_LIMIT);
    ck_assert_uint_eq(fake.now, 10 * every);
    ck_assert_int_eq(looks, 3);
    for (int i = 0; i < looks; i++)
        ck_assert_uint_eq(looked_at[i], every * (tick_t)(i + 1));
    ck_assert_str_eq(order, "a");
    host_loop_remove_observer(loop, &observer);
    host_loop_remove_observer(loop, &observer);
}
END_TEST

START_TEST(a_paced_machine_takes_as_long_as_it_says)
{
    start((struct host_loop_config){ .percent = 50, .limit = 100 * TICKS_PER_MS });
    ck_assert_int_eq(run(), HOST_END_LIMIT);
    /* 200 ms, give or take the millisecond that it may be ahead */
    ck_assert_uint_ge(fake.host_ns, 198 * ms);
    ck_assert_uint_le(fake.host_ns, 202 * ms);
}
END_TEST

START_TEST(a_paced_idle_machine_sleeps_instead_of_spinning)
{
    fake.wakes = fake.naps = 50 * TICKS_PER_MS;
    start((struct host_loop_config){ .percent = 100, .limit = TICKS_PER_SECOND });
    ck_assert_int_eq(run(), HOST_END_LIMIT);
    ck_assert_uint_ge(fake.host_ns, 999 * ms);
    ck_assert_uint_le(fake.host_ns, 1001 * ms);
    ck_assert_int_le(fake.polls, 60);
}
END_TEST

START_TEST(a_slow_host_slips_and_the_machine_does_not_race_afterwards)
{
    fake.host_per_second = 4ull * 1000000000;    /* four times slower than real time */
    start((struct host_loop_config){ .percent = 100, .limit = 2 * TICKS_PER_SECOND });
    ck_assert_int_eq(run(), HOST_END_LIMIT);
    uint64_t slow = fake.host_ns;
    ck_assert_uint_ge(slow, 7900 * ms);
    host_loop_free(loop);

    fake.host_per_second = 1000000;               /* now fast: at most half a second may be caught up */
    start((struct host_loop_config){ .percent = 100, .limit = 4 * TICKS_PER_SECOND });
    ck_assert_int_eq(run(), HOST_END_LIMIT);
    ck_assert_uint_ge(fake.host_ns - slow, 1490 * ms);
}
END_TEST

START_TEST(slices_stay_short_on_a_slow_host)
{
    fake.host_per_second = 40ull * 1000000000;    /* a virtual millisecond takes 40 ms */
    start((struct host_loop_config){ .limit = 20 * TICKS_PER_MS });
    ck_assert_int_eq(run(), HOST_END_LIMIT);
    ck_assert_int_ge(fake.runs, 800 / 8);         /* 800 ms in slices of at most about 5 ms */
}
END_TEST

static int64_t press_a_key_after_3_5_ms(struct fake_machine *f, int64_t timeout_ns)
{
    (void)timeout_ns;
    f->asleep = NULL;
    key(30, true);
    return 3500000;
}

START_TEST(an_input_is_stamped_with_the_time_at_which_it_came)
{
    fake.wakes = TICK_NEVER;
    fake.asleep = press_a_key_after_3_5_ms;
    stop_after = 2;
    start((struct host_loop_config){ .percent = 200 });
    ck_assert_int_eq(run(), HOST_END_USER);
    ck_assert_uint_eq(got[0].at, 7 * TICKS_PER_MS);
    ck_assert_uint_eq(got[0].event.code, 30);
    ck_assert_int_eq(got[1].event.kind, INPUT_SYNC);
}
END_TEST

START_TEST(inputs_keep_their_order_and_only_neighbouring_movements_are_merged)
{
    start((struct host_loop_config){ .limit = TICKS_PER_MS });
    for (int i = 0; i < 100; i++)
        host_loop_post(loop, &(struct host_message){ .kind = HOST_POINTER, .x = i, .y = 2 * i });
    key(0x110, true);
    host_loop_post(loop, &(struct host_message){ .kind = HOST_POINTER, .x = 500, .y = 600 });
    key(0x110, false);
    key(30, true);
    ck_assert_int_eq(run(), HOST_END_LIMIT);
    const struct input_event expected[] = {
        { INPUT_ABS, 0, 99 }, { INPUT_ABS, 1, 198 }, { INPUT_SYNC, 0, 0 }, { INPUT_KEY, 0x110, 1 }, { INPUT_SYNC, 0, 0 },
        { INPUT_ABS, 0, 500 }, { INPUT_ABS, 1, 600 }, { INPUT_SYNC, 0, 0 }, { INPUT_KEY, 0x110, 0 }, { INPUT_SYNC, 0, 0 },
        { INPUT_KEY, 30, 1 }, { INPUT_SYNC, 0, 0 },
    };
    ck_assert_int_eq(got_count, ARRAY_SIZE(expected));
    for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
        ck_assert_int_eq(got[i].event.kind, expected[i].kind);
        ck_assert_int_eq(got[i].event.code, expected[i].code);
        ck_assert_int_eq(got[i].event.value, expected[i].value);
    }
}
END_TEST

START_TEST(full_speed_skips_idle_time)
{
    fake.wakes = fake.naps = TICKS_PER_SECOND;
    start((struct host_loop_config){ .limit = 3600 * TICKS_PER_SECOND });
    ck_assert_int_eq(run(), HOST_END_LIMIT);
    ck_assert_uint_eq(fake.host_ns, 0);
}
END_TEST

static bool is_true(void *owner)
{
    (void)owner;
    return true;
}

START_TEST(full_speed_spends_idle_time_while_something_of_the_host_is_awaited)
{
    fake.wakes = fake.naps = TICKS_PER_SECOND;
    start((struct host_loop_config){ .limit = 10 * TICKS_PER_SECOND });
    struct host_poller poller = { .busy = is_true };
    host_loop_add_poller(loop, &poller);
    ck_assert_int_eq(run(), HOST_END_LIMIT);
    ck_assert_uint_eq(fake.host_ns, 10000 * ms);
}
END_TEST

START_TEST(full_speed_does_not_wait_for_the_host_while_the_guest_has_work)
{
    fake.host_per_second = 1000000;
    start((struct host_loop_config){ .limit = 10 * TICKS_PER_SECOND });
    struct host_poller poller = { .busy = is_true };
    host_loop_add_poller(loop, &poller);
    ck_assert_int_eq(run(), HOST_END_LIMIT);
    ck_assert_uint_le(fake.host_ns, 100 * ms);
}
END_TEST

static int stalls_left;
static bool stalls(void *owner)
{
    (void)owner;
    return stalls_left > 0;
}
static void less_stalled(void *owner, const struct host_poll *poll)
{
    (void)owner, (void)poll;
    if (stalls_left > 0 && --stalls_left == 0)
        ck_assert_int_eq(fake.runs, 0);
}
static int64_t forever(struct fake_machine *f, int64_t timeout_ns)
{
    (void)f;
    ck_assert_int_eq(timeout_ns, -1);
    f->asleep = NULL;
    return 0;
}

START_TEST(the_machine_waits_while_the_host_takes_no_output)
{
    stalls_left = 1;
    fake.asleep = forever;
    start((struct host_loop_config){ .limit = TICKS_PER_MS });
    struct host_poller poller = { .stalled = stalls, .after_poll = less_stalled };
    host_loop_add_poller(loop, &poller);
    ck_assert_int_eq(run(), HOST_END_LIMIT);
    ck_assert_ptr_null(fake.asleep);
}
END_TEST

static struct host_fd readers[2];
static void read_one(void *owner, short revents)
{
    struct host_fd *fd = owner;
    ck_assert(revents & POLLIN);
    strcat(order, fd == &readers[0] ? "0" : "1");
    for (int i = 0; i < 2; i++)
        host_loop_remove_fd(loop, &readers[i]);
}

START_TEST(a_callback_may_remove_other_descriptors)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], "x", 1), 1);
    order[0] = 0;
    start((struct host_loop_config){ .limit = TICKS_PER_MS });
    for (int i = 0; i < 2; i++) {
        readers[i] = (struct host_fd){ .fd = ends[0], .events = POLLIN, .ready = read_one, .owner = &readers[i] };
        host_loop_add_fd(loop, &readers[i]);
    }
    ck_assert_int_eq(run(), HOST_END_LIMIT);
    ck_assert_uint_eq(strlen(order), 1);
}
END_TEST

START_TEST(what_the_machine_does_ends_the_run_or_not)
{
    const struct { enum machine_stop stops; bool no_reboot; enum host_end end; int resets; } cases[] = {
        { MACHINE_POWER_OFF, false, HOST_END_POWER_OFF, 0 }, { MACHINE_RESET, false, HOST_END_LIMIT, 1 },
        { MACHINE_RESET, true, HOST_END_RESET, 0 },          { MACHINE_HALTED, false, HOST_END_HALTED, 0 },
    };
    fake.stops = cases[_i].stops;
    fake.stops_at = 123456;
    start((struct host_loop_config){ .limit = TICKS_PER_MS, .no_reboot = cases[_i].no_reboot });
    ck_assert_int_eq(run(), cases[_i].end);
    ck_assert_int_eq(fake.resets, cases[_i].resets);
    ck_assert_uint_eq(host_loop_now(loop), cases[_i].end == HOST_END_LIMIT ? TICKS_PER_MS : 123456);
}
END_TEST

static int64_t close_the_window(struct fake_machine *f, int64_t timeout_ns)
{
    (void)f;
    ck_assert_int_eq(timeout_ns, -1);
    host_loop_stop(loop, HOST_END_USER);
    return 0;
}

START_TEST(a_halted_guest_keeps_its_window_until_the_user_closes_it)
{
    fake.stops = MACHINE_HALTED;
    fake.stops_at = 123456;
    fake.asleep = NULL;
    start((struct host_loop_config){ .percent = 100, .stay_when_halted = true });
    fake.asleep = close_the_window;
    ck_assert_int_eq(run(), HOST_END_USER);
}
END_TEST

static void *press_from_outside(void *unused)
{
    (void)unused;
    key(57, true);
    return NULL;
}

static void switch_off(void *owner)
{
    host_loop_set_timing(loop, TIMING_OFF);
    *(tick_t *)owner = fake.now;
}

/* Through the inbox, as the window's key does, and by a timer, as scripts do. */
START_TEST(time_keeping_is_toggled_between_off_and_what_it_was)
{
    tick_t switched = 0;
    fake.timing = _i ? TIMING_REFERENCE : TIMING_OFF;
    start((struct host_loop_config){ .limit = 2 * TICKS_PER_SECOND });
    struct host_timer timer = { .fire = switch_off, .owner = &switched };
    host_loop_at(loop, &timer, TICKS_PER_SECOND + 1);
    ck_assert_int_eq(host_loop_timing(loop), TIMING_OFF);     /* there is no machine yet */
    host_loop_set_timing(loop, TIMING_ON);
    host_loop_post(loop, &(struct host_message){ .kind = HOST_TIMING });
    if (_i)
        host_loop_post(loop, &(struct host_message){ .kind = HOST_TIMING });
    run();
    ck_assert_uint_eq(switched, TICKS_PER_SECOND + 1);
    ck_assert_int_eq(fake.timing, TIMING_OFF);
    ck_assert_int_eq(fake.timing_switches, _i ? 3 : 2);
    host_loop_free(loop);
    fake.timing_switches = 0;
    start((struct host_loop_config){ .limit = 4 * TICKS_PER_SECOND });
    fake.timing = TIMING_REFERENCE;
    host_loop_post(loop, &(struct host_message){ .kind = HOST_TIMING });
    host_loop_post(loop, &(struct host_message){ .kind = HOST_TIMING });
    run();
    ck_assert_int_eq(fake.timing, TIMING_REFERENCE);
    ck_assert_int_eq(fake.timing_switches, 2);
}
END_TEST

START_TEST(another_thread_wakes_a_sleeping_loop)
{
    pthread_t thread;
    fake.wakes = TICK_NEVER;
    stop_after = 2;
    loop = host_loop_new(&(struct host_loop_config){ .percent = 100, .limit = TICK_NEVER }, &host_time_real, NULL);
    host_loop_connect(loop, &(struct host_loop_ports){ .inputs = { &keyboard } });
    ck_assert_int_eq(pthread_create(&thread, NULL, press_from_outside, NULL), 0);
    ck_assert_int_eq(run(), HOST_END_USER);
    pthread_join(thread, NULL);
    ck_assert_uint_eq(got[0].event.code, 57);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("loop");
    TCase *t = tcase_create("loop");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, a_limit_ends_the_run_at_exactly_that_time);
    tcase_add_loop_test(t, timers_fire_at_their_exact_time_in_order_of_arming, 0, 2);
    tcase_add_loop_test(t, an_observer_looks_at_its_exact_times_between_pieces_of_a_run, 0, 2);
    tcase_add_test(t, a_paced_machine_takes_as_long_as_it_says);
    tcase_add_test(t, a_paced_idle_machine_sleeps_instead_of_spinning);
    tcase_add_test(t, a_slow_host_slips_and_the_machine_does_not_race_afterwards);
    tcase_add_test(t, slices_stay_short_on_a_slow_host);
    tcase_add_test(t, an_input_is_stamped_with_the_time_at_which_it_came);
    tcase_add_test(t, inputs_keep_their_order_and_only_neighbouring_movements_are_merged);
    tcase_add_test(t, full_speed_skips_idle_time);
    tcase_add_test(t, full_speed_spends_idle_time_while_something_of_the_host_is_awaited);
    tcase_add_test(t, full_speed_does_not_wait_for_the_host_while_the_guest_has_work);
    tcase_add_test(t, the_machine_waits_while_the_host_takes_no_output);
    tcase_add_test(t, a_callback_may_remove_other_descriptors);
    tcase_add_loop_test(t, what_the_machine_does_ends_the_run_or_not, 0, 4);
    tcase_add_test(t, a_halted_guest_keeps_its_window_until_the_user_closes_it);
    tcase_add_loop_test(t, time_keeping_is_toggled_between_off_and_what_it_was, 0, 2);
    tcase_add_test(t, another_thread_wakes_a_sleeping_loop);
    suite_add_tcase(s, t);
    return s;
}
