/* SPDX-License-Identifier: MIT */
/* The performance monitors with the timing model. Catches: a register that says otherwise than -stats, an event without a meaning, an
   overflow that interrupts late, counting that changes what is counted. */
#include "cpu/arm64/mmu.h"
#include "cpu/timing/timing.h"
#include "tests/cpu/arm64/pmu_fixture.h"

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
    Suite *suite = suite_create("pmu timing");
    TCase *t = tcase_create("pmu");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, every_event_counts_what_the_statistics_say);
    tcase_add_test(t, every_event_counts_what_the_statistics_say_in_the_reference_mode);
    tcase_add_test(t, the_table_of_events_is_complete);
    tcase_add_test(t, an_event_of_the_model_interrupts_soon_after_its_overflow);
    tcase_add_test(t, to_count_does_not_change_what_is_counted);
    suite_add_tcase(suite, t);
    return suite;
}
