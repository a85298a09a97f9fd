/* SPDX-License-Identifier: MIT */
#include "cpu/timing/timing.h"

#include <stdlib.h>
#include <string.h>

struct timing {
    struct cpu *cpu;
    struct core_model model;
    struct counters total;
    struct timing_work work;
};

struct timing *timing_new(struct cpu *cpu, const struct core_model *model)
{
    struct timing *t = mem_alloc(sizeof *t);
    t->cpu = cpu;
    t->model = *model;
    return t;
}

void timing_free(struct timing *t)
{
    free(t);
}

const struct core_model *timing_model(const struct timing *t)
{
    return &t->model;
}

void timing_reset(struct timing *t)
{
    (void)t;
}

void timing_counters(struct timing *t, struct counters *sum)
{
    *sum = t->total;
}

void timing_work(struct timing *t, struct timing_work *work)
{
    *work = t->work;
}
