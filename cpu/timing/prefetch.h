/* SPDX-License-Identifier: MIT */
/* The stride prefetcher: watches the lines that miss, and asks for the next ones of a pattern. */
#ifndef CPU_TIMING_PREFETCH_H
#define CPU_TIMING_PREFETCH_H

#include "cpu/timing/model.h"

enum { PREFETCH_STREAMS_MAX = 8, PREFETCH_DISTANCE_MAX = 16, PREFETCH_STRIDE_MAX = 4 };

struct prefetch_stream {
    uint64_t last;            /* line of the last miss or first use */
    uint64_t ahead;           /* last line asked for, if running */
    int64_t stride;           /* in lines */
    uint32_t misses;          /* of this stride in a row; 0: the stream is unused */
    bool running;
};

struct prefetch {
    struct prefetch_stream stream[PREFETCH_STREAMS_MAX];
    unsigned count, next, distance, after;
};

void prefetch_init(struct prefetch *p, const struct core_settings *settings);
void prefetch_reset(struct prefetch *p);

/* A load or store missed this line, or was the first to use one that had been fetched ahead: lines to fetch now. */
unsigned prefetch_missed(struct prefetch *p, uint64_t line, uint64_t lines[PREFETCH_DISTANCE_MAX]);
unsigned prefetch_used(struct prefetch *p, uint64_t line, uint64_t lines[PREFETCH_DISTANCE_MAX]);

uint64_t prefetch_hash(const struct prefetch *p, uint64_t hash);

#endif
