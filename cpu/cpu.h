/* SPDX-License-Identifier: MIT */
/* What every core has in common, and the run loop. Each ISA's state struct begins with a struct cpu. */
#ifndef CPU_CPU_H
#define CPU_CPU_H

#include "base/error.h"
#include "base/types.h"
#include "bus/clock.h"
#include "bus/space.h"
#include "cpu/code.h"
#include "cpu/timing/memory.h"
#include "cpu/timing/predictor.h"
#include "cpu/timing/timing.h"
#include "cpu/timing/uop.h"
#include "mmu/tlb.h"

enum { CPU_REGS = 40 };

enum { EPOCH_PAGE = MEMORY_EPOCH_PAGE };

struct cpu_class {
    const char *name;
    /* Translates cpu->pc for execution: the host address of the instruction, its RAM and offset; *mode gets the decode mode.
       NULL: an exception was taken, cpu->pc is its vector. */
    const uint8_t *(*fetch)(struct cpu *cpu, struct ram **ram, uint64_t *offset, uint32_t *mode);
    /* The addresses of the descriptors that a walk for va reads. */
    memory_walk *walk;
    /* Decodes one instruction (or the op that raises its exception) at `insn` into *o. Returns true if the block ends with it.
       `offset` is its place in the page. */
    bool (*decode)(struct cpu *cpu, const uint8_t *insn, unsigned offset, uint32_t mode, struct op *o);
    /* Describes op `index` of a timed block to the pipeline; *u is zero before, those before it are described. */
    void (*describe)(const struct op *o, unsigned index, struct uop *u);
    /* Called on a whole block just decoded, before it is used: fusing of neighbours. May be NULL. */
    void (*finish)(struct cpu *cpu, struct block *b);
    /* Fills the op that ends a block which is not ended by a branch. */
    void (*block_end)(struct op *o, uint32_t mode);
    /* Takes a pending, unmasked interrupt, if there is one: cpu->pc becomes its vector. Also wakes the core. */
    void (*interrupt)(struct cpu *cpu);
    /* Write permission to the host page at `host` must go: code was decoded from it. */
    void (*protect)(struct cpu *cpu, const uint8_t *host);
};

struct cpu {
    /* Hot: handlers touch these. The register file is at offset 0; the ISA says what each slot is. */
    uint64_t r[CPU_REGS];
    uint64_t cycles;             /* of core time, counted at block ends */
    uint64_t horizon;            /* handlers leave at the first block end with cycles >= horizon */
    struct tlb_bank *tlb;        /* of the current exception level and address space */
    gva_t code_va;               /* page in execution; an op's pc is code_va + b->offset + its place */
    uint64_t context;            /* number of the address space, exception level and decode mode in use */
    struct code_cache *code;
    struct block *block;         /* ENGINE_LOOP builds: the block of the op that the loop calls next */
    gva_t pc;                    /* valid while no handler is active, or after cpu_sync */

    /* Hot in timed blocks. */
    uint64_t instructions;       /* executed with timing on */
    uint32_t sig;                /* of the pipeline's state at the block's begin (cpu/timing/memo.h) */
    uint32_t outcome;            /* of the block's end, for its slow ways */
    uint32_t fetch_epoch[MEMORY_EPOCHS];   /* see memory_new */
    struct predictor predictor;

    /* Cold. */
    const struct cpu_class *class;
    struct clock *clock;
    struct space *space;
    struct cpu *peer;            /* the cores that share memory are a ring; one alone is its own */
    uint64_t hz;                 /* cycles per second of virtual time; set by cpu_set_rate */
    uint64_t ticks_num, ticks_den, ticks_below;   /* ticks = cycles * num / den, exact below a number of cycles */
    struct timing *timing;       /* the model; in use while `timed` */
    struct memory_page fetch_page;   /* timed: the page that class->fetch found last */
    unsigned level;              /* exception level that counts are for */
    bool timed;                  /* blocks are decoded with CODE_TIMED */
    uint64_t idle_cycles;        /* cycles spent in WFI */
    uint64_t timed_cycles;       /* cycles that passed while timed; all but these and the idle ones executed an instruction */
    uint64_t timed_since;        /* timed: cycles when time keeping began; not yet in timed_cycles */
    uint64_t timed_idle;         /* and the idle_cycles of that moment */
    uint64_t walks;              /* of page tables, for -stats */
    gva_t last;                  /* after cpu_run: the last instruction executed, and the decode mode it had: for profiles */
    uint32_t last_mode;
    bool halted;                 /* asleep: waiting for something, or switched off */
    bool must_yield;             /* cpu_run is to end: another core has work to do */
    uint64_t end, end_if_met;    /* where cpu_run_to is to end, and where if cpu_met */
    bool interrupt_pending;      /* some input line is high: class->interrupt looks closer at block ends */
};

/* Runs until virtual time `until`, until the core sleeps, an event is due or cpu_yield_to asks for it; returns with cpu->pc exact
   and clock->now not before the core's time. cpu_run_to: until the core's own cycle `end`, or an earlier one if cpu_met. */
void cpu_run(struct cpu *cpu, tick_t until);
void cpu_run_to(struct cpu *cpu, uint64_t end, uint64_t end_if_met);

/* An input changed or an event was armed earlier: the running block is the last one before a look around. */
static inline void cpu_look_around(struct cpu *cpu)
{
    cpu->horizon = 0;
}

/* Makes a core that is alone one of the ring of `other`. They share RAM, L2 and memory in the model, and are freed together. */
void cpu_join(struct cpu *cpu, struct cpu *other);

/* This core has something to do now: whichever of the others runs stops at its next block end. */
void cpu_yield_to(struct cpu *cpu);

/* The running core took something from another, which may want it back before this one's turn would be over. */
static inline void cpu_met(struct cpu *cpu)
{
    if (cpu->end <= cpu->end_if_met)
        return;
    cpu->end = cpu->end_if_met;
    cpu_look_around(cpu);
}

/* The core's clock rate, below 2^32 Hz. */
void cpu_set_rate(struct cpu *cpu, uint64_t hz);

/* Begins or ends time keeping by cpu->timing, between two cpu_run; the caller makes the ISA look at its decode mode again. */
void cpu_keep_time(struct cpu *cpu, enum timing_mode mode);

/* Core cycles <-> virtual time. */
tick_t cpu_ticks(const struct cpu *cpu, uint64_t cycles);
uint64_t cpu_cycles_at(const struct cpu *cpu, tick_t at);   /* rounded up: the first cycle at or after `at` */

/* Puts the sleeping core's time to `at` (idle cycles pass). */
void cpu_idle_until(struct cpu *cpu, tick_t at);

/* Instructions executed since power on. */
uint64_t cpu_instructions(const struct cpu *cpu);

/* From within a handler: makes cpu->pc and clock->now exact for op o, before it touches anything that can look at them. */
void cpu_sync(struct cpu *cpu, const struct op *o, const struct block *b);

/* Makes cpu->pc exact for op o and counts o and what came before it in b: for a handler that leaves the block at o. The op
   counts as executed. The clock is left alone: who looks at it calls cpu_sync before. */
void cpu_leave(struct cpu *cpu, const struct op *o, const struct block *b);

#endif
