/* SPDX-License-Identifier: MIT */
/* What a board needs to know of the GICv2: how its input wires are numbered, and how it learns which core accesses it. */
#ifndef DEVICES_INTC_GICV2_H
#define DEVICES_INTC_GICV2_H

#include "bus/device.h"

/* Input of a shared peripheral interrupt: `spi` counts from 0, as in a device tree's <0 spi flags>; its interrupt ID, and its
   input, is 32 + spi. */
static inline unsigned gicv2_spi_input(unsigned spi)
{
    return 32 + spi;
}

/* Input of a private peripheral interrupt of one core, by interrupt ID: 16 to 31. */
static inline unsigned gicv2_ppi_input(unsigned cpu, unsigned id)
{
    return 1024 + cpu * 32 + id;
}

/* Says which core makes the register accesses that follow, for the banked registers; 0 after power on. */
void gicv2_set_current_cpu(struct device *gic, unsigned cpu);

#endif
