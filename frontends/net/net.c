/* SPDX-License-Identifier: MIT */
#include "frontends/net/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib.h>
#include <libslirp.h>

#include "base/log.h"
#include "frontends/host/loop.h"
#include "frontends/net/net_filter.h"
#include "frontends/net/net_queue.h"

#define REPLY_PATIENCE (10 * TICKS_PER_SECOND)   /* how long an answer by UDP or ICMP is waited for */

struct net {
    struct netdev port;
    struct host_loop *loop;
    struct host_poller poller;
    Slirp *slirp;
    bool has_forwards;
    tick_t last_sent;         /* when the guest last sent something */
    bool has_work;            /* the guest sent something since slirp last looked round */
    int *sockets;             /* the host's sockets in the present poll */
    size_t socket_count, socket_room;
    struct host_poll *poll;   /* during slirp_pollfds_fill and _poll only */
    const struct host_poll *polled;
    struct net_queue queue;
};

/* ---- frames ---- */

/* The guest's frames go to slirp at once: what it makes of them depends on nothing outside. Its answers wait in the queue,
   like all that comes in, for the end of the slice: the card is in the middle of sending. */
static void port_send(void *host, const uint8_t *frame, size_t length)
{
    struct net *net = host;
    const char *refused = net_filter_refuses(frame, length);
    if (refused) {
        guest_log("net", "frame of %zu bytes dropped: %s", length, refused);
        return;
    }
    net->last_sent = host_loop_now(net->loop);
    net->has_work = true;
    slirp_input(net->slirp, frame, (int)length);
}

/* The card has room again. Nothing to do: the end of this slice is soon enough. */
static void port_drained(void *host)
{
    (void)host;
}

/* slirp to guest. A frame that is dropped is lost as on a real cable: TCP sends it again. */
static ssize_t queue_frame(const void *frame, size_t length, void *opaque)
{
    struct net *net = opaque;
    net_queue_put(&net->queue, frame, length);
    return (ssize_t)length;
}

/* Gives the card what it takes; true when it took something. */
static bool deliver(struct net *net)
{
    bool took = false;
    struct netdev *port = &net->port;
    const struct net_queue_slot *slot;
    while (port->receive && (!port->ready || port->ready(port->device)) && (slot = net_queue_peek(&net->queue))) {
        port->receive(port->device, slot->bytes, slot->length);
        net_queue_drop(&net->queue);
        took = true;
    }
    return took;
}

/* ---- slirp's sockets ---- */

static const struct { int slirp; short host; } poll_bits[] = {
    { SLIRP_POLL_IN, POLLIN }, { SLIRP_POLL_OUT, POLLOUT }, { SLIRP_POLL_PRI, POLLPRI }, { SLIRP_POLL_ERR, POLLERR },
    { SLIRP_POLL_HUP, POLLHUP },
};

static void note_socket(struct net *net, int fd)
{
    if (net->socket_count == net->socket_room) {
        net->socket_room = net->socket_room ? 2 * net->socket_room : 16;
        net->sockets = mem_realloc(net->sockets, net->socket_room * sizeof *net->sockets);
    }
    net->sockets[net->socket_count++] = fd;
}

/* While the guest is behind, nothing is read: the socket is left out of the poll altogether, or the host's "hung up", which comes
   unasked, would keep the loop awake. */
static int add_socket(int fd, int wanted, void *opaque)
{
    struct net *net = opaque;
    short events = 0;
    note_socket(net, fd);
    if (net->queue.count >= NET_QUEUE_HIGH)
        wanted &= SLIRP_POLL_OUT;
    for (size_t i = 0; i < ARRAY_SIZE(poll_bits); i++)
        if (wanted & poll_bits[i].slirp)
            events |= poll_bits[i].host;
    return events ? host_poll_add(net->poll, fd, events) : -1;
}

static int socket_result(int index, void *opaque)
{
    struct net *net = opaque;
    short events = host_poll_result(net->polled, index);
    int result = 0;
    for (size_t i = 0; i < ARRAY_SIZE(poll_bits); i++)
        if (events & poll_bits[i].host)
            result |= poll_bits[i].slirp;
    return result;
}

static void before_poll(void *owner, struct host_poll *poll, int64_t *timeout_ns)
{
    struct net *net = owner;
    uint32_t timeout_ms = UINT32_MAX;
    net->poll = poll;
    net->socket_count = 0;
    slirp_pollfds_fill(net->slirp, &timeout_ms, add_socket, net);
    net->poll = NULL;
    if (timeout_ms != UINT32_MAX)
        *timeout_ns = (int64_t)timeout_ms * 1000000;
    if (deliver(net) || net->has_work)
        *timeout_ns = 0;
}

static void after_poll(void *owner, const struct host_poll *poll)
{
    struct net *net = owner;
    net->polled = poll;
    slirp_pollfds_poll(net->slirp, 0, socket_result, net);
    net->polled = NULL;
    net->has_work = false;
    deliver(net);
}

static bool is_stream(int fd)
{
    int type = 0;
    socklen_t length = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM;
}

/* Somebody may yet say something: slirp has new work, a forward leads in, a connection is open, or a question was asked not long
   ago. (slirp keeps the sockets of UDP for minutes after their last use.) */
static bool is_busy(void *owner)
{
    struct net *net = owner;
    if (net->has_work || net->has_forwards)
        return true;
    if (net->socket_count && host_loop_now(net->loop) - net->last_sent < REPLY_PATIENCE)
        return true;
    for (size_t i = 0; i < net->socket_count; i++)
        if (is_stream(net->sockets[i]))
            return true;
    return false;
}

/* ---- slirp's clock and timers: virtual time ---- */

struct net_timer {
    struct host_timer timer;
    SlirpTimerCb fire;
    void *argument;
};

static int64_t clock_ns(void *opaque)
{
    const struct net *net = opaque;
    return (int64_t)(host_loop_now(net->loop) / (TICKS_PER_US / 1000));
}

static void fire_timer(void *owner)
{
    struct net_timer *timer = owner;
    timer->fire(timer->argument);
}

static void *new_timer(SlirpTimerCb fire, void *argument, void *opaque)
{
    struct net_timer *timer = mem_alloc(sizeof *timer);
    (void)opaque;
    *timer = (struct net_timer){ .timer = { .fire = fire_timer, .owner = timer }, .fire = fire, .argument = argument };
    return timer;
}

static void free_timer(void *timer, void *opaque)
{
    struct net *net = opaque;
    host_loop_cancel(net->loop, &((struct net_timer *)timer)->timer);
    free(timer);
}

static void set_timer(void *timer, int64_t expires_ms, void *opaque)
{
    struct net *net = opaque;
    host_loop_at(net->loop, &((struct net_timer *)timer)->timer, (tick_t)expires_ms * TICKS_PER_MS);
}

/* ---- the rest of what slirp asks for ---- */

static void guest_error(const char *text, void *opaque)
{
    (void)opaque;
    guest_log("net", "%s", text);
}

/* Every socket is asked for in before_poll, and the loop polls after every slice: neither needs a notice. */
static void ignore_socket(int fd, void *opaque)
{
    (void)fd;
    (void)opaque;
}

static void ignore_notice(void *opaque)
{
    (void)opaque;
}

/* libslirp writes what it thinks of odd packets to glib's log, which goes to standard error: a guest could fill it. */
static void slirp_log(const gchar *domain, GLogLevelFlags level, const gchar *text, gpointer unused)
{
    (void)domain;
    (void)level;
    (void)unused;
    guest_log("net", "%s", text);
}

static const SlirpCb callbacks = {
    .send_packet = queue_frame, .guest_error = guest_error, .clock_get_ns = clock_ns,
    .timer_new = new_timer, .timer_free = free_timer, .timer_mod = set_timer,
    .register_poll_fd = ignore_socket, .unregister_poll_fd = ignore_socket, .notify = ignore_notice,
};

/* ---- open and close ---- */

/* slirp shares UDP ports with whoever wants them as well, and then one of the two hears nothing. So ask before, with a socket
   that does not share. */
static int try_udp(const struct net_forward *forward)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = forward->host, .sin_port = htons(forward->host_port) };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    int result = bind(fd, (struct sockaddr *)&address, sizeof address), code = errno;
    close(fd);
    errno = code;
    return result;
}

static int open_forward(struct net *net, const struct net_forward *forward, struct error *err)
{
    const char *protocol = forward->udp ? "udp" : "tcp";
    if ((!forward->udp || try_udp(forward) == 0)
        && slirp_add_hostfwd(net->slirp, forward->udp, forward->host, forward->host_port, forward->guest,
                             forward->guest_port) == 0)
        return 0;
    switch (errno) {
    case EADDRINUSE:
        return error_set(err, "-nic user: hostfwd= cannot have %s port %u of the host: another program uses it; choose another "
                         "port", protocol, forward->host_port);
    case EACCES:
        return error_set(err, "-nic user: hostfwd= cannot have %s port %u of the host: ports below 1024 need privileges; choose "
                         "a higher one", protocol, forward->host_port);
    case EADDRNOTAVAIL:
        return error_set(err, "-nic user: hostfwd= cannot have %s port %u of the host: %s is not an address of this host",
                         protocol, forward->host_port, inet_ntoa(forward->host));
    default:
        return error_set(err, "-nic user: hostfwd= cannot have %s port %u of the host: %s", protocol, forward->host_port,
                         strerror(errno));
    }
}

static Slirp *new_slirp(const struct net_options *options, struct net *net)
{
    SlirpConfig config = {
        .version = 1,
        .restricted = options->is_restricted,
        .in_enabled = true,
        .vnetwork = options->network, .vnetmask = options->mask, .vhost = options->host,
        .vdhcp_start = options->dhcp_start, .vnameserver = options->dns,
        .vhostname = *options->hostname ? options->hostname : NULL,
        .in6_enabled = options->has_ipv6, .vprefix_len = 64,
    };
    inet_pton(AF_INET6, "fec0::", &config.vprefix_addr6);
    inet_pton(AF_INET6, "fec0::2", &config.vhost6);
    inet_pton(AF_INET6, "fec0::3", &config.vnameserver6);
    return slirp_new(&config, &callbacks, net);
}

struct net *net_open(const struct net_options *options, struct host_loop *loop, struct error *err)
{
    signal(SIGPIPE, SIG_IGN);   /* a peer that hangs up is no reason to end */
    g_log_set_handler("Slirp", G_LOG_LEVEL_MASK | G_LOG_FLAG_FATAL | G_LOG_FLAG_RECURSION, slirp_log, NULL);
    struct net *net = mem_alloc(sizeof *net);
    net->loop = loop;
    net->port = (struct netdev){ .send = port_send, .drained = port_drained, .host = net };
    memcpy(net->port.mac, options->mac, sizeof options->mac);
    net->poller = (struct host_poller){ .before_poll = before_poll, .after_poll = after_poll, .busy = is_busy, .owner = net };
    host_loop_add_poller(loop, &net->poller);
    net->slirp = new_slirp(options, net);
    if (!net->slirp) {
        error_set(err, "-nic user: libslirp cannot make the network");
        goto fail;
    }
    for (int i = 0; i < options->forward_count; i++)
        if (open_forward(net, &options->forwards[i], err) < 0)
            goto fail;
    net->has_forwards = options->forward_count > 0;
    return net;
fail:
    net_close(net);
    return NULL;
}

struct netdev *net_port(struct net *net)
{
    return &net->port;
}

void net_close(struct net *net)
{
    if (!net)
        return;
    host_loop_remove_poller(net->loop, &net->poller);
    if (net->slirp)
        slirp_cleanup(net->slirp);
    free(net->sockets);
    free(net);
}
