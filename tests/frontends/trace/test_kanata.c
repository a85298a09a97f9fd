/* SPDX-License-Identifier: MIT */
/* Catches: a file that breaks the rules of its format (time running back, stages of instructions that were never begun or are
   over, retirement forgotten), and stages that are not where the steps say. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "frontends/trace/kanata.h"
#include "tests/support/support.h"

enum { NOP = 0xd503201f, ADD = 0x91000400, STEPS_MAX = 2000 };

/* What the file says of each instruction. */
static struct parsed {
    bool is_begun, is_retired;
    uint64_t stage[5], retired;   /* cycles of F, Q, Is, Ex, Wb; UINT64_MAX: not there */
    char label[200];
} parsed[STEPS_MAX];
static size_t parsed_count;

static void set_stage(struct parsed *p, const char *name, uint64_t cycle)
{
    static const char *const names[] = { "F", "Q", "Is", "Ex", "Wb" };
    for (unsigned i = 0; i < 5; i++)
        if (!strcmp(name, names[i])) {
            ck_assert_uint_eq(p->stage[i], UINT64_MAX);
            p->stage[i] = cycle;
            return;
        }
    ck_abort_msg("stage '%s'", name);
}

static void parse_line(const char *line, uint64_t *cycle)
{
    uint64_t id, other, third;
    char text[200];
    if (sscanf(line, "C\t%" SCNu64, &other) == 1) {
        ck_assert_uint_gt(other, 0);
        *cycle += other;
        return;
    }
    ck_assert_msg(sscanf(line, "%*[ILSR]\t%" SCNu64, &id) == 1 && id < STEPS_MAX, "line '%s'", line);
    struct parsed *p = &parsed[id];
    if (line[0] == 'I') {
        ck_assert(!p->is_begun);
        ck_assert_int_eq(sscanf(line, "I\t%*u\t%" SCNu64 "\t%" SCNu64, &other, &third), 2);
        *p = (struct parsed){ .is_begun = true, .stage = { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } };
        parsed_count++;
        return;
    }
    ck_assert(p->is_begun && !p->is_retired);
    if (line[0] == 'L' && sscanf(line, "L\t%*u\t%" SCNu64 "\t%199[^\n]", &other, text) == 2) {
        if (!other)
            strcpy(p->label, text);
    } else if (line[0] == 'S') {
        ck_assert_int_eq(sscanf(line, "S\t%*u\t0\t%199s", text), 1);
        set_stage(p, text, *cycle);
    } else {
        ck_assert_msg(line[0] == 'R' && sscanf(line, "R\t%*u\t%" SCNu64 "\t%" SCNu64, &other, &third) == 2, "line '%s'", line);
        ck_assert_uint_eq(third, 0);
        p->is_retired = true;
        p->retired = *cycle;
    }
}

static void write_and_parse(const struct timing_step *steps, size_t count)
{
    char *text, *rest, *line;
    size_t size;
    uint64_t cycle = UINT64_MAX;
    FILE *to = open_memstream(&text, &size);
    kanata_write(steps, count, to);
    fclose(to);
    memset(parsed, 0, sizeof parsed);
    parsed_count = 0;
    rest = text;
    ck_assert_str_eq(strsep(&rest, "\n"), "Kanata\t0004");
    ck_assert_int_eq(sscanf(strsep(&rest, "\n"), "C=\t%" SCNu64, &cycle), 1);
    while ((line = strsep(&rest, "\n")) && *line)
        parse_line(line, &cycle);
    free(text);
    ck_assert_uint_eq(parsed_count, count);
    for (size_t i = 0; i < count; i++)
        ck_assert(parsed[i].is_retired);
}

START_TEST(stages_are_where_the_steps_say)
{
    const struct timing_step steps[] = {
        { .va = 0x1000, .insn = ADD, .fetched = 100, .issued = 105, .done = 106, .el = 1 },
        { .va = 0x1004, .insn = NOP, .fetched = 100, .issued = 105, .done = 108, .el = 1 },
        { .va = 0x1008, .insn = 0, .fetched = 101, .issued = 101, .done = 102, .el = 0 },
    };
    write_and_parse(steps, 3);
    ck_assert_str_eq(parsed[0].label, "1000: add x0, x0, #1");
    ck_assert_uint_eq(parsed[0].stage[0], 100);
    ck_assert_uint_eq(parsed[0].stage[1], 101);
    ck_assert_uint_eq(parsed[0].stage[2], 105);
    ck_assert_uint_eq(parsed[0].stage[3], UINT64_MAX);
    ck_assert_uint_eq(parsed[0].stage[4], 106);
    ck_assert_uint_eq(parsed[0].retired, 107);
    ck_assert_uint_eq(parsed[1].stage[3], 106);
    ck_assert_uint_eq(parsed[1].stage[4], 108);
    ck_assert_uint_eq(parsed[2].stage[0], UINT64_MAX);
    ck_assert_uint_eq(parsed[2].stage[2], 101);
}
END_TEST

START_TEST(nothing_is_a_file_too)
{
    write_and_parse(NULL, 0);
}
END_TEST

/* Fetch runs ahead, results come late: the file is by cycles all the same. */
START_TEST(steps_in_any_pattern_give_a_file_in_order)
{
    static struct timing_step steps[STEPS_MAX];
    uint64_t state = 0x9e3779b97f4a7c15, fetched = 1000000, issued = 1000005;
    for (size_t i = 0; i < STEPS_MAX; i++) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        fetched += state & 1;
        issued = (issued > fetched ? issued : fetched) + (state >> 4) % 3;
        steps[i] = (struct timing_step){ .va = 0xffff800008000000 + 4 * i, .insn = (uint32_t)(state >> 32), .fetched = fetched,
                                         .issued = issued, .done = issued + 1 + (state >> 8) % (state & 0x100 ? 300 : 4), .el = 1 };
    }
    write_and_parse(steps, STEPS_MAX);
    for (size_t i = 0; i < STEPS_MAX; i++) {
        ck_assert_uint_eq(parsed[i].stage[2], steps[i].issued);
        ck_assert_uint_eq(parsed[i].stage[4], steps[i].done);
        ck_assert_uint_eq(parsed[i].retired, steps[i].done + 1);
    }
}
END_TEST

/* Whatever the model says, the file keeps to its rules. */
START_TEST(steps_that_go_back_do_no_harm)
{
    static struct timing_step steps[STEPS_MAX];
    uint64_t state = 88172645463325252u;
    for (size_t i = 0; i < STEPS_MAX; i++) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        steps[i] = (struct timing_step){ .fetched = state >> 54, .issued = state >> 44 & 0xfff, .done = state >> 34 & 0xfff };
    }
    write_and_parse(steps, STEPS_MAX);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("kanata");
    TCase *t = tcase_create("kanata");
    tcase_add_test(t, stages_are_where_the_steps_say);
    tcase_add_test(t, nothing_is_a_file_too);
    tcase_add_test(t, steps_in_any_pattern_give_a_file_in_order);
    tcase_add_test(t, steps_that_go_back_do_no_harm);
    suite_add_tcase(s, t);
    return s;
}
