/* SPDX-License-Identifier: MIT */
/* The pipeline of the simple core: one instruction a cycle, as in textbooks with five stages. A result is there for the next
   instruction, a load's for the one behind it; multiplies and floating point take a few cycles, divides many. It exists to show
   that a core is a table: what it does not name costs nothing but its issue slot. */
#include "cpu/timing/cores/cores.h"

const struct group_timing simple_groups[GROUP_COUNT] = {
    [GROUP_DIV32]        = { .unit = UNIT_DIVIDE, .busy = 20 },
    [GROUP_DIV64]        = { .unit = UNIT_DIVIDE, .busy = 36 },
    [GROUP_FP_DIV32]     = { .unit = UNIT_FP_DIVIDE, .busy = 20 },
    [GROUP_FP_SQRT32]    = { .unit = UNIT_FP_DIVIDE, .busy = 20 },
    [GROUP_FP_DIV64]     = { .unit = UNIT_FP_DIVIDE, .busy = 36 },

    /* A register is loaded or stored in a cycle, a pair in two, so many beats in as many. */
    [GROUP_LOAD_PAIR]    = { .hold = 1 },
    [GROUP_V_LOAD_2]     = { .hold = 1 },
    [GROUP_V_LOAD_3]     = { .hold = 2 },
    [GROUP_V_LOAD_4]     = { .hold = 3 },
    [GROUP_V_LOAD_5]     = { .hold = 4 },
    [GROUP_V_LOAD_6]     = { .hold = 5 },
    [GROUP_V_LOAD_7]     = { .hold = 6 },
    [GROUP_V_LOAD_8]     = { .hold = 7 },
    [GROUP_V_LOAD_9]     = { .hold = 8 },
    [GROUP_V_STORE_2]    = { .hold = 1 },
    [GROUP_V_STORE_3]    = { .hold = 2 },
    [GROUP_V_STORE_4]    = { .hold = 3 },
    [GROUP_V_STORE_5]    = { .hold = 4 },

    [GROUP_SYSTEM_WRITE] = { .issue = ISSUE_SERIAL, .cost = 5 },
    [GROUP_BARRIER]      = { .issue = ISSUE_SERIAL, .cost = 5 },
    [GROUP_SYNC]         = { .issue = ISSUE_SERIAL, .cost = 5 },
    [GROUP_ISB]          = { .issue = ISSUE_SERIAL, .cost = 5 },
    [GROUP_EXCEPTION]    = { .issue = ISSUE_SERIAL, .cost = 1 },
};

/* All consumers alike: there are no early or late operands. */
#define AFTER(n) { n, n, n, n, n, n, n, n, n, n, n, n, n }
_Static_assert(CONSUMER_COUNT == 13, "AFTER gives each consumer its number");

enum { LOADED = 2, MULTIPLIED = 4, FLOATED = 4 };

const uint8_t simple_latency[PRODUCER_COUNT][CONSUMER_COUNT] = {
    [PRODUCER_ALU]              = AFTER(1),
    [PRODUCER_MUL_LONG]         = AFTER(MULTIPLIED),
    [PRODUCER_MUL32]            = AFTER(MULTIPLIED),
    [PRODUCER_MUL64]            = AFTER(MULTIPLIED),
    [PRODUCER_MUL_HIGH]         = AFTER(MULTIPLIED),
    [PRODUCER_DIV]              = AFTER(20),
    [PRODUCER_LOAD]             = AFTER(LOADED),
    [PRODUCER_LOAD_EXTENDED]    = AFTER(LOADED),
    [PRODUCER_LOAD_SECOND]      = AFTER(LOADED + 1),
    [PRODUCER_SYSTEM]           = AFTER(1),
    [PRODUCER_FP_TO_INT]        = AFTER(1),
    [PRODUCER_VECTOR_TO_INT]    = AFTER(1),
    [PRODUCER_CONVERTED_TO_INT] = AFTER(FLOATED),
    [PRODUCER_INT_TO_FP]        = AFTER(1),
    [PRODUCER_INT_TO_VECTOR]    = AFTER(1),
    [PRODUCER_CONVERTED_TO_FP]  = AFTER(FLOATED),
    [PRODUCER_VECTOR_1]         = AFTER(1),
    [PRODUCER_VECTOR_2]         = AFTER(1),
    [PRODUCER_VECTOR_3]         = AFTER(1),
    [PRODUCER_VECTOR_4]         = AFTER(FLOATED),
    [PRODUCER_VECTOR_5]         = AFTER(FLOATED),
    [PRODUCER_VECTOR_6]         = AFTER(FLOATED),
    [PRODUCER_VECTOR_MUL]       = AFTER(MULTIPLIED),
    [PRODUCER_VECTOR_TWICE]     = AFTER(MULTIPLIED),
    [PRODUCER_FMA]              = AFTER(FLOATED),
    [PRODUCER_FP_DIV32]         = AFTER(20),
    [PRODUCER_FP_SQRT32]        = AFTER(20),
    [PRODUCER_FP_DIV64]         = AFTER(36),
    [PRODUCER_V_LOAD_1]         = AFTER(LOADED),
    [PRODUCER_V_LOAD_2]         = AFTER(LOADED + 1),
    [PRODUCER_V_LOAD_3]         = AFTER(LOADED + 2),
    [PRODUCER_V_LOAD_4]         = AFTER(LOADED + 3),
    [PRODUCER_V_LOAD_5]         = AFTER(LOADED + 4),
    [PRODUCER_V_LOAD_6]         = AFTER(LOADED + 5),
    [PRODUCER_V_LOAD_7]         = AFTER(LOADED + 6),
    [PRODUCER_V_LOAD_8]         = AFTER(LOADED + 7),
    [PRODUCER_V_LOAD_9]         = AFTER(LOADED + 8),
    [PRODUCER_STORED]           = AFTER(1),
    [PRODUCER_STORED_1]         = AFTER(1),
    [PRODUCER_STORED_2]         = AFTER(1),
    [PRODUCER_STORED_3]         = AFTER(1),
    [PRODUCER_STORED_4]         = AFTER(1),
};

const uint8_t simple_unaligned[PRODUCER_COUNT] = {
    [PRODUCER_LOAD]          = 1,
    [PRODUCER_LOAD_SECOND]   = 1,
    [PRODUCER_LOAD_EXTENDED] = 1,
    [PRODUCER_V_LOAD_1]      = 1,
    [PRODUCER_V_LOAD_2]      = 1,
    [PRODUCER_V_LOAD_3]      = 1,
    [PRODUCER_V_LOAD_4]      = 1,
    [PRODUCER_V_LOAD_5]      = 1,
    [PRODUCER_V_LOAD_6]      = 1,
    [PRODUCER_V_LOAD_7]      = 1,
    [PRODUCER_V_LOAD_8]      = 1,
    [PRODUCER_V_LOAD_9]      = 1,
};
