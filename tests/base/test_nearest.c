/* SPDX-License-Identifier: MIT */
/* Catches: hints that name the wrong option, hints for words that resemble nothing, overruns on long words. */
#include <string.h>

#include "base/nearest.h"
#include "tests/support/support.h"

static const char *const options[] = { "-kernel", "-initrd", "-append", "-drive", "-display", "-m" };

static const char *hint(const char *word)
{
    return nearest_word(word, options, ARRAY_SIZE(options));
}

START_TEST(one_mistake_of_each_kind_finds_the_word)
{
    ck_assert_str_eq(hint("-kernel"), "-kernel");
    ck_assert_str_eq(hint("-kernal"), "-kernel");
    ck_assert_str_eq(hint("-kernell"), "-kernel");
    ck_assert_str_eq(hint("-krnel"), "-kernel");
    ck_assert_str_eq(hint("-kenrel"), "-kernel");
    ck_assert_str_eq(hint("--kernel"), "-kernel");
    ck_assert_str_eq(hint("-dirve"), "-drive");
    ck_assert_str_eq(hint("-displya"), "-display");
}
END_TEST

START_TEST(a_word_that_resembles_nothing_gets_no_hint)
{
    ck_assert_ptr_null(hint("-zzzzzz"));
    ck_assert_ptr_null(hint("something-else"));
    ck_assert_ptr_null(nearest_word("x", NULL, 0));
}
END_TEST

START_TEST(very_long_and_empty_words_are_harmless)
{
    char word[5000];
    memset(word, 'k', sizeof word - 1);
    word[sizeof word - 1] = 0;
    ck_assert_ptr_null(hint(word));
    const char *const giants[] = { word, "drive" };
    ck_assert_str_eq(nearest_word("drvie", giants, 2), "drive");
    ck_assert_ptr_null(hint(""));
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("nearest");
    TCase *t = tcase_create("nearest");
    tcase_add_test(t, one_mistake_of_each_kind_finds_the_word);
    tcase_add_test(t, a_word_that_resembles_nothing_gets_no_hint);
    tcase_add_test(t, very_long_and_empty_words_are_harmless);
    suite_add_tcase(s, t);
    return s;
}
