/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frontends/cli/parse.h"
#include "frontends/net/net.h"

enum { VALUE_MAX = 128 };

/* The three addresses need room below the broadcast address: .2, .3, and .15 for DHCP. */
enum { PREFIX_MIN = 8, PREFIX_MAX = 27, PREFIX_DEFAULT = 24, HOST_AT = 2, DNS_AT = 3, DHCP_AT = 15 };

/* ---- values ---- */

/* Moves *text behind the next `separator` and copies what was before it; false when there is none or it is too long. */
static bool take(const char **text, char separator, char *word, size_t room)
{
    const char *end = strchr(*text, separator);
    size_t length = end ? (size_t)(end - *text) : 0;
    if (!end || length >= room)
        return false;
    memcpy(word, *text, length);
    word[length] = 0;
    *text = end + 1;
    return true;
}

static bool read_address(const char *text, struct in_addr *to)
{
    return inet_pton(AF_INET, text, to) == 1;
}

/* A decimal number without sign or spaces, low to high. */
static bool read_number(const char *text, unsigned low, unsigned high, unsigned *to)
{
    size_t length = strspn(text, "0123456789");
    if (length == 0 || length > 6 || text[length])
        return false;
    *to = (unsigned)strtoul(text, NULL, 10);
    return *to >= low && *to <= high;
}

static int copy_text(const char *what, const char *value, char *to, size_t room, struct error *err)
{
    if (strlen(value) >= room)
        return error_set(err, "%s='%.40s...' is too long; %zu letters are the most", what, value, room - 1);
    snprintf(to, room, "%s", value);
    return 0;
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *at = c ? strchr(digits, c) : NULL;
    int n = at ? (int)(at - digits) : -1;
    return n > 15 ? n - 6 : n;
}

static bool read_mac(const char *text, uint8_t mac[6])
{
    for (int i = 0; i < 6; i++, text += 3) {
        int high = hex_digit(text[0]), low = high < 0 ? -1 : hex_digit(text[1]);
        if (low < 0 || text[2] != (i < 5 ? ':' : 0))
            return false;
        mac[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* ---- what every network has ---- */

static int set_id(void *to, const char *value, struct error *err)
{
    struct net_options *o = to;
    if (!*value)
        return error_set(err, "-nic: id= is empty; give the network a name, as in id=net0");
    return copy_text("-nic: id", value, o->id, sizeof o->id, err);
}

static int set_mac(void *to, const char *value, struct error *err)
{
    static const uint8_t none[6];
    struct net_options *o = to;
    if (!read_mac(value, o->mac))
        return error_set(err, "-nic: mac=%s is not a hardware address; it has the form 52:54:00:12:34:56", value);
    if (o->mac[0] & 1)
        return error_set(err, "-nic: mac=%s is a group address (its first byte is odd), which no card can have", value);
    if (memcmp(o->mac, none, sizeof none) == 0)
        return error_set(err, "-nic: mac=%s means no address; give the card another one", value);
    o->has_mac = true;
    return 0;
}

static int set_boot_index(void *to, const char *value, struct error *err)
{
    struct net_options *o = to;
    uint64_t index;
    if (parse_number("-nic bootindex", value, INT32_MAX, &index, err) < 0)
        return -1;
    o->has_boot_index = true;
    o->boot_index = (uint32_t)index;
    return 0;
}

/* ---- -nic user ---- */

static int set_user(void *to, const char *value, struct error *err)
{
    (void)to, (void)value, (void)err;   /* net_parse has read it */
    return 0;
}

static int set_network(void *to, const char *value, struct error *err)
{
    struct net_user_options *o = &((struct net_options *)to)->user;
    char address[VALUE_MAX];
    const char *rest = value;
    unsigned prefix = PREFIX_DEFAULT;
    bool has_prefix = take(&rest, '/', address, sizeof address);
    if (!read_address(has_prefix ? address : value, &o->network) || (has_prefix && !read_number(rest, 0, 32, &prefix)))
        return error_set(err, "-nic user: net=%s is not a network; it has the form 10.0.2.0/24", value);
    if (prefix < PREFIX_MIN || prefix > PREFIX_MAX)
        return error_set(err, "-nic user: net=%s: the number of network bits must be %d to %d", value, PREFIX_MIN, PREFIX_MAX);
    o->mask.s_addr = htonl(UINT32_MAX << (32 - prefix));
    o->network.s_addr &= o->mask.s_addr;
    return 0;
}

static int set_address(const char *key, const char *value, struct in_addr *to, struct error *err)
{
    if (!read_address(value, to))
        return error_set(err, "-nic user: %s=%s is not an address; it has the form 10.0.2.2", key, value);
    return 0;
}

static int set_host(void *to, const char *value, struct error *err)
{
    return set_address("host", value, &((struct net_options *)to)->user.host, err);
}

static int set_dns(void *to, const char *value, struct error *err)
{
    return set_address("dns", value, &((struct net_options *)to)->user.dns, err);
}

static int set_dhcp_start(void *to, const char *value, struct error *err)
{
    return set_address("dhcpstart", value, &((struct net_options *)to)->user.dhcp_start, err);
}

static int set_ipv6(void *to, const char *value, struct error *err)
{
    return parse_switch("-nic user: ipv6", value, &((struct net_options *)to)->user.has_ipv6, err);
}

static int set_restrict(void *to, const char *value, struct error *err)
{
    return parse_switch("-nic user: restrict", value, &((struct net_options *)to)->user.is_restricted, err);
}

static int set_hostname(void *to, const char *value, struct error *err)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
    struct net_user_options *o = &((struct net_options *)to)->user;
    size_t length = strlen(value);
    if (length >= sizeof o->hostname || strspn(value, allowed) != length)
        return error_set(err, "-nic user: hostname=%.100s: a name has at most %d letters, digits, dots and dashes", value,
                         (int)sizeof o->hostname - 1);
    memcpy(o->hostname, value, length + 1);
    return 0;
}

static int set_tftp(void *to, const char *value, struct error *err)
{
    struct net_user_options *o = &((struct net_options *)to)->user;
    return copy_text("-nic user: tftp", value, o->tftp, sizeof o->tftp, err);
}

/* The field of BOOTP has 128 bytes (RFC 951). */
static int set_bootfile(void *to, const char *value, struct error *err)
{
    struct net_user_options *o = &((struct net_options *)to)->user;
    return copy_text("-nic user: bootfile", value, o->bootfile, sizeof o->bootfile, err);
}

/* [tcp|udp]:[hostaddr]:hostport-[guestaddr]:guestport; a guest address left out stays 0 until the network is known. */
static bool read_forward(const char *text, struct net_forward *forward)
{
    char protocol[8], host[32], host_port[8], guest[32];
    unsigned from, to;
    if (!take(&text, ':', protocol, sizeof protocol) || !take(&text, ':', host, sizeof host)
        || !take(&text, '-', host_port, sizeof host_port) || !take(&text, ':', guest, sizeof guest))
        return false;
    forward->udp = strcmp(protocol, "udp") == 0;
    if (!forward->udp && *protocol && strcmp(protocol, "tcp") != 0)
        return false;
    if ((*host && !read_address(host, &forward->host)) || (*guest && !read_address(guest, &forward->guest)))
        return false;
    if (!read_number(host_port, 1, 65535, &from) || !read_number(text, 1, 65535, &to))
        return false;
    forward->host_port = (uint16_t)from;
    forward->guest_port = (uint16_t)to;
    return true;
}

static int set_forward(void *to, const char *value, struct error *err)
{
    struct net_user_options *o = &((struct net_options *)to)->user;
    if (o->forward_count == NET_FORWARDS)
        return error_set(err, "-nic user: more than %d hostfwd= are not supported", NET_FORWARDS);
    struct net_forward forward = { 0 };
    if (!read_forward(value, &forward))
        return error_set(err, "-nic user: hostfwd=%.100s is not understood; it has the form tcp::2222-:22, or in full "
                         "tcp:127.0.0.1:2222-10.0.2.15:22", value);
    o->forwards[o->forward_count++] = forward;
    return 0;
}

/* [tcp]:ADDRESS:PORT-cmd:COMMAND, or -PLACE as -serial has it. */
static bool read_guest_forward(const char *text, struct net_guest_forward *forward)
{
    char protocol[8], address[32], port[8];
    unsigned number;
    if (!take(&text, ':', protocol, sizeof protocol) || !take(&text, ':', address, sizeof address)
        || !take(&text, '-', port, sizeof port))
        return false;
    if ((*protocol && strcmp(protocol, "tcp") != 0) || !read_address(address, &forward->address)
        || !read_number(port, 1, 65535, &number))
        return false;
    forward->port = (uint16_t)number;
    forward->is_command = strncmp(text, "cmd:", 4) == 0;
    if (forward->is_command)
        text += 4;
    return *text && (size_t)snprintf(forward->target, sizeof forward->target, "%s", text) < sizeof forward->target;
}

static int set_guest_forward(void *to, const char *value, struct error *err)
{
    struct net_user_options *o = &((struct net_options *)to)->user;
    if (o->guest_forward_count == NET_GUEST_FORWARDS)
        return error_set(err, "-nic user: more than %d guestfwd= are not supported", NET_GUEST_FORWARDS);
    struct net_guest_forward *forward = &o->guest_forwards[o->guest_forward_count++];
    if (!read_guest_forward(value, forward))
        return error_set(err, "-nic user: guestfwd=%.100s is not understood; it has the form tcp:10.0.2.100:80-cmd:COMMAND or "
                         "tcp:10.0.2.100:80-tcp:HOST:PORT", value);
    return 0;
}

static const struct parse_key user_keys[] = {
    { "type", set_user }, { "id", set_id }, { "mac", set_mac }, { "bootindex", set_boot_index }, { "net", set_network },
    { "host", set_host }, { "dns", set_dns }, { "dhcpstart", set_dhcp_start }, { "ipv6", set_ipv6 },
    { "restrict", set_restrict }, { "hostname", set_hostname }, { "tftp", set_tftp },
    { "bootfile", set_bootfile }, { "hostfwd", set_forward }, { "guestfwd", set_guest_forward },
};

static bool is_member(const struct net_user_options *o, struct in_addr address)
{
    uint32_t rest = address.s_addr & ~o->mask.s_addr;
    return (address.s_addr & o->mask.s_addr) == o->network.s_addr && rest != 0 && rest != ~o->mask.s_addr;
}

static int settle_address(const struct net_user_options *o, const char *key, unsigned default_at, struct in_addr *address,
                          struct error *err)
{
    if (!address->s_addr)
        address->s_addr = o->network.s_addr | htonl(default_at);
    if (!is_member(o, *address))
        return error_set(err, "-nic user: %s=%s is not an address in the guest's network; choose another, or set net=", key,
                         inet_ntoa(*address));
    return 0;
}

static int settle_forwards(struct net_user_options *o, struct error *err)
{
    for (int i = 0; i < o->forward_count; i++) {
        struct net_forward *forward = &o->forwards[i];
        if (!forward->guest.s_addr)
            forward->guest = o->dhcp_start;
        if (!is_member(o, forward->guest))
            return error_set(err, "-nic user: hostfwd= leads to %s, which is not in the guest's network",
                             inet_ntoa(forward->guest));
    }
    for (int i = 0; i < o->guest_forward_count; i++) {
        const struct net_guest_forward *forward = &o->guest_forwards[i];
        struct in_addr address = forward->address;
        for (int k = 0; k < i; k++)
            if (o->guest_forwards[k].address.s_addr == address.s_addr && o->guest_forwards[k].port == forward->port)
                return error_set(err, "-nic user: guestfwd=tcp:%s:%u is there twice", inet_ntoa(address), forward->port);
        if (!is_member(o, address) || address.s_addr == o->host.s_addr || address.s_addr == o->dns.s_addr)
            return error_set(err, "-nic user: guestfwd= needs an address in the guest's network that nobody has, such as "
                             "10.0.2.100, and %s is not one", inet_ntoa(address));
    }
    return 0;
}

/* Works out what was left open, and checks that all of it fits together. */
static int settle_user(struct net_user_options *o, struct error *err)
{
    if (settle_address(o, "host", HOST_AT, &o->host, err) < 0 || settle_address(o, "dns", DNS_AT, &o->dns, err) < 0
        || settle_address(o, "dhcpstart", DHCP_AT, &o->dhcp_start, err) < 0)
        return -1;
    if (o->host.s_addr == o->dns.s_addr || o->host.s_addr == o->dhcp_start.s_addr || o->dns.s_addr == o->dhcp_start.s_addr)
        return error_set(err, "-nic user: host=, dns= and dhcpstart= must be three different addresses");
    return settle_forwards(o, err);
}

/* ---- -nic tap ---- */

static int set_ifname(void *to, const char *value, struct error *err)
{
    struct net_tap_options *o = &((struct net_options *)to)->tap;
    return copy_text("-nic tap: ifname", value, o->ifname, sizeof o->ifname, err);
}

static int set_program(const char *what, const char *value, char *to, struct error *err)
{
    return copy_text(what, strcmp(value, "no") ? value : "", to, NET_TEXT, err);
}

static int set_script(void *to, const char *value, struct error *err)
{
    return set_program("-nic tap: script", value, ((struct net_options *)to)->tap.script, err);
}

static int set_downscript(void *to, const char *value, struct error *err)
{
    return set_program("-nic tap: downscript", value, ((struct net_options *)to)->tap.downscript, err);
}

static int set_fd(void *to, const char *value, struct error *err)
{
    unsigned fd;
    if (!read_number(value, 3, 65535, &fd))
        return error_set(err, "-nic tap: fd=%s is not the number of an open file; it is 3 or more", value);
    ((struct net_options *)to)->tap.fd = (int)fd;
    return 0;
}

static const struct parse_key tap_keys[] = {
    { "type", set_user }, { "id", set_id }, { "mac", set_mac }, { "bootindex", set_boot_index }, { "ifname", set_ifname },
    { "script", set_script }, { "downscript", set_downscript }, { "fd", set_fd },
};

static int settle_tap(const struct net_tap_options *o, struct error *err)
{
    if (o->fd >= 0 && (*o->ifname || *o->script || *o->downscript))
        return error_set(err, "-nic tap: fd= is an interface that is ready; leave out ifname=, script= and downscript=");
    return 0;
}

/* ---- the whole ---- */

int net_parse(const char *text, struct net_options *options, struct error *err)
{
    *options = (struct net_options){ .mac = { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 } };
    options->user.network.s_addr = htonl(0x0a000200);
    options->user.mask.s_addr = htonl(0xffffff00);
    options->tap.fd = -1;
    size_t length = strcspn(text, ",");
    if (length == 4 && memcmp(text, "user", 4) == 0) {
        options->kind = NET_USER;
        return parse_list("-nic user", text, user_keys, ARRAY_SIZE(user_keys), options, err) < 0
               ? -1 : settle_user(&options->user, err);
    }
    if (length == 3 && memcmp(text, "tap", 3) == 0) {
        options->kind = NET_TAP;
        return parse_list("-nic tap", text, tap_keys, ARRAY_SIZE(tap_keys), options, err) < 0
               ? -1 : settle_tap(&options->tap, err);
    }
    return error_set(err, "-nic: there is no network '%.*s'; there are user, tap and none", (int)length, text);
}
