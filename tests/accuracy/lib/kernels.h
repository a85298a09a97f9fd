/* SPDX-License-Identifier: MIT */
#ifndef TESTS_ACCURACY_LIB_KERNELS_H
#define TESTS_ACCURACY_LIB_KERNELS_H

#include <stdint.h>

#define KERNEL(name) void name##_kernel(uint64_t argument);
#include "tests/accuracy/lib/kernels.def"
#undef KERNEL

#endif
