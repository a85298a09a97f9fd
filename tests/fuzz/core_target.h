/* SPDX-License-Identifier: MIT */
/* A core that executes anything: see core_target.c. */
#ifndef TESTS_FUZZ_CORE_TARGET_H
#define TESTS_FUZZ_CORE_TARGET_H

#include "tests/fuzz/target.h"

void *core_target_open(const char *name);
uint64_t core_target_play(void *fuzzed, struct tape *tape);
void core_target_close(void *fuzzed);

#endif
