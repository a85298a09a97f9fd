/* SPDX-License-Identifier: MIT */
/* Catches: frames lost, doubled, cut or out of order in the ring, and a ring that grows or overruns. */
#include <string.h>

#include "frontends/net/net_queue.h"
#include "tests/support/support.h"

static struct net_queue queue;

static bool put(unsigned number, size_t length)
{
    uint8_t frame[NET_QUEUE_FRAME + 100];
    memset(frame, (int)(number & 0xff), sizeof frame);
    frame[0] = (uint8_t)(number >> 8);
    return net_queue_put(&queue, frame, length, number);
}

static void expect(unsigned number, size_t length)
{
    const struct net_queue_slot *slot = net_queue_peek(&queue);
    ck_assert_ptr_nonnull(slot);
    ck_assert_uint_eq(slot->length, length);
    ck_assert_uint_eq(slot->bytes[0], number >> 8);
    ck_assert_uint_eq(slot->bytes[length - 1], number & 0xff);
    net_queue_drop(&queue);
}

START_TEST(frames_leave_in_order_round_the_ring)
{
    unsigned in = 0, out = 0;
    for (int round = 0; round < 9; round++) {
        for (int i = 0; i < 600; i++, in++)
            ck_assert(put(in, 60 + in % 1400));
        while (out < in - 100 * (unsigned)(round < 8)) {
            expect(out, 60 + out % 1400);
            out++;
        }
    }
    ck_assert_ptr_null(net_queue_peek(&queue));
}
END_TEST

START_TEST(a_full_ring_and_a_giant_drop_the_newest)
{
    ck_assert(!put(0, NET_QUEUE_FRAME + 1));
    ck_assert_ptr_null(net_queue_peek(&queue));
    for (unsigned i = 0; i < NET_QUEUE_SLOTS; i++)
        ck_assert(put(i, NET_QUEUE_FRAME));
    ck_assert(!put(9999, 60));
    for (unsigned i = 0; i < NET_QUEUE_SLOTS; i++)
        expect(i, NET_QUEUE_FRAME);
    ck_assert_ptr_null(net_queue_peek(&queue));
    ck_assert(put(7, 60));
    expect(7, 60);
}
END_TEST

START_TEST(no_frame_overtakes_another)
{
    ck_assert(put(50, 60) && put(20, 60) && put(70, 60));
    ck_assert_uint_eq(net_queue_peek(&queue)->at, 50);
    expect(50, 60);
    ck_assert_uint_eq(net_queue_peek(&queue)->at, 50);
    expect(20, 60);
    ck_assert_uint_eq(net_queue_peek(&queue)->at, 70);
    expect(70, 60);
    ck_assert(put(5, 60));
    ck_assert_uint_eq(net_queue_peek(&queue)->at, 5);
    expect(5, 60);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("net_queue");
    TCase *t = tcase_create("net_queue");
    tcase_add_test(t, frames_leave_in_order_round_the_ring);
    tcase_add_test(t, a_full_ring_and_a_giant_drop_the_newest);
    tcase_add_test(t, no_frame_overtakes_another);
    suite_add_tcase(s, t);
    return s;
}
