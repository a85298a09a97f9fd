/* SPDX-License-Identifier: MIT */
/* The immh:immb field of shifts by an immediate: the leading one says the lane size, what follows the amount. */
#ifndef CPU_ARM64_SIMD_SHIFT_H
#define CPU_ARM64_SIMD_SHIFT_H

#include "cpu/arm64/simd_lanes.h"

/* log2 of the lane's bytes; of the narrow lane where two sizes are involved. */
static inline unsigned shift_size(uint32_t insn)
{
    return 31 - (unsigned)__builtin_clz((uint32_t)bits(insn, 22, 19));
}

/* 1 to the lane's width. */
static inline uint8_t shift_right(uint32_t insn)
{
    return (uint8_t)((16u << shift_size(insn)) - bits(insn, 22, 16));
}

/* 0 to the lane's width - 1. */
static inline uint8_t shift_left(uint32_t insn)
{
    return (uint8_t)(bits(insn, 22, 16) - (8u << shift_size(insn)));
}

#endif
