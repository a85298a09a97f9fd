/* SPDX-License-Identifier: MIT */
/* MSI-X of a PCI function (PCI Local Bus Specification 3.0, 6.8.2): a table of messages in a BAR of its own, and the capability
   that leads to it. A message is a store of 32 bits to a doorbell (space_message) or to RAM, nowhere else. */
#ifndef BUS_MSIX_H
#define BUS_MSIX_H

#include "bus/pci.h"

enum { MSIX_VECTORS = 8, MSIX_ENTRY = 16, MSIX_BAR_SIZE = 0x1000 };

struct msix {
    struct pci_function *function;
    unsigned capability;                         /* its place in configuration space */
    unsigned count;                              /* vectors; 0: none yet */
    uint8_t table[MSIX_VECTORS * MSIX_ENTRY];
    uint32_t pending;                            /* a bit for each vector */
};

#define MSIX_FIELDS(type, m) \
    FIELD_ARRAY(type, m.table, FIELD_BYTES, MSIX_VECTORS * MSIX_ENTRY), FIELD(type, m.pending, FIELD_U32)

/* In the part's reset, behind pci_define: `count` vectors, all masked, in BAR `bar`. */
void msix_define(struct msix *m, struct pci_function *f, unsigned count, unsigned bar);

/* Has software switched the function over from INTx? */
bool msix_is_enabled(const struct msix *m);

/* Sends the vector's message, or keeps it pending while it may not be sent. A vector that does not exist sends nothing. */
void msix_signal(struct msix *m, unsigned vector);

/* To be called after every store to configuration space: what is pending may be sent now. */
void msix_config_written(struct msix *m);

#endif
