/* SPDX-License-Identifier: MIT */
/* Catches: registers at wrong offsets or of wrong widths, negotiation that lets a driver have what was not offered, a status
   machine that can be skipped, interrupts that cannot be acknowledged, a reset that leaves something behind. */
#include "base/bits.h"
#include "bus/port.h"
#include "tests/devices/virtio/driver.h"
#include "tests/support/support.h"

#define F_VERSION_1 (1ull << VIRTIO_F_VERSION_1)
#define F_EVENT_IDX (1ull << VIRTIO_F_EVENT_IDX)
#define F_INDIRECT (1ull << VIRTIO_F_INDIRECT_DESC)

enum { SET_UP = VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_FEATURES_OK };

static struct driver *start(void)
{
    struct driver *d = driver_new("virtio-rng");
    driver_start(d);
    return d;
}

START_TEST(an_empty_slot_says_so)
{
    struct device_fixture *f = device_fixture_new();
    struct device *slot = device_fixture_add(f, "virtio-mmio");
    device_fixture_start(f);
    gpa_t regs = device_fixture_base(f, slot, "regs");
    ck_assert_uint_eq(device_fixture_read(f, regs + REG_MAGIC, 4), 0x74726976);
    ck_assert_uint_eq(device_fixture_read(f, regs + REG_VERSION, 4), 2);
    ck_assert_uint_eq(device_fixture_read(f, regs + REG_DEVICE_ID, 4), 0);
    device_fixture_hammer(f, slot, 0, 20000, 1);
    ck_assert(!device_fixture_level(f, slot, "irq", 0));
    device_fixture_free(f);
}
END_TEST

START_TEST(a_slot_holds_one_device)
{
    struct error err;
    struct device_fixture *f = device_fixture_new();
    struct device *slot = device_fixture_add(f, "virtio-mmio");
    device_fixture_add(f, "virtio-rng")->parent = slot;
    device_fixture_add(f, "virtio-gpu")->parent = slot;
    ck_assert_int_eq(device_fixture_try_start(f, &err), -1);
    ck_assert_str_eq(err.text, "virtio-gpu: virtio-mmio already holds virtio-rng");
    device_fixture_free(f);
    f = device_fixture_new();
    device_fixture_add(f, "virtio-rng");
    ck_assert_int_eq(device_fixture_try_start(f, &err), -1);
    device_fixture_free(f);
}
END_TEST

START_TEST(features_are_offered_in_two_halves)
{
    struct driver *d = start();
    ck_assert_uint_eq(driver_offered(d), F_VERSION_1 | F_EVENT_IDX | F_INDIRECT);
    driver_store(d, REG_DEVICE_FEATURES_SEL, 2);
    ck_assert_uint_eq(driver_load(d, REG_DEVICE_FEATURES), 0);
    driver_store(d, REG_DEVICE_FEATURES_SEL, 0xffffffff);
    ck_assert_uint_eq(driver_load(d, REG_DEVICE_FEATURES), 0);
    driver_free(d);
}
END_TEST

START_TEST(only_what_was_offered_is_agreed_on_and_version_1_is_a_must)
{
    struct driver *d = start();
    ck_assert(!driver_negotiate(d, 0));
    ck_assert(!driver_negotiate(d, F_EVENT_IDX | F_INDIRECT));
    ck_assert(!driver_negotiate(d, F_VERSION_1 | 1));
    ck_assert(!driver_negotiate(d, F_VERSION_1 | 1ull << 63));
    ck_assert(driver_negotiate(d, F_VERSION_1));
    ck_assert(driver_negotiate(d, F_VERSION_1 | F_EVENT_IDX | F_INDIRECT));
    driver_free(d);
}
END_TEST

START_TEST(features_are_final_once_agreed_on)
{
    struct driver *d = start();
    ck_assert(driver_negotiate(d, F_VERSION_1));
    driver_store(d, REG_DRIVER_FEATURES_SEL, 0);
    driver_store(d, REG_DRIVER_FEATURES, (uint32_t)(F_INDIRECT | F_EVENT_IDX));
    driver_setup_queue(d, 0, 4);
    driver_store(d, REG_STATUS, SET_UP | VIRTIO_DRIVER_OK);
    driver_store_desc(d, d->queue[0].desc, FIXTURE_RAM, 16, DESC_INDIRECT, 0);
    device_fixture_write(d->f, d->queue[0].avail + 2, 2, 1);
    driver_store(d, REG_QUEUE_NOTIFY, 0);
    ck_assert(driver_load(d, REG_STATUS) & VIRTIO_NEEDS_RESET);
    driver_free(d);
}
END_TEST

START_TEST(driver_ok_comes_after_features_ok)
{
    struct driver *d = start();
    driver_store(d, REG_STATUS, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_DRIVER_OK);
    ck_assert_uint_eq(driver_load(d, REG_STATUS), VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER);
    driver_free(d);
}
END_TEST

START_TEST(status_bits_stay_until_a_reset)
{
    struct driver *d = start();
    ck_assert(driver_negotiate(d, F_VERSION_1));
    driver_store(d, REG_STATUS, VIRTIO_FAILED);
    ck_assert_uint_eq(driver_load(d, REG_STATUS), SET_UP | VIRTIO_FAILED);
    driver_store(d, REG_STATUS, 0);
    ck_assert_uint_eq(driver_load(d, REG_STATUS), 0);
    driver_store(d, REG_STATUS, VIRTIO_NEEDS_RESET);
    ck_assert_uint_eq(driver_load(d, REG_STATUS), 0);
    driver_free(d);
}
END_TEST

START_TEST(queues_are_enabled_after_negotiation_only)
{
    struct driver *d = start();
    driver_store(d, REG_STATUS, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER);
    driver_store(d, REG_QUEUE_SEL, 0);
    driver_store(d, REG_QUEUE_NUM, 4);
    driver_store(d, REG_QUEUE_DESC, FIXTURE_RAM);
    driver_store(d, REG_QUEUE_DRIVER, FIXTURE_RAM + 0x1000);
    driver_store(d, REG_QUEUE_DEVICE, FIXTURE_RAM + 0x2000);
    driver_store(d, REG_QUEUE_READY, 1);
    ck_assert_uint_eq(driver_load(d, REG_QUEUE_READY), 0);
    driver_free(d);
}
END_TEST

START_TEST(a_queue_that_does_not_exist_has_no_size)
{
    struct driver *d = start();
    const uint32_t none[] = { 1, 2, 3, 0x10000, 0xffffffff };
    for (unsigned i = 0; i < ARRAY_SIZE(none); i++) {
        driver_store(d, REG_QUEUE_SEL, none[i]);
        ck_assert_uint_eq(driver_load(d, REG_QUEUE_NUM_MAX), 0);
        driver_store(d, REG_QUEUE_READY, 1);
        ck_assert_uint_eq(driver_load(d, REG_QUEUE_READY), 0);
        driver_store(d, REG_QUEUE_NOTIFY, none[i]);
    }
    driver_store(d, REG_QUEUE_SEL, 0);
    ck_assert_uint_eq(driver_load(d, REG_QUEUE_NUM_MAX), 8);
    driver_free(d);
}
END_TEST

START_TEST(a_queue_in_use_is_not_reprogrammed_and_can_be_taken_back)
{
    struct driver *d = start();
    struct driver_buffer b = { driver_alloc(d, 64), 8, true };
    driver_boot(d, UINT64_MAX);
    driver_store(d, REG_QUEUE_SEL, 0);
    driver_store(d, REG_QUEUE_DESC, 0);
    driver_store(d, REG_QUEUE_NUM, 1);
    ck_assert_uint_eq(driver_run(d, 0, &b, 1, 0), 8);
    driver_store(d, REG_QUEUE_READY, 0);
    ck_assert_uint_eq(driver_load(d, REG_QUEUE_READY), 0);
    driver_setup_queue(d, 0, 2);
    ck_assert_uint_eq(driver_run(d, 0, &b, 1, 0), 8);
    driver_free(d);
}
END_TEST

START_TEST(an_interrupt_lasts_until_it_is_acknowledged)
{
    struct driver *d = start();
    struct driver_buffer b = { driver_alloc(d, 64), 8, true };
    driver_boot(d, F_VERSION_1);
    ck_assert(!driver_irq(d));
    driver_run(d, 0, &b, 1, 0);
    ck_assert(driver_irq(d));
    ck_assert_uint_eq(driver_load(d, REG_INTERRUPT_STATUS), VIRTIO_CAUSE_QUEUE);
    driver_store(d, REG_INTERRUPT_ACK, VIRTIO_CAUSE_CONFIG);
    ck_assert(driver_irq(d));
    driver_store(d, REG_INTERRUPT_ACK, VIRTIO_CAUSE_QUEUE);
    ck_assert(!driver_irq(d));
    driver_run(d, 0, &b, 1, 0);
    driver_store(d, REG_STATUS, 0);
    ck_assert(!driver_irq(d));
    ck_assert_uint_eq(driver_load(d, REG_INTERRUPT_STATUS), 0);
    driver_free(d);
}
END_TEST

START_TEST(registers_are_32_bits_wide)
{
    struct driver *d = start();
    ck_assert_uint_eq(device_fixture_read(d->f, d->regs + REG_MAGIC, 2), 0);
    ck_assert_uint_eq(device_fixture_read(d->f, d->regs + REG_MAGIC, 1), 0);
    ck_assert_uint_eq(device_fixture_read(d->f, d->regs + REG_MAGIC, 8), 0);
    device_fixture_write(d->f, d->regs + REG_STATUS, 1, VIRTIO_ACKNOWLEDGE);
    ck_assert_uint_eq(driver_load(d, REG_STATUS), 0);
    driver_free(d);
}
END_TEST

START_TEST(there_is_no_shared_memory)
{
    struct driver *d = start();
    driver_store(d, 0xac, 0);
    for (unsigned reg = 0xb0; reg <= 0xbc; reg += 4)
        ck_assert_uint_eq(driver_load(d, reg), 0xffffffff);
    driver_free(d);
}
END_TEST

START_TEST(configuration_is_read_in_any_width_and_changes_count_generations)
{
    struct display display = { 0 };
    struct driver *d = driver_new("virtio-gpu");
    device_fixture_attach(d->part, "display", &display);
    driver_start(d);
    ck_assert_uint_eq(driver_config(d, 8, 8), 1);
    ck_assert_uint_eq(driver_config(d, 8, 4), 1);
    ck_assert_uint_eq(driver_config(d, 8, 2), 1);
    ck_assert_uint_eq(driver_config(d, 8, 1), 1);
    ck_assert_uint_eq(driver_config(d, 0xf8, 8), 0);
    uint32_t generation = driver_load(d, REG_CONFIG_GENERATION);
    display.resize(display.device, 800, 600);
    ck_assert_uint_ne(driver_load(d, REG_CONFIG_GENERATION), generation);
    ck_assert(!driver_irq(d));
    driver_boot(d, UINT64_MAX);
    display.resize(display.device, 801, 600);
    ck_assert(driver_irq(d));
    ck_assert_uint_eq(driver_take_causes(d), VIRTIO_CAUSE_CONFIG);
    driver_free(d);
}
END_TEST

START_TEST(a_machine_reset_is_complete)
{
    struct driver *d = start();
    uint64_t fresh = device_fixture_hash(d->f);
    struct driver_buffer b = { driver_alloc(d, 64), 8, true };
    driver_boot(d, UINT64_MAX);
    driver_run(d, 0, &b, 1, 0);
    ck_assert_uint_ne(device_fixture_hash(d->f), fresh);
    device_fixture_reset(d->f);
    ck_assert_uint_eq(device_fixture_hash(d->f), fresh);
    driver_free(d);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("virtio-mmio");
    TCase *t = tcase_create("virtio-mmio");
    tcase_add_test(t, an_empty_slot_says_so);
    tcase_add_test(t, a_slot_holds_one_device);
    tcase_add_test(t, features_are_offered_in_two_halves);
    tcase_add_test(t, only_what_was_offered_is_agreed_on_and_version_1_is_a_must);
    tcase_add_test(t, features_are_final_once_agreed_on);
    tcase_add_test(t, driver_ok_comes_after_features_ok);
    tcase_add_test(t, status_bits_stay_until_a_reset);
    tcase_add_test(t, queues_are_enabled_after_negotiation_only);
    tcase_add_test(t, a_queue_that_does_not_exist_has_no_size);
    tcase_add_test(t, a_queue_in_use_is_not_reprogrammed_and_can_be_taken_back);
    tcase_add_test(t, an_interrupt_lasts_until_it_is_acknowledged);
    tcase_add_test(t, registers_are_32_bits_wide);
    tcase_add_test(t, there_is_no_shared_memory);
    tcase_add_test(t, configuration_is_read_in_any_width_and_changes_count_generations);
    tcase_add_test(t, a_machine_reset_is_complete);
    suite_add_tcase(s, t);
    return s;
}
