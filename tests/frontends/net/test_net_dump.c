/* SPDX-License-Identifier: MIT */
/* Catches: dumps that tcpdump cannot read, frames missing or cut wrongly, times that are the host's, a full disk that ends the
   machine. */
#include <stdlib.h>
#include <unistd.h>

#include "base/bits.h"
#include "frontends/net/net_dump.h"
#include "tests/frontends/net/guest.h"

enum { FILE_HEADER = 24, RECORD_HEADER = 16 };   /* draft-ietf-opsawg-pcap, 4 and 5 */

static struct guest guest;
static char name[64];
static uint8_t bytes[65536];
static const uint64_t start = 1700000000;

static size_t read_back(void)
{
    FILE *from = fopen(name, "rb");
    ck_assert_ptr_nonnull(from);
    size_t n = fread(bytes, 1, sizeof bytes, from);
    fclose(from);
    return n;
}

static struct net_dump *open_dump(const char *more)
{
    char text[200];
    struct net_dump_options options;
    struct error err = { "" };
    snprintf(text, sizeof text, "filter-dump,id=d,netdev=nic0,file=%s%s", name, more);
    ck_assert_msg(net_dump_parse(text, &options, &err) == 0, "%s", err.text);
    struct net_dump *dump = net_dump_open(&options, start, &err);
    ck_assert_msg(dump != NULL, "%s", err.text);
    return dump;
}

static void ask_arp(struct guest *g)
{
    static const uint8_t nobody[6];
    g->wakes = g->now + 3 * TICKS_PER_SECOND / 2;
    guest_send_arp(g, 1, nobody, router_ip);
}

static void ask_again(struct guest *g)
{
    g->wakes = TICK_NEVER;
    guest_send_arp(g, 1, g->mac, router_ip);
}

static void take(struct guest *g, const uint8_t *frame, size_t length)
{
    ck_assert(is_arp(frame, length, 2));
    if (g->now >= TICKS_PER_SECOND)
        guest_done(g);
}

static void record(const char *more)
{
    guest_make(&guest, "user", 10);
    net_add_dump(guest.net, open_dump(more));
    guest.start = ask_arp;
    guest.on_wake = ask_again;
    guest.on_frame = take;
    ck_assert(guest_run(&guest));
    guest_free(&guest);
}

/* Two questions and two answers, at times that are known. */
START_TEST(both_directions_are_there_with_their_virtual_times)
{
    static const struct { uint32_t seconds, nanoseconds; uint8_t operation; } expected[] = {
        { 0, 0, 1 }, { 0, 100000, 2 }, { 1, 500000000, 1 }, { 1, 500100000, 2 },
    };
    record("");
    size_t length = read_back(), at = FILE_HEADER;
    ck_assert_uint_eq(ld_le32(bytes), 0xa1b23c4d);
    ck_assert_uint_eq(ld_le32(bytes + 20), 1);
    for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
        ck_assert_uint_ge(length, at + RECORD_HEADER);
        const uint8_t *frame = bytes + at + RECORD_HEADER;
        ck_assert_uint_eq(ld_le32(bytes + at), start + expected[i].seconds);
        ck_assert_uint_eq(ld_le32(bytes + at + 4), expected[i].nanoseconds);
        ck_assert_uint_eq(ld_le32(bytes + at + 8), ld_le32(bytes + at + 12));
        ck_assert(is_arp(frame, ld_le32(bytes + at + 8), expected[i].operation));
        at += RECORD_HEADER + ld_le32(bytes + at + 8);
    }
    ck_assert_uint_eq(at, length);
}
END_TEST

START_TEST(long_frames_are_cut_where_it_was_said)
{
    record(",maxlen=20");
    size_t length = read_back();
    ck_assert_uint_eq(length, FILE_HEADER + 4 * (RECORD_HEADER + 20));
    ck_assert_uint_eq(ld_le32(bytes + FILE_HEADER + 8), 20);
    ck_assert_uint_eq(ld_le32(bytes + FILE_HEADER + 12), ETH + 28);
}
END_TEST

START_TEST(what_cannot_be_written_ends_the_dump_and_not_the_run)
{
    char kept[64];
    strcpy(kept, name);
    strcpy(name, "/dev/full");
    record("");
    strcpy(name, kept);
}
END_TEST

START_TEST(mistakes_are_refused)
{
    static const struct { const char *text, *word; } cases[] = {
        { "rng-random,id=x", "no object 'rng-random'" }, { "filter-dump", "needs netdev=" }, { "filter-dump,netdev=nic0", "file=" },
        { "filter-dump,netdev=nic0,file=", "file=" }, { "filter-dump,netdev=nic0,file=x,maxlen=big", "not a number" },
        { "filter-dump,netdev=nic0,fiel=x", "did you mean 'file'" }, { "filter-dumps,netdev=a,file=b", "filter-dumps" },
    };
    struct net_dump_options options;
    struct error err;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        ck_assert_msg(net_dump_parse(cases[i].text, &options, &err) < 0, "%s", cases[i].text);
        ck_assert_msg(strstr(err.text, cases[i].word), "%s: %s", cases[i].text, err.text);
    }
    ck_assert_int_eq(net_dump_parse("filter-dump,netdev=nic0,file=/no/such/folder/x", &options, &err), 0);
    ck_assert_ptr_null(net_dump_open(&options, 0, &err));
    ck_assert_msg(strstr(err.text, "/no/such/folder/x"), "%s", err.text);
}
END_TEST

static void setup(void)
{
    strcpy(name, "/tmp/orrery-dump.XXXXXX");
    close(mkstemp(name));
}

static void teardown(void)
{
    unlink(name);
}

Suite *test_suite(void)
{
    Suite *s = suite_create("net_dump");
    TCase *t = tcase_create("net_dump");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, both_directions_are_there_with_their_virtual_times);
    tcase_add_test(t, long_frames_are_cut_where_it_was_said);
    tcase_add_test(t, what_cannot_be_written_ends_the_dump_and_not_the_run);
    tcase_add_test(t, mistakes_are_refused);
    suite_add_tcase(s, t);
    return s;
}
