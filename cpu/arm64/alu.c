/* SPDX-License-Identifier: MIT */
/* Add, subtract, logic and moves (manual C3.4, C3.5): one handler per operand shape. */
#include "cpu/arm64/flags.h"
#include "cpu/arm64/handler.h"

#define N_X c->x[o->rn]
#define M_X c->x[o->rm]
#define N_W ((uint32_t)c->x[o->rn])
#define M_W ((uint32_t)c->x[o->rm])
#define IMM_X ((uint64_t)o->imm)
#define IMM_W ((uint32_t)o->imm)

/* ---- immediate ---- */

HANDLER(mov_imm) { c->x[o->rd] = IMM_X; NEXT; }
HANDLER(adr_page) { c->x[o->rd] = c->cpu.code_va + IMM_X; NEXT; }

HANDLER(add_x_imm) { c->x[o->rd] = N_X + IMM_X; NEXT; }
HANDLER(add_w_imm) { c->x[o->rd] = N_W + IMM_W; NEXT; }
HANDLER(sub_w_imm) { c->x[o->rd] = N_W - IMM_W; NEXT; }
HANDLER(adds_x_imm) { c->x[o->rd] = flags_add_x(c, N_X, IMM_X); NEXT; }
HANDLER(adds_w_imm) { c->x[o->rd] = flags_add_w(c, N_W, IMM_W); NEXT; }
HANDLER(subs_x_imm) { c->x[o->rd] = flags_sub_x(c, N_X, IMM_X); NEXT; }
HANDLER(subs_w_imm) { c->x[o->rd] = flags_sub_w(c, N_W, IMM_W); NEXT; }
HANDLER(and_imm) { c->x[o->rd] = N_X & IMM_X; NEXT; }
HANDLER(orr_x_imm) { c->x[o->rd] = N_X | IMM_X; NEXT; }
HANDLER(orr_w_imm) { c->x[o->rd] = N_W | IMM_W; NEXT; }
HANDLER(eor_x_imm) { c->x[o->rd] = N_X ^ IMM_X; NEXT; }
HANDLER(eor_w_imm) { c->x[o->rd] = N_W ^ IMM_W; NEXT; }
HANDLER(ands_x_imm) { c->x[o->rd] = flags_logic_x(c, N_X & IMM_X); NEXT; }
HANDLER(ands_w_imm) { c->x[o->rd] = flags_logic_w(c, N_W & IMM_W); NEXT; }
HANDLER(movk) { c->x[o->rd] = (c->x[o->rn] & ~(0xffffull << o->sh)) | IMM_X; NEXT; }
HANDLER(movk_w) { c->x[o->rd] = (N_W & ~(0xffffu << o->sh)) | IMM_W; NEXT; }

DECODE(adr)
{
    uint64_t imm = bits(insn, 23, 5) << 2 | bits(insn, 30, 29);
    o->rd = reg_dst(RD);
    o->imm = (int64_t)offset + sext(imm, 21);
    o->run = adr_page;
    return true;
}

DECODE(adrp)
{
    uint64_t imm = bits(insn, 23, 5) << 2 | bits(insn, 30, 29);
    o->rd = reg_dst(RD);
    o->imm = (int64_t)((uint64_t)sext(imm, 21) << 12);
    o->run = adr_page;
    return true;
}

static bool decode_arith_imm(struct op *o, uint32_t insn, bool flags, handler *x, handler *w)
{
    o->rn = reg_sp(RN);
    o->rd = flags ? reg_dst(RD) : reg_sp(RD);
    o->imm = (int64_t)(bits(insn, 21, 10) << (bit(insn, 22) ? 12 : 0));
    o->run = SF ? x : w;
    return true;
}

DECODE(add_imm) { return decode_arith_imm(o, insn, false, add_x_imm, add_w_imm); }
DECODE(adds_imm) { return decode_arith_imm(o, insn, true, adds_x_imm, adds_w_imm); }
DECODE(subs_imm) { return decode_arith_imm(o, insn, true, subs_x_imm, subs_w_imm); }

DECODE(sub_imm)
{
    decode_arith_imm(o, insn, false, add_x_imm, sub_w_imm);
    if (SF)
        o->imm = -o->imm;
    return true;
}

/* DecodeBitMasks (manual J1.1.3) for logical immediates; false for the reserved patterns. */
static bool bit_mask(unsigned n, unsigned imms, unsigned immr, bool wide, uint64_t *mask)
{
    unsigned code = n << 6 | (~imms & 63);
    if (code < 2 || (n && !wide))
        return false;
    unsigned length = 31 - (unsigned)__builtin_clz(code), size = 1u << length, levels = size - 1;
    if ((imms & levels) == levels)
        return false;
    uint64_t m = mask64((imms & levels) + 1);
    unsigned r = immr & levels;
    if (r)
        m = (m >> r | m << (size - r)) & mask64(size);
    for (unsigned s = size; s < 64; s *= 2)
        m |= m << s;
    *mask = wide ? m : (uint32_t)m;
    return true;
}

static bool decode_logic_imm(struct op *o, uint32_t insn, bool flags, handler *x, handler *w)
{
    uint64_t mask;
    if (!bit_mask(bit(insn, 22), (unsigned)bits(insn, 15, 10), (unsigned)bits(insn, 21, 16), SF, &mask))
        return false;
    o->rn = reg_src(RN);
    o->rd = flags ? reg_dst(RD) : reg_sp(RD);
    o->imm = (int64_t)mask;
    o->run = SF ? x : w;
    return true;
}

DECODE(and_imm) { return decode_logic_imm(o, insn, false, and_imm, and_imm); }
DECODE(eor_imm) { return decode_logic_imm(o, insn, false, eor_x_imm, eor_w_imm); }
DECODE(ands_imm) { return decode_logic_imm(o, insn, true, ands_x_imm, ands_w_imm); }

DECODE(orr_imm)
{
    if (!decode_logic_imm(o, insn, false, orr_x_imm, orr_w_imm))
        return false;
    if (RN == 31)
        o->run = mov_imm;
    return true;
}

static bool decode_move_wide(struct op *o, uint32_t insn, bool inverted)
{
    unsigned shift = (unsigned)bits(insn, 22, 21) * 16;
    if (!SF && shift >= 32)
        return false;
    uint64_t v = bits(insn, 20, 5) << shift;
    if (inverted)
        v = SF ? ~v : (uint32_t)~v;
    o->rd = reg_dst(RD);
    o->imm = (int64_t)v;
    o->run = mov_imm;
    return true;
}

DECODE(movn) { return decode_move_wide(o, insn, true); }
DECODE(movz) { return decode_move_wide(o, insn, false); }

DECODE(movk)
{
    if (!decode_move_wide(o, insn, false))
        return false;
    o->rn = reg_src(RD);
    o->sh = (uint8_t)(bits(insn, 22, 21) * 16);
    o->run = SF ? movk : movk_w;
    return true;
}

/* ---- register, with the second operand shifted ---- */

#define SHIFT_PLAIN_X M_X
#define SHIFT_PLAIN_W M_W
#define SHIFT_LSL_X   (M_X << o->sh)
#define SHIFT_LSL_W   (M_W << o->sh)
#define SHIFT_LSR_X   (M_X >> o->sh)
#define SHIFT_LSR_W   (M_W >> o->sh)
#define SHIFT_ASR_X   ((uint64_t)((int64_t)M_X >> o->sh))
#define SHIFT_ASR_W   ((uint32_t)((int32_t)M_W >> o->sh))
#define SHIFT_ROR_X   ror64(M_X, o->sh)
#define SHIFT_ROR_W   ror32(M_W, o->sh)

#define RESULT_add_X(m)  (N_X + (m))
#define RESULT_add_W(m)  (N_W + (m))
#define RESULT_sub_X(m)  (N_X - (m))
#define RESULT_sub_W(m)  (N_W - (m))
#define RESULT_adds_X(m) flags_add_x(c, N_X, m)
#define RESULT_adds_W(m) flags_add_w(c, N_W, m)
#define RESULT_subs_X(m) flags_sub_x(c, N_X, m)
#define RESULT_subs_W(m) flags_sub_w(c, N_W, m)
#define RESULT_and_X(m)  (N_X & (m))
#define RESULT_and_W(m)  (N_W & (m))
#define RESULT_orr_X(m)  (N_X | (m))
#define RESULT_orr_W(m)  (N_W | (m))
#define RESULT_eor_X(m)  (N_X ^ (m))
#define RESULT_eor_W(m)  (N_W ^ (m))
#define RESULT_bic_X(m)  (N_X & ~(m))
#define RESULT_bic_W(m)  (N_W & ~(m))
#define RESULT_orn_X(m)  (N_X | ~(m))
#define RESULT_orn_W(m)  (N_W | ~(m))
#define RESULT_eon_X(m)  (N_X ^ ~(m))
#define RESULT_eon_W(m)  (N_W ^ ~(m))
#define RESULT_ands_X(m) flags_logic_x(c, N_X & (m))
#define RESULT_ands_W(m) flags_logic_w(c, N_W & (m))
#define RESULT_bics_X(m) flags_logic_x(c, N_X & ~(m))
#define RESULT_bics_W(m) flags_logic_w(c, N_W & ~(m))

#define SHIFTED(name, kind)                                                                   \
    HANDLER(name##_x_##kind) { c->x[o->rd] = RESULT_##name##_X(SHIFT_##kind##_X); NEXT; }     \
    HANDLER(name##_w_##kind) { c->x[o->rd] = RESULT_##name##_W(SHIFT_##kind##_W); NEXT; }

#define SHIFTED_ALL(name)                                                                     \
    SHIFTED(name, PLAIN) SHIFTED(name, LSL) SHIFTED(name, LSR) SHIFTED(name, ASR) SHIFTED(name, ROR)            \
    static handler *const name##_shifted[2][5] = {                                            \
        { name##_w_LSL, name##_w_LSR, name##_w_ASR, name##_w_ROR, name##_w_PLAIN },           \
        { name##_x_LSL, name##_x_LSR, name##_x_ASR, name##_x_ROR, name##_x_PLAIN },           \
    };

SHIFTED_ALL(add)
SHIFTED_ALL(adds)
SHIFTED_ALL(sub)
SHIFTED_ALL(subs)
SHIFTED_ALL(and)
SHIFTED_ALL(ands)
SHIFTED_ALL(orr)
SHIFTED_ALL(orn)
SHIFTED_ALL(eor)
SHIFTED_ALL(eon)
SHIFTED_ALL(bic)
SHIFTED_ALL(bics)

HANDLER(mov_x) { c->x[o->rd] = M_X; NEXT; }
HANDLER(mov_w) { c->x[o->rd] = M_W; NEXT; }

static bool decode_shifted(struct op *o, uint32_t insn, bool logic, handler *const table[2][5])
{
    unsigned kind = (unsigned)bits(insn, 23, 22), amount = (unsigned)bits(insn, 15, 10);
    if ((kind == 3 && !logic) || (!SF && amount >= 32))
        return false;
    o->rn = reg_src(RN);
    o->rm = reg_src(RM);
    o->rd = reg_dst(RD);
    o->sh = (uint8_t)amount;
    o->run = table[SF][amount ? kind : 4];
    return true;
}

DECODE(add_reg) { return decode_shifted(o, insn, false, add_shifted); }
DECODE(adds_reg) { return decode_shifted(o, insn, false, adds_shifted); }
DECODE(sub_reg) { return decode_shifted(o, insn, false, sub_shifted); }
DECODE(subs_reg) { return decode_shifted(o, insn, false, subs_shifted); }
DECODE(and_reg) { return decode_shifted(o, insn, true, and_shifted); }
DECODE(ands_reg) { return decode_shifted(o, insn, true, ands_shifted); }
DECODE(orn_reg) { return decode_shifted(o, insn, true, orn_shifted); }
DECODE(eor_reg) { return decode_shifted(o, insn, true, eor_shifted); }
DECODE(eon_reg) { return decode_shifted(o, insn, true, eon_shifted); }
DECODE(bic_reg) { return decode_shifted(o, insn, true, bic_shifted); }
DECODE(bics_reg) { return decode_shifted(o, insn, true, bics_shifted); }

DECODE(orr_reg)
{
    if (!decode_shifted(o, insn, true, orr_shifted))
        return false;
    if (RN == 31 && !o->sh)
        o->run = SF ? mov_x : mov_w;
    return true;
}

/* ---- register, with the second operand extended ---- */

#define EXTEND_UXTB ((uint64_t)(uint8_t)M_X << o->sh)
#define EXTEND_UXTH ((uint64_t)(uint16_t)M_X << o->sh)
#define EXTEND_UXTW ((uint64_t)(uint32_t)M_X << o->sh)
#define EXTEND_UXTX (M_X << o->sh)
#define EXTEND_SXTB ((uint64_t)(int64_t)(int8_t)M_X << o->sh)
#define EXTEND_SXTH ((uint64_t)(int64_t)(int16_t)M_X << o->sh)
#define EXTEND_SXTW ((uint64_t)(int64_t)(int32_t)M_X << o->sh)
#define EXTEND_SXTX (M_X << o->sh)

#define EXTENDED(name, kind)                                                                          \
    HANDLER(name##_x_##kind) { c->x[o->rd] = RESULT_##name##_X(EXTEND_##kind); NEXT; }                \
    HANDLER(name##_w_##kind) { c->x[o->rd] = RESULT_##name##_W((uint32_t)EXTEND_##kind); NEXT; }

#define EXTENDED_ALL(name)                                                                    \
    EXTENDED(name, UXTB) EXTENDED(name, UXTH) EXTENDED(name, UXTW) EXTENDED(name, UXTX)       \
    EXTENDED(name, SXTB) EXTENDED(name, SXTH) EXTENDED(name, SXTW) EXTENDED(name, SXTX)       \
    static handler *const name##_extended[2][8] = {                                           \
        { name##_w_UXTB, name##_w_UXTH, name##_w_UXTW, name##_w_UXTX,                         \
          name##_w_SXTB, name##_w_SXTH, name##_w_SXTW, name##_w_SXTX },                       \
        { name##_x_UXTB, name##_x_UXTH, name##_x_UXTW, name##_x_UXTX,                         \
          name##_x_SXTB, name##_x_SXTH, name##_x_SXTW, name##_x_SXTX },                       \
    };

EXTENDED_ALL(add)
EXTENDED_ALL(adds)
EXTENDED_ALL(sub)
EXTENDED_ALL(subs)

static bool decode_extended(struct op *o, uint32_t insn, bool flags, handler *const table[2][8])
{
    if (bits(insn, 12, 10) > 4)
        return false;
    o->rn = reg_sp(RN);
    o->rm = reg_src(RM);
    o->rd = flags ? reg_dst(RD) : reg_sp(RD);
    o->sh = (uint8_t)bits(insn, 12, 10);
    o->run = table[SF][bits(insn, 15, 13)];
    return true;
}

DECODE(add_ext) { return decode_extended(o, insn, false, add_extended); }
DECODE(adds_ext) { return decode_extended(o, insn, true, adds_extended); }
DECODE(sub_ext) { return decode_extended(o, insn, false, sub_extended); }
DECODE(subs_ext) { return decode_extended(o, insn, true, subs_extended); }

/* ---- with carry ---- */

/* AddWithCarry (manual J1.1.3) with its flags. */
HOT_INLINE uint64_t add_carry_x(struct arm64 *c, uint64_t a, uint64_t b)
{
    uint64_t part = a + b, r = part + c->cf;
    c->cf = (part < a) | (r < part);
    c->nf = c->zf = r;
    c->vf = (a ^ r) & (b ^ r);
    return r;
}

HOT_INLINE uint32_t add_carry_w(struct arm64 *c, uint32_t a, uint32_t b)
{
    uint64_t wide = (uint64_t)a + b + c->cf;
    uint32_t r = (uint32_t)wide;
    c->cf = wide >> 32;
    c->nf = c->zf = (uint64_t)r << 32;
    c->vf = (uint64_t)((a ^ r) & (b ^ r)) << 32;
    return r;
}

HANDLER(adc_x) { c->x[o->rd] = N_X + M_X + c->cf; NEXT; }
HANDLER(adc_w) { c->x[o->rd] = (uint32_t)(N_W + M_W + c->cf); NEXT; }
HANDLER(sbc_x) { c->x[o->rd] = N_X + ~M_X + c->cf; NEXT; }
HANDLER(sbc_w) { c->x[o->rd] = (uint32_t)(N_W + ~M_W + c->cf); NEXT; }
HANDLER(adcs_x) { c->x[o->rd] = add_carry_x(c, N_X, M_X); NEXT; }
HANDLER(adcs_w) { c->x[o->rd] = add_carry_w(c, N_W, M_W); NEXT; }
HANDLER(sbcs_x) { c->x[o->rd] = add_carry_x(c, N_X, ~M_X); NEXT; }
HANDLER(sbcs_w) { c->x[o->rd] = add_carry_w(c, N_W, ~M_W); NEXT; }

static bool decode_two_sources(struct op *o, uint32_t insn, handler *x, handler *w)
{
    o->rn = reg_src(RN);
    o->rm = reg_src(RM);
    o->rd = reg_dst(RD);
    o->run = SF ? x : w;
    return true;
}

DECODE(adc) { return decode_two_sources(o, insn, adc_x, adc_w); }
DECODE(adcs) { return decode_two_sources(o, insn, adcs_x, adcs_w); }
DECODE(sbc) { return decode_two_sources(o, insn, sbc_x, sbc_w); }
DECODE(sbcs) { return decode_two_sources(o, insn, sbcs_x, sbcs_w); }
