/* SPDX-License-Identifier: MIT */
/* A guest that is nothing but a network card and a script: it stands where the machine would in the host's loop, gets frames and
   answers them. Its frames are made by hand here, so that a mistake in the network code is not made twice. */
#ifndef TESTS_FRONTENDS_NET_GUEST_H
#define TESTS_FRONTENDS_NET_GUEST_H

#include <stdio.h>
#include <string.h>

#include "frontends/host/loop.h"
#include "frontends/net/net.h"
#include "tests/support/support.h"

enum { GUEST_RING = 64, ETH = 14, IP = ETH + 20, TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_ACK = 16 };

static const uint8_t guest_ip[4] = { 10, 0, 2, 15 }, router_ip[4] = { 10, 0, 2, 2 };

struct guest {
    struct host_loop *loop;
    struct net *net;
    struct netdev *cable;
    void (*start)(struct guest *guest);
    void (*on_frame)(struct guest *guest, const uint8_t *frame, size_t length);
    void (*on_wake)(struct guest *guest);
    tick_t now, wakes;            /* wakes: when on_wake is due */
    tick_t until;                 /* where the present run ends */
    bool is_started, is_deaf;     /* deaf: takes no frames */
    bool host_waits;              /* it said that it has no room, and will say when it has */
    struct { size_t length; uint8_t bytes[1600]; } ring[GUEST_RING];
    unsigned room, count;         /* room: how much of the ring it uses */
    unsigned frames;              /* heard so far */
    uint8_t mac[6];
    void *script;
};

/* ---- numbers on the wire ---- */

static inline void put16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v & 0xffff);
}

static inline unsigned get16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static inline uint32_t get32(const uint8_t *p)
{
    return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static inline uint32_t sum16(uint32_t sum, const uint8_t *p, size_t length)
{
    for (; length > 1; length -= 2, p += 2)
        sum += get16(p);
    return length ? sum + ((uint32_t)*p << 8) : sum;
}

static inline unsigned fold(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

/* ---- frames ---- */

static inline void guest_send(struct guest *guest, const uint8_t *frame, size_t length)
{
    guest->cable->send(guest->cable->host, frame, length);
}

static inline void put_ethernet(const struct guest *guest, uint8_t *frame, unsigned type)
{
    memset(frame, 0xff, 6);
    memcpy(frame + 6, guest->mac, 6);
    put16(frame + 12, type);
}

/* Adds headers to an IPv4 payload at frame + IP, and the checksum of UDP, TCP or ICMP at `checksum_at` (from the payload's
   start). */
static inline void guest_send_ip(struct guest *guest, uint8_t *frame, unsigned protocol, const uint8_t *from, const uint8_t *to,
                                 size_t length, size_t checksum_at)
{
    uint8_t *ip = frame + ETH, *payload = frame + IP;
    put_ethernet(guest, frame, 0x0800);
    memset(ip, 0, 20);
    ip[0] = 0x45;
    put16(ip + 2, (unsigned)length + 20);
    ip[8] = 64;
    ip[9] = (uint8_t)protocol;
    memcpy(ip + 12, from, 4);
    memcpy(ip + 16, to, 4);
    put16(ip + 10, fold(sum16(0, ip, 20)));
    uint32_t pseudo = protocol == 1 ? 0 : sum16(protocol + (uint32_t)length, ip + 12, 8);
    put16(payload + checksum_at, 0);
    put16(payload + checksum_at, fold(sum16(pseudo, payload, length)));
    guest_send(guest, frame, IP + length);
}

static inline void guest_send_udp(struct guest *guest, const uint8_t *from, unsigned from_port, const uint8_t *to,
                                  unsigned to_port, const void *data, size_t length)
{
    uint8_t frame[1600];
    put16(frame + IP, from_port);
    put16(frame + IP + 2, to_port);
    put16(frame + IP + 4, (unsigned)length + 8);
    memcpy(frame + IP + 8, data, length);
    guest_send_ip(guest, frame, 17, from, to, length + 8, 6);
}

static inline void guest_send_tcp(struct guest *guest, unsigned from_port, const uint8_t *to, unsigned to_port, uint32_t sequence,
                                  uint32_t acknowledge, unsigned flags, const void *data, size_t length)
{
    uint8_t frame[1600], *tcp = frame + IP;
    memset(tcp, 0, 20);
    put16(tcp, from_port);
    put16(tcp + 2, to_port);
    put32(tcp + 4, sequence);
    put32(tcp + 8, acknowledge);
    put16(tcp + 12, 5 << 12 | flags);
    put16(tcp + 14, 65535);
    if (length)
        memcpy(tcp + 20, data, length);
    guest_send_ip(guest, frame, 6, guest_ip, to, length + 20, 16);
}

static inline void guest_send_arp(struct guest *guest, unsigned operation, const uint8_t *to_mac, const uint8_t *to_ip)
{
    static const uint8_t kind[6] = { 0, 1, 8, 0, 6, 4 };
    uint8_t frame[ETH + 28];
    put_ethernet(guest, frame, 0x0806);
    memcpy(frame + ETH, kind, 6);
    put16(frame + ETH + 6, operation);
    memcpy(frame + ETH + 8, guest->mac, 6);
    memcpy(frame + ETH + 14, guest_ip, 4);
    memcpy(frame + ETH + 18, to_mac, 6);
    memcpy(frame + ETH + 24, to_ip, 4);
    guest_send(guest, frame, sizeof frame);
}

static inline bool is_arp(const uint8_t *frame, size_t length, unsigned operation)
{
    return length >= ETH + 28 && get16(frame + 12) == 0x0806 && get16(frame + ETH + 6) == operation;
}

/* Answers the router's question for our hardware address. True when the frame was that question. */
static inline bool guest_answers_arp(struct guest *guest, const uint8_t *frame, size_t length)
{
    if (!is_arp(frame, length, 1) || memcmp(frame + ETH + 24, guest_ip, 4) != 0)
        return false;
    guest_send_arp(guest, 2, frame + ETH + 8, frame + ETH + 14);
    return true;
}

/* An IPv4 packet of this protocol with right checksums? Its payload and that one's length. */
static inline const uint8_t *ip_payload(const uint8_t *frame, size_t length, unsigned protocol, size_t *payload_length)
{
    const uint8_t *ip = frame + ETH;
    if (length < IP || get16(frame + 12) != 0x0800 || ip[9] != protocol)
        return NULL;
    ck_assert_uint_eq(ip[0], 0x45);
    ck_assert_uint_eq(fold(sum16(0, ip, 20)), 0);
    ck_assert_uint_le(get16(ip + 2) + ETH, length);
    *payload_length = get16(ip + 2) - 20;
    uint32_t pseudo = protocol == 1 ? 0 : sum16(protocol + (uint32_t)*payload_length, ip + 12, 8);
    if (protocol != 17 || get16(ip + 26) != 0)   /* UDP may go without */
        ck_assert_uint_eq(fold(sum16(pseudo, ip + 20, *payload_length)), 0);
    return ip + 20;
}

/* ---- the card and the engine ---- */

static bool card_ready(void *device)
{
    struct guest *guest = device;
    guest->host_waits = !guest->is_started || guest->is_deaf || guest->count == guest->room;
    return !guest->host_waits;
}

static void card_receive(void *device, const uint8_t *frame, size_t length)
{
    struct guest *guest = device;
    ck_assert(card_ready(guest));
    ck_assert_uint_ge(length, ETH);
    ck_assert_uint_le(length, sizeof guest->ring[0].bytes);
    guest->ring[guest->count].length = length;
    memcpy(guest->ring[guest->count++].bytes, frame, length);
}

static enum machine_stop engine_run(void *machine, tick_t until)
{
    struct guest *guest = machine;
    guest->until = until;
    if (!guest->is_started && guest->start)
        guest->start(guest);
    guest->is_started = true;
    for (unsigned i = 0; i < guest->count; i++, guest->frames++)
        if (guest->on_frame)
            guest->on_frame(guest, guest->ring[i].bytes, guest->ring[i].length);
    guest->count = 0;
    if (guest->host_waits && !guest->is_deaf)
        guest->cable->drained(guest->cable->host);
    guest->now = guest->until;
    if (guest->wakes <= guest->now) {
        guest->wakes = TICK_NEVER;
        guest->on_wake(guest);
    }
    return MACHINE_REACHED;
}

static void engine_reset(void *machine)
{
    (void)machine;
}

static tick_t engine_now(const void *machine)
{
    return ((const struct guest *)machine)->now;
}

static tick_t engine_idle_until(const void *machine)
{
    const struct guest *guest = machine;
    return guest->count || !guest->is_started ? guest->now : guest->wakes;
}

static void engine_run_until(void *machine, tick_t at)
{
    struct guest *guest = machine;
    guest->until = at;
}

static const struct host_engine guest_engine = {
    .run = engine_run, .reset = engine_reset, .now = engine_now, .idle_until = engine_idle_until, .run_until = engine_run_until
};

/* Builds loop, network and guest; the loop runs at maximum speed, so that a wait for the host works only when the network
   says that it is busy, and everything else takes no time. */
static inline void guest_make_at(struct guest *guest, const char *options_text, unsigned limit_seconds,
                                 const struct host_time *time)
{
    struct error err = { "" };
    struct net_options options;
    struct host_loop_config config = { .percent = HOST_SPEED_MAX, .limit = limit_seconds * TICKS_PER_SECOND };
    *guest = (struct guest){ .room = GUEST_RING, .wakes = TICK_NEVER };
    guest->loop = host_loop_new(&config, time, &err);
    ck_assert_msg(guest->loop != NULL, "%s", err.text);
    ck_assert_msg(net_parse(options_text, &options, &err) == 0, "%s", err.text);
    guest->net = net_open(&options, guest->loop, &err);
    ck_assert_msg(guest->net != NULL, "%s", err.text);
    guest->cable = net_port(guest->net);
    guest->cable->ready = card_ready;
    guest->cable->receive = card_receive;
    guest->cable->device = guest;
    memcpy(guest->mac, guest->cable->mac, 6);
}

static inline void guest_make(struct guest *guest, const char *options_text, unsigned limit_seconds)
{
    guest_make_at(guest, options_text, limit_seconds, &host_time_real);
}

static inline void guest_free(struct guest *guest)
{
    net_close(guest->net);
    host_loop_free(guest->loop);
}

/* The script calls this when it got all it wanted. */
static inline void guest_done(struct guest *guest)
{
    host_loop_stop(guest->loop, HOST_END_USER);
}

/* Runs the script until guest_done; false when the limit came first. */
static inline bool guest_run(struct guest *guest)
{
    return host_loop_run(guest->loop, &guest_engine, guest) == HOST_END_USER;
}

/* ---- options ---- */

/* Opening this network fails, and the message has this text in it. */
static inline void guest_refused(const char *text, const char *word)
{
    struct error err = { "" };
    struct host_loop_config config = { .limit = TICK_NEVER };
    struct net_options options;
    struct host_loop *loop = host_loop_new(&config, &host_time_real, &err);
    ck_assert_msg(net_parse(text, &options, &err) == 0, "%s", err.text);
    ck_assert_msg(!net_open(&options, loop, &err), "%s was taken", text);
    ck_assert_msg(strstr(err.text, word) != NULL, "%s: no '%s' in: %s", text, word, err.text);
    host_loop_free(loop);
}

#endif
