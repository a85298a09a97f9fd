/* SPDX-License-Identifier: MIT */
/* What a timed block carries in front of it: the memo. The state of an in-order pipeline at a block's end, relative to that
   moment, takes few distinct values; each is interned as a number, cpu->sig. For a block entered in one state and left by one
   outcome, with every access a plain hit, the cycles and the state left behind are always the same: they are computed once and
   kept here. */
#ifndef CPU_TIMING_MEMO_H
#define CPU_TIMING_MEMO_H

#include "cpu/cpu.h"

/* A block begins with the smaller number of memos, and gets twice as many while they are in each other's way. */
enum { MEMO_BITS_MIN = 2, MEMO_BITS_MAX = 9, OUTCOME_BITS = 2 };

/* cpu->sig is a state's number shifted left by OUTCOME_BITS, or this: something happened in the block, or the state is one that
   is not interned; every block end goes the slow way until it is settled. No memo has it. */
#define SIG_UNSETTLED (UINT32_MAX << OUTCOME_BITS)
#define MEMO_NOTHING  (1u << 31)   /* above the numbers of states */

struct memo {
    uint32_t key;            /* sig | outcome */
    uint32_t out;            /* sig at the end */
    uint32_t count;          /* how often it was used since the counts were collected */
    uint16_t cycles;
    uint16_t stack;          /* where they went: number of an interned breakdown */
};

struct block_timing {
    struct memo *memo;       /* 2^(32 - shift) of them */
    uint8_t shift;
    uint8_t first, last;     /* indices of its first and last line in the page; it has no third */
    uint8_t branch;          /* UOP_* of its last instruction, 0: not a branch */
    uint32_t epoch;          /* sum of the fetch epochs of both lines when the lines were last known to be in L1I */
    uint8_t level;           /* exception level it runs at */
    uint8_t loads, stores, words;   /* per execution; words of fetch.bytes */
    uint32_t conflicts;      /* memos that another took the place of, since they last became more */
    gpa_t pa;                /* of the first instruction */
    gva_t va;                /* where it was when it was decoded */
    const struct uop *uops;  /* one per instruction */
    struct timing_profile_block *profile;   /* NULL until it is profiled */
} __attribute__((aligned(16)));

static inline struct block_timing *block_timing(struct block *b)
{
    return (struct block_timing *)b - 1;
}

static inline struct memo *memo_slot(struct block_timing *bt, uint32_t key)
{
    return &bt->memo[key * 0x9e3779b1u >> bt->shift];   /* Fibonacci hashing */
}

/* Ends block b by `outcome`, if the memo knows what that costs. */
static inline __attribute__((always_inline)) bool memo_end(struct cpu *cpu, struct block *b, enum outcome outcome)
{
    struct block_timing *bt = block_timing(b);
    uint32_t key = cpu->sig | (uint32_t)outcome;
    struct memo *m = memo_slot(bt, key);
    if (unlikely(m->key != key || cpu->fetch_epoch[bt->first] + cpu->fetch_epoch[bt->last] != bt->epoch))
        return false;
    cpu->cycles += m->cycles;
    cpu->sig = m->out;
    cpu->instructions += b->length;
    m->count++;
    return true;
}

#endif
