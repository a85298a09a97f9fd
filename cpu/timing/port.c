/* SPDX-License-Identifier: MIT */
#include "cpu/timing/port.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "cpu/timing/cache.h"

void port_init(struct port *p)
{
    *p = (struct port){ .use = NULL };
}

void port_free(struct port *p)
{
    free(p->use);
}

void port_reset(struct port *p)
{
    memset(p->free, 0, sizeof p->free);
    p->count = 0;
}

void port_share(struct port *p)
{
    if (!p->use)
        p->use = mem_alloc(PORT_USES * sizeof *p->use);
}

/* The first use that is not over at time t, or `count`. */
static unsigned find_use(const struct port *p, uint64_t t, uint64_t length)
{
    unsigned first = 0, end = p->count;
    while (first < end) {
        unsigned middle = first + (end - first) / 2;
        if (p->use[middle].from + length <= t)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

static void insert(struct port *p, unsigned at, uint64_t from, unsigned core)
{
    if (p->count == PORT_USES) {   /* the older half is forgotten */
        unsigned half = PORT_USES / 2;
        memmove(p->use, p->use + half, half * sizeof *p->use);
        p->count = half;
        at = at > half ? at - half : 0;
    }
    memmove(&p->use[at + 1], &p->use[at], (p->count - at) * sizeof *p->use);
    p->use[at] = (struct port_use){ from, core };
    p->count++;
}

/* Behind everything that the core has asked for: the first gap that is large enough. */
static void put_off(struct port *p, unsigned core, uint64_t length)
{
    uint64_t t = p->free[core];
    unsigned i = find_use(p, t, length);
    for (; i < p->count && p->use[i].from < t + length; i++)
        t = p->use[i].from + length;
    insert(p, i, t, core);
    p->free[core] = t + length;
}

uint64_t port_take_shared(struct port *p, unsigned core, uint64_t at, uint64_t length)
{
    bool was_served[PORT_CORES] = { false };
    uint64_t t = at > p->free[core] ? at : p->free[core];
    unsigned i = find_use(p, t, length);
    if (!length)
        return t;
    for (; i < p->count && p->use[i].from < t + length; i++) {
        unsigned other = p->use[i].core;
        if (p->use[i].from >= t && was_served[other]) {
            p->use[i] = (struct port_use){ t, core };
            put_off(p, other, length);
            p->free[core] = t + length;
            return t;
        }
        was_served[other] = true;
        t = p->use[i].from + length;
    }
    insert(p, i, t, core);
    p->free[core] = t + length;
    return t;
}

uint64_t port_hash(const struct port *p, uint64_t now, uint64_t hash)
{
    for (unsigned core = 0; core < (p->use ? PORT_CORES : 1); core++)
        hash = cache_mix(hash, p->free[core] > now ? p->free[core] - now : 0);
    return hash;
}
