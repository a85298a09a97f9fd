/* SPDX-License-Identifier: MIT */
/* TCP from the guest to servers of the host. Catches: bytes that are lost, doubled or out of order, to a guest that is slow, deaf for a
   while or has several connections; a restricted guest that gets out. */
#include <stdlib.h>

#include "tests/frontends/net/guest.h"
#include "tests/frontends/net/host.h"

static struct guest guest;
static struct server server;

/* ---- TCP from the guest ---- */

/* The guest's end of one connection. Nothing is lost here, so nothing is sent twice. */
struct stream {
    unsigned port;
    uint32_t mine, theirs;   /* next sequence numbers */
    size_t got;
    bool is_open, is_closed;
};

static struct stream streams[16];
static unsigned stream_count, closed_count;
static uint8_t *received[16];

static void tcp_reply(struct guest *g, struct stream *s, unsigned flags, const char *text)
{
    guest_send_tcp(g, s->port, router_ip, server.port, s->mine, s->theirs, flags, text, strlen(text));
    s->mine += (uint32_t)strlen(text) + ((flags & (TCP_SYN | TCP_FIN)) != 0);
}

static void start_streams(struct guest *g)
{
    for (unsigned i = 0; i < stream_count; i++) {
        streams[i] = (struct stream){ .port = 40000 + i, .mine = 1000 * i };
        tcp_reply(g, &streams[i], TCP_SYN, "");
    }
}

static void take_segment(struct guest *g, const uint8_t *frame, size_t length)
{
    size_t n;
    if (guest_answers_arp(g, frame, length))
        return;
    const uint8_t *tcp = ip_payload(frame, length, 6, &n);
    if (!tcp)
        return;
    unsigned flags = get16(tcp + 12) & 0x3f, header = tcp[12] >> 4 << 2, index = get16(tcp + 2) - 40000;
    ck_assert_uint_eq(get16(tcp), server.port);
    ck_assert_uint_lt(index, stream_count);
    ck_assert(!(flags & TCP_RST));
    struct stream *s = &streams[index];
    if (flags & TCP_SYN) {
        s->theirs = get32(tcp + 4) + 1;
        s->is_open = true;
        tcp_reply(g, s, TCP_ACK, server.question);
        return;
    }
    if (get32(tcp + 4) != s->theirs)   /* sent again, because we were slow to acknowledge */
        return;
    n -= header;
    ck_assert_uint_le(s->got + n, server.answer_length);
    memcpy(received[index] + s->got, tcp + header, n);
    s->got += n;
    s->theirs += (uint32_t)n + (flags & TCP_FIN);
    if (flags & TCP_FIN && !s->is_closed) {
        s->is_closed = true;
        closed_count++;
        tcp_reply(g, s, TCP_ACK | TCP_FIN, "");
    } else if (n) {
        tcp_reply(g, s, TCP_ACK, "");
    }
    if (closed_count == stream_count)
        guest_done(g);
}

static void download(const char *options, unsigned connections, size_t length, unsigned room)
{
    static uint8_t answer[400000];
    ck_assert_uint_le(length, sizeof answer);
    for (size_t i = 0; i < length; i++)
        answer[i] = (uint8_t)(i * 31 + i / 251);
    server.question = "GET / HTTP/1.0\r\n\r\n";
    server.answer = answer;
    server.answer_length = length;
    guest_make(&guest, options, 60);
    server_open(&server, guest.loop);
    stream_count = connections;
    guest.room = room;
    guest.start = start_streams;
    guest.on_frame = take_segment;
    for (unsigned i = 0; i < connections; i++)
        received[i] = mem_alloc(length);
    ck_assert(guest_run(&guest));
    for (unsigned i = 0; i < connections; i++) {
        ck_assert_uint_eq(streams[i].got, length);
        ck_assert_mem_eq(received[i], answer, length);
        free(received[i]);
    }
    server_free(&server);
    guest_free(&guest);
}

START_TEST(a_connection_reaches_a_server_on_the_host)
{
    download("user", 1, 1000, GUEST_RING);
}
END_TEST

START_TEST(a_guest_with_a_small_ring_loses_nothing)
{
    download("user", 1, 400000, 3);
}
END_TEST

/* Twelve windows of 64 KiB are more than the queue's high water: for a while the sockets must be left unread. */
START_TEST(many_downloads_to_a_slow_guest_all_arrive)
{
    download("user", 12, 300000, 16);
}
END_TEST

static void listen_again(struct guest *g)
{
    g->is_deaf = false;
}

static void start_deaf(struct guest *g)
{
    start_streams(g);
    g->is_deaf = true;
    g->wakes = g->now + 300 * TICKS_PER_MS;
    g->on_wake = listen_again;
}

START_TEST(a_guest_that_was_deaf_gets_what_was_kept)
{
    server.question = "hello";
    server.answer = (const uint8_t *)"world";
    server.answer_length = 5;
    guest_make(&guest, "user", 60);
    server_open(&server, guest.loop);
    stream_count = 1;
    received[0] = mem_alloc(5);
    guest.start = start_deaf;
    guest.on_frame = take_segment;
    ck_assert(guest_run(&guest));
    ck_assert_mem_eq(received[0], "world", 5);
    free(received[0]);
    server_free(&server);
    guest_free(&guest);
}
END_TEST

START_TEST(a_restricted_guest_reaches_nothing)
{
    guest_make(&guest, "user,restrict=on", 30);
    server_open(&server, guest.loop);
    stream_count = 1;
    guest.start = start_streams;
    ck_assert(!guest_run(&guest));
    ck_assert_uint_eq(server.count, 0);
    server_free(&server);
    guest_free(&guest);
}
END_TEST

static void setup(void)
{
    server = (struct server){ 0 };
    closed_count = 0;
}

Suite *test_suite(void)
{
    Suite *suite = suite_create("net tcp");
    TCase *t = tcase_create("net");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, a_connection_reaches_a_server_on_the_host);
    tcase_add_test(t, a_guest_with_a_small_ring_loses_nothing);
    tcase_add_test(t, many_downloads_to_a_slow_guest_all_arrive);
    tcase_add_test(t, a_guest_that_was_deaf_gets_what_was_kept);
    tcase_add_test(t, a_restricted_guest_reaches_nothing);
    suite_add_tcase(suite, t);
    return suite;
}
