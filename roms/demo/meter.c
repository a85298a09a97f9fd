/* SPDX-License-Identifier: MIT */
#include "roms/demo/meter.h"
#include "roms/lib/cpu.h"

enum {
    LINE = 64,                      /* bytes; one link of the chain in each */
    SPACE = 16 << 20,
    SLICE = 4096,                   /* lines built, or loads done, between two looks at the clock */
    WARM = 16384,                   /* loads before the timed ones, to have in the caches what fits */
    LOADS = 2048,                   /* timed at once: short enough that few are cut by an interrupt */
    ROUNDS = 24,                    /* the best of these counts */
    SPIN = 100000,
    PMCR_E_LC = 1 << 0 | 1 << 6,
    PMCNTENSET_CYCLES = 1u << 31,
};

enum phase { PHASE_RATE, PHASE_FILL, PHASE_SHUFFLE, PHASE_LINK, PHASE_WARM, PHASE_TIME, PHASE_DONE };

struct link {
    struct link *next;
    uint64_t order;
    char padding[LINE - 16];
};

static struct link links[SPACE / LINE] __attribute__((section(".noinit"), aligned(4096)));

void meter_begin(struct meter *meter, uint64_t counter_hz, bool has_pmu)
{
    *meter = (struct meter){.counter_hz = counter_hz, .has_pmu = has_pmu, .seed = 0x2545f4914f6cdd1d};
    for (unsigned i = 0; i < METER_SIZES; i++)
        meter->kilobytes[i] = i % 2 ? 6u << i / 2 : 4u << i / 2;
    if (has_pmu) {
        cpu_write(pmcr_el0, PMCR_E_LC);
        cpu_write(pmccfiltr_el0, 0);
        cpu_write(pmcntenset_el0, PMCNTENSET_CYCLES);
        cpu_isb();
    }
}

static unsigned count(const struct meter *meter)
{
    return meter->kilobytes[meter->done] * 1024 / LINE;
}

static unsigned below(struct meter *meter, unsigned limit)
{
    meter->seed ^= meter->seed << 13;
    meter->seed ^= meter->seed >> 7;
    meter->seed ^= meter->seed << 17;
    return (unsigned)((meter->seed >> 32) * limit >> 32);
}

static struct link *follow(struct link *at, unsigned loads)
{
    for (unsigned i = 0; i < loads; i += 64)
        __asm__ volatile(".rept 64\n\tldr %0, [%0]\n\t.endr" : "+r"(at) : : "memory");
    return at;
}

/* A loop of ten integer instructions that depend on each other in pairs. */
static void measure_rate(struct meter *meter)
{
    uint64_t begin = cpu_counter(), a = 1, b = 2, left = SPIN;

    __asm__ volatile("1: add %0, %0, #3\n\teor %1, %1, %0\n\tadd %0, %0, %1\n\tlsr %1, %1, #1\n\tadd %0, %0, #5\n\t"
                     "eor %1, %1, %0, lsl #3\n\tsub %0, %0, %1\n\tadd %1, %1, #7\n\tsubs %2, %2, #1\n\tb.ne 1b"
                     : "+r"(a), "+r"(b), "+r"(left) : : "cc");
    uint64_t ticks = cpu_counter() - begin;
    meter->mips = ticks ? (unsigned)(10 * SPIN * (meter->counter_hz / 1000) / ticks / 1000) : 0;
}

static void finish_size(struct meter *meter)
{
    meter->picoseconds[meter->done] = (uint32_t)(meter->best_ticks * 1000000 / (meter->counter_hz / 1000) * 1000 / LOADS);
    meter->millicycles[meter->done] = (uint32_t)(meter->best_cycles * 1000 / LOADS);
    meter->done++;
    meter->phase = meter->done < METER_SIZES ? PHASE_FILL : PHASE_DONE;
}

static void time_round(struct meter *meter)
{
    uint64_t cycles = meter->has_pmu ? cpu_read(pmccntr_el0) : 0, ticks = cpu_counter();

    meter->chain = follow(meter->chain, LOADS);
    ticks = cpu_counter() - ticks;
    cycles = meter->has_pmu ? cpu_read(pmccntr_el0) - cycles : 0;
    if (ticks < meter->best_ticks)
        meter->best_ticks = ticks;
    if (cycles < meter->best_cycles)
        meter->best_cycles = cycles;
}

/* One slice; every phase goes through the lines, or through a number of loads, from meter->position on. */
static void step(struct meter *meter)
{
    unsigned lines = count(meter), end = meter->position + SLICE < lines ? meter->position + SLICE : lines;
    bool passed = end == lines;

    switch ((enum phase)meter->phase) {
    case PHASE_RATE:
        measure_rate(meter);
        passed = true;
        break;
    case PHASE_FILL:
        for (unsigned i = meter->position; i < end; i++)
            links[i].order = i;
        break;
    case PHASE_SHUFFLE:
        for (unsigned i = meter->position; i < end; i++) {
            unsigned other = below(meter, i + 1);
            uint64_t order = links[i].order;
            links[i].order = links[other].order;
            links[other].order = order;
        }
        break;
    case PHASE_LINK:
        for (unsigned i = meter->position; i < end; i++)
            links[links[i].order].next = &links[links[i + 1 < lines ? i + 1 : 0].order];
        meter->chain = links;
        break;
    case PHASE_WARM:
        meter->chain = follow(meter->chain, SLICE);
        end = meter->position + SLICE;
        passed = end >= WARM;
        meter->best_ticks = meter->best_cycles = ~0ull;
        meter->rounds = 0;
        break;
    case PHASE_TIME:
        /* What was drawn in between has pushed lines out of the caches. */
        if (meter->position++ == 0)
            meter->chain = follow(meter->chain, lines < SLICE * 2 ? lines : SLICE * 2);
        time_round(meter);
        if (++meter->rounds == ROUNDS)
            finish_size(meter);
        meter->position *= meter->phase == PHASE_TIME;
        return;
    case PHASE_DONE:
        return;
    }
    meter->position = passed ? 0 : end;
    meter->phase += passed;
}

bool meter_work(struct meter *meter, uint64_t deadline)
{
    unsigned done = meter->done;

    if (meter->phase == PHASE_TIME)
        meter->position = 0;
    while (meter->phase != PHASE_DONE && meter->done == done && cpu_counter() < deadline)
        step(meter);
    return meter->phase != PHASE_DONE;
}
