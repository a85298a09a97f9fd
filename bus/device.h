/* SPDX-License-Identifier: MIT */
/* What every part of a board has in common. A class is a const descriptor listed in devices/classes.def; a board's table names
   classes, and the builder (boards/build.c) makes the parts, maps their regions and connects their wires. */
#ifndef BUS_DEVICE_H
#define BUS_DEVICE_H

#include "base/error.h"
#include "bus/clock.h"
#include "bus/irq.h"
#include "bus/space.h"
#include "bus/state.h"

struct device;

/* A window of registers; the board's table gives its address. */
struct device_region {
    const char *name;
    uint64_t size;          /* bytes */
    const struct io_ops *ops;   /* called with the device's state struct */
};

/* A wire that the part drives: `struct irq` at `offset` in its state struct. */
struct device_pin {
    const char *name;       /* "irq", "intr", "poweroff" */
    uint32_t offset;
    uint32_t count;         /* 1, or the length of an array of struct irq (then the board says name[i]) */
};

/* A host port: a pointer to a port struct at `offset`, filled before init; NULL if the user attached nothing. */
enum port_kind { PORT_CHARDEV, PORT_BLOCKDEV, PORT_NETDEV, PORT_DISPLAY, PORT_INPUT, PORT_AUDIO, PORT_POWER };
struct device_port {
    const char *name;
    enum port_kind kind;
    uint32_t offset;
};

/* A number or text that a board gives its part ("num_irq"), stored before init. */
enum option_kind { OPTION_U32, OPTION_U64, OPTION_TEXT };
struct device_option {
    const char *name;
    enum option_kind kind;
    uint32_t offset;        /* uint32_t, uint64_t or const char * in the state struct */
    uint64_t fallback;      /* when the board says nothing */
};

struct device_class {
    const char *name;                      /* "pl011" */
    const char *manual;                    /* the document it is written from */
    size_t size;                           /* of the state struct, whose first member is struct device */
    const struct device_region *regions;   /* these five lists end with a row without a name; NULL when empty */
    const struct device_pin *pins;
    const struct device_port *ports;
    const struct device_option *options;
    const struct field *fields;            /* ends with FIELD_LIST_END */
    void (*input)(void *device, unsigned input, bool level);   /* the part's input wires, by number; may be NULL */
    int (*init)(struct device *device, struct error *err);     /* once; everything above is in place; may be NULL */
    void (*reset)(struct device *device);                      /* power-on state, also on a machine's reset; may be NULL */
    void (*fini)(struct device *device);                       /* frees what init took; may be NULL */
    const char *compatible;                /* device tree: NUL-separated list, ended by an empty string; NULL: no node */
};

/* The first member of every part's state struct. */
struct device {
    const struct device_class *class;
    const char *id;            /* the board's name for it: "uart0" */
    struct clock *clock;
    struct space *dma;         /* the space its DMA walks */
    struct device *parent;     /* the part it sits on (a virtio device on its transport), or NULL */
};

#endif
