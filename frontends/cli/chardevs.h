/* SPDX-License-Identifier: MIT */
/* -chardev: host ends of lines, with names. */
#ifndef FRONTENDS_CLI_CHARDEVS_H
#define FRONTENDS_CLI_CHARDEVS_H

#include "frontends/cli/options.h"

/* A setter for the options' table. */
int chardevs_add(struct options *o, const char *value, struct error *err);

/* Once all options are known: who leads where. o->serial and o->consoles are places for host_chardev_open afterwards. */
int chardevs_settle(struct options *o, struct error *err);

void chardevs_free(struct options *o);

#endif
