/* SPDX-License-Identifier: MIT */
/* A walk along a ring of pointers through 4 MB, in an order without pattern: nothing but dependent misses. */
#include "roms/bench/bench.h"

enum { COUNT = 65536, STEPS = 8 * COUNT };

struct link {
    struct link *next;
    uint64_t value, padding[6];
};

static struct link *links;

/* Sattolo's shuffle makes one ring of them all. */
void chase_prepare(void)
{
    uint32_t *order;
    uint64_t random = 12;

    links = bench_take(COUNT * sizeof *links);
    order = bench_take(COUNT * sizeof *order);
    for (uint32_t i = 0; i < COUNT; i++)
        order[i] = i;
    for (uint32_t i = COUNT - 1; i > 0; i--) {
        uint32_t j = (uint32_t)(bench_random(&random) >> 16) % i, t = order[i];
        order[i] = order[j];
        order[j] = t;
    }
    for (uint32_t i = 0; i < COUNT; i++)
        links[order[i]] = (struct link){ .next = &links[order[(i + 1) % COUNT]], .value = order[i] };
}

uint64_t chase_once(void)
{
    const struct link *link = links;
    uint64_t sum = 0;

    for (unsigned i = 0; i < STEPS; i++) {
        sum = sum * 3 + link->value;
        link = link->next;
    }
    return bench_mix(sum, (uint64_t)(link - links));
}
