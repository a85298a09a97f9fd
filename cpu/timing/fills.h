/* SPDX-License-Identifier: MIT */
/* What is under way between L1 and L2, in absolute cycles: line fill buffers, the store buffer's places; and what the cores of a
   cluster share, the port of L2 and memory. */
#ifndef CPU_TIMING_FILLS_H
#define CPU_TIMING_FILLS_H

#include "cpu/timing/dram.h"

enum {
    FILLS_MAX = 16, FILLS_STORES_MAX = 32,
    FILLS_WRITES = 8          /* lines on their way from L2 to memory; not published, felt by floods of them only */
};

/* Where a line comes from. */
enum fills_source { FILLS_L2, FILLS_MEMORY, FILLS_CORE /* another core's L1D */ };

struct fills_shared {
    struct port l2;                            /* one request at a time */
    struct dram dram;
};

struct fills {
    uint64_t fill_free[FILLS_MAX];             /* when each line fill buffer is free again */
    uint64_t store_free[FILLS_STORES_MAX];
    uint64_t write_free[FILLS_WRITES];
    unsigned fill_count, store_count;
    uint64_t evict_free;                       /* when the next line can leave L1D */
    uint32_t l2_latency, l2_interval, snoop_latency, evict;
    struct fills_shared *shared;
    unsigned core;                             /* which of those that share it */
};

void fills_shared_init(struct fills_shared *shared, const struct core_settings *settings);
void fills_shared_free(struct fills_shared *shared);
void fills_shared_reset(struct fills_shared *shared);
void fills_shared_share(struct fills_shared *shared);   /* from now on there are several cores */

void fills_init(struct fills *f, const struct core_settings *settings, struct fills_shared *shared, unsigned core);
void fills_reset(struct fills *f);

/* A line that L2 is asked for at cycle `at`: when it arrives. */
uint64_t fills_read(struct fills *f, uint64_t line, enum fills_source source, uint64_t at, uint64_t *events);

/* The same into L1D, through a line fill buffer; if it `evicts` another line, not before that can leave. *start is when the line
   was asked for. */
uint64_t fills_line(struct fills *f, uint64_t line, enum fills_source source, bool evicts, uint64_t at, uint64_t *start,
                    uint64_t *events);

/* A line written to L2 or through it to memory: when that is done. */
uint64_t fills_write(struct fills *f, uint64_t line, bool to_memory, uint64_t at, uint64_t *events);

/* A line that other cores' L1D hold is to be this core's alone: when they have let it go. */
uint64_t fills_claim(struct fills *f, uint64_t at);

/* A place in the store buffer: when there is one, at `at` or later. It must be given its time, when it will be free again. */
uint64_t fills_store(struct fills *f, uint64_t at, uint64_t **place);

uint64_t fills_hash(const struct fills *f, uint64_t now, uint64_t hash);

#endif
