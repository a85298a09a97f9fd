/* SPDX-License-Identifier: MIT */
/* Does what -stats and -stats-every ask for. */
#ifndef FRONTENDS_CLI_STATISTICS_H
#define FRONTENDS_CLI_STATISTICS_H

#include "frontends/cli/options.h"
#include "frontends/host/loop.h"

struct statistics;

/* Before the loop runs; NULL when the options ask for nothing. */
struct statistics *statistics_start(const struct options *options, struct host_loop *loop, struct machine *machine);

/* After it: prints the table on standard error and writes the file. False when that could not be written, which is then told.
   `guest` is what the guest is called. Frees it; NULL is allowed. */
bool statistics_end(struct statistics *statistics, const char *guest, enum host_end end);

#endif
