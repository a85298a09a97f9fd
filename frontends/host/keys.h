/* SPDX-License-Identifier: MIT */
/* Keys by the names of QEMU's sendkey command. */
#ifndef FRONTENDS_HOST_KEYS_H
#define FRONTENDS_HOST_KEYS_H

#include "base/error.h"

enum { KEYS_CHORD = 8 };

/* The Linux key code of a name ("ret", "f1", "ctrl"), or 0. */
uint16_t keys_code(const char *name, size_t length);

/* Takes the first group off a text such as "ctrl-alt-f1,ret": the codes to be pressed together. Returns how many, 0 at the end
   of the text, or -1 with err filled when a name is unknown. */
int keys_next_chord(const char **text, uint16_t codes[KEYS_CHORD], struct error *err);

/* Checks a whole text: 0, or -1 with err filled. */
int keys_check(const char *text, struct error *err);

#endif
