/* SPDX-License-Identifier: MIT */
/* PL011 (ARM DDI 0183), polled, as the loader left it: a board with no firmware has it ready after reset. */
#include "roms/lib/uart.h"
#include "roms/lib/cpu.h"

enum {
    UART_BASE = 0x09000000,
    UARTDR = UART_BASE,
    UARTFR = UART_BASE + 0x18,
    UARTCR = UART_BASE + 0x30,
    UARTFR_RXFE = 1 << 4,
    UARTFR_TXFF = 1 << 5,
    UARTCR_ENABLE = 1 << 0 | 1 << 8 | 1 << 9,
};

static void uart_put(char c)
{
    while (mmio_read(UARTFR) & UARTFR_TXFF)
        ;
    mmio_write(UARTDR, (unsigned char)c);
}

void uart_write(const char *text)
{
    mmio_write(UARTCR, UARTCR_ENABLE);
    for (; *text; text++) {
        if (*text == '\n')
            uart_put('\r');
        uart_put(*text);
    }
}

int uart_read(void)
{
    if (mmio_read(UARTFR) & UARTFR_RXFE)
        return -1;
    return (int)(mmio_read(UARTDR) & 0xff);
}
