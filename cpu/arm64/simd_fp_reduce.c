/* SPDX-License-Identifier: MIT */
/* Pairwise and across lanes (manual C3.5.21, C3.5.22). */
#include "cpu/arm64/simd_fp.h"

#define SOFT(name, shape, op)                                                                                 \
    SIMD_FP_SOFT(name, shape, op)                                                                             \
    DECODE(name) { return simd_fp_decode(o, insn, name##_soft); }

SOFT(v_faddp, pairwise, softfp_add)
SOFT(v_fmaxp, pairwise, softfp_max)
SOFT(v_fminp, pairwise, softfp_min)
SOFT(v_fmaxnmp, pairwise, softfp_max_number)
SOFT(v_fminnmp, pairwise, softfp_min_number)
SOFT(s_faddp, pair, softfp_add)
SOFT(s_fmaxp, pair, softfp_max)
SOFT(s_fminp, pair, softfp_min)
SOFT(s_fmaxnmp, pair, softfp_max_number)
SOFT(s_fminnmp, pair, softfp_min_number)
SOFT(v_fmaxv, reduce, softfp_max)
SOFT(v_fminv, reduce, softfp_min)
SOFT(v_fmaxnmv, reduce, softfp_max_number)
SOFT(v_fminnmv, reduce, softfp_min_number)
