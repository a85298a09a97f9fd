/* SPDX-License-Identifier: MIT */
/* Frames from a guest to frontends/net: its filter, and libslirp behind it, which is C in our own process. The network is
   restricted, so that nothing leaves the host. An action is a frame: ARP, DHCP, TFTP, UDP, ICMP, TCP, IPv6, with checksums that
   are right, and now and then with a few bytes that are not. */
#include "tests/fuzz/cable_target.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "frontends/host/loop.h"
#include "frontends/net/net.h"
#include "frontends/net/net_queue.h"

enum { ETH = 14, IP4 = 20, IP6 = 40, FRAME_MAX = NET_QUEUE_FRAME + 32, PAYLOAD_MAX = 96 };
enum { IPV4 = 0x0800, ARP = 0x0806, IPV6 = 0x86dd, ICMP = 1, TCP = 6, UDP = 17, ICMP6 = 58 };
enum { BOOTP = 67, TFTP = 69, DNS = 53, BOOTP_FIXED = 236, TCP_HEADER = 20, UDP_HEADER = 8 };

#define PATIENCE TICKS_PER_SECOND   /* for the answer to the last question */

struct cable {
    struct host_loop *loop;
    struct net *net;
    struct tape *tape;
    tick_t now, asked;       /* asked: when the last question was */
    uint64_t frames, heard;
    uint64_t host_ns;
    char folder[64];         /* what TFTP hands out */
};

struct frame {
    uint8_t bytes[FRAME_MAX + PAYLOAD_MAX];
    size_t length;
};

/* ---- frames ---- */

static void put16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static uint32_t sum16(uint32_t sum, const uint8_t *p, size_t length)
{
    for (; length > 1; length -= 2, p += 2)
        sum += (uint32_t)(p[0] << 8 | p[1]);
    return length ? sum + ((uint32_t)*p << 8) : sum;
}

static unsigned fold(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

static void begin(struct frame *f, unsigned type)
{
    static const uint8_t addresses[12] = { 0x52, 0x55, 10, 0, 2, 2, 0x52, 0x54, 0, 0x12, 0x34, 0x56 };
    memset(f->bytes, 0, sizeof f->bytes);
    memcpy(f->bytes, addresses, sizeof addresses);
    put16(f->bytes + 12, type);
    f->length = ETH;
}

static void append(struct frame *f, struct tape *t, size_t most)
{
    f->length += tape_bytes(t, f->bytes + f->length, tape_below(t, (unsigned)(most < PAYLOAD_MAX ? most : PAYLOAD_MAX)));
}

/* 10.0.2.2 is the router, .3 the name server, .15 the guest; also everybody, and anybody. */
static uint32_t any_ipv4(struct tape *t)
{
    static const uint8_t last[] = { 2, 2, 2, 2, 2, 3, 15, 255 };
    uint8_t how = tape_byte(t);
    return htonl(how < 240 ? 0x0a000200 | last[how % 8] : how < 248 ? 0xffffffff : (uint32_t)tape_number(t, 4));
}

static void put_ipv4(struct frame *f, struct tape *t, unsigned protocol, uint32_t from)
{
    uint8_t *ip = f->bytes + ETH;
    uint32_t to = any_ipv4(t);
    ip[0] = 0x45;
    ip[8] = 64;
    ip[9] = (uint8_t)protocol;
    memcpy(ip + 12, &from, 4);
    memcpy(ip + 16, &to, 4);
    f->length += IP4;
}

/* Lengths and checksums, when all else is there. */
static void end_ipv4(struct frame *f, unsigned checksum_at)
{
    uint8_t *ip = f->bytes + ETH;
    size_t length = f->length - ETH, inner = length - IP4;
    put16(ip + 2, (unsigned)length);
    put16(ip + 10, fold(sum16(0, ip, IP4)));
    bool has_pseudo_header = ip[9] != ICMP;
    if (checksum_at + 2 <= inner)
        put16(ip + IP4 + checksum_at,
              fold(sum16(has_pseudo_header ? sum16(ip[9] + (uint32_t)inner, ip + 12, 8) : 0, ip + IP4, inner)));
}

static void arp(struct frame *f, struct tape *t)
{
    static const uint8_t head[8] = { 0, 1, 8, 0, 6, 4, 0, 1 };
    uint32_t from = any_ipv4(t), to = any_ipv4(t);
    begin(f, ARP);
    memcpy(f->bytes + ETH, head, sizeof head);
    f->bytes[ETH + 7] = 1 + tape_byte(t) % 3;
    memcpy(f->bytes + ETH + 14, &from, 4);
    memcpy(f->bytes + ETH + 24, &to, 4);
    f->length = ETH + 28 + tape_byte(t) % 32;
}

static void udp(struct frame *f, struct tape *t, unsigned from, unsigned to, bool is_broadcast)
{
    begin(f, IPV4);
    put_ipv4(f, t, UDP, is_broadcast ? 0 : htonl(0x0a00020f));
    put16(f->bytes + f->length, from);
    put16(f->bytes + f->length + 2, to);
    f->length += UDP_HEADER;
}

static void end_udp(struct frame *f)
{
    put16(f->bytes + ETH + IP4 + 4, (unsigned)(f->length - ETH - IP4));
    end_ipv4(f, 6);
}

static void dhcp(struct frame *f, struct tape *t)
{
    static const uint8_t cookie[4] = { 99, 130, 83, 99 };
    udp(f, t, 68, BOOTP, tape_byte(t) & 1);
    uint8_t *b = f->bytes + f->length;
    b[0] = b[1] = 1;
    b[2] = 6;
    f->length += tape_rarely(t, 16) ? tape_byte(t) : BOOTP_FIXED;
    memcpy(f->bytes + f->length, cookie, sizeof cookie);
    f->length += sizeof cookie;
    static const uint8_t codes[] = { 53, 50, 54, 12, 55, 61, 0, 255 };
    for (unsigned n = tape_byte(t) % 6; n; n--) {
        uint8_t code = codes[tape_byte(t) % 8], length = tape_rarely(t, 8) ? tape_byte(t) : tape_byte(t) % 8;
        f->bytes[f->length++] = code;
        f->bytes[f->length++] = length;
        tape_bytes(t, f->bytes + f->length, 8);
        f->length += length < 64 ? length : 8;
    }
    f->bytes[f->length++] = 255;
    end_udp(f);
}

static void tftp(struct frame *f, struct tape *t)
{
    static const char *const names[] = { "file", "/file", "../file", "a/b/c", "", "%s%n", "file\001" };
    udp(f, t, 1024 + tape_byte(t) % 24, TFTP, false);
    unsigned op = 1 + tape_byte(t) % 6;
    put16(f->bytes + f->length, op);
    f->length += 2;
    if (op <= 2 && tape_byte(t) < 240) {
        f->length += (size_t)sprintf((char *)f->bytes + f->length, "%s", names[tape_below(t, ARRAY_SIZE(names))]) + 1;
        f->length += (size_t)sprintf((char *)f->bytes + f->length, "octet") + 1;
        if (tape_byte(t) & 1)
            f->length += (size_t)sprintf((char *)f->bytes + f->length, "blksize%c%d", 0, (int8_t)tape_byte(t) * 16) + 1;
        if (tape_byte(t) & 1)
            f->length += (size_t)sprintf((char *)f->bytes + f->length, "tsize%c%d", 0, tape_byte(t) % 2) + 1;
    }
    append(f, t, 16);
    end_udp(f);
}

static void datagram(struct frame *f, struct tape *t)
{
    static const uint16_t ports[] = { BOOTP, TFTP, DNS, 7, 1900 };
    uint8_t how = tape_byte(t);
    unsigned from = (unsigned)tape_number(t, 2), to = how < 192 ? ports[how % ARRAY_SIZE(ports)] : (unsigned)tape_number(t, 2);
    udp(f, t, from, to, false);
    append(f, t, PAYLOAD_MAX);
    end_udp(f);
}

static void icmp(struct frame *f, struct tape *t)
{
    begin(f, IPV4);
    put_ipv4(f, t, ICMP, any_ipv4(t));
    f->bytes[f->length] = tape_byte(t) % 20;
    f->bytes[f->length + 1] = tape_byte(t) % 4;
    f->length += 8;
    append(f, t, PAYLOAD_MAX);
    end_ipv4(f, 2);
}

static void tcp(struct frame *f, struct tape *t)
{
    begin(f, IPV4);
    put_ipv4(f, t, TCP, htonl(0x0a00020f));
    uint8_t *p = f->bytes + f->length, how = tape_byte(t);
    put16(p, 1024 + tape_byte(t) % 4);
    put16(p + 2, how & 1 ? 7777 : tape_byte(t));
    put16(p + 6, tape_byte(t));
    put16(p + 10, tape_byte(t));
    p[12] = (uint8_t)((how & 2 ? 5 : tape_byte(t) & 15) << 4);
    p[13] = tape_byte(t);
    put16(p + 14, (unsigned)tape_number(t, 2));
    f->length += TCP_HEADER;
    append(f, t, PAYLOAD_MAX);
    end_ipv4(f, 16);
}

/* fec0::2 is the router, fe80::2 too; ff02::1 everybody. */
static void put_ipv6(struct frame *f, struct tape *t, unsigned next, unsigned checksum_at)
{
    static const uint8_t prefixes[4][2] = { { 0xfe, 0xc0 }, { 0xfe, 0x80 }, { 0xff, 2 }, { 0xfe, 0xc0 } };
    uint8_t *ip = f->bytes + ETH;
    ip[0] = 0x60;
    ip[6] = (uint8_t)next;
    ip[7] = 255;
    memcpy(ip + 8, prefixes[tape_byte(t) & 3], 2);
    ip[23] = 15;
    memcpy(ip + 24, prefixes[tape_byte(t) & 3], 2);
    ip[39] = 1 + tape_byte(t) % 3;
    size_t inner = f->length - ETH - IP6;
    put16(ip + 4, (unsigned)inner);
    if (checksum_at + 2 <= inner)
        put16(ip + IP6 + checksum_at, fold(sum16(sum16(next + (uint32_t)inner, ip + 8, 32), ip + IP6, inner)));
}

static void icmp6(struct frame *f, struct tape *t)
{
    static const uint8_t types[] = { 128, 133, 134, 135, 136, 137, 1, 129 };
    begin(f, IPV6);
    uint8_t *p = f->bytes + ETH + IP6;
    p[0] = types[tape_byte(t) % 8];
    p[8] = 0xfe;
    p[9] = 0xc0;
    p[23] = 1 + tape_byte(t) % 3;
    p[24] = tape_byte(t) % 4;   /* the first option and its length in eights */
    p[25] = tape_byte(t) % 4;
    f->length = ETH + IP6 + 8 + tape_byte(t) % 48;
    append(f, t, 16);
    put_ipv6(f, t, ICMP6, 2);
}

static void over6(struct frame *f, struct tape *t)
{
    static const uint8_t nexts[] = { UDP, UDP, TCP, 0, 44, 59, ICMP6, 60 };
    static const uint16_t ports[] = { 547, TFTP, DNS, 7 };
    begin(f, IPV6);
    uint8_t *p = f->bytes + ETH + IP6, next = nexts[tape_byte(t) % 8];
    put16(p, 546);
    put16(p + 2, ports[tape_byte(t) % 4]);
    f->length = ETH + IP6 + UDP_HEADER;
    append(f, t, PAYLOAD_MAX);
    put16(p + 4, (unsigned)(f->length - ETH - IP6));
    put_ipv6(f, t, next, next == UDP ? 6 : 16);
}

static void anything(struct frame *f, struct tape *t)
{
    static const uint16_t types[] = { IPV4, ARP, IPV6, 0x88f8, 0x8100 };
    begin(f, types[tape_below(t, ARRAY_SIZE(types))]);
    append(f, t, PAYLOAD_MAX);
    if (tape_rarely(t, 8))
        f->length = (size_t)tape_number(t, 2) % FRAME_MAX;
}

static void (*const makers[])(struct frame *f, struct tape *t) = {
    arp, dhcp, dhcp, tftp, tftp, datagram, icmp, icmp, tcp, tcp, tcp, icmp6, icmp6, over6, over6, anything,
};

/* libslirp 4.7 forgets at its end the TFTP transfers that are under way, at most 20: no leak of ours, and none that grows. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

static void send_frame(struct netdev *port, const uint8_t *frame, size_t length)
{
    if (__lsan_disable)
        __lsan_disable();
    port->send(port->host, frame, length);
    if (__lsan_enable)
        __lsan_enable();
}

static void send_one(struct cable *c)
{
    struct frame f;
    struct tape *t = c->tape;
    struct netdev *port = net_port(c->net);
    makers[tape_byte(t) % ARRAY_SIZE(makers)](&f, t);
    for (uint8_t spoilt = tape_byte(t); spoilt >= 224 && f.length; spoilt -= 16)
        tape_spoil(t, f.bytes, f.length < 256 ? f.length : 256);
    if (f.length > NET_FRAME_MAX)
        f.length = NET_FRAME_MAX;
    uint8_t *exact = malloc(f.length ? f.length : 1);
    memcpy(exact, f.bytes, f.length < sizeof f.bytes ? f.length : sizeof f.bytes);
    send_frame(port, exact, f.length);
    free(exact);
    c->frames++;
}

/* ---- the card and the machine: some frames a slice, until the tape ends ---- */

static bool card_ready(void *device)
{
    (void)device;
    return true;
}

static void card_receive(void *device, const uint8_t *frame, size_t length)
{
    struct cable *c = device;
    fuzz_require(length >= ETH && length <= NET_QUEUE_FRAME);
    c->heard += 1 + frame[length - 1] / 256;
}

/* Who has 10.0.2.2? The router must answer after all that. */
static void ask_router(struct cable *c)
{
    static const uint8_t head[] = { 0, 1, 8, 0, 6, 4, 0, 1, 0x52, 0x54, 0, 0x12, 0x34, 0x56,
                                    10, 0, 2, 15, 0, 0, 0, 0, 0, 0, 10, 0, 2, 2 };
    struct netdev *port = net_port(c->net);
    struct frame f;
    begin(&f, ARP);
    memcpy(f.bytes + ETH, head, sizeof head);
    port->send(port->host, f.bytes, ETH + sizeof head);
    c->heard = 0;
    c->asked = c->now;
}

static enum machine_stop run(void *machine, tick_t until)
{
    struct cable *c = machine;
    for (unsigned n = 1 + tape_byte(c->tape) % 8; n && !tape_ended(c->tape); n--)
        send_one(c);
    c->now = until;
    if (tape_ended(c->tape) && !c->asked)
        ask_router(c);
    return c->asked && until >= c->asked + PATIENCE ? MACHINE_POWER_OFF : MACHINE_REACHED;
}

static void reset(void *machine) { (void)machine; }
static tick_t now(const void *machine) { return ((const struct cable *)machine)->now; }
static enum timing_mode timing(const void *machine) { (void)machine; return TIMING_OFF; }
static void set_timing(void *machine, enum timing_mode mode) { (void)machine, (void)mode; }
static void run_until(void *machine, tick_t at) { (void)machine, (void)at; }
static const struct host_engine engine = { run, reset, now, now, timing, set_timing, run_until };

static uint64_t host_now(void *self)
{
    return ((struct cable *)self)->host_ns += 1000;
}

/* There is nobody to wait for: slirp has no sockets. */
static int host_poll_none(void *self, struct pollfd *fds, unsigned count, int64_t timeout_ns)
{
    (void)self, (void)fds, (void)count, (void)timeout_ns;
    return 0;
}

void *cable_target_open(const char *name)
{
    struct cable *c = mem_alloc(sizeof *c);
    char file[80];
    (void)name;
    snprintf(c->folder, sizeof c->folder, "/tmp/orrery-fuzz-XXXXXX");
    fuzz_require(mkdtemp(c->folder));
    snprintf(file, sizeof file, "%s/file", c->folder);
    FILE *f = fopen(file, "w");
    for (unsigned i = 0; f && i < 3000; i++)
        fputc('a' + (int)(i % 26), f);
    fuzz_require(f && !fclose(f));
    return c;
}

uint64_t cable_target_play(void *fuzzed, struct tape *tape)
{
    struct cable *c = fuzzed;
    struct error err = { "" };
    struct net_options options;
    struct host_loop_config config = { .percent = HOST_SPEED_MAX, .limit = TICK_NEVER };
    struct host_time time = { host_now, host_poll_none, c };
    char text[160];
    c->tape = tape;
    c->now = c->asked = c->frames = c->heard = c->host_ns = 0;
    snprintf(text, sizeof text, "user,restrict=on,ipv6=on,bootfile=/file,tftp=%s", c->folder);
    fuzz_require(!net_parse(text, &options, &err));
    c->loop = host_loop_new(&config, &time, &err);
    c->net = c->loop ? net_open(&options, c->loop, &err) : NULL;
    if (!c->net)
        fuzz_failed(__FILE__, __LINE__, err.text);
    struct netdev *port = net_port(c->net);
    port->ready = card_ready;
    port->receive = card_receive;
    port->device = c;
    fuzz_require(host_loop_run(c->loop, &engine, c) == HOST_END_POWER_OFF);
    fuzz_require(c->heard);
    net_close(c->net);
    host_loop_free(c->loop);
    return c->frames;
}

void cable_target_close(void *fuzzed)
{
    struct cable *c = fuzzed;
    char file[80];
    snprintf(file, sizeof file, "%s/file", c->folder);
    unlink(file);
    rmdir(c->folder);
    free(c);
}
