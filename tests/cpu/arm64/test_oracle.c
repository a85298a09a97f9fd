/* SPDX-License-Identifier: MIT */
/* Catches: a harness that sees no difference where there is one, loses state on its way, or does not survive a fault. */
#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "tests/cpu/arm64/oracle.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

enum { ADD_V3_V1_V2_16B = 0x4e228423, LDR_X0_X1 = 0xf9400020, UDF = 0 };

/* LDR X5 from the first data words. */
enum { LITERAL_X5 = 0x58000005 | (ORACLE_SLOT_DATA - ORACLE_SLOT_INSNS) / 4 << 5 };

static void make_add(struct oracle_case *c, uint64_t *seed, unsigned index, const void *arg)
{
    (void)index, (void)arg;
    oracle_random_state(&c->start, seed);
    c->insn[0] = ADD_V3_V1_V2_16B;
}

static void make_any_add(struct oracle_case *c, uint64_t *seed, unsigned index, const void *arg)
{
    (void)index, (void)arg;
    oracle_random_state(&c->start, seed);
    c->insn[0] = oracle_word(seed, oracle_row("v_add"));
}

START_TEST(random_vector_adds_are_the_same_in_qemu_and_here)
{
    ck_assert_int_le(oracle_differences((unsigned)trials(20000, 1), 1, make_any_add, NULL, 0), 0);
}
END_TEST

START_TEST(qemu_returns_all_state_and_reports_undefined_words_and_faults)
{
    static struct oracle_case cases[4];
    static struct oracle_state ends[4];
    uint64_t seed = 7;
    for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
        oracle_random_state(&cases[i].start, &seed);
        for (unsigned k = 0; k < ORACLE_INSNS; k++)
            cases[i].insn[k] = 0xd503201f;
        cases[i].count = 1;
    }
    cases[0].data[0] = 0x12345678;
    cases[0].insn[0] = LITERAL_X5;
    cases[1].insn[0] = UDF;
    cases[2].insn[0] = LDR_X0_X1;
    cases[2].start.x[1] = ORACLE_PAGES_VA + ORACLE_PAGES_SIZE - 4;
    cases[3].insn[0] = LDR_X0_X1;
    cases[3].start.x[1] = ORACLE_MEMORY_VA + 3;
    if (oracle_differences(0, 1, NULL, NULL, 0) < 0)
        return;
    ck_assert(oracle_run_qemu(cases, ARRAY_SIZE(cases), ends));

    struct oracle_state expected = cases[0].start;
    expected.x[5] = 0x12345678;
    ck_assert_mem_eq(&ends[0], &expected, sizeof expected);
    for (unsigned i = 1; i < 3; i++) {
        expected = cases[i].start;
        expected.outcome = i == 1 ? ORACLE_UNDEFINED : ORACLE_FAULT;
        ck_assert_mem_eq(&ends[i], &expected, sizeof expected);
    }
    expected = cases[3].start;
    expected.x[0] = ld_le64(expected.memory + 3);
    ck_assert_mem_eq(&ends[3], &expected, sizeof expected);
}
END_TEST

static void make_wrong(struct oracle_case *c, uint64_t *seed, unsigned index, const void *arg)
{
    make_add(c, seed, index, arg);
    c->start.v[1][0] = c->start.v[2][0] = 1;
    if (index == 2)
        c->insn[1] = ADD_V3_V1_V2_16B | 3 << 5;   /* v3 += v2, which our core is not told of: count stays 1 */
}

START_TEST(one_different_case_is_counted_as_one)
{
    printf("one difference is to be shown:\n");
    int n = oracle_differences(4, 1, make_wrong, NULL, 0);
    ck_assert(n == 1 || n == -1);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("oracle");
    TCase *t = tcase_create("oracle");
    tcase_set_timeout(t, 1200);
    tcase_add_test(t, random_vector_adds_are_the_same_in_qemu_and_here);
    tcase_add_test(t, qemu_returns_all_state_and_reports_undefined_words_and_faults);
    tcase_add_test(t, one_different_case_is_counted_as_one);
    suite_add_tcase(s, t);
    return s;
}
