/* SPDX-License-Identifier: MIT */
/* What the files of the model's core share: timing.c (block ends), timing_count.c (counters), timing_memos.c (their room),
   timing_observe.c (profile and trace). For nobody else. */
#ifndef CPU_TIMING_TIMING_PARTS_H
#define CPU_TIMING_TIMING_PARTS_H

#include "cpu/timing/breakdown.h"
#include "cpu/timing/memo.h"
#include "cpu/timing/memory.h"
#include "cpu/timing/states.h"
#include "cpu/timing/timing.h"
#include "cpu/timing/variants.h"

enum { ROOM_MEMOS = (1 << 17) - 1, MEMOS_MOST = 1 << 23 };   /* 128 MiB */

struct memo_chunk {
    struct memo_chunk *next;
    size_t used;
    struct memo memo[ROOM_MEMOS];
};

struct timing {
    struct cpu *cpu;
    struct core_model model;
    struct memory *memory;
    struct states *states;
    struct variants *variants;
    struct scoreboard board;
    bool is_reference;

    /* Of the running block, while cpu->sig is unsettled: then the board holds the pipeline. */
    unsigned done;             /* ops that have issued */
    bool is_ready;             /* the next one has gone to the cycle in which it can issue, … */
    struct memory_wait wait;   /* … and these are the waits of its accesses so far */
    uint64_t looked;           /* cpu->instructions when its lines in L1I were looked at */

    struct counters total;
    bool counts_at_once;       /* memos are used by timing_end only, and collected at once */
    uint64_t blocks, computed, recalled, replayed;
    struct breakdowns breakdowns;
    struct memo_chunk *room;   /* of memos */
    size_t memos, memos_most;  /* in all the room, and how many there may be */
    bool is_crowded;           /* a block was refused more */
    uint64_t collected;        /* cpu->instructions when all counts were collected: a memo's own has 32 bits */

    bool is_profiled;
    struct timing_profile_block *profile;   /* of every block that was executed since */
    unsigned profile_lines;    /* in them */
    struct { uint32_t cycles, l1d_misses, l1i_misses; } noted[BLOCK_OPS_MAX];   /* of the running block's ops */
    uint64_t last_issue;       /* of the op before */
    void (*trace)(void *to, const struct timing_step *step);
    void *trace_to;
    struct scoreboard *spare;  /* for replays on the side */
};

static inline unsigned memo_count(const struct block_timing *bt)
{
    return (bt->mask >> SIG_SHIFT) + 1;
}

/* ---- timing.c ---- */

/* The pipeline goes onto the board, with all that is known of the running block; b may be NULL between blocks. */
void timing_expand(struct timing *t, struct block *b);

/* A block is over: the board's state gets its number, if it has one. */
void timing_settle(struct timing *t, bool behind_events);

/* ---- timing_recall.c ---- */

/* The end of a block from an interned state or variant: computed, and remembered. */
void timing_compute(struct timing *t, struct block *b, enum outcome outcome);

/* The pipeline of a block entered in this state or variant goes onto the board, up to op `op`, which is ready. */
void timing_go_to(struct timing *t, struct block *b, int number, unsigned op);

/* From a state that is known: op `op` has these waits in turn (VARIANT_OP_FETCH: fetch has). The state becomes a variant. False,
   and nothing is done: they are too long to be remembered. */
bool timing_vary(struct timing *t, unsigned op, const struct memory_wait *waits, unsigned count);

/* The cycle, counted from the block's begin, at which op `op` could issue, its waits so far included. */
uint32_t timing_offset(struct timing *t, struct block *b, unsigned op);

/* ---- timing_count.c ---- */

/* `times` executions of the whole block, ended by `outcome`. */
void timing_count_executions(struct timing *t, const struct block *b, enum outcome outcome, uint64_t times);

/* An execution of its first n instructions. */
void timing_count_part(struct timing *t, const struct block *b, unsigned n);

/* The cycles on the board, replayed at the current level, go to its total. */
void timing_count_cycles(struct timing *t);

/* What a memo has counted goes to the totals. */
void timing_collect_memo(struct timing *t, struct block *b, struct memo *m);

/* All of them, and nothing is remembered any more. */
void timing_empty_memos(struct timing *t);

/* Memo m stands for one more execution. */
static inline void timing_use_memo(struct timing *t, struct block *b, struct memo *m)
{
    m->count++;
    if (t->counts_at_once)
        timing_collect_memo(t, b, m);
}

/* ---- timing_memos.c ---- */

/* A new block has none. */
void timing_memo_init(struct block_timing *bt);

/* Where to put a memo that is not there; who was there loses its place, or more room is made. It may hold counts. */
struct memo *timing_memo_place(struct timing *t, struct block *b, uint32_t sig, uint32_t outcome);

/* ---- timing_observe.c ---- */

/* Is every op's issue to be noted (profile or trace)? */
static inline bool timing_is_observed(const struct timing *t)
{
    return t->is_profiled || t->trace;
}

/* Op i of b was issued at cycle `issued`. */
void timing_observe_op(struct timing *t, const struct block *b, unsigned i, uint64_t issued);

/* These events are op `op`'s, or the fetch's of the block that is about to run. */
void timing_observe_events(struct timing *t, unsigned op, const struct memory_event *events, unsigned count);

/* The block is over (its first n ops): the noted cycles are its ops', by `outcome`. */
void timing_observe_end(struct timing *t, struct block *b, unsigned n, enum outcome outcome);

/* `times` executions by way of memo m are spread over the ops. */
void timing_observe_memo(struct timing *t, struct block *b, const struct memo *m, uint64_t times);

void timing_observe_free(struct timing *t);

#endif
