/* SPDX-License-Identifier: MIT */
/* Catches: a page of docs/ that the program no longer agrees with. docs/board-*.md are printed from the boards' tables, and
   docs/instructions.md from the rows of the instructions. To write them anew: UPDATE=1 build/tests/docs/test_pages */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "boards/machine.h"
#include "tests/support/support.h"

/* The rows as text: the classes are needed by name. */
static const struct row {
    const char *name, *picture, *class, *reads, *writes;
} rows[] = {
#define INSN(name, picture, class, reads, writes) { #name, picture, #class, reads, writes },
#define INSN_END(name, picture, class, reads, writes) INSN(name, picture, class, reads, writes)
#include "cpu/arm64/insns.def"
#undef INSN
#undef INSN_END
};

static void put_line(void *to, const char *text)
{
    fprintf(to, "%s\n", text);
}

static void put_instructions(FILE *to)
{
    fprintf(to, "# A64 instructions\n\n"
            "%zu rows of `cpu/arm64/insns*.def`, in their order. A picture is the instruction word as the manual (ARM DDI\n"
            "0487, C4) draws it: 0 and 1 are fixed, letters are fields. The decoder, the handlers' prototypes, the tests and\n"
            "this page are made from the same rows; a word that no picture matches is UNDEFINED. Reads and writes are fields\n"
            "that name registers (V: SIMD&FP), F the flags, S FPSR. Of a row some words may still be unallocated, which its\n"
            "decode function says.\n\n"
            "| name | picture | class | reads | writes |\n|---|---|---|---|---|\n", ARRAY_SIZE(rows));
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        fprintf(to, "| %s | `%s` | %s | %s | %s |\n", rows[i].name, rows[i].picture, rows[i].class, rows[i].reads,
                rows[i].writes);
}

/* The page's file as it is, or NULL. */
static char *read_page(const char *name)
{
    FILE *file = fopen(name, "r");
    if (!file)
        return NULL;
    size_t room = 1 << 20;
    char *text = mem_alloc(room);
    text[fread(text, 1, room - 1, file)] = 0;
    fclose(file);
    return text;
}

static void write_page(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    ck_assert_msg(file && fputs(text, file) >= 0 && !fclose(file), "%s cannot be written", name);
}

static void check_page(const char *name, const char *wanted)
{
    if (getenv("UPDATE"))
        write_page(name, wanted);
    char *present = read_page(name);
    ck_assert_msg(present != NULL, "%s is not there; run UPDATE=1 build/tests/docs/test_pages", name);
    size_t same = 0, line = 1;
    for (; present[same] && present[same] == wanted[same]; same++)
        line += present[same] == '\n';
    ck_assert_msg(present[same] == wanted[same], "%s:%zu is out of date; run UPDATE=1 build/tests/docs/test_pages", name, line);
    free(present);
}

START_TEST(the_page_of_every_board_is_what_its_table_says)
{
    for (unsigned i = 0; machine_board(i); i++) {
        char *text = NULL, *name = mem_printf("docs/board-%s.md", machine_board(i));
        size_t size;
        FILE *page = open_memstream(&text, &size);
        machine_describe(machine_board(i), put_line, page);
        fclose(page);
        check_page(name, text);
        free(text);
        free(name);
    }
}
END_TEST

START_TEST(the_page_of_instructions_is_what_the_rows_say)
{
    char *text = NULL;
    size_t size;
    FILE *page = open_memstream(&text, &size);
    put_instructions(page);
    fclose(page);
    check_page("docs/instructions.md", text);
    free(text);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("pages");
    TCase *t = tcase_create("pages");
    tcase_add_test(t, the_page_of_every_board_is_what_its_table_says);
    tcase_add_test(t, the_page_of_instructions_is_what_the_rows_say);
    suite_add_tcase(s, t);
    return s;
}
