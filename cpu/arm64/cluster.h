/* SPDX-License-Identifier: MIT */
/* What the cores of a cluster have to do with each other: events (WFE, SEV), exclusive monitors, power. The board runs one core
   at a time, and says so here. */
#ifndef CPU_ARM64_CLUSTER_H
#define CPU_ARM64_CLUSTER_H

#include "cpu/arm64/arm64.h"

/* The next core of the ring; c itself if it is alone. */
static inline struct arm64 *cluster_next(const struct arm64 *c)
{
    return (struct arm64 *)c->cpu.peer;
}

static inline bool cluster_is_alone(const struct arm64 *c)
{
    return cluster_next(c) == c;
}

/* Sets the event register, and ends a WFE. */
void cluster_event(struct arm64 *c);

/* SEV: to every core. cpu->clock must be exact. */
void cluster_event_all(struct arm64 *c);

/* WFE with nothing in the event register: sleeps until an event, an interrupt that is not masked, or the timer's event stream.
   cpu->clock must be exact. */
void cluster_wait_for_event(struct arm64 *c);

/* c will execute now, so every reservation that another core holds is given up, and its holder sent an event (B2.9.2). True: one
   of them has woken up by that. */
bool cluster_take_turn(struct arm64 *c);

/* Off: nothing wakes the core. On: reset, then from `entry` on with `context` in X0, at the time that the clock shows. */
void cluster_power_off(struct arm64 *c);
void cluster_power_on(struct arm64 *c, gva_t entry, uint64_t context);

void cluster_init(struct arm64 *c);

/* What a core has beside arm64_fields if it is not alone, for the state hash. */
extern const struct field cluster_fields[];

#endif
