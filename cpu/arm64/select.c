/* SPDX-License-Identifier: MIT */
/* CRC32 (manual C3.5.8) and the conditional instructions (C3.5.10, C3.5.11). */
#include "cpu/arm64/flags.h"
#include "cpu/arm64/handler.h"

#define N_X c->x[o->rn]
#define M_X c->x[o->rm]
#define N_W ((uint32_t)c->x[o->rn])
#define M_W ((uint32_t)c->x[o->rm])

static bool decode_registers(struct op *o, uint32_t insn, handler *x, handler *w)
{
    o->rn = reg_src(RN);
    o->rm = reg_src(RM);
    o->ra = reg_src(RA);
    o->rd = reg_dst(RD);
    o->run = SF ? x : w;
    return true;
}

/* ---- CRC32: bit-reflected polynomials 0x04c11db7 and 0x1edc6f41, four bits a step ---- */

#define CRC_1(p, v)  ((v) >> 1 ^ ((v) & 1 ? (p) : 0))
#define CRC_2(p, v)  CRC_1(p, CRC_1(p, v))
#define CRC_4(p, v)  CRC_2(p, CRC_2(p, v))

/* The tables are computed at compile time. */
#define NIBBLE(p, n) CRC_4(p, n##u)
#define NIBBLES(p)                                                                                                            \
    { NIBBLE(p, 0), NIBBLE(p, 1), NIBBLE(p, 2), NIBBLE(p, 3), NIBBLE(p, 4), NIBBLE(p, 5), NIBBLE(p, 6), NIBBLE(p, 7),         \
      NIBBLE(p, 8), NIBBLE(p, 9), NIBBLE(p, 10), NIBBLE(p, 11), NIBBLE(p, 12), NIBBLE(p, 13), NIBBLE(p, 14), NIBBLE(p, 15) }
static const uint32_t crc32_nibbles[16] = NIBBLES(0xedb88320u), crc32c_nibbles[16] = NIBBLES(0x82f63b78u);

static inline uint32_t crc_step(const uint32_t *table, uint32_t crc, uint64_t data, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++, data >>= 8) {
        crc ^= (uint8_t)data;
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return crc;
}

HANDLER(crc32) { c->x[o->rd] = crc_step(crc32_nibbles, N_W, M_X, o->aux); NEXT; }
HANDLER(crc32c) { c->x[o->rd] = crc_step(crc32c_nibbles, N_W, M_X, o->aux); NEXT; }

static bool decode_crc(struct op *o, uint32_t insn, handler *run)
{
    unsigned size = (unsigned)bits(insn, 11, 10);
    if ((size == 3) != SF)
        return false;
    o->aux = (uint8_t)(1u << size);
    return decode_registers(o, insn, run, run);
}

DECODE(crc32) { return decode_crc(o, insn, crc32); }
DECODE(crc32c) { return decode_crc(o, insn, crc32c); }

/* ---- conditional select: one handler per condition ---- */

#define SELECT(cond)                                                                                              \
    HANDLER(csel_x_##cond) { c->x[o->rd] = COND_##cond ? N_X : M_X; NEXT; }                                       \
    HANDLER(csel_w_##cond) { c->x[o->rd] = COND_##cond ? N_W : M_W; NEXT; }                                       \
    HANDLER(csinc_x_##cond) { c->x[o->rd] = COND_##cond ? N_X : M_X + 1; NEXT; }                                  \
    HANDLER(csinc_w_##cond) { c->x[o->rd] = COND_##cond ? N_W : M_W + 1; NEXT; }                                  \
    HANDLER(csinv_x_##cond) { c->x[o->rd] = COND_##cond ? N_X : ~M_X; NEXT; }                                     \
    HANDLER(csinv_w_##cond) { c->x[o->rd] = COND_##cond ? N_W : ~M_W; NEXT; }                                     \
    HANDLER(csneg_x_##cond) { c->x[o->rd] = COND_##cond ? N_X : -M_X; NEXT; }                                     \
    HANDLER(csneg_w_##cond) { c->x[o->rd] = COND_##cond ? N_W : -M_W; NEXT; }

#define COND_AL true
CONDITIONS(SELECT)
SELECT(AL)

#define SELECT_ROW(cond)                                                                                          \
    { { csel_w_##cond, csinc_w_##cond, csinv_w_##cond, csneg_w_##cond },                                          \
      { csel_x_##cond, csinc_x_##cond, csinv_x_##cond, csneg_x_##cond } },
static handler *const select_handlers[15][2][4] = { CONDITIONS(SELECT_ROW) SELECT_ROW(AL) };

static bool decode_select(struct op *o, uint32_t insn, unsigned kind)
{
    unsigned cond = (unsigned)bits(insn, 15, 12);
    handler *const *row = select_handlers[cond > 14 ? 14 : cond][SF];
    return decode_registers(o, insn, row[kind], row[kind]);
}

DECODE(csel) { return decode_select(o, insn, 0); }
DECODE(csinc) { return decode_select(o, insn, 1); }
DECODE(csinv) { return decode_select(o, insn, 2); }
DECODE(csneg) { return decode_select(o, insn, 3); }

/* ---- conditional compare: aux is the condition, ra the flags if it fails ---- */

#define COND_COMPARE(name, operation, n, m)                                                                       \
    HANDLER(name)                                                                                                 \
    {                                                                                                             \
        if (cond_holds(c, o->aux))                                                                                \
            operation(c, n, m);                                                                                   \
        else                                                                                                      \
            flags_set(c, o->ra);                                                                                  \
        NEXT;                                                                                                     \
    }

COND_COMPARE(ccmp_x_reg, flags_sub_x, N_X, M_X)
COND_COMPARE(ccmp_w_reg, flags_sub_w, N_W, M_W)
COND_COMPARE(ccmn_x_reg, flags_add_x, N_X, M_X)
COND_COMPARE(ccmn_w_reg, flags_add_w, N_W, M_W)
COND_COMPARE(ccmp_x_imm, flags_sub_x, N_X, (uint64_t)o->imm)
COND_COMPARE(ccmp_w_imm, flags_sub_w, N_W, (uint32_t)o->imm)
COND_COMPARE(ccmn_x_imm, flags_add_x, N_X, (uint64_t)o->imm)
COND_COMPARE(ccmn_w_imm, flags_add_w, N_W, (uint32_t)o->imm)

static bool decode_cond_compare(struct op *o, uint32_t insn, handler *x, handler *w)
{
    o->rn = reg_src(RN);
    o->rm = reg_src(RM);
    o->imm = (int64_t)RM;
    o->aux = (uint8_t)bits(insn, 15, 12);
    o->ra = insn & 15;
    o->run = SF ? x : w;
    return true;
}

DECODE(ccmp_reg) { return decode_cond_compare(o, insn, ccmp_x_reg, ccmp_w_reg); }
DECODE(ccmn_reg) { return decode_cond_compare(o, insn, ccmn_x_reg, ccmn_w_reg); }
DECODE(ccmp_imm) { return decode_cond_compare(o, insn, ccmp_x_imm, ccmp_w_imm); }
DECODE(ccmn_imm) { return decode_cond_compare(o, insn, ccmn_x_imm, ccmn_w_imm); }
