/* SPDX-License-Identifier: MIT */
/* What a hostile guest does to a PCI bus and the function under attack: configuration, address windows, what is in them. */
#ifndef TESTS_FUZZ_HOSTILE_PCI_H
#define TESTS_FUZZ_HOSTILE_PCI_H

#include "tests/fuzz/bench.h"

/* As a driver does first: windows for the function's registers, and leave to use memory. */
void hostile_pci_enable(struct bench *b);

/* One action. */
void hostile_pci(struct bench *b, struct tape *tape);

#endif
