/* SPDX-License-Identifier: MIT */
/* Catches: wrong speeds, titles that forget what the user must know, guest names that overflow. */
#include <string.h>

#include "frontends/sdl/title.h"
#include "tests/support/support.h"

static char text[TITLE_MAX];
static const struct bridge_speed before = { 1000, 5 * TICKS_PER_SECOND, 7000000000, TIMING_ON, { 0 } };
static const struct bridge_speed after = { 300001000, 5 * TICKS_PER_SECOND + TICKS_PER_SECOND / 4, 7500000000, TIMING_ON, { 0 } };

static void put(const struct title *title, const struct bridge_speed *now)
{
    struct title_speed speed = title_speed_between(&before, now, HOST_SPEED_MAX);
    title_text(text, title, &speed);
}

START_TEST(it_tells_the_speed_between_two_samples)
{
    put(&(struct title){ .guest = "linux" }, &after);
    ck_assert_str_eq(text, "linux - Orrery - 600 MIPS, 50 % of real time");
    struct bridge_speed off = after;
    off.timing = TIMING_OFF;
    put(&(struct title){ .guest = "linux" }, &off);
    ck_assert_str_eq(text, "linux - Orrery - 600 MIPS, 50 % of real time, timing off");
    put(&(struct title){ .guest = "linux", .shows_console = true }, &before);
    ck_assert_str_eq(text, "linux (serial console) - Orrery - 0 MIPS, 0 % of real time");
}
END_TEST

/* These samples are at half of real time. */
START_TEST(a_host_that_does_not_keep_up_is_said_to_be_slow)
{
    struct title_speed speed = title_speed_between(&before, &after, 100);
    ck_assert(speed.is_slow);
    title_text(text, &(struct title){ .guest = "g" }, &speed);
    ck_assert_str_eq(text, "g - Orrery - HOST TOO SLOW: 50 % of real time, 600 MIPS");
    ck_assert(title_speed_between(&before, &after, 53).is_slow);
    ck_assert(!title_speed_between(&before, &after, 52).is_slow);            /* nearly there */
    ck_assert(!title_speed_between(&before, &after, 50).is_slow);
    ck_assert(!title_speed_between(&before, &after, HOST_SPEED_MAX).is_slow);
    ck_assert(!title_speed_between(&(struct bridge_speed){ 0 }, &after, 100).is_slow);   /* the first sample is none */
    ck_assert(!title_speed_between(&after, &after, 100).is_slow);
}
END_TEST

START_TEST(it_tells_what_the_user_must_know)
{
    put(&(struct title){ .guest = "g", .notice = "saved a.png" }, &after);
    ck_assert_str_eq(text, "g - Orrery - saved a.png");
    put(&(struct title){ .guest = "g", .notice = "saved a.png", .is_powering_off = true }, &after);
    ck_assert_str_eq(text, "g - Orrery - powering off; close again to stop");
    put(&(struct title){ .guest = "g", .is_grabbed = true }, &after);
    ck_assert_ptr_nonnull(strstr(text, "Ctrl-Alt-G"));
}
END_TEST

START_TEST(long_names_are_cut)
{
    char name[1000];
    memset(name, 'x', sizeof name);
    name[999] = 0;
    struct title title = { .guest = name, .notice = name, .is_grabbed = true, .shows_console = true };
    put(&title, &after);
    ck_assert_uint_lt(strlen(text), TITLE_MAX);
    ck_assert_ptr_nonnull(strstr(text, "Orrery"));
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("title");
    TCase *t = tcase_create("title");
    tcase_add_test(t, it_tells_the_speed_between_two_samples);
    tcase_add_test(t, a_host_that_does_not_keep_up_is_said_to_be_slow);
    tcase_add_test(t, it_tells_what_the_user_must_know);
    tcase_add_test(t, long_names_are_cut);
    suite_add_tcase(s, t);
    return s;
}
