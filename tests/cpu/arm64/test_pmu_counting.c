/* SPDX-License-Identifier: MIT */
/* What the performance monitors count without a timing model, where a cycle is an instruction. Catches: a counter that counts while it is
   off, or the wrong exception level, or forgets; an overflow that is not told, told early, told twice or never. */
#include "base/bits.h"
#include "tests/cpu/arm64/pmu_fixture.h"

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

Suite *test_suite(void)
{
    Suite *suite = suite_create("pmu counting");
    TCase *t = tcase_create("pmu");
    tcase_add_checked_fixture(t, setup, teardown);
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
    suite_add_tcase(suite, t);
    return suite;
}
