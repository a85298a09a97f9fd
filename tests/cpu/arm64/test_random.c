/* SPDX-License-Identifier: MIT */
/* Every row of insns.def, words out of all 2^32, and whole programs, from random states, compared with QEMU's Cortex-A53.
   Catches: a wrong result or flag of any instruction, an allocated word refused, an unallocated one that does something, a
   wrong picture, and what only shows between instructions: fused compares, chained blocks, blocks across pages, a wrong
   register file slot. */
#include <stdio.h>

#include "base/types.h"
#include "cpu/arm64/decode.h"
#include "tests/cpu/arm64/oracle.h"
#include "tests/cpu/arm64/random_code.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

/* Instructions compared by each of the three tests; `make check-long` does more. */
enum { SHARE = 70000, LONG_FACTOR = 48, PROGRAM_MEAN = 25 };

static unsigned share(void)
{
    return (unsigned)trials(SHARE, LONG_FACTOR);
}

static unsigned long compared;

static void make_row(struct oracle_case *c, uint64_t *seed, unsigned index, const void *arg)
{
    (void)arg;
    while (!random_code_single(c, seed, index % insn_row_count))
        index++;
    compared++;
}

static void make_word(struct oracle_case *c, uint64_t *seed, unsigned index, const void *arg)
{
    (void)index, (void)arg;
    while (!random_code_word(c, seed))
        ;
    compared++;
}

static void make_program(struct oracle_case *c, uint64_t *seed, unsigned index, const void *arg)
{
    (void)index, (void)arg;
    random_code_program(c, seed);
    compared += c->count;
}

static void run(unsigned cases, uint64_t seed, oracle_maker *make)
{
    compared = 0;
    int differences = oracle_differences(cases, seed, make, NULL, 0);
    if (differences >= 0)
        printf("note: %lu instructions compared\n", compared);
    fflush(stdout);
    ck_assert_int_le(differences, 0);
}

START_TEST(words_of_every_row_end_as_in_qemu)
{
    run(share(), 101, make_row);
}
END_TEST

START_TEST(words_out_of_all_end_as_in_qemu)
{
    run(share(), 102, make_word);
}
END_TEST

START_TEST(random_programs_end_as_in_qemu)
{
    run(share() / PROGRAM_MEAN, 103, make_program);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("random");
    TCase *t = tcase_create("random");
    decode_init();
    tcase_set_timeout(t, 3600);
    tcase_add_test(t, words_of_every_row_end_as_in_qemu);
    tcase_add_test(t, words_out_of_all_end_as_in_qemu);
    tcase_add_test(t, random_programs_end_as_in_qemu);
    suite_add_tcase(s, t);
    return s;
}
