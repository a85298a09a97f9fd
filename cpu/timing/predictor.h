/* SPDX-License-Identifier: MIT */
/* The branch predictor. It runs inline where a branch executes, in program order, and says how the block ended; what that costs
   is the scoreboard's. Only the slow ways and the reset are in predictor.c. */
#ifndef CPU_TIMING_PREDICTOR_H
#define CPU_TIMING_PREDICTOR_H

#include "base/types.h"

#define PREDICTOR_INLINE static inline __attribute__((always_inline))   /* into every branch's handler */

/* How a block ended. With the state at its begin, all that decides what it costs. */
enum outcome {
    OUTCOME_NEXT,            /* fell through, as predicted */
    OUTCOME_TAKEN,           /* took its branch, as predicted */
    OUTCOME_MISPREDICTED,
    OUTCOME_TARGET_HIT       /* taken, and the branch target instruction cache held the target */
};

enum { PREDICTOR_COUNTERS_MAX = 65536, PREDICTOR_RETURNS_MAX = 32, PREDICTOR_TARGETS_MAX = 4096 };

struct predictor {
    uint8_t *counters;       /* 0..3: strongly not taken … strongly taken */
    gva_t *targets;          /* of indirect branches */
    uint32_t history, history_mask, counter_mask, target_mask, return_mask, return_top;
    uint8_t top;             /* counters count up to this: 3; 0 if they always say "not taken" */
    gva_t btic;              /* address of the branch in the branch target instruction cache, plus btic_off */
    gva_t btic_off;          /* 1: there is none, so that no address is equal */
    gva_t returns[PREDICTOR_RETURNS_MAX];
};

struct core_settings;

void predictor_init(struct predictor *p, const struct core_settings *settings);
void predictor_free(struct predictor *p);
void predictor_reset(struct predictor *p);
uint64_t predictor_hash(const struct predictor *p);

PREDICTOR_INLINE enum outcome predictor_taken(struct predictor *p, gva_t branch)
{
    enum outcome outcome = p->btic == branch ? OUTCOME_TARGET_HIT : OUTCOME_TAKEN;
    p->btic = branch + p->btic_off;
    return outcome;
}

/* The counter is stored last: a store through a pointer to bytes makes the compiler load everything again. */
PREDICTOR_INLINE enum outcome predictor_conditional(struct predictor *p, gva_t branch, bool taken)
{
    uint32_t history = p->history;
    uint8_t *counter = &p->counters[((uint32_t)(branch >> 2) ^ history) & p->counter_mask];
    unsigned was = *counter;
    enum outcome right = taken ? predictor_taken(p, branch) : OUTCOME_NEXT;
    p->history = (history << 1 | taken) & p->history_mask;
    *counter = (uint8_t)(taken ? was + (was < p->top) : was - (was > 0));
    /* Selected, not branched to: the host could not predict it either. */
    return (was >> 1) == taken ? right : OUTCOME_MISPREDICTED;
}

PREDICTOR_INLINE void predictor_call(struct predictor *p, gva_t link)
{
    p->returns[p->return_top] = link;
    p->return_top = (p->return_top + 1) & p->return_mask;
}

PREDICTOR_INLINE enum outcome predictor_return(struct predictor *p, gva_t branch, gva_t target)
{
    p->return_top = (p->return_top - 1) & p->return_mask;
    if (unlikely(p->returns[p->return_top] != target))
        return OUTCOME_MISPREDICTED;
    p->btic = branch + p->btic_off;
    return OUTCOME_TAKEN;
}

PREDICTOR_INLINE enum outcome predictor_indirect(struct predictor *p, gva_t branch, gva_t target)
{
    gva_t *guess = &p->targets[((uint32_t)(branch >> 2) ^ p->history) & p->target_mask];
    bool right = *guess == target;
    *guess = target;
    p->btic = branch + p->btic_off;
    return right ? OUTCOME_TAKEN : OUTCOME_MISPREDICTED;
}

#endif
