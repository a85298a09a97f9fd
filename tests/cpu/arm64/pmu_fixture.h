/* SPDX-License-Identifier: MIT */
/* A bare core's performance monitors by name, and programs that are counted: for the tests of them to include. */
#ifndef TESTS_CPU_ARM64_PMU_FIXTURE_H
#define TESTS_CPU_ARM64_PMU_FIXTURE_H

#include "cpu/arm64/core.h"
#include "cpu/arm64/pmu_events.h"
#include "tests/cpu/arm64/bare.h"
#include "tests/support/support.h"

enum { LOWER = 0x400, USER_CODE = BARE_CODE + 0x1000 };

#define PMCR       W_SYSREG(3, 3, 9, 12, 0)
#define CNTENSET   W_SYSREG(3, 3, 9, 12, 1)
#define CNTENCLR   W_SYSREG(3, 3, 9, 12, 2)
#define OVSCLR     W_SYSREG(3, 3, 9, 12, 3)
#define SWINC      W_SYSREG(3, 3, 9, 12, 4)
#define SELR       W_SYSREG(3, 3, 9, 12, 5)
#define CEID0      W_SYSREG(3, 3, 9, 12, 6)
#define CEID1      W_SYSREG(3, 3, 9, 12, 7)
#define CCNTR      W_SYSREG(3, 3, 9, 13, 0)
#define XEVTYPER   W_SYSREG(3, 3, 9, 13, 1)
#define XEVCNTR    W_SYSREG(3, 3, 9, 13, 2)
#define USERENR    W_SYSREG(3, 3, 9, 14, 0)
#define OVSSET     W_SYSREG(3, 3, 9, 14, 3)
#define INTENSET   W_SYSREG(3, 0, 9, 14, 1)
#define INTENCLR   W_SYSREG(3, 0, 9, 14, 2)
#define EVCNTR(n)  W_SYSREG(3, 3, 14, 8, n)
#define EVTYPER(n) W_SYSREG(3, 3, 14, 12, n)
#define CCFILTR    W_SYSREG(3, 3, 14, 15, 7)

/* PMCR_EL0 and the filters. */
enum { E = 1, P = 2, C = 4, D = 8, X = 16, DP = 32, LC = 64, ID = 0x41033000 };
enum { NOT_EL0 = 1 << 30 };
#define NOT_EL1 (1u << 31)
#define CYCLE_COUNTER (1u << 31)

static struct bare b;

static inline void setup(void) { bare_open(&b); }
static inline void teardown(void) { bare_close(&b); }

static inline uint64_t get(uint32_t reg) { return bare_mrs(&b, reg); }
static inline void set(uint32_t reg, uint64_t value) { bare_msr(&b, reg, value); }

/* Reads `reg`, runs n - 1 NOPs, reads it again: what was counted from one MRS to the other, n instructions. */
static inline uint64_t counted(uint32_t reg, unsigned n)
{
    gpa_t at = BARE_CODE;
    BARE_PUT(&b, at, W_MRS | reg | 1);
    for (unsigned i = 1; i < n; i++)
        BARE_PUT(&b, at += 4, W_NOP);
    BARE_PUT(&b, at + 4, W_MRS | reg | 2, W_HVC);
    ck_assert_int_eq(bare_run(&b, BARE_CODE), BARE_STOPPED);
    return b.cpu->x[2] - b.cpu->x[1];
}

/* At EL0: the same, ended by SVC. */
static inline uint64_t counted_at_el0(uint32_t reg, unsigned n)
{
    gpa_t at = USER_CODE;
    BARE_PUT(&b, at, W_MRS | reg | 1);
    for (unsigned i = 1; i < n; i++)
        BARE_PUT(&b, at += 4, W_NOP);
    BARE_PUT(&b, at + 4, W_MRS | reg | 2, W_SVC);
    ck_assert_int_eq(bare_run_el0(&b, USER_CODE), LOWER);
    ck_assert_uint_eq(b.cpu->esr_el1 >> 26, 0x15);
    return b.cpu->x[2] - b.cpu->x[1];
}

static inline void user_space(void)
{
    gpa_t root = bare_mmu_on(&b);
    bare_map(&b, root, USER_CODE, USER_CODE, 12, BARE_USER | BARE_READ_ONLY);
}

#endif
