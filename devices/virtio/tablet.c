/* SPDX-License-Identifier: MIT */
/* A virtio tablet: a pointer with absolute positions, so that the guest's pointer follows the host's without a grab; wheels and
   buttons are those of a mouse.
   In: an input port as "input". Out: through the transport. */
#include "devices/classes.h"
#include "devices/virtio/input.h"

static const struct virtio_input_codes tablet_codes[] = {
    { EV_KEY, BTN_LEFT, BTN_TASK },
    { EV_REL, REL_HWHEEL, REL_HWHEEL },
    { EV_REL, REL_WHEEL, REL_WHEEL },
    { EV_ABS, ABS_X, ABS_Y },
    { 0, 0, 0 },
};

static const struct virtio_input_model tablet_model = { "Orrery Virtio Tablet", 3, tablet_codes };

static int tablet_init(struct device *device, struct error *err)
{
    return virtio_input_init(device, &tablet_model, err);
}

const struct device_class virtio_tablet_class = {
    .name = "virtio-tablet",
    .manual = "OASIS virtio 1.2, 5.8",
    .size = sizeof(struct virtio_input),
    .ports = virtio_input_ports,
    .fields = virtio_input_fields,
    .init = tablet_init,
    .reset = virtio_input_reset,
    .fini = virtio_input_fini,
};
