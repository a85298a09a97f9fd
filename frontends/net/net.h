/* SPDX-License-Identifier: MIT */
/* The other end of a network card's cable: a small network of the guest's own (-nic user, made by libslirp without any
   privilege), or an interface of the host (-nic tap). */
#ifndef FRONTENDS_NET_NET_H
#define FRONTENDS_NET_NET_H

#include <net/if.h>
#include <netinet/in.h>

#include "base/error.h"
#include "bus/port.h"

struct host_loop;

enum { NET_FORWARDS = 32, NET_GUEST_FORWARDS = 16, NET_ID = 32, NET_TEXT = 512 };

/* A port of the host that leads to a port of the guest. */
struct net_forward {
    bool udp;
    struct in_addr host, guest;   /* host 0.0.0.0: every address of the host, the local network's included */
    uint16_t host_port, guest_port;
};

/* A TCP port of the guest's network that leads to something of the host. */
struct net_guest_forward {
    struct in_addr address;
    uint16_t port;
    bool is_command;              /* started for each connection; otherwise all connections share one line */
    char target[NET_TEXT];        /* the command, or what -serial would name */
};

struct net_user_options {
    struct in_addr network, mask;
    struct in_addr host;            /* the router; the host itself, seen from the guest */
    struct in_addr dns, dhcp_start;
    bool has_ipv6;                  /* fec0::/64 with router fec0::2 and DNS fec0::3 */
    bool is_restricted;             /* the guest reaches nothing but the router; TCP forwards still lead in and out */
    char hostname[64];              /* what DHCP calls the guest; may be empty */
    char tftp[NET_TEXT];            /* a folder whose files the router hands out; empty: no TFTP */
    char bootfile[128];             /* the file that DHCP tells firmware to boot; may be empty */
    struct net_forward forwards[NET_FORWARDS];
    int forward_count;
    struct net_guest_forward guest_forwards[NET_GUEST_FORWARDS];
    int guest_forward_count;
};

struct net_tap_options {
    char ifname[IFNAMSIZ];          /* empty: the host chooses */
    char script[NET_TEXT], downscript[NET_TEXT];   /* run with the interface's name; empty: none */
    int fd;                         /* an open one that the process was started with; -1: none */
};

enum net_kind { NET_USER, NET_TAP };

struct net_options {
    enum net_kind kind;
    char id[NET_ID];                /* what other options call the network; may be empty */
    uint8_t mac[6];                 /* the guest's card */
    bool has_mac;                   /* given, and not the default */
    bool has_boot_index;
    uint32_t boot_index;            /* the card's, in the firmware's boot order */
    struct net_user_options user;
    struct net_tap_options tap;
};

/* Fills in *options from the text of a -nic option: "user" or "tap", and items KEY=VALUE after commas; ",," is a comma within
   a value. docs/user.md has the keys and their defaults; addresses that are not given follow from net=. IPv6 is off unless
   asked for, because libslirp draws the times of its router advertisements from the host's randomness, and an idle network
   would make two runs differ. -1 and a message for anything that is not understood. */
int net_parse(const char *text, struct net_options *options, struct error *err);

struct net;
struct net_dump;

/* Makes the network and plugs it into the loop, which it must not outlive. Its clock is the loop's virtual time. Makes the
   process ignore SIGPIPE, which sockets need. NULL and a message when something of the host cannot be had. */
struct net *net_open(const struct net_options *options, struct host_loop *loop, struct error *err);

/* The cable for the guest's card; valid until net_close. Frames reach the card between two slices of the loop only. */
struct netdev *net_port(struct net *net);

/* From now on what passes on the cable is written down (net_dump.h). The network closes the dump. */
void net_add_dump(struct net *net, struct net_dump *dump);

/* Closes all connections. NULL is fine. */
void net_close(struct net *net);

#endif
