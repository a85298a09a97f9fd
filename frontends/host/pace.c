/* SPDX-License-Identifier: MIT */
#include "frontends/host/pace.h"

enum { NS_PER_SECOND = 1000000000, LATE_NS = NS_PER_SECOND / 2 };

/* A nanosecond is 1000 ticks at 100 %. */
static uint64_t ticks_per_ns(const struct pace *pace)
{
    return 10 * pace->percent;
}

void pace_anchor(struct pace *pace, uint64_t host_ns, tick_t virtual)
{
    pace->host_ns = host_ns;
    pace->virtual = virtual;
}

tick_t pace_virtual(const struct pace *pace, uint64_t host_ns)
{
    if (host_ns <= pace->host_ns)
        return pace->virtual;
    return pace->virtual + (host_ns - pace->host_ns) * ticks_per_ns(pace);
}

uint64_t pace_host(const struct pace *pace, tick_t at)
{
    if (at == TICK_NEVER)
        return UINT64_MAX;
    if (at <= pace->virtual)
        return pace->host_ns;
    uint64_t ticks = at - pace->virtual, rate = ticks_per_ns(pace);
    return pace->host_ns + ticks / rate + (ticks % rate != 0);
}

bool pace_keep(struct pace *pace, uint64_t host_ns, tick_t virtual)
{
    if (host_ns > pace->host_ns + NS_PER_SECOND) {
        /* Whole nanoseconds are whole ticks, so moving along the line is exact; it keeps the products below 64 bits. */
        pace_anchor(pace, host_ns, pace_virtual(pace, host_ns));
    }
    if (virtual + LATE_NS * ticks_per_ns(pace) >= pace_virtual(pace, host_ns))
        return false;
    pace_anchor(pace, host_ns, virtual);
    return true;
}
