/* SPDX-License-Identifier: MIT */
/* Catches: frames in the wrong order, chains that never end, reads beside a frame record or at addresses that cannot be read. */
#include <string.h>

#include "frontends/profile/stack.h"
#include "tests/support/support.h"

enum { BASE = 0x1000, WORDS = 512 };

/* Guest memory from BASE on; everything else cannot be read. */
static uint64_t memory[WORDS];
static int reads;

static bool read_pair(void *self, gva_t va, uint64_t pair[2])
{
    ck_assert_ptr_eq(self, memory);
    ck_assert_uint_eq(va % 8, 0);
    reads++;
    if (va < BASE || va > BASE + sizeof memory - 16)
        return false;
    memcpy(pair, &memory[(va - BASE) / 8], 16);
    return true;
}

static const struct stack_memory source = { read_pair, memory };

static void record(gva_t at, gva_t next, gva_t lr)
{
    memory[(at - BASE) / 8] = next;
    memory[(at - BASE) / 8 + 1] = lr;
}

static void set_up(void)
{
    memset(memory, 0, sizeof memory);
    reads = 0;
}

START_TEST(a_chain_gives_its_return_addresses_and_its_end)
{
    struct stack stack;
    record(0x1010, 0x1040, 0xa1);
    record(0x1040, 0x1100, 0xa2);
    record(0x1100, 0, 0);
    stack_walk(&stack, &source, 0x1010, false);
    ck_assert_uint_eq(stack.depth, 2);
    ck_assert_uint_eq(stack.at[0], 0xa1);
    ck_assert_uint_eq(stack.at[1], 0xa2);
    ck_assert_uint_eq(stack.end, 0x1100);
}
END_TEST

START_TEST(a_chain_that_ends_without_a_last_record_has_no_end)
{
    struct stack stack;
    record(0x1010, 0, 0xa1);
    stack_walk(&stack, &source, 0x1010, false);
    ck_assert_uint_eq(stack.depth, 1);
    ck_assert_uint_eq(stack.end, 0);
    record(0x1010, 0x1040, 0);
    stack_walk(&stack, &source, 0x1010, false);
    ck_assert_uint_eq(stack.depth, 0);
    ck_assert_uint_eq(stack.end, 0);
}
END_TEST

START_TEST(a_frame_pointer_that_is_none_gives_nothing)
{
    static const gva_t bad[] = { 0, 1, 0x1011, 0x1014, 0xfff8, 0xff8, 0xfffffffffffffff8, 0xdead0000beef0000 };
    struct stack stack;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        stack_walk(&stack, &source, bad[i], true);
        ck_assert_uint_eq(stack.depth, 0);
        ck_assert_uint_eq(stack.end, 0);
    }
}
END_TEST

START_TEST(loops_end)
{
    struct stack stack;
    record(0x1010, 0x1010, 0xa1);
    stack_walk(&stack, &source, 0x1010, false);
    ck_assert_uint_eq(stack.depth, 1);
    stack_walk(&stack, &source, 0x1010, true);
    ck_assert_uint_le(stack.depth, 2);
    record(0x1010, 0x1040, 0xa1);
    record(0x1040, 0x1010, 0xa2);
    stack_walk(&stack, &source, 0x1010, true);
    ck_assert_uint_le(stack.depth, 4);
    ck_assert_int_le(reads, 16);
}
END_TEST

START_TEST(a_chain_goes_back_once_from_an_interrupts_stack_to_the_one_below)
{
    struct stack stack;
    record(0x1800, 0x1840, 0xa1);
    record(0x1840, 0x1010, 0xa2);
    record(0x1010, 0x1040, 0xa3);
    record(0x1040, 0, 0);
    stack_walk(&stack, &source, 0x1800, true);
    ck_assert_uint_eq(stack.depth, 3);
    ck_assert_uint_eq(stack.end, 0x1040);
    stack_walk(&stack, &source, 0x1800, false);
    ck_assert_uint_eq(stack.depth, 2);
}
END_TEST

START_TEST(a_deep_chain_is_cut)
{
    struct stack stack;
    for (gva_t at = BASE; at + 16 < BASE + sizeof memory; at += 16)
        record(at, at + 16, 0xa0);
    stack_walk(&stack, &source, BASE, false);
    ck_assert_uint_eq(stack.depth, STACK_DEPTH);
    ck_assert_uint_eq(stack.end, 0);
}
END_TEST

START_TEST(any_memory_is_walked_without_harm)
{
    struct stack stack;
    uint64_t state = 88172645463325252u;
    for (int round = 0; round < 2000; round++) {
        for (int i = 0; i < WORDS; i++) {
            state ^= state << 13, state ^= state >> 7, state ^= state << 17;
            memory[i] = state & 1 ? BASE + (state >> 8) % (sizeof memory + 64) : state;
            if (state & 2)
                memory[i] &= ~7ull;
        }
        stack_walk(&stack, &source, (BASE + (state >> 20) % sizeof memory) & ~7ull, state & 4);
        ck_assert_uint_le(stack.depth, STACK_DEPTH);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("stack");
    TCase *t = tcase_create("stack");
    tcase_add_checked_fixture(t, set_up, NULL);
    tcase_add_test(t, a_chain_gives_its_return_addresses_and_its_end);
    tcase_add_test(t, a_chain_that_ends_without_a_last_record_has_no_end);
    tcase_add_test(t, a_frame_pointer_that_is_none_gives_nothing);
    tcase_add_test(t, loops_end);
    tcase_add_test(t, a_chain_goes_back_once_from_an_interrupts_stack_to_the_one_below);
    tcase_add_test(t, a_deep_chain_is_cut);
    tcase_add_test(t, any_memory_is_walked_without_harm);
    suite_add_tcase(s, t);
    return s;
}
