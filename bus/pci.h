/* SPDX-License-Identifier: MIT */
/* PCI between a host bridge and its functions (PCI Local Bus Specification 3.0, chapter 6): one bus of 32 slots with a function
   each, configuration space, base address registers, INTx lines. A host bridge's part starts with a pci_bus, a function's part
   embeds a pci_function and is put on its parent's bus. */
#ifndef BUS_PCI_H
#define BUS_PCI_H

#include "bus/device.h"

enum { PCI_SLOTS = 32, PCI_BARS = 6, PCI_LINES = 4, PCI_CONFIG_SIZE = 256 };

/* The header of type 0, figure 6-1 */
enum {
    PCI_VENDOR_ID = 0x00, PCI_DEVICE_ID = 0x02, PCI_COMMAND = 0x04, PCI_STATUS = 0x06, PCI_REVISION_ID = 0x08,
    PCI_CLASS_CODE = 0x09, PCI_CACHE_LINE_SIZE = 0x0c, PCI_BASE_ADDRESS = 0x10, PCI_SUBSYSTEM_VENDOR_ID = 0x2c,
    PCI_SUBSYSTEM_ID = 0x2e, PCI_CAPABILITIES = 0x34, PCI_INTERRUPT_LINE = 0x3c, PCI_INTERRUPT_PIN = 0x3d, PCI_HEADER_END = 0x40,
};

enum {
    PCI_COMMAND_MEMORY = 1 << 1, PCI_COMMAND_MASTER = 1 << 2, PCI_COMMAND_PARITY = 1 << 6, PCI_COMMAND_SERR = 1 << 8,
    PCI_COMMAND_INTX_DISABLE = 1 << 10, PCI_STATUS_INTERRUPT = 1 << 3, PCI_STATUS_CAPABILITIES = 1 << 4,
};

/* What a memory BAR says of itself in its low bits, 6.2.5.1 */
enum { PCI_BAR_32 = 0, PCI_BAR_64 = 4, PCI_BAR_PREFETCHABLE = 8 };

struct pci_bus;

struct pci_bar {
    uint64_t size;               /* a power of 2, at least 16; 0: there is none */
    const struct io_ops *ops;
    void *device;                /* what the ops are called with */
};

struct pci_function {
    struct device *owner;
    struct pci_bus *bus;
    unsigned slot;
    uint8_t config[PCI_CONFIG_SIZE];
    uint8_t writable[PCI_CONFIG_SIZE];   /* the bits that software can change */
    unsigned used;                       /* where the next capability goes */
    struct pci_bar bar[PCI_BARS];
    bool wants_interrupt;                /* on its INTx line */
    /* A load of these bytes comes (they may be brought up to date); a store to them was done. May be NULL. */
    void (*config_reading)(struct pci_function *f, unsigned offset, unsigned size);
    void (*config_written)(struct pci_function *f, unsigned offset, unsigned size);
};

#define PCI_FIELDS(type, f) \
    FIELD_ARRAY(type, f.config, FIELD_BYTES, PCI_CONFIG_SIZE), FIELD(type, f.wants_interrupt, FIELD_BOOL)

/* The first member of every host bridge's state struct. */
struct pci_bus {
    struct device device;
    struct irq intx[PCI_LINES];                /* INTA to INTD as they leave the bridge */
    struct pci_function *function[PCI_SLOTS];  /* NULL: an empty slot */
    struct space memory;                       /* PCI addresses: the BARs that decode now */
};

struct pci_identity {
    uint16_t vendor, device, subsystem_vendor, subsystem;
    uint32_t class_code;                 /* class, subclass, programming interface */
    uint8_t revision;
    bool has_interrupt;                  /* on INTA */
};

/* ---- for functions ---- */

/* In the part's init: takes a slot of the parent's bus. Fails if there is no such slot or it is occupied. */
int pci_plug(struct device *parent, struct pci_function *f, struct device *owner, unsigned slot, struct error *err);
void pci_unplug(struct pci_function *f);

/* In the part's reset: a header as after power on, without BARs and capabilities, which are then added again. A function
   without an identity (NULL) is not there: its slot reads as empty. */
void pci_define(struct pci_function *f, const struct pci_identity *identity);
void pci_add_bar(struct pci_function *f, unsigned n, unsigned kind, const struct pci_bar *bar);

/* A capability of `length` bytes, which are `body` from the third on (6.7); nothing of it is writable yet. Returns its place. */
unsigned pci_add_capability(struct pci_function *f, uint8_t id, const void *body, unsigned length);

/* Makes `length` bytes from `offset` on writable as a whole. */
void pci_make_writable(struct pci_function *f, unsigned offset, unsigned length);

/* Drives the function's INTx. */
void pci_interrupt(struct pci_function *f, bool wanted);

static inline bool pci_is_master(const struct pci_function *f)
{
    return f->config[PCI_COMMAND] & PCI_COMMAND_MASTER;
}

/* Do [offset, offset+size) and [at, at+length) meet? For config_reading and config_written. */
static inline bool pci_touches(unsigned offset, unsigned size, unsigned at, unsigned length)
{
    return offset < at + length && at < offset + size;
}

/* ---- for host bridges ---- */

/* `device` is the function's number on bus 0, (slot << 3 | function), as in a configuration address; size is 1, 2 or 4 and
   offset a multiple of it. Where nothing is, loads give all ones. */
uint32_t pci_config_load(struct pci_bus *bus, unsigned device, unsigned offset, unsigned size);
void pci_config_store(struct pci_bus *bus, unsigned device, unsigned offset, uint32_t value, unsigned size);

/* A processor's access to PCI memory. Where no BAR answers, loads give all ones, as after a master abort. */
uint64_t pci_memory_load(struct pci_bus *bus, gpa_t at, unsigned size);
void pci_memory_store(struct pci_bus *bus, gpa_t at, uint64_t value, unsigned size);

/* In the bridge's init and reset. */
void pci_bus_init(struct pci_bus *bus);

#endif
