/* SPDX-License-Identifier: MIT */
#include "base/bits.h"
#include "bus/pci.h"
#include "tests/devices/virtio/driver.h"
#include "tests/support/support.h"

/* The function is in slot 1. BAR 1 (MSI-X) goes to the start of the 32-bit window, BAR 4 (the structures) a little into the other;
   in the fixture the bridge's windows begin with PCI addresses 0 and 512 GiB. */
enum { SLOT = 1, AT_BAR1 = 0x10000, AT_BAR4 = 0x20000, NOTIFY = 0x3000, ISR = 0x1000, DEVICE_CONFIG = 0x2000 };

gpa_t driver_pci_register(const struct driver *d, unsigned reg, unsigned *size)
{
    static const struct { unsigned reg, at, size; } rows[] = {
        { REG_DEVICE_FEATURES_SEL, 0, 4 }, { REG_DEVICE_FEATURES, 4, 4 }, { REG_DRIVER_FEATURES_SEL, 8, 4 },
        { REG_DRIVER_FEATURES, 12, 4 }, { REG_STATUS, 20, 1 }, { REG_CONFIG_GENERATION, 21, 1 }, { REG_QUEUE_SEL, 22, 2 },
        { REG_QUEUE_NUM_MAX, 24, 2 }, { REG_QUEUE_NUM, 24, 2 }, { REG_QUEUE_READY, 28, 2 }, { REG_QUEUE_DESC, 32, 4 },
        { REG_QUEUE_DESC + 4, 36, 4 }, { REG_QUEUE_DRIVER, 40, 4 }, { REG_QUEUE_DRIVER + 4, 44, 4 }, { REG_QUEUE_DEVICE, 48, 4 },
        { REG_QUEUE_DEVICE + 4, 52, 4 }, { REG_INTERRUPT_STATUS, ISR, 1 }, { REG_CONFIG, DEVICE_CONFIG, 4 },
        { REG_QUEUE_NOTIFY, NOTIFY, 2 },
    };
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
        if (rows[i].reg == reg) {
            *size = rows[i].size;
            return d->regs + rows[i].at;
        }
    return 0;
}

void driver_pci_place(struct driver *d)
{
    gpa_t ecam = device_fixture_base(d->f, d->host, "ecam");
    d->config = ecam + (SLOT << 15);
    device_fixture_write(d->f, d->config + PCI_COMMAND, 2, 0);
    device_fixture_write(d->f, d->config + PCI_BASE_ADDRESS + 4, 4, AT_BAR1);
    device_fixture_write(d->f, d->config + PCI_BASE_ADDRESS + 16, 4, AT_BAR4);
    device_fixture_write(d->f, d->config + PCI_BASE_ADDRESS + 20, 4, 1 << 7);   /* from 512 GiB on */
    device_fixture_write(d->f, d->config + PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    d->regs = device_fixture_base(d->f, d->host, "mmio64") + AT_BAR4;
    d->table = device_fixture_base(d->f, d->host, "mmio") + AT_BAR1;
}

/* The capability of this kind: its place in configuration space. */
static unsigned find_capability(const struct driver *d, uint8_t id)
{
    unsigned at = (unsigned)device_fixture_read(d->f, d->config + PCI_CAPABILITIES, 1);
    while (at && device_fixture_read(d->f, d->config + at, 1) != id)
        at = (unsigned)device_fixture_read(d->f, d->config + at + 1, 1);
    ck_assert_msg(at, "no capability 0x%x", id);
    return at;
}

void driver_pci_enable_msix(struct driver *d, gpa_t to)
{
    gpa_t control = d->config + find_capability(d, 0x11) + 2;
    unsigned count = ((unsigned)device_fixture_read(d->f, control, 2) & 0x7ff) + 1;
    for (unsigned i = 0; i < count; i++) {
        device_fixture_write(d->f, d->table + i * 16, 8, to + 4 * i);
        device_fixture_write(d->f, d->table + i * 16 + 8, 4, 0xabc0 + i);
        device_fixture_write(d->f, d->table + i * 16 + 12, 4, 0);
    }
    device_fixture_write(d->f, control, 2, 1 << 15);
}
