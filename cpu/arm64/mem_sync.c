/* SPDX-License-Identifier: MIT */
/* Exclusives, load-acquire and store-release, and the unprivileged accesses (manual C3.2.5 to C3.2.9). */
#include "cpu/arm64/handler.h"

#define BASE c->x[o->rn]

/* ---- exclusives: rd is Rt, ra Rt2, rm the status register Rs, aux the size of one element ---- */

/* Every lock and counter of a guest comes by here: what the inline TLB proves needs no walk. What is not aligned, or has SP as
   base, is looked at the slow way. */
static bool is_quick(const struct arm64 *c, const struct op *o, gva_t va, unsigned total, bool write)
{
    PROOF *e = PROOF_OF(c->cpu.tlb, va);
    bool proven = write ? PROVES_WRITE(e, va, total) : PROVES_READ(e, va, total);
    return likely(proven && !(va & (total - 1)) && o->rn != REG_SP);
}

static bool quick_load(struct arm64 *c, const struct op *o, gva_t va, unsigned size, bool pair)
{
    if (!is_quick(c, o, va, pair ? 2 * size : size, false))
        return false;
    PROOF *e = PROOF_OF(c->cpu.tlb, va);
    const uint8_t *host = PROOF_HOST(e, va);
    c->loaded = ld_le(host, size);
    if (pair)
        c->loaded_high = ld_le(host + size, size);
    return true;
}

static bool quick_store(struct arm64 *c, const struct op *o, gva_t va, unsigned size, bool pair)
{
    if (!is_quick(c, o, va, pair ? 2 * size : size, true))
        return false;
    PROOF *e = PROOF_OF(c->cpu.tlb, va);
    uint8_t *host = PROOF_HOST(e, va);
    st_le(host, c->x[o->rd], size);
    if (pair)
        st_le(host + size, c->x[o->ra], size);
    return true;
}

/* The monitor remembers address, size and value; a store succeeds if memory still holds the value. With one core this differs
   from a hardware monitor only where the manual leaves the outcome open. */
static bool monitor_load(struct arm64 *c, const struct op *o, const struct block *b, unsigned size, bool pair)
{
    gva_t va = BASE;
    unsigned total = pair ? 2 * size : size;
    if (!quick_load(c, o, va, size, pair)) {
        if (!arm64_aligned(c, o, b, va, total, false))
            return false;
        if (!(pair ? arm64_load_pair(c, o, b, va, size) : arm64_load(c, o, b, va, size)))
            return false;
    }
    c->exclusive_va = va;
    c->exclusive_size = total;
    c->exclusive_value[0] = c->loaded;
    c->exclusive_value[1] = pair ? c->loaded_high : 0;
    return true;
}

HANDLER(ldxr)
{
    if (!monitor_load(c, o, b, o->aux, false))
        LEAVE;
    c->x[o->rd] = c->loaded;
    NEXT;
}

HANDLER(ldxp)
{
    if (!monitor_load(c, o, b, o->aux, true))
        LEAVE;
    c->x[o->rd] = c->loaded;
    c->x[o->ra] = c->loaded_high;
    NEXT;
}

/* Returns 0 stored, 1 refused, -1 an exception was taken. */
static int monitor_store(struct arm64 *c, const struct op *o, const struct block *b, unsigned size, bool pair)
{
    gva_t va = BASE;
    unsigned total = pair ? 2 * size : size;
    if (!is_quick(c, o, va, total, true) &&
        !(arm64_aligned(c, o, b, va, total, true) && arm64_unwatched(c, o, b, va, total, 0)))
        return -1;
    if (c->exclusive_size != total || c->exclusive_va != va) {
        c->exclusive_size = 0;
        return 1;
    }
    c->exclusive_size = 0;
    if (!quick_load(c, o, va, size, pair) &&
        !(pair ? arm64_load_pair(c, o, b, va, size) : arm64_load(c, o, b, va, size)))
        return -1;
    if (c->loaded != c->exclusive_value[0] || (pair && c->loaded_high != c->exclusive_value[1]))
        return 1;
    if (quick_store(c, o, va, size, pair))
        return 0;
    return (pair ? arm64_store_pair(c, o, b, va, size, c->x[o->rd], c->x[o->ra])
                 : arm64_store(c, o, b, va, size, c->x[o->rd])) ? 0 : -1;
}

HANDLER(stxr)
{
    int refused = monitor_store(c, o, b, o->aux, false);
    if (refused < 0)
        LEAVE;
    c->x[o->rm] = (uint64_t)refused;
    NEXT;
}

HANDLER(stxp)
{
    int refused = monitor_store(c, o, b, o->aux, true);
    if (refused < 0)
        LEAVE;
    c->x[o->rm] = (uint64_t)refused;
    NEXT;
}

static bool decode_exclusive(struct op *o, uint32_t insn, handler *run, bool load)
{
    o->rn = reg_sp(RN);
    o->rd = load ? reg_dst(RD) : reg_src(RD);
    o->ra = load ? reg_dst(RA) : reg_src(RA);
    o->rm = reg_dst(RM);
    o->aux = (uint8_t)(1u << bits(insn, 31, 30));
    o->run = run;
    return true;
}

DECODE(ldxr) { return decode_exclusive(o, insn, ldxr, true); }
DECODE(ldxp) { return decode_exclusive(o, insn, ldxp, true); }
DECODE(stxr) { return decode_exclusive(o, insn, stxr, false); }
DECODE(stxp) { return decode_exclusive(o, insn, stxp, false); }

/* ---- acquire and release: plain accesses that must be aligned ---- */

#define ACQUIRE(size)                                                                             \
    MEM_HANDLER(ldar_##size)                                                                      \
    {                                                                                             \
        gva_t va = BASE;                                                                          \
        uint64_t v;                                                                               \
        if (!slow && unlikely(va & (size - 1)))                                                   \
            return retry(&c->cpu, o, b);                                                          \
        if (slow && !arm64_aligned(c, o, b, va, size, false))                                     \
            LEAVE;                                                                                \
        LOAD(v, va, size);                                                                        \
        c->x[o->rd] = v;                                                                          \
        NEXT;                                                                                     \
    }                                                                                             \
    MEM_HANDLER(stlr_##size)                                                                      \
    {                                                                                             \
        gva_t va = BASE;                                                                          \
        if (!slow && unlikely(va & (size - 1)))                                                   \
            return retry(&c->cpu, o, b);                                                          \
        if (slow && !arm64_aligned(c, o, b, va, size, true))                                      \
            LEAVE;                                                                                \
        STORE(va, c->x[o->rd], size);                                                             \
        NEXT;                                                                                     \
    }

ACQUIRE(1)
ACQUIRE(2)
ACQUIRE(4)
ACQUIRE(8)

DECODE(ldar)
{
    static handler *const run[2][4] = { { ldar_1, ldar_2, ldar_4, ldar_8 },
                                        { ldar_1_slow, ldar_2_slow, ldar_4_slow, ldar_8_slow } };
    return decode_exclusive(o, insn, run[RN == 31][bits(insn, 31, 30)], true);
}

DECODE(stlr)
{
    static handler *const run[2][4] = { { stlr_1, stlr_2, stlr_4, stlr_8 },
                                        { stlr_1_slow, stlr_2_slow, stlr_4_slow, stlr_8_slow } };
    return decode_exclusive(o, insn, run[RN == 31][bits(insn, 31, 30)], false);
}

/* ---- unprivileged: with the rights of EL0 at EL1 (Linux' copy_from_user and copy_to_user), as usual at EL0 ---- */

#define UNPRIVILEGED_LOAD(name, size, convert)                                                    \
    COLD_HANDLER(name##_slow)                                                                     \
    {                                                                                             \
        if (!arm64_load_user(c, o, b, BASE + (uint64_t)o->imm, size))                             \
            LEAVE;                                                                                \
        c->x[o->rd] = convert c->loaded;                                                          \
        NEXT;                                                                                     \
    }                                                                                             \
    HANDLER(name)                                                                                 \
    {                                                                                             \
        gva_t va = BASE + (uint64_t)o->imm;                                                       \
        PROOF *e = PROOF_OF(c->user_tlb, va);                                                     \
        if (unlikely(!PROVES_READ(e, va, size)))                                                  \
            TAIL(name##_slow);                                                                    \
        c->x[o->rd] = convert ld_le(PROOF_HOST(e, va), size);                                      \
        NEXT;                                                                                     \
    }

#define UNPRIVILEGED_STORE(name, size)                                                            \
    COLD_HANDLER(name##_slow)                                                                     \
    {                                                                                             \
        if (!arm64_store_user(c, o, b, BASE + (uint64_t)o->imm, size, c->x[o->rd]))               \
            LEAVE;                                                                                \
        NEXT;                                                                                     \
    }                                                                                             \
    HANDLER(name)                                                                                 \
    {                                                                                             \
        gva_t va = BASE + (uint64_t)o->imm;                                                       \
        PROOF *e = PROOF_OF(c->user_tlb, va);                                                     \
        if (unlikely(!PROVES_WRITE(e, va, size)))                                                 \
            TAIL(name##_slow);                                                                    \
        st_le(PROOF_HOST(e, va), c->x[o->rd], size);                                               \
        NEXT;                                                                                     \
    }

UNPRIVILEGED_STORE(sttrb, 1)
UNPRIVILEGED_STORE(sttrh, 2)
UNPRIVILEGED_STORE(sttr_w, 4)
UNPRIVILEGED_STORE(sttr_x, 8)
UNPRIVILEGED_LOAD(ldtrb, 1, )
UNPRIVILEGED_LOAD(ldtrh, 2, )
UNPRIVILEGED_LOAD(ldtr_w, 4, )
UNPRIVILEGED_LOAD(ldtr_x, 8, )
UNPRIVILEGED_LOAD(ldtrsb_x, 1, (uint64_t)(int64_t)(int8_t))
UNPRIVILEGED_LOAD(ldtrsh_x, 2, (uint64_t)(int64_t)(int16_t))
UNPRIVILEGED_LOAD(ldtrsw, 4, (uint64_t)(int64_t)(int32_t))
UNPRIVILEGED_LOAD(ldtrsb_w, 1, (uint32_t)(int32_t)(int8_t))
UNPRIVILEGED_LOAD(ldtrsh_w, 2, (uint32_t)(int32_t)(int16_t))

/* With SP as base the slow way, which looks at its alignment. */
#define BOTH(name) { name, name##_slow }

static bool decode_unprivileged(struct op *o, uint32_t insn)
{
    static handler *const run[4][4][2] = {
        { BOTH(sttrb), BOTH(ldtrb), BOTH(ldtrsb_x), BOTH(ldtrsb_w) },
        { BOTH(sttrh), BOTH(ldtrh), BOTH(ldtrsh_x), BOTH(ldtrsh_w) },
        { BOTH(sttr_w), BOTH(ldtr_w), BOTH(ldtrsw), { NULL } }, { BOTH(sttr_x), BOTH(ldtr_x), { NULL }, { NULL } } };
    unsigned opc = (unsigned)bits(insn, 23, 22);
    o->rn = reg_sp(RN);
    o->rd = opc ? reg_dst(RD) : reg_src(RD);
    o->imm = sext(bits(insn, 20, 12), 9);
    o->run = run[bits(insn, 31, 30)][opc][RN == 31];
    return o->run != NULL;
}

DECODE(sttr) { return decode_unprivileged(o, insn); }
DECODE(ldtr) { return decode_unprivileged(o, insn); }
DECODE(ldtrs) { return decode_unprivileged(o, insn); }
