/* SPDX-License-Identifier: MIT */
/* Memory behind L2: the way there, banks with open rows, one data bus, refresh. All times are absolute, so that what an access
   costs depends on when it is made and on nothing else. */
#ifndef CPU_TIMING_DRAM_H
#define CPU_TIMING_DRAM_H

#include "cpu/timing/model.h"

/* Times inside are core cycles with a binary fraction: memory cycles and nanoseconds are no whole numbers of core cycles. */
enum { DRAM_FRACTION_BITS = 8, DRAM_BANKS_MAX = 64 };

struct dram_bank {
    uint64_t row;             /* open since … */
    uint64_t opened;          /* … or DRAM_CLOSED */
    uint64_t ready;           /* for the next column command */
};

struct dram {
    uint64_t cas, rcd, rp, burst, channel, refresh, refresh_time, path;
    uint32_t row_bits, bank_bits;   /* of a line's number */
    struct dram_bank bank[DRAM_BANKS_MAX];
    uint64_t bus_free, channel_free[2];   /* of reads, of writes */
};

void dram_init(struct dram *d, const struct core_settings *settings);
void dram_reset(struct dram *d);

/* Moves a line that L2 asks for (hands over) at cycle `at`: when its data are in L2 (in memory, and L2 knows). `events` are
   counted in. */
uint64_t dram_access(struct dram *d, uint64_t line, bool write, uint64_t at, uint64_t *events);

uint64_t dram_hash(const struct dram *d, uint64_t now, uint64_t hash);

#endif
