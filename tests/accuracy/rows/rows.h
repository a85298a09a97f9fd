/* SPDX-License-Identifier: MIT */
/* The loops that rows.py makes of the published instruction rows, and what they find in registers and memory. */
#ifndef TESTS_ACCURACY_ROWS_ROWS_H
#define TESTS_ACCURACY_ROWS_ROWS_H

/* Memory: left alone; each doubleword points to the first; zeros; random. */
#define ROWS_NOTHING  0
#define ROWS_POINTERS 1
#define ROWS_ZEROS    2
#define ROWS_RANDOM   3

/* Registers. */
#define ROWS_ZERO     0
#define ROWS_ONE      1
#define ROWS_ALL_ONES 2
#define ROWS_POINTER  3

#ifndef __ASSEMBLER__
#include <stdint.h>

struct rows_loop {
    void (*code)(void);
    uint8_t memory, registers, constant, byte;   /* kinds of memory and registers; every byte of V0 to V31 */
    uint32_t offset;                             /* of the address in its page */
    uint64_t turns;
};

extern const struct rows_loop rows_loops[];
extern const uint64_t rows_loop_count;

/* X0 to X27 are `registers`, X28 is `constant`, all bytes of V0 to V31 are `byte`; the loop goes round `turns` times. */
void rows_run(void (*code)(void), uint64_t turns, uint64_t registers, uint64_t constant, uint64_t byte);
#endif

#endif
