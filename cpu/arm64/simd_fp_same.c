/* SPDX-License-Identifier: MIT */
/* Advanced SIMD arithmetic on two registers, vector and scalar, and by element (manual C3.5). */
#include "cpu/arm64/simd_fp_host.h"

HOT_INLINE lanes_s add_s(lanes_s n, lanes_s m) { return n + m; }
HOT_INLINE lanes_d add_d(lanes_d n, lanes_d m) { return n + m; }
HOT_INLINE lanes_s sub_s(lanes_s n, lanes_s m) { return n - m; }
HOT_INLINE lanes_d sub_d(lanes_d n, lanes_d m) { return n - m; }
HOT_INLINE lanes_s mul_s(lanes_s n, lanes_s m) { return n * m; }
HOT_INLINE lanes_d mul_d(lanes_d n, lanes_d m) { return n * m; }
HOT_INLINE lanes_s div_s(lanes_s n, lanes_s m) { return n / m; }
HOT_INLINE lanes_d div_d(lanes_d n, lanes_d m) { return n / m; }
HOT_INLINE lanes_s distance_s(lanes_s n, lanes_s m) { return abs_s(n - m); }
HOT_INLINE lanes_d distance_d(lanes_d n, lanes_d m) { return abs_d(n - m); }
HOT_INLINE lanes_s max_s(lanes_s n, lanes_s m) { mask_s t = n > m; return (lanes_s)((t & (mask_s)n) | (~t & (mask_s)m)); }
HOT_INLINE lanes_d max_d(lanes_d n, lanes_d m) { mask_d t = n > m; return (lanes_d)((t & (mask_d)n) | (~t & (mask_d)m)); }
HOT_INLINE lanes_s min_s(lanes_s n, lanes_s m) { mask_s t = n < m; return (lanes_s)((t & (mask_s)n) | (~t & (mask_s)m)); }
HOT_INLINE lanes_d min_d(lanes_d n, lanes_d m) { mask_d t = n < m; return (lanes_d)((t & (mask_d)n) | (~t & (mask_d)m)); }

#define BINARY(name, op, mode, proof, soft)                                                                   \
    SIMD_FP_SOFT(name, binary, soft)                                                                          \
    SIMD_FP_BINARY(name, op, mode, proof, values)                                                                     \
    SIMD_FP_DECODE(name, name)

BINARY(v_fadd, add, host_rounds, sum, softfp_add)
BINARY(v_fsub, sub, host_rounds, sum, softfp_sub)
BINARY(v_fabd, distance, host_rounds, sum, fpu_abs_difference)
BINARY(v_fmul, mul, host_rounds, product, softfp_mul)
BINARY(v_fmulx, mul, host_rounds, product, fpu_mulx)
BINARY(v_fdiv, div, host_rounds, quotient, softfp_div)
BINARY(v_fmax, max, host_keeps_denormals, choice, softfp_max)
BINARY(v_fmin, min, host_keeps_denormals, choice, softfp_min)
BINARY(v_fmaxnm, max, host_keeps_denormals, choice, softfp_max_number)
BINARY(v_fminnm, min, host_keeps_denormals, choice, softfp_min_number)

#define ELEMENT(name, soft)                                                                                   \
    SIMD_FP_SOFT(name, by_element, soft)                                                                      \
    SIMD_FP_ELEMENT(name, mul, host_rounds, product, values)                                                          \
    DECODE(name)                                                                                              \
    {                                                                                                         \
        return simd_fp_decode_element(o, insn) && simd_fp_decode_arrangement(o, insn, name##_2s, name##_4s, name##_2d); \
    }

ELEMENT(v_fmul_element, softfp_mul)
ELEMENT(v_fmulx_element, fpu_mulx)

/* ---- scalars ---- */

#define SOFT(name, op)                                                                                        \
    SIMD_FP_SOFT(name, binary, op)                                                                            \
    DECODE(name) { return simd_fp_decode(o, insn, name##_soft); }

SOFT(v_frecps, fpu_recip_step)
SOFT(v_frsqrts, fpu_rsqrt_step)
SOFT(s_fmulx, fpu_mulx)
SOFT(s_frecps, fpu_recip_step)
SOFT(s_frsqrts, fpu_rsqrt_step)

SIMD_FP_SOFT(s_fabd, binary, fpu_abs_difference)

HANDLER(s_fabd_s)
{
    struct host_result r = host_sub_s(host_rounds(c), N_S, M_S);
    if (unlikely(!r.is_proven))
        TAIL(s_fabd_soft);
    fpu_set(c, o->rd, r.bits & ~SIGN_S);
    NEXT;
}

HANDLER(s_fabd_d)
{
    struct host_result r = host_sub_d(host_rounds(c), N_D, M_D);
    if (unlikely(!r.is_proven))
        TAIL(s_fabd_soft);
    fpu_set(c, o->rd, r.bits & ~SIGN_D);
    NEXT;
}

DECODE(s_fabd) { return fpu_decode(o, insn, s_fabd_s, s_fabd_d); }

SIMD_FP_SOFT(s_fmul_element, by_element, softfp_mul)

HANDLER(s_fmul_element_s)
{
    struct host_result r = host_mul_s(host_rounds(c), N_S, c->v[o->rm].s[LANE_S(o->sh)]);
    if (unlikely(!r.is_proven))
        TAIL(s_fmul_element_soft);
    fpu_set(c, o->rd, r.bits);
    NEXT;
}

HANDLER(s_fmul_element_d)
{
    struct host_result r = host_mul_d(host_rounds(c), N_D, c->v[o->rm].d[o->sh]);
    if (unlikely(!r.is_proven))
        TAIL(s_fmul_element_soft);
    fpu_set(c, o->rd, r.bits);
    NEXT;
}

DECODE(s_fmul_element) { return simd_fp_decode_element(o, insn) && fpu_decode(o, insn, s_fmul_element_s, s_fmul_element_d); }

SIMD_FP_SOFT(s_fmulx_element, by_element, fpu_mulx)
DECODE(s_fmulx_element) { return simd_fp_decode_element(o, insn) && simd_fp_decode(o, insn, s_fmulx_element_soft); }
