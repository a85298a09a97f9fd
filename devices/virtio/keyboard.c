/* SPDX-License-Identifier: MIT */
/* A virtio keyboard with every key Linux has a code for, and three LEDs. Keys repeat in the guest (EV_REP).
   In: an input port as "input". Out: through the transport. */
#include "devices/classes.h"
#include "devices/virtio/input.h"

static const struct virtio_input_codes keyboard_codes[] = {
    { EV_KEY, KEY_ESC, KEY_MICMUTE },
    { EV_LED, LED_NUML, LED_SCROLLL },
    { EV_REP, 0, 1 },
    { 0, 0, 0 },
};

static const struct virtio_input_model keyboard_model = { "Orrery Virtio Keyboard", 1, keyboard_codes };

static int keyboard_init(struct device *device, struct error *err)
{
    return virtio_input_init(device, &keyboard_model, err);
}

const struct device_class virtio_keyboard_class = {
    .name = "virtio-keyboard",
    .manual = "OASIS virtio 1.2, 5.8",
    .size = sizeof(struct virtio_input),
    .ports = virtio_input_ports,
    .fields = virtio_input_fields,
    .init = keyboard_init,
    .reset = virtio_input_reset,
    .fini = virtio_input_fini,
};
