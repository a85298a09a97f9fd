/* SPDX-License-Identifier: MIT */
/* What every guest meets first. Catches: a network that gives no address, runs its timers on the host's clock, lets an idle guest at
   full speed run away from an answer, or is harmed by noise. */
#include <stdlib.h>

#include "frontends/net/net_queue.h"
#include "tests/frontends/net/guest.h"
#include "tests/frontends/net/host.h"

static struct guest guest;
static struct server server;

/* ---- what the network answers by itself ---- */

static void ask_router_mac(struct guest *g)
{
    static const uint8_t nobody[6];
    guest_send_arp(g, 1, nobody, router_ip);
}

static void take_router_mac(struct guest *g, const uint8_t *frame, size_t length)
{
    if (!is_arp(frame, length, 2))
        return;
    ck_assert_mem_eq(frame, g->mac, 6);
    ck_assert_mem_eq(frame + ETH + 14, router_ip, 4);
    guest_done(g);
}

START_TEST(the_router_answers_arp)
{
    guest_make(&guest, "user,mac=52:54:00:aa:bb:cc", 5);
    guest.start = ask_router_mac;
    guest.on_frame = take_router_mac;
    ck_assert(guest_run(&guest));
    guest_free(&guest);
}
END_TEST

static void send_ping(struct guest *g)
{
    uint8_t frame[200] = { 0 };
    uint8_t *icmp = frame + IP;
    icmp[0] = 8;
    put32(icmp + 4, 0x12340001);
    memcpy(icmp + 8, "is anybody there?", 17);
    guest_send_ip(g, frame, 1, guest_ip, router_ip, 25, 2);
}

static void take_pong(struct guest *g, const uint8_t *frame, size_t length)
{
    size_t n;
    if (guest_answers_arp(g, frame, length))
        return;
    const uint8_t *icmp = ip_payload(frame, length, 1, &n);
    if (!icmp)
        return;
    ck_assert_uint_eq(n, 25);
    ck_assert_uint_eq(icmp[0], 0);
    ck_assert_uint_eq(get32(icmp + 4), 0x12340001);
    ck_assert_mem_eq(icmp + 8, "is anybody there?", 17);
    guest_done(g);
}

START_TEST(the_router_answers_a_ping)
{
    guest_make(&guest, "user", 5);
    guest.start = send_ping;
    guest.on_frame = take_pong;
    ck_assert(guest_run(&guest));
    guest_free(&guest);
}
END_TEST

/* ---- DHCP (RFC 2131) ---- */

enum { DISCOVER = 1, OFFER, REQUEST, ACK = 5, BOOTP = 240 };
static unsigned dhcp_got;

static void send_dhcp(struct guest *g, uint8_t kind)
{
    static const uint8_t zero[4], everybody[4] = { 255, 255, 255, 255 };
    uint8_t bootp[BOOTP + 64] = { 1, 1, 6, 0, 0xca, 0xfe, 0xba, 0xbe };
    memcpy(bootp + 28, g->mac, 6);
    put32(bootp + 236, 0x63825363);
    uint8_t *option = bootp + BOOTP;
    *option++ = 53, *option++ = 1, *option++ = kind;
    if (kind == REQUEST) {
        *option++ = 50, *option++ = 4;
        memcpy(option, guest_ip, 4);
        option += 4;
    }
    *option = 255;
    guest_send_udp(g, zero, 68, everybody, 67, bootp, sizeof bootp);
}

/* The option's value in a reply; its length must be this. */
static const uint8_t *dhcp_option(const uint8_t *bootp, size_t length, unsigned code, unsigned value_length)
{
    for (size_t at = BOOTP; at + 1 < length && bootp[at] != 255; at += bootp[at] ? bootp[at + 1] + 2u : 1)
        if (bootp[at] == code) {
            ck_assert_uint_eq(bootp[at + 1], value_length);
            ck_assert_uint_le(at + 2 + value_length, length);
            return bootp + at + 2;
        }
    ck_abort_msg("no DHCP option %u", code);
    return NULL;
}

static void start_dhcp(struct guest *g)
{
    send_dhcp(g, DISCOVER);
}

static void take_dhcp(struct guest *g, const uint8_t *frame, size_t length)
{
    size_t n;
    const uint8_t *udp = ip_payload(frame, length, 17, &n);
    if (!udp || get16(udp + 2) != 68)
        return;
    const uint8_t *bootp = udp + 8;
    n -= 8;
    ck_assert_uint_gt(n, BOOTP);
    ck_assert_uint_eq(bootp[0], 2);
    ck_assert_uint_eq(get32(bootp + 4), 0xcafebabe);
    ck_assert_mem_eq(bootp + 16, guest_ip, 4);
    ck_assert_mem_eq(dhcp_option(bootp, n, 1, 4), "\xff\xff\xff\0", 4);
    ck_assert_mem_eq(dhcp_option(bootp, n, 3, 4), router_ip, 4);
    ck_assert_mem_eq(dhcp_option(bootp, n, 6, 4), "\x0a\0\x02\x03", 4);
    ck_assert_mem_eq(dhcp_option(bootp, n, 12, 7), "testing", 7);
    dhcp_got = *dhcp_option(bootp, n, 53, 1);
    if (dhcp_got == OFFER)
        send_dhcp(g, REQUEST);
    else
        guest_done(g);
}

START_TEST(dhcp_gives_address_router_and_names)
{
    guest_make(&guest, "user,hostname=testing", 5);
    guest.start = start_dhcp;
    guest.on_frame = take_dhcp;
    ck_assert(guest_run(&guest));
    ck_assert_uint_eq(dhcp_got, ACK);
    guest_free(&guest);
}
END_TEST

/* ---- IPv6 router advertisements (RFC 4861): on a timer ---- */

static tick_t advertised_at;

static void take_advertisement(struct guest *g, const uint8_t *frame, size_t length)
{
    if (length < ETH + 40 + 16 || get16(frame + 12) != 0x86dd || frame[ETH + 6] != 58 || frame[ETH + 40] != 134)
        return;
    advertised_at = g->now;
    guest_done(g);
}

START_TEST(timers_run_on_virtual_time)
{
    guest_make(&guest, "user,ipv6=on", 3600);
    guest.on_frame = take_advertisement;
    uint64_t began = host_loop_host_ns(guest.loop);
    ck_assert(guest_run(&guest));
    /* RFC 4861 wants an advertisement every 200 to 600 s: they pass at once when nobody waits. */
    ck_assert_uint_ge(advertised_at, 200 * TICKS_PER_SECOND);
    ck_assert_uint_le(advertised_at, 601 * TICKS_PER_SECOND);
    ck_assert_uint_lt(host_loop_host_ns(guest.loop) - began, 100000000000u);
    guest_free(&guest);
}
END_TEST

START_TEST(without_ipv6_nothing_is_advertised)
{
    guest_make(&guest, "user", 3600);
    guest.on_frame = take_advertisement;
    ck_assert(!guest_run(&guest));
    ck_assert_uint_eq(guest.frames, 0);
    guest_free(&guest);
}
END_TEST

/* ---- UDP from the guest ---- */

static void echo_back(void *owner, short events)
{
    struct host_fd *fd = owner;
    struct sockaddr_in from;
    socklen_t from_length = sizeof from;
    char text[64];
    (void)events;
    ssize_t n = recvfrom(fd->fd, text, sizeof text, 0, (struct sockaddr *)&from, &from_length);
    if (n > 0)
        ck_assert_int_eq(sendto(fd->fd, text, (size_t)n, 0, (struct sockaddr *)&from, from_length), n);
}

static void ask_by_udp(struct guest *g)
{
    guest_send_udp(g, guest_ip, 5000, router_ip, server.port, "echo?", 5);
}

static void take_echo(struct guest *g, const uint8_t *frame, size_t length)
{
    size_t n;
    if (guest_answers_arp(g, frame, length))
        return;
    const uint8_t *udp = ip_payload(frame, length, 17, &n);
    if (!udp || get16(udp + 2) != 5000)
        return;
    ck_assert_uint_eq(get16(udp), server.port);
    ck_assert_uint_eq(n, 8 + 5);
    ck_assert_mem_eq(udp + 8, "echo?", 5);
    guest_done(g);
}

START_TEST(a_datagram_gets_its_answer)
{
    guest_make(&guest, "user", 8);
    struct host_fd echo = { .fd = host_socket(SOCK_DGRAM, &server.port), .events = POLLIN, .ready = echo_back, .owner = &echo };
    host_loop_add_fd(guest.loop, &echo);
    guest.start = ask_by_udp;
    guest.on_frame = take_echo;
    ck_assert(guest_run(&guest));
    host_loop_remove_fd(guest.loop, &echo);
    close(echo.fd);
    guest_free(&guest);
}
END_TEST

/* A host clock that jumps instead of sleeping. */
static uint64_t jumping_now(void *self)
{
    return *(uint64_t *)self;
}

static int jumping_poll(void *self, struct pollfd *fds, unsigned count, int64_t timeout_ns)
{
    int n = poll(fds, count, 0);
    if (n == 0 && timeout_ns > 0)
        *(uint64_t *)self += (uint64_t)timeout_ns;
    return n;
}

/* Nobody answers: ten virtual seconds pass as on the host, the rest of an hour at once. The limit is what ends this. */
START_TEST(an_unanswered_question_does_not_hold_up_an_hour)
{
    uint64_t host_ns = 0;
    const struct host_time jumping = { jumping_now, jumping_poll, &host_ns };
    guest_make_at(&guest, "user", 3600, &jumping);
    int silent = host_socket(SOCK_DGRAM, &server.port);
    guest.start = ask_by_udp;
    ck_assert(!guest_run(&guest));
    ck_assert_uint_ge(host_ns, 9900000000u);
    ck_assert_uint_le(host_ns, 11100000000u);
    close(silent);
    guest_free(&guest);
}
END_TEST

/* ---- hostile guests ---- */

static uint64_t seed = 12;

static uint32_t any(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32) % below;
}

/* Frames of every length with plausible beginnings and noise after them. The network is restricted: nothing may leave this
   host. */
static void send_noise(struct guest *g)
{
    static uint8_t frame[70000];
    static const uint16_t types[] = { 0x0800, 0x86dd, 0x0806, 0x88f8, 0 };
    static const uint8_t protocols[] = { 1, 2, 6, 17, 58, 0 };
    for (int i = 0; i < 20000; i++) {
        size_t length = any(20) ? any(200) : any(1600);
        for (size_t k = 0; k < length + 40; k++)
            frame[k] = (uint8_t)any(256);
        put16(frame + 12, types[any(5)]);
        if (any(3)) {
            uint8_t *ip = frame + ETH;
            ip[0] = get16(frame + 12) == 0x86dd ? 0x60 : any(8) ? 0x45 : (uint8_t)(0x40 | any(16));
            put16(ip + 2, any(4) ? (unsigned)length - ETH : any(65536));
            put16(ip + 6, any(4) ? 0 : any(65536));
            ip[9] = protocols[any(6)];
            memcpy(ip + 12, guest_ip, 4);
            memcpy(ip + 16, router_ip, 4);
            ip[19] = (uint8_t)any(5);
            put16(ip + 10, 0);
            put16(ip + 10, fold(sum16(0, ip, (ip[0] & 15) * 4u)));
        }
        guest_send(g, frame, length);
    }
    guest_send(g, frame, 0);
    guest_send(g, frame, sizeof frame);
    g->wakes = g->now + TICKS_PER_SECOND;
    g->on_wake = guest_done;
}

START_TEST(noise_from_the_guest_does_no_harm)
{
    guest_make(&guest, "user,restrict=on", 10);
    guest.start = send_noise;
    ck_assert(guest_run(&guest));
    guest_free(&guest);
}
END_TEST

static void setup(void)
{
    server = (struct server){ 0 };
}

Suite *test_suite(void)
{
    Suite *suite = suite_create("net");
    TCase *t = tcase_create("net");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, the_router_answers_arp);
    tcase_add_test(t, the_router_answers_a_ping);
    tcase_add_test(t, dhcp_gives_address_router_and_names);
    tcase_add_test(t, timers_run_on_virtual_time);
    tcase_add_test(t, without_ipv6_nothing_is_advertised);
    tcase_add_test(t, a_datagram_gets_its_answer);
    tcase_add_test(t, an_unanswered_question_does_not_hold_up_an_hour);
    tcase_add_test(t, noise_from_the_guest_does_no_harm);
    suite_add_tcase(suite, t);
    return suite;
}
