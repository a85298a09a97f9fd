/* SPDX-License-Identifier: MIT */
/* The performance monitors, through instructions on a bare core: first without a timing model, where a cycle is an instruction, then
   with it. Catches: a
   counter that counts while it is off, or the wrong exception level, or forgets; a value that is written and comes back
   otherwise; an overflow that is not told, told early, told twice or never; a right of EL0 that PMUSERENR_EL0 does not give;
   values of a hostile guest that hang or end the run. */
#include "base/bits.h"
#include "cpu/arm64/core.h"
#include "cpu/arm64/mmu.h"
#include "cpu/arm64/pmu_events.h"
#include "cpu/timing/timing.h"
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

static void setup(void) { bare_open(&b); }
static void teardown(void) { bare_close(&b); }

static uint64_t get(uint32_t reg) { return bare_mrs(&b, reg); }
static void set(uint32_t reg, uint64_t value) { bare_msr(&b, reg, value); }

/* Reads `reg`, runs n - 1 NOPs, reads it again: what was counted from one MRS to the other, n instructions. */
static uint64_t counted(uint32_t reg, unsigned n)
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
static uint64_t counted_at_el0(uint32_t reg, unsigned n)
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

static void user_space(void)
{
    gpa_t root = bare_mmu_on(&b);
    bare_map(&b, root, USER_CODE, USER_CODE, 12, BARE_USER | BARE_READ_ONLY);
}

/* ---- registers ---- */

START_TEST(the_core_says_that_it_has_a_pmu_of_six_counters)
{
    ck_assert_uint_eq(get(W_SYSREG(3, 0, 0, 5, 0)) >> 8 & 15, 1);
    ck_assert_uint_eq(get(PMCR), ID);
    ck_assert_uint_eq(get(PMCR) >> 11 & 31, 6);
}
END_TEST

START_TEST(the_common_events_are_those_of_the_cortex_a53)
{
    ck_assert_uint_eq(get(CEID0), 0x67ffbfff);   /* TRM table 12-6, with an L2 cache */
    ck_assert_uint_eq(get(CEID1), 0);
}
END_TEST

START_TEST(registers_keep_their_bits_and_no_others)
{
    static const struct { uint32_t reg; uint64_t bits; } rows[] = {
        { PMCR, D | X | DP | LC }, { SELR, 31 }, { USERENR, 15 }, { CCFILTR, 0xc0000000 }, { CCNTR, UINT64_MAX },
        { EVCNTR(0), UINT32_MAX }, { EVCNTR(5), UINT32_MAX }, { EVTYPER(0), 0xc00003ff }, { EVTYPER(5), 0xc00003ff },
    };
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        set(rows[i].reg, rows[i].reg == PMCR ? ~(uint64_t)(E | P | C) : UINT64_MAX);
        ck_assert_uint_eq(get(rows[i].reg) & ~(uint64_t)(rows[i].reg == PMCR ? ID : 0), rows[i].bits);
        set(rows[i].reg, 0);
        ck_assert_uint_eq(get(rows[i].reg) & ~(uint64_t)(rows[i].reg == PMCR ? ID : 0), 0);
    }
}
END_TEST

START_TEST(pairs_of_set_and_clear_registers_are_one)
{
    static const uint32_t pairs[][2] = { { CNTENSET, CNTENCLR }, { OVSSET, OVSCLR }, { INTENSET, INTENCLR } };
    for (unsigned i = 0; i < ARRAY_SIZE(pairs); i++) {
        set(pairs[i][0], UINT64_MAX);
        ck_assert_uint_eq(get(pairs[i][0]), 0x8000003f);
        ck_assert_uint_eq(get(pairs[i][1]), 0x8000003f);
        set(pairs[i][1], 0xfffffffeull << 32 | 0x80000005);
        ck_assert_uint_eq(get(pairs[i][0]), 0x0000003a);
        set(pairs[i][0], 1);
        ck_assert_uint_eq(get(pairs[i][1]), 0x0000003b);
        set(pairs[i][1], UINT64_MAX);
        ck_assert_uint_eq(get(pairs[i][0]), 0);
    }
}
END_TEST

START_TEST(the_selected_counter_is_the_one_that_pmselr_names)
{
    for (unsigned i = 0; i < 6; i++) {
        set(SELR, i);
        set(XEVTYPER, 0x100 + i);
        set(XEVCNTR, 1000 + i);
        ck_assert_uint_eq(get(EVTYPER(i)), 0x100 + i);
        ck_assert_uint_eq(get(EVCNTR(i)), 1000 + i);
        ck_assert_uint_eq(get(XEVTYPER), 0x100 + i);
        ck_assert_uint_eq(get(XEVCNTR), 1000 + i);
    }
    set(SELR, 31);
    set(XEVTYPER, UINT64_MAX);
    ck_assert_uint_eq(get(CCFILTR), 0xc0000000);
}
END_TEST

START_TEST(a_counter_that_is_not_there_reads_as_zero)
{
    for (unsigned i = 6; i < 32; i++) {
        set(SELR, i);
        set(XEVCNTR, 77);
        ck_assert_uint_eq(get(XEVCNTR), 0);
        if (i != 31) {
            set(XEVTYPER, 77);
            ck_assert_uint_eq(get(XEVTYPER), 0);
        }
    }
    ck_assert_uint_eq(get(CCNTR), 0);
}
END_TEST

START_TEST(what_cannot_be_written_or_read_is_undefined)
{
    static const uint32_t words[] = { W_MSR | CEID0, W_MSR | CEID1, W_MRS | SWINC, W_MRS | EVCNTR(6), W_MSR | EVTYPER(7),
                                      W_MRS | W_SYSREG(3, 3, 14, 11, 6) };
    for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
        ck_assert_int_eq(BARE_RUN(&b, words[i]), 0x200);
        ck_assert_uint_eq(b.cpu->esr_el1, 1u << 25);
    }
}
END_TEST

/* ---- counting ---- */

START_TEST(nothing_counts_out_of_reset)
{
    ck_assert_uint_eq(counted(CCNTR, 50), 0);
    set(PMCR, E);
    ck_assert_uint_eq(counted(CCNTR, 50), 0);
    set(PMCR, 0);
    set(CNTENSET, UINT32_MAX);
    ck_assert_uint_eq(counted(CCNTR, 50), 0);
    ck_assert_uint_eq(counted(EVCNTR(3), 50), 0);
}
END_TEST

START_TEST(cycles_and_instructions_are_counted_to_the_last)
{
    set(EVTYPER(0), PMU_INST_RETIRED);
    set(EVTYPER(1), PMU_CPU_CYCLES);
    set(EVTYPER(2), PMU_BUS_CYCLES);
    set(CNTENSET, CYCLE_COUNTER | 7);
    set(PMCR, E | LC);
    for (unsigned n = 1; n < 200; n += 33) {
        ck_assert_uint_eq(counted(CCNTR, n), n);
        for (unsigned i = 0; i < 3; i++)
            ck_assert_uint_eq(counted(EVCNTR(i), n), n);
    }
}
END_TEST

START_TEST(a_counter_stops_where_it_is_switched_off_and_goes_on_from_there)
{
    set(EVTYPER(4), PMU_INST_RETIRED);
    set(CNTENSET, 1 << 4);
    b.cpu->x[3] = E;
    b.cpu->x[4] = 0;
    BARE_PUT(&b, BARE_CODE, W_MSR | PMCR | 3, W_NOP, W_NOP, W_MSR | PMCR | 4, W_NOP, W_NOP, W_NOP, W_HVC);
    ck_assert_int_eq(bare_run(&b, BARE_CODE), BARE_STOPPED);
    ck_assert_uint_eq(get(EVCNTR(4)), 3);   /* behind one MSR to the end of the other */
    ck_assert_int_eq(bare_run(&b, BARE_CODE), BARE_STOPPED);
    ck_assert_uint_eq(get(EVCNTR(4)), 6);
}
END_TEST

START_TEST(pmcr_resets_event_counters_and_the_cycle_counter_apart)
{
    set(EVCNTR(0), 5);
    set(EVCNTR(5), 6);
    set(CCNTR, 7);
    set(OVSSET, 3);
    set(PMCR, P);
    ck_assert_uint_eq(get(EVCNTR(0)) | get(EVCNTR(5)), 0);
    ck_assert_uint_eq(get(CCNTR), 7);
    set(EVCNTR(0), 5);
    set(PMCR, C);
    ck_assert_uint_eq(get(CCNTR), 0);
    ck_assert_uint_eq(get(EVCNTR(0)), 5);
    ck_assert_uint_eq(get(OVSSET), 3);      /* not the overflows */
    ck_assert_uint_eq(get(PMCR), ID);       /* P and C read as zero */
}
END_TEST

START_TEST(filters_choose_the_exception_level)
{
    static const struct { uint64_t filter; bool el0, el1; } rows[] = {
        { 0, true, true }, { NOT_EL0, false, true }, { NOT_EL1, true, false }, { NOT_EL1 | NOT_EL0, false, false } };
    static const struct { uint32_t count, type; unsigned event; } counters[] = {
        { CCNTR, CCFILTR, 0 }, { EVCNTR(2), EVTYPER(2), PMU_INST_RETIRED }, { EVCNTR(3), EVTYPER(3), PMU_CPU_CYCLES } };
    user_space();
    set(USERENR, 1);
    set(CNTENSET, CYCLE_COUNTER | 0xc);
    set(PMCR, E);
    for (unsigned k = 0; k < ARRAY_SIZE(counters); k++)
        for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
            set(counters[k].type, rows[i].filter | counters[k].event);
            ck_assert_uint_eq(counted(counters[k].count, 40), rows[i].el1 ? 40 : 0);
            ck_assert_uint_eq(counted_at_el0(counters[k].count, 40), rows[i].el0 ? 40 : 0);
        }
}
END_TEST

/* The counters of one level add up with those of the other, whatever happens between. */
START_TEST(levels_add_up)
{
    user_space();
    set(USERENR, 1);
    set(EVTYPER(0), NOT_EL1 | PMU_CPU_CYCLES);
    set(EVTYPER(1), NOT_EL0 | PMU_CPU_CYCLES);
    set(EVTYPER(2), PMU_CPU_CYCLES);
    set(CNTENSET, 7);
    set(PMCR, E);
    for (unsigned i = 0; i < 10; i++) {
        counted_at_el0(EVCNTR(0), 10 + i);
        counted(EVCNTR(1), 7 * i + 1);
    }
    set(PMCR, 0);
    ck_assert_uint_eq(get(EVCNTR(0)) + get(EVCNTR(1)), get(EVCNTR(2)));
    ck_assert_uint_eq(get(EVCNTR(0)), 10 * 12 + 45);   /* with the MRS before, and the SVC */
}
END_TEST

START_TEST(the_divider_counts_every_64th_cycle_unless_the_counter_is_long)
{
    set(CNTENSET, CYCLE_COUNTER);
    set(PMCR, E | D | C);
    for (unsigned phase = 0; phase < 64; phase += 5) {
        ck_assert_uint_le(counted(CCNTR, phase + 1), 1);
        ck_assert_uint_eq(counted(CCNTR, 640), 10);
    }
    set(PMCR, E | D | LC);
    ck_assert_uint_eq(counted(CCNTR, 100), 100);
}
END_TEST

START_TEST(a_sleeping_core_counts_no_cycles)
{
    set(CNTENSET, CYCLE_COUNTER);
    set(PMCR, E);
    b.cpu->x[3] = 1000;   /* the virtual timer wakes the core; masked, so it goes on behind the WFI */
    b.cpu->x[4] = 1;
    irq_connect(&b.cpu->timer_irq[0], arm64_input, b.cpu, 0);
    tick_t before = b.clock.now;
    BARE_PUT(&b, BARE_CODE, W_MSR | W_SYSREG(3, 3, 14, 3, 0) | 3, W_MSR | W_SYSREG(3, 3, 14, 3, 1) | 4, W_MRS | CCNTR | 1, W_WFI,
             W_MRS | CCNTR | 2, W_HVC);
    ck_assert_int_eq(bare_run(&b, BARE_CODE), BARE_STOPPED);
    ck_assert_uint_gt(b.clock.now - before, 10 * TICKS_PER_SECOND / 1000000);
    ck_assert_uint_eq(b.cpu->x[2] - b.cpu->x[1], 2);
}
END_TEST

START_TEST(software_increments_count_where_they_are_asked_for)
{
    user_space();
    set(EVTYPER(0), PMU_SW_INCR);
    set(EVTYPER(1), PMU_SW_INCR | NOT_EL0);
    set(EVTYPER(2), PMU_INST_RETIRED | NOT_EL1 | NOT_EL0);
    set(USERENR, 2);
    set(CNTENSET, 0xff);
    set(SWINC, 0x3f);
    ck_assert_uint_eq(get(EVCNTR(0)), 0);   /* not enabled */
    set(PMCR, E);
    set(SWINC, 0xffffffff);
    ck_assert_uint_eq(get(EVCNTR(0)), 1);
    ck_assert_uint_eq(get(EVCNTR(1)), 1);
    ck_assert_uint_eq(get(EVCNTR(2)), 0);   /* another event */
    b.cpu->x[0] = 3;
    BARE_PUT(&b, USER_CODE, W_MSR | SWINC, W_SVC);
    ck_assert_int_eq(bare_run_el0(&b, USER_CODE), LOWER);
    ck_assert_uint_eq(b.cpu->esr_el1 >> 26, 0x15);
    ck_assert_uint_eq(get(EVCNTR(0)), 2);
    ck_assert_uint_eq(get(EVCNTR(1)), 1);   /* filtered */
}
END_TEST

START_TEST(an_event_that_does_not_exist_never_counts)
{
    for (unsigned event = 0; event < 1024; event++)
        if (pmu_events_source(event) == SOURCE_NOTHING) {
            set(EVTYPER(0), event);
            set(CNTENSET, 1);
            set(PMCR, E);
            ck_assert_uint_eq(counted(EVCNTR(0), 3), 0);
        }
}
END_TEST

/* ---- overflow ---- */

START_TEST(an_event_counter_overflows_at_32_bits_and_wraps)
{
    set(EVTYPER(1), PMU_INST_RETIRED);
    set(CNTENSET, 2);
    set(EVCNTR(1), UINT32_MAX - 10);
    b.cpu->x[3] = E;
    BARE_PUT(&b, BARE_CODE, W_MSR | PMCR | 3, W_NOP, W_NOP, W_MRS | OVSSET | 4, W_NOP, W_NOP, W_NOP, W_NOP, W_NOP, W_NOP, W_NOP,
             W_MRS | OVSSET | 5, W_MRS | EVCNTR(1) | 6, W_HVC);
    ck_assert_int_eq(bare_run(&b, BARE_CODE), BARE_STOPPED);
    ck_assert_uint_eq(b.cpu->x[4], 0);
    ck_assert_uint_eq(b.cpu->x[5], 2);      /* with this MRS the eleventh */
    ck_assert_uint_eq(b.cpu->x[6], 1);
}
END_TEST

START_TEST(the_cycle_counter_overflows_at_32_or_at_64_bits)
{
    set(CNTENSET, CYCLE_COUNTER);
    for (unsigned is_long = 0; is_long < 2; is_long++) {
        set(PMCR, E | (is_long ? LC : 0));
        set(OVSCLR, UINT32_MAX);
        set(CCNTR, UINT32_MAX - 3);
        counted(CCNTR, 20);
        ck_assert_uint_eq(get(OVSCLR), is_long ? 0 : CYCLE_COUNTER);
        ck_assert_uint_gt(get(CCNTR), UINT32_MAX);   /* no matter */
        set(OVSCLR, UINT32_MAX);
        set(CCNTR, UINT64_MAX - 3);
        counted(CCNTR, 20);
        ck_assert_uint_eq(get(OVSCLR), CYCLE_COUNTER);
        ck_assert_uint_lt(get(CCNTR), 100);
    }
}
END_TEST

/* Long runs of NOPs in one page; the interrupt is taken at the first block end at or behind the overflow. */
static uint64_t cycles_until_interrupt(void)
{
    gpa_t at = BARE_CODE + 0x2000;
    for (unsigned i = 0; i < 15; i++, at += 4)
        BARE_PUT(&b, at, W_NOP);
    BARE_PUT(&b, at, W_B | (-15 & 0x3ffffff));
    irq_connect(&b.cpu->pmu.irq, arm64_input, b.cpu, 0);
    b.cpu->daif = 0;
    uint64_t start = b.cpu->cpu.cycles;
    ck_assert_int_eq(bare_run(&b, BARE_CODE + 0x2000), 0x200 + 0x80);
    return b.cpu->cpu.cycles - start - 1;   /* without the vector's HVC */
}

START_TEST(an_overflow_interrupts_at_the_next_block_end)
{
    static const struct { uint32_t count, enable; } rows[] = {
        { CCNTR, CYCLE_COUNTER }, { EVCNTR(0), 1 }, { EVCNTR(1), 2 } };
    set(EVTYPER(0), PMU_INST_RETIRED);
    set(EVTYPER(1), PMU_CPU_CYCLES);
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
        for (unsigned left = 1; left < 5000; left += 1234) {
            set(PMCR, 0);
            set(CNTENCLR, UINT32_MAX);
            set(INTENCLR, UINT32_MAX);
            set(OVSCLR, UINT32_MAX);
            set(rows[i].count, (1ull << 32) - left - 2);   /* the ISB and the HVC of set() */
            set(CNTENSET, rows[i].enable);
            set(INTENSET, rows[i].enable);
            set(PMCR, E);
            uint64_t cycles = cycles_until_interrupt();
            ck_assert_uint_ge(cycles, left);
            ck_assert_uint_lt(cycles, left + 16);
            ck_assert_uint_eq(get(OVSSET), rows[i].enable);
        }
}
END_TEST

START_TEST(the_wire_is_high_while_an_enabled_overflow_stands)
{
    set(OVSSET, 1);
    ck_assert(!b.cpu->pmu.irq.level);
    set(INTENSET, 1);
    ck_assert(!b.cpu->pmu.irq.level);   /* PMCR.E is 0 */
    set(PMCR, E);
    ck_assert(b.cpu->pmu.irq.level);
    set(INTENCLR, 1);
    ck_assert(!b.cpu->pmu.irq.level);
    set(INTENSET, 3);
    ck_assert(b.cpu->pmu.irq.level);
    set(OVSCLR, 2);
    ck_assert(b.cpu->pmu.irq.level);
    set(OVSCLR, 1);
    ck_assert(!b.cpu->pmu.irq.level);
    set(OVSSET, CYCLE_COUNTER);
    set(INTENSET, CYCLE_COUNTER);
    ck_assert(b.cpu->pmu.irq.level);
    arm64_reset(b.cpu);
    ck_assert(!b.cpu->pmu.irq.level);
}
END_TEST

START_TEST(a_filtered_counter_overflows_by_its_own_level_only)
{
    user_space();
    irq_connect(&b.cpu->pmu.irq, arm64_input, b.cpu, 0);
    set(EVTYPER(0), NOT_EL1 | PMU_INST_RETIRED);
    set(EVCNTR(0), UINT32_MAX - 29);
    set(CNTENSET, 1);
    set(INTENSET, 1);
    set(PMCR, E);
    counted(CCNTR, 500);
    ck_assert_uint_eq(get(OVSSET), 0);
    BARE_PUT(&b, USER_CODE, W_NOP, W_NOP, W_NOP, W_SVC);
    for (unsigned i = 0; i < 6; i++) {
        ck_assert_int_eq(bare_run_el0(&b, USER_CODE), LOWER);
        counted(CCNTR, 500);
        ck_assert_uint_eq(get(OVSSET), 0);
    }
    BARE_PUT(&b, USER_CODE, W_NOP, W_NOP, W_NOP, W_NOP, W_NOP, W_B | (-5 & 0x3ffffff));
    ck_assert_int_eq(bare_run_el0(&b, USER_CODE), LOWER + 0x80);
    ck_assert_uint_eq(get(EVCNTR(0)), 0);   /* 24 before, 6 now */
    ck_assert_uint_eq(get(OVSSET), 1);
}
END_TEST

START_TEST(an_overflow_waits_while_the_core_sleeps)
{
    set(CCNTR, UINT32_MAX - 99);
    set(CNTENSET, CYCLE_COUNTER);
    set(INTENSET, CYCLE_COUNTER);
    irq_connect(&b.cpu->pmu.irq, arm64_input, b.cpu, 0);
    set(PMCR, E);
    irq_connect(&b.cpu->timer_irq[0], arm64_input, b.cpu, 1);
    b.cpu->x[3] = 1000;
    b.cpu->x[4] = 1;
    BARE_PUT(&b, BARE_CODE, W_MSR | W_SYSREG(3, 3, 14, 3, 0) | 3, W_MSR | W_SYSREG(3, 3, 14, 3, 1) | 4, W_WFI, W_MRS | OVSSET | 1,
             W_MRS | CCNTR | 2, W_HVC);
    ck_assert_int_eq(bare_run(&b, BARE_CODE), BARE_STOPPED);
    ck_assert_uint_eq(b.cpu->x[1], 0);
    ck_assert_uint_lt(b.cpu->x[2], UINT32_MAX - 80);
    ck_assert_uint_gt(b.cpu->cpu.idle_cycles, 10000);
    set(W_SYSREG(3, 3, 14, 3, 1), 0);
    uint64_t cycles = cycles_until_interrupt();
    ck_assert_uint_lt(cycles, 100);
    ck_assert_uint_ge(cycles, 80);
}
END_TEST

START_TEST(a_chained_counter_counts_the_overflows_of_the_one_before)
{
    set(EVTYPER(2), PMU_SW_INCR);
    set(EVTYPER(3), PMU_CHAIN);
    set(EVTYPER(4), PMU_CHAIN);   /* an even one never counts */
    set(CNTENSET, 0x1c);
    set(INTENSET, 8);
    set(PMCR, E);
    set(EVCNTR(2), UINT32_MAX - 1);
    set(EVCNTR(3), UINT32_MAX);
    set(SWINC, 4);
    ck_assert_uint_eq(get(OVSSET), 0);
    set(SWINC, 4);
    ck_assert_uint_eq(get(EVCNTR(2)), 0);
    ck_assert_uint_eq(get(EVCNTR(3)), 0);
    ck_assert_uint_eq(get(EVCNTR(4)), 0);
    ck_assert_uint_eq(get(OVSSET), 0xc);
    ck_assert(b.cpu->pmu.irq.level);
    set(EVTYPER(2), PMU_INST_RETIRED);
    set(EVCNTR(2), UINT32_MAX - 10);
    counted(EVCNTR(2), 30);
    ck_assert_uint_eq(get(EVCNTR(3)), 1);
}
END_TEST

START_TEST(a_pair_of_chained_counters_interrupts_when_the_pair_overflows)
{
    set(EVTYPER(0), PMU_INST_RETIRED);
    set(EVTYPER(1), PMU_CHAIN);
    set(EVCNTR(0), UINT32_MAX - 1002);
    set(EVCNTR(1), UINT32_MAX);
    set(CNTENSET, 3);
    set(INTENSET, 2);
    set(PMCR, E);
    uint64_t cycles = cycles_until_interrupt();
    ck_assert_uint_ge(cycles, 1000);
    ck_assert_uint_lt(cycles, 1017);
    ck_assert_uint_eq(get(OVSSET), 3);
}
END_TEST

/* ---- EL0 ---- */

enum { EN = 1, SW = 2, CR = 4, ER = 8 };

START_TEST(pmuserenr_decides_what_el0_may_do)
{
    static const struct { uint32_t word; unsigned rights; } rows[] = {
        { W_MRS | PMCR, EN }, { W_MSR | PMCR, EN }, { W_MRS | CNTENSET, EN }, { W_MSR | CNTENSET, EN }, { W_MRS | CNTENCLR, EN },
        { W_MSR | CNTENCLR, EN }, { W_MRS | OVSCLR, EN }, { W_MSR | OVSCLR, EN }, { W_MRS | OVSSET, EN }, { W_MSR | OVSSET, EN },
        { W_MSR | SWINC, EN | SW }, { W_MRS | SELR, EN | ER }, { W_MSR | SELR, EN | ER }, { W_MRS | CEID0, EN },
        { W_MRS | CEID1, EN }, { W_MRS | CCNTR, EN | CR }, { W_MSR | CCNTR, EN }, { W_MRS | XEVTYPER, EN },
        { W_MSR | XEVTYPER, EN }, { W_MRS | XEVCNTR, EN | ER }, { W_MSR | XEVCNTR, EN }, { W_MRS | EVCNTR(0), EN | ER },
        { W_MRS | EVCNTR(5), EN | ER }, { W_MSR | EVCNTR(5), EN }, { W_MRS | EVTYPER(0), EN }, { W_MSR | EVTYPER(5), EN },
        { W_MRS | CCFILTR, EN }, { W_MSR | CCFILTR, EN }, { W_MRS | USERENR, 0xff },
    };
    user_space();
    for (unsigned rights = 0; rights < 16; rights++)
        for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
            b.cpu->pmu.user = rights;
            b.cpu->x[0] = 0;
            BARE_PUT(&b, USER_CODE, W_NOP, rows[i].word, W_SVC);
            ck_assert_int_eq(bare_run_el0(&b, USER_CODE), LOWER);
            bool may = rights & rows[i].rights || rows[i].rights == 0xff;
            ck_assert_msg(b.cpu->esr_el1 >> 26 == (may ? 0x15 : 0x18), "%08x with rights %u: %llx", rows[i].word, rights,
                          (unsigned long long)b.cpu->esr_el1);
            if (!may)
                ck_assert_uint_eq(b.cpu->elr_el1, USER_CODE + 4);
        }
}
END_TEST

START_TEST(what_belongs_to_el1_is_undefined_at_el0_whatever_its_rights)
{
    static const uint32_t words[] = { W_MRS | INTENSET, W_MSR | INTENSET, W_MRS | INTENCLR, W_MSR | INTENCLR, W_MSR | USERENR };
    user_space();
    set(USERENR, 15);
    for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
        BARE_PUT(&b, USER_CODE, words[i], W_SVC);
        ck_assert_int_eq(bare_run_el0(&b, USER_CODE), LOWER);
        ck_assert_uint_eq(b.cpu->esr_el1 >> 26, 0);
    }
}
END_TEST

/* ---- hostile guests ---- */

/* Random writes of everything, time and sleep between them: the run goes on, flags are those that exist, and no reading is
   without an answer. */
START_TEST(random_writes_do_no_harm)
{
    static const uint32_t regs[] = { PMCR, CNTENSET, CNTENCLR, OVSCLR, SWINC, SELR, CCNTR, XEVTYPER, XEVCNTR, USERENR, OVSSET,
                                     INTENSET, INTENCLR, EVCNTR(0), EVCNTR(1), EVCNTR(4), EVCNTR(5), EVTYPER(0), EVTYPER(1),
                                     EVTYPER(2), EVTYPER(5), CCFILTR };
    uint64_t seed = 1;
    user_space();
    for (unsigned i = 0; i < 4000; i++) {
        seed = seed * 6364136223846793005ull + 1442695040888963407ull;
        uint64_t value = seed >> 20;
        switch (seed >> 60) {
        case 0: case 1: case 2: value = UINT64_MAX; break;
        case 3: case 4: value = UINT32_MAX - (value & 31); break;
        case 5: case 6: value &= 0xc000001f; break;
        case 7: value = PMU_CHAIN; break;
        case 8: value = PMU_INST_RETIRED | (value & 0xc0000000); break;
        }
        set(regs[(seed >> 33) % ARRAY_SIZE(regs)], value);
        if (i % 16 == 0)
            BARE_RUN(&b, W_WFI);
        if (i % 7 == 0) {
            BARE_PUT(&b, USER_CODE, W_NOP, W_NOP, W_SVC);
            ck_assert_int_eq(bare_run_el0(&b, USER_CODE), LOWER);
        }
        ck_assert_uint_eq(get(OVSSET) & ~0x8000003full, 0);
        ck_assert_uint_le(get(EVCNTR(i % 6)), UINT32_MAX);
    }
}
END_TEST

/* ---- with the timing model: what the registers say is what -stats says ---- */

enum { USER_DATA = BARE_DATA, USER_PAGES = 16, ROUNDS = 8000 };

static void keep_time(enum timing_mode mode)
{
    struct error err;
    const struct core_model *model = model_find("cortex-a53", NULL, &err);
    ck_assert_ptr_nonnull(model);
    gpa_t root = bare_mmu_on(&b);
    bare_map(&b, root, USER_CODE, USER_CODE, 12, BARE_USER | BARE_READ_ONLY);
    for (unsigned i = 0; i < USER_PAGES; i++)
        bare_map(&b, root, USER_DATA + 4096 * i, USER_DATA + 4096 * i, 12, BARE_USER);
    mmu_flush_all(b.cpu);
    arm64_set_core(b.cpu, model);
    arm64_keep_time(b.cpu, mode);
}

/* Loads, stores, calls, returns and branches at EL0, over more data than fits in L1; SVC ends it. */
static int run_user_program(void)
{
    BARE_PUT(&b, USER_CODE, W_LDR_POST8 | W_RN(1) | 2, W_STR | W_RN(3) | 2, 0x94000000 | 5 /* BL */,
             W_SUB_IMM | W_IMM12(1) | W_RN(4) | 4, W_CBNZ | (-4 & 0x7ffff) << 5 | 4, W_SVC, W_NOP, W_RET | W_RN(30));
    b.cpu->x[1] = b.cpu->x[3] = USER_DATA;
    b.cpu->x[4] = ROUNDS;
    return bare_run_el0(&b, USER_CODE);
}

/* Events and what they are sums of, by the TRM's numbers; a term is an event, or a cause of cycles. */
#define OF_CAUSE(cause) (EVENT_COUNT + CAUSE_##cause)
enum { NO_TERM = -1, TERMS = 5 };
static const struct event_sum {
    unsigned number;
    int terms[TERMS];
} sums[] = {
    { 0x01, { EVENT_L1I_MISSES, NO_TERM } }, { 0x02, { EVENT_L2_ITLB_MISSES, NO_TERM } }, { 0x03, { EVENT_L1D_REFILLS, NO_TERM } },
    { 0x04, { EVENT_L1D_ACCESSES, NO_TERM } }, { 0x05, { EVENT_L2_DTLB_MISSES, NO_TERM } }, { 0x06, { EVENT_LOADS, NO_TERM } },
    { 0x07, { EVENT_STORES, NO_TERM } }, { 0x09, { EVENT_EXCEPTIONS, NO_TERM } },
    { 0x0a, { EVENT_RETURNS_FROM_EXCEPTION, NO_TERM } }, { 0x0b, { EVENT_CONTEXT_WRITES, NO_TERM } },
    { 0x0c, { EVENT_BRANCHES_CONDITIONAL, EVENT_BRANCHES_DIRECT, EVENT_BRANCHES_RETURN, EVENT_BRANCHES_INDIRECT,
              EVENT_RETURNS_FROM_EXCEPTION } },
    { 0x0d, { EVENT_BRANCHES_CONDITIONAL, EVENT_BRANCHES_DIRECT, NO_TERM } }, { 0x0f, { EVENT_UNALIGNED, NO_TERM } },
    { 0x10, { EVENT_MISPREDICTED_CONDITIONAL, EVENT_MISPREDICTED_RETURN, EVENT_MISPREDICTED_INDIRECT, NO_TERM } },
    { 0x12, { EVENT_BRANCHES_CONDITIONAL, EVENT_BRANCHES_DIRECT, EVENT_BRANCHES_RETURN, EVENT_BRANCHES_INDIRECT, NO_TERM } },
    { 0x13, { EVENT_L1D_ACCESSES, EVENT_DEVICE_ACCESSES, NO_TERM } }, { 0x14, { EVENT_L1I_ACCESSES, NO_TERM } },
    { 0x15, { EVENT_L1D_WRITEBACKS, NO_TERM } }, { 0x16, { EVENT_L2_ACCESSES, NO_TERM } }, { 0x17, { EVENT_L2_MISSES, NO_TERM } },
    { 0x18, { EVENT_L2_WRITEBACKS, NO_TERM } }, { 0x19, { EVENT_BUS_ACCESSES, NO_TERM } }, { 0x60, { EVENT_DRAM_READS, NO_TERM } },
    { 0x61, { EVENT_DRAM_WRITES, NO_TERM } }, { 0x7a, { EVENT_BRANCHES_RETURN, EVENT_BRANCHES_INDIRECT, NO_TERM } },
    { 0x86, { EVENT_IRQS, NO_TERM } }, { 0x87, { EVENT_FIQS, NO_TERM } }, { 0xc0, { EVENT_BUS_ACCESSES, NO_TERM } },
    { 0xc1, { EVENT_DEVICE_ACCESSES, NO_TERM } }, { 0xc2, { EVENT_L1D_PREFETCHES, NO_TERM } },
    { 0xc8, { EVENT_SNOOPED_LINES, NO_TERM } },
    { 0xc9, { EVENT_BRANCHES_CONDITIONAL, NO_TERM } }, { 0xca, { EVENT_MISPREDICTED_RETURN, EVENT_MISPREDICTED_INDIRECT, NO_TERM } },
    { 0xcb, { EVENT_MISPREDICTED_RETURN, EVENT_MISPREDICTED_INDIRECT, NO_TERM } },
    { 0xcc, { EVENT_MISPREDICTED_CONDITIONAL, NO_TERM } }, { 0xe0, { OF_CAUSE(FETCH), OF_CAUSE(MISPREDICT), NO_TERM } },
    { 0xe1, { OF_CAUSE(L1I), NO_TERM } }, { 0xe2, { OF_CAUSE(ITLB), NO_TERM } },
    { 0xe4, { OF_CAUSE(DEPENDENCY), OF_CAUSE(UNIT), NO_TERM } }, { 0xe7, { OF_CAUSE(L2), OF_CAUSE(DRAM), NO_TERM } },
    { 0xe8, { OF_CAUSE(STORE), NO_TERM } },
};

static uint64_t told_by_stats(const struct counters *s, unsigned number, unsigned level)
{
    uint64_t sum = 0;
    if (number == PMU_INST_RETIRED)
        return s->instructions[level];
    for (unsigned cause = 0; number == PMU_CPU_CYCLES && cause < CAUSE_COUNT; cause++)
        sum += cause == CAUSE_IDLE ? 0 : s->cycles[level][cause];
    for (unsigned i = 0; i < ARRAY_SIZE(sums); i++)
        for (unsigned k = 0; sums[i].number == number && k < TERMS && sums[i].terms[k] >= 0; k++)
            sum += sums[i].terms[k] < EVENT_COUNT ? s->events[level][sums[i].terms[k]]
                                                  : s->cycles[level][sums[i].terms[k] - EVENT_COUNT];
    return sum;
}

/* Every event with every filter, over a program with both levels in it: the counters grow by exactly what the statistics do. */
static void compare_with_statistics(unsigned number)
{
    static const uint64_t filters[] = { 0, NOT_EL0, NOT_EL1, NOT_EL0 | NOT_EL1 };
    struct counters before, after;
    set(PMCR, P);
    for (unsigned i = 0; i < ARRAY_SIZE(filters); i++)
        set(EVTYPER(i), filters[i] | number);
    set(CNTENSET, 0xf);
    set(PMCR, E);
    uint64_t counts[ARRAY_SIZE(filters)];
    for (unsigned i = 0; i < ARRAY_SIZE(filters); i++)
        counts[i] = pmu_read(b.cpu, PMU_COUNT + i);
    timing_counters(b.cpu->cpu.timing, &before);
    ck_assert_int_eq(run_user_program(), LOWER);
    timing_counters(b.cpu->cpu.timing, &after);
    for (unsigned i = 0; i < ARRAY_SIZE(filters); i++) {
        uint64_t expected = 0;
        for (unsigned level = 0; level < 2; level++)
            if (!(filters[i] & (level ? NOT_EL1 : NOT_EL0)))
                expected += told_by_stats(&after, number, level) - told_by_stats(&before, number, level);
        uint64_t told = pmu_read(b.cpu, PMU_COUNT + i) - counts[i];
        ck_assert_msg(told == expected, "event %02x with filter %llx: %llu, but the statistics say %llu", number,
                      (unsigned long long)filters[i], (unsigned long long)told, (unsigned long long)expected);
    }
}

static void compare_all_with_statistics(void)
{
    compare_with_statistics(PMU_INST_RETIRED);
    compare_with_statistics(PMU_CPU_CYCLES);
    for (unsigned i = 0; i < ARRAY_SIZE(sums); i++)
        compare_with_statistics(sums[i].number);
}

START_TEST(every_event_counts_what_the_statistics_say)
{
    keep_time(TIMING_ON);
    compare_all_with_statistics();
}
END_TEST

START_TEST(every_event_counts_what_the_statistics_say_in_the_reference_mode)
{
    keep_time(TIMING_REFERENCE);
    compare_all_with_statistics();
}
END_TEST

START_TEST(the_table_of_events_is_complete)
{
    for (unsigned number = 0; number < 1024; number++) {
        bool is_expected = false;
        for (unsigned i = 0; i < ARRAY_SIZE(sums); i++)
            is_expected |= sums[i].number == number;
        ck_assert_msg((pmu_events_source(number) == SOURCE_MODEL) == is_expected, "event %02x", number);
    }
}
END_TEST

/* Interrupts of events that are counted at once and of those that memos count: in the round when it happens. */
START_TEST(an_event_of_the_model_interrupts_soon_after_its_overflow)
{
    static const struct { unsigned number, left; } rows[] = {
        { 0x03, 100 }, { 0x06, 1 }, { 0x06, 3000 }, { 0x0d, 5000 }, { 0x16, 50 }, { 0xe0, 700 }, { 0x08, 20000 }, { 0x11, 20000 } };
    keep_time(TIMING_ON);
    irq_connect(&b.cpu->pmu.irq, arm64_input, b.cpu, 0);
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        b.cpu->daif = 0xf;
        set(PMCR, P);
        set(OVSCLR, UINT32_MAX);
        set(EVTYPER(1), NOT_EL1 | rows[i].number);
        set(EVCNTR(1), (1ull << 32) - rows[i].left);
        set(CNTENSET, 2);
        set(INTENSET, 2);
        set(PMCR, E);
        int stopped = run_user_program();
        ck_assert_msg(stopped == LOWER + 0x80, "event %02x: no interrupt but %d; %llu counted", rows[i].number, stopped,
                      (unsigned long long)get(EVCNTR(1)));
        b.cpu->daif = 0xf;
        uint64_t over = get(EVCNTR(1));
        ck_assert_msg(over <= 40, "event %02x: %llu too many", rows[i].number, (unsigned long long)over);
        ck_assert_uint_eq(get(OVSSET), 2);
        set(PMCR, 0);
        set(CNTENCLR, 2);
    }
}
END_TEST

/* Nobody counts; a counter far from its overflow; one so near that the model counts at once, and looks are taken. */
START_TEST(to_count_does_not_change_what_is_counted)
{
    static const struct { uint32_t enable, start; } rows[] = { { 0, 0 }, { 1, 0 }, { 1, UINT32_MAX - 2 * ROUNDS - 10 } };
    uint64_t cycles[ARRAY_SIZE(rows)];
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        bare_close(&b);
        bare_open(&b);
        keep_time(TIMING_ON);
        set(EVTYPER(0), NOT_EL1 | 0x06);
        set(EVCNTR(0), rows[i].start);
        set(INTENSET, rows[i].enable);
        set(CNTENSET, rows[i].enable);
        set(PMCR, E);
        for (unsigned k = 0; k < 2; k++)
            ck_assert_int_eq(run_user_program(), LOWER);
        cycles[i] = b.cpu->cpu.cycles;
        ck_assert_int_eq(b.cpu->pmu.at_once, i == 2);
        ck_assert_uint_eq(get(EVCNTR(0)), rows[i].enable ? rows[i].start + 2 * ROUNDS : 0);
    }
    ck_assert_uint_eq(cycles[0], cycles[1]);
    ck_assert_uint_eq(cycles[0], cycles[2]);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("pmu");
    TCase *t = tcase_create("pmu");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, the_core_says_that_it_has_a_pmu_of_six_counters);
    tcase_add_test(t, the_common_events_are_those_of_the_cortex_a53);
    tcase_add_test(t, registers_keep_their_bits_and_no_others);
    tcase_add_test(t, pairs_of_set_and_clear_registers_are_one);
    tcase_add_test(t, the_selected_counter_is_the_one_that_pmselr_names);
    tcase_add_test(t, a_counter_that_is_not_there_reads_as_zero);
    tcase_add_test(t, what_cannot_be_written_or_read_is_undefined);
    tcase_add_test(t, nothing_counts_out_of_reset);
    tcase_add_test(t, cycles_and_instructions_are_counted_to_the_last);
    tcase_add_test(t, a_counter_stops_where_it_is_switched_off_and_goes_on_from_there);
    tcase_add_test(t, pmcr_resets_event_counters_and_the_cycle_counter_apart);
    tcase_add_test(t, filters_choose_the_exception_level);
    tcase_add_test(t, levels_add_up);
    tcase_add_test(t, the_divider_counts_every_64th_cycle_unless_the_counter_is_long);
    tcase_add_test(t, a_sleeping_core_counts_no_cycles);
    tcase_add_test(t, software_increments_count_where_they_are_asked_for);
    tcase_add_test(t, an_event_that_does_not_exist_never_counts);
    tcase_add_test(t, an_event_counter_overflows_at_32_bits_and_wraps);
    tcase_add_test(t, the_cycle_counter_overflows_at_32_or_at_64_bits);
    tcase_add_test(t, an_overflow_interrupts_at_the_next_block_end);
    tcase_add_test(t, the_wire_is_high_while_an_enabled_overflow_stands);
    tcase_add_test(t, a_filtered_counter_overflows_by_its_own_level_only);
    tcase_add_test(t, an_overflow_waits_while_the_core_sleeps);
    tcase_add_test(t, a_chained_counter_counts_the_overflows_of_the_one_before);
    tcase_add_test(t, a_pair_of_chained_counters_interrupts_when_the_pair_overflows);
    tcase_add_test(t, pmuserenr_decides_what_el0_may_do);
    tcase_add_test(t, what_belongs_to_el1_is_undefined_at_el0_whatever_its_rights);
    tcase_add_test(t, random_writes_do_no_harm);
    tcase_add_test(t, every_event_counts_what_the_statistics_say);
    tcase_add_test(t, every_event_counts_what_the_statistics_say_in_the_reference_mode);
    tcase_add_test(t, the_table_of_events_is_complete);
    tcase_add_test(t, an_event_of_the_model_interrupts_soon_after_its_overflow);
    tcase_add_test(t, to_count_does_not_change_what_is_counted);
    suite_add_tcase(s, t);
    return s;
}
