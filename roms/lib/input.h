/* SPDX-License-Identifier: MIT */
#ifndef ROMS_LIB_INPUT_H
#define ROMS_LIB_INPUT_H

#include <stdbool.h>
#include <stdint.h>
#include "roms/lib/fdt.h"

/* Linux' numbers, which virtio-input speaks (Virtual I/O Device 1.1, 5.8). */
enum { EV_SYN = 0, EV_KEY = 1, EV_REL = 2, EV_ABS = 3 };
enum { ABS_X = 0, ABS_Y = 1, REL_X = 0, REL_Y = 1, REL_WHEEL = 8, BTN_LEFT = 0x110, BTN_RIGHT = 0x111, BTN_MIDDLE = 0x112 };

struct input_event {
    uint16_t type, code;
    uint32_t value;
};

/* Opens every virtio input device there is; returns how many. */
unsigned input_open(const struct fdt *fdt);

/* The next event of any device, in the order they came. */
bool input_take(struct input_event *event);

/* Is there one? To be asked with interrupts off, before sleeping. */
bool input_waits(void);

/* The largest absolute coordinate, and what the device calls itself. */
uint32_t input_range(void);
const char *input_name(unsigned index);

/* True once the board's power button was pressed: PL061 line 3. */
void button_open(void);
bool button_pressed(void);

#endif
