/* SPDX-License-Identifier: MIT */
#include "cpu/timing/variants.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum {
    VARIANTS_MAX = 1 << 14, HASH_SIZE = 2 * VARIANTS_MAX, OFFSETS_BITS = 14,
    WAIT_MAX = 63            /* cycles; an access of DRAM takes longer, and never the same */
};

struct offset {
    const void *block;
    int32_t number;
    uint16_t op, cycles;
};

struct variants {
    int count, first;
    uint64_t key[VARIANTS_MAX];
    int32_t parent[VARIANTS_MAX];
    uint16_t hash[HASH_SIZE];        /* index + 1, or 0 */
    struct offset offset[1 << OFFSETS_BITS];
};

struct variants *variants_new(void)
{
    return mem_alloc(sizeof(struct variants));
}

void variants_free(struct variants *table)
{
    free(table);
}

static bool is_short(const struct memory_wait *w)
{
    return w->issue <= WAIT_MAX && w->result <= WAIT_MAX && w->unit <= WAIT_MAX;
}

static uint64_t key_of(unsigned op, const struct memory_wait *w)
{
    return (uint64_t)op << 32 | (uint64_t)w->issue << 26 | w->result << 20 | w->unit << 14 | (uint64_t)w->issue_cause << 40 |
           (uint64_t)w->result_cause << 44 | (uint64_t)w->unaligned << 48;
}

static uint32_t hash_of(int parent, uint64_t key)
{
    return (uint32_t)((key ^ (uint64_t)parent << 20) * 0x9e3779b97f4a7c15ull >> 40) & (HASH_SIZE - 1);
}

int variants_intern(struct variants *table, int parent, unsigned op, const struct memory_wait *wait)
{
    if (!is_short(wait))
        return VARIANT_NONE;
    uint64_t key = key_of(op, wait);
    uint32_t at = hash_of(parent, key);
    for (; table->hash[at]; at = (at + 1) & (HASH_SIZE - 1)) {
        int i = table->hash[at] - 1;
        if (table->key[i] == key && table->parent[i] == parent)
            return VARIANT | (table->first + i);
    }
    if (table->count == VARIANTS_MAX) {   /* begin again; numbers are never used twice */
        if (table->first > VARIANT - 2 * VARIANTS_MAX)
            return VARIANT_NONE;
        memset(table->hash, 0, sizeof table->hash);
        table->first += table->count;
        table->count = 0;
        return VARIANT_NONE;              /* the parent may be among the forgotten */
    }
    int i = table->count++;
    table->key[i] = key;
    table->parent[i] = parent;
    table->hash[at] = (uint16_t)(i + 1);
    return VARIANT | (table->first + i);
}

int variants_first(const struct variants *table)
{
    return table->first;
}

static uint32_t offset_place(const void *block, int number, unsigned op)
{
    uint64_t mixed = ((uintptr_t)block >> 4 ^ (uint64_t)(uint32_t)number << 32 ^ (uint64_t)op << 27) * 0x9e3779b97f4a7c15ull;
    return (uint32_t)(mixed >> (64 - OFFSETS_BITS));
}

bool variants_offset(const struct variants *table, const void *block, int number, unsigned op, uint32_t *offset)
{
    const struct offset *o = &table->offset[offset_place(block, number, op)];
    *offset = o->cycles;
    return o->block == block && o->number == number && o->op == op;
}

void variants_keep_offset(struct variants *table, const void *block, int number, unsigned op, uint32_t offset)
{
    if (offset <= UINT16_MAX)
        table->offset[offset_place(block, number, op)] = (struct offset){ block, number, (uint16_t)op, (uint16_t)offset };
}

void variants_forget_blocks(struct variants *table)
{
    memset(table->offset, 0, sizeof table->offset);
}
