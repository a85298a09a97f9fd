/* SPDX-License-Identifier: MIT */
#ifndef ROMS_LIB_CPU_H
#define ROMS_LIB_CPU_H

#include <stdint.h>

#define cpu_read(reg) ({ uint64_t value_; __asm__ volatile("mrs %0, " #reg : "=r"(value_)); value_; })
#define cpu_write(reg, value) __asm__ volatile("msr " #reg ", %0" : : "r"((uint64_t)(value)) : "memory")

static inline void cpu_isb(void)
{
    __asm__ volatile("isb" : : : "memory");
}

/* Orders what was written before against what comes after, for devices that read memory too. */
static inline void cpu_barrier(void)
{
    __asm__ volatile("dsb sy" : : : "memory");
}

static inline void cpu_wait(void)
{
    __asm__ volatile("dsb sy\n\twfi" : : : "memory");
}

static inline void cpu_irq_enable(void)
{
    __asm__ volatile("msr daifclr, #2" : : : "memory");
}

static inline void cpu_irq_disable(void)
{
    __asm__ volatile("msr daifset, #2" : : : "memory");
}

/* The virtual counter; the barrier keeps it from being read early. */
static inline uint64_t cpu_counter(void)
{
    cpu_isb();
    return cpu_read(cntvct_el0);
}

static inline uint32_t mmio_read(uintptr_t address)
{
    return *(volatile uint32_t *)address;
}

static inline void mmio_write(uintptr_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

#endif
