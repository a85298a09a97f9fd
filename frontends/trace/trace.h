/* SPDX-License-Identifier: MIT */
/* -trace pipeline=FILE: a window of instructions on their way through the pipeline. */
#ifndef FRONTENDS_TRACE_TRACE_H
#define FRONTENDS_TRACE_TRACE_H

#include "base/error.h"
#include "frontends/host/loop.h"

enum { TRACE_COUNT = 20000, TRACE_COUNT_MAX = 10000000 };

struct trace_options {
    const char *file;
    tick_t from;              /* virtual time at which the window begins … */
    uint64_t insn;            /* … or how many instructions since power on are before it; 0: by time */
    uint64_t count;           /* of instructions */
};

struct trace;

/* Looks at the machine that the loop runs. NULL with err filled on failure. */
struct trace *trace_start(const struct trace_options *options, struct machine *machine, struct host_loop *loop,
                          struct error *err);

/* Writes the file. 0, or -1 with err filled, also when the run ended before the window. NULL is fine. */
int trace_finish(struct trace *trace, struct error *err);

/* Instead of trace_finish: nothing was run, nothing is written. */
void trace_drop(struct trace *trace);

#endif
