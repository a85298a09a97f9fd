/* SPDX-License-Identifier: MIT */
#include "cpu/timing/cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/error.h"
#include "cpu/timing/memory.h"

void cache_init(struct cache *c, uint32_t size, uint32_t ways, enum cache_policy policy, uint32_t seed)
{
    bug_on(!is_power_of_2(size) || !is_power_of_2(ways) || size < ways << MEMORY_LINE_BITS || ways > 32 || !seed);
    *c = (struct cache){ .ways = ways, .slots = size >> MEMORY_LINE_BITS, .random = seed, .policy = policy };
    c->way_bits = (uint32_t)__builtin_ctz(ways);
    c->set_mask = (c->slots >> c->way_bits) - 1;
    c->line = mem_alloc(c->slots * sizeof *c->line);
    c->modified = mem_alloc(c->slots);
    c->tree = mem_alloc((c->set_mask + 1) * sizeof *c->tree);
    cache_clear(c);
}

void cache_free(struct cache *c)
{
    free(c->line);
    free(c->modified);
    free(c->tree);
}

void cache_clear(struct cache *c)
{
    for (uint32_t slot = 0; slot < c->slots; slot++)
        cache_drop(c, slot);
    memset(c->tree, 0, (c->set_mask + 1) * sizeof *c->tree);
}

/* xorshift32 (Marsaglia): every nonzero state follows after 2^32 - 1 steps. The hardware's sequence is not published. */
static uint32_t random_way(struct cache *c)
{
    c->random ^= c->random << 13;
    c->random ^= c->random >> 17;
    c->random ^= c->random << 5;
    return c->random >> 8 & (c->ways - 1);
}

static uint32_t tree_way(const struct cache *c, uint32_t set)
{
    uint32_t node = 1;
    while (node < c->ways)
        node = node << 1 | (c->tree[set] >> node & 1);
    return node - c->ways;
}

uint32_t cache_victim(struct cache *c, uint64_t index)
{
    uint32_t set = cache_set(c, index), first = set << c->way_bits;
    for (uint32_t way = 0; way < c->ways; way++)
        if (c->line[first + way] == CACHE_NOTHING)
            return first + way;
    return first + (c->policy == CACHE_TREE ? tree_way(c, set) : random_way(c));
}

void cache_touch(struct cache *c, uint32_t slot)
{
    if (c->policy != CACHE_TREE)
        return;
    uint32_t *tree = &c->tree[slot >> c->way_bits];
    for (uint32_t node = c->ways + (slot & (c->ways - 1)); node > 1; node >>= 1) {
        uint32_t parent = node >> 1;
        *tree = (*tree & ~(1u << parent)) | (~node & 1) << parent;   /* next time the other half */
    }
}

uint64_t cache_hash(const struct cache *c, uint64_t hash)
{
    for (uint32_t slot = 0; slot < c->slots; slot++)
        hash = cache_mix(hash, c->line[slot] << 1 ^ c->modified[slot]);
    for (uint32_t set = 0; set <= c->set_mask; set++)
        hash = cache_mix(hash, c->tree[set]);
    return cache_mix(hash, c->random);
}
