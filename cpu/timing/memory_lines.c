/* SPDX-License-Identifier: MIT */
/* Lines of L1D and L2 in step 1: where they are, what has to go for them, and the stores that go past L1D. */
#include "cpu/timing/memory_parts.h"

/* ---- L1D and L2 ---- */

int32_t memory_lines_find(const struct memory *m, uint64_t line)
{
    uint64_t colour = 0;
    int32_t slot;
    do {
        slot = cache_find_at(&m->l1d, memory_index(m, line, colour), line);
        colour = (colour - m->colours) & m->colours;   /* the next subset of these bits */
    } while (slot == CACHE_ABSENT && colour);
    return slot;
}

void memory_lines_forget(struct memory *m, uint32_t slot)
{
    struct line_page *e = m->entry[slot];
    if (!e)
        return;
    uint64_t line = 1ull << (m->l1d.line[slot] & 63);
    e->readable &= ~line;   /* of another page by now? Then it will be proved again */
    e->writable &= ~line;
    m->entry[slot] = NULL;
}

void memory_lines_protect(struct memory *m, uint32_t slot)
{
    if (m->entry[slot])
        m->entry[slot]->writable &= ~(1ull << (m->l1d.line[slot] & 63));
}

void memory_lines_drop(struct memory *m, uint32_t slot)
{
    memory_lines_forget(m, slot);
    cache_drop(&m->l1d, slot);
    m->filled[slot] = 0;
    m->state[slot] = 0;
}

void memory_lines_put_l2(struct memory *m, uint64_t line, bool modified, unsigned op)
{
    struct cache *l2 = &m->shared->l2;
    uint32_t slot = cache_victim(l2, line);
    if (l2->modified[slot]) {
        memory_count(m, EVENT_L2_WRITEBACKS);
        memory_note(m, KIND_WRITE_BACK, MEMORY_FAR, op, 0, l2->line[slot]);
    }
    cache_put(l2, slot, line, modified);
    cache_touch(l2, slot);
}

/* DDI 0500J 7.6: data come to L2 when they leave L1D, not when they are fetched. */
static void l1d_evict(struct memory *m, uint32_t slot, unsigned op)
{
    uint64_t line = m->l1d.line[slot];
    bool modified = m->l1d.modified[slot];
    memory_lines_drop(m, slot);
    if (line == CACHE_NOTHING)
        return;
    struct cache *l2 = &m->shared->l2;
    int32_t there = cache_find(l2, line);
    if (there != CACHE_ABSENT && !modified)
        return;
    memory_count(m, EVENT_L2_ACCESSES);
    if (modified)
        memory_count(m, EVENT_L1D_WRITEBACKS);
    memory_note(m, KIND_WRITE_BACK, 0, op, 0, line);
    if (there == CACHE_ABSENT) {
        memory_lines_put_l2(m, line, modified, op);
        return;
    }
    l2->modified[there] = true;
    cache_touch(l2, (uint32_t)there);
}

void memory_lines_leave_alias(struct memory *m, uint64_t index, uint64_t line, unsigned op)
{
    uint64_t here = index & m->colours, colour = here;
    while ((colour = (colour - m->colours) & m->colours) != here) {
        int32_t slot = cache_find_at(&m->l1d, memory_index(m, line, colour), line);
        if (slot != CACHE_ABSENT)
            l1d_evict(m, (uint32_t)slot, op);
    }
}

/* L1D asks L2 for a line: is it there? One that is modified changes hands: L1D has it modified then, L2 no longer; unless other
   cores have it too. */
static bool l2_read(struct memory *m, uint64_t line, bool is_shared, bool *modified)
{
    struct cache *l2 = &m->shared->l2;
    int32_t slot = cache_find(l2, line);
    *modified = !is_shared && slot != CACHE_ABSENT && l2->modified[slot];
    if (slot == CACHE_ABSENT)
        memory_count(m, EVENT_L2_MISSES);
    else if (*modified)
        cache_drop(l2, (uint32_t)slot);
    else
        cache_touch(l2, (uint32_t)slot);
    return slot != CACHE_ABSENT;
}

/* Fetches and walks leave what they read in L2. */
unsigned memory_lines_keep(struct memory *m, uint64_t line, unsigned op)
{
    struct cache *l2 = &m->shared->l2;
    memory_count(m, EVENT_L2_ACCESSES);
    int32_t slot = cache_find(l2, line);
    if (slot != CACHE_ABSENT) {
        cache_touch(l2, (uint32_t)slot);
        return 0;
    }
    if (memory_lines_find(m, line) != CACHE_ABSENT)   /* handed over within the cluster */
        return 0;
    if (!memory_is_alone(m) && memory_snoop_finds(m, line))
        return MEMORY_SNOOPED;
    memory_count(m, EVENT_L2_MISSES);
    memory_lines_put_l2(m, line, false, op);
    return MEMORY_FAR;
}

/* Where a line that is to be in L1D comes from, and in which state. A store takes it from whoever has it. */
static unsigned find_line(struct memory *m, uint64_t line, bool write, bool *modified)
{
    unsigned found = 0;
    memory_count(m, EVENT_L2_ACCESSES);
    if (!memory_is_alone(m))
        found = memory_snoop_ask(m, line, write);
    *modified = false;
    if (found & MEMORY_SNOOPED)
        return found;
    return l2_read(m, line, found & MEMORY_SHARED, modified) ? found : found | MEMORY_FAR;
}

/* Gives the line a slot of L1D. The events of what had to leave come behind that of the line itself. */
void memory_lines_bring(struct memory *m, uint64_t index, uint64_t line, enum memory_kind kind, unsigned flags, unsigned op)
{
    bool modified = true;
    if (kind == KIND_FILL) {
        memory_count(m, EVENT_L1D_REFILLS);
        flags |= find_line(m, line, flags & MEMORY_STORE, &modified);
    }
    uint32_t slot = cache_victim(&m->l1d, index);
    memory_note(m, kind, flags | (m->l1d.line[slot] != CACHE_NOTHING ? MEMORY_EVICTS : 0), op, slot, line);
    l1d_evict(m, slot, op);
    cache_put(&m->l1d, slot, line, modified || flags & MEMORY_STORE);
    m->filled[slot] = MEMORY_UNKNOWN;
    m->state[slot] = flags & (MEMORY_AHEAD | MEMORY_FAR | MEMORY_SNOOPED | MEMORY_SHARED);
}

void memory_lines_prefetch(struct memory *m, uint64_t index, const uint64_t *lines, unsigned number, unsigned op)
{
    for (unsigned i = 0; i < number; i++)
        if (memory_lines_find(m, lines[i]) == CACHE_ABSENT) {
            memory_count(m, EVENT_L1D_PREFETCHES);
            memory_lines_bring(m, memory_index(m, lines[i], index), lines[i], KIND_FILL, MEMORY_AHEAD, op);
        }
}

/* ---- write streaming ---- */

/* DDI 0500J 6.2.1, read allocate mode: when lines are written as a whole before they have arrived, several in a row, those that
   follow are not fetched any more but written past L1; after many they are not put into L2 either. */
bool memory_lines_streaming(const struct memory *m)
{
    return m->settings->stream_after && m->stream.full >= m->settings->stream_after;
}

/* The line that was written past L1 goes out, as much of it as was stored. */
static void stream_out(struct memory *m, unsigned op)
{
    struct memory_stream *s = &m->stream;
    memory_count(m, EVENT_STREAMED_LINES);
    memory_count(m, EVENT_L2_ACCESSES);
    if (!memory_is_alone(m))
        memory_snoop_pass(m, s->line, s->bytes == MEMORY_WHOLE_LINE, op);
    struct cache *l2 = &m->shared->l2;
    int32_t slot = cache_find(l2, s->line);
    bool far = slot == CACHE_ABSENT && (s->bytes != MEMORY_WHOLE_LINE || s->full > m->settings->stream_far);
    memory_note(m, KIND_STREAM, far ? MEMORY_FAR | MEMORY_STORE : MEMORY_STORE, op, 0, s->line);
    if (slot != CACHE_ABSENT) {
        l2->modified[slot] = true;
        cache_touch(l2, (uint32_t)slot);
    } else if (!far) {
        memory_lines_put_l2(m, s->line, true, op);
    }
    s->line = CACHE_NOTHING;
    s->bypass = false;
}

/* Another line comes, or a load of this one: a line that is not full now ends the streak. */
void memory_lines_close(struct memory *m, unsigned op)
{
    if (m->stream.line == CACHE_NOTHING)
        return;
    if (m->stream.bytes != MEMORY_WHOLE_LINE)
        m->stream.full = 0;
    if (m->stream.bypass)
        stream_out(m, op);
    m->stream.line = CACHE_NOTHING;
}

static void stream_add(struct memory *m, uint64_t bytes, unsigned op)
{
    struct memory_stream *s = &m->stream;
    if (s->bytes == MEMORY_WHOLE_LINE)
        return;
    s->bytes |= bytes;
    if (s->bytes != MEMORY_WHOLE_LINE)
        return;
    s->full += s->full < UINT32_MAX;
    if (s->bypass)
        stream_out(m, op);
}

/* A store to a line that is on its way to L1D, or not in it: then it may have to go past it. Does it? */
bool memory_lines_store(struct memory *m, uint64_t line, uint64_t bytes, bool coming, unsigned op)
{
    struct memory_stream *s = &m->stream;
    if (s->line != line) {
        memory_lines_close(m, op);
        s->line = line;
        s->bytes = 0;
        s->bypass = !coming && memory_lines_streaming(m);
    }
    bool bypass = s->bypass;
    stream_add(m, bytes, op);
    return bypass;
}
