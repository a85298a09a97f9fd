/* SPDX-License-Identifier: MIT */
#include "roms/demo/facts.h"
#include "roms/lib/cpu.h"
#include "roms/lib/print.h"
#include "roms/lib/string.h"

/* MIDR_EL1's implementer and part number (each core's technical reference manual). */
static const struct {
    uint16_t part;
    uint8_t implementer;
    const char *name;
} cores[] = {
    {0xd03, 'A', "Cortex-A53"}, {0xd04, 'A', "Cortex-A35"}, {0xd05, 'A', "Cortex-A55"}, {0xd07, 'A', "Cortex-A57"},
    {0xd08, 'A', "Cortex-A72"}, {0xd09, 'A', "Cortex-A73"}, {0xd0a, 'A', "Cortex-A75"}, {0xd0b, 'A', "Cortex-A76"},
    {0xd0c, 'A', "Neoverse N1"},
};

static void read_cpu(struct facts *facts)
{
    uint64_t midr = cpu_read(midr_el1);
    unsigned implementer = midr >> 24 & 0xff, part = midr >> 4 & 0xfff, variant = midr >> 20 & 15, revision = midr & 15;

    for (unsigned i = 0; i < sizeof cores / sizeof cores[0]; i++) {
        if (cores[i].part == part && cores[i].implementer == implementer) {
            print_into(facts->cpu, FACT_LINE, "Arm %s r%up%u", cores[i].name, variant, revision);
            return;
        }
    }
    print_into(facts->cpu, FACT_LINE, "part %03x of implementer %02x, r%up%u", part, implementer, variant, revision);
}

static void read_features(struct facts *facts)
{
    uint64_t isar0 = cpu_read(id_aa64isar0_el1), pfr0 = cpu_read(id_aa64pfr0_el1);
    struct {
        bool present;
        const char *name;
    } features[] = {
        {(pfr0 >> 16 & 15) != 15, "FP"}, {(pfr0 >> 20 & 15) != 15, "SIMD"}, {(isar0 >> 16 & 15) != 0, "CRC32"},
        {(isar0 >> 4 & 15) != 0, "AES"}, {(isar0 >> 4 & 15) > 1, "PMULL"}, {(isar0 >> 8 & 15) != 0, "SHA1"},
        {(isar0 >> 12 & 15) != 0, "SHA2"}, {(isar0 >> 20 & 15) != 0, "LSE"},
    };
    unsigned length = 0;

    for (unsigned i = 0; i < sizeof features / sizeof features[0]; i++)
        if (features[i].present)
            length += (unsigned)print_into(facts->features + length, FACT_LINE - length, "%s%s", length ? " " : "",
                                           features[i].name);
}

/* Size in KB of the cache that CSSELR_EL1 selects (ARM DDI 0487, CCSIDR_EL1). */
static unsigned cache_size(unsigned select)
{
    cpu_write(csselr_el1, select);
    cpu_isb();
    uint64_t ccsidr = cpu_read(ccsidr_el1);
    uint64_t line = 16u << (ccsidr & 7), ways = (ccsidr >> 3 & 0x3ff) + 1, sets = (ccsidr >> 13 & 0x7fff) + 1;

    return (unsigned)(line * ways * sets / 1024);
}

static void read_caches(struct facts *facts)
{
    uint64_t clidr = cpu_read(clidr_el1);
    unsigned length = 0;

    for (unsigned level = 0; level < 3; level++) {
        unsigned type = clidr >> 3 * level & 7;
        if (type == 0)
            break;
        const char *comma = length ? ", " : "";
        if (type == 3)
            length += (unsigned)print_into(facts->caches + length, FACT_LINE - length, "%sL%u %u+%u KB", comma, level + 1,
                                           cache_size(level << 1 | 1), cache_size(level << 1));
        else
            length += (unsigned)print_into(facts->caches + length, FACT_LINE - length, "%sL%u %u KB", comma, level + 1,
                                           cache_size(level << 1 | (type == 1)));
    }
    if (!length)
        print_into(facts->caches, FACT_LINE, "none");
}

static void read_board(struct facts *facts, const struct fdt *fdt)
{
    fdt_node root = fdt_next(fdt, 0);
    const char *model = fdt_text(fdt, root, "model"), *compatible = fdt_property(fdt, root, "compatible", 0);
    fdt_node memory = fdt_find_type(fdt, 0, "memory");

    if (compatible && strcmp(compatible, "linux,dummy-virt") == 0)   /* a name for Linux, which says little to people */
        model = "virt (QEMU's memory map)";
    print_into(facts->board, FACT_LINE, "%s", model ? model : compatible ? compatible : "no device tree");
    facts->bootargs = fdt_text(fdt, fdt_find_name(fdt, 0, "chosen"), "bootargs");
    if (!facts->bootargs)
        facts->bootargs = "";
    if (!memory || !fdt_reg(fdt, memory, &facts->ram_base, &facts->ram_size)) {
        facts->ram_base = 0x40000000;
        facts->ram_size = 64 << 20;
    }
    print_into(facts->memory, FACT_LINE, "%lu MB at 0x%lx", facts->ram_size >> 20, facts->ram_base);
}

void facts_read(struct facts *facts, const struct fdt *fdt)
{
    *facts = (struct facts){0};
    read_board(facts, fdt);
    read_cpu(facts);
    read_features(facts);
    read_caches(facts);
    unsigned version = cpu_read(id_aa64dfr0_el1) >> 8 & 15;
    facts->has_pmu = version != 0 && version != 15;
    facts->counter_hz = cpu_read(cntfrq_el0);
    print_into(facts->counter, FACT_LINE, "%lu.%02lu MHz", facts->counter_hz / 1000000, facts->counter_hz / 10000 % 100);
}

unsigned facts_option(const struct facts *facts, const char *name, unsigned otherwise)
{
    size_t length = strlen(name);

    for (const char *at = facts->bootargs; *at; at++) {
        bool begins = at == facts->bootargs || at[-1] == ' ';
        if (!begins || strncmp(at, name, length) != 0 || at[length] != '=')
            continue;
        unsigned value = 0;
        for (at += length + 1; *at >= '0' && *at <= '9'; at++)
            value = value * 10 + (unsigned)(*at - '0');
        return value;
    }
    return otherwise;
}
