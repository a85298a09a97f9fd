/* SPDX-License-Identifier: MIT */
/* Catches: lost, doubled or reordered characters, a FIFO overrun that writes past its end, interrupts at the wrong level or stuck
   after their cause is gone, timeouts that never come or come while nothing waits, typed input lost before the driver is up. */
#include <string.h>

#include "bus/port.h"
#include "tests/support/device_fixture.h"
#include "tests/support/support.h"

enum {
    DR = 0x00, RSR = 0x04, FR = 0x18, ILPR = 0x20, IBRD = 0x24, FBRD = 0x28, LCR_H = 0x2c, CR = 0x30, IFLS = 0x34, IMSC = 0x38,
    RIS = 0x3c, MIS = 0x40, ICR = 0x44, DMACR = 0x48,
};
enum { CTS = 1 << 0, DSR = 1 << 1, DCD = 1 << 2, RXFE = 1 << 4, RXFF = 1 << 6, TXFE = 1 << 7, RI = 1 << 8 };
enum { UARTEN = 1, LBE = 0x80, TXE = 0x100, RXE = 0x200, DTR = 0x400, RTS = 0x800, OUT1 = 0x1000, OUT2 = 0x2000 };
enum { BRK = 1, FEN = 0x10, WLEN8 = 0x60 };
enum { RX = 0x10, TX = 0x20, RT = 0x40, FE = 0x80, BE = 0x200, OE = 0x400 };

static struct device_fixture *f;
static struct device *uart;
static gpa_t base;
static struct chardev line;
static char sent[256];
static size_t sent_count;

static void take(void *host, const uint8_t *data, size_t length)
{
    ck_assert_ptr_eq(host, &line);
    ck_assert_uint_le(sent_count + length, sizeof sent);
    memcpy(sent + sent_count, data, length);
    sent_count += length;
}

static uint32_t rd(unsigned reg)
{
    return (uint32_t)device_fixture_read(f, base + reg, 2);
}

static void wr(unsigned reg, uint32_t value)
{
    device_fixture_write(f, base + reg, 2, value);
}

static bool irq(void)
{
    return device_fixture_level(f, uart, "irq", 0);
}

/* Types as a host does: no more than there is room for. Returns how much was taken. */
static size_t type(const char *text)
{
    size_t length = strlen(text), room = line.room(line.device);
    if (length > room)
        length = room;
    line.receive(line.device, (const uint8_t *)text, length);
    return length;
}

static void start(struct chardev *port)
{
    sent_count = 0;
    line = (struct chardev){ .write = take, .host = &line };
    f = device_fixture_new();
    uart = device_fixture_add(f, "pl011");
    device_fixture_attach(uart, "chardev", port);
    device_fixture_start(f);
    base = device_fixture_base(f, uart, "regs");
}

/* As a driver leaves it: 115200 8N1 from 24 MHz, FIFOs on. */
static void setup(void)
{
    start(&line);
    wr(IBRD, 13);
    wr(FBRD, 1);
    wr(LCR_H, WLEN8 | FEN);
    wr(CR, UARTEN | TXE | RXE);
}

static void teardown(void)
{
    device_fixture_free(f);
}

START_TEST(is_found_with_fifos_of_sixteen)
{
    const uint8_t id[] = { 0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };
    for (unsigned i = 0; i < 8; i++)
        ck_assert_uint_eq(rd(0xfe0 + 4 * i), id[i]);
    ck_assert_uint_eq(line.room(line.device), 16);
}
END_TEST

START_TEST(reset_values_are_those_of_the_manual)
{
    wr(IMSC, 0x7ff);
    type("x");
    wr(CR, 0);
    device_fixture_reset(f);
    ck_assert_uint_eq(rd(CR), 0x300);
    ck_assert_uint_eq(rd(IFLS), 0x12);
    ck_assert_uint_eq(rd(FR), TXFE | RXFE | CTS | DSR | DCD);
    const unsigned zero[] = { DR, RSR, ILPR, IBRD, FBRD, LCR_H, IMSC, RIS, MIS, DMACR };
    for (unsigned i = 0; i < ARRAY_SIZE(zero); i++)
        ck_assert_uint_eq(rd(zero[i]), 0);
    ck_assert(!irq());
    ck_assert_uint_eq(clock_deadline(&f->clock), TICK_NEVER);
}
END_TEST

START_TEST(registers_keep_the_bits_that_exist)
{
    const struct { unsigned reg, kept; } regs[] = { { ILPR, 0xff }, { IBRD, 0xffff }, { FBRD, 0x3f }, { LCR_H, 0xff },
                                                    { CR, 0xff87 }, { IFLS, 0x3f }, { IMSC, 0x7ff }, { DMACR, 7 } };
    for (unsigned i = 0; i < ARRAY_SIZE(regs); i++) {
        device_fixture_write(f, base + regs[i].reg, 4, UINT32_MAX);
        ck_assert_uint_eq(device_fixture_read(f, base + regs[i].reg, 4), regs[i].kept);
        wr(regs[i].reg, 0);
        ck_assert_uint_eq(rd(regs[i].reg), 0);
    }
}
END_TEST

START_TEST(bytes_are_sent_at_once_in_order_by_any_access_size)
{
    device_fixture_write(f, base + DR, 1, 'a');
    device_fixture_write(f, base + DR, 2, 'b');
    device_fixture_write(f, base + DR, 4, 'c');
    for (int i = 0; i < 40; i++)
        wr(DR, '0' + i);
    ck_assert_uint_eq(sent_count, 43);
    ck_assert_mem_eq(sent, "abc0123", 7);
    ck_assert_uint_eq(rd(FR) & (TXFE | 0x28), TXFE);   /* neither BUSY nor TXFF */
}
END_TEST

START_TEST(tx_interrupt_follows_a_write_and_stays_away_without)
{
    wr(IMSC, TX);
    ck_assert(!irq());   /* a transition, not a level: an idle UART is silent */
    wr(DR, 'a');
    ck_assert(irq());
    ck_assert_uint_eq(rd(MIS), TX);
    wr(ICR, TX);
    ck_assert(!irq());
    wr(DR, 'b');
    ck_assert(irq());
    wr(IMSC, 0);
    ck_assert(!irq());
    ck_assert_uint_eq(rd(RIS), TX);
}
END_TEST

START_TEST(received_bytes_are_read_once_in_order)
{
    ck_assert_uint_eq(type("hello"), 5);
    for (const char *p = "hello"; *p; p++) {
        ck_assert_uint_eq(rd(FR) & RXFE, 0);
        ck_assert_uint_eq(rd(DR), (unsigned)*p);
    }
    ck_assert_uint_eq(rd(FR) & RXFE, RXFE);
    ck_assert_uint_eq(rd(DR), 0);
}
END_TEST

START_TEST(the_fifo_wraps_without_losing_order)
{
    char next_in = 'A', next_out = 'A';
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 11; i++) {
            uint8_t byte = (uint8_t)next_in++;
            line.receive(line.device, &byte, 1);
        }
        for (int i = 0; i < 11; i++)
            ck_assert_uint_eq(rd(DR), (uint8_t)next_out++);
    }
}
END_TEST

START_TEST(a_full_fifo_has_no_room)
{
    ck_assert_uint_eq(type("0123456789abcdefXYZ"), 16);
    ck_assert_uint_eq(rd(FR) & (RXFF | RXFE), RXFF);
    ck_assert_uint_eq(line.room(line.device), 0);
    rd(DR);
    ck_assert_uint_eq(line.room(line.device), 1);
    ck_assert_uint_eq(rd(FR) & (RXFF | RXFE), 0);
}
END_TEST

START_TEST(without_fifos_one_byte_fits)
{
    wr(LCR_H, WLEN8);
    wr(IMSC, RX);
    ck_assert_uint_eq(type("xyz"), 1);
    ck_assert_uint_eq(rd(FR) & RXFF, RXFF);
    ck_assert(irq());
    ck_assert_uint_eq(rd(DR), 'x');
    ck_assert(!irq());
}
END_TEST

START_TEST(switching_fifos_empties_them)
{
    wr(IMSC, RX | RT);
    type("0123456789");
    ck_assert(irq());
    wr(LCR_H, WLEN8);
    ck_assert(!irq());
    ck_assert_uint_eq(rd(FR) & (RXFE | RXFF), RXFE);
    ck_assert_uint_eq(clock_deadline(&f->clock), TICK_NEVER);
}
END_TEST

START_TEST(rx_interrupt_comes_at_each_selectable_level)
{
    const unsigned levels[] = { 2, 4, 8, 12, 14 };
    wr(IMSC, RX);
    for (unsigned select = 0; select < 5; select++) {
        wr(IFLS, select << 3);
        for (unsigned n = 1; n < levels[select]; n++) {
            type("x");
            ck_assert(!irq());
        }
        type("x");
        ck_assert(irq());
        rd(DR);
        ck_assert(!irq());   /* below the level again */
        while (!(rd(FR) & RXFE))
            rd(DR);
    }
}
END_TEST

START_TEST(rx_interrupt_can_be_cleared_before_reading)
{
    wr(IMSC, RX);
    type("12345678");
    ck_assert(irq());
    wr(ICR, RX);
    ck_assert(!irq());
    type("9");
    ck_assert(irq());
}
END_TEST

START_TEST(a_lone_byte_times_out_after_32_bit_times)
{
    wr(IMSC, RX | RT);
    type("x");
    ck_assert(!irq());
    tick_t wait = clock_ticks_of(8 * (13 * 64 + 1), 24000000);   /* 32 bits at 24 MHz / 16 / (13 + 1/64): 277.7 us */
    device_fixture_run(f, wait - 1);
    ck_assert(!irq());
    device_fixture_run(f, 1);
    ck_assert(irq());
    ck_assert_uint_eq(rd(MIS), RT);
    ck_assert_uint_eq(rd(DR), 'x');
    ck_assert(!irq());
}
END_TEST

START_TEST(each_byte_restarts_the_timeout_and_an_empty_fifo_stops_it)
{
    wr(IMSC, RT);
    type("x");
    device_fixture_run(f, 200 * TICKS_PER_US);
    type("y");
    device_fixture_run(f, 200 * TICKS_PER_US);
    ck_assert(!irq());
    device_fixture_run(f, 100 * TICKS_PER_US);
    ck_assert(irq());
    rd(DR);
    ck_assert(irq());   /* still one to read */
    rd(DR);
    ck_assert(!irq());
    type("z");
    rd(DR);
    device_fixture_run(f, TICKS_PER_MS);
    ck_assert(!irq());
}
END_TEST

START_TEST(the_timeout_mask_enables_the_timer_itself)
{
    type("x");
    device_fixture_run(f, TICKS_PER_MS);
    ck_assert_uint_eq(rd(RIS) & RT, 0);
    wr(IMSC, RT);
    device_fixture_run(f, TICKS_PER_MS);
    ck_assert_uint_eq(rd(RIS) & RT, RT);
    wr(IMSC, 0);
    ck_assert_uint_eq(rd(RIS) & RT, 0);
}
END_TEST

START_TEST(a_timeout_can_be_cleared_without_reading)
{
    wr(IMSC, RT);
    type("x");
    device_fixture_run(f, TICKS_PER_MS);
    wr(ICR, RT);
    ck_assert(!irq());
}
END_TEST

START_TEST(a_disabled_receiver_leaves_the_input_with_the_host)
{
    wr(CR, TXE | RXE);
    ck_assert_uint_eq(type("x"), 0);
    wr(CR, UARTEN | TXE);
    ck_assert_uint_eq(type("x"), 0);
    wr(CR, UARTEN | LBE | TXE | RXE);
    ck_assert_uint_eq(type("x"), 0);
    wr(CR, UARTEN | TXE | RXE);
    ck_assert_uint_eq(type("x"), 1);
}
END_TEST

START_TEST(loopback_returns_what_is_sent_and_keeps_it_from_the_line)
{
    wr(CR, UARTEN | LBE | TXE | RXE);
    wr(DR, 'q');
    ck_assert_uint_eq(sent_count, 0);
    ck_assert_uint_eq(rd(DR), 'q');
}
END_TEST

START_TEST(an_overrun_keeps_the_fifo_and_marks_the_next_byte)
{
    wr(CR, UARTEN | LBE | TXE | RXE);
    wr(IMSC, OE);
    for (int i = 0; i < 16; i++)
        wr(DR, 'a' + i);
    ck_assert(!irq());
    wr(DR, 'X');
    ck_assert(irq());
    ck_assert_uint_eq(rd(RSR) & 8, 8);
    wr(ICR, OE);
    ck_assert(!irq());
    ck_assert_uint_eq(rd(DR), 'a');
    ck_assert_uint_eq(rd(RSR), 8);   /* stays until it is cleared */
    wr(RSR, 0);
    ck_assert_uint_eq(rd(RSR), 0);
    wr(DR, 'Y');
    for (int i = 1; i < 16; i++)
        ck_assert_uint_eq(rd(DR), (unsigned)('a' + i));
    ck_assert_uint_eq(rd(DR), 0x800 | 'Y');
    ck_assert_uint_eq(rd(RSR), 8);
}
END_TEST

START_TEST(a_break_is_received_as_one_zero_with_its_errors)
{
    wr(CR, UARTEN | LBE | TXE | RXE);
    wr(IMSC, BE);
    wr(LCR_H, WLEN8 | FEN | BRK);
    wr(LCR_H, WLEN8 | FEN | BRK);
    ck_assert(irq());
    ck_assert_uint_eq(rd(RIS) & (FE | BE), FE | BE);
    ck_assert_uint_eq(rd(DR), 0x500);
    ck_assert_uint_eq(rd(RSR), 5);
    ck_assert_uint_eq(rd(FR) & RXFE, RXFE);
    wr(ICR, BE | FE);
    ck_assert(!irq());
}
END_TEST

START_TEST(looped_back_modem_outputs_are_its_inputs_and_interrupt_on_change)
{
    wr(CR, UARTEN | LBE);
    wr(ICR, 0x7ff);
    const struct { unsigned cr, fr, ris; } lines[] = { { RTS, CTS, 2 }, { DTR, DSR, 8 }, { OUT1, DCD, 4 }, { OUT2, RI, 1 } };
    for (unsigned i = 0; i < ARRAY_SIZE(lines); i++) {
        wr(CR, UARTEN | LBE | lines[i].cr);
        ck_assert_uint_eq(rd(FR) & (CTS | DSR | DCD | RI), lines[i].fr);
        ck_assert_uint_eq(rd(RIS), lines[i].ris);
        wr(CR, UARTEN | LBE);
        wr(ICR, 0x7ff);
        ck_assert_uint_eq(rd(RIS), 0);
    }
}
END_TEST

START_TEST(without_a_cable_it_sends_into_the_void)
{
    device_fixture_free(f);
    start(NULL);
    wr(DR, 'a');
    ck_assert_uint_eq(rd(FR) & (CTS | DSR | DCD), 0);
    ck_assert_uint_eq(rd(FR) & TXFE, TXFE);
}
END_TEST

START_TEST(a_guest_that_sets_nothing_up_is_heard)
{
    device_fixture_reset(f);
    device_fixture_write(f, base + DR, 4, 'h');
    ck_assert_uint_eq(sent_count, 1);
}
END_TEST

START_TEST(a_clock_of_zero_is_refused)
{
    struct device_fixture *g = device_fixture_new();
    struct error err;
    device_fixture_option(device_fixture_add(g, "pl011"), "clock", 0);
    ck_assert_int_eq(device_fixture_try_start(g, &err), -1);
    device_fixture_free(g);
}
END_TEST

static void drop(void *host, const uint8_t *data, size_t length)
{
    (void)host;
    (void)data;
    (void)length;
}

static uint64_t hammered(void)
{
    uint64_t hash = 0;
    line.write = drop;
    for (uint64_t slice = 0; slice < 100; slice++) {
        hash = device_fixture_hammer(f, uart, 0, 1000, 77 + slice);
        type("typed while the guest runs wild");
    }
    return hash;
}

START_TEST(random_accesses_do_no_harm_and_repeat)
{
    uint64_t first = hammered();
    device_fixture_free(f);
    setup();
    ck_assert_uint_eq(hammered(), first);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("pl011");
    TCase *t = tcase_create("pl011");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, is_found_with_fifos_of_sixteen);
    tcase_add_test(t, reset_values_are_those_of_the_manual);
    tcase_add_test(t, registers_keep_the_bits_that_exist);
    tcase_add_test(t, bytes_are_sent_at_once_in_order_by_any_access_size);
    tcase_add_test(t, tx_interrupt_follows_a_write_and_stays_away_without);
    tcase_add_test(t, received_bytes_are_read_once_in_order);
    tcase_add_test(t, the_fifo_wraps_without_losing_order);
    tcase_add_test(t, a_full_fifo_has_no_room);
    tcase_add_test(t, without_fifos_one_byte_fits);
    tcase_add_test(t, switching_fifos_empties_them);
    tcase_add_test(t, rx_interrupt_comes_at_each_selectable_level);
    tcase_add_test(t, rx_interrupt_can_be_cleared_before_reading);
    tcase_add_test(t, a_lone_byte_times_out_after_32_bit_times);
    tcase_add_test(t, each_byte_restarts_the_timeout_and_an_empty_fifo_stops_it);
    tcase_add_test(t, the_timeout_mask_enables_the_timer_itself);
    tcase_add_test(t, a_timeout_can_be_cleared_without_reading);
    tcase_add_test(t, a_disabled_receiver_leaves_the_input_with_the_host);
    tcase_add_test(t, loopback_returns_what_is_sent_and_keeps_it_from_the_line);
    tcase_add_test(t, an_overrun_keeps_the_fifo_and_marks_the_next_byte);
    tcase_add_test(t, a_break_is_received_as_one_zero_with_its_errors);
    tcase_add_test(t, looped_back_modem_outputs_are_its_inputs_and_interrupt_on_change);
    tcase_add_test(t, without_a_cable_it_sends_into_the_void);
    tcase_add_test(t, a_guest_that_sets_nothing_up_is_heard);
    tcase_add_test(t, a_clock_of_zero_is_refused);
    tcase_add_test(t, random_accesses_do_no_harm_and_repeat);
    tcase_set_timeout(t, 60);
    suite_add_tcase(suite, t);
    return suite;
}
