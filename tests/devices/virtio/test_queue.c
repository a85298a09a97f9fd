/* SPDX-License-Identifier: MIT */
/* Catches: rings that go wrong where they wrap, notifications lost or sent needlessly, and descriptors that are believed. The
   device behind the queue is the entropy source, which fills what it is given. */
#include <string.h>

#include "base/bits.h"
#include "tests/devices/virtio/driver.h"
#include "tests/support/support.h"

enum { SIZE = 4 };
#define F_VERSION_1 (1ull << VIRTIO_F_VERSION_1)
#define F_INDIRECT (1ull << VIRTIO_F_INDIRECT_DESC)
#define F_EVENT_IDX (1ull << VIRTIO_F_EVENT_IDX)

static struct driver *boot(uint64_t features)
{
    struct driver *d = driver_new("virtio-rng");
    driver_start(d);
    ck_assert(driver_negotiate(d, features | F_VERSION_1));
    driver_setup_queue(d, 0, SIZE);
    driver_store(d, REG_STATUS, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_FEATURES_OK | VIRTIO_DRIVER_OK);
    return d;
}

static bool needs_reset(struct driver *d)
{
    return driver_load(d, REG_STATUS) & VIRTIO_NEEDS_RESET;
}

/* Makes descriptor `head` available without looking at what it holds. */
static void offer(struct driver *d, uint16_t head)
{
    struct driver_queue *q = &d->queue[0];
    device_fixture_write(d->f, q->avail + 4 + 2u * (q->avail_idx % q->size), 2, head);
    device_fixture_write(d->f, q->avail + 2, 2, ++q->avail_idx);
    driver_store(d, REG_QUEUE_NOTIFY, 0);
}

/* The device must have gone into DEVICE_NEEDS_RESET and told so, must stay silent from then on, and must live again after a
   reset. */
static void expect_broken_and_repair(struct driver *d)
{
    ck_assert(needs_reset(d));
    ck_assert(driver_irq(d));
    ck_assert_uint_eq(driver_take_causes(d), VIRTIO_CAUSE_CONFIG);
    uint64_t used = device_fixture_read(d->f, d->queue[0].used + 2, 2);
    driver_store(d, REG_QUEUE_NOTIFY, 0);
    ck_assert_uint_eq(device_fixture_read(d->f, d->queue[0].used + 2, 2), used);
    driver_boot(d, UINT64_MAX);
    struct driver_buffer b = { driver_alloc(d, 16), 16, true };
    ck_assert_uint_eq(driver_run(d, 0, &b, 1, 0), 16);
    driver_free(d);
}

START_TEST(rings_wrap_many_times)
{
    struct driver *d = boot(0);
    struct driver_buffer b[2] = { { driver_alloc(d, 64), 32, true }, { driver_alloc(d, 64), 7, true } };
    for (unsigned i = 0; i < 70000; i++)   /* beyond 65536: the 16-bit indices wrap too */
        ck_assert_uint_eq(driver_run(d, 0, b, 1 + i % 2, 0), i % 2 ? 39 : 32);
    ck_assert(!needs_reset(d));
    driver_free(d);
}
END_TEST

START_TEST(several_chains_are_served_in_order_by_one_notification)
{
    struct driver *d = boot(0);
    uint16_t expected[SIZE], head;
    uint32_t written;
    for (unsigned i = 0; i < SIZE; i++) {
        struct driver_buffer b = { driver_alloc(d, 64), i + 1, true };
        expected[i] = driver_add(d, 0, &b, 1, false);
    }
    driver_kick(d, 0);
    for (unsigned i = 0; i < SIZE; i++) {
        ck_assert(driver_take(d, 0, &head, &written));
        ck_assert_uint_eq(head, expected[i]);
        ck_assert_uint_eq(written, i + 1);
    }
    ck_assert(!driver_take(d, 0, &head, &written));
    driver_free(d);
}
END_TEST

START_TEST(indirect_tables_may_follow_direct_descriptors)
{
    struct driver *d = boot(F_INDIRECT);
    struct driver_queue *q = &d->queue[0];
    gpa_t table = driver_alloc(d, 64), at = driver_alloc(d, 256);
    uint8_t bytes[64], zeroes[64] = { 0 };
    driver_store_desc(d, q->desc, at, 8, DESC_NEXT | DESC_WRITE, 2);
    driver_store_desc(d, q->desc + 32, table, 64, DESC_INDIRECT, 0);
    driver_store_desc(d, table, at + 64, 4, DESC_NEXT | DESC_WRITE, 3);
    driver_store_desc(d, table + 48, at + 128, 2, DESC_NEXT | DESC_WRITE, 1);
    driver_store_desc(d, table + 16, at + 192, 1, DESC_WRITE, 9);
    offer(d, 0);
    ck_assert(!needs_reset(d));
    ck_assert_uint_eq(device_fixture_read(d->f, q->used + 2, 2), 1);
    ck_assert_uint_eq(device_fixture_read(d->f, q->used + 8, 4), 15);
    for (unsigned i = 0; i < 4; i++) {
        unsigned length = 8 >> i;
        driver_get(d, at + 64 * i, bytes, 64);
        ck_assert_mem_ne(bytes, zeroes, length);
        ck_assert_mem_eq(bytes + length, zeroes, 64 - length);
    }
    driver_free(d);
}
END_TEST

START_TEST(an_indirect_table_may_be_longer_than_the_queue)
{
    struct driver *d = boot(F_INDIRECT);
    struct driver_buffer b[1024];
    gpa_t at = driver_alloc(d, 1024);
    uint16_t head;
    uint32_t written;
    for (unsigned i = 0; i < 1024; i++)
        b[i] = (struct driver_buffer){ at + i, 1, true };
    driver_add(d, 0, b, 1024, true);
    driver_kick(d, 0);
    ck_assert(driver_take(d, 0, &head, &written));
    ck_assert_uint_eq(written, 1024);
    driver_free(d);
}
END_TEST

START_TEST(the_driver_may_forbid_interrupts)
{
    struct driver *d = boot(0);
    struct driver_buffer b = { driver_alloc(d, 64), 8, true };
    device_fixture_write(d->f, d->queue[0].avail, 2, 1);   /* VIRTQ_AVAIL_F_NO_INTERRUPT */
    driver_run(d, 0, &b, 1, 0);
    ck_assert(!driver_irq(d));
    device_fixture_write(d->f, d->queue[0].avail, 2, 0);
    driver_run(d, 0, &b, 1, 0);
    ck_assert(driver_irq(d));
    ck_assert_uint_eq(driver_take_causes(d), VIRTIO_CAUSE_QUEUE);
    ck_assert(!driver_irq(d));
    driver_free(d);
}
END_TEST

START_TEST(event_idx_delays_interrupts_to_the_chain_asked_for)
{
    struct driver *d = boot(F_EVENT_IDX);
    struct driver_buffer b = { driver_alloc(d, 64), 8, true };
    uint16_t head;
    uint32_t written;
    for (unsigned round = 0; round < 50000; round++) {   /* far enough for the indices to wrap */
        driver_set_used_event(d, 0, 2);
        for (unsigned i = 0; i < 3; i++) {
            driver_add(d, 0, &b, 1, false);
            ck_assert(driver_kick(d, 0));
            ck_assert_int_eq(driver_irq(d), i == 2);
        }
        driver_take_causes(d);
        for (unsigned i = 0; i < 3; i++)
            ck_assert(driver_take(d, 0, &head, &written));
    }
    driver_free(d);
}
END_TEST

START_TEST(event_idx_asks_for_the_next_notification_once_the_ring_is_empty)
{
    struct driver *d = boot(F_EVENT_IDX);
    struct driver_buffer b = { driver_alloc(d, 64), 8, true };
    gpa_t avail_event = d->queue[0].used + 4 + 8 * SIZE;
    for (unsigned i = 0; i < 10; i++) {
        ck_assert_uint_eq(device_fixture_read(d->f, avail_event, 2), i);
        driver_run(d, 0, &b, 1, 0);
    }
    driver_free(d);
}
END_TEST

START_TEST(chains_made_available_before_driver_ok_are_served_at_driver_ok)
{
    struct driver *d = driver_new("virtio-rng");
    uint16_t head;
    uint32_t written;
    driver_start(d);
    ck_assert(driver_negotiate(d, F_VERSION_1));
    driver_setup_queue(d, 0, SIZE);
    struct driver_buffer b = { driver_alloc(d, 64), 8, true };
    driver_add(d, 0, &b, 1, false);
    driver_kick(d, 0);
    ck_assert(!driver_take(d, 0, &head, &written));
    driver_store(d, REG_STATUS, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_FEATURES_OK | VIRTIO_DRIVER_OK);
    ck_assert(driver_take(d, 0, &head, &written));
    driver_free(d);
}
END_TEST

START_TEST(a_chain_that_loops_needs_a_reset)
{
    struct driver *d = boot(0);
    gpa_t at = driver_alloc(d, 64);
    for (unsigned i = 0; i < SIZE; i++)
        driver_store_desc(d, d->queue[0].desc + 16 * i, at, 1, DESC_NEXT | DESC_WRITE, (uint16_t)((i + 1) % SIZE));
    offer(d, 1);
    expect_broken_and_repair(d);
}
END_TEST

START_TEST(an_indirect_chain_that_loops_needs_a_reset)
{
    struct driver *d = boot(F_INDIRECT);
    gpa_t table = driver_alloc(d, 16 * 4096), at = driver_alloc(d, 64);
    driver_store_desc(d, d->queue[0].desc, table, 16 * 4096, DESC_INDIRECT, 0);
    for (unsigned i = 0; i < 4096; i++)
        driver_store_desc(d, table + 16 * i, at, 1, DESC_NEXT | DESC_WRITE, (uint16_t)(i ^ 1));
    offer(d, 0);
    expect_broken_and_repair(d);
}
END_TEST

struct malformed {
    const char *what;
    gpa_t at;
    uint32_t length;
    uint16_t flags, next, head;
    uint64_t features;
};

static const struct malformed malformed[] = {
    { "a head outside the table", FIXTURE_RAM, 8, DESC_WRITE, 0, SIZE, 0 },
    { "a successor outside the table", FIXTURE_RAM, 8, DESC_WRITE | DESC_NEXT, SIZE, 0, 0 },
    { "a buffer below RAM", FIXTURE_RAM - 1, 8, DESC_WRITE, 0, 0, 0 },
    { "a buffer across the end of RAM", FIXTURE_RAM + FIXTURE_RAM_SIZE - 4, 8, DESC_WRITE, 0, 0, 0 },
    { "a buffer over registers", FIXTURE_IO, 8, DESC_WRITE, 0, 0, 0 },
    { "a buffer that wraps around", UINT64_MAX - 3, 8, DESC_WRITE, 0, 0, 0 },
    { "a buffer of 4 GiB", FIXTURE_RAM, UINT32_MAX, DESC_WRITE, 0, 0, 0 },
    { "an indirect table not negotiated", FIXTURE_RAM, 16, DESC_INDIRECT, 0, 0, 0 },
    { "an indirect table of no descriptor", FIXTURE_RAM, 0, DESC_INDIRECT, 0, 0, F_INDIRECT },
    { "an indirect table of one and a half", FIXTURE_RAM, 24, DESC_INDIRECT, 0, 0, F_INDIRECT },
    { "an indirect table with a successor", FIXTURE_RAM, 16, DESC_INDIRECT | DESC_NEXT, 1, 0, F_INDIRECT },
    { "an indirect table outside RAM", FIXTURE_IO, 16, DESC_INDIRECT, 0, 0, F_INDIRECT },
    { "an indirect table across the end of RAM", FIXTURE_RAM + FIXTURE_RAM_SIZE - 16, 32, DESC_INDIRECT, 0, 0, F_INDIRECT },
    { "an indirect table that wraps around", 0xfffffffffffffff0, 32, DESC_INDIRECT, 0, 0, F_INDIRECT },
};

START_TEST(a_malformed_descriptor_needs_a_reset)
{
    const struct malformed *m = &malformed[_i];
    struct driver *d = boot(m->features);
    driver_store_desc(d, d->queue[0].desc, m->at, m->length, m->flags, m->next);
    offer(d, m->head);
    ck_assert_msg(needs_reset(d), "%s", m->what);
    expect_broken_and_repair(d);
}
END_TEST

START_TEST(an_indirect_table_within_another_needs_a_reset)
{
    struct driver *d = boot(F_INDIRECT);
    gpa_t table = driver_alloc(d, 64);
    driver_store_desc(d, table, table + 16, 16, DESC_INDIRECT, 0);
    driver_store_desc(d, table + 16, table + 32, 8, DESC_WRITE, 0);
    driver_store_desc(d, d->queue[0].desc, table, 16, DESC_INDIRECT, 0);
    offer(d, 0);
    expect_broken_and_repair(d);
}
END_TEST

START_TEST(reading_after_writing_needs_a_reset)
{
    struct driver *d = boot(0);
    gpa_t at = driver_alloc(d, 64);
    driver_store_desc(d, d->queue[0].desc, at, 8, DESC_NEXT | DESC_WRITE, 1);
    driver_store_desc(d, d->queue[0].desc + 16, at, 8, 0, 0);
    offer(d, 0);
    expect_broken_and_repair(d);
}
END_TEST

START_TEST(more_chains_than_entries_need_a_reset)
{
    struct driver *d = boot(0);
    d->queue[0].avail_idx = SIZE;
    offer(d, 0);
    expect_broken_and_repair(d);
}
END_TEST

/* The buffer lies over the available ring, so that each chain served seems to make others available. */
START_TEST(a_device_that_feeds_itself_comes_to_an_end)
{
    struct driver *d = boot(0);
    struct driver_queue *q = &d->queue[0];
    for (unsigned i = 0; i < SIZE; i++)
        driver_store_desc(d, q->desc + 16 * i, q->avail, 4 + 2 * SIZE, DESC_WRITE, 0);
    for (unsigned i = 0; i < 1000; i++) {
        device_fixture_write(d->f, q->avail + 2, 2, device_fixture_read(d->f, q->used + 2, 2) + 1);
        for (unsigned k = 0; k < SIZE; k++)
            device_fixture_write(d->f, q->avail + 4 + 2 * k, 2, k);
        driver_store(d, REG_QUEUE_NOTIFY, 0);
        if (needs_reset(d)) {
            driver_free(d);
            d = boot(0);
            q = &d->queue[0];
        }
    }
    driver_free(d);
}
END_TEST

static void program(struct driver *d, uint32_t size, gpa_t desc, gpa_t avail, gpa_t used)
{
    const gpa_t at[] = { desc, avail, used };
    const unsigned reg[] = { REG_QUEUE_DESC, REG_QUEUE_DRIVER, REG_QUEUE_DEVICE };
    driver_store(d, REG_QUEUE_SEL, 0);
    driver_store(d, REG_QUEUE_NUM, size);
    for (unsigned i = 0; i < 3; i++) {
        driver_store(d, reg[i], (uint32_t)at[i]);
        driver_store(d, reg[i] + 4, (uint32_t)(at[i] >> 32));
    }
    driver_store(d, REG_QUEUE_READY, 1);
}

START_TEST(impossible_rings_are_not_enabled)
{
    const gpa_t ram = FIXTURE_RAM, end = FIXTURE_RAM + FIXTURE_RAM_SIZE;
    const struct { uint32_t size; gpa_t desc, avail, used; bool good; } rings[] = {
        { 4, ram, ram + 0x1000, ram + 0x2000, true },
        { 0, ram, ram + 0x1000, ram + 0x2000, false },
        { 3, ram, ram + 0x1000, ram + 0x2000, false },
        { 16, ram, ram + 0x1000, ram + 0x2000, false },
        { 0x10004, ram, ram + 0x1000, ram + 0x2000, false },
        { 4, ram + 8, ram + 0x1000, ram + 0x2000, false },
        { 4, ram, ram + 0x1001, ram + 0x2000, false },
        { 4, ram, ram + 0x1000, ram + 0x2002, false },
        { 4, end - 48, ram + 0x1000, ram + 0x2000, false },
        { 4, end - 64, ram + 0x1000, ram + 0x2000, true },
        { 4, ram, FIXTURE_IO, ram + 0x2000, false },
        { 4, ram, ram + 0x1000, UINT64_MAX - 3, false },
    };
    for (unsigned i = 0; i < ARRAY_SIZE(rings); i++) {
        struct driver *d = driver_new("virtio-rng");
        driver_start(d);
        ck_assert(driver_negotiate(d, F_VERSION_1));
        program(d, rings[i].size, rings[i].desc, rings[i].avail, rings[i].used);
        ck_assert_msg(driver_load(d, REG_QUEUE_READY) == rings[i].good, "row %u", i);
        ck_assert_msg(needs_reset(d) == !rings[i].good, "row %u", i);
        driver_free(d);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("virtio queue");
    TCase *t = tcase_create("virtio queue");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, rings_wrap_many_times);
    tcase_add_test(t, several_chains_are_served_in_order_by_one_notification);
    tcase_add_test(t, indirect_tables_may_follow_direct_descriptors);
    tcase_add_test(t, an_indirect_table_may_be_longer_than_the_queue);
    tcase_add_test(t, the_driver_may_forbid_interrupts);
    tcase_add_test(t, event_idx_delays_interrupts_to_the_chain_asked_for);
    tcase_add_test(t, event_idx_asks_for_the_next_notification_once_the_ring_is_empty);
    tcase_add_test(t, chains_made_available_before_driver_ok_are_served_at_driver_ok);
    tcase_add_test(t, a_chain_that_loops_needs_a_reset);
    tcase_add_test(t, an_indirect_chain_that_loops_needs_a_reset);
    tcase_add_loop_test(t, a_malformed_descriptor_needs_a_reset, 0, (int)ARRAY_SIZE(malformed));
    tcase_add_test(t, an_indirect_table_within_another_needs_a_reset);
    tcase_add_test(t, reading_after_writing_needs_a_reset);
    tcase_add_test(t, more_chains_than_entries_need_a_reset);
    tcase_add_test(t, a_device_that_feeds_itself_comes_to_an_end);
    tcase_add_test(t, impossible_rings_are_not_enabled);
    suite_add_tcase(s, t);
    return s;
}
