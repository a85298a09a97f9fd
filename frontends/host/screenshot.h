/* SPDX-License-Identifier: MIT */
/* A picture of the guest's screen as a PNG file. */
#ifndef FRONTENDS_HOST_SCREENSHOT_H
#define FRONTENDS_HOST_SCREENSHOT_H

#include "base/error.h"
#include "bus/port.h"

/* Writes the frame; one without pixels (the screen is off) as a black picture. 0, or -1 with err filled. */
int screenshot_write(const char *file, const struct display_frame *frame, struct error *err);

/* Writes what the display shows now; NULL is a display that is off. To be called on the machine's thread. */
int screenshot_take(const char *file, struct display *display, struct error *err);

#endif
