/* SPDX-License-Identifier: MIT */
/* -device: the ports of virtio-serial, and which pointer the machine has. */
#ifndef FRONTENDS_CLI_DEVICES_H
#define FRONTENDS_CLI_DEVICES_H

#include "frontends/cli/options.h"

/* A setter for the options' table. */
int devices_add(struct options *o, const char *value, struct error *err);

/* Once all options are known: do the devices go with them? */
int devices_settle(const struct options *o, struct error *err);

#endif
