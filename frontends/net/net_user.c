/* SPDX-License-Identifier: MIT */
/* -nic user: libslirp plugged into the loop, with the loop's virtual time as its clock. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <glib.h>
#include <libslirp.h>

#include "base/log.h"
#include "frontends/net/net_backend.h"
#include "frontends/net/net_filter.h"
#include "frontends/net/net_forward.h"

#define REPLY_PATIENCE (10 * TICKS_PER_SECOND)   /* how long an answer by UDP or ICMP is waited for */

struct user {
    struct net *net;
    struct host_loop *loop;
    Slirp *slirp;
    struct net_lines *lines;  /* what guestfwd= leads to */
    bool has_forwards;
    tick_t last_sent;         /* when the guest last sent something */
    bool has_work;            /* the guest sent something since slirp last looked round */
    int *sockets;             /* the host's sockets in the present poll */
    size_t socket_count, socket_room;
    struct host_poll *poll;   /* during slirp_pollfds_fill and _poll only */
    const struct host_poll *polled;
};

/* ---- frames ---- */

/* For slirp_pollfds_poll with an error: no socket is asked about. */
static int no_result(int index, void *opaque)
{
    (void)index, (void)opaque;
    return 0;
}

static void send_frame(void *state, const uint8_t *frame, size_t length)
{
    struct user *user = state;
    const char *refused = net_filter_refuses(frame, length);
    if (refused) {
        guest_log("net", "frame of %zu bytes dropped: %s", length, refused);
        return;
    }
    user->last_sent = host_loop_now(user->loop);
    user->has_work = true;
    slirp_input(user->slirp, frame, (int)length);
    /* What slirp holds back until it knows the guest's address would wait for the end of the slice, which is the host's time. */
    if (net_filter_is_arp(frame))
        slirp_pollfds_poll(user->slirp, 1, no_result, user);
}

/* slirp to guest. A frame that is dropped is lost as on a real cable: TCP sends it again. */
static ssize_t receive_frame(const void *frame, size_t length, void *opaque)
{
    struct user *user = opaque;
    net_receive(user->net, frame, length);
    return (ssize_t)length;
}

/* ---- slirp's sockets ---- */

static const struct { int slirp; short host; } poll_bits[] = {
    { SLIRP_POLL_IN, POLLIN }, { SLIRP_POLL_OUT, POLLOUT }, { SLIRP_POLL_PRI, POLLPRI }, { SLIRP_POLL_ERR, POLLERR },
    { SLIRP_POLL_HUP, POLLHUP },
};

static void note_socket(struct user *user, int fd)
{
    if (user->socket_count == user->socket_room) {
        user->socket_room = user->socket_room ? 2 * user->socket_room : 16;
        user->sockets = mem_realloc(user->sockets, user->socket_room * sizeof *user->sockets);
    }
    user->sockets[user->socket_count++] = fd;
}

/* While the guest is behind, nothing is read: the socket is left out of the poll altogether, or the host's "hung up", which comes
   unasked, would keep the loop awake. */
static int add_socket(int fd, int wanted, void *opaque)
{
    struct user *user = opaque;
    short events = 0;
    note_socket(user, fd);
    if (net_is_behind(user->net))
        wanted &= SLIRP_POLL_OUT;
    for (size_t i = 0; i < ARRAY_SIZE(poll_bits); i++)
        if (wanted & poll_bits[i].slirp)
            events |= poll_bits[i].host;
    return events ? host_poll_add(user->poll, fd, events) : -1;
}

static int socket_result(int index, void *opaque)
{
    struct user *user = opaque;
    short events = host_poll_result(user->polled, index);
    int result = 0;
    for (size_t i = 0; i < ARRAY_SIZE(poll_bits); i++)
        if (events & poll_bits[i].host)
            result |= poll_bits[i].slirp;
    return result;
}

static void before_poll(void *state, struct host_poll *poll, int64_t *timeout_ns)
{
    struct user *user = state;
    uint32_t timeout_ms = UINT32_MAX;
    user->poll = poll;
    user->socket_count = 0;
    slirp_pollfds_fill(user->slirp, &timeout_ms, add_socket, user);
    user->poll = NULL;
    if (timeout_ms != UINT32_MAX)
        *timeout_ns = (int64_t)timeout_ms * 1000000;
    if (user->has_work)
        *timeout_ns = 0;
}

static void after_poll(void *state, const struct host_poll *poll)
{
    struct user *user = state;
    user->polled = poll;
    slirp_pollfds_poll(user->slirp, 0, socket_result, user);
    user->polled = NULL;
    user->has_work = false;
}

static bool is_stream(int fd)
{
    int type = 0;
    socklen_t length = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM;
}

/* Somebody may yet say something: slirp has new work, a forward leads in, a connection is open, or a question was asked not long
   ago. (slirp keeps the sockets of UDP for minutes after their last use.) */
static bool is_busy(void *state)
{
    struct user *user = state;
    if (user->has_work || user->has_forwards)
        return true;
    if (user->socket_count && host_loop_now(user->loop) - user->last_sent < REPLY_PATIENCE)
        return true;
    for (size_t i = 0; i < user->socket_count; i++)
        if (is_stream(user->sockets[i]))
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
    const struct user *user = opaque;
    return (int64_t)(host_loop_now(user->loop) / (TICKS_PER_US / 1000));
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
    struct user *user = opaque;
    host_loop_cancel(user->loop, &((struct net_timer *)timer)->timer);
    free(timer);
}

static void set_timer(void *timer, int64_t expires_ms, void *opaque)
{
    struct user *user = opaque;
    host_loop_at(user->loop, &((struct net_timer *)timer)->timer, (tick_t)expires_ms * TICKS_PER_MS);
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
    .send_packet = receive_frame, .guest_error = guest_error, .clock_get_ns = clock_ns,
    .timer_new = new_timer, .timer_free = free_timer, .timer_mod = set_timer,
    .register_poll_fd = ignore_socket, .unregister_poll_fd = ignore_socket, .notify = ignore_notice,
};

/* ---- open and close ---- */

static const char *text_or_null(const char *text)
{
    return *text ? text : NULL;
}

static Slirp *new_slirp(const struct net_user_options *options, struct user *user)
{
    SlirpConfig config = {
        .version = 1,
        .restricted = options->is_restricted,
        .in_enabled = true,
        .vnetwork = options->network, .vnetmask = options->mask, .vhost = options->host,
        .vdhcp_start = options->dhcp_start, .vnameserver = options->dns,
        .vhostname = text_or_null(options->hostname),
        .tftp_path = text_or_null(options->tftp), .bootfile = text_or_null(options->bootfile),
        .in6_enabled = options->has_ipv6, .vprefix_len = 64,
    };
    inet_pton(AF_INET6, "fec0::", &config.vprefix_addr6);
    inet_pton(AF_INET6, "fec0::2", &config.vhost6);
    inet_pton(AF_INET6, "fec0::3", &config.vnameserver6);
    return slirp_new(&config, &callbacks, user);
}

static int check_folder(const char *folder, struct error *err)
{
    struct stat info;
    if (!*folder || (stat(folder, &info) == 0 && S_ISDIR(info.st_mode)))
        return 0;
    return error_set(err, "-nic user: tftp=%s is not a folder; name the one whose files the guest may fetch", folder);
}

static void close_user(void *state)
{
    struct user *user = state;
    if (user->slirp)
        slirp_cleanup(user->slirp);
    net_lines_close(user->lines);
    free(user->sockets);
    free(user);
}

static void *open_user(struct net *net, const struct net_options *options, struct error *err)
{
    const struct net_user_options *o = &options->user;
    if (check_folder(o->tftp, err) < 0)
        return NULL;
    g_log_set_handler("Slirp", G_LOG_LEVEL_MASK | G_LOG_FLAG_FATAL | G_LOG_FLAG_RECURSION, slirp_log, NULL);
    struct user *user = mem_alloc(sizeof *user);
    user->net = net;
    user->loop = net_loop(net);
    user->slirp = new_slirp(o, user);
    if (!user->slirp)
        error_set(err, "-nic user: libslirp cannot make the network");
    if (!user->slirp || net_forward_in(user->slirp, o, err) < 0
        || net_forward_out(user->slirp, o, user->loop, &user->lines, err) < 0) {
        close_user(user);
        return NULL;
    }
    user->has_forwards = o->forward_count > 0;
    return user;
}

const struct net_backend net_user = { open_user, close_user, send_frame, before_poll, after_poll, is_busy };
