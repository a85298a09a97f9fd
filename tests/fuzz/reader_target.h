/* SPDX-License-Identifier: MIT */
/* Files that tools read behind a run, or beside it: see reader_target.c. */
#ifndef TESTS_FUZZ_READER_TARGET_H
#define TESTS_FUZZ_READER_TARGET_H

#include "tests/fuzz/target.h"

void *reader_target_open(const char *name);
uint64_t reader_target_play(void *fuzzed, struct tape *tape);
void reader_target_close(void *fuzzed);

#endif
