/* SPDX-License-Identifier: MIT */
#include "frontends/profile/annotate.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "frontends/host/disassembly.h"

enum { FUNCTIONS_SHOWN = 40, BAR = 10 };

/* Rows first … first + count - 1 of the lines. */
struct function {
    size_t first, count;
    uint64_t total[LINES_WHATS];
};

struct functions {
    struct function *all;
    size_t count;
    uint64_t total[LINES_WHATS];
};

static struct functions find_functions(const struct lines *l)
{
    struct functions f = { .all = mem_alloc((l->count + 1) * sizeof *f.all) };
    for (size_t i = 0; i < l->count; i++) {
        const struct lines_row *r = &l->rows[i], *before = r - 1;
        if (!i || r->function_va != before->function_va || r->function != before->function || r->object != before->object)
            f.all[f.count++] = (struct function){ .first = i };
        struct function *last = &f.all[f.count - 1];
        last->count++;
        for (unsigned w = 0; w < LINES_WHATS; w++) {
            last->total[w] += r->count[w];
            f.total[w] += r->count[w];
        }
    }
    return f;
}

static int compare(const void *left, const void *right)
{
    const struct function *a = left, *b = right;
    uint64_t a_cycles = a->total[LINES_CYCLES], b_cycles = b->total[LINES_CYCLES];
    if (a_cycles != b_cycles)
        return a_cycles > b_cycles ? -1 : 1;
    return a->first < b->first ? -1 : a->first > b->first;
}

static double share(uint64_t part, uint64_t all)
{
    return all ? (double)part / (double)all : 0;
}

void annotate_functions(const struct lines *l, size_t most, FILE *to)
{
    struct functions f = find_functions(l);
    qsort(f.all, f.count, sizeof *f.all, compare);
    fprintf(to, "%7s %14s %14s %6s %10s %10s %10s  %s\n", "", "cycles", "instructions", "CPI", "L1D miss", "L1I miss", "mispred.",
            "function");
    for (size_t i = 0; i < f.count && i < most; i++) {
        const uint64_t *t = f.all[i].total;
        const struct lines_row *r = &l->rows[f.all[i].first];
        fprintf(to, "%6.2f%% %14" PRIu64 " %14" PRIu64 " %6.2f %10" PRIu64 " %10" PRIu64 " %10" PRIu64 "  %s",
                100 * share(t[LINES_CYCLES], f.total[LINES_CYCLES]), t[LINES_CYCLES], t[LINES_EXECUTIONS],
                share(t[LINES_CYCLES], t[LINES_EXECUTIONS]), t[LINES_L1D], t[LINES_L1I], t[LINES_MISPREDICTIONS],
                names_text(l->names, r->function));
        fprintf(to, strcmp(names_text(l->names, r->object), "-") ? "  [%s]\n" : "\n", names_text(l->names, r->object));
    }
    if (f.count > most)
        fprintf(to, "… and %zu more\n", f.count - most);
    free(f.all);
}

/* ---- one function ---- */

/* Warmer the more of the function's cycles an instruction has: colours of the 256 that terminals have. */
static const struct { double from; int colour; } heats[] = { { 0.20, 196 }, { 0.08, 208 }, { 0.03, 220 }, { 0.005, 250 },
                                                              { 0, 240 } };

static int heat(double part)
{
    size_t i = 0;
    while (part < heats[i].from)
        i++;
    return heats[i].colour;
}

/* A bar of BAR letters for a part of the whole, in eighths of a letter. */
static void put_bar(double part, FILE *to)
{
    static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
    unsigned length = (unsigned)(part * BAR * 8 + 0.5), used = length / 8 + (length % 8 > 0);
    for (unsigned i = 0; i < length / 8; i++)
        fputs("█", to);
    fputs(eighths[length % 8], to);
    for (; used < BAR; used++)
        putc(' ', to);
}

static void put_count(uint64_t count, FILE *to)
{
    if (count)
        fprintf(to, " %9" PRIu64, count);
    else
        fprintf(to, " %9s", "");
}

static void put_row(const struct lines_row *r, const struct function *f, uint64_t hottest, struct disassembly *d,
                    bool has_colours, FILE *to)
{
    char text[DISASSEMBLY_TEXT];
    double part = share(r->count[LINES_CYCLES], f->total[LINES_CYCLES]);
    disassembly_text(d, r->va, r->insn, text);
    if (has_colours)
        fprintf(to, "\033[38;5;%dm", heat(part));
    fprintf(to, "%6.2f%% ", 100 * part);
    put_bar(share(r->count[LINES_CYCLES], hottest), to);
    fprintf(to, " %12" PRIu64 " %7.2f", r->count[LINES_EXECUTIONS], share(r->count[LINES_CYCLES], r->count[LINES_EXECUTIONS]));
    put_count(r->count[LINES_L1D], to);
    put_count(r->count[LINES_L1I], to);
    put_count(r->count[LINES_MISPREDICTIONS], to);
    fprintf(to, "%s  %16" PRIx64 "  +%-5" PRIx64 " %s\n", has_colours ? "\033[0m" : "", r->va, r->va - r->function_va, text);
}

static void put_function(const struct lines *l, const struct function *f, const uint64_t *total, bool has_colours, FILE *to)
{
    const struct lines_row *first = &l->rows[f->first];
    struct disassembly *d = disassembly_new();
    uint64_t hottest = 0;
    for (size_t i = 0; i < f->count; i++)
        if (first[i].count[LINES_CYCLES] > hottest)
            hottest = first[i].count[LINES_CYCLES];
    const uint64_t *t = f->total;
    fprintf(to, "%s [%s]: %" PRIu64 " cycles, %.2f %% of all; CPI %.2f; ", names_text(l->names, first->function),
            names_text(l->names, first->object), t[LINES_CYCLES], 100 * share(t[LINES_CYCLES], total[LINES_CYCLES]),
            share(t[LINES_CYCLES], t[LINES_EXECUTIONS]));
    fprintf(to, "%" PRIu64 " L1D misses, %" PRIu64 " L1I misses, %" PRIu64 " mispredictions\n", t[LINES_L1D], t[LINES_L1I],
            t[LINES_MISPREDICTIONS]);
    fprintf(to, "%7s %-*s %12s %7s %9s %9s %9s  %16s\n", "cycles", BAR, "", "executed", "each", "L1D miss", "L1I miss",
            "mispred.", "address");
    for (size_t i = 0; i < f->count; i++) {
        if (i && first[i].va > first[i - 1].va + 4)
            fprintf(to, "%7s …\n", "");
        put_row(&first[i], f, hottest, d, has_colours, to);
    }
    disassembly_free(d);
}

bool annotate_function(const struct lines *l, const char *name, bool has_colours, FILE *to)
{
    struct functions f = find_functions(l);
    bool is_found = false;
    qsort(f.all, f.count, sizeof *f.all, compare);
    for (size_t i = 0; i < f.count; i++)
        if (!strcmp(names_text(l->names, l->rows[f.all[i].first].function), name)) {
            fputs(is_found ? "\n" : "", to);
            put_function(l, &f.all[i], f.total, has_colours, to);
            is_found = true;
        }
    free(f.all);
    return is_found;
}

/* ---- the command ---- */

static int fail(const char *text)
{
    fprintf(stderr, "orrery: %s\n", text);
    return 1;
}

static int fail_unknown(const struct lines *l, const char *file, const char *name)
{
    const char **words = mem_alloc(l->count * sizeof *words);
    for (size_t i = 0; i < l->count; i++)
        words[i] = names_text(l->names, l->rows[i].function);
    const char *nearest = nearest_word(name, words, l->count);
    char *text = nearest ? mem_printf("'%s' has no function '%s'; did you mean '%s'?", file, name, nearest)
                         : mem_printf("'%s' has no function '%s'; without a name, orrery annotate lists them", file, name);
    int status = fail(text);
    free(text);
    free(words);
    return status;
}

int annotate_main(int argc, char *const argv[])
{
    struct error err;
    if (argc < 1 || argc > 2 || argv[0][0] == '-')
        return fail("usage: orrery annotate FILE.lines [FUNCTION]; FILE.lines is written by -profile FILE.folded");
    FILE *from = fopen(argv[0], "re");
    if (!from) {
        error_set(&err, "cannot read '%s': %s", argv[0], strerror(errno));
        return fail(err.text);
    }
    struct lines *lines = lines_read(from, argv[0], &err);
    fclose(from);
    if (!lines)
        return fail(err.text);
    int status = 0;
    if (argc == 1)
        annotate_functions(lines, FUNCTIONS_SHOWN, stdout);
    else if (!annotate_function(lines, argv[1], isatty(STDOUT_FILENO), stdout))
        status = fail_unknown(lines, argv[0], argv[1]);
    lines_free(lines);
    return status;
}
