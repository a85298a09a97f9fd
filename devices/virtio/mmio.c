/* SPDX-License-Identifier: MIT */
/* The virtio transport over memory-mapped registers, virtio 1.2, 4.2 (the modern interface, Version 2).
   In: the device that virtio_plug puts here. Out: one interrupt as "irq". An empty slot says DeviceID 0 and is skipped by
   drivers. */
#include "base/bits.h"
#include "base/log.h"
#include "devices/classes.h"
#include "devices/virtio/virtio.h"

enum {
    MagicValue = 0x000, Version = 0x004, DeviceID = 0x008, VendorID = 0x00c,
    DeviceFeatures = 0x010, DeviceFeaturesSel = 0x014, DriverFeatures = 0x020, DriverFeaturesSel = 0x024,
    QueueSel = 0x030, QueueNumMax = 0x034, QueueNum = 0x038, QueueReady = 0x044, QueueNotify = 0x050,
    InterruptStatus = 0x060, InterruptACK = 0x064, Status = 0x070,
    QueueDescLow = 0x080, QueueDescHigh = 0x084, QueueDriverLow = 0x090, QueueDriverHigh = 0x094,
    QueueDeviceLow = 0x0a0, QueueDeviceHigh = 0x0a4, SHMSel = 0x0ac,
    SHMLenLow = 0x0b0, SHMLenHigh = 0x0b4, SHMBaseLow = 0x0b8, SHMBaseHigh = 0x0bc, ConfigGeneration = 0x0fc, Config = 0x100,
    REGION_SIZE = 0x200,
};

enum { MAGIC = 0x74726976, VERSION = 2, VENDOR = 0x5952524f };   /* "virt", "ORRY" */

struct virtio_mmio {
    struct virtio_transport transport;
    struct irq irq;
    uint32_t device_features_sel, driver_features_sel, queue_sel;
};

static const struct field mmio_fields[] = {
    FIELD(struct virtio_mmio, irq, FIELD_IRQ),
    FIELD(struct virtio_mmio, device_features_sel, FIELD_U32),
    FIELD(struct virtio_mmio, driver_features_sel, FIELD_U32),
    FIELD(struct virtio_mmio, queue_sel, FIELD_U32),
    FIELD_LIST_END
};

static const char *id_of(const struct virtio_mmio *mmio)
{
    return mmio->transport.device.id;
}

static void drive(struct virtio_transport *transport)
{
    struct virtio_mmio *mmio = (struct virtio_mmio *)transport;
    irq_set(&mmio->irq, transport->plugged && transport->plugged->causes);
}

static uint64_t load_queue(struct virtio_device *v, struct virtio_mmio *mmio, uint64_t offset)
{
    const struct virtq *q = virtio_queue(v, mmio->queue_sel);
    if (!q)
        return 0;
    return offset == QueueNumMax ? q->size_max : q->ready;
}

static uint64_t load_register(struct virtio_device *v, struct virtio_mmio *mmio, uint64_t offset)
{
    switch (offset) {
    case DeviceFeatures: return virtio_features(v, mmio->device_features_sel);
    case QueueNumMax:
    case QueueReady: return load_queue(v, mmio, offset);
    case InterruptStatus: return v->causes;
    case Status: return v->status;
    case SHMLenLow ... SHMBaseHigh: return 0xffffffff;   /* 4.2.2: a length of -1, as no device here has shared memory */
    case ConfigGeneration: return v->generation;
    default:
        guest_log(id_of(mmio), "load from 0x%llx, where no readable register is", (unsigned long long)offset);
        return 0;
    }
}

static uint64_t mmio_read(void *device, uint64_t offset, unsigned size)
{
    struct virtio_mmio *mmio = device;
    struct virtio_device *v = mmio->transport.plugged;
    if (offset >= Config)
        return v ? virtio_config_load(v, offset - Config, size) : 0;
    if (size != 4) {
        guest_log(id_of(mmio), "load of %u bytes from 0x%llx: registers are 32 bits wide", size, (unsigned long long)offset);
        return 0;
    }
    switch (offset) {
    case MagicValue: return MAGIC;
    case Version: return VERSION;
    case DeviceID: return v ? v->ops->id : 0;
    case VendorID: return VENDOR;
    default: return v ? load_register(v, mmio, offset) : 0;
    }
}

static void store_half(uint64_t *address, bool high, uint32_t value)
{
    *address = high ? (*address & 0xffffffffu) | (uint64_t)value << 32 : (*address & ~0xffffffffull) | value;
}

static void store_queue(struct virtio_device *v, struct virtio_mmio *mmio, uint64_t offset, uint32_t value)
{
    struct virtq *q = virtio_queue(v, mmio->queue_sel);
    if (!q || q->ready) {
        guest_log(id_of(mmio), "queue %u %s; store to 0x%llx ignored", (unsigned)mmio->queue_sel,
                  q ? "is in use" : "does not exist", (unsigned long long)offset);
        return;
    }
    switch (offset) {
    case QueueNum: q->size = value > UINT16_MAX ? 0 : (uint16_t)value; break;
    case QueueDescLow:
    case QueueDescHigh: store_half(&q->desc, offset == QueueDescHigh, value); break;
    case QueueDriverLow:
    case QueueDriverHigh: store_half(&q->driver, offset == QueueDriverHigh, value); break;
    case QueueDeviceLow:
    case QueueDeviceHigh: store_half(&q->device, offset == QueueDeviceHigh, value); break;
    }
}

static void store_register(struct virtio_device *v, struct virtio_mmio *mmio, uint64_t offset, uint32_t value)
{
    switch (offset) {
    case DeviceFeaturesSel: mmio->device_features_sel = value; break;
    case DriverFeatures: virtio_accept(v, mmio->driver_features_sel, value); break;
    case DriverFeaturesSel: mmio->driver_features_sel = value; break;
    case QueueSel: mmio->queue_sel = value; break;
    case QueueNum:
    case QueueDescLow: case QueueDescHigh:
    case QueueDriverLow: case QueueDriverHigh:
    case QueueDeviceLow: case QueueDeviceHigh: store_queue(v, mmio, offset, value); break;
    case QueueReady: virtio_enable_queue(v, mmio->queue_sel, value & 1); break;
    case QueueNotify: virtio_kick(v, value); break;
    case InterruptACK: virtio_acknowledge(v, (uint8_t)value); break;
    case Status: virtio_set_status(v, (uint8_t)value); break;
    case SHMSel: break;
    default: guest_log(id_of(mmio), "store to 0x%llx, where no writable register is", (unsigned long long)offset);
    }
}

static void mmio_write(void *device, uint64_t offset, uint64_t value, unsigned size)
{
    struct virtio_mmio *mmio = device;
    struct virtio_device *v = mmio->transport.plugged;
    if (!v)
        return;
    if (offset >= Config)
        virtio_config_store(v, offset - Config, value, size);
    else if (size == 4)
        store_register(v, mmio, offset, (uint32_t)value);
    else
        guest_log(id_of(mmio), "store of %u bytes to 0x%llx: registers are 32 bits wide", size, (unsigned long long)offset);
}

static int mmio_init(struct device *device, struct error *err)
{
    (void)err;
    ((struct virtio_transport *)device)->causes_changed = drive;
    return 0;
}

/* The device in the slot is a part of its own and is reset as one. */
static void mmio_reset(struct device *device)
{
    struct virtio_mmio *mmio = (struct virtio_mmio *)device;
    mmio->device_features_sel = mmio->driver_features_sel = mmio->queue_sel = 0;
    drive(&mmio->transport);
}

static const struct io_ops mmio_ops = { mmio_read, mmio_write, .min_size = 1, .max_size = 8 };

const struct device_class virtio_mmio_class = {
    .name = "virtio-mmio",
    .manual = "OASIS virtio 1.2, 4.2",
    .size = sizeof(struct virtio_mmio),
    .regions = (const struct device_region[]){ { "regs", REGION_SIZE, &mmio_ops }, { 0 } },
    .pins = (const struct device_pin[]){ { "irq", offsetof(struct virtio_mmio, irq), 1 }, { 0 } },
    .fields = mmio_fields,
    .init = mmio_init,
    .reset = mmio_reset,
    .compatible = "virtio,mmio\0",
};
