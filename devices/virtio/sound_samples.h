/* SPDX-License-Identifier: MIT */
/* Sample formats and rates of virtio sound streams (virtio 1.2, 5.14.6.6.2). */
#ifndef DEVICES_VIRTIO_SOUND_SAMPLES_H
#define DEVICES_VIRTIO_SOUND_SAMPLES_H

#include "base/types.h"

struct sound_format {
    uint8_t number;             /* VIRTIO_SND_PCM_FMT_* */
    uint8_t bytes;              /* of one sample */
    uint8_t silence;            /* each byte of a sample that is not heard */
    int16_t (*sample)(const uint8_t *bytes);   /* one sample as the host's port wants it */
};

/* NULL when it is not supported. */
const struct sound_format *sound_format(unsigned number);

/* Frames a second of a VIRTIO_SND_PCM_RATE_*, or 0. */
uint32_t sound_rate(unsigned number);

enum { SOUND_FORMATS = 64, SOUND_RATES = 64 };   /* numbers are below these: bits of the bit maps */

#endif
