/* SPDX-License-Identifier: MIT */
/* The device tree, made from the board's table through libfdt's sequential writer. */
#include "boards/tree.h"

#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "cpu/timing/memory.h"

enum { TREE_SIZE = 64 << 10 };

/* phandles: parts get theirs by place in the table, behind these. */
enum { PHANDLE_CLOCK = 1, PHANDLE_L2 = 2, PHANDLE_PARTS = 16 };

enum { IRQ_SPI = 0, IRQ_PPI = 1, IRQ_LEVEL_HIGH = 4, IRQ_PPI_CPUS = 8 };

/* Cells are added in host order and stored big-endian. */
static void property_cells(void *fdt, const char *name, const uint32_t *cells, unsigned count)
{
    void *to;
    if (fdt_property_placeholder(fdt, name, (int)(count * 4), &to))
        return;   /* the writer remembers the error; fdt_finish reports it */
    for (unsigned i = 0; i < count; i++) {
        uint32_t v = be32(cells[i]);
        memcpy((char *)to + 4 * i, &v, 4);
    }
}

#define PROPERTY_CELLS(fdt, name, ...) \
    property_cells(fdt, name, (const uint32_t[]){ __VA_ARGS__ }, ARRAY_SIZE(((const uint32_t[]){ __VA_ARGS__ })))
#define PROPERTY_FLAG(fdt, name) fdt_property(fdt, name, NULL, 0)

/* "a\0b\0": how long is a NUL-separated list that ends with an empty string? */
static int list_length(const char *list)
{
    const char *p = list;
    while (*p)
        p += strlen(p) + 1;
    return (int)(p - list);
}

/* ---- per class: what a binding wants beyond compatible, reg and interrupts ---- */

static uint32_t phandle_of(const struct machine *m, const char *id);
static void child_nodes(const struct machine *m, const struct built *parent, void *fdt);

static void gic_extra(const struct machine *m, const struct built *b, void *fdt)
{
    PROPERTY_FLAG(fdt, "interrupt-controller");
    PROPERTY_CELLS(fdt, "#interrupt-cells", 3);
    PROPERTY_CELLS(fdt, "#address-cells", 2);
    PROPERTY_CELLS(fdt, "#size-cells", 2);
    PROPERTY_FLAG(fdt, "ranges");
    child_nodes(m, b, fdt);
}

static void uart_extra(const struct machine *m, const struct built *b, void *fdt)
{
    (void)m, (void)b;
    PROPERTY_CELLS(fdt, "clocks", PHANDLE_CLOCK, PHANDLE_CLOCK);
    fdt_property(fdt, "clock-names", "uartclk\0apb_pclk", 17);
}

static void primecell_extra(const struct machine *m, const struct built *b, void *fdt)
{
    (void)m, (void)b;
    PROPERTY_CELLS(fdt, "clocks", PHANDLE_CLOCK);
    fdt_property_string(fdt, "clock-names", "apb_pclk");
}

static void gpio_extra(const struct machine *m, const struct built *b, void *fdt)
{
    primecell_extra(m, b, fdt);
    PROPERTY_FLAG(fdt, "gpio-controller");
    PROPERTY_CELLS(fdt, "#gpio-cells", 2);
    PROPERTY_FLAG(fdt, "interrupt-controller");
    PROPERTY_CELLS(fdt, "#interrupt-cells", 2);
}

static void coherent_extra(const struct machine *m, const struct built *b, void *fdt)
{
    (void)m, (void)b;
    PROPERTY_FLAG(fdt, "dma-coherent");
}

static void frame_extra(const struct machine *m, const struct built *b, void *fdt)
{
    (void)m, (void)b;
    PROPERTY_FLAG(fdt, "msi-controller");
}

/* The space that a PCI address is in, its first cell (IEEE Std 1275 PCI Bus Binding, 2.2.1.1). */
enum { PCI_SPACE_IO = 0x01000000, PCI_SPACE_32 = 0x02000000, PCI_SPACE_64 = 0x03000000 };

/* One window of a host bridge: PCI address, the processor's address, size. Returns how many cells it took. */
static unsigned put_range(uint32_t *cells, uint32_t space, uint64_t pci, uint64_t cpu, uint64_t size)
{
    const uint32_t range[] = { space, (uint32_t)(pci >> 32), (uint32_t)pci, (uint32_t)(cpu >> 32), (uint32_t)cpu,
                               (uint32_t)(size >> 32), (uint32_t)size };
    memcpy(cells, range, sizeof range);
    return ARRAY_SIZE(range);
}

/* Which input of the interrupt controller a function's pin leads to: INTA of slot n is line n % 4, and so on around. */
static void interrupt_map(const struct machine *m, const struct part *part, void *fdt)
{
    enum { LINES = 4, CELLS = 10, SLOT_SHIFT = 11, PIN_MASK = 7 };
    uint32_t map[LINES * LINES * CELLS];
    for (unsigned slot = 0; slot < LINES; slot++)
        for (unsigned pin = 0; pin < LINES; pin++) {
            unsigned spi = part->wires[0].input - 32 + (slot + pin) % LINES;
            const uint32_t row[CELLS] = { slot << SLOT_SHIFT, 0, 0, pin + 1, phandle_of(m, part->wires[0].to), 0, 0,
                                          IRQ_SPI, spi, IRQ_LEVEL_HIGH };
            memcpy(&map[(slot * LINES + pin) * CELLS], row, sizeof row);
        }
    property_cells(fdt, "interrupt-map", map, ARRAY_SIZE(map));
    PROPERTY_CELLS(fdt, "interrupt-map-mask", (LINES - 1) << SLOT_SHIFT, 0, 0, PIN_MASK);
    PROPERTY_CELLS(fdt, "#interrupt-cells", 1);
}

/* Regions of the part, and the window for ports, whose PCI addresses begin at 0. */
static void pci_extra(const struct machine *m, const struct built *b, void *fdt)
{
    enum { MMIO, ECAM, PIO, MMIO64, FUNCTIONS = 0x10000 };
    const struct part *part = b->part;
    const struct device_region *regions = b->device->class->regions;
    uint32_t ranges[3 * 7];
    unsigned cells = put_range(ranges, PCI_SPACE_IO, 0, part->base[PIO], regions[PIO].size);
    cells += put_range(ranges + cells, PCI_SPACE_32, part->options[0].value, part->base[MMIO], regions[MMIO].size);
    cells += put_range(ranges + cells, PCI_SPACE_64, part->options[1].value, part->base[MMIO64], regions[MMIO64].size);
    fdt_property_string(fdt, "device_type", "pci");
    PROPERTY_CELLS(fdt, "#address-cells", 3);
    PROPERTY_CELLS(fdt, "#size-cells", 2);
    PROPERTY_CELLS(fdt, "bus-range", 0, (uint32_t)(regions[ECAM].size >> 20) - 1);
    PROPERTY_CELLS(fdt, "linux,pci-domain", 0);
    PROPERTY_FLAG(fdt, "dma-coherent");
    property_cells(fdt, "ranges", ranges, cells);
    PROPERTY_CELLS(fdt, "msi-map", 0, phandle_of(m, "gicv2m"), 0, FUNCTIONS);
    interrupt_map(m, part, fdt);
}

static const struct binding {
    const char *class, *node;
    void (*extra)(const struct machine *m, const struct built *b, void *fdt);
    unsigned reg;      /* "reg" is this region of the class, counted from 1; 0: all of them */
} bindings[] = {
    { "gicv2", "intc", gic_extra, 0 },
    { "fw-cfg", "fw-cfg", coherent_extra, 0 },
    { "gicv2m", "v2m", frame_extra, 0 },
    { "pci-ecam", "pcie", pci_extra, 2 },
    { "pl011", "pl011", uart_extra, 0 },
    { "pl031", "pl031", primecell_extra, 0 },
    { "pl061", "pl061", gpio_extra, 0 },
    { "virtio-mmio", "virtio_mmio", coherent_extra, 0 },
};

static const struct binding *binding_of(const char *class)
{
    for (unsigned i = 0; i < ARRAY_SIZE(bindings); i++)
        if (!strcmp(bindings[i].class, class))
            return &bindings[i];
    return NULL;
}

static uint32_t phandle_of(const struct machine *m, const char *id)
{
    for (unsigned i = 0; i < m->built_count; i++)
        if (!strcmp(m->built[i].part->id, id))
            return PHANDLE_PARTS + i;
    bug_on(true);
}

static void node_name(const struct part *part, char *name, size_t size)
{
    snprintf(name, size, "%s@%llx", binding_of(part->class)->node, (unsigned long long)part->base[0]);
}

static void part_node(const struct machine *m, const struct built *b, void *fdt)
{
    const struct part *part = b->part;
    const struct device_class *class = b->device->class;
    const struct binding *binding = binding_of(part->class);
    if (!class->compatible || !binding)
        return;
    char name[48];
    node_name(part, name, sizeof name);
    fdt_begin_node(fdt, name);
    fdt_property(fdt, "compatible", class->compatible, list_length(class->compatible));
    PROPERTY_CELLS(fdt, "phandle", phandle_of(m, part->id));
    uint32_t reg[4 * PART_REGIONS];
    unsigned cells = 0;
    for (unsigned i = 0; class->regions[i].name; i++) {
        if (binding->reg && binding->reg != i + 1)
            continue;
        reg[cells] = (uint32_t)(part->base[i] >> 32);
        reg[cells + 1] = (uint32_t)part->base[i];
        reg[cells + 2] = (uint32_t)(class->regions[i].size >> 32);
        reg[cells + 3] = (uint32_t)class->regions[i].size;
        cells += 4;
    }
    property_cells(fdt, "reg", reg, cells);
    if (part->wires[0].pin && !part->wires[0].count && !strcmp(part->wires[0].to, "gic"))
        PROPERTY_CELLS(fdt, "interrupts", IRQ_SPI, part->wires[0].input - 32, IRQ_LEVEL_HIGH);
    if (binding->extra)
        binding->extra(m, b, fdt);
    fdt_end_node(fdt);
}

/* The nodes of the parts that sit on this one; NULL: on none. */
static void child_nodes(const struct machine *m, const struct built *parent, void *fdt)
{
    for (unsigned i = 0; i < m->built_count; i++) {
        const char *on = m->built[i].part->parent;
        if (parent ? on && !strcmp(on, parent->part->id) : !on)
            part_node(m, &m->built[i], fdt);
    }
}

/* ---- nodes without a part ---- */

static void clock_node(void *fdt)
{
    fdt_begin_node(fdt, "apb-pclk");
    fdt_property_string(fdt, "compatible", "fixed-clock");
    PROPERTY_CELLS(fdt, "#clock-cells", 0);
    PROPERTY_CELLS(fdt, "clock-frequency", 24000000);
    fdt_property_string(fdt, "clock-output-names", "clk24mhz");
    PROPERTY_CELLS(fdt, "phandle", PHANDLE_CLOCK);
    fdt_end_node(fdt);
}

static void memory_node(const struct machine *m, void *fdt)
{
    char name[32];
    gpa_t base = m->board->ram_base;
    snprintf(name, sizeof name, "memory@%llx", (unsigned long long)base);
    fdt_begin_node(fdt, name);
    fdt_property_string(fdt, "device_type", "memory");
    PROPERTY_CELLS(fdt, "reg", (uint32_t)(base >> 32), (uint32_t)base, (uint32_t)(m->ram->size >> 32), (uint32_t)m->ram->size);
    fdt_end_node(fdt);
}

/* A generator for the seeds that a boot loader would take from its entropy source: splitmix64 over the user's -seed. */
static uint64_t next_seed(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15ull;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
}

/* The kernel's first console is the part at the first serial line. */
static void console_path(const struct machine *m, void *fdt)
{
    char path[48] = "/";
    for (unsigned i = 0; i < m->built_count; i++)
        if (m->built[i].part->port && !strcmp(m->built[i].part->port, "serial0")) {
            node_name(m->built[i].part, path + 1, sizeof path - 1);
            fdt_property_string(fdt, "stdout-path", path);
            return;
        }
}

static void chosen_node(const struct machine *m, void *fdt)
{
    uint64_t state = m->config.seed;
    uint32_t seed[8];
    for (unsigned i = 0; i < ARRAY_SIZE(seed); i++)
        seed[i] = (uint32_t)next_seed(&state);
    fdt_begin_node(fdt, "chosen");
    if (m->config.append)
        fdt_property_string(fdt, "bootargs", m->config.append);
    console_path(m, fdt);
    property_cells(fdt, "rng-seed", seed, ARRAY_SIZE(seed));
    PROPERTY_CELLS(fdt, "kaslr-seed", (uint32_t)next_seed(&state), (uint32_t)next_seed(&state));
    if (m->config.initrd && !boot_has_firmware(m)) {
        /* Filled in when the file is loaded and its size known (boot.c). */
        PROPERTY_CELLS(fdt, "linux,initrd-start", 0, 0);
        PROPERTY_CELLS(fdt, "linux,initrd-end", 0, 0);
    }
    fdt_end_node(fdt);
}

/* Linux tells users and schedulers of caches what the tree says, not what CCSIDR_EL1 says. */
static void cache_properties(void *fdt, const char *prefix, uint32_t size, uint32_t ways)
{
    const struct { const char *suffix; uint32_t cell; } properties[] = {
        { "cache-size", size }, { "cache-line-size", MEMORY_LINE }, { "cache-sets", size / (ways * MEMORY_LINE) },
    };
    for (unsigned i = 0; i < ARRAY_SIZE(properties); i++) {
        char name[32];
        snprintf(name, sizeof name, "%s%s", prefix, properties[i].suffix);
        PROPERTY_CELLS(fdt, name, properties[i].cell);
    }
}

static void l2_node(const struct core_settings *core, void *fdt)
{
    fdt_begin_node(fdt, "l2-cache");
    fdt_property_string(fdt, "compatible", "cache");
    PROPERTY_CELLS(fdt, "cache-level", 2);
    PROPERTY_FLAG(fdt, "cache-unified");
    cache_properties(fdt, "", core->l2_size, core->l2_ways);
    PROPERTY_CELLS(fdt, "phandle", PHANDLE_L2);
    fdt_end_node(fdt);
}

static void cpu_node(const struct machine *m, void *fdt, const char *compatible, unsigned number)
{
    const struct core_settings *core = &m->core.settings;
    char name[16];
    snprintf(name, sizeof name, "cpu@%u", number);
    fdt_begin_node(fdt, name);
    fdt_property_string(fdt, "device_type", "cpu");
    fdt_property_string(fdt, "compatible", compatible);
    PROPERTY_CELLS(fdt, "reg", number);
    if (m->core_count > 1)   /* one alone is never switched on */
        fdt_property_string(fdt, "enable-method", "psci");
    PROPERTY_CELLS(fdt, "clock-frequency", core->clock_mhz * 1000000u);
    cache_properties(fdt, "i-", core->l1i_size, core->l1i_ways);
    cache_properties(fdt, "d-", core->l1d_size, core->l1d_ways);
    PROPERTY_CELLS(fdt, "next-level-cache", PHANDLE_L2);
    fdt_end_node(fdt);
}

void tree_cpus(const struct machine *m, void *fdt, const char *compatible)
{
    fdt_begin_node(fdt, "cpus");
    PROPERTY_CELLS(fdt, "#address-cells", 1);
    PROPERTY_CELLS(fdt, "#size-cells", 0);
    for (unsigned i = 0; i < m->core_count; i++)
        cpu_node(m, fdt, compatible, i);
    l2_node(&m->core.settings, fdt);
    fdt_end_node(fdt);
}

void tree_psci(void *fdt)
{
    fdt_begin_node(fdt, "psci");
    fdt_property(fdt, "compatible", "arm,psci-1.0\0arm,psci-0.2", 26);
    fdt_property_string(fdt, "method", "hvc");
    fdt_end_node(fdt);
}

/* The flags of a private interrupt: a bit for each core that has it. */
static uint32_t ppi_flags(const struct machine *m)
{
    return (uint32_t)mask64(m->core_count) << IRQ_PPI_CPUS | IRQ_LEVEL_HIGH;
}

void tree_timer(const struct machine *m, void *fdt)
{
    fdt_begin_node(fdt, "timer");
    fdt_property_string(fdt, "compatible", "arm,armv8-timer");
    PROPERTY_FLAG(fdt, "always-on");
    const uint32_t flags = ppi_flags(m);   /* secure, physical, virtual, hypervisor */
    PROPERTY_CELLS(fdt, "interrupts", IRQ_PPI, 13, flags, IRQ_PPI, 14, flags, IRQ_PPI, 11, flags, IRQ_PPI, 10, flags);
    fdt_end_node(fdt);
}

/* The first name gives Linux the Cortex-A53's own events beside the architecture's. */
void tree_pmu(const struct machine *m, void *fdt)
{
    static const char compatible[] = "arm,cortex-a53-pmu\0arm,armv8-pmuv3";
    fdt_begin_node(fdt, "pmu");
    fdt_property(fdt, "compatible", compatible, sizeof compatible);
    PROPERTY_CELLS(fdt, "interrupts", IRQ_PPI, 7, ppi_flags(m));
    fdt_end_node(fdt);
}

void tree_power_button(const struct machine *m, void *fdt, const char *gpio_id, unsigned line)
{
    fdt_begin_node(fdt, "gpio-keys");
    fdt_property_string(fdt, "compatible", "gpio-keys");
    fdt_begin_node(fdt, "poweroff");
    fdt_property_string(fdt, "label", "GPIO Key Poweroff");
    PROPERTY_CELLS(fdt, "linux,code", 116);   /* KEY_POWER */
    PROPERTY_CELLS(fdt, "gpios", phandle_of(m, gpio_id), line, 0);
    fdt_end_node(fdt);
    fdt_end_node(fdt);
}

void tree_flash(void *fdt, gpa_t base, uint32_t size, unsigned banks, unsigned bus_bytes)
{
    char name[32];
    uint32_t reg[4 * 4];
    bug_on(banks > ARRAY_SIZE(reg) / 4);
    for (unsigned i = 0; i < banks; i++) {
        gpa_t at = base + (gpa_t)i * size;
        memcpy(&reg[4 * i], (const uint32_t[]){ (uint32_t)(at >> 32), (uint32_t)at, 0, size }, 16);
    }
    snprintf(name, sizeof name, "flash@%llx", (unsigned long long)base);
    fdt_begin_node(fdt, name);
    fdt_property_string(fdt, "compatible", "cfi-flash");
    property_cells(fdt, "reg", reg, 4 * banks);
    PROPERTY_CELLS(fdt, "bank-width", bus_bytes);
    fdt_end_node(fdt);
}

void tree_framebuffer(void *fdt, gpa_t base, uint64_t reserved)
{
    char name[48];
    fdt_begin_node(fdt, "reserved-memory");
    PROPERTY_CELLS(fdt, "#address-cells", 2);
    PROPERTY_CELLS(fdt, "#size-cells", 2);
    PROPERTY_FLAG(fdt, "ranges");
    snprintf(name, sizeof name, "framebuffer@%llx", (unsigned long long)base);
    fdt_begin_node(fdt, name);
    PROPERTY_CELLS(fdt, "reg", (uint32_t)(base >> 32), (uint32_t)base, 0, (uint32_t)reserved);
    PROPERTY_FLAG(fdt, "no-map");
    fdt_end_node(fdt);
    fdt_end_node(fdt);
    fdt_begin_node(fdt, name);
    fdt_property_string(fdt, "compatible", "simple-framebuffer");
    PROPERTY_CELLS(fdt, "reg", (uint32_t)(base >> 32), (uint32_t)base, 0, 1024 * 768 * 4);
    PROPERTY_CELLS(fdt, "width", 1024);
    PROPERTY_CELLS(fdt, "height", 768);
    PROPERTY_CELLS(fdt, "stride", 1024 * 4);
    fdt_property_string(fdt, "format", "a8r8g8b8");
    fdt_end_node(fdt);
}

int tree_make(struct machine *m, struct error *err)
{
    void *fdt = mem_alloc(TREE_SIZE);
    m->fdt = fdt;
    fdt_create(fdt, TREE_SIZE);
    fdt_finish_reservemap(fdt);
    fdt_begin_node(fdt, "");
    fdt_property_string(fdt, "compatible", m->board->compatible);
    fdt_property_string(fdt, "model", m->board->compatible);
    PROPERTY_CELLS(fdt, "#address-cells", 2);
    PROPERTY_CELLS(fdt, "#size-cells", 2);
    PROPERTY_CELLS(fdt, "interrupt-parent", phandle_of(m, "gic"));
    chosen_node(m, fdt);
    memory_node(m, fdt);
    clock_node(fdt);
    child_nodes(m, NULL, fdt);
    m->board->tree(m, fdt);
    fdt_end_node(fdt);
    int result = fdt_finish(fdt);
    if (result)
        return error_set(err, "cannot build the device tree: %s", fdt_strerror(result));
    m->fdt_size = fdt_totalsize(fdt);
    return 0;
}
