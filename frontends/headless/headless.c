/* SPDX-License-Identifier: MIT */
#include "frontends/headless/headless.h"

enum host_end headless_run(struct host_loop *loop, struct machine *machine)
{
    return host_loop_run(loop, &host_engine_machine, machine);
}
