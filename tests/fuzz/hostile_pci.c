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
        uint64_t offset = tape_byte(t) & 1 ? (tape_byte(t) & 3ull) << 12 | tape_byte(t) : tape_number(t, 3);
        at = r->base + offset % r->size;
    }
    if (how < 240)
        at &= ~(gpa_t)(size - 1);
    if (how & 8)
        pci_memory_load(b->pci, at, size);
    else
        pci_memory_store(b->pci, at, hostile_number(t, b) & mask64(size * 8), size);
}

void hostile_pci(struct bench *b, struct tape *t)
{
    uint8_t how = tape_byte(t);
    if (how < 96)
        access_config(b, t);
    else if (how < 248)
        access_window(b, t);
    else
        hostile_pci_enable(b);
}
