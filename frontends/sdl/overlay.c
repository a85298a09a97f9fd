/* SPDX-License-Identifier: MIT */
#include "frontends/sdl/overlay.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "frontends/stats/values.h"

/* Numbers are of a second, which is four samples: steadier than the graph, which has a point for each. */
enum { WINDOW = 5 };

struct overlay {
    struct bridge_counts samples[WINDOW];   /* the newest first */
    unsigned count;
    struct overlay_values values;
};

struct overlay *overlay_new(void)
{
    struct overlay *o = mem_alloc(sizeof *o);
    overlay_clear(o);
    return o;
}

void overlay_free(struct overlay *o)
{
    free(o);
}

void overlay_clear(struct overlay *o)
{
    o->count = 0;
    memset(&o->values, 0, sizeof o->values);
    for (unsigned i = 0; i < OVERLAY_POINTS; i++)
        o->values.history[i] = NAN;
}

static double value_of(const char *key, const struct stats_column *column)
{
    double value;
    return stats_value(stats_row(key), column, &value) ? value : NAN;
}

static void subtract(const struct bridge_counts *now, const struct bridge_counts *before, struct stats_column *column)
{
    struct counters counters = now->counters;
    counters_subtract(&counters, &before->counters);
    stats_column(&counters, STATS_ALL, column);
}

static void measure(struct overlay_values *v, const struct bridge_counts *now, const struct bridge_counts *before)
{
    static const char *const rates[] = { [OVERLAY_L1I] = "l1i_mpki", [OVERLAY_L1D] = "l1d_mpki", [OVERLAY_L2] = "l2_mpki",
                                         [OVERLAY_BRANCH] = "mispredicted_mpki" };
    struct stats_column column;
    subtract(now, before, &column);
    double host_us = (double)(now->speed.host_ns - before->speed.host_ns) / 1e3, cycles = (double)stats_cycles(&column);
    v->mips = (double)(now->speed.instructions - before->speed.instructions) / host_us;
    v->real_time = (double)(now->speed.now - before->speed.now) / (double)TICKS_PER_US / host_us;
    v->ipc = value_of("ipc", &column);
    for (unsigned i = 0; i < OVERLAY_RATES; i++)
        v->mpki[i] = value_of(rates[i], &column);
    for (unsigned i = 0; i < CAUSE_COUNT; i++)
        v->shares[i] = cycles > 0 ? (double)column.cycles[i] / cycles : NAN;
}

static void measure_cores(struct overlay_values *v, const struct bridge_counts *now, const struct bridge_counts *before)
{
    v->cores = now->cores;
    for (unsigned i = 0; i < now->cores; i++) {
        double cycles = (double)(now->core[i].cycles - before->core[i].cycles);
        double awake = cycles - (double)(now->core[i].idle - before->core[i].idle);
        double instructions = (double)(now->core[i].instructions - before->core[i].instructions);
        v->core[i].awake = cycles > 0 ? awake / cycles : NAN;
        v->core[i].ipc = awake > 0 ? instructions / awake : NAN;
    }
}

static void move_graph(struct overlay_values *v, const struct bridge_counts *now, const struct bridge_counts *before)
{
    struct stats_column column;
    subtract(now, before, &column);
    memmove(v->history, v->history + 1, (OVERLAY_POINTS - 1) * sizeof *v->history);
    v->history[OVERLAY_POINTS - 1] = (float)value_of("ipc", &column);
}

void overlay_take(struct overlay *o, const struct bridge_counts *counts, unsigned clock_mhz)
{
    if (o->count && counts->speed.host_ns <= o->samples[0].speed.host_ns)
        return;
    memmove(o->samples + 1, o->samples, (WINDOW - 1) * sizeof *o->samples);
    o->samples[0] = *counts;
    if (o->count < WINDOW)
        o->count++;
    o->values.timing = counts->speed.timing;
    o->values.clock_mhz = clock_mhz;
    if (o->count < 2)
        return;
    measure(&o->values, counts, &o->samples[o->count - 1]);
    measure_cores(&o->values, counts, &o->samples[o->count - 1]);
    move_graph(&o->values, counts, &o->samples[1]);
}

const struct overlay_values *overlay_values(const struct overlay *o)
{
    return o->count < 2 ? NULL : &o->values;
}
