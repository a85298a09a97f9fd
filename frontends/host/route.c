/* SPDX-License-Identifier: MIT */
#include "frontends/host/route.h"

#include "frontends/host/typist.h"

/* Linux input-event-codes.h */
enum {
    REL_X = 0, REL_Y = 1, REL_HWHEEL = 6, REL_WHEEL = 8,
    ABS_X = 0, ABS_Y = 1,
    BTN_FIRST = 0x100, BTN_LAST = 0x15f
};

static struct input *first_that(const struct host_loop_ports *ports, bool (*wants)(const struct input *))
{
    for (size_t i = 0; i < ARRAY_SIZE(ports->inputs); i++)
        if (ports->inputs[i] && ports->inputs[i]->event && wants(ports->inputs[i]))
            return ports->inputs[i];
    return NULL;
}

static bool wants_keys(const struct input *input) { return input->wants_keys; }
static bool wants_abs(const struct input *input) { return input->wants_abs; }
static bool wants_rel(const struct input *input) { return input->wants_rel; }

static struct input *pointer_of(const struct host_loop_ports *ports)
{
    struct input *tablet = first_that(ports, wants_abs);
    return tablet ? tablet : first_that(ports, wants_rel);
}

static void send(struct input *input, enum input_kind kind, uint16_t code, int32_t value)
{
    struct input_event event = { .kind = (uint8_t)kind, .code = code, .value = value };
    if (input)
        input->event(input->device, &event);
}

/* Two axes at once, so that the guest sees one movement. Relative axes that did not move are left out. */
static void send_pair(struct input *input, enum input_kind kind, const uint16_t code[2], int32_t x, int32_t y)
{
    if (kind == INPUT_ABS || x)
        send(input, kind, code[0], x);
    if (kind == INPUT_ABS || y)
        send(input, kind, code[1], y);
    send(input, INPUT_SYNC, 0, 0);
}

static void send_key(const struct host_loop_ports *ports, const struct host_message *message)
{
    bool is_button = message->code >= BTN_FIRST && message->code <= BTN_LAST;
    struct input *input = is_button ? pointer_of(ports) : first_that(ports, wants_keys);
    send(input, INPUT_KEY, message->code, message->value);
    send(input, INPUT_SYNC, 0, 0);
}

void route_message(const struct host_loop_ports *ports, const struct host_message *message)
{
    static const uint16_t abs_axes[2] = { ABS_X, ABS_Y }, rel_axes[2] = { REL_X, REL_Y }, wheels[2] = { REL_HWHEEL, REL_WHEEL };

    switch (message->kind) {
    case HOST_KEY:
        send_key(ports, message);
        break;
    case HOST_POINTER:
        send_pair(first_that(ports, wants_abs), INPUT_ABS, abs_axes, message->x, message->y);
        break;
    case HOST_MOTION:
        send_pair(first_that(ports, wants_rel), INPUT_REL, rel_axes, message->x, message->y);
        break;
    case HOST_WHEEL:
        send_pair(pointer_of(ports), INPUT_REL, wheels, message->x, message->y);
        break;
    case HOST_SERIAL:
        if (ports->serial)
            ports->serial(ports->serial_owner, message->bytes, message->length);
        break;
    case HOST_RESIZE:
        if (ports->display && ports->display->resize)
            ports->display->resize(ports->display->device, (unsigned)message->x, (unsigned)message->y);
        break;
    case HOST_POWER:
        if (ports->power && ports->power->button)
            ports->power->button(ports->power->device);
        break;
    case HOST_TYPE:
        if (ports->typist && message->code)
            typist_add(ports->typist, (struct layout_stroke){ message->code, (uint8_t)message->value });
        else if (ports->typist)
            typist_stop(ports->typist);
        break;
    case HOST_TIMING:   /* the loop's own */
        break;
    }
}

bool route_keys_taken(const struct host_loop_ports *ports)
{
    const struct input *keyboard = first_that(ports, wants_keys);
    return !keyboard || !keyboard->taken || keyboard->taken(keyboard->device);
}
