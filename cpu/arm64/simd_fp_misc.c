/* SPDX-License-Identifier: MIT */
/* Advanced SIMD on one register: signs, roots, estimates, rounding to integral values (manual C3.5). */
#include "cpu/arm64/fpu_integral.h"
#include "cpu/arm64/simd_fp_host.h"

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

HOT_INLINE lanes_s root_s(lanes_s n)
{
    return (lanes_s){ __builtin_sqrtf(n[0]), __builtin_sqrtf(n[1]), __builtin_sqrtf(n[2]), __builtin_sqrtf(n[3]) };
}

HOT_INLINE lanes_d root_d(lanes_d n) { return (lanes_d){ __builtin_sqrt(n[0]), __builtin_sqrt(n[1]) }; }

SIMD_FP_SOFT(v_fsqrt, unary, softfp_sqrt)
SIMD_FP_UNARY(v_fsqrt, root, host_rounds, sum, values)
SIMD_FP_DECODE(v_fsqrt, v_fsqrt)

HOT_INLINE mask_s has_fraction_s(lanes_s n) { return abs_s(n) < (float)HOST_INTEGRAL_LIMIT; }
HOT_INLINE mask_d has_fraction_d(lanes_d n) { return abs_d(n) < HOST_INTEGRAL_LIMIT; }

/* The usual roundings; by FPCR they are the host's own. */
#define ROUND(name, op, direction, mode, soft)                                                                \
    HOT_INLINE lanes_s op##_s(lanes_s n)                                                                      \
    {                                                                                                         \
        lanes_s r = n;                                                                                        \
        for (int i = 0; i < 4; i++)                                                                           \
            r[i] = (float)host_integral((double)n[i], direction);                                             \
        return r;                                                                                             \
    }                                                                                                         \
    HOT_INLINE lanes_d op##_d(lanes_d n)                                                                      \
    {                                                                                                         \
        return (lanes_d){ host_integral(n[0], direction), host_integral(n[1], direction) };                   \
    }                                                                                                         \
    SIMD_FP_SOFT(name, unary, soft)                                                                           \
    SIMD_FP_CHECKED(name, op, mode, has_fraction)                                                             \
    SIMD_FP_DECODE(name, name)

ROUND(v_frintn, integral_nearest, SOFTFP_NEAREST, host_keeps_denormals, round_nearest)
ROUND(v_frintp, integral_up, SOFTFP_UP, host_keeps_denormals, round_up)
ROUND(v_frintm, integral_down, SOFTFP_DOWN, host_keeps_denormals, round_down)
ROUND(v_frintz, integral_zero, SOFTFP_ZERO, host_keeps_denormals, round_zero)
ROUND(v_frinta, integral_away, SOFTFP_AWAY, host_keeps_denormals, round_away)
ROUND(v_frintx, integral_exact, SOFTFP_NEAREST, host_rounds, round_exact)
ROUND(v_frinti, integral_by_mode, SOFTFP_NEAREST, host_rounds, round_by_mode)

#define SOFT(name, op)                                                                                        \
    SIMD_FP_SOFT(name, unary, op)                                                                             \
    DECODE(name) { return simd_fp_decode(o, insn, name##_soft); }

SOFT(v_frecpe, fpu_recip_estimate)
SOFT(v_frsqrte, fpu_rsqrt_estimate)
SOFT(s_frecpe, fpu_recip_estimate)
SOFT(s_frsqrte, fpu_rsqrt_estimate)
SOFT(s_frecpx, fpu_recip_exponent)
SOFT(v_urecpe, fpu_unsigned_recip_estimate)
SOFT(v_ursqrte, fpu_unsigned_rsqrt_estimate)
