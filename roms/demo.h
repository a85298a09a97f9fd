/* SPDX-License-Identifier: MIT */
/* The built-in guest program, made from roms/demo/demo.img by roms/embed. */
#ifndef ROMS_DEMO_H
#define ROMS_DEMO_H

#include <stddef.h>

extern const unsigned char rom_demo_image[];
extern const size_t rom_demo_size;

#endif
