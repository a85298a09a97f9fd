/* SPDX-License-Identifier: MIT */
/* An instruction as the pipeline sees it. The ISA describes each decoded op once; the core's table says what its group and its
   operands cost. */
#ifndef CPU_TIMING_UOP_H
#define CPU_TIMING_UOP_H

#include "base/types.h"

/* Registers whose readiness is tracked: X0..X30 are 0..30, SP 31, V0..V31 are 32..63. TIMING_STORED links a load to a store just
   before it, from which it takes its data. */
enum { TIMING_V0 = 32, TIMING_FLAGS = 64, TIMING_STORED = 65, TIMING_REGS = 66 };

/* Groups: what an instruction needs to be issued. */
enum timing_group {
#define GROUP(symbol, what) GROUP_##symbol,
#include "cpu/timing/groups.def"
#undef GROUP
    GROUP_COUNT
};

/* Producers and consumers: a result of producer p is ready for a source of consumer kind k latency[p][k] cycles after issue.
   This one matrix expresses every forwarding path. */
enum timing_producer {
#define PRODUCER(symbol, what) PRODUCER_##symbol,
#define CONSUMER(symbol, what)
#include "cpu/timing/operands.def"
#undef PRODUCER
#undef CONSUMER
    PRODUCER_COUNT
};

enum timing_consumer {
#define PRODUCER(symbol, what)
#define CONSUMER(symbol, what) CONSUMER_##symbol,
#include "cpu/timing/operands.def"
#undef PRODUCER
#undef CONSUMER
    CONSUMER_COUNT
};

enum { UOP_SOURCES = 6, UOP_DESTS = 5 };

/* What of an instruction is counted as such. */
enum {
    UOP_LOAD = 1 << 0, UOP_STORE = 1 << 1, UOP_CONDITIONAL = 1 << 2, UOP_DIRECT = 1 << 3, UOP_RETURN = 1 << 4,
    UOP_INDIRECT = 1 << 5, UOP_BRANCH = UOP_CONDITIONAL | UOP_DIRECT | UOP_RETURN | UOP_INDIRECT
};

struct uop {
    uint8_t group;                                        /* enum timing_group */
    uint8_t kind;                                         /* UOP_* */
    uint8_t source_count : 4, dest_count : 4;
    uint8_t source[UOP_SOURCES], consumer[UOP_SOURCES];   /* register and enum timing_consumer */
    uint8_t dest[UOP_DESTS], producer[UOP_DESTS];         /* register and enum timing_producer */
};

static inline void uop_source(struct uop *u, unsigned reg, enum timing_consumer kind)
{
    u->source[u->source_count] = (uint8_t)reg;
    u->consumer[u->source_count++] = (uint8_t)kind;
}

static inline void uop_dest(struct uop *u, unsigned reg, enum timing_producer kind)
{
    u->dest[u->dest_count] = (uint8_t)reg;
    u->producer[u->dest_count++] = (uint8_t)kind;
}

#endif
