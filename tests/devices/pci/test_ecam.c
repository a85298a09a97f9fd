/* SPDX-License-Identifier: MIT */
/* Catches: functions that answer where none is, identities that software can change, BARs that report a wrong size, that answer
   while they are off, at an old address or over RAM, two BARs at one address that take each other's accesses, capability lists
   that loop, interrupts on a neighbour's line. */
#include "base/bits.h"
#include "bus/pci.h"
#include "tests/support/device_fixture.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

enum { SLOTS = 3, BAR1_SIZE = 0x1000, BAR4_SIZE = 0x4000, STATUS = 20, COMMAND_ON = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER };

/* PCI addresses the windows begin with: the fallbacks of the class's options. */
#define WINDOW64 (1ull << 39)

struct setup {
    struct device_fixture *f;
    struct device *host, *function[SLOTS];
    gpa_t ecam, mmio, mmio64;
};

/* Entropy devices in slots 1 to 3. */
static struct setup start(void)
{
    struct setup s = { .f = device_fixture_new() };
    s.host = device_fixture_add(s.f, "pci-ecam");
    for (unsigned i = 0; i < SLOTS; i++) {
        s.function[i] = device_fixture_add(s.f, "virtio-pci");
        s.function[i]->parent = s.host;
        device_fixture_option(s.function[i], "slot", i + 1);
        device_fixture_add(s.f, "virtio-rng")->parent = s.function[i];
    }
    device_fixture_start(s.f);
    s.ecam = device_fixture_base(s.f, s.host, "ecam");
    s.mmio = device_fixture_base(s.f, s.host, "mmio");
    s.mmio64 = device_fixture_base(s.f, s.host, "mmio64");
    return s;
}

static uint64_t config(const struct setup *s, unsigned slot, unsigned offset, unsigned size)
{
    return device_fixture_read(s->f, s->ecam + (slot << 15) + offset, size);
}

static void set_config(const struct setup *s, unsigned slot, unsigned offset, unsigned size, uint64_t value)
{
    device_fixture_write(s->f, s->ecam + (slot << 15) + offset, size, value);
}

static void set_bar4(const struct setup *s, unsigned slot, uint64_t at)
{
    set_config(s, slot, PCI_BASE_ADDRESS + 16, 4, (uint32_t)at);
    set_config(s, slot, PCI_BASE_ADDRESS + 20, 4, at >> 32);
}

/* Is a device's status register at this address of the window? It is written, to tell one function from another. */
static bool answers(const struct setup *s, gpa_t at)
{
    return device_fixture_read(s->f, at + STATUS, 1) != 0xff;
}

START_TEST(where_no_function_is_loads_give_all_ones)
{
    struct setup s = start();
    const gpa_t nowhere[] = { 4 << 15, 31 << 15, 1 << 12, 1 << 15 | 7 << 12, 1 << 20, 1 << 20 | 1 << 15, 255 << 20 };
    for (unsigned i = 0; i < ARRAY_SIZE(nowhere); i++)
        for (unsigned size = 1; size <= 8; size *= 2) {
            ck_assert_uint_eq(device_fixture_read(s.f, s.ecam + nowhere[i], size), mask64(size * 8));
            device_fixture_write(s.f, s.ecam + nowhere[i] + PCI_COMMAND, size <= 4 ? size : 4, COMMAND_ON);
            ck_assert_uint_eq(device_fixture_read(s.f, s.ecam + nowhere[i] + PCI_COMMAND, 2), 0xffff);
        }
    device_fixture_free(s.f);
}
END_TEST

START_TEST(identities_are_read_in_every_size)
{
    struct setup s = start();
    ck_assert_uint_eq(config(&s, 0, PCI_VENDOR_ID, 4), 0x00081b36);
    ck_assert_uint_eq(config(&s, 0, PCI_CLASS_CODE + 1, 1), 0x00);
    ck_assert_uint_eq(config(&s, 0, PCI_CLASS_CODE + 2, 1), 0x06);
    ck_assert_uint_eq(config(&s, 1, PCI_VENDOR_ID, 2), 0x1af4);
    ck_assert_uint_eq(config(&s, 1, PCI_DEVICE_ID, 2), 0x1044);
    ck_assert_uint_eq(config(&s, 1, PCI_VENDOR_ID, 8), config(&s, 1, PCI_VENDOR_ID, 4) | config(&s, 1, PCI_COMMAND, 4) << 32);
    ck_assert_uint_eq(config(&s, 1, PCI_INTERRUPT_PIN, 1), 1);
    for (unsigned offset = PCI_CONFIG_SIZE; offset < 0x1000; offset += 4)   /* no extended capabilities */
        ck_assert_uint_eq(config(&s, 1, offset, 4), 0);
    device_fixture_free(s.f);
}
END_TEST

START_TEST(what_is_read_only_stays)
{
    static const struct { unsigned offset, size; uint32_t changes; } rows[] = {
        { PCI_VENDOR_ID, 4, 0 }, { PCI_COMMAND, 2, 0x0546 }, { PCI_STATUS, 2, 0 }, { PCI_REVISION_ID, 4, 0 },
        { PCI_CACHE_LINE_SIZE, 4, 0xff }, { PCI_BASE_ADDRESS, 4, 0 }, { PCI_BASE_ADDRESS + 4, 4, ~(BAR1_SIZE - 1u) },
        { PCI_BASE_ADDRESS + 8, 4, 0 }, { PCI_BASE_ADDRESS + 12, 4, 0 }, { PCI_BASE_ADDRESS + 16, 4, ~(BAR4_SIZE - 1u) },
        { PCI_BASE_ADDRESS + 20, 4, 0xffffffff }, { PCI_SUBSYSTEM_VENDOR_ID, 4, 0 }, { PCI_CAPABILITIES, 4, 0 },
        { PCI_INTERRUPT_LINE, 4, 0xff },
    };
    struct setup s = start();
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
        for (unsigned size = 1; size <= rows[i].size; size *= 2) {
            uint64_t before = config(&s, 2, rows[i].offset, size), mask = mask64(size * 8);
            set_config(&s, 2, rows[i].offset, size, mask);
            ck_assert_uint_eq(config(&s, 2, rows[i].offset, size), before | (rows[i].changes & mask));
            set_config(&s, 2, rows[i].offset, size, 0);
            ck_assert_uint_eq(config(&s, 2, rows[i].offset, size), before & ~(rows[i].changes & mask));
        }
    device_fixture_free(s.f);
}
END_TEST

START_TEST(bars_tell_their_size_and_kind)
{
    struct setup s = start();
    for (unsigned n = 0; n < PCI_BARS; n++)
        set_config(&s, 1, PCI_BASE_ADDRESS + 4 * n, 4, 0xffffffff);
    static const uint32_t sized[] = { 0, 0xfffff000, 0, 0, 0xffffc00c, 0xffffffff };
    for (unsigned n = 0; n < PCI_BARS; n++)
        ck_assert_uint_eq(config(&s, 1, PCI_BASE_ADDRESS + 4 * n, 4), sized[n]);
    device_fixture_free(s.f);
}
END_TEST

START_TEST(a_bar_answers_where_it_is_put_and_only_while_memory_is_on)
{
    struct setup s = start();
    set_bar4(&s, 1, WINDOW64 + 0x8000);
    ck_assert(!answers(&s, s.mmio64 + 0x8000));
    set_config(&s, 1, PCI_COMMAND, 2, COMMAND_ON);
    ck_assert(answers(&s, s.mmio64 + 0x8000));
    ck_assert(!answers(&s, s.mmio64 + 0x4000));
    ck_assert(!answers(&s, s.mmio64 + 0xc000));
    set_bar4(&s, 1, 0x123000);   /* the low window is as good; an address inside a BAR's size is rounded down to it */
    ck_assert(!answers(&s, s.mmio64 + 0x8000));
    ck_assert(answers(&s, s.mmio + 0x120000));
    set_config(&s, 1, PCI_COMMAND, 2, PCI_COMMAND_MASTER);
    ck_assert(!answers(&s, s.mmio + 0x120000));
    device_fixture_free(s.f);
}
END_TEST

START_TEST(of_bars_that_overlap_the_lower_slot_is_seen)
{
    struct setup s = start();
    for (unsigned slot = 1; slot <= SLOTS; slot++) {
        set_config(&s, slot, PCI_BASE_ADDRESS + 4, 4, 0x1000000 + slot * BAR1_SIZE);
        set_bar4(&s, slot, WINDOW64);
        set_config(&s, slot, PCI_COMMAND, 2, COMMAND_ON);
    }
    device_fixture_write(s.f, s.mmio64 + STATUS, 1, 1);
    ck_assert_uint_eq(device_fixture_read(s.f, s.mmio64 + STATUS, 1), 1);
    set_bar4(&s, 1, WINDOW64 + 0x100000);
    ck_assert_uint_eq(device_fixture_read(s.f, s.mmio64 + 0x100000 + STATUS, 1), 1);
    ck_assert_uint_eq(device_fixture_read(s.f, s.mmio64 + STATUS, 1), 0);   /* the second one, fresh */
    set_config(&s, 3, PCI_BASE_ADDRESS + 4, 4, 0x1000000 + BAR1_SIZE);
    ck_assert_uint_eq(device_fixture_read(s.f, s.mmio + 0x1000000 + BAR1_SIZE + 12, 4), 1);   /* slot 1's table: masked */
    device_fixture_free(s.f);
}
END_TEST

START_TEST(a_bar_outside_the_windows_is_out_of_reach_and_ram_stays_ram)
{
    struct setup s = start();
    device_fixture_write(s.f, FIXTURE_RAM + STATUS, 4, 0x12345678);
    const gpa_t places[] = { FIXTURE_RAM, FIXTURE_IO, s.ecam, 0xffffffffffffc000, 0xfffff000, 0 };
    for (unsigned i = 0; i < ARRAY_SIZE(places); i++) {
        set_bar4(&s, 1, places[i]);
        set_config(&s, 1, PCI_BASE_ADDRESS + 4, 4, (uint32_t)places[i]);
        set_config(&s, 1, PCI_COMMAND, 2, COMMAND_ON);
        ck_assert_uint_eq(device_fixture_read(s.f, FIXTURE_RAM + STATUS, 4), 0x12345678);
        ck_assert_uint_eq(config(&s, 1, PCI_VENDOR_ID, 2), 0x1af4);
    }
    ck_assert(answers(&s, s.mmio));   /* the last place, 0, is in the low window */
    device_fixture_free(s.f);
}
END_TEST

START_TEST(nothing_answers_in_an_empty_window)
{
    struct setup s = start();
    const gpa_t windows[] = { s.mmio, s.mmio64, device_fixture_base(s.f, s.host, "pio") };
    for (unsigned i = 0; i < ARRAY_SIZE(windows); i++)
        for (unsigned size = 1; size <= 8; size *= 2) {
            device_fixture_write(s.f, windows[i] + 0x10, size, 0);
            ck_assert_uint_eq(device_fixture_read(s.f, windows[i] + 0x10, size), mask64(size * 8));
        }
    device_fixture_free(s.f);
}
END_TEST

START_TEST(the_capability_list_ends)
{
    struct setup s = start();
    ck_assert(config(&s, 1, PCI_STATUS, 2) & PCI_STATUS_CAPABILITIES);
    unsigned at = (unsigned)config(&s, 1, PCI_CAPABILITIES, 1), before = 0, count = 0;
    for (; at; at = (unsigned)config(&s, 1, at + 1, 1), count++) {
        ck_assert_uint_eq(at % 4, 0);
        ck_assert_uint_ge(at, PCI_HEADER_END);
        ck_assert_uint_gt(at, before);
        before = at;
    }
    ck_assert_uint_eq(count, 5);   /* MSI-X; common, ISR, notify, PCI access: an entropy device has no configuration */
    ck_assert(!(config(&s, 0, PCI_STATUS, 2) & PCI_STATUS_CAPABILITIES));
    device_fixture_free(s.f);
}
END_TEST

START_TEST(a_slot_holds_one_function_and_there_are_32)
{
    struct error err;
    struct device_fixture *f = device_fixture_new();
    struct device *host = device_fixture_add(f, "pci-ecam");
    device_fixture_add(f, "virtio-pci")->parent = host;
    device_fixture_add(f, "virtio-pci")->parent = host;
    ck_assert_int_eq(device_fixture_try_start(f, &err), -1);
    ck_assert_str_eq(err.text, "virtio-pci: slot 1 of pci-ecam already holds virtio-pci");
    device_fixture_free(f);
    f = device_fixture_new();
    struct device *function = device_fixture_add(f, "virtio-pci");
    function->parent = device_fixture_add(f, "pci-ecam");
    device_fixture_option(function, "slot", 32);
    ck_assert_int_eq(device_fixture_try_start(f, &err), -1);
    device_fixture_free(f);
    f = device_fixture_new();
    device_fixture_add(f, "virtio-pci");
    ck_assert_int_eq(device_fixture_try_start(f, &err), -1);
    device_fixture_free(f);
}
END_TEST

START_TEST(a_function_without_a_device_is_an_empty_slot)
{
    struct device_fixture *f = device_fixture_new();
    struct device *host = device_fixture_add(f, "pci-ecam"), *function = device_fixture_add(f, "virtio-pci");
    function->parent = host;
    device_fixture_start(f);
    ck_assert_uint_eq(device_fixture_read(f, device_fixture_base(f, host, "ecam") + (1 << 15), 4), 0xffffffff);
    device_fixture_hammer(f, host, 0, 20000, 1);
    device_fixture_free(f);
}
END_TEST

/* Random stores to configuration space and to both windows, near and far. */
START_TEST(a_mad_guest_does_no_harm_and_a_reset_is_complete)
{
    struct setup s = start();
    uint64_t fresh = device_fixture_hash(s.f), random = 7;
    for (uint64_t left = trials(200000, 1); left > 0; left--) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        unsigned pick = (unsigned)(random >> 60), slot = (unsigned)(random >> 40) & 3, size = 1u << (random >> 56 & 3);
        uint64_t value = random >> 20 & 1 ? random >> 8 : (random >> 8 & 0xf000) | (random >> 21 & 1 ? WINDOW64 : 0);
        gpa_t at = s.ecam + (slot << 15) + (random >> 32 & 0xff);
        if (pick < 3)
            at = s.mmio + (random >> 32 & 0xffff);
        else if (pick < 6)
            at = s.mmio64 + (random >> 32 & 0xffff);
        at &= ~(gpa_t)(size - 1);
        if (random >> 59 & 1)
            space_store(&s.f->space, at, size, value);
        else
            space_load(&s.f->space, at, size, &value);
    }
    device_fixture_hammer(s.f, s.host, 0, 50000, 3);
    device_fixture_reset(s.f);
    ck_assert_uint_eq(device_fixture_hash(s.f), fresh);
    device_fixture_free(s.f);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("ecam");
    TCase *t = tcase_create("ecam");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, where_no_function_is_loads_give_all_ones);
    tcase_add_test(t, identities_are_read_in_every_size);
    tcase_add_test(t, what_is_read_only_stays);
    tcase_add_test(t, bars_tell_their_size_and_kind);
    tcase_add_test(t, a_bar_answers_where_it_is_put_and_only_while_memory_is_on);
    tcase_add_test(t, of_bars_that_overlap_the_lower_slot_is_seen);
    tcase_add_test(t, a_bar_outside_the_windows_is_out_of_reach_and_ram_stays_ram);
    tcase_add_test(t, nothing_answers_in_an_empty_window);
    tcase_add_test(t, the_capability_list_ends);
    tcase_add_test(t, a_slot_holds_one_function_and_there_are_32);
    tcase_add_test(t, a_function_without_a_device_is_an_empty_slot);
    tcase_add_test(t, a_mad_guest_does_no_harm_and_a_reset_is_complete);
    suite_add_tcase(s, t);
    return s;
}
