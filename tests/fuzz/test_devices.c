/* SPDX-License-Identifier: MIT */
/* Catches: a guest, or what comes in at a port, that crashes or hangs a device, makes it touch memory that nobody spoke of, or
   leaves it in a state that a reset does not undo. A million actions for each class of devices/classes.def (LONG=1: a hundred
   million), from seeds; `make fuzz` looks for what these do not find. */
#include "devices/classes.h"
#include "tests/fuzz/target.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

enum { ACTIONS = 1000000, LONG_FACTOR = 100 };

START_TEST(a_hostile_guest_cannot_harm_it)
{
    fuzz_seeds(fuzz_target_name((unsigned)_i), 1, trials(ACTIONS, LONG_FACTOR));
}
END_TEST

Suite *test_suite(void)
{
    int count = 0;
    while (fuzz_target_name((unsigned)count) && device_class_find(fuzz_target_name((unsigned)count)))
        count++;
    Suite *s = suite_create("fuzz devices");
    TCase *t = tcase_create("fuzz devices");
    tcase_set_timeout(t, trials_limit(300, 7200));
    tcase_add_loop_test(t, a_hostile_guest_cannot_harm_it, 0, count);
    suite_add_tcase(s, t);
    return s;
}
