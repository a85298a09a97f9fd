/* SPDX-License-Identifier: MIT */
/* Loads and stores of general registers (manual C3.2): one handler per size, extension and addressing mode. */
#include "cpu/arm64/addressing.h"
#include "cpu/arm64/handler.h"

#define LOAD_HANDLER(name, size, mode, base, convert)                     \
    MEM_HANDLER(name##_##mode##_##base)                                   \
    {                                                                     \
        BASE_CHECK_##base                                                 \
        gva_t va = ADDRESS_##mode();                                      \
        uint64_t v;                                                       \
        LOAD(v, va, size);                                                \
        UPDATE_##mode                                                     \
        c->x[o->rd] = convert v;                                          \
        NEXT;                                                             \
    }

#define STORE_HANDLER(name, size, mode, base)                             \
    MEM_HANDLER(name##_##mode##_##base)                                   \
    {                                                                     \
        BASE_CHECK_##base                                                 \
        gva_t va = ADDRESS_##mode();                                      \
        STORE(va, c->x[o->rd], size);                                     \
        UPDATE_##mode                                                     \
        NEXT;                                                             \
    }

/* Register-indexed accesses with SP as base are rare: they always go the slow way, which checks. */
#define MODE_TABLE(name)                                                                                           \
    static handler *const name##_handlers[MODES][2] = {                                                            \
        { name##_off_any, name##_off_sp }, { name##_post_any, name##_post_sp }, { name##_pre_any, name##_pre_sp }, \
        { name##_regx_any, name##_regx_any_slow }, { name##_uxtw_any, name##_uxtw_any_slow },                      \
        { name##_sxtw_any, name##_sxtw_any_slow } };

#define LOADS(name, size, convert)                                                            \
    LOAD_HANDLER(name, size, off, any, convert) LOAD_HANDLER(name, size, post, any, convert)  \
    LOAD_HANDLER(name, size, pre, any, convert) LOAD_HANDLER(name, size, regx, any, convert)  \
    LOAD_HANDLER(name, size, uxtw, any, convert) LOAD_HANDLER(name, size, sxtw, any, convert) \
    LOAD_HANDLER(name, size, off, sp, convert) LOAD_HANDLER(name, size, post, sp, convert)    \
    LOAD_HANDLER(name, size, pre, sp, convert) MODE_TABLE(name)

#define STORES(name, size)                                                                                         \
    STORE_HANDLER(name, size, off, any) STORE_HANDLER(name, size, post, any) STORE_HANDLER(name, size, pre, any)   \
    STORE_HANDLER(name, size, regx, any) STORE_HANDLER(name, size, uxtw, any) STORE_HANDLER(name, size, sxtw, any) \
    STORE_HANDLER(name, size, off, sp) STORE_HANDLER(name, size, post, sp) STORE_HANDLER(name, size, pre, sp) MODE_TABLE(name)

STORES(strb, 1)
STORES(strh, 2)
STORES(str_w, 4)
STORES(str_x, 8)
LOADS(ldrb, 1, )
LOADS(ldrh, 2, )
LOADS(ldr_w, 4, )
LOADS(ldr_x, 8, )
LOADS(ldrsb_x, 1, (uint64_t)(int64_t)(int8_t))
LOADS(ldrsh_x, 2, (uint64_t)(int64_t)(int16_t))
LOADS(ldrsw, 4, (uint64_t)(int64_t)(int32_t))
LOADS(ldrsb_w, 1, (uint32_t)(int32_t)(int8_t))
LOADS(ldrsh_w, 2, (uint32_t)(int32_t)(int16_t))

HANDLER(prfm) { NEXT; }

/* [size][opc]: opc 0 store, 1 load, 2 sign-extend to X, 3 to W. NULL: unallocated, or a prefetch (size 3, opc 2). */
static handler *const (*const single_handlers[4][4])[2] = {
    { strb_handlers, ldrb_handlers, ldrsb_x_handlers, ldrsb_w_handlers },
    { strh_handlers, ldrh_handlers, ldrsh_x_handlers, ldrsh_w_handlers },
    { str_w_handlers, ldr_w_handlers, ldrsw_handlers, NULL },
    { str_x_handlers, ldr_x_handlers, NULL, NULL },
};

static bool decode_single(struct op *o, uint32_t insn, unsigned mode, bool prefetch_allowed)
{
    unsigned size = (unsigned)bits(insn, 31, 30), opc = (unsigned)bits(insn, 23, 22);
    o->rn = reg_sp(RN);
    if (size == 3 && opc == 2) {
        o->run = prfm;
        return prefetch_allowed;
    }
    if (!single_handlers[size][opc])
        return false;
    o->rd = opc ? reg_dst(RD) : reg_src(RD);
    o->run = single_handlers[size][opc][mode][RN == 31];
    return true;
}

static bool decode_unscaled(struct op *o, uint32_t insn, unsigned mode)
{
    o->imm = sext(bits(insn, 20, 12), 9);
    return decode_single(o, insn, mode, mode == MODE_OFF);
}

static bool decode_unsigned(struct op *o, uint32_t insn)
{
    o->imm = (int64_t)(bits(insn, 21, 10) << bits(insn, 31, 30));
    return decode_single(o, insn, MODE_OFF, true);
}

static bool decode_index(struct op *o, uint32_t insn)
{
    int mode = addressing_index_mode(insn);
    if (mode < 0)
        return false;
    o->rm = reg_src(RM);
    o->sh = bit(insn, 12) ? (uint8_t)bits(insn, 31, 30) : 0;
    return decode_single(o, insn, (unsigned)mode, true);
}

DECODE(str_unscaled) { return decode_unscaled(o, insn, MODE_OFF); }
DECODE(str_post) { return decode_unscaled(o, insn, MODE_POST); }
DECODE(str_pre) { return decode_unscaled(o, insn, MODE_PRE); }
DECODE(str_imm) { return decode_unsigned(o, insn); }
DECODE(str_reg) { return decode_index(o, insn); }
DECODE(ldr_unscaled) { return decode_unscaled(o, insn, MODE_OFF); }
DECODE(ldr_post) { return decode_unscaled(o, insn, MODE_POST); }
DECODE(ldr_pre) { return decode_unscaled(o, insn, MODE_PRE); }
DECODE(ldr_imm) { return decode_unsigned(o, insn); }
DECODE(ldr_reg) { return decode_index(o, insn); }
DECODE(ldrs_unscaled) { return decode_unscaled(o, insn, MODE_OFF); }
DECODE(ldrs_post) { return decode_unscaled(o, insn, MODE_POST); }
DECODE(ldrs_pre) { return decode_unscaled(o, insn, MODE_PRE); }
DECODE(ldrs_imm) { return decode_unsigned(o, insn); }
DECODE(ldrs_reg) { return decode_index(o, insn); }

/* ---- literal ---- */

#define LITERAL(name, size, convert)                                      \
    MEM_HANDLER(name)                                                     \
    {                                                                     \
        gva_t va = c->cpu.code_va + IMM;                                  \
        uint64_t v;                                                       \
        LOAD(v, va, size);                                                \
        c->x[o->rd] = convert v;                                          \
        NEXT;                                                             \
    }

LITERAL(ldr_w_lit, 4, )
LITERAL(ldr_x_lit, 8, )
LITERAL(ldrsw_lit, 4, (uint64_t)(int64_t)(int32_t))

DECODE(ldr_lit)
{
    static handler *const run[4] = { ldr_w_lit, ldr_x_lit, ldrsw_lit, prfm };
    o->rd = reg_dst(RD);
    o->imm = (int64_t)offset + (int64_t)((uint64_t)sext(bits(insn, 23, 5), 19) << 2);
    o->run = run[bits(insn, 31, 30)];
    return true;
}

/* ---- pairs: rd and ra are the two registers ---- */

#define LOAD_PAIR_HANDLER(name, size, mode, base, convert)                \
    MEM_HANDLER(name##_##mode##_##base)                                   \
    {                                                                     \
        BASE_CHECK_##base                                                 \
        gva_t va = ADDRESS_##mode();                                      \
        uint64_t v0, v1;                                                  \
        LOAD_PAIR(v0, v1, va, size);                                      \
        UPDATE_##mode                                                     \
        c->x[o->rd] = convert v0;                                         \
        c->x[o->ra] = convert v1;                                         \
        NEXT;                                                             \
    }

#define STORE_PAIR_HANDLER(name, size, mode, base)                        \
    MEM_HANDLER(name##_##mode##_##base)                                   \
    {                                                                     \
        BASE_CHECK_##base                                                 \
        gva_t va = ADDRESS_##mode();                                      \
        STORE_PAIR(va, c->x[o->rd], c->x[o->ra], size);                   \
        UPDATE_##mode                                                     \
        NEXT;                                                             \
    }

#define PAIR_TABLE(name)                                                  \
    static handler *const name##_handlers[3][2] = {                       \
        { name##_off_any, name##_off_sp }, { name##_post_any, name##_post_sp }, { name##_pre_any, name##_pre_sp } };

#define LOAD_PAIRS(name, size, convert)                                                                \
    LOAD_PAIR_HANDLER(name, size, off, any, convert) LOAD_PAIR_HANDLER(name, size, post, any, convert) \
    LOAD_PAIR_HANDLER(name, size, pre, any, convert) LOAD_PAIR_HANDLER(name, size, off, sp, convert)   \
    LOAD_PAIR_HANDLER(name, size, post, sp, convert) LOAD_PAIR_HANDLER(name, size, pre, sp, convert) PAIR_TABLE(name)

#define STORE_PAIRS(name, size)                                                                                                 \
    STORE_PAIR_HANDLER(name, size, off, any) STORE_PAIR_HANDLER(name, size, post, any) STORE_PAIR_HANDLER(name, size, pre, any) \
    STORE_PAIR_HANDLER(name, size, off, sp) STORE_PAIR_HANDLER(name, size, post, sp) STORE_PAIR_HANDLER(name, size, pre, sp)    \
    PAIR_TABLE(name)

STORE_PAIRS(stp_w, 4)
STORE_PAIRS(stp_x, 8)
LOAD_PAIRS(ldp_w, 4, )
LOAD_PAIRS(ldp_x, 8, )
LOAD_PAIRS(ldpsw, 4, (uint64_t)(int64_t)(int32_t))

/* [opc][load] */
static handler *const (*const pair_handlers[4][2])[2] = {
    { stp_w_handlers, ldp_w_handlers }, { NULL, ldpsw_handlers }, { stp_x_handlers, ldp_x_handlers }, { NULL, NULL } };

static bool decode_pair(struct op *o, uint32_t insn)
{
    static const uint8_t modes[4] = { MODE_OFF, MODE_POST, MODE_OFF, MODE_PRE };   /* no-allocate, post, offset, pre */
    unsigned opc = (unsigned)bits(insn, 31, 30), how = (unsigned)bits(insn, 24, 23), load = bit(insn, 22);
    if (!pair_handlers[opc][load] || (opc == 1 && how == 0))
        return false;
    o->rn = reg_sp(RN);
    o->rd = load ? reg_dst(RD) : reg_src(RD);
    o->ra = load ? reg_dst(RA) : reg_src(RA);
    o->imm = sext(bits(insn, 21, 15), 7) * (opc & 2 ? 8 : 4);
    o->run = pair_handlers[opc][load][modes[how]][RN == 31];
    return true;
}

DECODE(stp) { return decode_pair(o, insn); }
DECODE(ldp) { return decode_pair(o, insn); }
