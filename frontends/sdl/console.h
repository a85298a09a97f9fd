/* SPDX-License-Identifier: MIT */
/* The window's view of the serial line: a terminal, drawn into pixels, and keys turned into what a terminal sends. */
#ifndef FRONTENDS_SDL_CONSOLE_H
#define FRONTENDS_SDL_CONSOLE_H

#include <SDL_keyboard.h>

#include "frontends/host/loop.h"

struct console;

/* What is typed goes to the loop's serial port. */
struct console *console_new(struct host_loop *loop);
void console_free(struct console *console);

/* What the guest wrote. */
void console_show(struct console *console, const uint8_t *data, size_t length);

/* Chooses how large a letter's pixels are for a window of so many pixels. The terminal keeps its 80 columns and 25 rows: a
   serial line has no way to tell the guest of others, and its programs draw for that size. */
void console_fit(struct console *console, int width, int height);

/* Pixels, XRGB, drawn afresh if needed; true if they differ from the last call's. */
bool console_draw(struct console *console, const uint32_t **pixels, int *width, int *height);

/* A key that makes no text (cursor keys, Ctrl with a letter …); those that do come by console_type. */
void console_key(struct console *console, const SDL_Keysym *key);
void console_type(struct console *console, const char *text);
void console_paste(struct console *console);    /* the clipboard's text */

/* Looks back (positive) or forward by lines. */
void console_scroll(struct console *console, int lines);

#endif
