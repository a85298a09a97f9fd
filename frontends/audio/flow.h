/* SPDX-License-Identifier: MIT */
/* Between a guest that plays at the pace of virtual time and a host that plays at its own: when the host's thread gets sound,
   when it has to wait for more, and when what waits is dropped because it would be heard too late. Pure arithmetic, in bytes of
   the host's format. A host that is too slow for the guest hears pieces of sound with pauses between, each long enough to be
   recognised; one that is behind hears less. */
#ifndef FRONTENDS_AUDIO_FLOW_H
#define FRONTENDS_AUDIO_FLOW_H

#include "base/types.h"

struct flow {
    uint64_t start;       /* so much has to wait before playing begins: more than one period of Linux' driver (80 ms) */
    uint64_t most;        /* so much may still wait when more comes */
    uint64_t patience;    /* a sound shorter than `start` is played after so much silence */
    bool plays;
    uint64_t waited;      /* bytes of silence since something waits */
};

/* For a host that plays this many bytes a second. */
void flow_init(struct flow *flow, uint64_t bytes_a_second);

/* Sound is about to be added to `queued` bytes that wait: how many of these are to be dropped, the oldest first. */
uint64_t flow_drop(const struct flow *flow, uint64_t queued);

/* The host wants `wanted` bytes and `queued` wait: how many of these it gets; the rest is silence. */
uint64_t flow_give(struct flow *flow, uint64_t queued, uint64_t wanted);

#endif
