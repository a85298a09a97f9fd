/* SPDX-License-Identifier: MIT */
#include "frontends/trace/kanata.h"

#include <inttypes.h>
#include <stdlib.h>

#include "frontends/host/disassembly.h"

/* A line of the file, which goes by cycles while steps come by instructions. */
enum moment_kind { MOMENT_BEGIN, MOMENT_STAGE, MOMENT_RETIRE };
struct moment {
    uint64_t cycle;
    size_t step;
    uint8_t kind, order;      /* among those of the same step */
    const char *stage;
};

struct writer {
    const struct timing_step *steps;
    FILE *to;
    struct disassembly *disassembly;
    struct moment *heap;       /* the earliest on top */
    size_t count, room;
    uint64_t cycle, retired;
    uint64_t fetched;         /* of the newest step: fetch is in order, and nothing earlier will come */
};

static bool is_before(const struct moment *a, const struct moment *b)
{
    if (a->cycle != b->cycle)
        return a->cycle < b->cycle;
    return a->step != b->step ? a->step < b->step : a->order < b->order;
}

static void swap(struct moment *a, struct moment *b)
{
    struct moment c = *a;
    *a = *b;
    *b = c;
}

static void push(struct writer *w, struct moment moment)
{
    if (w->count == w->room) {
        w->room = w->room ? 2 * w->room : 256;
        w->heap = mem_realloc(w->heap, w->room * sizeof *w->heap);
    }
    size_t at = w->count++;
    w->heap[at] = moment;
    for (; at && is_before(&w->heap[at], &w->heap[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&w->heap[at], &w->heap[(at - 1) / 2]);
}

static struct moment pop(struct writer *w)
{
    struct moment top = w->heap[0];
    w->heap[0] = w->heap[--w->count];
    for (size_t at = 0, child; (child = 2 * at + 1) < w->count; at = child) {
        if (child + 1 < w->count && is_before(&w->heap[child + 1], &w->heap[child]))
            child++;
        if (!is_before(&w->heap[child], &w->heap[at]))
            break;
        swap(&w->heap[at], &w->heap[child]);
    }
    return top;
}

static void write_begin(struct writer *w, size_t id)
{
    const struct timing_step *s = &w->steps[id];
    char text[DISASSEMBLY_TEXT];
    disassembly_text(w->disassembly, s->va, s->insn, text);
    fprintf(w->to, "I\t%zu\t%zu\t0\nL\t%zu\t0\t%" PRIx64 ": %s\n", id, id, id, s->va, text);
    fprintf(w->to, "L\t%zu\t1\tEL%u, word %08" PRIx32 ", fetched %" PRIu64 ", issued %" PRIu64 ", done %" PRIu64 "\n", id, s->el,
            s->insn, s->fetched, s->issued, s->done);
}

/* Writes what happens before `until`. */
static void flush(struct writer *w, uint64_t until)
{
    while (w->count && w->heap[0].cycle < until) {
        struct moment e = pop(w);
        if (e.cycle > w->cycle)
            fprintf(w->to, "C\t%" PRIu64 "\n", e.cycle - w->cycle);
        w->cycle = e.cycle;
        if (e.kind == MOMENT_BEGIN)
            write_begin(w, e.step);
        if (e.kind == MOMENT_RETIRE)
            fprintf(w->to, "R\t%zu\t%" PRIu64 "\t0\n", e.step, w->retired++);
        else
            fprintf(w->to, "S\t%zu\t0\t%s\n", e.step, e.stage);
    }
}

static void add_step(struct writer *w, size_t id)
{
    const struct timing_step *s = &w->steps[id];
    uint64_t fetched = s->fetched > w->fetched ? s->fetched : w->fetched, issued = s->issued > fetched ? s->issued : fetched,
             done = s->done > issued ? s->done : issued + 1;
    w->fetched = fetched;
    flush(w, fetched);
    push(w, (struct moment){ fetched, id, MOMENT_BEGIN, 0, issued > fetched ? "F" : "Is" });
    if (issued > fetched + 1)
        push(w, (struct moment){ fetched + 1, id, MOMENT_STAGE, 1, "Q" });
    if (issued > fetched)
        push(w, (struct moment){ issued, id, MOMENT_STAGE, 2, "Is" });
    if (done > issued + 1)
        push(w, (struct moment){ issued + 1, id, MOMENT_STAGE, 3, "Ex" });
    push(w, (struct moment){ done, id, MOMENT_STAGE, 4, "Wb" });
    push(w, (struct moment){ done + 1, id, MOMENT_RETIRE, 5, NULL });
}

void kanata_write(const struct timing_step *steps, size_t count, FILE *to)
{
    struct writer w = { .steps = steps, .to = to, .disassembly = disassembly_new() };
    w.cycle = w.fetched = count ? steps[0].fetched : 0;
    fprintf(to, "Kanata\t0004\nC=\t%" PRIu64 "\n", w.cycle);
    for (size_t i = 0; i < count; i++)
        add_step(&w, i);
    flush(&w, UINT64_MAX);
    disassembly_free(w.disassembly);
    free(w.heap);
}
