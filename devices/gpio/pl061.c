/* SPDX-License-Identifier: MIT */
/* ARM PrimeCell GPIO PL061, from DDI 0190B: eight pins with interrupts by edge or level.
   In: input n is pin n from outside. Out: "out" drives the pins that are outputs; GPIOINTR as "irq". */
#include <string.h>

#include "base/bits.h"
#include "base/log.h"
#include "bus/device.h"
#include "devices/classes.h"
#include "devices/primecell.h"

enum {
    GPIODATA = 0x000, GPIODATA_END = 0x3ff, GPIODIR = 0x400, GPIOIS = 0x404, GPIOIBE = 0x408, GPIOIEV = 0x40c, GPIOIE = 0x410,
    GPIORIS = 0x414, GPIOMIS = 0x418, GPIOIC = 0x41c, GPIOAFSEL = 0x420,
};

enum { PINS = 8, PERIPH_ID = 0x00041061 };

struct pl061 {
    struct device device;
    struct irq irq;
    struct irq out[PINS];
    uint8_t outside;       /* what others drive, a bit a pin */
    uint8_t data;          /* what is driven where `dir` says output */
    uint8_t dir, is, ibe, iev, ie;
    uint8_t afsel;         /* no pin here has an alternate function: kept, without effect */
    uint8_t edges;         /* detected and not cleared */
};

static const struct field pl061_fields[] = {
    FIELD(struct pl061, irq, FIELD_IRQ),
    FIELD_ARRAY(struct pl061, out, FIELD_IRQ, PINS),
    FIELD(struct pl061, outside, FIELD_U8),
    FIELD(struct pl061, data, FIELD_U8),
    FIELD(struct pl061, dir, FIELD_U8),
    FIELD(struct pl061, is, FIELD_U8),
    FIELD(struct pl061, ibe, FIELD_U8),
    FIELD(struct pl061, iev, FIELD_U8),
    FIELD(struct pl061, ie, FIELD_U8),
    FIELD(struct pl061, afsel, FIELD_U8),
    FIELD(struct pl061, edges, FIELD_U8),
    FIELD_LIST_END
};

static uint8_t pins(const struct pl061 *gpio)
{
    return (gpio->data & gpio->dir) | (gpio->outside & ~gpio->dir);
}

/* GPIORIS: a level-sensitive pin shows its level now, GPIOIC clears edges only. */
static uint8_t raw(const struct pl061 *gpio)
{
    uint8_t at_level = ~(pins(gpio) ^ gpio->iev);
    return (gpio->edges & ~gpio->is) | (at_level & gpio->is);
}

/* Something changed, and the pins were `before`: remembers edges, drives the wires. */
static void drive(struct pl061 *gpio, uint8_t before)
{
    uint8_t now = pins(gpio), changed = now ^ before;
    gpio->edges |= changed & ~gpio->is & (gpio->ibe | ~(now ^ gpio->iev));
    for (unsigned n = 0; n < PINS; n++)
        irq_set(&gpio->out[n], bit(gpio->data & gpio->dir, n));
    irq_set(&gpio->irq, raw(gpio) & gpio->ie);
}

static void pl061_input(void *device, unsigned input, bool level)
{
    struct pl061 *gpio = device;
    bug_on(input >= PINS);
    uint8_t before = pins(gpio);
    gpio->outside = (uint8_t)((gpio->outside & ~(1u << input)) | (unsigned)level << input);
    drive(gpio, before);
}

static uint64_t pl061_read(void *device, uint64_t offset, unsigned size)
{
    (void)size;
    struct pl061 *gpio = device;
    switch (offset) {
    case GPIODATA ... GPIODATA_END: return pins(gpio) & offset >> 2;   /* address bits <9:2> mask the pins */
    case GPIODIR: return gpio->dir;
    case GPIOIS: return gpio->is;
    case GPIOIBE: return gpio->ibe;
    case GPIOIEV: return gpio->iev;
    case GPIOIE: return gpio->ie;
    case GPIORIS: return raw(gpio);
    case GPIOMIS: return raw(gpio) & gpio->ie;
    case GPIOAFSEL: return gpio->afsel;
    case PRIMECELL_PERIPHID0 ... PRIMECELL_CELLID3: return primecell_id(PERIPH_ID, offset);
    default:
        guest_log(gpio->device.id, "load from 0x%llx, where no readable register is", (unsigned long long)offset);
        return 0;
    }
}

static void pl061_write(void *device, uint64_t offset, uint64_t value, unsigned size)
{
    (void)size;
    struct pl061 *gpio = device;
    uint8_t before = pins(gpio), byte = (uint8_t)value;
    switch (offset) {
    case GPIODATA ... GPIODATA_END: {   /* only outputs can be written: Linux sets the direction first for that reason */
        uint8_t mask = (uint8_t)(offset >> 2) & gpio->dir;
        gpio->data = (gpio->data & ~mask) | (byte & mask);
        break;
    }
    case GPIODIR: gpio->dir = byte; break;
    case GPIOIS: gpio->is = byte; break;
    case GPIOIBE: gpio->ibe = byte; break;
    case GPIOIEV: gpio->iev = byte; break;
    case GPIOIE: gpio->ie = byte; break;
    case GPIOIC: gpio->edges &= ~byte; break;
    case GPIOAFSEL: gpio->afsel = byte; break;
    default: guest_log(gpio->device.id, "store to 0x%llx, where no writable register is", (unsigned long long)offset);
    }
    drive(gpio, before);
}

/* All pins become inputs; what others drive stays. */
static void pl061_reset(struct device *device)
{
    struct pl061 *gpio = (struct pl061 *)device;
    gpio->data = gpio->dir = gpio->is = gpio->ibe = gpio->iev = gpio->ie = gpio->afsel = gpio->edges = 0;
    drive(gpio, pins(gpio));
}

static const struct io_ops pl061_ops = { pl061_read, pl061_write, .min_size = 1, .max_size = 4 };

const struct device_class pl061_class = {
    .name = "pl061",
    .manual = "ARM DDI 0190B",
    .size = sizeof(struct pl061),
    .regions = (const struct device_region[]){ { "regs", PRIMECELL_SIZE, &pl061_ops }, { 0 } },
    .pins = (const struct device_pin[]){
        { "irq", offsetof(struct pl061, irq), 1 }, { "out", offsetof(struct pl061, out), PINS }, { 0 } },
    .fields = pl061_fields,
    .input = pl061_input,
    .reset = pl061_reset,
    .compatible = "arm,pl061\0arm,primecell\0",
};
