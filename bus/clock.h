/* SPDX-License-Identifier: MIT */
/* Virtual time and the events that wait for it. Time advances only by what the core executes (or skips while idle); no host clock
   is ever read here. */
#ifndef BUS_CLOCK_H
#define BUS_CLOCK_H

#include "base/types.h"

/* An event is embedded in the device that owns it; arming it allocates nothing. */
struct event {
    void (*fire)(void *owner, tick_t late);  /* late: ticks between the deadline and now; the event is no longer armed */
    void *owner;
    tick_t at;             /* deadline; meaningful while armed */
    bool armed;
    struct event *next;    /* the clock's list, by deadline, then by order of arming */
};

struct clock {
    tick_t now;            /* exact while a device is called: the core synchronises it before every access */
    struct event *first;
    /* Told when the first deadline may have become earlier, so that the core can shorten its run. */
    void (*sooner)(void *core, tick_t at);
    void *core;
};

/* Arms (or moves) an event to fire at absolute time `at`; a deadline in the past fires at the next block end. Compute deadlines
   from counts, never by adding up periods. */
void clock_at(struct clock *clock, struct event *event, tick_t at);

/* Disarms; harmless when not armed. */
void clock_cancel(struct clock *clock, struct event *event);

/* The first deadline, or TICK_NEVER. */
static inline tick_t clock_deadline(const struct clock *clock)
{
    return clock->first ? clock->first->at : TICK_NEVER;
}

/* The time is at least `at` from now on. Several cores look at it in turns, and one may lag behind what another has seen: so it
   never goes back. */
static inline void clock_reach(struct clock *clock, tick_t at)
{
    if (at > clock->now)
        clock->now = at;
}

/* Sets the time and fires everything that is due by then, in order. Called by the machine's run loop only. */
void clock_advance(struct clock *clock, tick_t to);

/* Ticks from `count` periods of a `hz` clock, rounded up: the first tick at which a counter of that clock shows `count`. */
tick_t clock_ticks_of(uint64_t count, uint64_t hz);

/* How many whole periods of a `hz` clock fit into `ticks`. hz is 1 to 10^12. */
uint64_t clock_count_at(tick_t ticks, uint64_t hz);

#endif
