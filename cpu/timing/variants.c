/* SPDX-License-Identifier: MIT */
#include "cpu/timing/variants.h"

#include <string.h>

#include "base/bits.h"
#include "base/error.h"
#include "cpu/code.h"

enum { TABLE_BITS = 15, TABLE_SIZE = 1 << TABLE_BITS, VARIANTS_MAX = TABLE_SIZE / 2, OFFSETS_BITS = 14 };

struct offset {
    const void *block;
    int32_t number;
    uint16_t op, cycles;
};

/* A variant's number is `first` and its place in the table; 0 is an empty place. */
struct variants {
    int count, first;
    uint64_t variant[TABLE_SIZE];    /* the wait and the parent, see key_of */
    struct offset offset[1 << OFFSETS_BITS];
};

struct variants *variants_new(void)
{
    return mem_alloc_table(sizeof(struct variants));
}

void variants_free(struct variants *table)
{
    mem_free_table(table, sizeof *table);
}

/* ---- a wait of a parent as a number ---- */

enum { WAIT_BITS = 6, CAUSE_BITS = 4, OP_BITS = 7, NUMBER_BITS = 27,
       RESULT_SHIFT = WAIT_BITS, BUSY_SHIFT = 2 * WAIT_BITS, ISSUE_CAUSE_SHIFT = 3 * WAIT_BITS,
       RESULT_CAUSE_SHIFT = ISSUE_CAUSE_SHIFT + CAUSE_BITS, UNALIGNED_SHIFT = RESULT_CAUSE_SHIFT + CAUSE_BITS,
       OP_SHIFT = UNALIGNED_SHIFT + 1, PARENT_SHIFT = OP_SHIFT + OP_BITS };

_Static_assert(CAUSE_COUNT <= 1 << CAUSE_BITS && (int)BLOCK_OPS_MAX <= VARIANT_OP_FETCH && VARIANT < 1 << NUMBER_BITS &&
               PARENT_SHIFT + NUMBER_BITS <= 64, "they fit");

/* An access of DRAM takes longer, and never the same. */
static bool is_short(const struct memory_wait *w)
{
    return (w->issue | w->result | w->unit) >> WAIT_BITS == 0;
}

static uint64_t key_of(int parent, unsigned op, const struct memory_wait *w)
{
    return (uint64_t)parent << PARENT_SHIFT | (uint64_t)op << OP_SHIFT | w->issue | w->result << RESULT_SHIFT |
           w->unit << BUSY_SHIFT | (uint32_t)w->issue_cause << ISSUE_CAUSE_SHIFT |
           (uint32_t)w->result_cause << RESULT_CAUSE_SHIFT | (uint32_t)w->unaligned << UNALIGNED_SHIFT;
}

static struct memory_wait wait_of(uint64_t key)
{
    return (struct memory_wait){
        .issue = (uint32_t)bits(key, RESULT_SHIFT - 1, 0), .result = (uint32_t)bits(key, BUSY_SHIFT - 1, RESULT_SHIFT),
        .unit = (uint32_t)bits(key, ISSUE_CAUSE_SHIFT - 1, BUSY_SHIFT),
        .issue_cause = (uint8_t)bits(key, RESULT_CAUSE_SHIFT - 1, ISSUE_CAUSE_SHIFT),
        .result_cause = (uint8_t)bits(key, UNALIGNED_SHIFT - 1, RESULT_CAUSE_SHIFT), .unaligned = bit(key, UNALIGNED_SHIFT)
    };
}

static int parent_of(uint64_t key)
{
    return (int)(key >> PARENT_SHIFT);
}

/* ---- variants ---- */

static uint64_t find(const struct variants *table, int number)
{
    return table->variant[(number & ~VARIANT) - table->first];
}

static unsigned depth_of(const struct variants *table, int number)
{
    unsigned depth = 0;
    for (; number & VARIANT; number = parent_of(find(table, number)))
        depth++;
    return depth;
}

/* Begins again; numbers are never used twice. False: there are no more. */
static bool begin_again(struct variants *table)
{
    if (table->first > VARIANT - 2 * TABLE_SIZE)
        return false;
    memset(table->variant, 0, sizeof table->variant);
    table->first += TABLE_SIZE;
    table->count = 0;
    return true;
}

int variants_intern(struct variants *table, int parent, unsigned op, const struct memory_wait *wait)
{
    if (!is_short(wait))
        return VARIANT_NONE;
    uint64_t key = key_of(parent, op, wait);
    uint32_t at = (uint32_t)(key * 0x9e3779b97f4a7c15ull >> (64 - TABLE_BITS));
    for (; table->variant[at]; at = (at + 1) & (TABLE_SIZE - 1))
        if (table->variant[at] == key)
            return VARIANT | (table->first + (int)at);
    if (depth_of(table, parent) == KNOWN_MAX)
        return VARIANT_NONE;
    if (table->count == VARIANTS_MAX) {
        if (parent & VARIANT || !begin_again(table))   /* the running block's own may not be forgotten */
            return VARIANT_NONE;
        return variants_intern(table, parent, op, wait);
    }
    table->count++;
    table->variant[at] = key;
    return VARIANT | (table->first + (int)at);
}

int variants_known(const struct variants *table, int number, struct known *known)
{
    known->count = depth_of(table, number);
    for (unsigned i = known->count; i-- > 0;) {
        uint64_t key = find(table, number);
        known->at[i].op = (uint8_t)bits(key, PARENT_SHIFT - 1, OP_SHIFT);
        known->at[i].wait = wait_of(key);
        number = parent_of(key);
    }
    return number;
}

/* ---- offsets ---- */

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
