/* SPDX-License-Identifier: MIT */
#ifndef DEVICES_CLASSES_H
#define DEVICES_CLASSES_H

#include "bus/device.h"

/* Every class of devices/classes.def, in its order; ends with NULL. */
extern const struct device_class *const device_classes[];

/* The class of this name, or NULL. */
const struct device_class *device_class_find(const char *name);

/* The classes themselves, for boards' tables and tests. */
#define DEVICE(class_symbol) extern const struct device_class class_symbol;
#include "devices/classes.def"
#undef DEVICE

#endif
