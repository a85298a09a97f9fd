/* SPDX-License-Identifier: MIT */
#include "bus/pci.h"

#include <string.h>

#include "base/bits.h"
#include "base/log.h"

enum { BAR_FLAGS = 0xf, BAR_SIZE_MIN = 16, CAPABILITY_HEADER = 2 };

static bool is_present(const struct pci_function *f)
{
    return f && ld_le16(f->config + PCI_VENDOR_ID);
}

static unsigned command_of(const struct pci_function *f)
{
    return ld_le16(f->config + PCI_COMMAND);
}

/* ---- INTx ---- */

/* Which line of the bridge a function's INTA is, so that neighbours do not share one: the swizzle of bridges (PCI-to-PCI Bridge
   Architecture 1.2, 9.1), which the interrupt-map in the device tree repeats. */
static unsigned line_of(const struct pci_function *f)
{
    return f->slot % PCI_LINES;
}

static void drive_lines(struct pci_bus *bus)
{
    bool wanted[PCI_LINES] = { false };
    for (unsigned i = 0; i < PCI_SLOTS; i++) {
        const struct pci_function *f = bus->function[i];
        if (is_present(f) && f->wants_interrupt && !(command_of(f) & PCI_COMMAND_INTX_DISABLE))
            wanted[line_of(f)] = true;
    }
    for (unsigned i = 0; i < PCI_LINES; i++)
        irq_set(&bus->intx[i], wanted[i]);
}

void pci_interrupt(struct pci_function *f, bool wanted)
{
    f->wants_interrupt = wanted;
    f->config[PCI_STATUS] = (uint8_t)((f->config[PCI_STATUS] & ~PCI_STATUS_INTERRUPT) | (wanted ? PCI_STATUS_INTERRUPT : 0));
    drive_lines(f->bus);
}

/* ---- base address registers ---- */

static bool is_64_bits(const struct pci_function *f, unsigned n)
{
    return f->config[PCI_BASE_ADDRESS + 4 * n] & PCI_BAR_64;
}

static void map_bar(struct pci_bus *bus, const struct pci_function *f, unsigned n)
{
    struct error err;
    const uint8_t *at = f->config + PCI_BASE_ADDRESS + 4 * n;
    gpa_t base = (is_64_bits(f, n) ? ld_le64(at) : ld_le32(at)) & ~(gpa_t)BAR_FLAGS;
    if (space_add_io(&bus->memory, f->owner->id, base, f->bar[n].size, f->bar[n].ops, f->bar[n].device, &err))
        guest_log(f->owner->id, "BAR %u at 0x%llx overlaps another one and is not seen", n, (unsigned long long)base);
}

/* What decodes now. Of BARs that overlap, the one of the lower slot and number is seen, and nothing of the others. */
static void remap(struct pci_bus *bus)
{
    while (bus->memory.count)
        space_remove(&bus->memory, bus->memory.regions[bus->memory.count - 1].base);
    for (unsigned i = 0; i < PCI_SLOTS; i++) {
        const struct pci_function *f = bus->function[i];
        if (!is_present(f) || !(command_of(f) & PCI_COMMAND_MEMORY))
            continue;
        for (unsigned n = 0; n < PCI_BARS; n++)
            if (f->bar[n].size)
                map_bar(bus, f, n);
    }
}

void pci_add_bar(struct pci_function *f, unsigned n, unsigned kind, const struct pci_bar *bar)
{
    unsigned at = PCI_BASE_ADDRESS + 4 * n, bytes = kind & PCI_BAR_64 ? 8 : 4;
    bug_on(n * 4 + bytes > PCI_BARS * 4 || !is_power_of_2(bar->size) || bar->size < BAR_SIZE_MIN);
    f->bar[n] = *bar;
    f->config[at] = (uint8_t)kind;
    st_le(f->writable + at, ~(bar->size - 1), bytes);   /* software learns the size from the bits that stay zero */
}

/* ---- functions ---- */

int pci_plug(struct device *parent, struct pci_function *f, struct device *owner, unsigned slot, struct error *err)
{
    struct pci_bus *bus = (struct pci_bus *)parent;
    if (!bus)
        return error_set(err, "%s: a PCI function must sit on a PCI bus", owner->id);
    if (slot >= PCI_SLOTS)
        return error_set(err, "%s: %s has slots 0 to %d, not %u", owner->id, parent->id, PCI_SLOTS - 1, slot);
    if (bus->function[slot])
        return error_set(err, "%s: slot %u of %s already holds %s", owner->id, slot, parent->id, bus->function[slot]->owner->id);
    bus->function[slot] = f;
    f->owner = owner;
    f->bus = bus;
    f->slot = slot;
    return 0;
}

void pci_unplug(struct pci_function *f)
{
    if (f->bus)
        f->bus->function[f->slot] = NULL;
    f->bus = NULL;
}

void pci_define(struct pci_function *f, const struct pci_identity *identity)
{
    memset(f->config, 0, sizeof f->config);
    memset(f->writable, 0, sizeof f->writable);
    memset(f->bar, 0, sizeof f->bar);
    f->used = PCI_HEADER_END;
    if (identity) {
        st_le16(f->config + PCI_VENDOR_ID, identity->vendor);
        st_le16(f->config + PCI_DEVICE_ID, identity->device);
        st_le16(f->config + PCI_SUBSYSTEM_VENDOR_ID, identity->subsystem_vendor);
        st_le16(f->config + PCI_SUBSYSTEM_ID, identity->subsystem);
        st_le32(f->config + PCI_REVISION_ID, identity->class_code << 8 | identity->revision);
        f->config[PCI_INTERRUPT_PIN] = identity->has_interrupt;
        st_le16(f->writable + PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_PARITY | PCI_COMMAND_SERR |
                                           (identity->has_interrupt ? PCI_COMMAND_INTX_DISABLE : 0));
        pci_make_writable(f, PCI_CACHE_LINE_SIZE, 1);
        pci_make_writable(f, PCI_INTERRUPT_LINE, 1);
    }
    remap(f->bus);
    pci_interrupt(f, false);
}

/* The list's first capability, or where the last one says that it is. */
static uint8_t *end_of_list(struct pci_function *f)
{
    uint8_t *link = &f->config[PCI_CAPABILITIES];
    while (*link)
        link = &f->config[*link + 1];
    return link;
}

unsigned pci_add_capability(struct pci_function *f, uint8_t id, const void *body, unsigned length)
{
    unsigned at = f->used;
    bug_on(at + length > PCI_CONFIG_SIZE);
    f->used = (unsigned)align_up(at + length, 4);
    *end_of_list(f) = (uint8_t)at;
    f->config[at] = id;
    memcpy(f->config + at + CAPABILITY_HEADER, body, length - CAPABILITY_HEADER);
    f->config[PCI_STATUS] |= PCI_STATUS_CAPABILITIES;
    return at;
}

void pci_make_writable(struct pci_function *f, unsigned offset, unsigned length)
{
    memset(f->writable + offset, 0xff, length);
}

/* ---- accesses ---- */

static struct pci_function *function_at(const struct pci_bus *bus, unsigned device)
{
    struct pci_function *f = device < PCI_SLOTS * 8 && device % 8 == 0 ? bus->function[device / 8] : NULL;
    return is_present(f) ? f : NULL;
}

/* Behind the 256 bytes is the extended configuration space of PCI Express, where a capability 0 says that there is none. */
uint32_t pci_config_load(struct pci_bus *bus, unsigned device, unsigned offset, unsigned size)
{
    struct pci_function *f = function_at(bus, device);
    if (!f)
        return UINT32_MAX;
    if (offset >= PCI_CONFIG_SIZE)
        return 0;
    if (f->config_reading)
        f->config_reading(f, offset, size);
    return (uint32_t)ld_le(f->config + offset, size);
}

void pci_config_store(struct pci_bus *bus, unsigned device, unsigned offset, uint32_t value, unsigned size)
{
    struct pci_function *f = function_at(bus, device);
    if (!f || offset >= PCI_CONFIG_SIZE)
        return;
    for (unsigned i = 0; i < size; i++) {
        uint8_t mask = f->writable[offset + i];
        f->config[offset + i] = (uint8_t)((f->config[offset + i] & ~mask) | (value >> 8 * i & mask));
    }
    if (pci_touches(offset, size, PCI_COMMAND, 2) || pci_touches(offset, size, PCI_BASE_ADDRESS, 4 * PCI_BARS))
        remap(bus);
    if (pci_touches(offset, size, PCI_COMMAND, 2))
        drive_lines(bus);
    if (f->config_written)
        f->config_written(f, offset, size);
}

uint64_t pci_memory_load(struct pci_bus *bus, gpa_t at, unsigned size)
{
    uint64_t value;
    if (space_load(&bus->memory, at, size, &value))
        return value;
    guest_log(bus->device.id, "load of %u bytes from PCI memory 0x%llx, where nothing answers", size, (unsigned long long)at);
    return UINT64_MAX;
}

void pci_memory_store(struct pci_bus *bus, gpa_t at, uint64_t value, unsigned size)
{
    if (!space_store(&bus->memory, at, size, value))
        guest_log(bus->device.id, "store of %u bytes to PCI memory 0x%llx, where nothing answers", size, (unsigned long long)at);
}

void pci_bus_init(struct pci_bus *bus)
{
    bus->memory.name = "PCI memory";
}
