/* SPDX-License-Identifier: MIT */
/* ARM PrimeCell UART PL011, from DDI 0183G; the revision (r1p1) whose FIFOs are 16 deep, as its ID registers say.
   In: bytes from the "chardev" port; the option "clock", UARTCLK in Hz. Out: bytes to the port; UARTINTR as "irq".
   A byte written is sent at once, so the transmit FIFO is always empty. What a guest written for an emulator leaves out is
   forgiven: it may send without setting UARTEN, and all characters have 8 bits. IrDA and DMA are registers only. */
#include <string.h>

#include "base/log.h"
#include "bus/device.h"
#include "bus/port.h"
#include "devices/classes.h"
#include "devices/primecell.h"

enum {
    UARTDR = 0x00, UARTRSR = 0x04, UARTFR = 0x18, UARTILPR = 0x20, UARTIBRD = 0x24, UARTFBRD = 0x28, UARTLCR_H = 0x2c,
    UARTCR = 0x30, UARTIFLS = 0x34, UARTIMSC = 0x38, UARTRIS = 0x3c, UARTMIS = 0x40, UARTICR = 0x44, UARTDMACR = 0x48,
};

/* Received characters carry their errors in <11:8>; UARTRSR shows those of the last one read in <3:0>. */
enum { DR_FE = 1 << 8, DR_BE = 1 << 10, DR_OE = 1 << 11, RSR_OE = 1 << 3 };

enum {
    FR_CTS = 1 << 0, FR_DSR = 1 << 1, FR_DCD = 1 << 2, FR_RXFE = 1 << 4, FR_RXFF = 1 << 6, FR_TXFE = 1 << 7, FR_RI = 1 << 8,
};

enum { LCR_H_BRK = 1 << 0, LCR_H_FEN = 1 << 4 };

enum {
    CR_UARTEN = 1 << 0, CR_LBE = 1 << 7, CR_TXE = 1 << 8, CR_RXE = 1 << 9, CR_DTR = 1 << 10, CR_RTS = 1 << 11, CR_OUT1 = 1 << 12,
    CR_OUT2 = 1 << 13, CR_MASK = 0xff87, CR_RESET = CR_TXE | CR_RXE,
};

enum {
    INT_RI = 1 << 0, INT_CTS = 1 << 1, INT_DCD = 1 << 2, INT_DSR = 1 << 3, INT_RX = 1 << 4, INT_TX = 1 << 5, INT_RT = 1 << 6,
    INT_FE = 1 << 7, INT_BE = 1 << 9, INT_OE = 1 << 10, INT_MASK = 0x7ff,
};

enum { IFLS_RESET = 0x12, FIFO_DEPTH = 16, RT_BITS = 32, PERIPH_ID = 0x00141011 };

struct pl011 {
    struct device device;
    struct irq irq;
    struct event receive_timeout;
    struct chardev *line;      /* NULL: no cable */
    uint32_t clock_hz;         /* option */
    uint16_t fifo[FIFO_DEPTH]; /* received: error bits and data as UARTDR shows them */
    uint8_t fifo_first, fifo_count;
    bool overrun;              /* a character was lost since the last one that found room */
    uint8_t rsr, ilpr, lcr_h, ifls, fbrd, dmacr;
    uint16_t ibrd, cr, imsc, ris;
};

static const struct field pl011_fields[] = {
    FIELD(struct pl011, irq, FIELD_IRQ),
    FIELD(struct pl011, receive_timeout, FIELD_EVENT),
    FIELD_ARRAY(struct pl011, fifo, FIELD_U16, FIFO_DEPTH),
    FIELD(struct pl011, fifo_first, FIELD_U8),
    FIELD(struct pl011, fifo_count, FIELD_U8),
    FIELD(struct pl011, overrun, FIELD_BOOL),
    FIELD(struct pl011, rsr, FIELD_U8),
    FIELD(struct pl011, ilpr, FIELD_U8),
    FIELD(struct pl011, lcr_h, FIELD_U8),
    FIELD(struct pl011, ifls, FIELD_U8),
    FIELD(struct pl011, fbrd, FIELD_U8),
    FIELD(struct pl011, dmacr, FIELD_U8),
    FIELD(struct pl011, ibrd, FIELD_U16),
    FIELD(struct pl011, cr, FIELD_U16),
    FIELD(struct pl011, imsc, FIELD_U16),
    FIELD(struct pl011, ris, FIELD_U16),
    FIELD_LIST_END
};

static void drive(struct pl011 *uart)
{
    irq_set(&uart->irq, uart->ris & uart->imsc);
}

static bool loops_back(const struct pl011 *uart)
{
    return uart->cr & CR_LBE;
}

/* ---- receiver ---- */

static unsigned depth(const struct pl011 *uart)
{
    return uart->lcr_h & LCR_H_FEN ? FIFO_DEPTH : 1;
}

/* UARTIFLS.RXIFLSEL: how many characters raise the receive interrupt (3.3.9). Reserved values act as the highest. */
static unsigned receive_trigger(const struct pl011 *uart)
{
    static const uint8_t eighths[] = { 1, 2, 4, 6, 7, 7, 7, 7 };
    unsigned trigger = depth(uart) * eighths[uart->ifls >> 3 & 7] / 8;
    return trigger ? trigger : 1;
}

/* The time of 32 bits. Without a divisor a real UART stands still; here it is taken as the smallest one. */
static tick_t timeout_ticks(const struct pl011 *uart)
{
    unsigned divisor = uart->ibrd * 64u + uart->fbrd;   /* in 64ths; a bit is 16 of UARTCLK divided by it (3.3.6) */
    return clock_ticks_of((uint64_t)RT_BITS * 16 * (divisor < 64 ? 64 : divisor) / 64, uart->clock_hz);
}

/* Starts the wait anew if there is something to wait with. The mask enables the timer itself: UARTRIS never shows a timeout that
   UARTMIS does not (3.3.11). */
static void expect_timeout(struct pl011 *uart)
{
    if (uart->fifo_count && uart->imsc & INT_RT)
        clock_at(uart->device.clock, &uart->receive_timeout, uart->device.clock->now + timeout_ticks(uart));
    else
        clock_cancel(uart->device.clock, &uart->receive_timeout);
}

static void timeout_reached(void *owner, tick_t late)
{
    (void)late;
    struct pl011 *uart = owner;
    uart->ris |= INT_RT;
    drive(uart);
}

/* One character with its errors arrives. Without room it is lost, and the next one that is stored tells so. */
static void receive(struct pl011 *uart, unsigned character)
{
    if (character & DR_FE)
        uart->ris |= INT_FE;
    if (character & DR_BE)
        uart->ris |= INT_BE;
    if (uart->fifo_count >= depth(uart)) {
        uart->overrun = true;
        uart->rsr |= RSR_OE;
        uart->ris |= INT_OE;
    } else {
        unsigned at = (uart->fifo_first + uart->fifo_count++) % FIFO_DEPTH;
        uart->fifo[at] = (uint16_t)(character | (uart->overrun ? DR_OE : 0));
        uart->overrun = false;
    }
    if (uart->fifo_count >= receive_trigger(uart))
        uart->ris |= INT_RX;
    expect_timeout(uart);
}

/* The FIFO is empty, by reading or by being switched over. */
static void emptied(struct pl011 *uart)
{
    uart->ris &= ~(INT_RX | INT_RT);
    clock_cancel(uart->device.clock, &uart->receive_timeout);
}

static unsigned read_character(struct pl011 *uart)
{
    if (!uart->fifo_count)
        return 0;
    unsigned character = uart->fifo[uart->fifo_first];
    uart->fifo_first = (uart->fifo_first + 1) % FIFO_DEPTH;
    uart->fifo_count--;
    uart->rsr = (uart->rsr & RSR_OE) | (character >> 8 & 0xf);
    if (uart->fifo_count < receive_trigger(uart))
        uart->ris &= ~INT_RX;
    if (!uart->fifo_count)
        emptied(uart);
    return character;
}

/* A disabled receiver does not lose what the user types ahead: the host keeps it. */
static size_t line_room(void *device)
{
    const struct pl011 *uart = device;
    bool listens = uart->cr & CR_UARTEN && uart->cr & CR_RXE && !loops_back(uart);
    return listens ? depth(uart) - uart->fifo_count : 0;
}

static void line_receive(void *device, const uint8_t *data, size_t length)
{
    struct pl011 *uart = device;
    while (length--)
        receive(uart, *data++);
    drive(uart);
}

/* ---- transmitter and modem lines ---- */

/* The interrupt comes from the FIFO's level falling to its trigger (2.8.3), which a byte written and sent at once makes it do. */
static void send(struct pl011 *uart, uint8_t byte)
{
    if (!loops_back(uart))
        chardev_write(uart->line, &byte, 1);
    else if (uart->cr & CR_RXE)
        receive(uart, byte);
    uart->ris |= INT_TX;
}

/* A cable's far end is ready always; looped back, the lines are our own outputs (3.3.8). */
static unsigned modem_lines(const struct pl011 *uart)
{
    if (!loops_back(uart))
        return uart->line ? FR_CTS | FR_DSR | FR_DCD : 0;
    return (uart->cr & CR_RTS ? FR_CTS : 0) | (uart->cr & CR_DTR ? FR_DSR : 0) |
           (uart->cr & CR_OUT1 ? FR_DCD : 0) | (uart->cr & CR_OUT2 ? FR_RI : 0);
}

static void write_cr(struct pl011 *uart, unsigned value)
{
    unsigned before = modem_lines(uart);
    uart->cr = value & CR_MASK;
    unsigned changed = before ^ modem_lines(uart);
    uart->ris |= (changed & FR_CTS ? INT_CTS : 0) | (changed & FR_DSR ? INT_DSR : 0) |
                 (changed & FR_DCD ? INT_DCD : 0) | (changed & FR_RI ? INT_RI : 0);
}

static void write_lcr_h(struct pl011 *uart, unsigned value)
{
    unsigned changed = uart->lcr_h ^ value;
    uart->lcr_h = (uint8_t)value;
    if (changed & LCR_H_FEN) {
        uart->fifo_count = uart->fifo_first = 0;
        emptied(uart);
    }
    /* A break is one zero without a stop bit, however long it lasts. There is no way to pass it to the host. */
    if (changed & value & LCR_H_BRK && loops_back(uart) && uart->cr & CR_RXE)
        receive(uart, DR_BE | DR_FE);
}

static unsigned flags(const struct pl011 *uart)
{
    return modem_lines(uart) | FR_TXFE | (uart->fifo_count ? 0 : FR_RXFE) | (uart->fifo_count >= depth(uart) ? FR_RXFF : 0);
}

/* ---- registers ---- */

static uint64_t pl011_read(void *device, uint64_t offset, unsigned size)
{
    (void)size;
    struct pl011 *uart = device;
    switch (offset) {
    case UARTDR: {
        unsigned character = read_character(uart);
        drive(uart);
        return character;
    }
    case UARTRSR: return uart->rsr;
    case UARTFR: return flags(uart);
    case UARTILPR: return uart->ilpr;
    case UARTIBRD: return uart->ibrd;
    case UARTFBRD: return uart->fbrd;
    case UARTLCR_H: return uart->lcr_h;
    case UARTCR: return uart->cr;
    case UARTIFLS: return uart->ifls;
    case UARTIMSC: return uart->imsc;
    case UARTRIS: return uart->ris;
    case UARTMIS: return uart->ris & uart->imsc;
    case UARTDMACR: return uart->dmacr;
    case PRIMECELL_PERIPHID0 ... PRIMECELL_CELLID3: return primecell_id(PERIPH_ID, offset);
    default:
        guest_log(uart->device.id, "load from 0x%llx, where no readable register is", (unsigned long long)offset);
        return 0;
    }
}

static void pl011_write(void *device, uint64_t offset, uint64_t value, unsigned size)
{
    (void)size;
    struct pl011 *uart = device;
    switch (offset) {
    case UARTDR: send(uart, (uint8_t)value); break;
    case UARTRSR: uart->rsr = 0; break;   /* UARTECR: any value clears */
    case UARTILPR: uart->ilpr = (uint8_t)value; break;
    case UARTIBRD: uart->ibrd = (uint16_t)value; break;
    case UARTFBRD: uart->fbrd = value & 0x3f; break;
    case UARTLCR_H: write_lcr_h(uart, value & 0xff); break;
    case UARTCR: write_cr(uart, value & 0xffff); break;
    case UARTIFLS: uart->ifls = value & 0x3f; break;
    case UARTIMSC:
        uart->imsc = value & INT_MASK;
        uart->ris &= uart->imsc | ~INT_RT;
        if (!(uart->ris & INT_RT))
            expect_timeout(uart);
        break;
    case UARTICR: uart->ris &= ~value; break;
    case UARTDMACR: uart->dmacr = value & 7; break;
    default: guest_log(uart->device.id, "store to 0x%llx, where no writable register is", (unsigned long long)offset);
    }
    drive(uart);
}

static int pl011_init(struct device *device, struct error *err)
{
    struct pl011 *uart = (struct pl011 *)device;
    if (!uart->clock_hz)
        return error_set(err, "%s: clock must be at least 1 Hz", device->id);
    uart->receive_timeout = (struct event){ .fire = timeout_reached, .owner = uart };
    if (uart->line) {
        uart->line->room = line_room;
        uart->line->receive = line_receive;
        uart->line->device = uart;
    }
    return 0;
}

static void pl011_reset(struct device *device)
{
    struct pl011 *uart = (struct pl011 *)device;
    memset(uart->fifo, 0, sizeof uart->fifo);
    uart->fifo_first = uart->fifo_count = 0;
    uart->overrun = false;
    uart->rsr = uart->ilpr = uart->lcr_h = uart->fbrd = uart->dmacr = 0;
    uart->ibrd = uart->imsc = uart->ris = 0;
    uart->ifls = IFLS_RESET;
    uart->cr = CR_RESET;
    emptied(uart);
    drive(uart);
}

/* Drivers use bytes (U-Boot), halfwords (Linux on AMBA) and words. */
static const struct io_ops pl011_ops = { pl011_read, pl011_write, .min_size = 1, .max_size = 4 };

const struct device_class pl011_class = {
    .name = "pl011",
    .manual = "ARM DDI 0183G",
    .size = sizeof(struct pl011),
    .regions = (const struct device_region[]){ { "regs", PRIMECELL_SIZE, &pl011_ops }, { 0 } },
    .pins = (const struct device_pin[]){ { "irq", offsetof(struct pl011, irq), 1 }, { 0 } },
    .ports = (const struct device_port[]){ { "chardev", PORT_CHARDEV, offsetof(struct pl011, line) }, { 0 } },
    .options = (const struct device_option[]){ { "clock", OPTION_U32, offsetof(struct pl011, clock_hz), 24000000 }, { 0 } },
    .fields = pl011_fields,
    .init = pl011_init,
    .reset = pl011_reset,
    .compatible = "arm,pl011\0arm,primecell\0",
};
