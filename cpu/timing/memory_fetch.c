/* SPDX-License-Identifier: MIT */
/* Instructions in step 1: their micro-TLB and their cache. */
#include "cpu/timing/memory_parts.h"

void memory_fetch_page(struct memory *m, const struct memory_page *page)
{
    memory_translate(m, page, true, false, MEMORY_OP_FETCH);
}

void memory_fetch_drop(struct memory *m, uint32_t slot)
{
    uint64_t line = m->l1i.line[slot];
    if (line == CACHE_NOTHING)
        return;
    m->fetch_epoch[line & 63]++;
    m->fetched_ahead[slot] = false;
    cache_drop(&m->l1i, slot);
}

static void l1i_bring(struct memory *m, uint64_t line, bool ahead)
{
    uint32_t slot = cache_victim(&m->l1i, line);
    unsigned far = memory_lines_keep(m, line, MEMORY_OP_FETCH);
    memory_note(m, KIND_FILL, far | (ahead ? MEMORY_AHEAD : 0), MEMORY_OP_FETCH, slot, line);
    memory_fetch_drop(m, slot);
    cache_put(&m->l1i, slot, line, false);
    m->fetched[slot] = 0;
    m->fetched_ahead[slot] = ahead;
}

/* The next lines of the page come as well. There are too few to take the place of this line or the one before it: both may be of
   the block that is to run, and caches have at least four sets. */
static void fetch_ahead(struct memory *m, uint64_t line)
{
    for (uint64_t next = line + 1; next <= line + m->settings->l1i_prefetch; next++)
        if (!((next ^ line) >> (PAGE_BITS - MEMORY_LINE_BITS)) && cache_find(&m->l1i, next) == CACHE_ABSENT)
            l1i_bring(m, next, true);
}

static void fetch_line(struct memory *m, uint64_t line)
{
    int32_t slot = cache_find(&m->l1i, line);
    if (slot == CACHE_ABSENT) {
        memory_count(m, EVENT_L1I_MISSES);
        l1i_bring(m, line, false);
    } else if (m->fetched_ahead[slot]) {
        m->fetched_ahead[slot] = false;
        memory_note(m, KIND_PENDING, 0, MEMORY_OP_FETCH, (uint32_t)slot, line);
    } else {
        return;
    }
    fetch_ahead(m, line);
}

void memory_fetch_lines(struct memory *m, gpa_t first, gpa_t last)
{
    first >>= MEMORY_LINE_BITS;
    last >>= MEMORY_LINE_BITS;
    fetch_line(m, first);
    if (last != first)
        fetch_line(m, last);
}
