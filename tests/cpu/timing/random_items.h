/* SPDX-License-Identifier: MIT */
/* What random programs are made of: a few instructions at a time that belong together. For random_program.c alone. */
#ifndef TESTS_CPU_TIMING_RANDOM_ITEMS_H
#define TESTS_CPU_TIMING_RANDOM_ITEMS_H

#include "tests/cpu/timing/random_program.h"

/* Who uses which register: 0 to 19 are the random instructions', 20 to 24 are for a few words at a time. */
enum { COUNT_OF_RANDOM = 20, TEMP = 20, TEMP_2 = 21, TEMP_3 = 22, ADDRESS = 23, OFFSET = 24, LOOP = 25, BASE = 26, HANDLER = 27,
       BACK = 28, LINK = 30, ZERO = 31 };

enum {
    MOVK = 0xf2800000, MOVN = 0x92800000, ADD_REG = 0x8b000000, ADR = 0x10000000, LSR_26 = 0xd35afc00, CBZ = 0xb4000000,
    B_COND = 0x54000000, TBZ = 0x36000000, TBNZ = 0x37000000, BL = 0x94000000, SUBS_REG = 0xeb000000, AND_16 = 0x927c2c00,
    AND_1 = 0x92403c00, LOAD_REG = 0x38606800, STORE_REG = 0x38206800, STR_W_0 = 0xb9000000, EOR_1 = 0xd2400000,
    DMB = 0xd5033fbf, IC_IALLU = 0xd508751f, PRFM = 0xf9800000
};

#define EOR_BIT(n) (EOR_1 | (64u - (n)) << 16)

#define TTBR0      W_SYSREG(3, 0, 2, 0, 0)
#define SPSR       W_SYSREG(3, 0, 4, 0, 0)
#define ELR        W_SYSREG(3, 0, 4, 0, 1)
#define ESR        W_SYSREG(3, 0, 5, 2, 0)
#define CNTV_TVAL  W_SYSREG(3, 3, 14, 3, 0)
#define PMCR       W_SYSREG(3, 3, 9, 12, 0)
#define PMCNTENSET W_SYSREG(3, 3, 9, 12, 1)
#define PMOVSCLR   W_SYSREG(3, 3, 9, 12, 3)

struct writer {
    struct program_part *part;
    const struct program_map *map;
    uint64_t *seed;
    gpa_t function[2];       /* that may be called */
    unsigned functions;
    unsigned el;
    unsigned user_at;        /* EL0's entry, as an offset in its part; EL1 only */
};

void writer_emit(struct writer *w, uint32_t word);
void writer_number(struct writer *w, unsigned reg, uint64_t value);

/* Any instruction that only computes. */
void writer_plain(struct writer *w);

/* A load or store within 32 KB of the base. */
void writer_near(struct writer *w);

/* Items that the level of w->el may execute, with branches over some. */
void writer_items(struct writer *w, unsigned count);

/* The descriptor of a page of data: some RAM, or nothing; rights and attributes of all kinds. */
uint64_t random_items_page(uint64_t *seed);

#endif
