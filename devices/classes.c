/* SPDX-License-Identifier: MIT */
#include "devices/classes.h"

#include <string.h>

const struct device_class *const device_classes[] = {
#define DEVICE(class_symbol) &class_symbol,
#include "devices/classes.def"
#undef DEVICE
    NULL
};

const struct device_class *device_class_find(const char *name)
{
    for (const struct device_class *const *class = device_classes; *class; class++)
        if (!strcmp((*class)->name, name))
            return *class;
    return NULL;
}
