/* SPDX-License-Identifier: MIT */
/* A driver gone mad: what a hostile guest may do to a virtio device. */
#ifndef TESTS_DEVICES_VIRTIO_MAD_DRIVER_H
#define TESTS_DEVICES_VIRTIO_MAD_DRIVER_H

#include "tests/devices/virtio/driver.h"

/* Fills `bytes` with what looks like a request to this kind of device. */
typedef void mad_mutate(struct driver *d, uint64_t *random, uint8_t *bytes, unsigned size);

/* `steps` random actions from `seed`: registers; rings; descriptors that loop, point anywhere, in wrong directions, at each
   other's tables; requests that are nearly right; kicks; time; `between` (may be NULL), in which the host's side acts; and now
   and then a proper start. At the end the device must still start. */
void mad_driver_run(struct driver *d, int steps, uint64_t seed, mad_mutate *mutate,
                    void (*between)(void *to, uint64_t *random), void *to);

/* xorshift64*: the same on every host. */
uint64_t mad_random(uint64_t *state);

#endif
