/* SPDX-License-Identifier: MIT */
/* Catches: a full table of spreads that nobody empties (every block after that was replayed for ever), one spread with two numbers,
   a part that does not fit and is cut off. */
#include "cpu/timing/breakdown.h"
#include "tests/support/support.h"

static struct breakdowns table;

static int intern(uint64_t issue, uint64_t dependency)
{
    return breakdown_intern(&table, (const uint64_t[CAUSE_COUNT]){ [CAUSE_ISSUE] = issue, [CAUSE_DEPENDENCY] = dependency });
}

START_TEST(equal_spreads_have_one_number_and_others_another)
{
    breakdown_forget(&table);
    int first = intern(1, 2), second = intern(2, 1);
    ck_assert(first >= 0 && second >= 0 && first != second);
    ck_assert_int_eq(intern(1, 2), first);
    ck_assert_uint_eq(table.cycles[second][CAUSE_ISSUE], 2);
    ck_assert_int_eq(intern(UINT16_MAX + 1, 0), BREAKDOWN_NONE);
}
END_TEST

START_TEST(a_full_table_says_so_knows_what_it_has_and_begins_again)
{
    breakdown_forget(&table);
    for (unsigned i = 0; i < BREAKDOWNS_MAX; i++)
        ck_assert_int_eq(intern(i & 255, i >> 8), (int)i);
    ck_assert_int_eq(intern(1, UINT16_MAX), BREAKDOWN_FULL);
    ck_assert_int_eq(intern(5, 0), 5);
    breakdown_forget(&table);
    ck_assert_int_eq(intern(1, UINT16_MAX), 0);
    ck_assert_int_eq(intern(5, 0), 1);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("breakdown");
    TCase *t = tcase_create("breakdown");
    tcase_add_test(t, equal_spreads_have_one_number_and_others_another);
    tcase_add_test(t, a_full_table_says_so_knows_what_it_has_and_begins_again);
    suite_add_tcase(s, t);
    return s;
}
