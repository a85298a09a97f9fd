/* SPDX-License-Identifier: MIT */
#include "frontends/audio/flow.h"

enum { START_MS = 120, MOST_MS = 400, PATIENCE_MS = 200, MS_PER_SECOND = 1000 };

void flow_init(struct flow *flow, uint64_t bytes_a_second)
{
    *flow = (struct flow){ .start = bytes_a_second * START_MS / MS_PER_SECOND,
                           .most = bytes_a_second * MOST_MS / MS_PER_SECOND,
                           .patience = bytes_a_second * PATIENCE_MS / MS_PER_SECOND };
}

uint64_t flow_drop(const struct flow *flow, uint64_t queued)
{
    return queued > flow->most ? queued - flow->start : 0;
}

uint64_t flow_give(struct flow *flow, uint64_t queued, uint64_t wanted)
{
    if (!flow->plays) {
        flow->waited = queued ? flow->waited + wanted : 0;
        flow->plays = queued && (queued >= flow->start || flow->waited > flow->patience);
    }
    if (!flow->plays)
        return 0;
    flow->waited = 0;
    flow->plays = queued > wanted;
    return queued < wanted ? queued : wanted;
}
