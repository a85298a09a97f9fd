/* SPDX-License-Identifier: MIT */
/* GICv2 (ARM IHI 0048B) and the virtual timer (ARM DDI 0487, D11) as they sit on `virt`. */
#include "roms/lib/irq.h"
#include "roms/lib/cpu.h"
#include "roms/lib/print.h"

enum {
    GICD_BASE = 0x08000000,
    GICD_CTLR = GICD_BASE,
    GICD_ISENABLER = GICD_BASE + 0x100,
    GICD_ICENABLER = GICD_BASE + 0x180,
    GICD_IPRIORITYR = GICD_BASE + 0x400,
    GICD_ITARGETSR = GICD_BASE + 0x800,
    GICC_BASE = 0x08010000,
    GICC_CTLR = GICC_BASE,
    GICC_PMR = GICC_BASE + 4,
    GICC_IAR = GICC_BASE + 0xc,
    GICC_EOIR = GICC_BASE + 0x10,
    IRQ_COUNT = 128,
    IRQ_SPURIOUS = 1020,
    TIMER_ENABLE = 1,
};

static struct {
    void (*handler)(void *argument);
    void *argument;
} handlers[IRQ_COUNT];

static struct {
    uint64_t period, next;
    volatile uint64_t ticks;
} timer;

void irq_init(void)
{
    mmio_write(GICD_CTLR, 0);
    for (unsigned i = 0; i < IRQ_COUNT / 32; i++)
        mmio_write(GICD_ICENABLER + 4 * i, ~0u);
    for (unsigned i = 0; i < IRQ_COUNT / 4; i++)
        mmio_write(GICD_IPRIORITYR + 4 * i, 0xa0a0a0a0);
    for (unsigned i = IRQ_SPI_FIRST / 4; i < IRQ_COUNT / 4; i++)
        mmio_write(GICD_ITARGETSR + 4 * i, 0x01010101);
    mmio_write(GICC_PMR, 0xf0);
    mmio_write(GICC_CTLR, 1);
    mmio_write(GICD_CTLR, 1);
    cpu_irq_enable();
}

void irq_connect(unsigned irq, void (*handler)(void *argument), void *argument)
{
    if (irq >= IRQ_COUNT)
        return;
    handlers[irq].argument = argument;
    handlers[irq].handler = handler;
    cpu_barrier();
    mmio_write(GICD_ISENABLER + irq / 32 * 4, 1u << irq % 32);
}

void irq_dispatch(void)
{
    uint32_t iar = mmio_read(GICC_IAR), irq = iar & 0x3ff;

    if (irq >= IRQ_SPURIOUS)
        return;
    if (irq < IRQ_COUNT && handlers[irq].handler)
        handlers[irq].handler(handlers[irq].argument);
    else
        mmio_write(GICD_ICENABLER + irq / 32 * 4, 1u << irq % 32);
    mmio_write(GICC_EOIR, iar);
}

/* Deadlines come from the count of periods, so that a late interrupt does not shift the ones after it. */
static void timer_fire(void *unused)
{
    (void)unused;
    uint64_t now = cpu_counter();

    do {
        timer.next += timer.period;
        timer.ticks++;
    } while (timer.next <= now);
    cpu_write(cntv_cval_el0, timer.next);
    cpu_isb();
}

void timer_start(unsigned hz)
{
    timer.period = cpu_read(cntfrq_el0) / hz;
    timer.next = cpu_counter() + timer.period;
    cpu_write(cntv_cval_el0, timer.next);
    cpu_write(cntv_ctl_el0, TIMER_ENABLE);
    irq_connect(IRQ_PPI_VIRTUAL_TIMER, timer_fire, 0);
}

uint64_t timer_ticks(void)
{
    return timer.ticks;
}
