/* SPDX-License-Identifier: MIT */
#include "frontends/cli/devices.h"

#include <stdlib.h>
#include <string.h>

#include "frontends/cli/parse.h"

/* What one -device says. */
struct device_words {
    char *driver, *chardev;
    const char *all;          /* the whole value, for messages */
};

/* A driver's name, and what adding one does. */
struct driver {
    const char *name;
    int (*add)(struct options *o, const struct device_words *d, struct error *err);
    bool is_on_virtio;        /* QEMU has it as NAME-device and NAME-pci too */
    bool has_chardev;
};

static int keep(char **to, const char *value)
{
    free(*to);
    *to = mem_strdup(value);
    return 0;
}

static int set_driver(void *to, const char *value, struct error *err)
{
    (void)err;
    return keep(&((struct device_words *)to)->driver, value);
}

static int set_chardev(void *to, const char *value, struct error *err)
{
    (void)err;
    return keep(&((struct device_words *)to)->chardev, value);
}

static int add_port(struct options *o, const struct device_words *d, int n, struct error *err)
{
    if (!d->chardev)
        return error_set(err, "-device %s needs chardev=ID, and a -chardev with that id", d->driver);
    if (o->consoles[n])
        return error_set(err, "-device %s: the machine has one, and it is at %s already", d->driver, o->consoles[n]);
    o->consoles[n] = o->console_ids[n] = mem_strdup(d->chardev);
    return 0;
}

static int add_console(struct options *o, const struct device_words *d, struct error *err) { return add_port(o, d, 0, err); }
static int add_serial_port(struct options *o, const struct device_words *d, struct error *err) { return add_port(o, d, 1, err); }

/* What the ports sit on comes with them, and a keyboard is always there. */
static int add_nothing(struct options *o, const struct device_words *d, struct error *err)
{
    (void)o, (void)d, (void)err;
    return 0;
}

static int add_pointer(struct options *o, const char *device, struct error *err)
{
    if (o->has_pointer && strcmp(o->pointer_device, device))
        return error_set(err, "-device: the machine has one pointer; choose virtio-tablet or virtio-mouse");
    o->has_pointer = true;
    o->pointer_device = device;
    return 0;
}

static int add_tablet(struct options *o, const struct device_words *d, struct error *err)
{
    (void)d;
    return add_pointer(o, "virtio-tablet", err);
}

static int add_mouse(struct options *o, const struct device_words *d, struct error *err)
{
    (void)d;
    return add_pointer(o, "virtio-mouse", err);
}

static const struct driver drivers[] = {
    { "virtio-mouse", add_mouse, true, false },     { "virtio-tablet", add_tablet, true, false },
    { "virtio-keyboard", add_nothing, true, false }, { "virtio-serial", add_nothing, true, false },
    { "virtconsole", add_console, false, true },    { "virtserialport", add_serial_port, false, true },
};

/* QEMU's names of virtio devices end in the transport they are on. Here all are on one, which is known when all options are. */
static const struct driver *find(struct options *o, const struct device_words *d)
{
    static const char on_mmio[] = "-device", on_pci[] = "-pci";
    for (size_t i = 0; i < ARRAY_SIZE(drivers); i++) {
        size_t length = strlen(drivers[i].name);
        const char *rest = strncmp(d->driver, drivers[i].name, length) ? NULL : d->driver + length;
        if (rest && !*rest)
            return &drivers[i];
        if (!rest || !drivers[i].is_on_virtio || (strcmp(rest, on_mmio) && strcmp(rest, on_pci)))
            continue;
        *(strcmp(rest, on_pci) ? &o->device_on_mmio : &o->device_on_pci) = d->all;
        return &drivers[i];
    }
    return NULL;
}

static int add(struct options *o, const struct device_words *d, struct error *err)
{
    const struct driver *driver = d->driver ? find(o, d) : NULL;
    if (!driver)
        return error_set(err, "-device: there is no '%s' to add; there are virtio-mouse, virtio-tablet, virtio-keyboard, "
                         "virtconsole and virtserialport (on virtio-serial). Others come from -drive, -nic and -vga",
                         d->driver ? d->driver : "");
    if (d->chardev && !driver->has_chardev)
        return error_set(err, "-device %s has no chardev; virtconsole and virtserialport have", d->driver);
    return driver->add(o, d, err);
}

int devices_add(struct options *o, const char *value, struct error *err)
{
    static const struct parse_key keys[] = { { "driver", set_driver }, { "chardev", set_chardev } };
    struct device_words d = { .all = value };
    int result = parse_list("-device", value, keys, ARRAY_SIZE(keys), &d, err);
    if (!result)
        result = add(o, &d, err);
    free(d.driver);
    free(d.chardev);
    return result;
}

int devices_settle(const struct options *o, struct error *err)
{
    if (o->device_on_pci && !o->virtio_is_on_pci)
        return error_set(err, "-device %s: virtio devices are memory-mapped here; add -machine virt,virtio=pci, or leave out "
                         "-pci", o->device_on_pci);
    if (o->device_on_mmio && o->virtio_is_on_pci)
        return error_set(err, "-device %s: virtio devices are on PCI here; leave out -device at the end of the name, or "
                         "virtio=pci", o->device_on_mmio);
    for (int i = 0; i < o->script_count; i++)
        if (o->script[i].kind == SCRIPT_POINTER && !strcmp(o->pointer_device, "virtio-mouse"))
            return error_set(err, "-pointer says a place on the screen, of which a mouse knows nothing; leave out -device "
                             "virtio-mouse");
    return 0;
}
