/* SPDX-License-Identifier: MIT */
/* What each instruction took, and in which function it is: collected from the machine, written to a file, read again. The file is
   text, in the order of addresses; numbers of addresses and instructions are hexadecimal, all others decimal:

       orrery-lines 1
       f ffff800008012000 kernel memcpy                 a function: address, file or "kernel" or "-", name
       i ffff800008012000 a9400c22 100 250 3 0 0        an instruction in it: address, word, executions, cycles,
                                                        L1D misses, L1I misses, mispredictions
*/
#ifndef FRONTENDS_PROFILE_LINES_H
#define FRONTENDS_PROFILE_LINES_H

#include <stdio.h>

#include "base/error.h"
#include "frontends/profile/names.h"

enum lines_what { LINES_EXECUTIONS, LINES_CYCLES, LINES_L1D, LINES_L1I, LINES_MISPREDICTIONS, LINES_WHATS };

struct lines_row {
    uint64_t va;
    uint64_t function_va;
    uint32_t object, function;    /* numbers of names */
    uint32_t insn;
    uint64_t count[LINES_WHATS];
};

struct lines {
    struct names *names;
    struct lines_row *rows;
    size_t count, room;
};

struct lines *lines_new(void);
void lines_free(struct lines *lines);

void lines_add(struct lines *lines, const struct lines_row *row);

/* By object, function and address; rows of the same instruction become one. */
void lines_sort(struct lines *lines);

/* The lines must be sorted. */
void lines_write(const struct lines *lines, FILE *to);

/* Sorted lines. NULL with err filled when the file is not as it should be; `name` is for messages. */
struct lines *lines_read(FILE *from, const char *name, struct error *err);

#endif
