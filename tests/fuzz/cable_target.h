/* SPDX-License-Identifier: MIT */
/* What a guest sends to its network: see cable_target.c. */
#ifndef TESTS_FUZZ_CABLE_TARGET_H
#define TESTS_FUZZ_CABLE_TARGET_H

#include "tests/fuzz/target.h"

void *cable_target_open(const char *name);
uint64_t cable_target_play(void *fuzzed, struct tape *tape);
void cable_target_close(void *fuzzed);

#endif
