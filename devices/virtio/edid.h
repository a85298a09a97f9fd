/* SPDX-License-Identifier: MIT */
#ifndef DEVICES_VIRTIO_EDID_H
#define DEVICES_VIRTIO_EDID_H

#include "base/types.h"

enum { EDID_SIZE = 128, EDID_MAX = 4095 };   /* bytes of the block; pixels that a timing can describe in one direction */

/* Describes a monitor whose preferred mode is width x height pixels, each 1 to EDID_MAX, at 60 Hz (less where the pixel clock
   would not fit): VESA E-EDID 1.4. */
void edid_make(uint8_t edid[EDID_SIZE], unsigned width, unsigned height);

#endif
