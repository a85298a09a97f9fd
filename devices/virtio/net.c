/* SPDX-License-Identifier: MIT */
/* A virtio network card, virtio 1.2, 5.1, with one queue pair and no offloads.
   In: a cable as "net", whose MAC address is the card's; without one the slot stays empty. Out: through the transport. */
#include <string.h>

#include "base/bits.h"
#include "base/log.h"
#include "bus/port.h"
#include "devices/classes.h"
#include "devices/virtio/virtio.h"

/* 5.1.3 */
enum {
    VIRTIO_NET_F_MAC = 5, VIRTIO_NET_F_MRG_RXBUF = 15, VIRTIO_NET_F_STATUS = 16, VIRTIO_NET_F_CTRL_VQ = 17,
    VIRTIO_NET_F_CTRL_RX = 18, VIRTIO_NET_F_CTRL_RX_EXTRA = 20, VIRTIO_NET_F_CTRL_MAC_ADDR = 23,
};

enum { RECEIVEQ, TRANSMITQ, CONTROLQ, QUEUE_SIZE = 256, CONTROL_SIZE = 64 };

/* struct virtio_net_config, 5.1.4: what is there without further features */
enum { CONFIG_MAC = 0, CONFIG_STATUS = 6, CONFIG_SIZE = 8, VIRTIO_NET_S_LINK_UP = 1 };

/* struct virtio_net_hdr, 5.1.6 */
enum { HDR_FLAGS = 0, HDR_GSO_TYPE = 1, HDR_NUM_BUFFERS = 10, HDR_SIZE = 12, VIRTIO_NET_HDR_F_NEEDS_CSUM = 1 };

/* Control commands, 5.1.6.5: class and command */
enum {
    CTRL_RX_PROMISC = 0x0000, CTRL_RX_ALLMULTI = 0x0001, CTRL_RX_ALLUNI = 0x0002, CTRL_RX_NOMULTI = 0x0003,
    CTRL_RX_NOUNI = 0x0004, CTRL_RX_NOBCAST = 0x0005, CTRL_MAC_TABLE_SET = 0x0100, CTRL_MAC_ADDR_SET = 0x0101,
    CTRL_HEADER = 2, VIRTIO_NET_OK = 0, VIRTIO_NET_ERR = 1,
};

enum {
    ETH_ADDRESS = 6, ETH_HEADER = 14,
    MAC_TABLE = 64,          /* addresses of one kind; a longer list lets all of that kind in */
    MERGE_MAX = 64,          /* buffers that one frame may be spread over */
};

/* One kind of address that the driver listens to besides its own. */
struct mac_table {
    uint8_t address[MAC_TABLE][ETH_ADDRESS];
    uint8_t count;
    bool overflow;
};

struct virtio_net {
    struct device device;
    struct virtio_device v;
    struct netdev *port;
    bool promisc, allmulti, alluni, nomulti, nouni, nobcast;
    struct mac_table unicast, multicast;
    bool host_waits;                  /* the host was told that there is no room */
    uint8_t frame[NET_FRAME_MAX];     /* being sent; nothing lasts in it */
};

static const struct field net_fields[] = {
    VIRTIO_FIELDS(struct virtio_net, v),
    FIELD(struct virtio_net, promisc, FIELD_BOOL),
    FIELD(struct virtio_net, allmulti, FIELD_BOOL),
    FIELD(struct virtio_net, alluni, FIELD_BOOL),
    FIELD(struct virtio_net, nomulti, FIELD_BOOL),
    FIELD(struct virtio_net, nouni, FIELD_BOOL),
    FIELD(struct virtio_net, nobcast, FIELD_BOOL),
    FIELD_ARRAY(struct virtio_net, unicast.address, FIELD_BYTES, MAC_TABLE * ETH_ADDRESS),
    FIELD(struct virtio_net, unicast.count, FIELD_U8),
    FIELD(struct virtio_net, unicast.overflow, FIELD_BOOL),
    FIELD_ARRAY(struct virtio_net, multicast.address, FIELD_BYTES, MAC_TABLE * ETH_ADDRESS),
    FIELD(struct virtio_net, multicast.count, FIELD_U8),
    FIELD(struct virtio_net, multicast.overflow, FIELD_BOOL),
    FIELD(struct virtio_net, host_waits, FIELD_BOOL),
    FIELD_LIST_END
};

/* ---- host to guest ---- */

static bool is_listed(const struct mac_table *table, const uint8_t *address)
{
    for (unsigned i = 0; i < table->count; i++)
        if (!memcmp(table->address[i], address, ETH_ADDRESS))
            return true;
    return table->overflow;
}

/* Does the driver want frames to this address? Until it says so (5.1.6.5.1), all of them. */
static bool is_wanted(const struct virtio_net *net, const uint8_t *address)
{
    static const uint8_t broadcast[ETH_ADDRESS] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
    if (net->promisc)
        return true;
    if (!memcmp(address, broadcast, ETH_ADDRESS))
        return !net->nobcast;
    if (address[0] & 1)
        return !net->nomulti && (net->allmulti || is_listed(&net->multicast, address));
    bool own = !memcmp(address, net->v.config + CONFIG_MAC, ETH_ADDRESS);
    return !net->nouni && (net->alluni || own || is_listed(&net->unicast, address));
}

static bool net_ready(void *device)
{
    struct virtio_net *net = device;
    bool ready = virtio_waiting(&net->v, RECEIVEQ) > 0;
    if (!ready)
        net->host_waits = true;
    return ready;
}

/* Writes the part of header and frame that starts at `done` into one buffer; returns how much fitted. */
static uint32_t fill(struct virtio_net *net, const struct virtq_list *in, const uint8_t *frame, size_t length, size_t done)
{
    const uint8_t header[HDR_SIZE] = { [HDR_NUM_BUFFERS] = 1 };
    size_t n = 0;
    if (!done)
        n = virtq_write(net->device.dma, in, 0, header, sizeof header);
    if (done + n >= HDR_SIZE)
        n += virtq_write(net->device.dma, in, n, frame + done + n - HDR_SIZE, HDR_SIZE + length - done - n);
    return (uint32_t)n;
}

/* 5.1.6.4: one buffer, or with VIRTIO_NET_F_MRG_RXBUF as many as it takes. All or nothing: where they do not suffice they are
   given back. */
static bool deliver(struct virtio_net *net, const uint8_t *frame, size_t length)
{
    struct virtq_chain first, more;
    uint16_t head[MERGE_MAX];
    uint32_t written[MERGE_MAX];
    unsigned limit = virtio_has(&net->v, VIRTIO_NET_F_MRG_RXBUF) ? MERGE_MAX : 1, used = 0;
    size_t done = 0;
    while (done < HDR_SIZE + length && used < limit) {
        struct virtq_chain *chain = used ? &more : &first;
        if (!virtio_pop(&net->v, RECEIVEQ, chain))
            break;
        head[used] = chain->head;
        written[used] = fill(net, &chain->in, frame, length, done);
        done += written[used++];
        if (done < HDR_SIZE)   /* 5.1.6.3.1: no buffer is smaller than the header */
            break;
    }
    if (done < HDR_SIZE + length) {
        virtio_unpop(&net->v, RECEIVEQ, used);
        return false;
    }
    uint8_t number[2];
    st_le16(number, (uint16_t)used);
    virtq_write(net->device.dma, &first.in, HDR_NUM_BUFFERS, number, sizeof number);
    for (unsigned i = 0; i < used; i++)
        virtio_push(&net->v, RECEIVEQ, head[i], written[i]);
    virtio_notify(&net->v, RECEIVEQ);
    return true;
}

static void net_receive(void *device, const uint8_t *frame, size_t length)
{
    struct virtio_net *net = device;
    if (length < ETH_HEADER || length > NET_FRAME_MAX || !net_ready(net) || !is_wanted(net, frame))
        return;
    net->port->bytes += length;
    if (!deliver(net, frame, length) && virtio_is_live(&net->v))
        guest_log(net->device.id, "a frame of %zu bytes was dropped: the receive buffers are too small", length);
}

/* ---- guest to host ---- */

static void transmit(struct virtio_net *net, const struct virtq_list *out)
{
    uint8_t header[HDR_SIZE];
    if (out->bytes < HDR_SIZE + ETH_HEADER || out->bytes > HDR_SIZE + NET_FRAME_MAX) {
        guest_log(net->device.id, "a frame of %llu bytes with its header cannot be sent", (unsigned long long)out->bytes);
        return;
    }
    virtq_read(net->device.dma, out, 0, header, sizeof header);
    if (header[HDR_FLAGS] & VIRTIO_NET_HDR_F_NEEDS_CSUM || header[HDR_GSO_TYPE]) {
        guest_log(net->device.id, "a frame that wants offloads, which were not offered, was dropped");
        return;
    }
    size_t length = virtq_read(net->device.dma, out, HDR_SIZE, net->frame, sizeof net->frame);
    net->port->bytes += length;
    if (net->port->send)
        net->port->send(net->port->host, net->frame, length);
}

/* The host may answer a frame within `send`: net_receive works on the other queue and has buffers of its own. */
static void transmit_all(struct virtio_net *net)
{
    struct virtq_chain chain;
    for (unsigned i = 0; i < QUEUE_SIZE && virtio_pop(&net->v, TRANSMITQ, &chain); i++) {
        transmit(net, &chain.out);
        virtio_push(&net->v, TRANSMITQ, chain.head, 0);
    }
    virtio_notify(&net->v, TRANSMITQ);
}

/* ---- the control queue ---- */

/* One half of VIRTIO_NET_CTRL_MAC_TABLE_SET: a count and as many addresses, from *offset on, which is moved behind them. */
static bool read_table(struct virtio_net *net, const struct virtq_list *out, uint64_t *offset, struct mac_table *table)
{
    uint8_t bytes[4];
    if (virtq_read(net->device.dma, out, *offset, bytes, sizeof bytes) < sizeof bytes)
        return false;
    uint32_t count = ld_le32(bytes);
    *offset += sizeof bytes;
    if ((uint64_t)count * ETH_ADDRESS > out->bytes - *offset)
        return false;
    memset(table, 0, sizeof *table);
    table->overflow = count > MAC_TABLE;
    if (!table->overflow) {
        table->count = (uint8_t)count;
        virtq_read(net->device.dma, out, *offset, table->address, (size_t)count * ETH_ADDRESS);
    }
    *offset += (uint64_t)count * ETH_ADDRESS;
    return true;
}

static bool set_tables(struct virtio_net *net, const struct virtq_list *out)
{
    struct mac_table unicast, multicast;
    uint64_t offset = CTRL_HEADER;
    if (!read_table(net, out, &offset, &unicast) || !read_table(net, out, &offset, &multicast))
        return false;
    net->unicast = unicast;
    net->multicast = multicast;
    return true;
}

static bool set_address(struct virtio_net *net, const struct virtq_list *out)
{
    return out->bytes == CTRL_HEADER + ETH_ADDRESS &&
           virtq_read(net->device.dma, out, CTRL_HEADER, net->v.config + CONFIG_MAC, ETH_ADDRESS) == ETH_ADDRESS;
}

static bool set_mode(struct virtio_net *net, const struct virtq_list *out, bool *mode)
{
    uint8_t on;
    if (virtq_read(net->device.dma, out, CTRL_HEADER, &on, 1) < 1)
        return false;
    *mode = on;
    return true;
}

static bool control(struct virtio_net *net, const struct virtq_list *out)
{
    uint8_t command[CTRL_HEADER];
    if (virtq_read(net->device.dma, out, 0, command, sizeof command) < sizeof command)
        return false;
    switch (command[0] << 8 | command[1]) {
    case CTRL_RX_PROMISC: return set_mode(net, out, &net->promisc);
    case CTRL_RX_ALLMULTI: return set_mode(net, out, &net->allmulti);
    case CTRL_RX_ALLUNI: return set_mode(net, out, &net->alluni);
    case CTRL_RX_NOMULTI: return set_mode(net, out, &net->nomulti);
    case CTRL_RX_NOUNI: return set_mode(net, out, &net->nouni);
    case CTRL_RX_NOBCAST: return set_mode(net, out, &net->nobcast);
    case CTRL_MAC_TABLE_SET: return set_tables(net, out);
    case CTRL_MAC_ADDR_SET: return set_address(net, out);
    default:
        guest_log(net->device.id, "control command %u of class %u is unknown", command[1], command[0]);
        return false;
    }
}

static void control_all(struct virtio_net *net)
{
    struct virtq_chain chain;
    for (unsigned i = 0; i < CONTROL_SIZE && virtio_pop(&net->v, CONTROLQ, &chain); i++) {
        uint8_t ack = control(net, &chain.out) ? VIRTIO_NET_OK : VIRTIO_NET_ERR;
        size_t written = virtq_write(net->device.dma, &chain.in, 0, &ack, sizeof ack);
        virtio_push(&net->v, CONTROLQ, chain.head, (uint32_t)written);
    }
    virtio_notify(&net->v, CONTROLQ);
}

/* ---- the card ---- */

static void net_notify(struct virtio_device *v, unsigned queue)
{
    struct virtio_net *net = container_of(v, struct virtio_net, v);
    if (queue == TRANSMITQ)
        transmit_all(net);
    else if (queue == CONTROLQ)
        control_all(net);
    else if (net->host_waits && virtio_waiting(v, RECEIVEQ)) {
        net->host_waits = false;
        if (net->port->drained)
            net->port->drained(net->port->host);
    }
}

static void net_virtio_reset(struct virtio_device *v)
{
    struct virtio_net *net = container_of(v, struct virtio_net, v);
    memcpy(v->config + CONFIG_MAC, net->port->mac, ETH_ADDRESS);
    net->promisc = true;
    net->allmulti = net->alluni = net->nomulti = net->nouni = net->nobcast = false;
    memset(&net->unicast, 0, sizeof net->unicast);
    memset(&net->multicast, 0, sizeof net->multicast);
}

static const struct virtio_ops net_virtio = {
    .id = VIRTIO_ID_NET,
    .queue_count = 3,
    .queue_size = { QUEUE_SIZE, QUEUE_SIZE, CONTROL_SIZE },
    .notify = net_notify,
    .reset = net_virtio_reset,
};

static int net_init(struct device *device, struct error *err)
{
    struct virtio_net *net = (struct virtio_net *)device;
    if (!net->port)
        return 0;
    net->port->ready = net_ready;
    net->port->receive = net_receive;
    net->port->device = net;
    uint64_t features = 1u << VIRTIO_NET_F_MAC | 1u << VIRTIO_NET_F_MRG_RXBUF | 1u << VIRTIO_NET_F_STATUS |
                        1u << VIRTIO_NET_F_CTRL_VQ | 1u << VIRTIO_NET_F_CTRL_RX | 1u << VIRTIO_NET_F_CTRL_RX_EXTRA |
                        1u << VIRTIO_NET_F_CTRL_MAC_ADDR;
    virtio_init(&net->v, device, &net_virtio, features, CONFIG_SIZE);
    st_le16(net->v.config + CONFIG_STATUS, VIRTIO_NET_S_LINK_UP);
    return virtio_plug(device->parent, &net->v, err);
}

static void net_reset(struct device *device)
{
    struct virtio_net *net = (struct virtio_net *)device;
    if (net->port)
        virtio_reset(&net->v);
}

static void net_fini(struct device *device)
{
    virtio_unplug(&((struct virtio_net *)device)->v);
}

const struct device_class virtio_net_class = {
    .name = "virtio-net",
    .manual = "OASIS virtio 1.2, 5.1",
    .size = sizeof(struct virtio_net),
    .ports = (const struct device_port[]){ { "net", PORT_NETDEV, offsetof(struct virtio_net, port) }, { 0 } },
    .fields = net_fields,
    .init = net_init,
    .reset = net_reset,
    .fini = net_fini,
};
