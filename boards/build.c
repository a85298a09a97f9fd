/* SPDX-License-Identifier: MIT */
/* From a board's table to parts: made, mapped, wired, reset. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boards/board.h"
#include "cpu/arm64/cluster.h"
#include "cpu/arm64/core.h"
#include "devices/classes.h"

void *board_port(const struct machine *m, const char *name, enum port_kind kind)
{
    for (int i = 0; i < m->config.port_count; i++)
        if (!strcmp(m->config.ports[i].name, name) && m->config.ports[i].kind == kind)
            return m->config.ports[i].port;
    return NULL;
}

/* What the user attached to the part's first (0) or second port; NULL: nothing, or it has none. */
static void *port_of(const struct machine *m, const struct part *part, const struct device_class *class, unsigned n)
{
    const char *name = n ? part->port2 : part->port;
    return name && class->ports ? board_port(m, name, class->ports[n].kind) : NULL;
}

static void plug_port(const struct machine *m, const struct part *part, struct device *device, unsigned n)
{
    void *port = port_of(m, part, device->class, n);
    if (port)
        *(void **)((char *)device + device->class->ports[n].offset) = port;
}

static bool is_wanted(const struct machine *m, const struct part *part, const struct device_class *class)
{
    switch (part->when) {
    case PART_IF_PORT: return port_of(m, part, class, 0) || port_of(m, part, class, 1);
    case PART_IF_DISPLAY: return m->config.display_device && !strcmp(m->config.display_device, part->class);
    case PART_IF_POINTER: return m->config.pointer_device && !strcmp(m->config.pointer_device, part->class);
    case PART_IF_PCI: return m->config.virtio_is_on_pci;
    default: return true;
    }
}

const char *board_parent(const struct machine *m, const struct part *part)
{
    return part->on_pci && m->config.virtio_is_on_pci ? part->on_pci : part->parent;
}

void board_option(struct device *device, const char *name, uint64_t value)
{
    const struct device_option *option = device->class->options;
    while (option && option->name && strcmp(option->name, name))
        option++;
    bug_on(!option || !option->name);
    void *at = (char *)device + option->offset;
    switch (option->kind) {
    case OPTION_U32: *(uint32_t *)at = (uint32_t)value; break;
    case OPTION_U64: *(uint64_t *)at = value; break;
    case OPTION_TEXT: bug_on(true);
    }
}

static void set_options(struct machine *m, const struct part *part, struct device *device)
{
    for (const struct device_option *o = device->class->options; o && o->name; o++)
        if (o->kind != OPTION_TEXT)
            board_option(device, o->name, o->fallback);
    for (int i = 0; i < PART_OPTIONS && part->options[i].name; i++)
        board_option(device, part->options[i].name, part->options[i].value);
    if (m->board->options)
        m->board->options(m, part, device);
}

static int make_part(struct machine *m, const struct part *part, const struct device_class *class, struct error *err)
{
    struct device *device = mem_alloc(class->size);
    const char *parent = board_parent(m, part);
    device->class = class;
    device->id = part->id;
    device->clock = &m->clock;
    device->dma = &m->space;
    device->parent = parent ? machine_part(m, parent) : NULL;
    bug_on(m->built_count == BOARD_PARTS || (parent && !device->parent));
    m->built[m->built_count++] = (struct built){ part, device };
    set_options(m, part, device);
    plug_port(m, part, device, 0);
    plug_port(m, part, device, 1);
    for (int i = 0; class->regions && class->regions[i].name; i++) {
        bug_on(i == PART_REGIONS);
        if (space_add_io(&m->space, part->id, part->base[i], class->regions[i].size, class->regions[i].ops, device, err))
            return -1;
    }
    if (class->init && class->init(device, err))
        return error_prefix(err, "%s", part->id);
    return 0;
}

/* The struct irq of "name" or "name[3]", or that `index` further. */
static struct irq *find_pin(struct device *device, const char *name, unsigned index)
{
    size_t length = strcspn(name, "[");
    index += name[length] ? (unsigned)atoi(name + length + 1) : 0;
    for (const struct device_pin *pin = device->class->pins; pin && pin->name; pin++)
        if (strlen(pin->name) == length && !strncmp(pin->name, name, length) && index < pin->count)
            return (struct irq *)((char *)device + pin->offset) + index;
    bug_on(true);
}

static void connect(struct machine *m, struct irq *from, const char *to, unsigned input)
{
    struct device *listener = machine_part(m, to);
    bug_on(!listener || !listener->class->input);
    irq_connect(from, listener->class->input, listener, input);
}

static void connect_part(struct machine *m, const struct built *b)
{
    for (int i = 0; i < PART_WIRES && b->part->wires[i].pin; i++) {
        const struct wire *w = &b->part->wires[i];
        bool is_core = !strcmp(w->to, "cpu");
        for (unsigned k = 0; is_core && k < m->core_count; k++)
            irq_connect(find_pin(b->device, w->pin, k), arm64_input, m->cores[k], w->input);
        for (unsigned k = 0; !is_core && k < (w->count ? w->count : 1); k++)
            connect(m, find_pin(b->device, w->pin, k), w->to, w->input + k);
    }
}

static void connect_core(struct machine *m, unsigned number)
{
    enum { INPUTS = 32 };   /* of the interrupt controller for each core */
    struct arm64 *c = m->cores[number];
    struct irq *const pins[] = { &c->timer_irq[0], &c->timer_irq[1], &c->pmu.irq };
    for (unsigned i = 0; i < ARRAY_SIZE(pins) && m->board->core_wires[i].to; i++)
        connect(m, pins[i], m->board->core_wires[i].to, m->board->core_wires[i].input + INPUTS * number);
}

int board_build(struct machine *m, struct error *err)
{
    for (unsigned i = 0; i < m->board->part_count; i++) {
        const struct part *part = &m->board->parts[i];
        const struct device_class *class = device_class_find(part->class);
        bug_on(!class);
        if (is_wanted(m, part, class) && make_part(m, part, class, err))
            return -1;
    }
    for (unsigned i = 0; i < m->built_count; i++)
        connect_part(m, &m->built[i]);
    for (unsigned i = 0; i < m->core_count; i++)
        connect_core(m, i);
    return 0;
}

void board_reset(struct machine *m)
{
    for (unsigned i = 0; i < m->core_count; i++) {
        arm64_reset(m->cores[i]);
        if (i)
            cluster_power_off(m->cores[i]);
    }
    for (unsigned i = 0; i < m->built_count; i++)
        if (m->built[i].device->class->reset)
            m->built[i].device->class->reset(m->built[i].device);
}

void board_free(struct machine *m)
{
    while (m->built_count) {
        struct device *device = m->built[--m->built_count].device;
        if (device->class->fini)
            device->class->fini(device);
        free(device);
    }
}
