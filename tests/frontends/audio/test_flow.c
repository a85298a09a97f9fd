/* SPDX-License-Identifier: MIT */
/* Catches: sound that begins before enough waits to go on, that never begins, that crackles where it should pause, or that is heard
   later and later. */
#include "frontends/audio/flow.h"
#include "tests/support/support.h"

enum { RATE = 1000, MS = 1, PIECE = 10 * MS };   /* a host that plays a byte a millisecond, ten at a time */

static struct flow flow;

START_TEST(it_begins_when_enough_waits)
{
    flow_init(&flow, RATE);
    ck_assert_uint_eq(flow_give(&flow, 0, PIECE), 0);
    ck_assert_uint_eq(flow_give(&flow, 119, PIECE), 0);
    ck_assert_uint_eq(flow_give(&flow, 120, PIECE), PIECE);
    ck_assert_uint_eq(flow_give(&flow, 110, PIECE), PIECE);
}
END_TEST

START_TEST(a_short_sound_is_heard_too)
{
    flow_init(&flow, RATE);
    for (int i = 0; i < 20; i++)
        ck_assert_uint_eq(flow_give(&flow, 25, PIECE), 0);
    ck_assert_uint_eq(flow_give(&flow, 25, PIECE), PIECE);
    ck_assert_uint_eq(flow_give(&flow, 15, PIECE), PIECE);
    ck_assert_uint_eq(flow_give(&flow, 5, PIECE), 5);
    ck_assert_uint_eq(flow_give(&flow, 0, PIECE), 0);
    ck_assert_uint_eq(flow_give(&flow, 25, PIECE), 0);       /* and the next one waits again */
}
END_TEST

/* A guest at 62 % of real time. What is heard comes in pieces of at least the length that waits for a start. */
START_TEST(a_host_that_is_too_slow_hears_pieces_and_not_crackles)
{
    uint64_t queued = 0, played = 0, heard = 0, longest_silence = 0, silence = 0, shortest = UINT64_MAX, piece = 0;
    flow_init(&flow, RATE);
    for (int ms = 0; ms < 20000; ms += PIECE) {
        queued += ms % 100 < 62 ? PIECE : 0;
        uint64_t given = flow_give(&flow, queued, PIECE);
        ck_assert_uint_le(given, queued);
        queued -= given;
        heard += given;
        piece += given;
        silence = given ? 0 : silence + PIECE;
        longest_silence = silence > longest_silence ? silence : longest_silence;
        if (!given && piece) {
            shortest = piece < shortest ? piece : shortest;
            piece = 0;
            played++;
        }
    }
    ck_assert_uint_ge(shortest, 120);
    ck_assert_uint_ge(played, 10);
    ck_assert_uint_le(longest_silence, 400);
    ck_assert_uint_ge(heard + queued, 20000 * 62 / 100 - 100);
}
END_TEST

START_TEST(what_would_be_heard_too_late_is_dropped)
{
    flow_init(&flow, RATE);
    ck_assert_uint_eq(flow_drop(&flow, 0), 0);
    ck_assert_uint_eq(flow_drop(&flow, 400), 0);
    ck_assert_uint_eq(flow_drop(&flow, 401), 281);           /* what is left is what a start waits for */
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("flow");
    TCase *t = tcase_create("flow");
    tcase_add_test(t, it_begins_when_enough_waits);
    tcase_add_test(t, a_short_sound_is_heard_too);
    tcase_add_test(t, a_host_that_is_too_slow_hears_pieces_and_not_crackles);
    tcase_add_test(t, what_would_be_heard_too_late_is_dropped);
    suite_add_tcase(s, t);
    return s;
}
