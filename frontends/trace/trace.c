/* SPDX-License-Identifier: MIT */
#include "frontends/trace/trace.h"

#include <stdlib.h>

#include "boards/look.h"
#include "boards/machine.h"
#include "frontends/host/save.h"
#include "frontends/trace/kanata.h"

/* Of the first core. A window by number of instruction: steps are counted from at most NEAR instructions before it. Until then
   only the clock is looked at, for no core issues more than ISSUE_MAX instructions a cycle. */
enum { NEAR = 4096, ISSUE_MAX = 4 };

enum state { TRACE_WAITS, TRACE_RUNS, TRACE_IS_OVER };

struct trace {
    struct host_loop *loop;
    struct host_observer observer;
    struct machine *machine;
    struct trace_options options;
    char *file;
    enum state state;
    uint64_t skip;            /* steps before the window */
    struct timing_step *steps;
    size_t count, room;
};

static void take_step(void *to, const struct timing_step *step)
{
    struct trace *t = to;
    if (t->skip) {
        t->skip--;
        return;
    }
    if (t->count == t->options.count)
        return;
    if (t->count == t->room) {
        t->room = t->room ? 2 * t->room : 4096;
        t->steps = mem_realloc(t->steps, t->room * sizeof *t->steps);
    }
    t->steps[t->count++] = *step;
}

static uint64_t instructions_to_go(const struct trace *t)
{
    uint64_t done = machine_core_instructions(t->machine, 0);
    return t->options.insn > done ? t->options.insn - done : 0;
}

static tick_t next_look(void *owner)
{
    const struct trace *t = owner;
    if (t->state == TRACE_IS_OVER)
        return TICK_NEVER;
    if (t->state == TRACE_WAITS && !t->options.insn)
        return t->options.from;
    uint64_t wakes = look_cycle_at(t->machine, machine_idle_until(t->machine));
    uint64_t idle, cycle = look_at_cycles(t->machine, 0, &idle);
    uint64_t left = t->state == TRACE_RUNS ? t->skip + t->options.count - t->count : instructions_to_go(t) - NEAR / 2;
    if (wakes == UINT64_MAX)
        return TICK_NEVER;
    return look_time_of(t->machine, (wakes > cycle ? wakes : cycle) + left / ISSUE_MAX + 1);
}

static void look(void *owner)
{
    struct trace *t = owner;
    bool is_due = t->options.insn ? instructions_to_go(t) <= NEAR : machine_now(t->machine) >= t->options.from;
    if (t->state == TRACE_WAITS && is_due) {
        t->skip = t->options.insn ? instructions_to_go(t) : 0;
        t->state = TRACE_RUNS;
        machine_trace(t->machine, take_step, t);
    } else if (t->state == TRACE_RUNS && t->count == t->options.count) {
        t->state = TRACE_IS_OVER;
        machine_trace(t->machine, NULL, NULL);
    }
}

struct trace *trace_start(const struct trace_options *options, struct machine *machine, struct host_loop *loop,
                          struct error *err)
{
    if (save_check("the trace", options->file, err) < 0)
        return NULL;
    struct trace *t = mem_alloc(sizeof *t);
    t->loop = loop;
    t->machine = machine;
    t->options = *options;
    t->file = mem_strdup(options->file);
    t->observer = (struct host_observer){ .next = next_look, .look = look, .owner = t };
    look(t);   /* the window may begin at power on */
    host_loop_add_observer(loop, &t->observer);
    return t;
}

static void write_trace(FILE *to, const void *trace)
{
    const struct trace *t = trace;
    kanata_write(t->steps, t->count, to);
}

void trace_drop(struct trace *t)
{
    if (!t)
        return;
    machine_trace(t->machine, NULL, NULL);
    host_loop_remove_observer(t->loop, &t->observer);
    free(t->steps);
    free(t->file);
    free(t);
}

int trace_finish(struct trace *t, struct error *err)
{
    if (!t)
        return 0;
    int result = t->count ? save_file("the trace", t->file, write_trace, t, err)
                          : error_set(err, "-trace pipeline=%s: the run ended before its first instruction", t->file);
    trace_drop(t);
    return result;
}
