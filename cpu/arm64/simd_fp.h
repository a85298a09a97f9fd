/* SPDX-License-Identifier: MIT */
/* What the vector floating-point files share. Each instruction has a cold handler for every shape, lane by lane through softfp;
   the usual ones have hot handlers per arrangement (simd_fp_host.h) that fall back on it. */
#ifndef CPU_ARM64_SIMD_FP_H
#define CPU_ARM64_SIMD_FP_H

#include "cpu/arm64/fpu.h"

/* Bits 28, 30 and 22 of every instruction here, but for shifts and narrowing: scalar, 128 bits wide, double. */
static inline enum softfp_format simd_fp_format(uint32_t insn)
{
    return bit(insn, 22) ? SOFTFP_DOUBLE : SOFTFP_SINGLE;
}

static inline unsigned simd_fp_lanes(uint32_t insn)
{
    if (bit(insn, 28))
        return 1;
    return (bit(insn, 30) ? 4 : 2) >> bit(insn, 22);
}

static inline uint64_t simd_fp_lane(const union vreg *v, enum softfp_format format, unsigned i)
{
    return format == SOFTFP_DOUBLE ? v->d[i] : format == SOFTFP_SINGLE ? v->s[LANE_S(i)] : v->h[LANE_H(i)];
}

static inline void simd_fp_set_lane(union vreg *v, enum softfp_format format, unsigned i, uint64_t value)
{
    if (format == SOFTFP_DOUBLE)
        v->d[i] = value;
    else if (format == SOFTFP_SINGLE)
        v->s[LANE_S(i)] = (uint32_t)value;
    else
        v->h[LANE_H(i)] = (uint16_t)value;
}

/* Vd = op(Vn), op(Vn, Vm), op(Vn, Vm[o->sh]) in all lanes; adjacent lanes of Vn:Vm; one scalar from two lanes or all. */
void simd_fp_unary(struct arm64 *c, const struct op *o, softfp_unary *op);
void simd_fp_binary(struct arm64 *c, const struct op *o, softfp_binary *op);
void simd_fp_by_element(struct arm64 *c, const struct op *o, softfp_binary *op);
void simd_fp_pairwise(struct arm64 *c, const struct op *o, softfp_binary *op);
void simd_fp_pair(struct arm64 *c, const struct op *o, softfp_binary *op);
void simd_fp_reduce(struct arm64 *c, const struct op *o, softfp_binary *op);

/* Names the cold handler NAME_soft that does the instruction with softfp. */
#define SIMD_FP_SOFT(name, shape, op) COLD_HANDLER(name##_soft) { simd_fp_##shape(c, o, op); NEXT; }

/* The usual registers; 1D is no arrangement of vectors. */
bool simd_fp_decode(struct op *o, uint32_t insn, handler *run);

/* The same by arrangement. */
bool simd_fp_decode_arrangement(struct op *o, uint32_t insn, handler *run_2s, handler *run_4s, handler *run_2d);

/* By element: also the index, in o->sh. */
bool simd_fp_decode_element(struct op *o, uint32_t insn);

#endif
