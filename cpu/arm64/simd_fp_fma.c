/* SPDX-License-Identifier: MIT */
/* FMLA and FMLS: Vd plus or minus the product, rounded once, vector and by element. */
#include "cpu/arm64/simd_fp.h"

COLD static void muladd(struct arm64 *c, const struct op *o, int element, bool subtracts)
{
    enum softfp_format format = simd_fp_format(o->insn);
    uint64_t sign = !subtracts ? 0 : format == SOFTFP_DOUBLE ? SIGN_D : SIGN_S;
    union vreg n = c->v[o->rn], m = c->v[o->rm], d = c->v[o->rd], r = { { 0 } };
    for (unsigned i = 0; i < simd_fp_lanes(o->insn); i++) {
        uint64_t a = simd_fp_lane(&n, format, i) ^ sign, b = simd_fp_lane(&m, format, element < 0 ? i : (unsigned)element);
        uint64_t addend = simd_fp_lane(&d, format, i);
        simd_fp_set_lane(&r, format, i, fpu_take(c, softfp_muladd(fpu_mode(c, format), a, b, addend, 0)));
    }
    c->v[o->rd] = r;
}

COLD_HANDLER(fmla_soft) { muladd(c, o, -1, false); NEXT; }
COLD_HANDLER(fmls_soft) { muladd(c, o, -1, true); NEXT; }
COLD_HANDLER(fmla_element_soft) { muladd(c, o, o->sh, false); NEXT; }
COLD_HANDLER(fmls_element_soft) { muladd(c, o, o->sh, true); NEXT; }

DECODE(v_fmla) { return simd_fp_decode(o, insn, fmla_soft); }
DECODE(v_fmls) { return simd_fp_decode(o, insn, fmls_soft); }
DECODE(v_fmla_element) { return simd_fp_decode(o, insn, fmla_element_soft) && simd_fp_decode_element(o, insn); }
DECODE(v_fmls_element) { return simd_fp_decode(o, insn, fmls_element_soft) && simd_fp_decode_element(o, insn); }
DECODE(s_fmla_element) { return simd_fp_decode(o, insn, fmla_element_soft) && simd_fp_decode_element(o, insn); }
DECODE(s_fmls_element) { return simd_fp_decode(o, insn, fmls_element_soft) && simd_fp_decode_element(o, insn); }
