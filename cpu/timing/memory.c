/* SPDX-License-Identifier: MIT */
/* Step 1: tags, in program order, and what comes from outside. */
#include "cpu/timing/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "cpu/timing/memory_parts.h"

/* Any numbers but 0. */
enum { SEED_L1I = 0x6c078965, SEED_L1D = 0x19660d, SEED_L2 = 0x3c6ef35f };

enum { EVENTS_ROOM = 512 };   /* grows if an extraordinary block needs more */

#define WHOLE_LINE UINT64_MAX

/* ---- making ---- */

struct memory *memory_new(const struct core_settings *settings, uint32_t *fetch_epoch, memory_walk *walk, void *core)
{
    struct memory *m = mem_alloc(sizeof *m);
    m->settings = settings;
    m->fetch_epoch = fetch_epoch;
    m->walk = walk;
    m->core = core;
    m->counts = m->uncounted;
    cache_init(&m->l1i, settings->l1i_size, settings->l1i_ways, CACHE_RANDOM, SEED_L1I);
    cache_init(&m->l1d, settings->l1d_size, settings->l1d_ways, CACHE_RANDOM, SEED_L1D);
    cache_init(&m->l2, settings->l2_size, settings->l2_ways, CACHE_TREE, SEED_L2);
    m->filled = mem_alloc(m->l1d.slots * sizeof *m->filled);
    m->state = mem_alloc(m->l1d.slots);
    m->entry = mem_alloc(m->l1d.slots * sizeof *m->entry);
    m->fetched = mem_alloc(m->l1i.slots * sizeof *m->fetched);
    m->fetched_ahead = mem_alloc(m->l1i.slots * sizeof *m->fetched_ahead);
    m->event_room = EVENTS_ROOM;
    m->event = mem_alloc(m->event_room * sizeof *m->event);
    m->device_cycles = (uint32_t)(((uint64_t)settings->device_access * settings->clock_mhz + 999) / 1000);
    tlbs_init(&m->tlbs, settings);
    prefetch_init(&m->prefetch, settings);
    fills_init(&m->fills, settings);
    m->stream.line = CACHE_NOTHING;
    return m;
}

void memory_free(struct memory *m)
{
    if (!m)
        return;
    cache_free(&m->l1i);
    cache_free(&m->l1d);
    cache_free(&m->l2);
    tlbs_free(&m->tlbs);
    free(m->filled);
    free(m->state);
    free(m->entry);
    free(m->fetched);
    free(m->fetched_ahead);
    free(m->event);
    free(m);
}

void memory_count_to(struct memory *m, uint64_t *events)
{
    m->counts = events;
}

static void count(struct memory *m, enum timing_event event)
{
    m->counts[event]++;
}

/* ---- events ---- */

static void note(struct memory *m, enum memory_kind kind, unsigned flags, unsigned op, uint32_t slot, uint64_t line)
{
    if (m->event_count == m->event_room) {
        m->event_room *= 2;
        m->event = mem_realloc(m->event, m->event_room * sizeof *m->event);
    }
    m->event[m->event_count++] = (struct memory_event){
        .op = (uint8_t)op, .kind = (uint8_t)kind, .flags = (uint8_t)flags, .slot = slot, .line = line
    };
}

struct memory_event *memory_events(struct memory *m, unsigned *count_of_events)
{
    *count_of_events = m->event_count;
    return m->event;
}

/* Lines whose events nobody served would be on their way for ever. */
void memory_forget(struct memory *m)
{
    for (unsigned i = m->served; i < m->event_count; i++) {
        int32_t slot = memory_slot(m, &m->event[i]);
        if (slot != CACHE_ABSENT && m->filled[slot] == MEMORY_UNKNOWN)
            m->filled[slot] = 0;
    }
    m->event_count = m->served = 0;
}

/* ---- L1D and L2 ---- */

static void forget_entry(struct memory *m, uint32_t slot)
{
    if (m->entry[slot])
        m->entry[slot]->tag = LINE_NOTHING;
    m->entry[slot] = NULL;
}

static void l1d_drop(struct memory *m, uint32_t slot)
{
    forget_entry(m, slot);
    cache_drop(&m->l1d, slot);
    m->filled[slot] = 0;
    m->state[slot] = 0;
}

/* Makes room for the line in L2, which may send another to memory. */
static void l2_put(struct memory *m, uint64_t line, bool modified, unsigned op)
{
    uint32_t slot = cache_victim(&m->l2, line);
    if (m->l2.modified[slot]) {
        count(m, EVENT_L2_WRITEBACKS);
        note(m, KIND_WRITE_BACK, MEMORY_FAR, op, 0, m->l2.line[slot]);
    }
    cache_put(&m->l2, slot, line, modified);
    cache_touch(&m->l2, slot);
}

/* DDI 0500J 7.6: data come to L2 when they leave L1D, not when they are fetched. */
static void l1d_evict(struct memory *m, uint32_t slot, unsigned op)
{
    uint64_t line = m->l1d.line[slot];
    bool modified = m->l1d.modified[slot];
    l1d_drop(m, slot);
    if (line == CACHE_NOTHING)
        return;
    int32_t there = cache_find(&m->l2, line);
    if (there != CACHE_ABSENT && !modified)
        return;
    count(m, EVENT_L2_ACCESSES);
    if (modified)
        count(m, EVENT_L1D_WRITEBACKS);
    note(m, KIND_WRITE_BACK, 0, op, 0, line);
    if (there == CACHE_ABSENT) {
        l2_put(m, line, modified, op);
        return;
    }
    m->l2.modified[there] = true;
    cache_touch(&m->l2, (uint32_t)there);
}

/* L1D asks L2 for a line: is it there? One that is modified changes hands: L1D has it modified then, L2 no longer. */
static bool l2_read(struct memory *m, uint64_t line, bool *modified)
{
    count(m, EVENT_L2_ACCESSES);
    int32_t slot = cache_find(&m->l2, line);
    *modified = slot != CACHE_ABSENT && m->l2.modified[slot];
    if (slot == CACHE_ABSENT)
        count(m, EVENT_L2_MISSES);
    else if (*modified)
        cache_drop(&m->l2, (uint32_t)slot);
    else
        cache_touch(&m->l2, (uint32_t)slot);
    return slot != CACHE_ABSENT;
}

/* Fetches and walks leave what they read in L2. */
static unsigned l2_read_and_keep(struct memory *m, uint64_t line, unsigned op)
{
    count(m, EVENT_L2_ACCESSES);
    int32_t slot = cache_find(&m->l2, line);
    if (slot != CACHE_ABSENT) {
        cache_touch(&m->l2, (uint32_t)slot);
        return 0;
    }
    if (cache_find(&m->l1d, line) != CACHE_ABSENT)   /* handed over within the cluster */
        return 0;
    count(m, EVENT_L2_MISSES);
    l2_put(m, line, false, op);
    return MEMORY_FAR;
}

/* Gives the line a slot of L1D. The events of what had to leave come behind that of the line itself. */
static void l1d_bring(struct memory *m, uint64_t line, enum memory_kind kind, unsigned flags, unsigned op)
{
    bool modified = true;
    if (kind == KIND_FILL) {
        count(m, EVENT_L1D_REFILLS);
        if (!l2_read(m, line, &modified))
            flags |= MEMORY_FAR;
    }
    uint32_t slot = cache_victim(&m->l1d, line);
    note(m, kind, flags | (m->l1d.modified[slot] ? MEMORY_EVICTS : 0), op, slot, line);
    l1d_evict(m, slot, op);
    cache_put(&m->l1d, slot, line, modified || flags & MEMORY_STORE);
    m->filled[slot] = MEMORY_UNKNOWN;
    m->state[slot] = flags & (MEMORY_AHEAD | MEMORY_FAR);
}

static void prefetch(struct memory *m, const uint64_t *lines, unsigned number, unsigned op)
{
    for (unsigned i = 0; i < number; i++)
        if (cache_find(&m->l1d, lines[i]) == CACHE_ABSENT) {
            count(m, EVENT_L1D_PREFETCHES);
            l1d_bring(m, lines[i], KIND_FILL, MEMORY_AHEAD, op);
        }
}

/* ---- write streaming ---- */

/* DDI 0500J 6.2.1, read allocate mode: when lines are written as a whole before they have arrived, several in a row, those that
   follow are not fetched any more but written past L1; after many they are not put into L2 either. */
static bool streaming(const struct memory *m)
{
    return m->settings->stream_after && m->stream.full >= m->settings->stream_after;
}

/* The line that was written past L1 goes out, as much of it as was stored. */
static void stream_out(struct memory *m, unsigned op)
{
    struct memory_stream *s = &m->stream;
    count(m, EVENT_STREAMED_LINES);
    count(m, EVENT_L2_ACCESSES);
    int32_t slot = cache_find(&m->l2, s->line);
    bool far = slot == CACHE_ABSENT && (s->bytes != WHOLE_LINE || s->full > m->settings->stream_far);
    note(m, KIND_STREAM, far ? MEMORY_FAR | MEMORY_STORE : MEMORY_STORE, op, 0, s->line);
    if (slot != CACHE_ABSENT) {
        m->l2.modified[slot] = true;
        cache_touch(&m->l2, (uint32_t)slot);
    } else if (!far) {
        l2_put(m, s->line, true, op);
    }
    s->line = CACHE_NOTHING;
    s->bypass = false;
}

/* Another line comes, or a load of this one: a line that is not full now ends the streak. */
static void stream_close(struct memory *m, unsigned op)
{
    if (m->stream.line == CACHE_NOTHING)
        return;
    if (m->stream.bytes != WHOLE_LINE)
        m->stream.full = 0;
    if (m->stream.bypass)
        stream_out(m, op);
    m->stream.line = CACHE_NOTHING;
}

static void stream_add(struct memory *m, uint64_t bytes, unsigned op)
{
    struct memory_stream *s = &m->stream;
    if (s->bytes == WHOLE_LINE)
        return;
    s->bytes |= bytes;
    if (s->bytes != WHOLE_LINE)
        return;
    s->full += s->full < UINT32_MAX;
    if (s->bypass)
        stream_out(m, op);
}

/* A store to a line that is on its way to L1D, or not in it: then it may have to go past it. Does it? */
static bool stream_store(struct memory *m, uint64_t line, uint64_t bytes, bool coming, unsigned op)
{
    struct memory_stream *s = &m->stream;
    if (s->line != line) {
        stream_close(m, op);
        s->line = line;
        s->bytes = 0;
        s->bypass = !coming && streaming(m);
    }
    bool bypass = s->bypass;
    stream_add(m, bytes, op);
    return bypass;
}

/* ---- translation ---- */

static void walk(struct memory *m, const struct memory_page *page, unsigned flags, unsigned op)
{
    gpa_t descriptor[MEMORY_WALK_MAX];
    unsigned number = m->walk ? m->walk(m->core, page->va, descriptor) : 0, first = 0;
    bug_on(number > MEMORY_WALK_MAX);
    note(m, KIND_WALK, flags, op, 0, 0);
    /* DDI 0500J 5.2.4: the walk cache holds what points to a table of the last level; blocks leave nothing in it. */
    bool last_level = number >= 2 && page->size_bits < TLBS_REGION_BITS;
    if (last_level && tlbs_walk_has(&m->tlbs, descriptor[number - 2]))
        first = number - 1;
    for (unsigned i = first; i < number; i++) {
        uint64_t line = descriptor[i] >> MEMORY_LINE_BITS;
        unsigned far = l2_read_and_keep(m, line, op);
        note(m, KIND_WALK, flags | far, op, 0, line);
        m->event[m->event_count - 1].count = 1;
    }
    if (last_level && !first)
        tlbs_walk_put(&m->tlbs, descriptor[number - 2], page->va);
}

static void translate(struct memory *m, const struct memory_page *page, bool fetch, bool write, unsigned op)
{
    struct tlbs_micro *micro = fetch ? &m->tlbs.fetch : &m->tlbs.data;
    if (!fetch) {
        m->page_va = page->va;
        m->page_lines = page->translated ? page->lines : NULL;
    }
    if (!page->translated || tlbs_micro_has(micro, page->va, page->space))
        return;
    unsigned flags = write ? MEMORY_STORE : 0;
    count(m, fetch ? EVENT_ITLB_MISSES : EVENT_DTLB_MISSES);
    note(m, KIND_TRANSLATE, flags, op, 0, 0);
    tlbs_micro_put(micro, page);
    m->fetch_epoch[MEMORY_EPOCH_PAGE] += fetch;
    if (tlbs_has(&m->tlbs, page))
        return;
    count(m, fetch ? EVENT_L2_ITLB_MISSES : EVENT_L2_DTLB_MISSES);
    walk(m, page, flags, op);
    tlbs_put(&m->tlbs, page);
}

/* ---- data ---- */

/* A line that was fetched ahead is used: the prefetcher goes on. */
static void used(struct memory *m, uint32_t slot, bool write, unsigned op)
{
    uint64_t lines[PREFETCH_DISTANCE_MAX];
    m->state[slot] &= (uint8_t)~MEMORY_AHEAD;
    if (write && streaming(m))   /* the next lines are not wanted in L1D */
        return;
    unsigned number = prefetch_used(&m->prefetch, m->l1d.line[slot], lines);
    prefetch(m, lines, number, op);
}

static enum memory_proof present(struct memory *m, uint32_t slot, uint64_t bytes, bool write, unsigned op, uint64_t now)
{
    bool complete = m->filled[slot] <= now;
    if (write) {
        m->l1d.modified[slot] = true;
        if (!complete)
            stream_store(m, m->l1d.line[slot], bytes, true, op);
    }
    enum memory_proof proof = m->l1d.modified[slot] ? MEMORY_WRITABLE : MEMORY_READABLE;
    if (!complete && !write)   /* a store is merged with the line when it comes */
        note(m, KIND_PENDING, m->state[slot] & MEMORY_FAR, op, slot, m->l1d.line[slot]);
    if (m->state[slot] & MEMORY_AHEAD)
        used(m, slot, write, op);   /* may fetch lines into this one's place only after it was noted */
    return complete ? proof : MEMORY_NOT_YET;
}

static void missed(struct memory *m, uint64_t line, uint64_t bytes, bool write, unsigned op)
{
    count(m, write ? EVENT_L1D_WRITE_MISSES : EVENT_L1D_READ_MISSES);
    if (write && stream_store(m, line, bytes, false, op))
        return;
    if (!write && line == m->stream.line)
        stream_close(m, op);
    l1d_bring(m, line, KIND_FILL, write ? MEMORY_STORE : 0, op);
    uint64_t lines[PREFETCH_DISTANCE_MAX];
    unsigned number = prefetch_missed(&m->prefetch, line, lines);
    prefetch(m, lines, number, op);
}

static enum memory_proof access_line(struct memory *m, gpa_t pa, unsigned size, bool write, unsigned op, uint64_t now)
{
    uint64_t line = pa >> MEMORY_LINE_BITS;
    uint64_t bytes = mask64(size) << (pa & (MEMORY_LINE - 1));
    int32_t slot = cache_find(&m->l1d, line);
    if (slot != CACHE_ABSENT)
        return present(m, (uint32_t)slot, bytes, write, op, now);
    missed(m, line, bytes, write, op);
    return MEMORY_NOT_YET;
}

/* Does the load/store unit need two goes? It moves what lies within eight aligned bytes, or is aligned to eight, in one. */
static bool unaligned(gva_t va, unsigned size)
{
    unsigned part = size < 8 ? size : 8;
    return va & (part - 1) && (va & 7) + size > 8;
}

static void note_unaligned(struct memory *m, unsigned flags, unsigned op)
{
    count(m, EVENT_UNALIGNED);
    if (!(flags & MEMORY_STORE) || flags & MEMORY_LINES)   /* the store buffer takes what is within a line as it is */
        note(m, KIND_UNALIGNED, flags, op, 0, 0);
}

enum memory_proof memory_data(struct memory *m, const struct memory_page *page, unsigned size, bool write, unsigned op,
                              uint64_t now)
{
    bug_on(!size || size > MEMORY_LINE);
    translate(m, page, false, write, op);
    unsigned here = MEMORY_LINE - (unsigned)(page->pa & (MEMORY_LINE - 1));
    if (unaligned(page->va, size))
        note_unaligned(m, (write ? MEMORY_STORE : 0) | (size > here ? MEMORY_LINES : 0), op);
    if (likely(size <= here))
        return access_line(m, page->pa, size, write, op, now);
    access_line(m, page->pa, here, write, op, now);
    access_line(m, page->pa + here, size - here, write, op, now);
    return MEMORY_NOT_YET;
}

void memory_split(struct memory *m, bool write, unsigned op)
{
    note_unaligned(m, MEMORY_LINES | (write ? MEMORY_STORE : 0), op);
}

void memory_installed(struct memory *m, gpa_t pa, struct line_entry *entry)
{
    int32_t slot = cache_find(&m->l1d, pa >> MEMORY_LINE_BITS);
    if (slot == CACHE_ABSENT) {   /* gone again, through a prefetch that its own access set off */
        entry->tag = LINE_NOTHING;
        return;
    }
    if (m->entry[slot] != entry)
        forget_entry(m, (uint32_t)slot);
    m->entry[slot] = entry;
    if (m->page_lines)
        tlbs_micro_lines(&m->tlbs.data, m->page_va, m->page_lines, entry);
}

void memory_zero(struct memory *m, const struct memory_page *page, unsigned op, uint64_t now)
{
    translate(m, page, false, true, op);
    uint64_t line = page->pa >> MEMORY_LINE_BITS;
    int32_t slot = cache_find(&m->l1d, line);
    if (slot != CACHE_ABSENT) {
        present(m, (uint32_t)slot, WHOLE_LINE, true, op, now);
        return;
    }
    count(m, EVENT_L1D_WRITE_MISSES);
    if (stream_store(m, line, WHOLE_LINE, false, op))
        return;
    /* The line is claimed, not read: what L2 has of it is out of date. */
    count(m, EVENT_L2_ACCESSES);
    int32_t old = cache_find(&m->l2, line);
    if (old != CACHE_ABSENT)
        cache_drop(&m->l2, (uint32_t)old);
    l1d_bring(m, line, KIND_CLAIM, MEMORY_STORE, op);
}

void memory_device(struct memory *m, unsigned op)
{
    count(m, EVENT_DEVICE_ACCESSES);
    count(m, EVENT_BUS_ACCESSES);
    note(m, KIND_DEVICE, 0, op, 0, 0);
}

/* ---- fetch ---- */

void memory_fetch_page(struct memory *m, const struct memory_page *page)
{
    translate(m, page, true, false, MEMORY_OP_FETCH);
}

static void l1i_drop(struct memory *m, uint32_t slot)
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
    unsigned far = l2_read_and_keep(m, line, MEMORY_OP_FETCH);
    note(m, KIND_FILL, far | (ahead ? MEMORY_AHEAD : 0), MEMORY_OP_FETCH, slot, line);
    l1i_drop(m, slot);
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
        count(m, EVENT_L1I_MISSES);
        l1i_bring(m, line, false);
    } else if (m->fetched_ahead[slot]) {
        m->fetched_ahead[slot] = false;
        note(m, KIND_PENDING, 0, MEMORY_OP_FETCH, (uint32_t)slot, line);
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

/* ---- from outside ---- */

void memory_reset(struct memory *m)
{
    for (uint32_t slot = 0; slot < m->l1d.slots; slot++)
        l1d_drop(m, slot);
    for (uint32_t slot = 0; slot < m->l1i.slots; slot++)
        l1i_drop(m, slot);
    cache_clear(&m->l2);
    tlbs_forget(&m->tlbs);
    m->fetch_epoch[MEMORY_EPOCH_PAGE]++;
    prefetch_reset(&m->prefetch);
    fills_reset(&m->fills);
    m->stream = (struct memory_stream){ .line = CACHE_NOTHING };
    m->event_count = m->served = 0;
    m->translated = m->fetch_asked = m->fetch_ready = 0;
    m->page_lines = NULL;
}

/* To the point of coherency: past L2. */
static void clean(struct memory *m, uint64_t line, unsigned op)
{
    int32_t near = cache_find(&m->l1d, line), far = cache_find(&m->l2, line);
    bool modified = false;
    if (near != CACHE_ABSENT && m->l1d.modified[near]) {
        modified = true;
        m->l1d.modified[near] = false;
        forget_entry(m, (uint32_t)near);   /* it allowed writes */
        count(m, EVENT_L1D_WRITEBACKS);
    }
    if (far != CACHE_ABSENT && m->l2.modified[far]) {
        modified = true;
        m->l2.modified[far] = false;
    }
    if (!modified)
        return;
    count(m, EVENT_L2_WRITEBACKS);
    note(m, KIND_WRITE_BACK, MEMORY_FAR, op, 0, line);
}

static unsigned invalidate(struct memory *m, uint64_t line)
{
    int32_t near = cache_find(&m->l1d, line), far = cache_find(&m->l2, line);
    if (near != CACHE_ABSENT)
        l1d_drop(m, (uint32_t)near);
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
            l1i_drop(m, (uint32_t)slot);
        break;
    }
    case MEMORY_INVALIDATE_FETCH_ALL:
        for (uint32_t slot = 0; slot < m->l1i.slots; slot++)
            l1i_drop(m, slot);
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

/* ---- */

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

bool memory_is_miss(const struct memory_event *e)
{
    return e->kind == KIND_FILL && !(e->flags & MEMORY_AHEAD);
}
