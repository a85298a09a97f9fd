/* SPDX-License-Identifier: MIT */
#include "frontends/profile/lines.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char header[] = "orrery-lines 1";

struct lines *lines_new(void)
{
    struct lines *l = mem_alloc(sizeof *l);
    l->names = names_new();
    return l;
}

void lines_free(struct lines *l)
{
    if (!l)
        return;
    names_free(l->names);
    free(l->rows);
    free(l);
}

void lines_add(struct lines *l, const struct lines_row *row)
{
    if (l->count == l->room) {
        l->room = l->room ? 2 * l->room : 1024;
        l->rows = mem_realloc(l->rows, l->room * sizeof *l->rows);
    }
    l->rows[l->count++] = *row;
}

static int order(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare(const void *left, const void *right, void *names)
{
    const struct lines_row *a = left, *b = right;
    int by = a->object == b->object ? 0 : strcmp(names_text(names, a->object), names_text(names, b->object));
    by = by ? by : order(a->function_va, b->function_va);
    if (!by && a->function != b->function)
        by = strcmp(names_text(names, a->function), names_text(names, b->function));
    by = by ? by : order(a->va, b->va);
    return by ? by : order(a->insn, b->insn);
}

void lines_sort(struct lines *l)
{
    if (!l->count)
        return;
    qsort_r(l->rows, l->count, sizeof *l->rows, compare, l->names);
    size_t kept = 1;
    for (size_t i = 1; i < l->count; i++) {
        struct lines_row *last = &l->rows[kept - 1], *row = &l->rows[i];
        if (compare(last, row, l->names)) {
            l->rows[kept++] = *row;
            continue;
        }
        for (unsigned w = 0; w < LINES_WHATS; w++)
            last->count[w] += row->count[w];
    }
    l->count = kept;
}

static bool same_function(const struct lines_row *a, const struct lines_row *b)
{
    return a->function_va == b->function_va && a->function == b->function && a->object == b->object;
}

void lines_write(const struct lines *l, FILE *to)
{
    fprintf(to, "%s\n", header);
    for (size_t i = 0; i < l->count; i++) {
        const struct lines_row *r = &l->rows[i];
        if (!i || !same_function(r, r - 1))
            fprintf(to, "f %" PRIx64 " %s %s\n", r->function_va, names_text(l->names, r->object),
                    names_text(l->names, r->function));
        fprintf(to, "i %" PRIx64 " %08" PRIx32, r->va, r->insn);
        for (unsigned w = 0; w < LINES_WHATS; w++)
            fprintf(to, " %" PRIu64, r->count[w]);
        putc('\n', to);
    }
}

/* ---- reading ---- */

static bool take_function(struct lines *l, const char *text, struct lines_row *row)
{
    int object = 0, object_end = 0, name = 0;
    if (sscanf(text, "f %" SCNx64 " %n%*s%n %n", &row->function_va, &object, &object_end, &name) != 1 || !name || !text[name])
        return false;
    row->object = names_number(l->names, text + object, (size_t)(object_end - object));
    row->function = names_number(l->names, text + name, strlen(text + name));
    return true;
}

static bool take_insn(const char *text, struct lines_row *row)
{
    int end = 0;
    uint64_t *c = row->count;
    return sscanf(text, "i %" SCNx64 " %" SCNx32 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 "%n", &row->va,
                  &row->insn, &c[0], &c[1], &c[2], &c[3], &c[4], &end) == 7 && !text[end];
}

static int read_lines(struct lines *l, FILE *from, const char *name, struct error *err)
{
    char text[1024];
    struct lines_row row = { 0 };
    bool has_function = false;
    for (unsigned number = 1; fgets(text, sizeof text, from); number++) {
        text[strcspn(text, "\n")] = 0;
        if (number == 1 && strcmp(text, header))
            return error_set(err, "'%s' is not what -profile writes to its .lines", name);
        if (number == 1)
            continue;
        bool is_good = *text == 'f' ? take_function(l, text, &row) : has_function && take_insn(text, &row);
        if (!is_good)
            return error_set(err, "'%s', line %u: damaged", name, number);
        has_function = true;
        if (*text == 'i')
            lines_add(l, &row);
    }
    return l->count ? 0 : error_set(err, "'%s' has no instructions: was the guest run with -timing off?", name);
}

struct lines *lines_read(FILE *from, const char *name, struct error *err)
{
    struct lines *l = lines_new();
    if (read_lines(l, from, name, err) < 0) {
        lines_free(l);
        return NULL;
    }
    lines_sort(l);
    return l;
}
