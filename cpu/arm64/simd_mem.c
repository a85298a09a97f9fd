/* SPDX-License-Identifier: MIT */
/* Loads and stores of SIMD&FP registers (manual C3.2.8 to C3.2.10): B, H, S, D and Q by addressing mode, literals and pairs.
   What is loaded fills the register, zeros above. */
#include "cpu/arm64/addressing.h"
#include "cpu/arm64/vreg.h"

#define T c->v[o->rd]
#define U c->v[o->ra]

/* One register's bytes to r, which is zero, and from v. */
#define LOAD_b(r, va)  LOAD(r.d[0], va, 1)
#define LOAD_h(r, va)  LOAD(r.d[0], va, 2)
#define LOAD_s(r, va)  LOAD(r.d[0], va, 4)
#define LOAD_d(r, va)  LOAD(r.d[0], va, 8)
#define LOAD_q(r, va)                                                       \
    if (!slow) {                                                            \
        HOST_READ(host, va, 16);                                            \
        r = vreg_load(host);                                                \
    } else {                                                                \
        LOAD_PAIR(r.d[0], r.d[1], va, 8);                                   \
    }
#define STORE_b(v, va) STORE(va, v.d[0], 1)
#define STORE_h(v, va) STORE(va, v.d[0], 2)
#define STORE_s(v, va) STORE(va, v.d[0], 4)
#define STORE_d(v, va) STORE(va, v.d[0], 8)
#define STORE_q(v, va)                                                      \
    if (!slow) {                                                            \
        HOST_WRITE(host, va, 16);                                           \
        vreg_store(host, v);                                                \
    } else {                                                                \
        STORE_PAIR(va, v.d[0], v.d[1], 8);                                  \
    }

#define LOAD_HANDLER(size, mode, base)                                      \
    MEM_HANDLER(ldr_##size##_##mode##_##base)                               \
    {                                                                       \
        BASE_CHECK_##base                                                   \
        gva_t va = ADDRESS_##mode();                                        \
        union vreg r = { { 0 } };                                           \
        LOAD_##size(r, va);                                                 \
        UPDATE_##mode                                                       \
        T = r;                                                              \
        NEXT;                                                               \
    }

#define STORE_HANDLER(size, mode, base)                                     \
    MEM_HANDLER(str_##size##_##mode##_##base)                               \
    {                                                                       \
        BASE_CHECK_##base                                                   \
        gva_t va = ADDRESS_##mode();                                        \
        STORE_##size(T, va);                                                \
        UPDATE_##mode                                                       \
        NEXT;                                                               \
    }

#define HANDLERS(MAKE, name, size)                                                                                        \
    MAKE(size, off, any) MAKE(size, post, any) MAKE(size, pre, any) MAKE(size, regx, any) MAKE(size, uxtw, any)           \
    MAKE(size, sxtw, any) MAKE(size, off, sp) MAKE(size, post, sp) MAKE(size, pre, sp)                                    \
    static handler *const name##_##size[MODES][2] = {                                                                     \
        { name##_##size##_off_any, name##_##size##_off_sp }, { name##_##size##_post_any, name##_##size##_post_sp },       \
        { name##_##size##_pre_any, name##_##size##_pre_sp }, { name##_##size##_regx_any, name##_##size##_regx_any_slow }, \
        { name##_##size##_uxtw_any, name##_##size##_uxtw_any_slow },                                                      \
        { name##_##size##_sxtw_any, name##_##size##_sxtw_any_slow } };

HANDLERS(LOAD_HANDLER, ldr, b)
HANDLERS(LOAD_HANDLER, ldr, h)
HANDLERS(LOAD_HANDLER, ldr, s)
HANDLERS(LOAD_HANDLER, ldr, d)
HANDLERS(LOAD_HANDLER, ldr, q)
HANDLERS(STORE_HANDLER, str, b)
HANDLERS(STORE_HANDLER, str, h)
HANDLERS(STORE_HANDLER, str, s)
HANDLERS(STORE_HANDLER, str, d)
HANDLERS(STORE_HANDLER, str, q)

/* By log2 of the size and "is a load". */
static handler *const (*const single_handlers[5][2])[2] = {
    { str_b, ldr_b }, { str_h, ldr_h }, { str_s, ldr_s }, { str_d, ldr_d }, { str_q, ldr_q } };

/* log2 of the size in bytes: opc<1>:size; above 4 unallocated. */
static unsigned log2_size(uint32_t insn)
{
    return bit(insn, 23) << 2 | (unsigned)bits(insn, 31, 30);
}

static bool decode_single(struct op *o, uint32_t insn, unsigned mode)
{
    if (log2_size(insn) > 4)
        return false;
    o->rd = (uint8_t)RD;
    o->rn = reg_sp(RN);
    o->run = single_handlers[log2_size(insn)][bit(insn, 22)][mode][RN == 31];
    return true;
}

static bool decode_unscaled(struct op *o, uint32_t insn, unsigned mode)
{
    o->imm = sext(bits(insn, 20, 12), 9);
    return decode_single(o, insn, mode);
}

static bool decode_unsigned(struct op *o, uint32_t insn)
{
    o->imm = (int64_t)(bits(insn, 21, 10) << log2_size(insn));
    return decode_single(o, insn, MODE_OFF);
}

static bool decode_index(struct op *o, uint32_t insn)
{
    int mode = addressing_index_mode(insn);
    if (mode < 0)
        return false;
    o->rm = reg_src(RM);
    o->sh = bit(insn, 12) ? (uint8_t)log2_size(insn) : 0;
    return decode_single(o, insn, (unsigned)mode);
}

DECODE(str_v_unscaled) { return decode_unscaled(o, insn, MODE_OFF); }
DECODE(str_v_post) { return decode_unscaled(o, insn, MODE_POST); }
DECODE(str_v_pre) { return decode_unscaled(o, insn, MODE_PRE); }
DECODE(str_v_imm) { return decode_unsigned(o, insn); }
DECODE(str_v_reg) { return decode_index(o, insn); }
DECODE(ldr_v_unscaled) { return decode_unscaled(o, insn, MODE_OFF); }
DECODE(ldr_v_post) { return decode_unscaled(o, insn, MODE_POST); }
DECODE(ldr_v_pre) { return decode_unscaled(o, insn, MODE_PRE); }
DECODE(ldr_v_imm) { return decode_unsigned(o, insn); }
DECODE(ldr_v_reg) { return decode_index(o, insn); }

/* ---- literal ---- */

#define LITERAL(size)                                                       \
    MEM_HANDLER(ldr_##size##_lit)                                           \
    {                                                                       \
        gva_t va = c->cpu.code_va + IMM;                                    \
        union vreg r = { { 0 } };                                           \
        LOAD_##size(r, va);                                                 \
        T = r;                                                              \
        NEXT;                                                               \
    }

LITERAL(s)
LITERAL(d)
LITERAL(q)

DECODE(ldr_v_lit)
{
    static handler *const run[4] = { ldr_s_lit, ldr_d_lit, ldr_q_lit, NULL };
    o->rd = (uint8_t)RD;
    o->imm = (int64_t)offset + (int64_t)((uint64_t)sext(bits(insn, 23, 5), 19) << 2);
    o->run = run[bits(insn, 31, 30)];
    return o->run;
}

/* ---- pairs: rd and ra are the two registers ---- */

/* Two registers of S or D are one access of twice the size; two Q are one for the inline TLB and two for the slow way. */
#define LOAD_PAIR_s(r0, r1, va) LOAD_PAIR(r0.d[0], r1.d[0], va, 4)
#define LOAD_PAIR_d(r0, r1, va) LOAD_PAIR(r0.d[0], r1.d[0], va, 8)
#define LOAD_PAIR_q(r0, r1, va)                                             \
    if (!slow) {                                                            \
        HOST_READ(host, va, 32);                                            \
        r0 = vreg_load(host);                                               \
        r1 = vreg_load(host + 16);                                          \
    } else {                                                                \
        LOAD_PAIR(r0.d[0], r0.d[1], va, 8);                                 \
        LOAD_PAIR(r1.d[0], r1.d[1], va + 16, 8);                            \
    }
#define STORE_PAIR_s(va) STORE_PAIR(va, T.d[0], U.d[0], 4)
#define STORE_PAIR_d(va) STORE_PAIR(va, T.d[0], U.d[0], 8)
#define STORE_PAIR_q(va)                                                    \
    if (!slow) {                                                            \
        HOST_WRITE(host, va, 32);                                           \
        vreg_store(host, T);                                                \
        vreg_store(host + 16, U);                                           \
    } else {                                                                \
        STORE_PAIR(va, T.d[0], T.d[1], 8);                                  \
        STORE_PAIR(va + 16, U.d[0], U.d[1], 8);                             \
    }

#define LOAD_PAIR_HANDLER(size, mode, base)                                 \
    MEM_HANDLER(ldp_##size##_##mode##_##base)                               \
    {                                                                       \
        BASE_CHECK_##base                                                   \
        gva_t va = ADDRESS_##mode();                                        \
        union vreg r0 = { { 0 } }, r1 = { { 0 } };                          \
        LOAD_PAIR_##size(r0, r1, va);                                       \
        UPDATE_##mode                                                       \
        T = r0;                                                             \
        U = r1;                                                             \
        NEXT;                                                               \
    }

#define STORE_PAIR_HANDLER(size, mode, base)                                \
    MEM_HANDLER(stp_##size##_##mode##_##base)                               \
    {                                                                       \
        BASE_CHECK_##base                                                   \
        gva_t va = ADDRESS_##mode();                                        \
        STORE_PAIR_##size(va);                                              \
        UPDATE_##mode                                                       \
        NEXT;                                                               \
    }

#define PAIRS(MAKE, name, size)                                                                                                  \
    MAKE(size, off, any) MAKE(size, post, any) MAKE(size, pre, any) MAKE(size, off, sp) MAKE(size, post, sp) MAKE(size, pre, sp) \
    static handler *const name##_##size[3][2] = {                                                                                \
        { name##_##size##_off_any, name##_##size##_off_sp }, { name##_##size##_post_any, name##_##size##_post_sp },              \
        { name##_##size##_pre_any, name##_##size##_pre_sp } };

PAIRS(LOAD_PAIR_HANDLER, ldp, s)
PAIRS(LOAD_PAIR_HANDLER, ldp, d)
PAIRS(LOAD_PAIR_HANDLER, ldp, q)
PAIRS(STORE_PAIR_HANDLER, stp, s)
PAIRS(STORE_PAIR_HANDLER, stp, d)
PAIRS(STORE_PAIR_HANDLER, stp, q)

/* [opc][load] */
static handler *const (*const pair_handlers[3][2])[2] = { { stp_s, ldp_s }, { stp_d, ldp_d }, { stp_q, ldp_q } };

static bool decode_pair(struct op *o, uint32_t insn)
{
    static const uint8_t modes[4] = { MODE_OFF, MODE_POST, MODE_OFF, MODE_PRE };   /* no-allocate, post, offset, pre */
    unsigned opc = (unsigned)bits(insn, 31, 30);
    if (opc == 3)
        return false;
    o->rn = reg_sp(RN);
    o->rd = (uint8_t)RD;
    o->ra = (uint8_t)RA;
    o->imm = sext(bits(insn, 21, 15), 7) * (4 << opc);
    o->run = pair_handlers[opc][bit(insn, 22)][modes[bits(insn, 24, 23)]][RN == 31];
    return true;
}

DECODE(stp_v) { return decode_pair(o, insn); }
DECODE(ldp_v) { return decode_pair(o, insn); }
