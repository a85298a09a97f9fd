/* SPDX-License-Identifier: MIT */
/* The address map, the wires and the device tree of the virt board, against the table and against the tree of QEMU's board.
   Catches: a part that is not where the tree says, an interrupt that arrives at another input, a node or property that Linux
   would miss. */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"
#include "boards/board.h"
#include "tests/support/support.h"

static const uint32_t idle[] = { 0xd503207f /* WFI */, 0x17ffffff /* B .-4 */ };
static uint8_t image[64];

static struct machine *make_with(uint64_t mib, const struct core_model *core)
{
    struct error err = { "" };
    struct machine_config config;
    machine_defaults(&config);
    config.core = core;
    memcpy(image, idle, sizeof idle);
    st_le32(image + 56, 0x644d5241);
    config.kernel_image = image;
    config.kernel_image_size = sizeof image;
    config.ram_size = mib * MIB;
    struct machine *m = machine_new(&config, &err);
    ck_assert_msg(m != NULL, "%s", err.text);
    return m;
}

static struct machine *make(uint64_t mib)
{
    return make_with(mib, NULL);
}

START_TEST(every_part_of_the_table_answers_at_its_address)
{
    struct machine *m = make(128);
    for (unsigned i = 0; i < m->built_count; i++) {
        const struct part *part = m->built[i].part;
        const struct device_class *class = m->built[i].device->class;
        for (int k = 0; class->regions && class->regions[k].name; k++) {
            uint64_t offset;
            const struct region *r = space_find(&m->space, part->base[k], &offset);
            ck_assert_msg(r && r->device == m->built[i].device && offset == 0, "%s", part->id);
            ck_assert_uint_eq(r->size, class->regions[k].size);
        }
    }
    uint64_t offset;
    const struct region *r = space_find(&m->space, 0x40000000 + 128 * MIB - 1, &offset);
    ck_assert(r && r->kind == REGION_RAM && r->ram == m->ram);
    ck_assert_ptr_null(space_find(&m->space, 0x40000000 + 128 * MIB, &offset));
    ck_assert_ptr_null(space_find(&m->space, 0x0b000000, &offset));
    machine_free(m);
}
END_TEST

/* GICD_ISPENDR of the input that the tree names. */
static bool is_pending(struct machine *m, unsigned id)
{
    uint64_t word = 0;
    ck_assert(space_load(&m->space, 0x08000200 + id / 32 * 4, 4, &word));
    return bit(word, id % 32);
}

START_TEST(the_wires_end_where_the_tree_says)
{
    struct machine *m = make(128);
    size_t size;
    const void *tree = machine_device_tree(m, &size);
    unsigned checked = 0;
    for (unsigned i = 0; i < m->built_count; i++) {
        const struct part *part = m->built[i].part;
        const struct device_class *class = m->built[i].device->class;
        if (!part->wires[0].pin || part->wires[0].count || strcmp(part->wires[0].to, "gic") || !class->compatible)
            continue;
        char name[64];
        bool found = false;
        for (int node = fdt_next_node(tree, -1, NULL); node >= 0; node = fdt_next_node(tree, node, NULL)) {
            const uint32_t *reg = fdt_getprop(tree, node, "reg", NULL), *irq = fdt_getprop(tree, node, "interrupts", NULL);
            if (!reg || !irq || be32(reg[1]) != part->base[0] || fdt_node_offset_by_compatible(tree, -1, class->compatible) < 0)
                continue;
            snprintf(name, sizeof name, "%s", fdt_get_name(tree, node, NULL));
            struct irq *pin = (struct irq *)((char *)m->built[i].device + class->pins[0].offset);
            unsigned id = 32 + be32(irq[1]);
            ck_assert_msg(be32(irq[0]) == 0 && be32(irq[2]) == 4, "%s: not a level of an SPI", name);
            ck_assert_msg(!is_pending(m, id), "%s", name);
            irq_set(pin, true);
            ck_assert_msg(is_pending(m, id), "%s does not reach %u", name, id);
            irq_set(pin, false);
            found = true;
            checked++;
        }
        ck_assert_msg(found, "%s has no node", part->id);
    }
    ck_assert_uint_ge(checked, 34);
    machine_free(m);
}
END_TEST

static struct irq *pin_of(struct machine *m, const char *id)
{
    struct device *device = machine_part(m, id);
    return (struct irq *)((char *)device + device->class->pins[0].offset);
}

/* INTA to INTD of the slots that the interrupt-map tells apart: the bridge swizzles as the map says. */
START_TEST(pci_interrupts_end_where_the_map_says)
{
    enum { ROWS = 16, CELLS = 10 };
    struct machine *m = make(128);
    size_t size;
    int length;
    const void *tree = machine_device_tree(m, &size);
    const uint32_t *row = fdt_getprop(tree, fdt_path_offset(tree, "/pcie@10000000"), "interrupt-map", &length);
    ck_assert_int_eq(length, ROWS * CELLS * 4);
    for (unsigned i = 0; i < ROWS; i++, row += CELLS) {
        unsigned slot = be32(row[0]) >> 11, pin = be32(row[3]) - 1;
        struct irq *line = &pin_of(m, "pcie")[(slot + pin) % 4];
        ck_assert(be32(row[7]) == 0 && be32(row[9]) == 4);   /* a level of an SPI */
        ck_assert(!is_pending(m, 32 + be32(row[8])));
        irq_set(line, true);
        ck_assert(is_pending(m, 32 + be32(row[8])));
        irq_set(line, false);
    }
    machine_free(m);
}
END_TEST

START_TEST(messages_end_where_their_frame_says)
{
    struct machine *m = make(128);
    uint64_t typer;
    ck_assert(space_load(&m->space, 0x08020008, 4, &typer));
    for (unsigned i = 0; i < (typer & 0x3ff); i++) {
        unsigned id = (unsigned)(typer >> 16) + i;
        ck_assert(space_store(&m->space, 0x08000c00 + id / 16 * 4, 4, 2u << id % 16 * 2));   /* GICD_ICFGR: an edge */
        ck_assert(!is_pending(m, id));
        ck_assert(space_message(&m->space, 0x08020040, id));
        ck_assert(is_pending(m, id));
    }
    machine_free(m);
}
END_TEST

START_TEST(the_timers_and_the_performance_monitors_reach_their_private_inputs)
{
    struct machine *m = make(128);
    irq_set(&m->cpu->timer_irq[0], true);
    irq_set(&m->cpu->timer_irq[1], true);
    ck_assert(is_pending(m, 27));
    ck_assert(is_pending(m, 30));
    irq_set(&m->cpu->pmu.irq, true);
    ck_assert(is_pending(m, 23));
    machine_free(m);
}
END_TEST

START_TEST(memory_is_as_large_as_asked_for)
{
    static const uint64_t sizes[] = { 16, 1024, 3 * 1024, 16 * 1024 };
    for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
        if (sizes[i] * MIB > SIZE_MAX / 4)
            break;   /* a 32-bit host has no room for it */
        struct machine *m = make(sizes[i]);
        size_t size;
        const void *tree = machine_device_tree(m, &size);
        const uint32_t *reg = fdt_getprop(tree, fdt_path_offset(tree, "/memory@40000000"), "reg", NULL);
        ck_assert_uint_eq((uint64_t)be32(reg[0]) << 32 | be32(reg[1]), 0x40000000);
        ck_assert_uint_eq((uint64_t)be32(reg[2]) << 32 | be32(reg[3]), sizes[i] * MIB);
        machine_free(m);
    }
}
END_TEST

static uint32_t cell_of(const void *tree, const char *path, const char *property)
{
    int length;
    const uint32_t *cell = fdt_getprop(tree, fdt_path_offset(tree, path), property, &length);
    ck_assert_msg(cell && length == 4, "%s: no %s", path, property);
    return be32(*cell);
}

/* Number and size of the sets that CCSIDR_EL1 reports. */
static void check_registers(const struct machine *m, unsigned cache, uint32_t size, uint32_t ways)
{
    uint32_t r = m->cpu->ccsidr_el1[cache];
    ck_assert_uint_eq(bits(r, 2, 0), 2);
    ck_assert_uint_eq(bits(r, 12, 3) + 1, ways);
    ck_assert_uint_eq((bits(r, 27, 13) + 1) * ways * 64, size);
}

START_TEST(the_guest_is_told_of_the_clock_and_the_caches_that_the_model_has)
{
    static const char *const overrides[] = { NULL, "clock=1000,l1i.size=16K,l1i.ways=1,l1d.size=64K,l1d.ways=16,l2.size=2M,l2.ways=8",
                                             "l1d.size=1M,l1d.ways=1,l2.size=1M,l2.ways=1", "clock=4000,l2.size=16M,l2.ways=32" };
    for (unsigned i = 0; i < ARRAY_SIZE(overrides); i++) {
        struct core_model core = *model_find("cortex-a53", NULL, NULL);
        ck_assert_int_eq(overrides[i] ? model_override(&core.settings, overrides[i], NULL) : 0, 0);
        struct machine *m = make_with(128, &core);
        const struct core_settings *s = &core.settings;
        size_t size;
        const void *tree = machine_device_tree(m, &size);
        const struct { const char *path, *size, *sets, *line; uint32_t bytes, ways; } caches[] = {   /* by CSSELR_EL1 */
            { "/cpus/cpu@0", "d-cache-size", "d-cache-sets", "d-cache-line-size", s->l1d_size, s->l1d_ways },
            { "/cpus/cpu@0", "i-cache-size", "i-cache-sets", "i-cache-line-size", s->l1i_size, s->l1i_ways },
            { "/cpus/l2-cache", "cache-size", "cache-sets", "cache-line-size", s->l2_size, s->l2_ways },
        };
        for (unsigned k = 0; k < ARRAY_SIZE(caches); k++) {
            ck_assert_uint_eq(cell_of(tree, caches[k].path, caches[k].size), caches[k].bytes);
            ck_assert_uint_eq(cell_of(tree, caches[k].path, caches[k].sets) * caches[k].ways * 64, caches[k].bytes);
            ck_assert_uint_eq(cell_of(tree, caches[k].path, caches[k].line), 64);
            check_registers(m, k, caches[k].bytes, caches[k].ways);
        }
        ck_assert_uint_eq(cell_of(tree, "/cpus/cpu@0", "next-level-cache"), cell_of(tree, "/cpus/l2-cache", "phandle"));
        ck_assert_uint_eq(cell_of(tree, "/cpus/cpu@0", "clock-frequency"), s->clock_mhz * 1000000u);
        ck_assert_uint_eq(m->cpu->cpu.hz, s->clock_mhz * 1000000ull);
        machine_free(m);
    }
}
END_TEST

/* ---- against QEMU ---- */

/* Properties that are ours to choose, and those that differ for a reason. */
static bool may_differ(const char *path, const char *property)
{
    static const struct { const char *path, *property, *why; } rows[] = {
        { "", "phandle", "a number of our own" }, { "", "interrupt-parent", "a phandle" }, { "", "clocks", "a phandle" },
        { "/chosen", "", "seeds, arguments" }, { "/gpio-keys/poweroff", "gpios", "begins with a phandle" },
        { "/virtio_mmio@", "interrupts", "ours is a level" },
        { "/pcie@", "msi-map", "holds a phandle" }, { "/pcie@", "interrupt-map", "as above" },
        { "/cpus/cpu@0", "clock-frequency", "QEMU has no clock" }, { "/cpus/cpu@0", "next-level-cache", "nor caches" },
        { "/cpus/cpu@0", "i-cache-size", "" }, { "/cpus/cpu@0", "i-cache-sets", "" }, { "/cpus/cpu@0", "i-cache-line-size", "" },
        { "/cpus/cpu@0", "d-cache-size", "" }, { "/cpus/cpu@0", "d-cache-sets", "" }, { "/cpus/cpu@0", "d-cache-line-size", "" },
        { "/cpus/l2-cache", "", "nor caches" },
        { "/psci", "compatible", "without the calls of version 0.1" }, { "/timer", "compatible", "no AArch32" },
        { "/pmu", "compatible", "the core's own name, too" },
        { "/pl061@9030000", "interrupt-controller", "QEMU's tree does not say that it can" },
        { "/pl061@9030000", "#interrupt-cells", "as above" },
    };
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
        if (strstr(path, rows[i].path) == path && (!rows[i].property[0] || !strcmp(property, rows[i].property)))
            return true;
    return false;
}

static unsigned compare_node(const void *ours, int node, const void *qemu)
{
    char path[256];
    unsigned compared = 0;
    int property, length, other_length;
    ck_assert_int_eq(fdt_get_path(ours, node, path, sizeof path), 0);
    int other = fdt_path_offset(qemu, path);
    if (other < 0 && may_differ(path, ""))
        return 0;
    ck_assert_msg(other >= 0, "QEMU has no node %s", path);
    fdt_for_each_property_offset(property, ours, node) {
        const char *name;
        const void *value = fdt_getprop_by_offset(ours, property, &name, &length);
        const void *expected = fdt_getprop(qemu, other, name, &other_length);
        if (may_differ(path, name))
            continue;
        ck_assert_msg(expected && length == other_length && !memcmp(value, expected, (size_t)length), "%s: %s differs", path,
            name);
        compared++;
    }
    return compared;
}

START_TEST(the_tree_is_that_of_qemus_board)
{
    static _Alignas(8) uint8_t qemu[2 << 20];   /* libfdt wants trees where 64-bit numbers may stand */
    char name[] = "/tmp/orrery-tree-XXXXXX", command[256];
    int fd = mkstemp(name);
    ck_assert_int_ge(fd, 0);
    close(fd);
    snprintf(command, sizeof command,
             "qemu-system-aarch64 -M virt,dumpdtb=%s -cpu cortex-a53 -m 1024 -nographic -net none >%s 2>&1",
             name, "/dev/null");
    int status = system(command);
    FILE *file = fopen(name, "rb");   /* another file of this name: QEMU replaces it */
    size_t got = file ? fread(qemu, 1, sizeof qemu, file) : 0;
    if (file)
        fclose(file);
    unlink(name);
    if (status || !got) {
        printf("skipped: no qemu-system-aarch64 (make deps)\n");
        fflush(stdout);
        return;
    }
    ck_assert_int_eq(fdt_check_full(qemu, got), 0);
    struct machine *m = make(1024);
    size_t size;
    const void *tree = machine_device_tree(m, &size);
    unsigned compared = 0;
    for (int node = fdt_next_node(tree, -1, NULL); node >= 0; node = fdt_next_node(tree, node, NULL))
        compared += compare_node(tree, node, qemu);
    ck_assert_uint_gt(compared, 120);
    machine_free(m);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("tree");
    TCase *t = tcase_create("tree");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, every_part_of_the_table_answers_at_its_address);
    tcase_add_test(t, the_wires_end_where_the_tree_says);
    tcase_add_test(t, pci_interrupts_end_where_the_map_says);
    tcase_add_test(t, messages_end_where_their_frame_says);
    tcase_add_test(t, the_timers_and_the_performance_monitors_reach_their_private_inputs);
    tcase_add_test(t, memory_is_as_large_as_asked_for);
    tcase_add_test(t, the_guest_is_told_of_the_clock_and_the_caches_that_the_model_has);
    tcase_add_test(t, the_tree_is_that_of_qemus_board);
    suite_add_tcase(s, t);
    return s;
}
