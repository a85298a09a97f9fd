/* SPDX-License-Identifier: MIT */
#include "frontends/qcow2/cluster_set.h"

#include <stdlib.h>

#include "base/error.h"

enum { ROOM_MIN = 64 };

/* Fibonacci hashing: neighbours, which clusters mostly are, spread well. */
static size_t home_of(const struct cluster_set *set, uint64_t key)
{
    return (size_t)((key * 0x9e3779b97f4a7c15ull) >> 32) & (set->room - 1);
}

/* Where the key is, or the empty slot where it belongs. */
static size_t find(const struct cluster_set *set, uint64_t key)
{
    size_t i = home_of(set, key);
    while (set->slots[i] && set->slots[i] != key)
        i = (i + 1) & (set->room - 1);
    return i;
}

static void grow(struct cluster_set *set)
{
    struct cluster_set larger = { .room = set->room ? set->room * 2 : ROOM_MIN, .count = set->count };
    larger.slots = mem_alloc(larger.room * sizeof *larger.slots);
    for (size_t i = 0; i < set->room; i++)
        if (set->slots[i])
            larger.slots[find(&larger, set->slots[i])] = set->slots[i];
    free(set->slots);
    *set = larger;
}

bool cluster_set_add(struct cluster_set *set, uint64_t cluster)
{
    if (set->count * 2 >= set->room)
        grow(set);
    size_t i = find(set, cluster + 1);
    if (set->slots[i])
        return false;
    set->slots[i] = cluster + 1;
    set->count++;
    return true;
}

/* Those behind the gap that are not at home move up, so that probing finds them still. */
void cluster_set_remove(struct cluster_set *set, uint64_t cluster)
{
    if (!cluster_set_has(set, cluster))
        return;
    size_t gap = find(set, cluster + 1), mask = set->room - 1;
    for (size_t i = (gap + 1) & mask; set->slots[i]; i = (i + 1) & mask)
        if (((i - home_of(set, set->slots[i])) & mask) >= ((i - gap) & mask)) {
            set->slots[gap] = set->slots[i];
            gap = i;
        }
    set->slots[gap] = 0;
    set->count--;
}

bool cluster_set_has(const struct cluster_set *set, uint64_t cluster)
{
    return set->room && set->slots[find(set, cluster + 1)];
}

void cluster_set_free(struct cluster_set *set)
{
    free(set->slots);
    *set = (struct cluster_set){ 0 };
}
