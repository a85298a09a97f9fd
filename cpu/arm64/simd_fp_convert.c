/* SPDX-License-Identifier: MIT */
/* Conversions within the V registers (manual C3.5.18, C3.5.23): to and from integers and fixed point, longer and narrower formats. */
#include "cpu/arm64/simd_fp.h"

enum { UNSIGNED = 0, SIGNED = 1 };

/* o->sh are the fraction bits. */
COLD static void to_int(struct arm64 *c, const struct op *o, enum softfp_rounding rounding, bool is_signed)
{
    enum softfp_format format = simd_fp_format(o->insn);
    struct softfp_mode mode = fpu_mode_rounding(c, format, rounding);
    unsigned width = format == SOFTFP_DOUBLE ? 64 : 32;
    union vreg n = c->v[o->rn], r = { { 0 } };
    for (unsigned i = 0; i < simd_fp_lanes(o->insn); i++)
        simd_fp_set_lane(&r, format, i, fpu_take(c, softfp_to_int(mode, simd_fp_lane(&n, format, i), o->sh, width, is_signed)));
    c->v[o->rd] = r;
}

COLD static void from_int(struct arm64 *c, const struct op *o, bool is_signed)
{
    enum softfp_format format = simd_fp_format(o->insn);
    union vreg n = c->v[o->rn], r = { { 0 } };
    for (unsigned i = 0; i < simd_fp_lanes(o->insn); i++) {
        uint64_t v = simd_fp_lane(&n, format, i);
        if (is_signed && format == SOFTFP_SINGLE)
            v = (uint64_t)(int32_t)v;
        simd_fp_set_lane(&r, format, i, fpu_take(c, softfp_from_int(fpu_mode(c, format), v, o->sh, is_signed)));
    }
    c->v[o->rd] = r;
}

/* One handler serves vectors and scalars. */
#define TO_INT(name, rounding, is_signed)                                                                     \
    COLD_HANDLER(name##_soft) { to_int(c, o, rounding, is_signed); NEXT; }                                    \
    DECODE(v_##name) { return simd_fp_decode(o, insn, name##_soft); }                                         \
    DECODE(s_##name) { return simd_fp_decode(o, insn, name##_soft); }

TO_INT(fcvtns, SOFTFP_NEAREST, SIGNED)
TO_INT(fcvtnu, SOFTFP_NEAREST, UNSIGNED)
TO_INT(fcvtps, SOFTFP_UP, SIGNED)
TO_INT(fcvtpu, SOFTFP_UP, UNSIGNED)
TO_INT(fcvtms, SOFTFP_DOWN, SIGNED)
TO_INT(fcvtmu, SOFTFP_DOWN, UNSIGNED)
TO_INT(fcvtzs, SOFTFP_ZERO, SIGNED)
TO_INT(fcvtzu, SOFTFP_ZERO, UNSIGNED)
TO_INT(fcvtas, SOFTFP_AWAY, SIGNED)
TO_INT(fcvtau, SOFTFP_AWAY, UNSIGNED)

#define FROM_INT(name, is_signed)                                                                             \
    COLD_HANDLER(name##_soft) { from_int(c, o, is_signed); NEXT; }                                            \
    DECODE(v_##name) { return simd_fp_decode(o, insn, name##_soft); }                                         \
    DECODE(s_##name) { return simd_fp_decode(o, insn, name##_soft); }

FROM_INT(scvtf, SIGNED)
FROM_INT(ucvtf, UNSIGNED)

/* immh:immb is 128 less the fraction bits, or 64 less them for singles. */
static bool decode_fixed(struct op *o, uint32_t insn, handler *run)
{
    o->sh = (uint8_t)((bit(insn, 22) ? 128 : 64) - bits(insn, 22, 16));
    return simd_fp_decode(o, insn, run);
}

#define FIXED(name)                                                                                           \
    DECODE(v_##name##_fixed_s) { return decode_fixed(o, insn, name##_soft); }                                 \
    DECODE(v_##name##_fixed_d) { return decode_fixed(o, insn, name##_soft); }                                 \
    DECODE(s_##name##_fixed_s) { return decode_fixed(o, insn, name##_soft); }                                 \
    DECODE(s_##name##_fixed_d) { return decode_fixed(o, insn, name##_soft); }
FIXED(fcvtzs)
FIXED(fcvtzu)
FIXED(scvtf)
FIXED(ucvtf)

/* FCVTL and FCVTN: bit 22 set between single and double, clear between half and single; Q is the upper half of the narrower side. */
struct width_change {
    enum softfp_format narrow, wide;
    unsigned lanes, first;       /* first lane of the narrow half in use */
};

static struct width_change width_change(const struct arm64 *c, uint32_t insn)
{
    unsigned upper = bit(insn, 30);
    if (bit(insn, 22))
        return (struct width_change){ SOFTFP_SINGLE, SOFTFP_DOUBLE, 2, 2 * upper };
    return (struct width_change){ fpu_half(c), SOFTFP_SINGLE, 4, 4 * upper };
}

COLD static void widen(struct arm64 *c, const struct op *o)
{
    struct width_change w = width_change(c, o->insn);
    union vreg n = c->v[o->rn], r = { { 0 } };
    for (unsigned i = 0; i < w.lanes; i++) {
        uint64_t v = simd_fp_lane(&n, w.narrow, w.first + i);
        simd_fp_set_lane(&r, w.wide, i, fpu_take(c, softfp_convert(fpu_mode(c, w.wide), w.narrow, v)));
    }
    c->v[o->rd] = r;
}

COLD static void narrow(struct arm64 *c, const struct op *o, bool to_odd)
{
    struct width_change w = width_change(c, o->insn);
    struct softfp_mode mode = fpu_mode(c, w.narrow);
    union vreg n = c->v[o->rn], r = { { 0 } };
    if (to_odd)
        mode.rounding = SOFTFP_ODD;
    if (w.first)
        r.d[0] = c->v[o->rd].d[0];
    for (unsigned i = 0; i < w.lanes; i++)
        simd_fp_set_lane(&r, w.narrow, w.first + i, fpu_take(c, softfp_convert(mode, w.wide, simd_fp_lane(&n, w.wide, i))));
    c->v[o->rd] = r;
}

COLD_HANDLER(fcvtl_soft) { widen(c, o); NEXT; }
COLD_HANDLER(fcvtn_soft) { narrow(c, o, false); NEXT; }
COLD_HANDLER(fcvtxn_soft) { narrow(c, o, true); NEXT; }

COLD_HANDLER(s_fcvtxn_soft)
{
    struct softfp_mode mode = fpu_mode_rounding(c, SOFTFP_SINGLE, SOFTFP_ODD);
    fpu_set(c, o->rd, fpu_take(c, softfp_convert(mode, SOFTFP_DOUBLE, N_D)));
    NEXT;
}

/* Every combination of size and Q is allocated. */
static bool decode_width_change(struct op *o, uint32_t insn, handler *run)
{
    simd_fp_decode(o, insn, run);
    return true;
}

DECODE(v_fcvtl) { return decode_width_change(o, insn, fcvtl_soft); }
DECODE(v_fcvtn) { return decode_width_change(o, insn, fcvtn_soft); }
DECODE(v_fcvtxn) { return decode_width_change(o, insn, fcvtxn_soft); }
DECODE(s_fcvtxn) { return decode_width_change(o, insn, s_fcvtxn_soft); }
