/* SPDX-License-Identifier: MIT */
/* Without a window: the calling thread is the machine's. */
#ifndef FRONTENDS_HEADLESS_HEADLESS_H
#define FRONTENDS_HEADLESS_HEADLESS_H

#include "frontends/host/loop.h"

enum host_end headless_run(struct host_loop *loop, struct machine *machine);

#endif
