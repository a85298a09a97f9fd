/* SPDX-License-Identifier: MIT */
/* Catches: guestfwd= that leads nowhere or to the wrong place, bytes lost to a slow reader, a restricted guest that gets out by
   another door, mistakes in a command that show only when the guest connects. */
#include <sys/stat.h>

#include "tests/frontends/net/guest.h"
#include "tests/frontends/net/host.h"

enum { GUEST_PORT = 40000, FORWARD_PORT = 80, LOTS = 700 * 1024 };

static const uint8_t forward_ip[4] = { 10, 0, 2, 100 };
static struct guest guest;
static const char *question, *answer;
static uint32_t mine, theirs;
static char heard[256];
static size_t heard_length;
static bool is_open, is_closed;

/* ---- the guest's end: says its question, hears the answer ---- */

static void say(struct guest *g, unsigned flags, const char *text)
{
    guest_send_tcp(g, GUEST_PORT, forward_ip, FORWARD_PORT, mine, theirs, flags, text, strlen(text));
    mine += (uint32_t)strlen(text) + ((flags & (TCP_SYN | TCP_FIN)) != 0);
}

static void connect_to_forward(struct guest *g)
{
    say(g, TCP_SYN, "");
}

static void take_answer(struct guest *g, const uint8_t *frame, size_t length)
{
    size_t n;
    if (guest_answers_arp(g, frame, length))
        return;
    const uint8_t *tcp = ip_payload(frame, length, 6, &n);
    if (!tcp || get16(tcp + 2) != GUEST_PORT)
        return;
    unsigned flags = get16(tcp + 12) & 0x3f, header = tcp[12] >> 4 << 2;
    if (flags & TCP_RST) {
        is_closed = true;
        guest_done(g);
        return;
    }
    ck_assert_mem_eq(frame + ETH + 12, forward_ip, 4);
    if (flags & TCP_SYN) {
        theirs = get32(tcp + 4) + 1;
        is_open = true;
        say(g, TCP_ACK, question);
        return;
    }
    if (get32(tcp + 4) != theirs)
        return;
    n -= header;
    ck_assert_uint_lt(heard_length + n, sizeof heard);
    memcpy(heard + heard_length, tcp + header, n);
    heard_length += n;
    theirs += (uint32_t)n + (flags & TCP_FIN);
    is_closed |= flags & TCP_FIN;
    if (n || flags & TCP_FIN)
        say(g, TCP_ACK, "");
    if (is_closed || (answer && heard_length == strlen(answer)))
        guest_done(g);
}

static void open_guest(const char *target)
{
    char text[NET_TEXT];
    snprintf(text, sizeof text, "user,restrict=on,guestfwd=tcp:10.0.2.100:%d-%s", FORWARD_PORT, target);
    guest_make(&guest, text, 60);
    guest.start = connect_to_forward;
    guest.on_frame = take_answer;
}

START_TEST(a_command_answers_each_connection)
{
    question = "ping\n";
    answer = NULL;
    open_guest("cmd:/bin/sh -c 'read -r word; echo \"<$word>\"'");
    ck_assert(guest_run(&guest));
    ck_assert(is_closed);
    ck_assert_str_eq(heard, "<ping>\n");
    guest_free(&guest);
}
END_TEST

/* ---- a connection of the host ---- */

static struct server server;

START_TEST(a_line_of_the_host_is_there_from_the_start)
{
    char target[64];
    unsigned port;
    int listener = host_socket(SOCK_STREAM, &port), peer;
    ck_assert_int_eq(listen(listener, 1), 0);
    snprintf(target, sizeof target, "tcp:127.0.0.1:%u", port);
    question = "ping";
    answer = "hello";
    open_guest(target);
    struct pollfd wait = { .fd = listener, .events = POLLIN };
    ck_assert_int_eq(poll(&wait, 1, 10000), 1);
    peer = accept(listener, NULL, NULL);
    ck_assert_int_ge(peer, 0);
    ck_assert_int_eq(write(peer, answer, strlen(answer)), (ssize_t)strlen(answer));   /* before the guest is there */
    ck_assert(guest_run(&guest));
    ck_assert_str_eq(heard, answer);
    char asked[16] = "";
    guest_free(&guest);                                                               /* writes out what is queued */
    ck_assert_int_eq(recv(peer, asked, sizeof asked - 1, MSG_WAITALL), (ssize_t)strlen(question));
    ck_assert_str_eq(asked, question);
    close(peer);
    close(listener);
}
END_TEST

/* ---- a reader that is slow ---- */

static int slow_peer;
static size_t sent, got;
static bool is_right;

static char byte_at(size_t i)
{
    return (char)(i * 13 + i / 509);
}

static void read_a_little(void *owner, short events)
{
    char bytes[3000];
    struct host_fd *fd = owner;
    (void)events;
    ssize_t n = read(fd->fd, bytes, sizeof bytes);
    for (ssize_t i = 0; i < n; i++)
        is_right &= bytes[i] == byte_at(got + (size_t)i);
    got += n > 0 ? (size_t)n : 0;
    if (got == LOTS)
        guest_done(&guest);
}

static void send_more(struct guest *g)
{
    char data[1000];
    size_t n = LOTS - sent < sizeof data ? LOTS - sent : sizeof data;
    for (size_t i = 0; i < n; i++)
        data[i] = byte_at(sent + i);
    guest_send_tcp(g, GUEST_PORT, forward_ip, FORWARD_PORT, mine, theirs, TCP_ACK, data, n);
    mine += (uint32_t)n;
    sent += n;
}

static void take_acknowledgement(struct guest *g, const uint8_t *frame, size_t length)
{
    size_t n;
    if (guest_answers_arp(g, frame, length))
        return;
    const uint8_t *tcp = ip_payload(frame, length, 6, &n);
    if (!tcp || get16(tcp + 2) != GUEST_PORT)
        return;
    if (get16(tcp + 12) & TCP_SYN)
        theirs = get32(tcp + 4) + 1;
    if (get32(tcp + 8) == mine && sent < LOTS)
        send_more(g);
}

/* More than the line keeps in memory: the machine has to wait, or bytes are lost. */
START_TEST(a_slow_reader_loses_nothing)
{
    char target[64];
    unsigned port;
    int listener = host_socket(SOCK_STREAM, &port), small = 4096;
    setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    ck_assert_int_eq(listen(listener, 1), 0);
    snprintf(target, sizeof target, "tcp:127.0.0.1:%u", port);
    open_guest(target);
    guest.on_frame = take_acknowledgement;
    struct pollfd wait = { .fd = listener, .events = POLLIN };
    ck_assert_int_eq(poll(&wait, 1, 10000), 1);
    slow_peer = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    struct host_fd reader = { .fd = slow_peer, .events = POLLIN, .ready = read_a_little, .owner = &reader };
    host_loop_add_fd(guest.loop, &reader);
    is_right = true;
    ck_assert(guest_run(&guest));
    ck_assert_uint_eq(got, LOTS);
    ck_assert(is_right);
    host_loop_remove_fd(guest.loop, &reader);
    close(slow_peer);
    close(listener);
    guest_free(&guest);
}
END_TEST

/* ---- mistakes ---- */

START_TEST(mistakes_are_told_at_the_start)
{
    char text[200], named[64];
    unsigned port;
    close(host_socket(SOCK_STREAM, &port));
    guest_refused("user,guestfwd=tcp:10.0.2.100:80-cmd:/no/such/program x", "there is no program '/no/such/program'");
    guest_refused("user,guestfwd=tcp:10.0.2.100:80-cmd:cat 'x", "cat 'x");
    guest_refused("user,guestfwd=tcp:10.0.2.100:80-nowhere:", "'nowhere:' is not a place");
    snprintf(text, sizeof text, "user,guestfwd=tcp:10.0.2.100:80-tcp:127.0.0.1:%u", port);
    snprintf(named, sizeof named, "guestfwd=tcp:10.0.2.100:80: cannot connect to 127.0.0.1:%u", port);
    guest_refused(text, named);
}
END_TEST

/* ---- a restricted guest ---- */

static unsigned udp_port;

/* By TCP to the forwarded address but another port, by UDP and by ping to the host and beyond it, to the DNS server. */
static void try_every_door(struct guest *g)
{
    static const uint8_t beyond[4] = { 127, 0, 0, 1 }, dns_ip[4] = { 10, 0, 2, 3 };
    uint8_t frame[IP + 16] = { 0 };
    guest_send_tcp(g, GUEST_PORT, forward_ip, FORWARD_PORT + 1, 1, 0, TCP_SYN, NULL, 0);
    guest_send_tcp(g, GUEST_PORT, router_ip, server.port, 1, 0, TCP_SYN, NULL, 0);
    guest_send_tcp(g, GUEST_PORT, beyond, server.port, 1, 0, TCP_SYN, NULL, 0);
    guest_send_udp(g, guest_ip, 5000, router_ip, udp_port, "out?", 4);
    guest_send_udp(g, guest_ip, 5000, beyond, udp_port, "out?", 4);
    guest_send_udp(g, guest_ip, 5000, dns_ip, 53, "\0\1\1\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1", 19);
    frame[IP] = 8;   /* an echo request: RFC 792 */
    guest_send_ip(g, frame, 1, guest_ip, beyond, 16, 2);
}

static void hear_nothing_but_resets(struct guest *g, const uint8_t *frame, size_t length)
{
    size_t n;
    if (guest_answers_arp(g, frame, length))
        return;
    const uint8_t *tcp = ip_payload(frame, length, 6, &n);
    ck_assert_msg(tcp && get16(tcp + 12) & TCP_RST, "an answer of protocol %u", frame[ETH + 9]);
}

START_TEST(a_restricted_guest_finds_no_other_door)
{
    int udp = host_socket(SOCK_DGRAM, &udp_port);
    char bytes[16];
    guest_make(&guest, "user,restrict=on,guestfwd=tcp:10.0.2.100:80-null", 30);
    server_open(&server, guest.loop);
    guest.start = try_every_door;
    guest.on_frame = hear_nothing_but_resets;
    ck_assert(!guest_run(&guest));
    ck_assert_uint_eq(server.count, 0);
    ck_assert_int_eq(recv(udp, bytes, sizeof bytes, MSG_DONTWAIT), -1);
    close(udp);
    server_free(&server);
    guest_free(&guest);
}
END_TEST

static void setup(void)
{
    server = (struct server){ 0 };
    question = answer = "";
    mine = theirs = 0;
    memset(heard, 0, sizeof heard);
    heard_length = sent = got = 0;
    is_open = is_closed = false;
}

Suite *test_suite(void)
{
    Suite *s = suite_create("net_forward");
    TCase *t = tcase_create("net_forward");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, a_command_answers_each_connection);
    tcase_add_test(t, a_line_of_the_host_is_there_from_the_start);
    tcase_add_test(t, a_slow_reader_loses_nothing);
    tcase_add_test(t, mistakes_are_told_at_the_start);
    tcase_add_test(t, a_restricted_guest_finds_no_other_door);
    suite_add_tcase(s, t);
    return s;
}
