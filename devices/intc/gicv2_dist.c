/* SPDX-License-Identifier: MIT */
/* The distributor's registers, IHI 0048B.b section 4.3. All are handled as words; a byte or halfword store carries a mask of the
   bytes that it changes. (The manual allows bytes for GICD_IPRIORITYR, GICD_ITARGETSR and the SGI pending registers only.) */
#include "base/log.h"
#include "devices/intc/gicv2_state.h"

enum {
    GICD_CTLR = 0x000, GICD_TYPER = 0x004, GICD_IIDR = 0x008, GICD_IGROUPR = 0x080, GICD_ISENABLER = 0x100,
    GICD_ICENABLER = 0x180, GICD_ISPENDR = 0x200, GICD_ICPENDR = 0x280, GICD_ISACTIVER = 0x300, GICD_ICACTIVER = 0x380,
    GICD_IPRIORITYR = 0x400, GICD_ITARGETSR = 0x800, GICD_ICFGR = 0xc00, GICD_ICFGR_END = 0xd00, GICD_SGIR = 0xf00,
    GICD_CPENDSGIR = 0xf10, GICD_SPENDSGIR = 0xf20, GICD_SPENDSGIR_END = 0xf30,
    ICPIDR4 = 0xfd0, ICPIDR0 = 0xfe0, ICCIDR0 = 0xff0, ICCIDR3 = 0xffc,
};

enum { BITMAP_SPAN = 0x80 };   /* bytes of registers with one bit an interrupt */

enum { SGIR_LISTED, SGIR_OTHERS, SGIR_SELF };   /* GICD_SGIR.TargetListFilter */

/* Implementer ARM (0x43b), as a Cortex-A15 says; the ID bytes of an ARM GICv2: ICPIDR2 = 0x2b says architecture version 2. */
enum { IIDR = 0x0000043b, PIDR_LOW = 0x002bb490, PIDR_HIGH = 0x04, CIDR = (int)0xb105f00d };

static void outside(const struct gicv2 *gic, const char *access, uint64_t offset)
{
    guest_log(gic->device.id, "%s 0x%llx of the distributor, where no such register is", access, (unsigned long long)offset);
}

static unsigned id_byte(uint64_t offset)
{
    uint32_t word = offset < ICPIDR0 ? PIDR_HIGH : offset < ICCIDR0 ? PIDR_LOW : (uint32_t)CIDR;
    return word >> (offset & 0xc) * 2 & 0xff;
}

/* GICD_ITARGETSR of four interrupts. Reads as zero with one core; the banked ones name the reader (4.3.12). */
static uint32_t read_targets(const struct gicv2 *gic, unsigned first)
{
    uint32_t value = 0;
    if (gic->num_cpu == 1)
        return 0;
    if (first < 32)
        return 0x01010101u << gic->current_cpu;
    for (unsigned i = 0; i < 4; i++)
        for (unsigned cpu = 0; cpu < gic->num_cpu; cpu++)
            value |= bit(gic->targeted[cpu][first / 32], first % 32 + i) << (i * 8 + cpu);
    return value;
}

static void write_targets(struct gicv2 *gic, unsigned first, uint32_t value, uint32_t mask)
{
    if (gic->num_cpu == 1 || first < 32)
        return;
    for (unsigned i = 0; i < 4 && first + i < gic->num_irq; i++)
        for (unsigned cpu = 0; cpu < gic->num_cpu; cpu++) {
            uint32_t *word = &gic->targeted[cpu][first / 32], line = 1u << (first % 32 + i);
            if (bit(mask, i * 8))
                *word = bit(value, i * 8 + cpu) ? *word | line : *word & ~line;
        }
}

/* GICD_ICFGR: two bits for each of 16 interrupts, of which the upper one says edge-triggered. */
static uint32_t read_config(const struct gicv2 *gic, unsigned first)
{
    uint32_t edge = gic->edge[gicv2_slot(gic->current_cpu, first / 32)] >> first % 32, value = 0;
    for (unsigned i = 0; i < 16; i++)
        value |= bit(edge, i) << (i * 2 + 1);
    return value;
}

static void write_config(struct gicv2 *gic, unsigned first, uint32_t value, uint32_t mask)
{
    if (first < GICV2_SGIS)
        return;
    for (unsigned i = 0; i < 16 && first + i < gic->num_irq; i++)
        if (bit(mask, i * 2 + 1))
            gicv2_assign(gic->edge, gic->current_cpu, first + i, bit(value, i * 2 + 1));
}

static void write_priorities(struct gicv2 *gic, unsigned first, uint32_t value, uint32_t mask)
{
    uint8_t *priority = &gic->priority[gicv2_slot(gic->current_cpu, first / 32) * 32 + first % 32];
    for (unsigned i = 0; i < 4 && first + i < gic->num_irq; i++)
        if (bit(mask, i * 8))
            priority[i] = (uint8_t)(value >> i * 8);
}

/* GICD_CPENDSGIR and GICD_SPENDSGIR: a byte of sending cores for each of four SGIs. */
static void write_sources(struct gicv2 *gic, unsigned first, uint32_t value, bool set)
{
    for (unsigned i = 0; i < 4; i++) {
        uint8_t cores = (uint8_t)(value >> i * 8 & mask64(gic->num_cpu)), old = gic->sgi_sources[gic->current_cpu][first + i];
        gicv2_set_sources(gic, gic->current_cpu, first + i, set ? old | cores : old & ~cores);
    }
}

static void send_sgi(struct gicv2 *gic, uint32_t value)
{
    unsigned self = 1u << gic->current_cpu, all = (unsigned)mask64(gic->num_cpu), to = 0;
    switch (bits(value, 25, 24)) {
    case SGIR_LISTED: to = bits(value, 23, 16) & all; break;
    case SGIR_OTHERS: to = all & ~self; break;
    case SGIR_SELF: to = self; break;
    default: guest_log(gic->device.id, "GICD_SGIR with reserved TargetListFilter 3");
    }
    unsigned sgi = value & 0xf;
    for (unsigned cpu = 0; cpu < gic->num_cpu; cpu++)
        if (bit(to, cpu))
            gicv2_set_sources(gic, cpu, sgi, gic->sgi_sources[cpu][sgi] | self);
}

static uint32_t read_bitmap(const struct gicv2 *gic, uint64_t reg)
{
    unsigned slot = gicv2_slot(gic->current_cpu, (reg % BITMAP_SPAN) / 4);
    switch (reg - reg % BITMAP_SPAN) {
    case GICD_IGROUPR: return gic->group1[slot];
    case GICD_ISENABLER: case GICD_ICENABLER: return gic->enabled[slot];
    case GICD_ISPENDR: case GICD_ICPENDR: return gicv2_pending(gic, slot);
    default: return gic->active[slot];
    }
}

static void write_bitmap(struct gicv2 *gic, uint64_t reg, uint32_t value, uint32_t mask)
{
    unsigned word = (reg % BITMAP_SPAN) / 4, slot = gicv2_slot(gic->current_cpu, word);
    uint32_t fixed = word ? 0 : GICV2_SGI_BITS;   /* SGIs: always enabled; made pending by their own registers */
    mask &= gicv2_implemented(gic, word);
    value &= mask;
    switch (reg - reg % BITMAP_SPAN) {
    case GICD_IGROUPR: gic->group1[slot] = (gic->group1[slot] & ~mask) | value; break;
    case GICD_ISENABLER: gic->enabled[slot] |= value; break;
    case GICD_ICENABLER: gic->enabled[slot] &= ~value | fixed; break;
    case GICD_ISPENDR: gic->latched[slot] |= value & ~fixed; break;
    case GICD_ICPENDR: gic->latched[slot] &= ~value | fixed; break;
    case GICD_ISACTIVER: gic->active[slot] |= value; break;
    case GICD_ICACTIVER: gic->active[slot] &= ~value; break;
    }
}

static uint32_t read_word(const struct gicv2 *gic, uint64_t reg)
{
    switch (reg) {
    case GICD_CTLR: return gic->dist_ctlr;
    case GICD_TYPER: return (gic->num_irq + 31) / 32 - 1 + ((gic->num_cpu - 1) << 5);
    case GICD_IIDR: return IIDR;
    case GICD_IGROUPR ... GICD_IPRIORITYR - 4: return read_bitmap(gic, reg);
    case GICD_IPRIORITYR ... GICD_ITARGETSR - 4: {
        unsigned first = (unsigned)(reg - GICD_IPRIORITYR);
        return ld_le32(&gic->priority[gicv2_slot(gic->current_cpu, first / 32) * 32 + first % 32]);
    }
    case GICD_ITARGETSR ... GICD_ICFGR - 4: return read_targets(gic, (unsigned)(reg - GICD_ITARGETSR));
    case GICD_ICFGR ... GICD_ICFGR_END - 4: return read_config(gic, (unsigned)(reg - GICD_ICFGR) * 4);
    case GICD_CPENDSGIR ... GICD_SPENDSGIR_END - 4: return ld_le32(&gic->sgi_sources[gic->current_cpu][reg % 16]);
    case ICPIDR4 ... ICCIDR3: return id_byte(reg);
    default:
        outside(gic, "load from", reg);
        return 0;
    }
}

static void write_word(struct gicv2 *gic, uint64_t reg, uint32_t value, uint32_t mask)
{
    switch (reg) {
    case GICD_CTLR:
        gic->dist_ctlr = ((gic->dist_ctlr & ~mask) | value) & (GICV2_ENABLE_GRP0 | GICV2_ENABLE_GRP1);
        break;
    case GICD_IGROUPR ... GICD_IPRIORITYR - 4: write_bitmap(gic, reg, value, mask); break;
    case GICD_IPRIORITYR ... GICD_ITARGETSR - 4: write_priorities(gic, (unsigned)(reg - GICD_IPRIORITYR), value, mask); break;
    case GICD_ITARGETSR ... GICD_ICFGR - 4: write_targets(gic, (unsigned)(reg - GICD_ITARGETSR), value, mask); break;
    case GICD_ICFGR ... GICD_ICFGR_END - 4: write_config(gic, (unsigned)(reg - GICD_ICFGR) * 4, value, mask); break;
    case GICD_CPENDSGIR ... GICD_SPENDSGIR - 4: write_sources(gic, reg % 16, value, false); break;
    case GICD_SPENDSGIR ... GICD_SPENDSGIR_END - 4: write_sources(gic, reg % 16, value, true); break;
    case GICD_SGIR:
        if (mask == UINT32_MAX)
            send_sgi(gic, value);
        break;
    default: outside(gic, "store to", reg);
    }
    gicv2_update(gic);
}

static uint64_t dist_read(void *device, uint64_t offset, unsigned size)
{
    return read_word(device, offset & ~3ull) >> (offset & 3) * 8 & mask64(size * 8);
}

static void dist_write(void *device, uint64_t offset, uint64_t value, unsigned size)
{
    unsigned shift = (offset & 3) * 8;
    write_word(device, offset & ~3ull, (uint32_t)(value << shift), (uint32_t)(mask64(size * 8) << shift));
}

const struct io_ops gicv2_dist_ops = { dist_read, dist_write, .min_size = 1, .max_size = 4 };
