/* SPDX-License-Identifier: MIT */
/* A small network of the guest's own, made by libslirp without any privilege: DHCP, DNS and a router that turns the guest's
   connections into the host process's. */
#ifndef FRONTENDS_NET_NET_H
#define FRONTENDS_NET_NET_H

#include <netinet/in.h>

#include "base/error.h"
#include "bus/port.h"

struct host_loop;

enum { NET_FORWARDS = 32 };

/* A port of the host that leads to a port of the guest. */
struct net_forward {
    bool udp;
    struct in_addr host, guest;   /* host 0.0.0.0: every address of the host, the local network's included */
    uint16_t host_port, guest_port;
};

struct net_options {
    uint8_t mac[6];                 /* the guest's card */
    struct in_addr network, mask;
    struct in_addr host;            /* the router; the host itself, seen from the guest */
    struct in_addr dns, dhcp_start;
    bool has_ipv6;                  /* fec0::/64 with router fec0::2 and DNS fec0::3 */
    bool is_restricted;             /* the guest reaches nothing but the router; TCP forwards still lead in */
    char hostname[64];              /* what DHCP calls the guest; may be empty */
    struct net_forward forwards[NET_FORWARDS];
    int forward_count;
};

/* Fills in *options from the text of a -nic option, which starts with "user":
       user[,mac=52:54:00:12:34:56][,net=10.0.2.0/24][,host=10.0.2.2][,dns=10.0.2.3][,dhcpstart=10.0.2.15][,ipv6=off|on]
           [,restrict=on|off][,hostname=NAME][,hostfwd=[tcp|udp]:[HOSTADDRESS]:HOSTPORT-[GUESTADDRESS]:GUESTPORT]...
   IPv6 is off unless asked for, because libslirp draws the times of its router advertisements from the host's randomness,
   and an idle
   network would make two runs differ. The values shown are the defaults, except that those of host,
       dns and dhcpstart follow from net. -1 and a message for anything
   else. */
int net_parse(const char *text, struct net_options *options, struct error *err);

struct net;

/* Makes the network and plugs it into the loop, which it must not outlive. Its clock is the loop's virtual time. Makes the
   process ignore SIGPIPE, which libslirp's sockets need. NULL and a message when a forwarded port cannot be had. */
struct net *net_open(const struct net_options *options, struct host_loop *loop, struct error *err);

/* The cable for the guest's card; valid until net_close. Frames reach the card between two slices of the loop only. */
struct netdev *net_port(struct net *net);

/* Closes all connections. NULL is fine. */
void net_close(struct net *net);

#endif
