/* SPDX-License-Identifier: MIT */
/* A placeholder, so that the tree links until the tables are here: all groups and latencies are free. */
#include "cpu/timing/cores/cores.h"

const struct group_timing cortex_a53_groups[GROUP_COUNT];
const uint8_t cortex_a53_latency[PRODUCER_COUNT][CONSUMER_COUNT];
