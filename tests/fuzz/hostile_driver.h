/* SPDX-License-Identifier: MIT */
/* A hostile driver of a virtio device: rings with bad indices, lengths, loops and chains, indirect tables, buffers that overlap or
   are not in RAM, requests that are nearly right. It speaks to the device as a transport does (virtio.h, "for transports"), so it
   is the same behind each of them; the transports' registers are attacked as registers. */
#ifndef TESTS_FUZZ_HOSTILE_DRIVER_H
#define TESTS_FUZZ_HOSTILE_DRIVER_H

#include "tests/fuzz/bench.h"

/* Numbers as guests write them, and addresses: mostly in the window, else where no memory is, or at its edges. */
uint64_t hostile_number(struct tape *tape, const struct bench *b);
gpa_t hostile_address(struct tape *tape, const struct bench *b);

/* One action each. */
void hostile_boot(struct bench *b, struct tape *tape);
void hostile_descriptor(struct bench *b, struct tape *tape);
void hostile_available(struct bench *b, struct tape *tape);
void hostile_notify(struct bench *b, struct tape *tape);
void hostile_request(struct bench *b, struct tape *tape);
void hostile_status(struct bench *b, struct tape *tape);
void hostile_config(struct bench *b, struct tape *tape);

/* A driver that does everything right finds a device that does too. */
void hostile_recovers(struct bench *b);

#endif
