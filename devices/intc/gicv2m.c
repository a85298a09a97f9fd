/* SPDX-License-Identifier: MIT */
/* An MSI frame for a GICv2, ARM DEN 0029 (Server Base System Architecture), appendix E: a device's store of an interrupt ID to
   SETSPI pulses that SPI, which the guest has to configure as edge-triggered.
   In: messages (bus/space.h, space_message) and the core's stores; the options "first", the ID of the frame's first SPI, and
   "count". Out: a wire "spi" for each. */
#include "base/log.h"
#include "devices/classes.h"

enum { V2M_MSI_TYPER = 0x008, V2M_MSI_SETSPI_NS = 0x040, V2M_MSI_IIDR = 0xfcc, REGION_SIZE = 0x1000 };

enum { SPIS = 64, IIDR = 0x4f << 20 };   /* IIDR: a product number of our own, variant and revision 0 */

struct gicv2m {
    struct device device;
    struct irq spi[SPIS];
    uint32_t first, count;   /* options */
};

static const struct field gicv2m_fields[] = {
    FIELD_ARRAY(struct gicv2m, spi, FIELD_IRQ, SPIS),
    FIELD_LIST_END
};

static uint64_t gicv2m_read(void *device, uint64_t offset, unsigned size)
{
    (void)size;
    const struct gicv2m *frame = device;
    switch (offset) {
    case V2M_MSI_TYPER: return frame->first << 16 | frame->count;
    case V2M_MSI_IIDR: return IIDR;
    default:
        guest_log(frame->device.id, "load from 0x%llx, where no readable register is", (unsigned long long)offset);
        return 0;
    }
}

static void gicv2m_write(void *device, uint64_t offset, uint64_t value, unsigned size)
{
    (void)size;
    struct gicv2m *frame = device;
    uint64_t n = (value & 0x3ff) - frame->first;   /* huge when below the first */
    if (offset != V2M_MSI_SETSPI_NS) {
        guest_log(frame->device.id, "store to 0x%llx, where no writable register is", (unsigned long long)offset);
    } else if (n >= frame->count) {
        guest_log(frame->device.id, "message for interrupt %llu, which is not the frame's", (unsigned long long)value & 0x3ff);
    } else {
        irq_set(&frame->spi[n], true);
        irq_set(&frame->spi[n], false);
    }
}

static int gicv2m_init(struct device *device, struct error *err)
{
    const struct gicv2m *frame = (struct gicv2m *)device;
    if (frame->count < 1 || frame->count > SPIS || frame->first < 32 || frame->first > 1020 - frame->count)
        return error_set(err, "%s: a frame has 1 to %d of the interrupts 32 to 1019", device->id, SPIS);
    return 0;
}

static const struct io_ops gicv2m_ops = { gicv2m_read, gicv2m_write, .min_size = 4, .max_size = 4, .takes_messages = true };

const struct device_class gicv2m_class = {
    .name = "gicv2m",
    .manual = "ARM DEN 0029, appendix E",
    .size = sizeof(struct gicv2m),
    .regions = (const struct device_region[]){ { "regs", REGION_SIZE, &gicv2m_ops }, { 0 } },
    .pins = (const struct device_pin[]){ { "spi", offsetof(struct gicv2m, spi), SPIS }, { 0 } },
    .options = (const struct device_option[]){
        { "first", OPTION_U32, offsetof(struct gicv2m, first), 80 },
        { "count", OPTION_U32, offsetof(struct gicv2m, count), SPIS },
        { 0 } },
    .fields = gicv2m_fields,
    .init = gicv2m_init,
    .compatible = "arm,gic-v2m-frame\0",
};
