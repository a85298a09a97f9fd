/* SPDX-License-Identifier: MIT */
/* Advanced SIMD arithmetic on two registers, vector and scalar, and by element (manual C3.5.14, C3.5.16, C3.5.17). */
#include "cpu/arm64/simd_fp.h"

#define SOFT(name, shape, op)                                                                                 \
    SIMD_FP_SOFT(name, shape, op)                                                                             \
    DECODE(name) { return simd_fp_decode(o, insn, name##_soft); }

#define SOFT_ELEMENT(name, op)                                                                                \
    SIMD_FP_SOFT(name, by_element, op)                                                                        \
    DECODE(name) { return simd_fp_decode(o, insn, name##_soft) && simd_fp_decode_element(o, insn); }

SOFT(v_fadd, binary, softfp_add)
SOFT(v_fsub, binary, softfp_sub)
SOFT(v_fmul, binary, softfp_mul)
SOFT(v_fdiv, binary, softfp_div)
SOFT(v_fmax, binary, softfp_max)
SOFT(v_fmin, binary, softfp_min)
SOFT(v_fmaxnm, binary, softfp_max_number)
SOFT(v_fminnm, binary, softfp_min_number)
SOFT(v_fmulx, binary, fpu_mulx)
SOFT(v_fabd, binary, fpu_abs_difference)
SOFT(v_frecps, binary, fpu_recip_step)
SOFT(v_frsqrts, binary, fpu_rsqrt_step)
SOFT(s_fmulx, binary, fpu_mulx)
SOFT(s_fabd, binary, fpu_abs_difference)
SOFT(s_frecps, binary, fpu_recip_step)
SOFT(s_frsqrts, binary, fpu_rsqrt_step)
SOFT_ELEMENT(v_fmul_element, softfp_mul)
SOFT_ELEMENT(v_fmulx_element, fpu_mulx)
SOFT_ELEMENT(s_fmul_element, softfp_mul)
SOFT_ELEMENT(s_fmulx_element, fpu_mulx)
