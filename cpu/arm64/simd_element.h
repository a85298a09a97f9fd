/* SPDX-License-Identifier: MIT */
/* Operations on a vector and one element of another (manual C4.1.96, "vector x indexed element"). */
#ifndef CPU_ARM64_SIMD_ELEMENT_H
#define CPU_ARM64_SIMD_ELEMENT_H

#include "cpu/arm64/simd_lanes.h"

/* Vm and the element in aux: halfwords have H:L:M as number and only V0..V15, words H:L. False: no such size. */
static inline bool decode_element_place(struct op *o, uint32_t insn)
{
    unsigned h = bit(insn, 11), l = bit(insn, 21), m = bit(insn, 20);
    switch (bits(insn, 23, 22)) {
    case 1:
        o->aux = (uint8_t)(h << 2 | l << 1 | m);
        o->rm &= 15;
        return true;
    case 2:
        o->aux = (uint8_t)(h << 1 | l);
        return true;
    default:
        return false;
    }
}

static inline bool decode_element(struct op *o, uint32_t insn, arrangements handlers)
{
    return decode_arrangement(o, insn, handlers) && decode_element_place(o, insn);
}

#endif
