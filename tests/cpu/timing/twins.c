/* SPDX-License-Identifier: MIT */
#include "tests/cpu/timing/twins.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "cpu/arm64/core.h"
#include "cpu/arm64/mmu.h"
#include "cpu/timing/memory_parts.h"
#include "tests/cpu/arm64/oracle.h"

enum { STEPS_MAX = 4, STEP_CYCLES = 4000, SETTINGS = 4 };

static uint32_t below(struct twins *t, uint32_t n) { return oracle_below(&t->seed, n); }

/* ---- making ---- */

static const char *const settings[] = {
    "l1d.size=4K", "l1d.size=4K,l1d.ways=1", "l1d.size=8K,l1d.ways=2", "l1d.index=physical", "l1i.size=4K", "l1i.size=4K,l1i.ways=1", "l1i.prefetch=0",
    "l1i.prefetch=2", "l2.size=64K", "l2.size=64K,l2.ways=1", "l2.interval=31", "l2.latency=1", "l1d.fills=1", "l1d.evict=0",
    "l1d.evict=30", "prefetch.streams=0", "prefetch.distance=8,prefetch.after=1", "store.entries=1", "store.stream-after=1",
    "store.stream-after=0", "store.stream-far=1", "utlb.entries=1", "utlb.entries=2", "utlb.entries=3,utlb.refill=0",
    "tlb.entries=16,tlb.ways=1", "walk.entries=0", "walk.entries=1", "walk.overhead=0", "predictor=none", "predictor=local", "predictor=global",
    "predictor.entries=16", "predictor.history=0", "btic.entries=0", "return.entries=1", "indirect.entries=1", "mispredict=1",
    "mispredict=40", "issue.width=1", "fetch.bytes=4", "fetch.bytes=16", "fetch.lead=1", "branch.bubbles=0", "branch.bubbles=9",
    "exception.entry=1,exception.return=1", "dram.refresh=0", "dram.banks=1", "dram.channel=0", "bus.device=0", "bus.device=3000",
};

/* A core, and some numbers of it otherwise. */
static void draw_model(struct twins *t)
{
    unsigned cores = 0;
    while (model_at(cores))
        cores++;
    const struct core_model *core = model_at(below(t, cores));
    t->model = *core;
    snprintf(t->settings, sizeof t->settings, "%s,%s", core->name, core->board ? core->board : "");
    for (unsigned i = below(t, SETTINGS + 1); i; i--) {
        struct error err;
        const char *s = settings[below(t, ARRAY_SIZE(settings))];
        if (model_override(&t->model.settings, s, &err) < 0)
            continue;   /* it does not fit one of those before */
        size_t length = strlen(t->settings);
        snprintf(t->settings + length, sizeof t->settings - length, " %s", s);
    }
}

static void remember_access(struct bare *b)
{
    struct twin *twin = (struct twin *)b;
    twin->seen = (twin->seen ^ b->device_time ^ b->device_offset << 48 ^ b->device_value) * 0x9e3779b97f4a7c15;
    b->device_value = twin->seen;
}

static void keep_time(struct twins *t, enum timing_mode mode)
{
    t->mode[TWIN_FAST] = mode;
    t->mode[TWIN_REFERENCE] = mode == TIMING_OFF ? TIMING_OFF : TIMING_REFERENCE;
    for (int i = 0; i < 2; i++)
        arm64_keep_time(t->twin[i].b.cpu, t->mode[i]);
}

void twins_open(struct twins *t, uint64_t seed)
{
    memset(t, 0, sizeof *t);
    t->seed = t->first = seed;
    draw_model(t);
    bool is_low = below(t, 3) == 0;
    for (int i = 0; i < 2; i++) {
        struct bare *b = &t->twin[i].b;
        bare_open(b);
        arm64_set_core(b->cpu, &t->model);
        arm64_reset(b->cpu);
        b->space.written = arm64_memory_written;
        b->space.core = &b->cpu->cpu;
        b->on_access = remember_access;
    }
    keep_time(t, TIMING_ON);
    for (int i = 0; i < 2; i++)
        program_prepare(&t->twin[i].b, &t->map[i], is_low, seed);
}

void twins_close(struct twins *t)
{
    for (int i = 0; i < 2; i++) {
        t->twin[i].cycles = t->twin[i].b.cpu->cpu.cycles;
        t->twin[i].executed = cpu_instructions(&t->twin[i].b.cpu->cpu);
        timing_work(t->twin[i].b.cpu->cpu.timing, &t->twin[i].work);
        bare_close(&t->twin[i].b);
    }
}

/* ---- what the line tables promise ---- */

static bool micro_holds(const struct tlbs_micro *micro, gva_t va, uint32_t space)
{
    for (unsigned i = 0; i < micro->count; i++)
        if (tlbs_micro_is(micro, i, va, space))
            return true;
    return false;
}

static void broken(const struct twins *t, const char *what, uint64_t tag)
{
    ck_abort_msg("seed %llu (%s), program %llu: the entry of %#llx promises a hit, but %s", (unsigned long long)t->first,
                 t->settings, (unsigned long long)t->programs, (unsigned long long)tag, what);
}

/* Is the program at `va` between the change of a descriptor and the TLBI for it? Then old translations are right. */
static bool is_remapping(const struct twins *t, gva_t va)
{
    enum { WORDS = 8, TLBI = 0xd5088700 };
    const struct ram *ram = t->twin[TWIN_FAST].b.ram;
    uint64_t offset = va - t->map[TWIN_FAST].kernel - BARE_RAM;
    for (unsigned i = 0; i < WORDS && offset < BARE_RAM_SIZE - 4 * WORDS; i++)
        if ((ld_le32(ram->host + offset + 4 * i) & 0xffffff00) == TLBI)
            return true;
    return false;
}

static void check_mapping(struct twins *t, unsigned el, gva_t va, bool write, gpa_t pa)
{
    struct arm64 *c = t->twin[TWIN_FAST].b.cpu;
    struct arm64_mapping m;
    if (c->el != el || is_remapping(t, c->cpu.pc) || is_remapping(t, c->elr_el1))
        return;
    int fault = mmu_translate(c, va, el, write ? ACCESS_WRITE : ACCESS_READ, &m);
    if (fault != FAULT_NONE || m.pa != pa)
        broken(t, "the access is not allowed, or leads elsewhere", va);
}

static void check_line(struct twins *t, unsigned el, const struct line_page *e, unsigned line)
{
    struct bare *b = &t->twin[TWIN_FAST].b;
    const struct memory *m = timing_memory(b->cpu->cpu.timing);
    gva_t va = e->tag + line * 64;
    bool write = e->writable >> line & 1;
    uint64_t offset = va + e->add - (uintptr_t)b->ram->host;
    if (offset >= BARE_RAM_SIZE)
        broken(t, "it leads out of the guest's memory", va);
    uint64_t physical = (BARE_RAM + offset) >> MEMORY_LINE_BITS;
    int32_t slot = cache_find_at(&m->l1d, memory_index(m, physical, va >> MEMORY_LINE_BITS), physical);
    if (slot == CACHE_ABSENT)
        broken(t, "the line is not in L1D", va);
    if (m->filled[slot] > b->cpu->cpu.cycles)
        broken(t, "the line is still on its way", va);
    if (m->entry[slot] != e)
        broken(t, "the cache does not know of it", va);
    if (write && !m->l1d.modified[slot])
        broken(t, "the line is not modified", va);
    check_mapping(t, el, va, write, BARE_RAM + offset);
    struct memory_page page;
    mmu_page(b->cpu, va, el, BARE_RAM + offset, false, PAGE_BITS, &page);
    if (page.translated && !micro_holds(&m->tlbs.data, va, page.space))
        broken(t, "the page is not in the micro-TLB", va);
}

/* Fails if an entry of the fast twin's line tables promises a hit that would be none. Returns how many lines are promised. */
static unsigned check_lines(struct twins *t)
{
    unsigned promises = 0;
    if (t->mode[TWIN_FAST] != TIMING_ON)
        return 0;
    for (unsigned el = 0; el < 2; el++) {
        const struct tlb_bank *bank = mmu_bank(t->twin[TWIN_FAST].b.cpu, el);
        for (unsigned i = 0; i < LINE_PAGES; i++) {
            uint64_t lines = bank->line[i].tag & LINE_SUSPENDED ? 0 : bank->line[i].readable;   /* LINE_NOTHING too */
            for (; lines; lines &= lines - 1, promises++)
                check_line(t, el, &bank->line[i], (unsigned)__builtin_ctzll(lines));
        }
    }
    return promises;
}

/* ---- running ---- */

/* To cycle `end`, or until the program stops. */
static void run_to(struct bare *b, uint64_t end)
{
    struct cpu *cpu = &b->cpu->cpu;
    while (cpu->cycles < end && b->stopped_at == BARE_HALTED) {
        clock_advance(&b->clock, cpu_ticks(cpu, cpu->cycles));
        cpu_run(cpu, cpu_ticks(cpu, end));
        if (!cpu->halted || cpu->interrupt_pending || b->stopped_at != BARE_HALTED)
            continue;
        tick_t next = clock_deadline(&b->clock), stop = cpu_ticks(cpu, end);
        cpu_idle_until(cpu, next < stop ? next : stop);
    }
    clock_advance(&b->clock, cpu_ticks(cpu, cpu->cycles));
}

/* What a device does meanwhile. */
static void write_memory(struct twins *t)
{
    uint8_t words[24 * 8];
    for (unsigned i = 0; i < sizeof words; i += 8)
        st_le64(words + i, oracle_random(&t->seed));
    gpa_t at = BARE_DATA + below(t, (PROGRAM_FRAMES - 1) * 4096);
    size_t length = 1 + below(t, sizeof words);
    for (int i = 0; i < 2; i++) {
        ck_assert(space_write(&t->twin[i].b.space, at, words, length));
        if (t->mode[i] == TIMING_OFF)
            continue;
        const struct memory *m = timing_memory(t->twin[i].b.cpu->cpu.timing);
        for (uint64_t line = at >> MEMORY_LINE_BITS; line <= (at + length - 1) >> MEMORY_LINE_BITS; line++)
            ck_assert(memory_lines_find(m, line) == CACHE_ABSENT && cache_find(&m->shared->l2, line) == CACHE_ABSENT);
    }
}

static void change_mode(struct twins *t)
{
    static const enum timing_mode next[3][3] = {
        [TIMING_OFF] = { TIMING_ON, TIMING_ON, TIMING_REFERENCE },
        [TIMING_ON] = { TIMING_OFF, TIMING_REFERENCE, TIMING_OFF },
        [TIMING_REFERENCE] = { TIMING_ON, TIMING_ON, TIMING_OFF },
    };
    t->is_switched = true;
    keep_time(t, next[t->mode[TWIN_FAST]][below(t, 3)]);
}

void twins_run(struct twins *t, bool switches)
{
    program_draw(&t->program, &t->map[0], &t->seed);
    for (int i = 0; i < 2; i++)
        program_start(&t->twin[i].b, &t->program, &t->map[i]);
    for (unsigned step = 1 + below(t, STEPS_MAX); step; step--) {
        uint64_t begin = t->twin[0].b.cpu->cpu.cycles, length = 1 + below(t, STEP_CYCLES);
        for (int i = 0; i < 2; i++) {
            for (unsigned cut = below(t, 3); cut; cut--)
                run_to(&t->twin[i].b, begin + below(t, (uint32_t)length));
            run_to(&t->twin[i].b, begin + length);
        }
        t->promises += check_lines(t);
        if (below(t, 3) == 0) {
            write_memory(t);
            t->promises += check_lines(t);
        }
        if (switches && below(t, 3) == 0)
            change_mode(t);
    }
    t->programs++;
    t->instructions += t->program.instructions;
}

/* ---- comparing ---- */

static void differ(const struct twins *t, const char *what, uint64_t fast, uint64_t reference)
{
    ck_abort_msg("seed %llu (%s), program %llu: %s is %llu, by the reference %llu", (unsigned long long)t->first, t->settings,
                 (unsigned long long)t->programs, what, (unsigned long long)fast, (unsigned long long)reference);
}

static void same(const struct twins *t, const char *what, uint64_t fast, uint64_t reference)
{
    if (fast != reference)
        differ(t, what, fast, reference);
}

static void compare_counters(struct twins *t)
{
    struct counters c[2];
    for (int i = 0; i < 2; i++)
        timing_counters(t->twin[i].b.cpu->cpu.timing, &c[i]);
    for (unsigned level = 0; level < COUNTER_LEVELS; level++) {
        same(t, level ? "instructions at EL1" : "instructions at EL0", c[0].instructions[level], c[1].instructions[level]);
        for (unsigned i = 0; i < CAUSE_COUNT; i++)
            same(t, counter_causes[i].name, c[0].cycles[level][i], c[1].cycles[level][i]);
        for (unsigned i = 0; i < EVENT_COUNT; i++)
            same(t, counter_events[i].name, c[0].events[level][i], c[1].events[level][i]);
    }
    ck_assert_mem_eq(&c[0], &c[1], sizeof c[0]);
}

static uint64_t of(const struct counters *c, enum timing_event event)
{
    return c->events[0][event] + c->events[1][event];
}

/* What must hold of every run in which time was kept from the beginning. */
static void check_sums(struct twins *t)
{
    const struct cpu *cpu = &t->twin[TWIN_FAST].b.cpu->cpu;
    struct counters c;
    timing_counters(cpu->timing, &c);
    uint64_t cycles = 0;
    for (unsigned i = 0; i < CAUSE_COUNT; i++)
        cycles += c.cycles[0][i] + c.cycles[1][i];
    same(t, "the sum of the causes (and of cycles)", cycles, cpu->cycles);
    same(t, "the sum of counted instructions", c.instructions[0] + c.instructions[1], cpu_instructions(cpu));
    same(t, "the sum of loads and stores", of(&c, EVENT_LOADS) + of(&c, EVENT_STORES), of(&c, EVENT_L1D_ACCESSES));
    static const enum timing_event parts[][2] = {
        { EVENT_MISPREDICTED_CONDITIONAL, EVENT_BRANCHES_CONDITIONAL }, { EVENT_MISPREDICTED_RETURN, EVENT_BRANCHES_RETURN },
        { EVENT_MISPREDICTED_INDIRECT, EVENT_BRANCHES_INDIRECT }, { EVENT_L1I_MISSES, EVENT_L1I_ACCESSES },
        { EVENT_L2_MISSES, EVENT_L2_ACCESSES }, { EVENT_L2_ITLB_MISSES, EVENT_ITLB_MISSES },
        { EVENT_L2_DTLB_MISSES, EVENT_DTLB_MISSES }, { EVENT_IRQS, EVENT_EXCEPTIONS },
    };
    for (unsigned i = 0; i < ARRAY_SIZE(parts); i++)
        if (of(&c, parts[i][0]) > of(&c, parts[i][1]))
            differ(t, counter_events[parts[i][0]].name, of(&c, parts[i][0]), of(&c, parts[i][1]));
}

static void compare_deep(struct twins *t)
{
    struct cpu *a = &t->twin[0].b.cpu->cpu, *b = &t->twin[1].b.cpu->cpu;
    compare_counters(t);
    if (!t->is_switched)
        check_sums(t);
    same(t, "the memory system", memory_hash(timing_memory(a->timing), a->cycles),
         memory_hash(timing_memory(b->timing), b->cycles));
    same(t, "the predictor", predictor_hash(&a->predictor), predictor_hash(&b->predictor));
    same(t, "the memory", memcmp(t->twin[0].b.ram->host, t->twin[1].b.ram->host, BARE_DATA - BARE_RAM + 40 * 4096) != 0, 0);
}

void twins_compare(struct twins *t, bool deep)
{
    struct bare *a = &t->twin[0].b, *b = &t->twin[1].b;
    same(t, "the time in cycles", a->cpu->cpu.cycles, b->cpu->cpu.cycles);
    same(t, "the number of instructions", cpu_instructions(&a->cpu->cpu), cpu_instructions(&b->cpu->cpu));
    same(t, "what the device saw", t->twin[0].seen, t->twin[1].seen);
    for (const struct field *f = arm64_fields; f->name; f++) {
        const struct field one[] = { *f, FIELD_LIST_END };
        same(t, f->name, state_hash(0, one, a->cpu), state_hash(0, one, b->cpu));
    }
    if (deep)
        compare_deep(t);
}
