/* SPDX-License-Identifier: MIT */
/* Bit fields, variable shifts and bit counting (manual C3.4.4 to C3.4.6, C3.5.9). */
#include "cpu/arm64/handler.h"

#define N_X c->x[o->rn]
#define M_X c->x[o->rm]
#define N_W ((uint32_t)c->x[o->rn])
#define M_W ((uint32_t)c->x[o->rm])

/* Extraction: the field starts at bit sh; imm masks its length. Insertion: the field goes to bit sh. */
HANDLER(ubfx_x) { c->x[o->rd] = N_X >> o->sh & (uint64_t)o->imm; NEXT; }
HANDLER(ubfx_w) { c->x[o->rd] = N_W >> o->sh & (uint64_t)o->imm; NEXT; }
HANDLER(ubfiz) { c->x[o->rd] = (N_X & (uint64_t)o->imm) << o->sh; NEXT; }
HANDLER(lsl_x) { c->x[o->rd] = N_X << o->sh; NEXT; }
HANDLER(lsl_w) { c->x[o->rd] = N_W << o->sh; NEXT; }
HANDLER(lsr_x) { c->x[o->rd] = N_X >> o->sh; NEXT; }
HANDLER(uxtb) { c->x[o->rd] = (uint8_t)N_X; NEXT; }
HANDLER(uxth) { c->x[o->rd] = (uint16_t)N_X; NEXT; }
HANDLER(sxtw) { c->x[o->rd] = (uint64_t)(int64_t)(int32_t)N_X; NEXT; }
/* Signed: left by sh to put the field's sign on top, right by aux. */
HANDLER(sbfx_x) { c->x[o->rd] = (uint64_t)((int64_t)(N_X << o->sh) >> o->aux); NEXT; }
HANDLER(sbfx_w) { c->x[o->rd] = (uint32_t)((int32_t)(N_W << o->sh) >> o->aux); NEXT; }
HANDLER(bfm_x)
{
    uint64_t mask = (uint64_t)o->imm;
    c->x[o->rd] = (c->x[o->ra] & ~mask) | (ror64(N_X, o->sh) & mask);
    NEXT;
}
HANDLER(bfm_w)
{
    uint32_t mask = (uint32_t)o->imm;
    c->x[o->rd] = ((uint32_t)c->x[o->ra] & ~mask) | (ror32(N_W, o->sh) & mask);
    NEXT;
}

struct bit_field { unsigned r, s, width; };

/* immr, imms and the register width; false for the reserved combinations. */
static bool read_bit_field(uint32_t insn, struct bit_field *f)
{
    f->r = (unsigned)bits(insn, 21, 16);
    f->s = (unsigned)bits(insn, 15, 10);
    f->width = SF ? 64 : 32;
    return bit(insn, 22) == SF && f->r < f->width && f->s < f->width;
}

DECODE(ubfm)
{
    struct bit_field f;
    if (!read_bit_field(insn, &f))
        return false;
    o->rn = reg_src(RN);
    o->rd = reg_dst(RD);
    if (f.s >= f.r) {
        o->sh = (uint8_t)f.r;
        o->imm = (int64_t)mask64(f.s - f.r + 1);
        o->run = SF ? ubfx_x : ubfx_w;
        if (f.r == 0 && f.s == 7)
            o->run = uxtb;
        else if (f.r == 0 && f.s == 15)
            o->run = uxth;
        else if (SF && f.s == 63)
            o->run = lsr_x;
    } else {
        o->sh = (uint8_t)(f.width - f.r);
        o->imm = (int64_t)mask64(f.s + 1);
        o->run = ubfiz;
        if (f.s + 1 == f.r)
            o->run = SF ? lsl_x : lsl_w;
    }
    return true;
}

DECODE(sbfm)
{
    struct bit_field f;
    if (!read_bit_field(insn, &f))
        return false;
    o->rn = reg_src(RN);
    o->rd = reg_dst(RD);
    o->sh = (uint8_t)(f.width - 1 - f.s);
    o->aux = (uint8_t)(f.s >= f.r ? f.width - 1 - f.s + f.r : f.width - 1 - f.s - (f.width - f.r));
    o->run = SF ? sbfx_x : sbfx_w;
    if (SF && f.r == 0 && f.s == 31)
        o->run = sxtw;
    return true;
}

DECODE(bfm)
{
    struct bit_field f;
    if (!read_bit_field(insn, &f))
        return false;
    o->rn = reg_src(RN);
    o->rd = reg_dst(RD);
    o->ra = reg_src(RD);
    o->sh = (uint8_t)f.r;
    o->imm = (int64_t)(f.s >= f.r ? mask64(f.s - f.r + 1) : mask64(f.s + 1) << (f.width - f.r));
    o->run = SF ? bfm_x : bfm_w;
    return true;
}

/* EXTR: low bits of Xn:Xm from bit `sh`; sh 0 is a move of Xm. */
HANDLER(extr_x) { c->x[o->rd] = M_X >> o->sh | N_X << (64 - o->sh); NEXT; }
HANDLER(extr_w) { c->x[o->rd] = M_W >> o->sh | N_W << (32 - o->sh); NEXT; }
HANDLER(extr_0_x) { c->x[o->rd] = M_X; NEXT; }
HANDLER(extr_0_w) { c->x[o->rd] = M_W; NEXT; }

DECODE(extr)
{
    unsigned lsb = (unsigned)bits(insn, 15, 10);
    if (bit(insn, 22) != SF || (!SF && lsb >= 32))
        return false;
    o->rn = reg_src(RN);
    o->rm = reg_src(RM);
    o->rd = reg_dst(RD);
    o->sh = (uint8_t)lsb;
    o->run = lsb ? (SF ? extr_x : extr_w) : (SF ? extr_0_x : extr_0_w);
    return true;
}

/* ---- shifts by a register ---- */

HANDLER(lslv_x) { c->x[o->rd] = N_X << (M_X & 63); NEXT; }
HANDLER(lslv_w) { c->x[o->rd] = N_W << (M_W & 31); NEXT; }
HANDLER(lsrv_x) { c->x[o->rd] = N_X >> (M_X & 63); NEXT; }
HANDLER(lsrv_w) { c->x[o->rd] = N_W >> (M_W & 31); NEXT; }
HANDLER(asrv_x) { c->x[o->rd] = (uint64_t)((int64_t)N_X >> (M_X & 63)); NEXT; }
HANDLER(asrv_w) { c->x[o->rd] = (uint32_t)((int32_t)N_W >> (M_W & 31)); NEXT; }
HANDLER(rorv_x) { c->x[o->rd] = ror64(N_X, (unsigned)M_X); NEXT; }
HANDLER(rorv_w) { c->x[o->rd] = ror32(N_W, M_W); NEXT; }

static bool decode_shift_reg(struct op *o, uint32_t insn, handler *x, handler *w)
{
    o->rn = reg_src(RN);
    o->rm = reg_src(RM);
    o->rd = reg_dst(RD);
    o->run = SF ? x : w;
    return true;
}

DECODE(lslv) { return decode_shift_reg(o, insn, lslv_x, lslv_w); }
DECODE(lsrv) { return decode_shift_reg(o, insn, lsrv_x, lsrv_w); }
DECODE(asrv) { return decode_shift_reg(o, insn, asrv_x, asrv_w); }
DECODE(rorv) { return decode_shift_reg(o, insn, rorv_x, rorv_w); }

/* ---- reversal and counting ---- */

static uint64_t reverse_bits(uint64_t v)
{
    v = (v >> 1 & 0x5555555555555555) | (v & 0x5555555555555555) << 1;
    v = (v >> 2 & 0x3333333333333333) | (v & 0x3333333333333333) << 2;
    v = (v >> 4 & 0x0f0f0f0f0f0f0f0f) | (v & 0x0f0f0f0f0f0f0f0f) << 4;
    return __builtin_bswap64(v);
}

HANDLER(rbit_x) { c->x[o->rd] = reverse_bits(N_X); NEXT; }
HANDLER(rbit_w) { c->x[o->rd] = reverse_bits(N_W) >> 32; NEXT; }
HANDLER(rev16_x) { uint64_t v = N_X; c->x[o->rd] = (v >> 8 & 0x00ff00ff00ff00ff) | (v & 0x00ff00ff00ff00ff) << 8; NEXT; }
HANDLER(rev16_w) { uint32_t v = N_W; c->x[o->rd] = (v >> 8 & 0x00ff00ff) | (v & 0x00ff00ff) << 8; NEXT; }
HANDLER(rev32_x) { uint64_t v = __builtin_bswap64(N_X); c->x[o->rd] = ror64(v, 32); NEXT; }
HANDLER(rev_w) { c->x[o->rd] = __builtin_bswap32(N_W); NEXT; }
HANDLER(rev_x) { c->x[o->rd] = __builtin_bswap64(N_X); NEXT; }
HANDLER(clz_x) { uint64_t v = N_X; c->x[o->rd] = v ? (uint64_t)__builtin_clzll(v) : 64; NEXT; }
HANDLER(clz_w) { uint32_t v = N_W; c->x[o->rd] = v ? (uint64_t)__builtin_clz(v) : 32; NEXT; }
HANDLER(cls_x) { c->x[o->rd] = (uint64_t)__builtin_clrsbll((long long)N_X); NEXT; }
HANDLER(cls_w) { c->x[o->rd] = (uint64_t)__builtin_clrsb((int)N_W); NEXT; }

static bool decode_one_source(struct op *o, uint32_t insn, handler *x, handler *w)
{
    o->rn = reg_src(RN);
    o->rd = reg_dst(RD);
    o->run = SF ? x : w;
    return true;
}

DECODE(rbit) { return decode_one_source(o, insn, rbit_x, rbit_w); }
DECODE(rev16) { return decode_one_source(o, insn, rev16_x, rev16_w); }
DECODE(rev32) { return decode_one_source(o, insn, rev32_x, rev_w); }
DECODE(rev64) { return decode_one_source(o, insn, rev_x, rev_x); }
DECODE(clz) { return decode_one_source(o, insn, clz_x, clz_w); }
DECODE(cls) { return decode_one_source(o, insn, cls_x, cls_w); }
