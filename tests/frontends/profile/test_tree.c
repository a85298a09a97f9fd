/* SPDX-License-Identifier: MIT */
/* Catches: samples that are lost or counted twice, stacks written inside out, an order that depends on the order of samples,
   names that break the format of folded stacks or of SVG. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "frontends/profile/flame.h"
#include "frontends/profile/tree.h"
#include "tests/support/support.h"

static struct tree *tree;

static void set_up(void)
{
    tree = tree_new();
}

static void tear_down(void)
{
    tree_free(tree);
}

static void add(uint64_t weight, const char *a, const char *b, const char *c)
{
    const char *texts[] = { a, b, c };
    uint32_t names[3];
    unsigned depth = 0;
    for (; depth < 3 && texts[depth]; depth++)
        names[depth] = names_number(tree->names, texts[depth], strlen(texts[depth]));
    tree_add(tree, names, depth, weight);
}

static char *written(void (*write)(const struct tree *tree, FILE *to))
{
    char *text;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    tree_sort(tree);
    write(tree, to);
    fclose(to);
    return text;
}

static void write_flame(const struct tree *t, FILE *to)
{
    flame_write(t, 100003, to);
}

START_TEST(stacks_are_added_up_and_written_in_the_order_of_names)
{
    add(1, "init", "main", "b");
    add(2, "init", "main", "a");
    add(3, "init", "main", NULL);
    add(4, "init", "main", "a");
    add(5, "cat", "main", "a");
    char *text = written(tree_write_folded);
    ck_assert_str_eq(text, "cat;main;a 5\ninit;main 3\ninit;main;a 6\ninit;main;b 1\n");
    ck_assert_uint_eq(tree->nodes[0].all, 15);
    free(text);
}
END_TEST

START_TEST(more_samples_may_follow_after_sorting)
{
    add(1, "a", "b", NULL);
    free(written(tree_write_folded));
    add(1, "a", "b", NULL);
    add(1, "a", "0", NULL);
    char *text = written(tree_write_folded);
    ck_assert_str_eq(text, "a;0 1\na;b 2\n");
    free(text);
}
END_TEST

START_TEST(thousands_of_stacks_keep_their_weights)
{
    char name[32];
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "f%d", i % 2500);
        add(1, i & 1 ? "odd" : "even", name, "leaf");
    }
    tree_sort(tree);
    ck_assert_uint_eq(tree->nodes[0].all, 5000);
    ck_assert_uint_eq(tree->count, 1 + 2 + 2 * 2500);
    for (size_t i = 1; i < tree->count; i++)
        if (!strcmp(names_text(tree->names, tree->nodes[i].name), "leaf"))
            ck_assert_uint_eq(tree->nodes[i].own, 2);
}
END_TEST

/* Beyond some millions of stacks and names the rest is told apart no more, and nothing is lost. */
START_TEST(a_guest_that_is_always_new_fills_no_memory)
{
    char name[32];
    uint32_t names[64];
    for (uint32_t i = 0; i < 70000; i++) {
        for (unsigned d = 0; d < 64; d++)
            names[d] = names_number(tree->names, name, (size_t)snprintf(name, sizeof name, "f%u", d ? i * 16 + d % 16 : i));
        tree_add(tree, names, 64, 1);
    }
    ck_assert_uint_le(tree->count, 1 << 22);
    ck_assert_uint_le(names_count(tree->names), (1 << 20) + 1);
    tree_sort(tree);
    ck_assert_uint_eq(tree->nodes[0].all, 70000);
}
END_TEST

START_TEST(names_cannot_break_the_format)
{
    add(1, "a;b", "c\nd", "\xff<&\">");
    add(1, "", "x", NULL);
    char *text = written(tree_write_folded);
    ck_assert_str_eq(text, "?;x 1\na:b;c?d;?<&\"> 1\n");
    free(text);
    text = written(write_flame);
    ck_assert_ptr_nonnull(strstr(text, "<title>?&lt;&amp;&quot;&gt;: "));
    ck_assert_ptr_null(strstr(text, "?<&"));
    free(text);
    char long_name[1000];
    memset(long_name, 'n', sizeof long_name);
    uint32_t number = names_number(tree->names, long_name, sizeof long_name);
    ck_assert_uint_lt(strlen(names_text(tree->names, number)), 256);
}
END_TEST

/* The widths of the frames of one level of the graph add up to that of the level below, as far as they have their own time. */
START_TEST(the_flame_graph_is_wide_where_the_cycles_are)
{
    add(3, "init", "[kernel]", "schedule");
    add(1, "init", "main", NULL);
    char *text = written(write_flame);
    ck_assert_ptr_nonnull(strstr(text, "<title>schedule: 300.0 thousand cycles, 75.00 % (3 samples)</title>"));
    ck_assert_ptr_nonnull(strstr(text, "data-w=\"885.000\""));
    ck_assert_ptr_nonnull(strstr(text, "data-w=\"295.000\""));
    char *again = written(write_flame);
    ck_assert_str_eq(text, again);
    free(again);
    free(text);
}
END_TEST

START_TEST(a_profile_without_samples_is_a_picture_too)
{
    char *text = written(write_flame);
    ck_assert_ptr_nonnull(strstr(text, "no samples"));
    ck_assert_ptr_null(strstr(text, "nan"));
    free(text);
    text = written(tree_write_folded);
    ck_assert_str_eq(text, "");
    free(text);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("tree");
    TCase *t = tcase_create("tree");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, stacks_are_added_up_and_written_in_the_order_of_names);
    tcase_add_test(t, more_samples_may_follow_after_sorting);
    tcase_add_test(t, thousands_of_stacks_keep_their_weights);
    tcase_add_test(t, a_guest_that_is_always_new_fills_no_memory);
    tcase_add_test(t, names_cannot_break_the_format);
    tcase_add_test(t, the_flame_graph_is_wide_where_the_cycles_are);
    tcase_add_test(t, a_profile_without_samples_is_a_picture_too);
    suite_add_tcase(s, t);
    return s;
}
