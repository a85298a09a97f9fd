/* SPDX-License-Identifier: MIT */
/* The loop's two tables for real life: the host's clock, and the machine. */
#include <poll.h>
#include <time.h>

#include "frontends/host/loop.h"

enum { NS_PER_SECOND = 1000000000 };

static uint64_t monotonic_ns(void *self)
{
    (void)self;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * NS_PER_SECOND + (uint64_t)t.tv_nsec;
}

static int poll_ns(void *self, struct pollfd *fds, unsigned count, int64_t timeout_ns)
{
    (void)self;
    struct timespec t = { .tv_sec = (time_t)(timeout_ns / NS_PER_SECOND), .tv_nsec = (long)(timeout_ns % NS_PER_SECOND) };
    return ppoll(fds, count, timeout_ns < 0 ? NULL : &t, NULL);
}

const struct host_time host_time_real = { .now = monotonic_ns, .poll = poll_ns };
