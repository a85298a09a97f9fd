/* SPDX-License-Identifier: MIT */
/* Catches: a predictor that does not learn what its kind can learn, learns what it cannot, lets branches that mostly go different
   ways spoil each other where it should not, or is not as new after reset. */
#include "cpu/timing/predictor.h"

#include "cpu/timing/model.h"
#include "tests/support/support.h"

enum { BRANCH = 0x40001000, TURNS = 400 };

static struct predictor make(const char *overrides)
{
    struct core_settings settings = model_find("cortex-a53", "pi3", NULL)->settings;
    struct predictor p;
    struct error err = { "" };
    ck_assert_msg(model_override(&settings, overrides, &err) == 0, "%s", err.text);
    predictor_init(&p, &settings);
    return p;
}

/* Mistakes in the last half of TURNS of a branch whose direction is a letter of the pattern, T or N, in turn. */
static unsigned mistakes(const char *overrides, const char *pattern)
{
    struct predictor p = make(overrides);
    size_t length = strlen(pattern);
    unsigned count = 0;
    for (unsigned i = 0; i < TURNS; i++)
        count += predictor_conditional(&p, BRANCH, pattern[i % length] == 'T') == OUTCOME_MISPREDICTED && i >= TURNS / 2;
    predictor_free(&p);
    return count;
}

START_TEST(every_kind_learns_what_it_can)
{
    static const struct {
        const char *kind, *pattern;
        unsigned mistakes;
    } rows[] = {
        { "predictor=none", "N", 0 }, { "predictor=none", "T", TURNS / 2 },
        { "predictor=local", "N", 0 }, { "predictor=local", "T", 0 },
        { "predictor=local", "TTTN", TURNS / 8 },                            /* a loop of four: its end each time */
        { "predictor=global,predictor.history=0", "TTTN", TURNS / 8 },       /* without a history it is local */
        { "predictor=global,predictor.history=4", "TTTN", 0 }, { "predictor=global,predictor.history=8", "TTNTNNN", 0 },
        { "predictor=bi-mode,predictor.history=0", "TTTN", TURNS / 8 },
        { "predictor=bi-mode,predictor.history=4", "TTTN", 0 }, { "predictor=bi-mode", "TTTTTTTTTTN", 0 },
        { "predictor=bi-mode", "N", 0 }, { "predictor=bi-mode", "T", 0 },
    };
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
        ck_assert_msg(mistakes(rows[i].kind, rows[i].pattern) == rows[i].mistakes, "%s, %s: %u", rows[i].kind, rows[i].pattern,
                      mistakes(rows[i].kind, rows[i].pattern));
}
END_TEST

/* Two branches that find the same counters of direction, behind a history that tells nothing; one is always taken, one never. */
static unsigned mistakes_of_two(const char *overrides)
{
    struct predictor p = make(overrides);
    gva_t other = BRANCH + 4 * 16;
    unsigned count = 0;
    for (unsigned i = 0; i < TURNS; i++) {
        p.history = 0;
        unsigned wrong = predictor_conditional(&p, BRANCH, true) == OUTCOME_MISPREDICTED;
        p.history = 16;
        wrong += predictor_conditional(&p, other, false) == OUTCOME_MISPREDICTED;
        count += i >= TURNS / 2 ? wrong : 0;
    }
    predictor_free(&p);
    return count;
}

START_TEST(branches_that_go_different_ways_spoil_each_other_only_where_no_choice_keeps_them_apart)
{
    ck_assert_uint_ge(mistakes_of_two("predictor=global,predictor.history=8"), TURNS / 2);
    ck_assert_uint_eq(mistakes_of_two("predictor=bi-mode,predictor.history=8"), 0);
}
END_TEST

/* A random word of directions, again and again: what the last 16 were tells where in it one is, what the last 3 were does not. */
START_TEST(a_longer_history_than_the_index_has_bits_still_tells_more)
{
    const char *random = "TNNTTTNTNNNNTTNTNTTTTNNT";
    ck_assert_uint_eq(mistakes("predictor=bi-mode,predictor.entries=1024,predictor.history=16", random), 0);
    ck_assert_uint_gt(mistakes("predictor=bi-mode,predictor.entries=1024,predictor.history=3", random), TURNS / 16);
}
END_TEST

START_TEST(a_branch_that_is_taken_twice_running_finds_its_target_only_if_that_was_predicted)
{
    struct predictor p = make("predictor=bi-mode");
    ck_assert_uint_eq(predictor_conditional(&p, BRANCH, true), OUTCOME_MISPREDICTED);
    for (unsigned i = 0; i < TURNS; i++)
        predictor_conditional(&p, BRANCH, true);
    ck_assert_uint_eq(predictor_conditional(&p, BRANCH, true), OUTCOME_TARGET_HIT);
    ck_assert_uint_eq(predictor_taken(&p, BRANCH + 32), OUTCOME_TAKEN);
    ck_assert_uint_eq(predictor_conditional(&p, BRANCH, true), OUTCOME_TAKEN);
    ck_assert_uint_eq(predictor_conditional(&p, BRANCH, false), OUTCOME_MISPREDICTED);
    predictor_free(&p);
}
END_TEST

START_TEST(after_reset_it_is_as_new)
{
    struct predictor p = make("predictor=bi-mode"), fresh = make("predictor=bi-mode");
    uint64_t seed = 1;
    for (unsigned i = 0; i < 100000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        predictor_conditional(&p, BRANCH + (seed >> 60) * 4, seed >> 40 & 1);
        predictor_call(&p, seed);
        predictor_indirect(&p, BRANCH + (seed >> 62) * 4, seed >> 8);
    }
    ck_assert_uint_ne(predictor_hash(&p), predictor_hash(&fresh));
    predictor_reset(&p);
    ck_assert_uint_eq(predictor_hash(&p), predictor_hash(&fresh));
    predictor_free(&p);
    predictor_free(&fresh);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("predictor");
    TCase *t = tcase_create("predictor");
    tcase_add_test(t, every_kind_learns_what_it_can);
    tcase_add_test(t, branches_that_go_different_ways_spoil_each_other_only_where_no_choice_keeps_them_apart);
    tcase_add_test(t, a_longer_history_than_the_index_has_bits_still_tells_more);
    tcase_add_test(t, a_branch_that_is_taken_twice_running_finds_its_target_only_if_that_was_predicted);
    tcase_add_test(t, after_reset_it_is_as_new);
    suite_add_tcase(s, t);
    return s;
}
