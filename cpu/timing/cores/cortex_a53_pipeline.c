/* SPDX-License-Identifier: MIT */
/* The pipeline of the Cortex-A53: what groups of instructions need, and every forwarding path.

   Sources: "rows" are measurements on a Raspberry Pi 3 (tests/accuracy/rows.tab: insn_bench_aarch64 by Hajime Suzuki), "ops" the
   latencies of lmbench's lat_ops on an AM62x, "LLVM" the operand stages of its AArch64SchedA53.td: the shifter and the address
   generator take their operands one and two cycles before the ALU, factors one before, store data one later. A number that no
   source gives says so. */
#include "cpu/timing/cores/cores.h"

const struct group_timing cortex_a53_groups[GROUP_COUNT] = {
    /* rows "add", "adc", "csinc", "ands", "crc32cx": two a cycle, in either slot */
    [GROUP_NOP]          = { .unit = UNIT_NONE },
    [GROUP_ALU]          = { .unit = UNIT_NONE },
    [GROUP_SHIFT_REG]    = { .unit = UNIT_SHIFT },              /* row "asr (reg)": one a cycle */

    /* The multiplier makes a 32 x 32 product in a pass: rows "smull", "mul", "smulh", throughput 1, 1/2, 1/4. */
    [GROUP_MUL_LONG]     = { .unit = UNIT_MULTIPLY, .busy = 1 },
    [GROUP_MUL32]        = { .unit = UNIT_MULTIPLY, .busy = 2 },   /* large products of both one more: arm64_multiply_cycles */
    [GROUP_MUL64]        = { .unit = UNIT_MULTIPLY, .busy = 2 },
    [GROUP_MUL_HIGH]     = { .unit = UNIT_MULTIPLY, .busy = 4 },
    [GROUP_DIV32]        = { .unit = UNIT_DIVIDE, .busy = 3 },     /* rows "sdiv", "udiv"; see arm64_divide_cycles */
    [GROUP_DIV64]        = { .unit = UNIT_DIVIDE, .busy = 3 },

    [GROUP_LOAD]         = { .unit = UNIT_LOAD_STORE },            /* rows "ldr", "str": one a cycle */
    [GROUP_LOAD_PAIR]    = { .unit = UNIT_LOAD_STORE, .busy = 2, .hold = 1 },   /* row "ldp (x)"; "ldp (w)" is one beat */
    [GROUP_STORE]        = { .unit = UNIT_LOAD_STORE },            /* row "stp" too: a beat of a store is 128 bits */
    [GROUP_EXCLUSIVE]    = { .unit = UNIT_LOAD_STORE },
    [GROUP_BRANCH]          = { .unit = UNIT_BRANCH },             /* one a cycle: row "cbz (not taken)" */
    [GROUP_BRANCH_INDIRECT] = { .unit = UNIT_BRANCH },

    /* Two 64-bit pipes: rows "fadd.s (scl)" and "xtn" 2 a cycle, "fadd.s (vec)" and "saddl" 1, "raddhn" and "uaba" 1/2, "tbl" by
       the length of its table. */
    [GROUP_FP]           = { .pipes = 1 },
    [GROUP_FP_TWICE]     = { .pipes = 1, .pipes_busy = 2 },
    [GROUP_FP_2]         = { .pipes = 1, .pipes_busy = 2 },
    [GROUP_FP_3]         = { .pipes = 1, .pipes_busy = 3 },
    [GROUP_FP_4]         = { .pipes = 1, .pipes_busy = 4 },
    [GROUP_FP_5]         = { .pipes = 1, .pipes_busy = 5 },
    [GROUP_VECTOR]       = { .pipes = 2 },
    [GROUP_VECTOR_TWICE] = { .pipes = 2, .pipes_busy = 2 },
    [GROUP_VECTOR_2]     = { .pipes = 2, .pipes_busy = 2 },
    [GROUP_VECTOR_3]     = { .pipes = 2, .pipes_busy = 3 },
    [GROUP_VECTOR_4]     = { .pipes = 2, .pipes_busy = 4 },
    [GROUP_VECTOR_5]     = { .pipes = 2, .pipes_busy = 5 },
    /* rows "fsqrt": the next can start 3 cycles before the result, whether scalar or vector; the same is assumed of FDIV */
    [GROUP_FP_DIV32]     = { .unit = UNIT_FP_DIVIDE, .busy = 10, .pipes = 1 },
    [GROUP_FP_SQRT32]    = { .unit = UNIT_FP_DIVIDE, .busy = 9, .pipes = 1 },
    [GROUP_FP_DIV64]     = { .unit = UNIT_FP_DIVIDE, .busy = 19, .pipes = 1 },

    /* One beat a cycle: rows "ldr.q", "ld1 (multi)", "ld4", "ld3r.d", "st3". That long ones hold back what follows is assumed. */
    [GROUP_V_LOAD_1]     = { .unit = UNIT_LOAD_STORE },
    [GROUP_V_LOAD_2]     = { .unit = UNIT_LOAD_STORE, .busy = 2 },
    [GROUP_V_LOAD_3]     = { .unit = UNIT_LOAD_STORE, .busy = 3, .hold = 2 },
    [GROUP_V_LOAD_4]     = { .unit = UNIT_LOAD_STORE, .busy = 4, .hold = 3 },
    [GROUP_V_LOAD_5]     = { .unit = UNIT_LOAD_STORE, .busy = 5, .hold = 4 },
    [GROUP_V_LOAD_6]     = { .unit = UNIT_LOAD_STORE, .busy = 6, .hold = 5 },
    [GROUP_V_LOAD_7]     = { .unit = UNIT_LOAD_STORE, .busy = 7, .hold = 6 },
    [GROUP_V_LOAD_8]     = { .unit = UNIT_LOAD_STORE, .busy = 8, .hold = 7 },
    [GROUP_V_LOAD_9]     = { .unit = UNIT_LOAD_STORE, .busy = 9, .hold = 8 },
    [GROUP_V_STORE_1]    = { .unit = UNIT_LOAD_STORE },
    [GROUP_V_STORE_2]    = { .unit = UNIT_LOAD_STORE, .busy = 2 },
    [GROUP_V_STORE_3]    = { .unit = UNIT_LOAD_STORE, .busy = 3, .hold = 2 },
    [GROUP_V_STORE_4]    = { .unit = UNIT_LOAD_STORE, .busy = 4, .hold = 3 },
    [GROUP_V_STORE_5]    = { .unit = UNIT_LOAD_STORE, .busy = 5, .hold = 4 },

    /* No public numbers: estimates from the depth of the pipeline (8 stages). */
    [GROUP_SYSTEM_READ]  = { .issue = ISSUE_ALONE },
    [GROUP_SYSTEM_WRITE] = { .issue = ISSUE_SERIAL, .cost = 6 },
    [GROUP_BARRIER]      = { .unit = UNIT_LOAD_STORE, .issue = ISSUE_SERIAL, .cost = 6 },
    [GROUP_SYNC]         = { .unit = UNIT_LOAD_STORE, .issue = ISSUE_SERIAL, .cost = 12 },
    [GROUP_ISB]          = { .issue = ISSUE_SERIAL, .cost = 10 },
    [GROUP_EXCEPTION]    = { .issue = ISSUE_SERIAL, .cost = 1 },   /* exception.entry and exception.return say the rest */
};

/* A row: to the integer side (address, shifter, ALU, store data, factor, addend, transfer to FP), and within the FP/SIMD side
   (operand, addends of multiply-accumulate, of two-pass accumulate, of fused multiply-add). What cannot meet is 0. */
#define TO_INT(address, shift, alu, store, mul, accumulate, transfer)                                           \
    [CONSUMER_ADDRESS] = (address), [CONSUMER_SHIFT] = (shift), [CONSUMER_ALU] = (alu), [CONSUMER_STORE_DATA] = (store), \
    [CONSUMER_MUL] = (mul), [CONSUMER_ACCUMULATE] = (accumulate), [CONSUMER_TRANSFER] = (transfer)
#define TO_FP(cycles, store, mla, twice, fma)                                                                   \
    [CONSUMER_STORE_DATA] = (store), [CONSUMER_VECTOR] = (cycles), [CONSUMER_VECTOR_ACCUMULATE] = (mla),        \
    [CONSUMER_TWICE_ACCUMULATE] = (twice), [CONSUMER_FMA_ACCUMULATE] = (fma)
#define FP_AFTER(cycles) TO_FP(cycles, (cycles) - 1, cycles, cycles, cycles)
#define LOADED(beats)    TO_FP((beats) + 3, beats, (beats) + 3, (beats) + 3, (beats) + 3)
#define TO_LOAD(cycles)  [CONSUMER_STORED] = (cycles), [CONSUMER_STORED_SECOND] = (cycles) - 1

const uint8_t cortex_a53_latency[PRODUCER_COUNT][CONSUMER_COUNT] = {
    /* rows "add (reg)" 1, "add (reg<<2)" and "sbfm" 2, "ldr (ptr fwd.)" 3; the others LLVM */
    [PRODUCER_ALU]              = { TO_INT(3, 2, 1, 0, 2, 1, 2) },
    /* Factors: rows "smull" 3, "mul" 4, "smulh" 6; see arm64_multiply_cycles. To the ALU: LLVM, and ops: a subtraction between
       two products costs nothing beyond the product before it, nor does ORR between product and quotient ("int mod"). */
    [PRODUCER_MUL_LONG]         = { TO_INT(4, 3, 2, 1, 3, 1, 3) },
    [PRODUCER_MUL32]            = { TO_INT(4, 3, 2, 1, 4, 2, 3) },
    [PRODUCER_MUL64]            = { TO_INT(4, 3, 2, 1, 4, 2, 3) },
    [PRODUCER_MUL_HIGH]         = { TO_INT(6, 5, 4, 3, 6, 3, 5) },
    [PRODUCER_DIV]              = { TO_INT(4, 3, 2, 1, 3, 2, 3) },   /* rows "sdiv": 3 for a quotient of one bit; LLVM */
    /* rows "ldr" 3 and "ldrb (reg)" 4 to an address, "ldrb (imm)" 2 to an ADD, "ldp (x; 2nd elem)" one later, "ldp (w)" 2 for
       both */
    [PRODUCER_LOAD]             = { TO_INT(3, 3, 2, 1, 3, 2, 3) },
    [PRODUCER_LOAD_EXTENDED]    = { TO_INT(4, 3, 2, 1, 3, 2, 3) },
    [PRODUCER_LOAD_SECOND]      = { TO_INT(4, 4, 3, 2, 4, 3, 4) },
    [PRODUCER_SYSTEM]           = { TO_INT(4, 4, 3, 2, 4, 3, 4) },   /* no public number */
    /* rows "fmov.d <->" 2 for both ways, "mov.d <->", "umov <->" 5 for both ways, "dup (elem)" 5 with UMOV; how they share it
       follows from the rows of vector loads, which contain these moves */
    [PRODUCER_FP_TO_INT]        = { TO_INT(4, 3, 2, 1, 3, 2, 1) },
    [PRODUCER_VECTOR_TO_INT]    = { TO_INT(4, 3, 2, 1, 3, 2, 2) },
    [PRODUCER_CONVERTED_TO_INT] = { TO_INT(6, 5, 4, 3, 5, 4, 3) },   /* rows "fcvtas (scl -> reg)" lie between 2 and 3 */
    [PRODUCER_INT_TO_FP]        = { FP_AFTER(1) },
    [PRODUCER_INT_TO_VECTOR]    = { FP_AFTER(3) },
    [PRODUCER_CONVERTED_TO_FP]  = { FP_AFTER(6) },                   /* rows "scvtf (scl; int)" lie between 6 and 7 */
    [PRODUCER_VECTOR_1]         = { FP_AFTER(1) },                   /* rows "and.b", "mov (v.b -> v.b)" */
    [PRODUCER_VECTOR_2]         = { FP_AFTER(2) },                   /* rows "add.b", "shl", "zip1", "xtn", "fcmeq", "fcsel" */
    [PRODUCER_VECTOR_3]         = { FP_AFTER(3) },                   /* rows "sqadd", "saddl", "sabd", "addv", "tbl (len == 2)" */
    [PRODUCER_VECTOR_4]         = { FP_AFTER(4) },                   /* rows "fadd", "fmul", "sqshl", "sqxtn", "smaxv" */
    [PRODUCER_VECTOR_5]         = { FP_AFTER(5) },                   /* row "tbl (len == 4)" */
    [PRODUCER_VECTOR_6]         = { FP_AFTER(6) },                   /* row "tbx (len == 4)" */
    [PRODUCER_VECTOR_MUL]       = { TO_FP(4, 3, 1, 4, 4) },             /* rows "mla", "mla (acc. fwd.)"; not "sqdmlal" */
    [PRODUCER_VECTOR_TWICE]     = { TO_FP(4, 3, 4, 2, 4) },             /* rows "uaba", "uaba (acc. fwd.)" */
    [PRODUCER_FMA]              = { TO_FP(8, 7, 8, 8, 4) },             /* rows "fmla", "fmla (acc. fwd.)", "frecps" */
    [PRODUCER_FP_DIV32]         = { FP_AFTER(13) },                  /* ops "fdiv" */
    [PRODUCER_FP_SQRT32]        = { FP_AFTER(12) },                  /* row "fsqrt.s" */
    [PRODUCER_FP_DIV64]         = { FP_AFTER(22) },                  /* row "fsqrt.d", ops "ddiv" */
    /* 3 more than beats: rows "ld1r" 6, "ldr.q" 7, "ld1 (4 reg)" 13, "ld4.b" 14, each with UMOV and two ADD in its loop. Data of
       a store go a shorter way: rows "str.q -> ldr.q". */
    [PRODUCER_V_LOAD_1]         = { LOADED(1) },
    [PRODUCER_V_LOAD_2]         = { LOADED(2) },
    [PRODUCER_V_LOAD_3]         = { LOADED(3) },
    [PRODUCER_V_LOAD_4]         = { LOADED(4) },
    [PRODUCER_V_LOAD_5]         = { LOADED(5) },
    [PRODUCER_V_LOAD_6]         = { LOADED(6) },
    [PRODUCER_V_LOAD_7]         = { LOADED(7) },
    [PRODUCER_V_LOAD_8]         = { LOADED(8) },
    [PRODUCER_V_LOAD_9]         = { LOADED(9) },
    /* A load behind a store that it overlaps: see cpu/arm64/pipeline_stored.c. Behind so many beats: rows "st1.b (multi) ->". */
    [PRODUCER_STORED]           = { TO_LOAD(2) },                    /* row "str -> ldr" */
    [PRODUCER_STORED_1]         = { TO_LOAD(3) },                    /* rows "stp -> ldp", "str.q -> ldr.q" */
    [PRODUCER_STORED_2]         = { TO_LOAD(4) },
    [PRODUCER_STORED_3]         = { TO_LOAD(5) },
    [PRODUCER_STORED_4]         = { TO_LOAD(6) },
};

/* Rows "unaligned". It takes the unit a second time; a doubleword then also misses its early way to an address. */
const uint8_t cortex_a53_unaligned[PRODUCER_COUNT] = {
    [PRODUCER_LOAD]          = 2,
    [PRODUCER_LOAD_SECOND]   = 2,
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
