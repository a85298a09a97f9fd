/* SPDX-License-Identifier: MIT */
/* Conversions within the V registers (manual C3.5): to and from integers and fixed point, longer and narrower formats. */
#include "cpu/arm64/simd_fp_host.h"

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
TO_INT(fcvtas, SOFTFP_AWAY, SIGNED)
TO_INT(fcvtau, SOFTFP_AWAY, UNSIGNED)

/* Truncation as C does it, of what fits, has handlers. */
HOT_INLINE mask_s fits_signed_s(lanes_s n) { return (n >= -0x1p31f) & (n < 0x1p31f); }
HOT_INLINE mask_d fits_signed_d(lanes_d n) { return (n >= -0x1p63) & (n < 0x1p63); }
HOT_INLINE mask_s fits_unsigned_s(lanes_s n) { return (n > -1) & (n < 0x1p32f); }
HOT_INLINE mask_d fits_unsigned_d(lanes_d n) { return (n > -1) & (n < 0x1p63); }

HOT_INLINE lanes_s truncate_signed_s(lanes_s n) { return (lanes_s)__builtin_convertvector(n, mask_s); }
HOT_INLINE lanes_d truncate_d(lanes_d n) { return (lanes_d)(mask_d){ (int64_t)n[0], (int64_t)n[1] }; }

HOT_INLINE lanes_s truncate_unsigned_s(lanes_s n)
{
    return (lanes_s)(lanes_u32){
        (uint32_t)(int64_t)n[0], (uint32_t)(int64_t)n[1], (uint32_t)(int64_t)n[2], (uint32_t)(int64_t)n[3]
    };
}

#define truncate_signed_d   truncate_d
#define truncate_unsigned_d truncate_d

#define TRUNCATE(name, sign, is_signed)                                                                       \
    COLD_HANDLER(name##_soft) { to_int(c, o, SOFTFP_ZERO, is_signed); NEXT; }                                 \
    SIMD_FP_CHECKED(name, truncate_##sign, host_converts, fits_##sign)                                        \
    SIMD_FP_DECODE(v_##name, name)                                                                            \
    HANDLER(name##_s)                                                                                         \
    {                                                                                                         \
        lanes_s n = { host_single(N_S) };                                                                     \
        if (unlikely(!host_converts(c) || !fits_##sign##_s(n)[0]))                                            \
            TAIL(name##_soft);                                                                                \
        fpu_set(c, o->rd, (uint32_t)(int64_t)n[0]);                                                           \
        NEXT;                                                                                                 \
    }                                                                                                         \
    HANDLER(name##_d)                                                                                         \
    {                                                                                                         \
        lanes_d n = { host_double(N_D) };                                                                     \
        if (unlikely(!host_converts(c) || !fits_##sign##_d(n)[0]))                                            \
            TAIL(name##_soft);                                                                                \
        fpu_set(c, o->rd, (uint64_t)(int64_t)n[0]);                                                           \
        NEXT;                                                                                                 \
    }                                                                                                         \
    DECODE(s_##name) { return fpu_decode(o, insn, name##_s, name##_d); }

TRUNCATE(fcvtzs, signed, SIGNED)
TRUNCATE(fcvtzu, unsigned, UNSIGNED)

/* ---- from integers ---- */

HOT_INLINE lanes_s from_signed_s(lanes_s n) { return __builtin_convertvector((mask_s)n, lanes_s); }
HOT_INLINE lanes_d from_signed_d(lanes_d n) { return (lanes_d){ (double)((mask_d)n)[0], (double)((mask_d)n)[1] }; }
HOT_INLINE lanes_d from_unsigned_d(lanes_d n) { return (lanes_d){ (double)((lanes_u64)n)[0], (double)((lanes_u64)n)[1] }; }

HOT_INLINE lanes_s from_unsigned_s(lanes_s n)
{
    lanes_u32 u = (lanes_u32)n;
    return (lanes_s){ (float)u[0], (float)u[1], (float)u[2], (float)u[3] };
}

/* Every integer will do. */
HOT_INLINE mask_s any_s(OP_UNUSED lanes_s n) { return (mask_s){ -1, -1, -1, -1 }; }
HOT_INLINE mask_d any_d(OP_UNUSED lanes_d n) { return (mask_d){ -1, -1 }; }

#define FROM_INT(name, sign, prefix, is_signed)                                                               \
    COLD_HANDLER(name##_soft) { from_int(c, o, is_signed); NEXT; }                                            \
    SIMD_FP_CHECKED(name, from_##sign, host_rounds, any)                                                      \
    SIMD_FP_DECODE(v_##name, name)                                                                            \
    HANDLER(name##_s)                                                                                         \
    {                                                                                                         \
        prefix##32_t n = (prefix##32_t)N_S;                                                                   \
        if (unlikely(!host_rounds(c) && !host_is_small_##sign((uint64_t)n, 1u << 24)))                        \
            TAIL(name##_soft);                                                                                \
        fpu_set(c, o->rd, host_bits_s((float)n));                                                             \
        NEXT;                                                                                                 \
    }                                                                                                         \
    HANDLER(name##_d)                                                                                         \
    {                                                                                                         \
        prefix##64_t n = (prefix##64_t)N_D;                                                                   \
        if (unlikely(!host_rounds(c) && !host_is_small_##sign((uint64_t)n, 1ull << 53)))                      \
            TAIL(name##_soft);                                                                                \
        fpu_set(c, o->rd, host_bits_d((double)n));                                                            \
        NEXT;                                                                                                 \
    }                                                                                                         \
    DECODE(s_##name) { return fpu_decode(o, insn, name##_s, name##_d); }

FROM_INT(scvtf, signed, int, SIGNED)
FROM_INT(ucvtf, unsigned, uint, UNSIGNED)

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

/* FCVTL and FCVTN: bit 22 set between single and double, clear between half and single; Q is the upper half of the narrower
   side. */
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

/* Between two singles and two doubles: the half of Vn to widen, the half of Vd to narrow to. */
HOT_INLINE const struct op *widen_2d(OP_ARGS, int half)
{
    uint32_t s0 = c->v[o->rn].s[LANE_S(2 * half)], s1 = c->v[o->rn].s[LANE_S(2 * half + 1)];
    lanes_d r = { (double)host_single(s0), (double)host_single(s1) };
    if (unlikely(!host_keeps_denormals(c) || !all_2d(r == r)))
        TAIL(fcvtl_soft);
    store_2d(&c->v[o->rd], r);
    NEXT;
}

HOT_INLINE const struct op *narrow_2d(OP_ARGS, int half)
{
    lanes_d n = load_2d(&c->v[o->rn]);
    struct host_result r0 = host_product_s(host_rounds(c), (float)n[0]), r1 = host_product_s(host_rounds(c), (float)n[1]);
    if (unlikely(!r0.is_proven || !r1.is_proven))
        TAIL(fcvtn_soft);
    c->v[o->rd].s[LANE_S(2 * half)] = (uint32_t)r0.bits;
    c->v[o->rd].s[LANE_S(2 * half + 1)] = (uint32_t)r1.bits;
    if (!half)
        c->v[o->rd].d[1] = 0;
    NEXT;
}

HANDLER(fcvtl_low) { return widen_2d(c, o, b, 0); }
HANDLER(fcvtl_high) { return widen_2d(c, o, b, 1); }
HANDLER(fcvtn_low) { return narrow_2d(c, o, b, 0); }
HANDLER(fcvtn_high) { return narrow_2d(c, o, b, 1); }

/* Every combination of size and Q is allocated. */
static bool decode_width_change(struct op *o, uint32_t insn, handler *run)
{
    simd_fp_decode(o, insn, run);
    return true;
}

DECODE(v_fcvtl) { return decode_width_change(o, insn, !bit(insn, 22) ? fcvtl_soft : bit(insn, 30) ? fcvtl_high : fcvtl_low); }
DECODE(v_fcvtn) { return decode_width_change(o, insn, !bit(insn, 22) ? fcvtn_soft : bit(insn, 30) ? fcvtn_high : fcvtn_low); }
DECODE(v_fcvtxn) { return decode_width_change(o, insn, fcvtxn_soft); }
DECODE(s_fcvtxn) { return decode_width_change(o, insn, s_fcvtxn_soft); }
