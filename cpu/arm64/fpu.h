/* SPDX-License-Identifier: MIT */
/* What the floating-point files share: control and status bits, access to scalars, and softfp with the guest's mode. */
#ifndef CPU_ARM64_FPU_H
#define CPU_ARM64_FPU_H

#include "cpu/arm64/handler.h"
#include "cpu/softfp.h"

/* FPCR (manual C5.2). The Cortex-A53 has no trapped exceptions: their enables read as zero. */
enum { FPCR_RMODE_SHIFT = 22, FPCR_RMODE = 3 << FPCR_RMODE_SHIFT, FPCR_FZ = 1 << 24, FPCR_DN = 1 << 25, FPCR_AHP = 1 << 26 };

/* FPSR (manual C5.2). Exceptions are at the places of enum softfp_flag, and FPCR.RMode counts as the first of enum
   softfp_rounding. */
enum { FPSR_IOC = 1 << 0, FPSR_DZC = 1 << 1, FPSR_OFC = 1 << 2, FPSR_UFC = 1 << 3, FPSR_IXC = 1 << 4, FPSR_IDC = 1 << 7 };

HOT_INLINE struct softfp_mode fpu_mode(const struct arm64 *c, enum softfp_format format)
{
    return (struct softfp_mode){
        .format = (uint8_t)format,
        .rounding = c->fpcr >> FPCR_RMODE_SHIFT & 3,
        .flushes = c->fpcr & FPCR_FZ,
        .default_nan = c->fpcr & FPCR_DN,
    };
}

/* For instructions that name their rounding. */
HOT_INLINE struct softfp_mode fpu_mode_rounding(const struct arm64 *c, enum softfp_format format, enum softfp_rounding rounding)
{
    struct softfp_mode mode = fpu_mode(c, format);
    mode.rounding = (uint8_t)rounding;
    return mode;
}

/* Half precision is what FPCR.AHP says. */
HOT_INLINE enum softfp_format fpu_half(const struct arm64 *c)
{
    return c->fpcr & FPCR_AHP ? SOFTFP_HALF_ALTERNATIVE : SOFTFP_HALF;
}

/* The value of a result, after its exceptions have been noted. */
HOT_INLINE uint64_t fpu_take(struct arm64 *c, struct softfp_result r)
{
    c->fpsr |= r.flags;
    return r.value;
}

/* Scalars are in lane 0; writing one clears the rest of the register. */
HOT_INLINE uint16_t fpu_half_in(const struct arm64 *c, unsigned v) { return c->v[v].h[LANE_H(0)]; }
HOT_INLINE uint32_t fpu_single_in(const struct arm64 *c, unsigned v) { return c->v[v].s[LANE_S(0)]; }
HOT_INLINE uint64_t fpu_double_in(const struct arm64 *c, unsigned v) { return c->v[v].d[0]; }

HOT_INLINE void fpu_set(struct arm64 *c, unsigned v, uint64_t value)
{
    c->v[v].d[0] = value;
    c->v[v].d[1] = 0;
}

#define N_S fpu_single_in(c, o->rn)
#define M_S fpu_single_in(c, o->rm)
#define A_S fpu_single_in(c, o->ra)
#define N_D fpu_double_in(c, o->rn)
#define M_D fpu_double_in(c, o->rm)
#define A_D fpu_double_in(c, o->ra)

#define SIGN_S 0x80000000u
#define SIGN_D 0x8000000000000000ull

/* Decodes what has up to four V registers at the usual places, and the size in bit 22. */
static inline bool fpu_decode(struct op *o, uint32_t insn, handler *single, handler *full)
{
    o->rd = RD;
    o->rn = RN;
    o->rm = RM;
    o->ra = RA;
    o->run = bit(insn, 22) ? full : single;
    return true;
}

/* Arm's own operations, on top of softfp (fpu_ops.c). */
softfp_binary fpu_negmul, fpu_mulx, fpu_abs_difference, fpu_recip_step, fpu_rsqrt_step;
softfp_unary fpu_recip_estimate, fpu_rsqrt_estimate, fpu_recip_exponent;
softfp_unary fpu_unsigned_recip_estimate, fpu_unsigned_rsqrt_estimate;   /* of 32-bit fractions */

#endif
