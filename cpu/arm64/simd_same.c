/* SPDX-License-Identifier: MIT */
/* Advanced SIMD three same (manual C4.1.6): element-wise integer operations on two registers, without saturation. */
#include "cpu/arm64/simd_lanes.h"

VECTOR_BHSD(add, uint, un + um)
DECODE_VECTOR(add)
