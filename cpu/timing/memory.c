/* SPDX-License-Identifier: MIT */
/* The door to step 1: events, translation, data accesses. */
#include "cpu/timing/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/error.h"
#include "cpu/timing/memory_parts.h"

/* Any numbers but 0. */
enum { SEED_L1I = 0x6c078965, SEED_L1D = 0x19660d, SEED_L2 = 0x3c6ef35f };

enum { EVENTS_ROOM = 512 };   /* grows if an extraordinary block needs more */

/* ---- making ---- */

static struct memory_shared *shared_new(const struct core_settings *settings)
{
    struct memory_shared *shared = mem_alloc(sizeof *shared);
    cache_init(&shared->l2, settings->l2_size, settings->l2_ways, CACHE_TREE, SEED_L2);
    fills_shared_init(&shared->fills, settings);
    return shared;
}

/* m is one of its cores now; the last that leaves frees it. */
static void enter(struct memory *m, struct memory_shared *shared)
{
    bug_on(shared->cores == PORT_CORES);
    m->shared = shared;
    m->number = shared->cores++;
    shared->core[m->number] = m;
    fills_init(&m->fills, m->settings, &shared->fills, m->number);
}

static void leave(struct memory *m)
{
    struct memory_shared *shared = m->shared;
    shared->core[m->number] = NULL;
    for (unsigned i = 0; i < shared->cores; i++)
        if (shared->core[i])
            return;
    cache_free(&shared->l2);
    fills_shared_free(&shared->fills);
    free(shared);
}

void memory_join(struct memory *m, struct memory *other)
{
    bug_on(!memory_is_alone(m));
    leave(m);
    enter(m, other->shared);
    fills_shared_share(&m->shared->fills);
}

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
    if (settings->l1d_index == INDEX_VIRTUAL)
        m->colours = m->l1d.set_mask & ~(uint64_t)(PAGE_SIZE / MEMORY_LINE - 1);
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
    enter(m, shared_new(settings));
    m->stream.line = CACHE_NOTHING;
    return m;
}

void memory_free(struct memory *m)
{
    if (!m)
        return;
    cache_free(&m->l1i);
    cache_free(&m->l1d);
    leave(m);
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

/* ---- events ---- */

void memory_note(struct memory *m, enum memory_kind kind, unsigned flags, unsigned op, uint32_t slot, uint64_t line)
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

bool memory_is_miss(const struct memory_event *e)
{
    return e->kind == KIND_FILL && !(e->flags & MEMORY_AHEAD);
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

/* ---- translation ---- */

static void walk(struct memory *m, const struct memory_page *page, unsigned flags, unsigned op)
{
    gpa_t descriptor[MEMORY_WALK_MAX];
    unsigned number = m->walk ? m->walk(m->core, page->va, descriptor) : 0, first = 0;
    bug_on(number > MEMORY_WALK_MAX);
    memory_note(m, KIND_WALK, flags, op, 0, 0);
    /* DDI 0500J 5.2.4: the walk cache holds what points to a table of the last level; blocks leave nothing in it. */
    bool last_level = number >= 2 && page->size_bits < TLBS_REGION_BITS;
    if (last_level && tlbs_walk_has(&m->tlbs, descriptor[number - 2]))
        first = number - 1;
    for (unsigned i = first; i < number; i++) {
        uint64_t line = descriptor[i] >> MEMORY_LINE_BITS;
        unsigned far = memory_lines_keep(m, line, op);
        memory_note(m, KIND_WALK, flags | far, op, 0, line);
        m->event[m->event_count - 1].count = 1;
    }
    if (last_level && !first)
        tlbs_walk_put(&m->tlbs, descriptor[number - 2], page->va);
}

/* What the page proved when it left the micro-TLB is right again. */
static void resume(struct memory *m, const struct memory_page *page)
{
    if (page->lines->tag != ((page->va & PAGE_MASK) | LINE_SUSPENDED))
        return;
    page->lines->tag ^= LINE_SUSPENDED;
    tlbs_micro_proves(&m->tlbs.data, page->va, page->lines);
}

static void bring(struct memory *m, const struct memory_page *page, bool fetch, bool write, unsigned op)
{
    struct tlbs_micro *micro = fetch ? &m->tlbs.fetch : &m->tlbs.data;
    if (tlbs_micro_has(micro, page->va, page->space))
        return;
    unsigned flags = write ? MEMORY_STORE : 0;
    memory_count(m, fetch ? EVENT_ITLB_MISSES : EVENT_DTLB_MISSES);
    memory_note(m, KIND_TRANSLATE, flags, op, 0, 0);
    tlbs_micro_put(micro, page);
    m->fetch_epoch[MEMORY_EPOCH_PAGE] += fetch;
    if (tlbs_has(&m->tlbs, page))
        return;
    memory_count(m, fetch ? EVENT_L2_ITLB_MISSES : EVENT_L2_DTLB_MISSES);
    walk(m, page, flags, op);
    tlbs_put(&m->tlbs, page);
}

void memory_translate(struct memory *m, const struct memory_page *page, bool fetch, bool write, unsigned op)
{
    if (!fetch)
        m->translated = 0;
    if (!page->translated)
        return;
    bring(m, page, fetch, write, op);
    if (!fetch)
        resume(m, page);
}

/* ---- data ---- */

/* A line that was fetched ahead is used: the prefetcher goes on. */
static void used(struct memory *m, uint32_t slot, bool write, unsigned op)
{
    uint64_t lines[PREFETCH_DISTANCE_MAX];
    m->state[slot] &= (uint8_t)~MEMORY_AHEAD;
    if (write && memory_lines_streaming(m))   /* the next lines are not wanted in L1D */
        return;
    unsigned number = prefetch_used(&m->prefetch, m->l1d.line[slot], lines);
    memory_lines_prefetch(m, slot >> m->l1d.way_bits, lines, number, op);
}

static enum memory_proof present(struct memory *m, uint32_t slot, uint64_t bytes, bool write, unsigned op, uint64_t now)
{
    bool complete = m->filled[slot] <= now;
    if (write) {
        if (unlikely(m->state[slot] & MEMORY_SHARED))
            memory_snoop_claim(m, slot, op);
        m->l1d.modified[slot] = true;
        if (!complete)
            memory_lines_store(m, m->l1d.line[slot], bytes, true, op);
    }
    bool is_own = m->l1d.modified[slot] && !(m->state[slot] & MEMORY_SHARED);
    enum memory_proof proof = is_own ? MEMORY_WRITABLE : MEMORY_READABLE;
    if (!complete && !write)   /* a store is merged with the line when it comes */
        memory_note(m, KIND_PENDING, m->state[slot] & (MEMORY_FAR | MEMORY_SNOOPED), op, slot, m->l1d.line[slot]);
    if (m->state[slot] & MEMORY_AHEAD)
        used(m, slot, write, op);   /* may fetch lines into this one's place only after it was noted */
    return complete ? proof : MEMORY_NOT_YET;
}

static void missed(struct memory *m, uint64_t index, uint64_t line, uint64_t bytes, bool write, unsigned op)
{
    memory_count(m, write ? EVENT_L1D_WRITE_MISSES : EVENT_L1D_READ_MISSES);
    memory_lines_leave_alias(m, index, line, op);
    if (write && memory_lines_store(m, line, bytes, false, op))
        return;
    if (!write && line == m->stream.line)
        memory_lines_close(m, op);
    memory_lines_bring(m, index, line, KIND_FILL, write ? MEMORY_STORE : 0, op);
    uint64_t lines[PREFETCH_DISTANCE_MAX];
    unsigned number = prefetch_missed(&m->prefetch, line, lines);
    memory_lines_prefetch(m, index, lines, number, op);
}

static enum memory_proof access_line(struct memory *m, gva_t va, gpa_t pa, unsigned size, bool write, unsigned op,
                                     uint64_t now)
{
    uint64_t line = pa >> MEMORY_LINE_BITS, index = memory_index(m, line, va >> MEMORY_LINE_BITS);
    uint64_t bytes = mask64(size) << (pa & (MEMORY_LINE - 1));
    int32_t slot = cache_find_at(&m->l1d, index, line);
    if (slot != CACHE_ABSENT)
        return present(m, (uint32_t)slot, bytes, write, op, now);
    missed(m, index, line, bytes, write, op);
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
    memory_count(m, EVENT_UNALIGNED);
    if (!(flags & MEMORY_STORE) || flags & MEMORY_LINES)   /* the store buffer takes what is within a line as it is */
        memory_note(m, KIND_UNALIGNED, flags, op, 0, 0);
}

/* Has the page come back to the micro-TLB, with the line proved before? */
static bool is_proved(const struct memory_page *page, unsigned size, bool write)
{
    const struct line_page *e = page->lines;
    return is_power_of_2(size) && (write ? line_writable(e, page->va, size) : line_readable(e, page->va, size));
}

enum memory_proof memory_data(struct memory *m, const struct memory_page *page, unsigned size, bool write, unsigned op,
                              uint64_t now)
{
    bug_on(!size || size > MEMORY_LINE);
    memory_translate(m, page, false, write, op);
    if (is_proved(page, size, write))
        return MEMORY_PROVED;
    unsigned here = MEMORY_LINE - (unsigned)(page->pa & (MEMORY_LINE - 1));
    if (unaligned(page->va, size))
        note_unaligned(m, (write ? MEMORY_STORE : 0) | (size > here ? MEMORY_LINES : 0), op);
    if (likely(size <= here))
        return access_line(m, page->va, page->pa, size, write, op, now);
    access_line(m, page->va, page->pa, here, write, op, now);
    access_line(m, page->va + here, page->pa + here, size - here, write, op, now);
    return MEMORY_NOT_YET;
}

void memory_split(struct memory *m, bool write, unsigned op)
{
    note_unaligned(m, MEMORY_LINES | (write ? MEMORY_STORE : 0), op);
}

void memory_installed(struct memory *m, const struct memory_page *page, uint64_t add, bool writable)
{
    uint64_t physical = page->pa >> MEMORY_LINE_BITS;
    int32_t slot = cache_find_at(&m->l1d, memory_index(m, physical, page->va >> MEMORY_LINE_BITS), physical);
    if (slot == CACHE_ABSENT)   /* gone again, through a prefetch that its own access set off */
        return;
    struct line_page *e = page->lines;
    gva_t tag = page->va & PAGE_MASK;
    uint64_t line = 1ull << (page->va >> LINE_BITS & 63);
    if ((e->tag & ~(uint64_t)LINE_SUSPENDED) != tag || e->tag == LINE_NOTHING)
        e->readable = e->writable = 0;
    e->tag = tag;
    e->add = add;
    if (m->entry[slot] != e)
        memory_lines_forget(m, (uint32_t)slot);
    m->entry[slot] = e;
    e->readable |= line;
    e->writable = writable ? e->writable | line : e->writable & ~line;
    if (page->translated)
        tlbs_micro_proves(&m->tlbs.data, page->va, e);
}

void memory_zero(struct memory *m, const struct memory_page *page, unsigned op, uint64_t now)
{
    memory_translate(m, page, false, true, op);
    uint64_t line = page->pa >> MEMORY_LINE_BITS, index = memory_index(m, line, page->va >> MEMORY_LINE_BITS);
    int32_t slot = cache_find_at(&m->l1d, index, line);
    if (slot != CACHE_ABSENT) {
        present(m, (uint32_t)slot, MEMORY_WHOLE_LINE, true, op, now);
        return;
    }
    memory_count(m, EVENT_L1D_WRITE_MISSES);
    memory_lines_leave_alias(m, index, line, op);
    if (memory_lines_store(m, line, MEMORY_WHOLE_LINE, false, op))
        return;
    /* The line is claimed, not read: what others have of it is out of date. */
    memory_count(m, EVENT_L2_ACCESSES);
    if (!memory_is_alone(m))
        memory_snoop_take(m, line);
    int32_t old = cache_find(&m->shared->l2, line);
    if (old != CACHE_ABSENT)
        cache_drop(&m->shared->l2, (uint32_t)old);
    memory_lines_bring(m, index, line, KIND_CLAIM, MEMORY_STORE, op);
}

void memory_device(struct memory *m, unsigned op)
{
    memory_count(m, EVENT_DEVICE_ACCESSES);
    memory_count(m, EVENT_BUS_ACCESSES);
    memory_note(m, KIND_DEVICE, 0, op, 0, 0);
}
