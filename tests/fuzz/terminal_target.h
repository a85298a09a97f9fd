/* SPDX-License-Identifier: MIT */
/* Bytes that a guest writes to its serial line, to the terminal that the window shows. An action is a sequence. */
#ifndef TESTS_FUZZ_TERMINAL_TARGET_H
#define TESTS_FUZZ_TERMINAL_TARGET_H

#include "tests/fuzz/target.h"

void *terminal_target_open(const char *name);
uint64_t terminal_target_play(void *fuzzed, struct tape *tape);
void terminal_target_close(void *fuzzed);

#endif
