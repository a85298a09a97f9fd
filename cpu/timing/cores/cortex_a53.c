/* SPDX-License-Identifier: MIT */
/* The Cortex-A53 on two boards. */
#include "cpu/timing/cores/cores.h"

static const char modelled[] =
    "in-order issue of two instructions a cycle, every forwarding path, execution units, results in flight\n"
    "fetch in aligned words, its lead over issue, taken branches, branch target instruction cache\n"
    "conditional predictor, return stack, indirect predictor, and the cost of their mistakes\n"
    "L1 instruction and data caches, unified L2, pseudo-random replacement, line fills under way, L2 bandwidth\n"
    "several cores: one L2 and one memory for all, data caches kept coherent (MOESI), lines sent from core to core\n"
    "store buffer, write streaming, stride prefetcher\n"
    "micro-TLBs, main TLB, walk cache; table walks as loads through L2\n"
    "memory banks with open rows, refresh, the data bus; device accesses\n"
    "cache and TLB maintenance on every core it is for, barriers, exclusives, exception entry and return\n"
    "DMA that takes lines out of the caches";

static const char not_modelled[] =
    "what a mispredicted path does to the caches before it is thrown away\n"
    "what another core does to a line within the two microseconds of a turn; the time that a core loses by being snooped\n"
    "the wait of a DSB for other cores, and of a store-exclusive's result for its line\n"
    "memory traffic of graphics, display and DMA: it is coherent and takes no bandwidth\n"
    "changes of the clock, by software or by heat\n"
    "the exact replacement and history indexing of the silicon, which are not published";

#define CORE_DOCUMENTS \
    "DDI 0500J: Arm Cortex-A53 MPCore Processor Technical Reference Manual\n" \
    "Pi 3: measured on a Raspberry Pi 3, instructions by insn_bench_aarch64 in cycles, memory by pointer chases in ns\n"

_Static_assert(0
#define SET(member, number, source) +1
#include "cpu/timing/cores/cortex_a53.def"
#include "cpu/timing/cores/cortex_a53_pi3.def"
#undef SET
    == SETTING_COUNT, "the core on this board needs each setting once");

static const char *const pi3_sources[SETTING_COUNT] = {
#define SET(member, number, source) [SETTING_##member] = source,
#include "cpu/timing/cores/cortex_a53.def"
#include "cpu/timing/cores/cortex_a53_pi3.def"
#undef SET
};

const struct core_model core_cortex_a53_pi3 = {
    .name = "cortex-a53",
    .board = "pi3",
    .summary = "Cortex-A53 of the Raspberry Pi 3: 1.2 GHz, 512 KB L2, LPDDR2-900",
    .modelled = modelled,
    .not_modelled = not_modelled,
    .documents = CORE_DOCUMENTS
                 "JESD209-2: the standard of LPDDR2; the Pi 3 has an EDB8132B4PB, two dies of 4 Gb with 32 data lines",
    .settings = {
#define SET(member, number, source) .member = number,
#include "cpu/timing/cores/cortex_a53.def"
#include "cpu/timing/cores/cortex_a53_pi3.def"
#undef SET
    },
    .sources = pi3_sources,
    .groups = cortex_a53_groups,
    .latency = cortex_a53_latency,
    .unaligned = cortex_a53_unaligned,
};

_Static_assert(0
#define SET(member, number, source) +1
#include "cpu/timing/cores/cortex_a53.def"
#include "cpu/timing/cores/cortex_a53_am62x.def"
#undef SET
    == SETTING_COUNT, "the core on this board needs each setting once");

static const char *const am62x_sources[SETTING_COUNT] = {
#define SET(member, number, source) [SETTING_##member] = source,
#include "cpu/timing/cores/cortex_a53.def"
#include "cpu/timing/cores/cortex_a53_am62x.def"
#undef SET
};

const struct core_model core_cortex_a53_am62x = {
    .name = "cortex-a53",
    .board = "am62x",
    .summary = "Cortex-A53 of TI's AM62x: 1.4 GHz, 512 KB L2, DDR4-1600",
    .modelled = modelled,
    .not_modelled = not_modelled,
    .documents = CORE_DOCUMENTS
                 "SPRSP58: TI AM62x Sitara Processors, data sheet\n"
                 "JESD79-4: the standard of DDR4",
    .settings = {
#define SET(member, number, source) .member = number,
#include "cpu/timing/cores/cortex_a53.def"
#include "cpu/timing/cores/cortex_a53_am62x.def"
#undef SET
    },
    .sources = am62x_sources,
    .groups = cortex_a53_groups,
    .latency = cortex_a53_latency,
    .unaligned = cortex_a53_unaligned,
};
