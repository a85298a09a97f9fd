/* SPDX-License-Identifier: MIT */
/* The straight line between host time and virtual time, and when to give up and draw a new one. Pure arithmetic. */
#ifndef FRONTENDS_HOST_PACE_H
#define FRONTENDS_HOST_PACE_H

#include "base/types.h"

enum { PACE_PERCENT_MAX = 10000 };

struct pace {
    unsigned percent;        /* of real time, 1 to PACE_PERCENT_MAX */
    uint64_t host_ns;        /* a point on the line */
    tick_t virtual;
};

/* Draws the line through this point. */
void pace_anchor(struct pace *pace, uint64_t host_ns, tick_t virtual);

/* The virtual time that belongs to a host time at or after the anchor. */
tick_t pace_virtual(const struct pace *pace, uint64_t host_ns);

/* The host time at which virtual time `at` is reached, rounded up; UINT64_MAX for TICK_NEVER. */
uint64_t pace_host(const struct pace *pace, tick_t at);

/* To be called now and then with both times: moves the anchor along the line, and when the machine is more than half a second
   (host time) late, slips: draws a new line from here instead of racing to catch up. True when it slipped. */
bool pace_keep(struct pace *pace, uint64_t host_ns, tick_t virtual);

#endif
