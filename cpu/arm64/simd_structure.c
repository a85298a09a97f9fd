/* SPDX-License-Identifier: MIT */
/* LD1-LD4 and ST1-ST4 (manual C3.2.11): multiple structures, single structures, and the loads that replicate. `rm` and `imm`
   are what a post-index adds to the base, XZR and 0 without one. The slow way goes element by element, as the architecture
   orders and aligns it. */
#include "cpu/arm64/addressing.h"
#include "cpu/arm64/vreg.h"

#define INCREMENT (INDEX + IMM)

/* Register i of the list: the numbers wrap. */
#define REGISTER(i) c->v[(o->rd + (i)) & 31]

/* SP as base: aux is 15 then, else 0. */
#define CHECK_BASE(va)                                                      \
    if (!slow && unlikely((va) & o->aux))                                   \
        return retry(&c->cpu, o, b)

static bool decode_base(struct op *o, uint32_t insn, unsigned bytes)
{
    bool is_post = bit(insn, 23);
    o->rd = (uint8_t)RD;
    o->rn = reg_sp(RN);
    o->aux = RN == 31 ? 15 : 0;
    o->rm = is_post && RM != 31 ? (uint8_t)RM : REG_ZR;
    o->imm = is_post && RM == 31 ? (int64_t)bytes : 0;
    return true;
}

HOT_INLINE uint64_t lane_get(const union vreg *v, unsigned i, unsigned size)
{
    switch (size) {
    case 1: return v->b[LANE_B(i)];
    case 2: return v->h[LANE_H(i)];
    case 4: return v->s[LANE_S(i)];
    default: return v->d[i];
    }
}

HOT_INLINE void lane_set(union vreg *v, unsigned i, unsigned size, uint64_t value)
{
    switch (size) {
    case 1: v->b[LANE_B(i)] = (uint8_t)value; break;
    case 2: v->h[LANE_H(i)] = (uint16_t)value; break;
    case 4: v->s[LANE_S(i)] = (uint32_t)value; break;
    default: v->d[i] = value; break;
    }
}

/* ---- multiple structures ---- */

/* `count` structures of `registers` elements of `size` bytes: element e of structure s is lane s of register e. */
#define LOAD_STRUCTURES(name, registers, size, count)                                                     \
    MEM_HANDLER(name)                                                                                     \
    {                                                                                                     \
        gva_t va = BASE;                                                                                  \
        union vreg r[registers] = { { { 0 } } };                                                          \
        CHECK_BASE(va);                                                                                   \
        if (!slow) {                                                                                      \
            HOST_READ(host, va, (registers) * (size) * (count));                                          \
            for (unsigned s = 0; s < (count); s++)                                                        \
                for (unsigned e = 0; e < (registers); e++)                                                \
                    lane_set(&r[e], s, size, ld_le(host + (s * (registers) + e) * (size), size));         \
        } else {                                                                                          \
            for (unsigned s = 0; s < (count); s++)                                                        \
                for (unsigned e = 0; e < (registers); e++) {                                              \
                    uint64_t v;                                                                           \
                    LOAD(v, va + (s * (registers) + e) * (size), size);                                   \
                    lane_set(&r[e], s, size, v);                                                          \
                }                                                                                         \
        }                                                                                                 \
        BASE = va + INCREMENT;                                                                            \
        for (unsigned e = 0; e < (registers); e++)                                                        \
            REGISTER(e) = r[e];                                                                           \
        NEXT;                                                                                             \
    }

#define STORE_STRUCTURES(name, registers, size, count)                                                    \
    MEM_HANDLER(name)                                                                                     \
    {                                                                                                     \
        gva_t va = BASE;                                                                                  \
        CHECK_BASE(va);                                                                                   \
        if (!slow) {                                                                                      \
            HOST_WRITE(host, va, (registers) * (size) * (count));                                         \
            for (unsigned s = 0; s < (count); s++)                                                        \
                for (unsigned e = 0; e < (registers); e++)                                                \
                    st_le(host + (s * (registers) + e) * (size), lane_get(&REGISTER(e), s, size), size);  \
        } else {                                                                                          \
            for (unsigned s = 0; s < (count); s++)                                                        \
                for (unsigned e = 0; e < (registers); e++)                                                \
                    STORE(va + (s * (registers) + e) * (size), lane_get(&REGISTER(e), s, size), size);    \
        }                                                                                                 \
        BASE = va + INCREMENT;                                                                            \
        NEXT;                                                                                             \
    }

#define STRUCTURES(MAKE, name, registers)                                                                 \
    MAKE(name##_8b, registers, 1, 8) MAKE(name##_16b, registers, 1, 16) MAKE(name##_4h, registers, 2, 4)  \
    MAKE(name##_8h, registers, 2, 8) MAKE(name##_2s, registers, 4, 2) MAKE(name##_4s, registers, 4, 4)    \
    MAKE(name##_2d, registers, 8, 2)                                                                      \
    static handler *const name##_handlers[4][2] = {                                                       \
        { name##_8b, name##_16b }, { name##_4h, name##_8h }, { name##_2s, name##_4s }, { NULL, name##_2d } };

STRUCTURES(LOAD_STRUCTURES, ld2, 2)
STRUCTURES(LOAD_STRUCTURES, ld3, 3)
STRUCTURES(LOAD_STRUCTURES, ld4, 4)
STRUCTURES(STORE_STRUCTURES, st2, 2)
STRUCTURES(STORE_STRUCTURES, st3, 3)
STRUCTURES(STORE_STRUCTURES, st4, 4)

#define DECODE_STRUCTURES(name, registers)                                                                \
    DECODE(name)                                                                                          \
    {                                                                                                     \
        o->run = name##_handlers[bits(insn, 11, 10)][bit(insn, 30)];                                      \
        return o->run && decode_base(o, insn, (registers) * (bit(insn, 30) ? 16 : 8));                    \
    }                                                                                                     \
    DECODE(name##_post) { return decode_##name(o, insn, offset, mode); }

DECODE_STRUCTURES(ld2, 2)
DECODE_STRUCTURES(ld3, 3)
DECODE_STRUCTURES(ld4, 4)
DECODE_STRUCTURES(st2, 2)
DECODE_STRUCTURES(st3, 3)
DECODE_STRUCTURES(st4, 4)

/* ---- LD1 and ST1 of one to four registers: plain copies, since lanes follow each other as in memory ---- */

HOT_INLINE union vreg load_8(const uint8_t *p) { return (union vreg){ { ld_le64(p), 0 } }; }
HOT_INLINE union vreg load_16(const uint8_t *p) { return vreg_load(p); }
HOT_INLINE void store_8(uint8_t *p, union vreg v) { st_le64(p, v.d[0]); }
HOT_INLINE void store_16(uint8_t *p, union vreg v) { vreg_store(p, v); }

/* A loop that is unrolled at any optimisation. */
#define FOR_REGISTERS(count, statement)                                     \
    do {                                                                    \
        { enum { i = 0 }; statement; }                                      \
        if ((count) > 1) { enum { i = 1 }; statement; }                     \
        if ((count) > 2) { enum { i = 2 }; statement; }                     \
        if ((count) > 3) { enum { i = 3 }; statement; }                     \
    } while (0)

/* `sh` is log2 of the element size, which the slow way needs. */
#define LOAD_REGISTERS(name, registers, bytes)                                                            \
    MEM_HANDLER(name)                                                                                     \
    {                                                                                                     \
        gva_t va = BASE;                                                                                  \
        union vreg r[4] = { { { 0 } } };                                                                  \
        CHECK_BASE(va);                                                                                   \
        if (!slow) {                                                                                      \
            HOST_READ(host, va, (registers) * (bytes));                                                   \
            FOR_REGISTERS(registers, r[i] = load_##bytes(host + i * (bytes)));                            \
        } else {                                                                                          \
            for (unsigned i = 0, size = 1u << o->sh; i < (registers) * (bytes); i += size) {              \
                uint64_t v;                                                                               \
                LOAD(v, va + i, size);                                                                    \
                r[i / (bytes)].d[i % (bytes) / 8] |= v << i % 8 * 8;                                      \
            }                                                                                             \
        }                                                                                                 \
        BASE = va + INCREMENT;                                                                            \
        FOR_REGISTERS(registers, REGISTER(i) = r[i]);                                                     \
        NEXT;                                                                                             \
    }

#define STORE_REGISTERS(name, registers, bytes)                                                                \
    MEM_HANDLER(name)                                                                                          \
    {                                                                                                          \
        gva_t va = BASE;                                                                                       \
        CHECK_BASE(va);                                                                                        \
        if (!slow) {                                                                                           \
            HOST_WRITE(host, va, (registers) * (bytes));                                                       \
            FOR_REGISTERS(registers, store_##bytes(host + i * (bytes), REGISTER(i)));                          \
        } else {                                                                                               \
            for (unsigned i = 0, size = 1u << o->sh; i < (registers) * (bytes); i += size)                     \
                STORE(va + i, REGISTER(i / (bytes)).d[i % (bytes) / 8] >> i % 8 * 8 & mask64(8 * size), size); \
        }                                                                                                      \
        BASE = va + INCREMENT;                                                                                 \
        NEXT;                                                                                                  \
    }

#define REGISTERS(MAKE, name, registers)                                                                  \
    MAKE(name##_8, registers, 8)                                                                          \
    MAKE(name##_16, registers, 16)                                                                        \
    DECODE(name)                                                                                          \
    {                                                                                                     \
        o->sh = (uint8_t)bits(insn, 11, 10);                                                              \
        o->run = bit(insn, 30) ? name##_16 : name##_8;                                                    \
        return decode_base(o, insn, (registers) * (bit(insn, 30) ? 16 : 8));                              \
    }                                                                                                     \
    DECODE(name##_post) { return decode_##name(o, insn, offset, mode); }

REGISTERS(LOAD_REGISTERS, ld1_1, 1)
REGISTERS(LOAD_REGISTERS, ld1_2, 2)
REGISTERS(LOAD_REGISTERS, ld1_3, 3)
REGISTERS(LOAD_REGISTERS, ld1_4, 4)
REGISTERS(STORE_REGISTERS, st1_1, 1)
REGISTERS(STORE_REGISTERS, st1_2, 2)
REGISTERS(STORE_REGISTERS, st1_3, 3)
REGISTERS(STORE_REGISTERS, st1_4, 4)

/* ---- single structures: lane `sh` of 1 to 4 registers ---- */

#define LOAD_LANE(name, size, registers)                                                                  \
    MEM_HANDLER(name)                                                                                     \
    {                                                                                                     \
        gva_t va = BASE;                                                                                  \
        uint64_t v[4];                                                                                    \
        CHECK_BASE(va);                                                                                   \
        FOR_REGISTERS(registers, LOAD(v[i], va + i * (size), size));                                      \
        BASE = va + INCREMENT;                                                                            \
        FOR_REGISTERS(registers, lane_set(&REGISTER(i), o->sh, size, v[i]));                              \
        NEXT;                                                                                             \
    }

/* A structure may lie across two pages, of which only the second cannot be written: then the first elements are stored again by
   the slow way, with the same values. */
#define STORE_LANE(name, size, registers)                                                                 \
    MEM_HANDLER(name)                                                                                     \
    {                                                                                                     \
        gva_t va = BASE;                                                                                  \
        CHECK_BASE(va);                                                                                   \
        FOR_REGISTERS(registers, STORE(va + i * (size), lane_get(&REGISTER(i), o->sh, size), size));      \
        BASE = va + INCREMENT;                                                                            \
        NEXT;                                                                                             \
    }

#define SINGLES(MAKE, name)                                                                                     \
    MAKE(name##_1_1, 1, 1) MAKE(name##_1_2, 1, 2) MAKE(name##_1_3, 1, 3) MAKE(name##_1_4, 1, 4)                 \
    MAKE(name##_2_1, 2, 1) MAKE(name##_2_2, 2, 2) MAKE(name##_2_3, 2, 3) MAKE(name##_2_4, 2, 4)                 \
    MAKE(name##_4_1, 4, 1) MAKE(name##_4_2, 4, 2) MAKE(name##_4_3, 4, 3) MAKE(name##_4_4, 4, 4)                 \
    MAKE(name##_8_1, 8, 1) MAKE(name##_8_2, 8, 2) MAKE(name##_8_3, 8, 3) MAKE(name##_8_4, 8, 4)                 \
    static handler *const name##_handlers[4][4] = {                                                             \
        { name##_1_1, name##_1_2, name##_1_3, name##_1_4 }, { name##_2_1, name##_2_2, name##_2_3, name##_2_4 }, \
        { name##_4_1, name##_4_2, name##_4_3, name##_4_4 }, { name##_8_1, name##_8_2, name##_8_3, name##_8_4 } };

SINGLES(LOAD_LANE, ld_lane)
SINGLES(STORE_LANE, st_lane)

/* The element size and the lane number are in opcode<2:1>, Q, S and size (manual, "LD1 (single structure)", operation). */
static bool decode_lane(struct op *o, uint32_t insn, unsigned registers)
{
    unsigned scale = (unsigned)bits(insn, 15, 14), low = (unsigned)bits(insn, 12, 10);   /* low is S:size */
    unsigned lane = bit(insn, 30) << 3 | low;
    if ((scale == 1 && (low & 1)) || (scale == 2 && (low & 2)) || (scale == 2 && low == 5))
        return false;
    if (scale == 2 && low == 1)
        scale = 3;
    o->sh = (uint8_t)(lane >> scale);
    o->run = (bit(insn, 22) ? ld_lane_handlers : st_lane_handlers)[scale][registers - 1];
    return decode_base(o, insn, registers << scale);
}

/* ---- one structure to all lanes ---- */

#define ALL_LANES(value, size) ((value) * (UINT64_MAX / (UINT64_MAX >> (64 - 8 * (size)))))

#define REPLICATE(name, size, registers)                                                                                \
    MEM_HANDLER(name)                                                                                                   \
    {                                                                                                                   \
        gva_t va = BASE;                                                                                                \
        uint64_t v[4];                                                                                                  \
        CHECK_BASE(va);                                                                                                 \
        FOR_REGISTERS(registers, LOAD(v[i], va + i * (size), size));                                                    \
        BASE = va + INCREMENT;                                                                                          \
        const uint64_t high = -(uint64_t)o->sh;   /* Q */                                                               \
        FOR_REGISTERS(registers, REGISTER(i).d[0] = ALL_LANES(v[i], size); REGISTER(i).d[1] = REGISTER(i).d[0] & high); \
        NEXT;                                                                                                           \
    }

SINGLES(REPLICATE, ld_replicate)

static bool decode_replicate(struct op *o, uint32_t insn, unsigned registers)
{
    unsigned scale = (unsigned)bits(insn, 11, 10);
    o->sh = (uint8_t)bit(insn, 30);
    o->run = ld_replicate_handlers[scale][registers - 1];
    return decode_base(o, insn, registers << scale);
}

#define DECODE_SINGLE(n)                                                    \
    DECODE(ld##n##_lane_bh) { return decode_lane(o, insn, n); }             \
    DECODE(ld##n##_lane_bh_post) { return decode_lane(o, insn, n); }        \
    DECODE(ld##n##_lane_sd) { return decode_lane(o, insn, n); }             \
    DECODE(ld##n##_lane_sd_post) { return decode_lane(o, insn, n); }        \
    DECODE(st##n##_lane_bh) { return decode_lane(o, insn, n); }             \
    DECODE(st##n##_lane_bh_post) { return decode_lane(o, insn, n); }        \
    DECODE(st##n##_lane_sd) { return decode_lane(o, insn, n); }             \
    DECODE(st##n##_lane_sd_post) { return decode_lane(o, insn, n); }        \
    DECODE(ld##n##r) { return decode_replicate(o, insn, n); }               \
    DECODE(ld##n##r_post) { return decode_replicate(o, insn, n); }

DECODE_SINGLE(1)
DECODE_SINGLE(2)
DECODE_SINGLE(3)
DECODE_SINGLE(4)
