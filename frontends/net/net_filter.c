/* SPDX-License-Identifier: MIT */
/* What a guest sends goes to libslirp, a C library in our own process. Only what an honest guest has a use for gets there: whole
   ARP, IPv4 and IPv6 packets, with headers that tell the truth about their lengths. */
#include "frontends/net/net_filter.h"

#include "frontends/net/net_queue.h"

enum {
    ETHERNET_HEADER = 14, TYPE_AT = 12, TYPE_IPV4 = 0x0800, TYPE_ARP = 0x0806, TYPE_IPV6 = 0x86dd,
    ARP_LENGTH = 28, IPV4_HEADER = 20, IPV6_HEADER = 40,
    IPV4_MORE_FRAGMENTS = 0x2000, IPV4_OFFSET = 0x1fff
};

static unsigned be16_at(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static const char *refuses_ipv4(const uint8_t *ip, size_t length)
{
    if (length < IPV4_HEADER || ip[0] >> 4 != 4)
        return "no IPv4 header";
    if (be16_at(ip + 2) < IPV4_HEADER || be16_at(ip + 2) > length)
        return "IPv4 length beyond the frame";
    if ((ip[0] & 15) != IPV4_HEADER / 4)
        return "IPv4 options, which are not supported";
    /* libslirp 4.7's reassembly corrupts memory when fragments overlap; see tests/frontends/net/test_net.c. */
    if (be16_at(ip + 6) & (IPV4_MORE_FRAGMENTS | IPV4_OFFSET))
        return "IPv4 fragment, which is not supported";
    return NULL;
}

static const char *refuses_ipv6(const uint8_t *ip, size_t length)
{
    if (length < IPV6_HEADER || ip[0] >> 4 != 6)
        return "no IPv6 header";
    if (be16_at(ip + 4) > length - IPV6_HEADER)
        return "IPv6 length beyond the frame";
    return NULL;
}

const char *net_filter_refuses(const uint8_t *frame, size_t length)
{
    if (length < ETHERNET_HEADER || length > NET_QUEUE_FRAME)
        return "no Ethernet frame of at most 1518 bytes";
    const uint8_t *packet = frame + ETHERNET_HEADER;
    length -= ETHERNET_HEADER;
    switch (be16_at(frame + TYPE_AT)) {
    case TYPE_IPV4:
        return refuses_ipv4(packet, length);
    case TYPE_IPV6:
        return refuses_ipv6(packet, length);
    case TYPE_ARP:
        return length < ARP_LENGTH ? "ARP packet cut short" : NULL;
    default:
        return "neither ARP nor IP";
    }
}

bool net_filter_is_arp(const uint8_t *frame)
{
    return be16_at(frame + TYPE_AT) == TYPE_ARP;
}
