/* SPDX-License-Identifier: MIT */
/* Catches: wrong speeds, titles that forget what the user must know, guest names that overflow. */
#include <string.h>

#include "frontends/sdl/title.h"
#include "tests/support/support.h"

static char text[TITLE_MAX];
static const struct bridge_speed before = { 1000, 5 * TICKS_PER_SECOND, 7000000000, TIMING_ON };
static const struct bridge_speed after = { 300001000, 5 * TICKS_PER_SECOND + TICKS_PER_SECOND / 4, 7500000000, TIMING_ON };

START_TEST(it_tells_the_speed_between_two_samples)
{
    title_text(text, &(struct title){ .guest = "linux" }, &before, &after);
    ck_assert_str_eq(text, "linux - Orrery - 600 MIPS, 50 % of real time");
    struct bridge_speed off = after;
    off.timing = TIMING_OFF;
    title_text(text, &(struct title){ .guest = "linux" }, &before, &off);
    ck_assert_str_eq(text, "linux - Orrery - 600 MIPS, 50 % of real time, timing off");
    title_text(text, &(struct title){ .guest = "linux", .shows_console = true }, &before, &before);
    ck_assert_str_eq(text, "linux (serial console) - Orrery - 0 MIPS, 0 % of real time");
}
END_TEST

START_TEST(it_tells_what_the_user_must_know)
{
    title_text(text, &(struct title){ .guest = "g", .notice = "saved a.png" }, &before, &after);
    ck_assert_str_eq(text, "g - Orrery - saved a.png");
    title_text(text, &(struct title){ .guest = "g", .notice = "saved a.png", .is_powering_off = true }, &before, &after);
    ck_assert_str_eq(text, "g - Orrery - powering off; close again to stop");
    title_text(text, &(struct title){ .guest = "g", .is_grabbed = true }, &before, &after);
    ck_assert_ptr_nonnull(strstr(text, "Ctrl-Alt-G"));
}
END_TEST

START_TEST(long_names_are_cut)
{
    char name[1000];
    memset(name, 'x', sizeof name);
    name[999] = 0;
    struct title title = { .guest = name, .notice = name, .is_grabbed = true, .shows_console = true };
    title_text(text, &title, &before, &after);
    ck_assert_uint_lt(strlen(text), TITLE_MAX);
    ck_assert_ptr_nonnull(strstr(text, "Orrery"));
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("title");
    TCase *t = tcase_create("title");
    tcase_add_test(t, it_tells_the_speed_between_two_samples);
    tcase_add_test(t, it_tells_what_the_user_must_know);
    tcase_add_test(t, long_names_are_cut);
    suite_add_tcase(s, t);
    return s;
}
