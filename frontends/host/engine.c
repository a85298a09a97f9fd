/* SPDX-License-Identifier: MIT */
/* A struct machine as the loop drives it. */
#include "frontends/host/loop.h"

static enum machine_stop run(void *machine, tick_t until)
{
    return machine_run(machine, until);
}

static void reset(void *machine)
{
    machine_reset(machine);
}

static tick_t now(const void *machine)
{
    return machine_now(machine);
}

static tick_t idle_until(const void *machine)
{
    return machine_idle_until(machine);
}

static enum timing_mode timing(const void *machine)
{
    return machine_timing(machine);
}

static void set_timing(void *machine, enum timing_mode mode)
{
    machine_set_timing(machine, mode);
}

static void run_until(void *machine, tick_t at)
{
    machine_run_until(machine, at);
}

const struct host_engine host_engine_machine = { run, reset, now, idle_until, timing, set_timing, run_until };
