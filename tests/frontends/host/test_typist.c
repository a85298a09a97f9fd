/* SPDX-License-Identifier: MIT */
/* Catches: typed text whose keys run into each other, get lost in a guest that is slow to take them, or stay down; a stop that does
   not stop; times that depend on the host. */
#include "frontends/host/typist.h"
#include "tests/support/fake_machine.h"
#include "tests/support/support.h"

enum { STEP = 8, SHIFT = 42, ALTGR = 100, EVENTS = 64 };

static struct fake_machine fake;
static struct host_loop *loop;
static struct typist *typist;
static struct { tick_t at; uint16_t code; int32_t value; } got[EVENTS];
static int got_count;
static bool is_busy;

static void take_event(void *device, const struct input_event *event)
{
    (void)device;
    if (event->kind != INPUT_KEY)
        return;
    ck_assert_int_lt(got_count, EVENTS);
    got[got_count].at = fake.now;
    got[got_count].code = event->code;
    got[got_count++].value = event->value;
}

static bool is_taken(void *device)
{
    (void)device;
    return !is_busy;
}

static struct input keyboard = { .event = take_event, .taken = is_taken, .wants_keys = true };

static void set_up(void)
{
    fake = (struct fake_machine){ .host_per_second = 1000000 };
    got_count = 0;
    is_busy = false;
}

static void start(unsigned percent)
{
    struct host_time time = fake_time(&fake);
    loop = host_loop_new(&(struct host_loop_config){ .limit = TICKS_PER_SECOND, .percent = percent }, &time, NULL);
    typist = typist_new(loop);
    host_loop_connect(loop, &(struct host_loop_ports){ .inputs = { &keyboard }, .typist = typist });
}

static void tear_down(void)
{
    typist_free(typist);
    host_loop_free(loop);
}

static void run(void)
{
    ck_assert_int_eq(host_loop_run(loop, &fake_engine, &fake), HOST_END_LIMIT);
}

static void post(uint16_t code, uint8_t held)
{
    host_loop_post(loop, &(struct host_message){ .kind = HOST_TYPE, .code = code, .value = held });
}

static void expect(int i, unsigned step, uint16_t code, int32_t value)
{
    ck_assert_int_lt(i, got_count);
    ck_assert_uint_eq(got[i].code, code);
    ck_assert_int_eq(got[i].value, value);
    ck_assert_uint_eq(got[i].at - got[0].at, step * STEP * TICKS_PER_MS);
}

START_TEST(strokes_follow_one_another_with_what_is_held_around_them)
{
    start(_i ? HOST_SPEED_REAL : HOST_SPEED_MAX);
    post(30, 0);
    post(3, LAYOUT_SHIFT);
    post(16, LAYOUT_ALTGR);
    run();
    static const struct { unsigned step; uint16_t code; int32_t value; } wanted[] = {
        { 0, 30, 1 }, { 1, 30, 0 },
        { 2, SHIFT, 1 }, { 2, 3, 1 }, { 3, 3, 0 }, { 3, SHIFT, 0 },
        { 4, ALTGR, 1 }, { 4, 16, 1 }, { 5, 16, 0 }, { 5, ALTGR, 0 },
    };
    ck_assert_int_eq(got_count, ARRAY_SIZE(wanted));
    for (int i = 0; i < got_count; i++)
        expect(i, wanted[i].step, wanted[i].code, wanted[i].value);
    ck_assert_uint_eq(typist_typed(typist), 3);
}
END_TEST

static struct host_timer timer;
static void become_free(void *owner) { (void)owner; is_busy = false; }
static void become_busy(void *owner) { (void)owner; is_busy = true; }
static void stop_typing(void *owner) { typist_stop(owner); }

START_TEST(a_guest_that_is_slow_to_take_keys_is_waited_for)
{
    start(HOST_SPEED_MAX);
    is_busy = true;
    timer = (struct host_timer){ .fire = become_free };
    host_loop_at(loop, &timer, 500 * TICKS_PER_MS);
    post(30, 0);
    post(31, 0);
    run();
    ck_assert_int_eq(got_count, 4);
    ck_assert_uint_ge(got[0].at, 500 * TICKS_PER_MS);
    ck_assert_uint_lt(got[0].at, (500 + 2 * STEP) * TICKS_PER_MS);
    expect(3, 3, 31, 0);
}
END_TEST

START_TEST(a_stop_forgets_the_rest_and_lets_keys_go)
{
    start(HOST_SPEED_MAX);
    timer = (struct host_timer){ .fire = become_busy };           /* with Shift and a key down */
    host_loop_at(loop, &timer, STEP / 2 * TICKS_PER_MS);
    for (int i = 0; i < 1000; i++)
        post(30, LAYOUT_SHIFT);
    static struct host_timer end;
    end = (struct host_timer){ .fire = stop_typing, .owner = typist };
    host_loop_at(loop, &end, 100 * TICKS_PER_MS);
    run();
    ck_assert_int_eq(got_count, 4);
    ck_assert(got[2].code == 30 && got[2].value == 0 && got[3].code == SHIFT && got[3].value == 0);
    ck_assert_uint_eq(got[2].at, 100 * TICKS_PER_MS);
    ck_assert_uint_eq(typist_typed(typist), 1000);
}
END_TEST

START_TEST(a_stop_by_message_is_obeyed_and_typing_can_begin_again)
{
    start(HOST_SPEED_MAX);
    post(30, 0);
    post(31, 0);
    post(0, 0);
    post(32, 0);
    run();
    ck_assert_int_eq(got_count, 2);
    ck_assert_uint_eq(got[0].code, 32);
    ck_assert_uint_eq(typist_typed(typist), 3);
}
END_TEST

START_TEST(without_a_keyboard_text_goes_nowhere)
{
    start(HOST_SPEED_MAX);
    host_loop_connect(loop, &(struct host_loop_ports){ .typist = typist });
    post(30, 0);
    run();
    ck_assert_int_eq(got_count, 0);
    ck_assert_uint_eq(typist_typed(typist), 1);
    typist_free(NULL);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("typist");
    TCase *t = tcase_create("typist");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, strokes_follow_one_another_with_what_is_held_around_them, 0, 2);
    tcase_add_test(t, a_guest_that_is_slow_to_take_keys_is_waited_for);
    tcase_add_test(t, a_stop_forgets_the_rest_and_lets_keys_go);
    tcase_add_test(t, a_stop_by_message_is_obeyed_and_typing_can_begin_again);
    tcase_add_test(t, without_a_keyboard_text_goes_nowhere);
    suite_add_tcase(s, t);
    return s;
}
