/* SPDX-License-Identifier: MIT */
/* The branch predictor. It runs inline where a branch executes, in program order, and says how the block ended; what that costs
   is the scoreboard's. Only the tables and the reset are in predictor.c.

   Directions are predicted by two-bit counters, found by the address and what the last branches did. The bi-mode predictor has
   two of them at each place, and a third table, by address only, says which (C. Lee, I. Chen, T. Mudge: The bi-mode branch
   predictor, MICRO 1997): branches that mostly go one way meet only their like there, and do not wipe out what others learnt. */
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

enum {
    PREDICTOR_RETURNS_MAX = 32,
    PREDICTOR_LESSONS = 128,
    PREDICTOR_RIGHT = 3      /* all bits of an outcome */
};

/* Counters, 0..3: strongly not taken … strongly taken. */
struct predictor_counters {
    uint8_t directions;      /* bits 0-1: where the choice is not taken, or there is none; bits 2-3: where it is taken */
    uint8_t choice;          /* of another branch: tables side by side */
};

struct predictor {
    struct predictor_counters *counters;
    gva_t *targets;          /* of indirect branches */
    uint32_t history, history_mask, direction_mask, choice_mask, target_mask, return_mask, return_top;
    gva_t btic;              /* address of the branch in the branch target instruction cache, plus btic_off */
    gva_t btic_off;          /* 1: there is none, so that no address is equal */
    gva_t returns[PREDICTOR_RETURNS_MAX];
    uint32_t lessons[PREDICTOR_LESSONS];   /* [choice + directions * 4 + taken * 64]: what
                                              they become: directions, choice << 8; RIGHT << 16 if it was */
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

/* What counters say and learn is looked up, not branched to: the host could not predict it either. They are stored last: behind a
   store through a pointer to bytes the compiler loads everything again. */
PREDICTOR_INLINE enum outcome predictor_conditional(struct predictor *p, gva_t branch, bool taken)
{
    uint32_t history = p->history, at = (uint32_t)(branch >> 2);
    struct predictor_counters *place = &p->counters[(at ^ history ^ history >> 8) & p->direction_mask],
                              *chooser = &p->counters[at & p->choice_mask];
    uint32_t lesson = p->lessons[chooser->choice + place->directions * 4u + taken * 64u], right = lesson >> 16;
    enum outcome outcome = taken ? predictor_taken(p, branch) : OUTCOME_NEXT;
    p->history = (history << 1 | taken) & p->history_mask;
    place->directions = (uint8_t)lesson;
    chooser->choice = (uint8_t)(lesson >> 8);
    return (enum outcome)(((unsigned)outcome ^ OUTCOME_MISPREDICTED) & right) ^ OUTCOME_MISPREDICTED;
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
