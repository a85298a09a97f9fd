/* SPDX-License-Identifier: MIT */
/* Catches: a guest's frames that harm libslirp or what stands before it; a guest's output that harms the terminal; kernels, device
   trees, initrds and disk images that harm whoever starts a machine with them; symbols, profiles and statistics that harm whoever
   reads them. From seeds (LONG=1: a hundred times as many). */
#include "tests/fuzz/target.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

enum { LONG_FACTOR = 100 };

static const struct { const char *name; uint64_t actions; } targets[] = {
    { "cable", 1000000 },
    { "kernel", 500 },
    { "tree", 300 },
    { "initrd", 50 },
    { "image", 100000 },
    { "symbols", 10000 },
    { "kallsyms", 2000 },
    { "lines", 10000 },
    { "stats", 500 },
    { "terminal", 500000 },
};

START_TEST(nothing_that_comes_in_harms_it)
{
    fuzz_seeds(targets[_i].name, 1, trials(targets[_i].actions, LONG_FACTOR));
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("fuzz others");
    TCase *t = tcase_create("fuzz others");
    tcase_set_timeout(t, trials_limit(300, 7200));
    tcase_add_loop_test(t, nothing_that_comes_in_harms_it, 0, ARRAY_SIZE(targets));
    suite_add_tcase(s, t);
    return s;
}
