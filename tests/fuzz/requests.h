/* SPDX-License-Identifier: MIT */
/* What virtio drivers ask of each kind of device, as pictures (requests.def): a hostile driver gets deep into a device with
   requests that are nearly right. A device of a kind without pictures gets words. */
#ifndef TESTS_FUZZ_REQUESTS_H
#define TESTS_FUZZ_REQUESTS_H

#include "tests/fuzz/tape.h"

enum { REQUEST_BYTES = 256 };

struct request {
    uint8_t queue;
    uint8_t out[REQUEST_BYTES];   /* driver to device */
    uint32_t out_length;          /* may be more than there are bytes above: what lies in memory follows */
    uint32_t in_length;           /* room for the device's answer */
};

/* A request for a device of this virtio id with so many queues. Addresses in it lie in guest memory from `window` on. */
void request_draw(struct request *r, struct tape *tape, unsigned id, unsigned queues, uint64_t window);

#endif
