/* SPDX-License-Identifier: MIT */
/* Memory behind L2: the way there, banks with open rows, one data bus, refresh. All times are absolute, so that what an access
   costs depends on when it is made and on nothing else. Several cores share it, whose accesses come out of order by up to a slice
   (port.h): each finds a bank as its own core left it, or as another did that was there later but not later than now. */
#ifndef CPU_TIMING_DRAM_H
#define CPU_TIMING_DRAM_H

#include "cpu/timing/model.h"
#include "cpu/timing/port.h"

/* Times inside are core cycles with a binary fraction: memory cycles and nanoseconds are no whole numbers of core cycles. */
enum { DRAM_FRACTION_BITS = 8, DRAM_BANKS_MAX = 64, DRAM_USES = 16 };

/* A bank behind an access. */
struct dram_bank {
    uint64_t at;              /* when that was made */
    uint64_t row;             /* open since … */
    uint64_t opened;          /* … or DRAM_CLOSED */
    uint64_t ready;           /* for the next column command */
};

struct dram {
    uint64_t cas, rcd, rp, burst, channel_time, refresh, refresh_time, path;
    uint32_t row_bits, bank_bits;   /* of a line's number */
    unsigned cores, uses;     /* how many accesses of each core are kept of a bank: one if it is alone */
    struct dram_bank *bank;   /* of each core for each bank a ring of its last accesses */
    uint32_t count[PORT_CORES][DRAM_BANKS_MAX];   /* of all its accesses */
    struct port bus, channel[2];   /* of reads, of writes */
};

void dram_init(struct dram *d, const struct core_settings *settings);
void dram_free(struct dram *d);
void dram_reset(struct dram *d);

/* From now on it belongs to several cores. */
void dram_share(struct dram *d);

/* Moves a line that L2 asks for (hands over) for a core at cycle `at`: when its data are in L2 (in memory, and L2 knows).
   `events` are counted in. */
uint64_t dram_access(struct dram *d, unsigned core, uint64_t line, bool write, uint64_t at, uint64_t *events);

uint64_t dram_hash(const struct dram *d, uint64_t now, uint64_t hash);

#endif
