/* SPDX-License-Identifier: MIT */
/* What a machine is started with: see file_target.c. */
#ifndef TESTS_FUZZ_FILE_TARGET_H
#define TESTS_FUZZ_FILE_TARGET_H

#include "tests/fuzz/target.h"

/* The targets "kernel", "tree" and "initrd". */
void *file_target_open(const char *name);
uint64_t file_target_play(void *fuzzed, struct tape *tape);
void file_target_close(void *fuzzed);

#endif
