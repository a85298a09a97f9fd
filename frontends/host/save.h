/* SPDX-License-Identifier: MIT */
/* Files that appear whole or not at all. */
#ifndef FRONTENDS_HOST_SAVE_H
#define FRONTENDS_HOST_SAVE_H

#include <stdio.h>

#include "base/error.h"

/* What the file will contain. */
typedef void save_writer(FILE *to, const void *from);

/* Writes a file beside `file` and renames it. What is no ordinary file (a pipe, a terminal) is written in place. `what` names it
   in messages: "cannot write the statistics '…': …". 0, or -1 with err filled; then the old file is as it was. */
int save_file(const char *what, const char *file, save_writer *write, const void *from, struct error *err);

/* Whether that could succeed, asked before an hour of work. 0, or -1 with err filled. */
int save_check(const char *what, const char *file, struct error *err);

#endif
