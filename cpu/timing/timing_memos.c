/* SPDX-License-Identifier: MIT */
/* Room for memos. They live beside the code cache's blocks and are all given up when it is emptied. */
#include <stdlib.h>

#include "cpu/timing/timing_parts.h"

struct memo memo_none = { .key = MEMO_NOTHING };

void timing_memo_init(struct block_timing *bt)
{
    for (unsigned i = 0; i < MEMO_NEAR; i++)
        bt->near[i].key = MEMO_NOTHING;
    bt->more = &memo_none;
}

uint16_t *timing_memo_spread(struct block_timing *bt, const struct memo *m)
{
    if (m >= bt->near && m < bt->near + MEMO_NEAR)
        return &bt->spread[m - bt->near];
    return (uint16_t *)(bt->more + (memo_count(bt) - MEMO_NEAR)) + (m - bt->more);
}

/* Room for `wanted` memos and their spreads, with nothing in them; it is kept until the code cache is emptied. */
static struct memo *room(struct timing *t, unsigned wanted)
{
    unsigned whole = wanted + wanted * (unsigned)sizeof(uint16_t) / (unsigned)sizeof(struct memo);
    if (!t->room || t->room->used + whole > ROOM_MEMOS) {
        struct memo_chunk *chunk = mem_alloc_table(sizeof *chunk);
        chunk->next = t->room;
        t->room = chunk;
    }
    struct memo *m = &t->room->memo[t->room->used];
    t->room->used += whole;
    for (unsigned i = 0; i < wanted; i++)
        m[i] = (struct memo){ .key = MEMO_NOTHING };
    return m;
}

void timing_forget_memos(struct timing *t)
{
    variants_forget_blocks(t->variants);
    while (t->room) {
        struct memo_chunk *next = t->room->next;
        free(t->room);
        t->room = next;
    }
}

static void grow(struct timing *t, struct block *b)
{
    struct block_timing *bt = block_timing(b);
    unsigned count = memo_count(bt), more = count > MEMO_NEAR ? 2 * (count - MEMO_NEAR) : 1 << MEMO_BITS_MIN;
    struct memo *old = bt->more;
    const uint16_t *spread = (const uint16_t *)(old + (count - MEMO_NEAR));
    bt->more = room(t, more);
    bt->mask = (more - 1) << SIG_SHIFT;
    bt->conflicts = 0;
    for (unsigned i = 0; i < count - MEMO_NEAR; i++) {
        if (old[i].key == MEMO_NOTHING)
            continue;
        uint32_t outcome = old[i].key & OUTCOME_MASK;
        struct memo *m = memo_more(bt, old[i].key - outcome, outcome);
        timing_collect_memo(t, b, m);   /* two may meet: one count must not get lost */
        *m = old[i];
        *timing_memo_spread(bt, m) = spread[i];
    }
}

struct memo *timing_memo_find(struct block_timing *bt, uint32_t sig, enum outcome outcome)
{
    uint32_t key = sig | (uint32_t)outcome;
    struct memo *m = memo_near(bt, sig, outcome);
    if (m->key != key)
        m = memo_more(bt, sig, outcome);
    return m->key == key ? m : NULL;
}

struct memo *timing_memo_place(struct timing *t, struct block *b, uint32_t sig, enum outcome outcome)
{
    struct block_timing *bt = block_timing(b);
    struct memo *m = memo_near(bt, sig, outcome);
    if (m->key == MEMO_NOTHING)
        return m;
    m = memo_more(bt, sig, outcome);
    unsigned count = memo_count(bt) - MEMO_NEAR;
    if (!count || (m->key != MEMO_NOTHING && ++bt->conflicts > count && count < 1u << MEMO_BITS_MAX)) {
        grow(t, b);
        m = memo_more(bt, sig, outcome);
    }
    return m;
}
