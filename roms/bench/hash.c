/* SPDX-License-Identifier: MIT */
/* An open-addressing hash table: insert, find, delete (by moving back what follows), in a table of 128 KB. */
#include "roms/bench/bench.h"

enum { SLOTS = 8192, KEYS = 5000 };

struct slot {
    uint64_t key, value;   /* key 0: empty */
};

static struct slot *slots;
static uint64_t *keys;

void hash_prepare(void)
{
    uint64_t random = 5;

    slots = bench_take(SLOTS * sizeof *slots);
    keys = bench_take(KEYS * sizeof *keys);
    for (unsigned i = 0; i < KEYS; i++)
        keys[i] = bench_random(&random);
}

static unsigned home(uint64_t key)
{
    return (unsigned)(key * 0x9e3779b97f4a7c15u >> 51);
}

static struct slot *find(uint64_t key)
{
    unsigned at = home(key);

    while (slots[at].key && slots[at].key != key)
        at = (at + 1) % SLOTS;
    return &slots[at];
}

static void erase(struct slot *slot)
{
    unsigned hole = (unsigned)(slot - slots), at = hole;

    for (;;) {
        slots[hole].key = 0;
        do {
            at = (at + 1) % SLOTS;
            if (!slots[at].key)
                return;
        } while ((at - home(slots[at].key)) % SLOTS < (at - hole) % SLOTS);
        slots[hole] = slots[at];
        hole = at;
    }
}

uint64_t hash_once(void)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < SLOTS; i++)
        slots[i].key = 0;
    for (unsigned i = 0; i < KEYS; i++)
        *find(keys[i]) = (struct slot){ keys[i], i };
    for (unsigned i = 0; i < KEYS; i += 2)
        erase(find(keys[i]));
    for (unsigned round = 0; round < 4; round++)
        for (unsigned i = 0; i < KEYS; i++) {
            const struct slot *slot = find(keys[i]);
            sum += slot->key ? slot->value * (round + 1) : 1;
        }
    return bench_mix(sum, KEYS);
}
