/* SPDX-License-Identifier: MIT */
/* The CPU interfaces' registers, IHI 0048B.b section 4.4: acknowledge, priority drop, deactivation. Without Security Extensions
   every access behaves as a secure one: GICC_IAR and GICC_EOIR serve group 0 (and group 1 if AckCtl is set), the aliased
   registers group 1. */
#include "base/log.h"
#include "devices/intc/gicv2_state.h"

enum {
    GICC_CTLR = 0x00, GICC_PMR = 0x04, GICC_BPR = 0x08, GICC_IAR = 0x0c, GICC_EOIR = 0x10, GICC_RPR = 0x14, GICC_HPPIR = 0x18,
    GICC_ABPR = 0x1c, GICC_AIAR = 0x20, GICC_AEOIR = 0x24, GICC_AHPPIR = 0x28, GICC_APR0 = 0xd0, GICC_APR3 = 0xdc,
    GICC_NSAPR0 = 0xe0, GICC_NSAPR3 = 0xec, GICC_IIDR = 0xfc, GICC_DIR = 0x1000,
};

/* Implementer ARM (0x43b), revision 0, architecture version 2. */
enum { IIDR = 0x0002043b, IDLE_RPR = 0xff };

enum { LEVEL_SHIFT = 1 };   /* the lowest bit of a priority is never group priority: 128 levels of preemption */

static void outside(const struct gicv2 *gic, const char *access, uint64_t offset)
{
    guest_log(gic->device.id, "%s 0x%llx of the CPU interface, where no such register is", access, (unsigned long long)offset);
}

static unsigned group_of(const struct gicv2 *gic, unsigned cpu, unsigned id)
{
    return gicv2_test(gic->group1, cpu, id);
}

/* The active priorities changed: the highest one runs. */
static void find_running(struct gicv2 *gic, unsigned cpu)
{
    gic->running[cpu] = GICV2_IDLE;
    for (unsigned n = 0; n < GICV2_APRS; n++) {
        uint32_t levels = gic->apr[cpu][0][n] | gic->apr[cpu][1][n];
        if (levels) {
            gic->running[cpu] = (uint16_t)((n * 32 + (unsigned)__builtin_ctz(levels)) << LEVEL_SHIFT);
            return;
        }
    }
}

/* What GICC_IAR and GICC_HPPIR (alias: GICC_AIAR and GICC_AHPPIR) show of the best pending interrupt. */
static unsigned visible_id(const struct gicv2 *gic, unsigned cpu, bool alias)
{
    unsigned id = gic->best[cpu], group = group_of(gic, cpu, id);
    if (alias)
        return group ? id : GICV2_SPURIOUS;
    return group && !(gic->ctlr[cpu] & GICC_CTLR_ACK_CTL) ? GICV2_OTHER_GROUP : id;
}

/* With the sending core of an SGI in <12:10>; of several senders the lowest comes first. */
static unsigned with_source(const struct gicv2 *gic, unsigned cpu, unsigned id)
{
    if (id >= GICV2_SGIS || !gic->sgi_sources[cpu][id])
        return id;
    return id | (unsigned)__builtin_ctz(gic->sgi_sources[cpu][id]) << 10;
}

/* GICC_HPPIR looks neither at GICC_PMR nor at what is running. */
static unsigned highest_pending(const struct gicv2 *gic, unsigned cpu, bool alias)
{
    unsigned id = gic->best[cpu];
    if (id == GICV2_SPURIOUS || !(gic->ctlr[cpu] & GICV2_ENABLE_GRP0 << group_of(gic, cpu, id)))
        return GICV2_SPURIOUS;
    return with_source(gic, cpu, visible_id(gic, cpu, alias));
}

static unsigned acknowledge(struct gicv2 *gic, unsigned cpu, bool alias)
{
    if (!gicv2_signals(gic, cpu))
        return GICV2_SPURIOUS;
    unsigned id = visible_id(gic, cpu, alias), value = with_source(gic, cpu, id);
    if (id >= GICV2_OTHER_GROUP)
        return id;
    unsigned group = group_of(gic, cpu, id);
    unsigned level = gicv2_group_priority(gic, cpu, group, gic->best_priority[cpu]) >> LEVEL_SHIFT;
    gic->apr[cpu][group][level / 32] |= 1u << level % 32;
    gicv2_assign(gic->active, cpu, id, true);
    if (id < GICV2_SGIS) {
        uint8_t sources = gic->sgi_sources[cpu][id];
        gicv2_set_sources(gic, cpu, id, sources & (sources - 1));
    } else {
        gicv2_assign(gic->latched, cpu, id, false);
    }
    find_running(gic, cpu);
    gicv2_update(gic);
    return value;
}

static void drop_priority(struct gicv2 *gic, unsigned cpu, unsigned group)
{
    for (unsigned n = 0; n < GICV2_APRS; n++) {
        uint32_t *levels = &gic->apr[cpu][group][n];
        if (*levels) {
            *levels &= *levels - 1;
            find_running(gic, cpu);
            return;
        }
    }
    guest_log(gic->device.id, "end of interrupt while none of group %u is active", group);
}

static void end_interrupt(struct gicv2 *gic, unsigned cpu, uint32_t value, bool alias)
{
    unsigned id = value & 0x3ff;
    if (id >= gic->num_irq)   /* 1023 back is allowed and does nothing */
        return;
    unsigned group = group_of(gic, cpu, id);
    if (alias && !group) {
        guest_log(gic->device.id, "GICC_AEOIR for interrupt %u of group 0", id);
        return;
    }
    drop_priority(gic, cpu, group);
    if (!(gic->ctlr[cpu] & GICC_CTLR_EOI_MODE))
        gicv2_assign(gic->active, cpu, id, false);
}

static void deactivate(struct gicv2 *gic, unsigned cpu, uint32_t value)
{
    unsigned id = value & 0x3ff;
    if (!(gic->ctlr[cpu] & GICC_CTLR_EOI_MODE))
        guest_log(gic->device.id, "GICC_DIR for interrupt %u while EOImode is 0", id);
    else if (id < gic->num_irq)
        gicv2_assign(gic->active, cpu, id, false);
}

static uint64_t cpu_read(void *device, uint64_t offset, unsigned size)
{
    (void)size;
    struct gicv2 *gic = device;
    unsigned cpu = gic->current_cpu;
    switch (offset) {
    case GICC_CTLR: return gic->ctlr[cpu];
    case GICC_PMR: return gic->pmr[cpu];
    case GICC_BPR: return gic->bpr[cpu];
    case GICC_IAR: return acknowledge(gic, cpu, false);
    case GICC_RPR: return gic->running[cpu] == GICV2_IDLE ? IDLE_RPR : gic->running[cpu];
    case GICC_HPPIR: return highest_pending(gic, cpu, false);
    case GICC_ABPR: return gic->abpr[cpu];
    case GICC_AIAR: return acknowledge(gic, cpu, true);
    case GICC_AHPPIR: return highest_pending(gic, cpu, true);
    case GICC_APR0 ... GICC_APR3: return gic->apr[cpu][0][(offset - GICC_APR0) / 4];
    case GICC_NSAPR0 ... GICC_NSAPR3: return gic->apr[cpu][1][(offset - GICC_NSAPR0) / 4];
    case GICC_IIDR: return IIDR;
    default:
        outside(gic, "load from", offset);
        return 0;
    }
}

static void cpu_write(void *device, uint64_t offset, uint64_t value, unsigned size)
{
    (void)size;
    struct gicv2 *gic = device;
    unsigned cpu = gic->current_cpu;
    switch (offset) {
    case GICC_CTLR: gic->ctlr[cpu] = value & GICC_CTLR_MASK; break;
    case GICC_PMR: gic->pmr[cpu] = (uint8_t)value; break;
    case GICC_BPR: gic->bpr[cpu] = value & 7; break;
    case GICC_ABPR: gic->abpr[cpu] = value & 7 ? value & 7 : 1; break;
    case GICC_EOIR: end_interrupt(gic, cpu, (uint32_t)value, false); break;
    case GICC_AEOIR: end_interrupt(gic, cpu, (uint32_t)value, true); break;
    case GICC_DIR: deactivate(gic, cpu, (uint32_t)value); break;
    case GICC_APR0 ... GICC_APR3:
        gic->apr[cpu][0][(offset - GICC_APR0) / 4] = (uint32_t)value;
        find_running(gic, cpu);
        break;
    case GICC_NSAPR0 ... GICC_NSAPR3:
        gic->apr[cpu][1][(offset - GICC_NSAPR0) / 4] = (uint32_t)value;
        find_running(gic, cpu);
        break;
    default:
        outside(gic, "store to", offset);
        return;
    }
    gicv2_update(gic);
}

const struct io_ops gicv2_cpu_ops = { cpu_read, cpu_write, .min_size = 4, .max_size = 4 };
