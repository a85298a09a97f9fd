/* SPDX-License-Identifier: MIT */
/* Time, cycle for cycle: the pipeline's scoreboard, memoised. docs/design.md tells the idea; here is the door that cpu/cpu.c, the
   ISA and the boards use. */
#ifndef CPU_TIMING_TIMING_H
#define CPU_TIMING_TIMING_H

#include "cpu/timing/counters.h"
#include "cpu/timing/model.h"

struct cpu;
struct op;
struct block;
struct memory;

enum timing_mode {
    TIMING_OFF,         /* one cycle per instruction */
    TIMING_ON,          /* the model, memoised */
    TIMING_REFERENCE    /* the model, every block replayed: the same cycles, slowly */
};

struct timing;

/* The model of one core; *model is copied. */
struct timing *timing_new(struct cpu *cpu, const struct core_model *model);
void timing_free(struct timing *t);
const struct core_model *timing_model(const struct timing *t);

/* Every cache, table and predictor empty, as after reset. Counters go on. */
void timing_reset(struct timing *t);

/* All counts since power on, exact up to the last block end (or cpu_sync). Cycles and instructions with timing off are not in
   it. Cost: a walk over the decoded code, about a millisecond; not for every block. */
void timing_counters(struct timing *t, struct counters *sum);

/* What the engine was busy with: for -stats and make bench. */
struct timing_work {
    uint64_t blocks;          /* block ends */
    uint64_t remembered;      /* … answered by a block's own memo */
    uint64_t looked_up;       /* … whose answer was found in the shared table */
    uint64_t computed;        /* … without an event, replayed and remembered */
    uint64_t replayed;        /* … with events or an unsettled pipeline */
    uint64_t states;          /* distinct states of the pipeline at block ends */
};
void timing_work(struct timing *t, struct timing_work *work);

#endif
