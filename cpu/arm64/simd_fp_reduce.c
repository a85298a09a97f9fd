/* SPDX-License-Identifier: MIT */
/* Pairwise and across lanes (manual C3.5). */
#include "cpu/arm64/simd_fp_host.h"

#define SOFT(name, shape, op)                                                                                 \
    SIMD_FP_SOFT(name, shape, op)                                                                             \
    DECODE(name) { return simd_fp_decode(o, insn, name##_soft); }

SOFT(v_fmaxp, pairwise, softfp_max)
SOFT(v_fminp, pairwise, softfp_min)
SOFT(v_fmaxnmp, pairwise, softfp_max_number)
SOFT(v_fminnmp, pairwise, softfp_min_number)
SOFT(s_fmaxp, pair, softfp_max)
SOFT(s_fminp, pair, softfp_min)
SOFT(s_fmaxnmp, pair, softfp_max_number)
SOFT(s_fminnmp, pair, softfp_min_number)
SOFT(v_fmaxv, reduce, softfp_max)
SOFT(v_fminv, reduce, softfp_min)
SOFT(v_fmaxnmv, reduce, softfp_max_number)
SOFT(v_fminnmv, reduce, softfp_min_number)

SIMD_FP_SOFT(v_faddp, pairwise, softfp_add)
SIMD_FP_SOFT(s_faddp, pair, softfp_add)

/* The sums of neighbours; the places are the host's of the guest's lanes. */
HOT_INLINE lanes_s add_neighbours_s(lanes_s n, lanes_s m)
{
    enum { P0 = LANE_S(2 * LANE_S(0)), P1 = LANE_S(2 * LANE_S(1)), P2 = LANE_S(2 * LANE_S(2)), P3 = LANE_S(2 * LANE_S(3)) };
    return __builtin_shufflevector(n, m, P0, P1, P2, P3) + __builtin_shufflevector(n, m, P0 ^ 1, P1 ^ 1, P2 ^ 1, P3 ^ 1);
}

HOT_INLINE lanes_d add_neighbours_d(lanes_d n, lanes_d m)
{
    return (lanes_d){ n[0], m[0] } + (lanes_d){ n[1], m[1] };
}

SIMD_FP_SHAPE(v_faddp, 4s, s, add_neighbours_s(n, m), load_4s(&c->v[o->rm]), host_rounds, sum, values)
SIMD_FP_SHAPE(v_faddp, 2d, d, add_neighbours_d(n, m), load_2d(&c->v[o->rm]), host_rounds, sum, values)

HANDLER(v_faddp_2s)
{
    lanes_s both = (lanes_s)(lanes_u64){ N_D, M_D }, r = add_neighbours_s(both, both);
    if (unlikely(!host_rounds(c) || !all_2s(finite_s(r))))
        TAIL(v_faddp_soft);
    store_2s(&c->v[o->rd], r);
    NEXT;
}

SIMD_FP_DECODE(v_faddp, v_faddp)

HANDLER(s_faddp_s)
{
    struct host_result r = host_add_s(host_rounds(c), c->v[o->rn].s[0], c->v[o->rn].s[1]);
    if (unlikely(!r.is_proven))
        TAIL(s_faddp_soft);
    fpu_set(c, o->rd, r.bits);
    NEXT;
}

HANDLER(s_faddp_d)
{
    struct host_result r = host_add_d(host_rounds(c), c->v[o->rn].d[0], c->v[o->rn].d[1]);
    if (unlikely(!r.is_proven))
        TAIL(s_faddp_soft);
    fpu_set(c, o->rd, r.bits);
    NEXT;
}

DECODE(s_faddp) { return fpu_decode(o, insn, s_faddp_s, s_faddp_d); }
