/* SPDX-License-Identifier: MIT */
/* Moves, immediates and selection (manual C3.5): bits only. */
#include "cpu/arm64/flags.h"
#include "cpu/arm64/fpu.h"

HANDLER(fmov_s) { fpu_set(c, o->rd, N_S); NEXT; }
HANDLER(fmov_d) { fpu_set(c, o->rd, N_D); NEXT; }
HANDLER(fmov_immediate) { fpu_set(c, o->rd, (uint64_t)o->imm); NEXT; }
HANDLER(fmov_s_from_w) { fpu_set(c, o->rd, (uint32_t)c->x[o->rn]); NEXT; }
HANDLER(fmov_d_from_x) { fpu_set(c, o->rd, c->x[o->rn]); NEXT; }
HANDLER(fmov_high_from_x) { c->v[o->rd].d[1] = c->x[o->rn]; NEXT; }
HANDLER(fmov_w_from_s) { c->x[o->rd] = N_S; NEXT; }
HANDLER(fmov_x_from_d) { c->x[o->rd] = N_D; NEXT; }
HANDLER(fmov_x_from_high) { c->x[o->rd] = c->v[o->rn].d[1]; NEXT; }

DECODE(fmov_reg) { return fpu_decode(o, insn, fmov_s, fmov_d); }

/* VFPExpandImm: sign, three bits of exponent, four of fraction. */
DECODE(fmov_imm)
{
    uint64_t imm = bits(insn, 20, 13), sign = imm >> 7, small = imm >> 6 & 1, rest = imm & 0x3f;
    o->rd = RD;
    o->run = fmov_immediate;
    if (bit(insn, 22))
        o->imm = (int64_t)(sign << 63 | (small ? 0xffull : 0x100ull) << 54 | rest << 48);
    else
        o->imm = (int64_t)(sign << 31 | (small ? 0x1full : 0x20ull) << 25 | rest << 19);
    return true;
}

static bool decode_from_general(struct op *o, uint32_t insn, handler *run)
{
    o->rd = RD;
    o->rn = reg_src(RN);
    o->run = run;
    return true;
}

static bool decode_to_general(struct op *o, uint32_t insn, handler *run)
{
    o->rd = reg_dst(RD);
    o->rn = RN;
    o->run = run;
    return true;
}

DECODE(fmov_s_w) { return decode_from_general(o, insn, fmov_s_from_w); }
DECODE(fmov_d_x) { return decode_from_general(o, insn, fmov_d_from_x); }
DECODE(fmov_high_x) { return decode_from_general(o, insn, fmov_high_from_x); }
DECODE(fmov_w_s) { return decode_to_general(o, insn, fmov_w_from_s); }
DECODE(fmov_x_d) { return decode_to_general(o, insn, fmov_x_from_d); }
DECODE(fmov_x_high) { return decode_to_general(o, insn, fmov_x_from_high); }

#define SELECT(cond)                                                                                          \
    HANDLER(fcsel_s_##cond) { fpu_set(c, o->rd, COND_##cond ? N_S : M_S); NEXT; }                             \
    HANDLER(fcsel_d_##cond) { fpu_set(c, o->rd, COND_##cond ? N_D : M_D); NEXT; }
CONDITIONS(SELECT)

DECODE(fcsel)
{
#define SELECT_ROW(cond) { fcsel_s_##cond, fcsel_d_##cond },
    static handler *const by_condition[16][2] = { CONDITIONS(SELECT_ROW) { fmov_s, fmov_d }, { fmov_s, fmov_d } };
    handler *const *run = by_condition[bits(insn, 15, 12)];
    return fpu_decode(o, insn, run[0], run[1]);
}
