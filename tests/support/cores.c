/* SPDX-License-Identifier: MIT */
#include "tests/support/cores.h"

#include <check.h>
#include <string.h>

#include "base/bits.h"
#include "cpu/arm64/cluster.h"
#include "cpu/arm64/core.h"
#include "cpu/arm64/mmu.h"
#include "cpu/arm64/sysreg.h"

/* VMSAv8-64 descriptors (DDI 0487 D5.3): attribute 0 is Normal memory, 1 Device; inner shareable; accessed. */
enum { BLOCK = 1, TABLE = 3, PAGE = 3, ATTR_DEVICE = 1 << 2, SHARED = 3 << 8, ACCESSED = 1 << 10 };
enum { LEVEL2 = CORES_TABLES + 0x1000, LEVEL3 = CORES_TABLES + 0x2000 };

/* TCR_EL1: 39-bit addresses, pages of 4 KiB, write-back cacheable tables, no TTBR1. */
enum { TCR = 25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23 };

struct machine *cores_new(unsigned cores, enum timing_mode timing)
{
    static uint8_t image[4096];
    struct error err;
    struct machine_config config;
    st_le32(image, W_WFI);
    st_le32(image + 4, W_B(-1));
    st_le64(image + 16, sizeof image);
    st_le32(image + 56, 0x644d5241);   /* the magic number of an Image */
    machine_defaults(&config);
    config.ram_size = 32 * MIB;
    config.cores = cores;
    config.timing = timing;
    config.display_device = "none";
    config.kernel_image = image;
    config.kernel_image_size = sizeof image;
    struct machine *m = machine_new(&config, &err);
    ck_assert_msg(m != NULL, "%s", err.text);
    cores_set(m, CORES_TABLES + 0, 0 | BLOCK | ATTR_DEVICE | ACCESSED);
    cores_set(m, CORES_TABLES + 8, 0x40000000 | BLOCK | SHARED | ACCESSED);
    cores_set(m, CORES_TABLES + 16, LEVEL2 | TABLE);
    cores_set(m, LEVEL2, LEVEL3 | TABLE);
    return m;
}

void cores_put(struct machine *m, gpa_t at, const uint32_t *words, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        ck_assert(space_store(&m->space, at + 4 * i, 4, words[i]));
}

struct arm64 *cores_start(struct machine *m, unsigned core, gva_t pc)
{
    struct arm64 *c = m->cores[core];
    if (c->is_off)
        cluster_power_on(c, pc, 0);
    c->cpu.pc = pc;
    c->x[0] = CORES_DATA;
    c->vbar_el1 = CORES_VECTORS;
    c->ttbr0_el1 = CORES_TABLES;
    c->tcr_el1 = TCR;
    c->mair_el1 = 0xff;
    c->sctlr_el1 |= SCTLR_M | SCTLR_C | SCTLR_I;
    mmu_flush_all(c);
    mmu_switch(c);
    return c;
}

gpa_t cores_descriptor(unsigned page)
{
    return LEVEL3 + 8 * page;
}

void cores_map(struct machine *m, unsigned page, gpa_t pa)
{
    cores_set(m, cores_descriptor(page), pa | PAGE | SHARED | ACCESSED);
}

void cores_finish(struct machine *m)
{
    ck_assert_int_eq(machine_run(m, m->clock.now + TICKS_PER_SECOND), MACHINE_REACHED);
    for (unsigned i = 0; i < m->core_count; i++)
        ck_assert_msg(m->cores[i]->cpu.halted, "core %u is still at 0x%llx", i, (unsigned long long)m->cores[i]->cpu.pc);
}

uint64_t cores_get(const struct machine *m, gpa_t at)
{
    uint64_t value = 0;
    ck_assert(space_load(&m->space, at, 8, &value));
    return value;
}

void cores_set(struct machine *m, gpa_t at, uint64_t value)
{
    ck_assert(space_store(&m->space, at, 8, value));
}
