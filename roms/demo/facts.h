/* SPDX-License-Identifier: MIT */
/* What the machine says of itself: its device tree and its identification registers. */
#ifndef ROMS_DEMO_FACTS_H
#define ROMS_DEMO_FACTS_H

#include <stdbool.h>
#include <stdint.h>
#include "roms/lib/fdt.h"

enum { FACT_LINE = 64 };

struct facts {
    char board[FACT_LINE], cpu[FACT_LINE], features[FACT_LINE], caches[FACT_LINE], memory[FACT_LINE], counter[FACT_LINE];
    const char *bootargs;
    uint64_t ram_base, ram_size, counter_hz;
    bool has_pmu;
};

void facts_read(struct facts *facts, const struct fdt *fdt);

/* The number after `name=` in the command line, or otherwise. */
unsigned facts_option(const struct facts *facts, const char *name, unsigned otherwise);

#endif
