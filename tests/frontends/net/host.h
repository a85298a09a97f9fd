/* SPDX-License-Identifier: MIT */
/* The other end of the guest's connections: sockets on the host's loopback interface, served by the same loop, without
   threads. */
#ifndef TESTS_FRONTENDS_NET_HOST_H
#define TESTS_FRONTENDS_NET_HOST_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frontends/host/loop.h"
#include "tests/support/support.h"

static inline struct sockaddr_in loopback(unsigned port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                                 .sin_addr = { htonl(INADDR_LOOPBACK) } };
}

/* A socket of SOCK_STREAM or SOCK_DGRAM on a free port of the loopback interface; does not block. */
static inline int host_socket(int type, unsigned *port)
{
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, type | SOCK_NONBLOCK, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

/* Up to 16 connections that each get the same answer once they have asked. */
struct server {
    struct host_loop *loop;
    struct host_fd listener;
    struct connection {
        struct host_fd fd;
        struct server *server;
        char asked[512];
        size_t asked_length, sent;
    } connections[16];
    unsigned port, count;
    const char *question;      /* what must be asked; the answer follows it */
    const uint8_t *answer;
    size_t answer_length;
};

static void server_close(struct connection *c)
{
    host_loop_remove_fd(c->server->loop, &c->fd);
    close(c->fd.fd);
    c->fd.fd = -1;
}

static void server_talk(void *owner, short events)
{
    struct connection *c = owner;
    struct server *server = c->server;
    (void)events;
    if (c->fd.events == POLLIN) {
        ssize_t n = read(c->fd.fd, c->asked + c->asked_length, sizeof c->asked - 1 - c->asked_length);
        if (n < 0 && errno == EAGAIN)
            return;
        ck_assert_int_gt(n, 0);
        c->asked_length += (size_t)n;
        if (c->asked_length < strlen(server->question))
            return;
        ck_assert_str_eq(c->asked, server->question);
        c->fd.events = POLLOUT;
    }
    ssize_t n = write(c->fd.fd, server->answer + c->sent, server->answer_length - c->sent);
    if (n < 0 && errno == EAGAIN)
        return;
    ck_assert_int_ge(n, 0);
    c->sent += (size_t)n;
    if (c->sent == server->answer_length)
        server_close(c);
}

static void server_accept(void *owner, short events)
{
    struct server *server = owner;
    (void)events;
    int fd = accept4(server->listener.fd, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0)
        return;
    ck_assert_uint_lt(server->count, ARRAY_SIZE(server->connections));
    struct connection *c = &server->connections[server->count++];
    *c = (struct connection){ .fd = { .fd = fd, .events = POLLIN, .ready = server_talk, .owner = c }, .server = server };
    host_loop_add_fd(server->loop, &c->fd);
}

static inline void server_open(struct server *server, struct host_loop *loop)
{
    server->loop = loop;
    int fd = host_socket(SOCK_STREAM, &server->port);
    ck_assert_int_eq(listen(fd, 16), 0);
    server->listener = (struct host_fd){ .fd = fd, .events = POLLIN, .ready = server_accept, .owner = server };
    host_loop_add_fd(loop, &server->listener);
}

static inline void server_free(struct server *server)
{
    for (unsigned i = 0; i < server->count; i++)
        if (server->connections[i].fd.fd >= 0)
            server_close(&server->connections[i]);
    host_loop_remove_fd(server->loop, &server->listener);
    close(server->listener.fd);
}

#endif
