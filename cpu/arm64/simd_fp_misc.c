/* SPDX-License-Identifier: MIT */
/* Advanced SIMD on one register: signs, roots, estimates, rounding to integral values (manual C3.5.18 to C3.5.20). */
#include "cpu/arm64/simd_fp.h"

HANDLER(fabs_2s) { fpu_set(c, o->rd, c->v[o->rn].d[0] & ~0x8000000080000000); NEXT; }
HANDLER(fneg_2s) { fpu_set(c, o->rd, c->v[o->rn].d[0] ^ 0x8000000080000000); NEXT; }

#define BOTH_HALVES(name, operation)                                                                          \
    HANDLER(name)                                                                                             \
    {                                                                                                         \
        uint64_t low = c->v[o->rn].d[0], high = c->v[o->rn].d[1];                                             \
        c->v[o->rd].d[0] = low operation;                                                                     \
        c->v[o->rd].d[1] = high operation;                                                                    \
        NEXT;                                                                                                 \
    }
BOTH_HALVES(fabs_4s, & ~0x8000000080000000)
BOTH_HALVES(fneg_4s, ^ 0x8000000080000000)
BOTH_HALVES(fabs_2d, & ~SIGN_D)
BOTH_HALVES(fneg_2d, ^ SIGN_D)

DECODE(v_fabs) { return simd_fp_decode_arrangement(o, insn, fabs_2s, fabs_4s, fabs_2d); }
DECODE(v_fneg) { return simd_fp_decode_arrangement(o, insn, fneg_2s, fneg_4s, fneg_2d); }

static struct softfp_result rounded(struct softfp_mode mode, enum softfp_rounding rounding, uint64_t a)
{
    mode.rounding = (uint8_t)rounding;
    return softfp_round(mode, a, false);
}

static struct softfp_result round_nearest(struct softfp_mode mode, uint64_t a) { return rounded(mode, SOFTFP_NEAREST, a); }
static struct softfp_result round_up(struct softfp_mode mode, uint64_t a) { return rounded(mode, SOFTFP_UP, a); }
static struct softfp_result round_down(struct softfp_mode mode, uint64_t a) { return rounded(mode, SOFTFP_DOWN, a); }
static struct softfp_result round_zero(struct softfp_mode mode, uint64_t a) { return rounded(mode, SOFTFP_ZERO, a); }
static struct softfp_result round_away(struct softfp_mode mode, uint64_t a) { return rounded(mode, SOFTFP_AWAY, a); }
static struct softfp_result round_exact(struct softfp_mode mode, uint64_t a) { return softfp_round(mode, a, true); }
static struct softfp_result round_by_mode(struct softfp_mode mode, uint64_t a) { return softfp_round(mode, a, false); }

#define SOFT(name, op)                                                                                        \
    SIMD_FP_SOFT(name, unary, op)                                                                             \
    DECODE(name) { return simd_fp_decode(o, insn, name##_soft); }

SOFT(v_fsqrt, softfp_sqrt)
SOFT(v_frintn, round_nearest)
SOFT(v_frintp, round_up)
SOFT(v_frintm, round_down)
SOFT(v_frintz, round_zero)
SOFT(v_frinta, round_away)
SOFT(v_frintx, round_exact)
SOFT(v_frinti, round_by_mode)
SOFT(v_frecpe, fpu_recip_estimate)
SOFT(v_frsqrte, fpu_rsqrt_estimate)
SOFT(s_frecpe, fpu_recip_estimate)
SOFT(s_frsqrte, fpu_rsqrt_estimate)
SOFT(s_frecpx, fpu_recip_exponent)

/* URECPE, URSQRTE: of fractions; never doubles, by their pictures. */
static struct softfp_result unsigned_recip(struct softfp_mode mode, uint64_t a)
{
    (void)mode;
    return (struct softfp_result){ fpu_unsigned_recip_estimate((uint32_t)a), 0 };
}

static struct softfp_result unsigned_rsqrt(struct softfp_mode mode, uint64_t a)
{
    (void)mode;
    return (struct softfp_result){ fpu_unsigned_rsqrt_estimate((uint32_t)a), 0 };
}

SOFT(v_urecpe, unsigned_recip)
SOFT(v_ursqrte, unsigned_rsqrt)
