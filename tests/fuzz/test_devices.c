/* SPDX-License-Identifier: MIT */
/* Catches: a guest, or what comes in at a port, that crashes or hangs a device, makes it touch memory that nobody spoke of, or
   leaves it in a state that a reset does not undo. A million actions for each class of devices/classes.def (LONG=1: a hundred
   million), from seeds; `make fuzz` looks for what these do not find. */
#include <stdlib.h>

#include "devices/classes.h"
#include "tests/fuzz/target.h"
#include "tests/support/support.h"

enum { ACTIONS = 1000000, LONG_FACTOR = 100 };

START_TEST(a_hostile_guest_cannot_harm_it)
{
    fuzz_seeds(fuzz_target_name((unsigned)_i), 1, getenv("LONG") ? (uint64_t)ACTIONS * LONG_FACTOR : ACTIONS);
}
END_TEST

Suite *test_suite(void)
{
    int count = 0;
    while (fuzz_target_name((unsigned)count) && device_class_find(fuzz_target_name((unsigned)count)))
        count++;
    Suite *s = suite_create("fuzz devices");
    TCase *t = tcase_create("fuzz devices");
    tcase_set_timeout(t, getenv("LONG") ? 7200 : 300);
    tcase_add_loop_test(t, a_hostile_guest_cannot_harm_it, 0, count);
    suite_add_tcase(s, t);
    return s;
}
