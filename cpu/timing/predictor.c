/* SPDX-License-Identifier: MIT */
#include "cpu/timing/predictor.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "cpu/timing/model.h"


void predictor_init(struct predictor *p, const struct core_settings *s)
{
    p->counter_mask = s->predictor_entries - 1;
    p->history_mask = s->predictor == PREDICTOR_GLOBAL ? (1u << s->predictor_history) - 1 : 0;
    p->top = s->predictor == PREDICTOR_NONE ? 0 : 3;
    p->target_mask = s->indirect_entries - 1;
    p->return_mask = s->return_entries - 1;
    p->btic_off = s->btic_entries ? 0 : 1;
    p->counters = mem_alloc(s->predictor_entries);
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

/* Counters start weakly not taken; with predictor=none they stay where they are, not taken. */
void predictor_reset(struct predictor *p)
{
    memset(p->counters, p->top ? 1 : 0, p->counter_mask + 1);
    memset(p->targets, 0, (p->target_mask + 1) * sizeof *p->targets);
    memset(p->returns, 0, sizeof p->returns);
    p->history = p->return_top = 0;
    p->btic = 0;
}

uint64_t predictor_hash(const struct predictor *p)
{
    uint64_t hash = p->history ^ (uint64_t)p->return_top << 32 ^ p->btic;
    for (uint32_t i = 0; i <= p->counter_mask; i++)
        hash = (hash ^ p->counters[i]) * 0x100000001b3ull;
    for (uint32_t i = 0; i <= p->target_mask; i++)
        hash = (hash ^ p->targets[i]) * 0x100000001b3ull;
    for (uint32_t i = 0; i <= p->return_mask; i++)
        hash = (hash ^ p->returns[i]) * 0x100000001b3ull;
    return hash;
}
