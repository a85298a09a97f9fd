/* SPDX-License-Identifier: MIT */
#include "cpu/arm64/pmu_count.h"

#include "base/bits.h"
#include "cpu/arm64/pmu_events.h"
#include "cpu/timing/timing.h"

enum { EL0 = 1 << 0, EL1 = 1 << 1, BOTH = EL0 | EL1 };

/* PMCR_EL0.D: the cycle counter counts every 64th cycle. */
enum { DIVIDER = 64 };

static unsigned event_of(const struct pmu *p, unsigned i)
{
    return i == PMU_CYCLE_COUNTER ? PMU_CPU_CYCLES : p->type[i] & PMU_TYPE_EVENT;
}

static bool is_chained(const struct pmu *p, unsigned i)
{
    return i & 1 && i < PMU_EVENT_COUNTERS && event_of(p, i) == PMU_CHAIN;
}

static bool is_counting(const struct pmu *p, unsigned i)
{
    return p->control & PMCR_E && p->enabled & pmu_count_bit(i);
}

static unsigned levels_of(const struct pmu *p, unsigned i)
{
    return (p->type[i] & PMU_NOT_EL0 ? 0 : EL0) | (p->type[i] & PMU_NOT_EL1 ? 0 : EL1);
}

unsigned pmu_count_with_source(const struct arm64 *c, unsigned i)
{
    return 1u << i | (is_chained(&c->pmu, i) ? 1u << (i - 1) : 0);
}

/* ---- time: cheap, so counters of cycles and instructions never ask the model ---- */

static struct pmu_time now(const struct arm64 *c)
{
    const struct cpu *cpu = &c->cpu;
    /* In WFI the clock stands still (TRM 12.9, CPU_CYCLES). */
    return (struct pmu_time){ cpu->cycles - cpu->idle_cycles, cpu_instructions(cpu) };
}

static struct pmu_time level_time(const struct arm64 *c, unsigned level)
{
    struct pmu_time t = c->pmu.level_time[level];
    if (level == c->el) {
        struct pmu_time end = now(c);
        t.cycles += end.cycles - c->pmu.since.cycles;
        t.instructions += end.instructions - c->pmu.since.instructions;
    }
    return t;
}

void pmu_count_end_level(struct arm64 *c)
{
    c->pmu.level_time[c->el] = level_time(c, c->el);
    c->pmu.since = now(c);
}

static struct pmu_time time_at(const struct arm64 *c, unsigned levels)
{
    switch (levels) {
    case EL0: return level_time(c, 0);
    case EL1: return level_time(c, 1);
    case BOTH: return now(c);
    default: return (struct pmu_time){ 0, 0 };
    }
}

static bool wants_time_by_level(const struct pmu *p)
{
    for (unsigned i = 0; i < PMU_COUNTERS; i++)
        if (is_counting(p, i) && (levels_of(p, i) == EL0 || levels_of(p, i) == EL1))
            return true;
    return false;
}

/* ---- sources ---- */

/* The model's counters, with what its memos have counted if the event needs that: a long walk, but where it counts at once. */
static const struct counters *model_of(struct arm64 *c, unsigned event, struct pmu_view *view)
{
    if (c->pmu.at_once || !pmu_events_needs_memos(event))
        return timing_total(c->cpu.timing);
    if (!view->is_taken)
        timing_counters(c->cpu.timing, &view->counters);
    view->is_taken = true;
    return &view->counters;
}

/* What counter i counts, since ever; software and overflows are not of this kind. */
static uint64_t source(struct arm64 *c, unsigned i, struct pmu_view *view)
{
    unsigned event = event_of(&c->pmu, i), levels = levels_of(&c->pmu, i);
    switch (pmu_events_source(event)) {
    case SOURCE_CYCLES: return time_at(c, levels).cycles;
    case SOURCE_INSTRUCTIONS: return time_at(c, levels).instructions;
    case SOURCE_MODEL: return c->cpu.timing ? pmu_events_sum(event, levels, model_of(c, event, view)) : 0;
    default: return 0;
    }
}

/* ---- counting ---- */

static void add(struct pmu *p, unsigned i, uint64_t n)
{
    uint64_t before = p->count[i], overflows;
    if (i == PMU_CYCLE_COUNTER) {
        if (p->control & PMCR_D && !(p->control & PMCR_LC)) {
            p->divided += n;
            n = p->divided / DIVIDER;
            p->divided %= DIVIDER;
        }
        p->count[i] += n;
        overflows = p->control & PMCR_LC ? p->count[i] < before : p->count[i] >> 32 != before >> 32;
    } else {
        p->count[i] = (uint32_t)(before + n);
        overflows = (before + n) >> 32;
    }
    if (!overflows)
        return;
    p->overflowed |= pmu_count_bit(i);
    if (!(i & 1) && i < PMU_EVENT_COUNTERS && is_chained(p, i + 1) && is_counting(p, i + 1))
        add(p, i + 1, overflows);
}

void pmu_count_settle(struct arm64 *c, unsigned counters, struct pmu_view *view)
{
    struct pmu *p = &c->pmu;
    for (unsigned i = 0; i < PMU_COUNTERS; i++) {
        if (!bit(counters, i) || !is_counting(p, i))
            continue;
        uint64_t seen = source(c, i, view);
        add(p, i, seen - p->seen[i]);
        p->seen[i] = seen;
    }
}

void pmu_count_increment(struct arm64 *c, unsigned i)
{
    struct pmu *p = &c->pmu;
    if (is_counting(p, i) && pmu_events_source(event_of(p, i)) == SOURCE_SOFTWARE && bit(levels_of(p, i), c->el))
        add(p, i, 1);
}

/* ---- overflow ---- */

/* How many more of its events counter i takes before it overflows. */
static uint64_t room(const struct pmu *p, unsigned i)
{
    if (i != PMU_CYCLE_COUNTER)
        return (1ull << 32) - p->count[i];
    if (p->control & PMCR_LC)
        return p->count[i] ? -p->count[i] : UINT64_MAX;
    uint64_t left = (1ull << 32) - (uint32_t)p->count[i];
    return p->control & PMCR_D ? left * DIVIDER - p->divided : left;
}

/* In how many cycles counter i is to be looked at: not before it can have overflowed. The core completes two instructions a
   cycle; of everything else there is one, and most are so rare that a look at each cycle near the end would be too many. */
enum { LOOK_CYCLES = 16 };

static uint64_t cycles_left(const struct pmu *p, unsigned i)
{
    switch (pmu_events_source(event_of(p, i))) {
    case SOURCE_CYCLES: return room(p, i);
    case SOURCE_MODEL: return room(p, i) > LOOK_CYCLES ? room(p, i) : LOOK_CYCLES;
    case SOURCE_INSTRUCTIONS: return (room(p, i) + 1) / 2;
    default: return UINT64_MAX;
    }
}

/* Where counter i finds its events: a chained one overflows by what the one before it counts. */
static unsigned root_of(const struct pmu *p, unsigned i)
{
    return is_chained(p, i) ? i - 1 : i;
}

static uint64_t sum_or_max(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* Sets when counter i is to be looked at again. */
static void foresee(struct arm64 *c, unsigned i)
{
    struct pmu *p = &c->pmu;
    unsigned root = root_of(p, i);
    uint64_t left = is_counting(p, root) ? cycles_left(p, root) : UINT64_MAX;
    if (root != i && left != UINT64_MAX) {
        uint64_t rounds = room(p, i) - 1;
        left = rounds >> 31 ? UINT64_MAX : sum_or_max(left, (rounds << 32) / 2);
    }
    p->due[i] = sum_or_max(left, time_at(c, levels_of(p, root)).cycles);
}

/* A counter far from its overflow needs few looks, and may ask the memos at each. One that is near it and must interrupt (perf
   record) has the model count at once, and goes on so while Linux stops and starts it, until it is disabled. */
enum { NEAR = 1 << 24 };

static void choose_how_to_count(struct arm64 *c)
{
    struct pmu *p = &c->pmu;
    bool is_needed = false, is_kept = false;
    for (unsigned i = 0; i < PMU_COUNTERS; i++) {
        uint32_t bits = pmu_count_bit(i);
        unsigned root = root_of(p, i);
        if (!(p->enabled & p->interrupts & bits) || !pmu_events_needs_memos(event_of(p, root)))
            continue;
        is_kept = true;
        is_needed |= is_counting(p, i) && room(p, root) < NEAR;
    }
    if (!c->cpu.timing || p->at_once == (is_needed || (is_kept && p->at_once)))
        return;
    p->at_once = !p->at_once;
    timing_count_at_once(c->cpu.timing, p->at_once);
}

void pmu_count_resume(struct arm64 *c, struct pmu_view *view)
{
    struct pmu *p = &c->pmu;
    bool was_by_level = p->by_level;
    p->by_level = wants_time_by_level(p);
    if (p->by_level && !was_by_level)
        p->since = now(c);
    for (unsigned i = 0; i < PMU_COUNTERS; i++)
        if (is_counting(p, i)) {
            p->seen[i] = source(c, i, view);
            foresee(c, i);
        }
    choose_how_to_count(c);
    pmu_count_arm(c, c->el);
}

static bool is_due(const struct arm64 *c, unsigned i)
{
    const struct pmu *p = &c->pmu;
    return is_counting(p, i) && time_at(c, levels_of(p, root_of(p, i))).cycles >= p->due[i];
}

void pmu_count_catch_up(struct arm64 *c)
{
    struct pmu_view view = { .is_taken = false };
    unsigned late = 0;
    for (unsigned i = 0; i < PMU_COUNTERS; i++)
        if (is_due(c, i))
            late |= 1u << i;
    for (unsigned i = 0; i < PMU_COUNTERS; i++)
        if (bit(late, i))
            pmu_count_settle(c, pmu_count_with_source(c, i), &view);
    for (unsigned i = 0; i < PMU_COUNTERS; i++)
        if (bit(late, i))
            foresee(c, i);
    if (late)
        choose_how_to_count(c);
    pmu_count_arm(c, c->el);
}

/* The event need not be late when the core sleeps or is at a level that does not count: pmu_wake and pmu_enter_level arm it anew.
   A counter whose overflow stands has nothing more to tell. */
void pmu_count_arm(struct arm64 *c, unsigned el)
{
    struct pmu *p = &c->pmu;
    struct cpu *cpu = &c->cpu;
    uint64_t first = UINT64_MAX;
    for (unsigned i = 0; i < PMU_COUNTERS; i++) {
        unsigned levels = levels_of(p, root_of(p, i));
        bool is_watched = p->interrupts & ~p->overflowed & pmu_count_bit(i) && p->due[i] != UINT64_MAX;
        if (!is_watched || !is_counting(p, i) || !bit(levels, el))
            continue;
        uint64_t at = time_at(c, levels).cycles, left = p->due[i] > at ? p->due[i] - at : 0;
        if (left < first)
            first = left;
    }
    irq_set(&p->irq, p->control & PMCR_E && p->overflowed & p->interrupts);
    if (first == UINT64_MAX) {
        clock_cancel(cpu->clock, &p->event);
        return;
    }
    uint64_t day = cpu->hz * 86400;   /* later ones may be later than time has numbers for: look again then */
    clock_at(cpu->clock, &p->event, cpu_ticks(cpu, cpu->cycles + (first < day ? first : day)));
}
