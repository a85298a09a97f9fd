/* SPDX-License-Identifier: MIT */
/* Catches: structures that are not where the capabilities say, fields of wrong widths, an ISR status that is not cleared by
   reading, messages sent twice, to the wrong address, through a mask or without a bus master, a device that works on while the bus
   forbids it, the configuration window used to reach out of its BAR. What is no matter of the transport is tested over virtio-mmio;
   the mad drivers come over both. */
#include "base/bits.h"
#include "bus/pci.h"
#include "bus/port.h"
#include "tests/devices/virtio/driver.h"
#include "tests/devices/virtio/mad_driver.h"
#include "tests/support/support.h"

#define F_VERSION_1 (1ull << VIRTIO_F_VERSION_1)

enum { CAPABILITY_VENDOR = 9, CAPABILITY_MSIX = 0x11, COMMON = 1, NOTIFY = 2, ISR = 3, DEVICE = 4, WINDOW = 5 };
enum { QUEUE_VECTOR = 26, CONFIG_VECTOR = 16, NO_VECTOR = 0xffff, DOORBELLS = FIXTURE_RAM + 0x3000000 };

static struct driver *start(const char *class_name)
{
    struct driver *d = driver_new_pci(class_name);
    driver_start(d);
    return d;
}

static uint64_t config(const struct driver *d, unsigned offset, unsigned size)
{
    return device_fixture_read(d->f, d->config + offset, size);
}

static void set_config(const struct driver *d, unsigned offset, unsigned size, uint64_t value)
{
    device_fixture_write(d->f, d->config + offset, size, value);
}

/* The place of a virtio structure's capability, or 0. */
static unsigned structure(const struct driver *d, unsigned type)
{
    unsigned at = (unsigned)config(d, PCI_CAPABILITIES, 1);
    while (at && (config(d, at, 1) != CAPABILITY_VENDOR || config(d, at + 3, 1) != type))
        at = (unsigned)config(d, at + 1, 1);
    return at;
}

static void run_one(struct driver *d)
{
    struct driver_buffer b = { driver_alloc(d, 64), 8, true };
    ck_assert_uint_eq(driver_run(d, 0, &b, 1, 0), 8);
}

/* ---- structures ---- */

START_TEST(each_device_is_found_by_its_id_and_class)
{
    static const struct { const char *class_name; uint16_t id; uint32_t class_code; } rows[] = {
        { "virtio-rng", 0x1044, 0x00ff00 }, { "virtio-gpu", 0x1050, 0x038000 }, { "virtio-keyboard", 0x1052, 0x098000 },
    };
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        struct driver *d = start(rows[i].class_name);
        ck_assert_uint_eq(config(d, PCI_VENDOR_ID, 2), 0x1af4);
        ck_assert_uint_eq(config(d, PCI_DEVICE_ID, 2), rows[i].id);
        ck_assert_uint_eq(config(d, PCI_REVISION_ID, 4), rows[i].class_code << 8 | 1);
        ck_assert_uint_ge(config(d, PCI_SUBSYSTEM_ID, 2), 0x40);   /* 4.1.2.1: no transitional device */
        driver_free(d);
    }
}
END_TEST

START_TEST(the_capabilities_lead_to_the_structures)
{
    static const struct { unsigned type, at, length; } rows[] = {
        { COMMON, 0x0000, 60 }, { ISR, 0x1000, 1 }, { DEVICE, 0x2000, 16 }, { NOTIFY, 0x3000, 8 }, { WINDOW, 0, 0 },
    };
    struct driver *d = start("virtio-gpu");
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        unsigned cap = structure(d, rows[i].type);
        ck_assert_uint_ne(cap, 0);
        ck_assert_uint_eq(config(d, cap + 2, 1), rows[i].type == NOTIFY || rows[i].type == WINDOW ? 20 : 16);
        ck_assert_uint_eq(config(d, cap + 4, 1), 4);
        ck_assert_uint_eq(config(d, cap + 8, 4), rows[i].at);
        ck_assert_uint_eq(config(d, cap + 12, 4), rows[i].length);
    }
    ck_assert_uint_eq(config(d, structure(d, NOTIFY) + 16, 4), 4);
    driver_free(d);
    d = start("virtio-rng");
    ck_assert_uint_eq(structure(d, DEVICE), 0);
    driver_free(d);
}
END_TEST

START_TEST(a_device_works_as_over_mmio)
{
    struct driver *d = start("virtio-rng");
    ck_assert(!driver_negotiate(d, F_VERSION_1 | 1));
    driver_boot(d, UINT64_MAX);
    ck_assert_uint_eq(device_fixture_read(d->f, d->regs + 18, 2), 1);
    ck_assert_uint_eq(d->queue_count, 1);
    run_one(d);
    run_one(d);
    driver_store(d, REG_STATUS, 0);
    ck_assert_uint_eq(driver_load(d, REG_STATUS), 0);
    driver_boot(d, F_VERSION_1);
    run_one(d);
    driver_free(d);
}
END_TEST

START_TEST(fields_are_read_in_any_width_and_stored_in_their_own)
{
    struct driver *d = start("virtio-rng");
    device_fixture_write(d->f, d->regs + 8, 4, 1);
    ck_assert_uint_eq(device_fixture_read(d->f, d->regs + 8, 4), 1);
    ck_assert_uint_eq(device_fixture_read(d->f, d->regs + 8, 1), 1);
    device_fixture_write(d->f, d->regs + 8, 2, 7);
    ck_assert_uint_eq(device_fixture_read(d->f, d->regs + 8, 4), 1);
    device_fixture_write(d->f, d->regs + 20, 4, VIRTIO_ACKNOWLEDGE);
    ck_assert_uint_eq(driver_load(d, REG_STATUS), 0);
    ck_assert_uint_eq(device_fixture_read(d->f, d->regs + 24, 2), 8);   /* the size is the largest until it is chosen */
    device_fixture_write(d->f, d->regs + 24, 2, 4);
    ck_assert_uint_eq(device_fixture_read(d->f, d->regs + 24, 2), 4);
    device_fixture_write(d->f, d->regs + 32, 8, 0x123456789abcdef0);
    ck_assert_uint_eq(device_fixture_read(d->f, d->regs + 32, 8), 0x123456789abcdef0);
    for (unsigned queue = 1; queue < 0x10000; queue *= 2) {
        driver_store(d, REG_QUEUE_SEL, queue);
        ck_assert_uint_eq(driver_load(d, REG_QUEUE_NUM_MAX), 0);
        driver_store(d, REG_QUEUE_READY, 1);
        ck_assert_uint_eq(driver_load(d, REG_QUEUE_READY), 0);
    }
    driver_free(d);
}
END_TEST

START_TEST(the_window_reaches_the_structures_and_nothing_else)
{
    struct driver *d = start("virtio-rng");
    unsigned cap = structure(d, WINDOW);
    set_config(d, PCI_COMMAND, 2, PCI_COMMAND_MASTER);   /* 4.1.4.9: made for a BAR that is not mapped */
    set_config(d, cap + 4, 1, 4);
    set_config(d, cap + 8, 4, 20);
    set_config(d, cap + 12, 4, 1);
    set_config(d, cap + 16, 4, VIRTIO_ACKNOWLEDGE);
    ck_assert_uint_eq(config(d, cap + 16, 1), VIRTIO_ACKNOWLEDGE);
    set_config(d, cap + 8, 4, 18);
    set_config(d, cap + 12, 4, 2);
    ck_assert_uint_eq(config(d, cap + 16, 2), 1);
    static const struct { uint32_t bar, offset, length; } bad[] = {
        { 4, 20, 0 }, { 4, 20, 3 }, { 4, 20, 8 }, { 4, 0x4000, 1 }, { 4, 0xffffffff, 1 }, { 4, 0x3fff, 2 }, { 4, 0xfffffffc, 4 },
        { 1, 20, 1 }, { 0, 20, 1 }, { 255, 20, 1 },
    };
    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
        set_config(d, cap + 4, 1, bad[i].bar);
        set_config(d, cap + 8, 4, bad[i].offset);
        set_config(d, cap + 12, 4, bad[i].length);
        set_config(d, cap + 16, 4, 0);
        ck_assert_uint_eq(config(d, cap + 16, 4), 0);
    }
    driver_pci_place(d);
    ck_assert_uint_eq(driver_load(d, REG_STATUS), VIRTIO_ACKNOWLEDGE);   /* no store of 0 arrived */
    driver_free(d);
}
END_TEST

/* ---- interrupts ---- */

START_TEST(without_messages_there_is_inta_and_reading_the_isr_clears_it)
{
    struct driver *d = start("virtio-rng");
    driver_boot(d, F_VERSION_1);
    ck_assert(!driver_irq(d));
    run_one(d);
    ck_assert(driver_irq(d));
    ck_assert(config(d, PCI_STATUS, 2) & PCI_STATUS_INTERRUPT);
    set_config(d, PCI_COMMAND, 2, config(d, PCI_COMMAND, 2) | PCI_COMMAND_INTX_DISABLE);
    ck_assert(!driver_irq(d));
    set_config(d, PCI_COMMAND, 2, config(d, PCI_COMMAND, 2) & ~(unsigned)PCI_COMMAND_INTX_DISABLE);
    ck_assert(driver_irq(d));
    ck_assert_uint_eq(driver_load(d, REG_INTERRUPT_STATUS), VIRTIO_CAUSE_QUEUE);
    ck_assert(!driver_irq(d));
    ck_assert_uint_eq(driver_load(d, REG_INTERRUPT_STATUS), 0);
    driver_free(d);
}
END_TEST

/* What was stored at the doorbell of a vector, which is forgotten. */
static uint32_t take_message(const struct driver *d, unsigned vector)
{
    uint32_t data = (uint32_t)device_fixture_read(d->f, DOORBELLS + 4 * vector, 4);
    device_fixture_write(d->f, DOORBELLS + 4 * vector, 4, 0);
    return data;
}

static struct driver *start_with_messages(void)
{
    struct driver *d = start("virtio-rng");
    driver_boot(d, F_VERSION_1);
    driver_pci_enable_msix(d, DOORBELLS);
    driver_store(d, REG_QUEUE_SEL, 0);
    device_fixture_write(d->f, d->regs + QUEUE_VECTOR, 2, 1);
    ck_assert_uint_eq(device_fixture_read(d->f, d->regs + QUEUE_VECTOR, 2), 1);
    return d;
}

START_TEST(with_messages_each_queue_has_its_own_and_no_isr)
{
    struct driver *d = start_with_messages();
    run_one(d);
    ck_assert_uint_eq(take_message(d, 1), 0xabc1);
    ck_assert_uint_eq(take_message(d, 0), 0);
    ck_assert_uint_eq(driver_load(d, REG_INTERRUPT_STATUS), 0);
    ck_assert(!driver_irq(d));
    device_fixture_write(d->f, d->regs + QUEUE_VECTOR, 2, NO_VECTOR);
    run_one(d);
    ck_assert_uint_eq(take_message(d, 1), 0);
    device_fixture_write(d->f, d->regs + CONFIG_VECTOR, 2, 0);
    device_fixture_write(d->f, d->queue[0].avail + 2, 2, 100);   /* more than the queue has: the device breaks, and says so */
    driver_store(d, REG_QUEUE_NOTIFY, 0);
    ck_assert_uint_eq(take_message(d, 0), 0xabc0);
    driver_free(d);
}
END_TEST

START_TEST(a_vector_that_does_not_exist_reads_back_as_none_and_a_reset_forgets_them)
{
    struct driver *d = start_with_messages();
    device_fixture_write(d->f, d->regs + QUEUE_VECTOR, 2, 2);
    ck_assert_uint_eq(device_fixture_read(d->f, d->regs + QUEUE_VECTOR, 2), NO_VECTOR);
    device_fixture_write(d->f, d->regs + CONFIG_VECTOR, 2, 1);
    driver_store(d, REG_STATUS, 0);
    ck_assert_uint_eq(device_fixture_read(d->f, d->regs + CONFIG_VECTOR, 2), NO_VECTOR);
    driver_free(d);
}
END_TEST

START_TEST(a_masked_message_waits)
{
    struct driver *d = start_with_messages();
    gpa_t mask = d->table + 16 + 12, pending = d->table + 0x800;
    device_fixture_write(d->f, mask, 4, 0xffffffff);
    ck_assert_uint_eq(device_fixture_read(d->f, mask, 4), 1);
    run_one(d);
    run_one(d);
    ck_assert_uint_eq(take_message(d, 1), 0);
    ck_assert_uint_eq(device_fixture_read(d->f, pending, 8), 2);
    device_fixture_write(d->f, pending, 4, 0);   /* read-only */
    device_fixture_write(d->f, mask, 4, 0);
    ck_assert_uint_eq(take_message(d, 1), 0xabc1);
    ck_assert_uint_eq(device_fixture_read(d->f, pending, 8), 0);
    device_fixture_write(d->f, mask, 4, 0);
    ck_assert_uint_eq(take_message(d, 1), 0);
    driver_free(d);
}
END_TEST

START_TEST(the_table_ends_behind_its_vectors)
{
    struct driver *d = start_with_messages();
    for (gpa_t at = d->table + 2 * 16; at < d->table + 0x1000; at += 4) {
        device_fixture_write(d->f, at, 4, 0xffffffff);
        ck_assert_uint_eq(device_fixture_read(d->f, at, 4), 0);
    }
    device_fixture_write(d->f, d->table + 16, 8, 0x08000000);   /* no doorbell: dropped */
    run_one(d);
    device_fixture_write(d->f, d->table + 16, 8, UINT64_MAX);
    run_one(d);
    driver_free(d);
}
END_TEST

/* ---- the bus master bit ---- */

START_TEST(a_device_that_may_not_reach_memory_waits_until_it_may)
{
    struct driver *d = start("virtio-rng");
    driver_boot(d, F_VERSION_1);
    driver_store(d, REG_STATUS, 0);
    ck_assert(driver_negotiate(d, F_VERSION_1));
    set_config(d, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
    driver_setup_queue(d, 0, 0);
    struct driver_buffer b = { driver_alloc(d, 64), 8, true };
    driver_store(d, REG_STATUS, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_FEATURES_OK | VIRTIO_DRIVER_OK);
    driver_add(d, 0, &b, 1, false);
    driver_store(d, REG_QUEUE_NOTIFY, 0);
    uint16_t head;
    uint32_t written;
    ck_assert(!driver_take(d, 0, &head, &written));
    ck_assert(!(driver_load(d, REG_STATUS) & VIRTIO_NEEDS_RESET));
    set_config(d, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    ck_assert(driver_take(d, 0, &head, &written));
    ck_assert_uint_eq(written, 8);
    driver_free(d);
}
END_TEST

START_TEST(a_running_device_that_loses_memory_needs_a_reset)
{
    struct driver *d = start_with_messages();
    device_fixture_write(d->f, d->regs + CONFIG_VECTOR, 2, 0);
    set_config(d, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
    ck_assert(driver_load(d, REG_STATUS) & VIRTIO_NEEDS_RESET);
    ck_assert_uint_eq(take_message(d, 0), 0);      /* a message is a write of a bus master, too */
    set_config(d, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    ck_assert_uint_eq(take_message(d, 0), 0xabc0);
    driver_store(d, REG_STATUS, 0);
    driver_boot(d, F_VERSION_1);
    run_one(d);
    driver_free(d);
}
END_TEST

/* ---- hostile guests ---- */

START_TEST(a_machine_reset_is_complete)
{
    struct driver *d = driver_new_pci("virtio-rng");
    device_fixture_start(d->f);
    uint64_t fresh = device_fixture_hash(d->f);
    driver_pci_place(d);
    driver_boot(d, UINT64_MAX);
    driver_pci_enable_msix(d, DOORBELLS);
    run_one(d);
    device_fixture_reset(d->f);
    ck_assert_uint_eq(device_fixture_hash(d->f), fresh);
    driver_free(d);
}
END_TEST

static void no_request(struct driver *d, uint64_t *random, uint8_t *bytes, unsigned size)
{
    (void)d, (void)random, (void)bytes, (void)size;
}

static const char *const mad_classes[] = { "virtio-rng", "virtio-keyboard", "virtio-gpu" };

START_TEST(a_mad_driver_does_no_harm)
{
    struct driver *d = start(mad_classes[_i]);
    driver_pci_enable_msix(d, DOORBELLS);
    mad_driver_run(d, 100000, 41 + (uint64_t)_i * 2, no_request, NULL, NULL);
    driver_free(d);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("virtio-pci");
    TCase *t = tcase_create("virtio-pci");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, each_device_is_found_by_its_id_and_class);
    tcase_add_test(t, the_capabilities_lead_to_the_structures);
    tcase_add_test(t, a_device_works_as_over_mmio);
    tcase_add_test(t, fields_are_read_in_any_width_and_stored_in_their_own);
    tcase_add_test(t, the_window_reaches_the_structures_and_nothing_else);
    tcase_add_test(t, without_messages_there_is_inta_and_reading_the_isr_clears_it);
    tcase_add_test(t, with_messages_each_queue_has_its_own_and_no_isr);
    tcase_add_test(t, a_vector_that_does_not_exist_reads_back_as_none_and_a_reset_forgets_them);
    tcase_add_test(t, a_masked_message_waits);
    tcase_add_test(t, the_table_ends_behind_its_vectors);
    tcase_add_test(t, a_device_that_may_not_reach_memory_waits_until_it_may);
    tcase_add_test(t, a_running_device_that_loses_memory_needs_a_reset);
    tcase_add_test(t, a_machine_reset_is_complete);
    tcase_add_loop_test(t, a_mad_driver_does_no_harm, 0, ARRAY_SIZE(mad_classes));
    suite_add_tcase(s, t);
    return s;
}
