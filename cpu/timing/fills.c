/* SPDX-License-Identifier: MIT */
#include "cpu/timing/fills.h"

#include <string.h>

#include "base/error.h"
#include "cpu/timing/cache.h"

void fills_init(struct fills *f, const struct core_settings *s)
{
    bug_on(!s->fills || s->fills > FILLS_MAX || !s->store_entries || s->store_entries > FILLS_STORES_MAX);
    *f = (struct fills){ .fill_count = s->fills, .store_count = s->store_entries, .l2_latency = s->l2_latency,
                         .l2_interval = s->l2_interval, .evict = s->evict };
    dram_init(&f->dram, s);
}

void fills_reset(struct fills *f)
{
    memset(f->fill_free, 0, sizeof f->fill_free);
    memset(f->store_free, 0, sizeof f->store_free);
    memset(f->write_free, 0, sizeof f->write_free);
    f->l2_free = f->evict_free = 0;
    dram_reset(&f->dram);
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t *first_free(uint64_t *free, unsigned count)
{
    uint64_t *first = free;
    for (unsigned i = 1; i < count; i++)
        if (free[i] < *first)
            first = &free[i];
    return first;
}

uint64_t fills_read(struct fills *f, uint64_t line, bool from_memory, uint64_t at, uint64_t *events)
{
    uint64_t start = later(at, f->l2_free);
    f->l2_free = start + f->l2_interval;
    uint64_t found = start + f->l2_latency;
    return from_memory ? dram_access(&f->dram, line, false, found, events) : found;
}

/* When a line that arrives at cycle `at` has its place: at once, unless the line that leaves it must wait for another on its way.
   One from L2 may arrive, and be done with it, before one that memory was asked for earlier. */
static uint64_t make_way(struct fills *f, uint64_t at)
{
    if (at + 2 * (uint64_t)f->evict <= f->evict_free)
        return at;
    at = later(at, f->evict_free);
    f->evict_free = at + f->evict;
    return at;
}

uint64_t fills_line(struct fills *f, uint64_t line, bool from_memory, bool evicts, uint64_t at, uint64_t *start,
                    uint64_t *events)
{
    uint64_t *buffer = first_free(f->fill_free, f->fill_count);
    *start = later(at, *buffer);
    uint64_t done = fills_read(f, line, from_memory, *start, events);
    return *buffer = evicts ? make_way(f, done) : done;
}

uint64_t fills_write(struct fills *f, uint64_t line, bool to_memory, uint64_t at, uint64_t *events)
{
    uint64_t start = later(at, f->l2_free);
    uint64_t *buffer = to_memory ? first_free(f->write_free, FILLS_WRITES) : NULL;
    if (buffer)
        start = later(start, *buffer);
    f->l2_free = start + f->l2_interval;
    uint64_t done = start + f->l2_latency;
    return buffer ? *buffer = dram_access(&f->dram, line, true, done, events) : done;
}

uint64_t fills_store(struct fills *f, uint64_t at, uint64_t **place)
{
    *place = first_free(f->store_free, f->store_count);
    return later(at, **place);
}

uint64_t fills_hash(const struct fills *f, uint64_t now, uint64_t hash)
{
    for (unsigned i = 0; i < f->fill_count; i++)
        hash = cache_mix(hash, later(f->fill_free[i], now) - now);
    for (unsigned i = 0; i < f->store_count; i++)
        hash = cache_mix(hash, later(f->store_free[i], now) - now);
    for (unsigned i = 0; i < FILLS_WRITES; i++)
        hash = cache_mix(hash, later(f->write_free[i], now) - now);
    hash = cache_mix(hash, later(f->l2_free, now) - now);
    hash = cache_mix(hash, later(f->evict_free, now) - now);
    return dram_hash(&f->dram, now, hash);
}
