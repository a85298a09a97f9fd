/* SPDX-License-Identifier: MIT */
/* Catches: Ctrl-A keys that reach the guest, typing that does not, time stamps in the middle of lines. */
#include <string.h>

#include "frontends/host/mux.h"
#include "tests/support/support.h"

START_TEST(what_is_typed_is_the_guests_except_after_ctrl_a)
{
    struct mux mux = { 0 };
    for (int byte = 0; byte < 256; byte++)
        if (byte != 1)
            ck_assert_int_eq(mux_key(&mux, (uint8_t)byte), MUX_FORWARD);
    const struct { char key; enum mux_action action; } keys[] = {
        { 'x', MUX_QUIT }, { 'X', MUX_QUIT }, { 'h', MUX_HELP }, { 'c', MUX_MONITOR }, { 's', MUX_SAVE }, { 'b', MUX_BREAK },
        { 'p', MUX_POWER }, { 't', MUX_TIMESTAMPS }, { 'T', MUX_TIMING }, { 1, MUX_FORWARD }, { 'q', MUX_SWALLOW },
    };
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        ck_assert_int_eq(mux_key(&mux, 1), MUX_SWALLOW);
        ck_assert_int_eq(mux_key(&mux, (uint8_t)keys[i].key), keys[i].action);
        ck_assert_int_eq(mux_key(&mux, 'x'), MUX_FORWARD);
    }
}
END_TEST

START_TEST(every_key_that_does_not_work_here_says_so)
{
    struct mux mux = { 0 };
    const enum mux_action actions[] = { MUX_HELP, MUX_MONITOR, MUX_SAVE, MUX_BREAK, MUX_TIMESTAMPS };
    for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
        ck_assert_ptr_nonnull(mux_message(&mux, actions[i]));
    ck_assert_ptr_null(mux_message(&mux, MUX_FORWARD));
    ck_assert_ptr_null(mux_message(&mux, MUX_SWALLOW));
    ck_assert_ptr_null(mux_message(&mux, MUX_QUIT));
    ck_assert_ptr_null(mux_message(&mux, MUX_TIMING));    /* the mode is not known here */
}
END_TEST

static char out[256];
static void emit(void *to, const void *data, size_t length)
{
    (void)to;
    strncat(out, data, length);
}

START_TEST(time_stamps_begin_lines_and_nothing_else)
{
    struct mux mux = { 0 };
    out[0] = 0;
    mux_output(&mux, 0, (const uint8_t *)"a\nb", 3, emit, NULL);
    ck_assert_str_eq(out, "a\nb");
    mux_key(&mux, 1);
    mux_key(&mux, 't');
    mux_output(&mux, 1500000 * TICKS_PER_US, (const uint8_t *)"c\r\nd\n", 5, emit, NULL);
    mux_output(&mux, 2 * TICKS_PER_SECOND, (const uint8_t *)"e", 1, emit, NULL);
    mux_output(&mux, 3 * TICKS_PER_SECOND, (const uint8_t *)"f\n", 2, emit, NULL);
    ck_assert_str_eq(out, "a\nbc\r\n[    1.500000] d\n[    2.000000] ef\n");
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("mux");
    TCase *t = tcase_create("mux");
    tcase_add_test(t, what_is_typed_is_the_guests_except_after_ctrl_a);
    tcase_add_test(t, every_key_that_does_not_work_here_says_so);
    tcase_add_test(t, time_stamps_begin_lines_and_nothing_else);
    suite_add_tcase(s, t);
    return s;
}
