/* SPDX-License-Identifier: MIT */
#include "tests/support/fake_machine.h"

#include <poll.h>

#include "base/bits.h"

static enum machine_stop run(void *machine, tick_t until)
{
    struct fake_machine *fake = machine;
    fake->runs++;
    if (fake->stops_at && until >= fake->stops_at) {
        fake->now = fake->stops_at;
        fake->stops_at = 0;
        return fake->stops;
    }
    if (fake->wakes > fake->now) {
        fake->now = until;
        if (until >= fake->wakes)
            fake->wakes = fake->naps ? fake->wakes + fake->naps : fake->now;
        return MACHINE_REACHED;
    }
    fake->host_ns += muldiv64(until - fake->now, (uint32_t)(fake->host_per_second / 1000), (uint32_t)(TICKS_PER_SECOND / 1000));
    fake->now = until;
    return MACHINE_REACHED;
}

static void reset(void *machine)
{
    ((struct fake_machine *)machine)->resets++;
}

static tick_t now(const void *machine)
{
    return ((const struct fake_machine *)machine)->now;
}

static tick_t idle_until(const void *machine)
{
    const struct fake_machine *fake = machine;
    return fake->wakes > fake->now ? fake->wakes : fake->now;
}

static enum timing_mode timing(const void *machine)
{
    return ((const struct fake_machine *)machine)->timing;
}

static void set_timing(void *machine, enum timing_mode mode)
{
    struct fake_machine *fake = machine;
    fake->timing = mode;
    fake->timing_switches++;
}

/* Nothing in it calls the host. */
static void run_until(void *machine, tick_t at)
{
    (void)machine, (void)at;
}

const struct host_engine fake_engine = { run, reset, now, idle_until, timing, set_timing, run_until };

static uint64_t host_now(void *self)
{
    return ((struct fake_machine *)self)->host_ns;
}

static int poll_now(void *self, struct pollfd *fds, unsigned count, int64_t timeout_ns)
{
    struct fake_machine *fake = self;
    fake->polls++;
    if (timeout_ns) {
        int64_t slept = fake->asleep ? fake->asleep(fake, timeout_ns) : timeout_ns;
        fake->host_ns += (uint64_t)(slept < 0 ? timeout_ns : slept);
    }
    return poll(fds, count, 0);
}

struct host_time fake_time(struct fake_machine *fake)
{
    return (struct host_time){ .now = host_now, .poll = poll_now, .self = fake };
}
