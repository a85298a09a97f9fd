/* SPDX-License-Identifier: MIT */
/* Ports that lead through the user network: from the host to the guest (hostfwd=) and from the guest to the host (guestfwd=). */
#ifndef FRONTENDS_NET_NET_FORWARD_H
#define FRONTENDS_NET_NET_FORWARD_H

#include <libslirp.h>

#include "frontends/net/net.h"

struct net_lines;   /* the open ends of guestfwd= */

/* All of hostfwd=. 0, or -1 with err filled when a port of the host cannot be had. */
int net_forward_in(Slirp *slirp, const struct net_user_options *options, struct error *err);

/* All of guestfwd=. 0, or -1 with err filled when an end cannot be opened; *lines is to be closed in either case, after slirp. */
int net_forward_out(Slirp *slirp, const struct net_user_options *options, struct host_loop *loop, struct net_lines **lines,
                    struct error *err);
void net_lines_close(struct net_lines *lines);   /* NULL is fine */

#endif
