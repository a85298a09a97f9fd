/* SPDX-License-Identifier: MIT */
/* The formats of disk images: which are read, and what others look like. */
#ifndef FRONTENDS_IMAGE_FORMAT_H
#define FRONTENDS_IMAGE_FORMAT_H

#include "base/error.h"
#include "bus/port.h"

enum image_format { FORMAT_RAW, FORMAT_QCOW2, FORMAT_UNKNOWN };

/* What a user calls a format; -1 and advice when it is none that is supported. `file` is for the message. */
int format_of_name(const char *name, const char *file, enum image_format *format, struct error *err);

/* What a file begins like: FORMAT_UNKNOWN, with err saying what it is and what to do, if like an image that is not supported,
   FORMAT_RAW if like none. Nothing may *choose* a writable disk's format by this: a guest can write what it likes to the start of
   its raw disk. */
enum image_format format_of_bytes(const uint8_t head[BLOCK_SECTOR], const char *file, struct error *err);

#endif
