/* SPDX-License-Identifier: MIT */
#include "cpu/timing/predictor.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "cpu/timing/model.h"

enum { WEAKLY_NOT_TAKEN = 1, WEAKLY_TAKEN = 2, COUNTER_MAX = 3 };

static uint32_t counted(uint32_t counter, bool taken)
{
    return taken ? counter + (counter < COUNTER_MAX) : counter - (counter > 0);
}

/* What counters say, and what they learn when the branch ends. Only the direction that was asked learns. A choice learns, too,
   unless it was wrong and the direction was right all the same: then it suits the other branches that ask it. */
static uint32_t lesson(enum predictor_kind kind, uint32_t choice, uint32_t directions, bool taken)
{
    bool chosen = kind == PREDICTOR_BI_MODE && choice >= WEAKLY_TAKEN;
    unsigned shift = chosen ? 2 : 0;
    uint32_t direction = directions >> shift & 3;
    bool right = (kind != PREDICTOR_NONE && direction >= WEAKLY_TAKEN) == taken;
    if (kind == PREDICTOR_BI_MODE && (chosen == taken || !right))
        choice = counted(choice, taken);
    directions ^= (direction ^ counted(direction, taken)) << shift;
    return directions | choice << 8 | (right ? PREDICTOR_RIGHT << 16 : 0);
}

void predictor_init(struct predictor *p, const struct core_settings *s)
{
    for (uint32_t i = 0; i < PREDICTOR_LESSONS; i++)
        p->lessons[i] = lesson(s->predictor, i & 3, i >> 2 & 15, i >> 6);
    p->direction_mask = s->predictor_entries - 1;
    p->choice_mask = s->predictor == PREDICTOR_BI_MODE ? s->predictor_entries - 1 : 0;
    p->history_mask = s->predictor >= PREDICTOR_GLOBAL ? (1u << s->predictor_history) - 1 : 0;
    p->target_mask = s->indirect_entries - 1;
    p->return_mask = s->return_entries - 1;
    p->btic_off = s->btic_entries ? 0 : 1;
    p->counters = mem_alloc(s->predictor_entries * sizeof *p->counters);
    p->targets = mem_alloc(s->indirect_entries * sizeof *p->targets);
    predictor_reset(p);
}

void predictor_free(struct predictor *p)
{
    free(p->counters);
    free(p->targets);
    p->counters = NULL;
    p->targets = NULL;
}

/* Counters start weak. */
void predictor_reset(struct predictor *p)
{
    for (uint32_t i = 0; i <= p->direction_mask; i++)
        p->counters[i] = (struct predictor_counters){ WEAKLY_NOT_TAKEN | WEAKLY_TAKEN << 2, WEAKLY_NOT_TAKEN };
    memset(p->targets, 0, (p->target_mask + 1) * sizeof *p->targets);
    memset(p->returns, 0, sizeof p->returns);
    p->history = p->return_top = 0;
    p->btic = 0;
}

uint64_t predictor_hash(const struct predictor *p)
{
    uint64_t hash = p->history ^ (uint64_t)p->return_top << 32 ^ p->btic;
    for (uint32_t i = 0; i <= p->direction_mask; i++)
        hash = (hash ^ p->counters[i].directions ^ (uint32_t)p->counters[i].choice << 8) * 0x100000001b3ull;
    for (uint32_t i = 0; i <= p->target_mask; i++)
        hash = (hash ^ p->targets[i]) * 0x100000001b3ull;
    for (uint32_t i = 0; i <= p->return_mask; i++)
        hash = (hash ^ p->returns[i]) * 0x100000001b3ull;
    return hash;
}
