/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/hostile_pci.h"

#include "tests/fuzz/hostile_driver.h"

enum { WINDOW = 0x10000000, WINDOW_STEP = 0x10000 };

void hostile_pci_enable(struct bench *b)
{
    for (unsigned n = 0; n < PCI_BARS; n++)
        pci_config_store(b->pci, b->slot << 3, PCI_BASE_ADDRESS + 4 * n, n % 2 ? 0 : WINDOW + n * WINDOW_STEP, 4);
    pci_config_store(b->pci, b->slot << 3, PCI_BASE_ADDRESS + 4, WINDOW + WINDOW_STEP, 4);
    pci_config_store(b->pci, b->slot << 3, PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 2);
}

static void access_config(struct bench *b, struct tape *t)
{
    uint8_t how = tape_byte(t), offset = tape_byte(t);
    unsigned size = 1u << how % 3, device = how < 224 ? b->slot << 3 : tape_byte(t);
    offset &= (uint8_t)~(size - 1);
    if (how & 16)
        pci_config_load(b->pci, device, offset, size);
    else
        pci_config_store(b->pci, device, offset, (uint32_t)(hostile_number(t, b) & mask64(size * 8)), size);
}

/* In a window that is open; or where one may be. */
static void access_window(struct bench *b, struct tape *t)
{
    const struct space *memory = &b->pci->memory;
    uint8_t how = tape_byte(t);
    unsigned size = how & 64 ? 4 : 1u << (how >> 4 & 3);
    gpa_t at = WINDOW + tape_number(t, 3);
    if (memory->count) {
        const struct region *r = &memory->regions[how % memory->count];
        uint64_t offset = tape_byte(t) & 1 ? tape_number(t, 2) & 0x30ff : tape_number(t, 3);
        at = r->base + offset % r->size;
    }
    if (how < 240)
        at &= ~(gpa_t)(size - 1);
    if (how & 8)
        pci_memory_load(b->pci, at, size);
    else
        pci_memory_store(b->pci, at, hostile_number(t, b) & mask64(size * 8), size);
}

/* MSI-X on, and an entry of its table, which lies at the start of the first window (3.0, 6.8.2). */
static void enable_messages(struct bench *b, struct tape *t)
{
    enum { CAPABILITY_MSIX = 0x11, CONTROL = 2, ENABLE = 0x8000, ENTRY = 16, ENTRIES = 8, HOPS = 48 };
    unsigned at = pci_config_load(b->pci, b->slot << 3, PCI_CAPABILITIES, 1);
    for (unsigned hops = 0; at && hops < HOPS; hops++, at = pci_config_load(b->pci, b->slot << 3, at + 1, 1))
        if (pci_config_load(b->pci, b->slot << 3, at, 1) == CAPABILITY_MSIX)
            pci_config_store(b->pci, b->slot << 3, at + CONTROL, ENABLE, 2);
    gpa_t entry = WINDOW + WINDOW_STEP + tape_below(t, ENTRIES) * ENTRY;
    const gpa_t doorbell = 0x08020040;   /* of the board's GICv2m, as its device tree says */
    pci_memory_store(b->pci, entry, tape_byte(t) & 1 ? doorbell : hostile_address(t, b), 8);
    pci_memory_store(b->pci, entry + 8, (uint32_t)hostile_number(t, b), 4);
    pci_memory_store(b->pci, entry + 12, 0, 4);
    if (b->virtio)   /* virtio 1.2, 4.1.4.3: the vectors of a queue and of configuration changes, in the fifth window */
        for (unsigned n = 0; n < b->virtio->ops->queue_count; n++) {
            pci_memory_store(b->pci, WINDOW + 4 * WINDOW_STEP + 22, n, 2);
            pci_memory_store(b->pci, WINDOW + 4 * WINDOW_STEP + 26, tape_byte(t) % ENTRIES, 2);
        }
}

void hostile_pci(struct bench *b, struct tape *t)
{
    uint8_t how = tape_byte(t);
    if (how < 8)
        enable_messages(b, t);
    else if (how < 96)
        access_config(b, t);
    else if (how < 248)
        access_window(b, t);
    else
        hostile_pci_enable(b);
}
