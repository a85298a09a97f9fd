/* SPDX-License-Identifier: MIT */
/* Catches: a table of symbols in a kernel's memory that is not found, read one off, or believed though it is damaged; memory of
   a guest that makes the search read elsewhere or never end. Both orders of the parts are made, as old and new kernels have
   them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "frontends/profile/kallsyms.h"
#include "tests/support/support.h"

enum { SIZE = 1 << 20, COUNT = 700 };

static const uint64_t base = 0xffffd5a128200000;
static uint8_t *memory;
static size_t used;

static void align(void) { used = (used + 7) & ~(size_t)7; }
static void put8(uint8_t v) { memory[used++] = v; }
static void put32(uint32_t v) { st_le32(memory + used, v); used += 4; }

static void put_offsets(void)
{
    align();
    for (uint32_t i = 0; i < COUNT; i++)
        put32(0x10000 + 0x40 * i);
    align();
    st_le64(memory + used, base);
    used += 8;
}

/* Token 1 is "Tfunction_", 2 is "d"; letters and digits are tokens of their own; all others are empty or one letter. */
static void put_tokens(void)
{
    uint16_t index[256];
    align();
    size_t start = used;
    for (unsigned i = 0; i < 256; i++) {
        index[i] = (uint16_t)(used - start);
        const char *text = i == 1 ? "Tfunction_" : i == 2 ? "d" : i == 0 ? "first" : NULL;
        if (text)
            memcpy(memory + used, text, strlen(text)), used += strlen(text);
        else
            put8((uint8_t)i);
        put8(0);
    }
    align();
    for (unsigned i = 0; i < 256; i++, used += 2)
        st_le16(memory + used, index[i]);
}

/* Names: "Tfunction_N", every tenth one data, one of them long enough for a length of two bytes. */
static void put_names(bool has_index)
{
    size_t marker[COUNT / 256 + 1];
    align();
    put32(COUNT);
    align();
    size_t start = used;
    for (unsigned i = 0; i < COUNT; i++) {
        if (i % 256 == 0)
            marker[i / 256] = used - start;
        char digits[16];
        int count = snprintf(digits, sizeof digits, "%u", i);
        unsigned padding = i == 300 ? 150 : 0, length = 1 + padding + (unsigned)count;
        if (length > 127) {
            put8((uint8_t)(0x80 | (length & 0x7f)));
            put8((uint8_t)(length >> 7));
        } else {
            put8((uint8_t)length);
        }
        put8(i % 10 ? 1 : 2);
        for (unsigned p = 0; p < padding; p++)
            put8('x');
        for (int d = 0; d < count; d++)
            put8((uint8_t)digits[d]);
    }
    align();
    for (unsigned i = 0; i <= COUNT / 256; i++)
        put32((uint32_t)marker[i]);
    align();
    for (unsigned i = 0; has_index && i < 3 * COUNT; i++)
        put8((uint8_t)(1 + i % 255));
}

/* kind 0: Linux 5; 1: with an index by name; 2: Linux 6.4 and later. */
static void make_table(int kind)
{
    memset(memory, 0, SIZE);
    used = 0x8000 + 24;
    for (unsigned i = 0; i < 0x8000; i++)
        memory[i] = (uint8_t)(i * 7);
    if (kind < 2)
        put_offsets();
    put_names(kind == 1);
    put_tokens();
    if (kind == 2)
        put_offsets();
}

static void set_up(void) { memory = malloc(SIZE); }
static void tear_down(void) { free(memory); }

START_TEST(a_table_is_found_and_read)
{
    struct symbols s = { 0 };
    size_t from = 0;
    make_table(_i);
    ck_assert(kallsyms_find(&s, memory, SIZE, &from));
    ck_assert_uint_eq(s.count, COUNT);
    const struct symbol *symbol = symbols_find(&s, base + 0x10000 + 0x40 * 123 + 8);
    ck_assert_ptr_nonnull(symbol);
    ck_assert_str_eq(symbols_name(&s, symbol), "function_123");
    ck_assert_ptr_null(symbols_find(&s, base + 0x10000 + 0x40 * 120));
    symbol = symbols_find(&s, base + 0x10000 + 0x40 * 699);
    ck_assert_str_eq(symbols_name(&s, symbol), "function_699");
    symbols_free(&s);
    ck_assert(!kallsyms_find(&s, memory, SIZE, &from));
}
END_TEST

START_TEST(without_a_table_nothing_is_found)
{
    struct symbols s = { 0 };
    size_t from = 0;
    memset(memory, 0, SIZE);
    ck_assert(!kallsyms_find(&s, memory, SIZE, &from));
    make_table(0);
    from = 0;
    st_le64(memory + 0x8018 + 4 * COUNT, 0x1234);   /* not an address of a kernel */
    ck_assert(!kallsyms_find(&s, memory, SIZE, &from));
}
END_TEST

START_TEST(damaged_tables_and_cut_memory_do_no_harm)
{
    uint64_t state = 0x853c49e6748fea9b;
    make_table(_i);
    uint8_t *good = malloc(SIZE);
    memcpy(good, memory, SIZE);
    for (int round = 0; round < 300; round++) {
        struct symbols s = { 0 };
        size_t from = 0;
        memcpy(memory, good, used);
        for (int i = 0; i < 3; i++) {
            state ^= state << 13, state ^= state >> 7, state ^= state << 17;
            memory[0x8000 + (state >> 8) % (used - 0x8000)] = (uint8_t)state;
        }
        size_t size = state & 1 ? SIZE : 0x8000 + (state >> 20) % (used - 0x8000);
        uint8_t *cut = malloc(size);
        memcpy(cut, memory, size);
        kallsyms_find(&s, cut, size, &from);
        symbols_free(&s);
        free(cut);
    }
    free(good);
}
END_TEST

/* A guest that fills its memory with what looks like the beginning of tables costs time in proportion to its size only. */
START_TEST(memory_full_of_bait_ends)
{
    struct symbols s = { 0 };
    size_t from = 0;
    make_table(1);
    for (size_t at = 0; at < 0x8000; at += 8) {
        st_le32(memory + at, 4 << 20);
        st_le32(memory + at + 4, 0);
    }
    ck_assert(kallsyms_find(&s, memory, SIZE, &from));
    symbols_free(&s);
}
END_TEST

/* Each set of tokens is sound, and in front of it there are no names: 4 million places to look for them, 25,000 times. */
START_TEST(memory_full_of_tokens_ends)
{
    enum { ALL = 64 << 20 };
    struct symbols s = { 0 };
    size_t from = 0;
    memset(memory, 0, SIZE);
    used = 0;
    put_tokens();
    align();
    uint8_t *all = calloc(1, ALL);
    for (size_t at = 8; at + used <= ALL; at += used)
        memcpy(all + at, memory, used);
    ck_assert(!kallsyms_find(&s, all, ALL, &from));
    free(all);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("kallsyms");
    TCase *t = tcase_create("kallsyms");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, a_table_is_found_and_read, 0, 3);
    tcase_add_test(t, without_a_table_nothing_is_found);
    tcase_add_loop_test(t, damaged_tables_and_cut_memory_do_no_harm, 0, 3);
    tcase_add_test(t, memory_full_of_bait_ends);
    tcase_add_test(t, memory_full_of_tokens_ends);
    suite_add_tcase(s, t);
    return s;
}
