/* SPDX-License-Identifier: MIT */
/* Catches: a page of docs/ that the program no longer agrees with. docs/board-*.md are printed from the boards' tables, and
   docs/instructions.md from the rows of the instructions, docs/registers.md from those of the system registers and from what a
   core says of them, docs/cores.md from the cores' tables. To write them anew: UPDATE=1 build/tests/docs/test_pages */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "boards/machine.h"
#include "cpu/arm64/core.h"
#include "cpu/arm64/sysreg.h"
#include "tests/cpu/arm64/bare.h"
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
            "decode function says. Each row is complete and compared with QEMU's Cortex-A53; those of class SIMD_CRYPTO are\n"
            "there with `-cpu CORE,crypto=on`. What `sys` may be is at the end of registers.md. HLT, DCPS and DRPS, which are\n"
            "for an external debugger, and SMC, as there is no EL3, are UNDEFINED.\n\n"
            "| name | picture | class | reads | writes |\n|---|---|---|---|---|\n", ARRAY_SIZE(rows));
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        fprintf(to, "| %s | `%s` | %s | %s | %s |\n", rows[i].name, rows[i].picture, rows[i].class, rows[i].reads,
                rows[i].writes);
}

/* ---- system registers ---- */

static const struct register_row {
    const char *name;
    uint32_t place;              /* of MRS and MSR */
    char numbers[24];
    enum { REG_CONSTANT, REG_STORED, REG_SPECIAL, REG_ABSENT } kind;
    uint64_t writable;           /* of REG_STORED */
    const char *get, *set;       /* of REG_SPECIAL */
} registers[] = {
#define REG(op0, op1, crn, crm, op2, label, ...) \
    { #label, W_SYSREG(op0, op1, crn, crm, op2), #op0 " " #op1 " " #crn " " #crm " " #op2, __VA_ARGS__ },
#define CONSTANT(op0, op1, crn, crm, op2, label, value) REG(op0, op1, crn, crm, op2, label, REG_CONSTANT, 0, NULL, NULL)
#define STORED(op0, op1, crn, crm, op2, label, member, bits) \
    REG(op0, op1, crn, crm, op2, label, REG_STORED, (uint64_t)(int64_t)(bits), NULL, NULL)
#define STORED_EL0(op0, op1, crn, crm, op2, label, member, bits, user) STORED(op0, op1, crn, crm, op2, label, member, bits)
#define DEBUG STORED
#define SPECIAL(op0, op1, crn, crm, op2, label, user, kernel, get, set) \
    REG(op0, op1, crn, crm, op2, label, REG_SPECIAL, 0, #get, #set)
#define LIVE SPECIAL
#define COUNTER(op0, op1, crn, crm, op2, label, user, kernel, reg) REG(op0, op1, crn, crm, op2, label, REG_SPECIAL, 0, "", "")
#define ABSENT(op0, op1, crn, crm, op2, label) REG(op0, op1, crn, crm, op2, label, REG_ABSENT, 0, NULL, NULL)
#include "cpu/arm64/sysregs.def"
    REG(3, 3, 4, 4, 0, FPCR, REG_STORED, 0x07c00000, NULL, NULL) REG(3, 3, 4, 4, 1, FPSR, REG_STORED, 0x0800009f, NULL, NULL)
};

static const struct { const char *name; uint16_t op1, crn, crm, op2; } operations[] = {
    { "IC IALLUIS", 0, 7, 1, 0 }, { "IC IALLU", 0, 7, 5, 0 }, { "IC IVAU", 3, 7, 5, 1 }, { "DC IVAC", 0, 7, 6, 1 },
    { "DC ISW", 0, 7, 6, 2 }, { "DC CSW", 0, 7, 10, 2 }, { "DC CISW", 0, 7, 14, 2 }, { "DC ZVA", 3, 7, 4, 1 },
    { "DC CVAC", 3, 7, 10, 1 }, { "DC CVAU", 3, 7, 11, 1 }, { "DC CIVAC", 3, 7, 14, 1 }, { "AT S1E1R", 0, 7, 8, 0 },
    { "AT S1E1W", 0, 7, 8, 1 }, { "AT S1E0R", 0, 7, 8, 2 }, { "AT S1E0W", 0, 7, 8, 3 }, { "AT S1E2R", 4, 7, 8, 0 },
    { "AT S1E2W", 4, 7, 8, 1 }, { "AT S12E1R", 4, 7, 8, 4 }, { "AT S12E1W", 4, 7, 8, 5 }, { "AT S12E0R", 4, 7, 8, 6 },
    { "AT S12E0W", 4, 7, 8, 7 }, { "AT S1E3R", 6, 7, 8, 0 }, { "AT S1E3W", 6, 7, 8, 1 }, { "TLBI VMALLE1IS", 0, 8, 3, 0 },
    { "TLBI VAE1IS", 0, 8, 3, 1 }, { "TLBI ASIDE1IS", 0, 8, 3, 2 }, { "TLBI VAAE1IS", 0, 8, 3, 3 },
    { "TLBI VALE1IS", 0, 8, 3, 5 }, { "TLBI VAALE1IS", 0, 8, 3, 7 }, { "TLBI VMALLE1", 0, 8, 7, 0 }, { "TLBI VAE1", 0, 8, 7, 1 },
    { "TLBI ASIDE1", 0, 8, 7, 2 }, { "TLBI VAAE1", 0, 8, 7, 3 }, { "TLBI VALE1", 0, 8, 7, 5 }, { "TLBI VAALE1", 0, 8, 7, 7 },
    { "TLBI IPAS2E1IS", 4, 8, 0, 1 }, { "TLBI IPAS2LE1IS", 4, 8, 0, 5 }, { "TLBI ALLE2IS", 4, 8, 3, 0 },
    { "TLBI VAE2IS", 4, 8, 3, 1 }, { "TLBI ALLE1IS", 4, 8, 3, 4 }, { "TLBI VALE2IS", 4, 8, 3, 5 },
    { "TLBI VMALLS12E1IS", 4, 8, 3, 6 }, { "TLBI IPAS2E1", 4, 8, 4, 1 }, { "TLBI IPAS2LE1", 4, 8, 4, 5 },
    { "TLBI ALLE2", 4, 8, 7, 0 }, { "TLBI VAE2", 4, 8, 7, 1 }, { "TLBI ALLE1", 4, 8, 7, 4 }, { "TLBI VALE2", 4, 8, 7, 5 },
    { "TLBI VMALLS12E1", 4, 8, 7, 6 }, { "TLBI ALLE3IS", 6, 8, 3, 0 }, { "TLBI VAE3IS", 6, 8, 3, 1 },
    { "TLBI VALE3IS", 6, 8, 3, 5 }, { "TLBI ALLE3", 6, 8, 7, 0 }, { "TLBI VAE3", 6, 8, 7, 1 }, { "TLBI VALE3", 6, 8, 7, 5 },
};

enum { WORD_UNDEFINED, WORD_TRAPPED, WORD_DONE };

/* What becomes of a word on a core out of reset, but that FP is allowed; at EL0 with all that EL1 may allow or forbid. */
static int try_word(uint32_t word, unsigned el, bool allowed, bool crypto, uint64_t *value)
{
    struct bare b;
    bare_open(&b);
    arm64_set_crypto(b.cpu, crypto);
    const uint64_t rights = SCTLR_UCT | SCTLR_UMA | SCTLR_UCI | SCTLR_DZE;
    if ((word & ~31u) != (W_MRS | W_SYSREG(3, 0, 1, 0, 2)))   /* CPACR_EL1 itself */
        b.cpu->cpacr_el1 = 3 << 20;
    if (!el) {
        b.cpu->sctlr_el1 = allowed ? b.cpu->sctlr_el1 | rights : b.cpu->sctlr_el1 & ~rights;
        b.cpu->cntkctl_el1 = allowed ? 0x303 : 0;
        b.cpu->mdscr_el1 = allowed ? 0 : MDSCR_TDCC;
        b.cpu->pmu.user = allowed ? 0xf : 0;
    }
    BARE_PUT(&b, BARE_CODE, word, el ? W_HVC : W_SVC);
    int stopped = el ? bare_run(&b, BARE_CODE) : bare_run_el0(&b, BARE_CODE);
    unsigned class = (unsigned)(b.cpu->esr_el1 >> 26);
    *value = b.cpu->x[0];
    bare_close(&b);
    return stopped == BARE_STOPPED ? WORD_DONE : class == 0 ? WORD_UNDEFINED : class == 0x18 ? WORD_TRAPPED : WORD_DONE;
}

/* "RW": what is not UNDEFINED; with "trap" behind it what EL1 can forbid EL0. */
static void put_access(FILE *to, uint32_t read, uint32_t write, unsigned el)
{
    uint64_t value;
    int reads = try_word(read, el, true, true, &value), writes = write ? try_word(write, el, true, true, &value) : WORD_UNDEFINED;
    bool traps = !el && ((reads == WORD_DONE && try_word(read, el, false, true, &value) == WORD_TRAPPED) ||
                         (writes == WORD_DONE && try_word(write, el, false, true, &value) == WORD_TRAPPED));
    fprintf(to, " %s%s%s |", reads == WORD_DONE ? "R" : "", writes == WORD_DONE ? "W" : "", traps ? ", may trap" : "");
}

static void put_state(FILE *to, const struct register_row *r)
{
    bool is_special = r->kind == REG_SPECIAL;
    bool reads_zero = is_special && !strcmp(r->get, "zero"), ignores = is_special && !strcmp(r->set, "ignore");
    if (r->kind == REG_ABSENT)
        fputs("UNDEFINED", to);
    else if (r->kind == REG_CONSTANT)
        fputs("constant", to);
    else if ((r->kind == REG_STORED && !r->writable) || (reads_zero && ignores))
        fputs("RAZ/WI", to);
    else if (reads_zero || ignores)
        fputs(reads_zero ? "RAZ" : "writes are ignored", to);
    else if (r->kind == REG_STORED && ~r->writable)
        fprintf(to, "full: bits 0x%llx", (unsigned long long)r->writable);
    else
        fputs("full", to);
}

static void put_register(FILE *to, const struct register_row *r)
{
    uint64_t value, with_crypto;
    uint32_t read = W_MRS | r->place, write = W_MSR | r->place | 1;
    fprintf(to, "| %s | %s |", r->name, r->numbers);
    put_access(to, read, write, 0);
    put_access(to, read, write, 1);
    fputs(" ", to);
    if (try_word(read, 1, true, false, &value) == WORD_DONE) {
        fprintf(to, "0x%llx", (unsigned long long)value);
        try_word(read, 1, true, true, &with_crypto);
        if (with_crypto != value)
            fprintf(to, "; crypto=on: 0x%llx", (unsigned long long)with_crypto);
    }
    fputs(" | ", to);
    put_state(to, r);
    fputs(" |\n", to);
}

static void put_registers(FILE *to)
{
    fprintf(to, "# System registers\n\n"
            "The registers of MRS and MSR: the rows of `cpu/arm64/sysregs.def`, and what a core says of them out of reset (a word\n"
            "of each is run). Those are the Cortex-A53's; EL2 and EL3 are not there, so their registers are UNDEFINED. R and W:\n"
            "what the level may do; *may trap*: EL1 can forbid it to EL0, which then traps with EC 0x18. Whatever is in no row is\n"
            "UNDEFINED, but for ID registers that are not allocated yet (3 0 0 2-7 x), which read as zero. *full*: the bits\n"
            "are kept and do what the manual says, or, of IMPLEMENTATION DEFINED controls of a memory system that is not there,\n"
            "are kept.\n\n"
            "| name | op0 op1 CRn CRm op2 | EL0 | EL1 | reads out of reset | state |\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < ARRAY_SIZE(registers); i++)
        put_register(to, &registers[i]);
    fputs("\n## System instructions\n\n"
          "What `SYS` is there for. Caches of the model are maintained when time is kept; by set and way nothing is to be\n"
          "done, as the contents of caches are always those of memory.\n\n"
          "| name | op1 CRn CRm op2 | EL0 | EL1 |\n|---|---|---|---|\n", to);
    for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
        uint32_t place = W_SYSREG(2, operations[i].op1, operations[i].crn, operations[i].crm, operations[i].op2);
        uint32_t word = 0xd5080000 | (place & 0x7ffe0) | 2;   /* X2 is zero, and nothing is there */
        fprintf(to, "| %s | %u %u %u %u |", operations[i].name, operations[i].op1, operations[i].crn, operations[i].crm,
                operations[i].op2);
        for (unsigned el = 0; el < 2; el++) {
            uint64_t value;
            int done = try_word(word, el, true, true, &value);
            bool traps = !el && done == WORD_DONE && try_word(word, el, false, true, &value) == WORD_TRAPPED;
            fprintf(to, " %s |", done == WORD_UNDEFINED ? "UNDEFINED" : traps ? "full, may trap" : "full");
        }
        fputs("\n", to);
    }
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

START_TEST(the_page_of_registers_is_what_a_core_says)
{
    char *text = NULL;
    size_t size;
    FILE *page = open_memstream(&text, &size);
    put_registers(page);
    fclose(page);
    check_page("docs/registers.md", text);
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
    tcase_add_test(t, the_page_of_registers_is_what_a_core_says);
    tcase_set_timeout(t, 300);
    tcase_add_test(t, the_page_of_cores_is_what_their_tables_say);
    suite_add_tcase(s, t);
    return s;
}
