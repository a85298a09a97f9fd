/* SPDX-License-Identifier: MIT */
/* How many random trials a test makes: more where hours are to be spent, fewer where the host is slow. */
#ifndef TESTS_SUPPORT_TRIALS_H
#define TESTS_SUPPORT_TRIALS_H

#include <stdbool.h>
#include <stdint.h>

/* `count` in make check, `factor` times as many with LONG=1 (make check-long), and ORRERY_TRIALS percent of that, but one at
   least, with ORRERY_TRIALS=n (tests/hosts, where an emulator runs the test). */
uint64_t trials(uint64_t count, unsigned factor);

/* Of rows that are otherwise all tried: is row `index` one of the ORRERY_TRIALS percent? They are spread evenly. */
bool trials_include(unsigned index);

/* Seconds that Check gives them. */
double trials_limit(double usual, double with_long);

#endif
