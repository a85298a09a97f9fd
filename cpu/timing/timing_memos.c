/* SPDX-License-Identifier: MIT */
/* Room for memos. They live beside the code cache's blocks and are all given up when it is emptied: which happens before the next
   block is decoded, once there is no more room for them. A guest whose blocks are entered in ever other states would fill the
   host's memory otherwise: 64 MiB of short blocks could have 6 GiB of memos. */

#include "cpu/timing/timing_parts.h"

void timing_memo_init(struct block_timing *bt)
{
    for (unsigned i = 0; i < MEMO_NEAR; i++)
        bt->near[i].key = MEMO_NOTHING;
    bt->memo = bt->near;
    bt->mask = (MEMO_NEAR - 1) << SIG_SHIFT;
}

/* Room for `wanted` memos, with nothing in them; it is kept until the code cache is emptied. NULL: there are too many. */
static struct memo *room(struct timing *t, unsigned wanted)
{
    if (t->memos + wanted > t->memos_most) {
        t->is_crowded = true;
        return NULL;
    }
    t->memos += wanted;
    if (!t->room || t->room->used + wanted > ROOM_MEMOS) {
        struct memo_chunk *chunk = mem_alloc_table(sizeof *chunk);
        chunk->next = t->room;
        t->room = chunk;
    }
    struct memo *m = &t->room->memo[t->room->used];
    t->room->used += wanted;
    for (unsigned i = 0; i < wanted; i++)
        m[i] = (struct memo){ .key = MEMO_NOTHING };
    return m;
}

void timing_forget_memos(struct timing *t)
{
    variants_forget_blocks(t->variants);
    while (t->room) {
        struct memo_chunk *next = t->room->next;
        mem_free_table(t->room, sizeof *t->room);
        t->room = next;
    }
    t->memos = 0;
    t->is_crowded = false;
}

bool timing_is_crowded(const struct timing *t)
{
    return t->is_crowded;
}

static void grow(struct timing *t, struct block *b)
{
    struct block_timing *bt = block_timing(b);
    const struct memo *old = bt->memo;
    unsigned count = memo_count(bt);
    struct memo *new = room(t, 2 * count);
    bt->conflicts = 0;
    if (!new)
        return;
    bt->mask = bt->mask << 1 | 1u << SIG_SHIFT;
    bt->memo = new;
    for (unsigned i = 0; i < count; i++) {
        if (old[i].key == MEMO_NOTHING)
            continue;
        uint32_t outcome = old[i].key & OUTCOME_MASK;
        struct memo *m = memo_slot(bt, old[i].key - outcome, outcome);
        timing_collect_memo(t, b, m);   /* two may meet: one count must not get lost */
        *m = old[i];
    }
}

struct memo *timing_memo_place(struct timing *t, struct block *b, uint32_t sig, uint32_t outcome)
{
    struct block_timing *bt = block_timing(b);
    struct memo *m = memo_slot(bt, sig, outcome);
    if (m->key == MEMO_NOTHING || ++bt->conflicts <= memo_count(bt) || memo_count(bt) == MEMO_MOST)
        return m;
    grow(t, b);
    return memo_slot(bt, sig, outcome);
}
