/* SPDX-License-Identifier: MIT */
#include "frontends/stats/collect.h"

#include <stdlib.h>

struct stats_collector {
    struct host_loop *loop;
    struct stats_source source;
    struct host_timer timer;
    tick_t asked_every, every;
    struct stats_sample *series;
    unsigned count, room;
};

static void read_machine(void *from, struct stats_sample *sample)
{
    sample->at = machine_now(from);
    sample->instructions = machine_instructions(from);
    machine_counters(from, &sample->counters);
}

struct stats_source stats_source_machine(struct machine *machine)
{
    return (struct stats_source){ .read = read_machine, .from = machine };
}

/* Sample number i is of the time (i + 1) * every; those of odd numbers are also of the doubled series. */
static void thin_out(struct stats_collector *c)
{
    for (unsigned i = 1; i < c->count; i += 2)
        c->series[i / 2] = c->series[i];
    c->count /= 2;
    c->every *= 2;
}

static void take(struct stats_collector *c)
{
    if (c->count == c->room) {
        c->room = c->room ? 2 * c->room : 64;
        c->series = mem_realloc(c->series, c->room * sizeof *c->series);
    }
    c->source.read(c->source.from, &c->series[c->count++]);
}

static void fire(void *owner)
{
    struct stats_collector *c = owner;
    take(c);
    if (c->count == STATS_SERIES_MAX)
        thin_out(c);
    if (c->every < TICK_NEVER / (c->count + 2))
        host_loop_at(c->loop, &c->timer, (c->count + 1) * c->every);
}

struct stats_collector *stats_collect(struct host_loop *loop, struct stats_source source, tick_t every)
{
    struct stats_collector *c = mem_alloc(sizeof *c);
    c->loop = loop;
    c->source = source;
    c->asked_every = c->every = every;
    c->timer = (struct host_timer){ .fire = fire, .owner = c };
    if (every)
        host_loop_at(loop, &c->timer, every);
    return c;
}

void stats_collected(struct stats_collector *c, struct stats *stats)
{
    host_loop_cancel(c->loop, &c->timer);
    c->source.read(c->source.from, &stats->total);
    if (c->every && (!c->count || c->series[c->count - 1].at < stats->total.at))
        take(c);
    stats->every = c->every;
    stats->asked_every = c->asked_every;
    stats->series = c->series;
    stats->series_count = c->count;
}

void stats_collector_free(struct stats_collector *c)
{
    if (!c)
        return;
    host_loop_cancel(c->loop, &c->timer);
    free(c->series);
    free(c);
}
