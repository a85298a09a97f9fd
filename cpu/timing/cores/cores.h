/* SPDX-License-Identifier: MIT */
/* The tables of cores, and how one is written. A core has two parts: its pipeline (NAME_pipeline.c: what groups of instructions
   need, and latencies), and its numbers: SET(member, number, "source") rows in .def files, one for each setting. */
#ifndef CPU_TIMING_CORES_CORES_H
#define CPU_TIMING_CORES_CORES_H

#include "cpu/timing/model.h"

#define CORE(symbol) extern const struct core_model core_##symbol;
#include "cpu/timing/cores/cores.def"
#undef CORE

extern const struct group_timing cortex_a53_groups[GROUP_COUNT];
extern const uint8_t cortex_a53_latency[PRODUCER_COUNT][CONSUMER_COUNT];
extern const uint8_t cortex_a53_unaligned[PRODUCER_COUNT];
extern const struct group_timing simple_groups[GROUP_COUNT];
extern const uint8_t simple_latency[PRODUCER_COUNT][CONSUMER_COUNT];
extern const uint8_t simple_unaligned[PRODUCER_COUNT];

#endif
