/* SPDX-License-Identifier: MIT */
#include "bus/msix.h"

#include <string.h>

#include "base/bits.h"
#include "base/log.h"

/* The capability, figure 6-11, and an entry of the table, figure 6-12 */
enum {
    CAPABILITY_MSIX = 0x11, CAPABILITY_SIZE = 12, CONTROL = 2, CONTROL_MASK_ALL = 1 << 14, CONTROL_ENABLE = 1 << 15,
    ENTRY_ADDRESS = 0, ENTRY_DATA = 8, ENTRY_CONTROL = 12, ENTRY_MASKED = 1,
    PENDING_OFFSET = 0x800,   /* of the pending bits, in the BAR of the table */
};

static unsigned control_of(const struct msix *m)
{
    return ld_le16(m->function->config + m->capability + CONTROL);
}

bool msix_is_enabled(const struct msix *m)
{
    return m->count && control_of(m) & CONTROL_ENABLE;
}

/* A message is a write of a bus master. */
static bool may_send(const struct msix *m, unsigned vector)
{
    return msix_is_enabled(m) && !(control_of(m) & CONTROL_MASK_ALL) && pci_is_master(m->function) &&
           !(m->table[vector * MSIX_ENTRY + ENTRY_CONTROL] & ENTRY_MASKED);
}

static void send(struct msix *m, unsigned vector)
{
    const uint8_t *entry = m->table + vector * MSIX_ENTRY;
    const struct device *owner = m->function->owner;
    gpa_t at = ld_le64(entry + ENTRY_ADDRESS) & ~3ull;
    m->pending &= ~(1u << vector);
    if (!space_message(owner->dma, at, ld_le32(entry + ENTRY_DATA)))
        guest_log(owner->id, "message to 0x%llx, where neither RAM nor a doorbell is", (unsigned long long)at);
}

static void send_pending(struct msix *m)
{
    for (unsigned i = 0; i < m->count && m->pending; i++)
        if (bit(m->pending, i) && may_send(m, i))
            send(m, i);
}

void msix_signal(struct msix *m, unsigned vector)
{
    if (vector >= m->count)
        return;
    m->pending |= 1u << vector;
    if (may_send(m, vector))
        send(m, vector);
}

void msix_config_written(struct msix *m)
{
    send_pending(m);
}

static uint64_t table_read(void *msix, uint64_t offset, unsigned size)
{
    (void)size;
    struct msix *m = msix;
    if (offset < m->count * MSIX_ENTRY)
        return ld_le32(m->table + offset);
    return offset == PENDING_OFFSET ? m->pending : 0;
}

static void table_write(void *msix, uint64_t offset, uint64_t value, unsigned size)
{
    (void)size;
    struct msix *m = msix;
    if (offset >= m->count * MSIX_ENTRY) {
        guest_log(m->function->owner->id, "store to 0x%llx of the MSI-X BAR ignored", (unsigned long long)offset);
        return;
    }
    st_le32(m->table + offset, (uint32_t)(offset % MSIX_ENTRY == ENTRY_CONTROL ? value & ENTRY_MASKED : value));
    send_pending(m);
}

/* 6.8.2: software uses accesses of 4 or 8 bytes, and nothing else is defined. */
static const struct io_ops table_ops = { table_read, table_write, .min_size = 4, .max_size = 4 };

void msix_define(struct msix *m, struct pci_function *f, unsigned count, unsigned bar)
{
    uint8_t body[CAPABILITY_SIZE - 2];
    bug_on(!count || count > MSIX_VECTORS);
    m->function = f;
    m->count = count;
    m->pending = 0;
    memset(m->table, 0, sizeof m->table);
    for (unsigned i = 0; i < count; i++)
        m->table[i * MSIX_ENTRY + ENTRY_CONTROL] = ENTRY_MASKED;
    st_le16(body, (uint16_t)(count - 1));
    st_le32(body + 2, bar);                      /* the table is at the BAR's start */
    st_le32(body + 6, PENDING_OFFSET | bar);
    m->capability = pci_add_capability(f, CAPABILITY_MSIX, body, CAPABILITY_SIZE);
    f->writable[m->capability + CONTROL + 1] = (CONTROL_ENABLE | CONTROL_MASK_ALL) >> 8;
    pci_add_bar(f, bar, PCI_BAR_32, &(struct pci_bar){ MSIX_BAR_SIZE, &table_ops, m });
}
