/* SPDX-License-Identifier: MIT */
/* A virtio mouse: counts of motion, two wheels, eight buttons.
   In: an input port as "input". Out: through the transport. */
#include "devices/classes.h"
#include "devices/virtio/input.h"

static const struct virtio_input_codes mouse_codes[] = {
    { EV_KEY, BTN_LEFT, BTN_TASK },
    { EV_REL, REL_X, REL_Y },
    { EV_REL, REL_HWHEEL, REL_HWHEEL },
    { EV_REL, REL_WHEEL, REL_WHEEL },
    { 0, 0, 0 },
};

static const struct virtio_input_model mouse_model = { "Orrery Virtio Mouse", 2, mouse_codes };

static int mouse_init(struct device *device, struct error *err)
{
    return virtio_input_init(device, &mouse_model, err);
}

const struct device_class virtio_mouse_class = {
    .name = "virtio-mouse",
    .manual = "OASIS virtio 1.2, 5.8",
    .size = sizeof(struct virtio_input),
    .ports = virtio_input_ports,
    .fields = virtio_input_fields,
    .init = mouse_init,
    .reset = virtio_input_reset,
    .fini = virtio_input_fini,
};
