/* SPDX-License-Identifier: MIT */
#include "roms/lib/exception.h"
#include "roms/lib/cpu.h"
#include "roms/lib/irq.h"
#include "roms/lib/print.h"

bool (*exception_hook)(struct frame *frame);

static void exception_dump(unsigned vector, const struct frame *frame)
{
    static const char *const kinds[] = {"synchronous", "IRQ", "FIQ", "SError"};
    static const char *const origins[] = {"EL1t", "EL1h", "EL0", "EL0 (AArch32)"};

    print("\nunexpected %s exception from %s\n", kinds[vector & 3], origins[vector >> 2 & 3]);
    print("esr %08lx  far %016lx  elr %016lx  spsr %08lx\n", cpu_read(esr_el1), cpu_read(far_el1), frame->elr, frame->spsr);
    for (unsigned i = 0; i < 31; i++)
        print("x%02u %016lx%s", i, frame->x[i], i % 4 == 3 ? "\n" : "  ");
    print(" sp %016lx\n", frame->sp);
}

void exception_take(unsigned vector, struct frame *frame)
{
    bool synchronous = (vector & 3) == 0, irq = (vector & 3) == 1;

    if (irq && vector >= 4) {
        irq_dispatch();
        return;
    }
    if (synchronous && exception_hook && exception_hook(frame))
        return;
    exception_dump(vector, frame);
    psci_power_off();
}
