/* SPDX-License-Identifier: MIT */
/* Time, cycle for cycle: the pipeline's scoreboard, memoised. docs/design.md tells the idea; here is the door that cpu/cpu.c, the
   ISA and the boards use. */
#ifndef CPU_TIMING_TIMING_H
#define CPU_TIMING_TIMING_H

#include "cpu/timing/counters.h"
#include "cpu/timing/memory.h"
#include "cpu/timing/model.h"

struct cpu;
struct op;
struct block;
struct memory;
struct memory_page;

enum timing_mode {
    TIMING_OFF,         /* one cycle per instruction */
    TIMING_ON,          /* the model, memoised */
    TIMING_REFERENCE    /* the model, every block replayed: the same cycles, slowly */
};

struct timing;

/* ---- for cpu/: what happens to a core that keeps time ---- */

/* Starts to keep time at cpu->cycles (caches and tables empty), or stops. */
void timing_begin(struct timing *t, enum timing_mode mode);

/* Block b ended by cpu->outcome, and its memo does not know what that costs. */
void timing_end(struct cpu *cpu, struct block *b);

/* Op n of the running block b is about to look at the time: the cycle at which it issues. What is before it has been computed
   then and is not computed again. */
uint64_t timing_sync(struct cpu *cpu, struct block *b, unsigned n);

/* The block is left at op n, which counts as executed. */
void timing_leave(struct cpu *cpu, struct block *b, unsigned n);

/* The pipeline is emptied and begins anew: exception entry and return, at a block's end or after timing_leave. */
void timing_exception(struct cpu *cpu);
void timing_exception_return(struct cpu *cpu);

/* The core slept for `cycles` from cpu->cycles on. */
void timing_idle(struct cpu *cpu, uint64_t cycles);

/* Between blocks, now and then: at the latest before cpu->horizon, which it may bring nearer. */
void timing_look_around(struct cpu *cpu);

/* Execution goes on in cpu->fetch_page. */
void timing_enter_page(struct cpu *cpu);

/* Op o of block b accesses `size` bytes of RAM at page->va, all of them in that page. *entry, if not NULL, is the line table's
   place for it and gets host address offset `add` if nothing about the line is left to prove; for stores too if may_write. */
void timing_access(struct cpu *cpu, const struct op *o, const struct block *b, const struct memory_page *page, unsigned size,
                   bool write, bool may_prove, uint64_t add, bool may_write);
/* One that crosses pages, beside its parts. */
void timing_split(struct cpu *cpu, const struct op *o, const struct block *b, bool write);
void timing_zero(struct cpu *cpu, const struct op *o, const struct block *b, const struct memory_page *page);
void timing_device(struct cpu *cpu, const struct op *o, const struct block *b);
void timing_maintain(struct cpu *cpu, const struct op *o, const struct block *b, enum memory_maintenance what, gpa_t pa);

/* The result of op o comes `cycles` later than its group says. */
void timing_delay(struct cpu *cpu, const struct op *o, const struct block *b, unsigned cycles);

/* Counts one event at the current level. */
void timing_count(struct cpu *cpu, enum timing_event event);

/* The current exception level is `level` from now on. */
void timing_level(struct cpu *cpu, unsigned level);

/* The memory side, for maintenance, DMA and tests. */
struct memory *timing_memory(struct timing *t);

/* Code cache: room for the timing of a block in front of it, filled when it is decoded; its counts collected when it goes. */
size_t timing_room(void);
void timing_describe(struct cpu *cpu, struct block *b, struct uop *uops);
void timing_collect(struct timing *t, struct block *b);
void timing_forget_memos(struct timing *t);   /* every block is gone */
bool timing_is_crowded(const struct timing *t);   /* there is no room for more memos: better if every block goes */

/* ---- for everyone ---- */

/* The model of one core, which gets it as cpu->timing; *model is copied. */
struct timing *timing_new(struct cpu *cpu, const struct core_model *model);
void timing_free(struct timing *t);
const struct core_model *timing_model(const struct timing *t);

/* The cores of t and other share L2 and memory from now on: memory_join. */
void timing_join(struct timing *t, struct timing *other);

/* Every cache, table and predictor empty, as after reset. Counters go on. */
void timing_reset(struct timing *t);

/* All counts since power on, exact up to the last block end (or cpu_sync). Cycles and instructions with timing off are not in
   it. Cost: a walk over the decoded code, milliseconds in a Linux; not for every block. */
void timing_counters(struct timing *t, struct counters *sum);

/* The same without the walk, for the performance monitors: without what the memos have counted since they were collected. Exact
   for events that no memo counts, and for everything while counting at once, which makes every block end go a slower way. */
const struct counters *timing_total(struct timing *t);
bool timing_memo_counts(enum timing_event event);
void timing_count_at_once(struct timing *t, bool on);

/* ---- profile and trace: neither changes a cycle ---- */

/* One instruction, with what it took since timing_profile. */
struct timing_line {
    gva_t va;
    uint32_t insn;
    uint64_t executions, cycles, l1d_misses, l1i_misses, mispredictions;
};

/* Keeps counts for each instruction from now on. Cost: some per cent, and memory for the code that runs. */
void timing_profile(struct timing *t, bool on);

/* Calls back with every instruction executed since, in no order; one that was decoded in several blocks comes several times. */
void timing_lines(struct timing *t, void (*line)(void *to, const struct timing_line *l), void *to);

/* One instruction's way through the pipeline, in cycles of the core: its fetch word there, issued, its result ready. */
struct timing_step {
    gva_t va;
    uint32_t insn;
    uint64_t fetched, issued, done;
    uint8_t el;
};

/* Calls back with every instruction as it issues; NULL ends that. While it is on, every block is replayed. */
void timing_trace(struct timing *t, void (*step)(void *to, const struct timing_step *s), void *to);

/* ---- */

/* What the engine was busy with: for -stats and make bench. */
struct timing_work {
    uint64_t blocks;          /* block ends */
    uint64_t remembered;      /* … answered by the block's memo */
    uint64_t recalled;        /* waits of accesses and fetches that made a state a variant (not block ends) */
    uint64_t computed;        /* … replayed and remembered */
    uint64_t replayed;        /* … replayed, and not worth remembering */
    uint64_t states;          /* distinct states of the pipeline at block ends */
};
void timing_work(struct timing *t, struct timing_work *work);

#endif
