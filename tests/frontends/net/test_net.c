/* SPDX-License-Identifier: MIT */
/* Catches: a network that gives no address, loses or doubles bytes, forwards to the wrong place, lets a restricted guest out,
   runs its timers on the host's clock, overruns a slow guest, or lets an idle guest at full speed run away from an answer. */
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

/* ---- forwards ---- */

static unsigned free_port(int type)
{
    unsigned port;
    close(host_socket(type, &port));
    return port;
}

/* A connection from the host, and a guest that answers "ping" with "pong" and hangs up. */
static char host_heard[64];
static size_t host_heard_length;
static bool host_saw_end;

static void host_talk(void *owner, short events)
{
    struct host_fd *fd = owner;
    (void)events;
    if (fd->events == POLLOUT) {
        int code = 0;
        socklen_t length = sizeof code;
        ck_assert_int_eq(getsockopt(fd->fd, SOL_SOCKET, SO_ERROR, &code, &length), 0);
        ck_assert_int_eq(code, 0);
        ck_assert_int_eq(write(fd->fd, "ping", 4), 4);
        fd->events = POLLIN;
        return;
    }
    ssize_t n = read(fd->fd, host_heard + host_heard_length, sizeof host_heard - host_heard_length);
    if (n < 0 && errno == EAGAIN)
        return;
    ck_assert_int_ge(n, 0);
    host_heard_length += (size_t)n;
    if (n == 0) {
        host_saw_end = true;
        guest_done(&guest);
    }
}

static void serve_segment(struct guest *g, const uint8_t *frame, size_t length)
{
    size_t n;
    if (guest_answers_arp(g, frame, length))
        return;
    const uint8_t *tcp = ip_payload(frame, length, 6, &n);
    if (!tcp)
        return;
    unsigned flags = get16(tcp + 12) & 0x3f, header = tcp[12] >> 4 << 2, from = get16(tcp);
    uint32_t theirs = get32(tcp + 4) + (uint32_t)(n - header) + ((flags & (TCP_SYN | TCP_FIN)) != 0);
    ck_assert_uint_eq(get16(tcp + 2), 22);
    ck_assert_mem_eq(frame + ETH + 16, guest_ip, 4);
    if (flags & TCP_SYN) {
        guest_send_tcp(g, 22, router_ip, from, 7000, theirs, TCP_SYN | TCP_ACK, NULL, 0);
    } else if (n > header) {
        ck_assert_uint_eq(n - header, 4);
        ck_assert_mem_eq(tcp + header, "ping", 4);
        guest_send_tcp(g, 22, router_ip, from, 7001, theirs, TCP_ACK | TCP_FIN, "pong", 4);
    } else if (flags & TCP_FIN) {
        guest_send_tcp(g, 22, router_ip, from, 7006, theirs, TCP_ACK, NULL, 0);
    }
}

START_TEST(a_forwarded_port_leads_to_the_guest)
{
    char text[100];
    unsigned port = free_port(SOCK_STREAM);
    snprintf(text, sizeof text, "user,hostfwd=tcp:127.0.0.1:%u-:22", port);
    guest_make(&guest, text, 20);
    struct sockaddr_in address = loopback(port);
    struct host_fd caller = { .fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), .events = POLLOUT, .ready = host_talk,
                              .owner = &caller };
    ck_assert(connect(caller.fd, (struct sockaddr *)&address, sizeof address) == 0 || errno == EINPROGRESS);
    host_loop_add_fd(guest.loop, &caller);
    guest.on_frame = serve_segment;
    ck_assert(guest_run(&guest));
    ck_assert(host_saw_end);
    ck_assert_uint_eq(host_heard_length, 4);
    ck_assert_mem_eq(host_heard, "pong", 4);
    host_loop_remove_fd(guest.loop, &caller);
    close(caller.fd);
    guest_free(&guest);
}
END_TEST

static void serve_datagram(struct guest *g, const uint8_t *frame, size_t length)
{
    size_t n;
    if (guest_answers_arp(g, frame, length))
        return;
    const uint8_t *udp = ip_payload(frame, length, 17, &n);
    if (!udp || get16(udp + 2) != 53)
        return;
    ck_assert_mem_eq(udp + 8, "ping", 4);
    guest_send_udp(g, guest_ip, 53, frame + ETH + 12, get16(udp), "pong", 4);
}

static void host_hear(void *owner, short events)
{
    struct host_fd *fd = owner;
    (void)events;
    ssize_t n = read(fd->fd, host_heard, sizeof host_heard);
    if (n <= 0)
        return;
    host_heard_length = (size_t)n;
    guest_done(&guest);
}

START_TEST(a_forwarded_udp_port_leads_to_the_guest)
{
    char text[100];
    unsigned port = free_port(SOCK_DGRAM), mine;
    snprintf(text, sizeof text, "user,hostfwd=udp:127.0.0.1:%u-10.0.2.15:53", port);
    guest_make(&guest, text, 20);
    struct sockaddr_in address = loopback(port);
    struct host_fd caller = { .fd = host_socket(SOCK_DGRAM, &mine), .events = POLLIN, .ready = host_hear, .owner = &caller };
    ck_assert_int_eq(connect(caller.fd, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(send(caller.fd, "ping", 4, 0), 4);
    host_loop_add_fd(guest.loop, &caller);
    guest.on_frame = serve_datagram;
    ck_assert(guest_run(&guest));
    ck_assert_uint_eq(host_heard_length, 4);
    ck_assert_mem_eq(host_heard, "pong", 4);
    host_loop_remove_fd(guest.loop, &caller);
    close(caller.fd);
    guest_free(&guest);
}
END_TEST

START_TEST(a_port_in_use_is_refused_by_number)
{
    static const struct { int type; const char *name; } kinds[] = { { SOCK_STREAM, "tcp" }, { SOCK_DGRAM, "udp" } };
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        struct error err = { "" };
        struct host_loop_config config = { .limit = TICK_NEVER };
        struct net_options options;
        struct host_loop *loop = host_loop_new(&config, &host_time_real, &err);
        char text[100], named[32];
        unsigned port;
        int fd = host_socket(kinds[i].type, &port);
        if (kinds[i].type == SOCK_STREAM)
            ck_assert_int_eq(listen(fd, 1), 0);
        snprintf(text, sizeof text, "user,hostfwd=%s:127.0.0.1:%u-:22", kinds[i].name, port);
        snprintf(named, sizeof named, "%s port %u", kinds[i].name, port);
        ck_assert_int_eq(net_parse(text, &options, &err), 0);
        ck_assert_ptr_null(net_open(&options, loop, &err));
        ck_assert_msg(strstr(err.text, named) && strstr(err.text, "another program"), "%s", err.text);
        close(fd);
        struct net *net = net_open(&options, loop, &err);
        ck_assert_msg(net != NULL, "%s", err.text);
        ck_assert_ptr_null(net_open(&options, loop, &err));   /* a second machine wants the same port */
        ck_assert_msg(strstr(err.text, named), "%s", err.text);
        net_close(net);
        net_close(NULL);
        host_loop_free(loop);
    }
}
END_TEST

START_TEST(an_address_the_host_does_not_have_is_refused)
{
    struct error err = { "" };
    struct host_loop_config config = { .limit = TICK_NEVER };
    struct net_options options;
    struct host_loop *loop = host_loop_new(&config, &host_time_real, &err);
    ck_assert_int_eq(net_parse("user,hostfwd=tcp:192.0.2.1:2222-:22", &options, &err), 0);   /* for examples only: RFC 5737 */
    ck_assert_ptr_null(net_open(&options, loop, &err));
    ck_assert_msg(strstr(err.text, "192.0.2.1"), "%s", err.text);
    host_loop_free(loop);
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
    closed_count = 0;
    host_heard_length = 0;
    host_saw_end = false;
}

Suite *test_suite(void)
{
    Suite *s = suite_create("net");
    TCase *t = tcase_create("net");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, the_router_answers_arp);
    tcase_add_test(t, the_router_answers_a_ping);
    tcase_add_test(t, dhcp_gives_address_router_and_names);
    tcase_add_test(t, timers_run_on_virtual_time);
    tcase_add_test(t, without_ipv6_nothing_is_advertised);
    tcase_add_test(t, a_connection_reaches_a_server_on_the_host);
    tcase_add_test(t, a_guest_with_a_small_ring_loses_nothing);
    tcase_add_test(t, many_downloads_to_a_slow_guest_all_arrive);
    tcase_add_test(t, a_guest_that_was_deaf_gets_what_was_kept);
    tcase_add_test(t, a_restricted_guest_reaches_nothing);
    tcase_add_test(t, a_datagram_gets_its_answer);
    tcase_add_test(t, an_unanswered_question_does_not_hold_up_an_hour);
    tcase_add_test(t, a_forwarded_port_leads_to_the_guest);
    tcase_add_test(t, a_forwarded_udp_port_leads_to_the_guest);
    tcase_add_test(t, a_port_in_use_is_refused_by_number);
    tcase_add_test(t, an_address_the_host_does_not_have_is_refused);
    tcase_add_test(t, noise_from_the_guest_does_no_harm);
    suite_add_tcase(s, t);
    return s;
}
