/* SPDX-License-Identifier: MIT */
/* What the harness and the program that QEMU runs exchange: files of cases one way, files of final states back. Also read by
   oracle_guest.c, which is built for AArch64 without a C library. */
#ifndef TESTS_CPU_ARM64_ORACLE_LAYOUT_H
#define TESTS_CPU_ARM64_ORACLE_LAYOUT_H

#include <stdint.h>

enum {
    ORACLE_INSNS = 50,         /* instructions of one case at most */
    ORACLE_DATA = 16,          /* words behind the instructions, for literals */
    ORACLE_MEMORY = 1024,      /* bytes of scratch memory that are set before and compared after */
    ORACLE_BATCH = 3072,       /* cases of one run of QEMU; their slots are smaller than 1 MiB */

    /* A case's code has a slot of its own: the load of X30, the instructions, the way out, the data, X30. */
    ORACLE_SLOT = 320,
    ORACLE_SLOT_INSNS = 4, ORACLE_SLOT_EXIT = 204, ORACLE_SLOT_DATA = 216, ORACLE_SLOT_X30 = 280,

    /* Two pages are mapped, their neighbours are not. The scratch memory lies across the border between the two. */
    ORACLE_CODE_VA = 0x44000000, ORACLE_PAGES_VA = 0x20000000, ORACLE_PAGES_SIZE = 8192,
    ORACLE_MEMORY_VA = ORACLE_PAGES_VA + 4096 - ORACLE_MEMORY / 2
};

enum oracle_outcome { ORACLE_DONE, ORACLE_UNDEFINED, ORACLE_FAULT };

struct oracle_state {
    uint64_t x[31], sp;
    uint64_t v[32][2];
    uint32_t nzcv, fpcr, fpsr;   /* nzcv in bits 31..28 */
    uint32_t outcome;            /* enum oracle_outcome */
    uint8_t memory[ORACLE_MEMORY];
};

struct oracle_case {
    uint32_t insn[ORACLE_INSNS], count;
    uint32_t checks_sp;          /* with SCTLR_EL1.SA0 set; ours only, QEMU does not know it */
    uint32_t big_endian;         /* with SCTLR_EL1.E0E set; all of a batch alike, as QEMU has a program of its own for it */
    uint32_t data[ORACLE_DATA];
    struct oracle_state start;
};

#endif
