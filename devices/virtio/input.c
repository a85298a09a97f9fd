/* SPDX-License-Identifier: MIT */
#include "devices/virtio/input.h"

#include <string.h>

#include "base/bits.h"
#include "base/log.h"

enum { EVENTQ, STATUSQ, QUEUE_SIZE = 64, EVENT_SIZE = 8 };

/* struct virtio_input_config, 5.8.4, and what `select` may ask for */
enum {
    CONFIG_SELECT = 0, CONFIG_SUBSEL = 1, CONFIG_DATA_SIZE = 2, CONFIG_DATA = 8, CONFIG_DATA_MAX = 128,
    CONFIG_SIZE = CONFIG_DATA + CONFIG_DATA_MAX,
    VIRTIO_INPUT_CFG_ID_NAME = 0x01, VIRTIO_INPUT_CFG_ID_SERIAL = 0x02, VIRTIO_INPUT_CFG_ID_DEVIDS = 0x03,
    VIRTIO_INPUT_CFG_PROP_BITS = 0x10, VIRTIO_INPUT_CFG_EV_BITS = 0x11, VIRTIO_INPUT_CFG_ABS_INFO = 0x12,
};

enum { BUS_VIRTUAL = 6, VENDOR = 0x4f52, VERSION = 1 };

/* Pointer motion may fill the ring up to here; the rest is kept for keys, as a lost release is a key that stays down. */
enum { MOTION_ROOM = VIRTIO_INPUT_EVENTS * 3 / 4 };

const struct field virtio_input_fields[] = {
    VIRTIO_FIELDS(struct virtio_input, v),
    FIELD_ARRAY(struct virtio_input, type, FIELD_U16, VIRTIO_INPUT_EVENTS),
    FIELD_ARRAY(struct virtio_input, code, FIELD_U16, VIRTIO_INPUT_EVENTS),
    FIELD_ARRAY(struct virtio_input, value, FIELD_U32, VIRTIO_INPUT_EVENTS),
    FIELD(struct virtio_input, first, FIELD_U16),
    FIELD(struct virtio_input, queued, FIELD_U16),
    FIELD(struct virtio_input, open, FIELD_U16),
    FIELD(struct virtio_input, group_lost, FIELD_BOOL),
    FIELD(struct virtio_input, leds, FIELD_U32),
    FIELD_LIST_END
};

const struct device_port virtio_input_ports[] = {
    { "input", PORT_INPUT, offsetof(struct virtio_input, port) },
    { 0 },
};

/* ---- configuration ---- */

/* The codes of one event type as a bit map; returns its length in bytes, 0 if the device has none of that type. */
static unsigned ev_bits(const struct virtio_input_model *model, unsigned type, uint8_t *data)
{
    unsigned size = 0;
    for (const struct virtio_input_codes *c = model->codes; c->type; c++)
        for (unsigned code = c->first; c->type == type && code <= c->last; code++) {
            data[code / 8] |= (uint8_t)(1u << code % 8);
            if (size < code / 8 + 1)
                size = code / 8 + 1;
        }
    return size;
}

static bool has_code(const struct virtio_input_model *model, unsigned type, unsigned code)
{
    for (const struct virtio_input_codes *c = model->codes; c->type; c++)
        if (c->type == type && c->first <= code && code <= c->last)
            return true;
    return false;
}

static unsigned text(uint8_t *data, const char *s)
{
    size_t length = strlen(s);
    memcpy(data, s, length);
    return (unsigned)length;
}

static unsigned devids(const struct virtio_input_model *model, uint8_t *data)
{
    const uint16_t ids[] = { BUS_VIRTUAL, VENDOR, model->product, VERSION };
    for (unsigned i = 0; i < ARRAY_SIZE(ids); i++)
        st_le16(data + 2 * i, ids[i]);
    return sizeof ids;
}

static unsigned abs_info(const struct virtio_input_model *model, unsigned axis, uint8_t *data)
{
    const uint32_t info[] = { 0, INPUT_ABS_MAX, 0, 0, 0 };   /* min, max, fuzz, flat, res */
    if (!has_code(model, EV_ABS, axis))
        return 0;
    for (unsigned i = 0; i < ARRAY_SIZE(info); i++)
        st_le32(data + 4 * i, info[i]);
    return sizeof info;
}

/* 5.8.5.2: what cannot be answered, an input property among them, has size 0. */
static void answer_select(struct virtio_input *in)
{
    uint8_t *config = in->v.config, *data = config + CONFIG_DATA;
    unsigned subsel = config[CONFIG_SUBSEL], size = 0;
    memset(data, 0, CONFIG_DATA_MAX);
    switch (config[CONFIG_SELECT]) {
    case VIRTIO_INPUT_CFG_ID_NAME: size = subsel ? 0 : text(data, in->model->name); break;
    case VIRTIO_INPUT_CFG_ID_SERIAL: size = subsel ? 0 : text(data, in->device.id ? in->device.id : ""); break;
    case VIRTIO_INPUT_CFG_ID_DEVIDS: size = subsel ? 0 : devids(in->model, data); break;
    case VIRTIO_INPUT_CFG_EV_BITS: size = ev_bits(in->model, subsel, data); break;
    case VIRTIO_INPUT_CFG_ABS_INFO: size = abs_info(in->model, subsel, data); break;
    }
    config[CONFIG_DATA_SIZE] = (uint8_t)size;
}

static void input_config_write(struct virtio_device *v, unsigned offset, uint64_t value, unsigned size)
{
    struct virtio_input *in = container_of(v, struct virtio_input, v);
    for (unsigned i = 0; i < size && offset + i <= CONFIG_SUBSEL; i++)
        v->config[offset + i] = (uint8_t)(value >> 8 * i);
    answer_select(in);
}

/* ---- events ---- */

static void send_queued(struct virtio_input *in)
{
    struct virtq_chain chain;
    bool sent = false;
    while (in->queued && virtio_pop(&in->v, EVENTQ, &chain)) {
        uint8_t event[EVENT_SIZE];
        st_le16(event, in->type[in->first]);
        st_le16(event + 2, in->code[in->first]);
        st_le32(event + 4, in->value[in->first]);
        size_t written = virtq_write(in->device.dma, &chain.in, 0, event, sizeof event);
        if (written < sizeof event)
            guest_log(in->device.id, "a buffer of %zu bytes for an event of %d", written, EVENT_SIZE);
        virtio_push(&in->v, EVENTQ, chain.head, (uint32_t)written);
        in->first = (in->first + 1) % VIRTIO_INPUT_EVENTS;
        in->queued--;
        sent = true;
    }
    if (sent)
        virtio_notify(&in->v, EVENTQ);
}

static void append(struct virtio_input *in, uint16_t type, uint16_t code, uint32_t value)
{
    unsigned used = in->queued + in->open;
    if (used >= (type == EV_REL || type == EV_ABS ? MOTION_ROOM : VIRTIO_INPUT_EVENTS - (type != EV_SYN)))
        in->group_lost = true;
    if (in->group_lost)
        return;
    unsigned slot = (in->first + used) % VIRTIO_INPUT_EVENTS;
    in->type[slot] = type;
    in->code[slot] = code;
    in->value[slot] = value;
    in->open++;
}

/* The group is complete. One in which nothing was for this device is not worth an interrupt. */
static void end_group(struct virtio_input *in)
{
    if (in->open && !in->group_lost) {
        append(in, EV_SYN, 0, 0);
        in->queued += in->open;
    }
    in->open = 0;
    in->group_lost = false;
    send_queued(in);
}

/* Before the driver is there nobody listens, and what was typed then is not to arrive later. */
static void input_event(void *device, const struct input_event *event)
{
    static const uint8_t types[] = { [INPUT_KEY] = EV_KEY, [INPUT_ABS] = EV_ABS, [INPUT_REL] = EV_REL };
    struct virtio_input *in = device;
    if (!virtio_is_live(&in->v))
        return;
    if (event->kind == INPUT_SYNC)
        end_group(in);
    else if (event->kind < ARRAY_SIZE(types) && has_code(in->model, types[event->kind], event->code))
        append(in, types[event->kind], event->code, (uint32_t)event->value);
}

static bool input_taken(void *device)
{
    return !((struct virtio_input *)device)->queued;
}

static void take_status(struct virtio_input *in)
{
    struct virtq_chain chain;
    for (unsigned i = 0; i < QUEUE_SIZE && virtio_pop(&in->v, STATUSQ, &chain); i++) {
        uint8_t event[EVENT_SIZE];
        if (virtq_read(in->device.dma, &chain.out, 0, event, sizeof event) == sizeof event && ld_le16(event) == EV_LED) {
            uint32_t led = 1u << (ld_le16(event + 2) & 31);
            in->leds = ld_le32(event + 4) ? in->leds | led : in->leds & ~led;
        }
        virtio_push(&in->v, STATUSQ, chain.head, 0);
    }
    virtio_notify(&in->v, STATUSQ);
}

static void input_notify(struct virtio_device *v, unsigned queue)
{
    struct virtio_input *in = container_of(v, struct virtio_input, v);
    if (queue == EVENTQ)
        send_queued(in);
    else
        take_status(in);
}

static void input_virtio_reset(struct virtio_device *v)
{
    struct virtio_input *in = container_of(v, struct virtio_input, v);
    in->first = in->queued = in->open = 0;
    in->group_lost = false;
    in->leds = 0;
    memset(in->type, 0, sizeof in->type);
    memset(in->code, 0, sizeof in->code);
    memset(in->value, 0, sizeof in->value);
    v->config[CONFIG_SELECT] = v->config[CONFIG_SUBSEL] = 0;
    answer_select(in);
}

static const struct virtio_ops input_virtio = {
    .id = VIRTIO_ID_INPUT,
    .queue_count = 2,
    .queue_size = { QUEUE_SIZE, QUEUE_SIZE },
    .notify = input_notify,
    .config_write = input_config_write,
    .reset = input_virtio_reset,
};

int virtio_input_init(struct device *device, const struct virtio_input_model *model, struct error *err)
{
    struct virtio_input *in = (struct virtio_input *)device;
    in->model = model;
    if (in->port) {
        in->port->event = input_event;
        in->port->taken = input_taken;
        in->port->device = in;
        in->port->wants_keys = has_code(model, EV_KEY, KEY_ESC);
        in->port->wants_abs = has_code(model, EV_ABS, ABS_X);
        in->port->wants_rel = has_code(model, EV_REL, REL_X);
    }
    virtio_init(&in->v, device, &input_virtio, 0, CONFIG_SIZE);
    return virtio_plug(device->parent, &in->v, err);
}

void virtio_input_reset(struct device *device)
{
    virtio_reset(&((struct virtio_input *)device)->v);
}

void virtio_input_fini(struct device *device)
{
    virtio_unplug(&((struct virtio_input *)device)->v);
}
