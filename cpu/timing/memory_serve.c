/* SPDX-License-Identifier: MIT */
/* Step 2: events get their times. */
#include "base/error.h"
#include "cpu/timing/memory_parts.h"

static void wait_result(struct memory_wait *wait, uint64_t cycles, enum timing_cause cause)
{
    if (cycles <= wait->result)
        return;
    wait->result = (uint32_t)cycles;
    wait->result_cause = (uint8_t)cause;
}

static void wait_issue(struct memory_wait *wait, uint64_t cycles, enum timing_cause cause)
{
    if (!cycles)
        return;
    wait->issue += (uint32_t)cycles;
    wait->issue_cause = (uint8_t)cause;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static enum fills_source source_of(const struct memory_event *e)
{
    return e->flags & MEMORY_FAR ? FILLS_MEMORY : e->flags & MEMORY_SNOOPED ? FILLS_CORE : FILLS_L2;
}

/* What a translation takes from `start` on: a refill of the micro-TLB, the start of a walk, or the load of a descriptor. */
static uint64_t translation(struct memory *m, const struct memory_event *e, uint64_t start)
{
    if (e->kind == KIND_TRANSLATE)
        return m->settings->utlb_refill;
    uint64_t cycles = e->count ? fills_read(&m->fills, e->line, source_of(e), start, m->counts) - start
                               : m->settings->walk_overhead;
    m->counts[EVENT_WALK_CYCLES] += cycles;
    return cycles;
}

/* The unit stands still behind an access that waits for its translation. */
static void serve_translation(struct memory *m, const struct memory_event *e, uint64_t at, struct memory_wait *wait)
{
    uint64_t start = later(at, m->translated);
    m->translated = start + translation(m, e, start);
    wait->unit += (uint32_t)(m->translated - start);
    if (!(e->flags & MEMORY_STORE))
        wait_result(wait, m->translated - at, CAUSE_DTLB);
}

static enum timing_cause cause_of(const struct memory_event *e)
{
    return e->flags & MEMORY_FAR ? CAUSE_DRAM : CAUSE_L2;
}

/* Loads do not stall until their result is needed; but one that finds no line fill buffer free stands in the unit's way. */
static void serve_fill(struct memory *m, const struct memory_event *e, uint64_t at, struct memory_wait *wait)
{
    uint64_t begin = later(at, m->translated), start, *place = NULL;
    if (e->flags & MEMORY_STORE) {
        uint64_t free = fills_store(&m->fills, begin, &place);
        wait_issue(wait, free - begin, CAUSE_STORE);
        begin = free;
    }
    uint64_t done = fills_line(&m->fills, e->line, source_of(e), e->flags & MEMORY_EVICTS, begin, &start, m->counts);
    int32_t slot = memory_slot(m, e);
    if (slot != CACHE_ABSENT)
        m->filled[slot] = done;
    if (place) {
        *place = done;
    } else if (!(e->flags & MEMORY_AHEAD)) {
        wait->unit += (uint32_t)(start - begin);
        wait_result(wait, done - at, cause_of(e));
    }
}

static void serve_pending(struct memory *m, const struct memory_event *e, uint64_t at, struct memory_wait *wait)
{
    int32_t slot = memory_slot(m, e);
    if (slot != CACHE_ABSENT && m->filled[slot] != MEMORY_UNKNOWN)
        wait_result(wait, later(m->filled[slot], at) - at, cause_of(e));
}

/* A whole line from the store buffer: into L1D, or on to L2 and memory. */
static void serve_store(struct memory *m, const struct memory_event *e, uint64_t at, struct memory_wait *wait)
{
    uint64_t begin = later(at, m->translated), *place;
    uint64_t start = fills_store(&m->fills, begin, &place);
    wait_issue(wait, start - begin, CAUSE_STORE);
    *place = fills_write(&m->fills, e->line, e->flags & MEMORY_FAR, start, m->counts);
    int32_t slot = memory_slot(m, e);
    if (e->kind == KIND_CLAIM && slot != CACHE_ABSENT)
        m->filled[slot] = *place;
}

/* The store waits in its buffer until nobody else has the line; loads of the line do not wait for that. */
static void serve_alone(struct memory *m, uint64_t at, struct memory_wait *wait)
{
    uint64_t begin = later(at, m->translated), *place;
    uint64_t start = fills_store(&m->fills, begin, &place);
    wait_issue(wait, start - begin, CAUSE_STORE);
    *place = fills_claim(&m->fills, start);
}

/* A store is only told of across lines: rows "str (cross-cache)". */
static void serve_unaligned(const struct memory_event *e, struct memory_wait *wait)
{
    if (e->flags & MEMORY_STORE)
        wait->unit++;
    else
        wait->unaligned = true;
}

static bool is_in_l1i(const struct memory *m, const struct memory_event *e)
{
    return e->slot < m->l1i.slots && m->l1i.line[e->slot] == e->line;
}

/* Fetches wait one after the other: each begins when the one before has arrived. */
static void wait_fetch(struct memory *m, uint64_t start, uint64_t end, enum timing_cause cause, struct memory_wait *wait)
{
    wait_issue(wait, end - start, cause);
    m->fetch_asked = start;
    m->fetch_ready = end;
}

/* A line fetched ahead is asked for together with the one that it is ahead of. */
static void serve_fetch_fill(struct memory *m, const struct memory_event *e, uint64_t start, struct memory_wait *wait)
{
    bool is_ahead = e->flags & MEMORY_AHEAD;
    uint64_t done = fills_read(&m->fills, e->line, source_of(e), is_ahead ? m->fetch_asked : start, m->counts);
    if (!is_ahead)
        wait_fetch(m, start, done, CAUSE_L1I, wait);
    else if (is_in_l1i(m, e))
        m->fetched[e->slot] = done;
}

static void serve_fetch(struct memory *m, const struct memory_event *e, uint64_t at, struct memory_wait *wait)
{
    uint64_t start = later(at, m->fetch_ready);
    switch ((enum memory_kind)e->kind) {
    case KIND_TRANSLATE:
    case KIND_WALK:
        wait_fetch(m, start, start + translation(m, e, start), CAUSE_ITLB, wait);
        break;
    case KIND_FILL:
        serve_fetch_fill(m, e, start, wait);
        break;
    case KIND_PENDING:
        if (is_in_l1i(m, e))
            wait_fetch(m, start, later(start, m->fetched[e->slot]), CAUSE_L1I, wait);
        break;
    case KIND_WRITE_BACK:
        fills_write(&m->fills, e->line, e->flags & MEMORY_FAR, start, m->counts);
        break;
    default:
        bug_on("an event that fetches do not have");
    }
}

static void serve_data(struct memory *m, const struct memory_event *e, uint64_t at, struct memory_wait *wait)
{
    switch ((enum memory_kind)e->kind) {
    case KIND_TRANSLATE:
    case KIND_WALK: serve_translation(m, e, at, wait); break;
    case KIND_FILL: serve_fill(m, e, at, wait); break;
    case KIND_PENDING: serve_pending(m, e, at, wait); break;
    case KIND_CLAIM:
    case KIND_STREAM: serve_store(m, e, at, wait); break;
    case KIND_ALONE: serve_alone(m, at, wait); break;
    case KIND_WRITE_BACK: fills_write(&m->fills, e->line, e->flags & MEMORY_FAR, at, m->counts); break;
    case KIND_UNALIGNED: serve_unaligned(e, wait); break;
    case KIND_DEVICE: wait_issue(wait, m->device_cycles, CAUSE_DEVICE); break;
    }
}

/* A translation waits for none before it: the unit stands still behind that. */
bool memory_is_timeless(const struct memory_event *e)
{
    return e->op != MEMORY_OP_FETCH && (e->kind == KIND_TRANSLATE || e->kind == KIND_UNALIGNED);
}

void memory_serve(struct memory *m, const struct memory_event *e, uint64_t at, struct memory_wait *wait)
{
    m->served++;
    if (e->op == MEMORY_OP_FETCH)
        serve_fetch(m, e, at, wait);
    else
        serve_data(m, e, at, wait);
}
