/* SPDX-License-Identifier: MIT */
/* FMLA and FMLS: Vd plus or minus the product, rounded once, vector and by element. Hosts without the instruction go to
   softfp. */
#include "cpu/arm64/fpu_fma.h"
#include "cpu/arm64/simd_fp_host.h"

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

HOT_INLINE lanes_s fused_s(lanes_s n, lanes_s m, lanes_s d)
{
    return (lanes_s){
        __builtin_fmaf(n[0], m[0], d[0]), __builtin_fmaf(n[1], m[1], d[1]),
        __builtin_fmaf(n[2], m[2], d[2]), __builtin_fmaf(n[3], m[3], d[3])
    };
}

HOT_INLINE lanes_d fused_d(lanes_d n, lanes_d m, lanes_d d)
{
    return (lanes_d){ __builtin_fma(n[0], m[0], d[0]), __builtin_fma(n[1], m[1], d[1]) };
}

HOT_INLINE lanes_s plus_s(lanes_s v) { return v; }
HOT_INLINE lanes_d plus_d(lanes_d v) { return v; }
HOT_INLINE lanes_s minus_s(lanes_s v) { return -v; }
HOT_INLINE lanes_d minus_d(lanes_d v) { return -v; }

#define FUSED(name, arrangement, size, sign, m_lanes)                                                         \
    HANDLER_AS(FMA_TARGET COLD, name##_##arrangement##_slow)                                                  \
    {                                                                                                         \
        lanes_##size n = load_##arrangement(&c->v[o->rn]), m = m_lanes, d = load_##arrangement(&c->v[o->rd]); \
        lanes_##size r = fused_##size(sign##_##size(n), m, d);                                                \
        if (!host_flushes(c) || !all_##arrangement(product_##size(n, m, r) & values_##size(n, m, r) & plain_##size(d))) \
            TAIL(name##_soft);                                                                                \
        store_##arrangement(&c->v[o->rd], r);                                                                 \
        NEXT;                                                                                                 \
    }                                                                                                         \
    HANDLER_AS(FMA_TARGET, name##_##arrangement)                                                              \
    {                                                                                                         \
        lanes_##size n = load_##arrangement(&c->v[o->rn]), m = m_lanes, d = load_##arrangement(&c->v[o->rd]); \
        lanes_##size r = fused_##size(sign##_##size(n), m, d);                                                \
        if (unlikely(!host_rounds(c) || !all_##arrangement(product_##size(n, m, r))))                         \
            TAIL(name##_##arrangement##_slow);                                                                \
        store_##arrangement(&c->v[o->rd], r);                                                                 \
        NEXT;                                                                                                 \
    }

#define MULADD(name, sign)                                                                                    \
    FUSED(name, 2s, s, sign, load_2s(&c->v[o->rm]))                                                           \
    FUSED(name, 4s, s, sign, load_4s(&c->v[o->rm]))                                                           \
    FUSED(name, 2d, d, sign, load_2d(&c->v[o->rm]))                                                           \
    FUSED(name##_element, 2s, s, sign, splat_s(&c->v[o->rm], o->sh))                                          \
    FUSED(name##_element, 4s, s, sign, splat_s(&c->v[o->rm], o->sh))                                          \
    FUSED(name##_element, 2d, d, sign, splat_d(&c->v[o->rm], o->sh))                                          \
    HANDLER_AS(FMA_TARGET, name##_element_s)                                                                  \
    {                                                                                                         \
        uint32_t n = host_bits_s((sign##_s((lanes_s){ host_single(N_S) }))[0]);                               \
        struct host_result r = host_muladd_s(host_rounds(c), n, c->v[o->rm].s[LANE_S(o->sh)], fpu_single_in(c, o->rd));    \
        if (unlikely(!r.is_proven))                                                                           \
            TAIL(name##_element_soft);                                                                        \
        fpu_set(c, o->rd, r.bits);                                                                            \
        NEXT;                                                                                                 \
    }                                                                                                         \
    HANDLER_AS(FMA_TARGET, name##_element_d)                                                                  \
    {                                                                                                         \
        uint64_t n = host_bits_d((sign##_d((lanes_d){ host_double(N_D) }))[0]);                               \
        struct host_result r = host_muladd_d(host_rounds(c), n, c->v[o->rm].d[o->sh], fpu_double_in(c, o->rd));            \
        if (unlikely(!r.is_proven))                                                                           \
            TAIL(name##_element_soft);                                                                        \
        fpu_set(c, o->rd, r.bits);                                                                            \
        NEXT;                                                                                                 \
    }                                                                                                         \
    DECODE(v_##name)                                                                                          \
    {                                                                                                         \
        if (!host_has_fma())                                                                                  \
            return simd_fp_decode(o, insn, name##_soft);                                                      \
        return simd_fp_decode_arrangement(o, insn, name##_2s, name##_4s, name##_2d);                          \
    }                                                                                                         \
    DECODE(v_##name##_element)                                                                                \
    {                                                                                                         \
        if (!simd_fp_decode_element(o, insn))                                                                 \
            return false;                                                                                     \
        if (!host_has_fma())                                                                                  \
            return simd_fp_decode(o, insn, name##_element_soft);                                              \
        return simd_fp_decode_arrangement(o, insn, name##_element_2s, name##_element_4s, name##_element_2d);  \
    }                                                                                                         \
    DECODE(s_##name##_element)                                                                                \
    {                                                                                                         \
        if (!simd_fp_decode_element(o, insn))                                                                 \
            return false;                                                                                     \
        if (!host_has_fma())                                                                                  \
            return simd_fp_decode(o, insn, name##_element_soft);                                              \
        return fpu_decode(o, insn, name##_element_s, name##_element_d);                                       \
    }

MULADD(fmla, plus)
MULADD(fmls, minus)
