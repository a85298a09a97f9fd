/* SPDX-License-Identifier: MIT */
/* The tags of one set-associative cache. A slot is the place of a line: set * ways + way. */
#ifndef CPU_TIMING_CACHE_H
#define CPU_TIMING_CACHE_H

#include "base/types.h"

/* TREE is pseudo-LRU, a bit for each pair of subtrees. It must be told of every hit: only for a cache behind L1. */
enum cache_policy { CACHE_RANDOM, CACHE_TREE };

enum { CACHE_ABSENT = -1 };
#define CACHE_NOTHING UINT64_MAX

struct cache {
    uint64_t *line;           /* of each slot: physical address / 64, or CACHE_NOTHING */
    uint8_t *modified;        /* of each slot */
    uint32_t *tree;           /* of each set: bit n is node n of the tree, whose root is 1; it says which half to replace next */
    uint32_t set_mask, ways, way_bits, slots;
    uint32_t random;
    enum cache_policy policy;
};

/* Sizes in bytes, powers of two. */
void cache_init(struct cache *c, uint32_t size, uint32_t ways, enum cache_policy policy, uint32_t seed);
void cache_free(struct cache *c);
void cache_clear(struct cache *c);

static inline uint32_t cache_set(const struct cache *c, uint64_t line)
{
    return (uint32_t)line & c->set_mask;
}

/* The slot that holds the line, or CACHE_ABSENT. `index` picks the set: the line itself, unless the cache's index is virtual. */
static inline int32_t cache_find_at(const struct cache *c, uint64_t index, uint64_t line)
{
    uint32_t first = cache_set(c, index) << c->way_bits;
    for (uint32_t way = 0; way < c->ways; way++)
        if (c->line[first + way] == line)
            return (int32_t)(first + way);
    return CACHE_ABSENT;
}

static inline int32_t cache_find(const struct cache *c, uint64_t line)
{
    return cache_find_at(c, line, line);
}

/* The slot that a line of this index is to take: an empty one, or whose line has to go. */
uint32_t cache_victim(struct cache *c, uint64_t index);

/* The slot was used. */
void cache_touch(struct cache *c, uint32_t slot);

static inline void cache_put(struct cache *c, uint32_t slot, uint64_t line, bool modified)
{
    c->line[slot] = line;
    c->modified[slot] = modified;
}

static inline void cache_drop(struct cache *c, uint32_t slot)
{
    cache_put(c, slot, CACHE_NOTHING, false);
}

uint64_t cache_hash(const struct cache *c, uint64_t hash);

/* One step of a hash over numbers. */
static inline uint64_t cache_mix(uint64_t hash, uint64_t number)
{
    hash = (hash ^ number) * 0x9e3779b97f4a7c15ull;
    return hash ^ hash >> 29;
}

#endif
