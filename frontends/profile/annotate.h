/* SPDX-License-Identifier: MIT */
/* orrery annotate FILE.lines [FUNCTION]: which functions cost most, and what in one of them does. */
#ifndef FRONTENDS_PROFILE_ANNOTATE_H
#define FRONTENDS_PROFILE_ANNOTATE_H

#include "frontends/profile/lines.h"

/* The functions of sorted lines, the most expensive first; at most `most` of them. */
void annotate_functions(const struct lines *lines, size_t most, FILE *to);

/* Each instruction of the functions of this name; in colours if the reader is a terminal. False: there is no such function. */
bool annotate_function(const struct lines *lines, const char *name, bool has_colours, FILE *to);

/* The command; the arguments are those behind its word. Returns the exit status. */
int annotate_main(int argc, char *const argv[]);

#endif
