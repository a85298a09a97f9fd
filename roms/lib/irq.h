/* SPDX-License-Identifier: MIT */
#ifndef ROMS_LIB_IRQ_H
#define ROMS_LIB_IRQ_H

#include <stdint.h>

enum {
    IRQ_PPI_VIRTUAL_TIMER = 27,
    IRQ_SPI_FIRST = 32,
    IRQ_GPIO = IRQ_SPI_FIRST + 7,
};

/* Sets up the GICv2 of `virt` with every interrupt off, and unmasks interrupts in the CPU. */
void irq_init(void);

/* Calls handler(argument) on interrupt number irq from now on. The handler may not use FP registers: put
   IRQ_HANDLER_FILE at the head of its file. */
void irq_connect(unsigned irq, void (*handler)(void *argument), void *argument);
void irq_dispatch(void);

/* Starts a periodic tick of hz on the virtual timer; timer_ticks counts them. */
void timer_start(unsigned hz);
uint64_t timer_ticks(void);

#endif
