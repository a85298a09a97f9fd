/* SPDX-License-Identifier: MIT */
/* Advanced SIMD permutations (manual C4.1.96): EXT, TBL and TBX, ZIP, UZP, TRN. */
#include "cpu/arm64/simd_lanes.h"

/* ---- EXT: bytes from Vn on into Vm, beginning with byte sh / 8 of a doubleword ---- */

/* Each doubleword of the result is cut out of two that follow each other. */
#define EXT(name, count, word0, word1, word2)                                                             \
    HANDLER(name)                                                                                         \
    {                                                                                                     \
        const uint64_t low[2] = { word0, word1 }, high[2] = { word1, word2 };                             \
        union vreg r = { { 0 } };                                                                         \
        for (int i = 0; i < (count); i++)                                                                 \
            r.d[i] = low[i] >> o->sh | high[i] << 1 << (63 - o->sh);                                      \
        *VD = r;                                                                                          \
        NEXT;                                                                                             \
    }

EXT(ext_8b, 1, VN->d[0], VM->d[0], 0)
EXT(ext_16b_low, 2, VN->d[0], VN->d[1], VM->d[0])
EXT(ext_16b_high, 2, VN->d[1], VM->d[0], VM->d[1])

/* The usual one exchanges halves. */
HANDLER(ext_16b_8)
{
    *VD = (union vreg){ { VN->d[1], VM->d[0] } };
    NEXT;
}

DECODE(v_ext)
{
    bool from_high = bit(insn, 14), q = bit(insn, 30);
    o->sh = (uint8_t)(8 * bits(insn, 13, 11));
    if (q && from_high && !o->sh)
        return decode_vector(o, insn, ext_16b_8);
    return decode_vector(o, insn, q ? (from_high ? ext_16b_high : ext_16b_low) : (from_high ? NULL : ext_8b));
}

/* ---- TBL, TBX: bytes looked up in 1 to 4 registers; what is out of range becomes 0 or stays ---- */

#define TABLE_LOOKUP(name, count, registers, otherwise)                                                   \
    HANDLER(name##_##registers##_##count##b)                                                              \
    {                                                                                                     \
        enum { ENTRIES = (registers) == 3 ? 4 : (registers) };                                            \
        const union vreg *vm = VM, *vd = VD;                                                              \
        union vreg r = { { 0 } }, table[ENTRIES] = { { { 0 } } };                                         \
        for (int k = 0; k < (registers); k++)                                                             \
            table[k] = c->v[(o->rn + k) & 31];                                                            \
        for (int i = 0; i < (count); i++) {                                                               \
            OP_UNUSED const uint8_t d = vd->b[i];                                                         \
            const unsigned at = vm->b[i];                                                                 \
            const uint8_t found = table[at / 16 % ENTRIES].b[LANE_B(at % 16)];                            \
            r.b[i] = at < 16 * (registers) ? found : (otherwise);                                         \
        }                                                                                                 \
        *VD = r;                                                                                          \
        NEXT;                                                                                             \
    }

#define TABLE_LOOKUPS(name, otherwise)                                                                    \
    TABLE_LOOKUP(name, 8, 1, otherwise) TABLE_LOOKUP(name, 8, 2, otherwise)                               \
    TABLE_LOOKUP(name, 8, 3, otherwise) TABLE_LOOKUP(name, 8, 4, otherwise)                               \
    TABLE_LOOKUP(name, 16, 1, otherwise) TABLE_LOOKUP(name, 16, 2, otherwise)                             \
    TABLE_LOOKUP(name, 16, 3, otherwise) TABLE_LOOKUP(name, 16, 4, otherwise)                             \
    DECODE(v_##name)                                                                                      \
    {                                                                                                     \
        static handler *const run[2][4] = { { name##_1_8b, name##_2_8b, name##_3_8b, name##_4_8b },       \
                                            { name##_1_16b, name##_2_16b, name##_3_16b, name##_4_16b } }; \
        return decode_vector(o, insn, run[bit(insn, 30)][bits(insn, 14, 13)]);                            \
    }

TABLE_LOOKUPS(tbl, 0)
TABLE_LOOKUPS(tbx, d)

/* ---- ZIP, UZP, TRN: lane i comes from lane `from_n` of Vn or `from_m` of Vm ---- */

#define PERMUTE(name, arrangement, lane, LANE, count, takes_m, from)                                      \
    HANDLER(name##_##arrangement)                                                                         \
    {                                                                                                     \
        enum { COUNT = (count) };                                                                         \
        const union vreg *vn = VN, *vm = VM;                                                              \
        union vreg r = { { 0 } };                                                                         \
        for (int i = 0; i < COUNT; i++)                                                                   \
            r.lane[LANE(i)] = (takes_m) ? vm->lane[LANE(from)] : vn->lane[LANE(from)];                    \
        *VD = r;                                                                                          \
        NEXT;                                                                                             \
    }

#define PERMUTES(name, takes_m, from)                                                                     \
    PERMUTE(name, 8b, b, LANE_B, 8, takes_m, from) PERMUTE(name, 16b, b, LANE_B, 16, takes_m, from)       \
    PERMUTE(name, 4h, h, LANE_H, 4, takes_m, from) PERMUTE(name, 8h, h, LANE_H, 8, takes_m, from)         \
    PERMUTE(name, 2s, s, LANE_S, 2, takes_m, from) PERMUTE(name, 4s, s, LANE_S, 4, takes_m, from)         \
    PERMUTE(name, 2d, d, LANE_D, 2, takes_m, from) TABLE_BHSD(name) DECODE_VECTOR(name)

PERMUTES(zip1, i & 1, i / 2)
PERMUTES(zip2, i & 1, COUNT / 2 + i / 2)
PERMUTES(uzp1, i >= COUNT / 2, 2 * i % COUNT)
PERMUTES(uzp2, i >= COUNT / 2, 2 * i % COUNT + 1)
PERMUTES(trn1, i & 1, i & ~1)
PERMUTES(trn2, i & 1, i | 1)
