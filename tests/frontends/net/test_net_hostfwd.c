/* SPDX-License-Identifier: MIT */
/* Ports of the host that lead to the guest. Catches: one that leads nowhere or does not end, one in use or of an address that the host has
   not, which is not told. */
#include "tests/frontends/net/guest.h"
#include "tests/frontends/net/host.h"

static struct guest guest;

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

static void setup(void)
{
    host_heard_length = 0;
    host_saw_end = false;
}

Suite *test_suite(void)
{
    Suite *suite = suite_create("net hostfwd");
    TCase *t = tcase_create("net");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, a_forwarded_port_leads_to_the_guest);
    tcase_add_test(t, a_forwarded_udp_port_leads_to_the_guest);
    tcase_add_test(t, a_port_in_use_is_refused_by_number);
    tcase_add_test(t, an_address_the_host_does_not_have_is_refused);
    suite_add_tcase(suite, t);
    return suite;
}
