/* SPDX-License-Identifier: MIT */
/* The `virt` board: addresses and interrupts of QEMU's board of that name, so that what is made for it runs here. A Cortex-A53,
   as fast as the core's settings say. */
#include <string.h>

#include "boards/board.h"
#include "boards/tree.h"

enum { POWER_LINE = 3 };   /* of the PL061, as on QEMU's board */

enum { FLASH_BASE = 0, FLASH_BANK = 64 << 20, FLASH_BANKS = 2, FLASH_BUS_BYTES = 4 };

/* Inputs of the GIC, as devices/intc/gicv2.h numbers them. */
#define SPI(n) (32 + (n))
#define PPI(id) (1024 + (id))

#define TRANSPORT(n) \
    { .id = "virtio-mmio." #n, .class = "virtio-mmio", .base = { 0x0a000000 + (n) * 0x200 }, \
      .wires = { { "irq", "gic", SPI(16 + (n)) } } }
#define FUNCTION(n) \
    { .id = "pci." #n, .class = "virtio-pci", .parent = "pcie", .options = { { "slot", n } }, .when = PART_IF_PCI }
#define ON(transport, function) .parent = "virtio-mmio." #transport, .on_pci = "pci." #function
#define DISK(n, function) \
    { .id = "drive" #n, .class = "virtio-blk", ON(n, function), .port = "drive" #n, .when = PART_IF_PORT }
#define CARD(n, transport, function) \
    { .id = "nic" #n, .class = "virtio-net", ON(transport, function), .port = "nic" #n, .when = PART_IF_PORT }

static const struct part parts[] = {
    { .id = "flash0", .class = "cfi-flash", .base = { FLASH_BASE }, .port = "pflash0" },
    { .id = "flash1", .class = "cfi-flash", .base = { FLASH_BASE + FLASH_BANK }, .port = "pflash1" },
    { .id = "gic", .class = "gicv2", .base = { 0x08000000, 0x08010000 }, .options = { { "num_irq", 288 } },
      .wires = { { "irq", "cpu", 0 }, { "fiq", "cpu", 1 } } },
    { .id = "gicv2m", .class = "gicv2m", .base = { 0x08020000 }, .parent = "gic", .options = { { "first", SPI(48) } },
      .wires = { { "spi", "gic", SPI(48), 64 } } },
    { .id = "pcie", .class = "pci-ecam", .base = { 0x10000000, 0x4010000000, 0x3eff0000, 0x8000000000 },
      .options = { { "mmio", 0x10000000 }, { "mmio64", 0x8000000000 } }, .wires = { { "intx", "gic", SPI(3), 4 } } },
    { .id = "uart0", .class = "pl011", .base = { 0x09000000 }, .port = "serial0", .wires = { { "irq", "gic", SPI(1) } } },
    { .id = "rtc", .class = "pl031", .base = { 0x09010000 }, .wires = { { "irq", "gic", SPI(2) } } },
    { .id = "fw-cfg", .class = "fw-cfg", .base = { 0x09020000 } },
    { .id = "gpio", .class = "pl061", .base = { 0x09030000 }, .wires = { { "irq", "gic", SPI(7) } } },
    { .id = "power-button", .class = "power-button", .port = "power", .wires = { { "out", "gpio", POWER_LINE } } },
    TRANSPORT(0), TRANSPORT(1), TRANSPORT(2), TRANSPORT(3), TRANSPORT(4), TRANSPORT(5), TRANSPORT(6), TRANSPORT(7),
    TRANSPORT(8), TRANSPORT(9), TRANSPORT(10), TRANSPORT(11), TRANSPORT(12), TRANSPORT(13), TRANSPORT(14), TRANSPORT(15),
    TRANSPORT(16), TRANSPORT(17), TRANSPORT(18), TRANSPORT(19), TRANSPORT(20), TRANSPORT(21), TRANSPORT(22), TRANSPORT(23),
    TRANSPORT(24), TRANSPORT(25), TRANSPORT(26), TRANSPORT(27), TRANSPORT(28), TRANSPORT(29), TRANSPORT(30), TRANSPORT(31),
    FUNCTION(1), FUNCTION(2), FUNCTION(3), FUNCTION(4), FUNCTION(5), FUNCTION(6), FUNCTION(7), FUNCTION(8), FUNCTION(9),
    FUNCTION(10), FUNCTION(11), FUNCTION(12), FUNCTION(13), FUNCTION(14), FUNCTION(15), FUNCTION(16), FUNCTION(17), FUNCTION(18),
    DISK(0, 1), DISK(1, 2), DISK(2, 3), DISK(3, 4), DISK(4, 5), DISK(5, 6), DISK(6, 7), DISK(7, 8),
    CARD(0, 8, 9), CARD(1, 9, 10), CARD(2, 10, 11), CARD(3, 11, 12),
    { .id = "gpu", .class = "virtio-gpu", ON(12, 13), .port = "display0", .when = PART_IF_DISPLAY },
    { .id = "keyboard", .class = "virtio-keyboard", ON(13, 14), .port = "keyboard0" },
    { .id = "tablet", .class = "virtio-tablet", ON(14, 15), .port = "tablet0", .when = PART_IF_POINTER },
    { .id = "mouse", .class = "virtio-mouse", ON(14, 15), .port = "mouse0", .when = PART_IF_POINTER },
    { .id = "rng", .class = "virtio-rng", ON(15, 16) },
    { .id = "console", .class = "virtio-console", ON(16, 17), .port = "console0", .port2 = "console1", .when = PART_IF_PORT },
    { .id = "sound", .class = "virtio-sound", ON(17, 18), .port = "audio0" },
    { .id = "framebuffer", .class = "simple-framebuffer", .port = "display0", .when = PART_IF_DISPLAY },
    { .id = "ramfb", .class = "ramfb", .parent = "fw-cfg", .port = "display0", .when = PART_IF_DISPLAY },
};

enum { FRAMEBUFFER_SIZE = 8 << 20 };

/* The simple framebuffer takes the top of RAM, kept from the guest's allocator by the device tree. */
static gpa_t framebuffer_base(const struct machine *m)
{
    return m->board->ram_base + m->ram->size - FRAMEBUFFER_SIZE;
}

static void options(struct machine *m, const struct part *part, struct device *device)
{
    if (!strcmp(part->class, "gicv2"))
        board_option(device, "num_cpu", m->config.cores);
    else if (!strcmp(part->class, "pl031"))
        board_option(device, "start", m->config.start_seconds);
    else if (!strcmp(part->class, "virtio-rng"))
        board_option(device, "seed", m->config.seed);
    else if (!strcmp(part->class, "virtio-gpu")) {
        board_option(device, "width", m->config.display_width);
        board_option(device, "height", m->config.display_height);
    } else if (!strcmp(part->class, "simple-framebuffer"))
        board_option(device, "base", m->reserved = framebuffer_base(m));
}

static void tree(struct machine *m, void *fdt)
{
    tree_cpus(m, fdt, "arm,cortex-a53");
    tree_psci(fdt);
    tree_timer(m, fdt);
    tree_pmu(m, fdt);
    tree_flash(fdt, FLASH_BASE, FLASH_BANK, FLASH_BANKS, FLASH_BUS_BYTES);
    tree_power_button(m, fdt, "gpio", POWER_LINE);
    if (machine_part(m, "framebuffer"))
        tree_framebuffer(fdt, framebuffer_base(m), FRAMEBUFFER_SIZE);
}

const struct board board_virt = {
    .name = "virt",
    .title = "ARM virtual board",
    .compatible = "linux,dummy-virt",
    .parts = parts,
    .part_count = ARRAY_SIZE(parts),
    .core_wires = { { "cntv", "gic", PPI(27) }, { "cntp", "gic", PPI(30) }, { "pmu", "gic", PPI(23) } },
    .ram_base = 0x40000000,
    .flash = "flash0",
    .fw_cfg = "fw-cfg",
    .cpu = "cortex-a53",
    .options = options,
    .tree = tree,
};
