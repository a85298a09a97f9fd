/* SPDX-License-Identifier: MIT */
/* What comes from outside: reset, maintenance, devices that write memory; and what tests compare. */
#include "cpu/timing/memory_parts.h"

void memory_reset(struct memory *m)
{
    for (uint32_t slot = 0; slot < m->l1d.slots; slot++)
        memory_lines_drop(m, slot);
    for (uint32_t slot = 0; slot < m->l1i.slots; slot++)
        memory_fetch_drop(m, slot);
    tlbs_forget(&m->tlbs);
    m->fetch_epoch[MEMORY_EPOCH_PAGE]++;
    prefetch_reset(&m->prefetch);
    fills_reset(&m->fills);
    if (m == m->shared->core[0]) {
        cache_clear(&m->shared->l2);
        fills_shared_reset(&m->shared->fills);
    }
    m->stream = (struct memory_stream){ .line = CACHE_NOTHING };
    m->event_count = m->served = 0;
    m->translated = m->fetch_asked = m->fetch_ready = 0;
}

/* Each of the cores that maintenance and DMA reach: all that share memory. */
#define EACH_CORE(core, m)                                                              \
    for (unsigned number_ = 0; number_ < (m)->shared->cores; number_++)                 \
        for (struct memory *core = (m)->shared->core[number_]; core; core = NULL)

static bool clean_l1d(struct memory *m, uint64_t line)
{
    int32_t slot = memory_lines_find(m, line);
    if (slot == CACHE_ABSENT || !m->l1d.modified[slot])
        return false;
    m->l1d.modified[slot] = false;
    memory_lines_forget(m, (uint32_t)slot);   /* it allowed writes */
    memory_count(m, EVENT_L1D_WRITEBACKS);
    return true;
}

static bool clean_l2(struct memory *m, uint64_t line)
{
    struct cache *l2 = &m->shared->l2;
    int32_t slot = cache_find(l2, line);
    if (slot == CACHE_ABSENT || !l2->modified[slot])
        return false;
    l2->modified[slot] = false;
    return true;
}

/* To the point of coherency: past L2. */
static void clean(struct memory *m, uint64_t line, unsigned op)
{
    bool modified = clean_l2(m, line);
    EACH_CORE(core, m)
        modified |= clean_l1d(core, line);
    if (!modified)
        return;
    memory_count(m, EVENT_L2_WRITEBACKS);
    memory_note(m, KIND_WRITE_BACK, MEMORY_FAR, op, 0, line);
}

/* True: it was there. */
static bool invalidate_l1d(struct memory *m, uint64_t line)
{
    int32_t slot = memory_lines_find(m, line);
    if (slot != CACHE_ABSENT)
        memory_lines_drop(m, (uint32_t)slot);
    return slot != CACHE_ABSENT;
}

static bool invalidate_l2(struct memory *m, uint64_t line)
{
    struct cache *l2 = &m->shared->l2;
    int32_t slot = cache_find(l2, line);
    if (slot != CACHE_ABSENT)
        cache_drop(l2, (uint32_t)slot);
    return slot != CACHE_ABSENT;
}

static bool invalidate(struct memory *m, uint64_t line)
{
    bool found = invalidate_l2(m, line);
    EACH_CORE(core, m)
        found |= invalidate_l1d(core, line);
    return found;
}

static void invalidate_fetch(struct memory *m, uint64_t line)
{
    int32_t slot = cache_find(&m->l1i, line);
    if (slot != CACHE_ABSENT)
        memory_fetch_drop(m, (uint32_t)slot);
}

static void invalidate_fetch_all(struct memory *m)
{
    for (uint32_t slot = 0; slot < m->l1i.slots; slot++)
        memory_fetch_drop(m, slot);
}

/* DDI 0487 D4.4.8: by address it is for all cores of the domain that the address is shared in, here all there are. */
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
    case MEMORY_INVALIDATE_FETCH:
        EACH_CORE(core, m)
            invalidate_fetch(core, line);
        break;
    case MEMORY_INVALIDATE_FETCH_ALL:
        invalidate_fetch_all(m);
        break;
    case MEMORY_INVALIDATE_FETCH_EVERYWHERE:
        EACH_CORE(core, m)
            invalidate_fetch_all(core);
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

/* What the cache has of lines first … last goes, wherever else it is. */
static void invalidate_range(struct memory *m, const struct cache *c, uint64_t first, uint64_t last)
{
    for (uint32_t slot = 0; slot < c->slots; slot++)
        if (c->line[slot] >= first && c->line[slot] <= last)
            m->counts[EVENT_DMA_INVALIDATIONS] += invalidate(m, c->line[slot]);
}

/* DDI 0500J 2.1.7: L1I is not coherent; the guest invalidates it. */
void memory_dma(struct memory *m, gpa_t pa, uint64_t length)
{
    if (!length)
        return;
    uint64_t first = pa >> MEMORY_LINE_BITS;
    uint64_t last = length - 1 > UINT64_MAX - pa ? UINT64_MAX >> MEMORY_LINE_BITS : (pa + length - 1) >> MEMORY_LINE_BITS;
    if (last - first < m->shared->l2.slots) {
        for (uint64_t line = first; line <= last; line++)
            m->counts[EVENT_DMA_INVALIDATIONS] += invalidate(m, line);
        return;
    }
    EACH_CORE(core, m)
        invalidate_range(m, &core->l1d, first, last);
    invalidate_range(m, &m->shared->l2, first, last);
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
    uint64_t hash = cache_hash(&m->shared->l2, cache_hash(&m->l1i, l1d_hash(m, now, 1)));
    hash = prefetch_hash(&m->prefetch, tlbs_hash(&m->tlbs, hash));
    for (uint32_t slot = 0; slot < m->l1i.slots; slot++)
        if (m->fetched_ahead[slot])
            hash = cache_mix(hash, m->fetched[slot] > now ? m->fetched[slot] - now : slot);
    hash = cache_mix(cache_mix(hash, m->stream.line), m->stream.bytes);
    hash = cache_mix(hash, (uint64_t)m->stream.full << 1 ^ m->stream.bypass);
    hash = cache_mix(hash, m->fetch_ready > now ? m->fetch_ready - now : 0);
    return fills_hash(&m->fills, now, hash);
}
