/* SPDX-License-Identifier: MIT */
/* A GICv2 alone, with its registers by name and its lines at hand: for the tests of one to include. */
#ifndef TESTS_DEVICES_INTC_GICV2_FIXTURE_H
#define TESTS_DEVICES_INTC_GICV2_FIXTURE_H

#include "devices/intc/gicv2.h"
#include "tests/support/device_fixture.h"

enum {
    GICD_CTLR = 0x000, GICD_TYPER = 0x004, GICD_IIDR = 0x008, GICD_IGROUPR = 0x080, GICD_ISENABLER = 0x100,
    GICD_ICENABLER = 0x180, GICD_ISPENDR = 0x200, GICD_ICPENDR = 0x280, GICD_ISACTIVER = 0x300, GICD_ICACTIVER = 0x380,
    GICD_IPRIORITYR = 0x400, GICD_ITARGETSR = 0x800, GICD_ICFGR = 0xc00, GICD_SGIR = 0xf00, GICD_CPENDSGIR = 0xf10,
    GICD_SPENDSGIR = 0xf20,
};
enum {
    GICC_CTLR = 0x00, GICC_PMR = 0x04, GICC_BPR = 0x08, GICC_IAR = 0x0c, GICC_EOIR = 0x10, GICC_RPR = 0x14, GICC_HPPIR = 0x18,
    GICC_ABPR = 0x1c, GICC_AIAR = 0x20, GICC_AEOIR = 0x24, GICC_AHPPIR = 0x28, GICC_APR0 = 0xd0, GICC_NSAPR0 = 0xe0,
    GICC_IIDR = 0xfc, GICC_DIR = 0x1000,
};
enum { GRP0 = 1, GRP1 = 2, ACK_CTL = 4, FIQ_EN = 8, CBPR = 0x10, EOI_MODE = 0x200, NONE = 1023, OTHER = 1022 };

static struct device_fixture *f;
static struct device *gic;
static gpa_t dist_base, cpu_base;

static inline uint32_t dist(unsigned reg)
{
    return (uint32_t)device_fixture_read(f, dist_base + reg, 4);
}

static inline void set_dist(unsigned reg, uint32_t value)
{
    device_fixture_write(f, dist_base + reg, 4, value);
}

static inline uint32_t cpu(unsigned reg)
{
    return (uint32_t)device_fixture_read(f, cpu_base + reg, 4);
}

static inline void set_cpu(unsigned reg, uint32_t value)
{
    device_fixture_write(f, cpu_base + reg, 4, value);
}

static inline void line(unsigned id, bool level)
{
    device_fixture_input(gic, gicv2_spi_input(id - 32), level);
}

static inline bool irq(unsigned n)
{
    return device_fixture_level(f, gic, "irq", n);
}

static inline bool fiq(unsigned n)
{
    return device_fixture_level(f, gic, "fiq", n);
}

static inline void be_core(unsigned n)
{
    gicv2_set_current_cpu(gic, n);
}

static inline void set_bit(unsigned reg, unsigned id)
{
    set_dist(reg + id / 32 * 4, 1u << id % 32);
}

static inline bool get_bit(unsigned reg, unsigned id)
{
    return dist(reg + id / 32 * 4) >> id % 32 & 1;
}

static inline void prioritise(unsigned id, unsigned priority)
{
    device_fixture_write(f, dist_base + GICD_IPRIORITYR + id, 1, priority);
}

static inline void target(unsigned id, unsigned cores)
{
    device_fixture_write(f, dist_base + GICD_ITARGETSR + id, 1, cores);
}

static inline void make_edge(unsigned id)
{
    unsigned reg = GICD_ICFGR + id / 16 * 4;
    set_dist(reg, dist(reg) | 2u << id % 16 * 2);
}

/* A level-sensitive interrupt, enabled, at this priority. */
static inline void use(unsigned id, unsigned priority)
{
    prioritise(id, priority);
    set_bit(GICD_ISENABLER, id);
}

static inline void open_interface(unsigned ctlr)
{
    set_cpu(GICC_PMR, 0xff);
    set_cpu(GICC_CTLR, ctlr);
}

static inline void start(unsigned cores)
{
    f = device_fixture_new();
    gic = device_fixture_add(f, "gicv2");
    device_fixture_option(gic, "num_cpu", cores);
    device_fixture_start(f);
    dist_base = device_fixture_base(f, gic, "dist");
    cpu_base = device_fixture_base(f, gic, "cpu");
    set_dist(GICD_CTLR, GRP0);
    for (unsigned n = 0; n < cores; n++) {
        be_core(n);
        open_interface(GRP0);
    }
    be_core(0);
}

static inline void one_core(void)
{
    start(1);
}

static inline void two_cores(void)
{
    start(2);
}

static inline void stop(void)
{
    device_fixture_free(f);
}

#endif
