/* SPDX-License-Identifier: MIT */
#include "frontends/stats/values.h"

#include <string.h>

#include "base/error.h"

const char *const stats_column_names[STATS_COLUMNS] = { "el0", "el1", "all" };

#define E(event) (STATS_EVENT + EVENT_##event)
#define L1D_MISSES E(L1D_READ_MISSES), E(L1D_WRITE_MISSES)
#define WALKS E(L2_ITLB_MISSES), E(L2_DTLB_MISSES)
#define BRANCHES E(BRANCHES_CONDITIONAL), E(BRANCHES_DIRECT), E(BRANCHES_RETURN), E(BRANCHES_INDIRECT)
#define MISPREDICTED E(MISPREDICTED_CONDITIONAL), E(MISPREDICTED_RETURN), E(MISPREDICTED_INDIRECT)
#define DRAM E(DRAM_READS), E(DRAM_WRITES)
#define KILO { STATS_INSTRUCTIONS }

const struct stats_row stats_rows[] = {
    { "core", "instructions", "instructions", STATS_COUNT, { STATS_INSTRUCTIONS }, { 0 } },
    { "core", "cycles", "cycles", STATS_COUNT, { STATS_CYCLES }, { 0 } },
    { "core", "awake", "not asleep", STATS_SHARE, { STATS_AWAKE }, { STATS_CYCLES } },
    { "core", "ipc", "IPC (not asleep)", STATS_RATIO, { STATS_INSTRUCTIONS }, { STATS_AWAKE } },
    { "core", "loads", "loads", STATS_SHARE, { E(LOADS) }, { STATS_INSTRUCTIONS } },
    { "core", "stores", "stores", STATS_SHARE, { E(STORES) }, { STATS_INSTRUCTIONS } },
    { "core", "unaligned", "unaligned", STATS_SHARE, { E(UNALIGNED) }, { E(LOADS), E(STORES) } },

    { "branches", "branches", "all branches", STATS_SHARE, { BRANCHES }, { STATS_INSTRUCTIONS } },
    { "branches", "mispredicted", "  mispredicted", STATS_SHARE, { MISPREDICTED }, { BRANCHES } },
    { "branches", "mispredicted_mpki", "  per 1000 instr.", STATS_PER_KILO, { MISPREDICTED }, KILO },
    { "branches", "conditional", "conditional", STATS_COUNT, { E(BRANCHES_CONDITIONAL) }, { 0 } },
    { "branches", "conditional_mispredicted", "  mispredicted", STATS_SHARE, { E(MISPREDICTED_CONDITIONAL) },
      { E(BRANCHES_CONDITIONAL) } },
    { "branches", "returns", "returns", STATS_COUNT, { E(BRANCHES_RETURN) }, { 0 } },
    { "branches", "returns_mispredicted", "  mispredicted", STATS_SHARE, { E(MISPREDICTED_RETURN) }, { E(BRANCHES_RETURN) } },
    { "branches", "indirect", "indirect", STATS_COUNT, { E(BRANCHES_INDIRECT) }, { 0 } },
    { "branches", "indirect_mispredicted", "  mispredicted", STATS_SHARE, { E(MISPREDICTED_INDIRECT) },
      { E(BRANCHES_INDIRECT) } },
    { "branches", "direct", "direct", STATS_COUNT, { E(BRANCHES_DIRECT) }, { 0 } },

    { "L1I", "l1i_accesses", "accesses of 8 B", STATS_COUNT, { E(L1I_ACCESSES) }, { 0 } },
    { "L1I", "l1i_misses", "misses", STATS_SHARE, { E(L1I_MISSES) }, { E(L1I_ACCESSES) } },
    { "L1I", "l1i_mpki", "per 1000 instr.", STATS_PER_KILO, { E(L1I_MISSES) }, KILO },

    { "L1D", "l1d_accesses", "accesses", STATS_COUNT, { E(L1D_ACCESSES) }, { 0 } },
    { "L1D", "l1d_misses", "misses", STATS_SHARE, { L1D_MISSES }, { E(L1D_ACCESSES) } },
    { "L1D", "l1d_mpki", "per 1000 instr.", STATS_PER_KILO, { L1D_MISSES }, KILO },
    { "L1D", "l1d_read_misses", "  by loads", STATS_SHARE, { E(L1D_READ_MISSES) }, { L1D_MISSES } },
    { "L1D", "l1d_write_misses", "  by stores", STATS_SHARE, { E(L1D_WRITE_MISSES) }, { L1D_MISSES } },
    { "L1D", "l1d_refills", "refills", STATS_COUNT, { E(L1D_REFILLS) }, { 0 } },
    { "L1D", "l1d_prefetches", "prefetches", STATS_COUNT, { E(L1D_PREFETCHES) }, { 0 } },
    { "L1D", "l1d_writebacks", "write-backs", STATS_COUNT, { E(L1D_WRITEBACKS) }, { 0 } },
    { "L1D", "streamed_lines", "streamed lines", STATS_COUNT, { E(STREAMED_LINES) }, { 0 } },

    { "L2", "l2_accesses", "accesses", STATS_COUNT, { E(L2_ACCESSES) }, { 0 } },
    { "L2", "l2_misses", "misses", STATS_SHARE, { E(L2_MISSES) }, { E(L2_ACCESSES) } },
    { "L2", "l2_mpki", "per 1000 instr.", STATS_PER_KILO, { E(L2_MISSES) }, KILO },
    { "L2", "l2_writebacks", "write-backs", STATS_COUNT, { E(L2_WRITEBACKS) }, { 0 } },

    { STATS_SHARING, "snoops", "found in a core", STATS_SHARE, { E(SNOOPS) }, { E(L2_ACCESSES), E(SHARED_WRITES) } },
    { STATS_SHARING, "snooped_lines", "came from a core", STATS_SHARE, { E(SNOOPED_LINES) }, { E(L2_ACCESSES) } },
    { STATS_SHARING, "snooped_mpki", "per 1000 instr.", STATS_PER_KILO, { E(SNOOPED_LINES) }, KILO },
    { STATS_SHARING, "shared_writes", "claimed to write", STATS_COUNT, { E(SHARED_WRITES) }, { 0 } },
    { STATS_SHARING, "lines_taken", "lost to a core", STATS_COUNT, { E(LINES_TAKEN) }, { 0 } },

    { "TLB", "itlb_misses", "fetch uTLB misses", STATS_COUNT, { E(ITLB_MISSES) }, { 0 } },
    { "TLB", "dtlb_misses", "data uTLB misses", STATS_SHARE, { E(DTLB_MISSES) }, { E(L1D_ACCESSES) } },
    { "TLB", "utlb_mpki", "per 1000 instr.", STATS_PER_KILO, { E(ITLB_MISSES), E(DTLB_MISSES) }, KILO },
    { "TLB", "walks", "table walks", STATS_SHARE, { WALKS }, { E(ITLB_MISSES), E(DTLB_MISSES) } },
    { "TLB", "walk_mpki", "per 1000 instr.", STATS_PER_KILO, { WALKS }, KILO },
    { "TLB", "walks_instruction", "  for fetches", STATS_SHARE, { E(L2_ITLB_MISSES) }, { WALKS } },
    { "TLB", "walks_data", "  for data", STATS_SHARE, { E(L2_DTLB_MISSES) }, { WALKS } },
    { "TLB", "walk_cycles", "walk cycles", STATS_SHARE, { E(WALK_CYCLES) }, { STATS_AWAKE } },
    { "TLB", "cycles_per_walk", "cycles a walk", STATS_RATIO, { E(WALK_CYCLES) }, { WALKS } },

    { "memory", "dram_accesses", "lines moved", STATS_COUNT, { DRAM }, { 0 } },
    { "memory", "dram_reads", "  read", STATS_SHARE, { E(DRAM_READS) }, { DRAM } },
    { "memory", "dram_writes", "  written", STATS_SHARE, { E(DRAM_WRITES) }, { DRAM } },
    { "memory", "dram_row_hits", "row hits", STATS_SHARE, { E(DRAM_ROW_HITS) }, { DRAM } },
    { "memory", "dram_row_conflicts", "row conflicts", STATS_SHARE, { E(DRAM_ROW_CONFLICTS) }, { DRAM } },
    { "memory", "bus_accesses", "bus accesses", STATS_COUNT, { E(BUS_ACCESSES) }, { 0 } },
    { "memory", "device_accesses", "device accesses", STATS_COUNT, { E(DEVICE_ACCESSES) }, { 0 } },
    { "memory", "dma_invalidations", "lines lost to DMA", STATS_COUNT, { E(DMA_INVALIDATIONS) }, { 0 } },

    { "events", "exceptions", "exceptions", STATS_COUNT, { E(EXCEPTIONS) }, { 0 } },
    { "events", "irqs", "  IRQs", STATS_COUNT, { E(IRQS) }, { 0 } },
    { "events", "fiqs", "  FIQs", STATS_COUNT, { E(FIQS) }, { 0 } },
    { "events", "exception_returns", "exception returns", STATS_COUNT, { E(RETURNS_FROM_EXCEPTION) }, { 0 } },
    { "events", "context_writes", "context ID writes", STATS_COUNT, { E(CONTEXT_WRITES) }, { 0 } },
};

const unsigned stats_row_count = ARRAY_SIZE(stats_rows);

const struct stats_core_column stats_core_columns[] = {
    { "instructions", "instructions", "instructions" }, { "awake", "awake", "cycles not asleep" }, { "ipc", "IPC", "IPC" },
    { "l1d_mpki", "L1D", "L1D misses" }, { "l2_mpki", "L2", "L2 misses" }, { "mispredicted_mpki", "branch", "mispredicted" },
    { "snooped_lines", "came from", "lines from a core" }, { "lines_taken", "lost to", "lines lost to a core" },
};

const unsigned stats_core_column_count = ARRAY_SIZE(stats_core_columns);

_Static_assert(STATS_EVENT + EVENT_COUNT <= UINT8_MAX, "a term is a byte");

const struct stats_row *stats_row(const char *key)
{
    unsigned i = 0;
    while (strcmp(stats_rows[i].key, key))
        bug_on(++i == stats_row_count);
    return &stats_rows[i];
}

static uint64_t sum_of(const uint64_t *numbers, unsigned count)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < count; i++)
        sum += numbers[i];
    return sum;
}

void stats_column(const struct counters *counters, unsigned level, struct stats_column *column)
{
    memset(column, 0, sizeof *column);
    for (unsigned el = 0; el < COUNTER_LEVELS; el++) {
        if (level != STATS_ALL && level != el)
            continue;
        column->instructions += counters->instructions[el];
        for (unsigned i = 0; i < CAUSE_COUNT; i++)
            column->cycles[i] += counters->cycles[el][i];
        for (unsigned i = 0; i < EVENT_COUNT; i++)
            column->events[i] += counters->events[el][i];
    }
}

uint64_t stats_cycles(const struct stats_column *column)
{
    return sum_of(column->cycles, CAUSE_COUNT);
}

uint64_t stats_awake(const struct stats_column *column)
{
    return stats_cycles(column) - column->cycles[CAUSE_IDLE];
}

static uint64_t term(unsigned what, const struct stats_column *column)
{
    switch (what) {
    case STATS_INSTRUCTIONS: return column->instructions;
    case STATS_CYCLES: return stats_cycles(column);
    case STATS_AWAKE: return stats_awake(column);
    default: return column->events[what - STATS_EVENT];
    }
}

uint64_t stats_sum(const uint8_t terms[STATS_TERMS], const struct stats_column *column)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < STATS_TERMS && terms[i]; i++)
        sum += term(terms[i], column);
    return sum;
}

bool stats_value(const struct stats_row *row, const struct stats_column *column, double *value)
{
    double of = (double)stats_sum(row->of, column), per = (double)stats_sum(row->per, column);
    *value = of;
    if (row->unit == STATS_COUNT)
        return true;
    if (per <= 0)
        return false;
    *value = of / per * (row->unit == STATS_PER_KILO ? 1000 : 1);
    return true;
}
