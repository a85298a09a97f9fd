/* SPDX-License-Identifier: MIT */
/* Catches: lines found in a set that they do not belong to, a line replaced while a place is empty, ways that random replacement
   never takes, and a tree that replaces what was used last. */
#include "cpu/timing/cache.h"
#include "tests/support/support.h"

enum { SETS = 8, WAYS = 4, SIZE = SETS * WAYS * 64 };

static struct cache c;

static uint32_t put(uint64_t line)
{
    uint32_t slot = cache_victim(&c, line);
    cache_put(&c, slot, line, false);
    cache_touch(&c, slot);
    return slot;
}

START_TEST(a_line_is_found_in_its_set_and_nowhere_else)
{
    cache_init(&c, SIZE, WAYS, CACHE_RANDOM, 1);
    ck_assert_int_eq(cache_find(&c, 5), CACHE_ABSENT);
    uint32_t slot = put(5);
    ck_assert_int_eq(cache_find(&c, 5), (int32_t)slot);
    ck_assert_uint_eq(slot / WAYS, 5);
    ck_assert_int_eq(cache_find(&c, 5 + SETS), CACHE_ABSENT);
    ck_assert_int_eq(cache_find(&c, CACHE_NOTHING - 1), CACHE_ABSENT);
    cache_drop(&c, slot);
    ck_assert_int_eq(cache_find(&c, 5), CACHE_ABSENT);
    cache_free(&c);
}
END_TEST

START_TEST(empty_places_are_taken_first_and_then_every_way_in_turn)
{
    for (int policy = CACHE_RANDOM; policy <= CACHE_TREE; policy++) {
        cache_init(&c, SIZE, WAYS, (enum cache_policy)policy, 1);
        unsigned taken[WAYS] = { 0 };
        for (uint64_t i = 0; i < WAYS; i++)
            taken[put(3 + i * SETS) % WAYS]++;
        for (unsigned way = 0; way < WAYS; way++)
            ck_assert_uint_eq(taken[way], 1);
        for (uint64_t i = WAYS; i < 400; i++)
            taken[put(3 + i * SETS) % WAYS]++;
        for (unsigned way = 0; way < WAYS; way++)
            ck_assert_uint_gt(taken[way], 60);
        cache_free(&c);
    }
}
END_TEST

START_TEST(the_tree_keeps_what_was_used_last)
{
    for (uint32_t ways = 2; ways <= 32; ways *= 2) {
        cache_init(&c, 64 * ways, ways, CACHE_TREE, 1);
        for (uint64_t i = 0; i < ways; i++)
            put(i);
        uint32_t used = 0;
        for (uint64_t i = 0; i < 1000; i++) {
            used = (uint32_t)(i * 7 + i / 3) % ways;
            cache_touch(&c, used);
            ck_assert_uint_ne(cache_victim(&c, 1000 + i), used);
        }
        cache_free(&c);
    }
}
END_TEST

/* What makes the knee of the published pointer chase at the size of L2 as steep as it is. */
START_TEST(a_ring_of_more_lines_than_ways_never_hits_a_tree)
{
    cache_init(&c, 64 * 16, 16, CACHE_TREE, 1);
    for (unsigned round = 0; round < 10; round++)
        for (uint64_t line = 0; line < 32; line++) {
            ck_assert_int_eq(cache_find(&c, line), CACHE_ABSENT);
            put(line);
        }
    cache_free(&c);
}
END_TEST

START_TEST(a_cleared_cache_has_nothing)
{
    cache_init(&c, SIZE, WAYS, CACHE_TREE, 1);
    for (uint64_t line = 0; line < 100; line++)
        cache_put(&c, cache_victim(&c, line), line, true);
    cache_clear(&c);
    for (uint64_t line = 0; line < 100; line++)
        ck_assert_int_eq(cache_find(&c, line), CACHE_ABSENT);
    for (uint32_t slot = 0; slot < c.slots; slot++)
        ck_assert(!c.modified[slot]);
    cache_free(&c);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("cache");
    TCase *t = tcase_create("cache");
    tcase_add_test(t, a_line_is_found_in_its_set_and_nowhere_else);
    tcase_add_test(t, empty_places_are_taken_first_and_then_every_way_in_turn);
    tcase_add_test(t, the_tree_keeps_what_was_used_last);
    tcase_add_test(t, a_ring_of_more_lines_than_ways_never_hits_a_tree);
    tcase_add_test(t, a_cleared_cache_has_nothing);
    suite_add_tcase(s, t);
    return s;
}
