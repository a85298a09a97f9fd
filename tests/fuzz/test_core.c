/* SPDX-License-Identifier: MIT */
/* Catches: words that crash or hang the core, leave its state impossible, or let a guest out of its memory; a difference between
   the timing model and its reference in code that no compiler makes. From seeds (LONG=1: a hundred times as many). */
#include "tests/fuzz/target.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

enum { WORDS = 1000000, LONG_FACTOR = 100 };

START_TEST(any_words_run_without_harm)
{
    fuzz_seeds("core", 1, trials(WORDS, LONG_FACTOR));
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("fuzz core");
    TCase *t = tcase_create("fuzz core");
    tcase_set_timeout(t, trials_limit(300, 7200));
    tcase_add_test(t, any_words_run_without_harm);
    suite_add_tcase(s, t);
    return s;
}
