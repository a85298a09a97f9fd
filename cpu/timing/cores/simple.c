/* SPDX-License-Identifier: MIT */
/* A deliberately simple core, to compare with and to learn from: what a guest's time is made of when nothing is clever. Its guest
   sees the same architecture and ID registers as on the Cortex-A53: only time differs. */
#include "cpu/timing/cores/cores.h"

static const char modelled[] =
    "in-order issue of one instruction a cycle, results in flight\n"
    "taken branches, counters that predict them by address\n"
    "small direct-mapped L1 and L2 caches, one miss at a time\n"
    "small TLBs; every level of a table walk is a load\n"
    "memory that always takes the same time";

static const char not_modelled[] =
    "any particular chip\n"
    "whatever makes a core fast: dual issue, history of branches, prefetching, write streaming, open rows";

_Static_assert(0
#define SET(member, number, source) +1
#include "cpu/timing/cores/simple.def"
#undef SET
    == SETTING_COUNT, "the core needs each setting once");

static const char *const sources[SETTING_COUNT] = {
#define SET(member, number, source) [SETTING_##member] = source,
#include "cpu/timing/cores/simple.def"
#undef SET
};

const struct core_model core_simple = {
    .name = "simple",
    .board = "generic",
    .summary = "a textbook in-order core: 1 GHz, single issue, direct-mapped caches, memory of fixed latency",
    .modelled = modelled,
    .not_modelled = not_modelled,
    .documents = "chosen: to make sums easy; nothing is measured",
    .settings = {
#define SET(member, number, source) .member = number,
#include "cpu/timing/cores/simple.def"
#undef SET
    },
    .sources = sources,
    .groups = simple_groups,
    .latency = simple_latency,
    .unaligned = simple_unaligned,
};
