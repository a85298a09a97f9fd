/* SPDX-License-Identifier: MIT */
/* A virtio console, virtio 1.2, 5.3, with two ports: port 0 is a console (hvc0 in Linux), port 1 a plain serial port with a name,
   for drivers that negotiate several ports. Lines have no speed: what is written is sent at once.
   In: the lines as "console" and "serial". Out: through the transport, and to the lines. Nobody knows how large the far end's
   screen is, so neither VIRTIO_CONSOLE_F_SIZE nor its change is offered. */
#include <string.h>

#include "base/bits.h"
#include "base/log.h"
#include "bus/port.h"
#include "devices/classes.h"
#include "devices/virtio/virtio.h"

/* 5.3.3, 5.3.4 */
enum { VIRTIO_CONSOLE_F_MULTIPORT = 1, VIRTIO_CONSOLE_F_EMERG_WRITE = 2 };
enum { CONFIG_MAX_NR_PORTS = 4, CONFIG_EMERG_WR = 8, CONFIG_SIZE = 12 };

/* 5.3.2: the queues of port 0, of control messages, of port 1 */
enum { RECEIVEQ0, TRANSMITQ0, CONTROL_RECEIVEQ, CONTROL_TRANSMITQ, RECEIVEQ1, TRANSMITQ1 };
enum { QUEUE_SIZE = 64, CONTROL_QUEUE_SIZE = 32 };

/* struct virtio_console_control, 5.3.6.2 */
enum {
    CONTROL_ID = 0, CONTROL_EVENT = 4, CONTROL_VALUE = 6, CONTROL_SIZE = 8,
    VIRTIO_CONSOLE_DEVICE_READY = 0, VIRTIO_CONSOLE_PORT_ADD = 1, VIRTIO_CONSOLE_PORT_READY = 3, VIRTIO_CONSOLE_CONSOLE_PORT = 4,
    VIRTIO_CONSOLE_PORT_OPEN = 6, VIRTIO_CONSOLE_PORT_NAME = 7,
};

enum {
    PORTS = 2, CONSOLE = 0,
    FIFO_SIZE = 1024,
    WRITE_MAX = 1 << 20,      /* bytes of one chain that are sent; no driver's buffer is as long */
    CHUNK = 4096,
};

/* The name of port 1, which udev makes /dev/virtio-ports/org.orrery.port1 of. */
#define PORT_NAME "org.orrery.port1"

static const struct { uint8_t receiveq, transmitq; } queues[PORTS] = { { RECEIVEQ0, TRANSMITQ0 }, { RECEIVEQ1, TRANSMITQ1 } };

struct virtio_console_port {
    struct chardev *line;              /* NULL: the port does not exist */
    uint8_t fifo[FIFO_SIZE];           /* received, on its way to the guest */
    uint16_t first, count;
    bool is_open;                      /* the driver's user listens */
    uint8_t owed;                      /* control messages to be sent: a bit for each VIRTIO_CONSOLE_* */
};

struct virtio_console {
    struct device device;
    struct virtio_device v;
    struct virtio_console_port port[PORTS];
    struct receiver { struct virtio_console *console; unsigned port; } receiver[PORTS];   /* whom the lines call */
};

#define PORT_FIELDS(n)                                                                                                 \
    FIELD_ARRAY(struct virtio_console, port[n].fifo, FIELD_BYTES, FIFO_SIZE),                                          \
    FIELD(struct virtio_console, port[n].first, FIELD_U16), FIELD(struct virtio_console, port[n].count, FIELD_U16),    \
    FIELD(struct virtio_console, port[n].is_open, FIELD_BOOL), FIELD(struct virtio_console, port[n].owed, FIELD_U8)

static const struct field console_fields[] = {
    VIRTIO_FIELDS(struct virtio_console, v),
    VIRTQ_FIELDS(struct virtio_console, v.queue[3]), VIRTQ_FIELDS(struct virtio_console, v.queue[4]),
    VIRTQ_FIELDS(struct virtio_console, v.queue[5]),
    PORT_FIELDS(0), PORT_FIELDS(1),
    FIELD_LIST_END
};

static bool has_ports(const struct virtio_console *c)
{
    return virtio_has(&c->v, VIRTIO_CONSOLE_F_MULTIPORT);
}

/* ---- host to guest ---- */

static void take_bytes(struct virtio_console_port *p, uint8_t *bytes, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        bytes[i] = p->fifo[(p->first + i) % FIFO_SIZE];
    p->first = (uint16_t)((p->first + count) % FIFO_SIZE);
    p->count = (uint16_t)(p->count - count);
}

/* Moves what has been received into the buffers that the driver has made available. */
static void deliver(struct virtio_console *c, unsigned n)
{
    struct virtio_console_port *p = &c->port[n];
    struct virtq_chain chain;
    unsigned queue = queues[n].receiveq;
    bool any = false;
    while (p->count && virtio_pop(&c->v, queue, &chain)) {
        uint8_t bytes[FIFO_SIZE];
        unsigned count = chain.in.bytes < p->count ? (unsigned)chain.in.bytes : p->count;
        take_bytes(p, bytes, count);
        virtio_push(&c->v, queue, chain.head, (uint32_t)virtq_write(c->device.dma, &chain.in, 0, bytes, count));
        any = true;
        if (!count) {   /* 5.3.6.1 asks for room; without it this would not end */
            virtio_broken(&c->v, "a receive buffer without room");
            break;
        }
    }
    if (any)
        virtio_notify(&c->v, queue);
}

/* While nobody listens, the host keeps what is typed. */
static size_t line_room(void *device)
{
    const struct receiver *to = device;
    const struct virtio_console_port *p = &to->console->port[to->port];
    bool listens = virtio_is_live(&to->console->v) && (has_ports(to->console) ? p->is_open : to->port == CONSOLE);
    return listens ? (size_t)FIFO_SIZE - p->count : 0;
}

static void line_receive(void *device, const uint8_t *data, size_t length)
{
    const struct receiver *to = device;
    struct virtio_console_port *p = &to->console->port[to->port];
    for (size_t i = 0; i < length && p->count < FIFO_SIZE; i++)
        p->fifo[(p->first + p->count++) % FIFO_SIZE] = data[i];
    deliver(to->console, to->port);
}

/* ---- guest to host ---- */

static void transmit(struct virtio_console *c, unsigned n, const struct virtq_list *out)
{
    uint8_t bytes[CHUNK];
    uint64_t done = 0;
    for (size_t got; done < WRITE_MAX && (got = virtq_read(c->device.dma, out, done, bytes, sizeof bytes)); done += got)
        chardev_write(c->port[n].line, bytes, got);
    if (done < out->bytes)
        guest_log(c->device.id, "the rest of a buffer of %llu bytes is not sent", (unsigned long long)out->bytes);
}

static void transmit_all(struct virtio_console *c, unsigned n)
{
    struct virtq_chain chain;
    unsigned queue = queues[n].transmitq;
    for (unsigned i = 0; i < QUEUE_SIZE && virtio_pop(&c->v, queue, &chain); i++) {
        transmit(c, n, &chain.out);
        virtio_push(&c->v, queue, chain.head, 0);
    }
    virtio_notify(&c->v, queue);
}

/* ---- control messages ---- */

/* The next message that is owed. Lowest event first is the order that drivers expect: a port is added before it is made a
   console, opened, or named. False when nothing is owed. */
static bool next_owed(struct virtio_console *c, unsigned *n, unsigned *event)
{
    for (*n = 0; *n < PORTS; ++*n)
        if (c->port[*n].owed) {
            *event = (unsigned)__builtin_ctz(c->port[*n].owed);
            return true;
        }
    return false;
}

static size_t put_message(uint8_t *message, unsigned n, unsigned event)
{
    st_le32(message + CONTROL_ID, n);
    st_le16(message + CONTROL_EVENT, (uint16_t)event);
    st_le16(message + CONTROL_VALUE, 1);
    if (event != VIRTIO_CONSOLE_PORT_NAME)
        return CONTROL_SIZE;
    memcpy(message + CONTROL_SIZE, PORT_NAME, strlen(PORT_NAME));
    return CONTROL_SIZE + strlen(PORT_NAME);
}

static void send_owed(struct virtio_console *c)
{
    struct virtq_chain chain;
    unsigned n, event;
    bool any = false;
    while (next_owed(c, &n, &event) && virtio_pop(&c->v, CONTROL_RECEIVEQ, &chain)) {
        uint8_t message[CONTROL_SIZE + sizeof PORT_NAME];
        size_t length = put_message(message, n, event), written = virtq_write(c->device.dma, &chain.in, 0, message, length);
        if (written < length)
            guest_log(c->device.id, "a buffer of %zu bytes for a message of %zu", written, length);
        virtio_push(&c->v, CONTROL_RECEIVEQ, chain.head, (uint32_t)written);
        c->port[n].owed &= (uint8_t)~(1u << event);
        any = true;
    }
    if (any)
        virtio_notify(&c->v, CONTROL_RECEIVEQ);
}

/* 5.3.5: the driver can take messages: it is told of the ports. */
static void device_ready(struct virtio_console *c)
{
    for (unsigned n = 0; n < PORTS; n++)
        if (c->port[n].line)
            c->port[n].owed |= 1u << VIRTIO_CONSOLE_PORT_ADD;
}

static void port_ready(struct virtio_console *c, unsigned n)
{
    unsigned kind = n == CONSOLE ? VIRTIO_CONSOLE_CONSOLE_PORT : VIRTIO_CONSOLE_PORT_NAME;
    c->port[n].owed |= (uint8_t)(1u << VIRTIO_CONSOLE_PORT_OPEN | 1u << kind);
}

static void control(struct virtio_console *c, const struct virtq_list *out)
{
    uint8_t message[CONTROL_SIZE];
    if (virtq_read(c->device.dma, out, 0, message, sizeof message) < sizeof message) {
        guest_log(c->device.id, "a control message of %llu bytes", (unsigned long long)out->bytes);
        return;
    }
    uint32_t n = ld_le32(message + CONTROL_ID);
    unsigned event = ld_le16(message + CONTROL_EVENT), value = ld_le16(message + CONTROL_VALUE);
    bool exists = n < PORTS && c->port[n].line;
    if (event == VIRTIO_CONSOLE_DEVICE_READY && value)
        device_ready(c);
    else if (event == VIRTIO_CONSOLE_PORT_READY && value && exists)
        port_ready(c, n);
    else if (event == VIRTIO_CONSOLE_PORT_OPEN && exists)
        c->port[n].is_open = value;
    else
        guest_log(c->device.id, "control message %u with %u for port %u", event, value, (unsigned)n);
}

static void control_all(struct virtio_console *c)
{
    struct virtq_chain chain;
    for (unsigned i = 0; i < CONTROL_QUEUE_SIZE && virtio_pop(&c->v, CONTROL_TRANSMITQ, &chain); i++) {
        control(c, &chain.out);
        virtio_push(&c->v, CONTROL_TRANSMITQ, chain.head, 0);
    }
    virtio_notify(&c->v, CONTROL_TRANSMITQ);
    send_owed(c);
}

/* ---- the device ---- */

static void console_notify(struct virtio_device *v, unsigned queue)
{
    struct virtio_console *c = container_of(v, struct virtio_console, v);
    switch (queue) {
    case RECEIVEQ0: deliver(c, 0); break;
    case TRANSMITQ0: transmit_all(c, 0); break;
    case CONTROL_RECEIVEQ: send_owed(c); break;
    case CONTROL_TRANSMITQ: control_all(c); break;
    case RECEIVEQ1: deliver(c, 1); break;
    case TRANSMITQ1: transmit_all(c, 1); break;
    }
}

/* 5.3.4: a character without a queue, for a kernel that is in trouble; allowed at any time. */
static void console_config_write(struct virtio_device *v, unsigned offset, uint64_t value, unsigned size)
{
    struct virtio_console *c = container_of(v, struct virtio_console, v);
    uint8_t byte = (uint8_t)value;
    if (offset == CONFIG_EMERG_WR && size == 4)
        chardev_write(c->port[CONSOLE].line, &byte, 1);
    else
        guest_log(c->device.id, "store to offset %u of the configuration space ignored", offset);
}

static void console_virtio_reset(struct virtio_device *v)
{
    struct virtio_console *c = container_of(v, struct virtio_console, v);
    for (unsigned n = 0; n < PORTS; n++) {
        struct virtio_console_port *p = &c->port[n];
        memset(p->fifo, 0, sizeof p->fifo);
        p->first = p->count = 0;
        p->owed = 0;
        p->is_open = false;
    }
}

static const struct virtio_ops console_virtio = {
    .id = VIRTIO_ID_CONSOLE,
    .queue_count = 6,
    .queue_size = { QUEUE_SIZE, QUEUE_SIZE, CONTROL_QUEUE_SIZE, CONTROL_QUEUE_SIZE, QUEUE_SIZE, QUEUE_SIZE },
    .notify = console_notify,
    .config_write = console_config_write,
    .reset = console_virtio_reset,
};

static bool has_line(const struct virtio_console *c)
{
    return c->port[0].line || c->port[1].line;
}

static int console_init(struct device *device, struct error *err)
{
    struct virtio_console *c = (struct virtio_console *)device;
    for (unsigned n = 0; n < PORTS; n++) {
        c->receiver[n] = (struct receiver){ c, n };
        if (c->port[n].line) {
            c->port[n].line->room = line_room;
            c->port[n].line->receive = line_receive;
            c->port[n].line->device = &c->receiver[n];
        }
    }
    if (!has_line(c))
        return 0;
    uint64_t features = 1u << VIRTIO_CONSOLE_F_MULTIPORT | 1u << VIRTIO_CONSOLE_F_EMERG_WRITE;
    virtio_init(&c->v, device, &console_virtio, features, CONFIG_SIZE);
    st_le32(c->v.config + CONFIG_MAX_NR_PORTS, PORTS);
    return virtio_plug(device->parent, &c->v, err);
}

static void console_reset(struct device *device)
{
    struct virtio_console *c = (struct virtio_console *)device;
    if (has_line(c))
        virtio_reset(&c->v);
}

static void console_fini(struct device *device)
{
    virtio_unplug(&((struct virtio_console *)device)->v);
}

const struct device_class virtio_console_class = {
    .name = "virtio-console",
    .manual = "OASIS virtio 1.2, 5.3",
    .size = sizeof(struct virtio_console),
    .ports = (const struct device_port[]){
        { "console", PORT_CHARDEV, offsetof(struct virtio_console, port[0].line) },
        { "serial", PORT_CHARDEV, offsetof(struct virtio_console, port[1].line) },
        { 0 } },
    .fields = console_fields,
    .init = console_init,
    .reset = console_reset,
    .fini = console_fini,
};
