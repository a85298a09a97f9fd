/* SPDX-License-Identifier: MIT */
#include "frontends/net/net.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "frontends/host/loop.h"
#include "frontends/net/net_backend.h"
#include "frontends/net/net_dump.h"
#include "frontends/net/net_queue.h"

/* How long the cable takes there and back. Whatever answers at once (ARP, DHCP, TFTP) answers after exactly this virtual time, so
   that a guest that talks to nobody else runs the same way each time. */
#define ROUND_TRIP (100 * TICKS_PER_US)

static const struct net_backend *const backends[] = { [NET_USER] = &net_user, [NET_TAP] = &net_tap };

struct net {
    struct netdev port;
    struct host_loop *loop;
    struct host_poller poller;
    struct host_timer delivery;   /* armed for the first frame in the queue, unless the card has no room */
    const struct net_backend *backend;
    void *state;
    bool is_sending;              /* the guest is in the middle of sending a frame */
    bool is_full;                 /* the card had no room and will say when it has */
    struct net_dump *dumps;
    struct net_queue queue;
};

/* ---- to the guest ---- */

static void plan_delivery(struct net *net)
{
    const struct net_queue_slot *slot = net_queue_peek(&net->queue);
    if (slot && !net->is_full)
        host_loop_at(net->loop, &net->delivery, slot->at);
}

void net_receive(struct net *net, const void *frame, size_t length)
{
    tick_t now = host_loop_now(net->loop);
    if (net_queue_put(&net->queue, frame, length, net->is_sending ? now + ROUND_TRIP : now))
        plan_delivery(net);
}

/* On the loop's timer: between two slices, at the exact time. */
static void deliver(void *owner)
{
    struct net *net = owner;
    struct netdev *port = &net->port;
    const struct net_queue_slot *slot;
    tick_t now = host_loop_now(net->loop);
    while (port->receive && (slot = net_queue_peek(&net->queue)) && slot->at <= now) {
        net->is_full = port->ready && !port->ready(port->device);
        if (net->is_full)
            return;
        net_dump_frames(net->dumps, now, slot->bytes, slot->length);
        port->receive(port->device, slot->bytes, slot->length);
        net_queue_drop(&net->queue);
    }
    plan_delivery(net);
}

static void port_drained(void *host)
{
    struct net *net = host;
    net->is_full = false;
    plan_delivery(net);
}

bool net_is_behind(const struct net *net)
{
    return net->queue.count >= NET_QUEUE_HIGH;
}

/* ---- from the guest ---- */

/* The guest's frames go on at once: what becomes of them depends on nothing outside. */
static void port_send(void *host, const uint8_t *frame, size_t length)
{
    struct net *net = host;
    net_dump_frames(net->dumps, host_loop_now(net->loop), frame, length);
    net->is_sending = true;
    net->backend->send(net->state, frame, length);
    net->is_sending = false;
}

/* ---- the loop's calls ---- */

static void before_poll(void *owner, struct host_poll *poll, int64_t *timeout_ns)
{
    struct net *net = owner;
    net_dump_flush(net->dumps);
    net->backend->before_poll(net->state, poll, timeout_ns);
}

static void after_poll(void *owner, const struct host_poll *poll)
{
    struct net *net = owner;
    net->backend->after_poll(net->state, poll);
}

static bool is_busy(void *owner)
{
    struct net *net = owner;
    return net->backend->busy(net->state);
}

/* ---- open and close ---- */

struct net *net_open(const struct net_options *options, struct host_loop *loop, struct error *err)
{
    signal(SIGPIPE, SIG_IGN);   /* a peer that hangs up is no reason to end */
    struct net *net = mem_alloc(sizeof *net);
    net->loop = loop;
    net->backend = backends[options->kind];
    net->port = (struct netdev){ .send = port_send, .drained = port_drained, .host = net };
    memcpy(net->port.mac, options->mac, sizeof options->mac);
    net->delivery = (struct host_timer){ .fire = deliver, .owner = net };
    net->poller = (struct host_poller){ .before_poll = before_poll, .after_poll = after_poll, .busy = is_busy, .owner = net };
    net->state = net->backend->open(net, options, err);
    if (!net->state) {
        free(net);
        return NULL;
    }
    host_loop_add_poller(loop, &net->poller);
    return net;
}

struct netdev *net_port(struct net *net)
{
    return &net->port;
}

struct host_loop *net_loop(const struct net *net)
{
    return net->loop;
}

void net_add_dump(struct net *net, struct net_dump *dump)
{
    net_dump_link(&net->dumps, dump);
}

void net_close(struct net *net)
{
    if (!net)
        return;
    host_loop_remove_poller(net->loop, &net->poller);
    net->backend->close(net->state);
    host_loop_cancel(net->loop, &net->delivery);
    net_dump_close(net->dumps);
    free(net);
}
