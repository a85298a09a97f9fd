/* SPDX-License-Identifier: MIT */
/* Does what -screendump, -sendkeys, -pointer and -timing-switch ask for at their virtual times. */
#ifndef FRONTENDS_CLI_SCRIPT_H
#define FRONTENDS_CLI_SCRIPT_H

#include "bus/port.h"
#include "frontends/cli/options.h"
#include "frontends/host/loop.h"

struct script;

/* Arms the loop's timers; the options must stay. */
struct script *script_start(struct host_loop *loop, const struct options *options, struct display *display);

/* Whether everything went well; says on standard error what came too late to be done. */
bool script_end(struct script *script);

#endif
