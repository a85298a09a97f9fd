/* SPDX-License-Identifier: MIT */
#include "cpu/timing/fills.h"

#include <string.h>

#include "base/error.h"
#include "cpu/timing/cache.h"

void fills_shared_init(struct fills_shared *shared, const struct core_settings *settings)
{
    port_init(&shared->l2);
    dram_init(&shared->dram, settings);
}

void fills_shared_free(struct fills_shared *shared)
{
    port_free(&shared->l2);
    dram_free(&shared->dram);
}

void fills_shared_reset(struct fills_shared *shared)
{
    port_reset(&shared->l2);
    dram_reset(&shared->dram);
}

void fills_shared_share(struct fills_shared *shared)
{
    port_share(&shared->l2);
    dram_share(&shared->dram);
}

void fills_init(struct fills *f, const struct core_settings *s, struct fills_shared *shared, unsigned core)
{
    bug_on(!s->fills || s->fills > FILLS_MAX || !s->store_entries || s->store_entries > FILLS_STORES_MAX);
    *f = (struct fills){ .fill_count = s->fills, .store_count = s->store_entries, .l2_latency = s->l2_latency,
                         .l2_interval = s->l2_interval, .snoop_latency = s->snoop_latency, .evict = s->evict,
                         .shared = shared, .core = core };
}

void fills_reset(struct fills *f)
{
    memset(f->fill_free, 0, sizeof f->fill_free);
    memset(f->store_free, 0, sizeof f->store_free);
    memset(f->write_free, 0, sizeof f->write_free);
    f->evict_free = 0;
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

/* When L2 takes a request made at `at`. */
static uint64_t ask_l2(struct fills *f, uint64_t at)
{
    return port_take(&f->shared->l2, f->core, at, f->l2_interval);
}

uint64_t fills_read(struct fills *f, uint64_t line, enum fills_source source, uint64_t at, uint64_t *events)
{
    uint64_t start = ask_l2(f, at);
    switch (source) {
    case FILLS_MEMORY: return dram_access(&f->shared->dram, f->core, line, false, start + f->l2_latency, events);
    case FILLS_CORE: return start + f->snoop_latency;
    case FILLS_L2: break;
    }
    return start + f->l2_latency;
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

uint64_t fills_line(struct fills *f, uint64_t line, enum fills_source source, bool evicts, uint64_t at, uint64_t *start,
                    uint64_t *events)
{
    uint64_t *buffer = first_free(f->fill_free, f->fill_count);
    *start = later(at, *buffer);
    uint64_t done = fills_read(f, line, source, *start, events);
    return *buffer = evicts ? make_way(f, done) : done;
}

uint64_t fills_write(struct fills *f, uint64_t line, bool to_memory, uint64_t at, uint64_t *events)
{
    uint64_t *buffer = to_memory ? first_free(f->write_free, FILLS_WRITES) : NULL;
    uint64_t start = ask_l2(f, buffer ? later(at, *buffer) : at), done = start + f->l2_latency;
    return buffer ? *buffer = dram_access(&f->shared->dram, f->core, line, true, done, events) : done;
}

/* The request goes to the snoop control unit and, if there is somebody, on to another core; no data come back. */
uint64_t fills_claim(struct fills *f, uint64_t at)
{
    return ask_l2(f, at) + f->l2_latency;
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
    hash = port_hash(&f->shared->l2, now, hash);
    hash = cache_mix(hash, later(f->evict_free, now) - now);
    return dram_hash(&f->shared->dram, now, hash);
}
