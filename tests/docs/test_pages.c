/* SPDX-License-Identifier: MIT */
/* Catches: a page of docs/ that the program no longer agrees with. docs/board-*.md are printed from the boards' tables, and
   docs/instructions.md from the rows of the instructions, docs/cores.md from the cores' tables. To write them anew:
   UPDATE=1 build/tests/docs/test_pages */
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

/* Items of a list, one on each line of the text. */
static void put_list(FILE *to, const char *title, const char *text)
{
    fprintf(to, "%s:\n\n", title);
    while (*text) {
        size_t length = strcspn(text, "\n");
        fprintf(to, "* %.*s\n", (int)length, text);
        text += length + (text[length] != 0);
    }
    fputs("\n", to);
}

static bool has_row(const struct core_model *model, const struct core_model *known, unsigned i)
{
    return !known || model_number(&model->settings, i) != model_number(&known->settings, i)
           || strcmp(model->sources[i], known->sources[i]);
}

/* The settings that differ from those of the core's first board, if that is another. */
static void put_settings(FILE *to, const struct core_model *model, const struct core_model *known)
{
    const char *title = NULL;
    for (unsigned i = 0; i < setting_count; i++) {
        const struct setting_row *row = &setting_rows[i];
        char number[MODEL_TEXT], range[2 * MODEL_TEXT];
        if (model_section(i))
            title = model_section(i);
        if (!has_row(model, known, i))
            continue;
        if (title)
            fprintf(to, "### %s\n\n| setting | value | may be | what it is | source |\n|---|---|---|---|---|\n", title);
        model_number_text(row, model_number(&model->settings, i), number);
        model_range_text(row, range);
        fprintf(to, "| `%s` | %s | %s | %s | %s |\n", row->key, number, range, row->what, model->sources[i]);
        title = NULL;
        unsigned next = i + 1;
        while (next < setting_count && !model_section(next) && !has_row(model, known, next))
            next++;
        if (next == setting_count || model_section(next))
            fputs("\n", to);
    }
}

#define WHAT(symbol, what) what,
#define NOTHING(symbol, what)

static const char *const producers[] = {
#define PRODUCER WHAT
#define CONSUMER NOTHING
#include "cpu/timing/operands.def"
#undef PRODUCER
#undef CONSUMER
};

static const char *const consumers[] = {
#define PRODUCER NOTHING
#define CONSUMER WHAT
#include "cpu/timing/operands.def"
#undef PRODUCER
#undef CONSUMER
};

static const char *const groups[] = {
#define GROUP WHAT
#include "cpu/timing/groups.def"
#undef GROUP
};

static void put_group(FILE *to, const struct core_model *model, unsigned i)
{
    static const char *const units[UNIT_COUNT] = { "", "load/store", "branch", "multiply", "divide", "shift", "carry",
                                                   "FP divide" };
    const struct group_timing *g = &model->groups[i];
    fprintf(to, "| %s | %s", groups[i], units[g->unit]);
    if (g->unit)
        fprintf(to, " %u", g->busy ? g->busy : 1);
    fputs(" | ", to);
    if (g->pipes)
        fprintf(to, "%u for %u", g->pipes, g->pipes_busy ? g->pipes_busy : 1);
    fprintf(to, " | %s", g->issue & ISSUE_SERIAL ? "after all results, alone" : g->issue & ISSUE_ALONE ? "alone" :
            g->issue & ISSUE_LAST ? "last of its cycle" : "");
    if (g->hold || g->cost)
        fprintf(to, "%s%u %s more", g->issue ? ", " : "", g->hold + g->cost, g->hold + g->cost == 1 ? "cycle" : "cycles");
    fputs(" |\n", to);
}

/* Results that nobody may wait for say nothing; those that cannot meet an operand have no number. */
static void put_latencies(FILE *to, const struct core_model *model, unsigned producer)
{
    fprintf(to, "| %s |", producers[producer]);
    for (unsigned k = 0; k < CONSUMER_COUNT; k++) {
        if (model->latency[producer][k])
            fprintf(to, " %u |", model->latency[producer][k]);
        else
            fputs(" |", to);
    }
    fputs("\n", to);
}

static void put_pipeline(FILE *to, const struct core_model *model)
{
    fputs("### Pipeline\n\nThe sources of these numbers stand beside them in `cpu/timing/cores/*_pipeline.c`. What instructions need\n"
          "to issue: an execution unit, and for how many cycles it starts no other; FP/SIMD pipes of 64 bits.\n\n"
          "| instructions | unit | pipes | issue |\n|---|---|---|---|\n", to);
    for (unsigned i = 0; i < GROUP_COUNT; i++)
        put_group(to, model, i);
    fputs("\nCycles from the issue of an instruction to that of one that takes its result as the operand at the head of the\n"
          "column. Where there is no number nothing is waited for, or the two cannot meet.\n\n| result |", to);
    for (unsigned k = 0; k < CONSUMER_COUNT; k++)
        fprintf(to, " %s |", consumers[k]);
    fputs("\n|---|", to);
    for (unsigned k = 0; k < CONSUMER_COUNT; k++)
        fputs("---|", to);
    fputs("\n", to);
    for (unsigned p = PRODUCER_NONE + 1; p < PRODUCER_COUNT; p++)
        put_latencies(to, model, p);
    fputs("\n", to);
}

static void put_core(FILE *to, const struct core_model *model)
{
    const struct core_model *known = model_find(model->name, NULL, NULL);
    if (known == model)
        known = NULL;
    fprintf(to, "## %s, board %s\n\n%s\n\n", model->name, model->board, model->summary);
    if (known) {
        fprintf(to, "Everything that is not listed here is as on the board %s.\n\n", known->board);
    } else {
        put_list(to, "Modelled", model->modelled);
        put_list(to, "Not modelled", model->not_modelled);
    }
    put_list(to, "Sources named below", model->documents);
    put_settings(to, model, known);
    if (!known || model->groups != known->groups || model->latency != known->latency)
        put_pipeline(to, model);
}

static void put_cores(FILE *to)
{
    const struct core_model *model;
    fprintf(to, "# The cores whose time is kept\n\n"
            "`-cpu CORE,board=BOARD` chooses one, `-timing SETTING=VALUE` changes it, `-timing help` prints it. This page is\n"
            "made from the tables in `cpu/timing/cores/`. Times are core cycles where nothing else is said. A guest sees the\n"
            "instructions and the ID registers of the Cortex-A53 with every core.\n\n");
    for (unsigned i = 0; (model = model_at(i)); i++)
        put_core(to, model);
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

START_TEST(the_page_of_cores_is_what_their_tables_say)
{
    char *text = NULL;
    size_t size;
    FILE *page = open_memstream(&text, &size);
    put_cores(page);
    fclose(page);
    check_page("docs/cores.md", text);
    free(text);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("pages");
    TCase *t = tcase_create("pages");
    tcase_add_test(t, the_page_of_every_board_is_what_its_table_says);
    tcase_add_test(t, the_page_of_instructions_is_what_the_rows_say);
    tcase_add_test(t, the_page_of_cores_is_what_their_tables_say);
    suite_add_tcase(s, t);
    return s;
}
