/* SPDX-License-Identifier: MIT */
#ifndef ROMS_LIB_UART_H
#define ROMS_LIB_UART_H

/* Writes text to the serial line, "\n" as "\r\n"; waits while the transmitter is full. */
void uart_write(const char *text);

/* The next character received, or -1. */
int uart_read(void);

#endif
