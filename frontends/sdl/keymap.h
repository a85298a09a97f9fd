/* SPDX-License-Identifier: MIT */
/* SDL's scancodes (places on the keyboard) as Linux key codes. */
#ifndef FRONTENDS_SDL_KEYMAP_H
#define FRONTENDS_SDL_KEYMAP_H

#include <SDL_scancode.h>

#include "base/types.h"

/* 0 for a key that Linux has no code for. */
uint16_t keymap_code(SDL_Scancode scancode);

#endif
