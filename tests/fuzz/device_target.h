/* SPDX-License-Identifier: MIT */
/* A device on a board, attacked by a hostile guest and a host that is no better: see device_target.c. */
#ifndef TESTS_FUZZ_DEVICE_TARGET_H
#define TESTS_FUZZ_DEVICE_TARGET_H

#include "tests/fuzz/target.h"

void *device_target_open(const char *class_name);
uint64_t device_target_play(void *fuzzed, struct tape *tape);
void device_target_close(void *fuzzed);

/* A hash of what the last tapes left behind; see bench_hash. */
uint64_t device_target_hash(const void *fuzzed);

#endif
