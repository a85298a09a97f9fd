/* SPDX-License-Identifier: MIT */
/* What passes on a network card's cable, written to a file for tcpdump and Wireshark (-object filter-dump). Times are virtual, so
   equal runs give equal files. */
#ifndef FRONTENDS_NET_NET_DUMP_H
#define FRONTENDS_NET_NET_DUMP_H

#include "frontends/net/net.h"

struct net_dump_options {
    char id[NET_ID], netdev[NET_ID];
    char file[NET_TEXT];
    uint32_t length_max;   /* of each frame so many bytes are written */
};

/* Fills in *options from "filter-dump,id=NAME,netdev=NETWORK,file=FILE[,maxlen=BYTES]". -1 and a message for anything else. */
int net_dump_parse(const char *text, struct net_dump_options *options, struct error *err);

struct net_dump;

/* Makes the file. `start` is the date at virtual time 0, in seconds since 1970. NULL with err filled on failure. */
struct net_dump *net_dump_open(const struct net_dump_options *options, uint64_t start, struct error *err);

/* Dumps of one cable are a list; NULL is an empty one. */
void net_dump_link(struct net_dump **list, struct net_dump *dump);
void net_dump_frames(struct net_dump *list, tick_t now, const uint8_t *frame, size_t length);
void net_dump_flush(struct net_dump *list);   /* what was written so far is seen by others */
void net_dump_close(struct net_dump *list);

#endif
