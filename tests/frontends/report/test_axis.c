/* SPDX-License-Identifier: MIT */
/* Catches: steps that are not 1, 2 or 5; an axis that ends below its highest value; labels without enough digits; loops that never
   end for zero, tiny and huge numbers. */
#include <math.h>
#include <string.h>

#include "frontends/report/axis.h"
#include "tests/support/support.h"

static const char *label(const struct axis *axis, unsigned tick)
{
    static char text[32];
    axis_label(axis, tick * axis->step, text);
    return text;
}

START_TEST(steps_are_round_and_the_highest_value_fits)
{
    for (double most = 1e-9; most < 1e18; most *= 1.37) {
        struct axis axis = axis_values(most, 6);
        double mantissa = axis.step / pow(10, floor(log10(axis.step) + 1e-9));
        ck_assert_msg(fabs(mantissa - 1) < 1e-6 || fabs(mantissa - 2) < 1e-6 || fabs(mantissa - 5) < 1e-6, "%g", axis.step);
        ck_assert_double_ge(axis.to * (1 + 1e-9), most);
        ck_assert_double_lt(axis.to, most + 1.001 * axis.step);
        ck_assert_uint_ge(axis_ticks(&axis), 3);
        ck_assert_uint_le(axis_ticks(&axis), 8);
    }
}
END_TEST

START_TEST(neighbouring_labels_differ)
{
    for (double most = 1e-6; most < 1e6; most *= 1.7) {
        struct axis axis = axis_values(most, 6);
        char before[32];
        strcpy(before, label(&axis, 0));
        for (unsigned i = 1; i < axis_ticks(&axis); i++) {
            ck_assert_str_ne(label(&axis, i), before);
            strcpy(before, label(&axis, i));
        }
    }
}
END_TEST

START_TEST(times_have_units)
{
    struct axis axis = axis_seconds(3, 8);
    ck_assert_str_eq(axis.unit_name, "s");
    ck_assert_double_eq(axis.to, 3);
    ck_assert_str_eq(label(&axis, 1), "0.5");
    axis = axis_seconds(0.04, 8);
    ck_assert_str_eq(axis.unit_name, "ms");
    ck_assert_str_eq(label(&axis, 2), "10");
    axis = axis_seconds(0.0004, 8);
    ck_assert_str_eq(axis.unit_name, "µs");
    ck_assert_str_eq(label(&axis, 2), "100");
}
END_TEST

START_TEST(strange_numbers_do_no_harm)
{
    static const double strange[] = { 0, -1, 1e-300, 1e300, NAN, INFINITY };
    for (size_t i = 0; i < ARRAY_SIZE(strange); i++) {
        struct axis values = axis_values(strange[i], 5), seconds = axis_seconds(strange[i], 5);
        ck_assert_uint_le(axis_ticks(&values), 50);
        ck_assert_uint_le(axis_ticks(&seconds), 50);
        ck_assert_uint_lt(strlen(label(&values, 1)), 32);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("axis");
    TCase *t = tcase_create("axis");
    tcase_add_test(t, steps_are_round_and_the_highest_value_fits);
    tcase_add_test(t, neighbouring_labels_differ);
    tcase_add_test(t, times_have_units);
    tcase_add_test(t, strange_numbers_do_no_harm);
    suite_add_tcase(s, t);
    return s;
}
