/* SPDX-License-Identifier: MIT */
/* The performance monitors' registers, through instructions on a bare core. Catches: a value that is written and comes back otherwise, a
   right of EL0 that PMUSERENR_EL0 does not give, values of a hostile guest that hang or end the run. */
#include "tests/cpu/arm64/pmu_fixture.h"

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

Suite *test_suite(void)
{
    Suite *suite = suite_create("pmu");
    TCase *t = tcase_create("pmu");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, the_core_says_that_it_has_a_pmu_of_six_counters);
    tcase_add_test(t, the_common_events_are_those_of_the_cortex_a53);
    tcase_add_test(t, registers_keep_their_bits_and_no_others);
    tcase_add_test(t, pairs_of_set_and_clear_registers_are_one);
    tcase_add_test(t, the_selected_counter_is_the_one_that_pmselr_names);
    tcase_add_test(t, a_counter_that_is_not_there_reads_as_zero);
    tcase_add_test(t, what_cannot_be_written_or_read_is_undefined);
    tcase_add_test(t, pmuserenr_decides_what_el0_may_do);
    tcase_add_test(t, what_belongs_to_el1_is_undefined_at_el0_whatever_its_rights);
    tcase_add_test(t, random_writes_do_no_harm);
    suite_add_tcase(suite, t);
    return suite;
}
