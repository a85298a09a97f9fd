/* SPDX-License-Identifier: MIT */
#include "cpu/arm64/simd_fp.h"

void simd_fp_unary(struct arm64 *c, const struct op *o, softfp_unary *op)
{
    enum softfp_format format = simd_fp_format(o->insn);
    union vreg n = c->v[o->rn], r = { { 0 } };
    for (unsigned i = 0; i < simd_fp_lanes(o->insn); i++)
        simd_fp_set_lane(&r, format, i, fpu_take(c, op(fpu_mode(c, format), simd_fp_lane(&n, format, i))));
    c->v[o->rd] = r;
}

/* Lane i of n with lane i of m, or with one lane. */
static void binary(struct arm64 *c, const struct op *o, softfp_binary *op, int element)
{
    enum softfp_format format = simd_fp_format(o->insn);
    union vreg n = c->v[o->rn], m = c->v[o->rm], r = { { 0 } };
    for (unsigned i = 0; i < simd_fp_lanes(o->insn); i++) {
        uint64_t a = simd_fp_lane(&n, format, i), b = simd_fp_lane(&m, format, element < 0 ? i : (unsigned)element);
        simd_fp_set_lane(&r, format, i, fpu_take(c, op(fpu_mode(c, format), a, b)));
    }
    c->v[o->rd] = r;
}

void simd_fp_binary(struct arm64 *c, const struct op *o, softfp_binary *op)
{
    binary(c, o, op, -1);
}

void simd_fp_by_element(struct arm64 *c, const struct op *o, softfp_binary *op)
{
    binary(c, o, op, o->sh);
}

void simd_fp_pairwise(struct arm64 *c, const struct op *o, softfp_binary *op)
{
    enum softfp_format format = simd_fp_format(o->insn);
    unsigned lanes = simd_fp_lanes(o->insn);
    union vreg source[2] = { c->v[o->rn], c->v[o->rm] }, r = { { 0 } };
    for (unsigned i = 0; i < lanes; i++) {
        const union vreg *v = &source[2 * i >= lanes];
        unsigned at = 2 * i % lanes;
        uint64_t a = simd_fp_lane(v, format, at), b = simd_fp_lane(v, format, at + 1);
        simd_fp_set_lane(&r, format, i, fpu_take(c, op(fpu_mode(c, format), a, b)));
    }
    c->v[o->rd] = r;
}

void simd_fp_pair(struct arm64 *c, const struct op *o, softfp_binary *op)
{
    enum softfp_format format = simd_fp_format(o->insn);
    const union vreg *n = &c->v[o->rn];
    fpu_set(c, o->rd, fpu_take(c, op(fpu_mode(c, format), simd_fp_lane(n, format, 0), simd_fp_lane(n, format, 1))));
}

/* Of four singles: the manual's Reduce() halves the vector, which shows in the choice among NaNs. */
void simd_fp_reduce(struct arm64 *c, const struct op *o, softfp_binary *op)
{
    struct softfp_mode mode = fpu_mode(c, SOFTFP_SINGLE);
    const union vreg *n = &c->v[o->rn];
    uint64_t low = fpu_take(c, op(mode, n->s[LANE_S(0)], n->s[LANE_S(1)]));
    uint64_t high = fpu_take(c, op(mode, n->s[LANE_S(2)], n->s[LANE_S(3)]));
    fpu_set(c, o->rd, fpu_take(c, op(mode, low, high)));
}

bool simd_fp_decode(struct op *o, uint32_t insn, handler *run)
{
    o->rd = RD;
    o->rn = RN;
    o->rm = RM;
    o->run = run;
    return bit(insn, 28) || bit(insn, 30) || !bit(insn, 22);
}

bool simd_fp_decode_arrangement(struct op *o, uint32_t insn, handler *run_2s, handler *run_4s, handler *run_2d)
{
    return simd_fp_decode(o, insn, bit(insn, 22) ? run_2d : bit(insn, 30) ? run_4s : run_2s);
}

/* Singles are numbered by H:L, doubles by H, with L zero. */
bool simd_fp_decode_element(struct op *o, uint32_t insn)
{
    unsigned low = bit(insn, 21), high = bit(insn, 11);
    bool is_double = bit(insn, 22);
    o->sh = (uint8_t)(is_double ? high : high << 1 | low);
    return !(is_double && low);
}
