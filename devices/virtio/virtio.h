/* SPDX-License-Identifier: MIT */
/* What all virtio devices share (virtio 1.2, chapters 2 and 3; modern interface only): feature negotiation, the status machine,
   configuration space, interrupt causes. A device part embeds a virtio_device and plugs it into the transport that is its
   parent on the board (virtio-mmio or virtio-pci); neither knows more of the other than what this page says. */
#ifndef DEVICES_VIRTIO_VIRTIO_H
#define DEVICES_VIRTIO_VIRTIO_H

#include "bus/device.h"
#include "devices/virtio/queue.h"

enum { VIRTIO_QUEUES = 6, VIRTIO_CONFIG_MAX = 256 };

/* Device types, chapter 5 */
enum {
    VIRTIO_ID_NET = 1, VIRTIO_ID_BLOCK = 2, VIRTIO_ID_CONSOLE = 3, VIRTIO_ID_ENTROPY = 4, VIRTIO_ID_GPU = 16,
    VIRTIO_ID_INPUT = 18, VIRTIO_ID_SOUND = 25,
};

/* Feature bits that are not of one device type, chapter 6; all three are always offered. */
enum { VIRTIO_F_INDIRECT_DESC = 28, VIRTIO_F_EVENT_IDX = 29, VIRTIO_F_VERSION_1 = 32 };

/* Device status, 2.1 */
enum {
    VIRTIO_ACKNOWLEDGE = 1, VIRTIO_DRIVER = 2, VIRTIO_DRIVER_OK = 4, VIRTIO_FEATURES_OK = 8, VIRTIO_NEEDS_RESET = 64,
    VIRTIO_FAILED = 128,
};

/* Causes of an interrupt */
enum { VIRTIO_CAUSE_QUEUE = 1, VIRTIO_CAUSE_CONFIG = 2 };

/* What makes a device type. */
struct virtio_device;
struct virtio_ops {
    uint16_t id;
    uint8_t queue_count;
    uint16_t queue_size[VIRTIO_QUEUES];   /* the largest a driver may choose: powers of 2 */
    /* The driver notified a queue (or has just become ready): take what is there. Called only while the device is live. */
    void (*notify)(struct virtio_device *v, unsigned queue);
    void (*features_agreed)(struct virtio_device *v);   /* v->accepted is final; may be NULL */
    /* The driver writes `size` bytes at `offset` of the configuration space; may be NULL: nothing is writable. */
    void (*config_write)(struct virtio_device *v, unsigned offset, uint64_t value, unsigned size);
    /* The driver takes this queue back: forget what is in flight there; may be NULL. */
    void (*queue_stopped)(struct virtio_device *v, unsigned queue);
    void (*reset)(struct virtio_device *v);              /* all queues have been stopped; may be NULL */
};

struct virtio_device {
    const struct virtio_ops *ops;
    struct device *owner;
    struct virtio_transport *transport;
    bool is_stalled;                      /* the transport may not reach memory; see virtio_stall */
    uint64_t offered, accepted;           /* feature bits */
    uint8_t status, causes;
    uint32_t generation;                  /* of the configuration space */
    uint16_t config_size;
    uint8_t config[VIRTIO_CONFIG_MAX];    /* what the driver reads */
    struct virtq queue[VIRTIO_QUEUES];
};

/* The first member of every transport's state struct. */
struct virtio_transport {
    struct device device;
    struct virtio_device *plugged;        /* NULL: an empty slot */
    void (*causes_changed)(struct virtio_transport *transport);
    /* Interrupts the driver by a message of its own for this queue, or for VIRTIO_CONFIG_EVENT. False: it cannot now, and a
       cause is to be left for the driver to read. May be NULL: never. */
    bool (*message)(struct virtio_transport *transport, unsigned queue);
};

enum { VIRTIO_CONFIG_EVENT = VIRTIO_QUEUES };

/* Of a device with up to three queues; one with more adds VIRTQ_FIELDS(type, v.queue[3]) and so on. */
#define VIRTIO_FIELDS(type, v)                                                                                         \
    FIELD(type, v.accepted, FIELD_U64), FIELD(type, v.status, FIELD_U8), FIELD(type, v.causes, FIELD_U8),              \
    FIELD(type, v.generation, FIELD_U32), FIELD_ARRAY(type, v.config, FIELD_BYTES, VIRTIO_CONFIG_MAX),                 \
    VIRTQ_FIELDS(type, v.queue[0]), VIRTQ_FIELDS(type, v.queue[1]), VIRTQ_FIELDS(type, v.queue[2])

/* ---- for devices ---- */

/* In the device's init. `features` are those of its type; `config` may then be filled in. */
void virtio_init(struct virtio_device *v, struct device *owner, const struct virtio_ops *ops, uint64_t features,
                 unsigned config_size);

/* In the device's init, after virtio_init: puts it into the transport it sits on (`parent`, whose state starts with a struct
   virtio_transport: the board's table must place it so). Fails when there is none or it is occupied. The order in which transport
   and device are initialised does not matter. */
int virtio_plug(struct device *parent, struct virtio_device *v, struct error *err);

/* In the device's fini. */
void virtio_unplug(struct virtio_device *v);

/* To the state after power on, as the driver's own reset does. */
void virtio_reset(struct virtio_device *v);

/* Is the driver ready and the device not waiting for a reset? */
bool virtio_is_live(const struct virtio_device *v);

/* Was this feature agreed on? */
bool virtio_has(const struct virtio_device *v, unsigned feature);

/* As virtq_waiting, virtq_pop, virtq_unpop and virtq_push. A fault puts the device into DEVICE_NEEDS_RESET. */
unsigned virtio_waiting(struct virtio_device *v, unsigned queue);
bool virtio_pop(struct virtio_device *v, unsigned queue, struct virtq_chain *chain);
void virtio_unpop(struct virtio_device *v, unsigned queue, unsigned count);
void virtio_push(struct virtio_device *v, unsigned queue, uint16_t head, uint32_t written);

/* Interrupts the driver if it wants to hear of what was pushed. */
void virtio_notify(struct virtio_device *v, unsigned queue);

/* The device changed its configuration space: a new generation, and an interrupt. */
void virtio_config_changed(struct virtio_device *v);

/* The driver did what cannot be answered: DEVICE_NEEDS_RESET (2.1.2), an interrupt, a line in the log. */
void virtio_broken(struct virtio_device *v, const char *why);

/* ---- for transports ---- */

/* Features 32 * select and up. */
uint32_t virtio_features(const struct virtio_device *v, uint32_t select);
void virtio_accept(struct virtio_device *v, uint32_t select, uint32_t features);
void virtio_set_status(struct virtio_device *v, uint8_t status);
void virtio_acknowledge(struct virtio_device *v, uint8_t causes);

/* The bus forbids the device to reach memory, or allows it again. A device that was running is broken by that: what it had in
   hand is lost. One that a driver started meanwhile begins when it may. */
void virtio_stall(struct virtio_device *v, bool stalled);

/* Queue n, or NULL. The transport programs size and addresses while it is not ready, then enables it; a failure to do so breaks
   the device. */
struct virtq *virtio_queue(struct virtio_device *v, uint32_t n);
void virtio_enable_queue(struct virtio_device *v, uint32_t n, bool enable);

/* The driver notifies queue n. */
void virtio_kick(struct virtio_device *v, uint32_t n);

/* 1, 2, 4 or 8 bytes of the configuration space; outside of it loads give 0 and stores are ignored. */
uint64_t virtio_config_load(struct virtio_device *v, uint64_t offset, unsigned size);
void virtio_config_store(struct virtio_device *v, uint64_t offset, uint64_t value, unsigned size);

#endif
