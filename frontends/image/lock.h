/* SPDX-License-Identifier: MIT */
#ifndef FRONTENDS_IMAGE_LOCK_H
#define FRONTENDS_IMAGE_LOCK_H

#include "base/error.h"

/* Claims an open image for as long as it is open: readers share it, a writer has it alone. -1 and a message naming `file` when
   somebody else has it. */
int lock_image(int fd, const char *file, bool writing, struct error *err);

#endif
