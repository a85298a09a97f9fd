/* SPDX-License-Identifier: MIT */
/* Advanced SIMD copies (manual C4.1.96): between lanes, between a lane and a general register, and modified immediates. */
#include "cpu/arm64/simd_lanes.h"

/* The 64 bits above the first, when Q is set: imm is 0 or -1. */
#define IF_Q(value) ((value) & (uint64_t)o->imm)

/* All lanes of 64 bits equal to the value, which is below 1 << width. */
#define ALL_B(value) ((value) * 0x0101010101010101ull)
#define ALL_H(value) ((value) * 0x0001000100010001ull)
#define ALL_S(value) ((value) * 0x0000000100000001ull)
#define ALL_D(value) (value)

/* One set of handlers for each lane size. aux is a lane of Vd, or of Vn where there is but one; sh is a lane of Vn. */
#define COPIES(lane, LANE, ALL, type)                                       \
    HANDLER(dup_element_##lane)                                             \
    {                                                                       \
        uint64_t all = ALL((uint64_t)VN->lane[LANE(o->aux)]);               \
        *VD = (union vreg){ { all, IF_Q(all) } };                           \
        NEXT;                                                               \
    }                                                                       \
    HANDLER(dup_element_scalar_##lane)                                      \
    {                                                                       \
        *VD = (union vreg){ { VN->lane[LANE(o->aux)], 0 } };                \
        NEXT;                                                               \
    }                                                                       \
    HANDLER(dup_general_##lane)                                             \
    {                                                                       \
        uint64_t all = ALL((uint64_t)(type)c->x[o->rn]);                    \
        *VD = (union vreg){ { all, IF_Q(all) } };                           \
        NEXT;                                                               \
    }                                                                       \
    HANDLER(ins_element_##lane)                                             \
    {                                                                       \
        VD->lane[LANE(o->aux)] = VN->lane[LANE(o->sh)];                     \
        NEXT;                                                               \
    }                                                                       \
    HANDLER(ins_general_##lane)                                             \
    {                                                                       \
        VD->lane[LANE(o->aux)] = (type)c->x[o->rn];                         \
        NEXT;                                                               \
    }                                                                       \
    HANDLER(umov_##lane)                                                    \
    {                                                                       \
        c->x[o->rd] = VN->lane[LANE(o->aux)];                               \
        NEXT;                                                               \
    }

COPIES(b, LANE_B, ALL_B, uint8_t)
COPIES(h, LANE_H, ALL_H, uint16_t)
COPIES(s, LANE_S, ALL_S, uint32_t)
COPIES(d, LANE_D, ALL_D, uint64_t)

#define SMOV(name, lane, LANE, type, to)                                    \
    HANDLER(name)                                                           \
    {                                                                       \
        c->x[o->rd] = (to)(type)VN->lane[LANE(o->aux)];                     \
        NEXT;                                                               \
    }

SMOV(smov_w_b, b, LANE_B, int8_t, uint32_t)
SMOV(smov_w_h, h, LANE_H, int16_t, uint32_t)
SMOV(smov_x_b, b, LANE_B, int8_t, uint64_t)
SMOV(smov_x_h, h, LANE_H, int16_t, uint64_t)
SMOV(smov_x_s, s, LANE_S, int32_t, uint64_t)

/* The lowest set bit of imm5 says the size (its log2 is returned), the bits above it the lane. -1: none of the four sizes. */
static int decode_lane(struct op *o, uint32_t insn)
{
    unsigned imm5 = (unsigned)bits(insn, 20, 16);
    if (!(imm5 & 15))
        return -1;
    int size = __builtin_ctz(imm5);
    o->aux = (uint8_t)(imm5 >> (size + 1));
    o->rd = (uint8_t)RD;
    o->rn = (uint8_t)RN;
    o->imm = -(int64_t)bit(insn, 30);
    return size;
}

static bool pick(struct op *o, handler *run)
{
    o->run = run;
    return run;
}

#define BY_SIZE(name) { name##_b, name##_h, name##_s, name##_d }

DECODE(v_dup_element)
{
    static handler *const run[4] = BY_SIZE(dup_element);
    int size = decode_lane(o, insn);
    return size >= 0 && !(size == 3 && !bit(insn, 30)) && pick(o, run[size]);
}

DECODE(v_dup_element_scalar)
{
    static handler *const run[4] = BY_SIZE(dup_element_scalar);
    int size = decode_lane(o, insn);
    return size >= 0 && pick(o, run[size]);
}

DECODE(v_dup_general)
{
    static handler *const run[4] = BY_SIZE(dup_general);
    int size = decode_lane(o, insn);
    o->rn = reg_src(RN);
    return size >= 0 && !(size == 3 && !bit(insn, 30)) && pick(o, run[size]);
}

DECODE(v_ins_element)
{
    static handler *const run[4] = BY_SIZE(ins_element);
    int size = decode_lane(o, insn);
    if (size >= 0)
        o->sh = (uint8_t)(bits(insn, 14, 11) >> size);
    return size >= 0 && pick(o, run[size]);
}

DECODE(v_ins_general)
{
    static handler *const run[4] = BY_SIZE(ins_general);
    int size = decode_lane(o, insn);
    o->rn = reg_src(RN);
    return size >= 0 && pick(o, run[size]);
}

/* [Q][size] */
static bool decode_to_general(struct op *o, uint32_t insn, handler *const run[2][4])
{
    int size = decode_lane(o, insn);
    o->rd = reg_dst(RD);
    return size >= 0 && pick(o, run[bit(insn, 30)][size]);
}

DECODE(v_umov)
{
    static handler *const run[2][4] = { { umov_b, umov_h, umov_s }, { NULL, NULL, NULL, umov_d } };
    return decode_to_general(o, insn, run);
}

DECODE(v_smov)
{
    static handler *const run[2][4] = { { smov_w_b, smov_w_h }, { smov_x_b, smov_x_h, smov_x_s } };
    return decode_to_general(o, insn, run);
}

/* ---- modified immediates ---- */

HANDLER(movi_d) { *VD = (union vreg){ { (uint64_t)o->imm, 0 } }; NEXT; }
HANDLER(movi_q) { *VD = (union vreg){ { (uint64_t)o->imm, (uint64_t)o->imm } }; NEXT; }
HANDLER(orr_imm_d) { *VD = (union vreg){ { VD->d[0] | (uint64_t)o->imm, 0 } }; NEXT; }
HANDLER(orr_imm_q) { *VD = (union vreg){ { VD->d[0] | (uint64_t)o->imm, VD->d[1] | (uint64_t)o->imm } }; NEXT; }
HANDLER(bic_imm_d) { *VD = (union vreg){ { VD->d[0] & ~(uint64_t)o->imm, 0 } }; NEXT; }
HANDLER(bic_imm_q) { *VD = (union vreg){ { VD->d[0] & ~(uint64_t)o->imm, VD->d[1] & ~(uint64_t)o->imm } }; NEXT; }

/* Each bit a byte of ones. */
static uint64_t bytes_of_bits(uint64_t v)
{
    uint64_t r = 0;
    for (unsigned i = 0; i < 8; i++)
        r |= (v >> i & 1 ? 0xffull : 0) << 8 * i;
    return r;
}

/* AdvSIMDExpandImm for the floating-point constants: sign, exponent with its second bit inverted and repeated, four bits of
   fraction. */
static uint64_t expand_float(uint64_t v)
{
    return bit(v, 7) << 31 | (bit(v, 6) ? 0x1full << 25 : 1ull << 30) | (v & 63) << 19;
}

static uint64_t expand_double(uint64_t v)
{
    return (uint64_t)bit(v, 7) << 63 | (bit(v, 6) ? 0xffull << 54 : 1ull << 62) | (v & 63) << 48;
}

/* AdvSIMDExpandImm of the manual (J1.1) before MVNI's inversion. */
static uint64_t expand(uint64_t v, unsigned cmode, bool op)
{
    switch (cmode >> 1) {
    case 0: case 1: case 2: case 3: return ALL_S(v << 8 * (cmode >> 1));
    case 4: return ALL_H(v);
    case 5: return ALL_H(v << 8);
    case 6: return ALL_S(cmode & 1 ? v << 16 | 0xffff : v << 8 | 0xff);
    default:
        if (cmode & 1)
            return op ? expand_double(v) : ALL_S(expand_float(v));
        return op ? bytes_of_bits(v) : ALL_B(v);
    }
}

DECODE(v_movi)
{
    unsigned cmode = (unsigned)bits(insn, 15, 12), q = bit(insn, 30);
    bool op = bit(insn, 29), modifies = cmode < 12 && cmode & 1;   /* ORR and BIC */
    uint64_t v = expand(bits(insn, 18, 16) << 5 | bits(insn, 9, 5), cmode, op);
    if (cmode == 15 && op && !q)
        return false;
    o->rd = (uint8_t)RD;
    o->imm = (int64_t)(op && cmode < 14 && !modifies ? ~v : v);
    if (!modifies)
        return pick(o, q ? movi_q : movi_d);
    return pick(o, op ? (q ? bic_imm_q : bic_imm_d) : (q ? orr_imm_q : orr_imm_d));
}
