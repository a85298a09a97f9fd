/* SPDX-License-Identifier: MIT */
/* The state that the distributor and the CPU interfaces of the GICv2 share. For the gicv2*.c files only. */
#ifndef DEVICES_INTC_GICV2_STATE_H
#define DEVICES_INTC_GICV2_STATE_H

#include "base/bits.h"
#include "bus/device.h"

enum {
    GICV2_CPUS = 8,
    GICV2_SGIS = 16,
    GICV2_MAX_IRQ = 1020,
    GICV2_WORDS = 32,                             /* of 32 interrupts each; the last holds the four special IDs */
    GICV2_SLOTS = GICV2_CPUS + GICV2_WORDS - 1,   /* word 0 is banked: once per core, then the shared words */
    GICV2_APRS = 4,                               /* 8 priority bits, 7 of them group priority: 128 levels */
    GICV2_IDLE = 0x100,                           /* running priority when nothing is active: below every other */
    GICV2_SGI_BITS = 0xffff,
};

/* Interrupt IDs that say that there is none to acknowledge (3.2.5). */
enum { GICV2_OTHER_GROUP = 1022, GICV2_SPURIOUS = 1023 };

/* GICD_CTLR, and the same bits of GICC_CTLR; shifted left by the group. */
enum { GICV2_ENABLE_GRP0 = 1, GICV2_ENABLE_GRP1 = 2 };

/* The rest of GICC_CTLR as seen without Security Extensions (4.4.1). The bypass bits are kept; there is nothing to bypass. */
enum {
    GICC_CTLR_ACK_CTL = 1 << 2, GICC_CTLR_FIQ_EN = 1 << 3, GICC_CTLR_CBPR = 1 << 4, GICC_CTLR_EOI_MODE = 1 << 9,
    GICC_CTLR_MASK = 0x3ff,
};

struct gicv2 {
    struct device device;
    struct irq irq[GICV2_CPUS], fiq[GICV2_CPUS];
    uint32_t num_irq, num_cpu;              /* options; num_irq counts SGIs and PPIs too */
    uint32_t current_cpu;

    /* Distributor: one bit an interrupt, words numbered by gicv2_slot. */
    uint32_t dist_ctlr;
    uint32_t line[GICV2_SLOTS];             /* input wires */
    uint32_t latched[GICV2_SLOTS];          /* pending by edge or by software; a high level-sensitive line is pending without */
    uint32_t edge[GICV2_SLOTS];
    uint32_t enabled[GICV2_SLOTS];
    uint32_t active[GICV2_SLOTS];
    uint32_t group1[GICV2_SLOTS];
    uint8_t priority[GICV2_SLOTS * 32];
    uint32_t targeted[GICV2_CPUS][GICV2_WORDS];
    uint8_t sgi_sources[GICV2_CPUS][GICV2_SGIS];   /* by receiving core: a bit for each sending core; latched when not 0 */

    /* CPU interfaces */
    uint32_t ctlr[GICV2_CPUS];
    uint8_t pmr[GICV2_CPUS];
    uint8_t bpr[GICV2_CPUS], abpr[GICV2_CPUS];
    uint32_t apr[GICV2_CPUS][2][GICV2_APRS];       /* active priorities by group: GICC_APRn, GICC_NSAPRn */

    /* Follow from the above; kept because every access asks. */
    uint16_t running[GICV2_CPUS];           /* running (group) priority, or GICV2_IDLE */
    uint16_t best[GICV2_CPUS];              /* the highest priority pending interrupt, or GICV2_SPURIOUS */
    uint8_t best_priority[GICV2_CPUS];
};

extern const struct io_ops gicv2_dist_ops, gicv2_cpu_ops;

/* Where word `word` of the interrupts is kept as core `cpu` sees it. */
static inline unsigned gicv2_slot(unsigned cpu, unsigned word)
{
    return word ? GICV2_CPUS - 1 + word : cpu;
}

/* The bit of interrupt `id` in one of the bitmaps. */
static inline bool gicv2_test(const uint32_t *bitmap, unsigned cpu, unsigned id)
{
    return bit(bitmap[gicv2_slot(cpu, id / 32)], id % 32);
}

static inline void gicv2_assign(uint32_t *bitmap, unsigned cpu, unsigned id, bool set)
{
    uint32_t *word = &bitmap[gicv2_slot(cpu, id / 32)];
    *word = (*word & ~(1u << id % 32)) | (uint32_t)set << id % 32;
}

/* Which interrupts of a word exist. */
static inline uint32_t gicv2_implemented(const struct gicv2 *gic, unsigned word)
{
    unsigned first = word * 32;
    return first >= gic->num_irq ? 0 : (uint32_t)mask64(gic->num_irq - first < 32 ? gic->num_irq - first : 32);
}

/* Figure 4-10: a level-sensitive interrupt is pending while its line is high or its latch is set. */
static inline uint32_t gicv2_pending(const struct gicv2 *gic, unsigned slot)
{
    return gic->latched[slot] | (gic->line[slot] & ~gic->edge[slot]);
}

/* The source bits of an SGI changed: keeps `latched` in step. */
static inline void gicv2_set_sources(struct gicv2 *gic, unsigned cpu, unsigned sgi, uint8_t sources)
{
    gic->sgi_sources[cpu][sgi] = sources;
    gicv2_assign(gic->latched, cpu, sgi, sources != 0);
}

/* The group priority of an interrupt of `group` with this priority: what preemption compares (3.3.3). */
unsigned gicv2_group_priority(const struct gicv2 *gic, unsigned cpu, unsigned group, unsigned priority);

/* Whether the interface has an interrupt that it signals to its core: enabled, not masked, and above the running priority. */
bool gicv2_signals(const struct gicv2 *gic, unsigned cpu);

/* Anything above changed: finds the best pending interrupt of each core and drives the wires. */
void gicv2_update(struct gicv2 *gic);

#endif
