/* SPDX-License-Identifier: MIT */
/* What a timed block carries in front of it: the memo. The state of an in-order pipeline at a block's end, relative to that
   moment, takes few distinct values; each is interned as a number, cpu->sig. For a block entered in one state and left by one
   outcome, with every access a plain hit, the cycles and the state left behind are always the same: they are computed once and
   kept here. */
#ifndef CPU_TIMING_MEMO_H
#define CPU_TIMING_MEMO_H

#include "cpu/cpu.h"

/* A block has a few memos near it, and a table of its own, which becomes twice as large and again, when they are in each other's
   way. */
enum { MEMO_NEAR = 4, MEMO_MOST = 1 << 10 };

/* cpu->sig is the number of a state (or variant), its bits mixed, shifted left by SIG_SHIFT; a memo's key has the outcome in the
   low bits besides. The mixing is done once, when a state gets its number, so that finding a memo costs no multiplication: from
   one block's sig to the next is the chain that bounds how fast short blocks can follow each other. */
enum { SIG_SHIFT = 4, SIG_ID_BITS = 27, OUTCOME_MASK = 3, OUTCOME_STEP = 4 };

/* Or cpu->sig is this: something happened in the block, or the state is one that is not interned; every block end goes the slow
   way until it is settled. No memo has it. */
#define SIG_UNSETTLED 0xfffffff0u
#define MEMO_NOTHING  0xffffffe0u

/* Fibonacci hashing, and back by the inverse of the factor. */
static inline uint32_t memo_sig(int number)
{
    return ((uint32_t)number * 0x9e3779b1u & ((1u << SIG_ID_BITS) - 1)) << SIG_SHIFT;
}

static inline int memo_number(uint32_t sig)
{
    return (int)((sig >> SIG_SHIFT) * 0x68b2f51u & ((1u << SIG_ID_BITS) - 1));
}

struct memo {
    uint32_t key;            /* sig | outcome */
    uint32_t out;            /* sig at the end */
    uint32_t count;          /* how often it was used since the counts were collected */
    uint16_t cycles;
    uint16_t stack;          /* where they went: number of an interned breakdown */
};

/* A line of the host's cache for each use: what is asked now and then, the memos near, and what every block end looks at, which
   shares its line with the block's own. So where they are is known before the state is, and the host has them on their way
   while older blocks end. */
struct block_timing {
    gpa_t pa;                /* of the first instruction */
    gva_t va;                /* where it was when it was decoded */
    const struct uop *uops;  /* one per instruction */
    struct timing_profile_block *profile;   /* NULL until it is profiled */
    uint32_t conflicts;      /* memos that another took the place of, since they last became more */
    uint8_t branch;          /* UOP_* of its last instruction, 0: not a branch */
    uint8_t level;           /* exception level it runs at */
    uint8_t loads, stores, words;   /* per execution; words of fetch.bytes */
    uint8_t unused[CODE_ALIGN - 25 - 2 * sizeof(void *)];   /* pointers have 4 bytes or 8 */

    struct memo near[MEMO_NEAR];

    struct memo *memo;       /* the table, or those near */
    uint32_t mask;           /* their number less 1, shifted left by SIG_SHIFT: a mask of byte offsets */
    uint32_t epoch;          /* sum of the fetch epochs of both lines when the lines were last known to be in L1I */
    uint8_t first, last;     /* indices of its first and last line in the page; it has no third */
} __attribute__((aligned(32)));

_Static_assert(offsetof(struct block_timing, near) == CODE_ALIGN && offsetof(struct block_timing, memo) == 2 * CODE_ALIGN &&
               sizeof(struct block_timing) == 2 * CODE_ALIGN + 32, "a line for each use");

static inline struct block_timing *block_timing(struct block *b)
{
    return (struct block_timing *)b - 1;
}

_Static_assert(sizeof(struct memo) == 1 << SIG_SHIFT, "a masked sig is the offset of a memo");

static inline struct memo *memo_slot(const struct block_timing *bt, uint32_t sig, uint32_t outcome)
{
    return (struct memo *)((char *)bt->memo + ((sig ^ outcome << OUTCOME_STEP) & bt->mask));
}

/* Ends block b by `outcome`, if the memo knows what that costs. */
static inline __attribute__((always_inline)) bool memo_end(struct cpu *cpu, struct block *b, enum outcome outcome)
{
    struct block_timing *bt = block_timing(b);
    uint32_t sig = cpu->sig, key = sig | (uint32_t)outcome;
    struct memo *m = memo_slot(bt, sig, outcome);
    if (unlikely(m->key != key || cpu->fetch_epoch[bt->first] + cpu->fetch_epoch[bt->last] != bt->epoch))
        return false;
    cpu->cycles += m->cycles;
    cpu->sig = m->out;
    cpu->instructions += b->length;
    m->count++;
    return true;
}

#endif
