/* SPDX-License-Identifier: MIT */
/* The virtio transport over PCI, virtio 1.2, 4.1 (the modern interface). BAR 1 holds the MSI-X table, BAR 4 the structures of
   the device, one after the other; the capability list leads to them.
   In: the device that virtio_plug puts here; the option "slot", on the host bridge that is its parent. Out: INTA or MSI-X
   messages. A function that nothing is plugged into is an empty slot. */
#include "base/bits.h"
#include "base/log.h"
#include "bus/msix.h"
#include "devices/classes.h"
#include "devices/virtio/virtio.h"

/* 4.1.2; the subsystem is QEMU's, which drivers of other systems look for */
enum { VENDOR_VIRTIO = 0x1af4, DEVICE_MODERN = 0x1040, SUBSYSTEM = 0x1100, REVISION = 1 };

/* The capability, 4.1.4, and its kinds */
enum {
    CAPABILITY_VENDOR = 0x09, CAP_LENGTH = 2, CAP_TYPE = 3, CAP_BAR = 4, CAP_OFFSET = 8, CAP_BYTES = 12, CAP_SIZE = 16,
    CAP_EXTRA = 16, CAP_SIZE_EXTRA = 20,
    VIRTIO_PCI_CAP_COMMON_CFG = 1, VIRTIO_PCI_CAP_NOTIFY_CFG = 2, VIRTIO_PCI_CAP_ISR_CFG = 3, VIRTIO_PCI_CAP_DEVICE_CFG = 4,
    VIRTIO_PCI_CAP_PCI_CFG = 5,
};

/* struct virtio_pci_common_cfg, 4.1.4.3 */
enum {
    DEVICE_FEATURE_SELECT = 0, DEVICE_FEATURE = 4, DRIVER_FEATURE_SELECT = 8, DRIVER_FEATURE = 12, CONFIG_MSIX_VECTOR = 16,
    NUM_QUEUES = 18, DEVICE_STATUS = 20, CONFIG_GENERATION = 21, QUEUE_SELECT = 22, QUEUE_SIZE = 24, QUEUE_MSIX_VECTOR = 26,
    QUEUE_ENABLE = 28, QUEUE_NOTIFY_OFF = 30, QUEUE_DESC = 32, QUEUE_DRIVER = 40, QUEUE_DEVICE = 48, QUEUE_NOTIFY_DATA = 56,
    COMMON_SIZE = 60,
};

enum { VIRTIO_MSI_NO_VECTOR = 0xffff };

/* Where the structures are in BAR 4. Each has pages of its own, for guests that hand them out by page. */
enum {
    BAR_MSIX = 1, BAR_MODERN = 4, BAR_MODERN_SIZE = 0x4000,
    AT_COMMON = 0x0000, AT_ISR = 0x1000, AT_DEVICE = 0x2000, AT_NOTIFY = 0x3000, STRUCTURE_MAX = 0x1000, NOTIFY_MULTIPLIER = 4,
};

struct virtio_pci {
    struct virtio_transport transport;
    struct pci_function pci;
    struct msix msix;
    uint32_t slot;                               /* option */
    unsigned window;                             /* the place of the PCI configuration access capability */
    uint32_t device_feature_select, driver_feature_select;
    uint16_t queue_select;
    uint16_t vector[VIRTIO_QUEUES + 1];          /* of each queue, and behind them of VIRTIO_CONFIG_EVENT */
};

static const struct field virtio_pci_fields[] = {
    PCI_FIELDS(struct virtio_pci, pci),
    MSIX_FIELDS(struct virtio_pci, msix),
    FIELD(struct virtio_pci, device_feature_select, FIELD_U32),
    FIELD(struct virtio_pci, driver_feature_select, FIELD_U32),
    FIELD(struct virtio_pci, queue_select, FIELD_U16),
    FIELD_ARRAY(struct virtio_pci, vector, FIELD_U16, VIRTIO_QUEUES + 1),
    FIELD_LIST_END
};

static const char *id_of(const struct virtio_pci *p)
{
    return p->transport.device.id;
}

/* ---- interrupts ---- */

static void drive(struct virtio_transport *transport)
{
    struct virtio_pci *p = (struct virtio_pci *)transport;
    if (transport->plugged)
        pci_interrupt(&p->pci, transport->plugged->causes && !msix_is_enabled(&p->msix));
}

/* 4.1.5.3, 4.1.5.4: with MSI-X there are messages and no ISR status. */
static bool send_message(struct virtio_transport *transport, unsigned queue)
{
    struct virtio_pci *p = (struct virtio_pci *)transport;
    if (!msix_is_enabled(&p->msix))
        return false;
    msix_signal(&p->msix, p->vector[queue]);
    return true;
}

static void forget_vectors(struct virtio_pci *p)
{
    for (unsigned i = 0; i < ARRAY_SIZE(p->vector); i++)
        p->vector[i] = VIRTIO_MSI_NO_VECTOR;
}

/* 4.1.5.1.2.1: a vector that cannot be had reads back as none. */
static void set_vector(struct virtio_pci *p, unsigned queue, uint32_t vector)
{
    p->vector[queue] = vector < p->msix.count ? (uint16_t)vector : VIRTIO_MSI_NO_VECTOR;
}

/* ---- the common structure ---- */

static void put_queue(const struct virtio_pci *p, const struct virtq *q, uint8_t *common)
{
    st_le16(common + QUEUE_SIZE, q->size ? q->size : q->size_max);   /* 4.1.4.3.1: at first, the largest there is */
    st_le16(common + QUEUE_MSIX_VECTOR, p->vector[p->queue_select]);
    st_le16(common + QUEUE_ENABLE, q->ready);
    st_le16(common + QUEUE_NOTIFY_OFF, p->queue_select);
    st_le64(common + QUEUE_DESC, q->desc);
    st_le64(common + QUEUE_DRIVER, q->driver);
    st_le64(common + QUEUE_DEVICE, q->device);
    st_le16(common + QUEUE_NOTIFY_DATA, p->queue_select);
}

static uint64_t load_common(struct virtio_pci *p, struct virtio_device *v, uint64_t offset, unsigned size)
{
    uint8_t common[COMMON_SIZE] = { 0 };
    const struct virtq *q = virtio_queue(v, p->queue_select);
    if (offset + size > COMMON_SIZE)
        return 0;
    st_le32(common + DEVICE_FEATURE_SELECT, p->device_feature_select);
    st_le32(common + DEVICE_FEATURE, virtio_features(v, p->device_feature_select));
    st_le32(common + DRIVER_FEATURE_SELECT, p->driver_feature_select);
    if (p->driver_feature_select < 2)
        st_le32(common + DRIVER_FEATURE, (uint32_t)(v->accepted >> 32 * p->driver_feature_select));
    st_le16(common + CONFIG_MSIX_VECTOR, p->vector[VIRTIO_CONFIG_EVENT]);
    st_le16(common + NUM_QUEUES, v->ops->queue_count);
    common[DEVICE_STATUS] = v->status;
    common[CONFIG_GENERATION] = (uint8_t)v->generation;
    st_le16(common + QUEUE_SELECT, p->queue_select);
    if (q)
        put_queue(p, q, common);
    return ld_le(common + offset, size);
}

/* Half of a queue's addresses: 64-bit fields are stored in two accesses (4.1.3.1). */
static void store_address(struct virtq *q, unsigned offset, uint32_t value)
{
    uint64_t *const address[] = { &q->desc, &q->driver, &q->device };
    uint64_t *to = address[(offset - QUEUE_DESC) / 8];
    unsigned shift = offset % 8 * 8;
    *to = (*to & ~(0xffffffffull << shift)) | (uint64_t)value << shift;
}

static void store_queue(struct virtio_pci *p, struct virtio_device *v, unsigned offset, uint32_t value)
{
    struct virtq *q = virtio_queue(v, p->queue_select);
    if (!q || (q->ready && offset != QUEUE_MSIX_VECTOR)) {
        guest_log(id_of(p), "queue %u %s; store to 0x%x of the common structure ignored", p->queue_select,
                  q ? "is in use" : "does not exist", offset);
        return;
    }
    if (offset == QUEUE_SIZE) {
        q->size = (uint16_t)value;
    } else if (offset == QUEUE_MSIX_VECTOR) {
        set_vector(p, p->queue_select, value);
    } else if (offset == QUEUE_ENABLE && value == 1) {
        q->size = q->size ? q->size : q->size_max;
        virtio_enable_queue(v, p->queue_select, true);
    } else if (offset >= QUEUE_DESC) {
        store_address(q, offset, value);
    }
}

static void store_status(struct virtio_pci *p, struct virtio_device *v, uint8_t status)
{
    virtio_set_status(v, status);
    if (!status)
        forget_vectors(p);
}

/* 4.1.3.1: each field is stored in its own width. */
static void store_common(struct virtio_pci *p, struct virtio_device *v, uint64_t offset, uint32_t value, unsigned size)
{
    switch (offset << 8 | size) {
    case DEVICE_FEATURE_SELECT << 8 | 4: p->device_feature_select = value; break;
    case DRIVER_FEATURE_SELECT << 8 | 4: p->driver_feature_select = value; break;
    case DRIVER_FEATURE << 8 | 4: virtio_accept(v, p->driver_feature_select, value); break;
    case CONFIG_MSIX_VECTOR << 8 | 2: set_vector(p, VIRTIO_CONFIG_EVENT, value); break;
    case DEVICE_STATUS << 8 | 1: store_status(p, v, (uint8_t)value); break;
    case QUEUE_SELECT << 8 | 2: p->queue_select = (uint16_t)value; break;
    case QUEUE_SIZE << 8 | 2: case QUEUE_MSIX_VECTOR << 8 | 2: case QUEUE_ENABLE << 8 | 2:
    case QUEUE_DESC << 8 | 4: case (QUEUE_DESC + 4) << 8 | 4:
    case QUEUE_DRIVER << 8 | 4: case (QUEUE_DRIVER + 4) << 8 | 4:
    case QUEUE_DEVICE << 8 | 4: case (QUEUE_DEVICE + 4) << 8 | 4: store_queue(p, v, (unsigned)offset, value); break;
    default:
        guest_log(id_of(p), "store of %u bytes to 0x%llx of the common structure, where no such field is", size,
                  (unsigned long long)offset);
    }
}

/* ---- BAR 4 ---- */

/* 4.1.4.5.1: reading the ISR status acknowledges it. */
static uint64_t load_isr(struct virtio_device *v)
{
    uint8_t causes = v->causes;
    virtio_acknowledge(v, causes);
    return causes;
}

static uint64_t modern_read(void *device, uint64_t offset, unsigned size)
{
    struct virtio_pci *p = device;
    struct virtio_device *v = p->transport.plugged;
    if (!v)
        return 0;
    uint64_t inside = offset % STRUCTURE_MAX;
    switch (offset - inside) {
    case AT_COMMON: return load_common(p, v, inside, size);
    case AT_ISR: return inside ? 0 : load_isr(v);
    case AT_DEVICE: return virtio_config_load(v, inside, size);
    default: return 0;
    }
}

static void modern_write(void *device, uint64_t offset, uint64_t value, unsigned size)
{
    struct virtio_pci *p = device;
    struct virtio_device *v = p->transport.plugged;
    if (!v)
        return;
    uint64_t inside = offset % STRUCTURE_MAX;
    switch (offset - inside) {
    case AT_COMMON: store_common(p, v, inside, (uint32_t)value, size); break;
    case AT_DEVICE: virtio_config_store(v, inside, value, size); break;
    case AT_NOTIFY: virtio_kick(v, (uint32_t)(inside / NOTIFY_MULTIPLIER)); break;
    }
}

/* ---- configuration space ---- */

/* 4.1.4.9: the driver reaches BAR 4 through this capability, without its being mapped. What it asks for in `length` bytes at
   *offset, if that can be. */
static bool window_is_good(const struct virtio_pci *p, uint32_t *offset, uint32_t *length)
{
    const uint8_t *cap = p->pci.config + p->window;
    *offset = ld_le32(cap + CAP_OFFSET);
    *length = ld_le32(cap + CAP_BYTES);
    bool has_size = *length == 1 || *length == 2 || *length == 4;
    return cap[CAP_BAR] == BAR_MODERN && has_size && *offset % *length == 0 && *offset <= BAR_MODERN_SIZE - *length;
}

static void config_reading(struct pci_function *f, unsigned offset, unsigned size)
{
    struct virtio_pci *p = container_of(f, struct virtio_pci, pci);
    uint32_t at, length;
    if (pci_touches(offset, size, p->window + CAP_EXTRA, 4) && window_is_good(p, &at, &length))
        st_le(f->config + p->window + CAP_EXTRA, modern_read(p, at, length), length);
}

static void config_written(struct pci_function *f, unsigned offset, unsigned size)
{
    struct virtio_pci *p = container_of(f, struct virtio_pci, pci);
    uint32_t at, length;
    if (pci_touches(offset, size, p->window + CAP_EXTRA, 4) && window_is_good(p, &at, &length))
        modern_write(p, at, ld_le(f->config + p->window + CAP_EXTRA, length), length);
    virtio_stall(p->transport.plugged, !pci_is_master(f));
    msix_config_written(&p->msix);
    drive(&p->transport);
}

/* `size` is that of the capability; a larger one ends with a word more. */
static unsigned add_structure(struct virtio_pci *p, uint8_t type, uint32_t at, uint32_t length, uint8_t size)
{
    uint8_t cap[CAP_SIZE_EXTRA] = { [CAP_LENGTH] = size, [CAP_TYPE] = type, [CAP_BAR] = BAR_MODERN };
    st_le32(cap + CAP_OFFSET, at);
    st_le32(cap + CAP_BYTES, length);
    if (type == VIRTIO_PCI_CAP_NOTIFY_CFG)
        st_le32(cap + CAP_EXTRA, NOTIFY_MULTIPLIER);
    return pci_add_capability(&p->pci, CAPABILITY_VENDOR, cap + 2, size);
}

static void add_structures(struct virtio_pci *p, const struct virtio_device *v)
{
    add_structure(p, VIRTIO_PCI_CAP_COMMON_CFG, AT_COMMON, COMMON_SIZE, CAP_SIZE);
    add_structure(p, VIRTIO_PCI_CAP_ISR_CFG, AT_ISR, 1, CAP_SIZE);
    if (v->config_size)
        add_structure(p, VIRTIO_PCI_CAP_DEVICE_CFG, AT_DEVICE, v->config_size, CAP_SIZE);
    add_structure(p, VIRTIO_PCI_CAP_NOTIFY_CFG, AT_NOTIFY, v->ops->queue_count * NOTIFY_MULTIPLIER, CAP_SIZE_EXTRA);
    p->window = add_structure(p, VIRTIO_PCI_CAP_PCI_CFG, 0, 0, CAP_SIZE_EXTRA);
    pci_make_writable(&p->pci, p->window + CAP_BAR, 1);
    pci_make_writable(&p->pci, p->window + CAP_OFFSET, CAP_SIZE_EXTRA - CAP_OFFSET);
}

/* What kind of device it is in PCI's words (PCI Code and ID Assignment Specification). */
static uint32_t class_code_of(const struct virtio_device *v)
{
    static const struct { uint16_t id; uint32_t class_code; } rows[] = {
        { VIRTIO_ID_NET, 0x020000 }, { VIRTIO_ID_BLOCK, 0x010000 }, { VIRTIO_ID_GPU, 0x038000 }, { VIRTIO_ID_INPUT, 0x098000 },
        { VIRTIO_ID_ENTROPY, 0x00ff00 }, { VIRTIO_ID_CONSOLE, 0x078000 }, { VIRTIO_ID_SOUND, 0x040100 },
    };
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
        if (rows[i].id == v->ops->id)
            return rows[i].class_code;
    return 0xff0000;   /* fits none */
}

static const struct io_ops modern_ops = { modern_read, modern_write, .min_size = 1, .max_size = 4 };

static void define(struct virtio_pci *p, struct virtio_device *v)
{
    const struct pci_identity identity = {
        .vendor = VENDOR_VIRTIO, .device = (uint16_t)(DEVICE_MODERN + v->ops->id), .subsystem_vendor = VENDOR_VIRTIO,
        .subsystem = SUBSYSTEM, .class_code = class_code_of(v), .revision = REVISION, .has_interrupt = true,
    };
    pci_define(&p->pci, &identity);
    msix_define(&p->msix, &p->pci, v->ops->queue_count + 1u, BAR_MSIX);
    pci_add_bar(&p->pci, BAR_MODERN, PCI_BAR_64 | PCI_BAR_PREFETCHABLE, &(struct pci_bar){ BAR_MODERN_SIZE, &modern_ops, p });
    add_structures(p, v);
    p->pci.config_reading = config_reading;
    p->pci.config_written = config_written;
    v->is_stalled = true;   /* until software makes the function a bus master */
}

static int virtio_pci_init(struct device *device, struct error *err)
{
    struct virtio_pci *p = (struct virtio_pci *)device;
    p->transport.causes_changed = drive;
    p->transport.message = send_message;
    return pci_plug(device->parent, &p->pci, device, p->slot, err);
}

/* The device that is plugged in is a part of its own and is reset as one. */
static void virtio_pci_reset(struct device *device)
{
    struct virtio_pci *p = (struct virtio_pci *)device;
    p->device_feature_select = p->driver_feature_select = p->queue_select = 0;
    forget_vectors(p);
    if (p->transport.plugged)
        define(p, p->transport.plugged);
    else
        pci_define(&p->pci, NULL);
}

static void virtio_pci_fini(struct device *device)
{
    pci_unplug(&((struct virtio_pci *)device)->pci);
}

const struct device_class virtio_pci_class = {
    .name = "virtio-pci",
    .manual = "OASIS virtio 1.2, 4.1",
    .size = sizeof(struct virtio_pci),
    .options = (const struct device_option[]){ { "slot", OPTION_U32, offsetof(struct virtio_pci, slot), 1 }, { 0 } },
    .fields = virtio_pci_fields,
    .init = virtio_pci_init,
    .reset = virtio_pci_reset,
    .fini = virtio_pci_fini,
};
