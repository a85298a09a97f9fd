/* SPDX-License-Identifier: MIT */
/* The keys behind Ctrl-A on a terminal that the guest's serial line shares with the emulator, as QEMU's users know them. */
#ifndef FRONTENDS_HOST_MUX_H
#define FRONTENDS_HOST_MUX_H

#include "base/types.h"

enum mux_action { MUX_FORWARD, MUX_SWALLOW, MUX_QUIT, MUX_HELP, MUX_MONITOR, MUX_SAVE, MUX_BREAK, MUX_TIMESTAMPS, MUX_TIMING,
                  MUX_POWER };

struct mux {
    bool is_escaped;       /* the byte before was Ctrl-A */
    bool stamps_lines;
    bool is_inside_line;   /* of the guest's output */
};

/* What to do about a byte that was typed. MUX_FORWARD: it is the guest's. MUX_TIMESTAMPS is done already. MUX_TIMING: the caller
   switches time keeping, and tells the user what it is now. */
enum mux_action mux_key(struct mux *mux, uint8_t byte);

/* What to tell the user about an action; NULL for nothing. Lines end with \r\n, since the terminal may be raw. */
const char *mux_message(const struct mux *mux, enum mux_action action);

/* Hands the guest's output on, with the virtual time at the start of each line if wanted. */
void mux_output(struct mux *mux, tick_t now, const uint8_t *data, size_t length,
                void (*emit)(void *to, const void *data, size_t length), void *to);

#endif
