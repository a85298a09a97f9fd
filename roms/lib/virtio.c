/* SPDX-License-Identifier: MIT */
/* The driver's side of virtio-mmio version 2 (Virtual I/O Device 1.1, 4.2). */
#include "roms/lib/virtio.h"
#include "roms/lib/cpu.h"
#include "roms/lib/irq.h"

enum {
    MAGIC_VALUE = 0x00,
    VERSION = 0x04,
    DEVICE_ID = 0x08,
    DEVICE_FEATURES = 0x10,
    DEVICE_FEATURES_SEL = 0x14,
    DRIVER_FEATURES = 0x20,
    DRIVER_FEATURES_SEL = 0x24,
    QUEUE_SEL = 0x30,
    QUEUE_NUM_MAX = 0x34,
    QUEUE_NUM = 0x38,
    QUEUE_READY = 0x44,
    QUEUE_NOTIFY = 0x50,
    INTERRUPT_STATUS = 0x60,
    INTERRUPT_ACK = 0x64,
    STATUS = 0x70,
    QUEUE_DESC_LOW = 0x80,
    QUEUE_DRIVER_LOW = 0x90,
    QUEUE_DEVICE_LOW = 0xa0,
    VIRT_MAGIC = 0x74726976,
    STATUS_ACKNOWLEDGE = 1,
    STATUS_DRIVER = 2,
    STATUS_DRIVER_OK = 4,
    STATUS_FEATURES_OK = 8,
    F_VERSION_1_HIGH = 1 << 0,
};

bool virtio_find(struct virtio *device, const struct fdt *fdt, unsigned type)
{
    fdt_node node = device->node;

    while ((node = fdt_find(fdt, node, "virtio,mmio"))) {
        uint64_t base, size;
        if (!fdt_reg(fdt, node, &base, &size) || mmio_read(base + MAGIC_VALUE) != VIRT_MAGIC)
            continue;
        if (mmio_read(base + VERSION) != 2 || mmio_read(base + DEVICE_ID) != type)
            continue;
        *device = (struct virtio){base, IRQ_SPI_FIRST + fdt_cell(fdt, node, "interrupts", 1, 0), node};
        return true;
    }
    return false;
}

bool virtio_begin(const struct virtio *device)
{
    uintptr_t base = device->base;

    mmio_write(base + STATUS, 0);
    while (mmio_read(base + STATUS))
        ;
    mmio_write(base + STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER);
    mmio_write(base + DEVICE_FEATURES_SEL, 1);
    if (!(mmio_read(base + DEVICE_FEATURES) & F_VERSION_1_HIGH))
        return false;
    mmio_write(base + DRIVER_FEATURES_SEL, 0);
    mmio_write(base + DRIVER_FEATURES, 0);
    mmio_write(base + DRIVER_FEATURES_SEL, 1);
    mmio_write(base + DRIVER_FEATURES, F_VERSION_1_HIGH);
    mmio_write(base + STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK);
    return mmio_read(base + STATUS) & STATUS_FEATURES_OK;
}

static void write_address(uintptr_t at, const void *address)
{
    mmio_write(at, (uint32_t)(uintptr_t)address);
    mmio_write(at + 4, (uint32_t)((uintptr_t)address >> 32));
}

bool virtio_queue(const struct virtio *device, unsigned number, struct virtq *queue)
{
    uintptr_t base = device->base;
    uint32_t most;

    mmio_write(base + QUEUE_SEL, number);
    most = mmio_read(base + QUEUE_NUM_MAX);
    if (most == 0 || mmio_read(base + QUEUE_READY))
        return false;
    *queue = (struct virtq){.size = (uint16_t)(most < VIRTQ_MAX ? most : VIRTQ_MAX)};
    mmio_write(base + QUEUE_NUM, queue->size);
    write_address(base + QUEUE_DESC_LOW, queue->desc);
    write_address(base + QUEUE_DRIVER_LOW, &queue->avail);
    write_address(base + QUEUE_DEVICE_LOW, &queue->used);
    cpu_barrier();
    mmio_write(base + QUEUE_READY, 1);
    return true;
}

void virtio_ready(const struct virtio *device)
{
    mmio_write(device->base + STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK | STATUS_DRIVER_OK);
}

void virtio_offer(struct virtq *queue, unsigned head)
{
    queue->avail.ring[queue->avail.index % queue->size] = (uint16_t)head;
    cpu_barrier();
    *(volatile uint16_t *)&queue->avail.index = (uint16_t)(queue->avail.index + 1);
}

void virtio_notify(const struct virtio *device, unsigned number)
{
    cpu_barrier();
    mmio_write(device->base + QUEUE_NOTIFY, number);
}

int virtio_take(struct virtq *queue, uint32_t *length)
{
    if (*(volatile uint16_t *)&queue->used.index == queue->seen)
        return -1;
    cpu_barrier();
    unsigned slot = queue->seen++ % queue->size;
    uint32_t head = queue->used.ring[slot].id;
    if (length)
        *length = queue->used.ring[slot].length;
    return head < queue->size ? (int)head : -1;
}

void virtio_acknowledge(const struct virtio *device)
{
    mmio_write(device->base + INTERRUPT_ACK, mmio_read(device->base + INTERRUPT_STATUS));
}
