/* SPDX-License-Identifier: MIT */
/* The guest's side of a virtio device, for tests: a virtio-mmio slot or a PCI function with one device in it, negotiation, and
   split virtqueues as a driver keeps them. The registers are those of virtio-mmio; driver_pci.c finds them on the other transport. What goes through it obeys the specification; a test that wants to break the rules writes registers
   and rings itself. */
#ifndef TESTS_DEVICES_VIRTIO_DRIVER_H
#define TESTS_DEVICES_VIRTIO_DRIVER_H

#include "devices/virtio/virtio.h"
#include "tests/support/device_fixture.h"

/* Registers, 4.2.2 */
enum {
    REG_MAGIC = 0x00, REG_VERSION = 0x04, REG_DEVICE_ID = 0x08, REG_DEVICE_FEATURES = 0x10, REG_DEVICE_FEATURES_SEL = 0x14,
    REG_DRIVER_FEATURES = 0x20, REG_DRIVER_FEATURES_SEL = 0x24, REG_QUEUE_SEL = 0x30,
    REG_QUEUE_NUM_MAX = 0x34, REG_QUEUE_NUM = 0x38,
    REG_QUEUE_READY = 0x44, REG_QUEUE_NOTIFY = 0x50, REG_INTERRUPT_STATUS = 0x60, REG_INTERRUPT_ACK = 0x64, REG_STATUS = 0x70,
    REG_QUEUE_DESC = 0x80, REG_QUEUE_DRIVER = 0x90, REG_QUEUE_DEVICE = 0xa0, REG_CONFIG_GENERATION = 0xfc, REG_CONFIG = 0x100,
};

enum { DESC_NEXT = 1, DESC_WRITE = 2, DESC_INDIRECT = 4 };

struct driver_queue {
    uint16_t size;
    gpa_t desc, avail, used;
    uint16_t free[1024], free_count;      /* descriptors nobody uses */
    uint16_t avail_idx, avail_kicked, used_seen;
};

struct driver {
    struct device_fixture *f;
    struct device *host, *slot, *part;    /* host: the PCI host bridge, or NULL with virtio-mmio */
    gpa_t regs, heap;                     /* guest memory is handed out from `heap` up and never taken back */
    gpa_t config, table;                  /* on PCI: the function's configuration space, the BAR of its MSI-X table */
    unsigned queue_count;                 /* after driver_boot */
    uint64_t features;                    /* agreed on */
    struct driver_queue queue[VIRTIO_QUEUES];
};

struct driver_buffer {
    gpa_t at;
    uint32_t length;
    bool in;                              /* the device writes it */
};

/* A slot with a part of this class; attach ports and set options of d->part, then driver_start. */
struct driver *driver_new(const char *class_name);
struct driver *driver_new_pci(const char *class_name);
void driver_start(struct driver *d);
void driver_free(struct driver *d);

uint32_t driver_load(const struct driver *d, unsigned reg);
void driver_store(const struct driver *d, unsigned reg, uint32_t value);
uint64_t driver_config(const struct driver *d, unsigned offset, unsigned size);
uint64_t driver_offered(const struct driver *d);

/* Reset, then negotiation of `features` as they are; true if the device kept FEATURES_OK. */
bool driver_negotiate(struct driver *d, uint64_t features);

/* Allocates and enables a queue; size 0: as large as the device allows. */
void driver_setup_queue(struct driver *d, unsigned n, uint16_t size);

/* All of it: negotiates what is both offered and wanted, sets up every queue, DRIVER_OK. */
void driver_boot(struct driver *d, uint64_t wanted);

gpa_t driver_alloc(struct driver *d, uint64_t size);
gpa_t driver_alloc_bytes(struct driver *d, const void *data, size_t size);
void driver_get(const struct driver *d, gpa_t at, void *data, size_t size);

/* Makes a chain available; returns its head. With `indirect` it takes one descriptor and a table of its own. */
uint16_t driver_add(struct driver *d, unsigned n, const struct driver_buffer *buffers, unsigned count, bool indirect);

/* Writes one descriptor (2.7.5) at an address. */
void driver_store_desc(struct driver *d, gpa_t at, gpa_t to, uint32_t length, uint16_t flags, uint16_t next);

/* Notifies if the device asked for it; tells whether it did. */
bool driver_kick(struct driver *d, unsigned n);

/* Takes the next used chain: false when there is none. */
bool driver_take(struct driver *d, unsigned n, uint16_t *head, uint32_t *written);

/* With VIRTIO_F_EVENT_IDX: interrupt after `more` further chains (0: with the next). */
void driver_set_used_event(struct driver *d, unsigned n, uint16_t more);

/* Adds, kicks, lets `wait` pass, expects exactly this chain back; returns the bytes written. */
uint32_t driver_run(struct driver *d, unsigned n, const struct driver_buffer *buffers, unsigned count, tick_t wait);

bool driver_irq(const struct driver *d);
uint32_t driver_take_causes(struct driver *d);   /* reads and acknowledges, as an interrupt handler does */

/* ---- driver_pci.c ---- */

/* Where what a register of virtio-mmio holds is found on PCI: an address, and how wide it is. 0: it has no such place. */
gpa_t driver_pci_register(const struct driver *d, unsigned reg, unsigned *size);

/* Gives the function's BARs their addresses, and makes it a bus master. */
void driver_pci_place(struct driver *d);

/* A message for each vector, to an address of the test's own; all unmasked. */
void driver_pci_enable_msix(struct driver *d, gpa_t to);

#endif
