/* SPDX-License-Identifier: MIT */
/* Something that serves one request at a time, for several cores: the port of L2, the data bus of memory. Cores take turns in
   virtual time (boards/cores.c), so requests come out of order: a core may be a slice behind one that was here before, and must
   not wait for all that the other did in that time. So the port keeps who uses it when. A request is behind those of its own core
   that came before it. Of each other core it lets one use go first, as an arbiter does that goes round; the place of the next it
   takes, and that use goes behind all others of its core: what was done then stays as it was, but what the port can carry is
   shared, and never more than there is. With one core a time is all that is left of this. */
#ifndef CPU_TIMING_PORT_H
#define CPU_TIMING_PORT_H

#include "base/types.h"

/* Uses that are kept. Nobody waits for one that is forgotten. */
enum { PORT_CORES = 8, PORT_USES = 512 };

struct port_use {
    uint64_t from;
    unsigned core;
};

struct port {
    uint64_t free[PORT_CORES];   /* when the core's next request can be served */
    struct port_use *use;        /* in the order of time; no two overlap. NULL: there is one core */
    unsigned count;
};

void port_init(struct port *p);
void port_free(struct port *p);
void port_reset(struct port *p);

/* From now on there are several cores. */
void port_share(struct port *p);

/* A request of `core` at time `at`, which takes `length`, as every request of this port: when it begins. */
uint64_t port_take_shared(struct port *p, unsigned core, uint64_t at, uint64_t length);

static inline uint64_t port_take(struct port *p, unsigned core, uint64_t at, uint64_t length)
{
    if (p->use)
        return port_take_shared(p, core, at, length);
    uint64_t start = at > p->free[0] ? at : p->free[0];
    p->free[0] = start + length;
    return start;
}

uint64_t port_hash(const struct port *p, uint64_t now, uint64_t hash);

#endif
