/* SPDX-License-Identifier: MIT */
/* The power button of a front panel: not a chip, a spring. A press is a pulse long enough for a guest to debounce.
   In: presses from the "power" port. Out: "out", high while pressed. */
#include "bus/device.h"
#include "bus/port.h"
#include "devices/classes.h"

enum { PRESS_MS = 100 };

struct power_button {
    struct device device;
    struct irq out;
    struct event released;
    struct power *panel;
};

static const struct field power_button_fields[] = {
    FIELD(struct power_button, out, FIELD_IRQ),
    FIELD(struct power_button, released, FIELD_EVENT),
    FIELD_LIST_END
};

static void release(void *owner, tick_t late)
{
    (void)late;
    struct power_button *button = owner;
    irq_set(&button->out, false);
}

/* A second press while the first one lasts makes it last longer. */
static void press(void *device)
{
    struct power_button *button = device;
    struct clock *clock = button->device.clock;
    clock_at(clock, &button->released, clock->now + PRESS_MS * TICKS_PER_MS);
    irq_set(&button->out, true);
}

static int power_button_init(struct device *device, struct error *err)
{
    (void)err;
    struct power_button *button = (struct power_button *)device;
    button->released = (struct event){ .fire = release, .owner = button };
    if (button->panel) {
        button->panel->button = press;
        button->panel->device = button;
    }
    return 0;
}

static void power_button_reset(struct device *device)
{
    struct power_button *button = (struct power_button *)device;
    clock_cancel(device->clock, &button->released);
    irq_set(&button->out, false);
}

const struct device_class power_button_class = {
    .name = "power-button",
    .manual = "Linux devicetree/bindings/input/gpio-keys.yaml",
    .size = sizeof(struct power_button),
    .pins = (const struct device_pin[]){ { "out", offsetof(struct power_button, out), 1 }, { 0 } },
    .ports = (const struct device_port[]){ { "power", PORT_POWER, offsetof(struct power_button, panel) }, { 0 } },
    .fields = power_button_fields,
    .init = power_button_init,
    .reset = power_button_reset,
};
