/* SPDX-License-Identifier: MIT */
#include "tests/cpu/arm64/random_code.h"

#include <string.h>

#include "cpu/arm64/decode.h"
#include "tests/cpu/arm64/oracle.h"

enum {
    MOVZ_X_LSL16 = 0xd2a00000, MOVK_X = 0xf2800000, MOVZ_X = 0xd2800000, ADD_X_IMM = 0x91000000, ADR = 0x10000000,
    BR = 0xd61f0000, CLREX = 0xd5033f5f, NOP = 0xd503201f, STRB_X0 = 0x39000000
};

/* ---- what is not compared ---- */

struct known {
    uint32_t mask, value;
    const char *why;
};

/* Words that the two sides may treat differently, each for a reason that is not a bug of ours. */
static const struct known known[] = {
    { 0xffe0001f, 0xd4000001, "SVC: QEMU's user mode would make a Linux system call" },
    { 0xffe0001f, 0xd4400000, "HLT: QEMU's user mode may take it for a semihosting call" },
    { 0xffffffff, 0xd503207f, "WFI: our core would sleep for good" },
    { 0xfffff000, 0xd5380000, "MRS of an ID register: QEMU's user mode plays Linux, which emulates it for EL0" },
    { 0xffdff000, 0xd51bd000, "TPIDR_EL0 and TPIDRRO_EL0: the harness uses one, and they are not part of a case's state" },
    { 0xffdff000, 0xd51be000, "generic timer: time passes differently, and QEMU's user mode grants other rights" },
    { 0xffffffc0, 0xd51b4400, "MSR FPCR, FPSR: QEMU's keeps the fields of AArch32's FPSCR, which ours has not" },
};

static bool is_known(uint32_t word)
{
    for (unsigned i = 0; i < ARRAY_SIZE(known); i++)
        if ((word & known[i].mask) == known[i].value)
            return true;
    return false;
}

/* ---- loads and stores ---- */

static bool is_memory(unsigned row)
{
    switch (insn_rows[row].class) {
    case CLASS_LOAD: case CLASS_STORE: case CLASS_LOAD_PAIR: case CLASS_STORE_PAIR: case CLASS_EXCLUSIVE:
    case CLASS_FP_LOAD: case CLASS_FP_STORE: case CLASS_FP_LOAD_PAIR: case CLASS_FP_STORE_PAIR:
    case CLASS_SIMD_LOAD: case CLASS_SIMD_STORE:
        return true;
    default:
        return false;
    }
}

static bool is_literal(uint32_t insn) { return (insn & 0x3b000000) == 0x18000000; }
static bool is_exclusive(uint32_t insn) { return (insn & 0x3f000000) == 0x08000000; }
static bool is_pair(uint32_t insn) { return bits(insn, 29, 27) == 5; }
static bool is_single(uint32_t insn) { return bits(insn, 29, 27) == 7; }
static bool is_vector(uint32_t insn) { return bit(insn, 26); }
static bool is_load(uint32_t insn) { return bit(insn, 22) || (is_single(insn) && !is_vector(insn) && bit(insn, 23)); }
static bool is_indexed(uint32_t insn) { return is_single(insn) && !bit(insn, 24) && bit(insn, 21); }

static bool writes_base(uint32_t insn)
{
    if (is_pair(insn))
        return bit(insn, 23);
    return is_single(insn) && !bit(insn, 24) && !bit(insn, 21) && bit(insn, 10);
}

/* What the manual calls CONSTRAINED UNPREDICTABLE for loads and stores (K1.2). */
static bool is_open(uint32_t insn)
{
    if (is_exclusive(insn)) {
        bool stores = !bit(insn, 22) && !bit(insn, 23), pair = bit(insn, 21);
        if (stores)
            return RM == RD || (pair && RM == RA) || (RM == RN && RN != 31);
        return pair && RD == RA;
    }
    if (is_pair(insn) && is_load(insn) && RD == RA)
        return true;
    if (!writes_base(insn) || is_vector(insn) || RN == 31)
        return false;
    return RD == RN || (is_pair(insn) && RA == RN);
}

/* What an access adds to its base register; of register-indexed ones the index is left out. */
static uint64_t offset_of(uint32_t insn)
{
    unsigned size = (unsigned)bits(insn, 31, 30), scale = is_vector(insn) ? bit(insn, 23) << 2 | size : size;
    if (is_pair(insn) && bits(insn, 24, 23) != 1)
        return (uint64_t)sext(bits(insn, 21, 15), 7) << (is_vector(insn) ? 2 + size : 2 + (size >> 1));
    if (!is_single(insn))
        return 0;
    if (bit(insn, 24))
        return bits(insn, 21, 10) << scale;
    return bit(insn, 21) || bits(insn, 11, 10) == 1 ? 0 : (uint64_t)sext(bits(insn, 20, 12), 9);
}

/* A place in the scratch memory with room for 64 bytes. Exclusives get the alignment they need: a misaligned store-exclusive
   faults even if it would fail (ExclusiveMonitorsPass, J1.1.3), which QEMU does not do. */
static uint64_t random_target(uint64_t *seed, uint32_t insn)
{
    uint64_t va = ORACLE_MEMORY_VA + oracle_below(seed, ORACLE_MEMORY - 64);
    if (is_exclusive(insn) || oracle_below(seed, 2))
        va &= ~15ull;
    return va;
}

/* A literal's word with its target among the case's data; `at` is its place in the case. */
static uint32_t aim_literal(uint64_t *seed, uint32_t insn, unsigned at)
{
    unsigned target = ORACLE_SLOT_DATA + 4 * oracle_below(seed, ORACLE_DATA - 3);
    return (insn & 0xff00001f) | (target - ORACLE_SLOT_INSNS - 4 * at) / 4 << 5;
}

static uint64_t *base_register(struct oracle_state *s, uint32_t insn)
{
    return RN == 31 ? &s->sp : &s->x[RN];
}

/* Sets the start state so that the access goes to the target. */
static uint32_t aim_state(struct oracle_case *c, uint64_t *seed, uint32_t insn)
{
    if (is_literal(insn))
        return aim_literal(seed, insn, 0);
    uint64_t base = random_target(seed, insn) - offset_of(insn);
    if (is_indexed(insn) && RM == RN && RN != 31)
        insn ^= 1u << 16;
    if (is_indexed(insn) && RM != 31) {
        uint64_t index = oracle_below(seed, 2) ? oracle_random(seed) : oracle_below(seed, 100);
        unsigned scale = bit(insn, 12) ? (is_vector(insn) ? bit(insn, 23) << 2 : 0) | (unsigned)bits(insn, 31, 30) : 0;
        c->start.x[RM] = index;
        if (bits(insn, 14, 13) == 2)
            index = bit(insn, 15) ? (uint64_t)(int64_t)(int32_t)index : (uint32_t)index;
        base -= index << scale;
    }
    *base_register(&c->start, insn) = base;
    return insn;
}

/* ---- single words ---- */

enum { FPCR_MASK = 0x07c00000, FPSR_MASK = 0x0800009f };

static void random_start(struct oracle_case *c, uint64_t *seed)
{
    oracle_random_state(&c->start, seed);
    if (oracle_below(seed, 2))
        c->start.fpcr = (uint32_t)oracle_random(seed) & FPCR_MASK;
    if (oracle_below(seed, 2))
        c->start.fpsr = (uint32_t)oracle_random(seed) & FPSR_MASK;
    for (unsigned i = 0; i < ORACLE_DATA; i++)
        c->data[i] = (uint32_t)oracle_random(seed);
}

static bool is_branch(unsigned row)
{
    return insn_rows[row].class == CLASS_BRANCH || insn_rows[row].class == CLASS_BRANCH_INDIRECT;
}

/* A direct branch's word with its displacement, in instructions. */
static uint32_t aim_branch(uint32_t insn, int32_t by)
{
    uint32_t d = (uint32_t)by;
    if ((insn & 0x7c000000) == 0x14000000)
        return (insn & 0xfc000000) | (d & 0x3ffffff);
    if ((insn & 0x7e000000) == 0x36000000)
        return (insn & 0xfff8001f) | (d & 0x3fff) << 5;
    return (insn & 0xff00001f) | (d & 0x7ffff) << 5;
}

/* Makes the word comparable; false if it cannot be. */
static bool tame(struct oracle_case *c, uint64_t *seed, uint32_t insn)
{
    int row = decode_row(insn);
    random_start(c, seed);
    if (is_known(insn))
        return false;
    if (row >= 0 && insn_rows[row].class == CLASS_BRANCH)
        insn = aim_branch(insn, 1 + (int32_t)oracle_below(seed, ORACLE_INSNS));
    else if (row >= 0 && is_branch((unsigned)row) && RN != 31)
        c->start.x[RN] = 0x7000000000000000 | oracle_random(seed);   /* nothing is there */
    else if (row >= 0 && is_memory((unsigned)row)) {
        if (is_open(insn))
            return false;
        if (is_literal(insn) || is_exclusive(insn) || oracle_below(seed, 16))
            insn = aim_state(c, seed, insn);
    } else if ((insn & 0xfff80000) == 0xd5080000 && RD != 31) {
        c->start.x[RD] = ORACLE_MEMORY_VA + oracle_below(seed, ORACLE_MEMORY);   /* cache maintenance by address */
    }
    c->insn[0] = insn;
    c->count = 1;
    return true;
}

bool random_code_single(struct oracle_case *c, uint64_t *seed, unsigned row)
{
    return tame(c, seed, oracle_word(seed, row));
}

bool random_code_word(struct oracle_case *c, uint64_t *seed)
{
    return tame(c, seed, (uint32_t)(oracle_random(seed) >> 32));
}

/* ---- programs ---- */

enum { GROUPS_MAX = ORACLE_INSNS };

struct program {
    struct oracle_case *c;
    uint64_t *seed;
    unsigned start[GROUPS_MAX + 1], groups;   /* where a branch may go: not between an address and its use */
};

static void emit(struct program *p, uint32_t insn)
{
    p->c->insn[p->c->count++] = insn;
}

static uint32_t below(struct program *p, uint32_t n)
{
    return oracle_below(p->seed, n);
}

/* A register set by two instructions to an address below 2^32. */
static void emit_address(struct program *p, unsigned reg, uint64_t value)
{
    emit(p, MOVZ_X_LSL16 | (uint32_t)(value >> 16 & 0xffff) << 5 | reg);
    emit(p, MOVK_X | (uint32_t)(value & 0xffff) << 5 | reg);
}

/* A load or store with the instructions that aim it. SP is set by way of a register that the access does not use otherwise. */
static void emit_memory(struct program *p, uint32_t insn)
{
    if (is_literal(insn)) {
        emit(p, aim_literal(p->seed, insn, p->c->count));
        return;
    }
    uint64_t base = random_target(p->seed, insn) - offset_of(insn);
    if (is_indexed(insn)) {
        if (RM == RN)
            insn ^= 1u << 16;
        if (RM != 31)
            emit(p, MOVZ_X | below(p, 8) << 5 | (uint32_t)RM);
        base -= 64;
    }
    if (RN != 31) {
        emit_address(p, (unsigned)RN, base);
    } else {
        unsigned by = is_indexed(insn) && RM == 16 ? 17 : 16;
        emit_address(p, by, base);
        emit(p, ADD_X_IMM | by << 5 | 31);
    }
    emit(p, insn);
}

static bool is_allocated(unsigned row, uint32_t insn)
{
    struct op op;
    memset(&op, 0, sizeof op);
    op.insn = insn;
    return insn_rows[row].decode(&op, insn, 0, 0);
}

/* A word for a program: of a random row, allocated, comparable, not leaving the program. */
static uint32_t random_word(struct program *p, unsigned *row)
{
    for (;;) {
        *row = below(p, insn_row_count);
        uint32_t insn = oracle_word(p->seed, *row);
        enum insn_class class = insn_rows[*row].class;
        bool is_hint = (insn & 0xfffff01f) == 0xd503201f;
        if (class == CLASS_EXCEPTION || class == CLASS_BRANCH_INDIRECT || (class == CLASS_SYSTEM && !is_hint))
            continue;
        if (!is_known(insn) && is_allocated(*row, insn) && !(is_memory(*row) && is_open(insn)))
            return insn;
    }
}

static void emit_group(struct program *p)
{
    unsigned row;
    uint32_t insn = random_word(p, &row);
    p->start[p->groups++] = p->c->count;
    if (is_memory(row))
        emit_memory(p, insn);
    else
        emit(p, insn);
}

/* Lets each branch go to the start of a later group, or behind the program. */
static void aim_branches(struct program *p)
{
    p->start[p->groups] = p->c->count;
    for (unsigned g = 0; g < p->groups; g++) {
        uint32_t *insn = &p->c->insn[p->start[g]];
        int row = decode_row(*insn);
        if (row < 0 || insn_rows[row].class != CLASS_BRANCH)
            continue;
        unsigned to = g + 1 + below(p, p->groups - g < 6 ? p->groups - g : 6);
        *insn = aim_branch(*insn, (int32_t)(p->start[to] - p->start[g]));
    }
}

/* A compare in front of a conditional branch, which our decoder may fuse. */
static void emit_compare_and_branch(struct program *p)
{
    static const char *const compares[] = { "subs_imm", "subs_reg", "ands_imm", "ands_reg", "adds_imm", "subs_ext", "bics_reg" };
    unsigned row = oracle_row(compares[below(p, ARRAY_SIZE(compares))]);
    uint32_t insn;
    do {
        insn = oracle_word(p->seed, row);
        if (below(p, 2))
            insn &= 0xff3f03ff;   /* no shift */
    } while (!is_allocated(row, insn));
    p->start[p->groups++] = p->c->count;
    emit(p, below(p, 4) ? insn : insn | 31);
    p->start[p->groups++] = p->c->count;
    emit(p, oracle_word(p->seed, oracle_row("b_cond")));
}

/* LDXR or LDXP, perhaps a store to the same place, STXR or STXP: succeeds or not. */
static void emit_exclusive(struct program *p)
{
    bool pair = below(p, 2);
    uint32_t load, store;
    do
        load = oracle_word(p->seed, oracle_row(pair ? "ldxp" : "ldxr")) & ~(31u << 5);
    while (is_open(load) || (load & 31) == 0 || (load >> 10 & 31) == 0);   /* X0 is the base */
    do
        store = (oracle_word(p->seed, oracle_row(pair ? "stxp" : "stxr")) & ~(0xc00003e0)) | (load & 0xc0000000);
    while (is_open(store));
    p->start[p->groups++] = p->c->count;
    emit_address(p, 0, (ORACLE_MEMORY_VA + below(p, ORACLE_MEMORY - 16)) & ~15u);
    emit(p, load);
    if (below(p, 2))
        emit(p, STRB_X0 | below(p, 31));
    emit(p, store);
}

/* ADR Xn, later group; BR Xn. */
static void emit_indirect(struct program *p)
{
    p->start[p->groups++] = p->c->count;
    unsigned reg = below(p, 30), skipped = 2 + below(p, 3);
    emit(p, ADR | skipped << 5 | reg);
    emit(p, BR | reg << 5);
    for (unsigned i = 2; i < skipped; i++)
        emit(p, NOP);
}

void random_code_program(struct oracle_case *c, uint64_t *seed)
{
    struct program p = { .c = c, .seed = seed };
    unsigned length = 10 + oracle_below(seed, ORACLE_INSNS - 16);
    random_start(c, seed);
    c->count = 0;
    emit(&p, CLREX);   /* QEMU's monitor may still hold what an earlier case loaded */
    while (c->count < length) {
        switch (oracle_below(seed, 32)) {
        case 0: emit_indirect(&p); break;
        case 1: emit_exclusive(&p); break;
        case 2: case 3: emit_compare_and_branch(&p); break;
        default: emit_group(&p); break;
        }
    }
    aim_branches(&p);
}
