/* SPDX-License-Identifier: MIT */
/* What comes from outside: reset, maintenance, devices that write memory; and what tests compare. */
#include "cpu/timing/memory_parts.h"

void memory_reset(struct memory *m)
{
    for (uint32_t slot = 0; slot < m->l1d.slots; slot++)
        memory_lines_drop(m, slot);
    for (uint32_t slot = 0; slot < m->l1i.slots; slot++)
        memory_fetch_drop(m, slot);
    cache_clear(&m->l2);
    tlbs_forget(&m->tlbs);
    m->fetch_epoch[MEMORY_EPOCH_PAGE]++;
    prefetch_reset(&m->prefetch);
    fills_reset(&m->fills);
    m->stream = (struct memory_stream){ .line = CACHE_NOTHING };
    m->event_count = m->served = 0;
    m->translated = m->fetch_asked = m->fetch_ready = 0;
}

/* To the point of coherency: past L2. */
static void clean(struct memory *m, uint64_t line, unsigned op)
{
    int32_t near = memory_lines_find(m, line), far = cache_find(&m->l2, line);
    bool modified = false;
    if (near != CACHE_ABSENT && m->l1d.modified[near]) {
        modified = true;
        m->l1d.modified[near] = false;
        memory_lines_forget(m, (uint32_t)near);   /* it allowed writes */
        memory_count(m, EVENT_L1D_WRITEBACKS);
    }
    if (far != CACHE_ABSENT && m->l2.modified[far]) {
        modified = true;
        m->l2.modified[far] = false;
    }
    if (!modified)
        return;
    memory_count(m, EVENT_L2_WRITEBACKS);
    memory_note(m, KIND_WRITE_BACK, MEMORY_FAR, op, 0, line);
}

static unsigned invalidate(struct memory *m, uint64_t line)
{
    int32_t near = memory_lines_find(m, line), far = cache_find(&m->l2, line);
    if (near != CACHE_ABSENT)
        memory_lines_drop(m, (uint32_t)near);
    if (far != CACHE_ABSENT)
        cache_drop(&m->l2, (uint32_t)far);
    return near != CACHE_ABSENT || far != CACHE_ABSENT;
}

void memory_maintain(struct memory *m, enum memory_maintenance what, gpa_t pa, unsigned op)
{
    uint64_t line = pa >> MEMORY_LINE_BITS;
    switch (what) {
    case MEMORY_CLEAN:
        clean(m, line, op);
        break;
    case MEMORY_CLEAN_INVALIDATE:
        clean(m, line, op);
        invalidate(m, line);
        break;
    case MEMORY_INVALIDATE:
        invalidate(m, line);
        break;
    case MEMORY_INVALIDATE_FETCH: {
        int32_t slot = cache_find(&m->l1i, line);
        if (slot != CACHE_ABSENT)
            memory_fetch_drop(m, (uint32_t)slot);
        break;
    }
    case MEMORY_INVALIDATE_FETCH_ALL:
        for (uint32_t slot = 0; slot < m->l1i.slots; slot++)
            memory_fetch_drop(m, slot);
        break;
    }
}

void memory_forget_translations(struct memory *m)
{
    tlbs_forget(&m->tlbs);
    m->fetch_epoch[MEMORY_EPOCH_PAGE]++;
}

void memory_forget_asid(struct memory *m, uint32_t asid)
{
    tlbs_forget_asid(&m->tlbs, asid);
    m->fetch_epoch[MEMORY_EPOCH_PAGE]++;
}

void memory_forget_va(struct memory *m, gva_t va)
{
    tlbs_forget_va(&m->tlbs, va);
    m->fetch_epoch[MEMORY_EPOCH_PAGE]++;
}

/* DDI 0500J 2.1.7: L1I is not coherent; the guest invalidates it. */
void memory_dma(struct memory *m, gpa_t pa, uint64_t length)
{
    if (!length)
        return;
    uint64_t first = pa >> MEMORY_LINE_BITS;
    uint64_t last = length - 1 > UINT64_MAX - pa ? UINT64_MAX >> MEMORY_LINE_BITS : (pa + length - 1) >> MEMORY_LINE_BITS;
    if (last - first < m->l2.slots) {
        for (uint64_t line = first; line <= last; line++)
            m->counts[EVENT_DMA_INVALIDATIONS] += invalidate(m, line);
        return;
    }
    for (uint32_t slot = 0; slot < m->l1d.slots; slot++)
        if (m->l1d.line[slot] >= first && m->l1d.line[slot] <= last)
            m->counts[EVENT_DMA_INVALIDATIONS] += invalidate(m, m->l1d.line[slot]);
    for (uint32_t slot = 0; slot < m->l2.slots; slot++)
        if (m->l2.line[slot] >= first && m->l2.line[slot] <= last)
            m->counts[EVENT_DMA_INVALIDATIONS] += invalidate(m, m->l2.line[slot]);
}

static uint64_t l1d_hash(const struct memory *m, uint64_t now, uint64_t hash)
{
    hash = cache_hash(&m->l1d, hash);
    for (uint32_t slot = 0; slot < m->l1d.slots; slot++) {
        uint64_t filled = m->filled[slot];
        hash = cache_mix(hash, filled == MEMORY_UNKNOWN ? filled : filled > now ? filled - now : 0);
        hash = cache_mix(hash, m->state[slot]);
    }
    return hash;
}

uint64_t memory_hash(const struct memory *m, uint64_t now)
{
    uint64_t hash = cache_hash(&m->l2, cache_hash(&m->l1i, l1d_hash(m, now, 1)));
    hash = prefetch_hash(&m->prefetch, tlbs_hash(&m->tlbs, hash));
    for (uint32_t slot = 0; slot < m->l1i.slots; slot++)
        if (m->fetched_ahead[slot])
            hash = cache_mix(hash, m->fetched[slot] > now ? m->fetched[slot] - now : slot);
    hash = cache_mix(cache_mix(hash, m->stream.line), m->stream.bytes);
    hash = cache_mix(hash, (uint64_t)m->stream.full << 1 ^ m->stream.bypass);
    hash = cache_mix(hash, m->translated > now ? m->translated - now : 0);
    hash = cache_mix(hash, m->fetch_ready > now ? m->fetch_ready - now : 0);
    return fills_hash(&m->fills, now, hash);
}
