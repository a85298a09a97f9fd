/* SPDX-License-Identifier: MIT */
/* Catches: counts lost on the way to the file and back, instructions in the wrong function or order, damaged files that are
   believed or that do harm. */
#include <stdlib.h>
#include <string.h>

#include "frontends/profile/annotate.h"
#include "tests/support/support.h"

static void add(struct lines *l, const char *function, uint64_t function_va, uint64_t va, uint32_t insn, uint64_t cycles)
{
    struct lines_row row = { .va = va, .function_va = function_va, .insn = insn, .count = { 10, cycles, 3, 2, 1 } };
    row.object = names_number(l->names, "lib.so", 6);
    row.function = names_number(l->names, function, strlen(function));
    lines_add(l, &row);
}

static struct lines *example(void)
{
    struct lines *l = lines_new();
    add(l, "warm", 0x2000, 0x2000, 0xd65f03c0, 50);
    add(l, "hot path", 0x1000, 0x1004, 0xd65f03c0, 700);
    add(l, "hot path", 0x1000, 0x1000, 0x91000400, 100);
    add(l, "hot path", 0x1000, 0x1004, 0xd65f03c0, 150);
    lines_sort(l);
    return l;
}

static char *written(const struct lines *l, void (*write)(const struct lines *l, FILE *to))
{
    char *text;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    write(l, to);
    fclose(to);
    return text;
}

static struct lines *read_text(const char *text, struct error *err)
{
    FILE *from = fmemopen((void *)(uintptr_t)text, strlen(text) + !*text, "r");
    struct lines *l = lines_read(from, "f", err);
    fclose(from);
    return l;
}

START_TEST(lines_come_back_as_they_were_written)
{
    struct error err;
    struct lines *l = example();
    char *text = written(l, lines_write);
    ck_assert_str_eq(text, "orrery-lines 1\nf 1000 lib.so hot path\ni 1000 91000400 10 100 3 2 1\ni 1004 d65f03c0 20 850 6 4 2\n"
                           "f 2000 lib.so warm\ni 2000 d65f03c0 10 50 3 2 1\n");
    struct lines *again = read_text(text, &err);
    ck_assert_ptr_nonnull(again);
    char *text_again = written(again, lines_write);
    ck_assert_str_eq(text, text_again);
    free(text);
    free(text_again);
    lines_free(l);
    lines_free(again);
}
END_TEST

static void write_functions(const struct lines *l, FILE *to) { annotate_functions(l, 1, to); }
static void write_hot(const struct lines *l, FILE *to) { ck_assert(annotate_function(l, "hot path", false, to)); }
static void write_none(const struct lines *l, FILE *to) { ck_assert(!annotate_function(l, "cold", true, to)); }

START_TEST(functions_are_listed_by_their_cycles)
{
    struct lines *l = example();
    char *text = written(l, write_functions);
    ck_assert_ptr_nonnull(strstr(text, "95.00%            950             30  31.67          9          6          3  hot path  [lib.so]"));
    ck_assert_ptr_nonnull(strstr(text, "1 more"));
    ck_assert_ptr_null(strstr(text, "warm"));
    free(text);
    lines_free(l);
}
END_TEST

START_TEST(a_functions_instructions_are_listed_in_order_and_disassembled)
{
    struct lines *l = example();
    char *text = written(l, write_hot);
    const char *add_line = strstr(text, "add x0, x0, #1"), *ret_line = strstr(text, "ret\n");
    ck_assert_ptr_nonnull(add_line);
    ck_assert_ptr_nonnull(ret_line);
    ck_assert(add_line < ret_line);
    ck_assert_ptr_nonnull(strstr(text, " 89.47% ██████████           20   42.50"));
    ck_assert_ptr_null(strstr(text, "\033["));
    free(text);
    text = written(l, write_none);
    ck_assert_str_eq(text, "");
    free(text);
    lines_free(l);
}
END_TEST

START_TEST(damaged_files_are_refused_with_their_line)
{
    static const struct { const char *text, *says; } rows[] = {
        { "x", "not what" }, { "orrery-lines 2\n", "not what" }, { "orrery-lines 1\n", "no instructions" },
        { "orrery-lines 1\ni 1000 0 1 2 3 4 5\n", "line 2" }, { "orrery-lines 1\nf 1000 a\n", "line 2" },
        { "orrery-lines 1\nf 1000 a b\ni 1000 0 1 2 3 4\n", "line 3" }, { "orrery-lines 1\nf 1000 a b\ni 1000 0 1 2 3 4 5 6\n", "line 3" },
        { "orrery-lines 1\nf 1000 a b\nj\n", "line 3" }, { "orrery-lines 1\nf 1000 a b\n\n", "line 3" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct error err;
        ck_assert_ptr_null(read_text(rows[i].text, &err));
        ck_assert_msg(strstr(err.text, rows[i].says), "'%s' for '%s'", err.text, rows[i].text);
    }
}
END_TEST

START_TEST(any_bytes_are_read_without_harm)
{
    struct lines *l = example();
    char *text = written(l, lines_write);
    size_t size = strlen(text);
    uint64_t state = 0x2545f4914f6cdd1d;
    for (int round = 0; round < 3000; round++) {
        struct error err;
        char *damaged = strdup(text);
        for (int i = 0; i < 3; i++) {
            state ^= state << 13, state ^= state >> 7, state ^= state << 17;
            damaged[16 + (state >> 8) % (size - 16)] = (char)(1 + state % 255);
        }
        lines_free(read_text(damaged, &err));
        free(damaged);
    }
    free(text);
    lines_free(l);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("lines");
    TCase *t = tcase_create("lines");
    tcase_add_test(t, lines_come_back_as_they_were_written);
    tcase_add_test(t, functions_are_listed_by_their_cycles);
    tcase_add_test(t, a_functions_instructions_are_listed_in_order_and_disassembled);
    tcase_add_test(t, damaged_files_are_refused_with_their_line);
    tcase_add_test(t, any_bytes_are_read_without_harm);
    suite_add_tcase(s, t);
    return s;
}
