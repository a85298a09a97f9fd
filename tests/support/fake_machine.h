/* SPDX-License-Identifier: MIT */
/* A machine without instructions and a host without a clock, to test what drives machines: both times are numbers that a test
   sets. */
#ifndef TESTS_SUPPORT_FAKE_MACHINE_H
#define TESTS_SUPPORT_FAKE_MACHINE_H

#include "frontends/host/loop.h"

struct fake_machine {
    tick_t now;
    tick_t wakes;             /* > now: asleep until then (TICK_NEVER: for an input) */
    tick_t naps;              /* after waking by itself it sleeps this long again; 0: it stays awake */
    enum machine_stop stops;  /* what it does … */
    tick_t stops_at;          /* … at this time; 0: nothing */
    int runs, resets;
    enum timing_mode timing;
    int timing_switches;
    /* host */
    uint64_t host_ns;
    uint64_t host_per_second; /* host nanoseconds that a virtual second of running takes */
    int polls;
    /* called when the loop sleeps; says after how many nanoseconds it is woken, or -1 */
    int64_t (*asleep)(struct fake_machine *fake, int64_t timeout_ns);
    void *to;
};

extern const struct host_engine fake_engine;

/* The host's time for host_loop_new. Real descriptors are polled too, without waiting. */
struct host_time fake_time(struct fake_machine *fake);

#endif
