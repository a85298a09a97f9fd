/* SPDX-License-Identifier: MIT */
/* ARM Generic Interrupt Controller version 2 without Security and Virtualization Extensions, from IHI 0048B.b; up to 8 cores,
   8 bits of priority, both interrupt groups. All interrupts reset to group 0, which is signalled as IRQ until FIQEn is set, so
   a guest that knows nothing of groups (Linux) sees one security state.
   In: an input wire for each SPI and for each core's PPIs (gicv2.h). Out: "irq" and "fiq" for each core. This file holds the
   state, and decides which interrupt wins; the registers are in gicv2_dist.c and gicv2_cpu.c. */
#include "devices/intc/gicv2.h"

#include "devices/classes.h"
#include "devices/intc/gicv2_state.h"

static const struct field gicv2_fields[] = {
    FIELD_ARRAY(struct gicv2, irq, FIELD_IRQ, GICV2_CPUS),
    FIELD_ARRAY(struct gicv2, fiq, FIELD_IRQ, GICV2_CPUS),
    FIELD(struct gicv2, current_cpu, FIELD_U32),
    FIELD(struct gicv2, dist_ctlr, FIELD_U32),
    FIELD_ARRAY(struct gicv2, line, FIELD_U32, GICV2_SLOTS),
    FIELD_ARRAY(struct gicv2, latched, FIELD_U32, GICV2_SLOTS),
    FIELD_ARRAY(struct gicv2, edge, FIELD_U32, GICV2_SLOTS),
    FIELD_ARRAY(struct gicv2, enabled, FIELD_U32, GICV2_SLOTS),
    FIELD_ARRAY(struct gicv2, active, FIELD_U32, GICV2_SLOTS),
    FIELD_ARRAY(struct gicv2, group1, FIELD_U32, GICV2_SLOTS),
    FIELD_ARRAY(struct gicv2, priority, FIELD_U8, GICV2_SLOTS * 32),
    FIELD_ARRAY(struct gicv2, targeted, FIELD_U32, GICV2_CPUS * GICV2_WORDS),
    FIELD_ARRAY(struct gicv2, sgi_sources, FIELD_U8, GICV2_CPUS * GICV2_SGIS),
    FIELD_ARRAY(struct gicv2, ctlr, FIELD_U32, GICV2_CPUS),
    FIELD_ARRAY(struct gicv2, pmr, FIELD_U8, GICV2_CPUS),
    FIELD_ARRAY(struct gicv2, bpr, FIELD_U8, GICV2_CPUS),
    FIELD_ARRAY(struct gicv2, abpr, FIELD_U8, GICV2_CPUS),
    FIELD_ARRAY(struct gicv2, apr, FIELD_U32, GICV2_CPUS * 2 * GICV2_APRS),
    FIELD_ARRAY(struct gicv2, running, FIELD_U16, GICV2_CPUS),
    FIELD_ARRAY(struct gicv2, best, FIELD_U16, GICV2_CPUS),
    FIELD_ARRAY(struct gicv2, best_priority, FIELD_U8, GICV2_CPUS),
    FIELD_LIST_END
};

unsigned gicv2_group_priority(const struct gicv2 *gic, unsigned cpu, unsigned group, unsigned priority)
{
    /* Table 3-2: a binary point of n leaves <7:n+1>; GICC_ABPR counts from one more. */
    unsigned point = group && !(gic->ctlr[cpu] & GICC_CTLR_CBPR) ? gic->abpr[cpu] : gic->bpr[cpu] + 1u;
    return priority >> point << point;
}

bool gicv2_signals(const struct gicv2 *gic, unsigned cpu)
{
    unsigned id = gic->best[cpu], priority = gic->best_priority[cpu];
    if (id == GICV2_SPURIOUS || priority >= gic->pmr[cpu])
        return false;
    unsigned group = gicv2_test(gic->group1, cpu, id);
    return gic->ctlr[cpu] & GICV2_ENABLE_GRP0 << group && gicv2_group_priority(gic, cpu, group, priority) < gic->running[cpu];
}

/* The interrupts of a word that the distributor forwards to a core. One that is active is not forwarded, even if pending. */
static uint32_t forwarded(const struct gicv2 *gic, unsigned cpu, unsigned word)
{
    unsigned slot = gicv2_slot(cpu, word);
    uint32_t ready = gicv2_pending(gic, slot) & gic->enabled[slot] & ~gic->active[slot] & gic->targeted[cpu][word];
    if (!(gic->dist_ctlr & GICV2_ENABLE_GRP0))
        ready &= gic->group1[slot];
    if (!(gic->dist_ctlr & GICV2_ENABLE_GRP1))
        ready &= ~gic->group1[slot];
    return ready;
}

/* Of equal priorities the lowest ID wins. */
static void find_best(struct gicv2 *gic, unsigned cpu)
{
    unsigned best = GICV2_SPURIOUS, best_priority = GICV2_IDLE;
    for (unsigned word = 0; word * 32 < gic->num_irq; word++) {
        const uint8_t *priority = &gic->priority[gicv2_slot(cpu, word) * 32];
        for (uint32_t ready = forwarded(gic, cpu, word); ready; ready &= ready - 1) {
            unsigned n = (unsigned)__builtin_ctz(ready);
            if (priority[n] < best_priority) {
                best_priority = priority[n];
                best = word * 32 + n;
            }
        }
    }
    gic->best[cpu] = (uint16_t)best;
    gic->best_priority[cpu] = (uint8_t)best_priority;
}

void gicv2_update(struct gicv2 *gic)
{
    for (unsigned cpu = 0; cpu < gic->num_cpu; cpu++) {
        find_best(gic, cpu);
        bool signals = gicv2_signals(gic, cpu);
        bool as_fiq = signals && gic->ctlr[cpu] & GICC_CTLR_FIQ_EN && !gicv2_test(gic->group1, cpu, gic->best[cpu]);
        irq_set(&gic->fiq[cpu], as_fiq);
        irq_set(&gic->irq[cpu], signals && !as_fiq);
    }
}

static void gicv2_input(void *device, unsigned input, bool level)
{
    struct gicv2 *gic = device;
    bool private = input >= gicv2_ppi_input(0, 0);
    unsigned cpu = private ? (input - gicv2_ppi_input(0, 0)) / 32 : 0;
    unsigned id = private ? input % 32 : input;
    bug_on(private ? cpu >= GICV2_CPUS || id < GICV2_SGIS : id < gicv2_spi_input(0) || id >= gic->num_irq);
    bool rose = level && !gicv2_test(gic->line, cpu, id);
    gicv2_assign(gic->line, cpu, id, level);
    if (rose && gicv2_test(gic->edge, cpu, id))
        gicv2_assign(gic->latched, cpu, id, true);
    gicv2_update(gic);
}

void gicv2_set_current_cpu(struct device *device, unsigned cpu)
{
    struct gicv2 *gic = (struct gicv2 *)device;
    bug_on(cpu >= gic->num_cpu);
    gic->current_cpu = cpu;
}

static int gicv2_init(struct device *device, struct error *err)
{
    struct gicv2 *gic = (struct gicv2 *)device;
    if (gic->num_cpu < 1 || gic->num_cpu > GICV2_CPUS)
        return error_set(err, "%s: a GICv2 serves 1 to %d cores, not %u", device->id, GICV2_CPUS, gic->num_cpu);
    if (gic->num_irq < 32 || gic->num_irq > GICV2_MAX_IRQ || (gic->num_irq % 32 && gic->num_irq != GICV2_MAX_IRQ))
        return error_set(err, "%s: num_irq must be a multiple of 32 up to 992, or %d, not %u",
                         device->id, GICV2_MAX_IRQ, gic->num_irq);
    return 0;
}

/* Every register to its reset value; the input wires keep their levels. */
static void gicv2_reset(struct device *device)
{
    struct gicv2 *gic = (struct gicv2 *)device;
    struct gicv2 fresh = { .device = gic->device, .num_irq = gic->num_irq, .num_cpu = gic->num_cpu };
    memcpy(fresh.irq, gic->irq, sizeof fresh.irq);
    memcpy(fresh.fiq, gic->fiq, sizeof fresh.fiq);
    memcpy(fresh.line, gic->line, sizeof fresh.line);
    for (unsigned cpu = 0; cpu < GICV2_CPUS; cpu++) {
        /* SGIs cannot be disabled here, and are edge-triggered always (4.3.5, 4.3.13). */
        fresh.enabled[cpu] = fresh.edge[cpu] = GICV2_SGI_BITS;
        fresh.targeted[cpu][0] = UINT32_MAX;
        fresh.abpr[cpu] = 1;
        fresh.running[cpu] = GICV2_IDLE;
        fresh.best[cpu] = GICV2_SPURIOUS;
    }
    if (gic->num_cpu == 1)   /* 4.3.12: with one core everything goes to it */
        memset(fresh.targeted[0], 0xff, sizeof fresh.targeted[0]);
    *gic = fresh;
    gicv2_update(gic);
}

const struct device_class gicv2_class = {
    .name = "gicv2",
    .manual = "ARM IHI 0048B.b",
    .size = sizeof(struct gicv2),
    .regions = (const struct device_region[]){ { "dist", 0x10000, &gicv2_dist_ops }, { "cpu", 0x10000, &gicv2_cpu_ops }, { 0 } },
    .pins = (const struct device_pin[]){
        { "irq", offsetof(struct gicv2, irq), GICV2_CPUS }, { "fiq", offsetof(struct gicv2, fiq), GICV2_CPUS }, { 0 } },
    .options = (const struct device_option[]){
        { "num_irq", OPTION_U32, offsetof(struct gicv2, num_irq), 288 },
        { "num_cpu", OPTION_U32, offsetof(struct gicv2, num_cpu), 1 },
        { 0 } },
    .fields = gicv2_fields,
    .input = gicv2_input,
    .init = gicv2_init,
    .reset = gicv2_reset,
    .compatible = "arm,cortex-a15-gic\0",
};
