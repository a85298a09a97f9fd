/* SPDX-License-Identifier: MIT */
/* Disk images that anybody made: see image_target.c. */
#ifndef TESTS_FUZZ_IMAGE_TARGET_H
#define TESTS_FUZZ_IMAGE_TARGET_H

#include "tests/fuzz/target.h"

void *image_target_open(const char *name);
uint64_t image_target_play(void *fuzzed, struct tape *tape);
void image_target_close(void *fuzzed);

#endif
