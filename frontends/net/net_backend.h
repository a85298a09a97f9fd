/* SPDX-License-Identifier: MIT */
/* Between net.c, which has the cable to the guest's card, and what is at its far end. */
#ifndef FRONTENDS_NET_NET_BACKEND_H
#define FRONTENDS_NET_NET_BACKEND_H

#include "frontends/host/loop.h"
#include "frontends/net/net.h"

struct net_backend {
    /* Returns the backend's own state, or NULL with err filled; `net` is there to be called from now on. */
    void *(*open)(struct net *net, const struct net_options *options, struct error *err);
    void (*close)(void *state);
    /* A frame from the guest, of any content and of 0 to NET_FRAME_MAX bytes; in the middle of a run. */
    void (*send)(void *state, const uint8_t *frame, size_t length);
    /* As those of struct host_poller. */
    void (*before_poll)(void *state, struct host_poll *poll, int64_t *timeout_ns);
    void (*after_poll)(void *state, const struct host_poll *poll);
    bool (*busy)(void *state);
};

extern const struct net_backend net_user, net_tap;

struct host_loop *net_loop(const struct net *net);

/* A frame for the guest. It is copied, and dropped when too much is waiting already, as on a real cable. */
void net_receive(struct net *net, const void *frame, size_t length);

/* So much is waiting for the guest that no more should be fetched from the host. */
bool net_is_behind(const struct net *net);

#endif
