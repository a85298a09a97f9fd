/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
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

static int parse_switch(const char *key, const char *value, bool *to, struct error *err)
{
    *to = strcmp(value, "on") == 0;
    if (!*to && strcmp(value, "off") != 0)
        return error_set(err, "-nic user: %s=%s: say %s=on or %s=off", key, value, key, key);
    return 0;
}

static int parse_address(const char *key, const char *value, struct in_addr *to, struct error *err)
{
    if (!read_address(value, to))
        return error_set(err, "-nic user: %s=%s is not an address; it has the form 10.0.2.2", key, value);
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

static int parse_mac(const char *value, uint8_t mac[6], struct error *err)
{
    static const uint8_t none[6];
    if (!read_mac(value, mac))
        return error_set(err, "-nic user: mac=%s is not a hardware address; it has the form 52:54:00:12:34:56", value);
    if (mac[0] & 1)
        return error_set(err, "-nic user: mac=%s is a group address (its first byte is odd), which no card can have", value);
    if (memcmp(mac, none, sizeof none) == 0)
        return error_set(err, "-nic user: mac=%s means no address; give the card another one", value);
    return 0;
}

static int parse_network(const char *value, struct net_options *options, struct error *err)
{
    char address[VALUE_MAX];
    const char *rest = value;
    unsigned prefix = PREFIX_DEFAULT;
    bool has_prefix = take(&rest, '/', address, sizeof address);
    if (!read_address(has_prefix ? address : value, &options->network) || (has_prefix && !read_number(rest, 0, 32, &prefix)))
        return error_set(err, "-nic user: net=%s is not a network; it has the form 10.0.2.0/24", value);
    if (prefix < PREFIX_MIN || prefix > PREFIX_MAX)
        return error_set(err, "-nic user: net=%s: the number of network bits must be %d to %d", value, PREFIX_MIN, PREFIX_MAX);
    options->mask.s_addr = htonl(UINT32_MAX << (32 - prefix));
    options->network.s_addr &= options->mask.s_addr;
    return 0;
}

static int parse_hostname(const char *value, struct net_options *options, struct error *err)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
    size_t length = strlen(value);
    if (length >= sizeof options->hostname || strspn(value, allowed) != length)
        return error_set(err, "-nic user: hostname=%s: a name has at most %d letters, digits, dots and dashes", value,
                         (int)sizeof options->hostname - 1);
    memcpy(options->hostname, value, length + 1);
    return 0;
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

static int parse_forward(const char *value, struct net_options *options, struct error *err)
{
    if (options->forward_count == NET_FORWARDS)
        return error_set(err, "-nic user: more than %d hostfwd= are not supported", NET_FORWARDS);
    struct net_forward forward = { 0 };
    if (!read_forward(value, &forward))
        return error_set(err, "-nic user: hostfwd=%s is not understood; it has the form tcp::2222-:22, or in full "
                         "tcp:127.0.0.1:2222-10.0.2.15:22", value);
    options->forwards[options->forward_count++] = forward;
    return 0;
}

/* ---- keys ---- */

static const char *const keys[] = { "mac", "net", "host", "dns", "dhcpstart", "ipv6", "restrict", "hostname", "hostfwd" };

static int parse_pair(const char *key, const char *value, struct net_options *options, struct error *err)
{
    if (strcmp(key, "mac") == 0)
        return parse_mac(value, options->mac, err);
    if (strcmp(key, "net") == 0)
        return parse_network(value, options, err);
    if (strcmp(key, "host") == 0)
        return parse_address(key, value, &options->host, err);
    if (strcmp(key, "dns") == 0)
        return parse_address(key, value, &options->dns, err);
    if (strcmp(key, "dhcpstart") == 0)
        return parse_address(key, value, &options->dhcp_start, err);
    if (strcmp(key, "ipv6") == 0)
        return parse_switch(key, value, &options->has_ipv6, err);
    if (strcmp(key, "restrict") == 0)
        return parse_switch(key, value, &options->is_restricted, err);
    if (strcmp(key, "hostname") == 0)
        return parse_hostname(value, options, err);
    if (strcmp(key, "hostfwd") == 0)
        return parse_forward(value, options, err);
    const char *near = nearest_word(key, keys, ARRAY_SIZE(keys));
    if (near)
        return error_set(err, "-nic user has no option '%s'; did you mean '%s'?", key, near);
    return error_set(err, "-nic user has no option '%s'", key);
}

/* One "key=value" of the list. */
static int parse_item(const char *item, struct net_options *options, struct error *err)
{
    char key[VALUE_MAX];
    const char *value = item;
    if (!take(&value, '=', key, sizeof key))
        return error_set(err, "-nic user: '%s' has no value; options have the form name=value, with commas between them", item);
    return parse_pair(key, value, options, err);
}

/* ---- the whole ---- */

static bool is_member(const struct net_options *options, struct in_addr address)
{
    uint32_t rest = address.s_addr & ~options->mask.s_addr;
    return (address.s_addr & options->mask.s_addr) == options->network.s_addr && rest != 0 && rest != ~options->mask.s_addr;
}

static int settle_address(const struct net_options *options, const char *key, unsigned default_at, struct in_addr *address,
                          struct error *err)
{
    if (!address->s_addr)
        address->s_addr = options->network.s_addr | htonl(default_at);
    if (!is_member(options, *address))
        return error_set(err, "-nic user: %s=%s is not an address in the guest's network; choose another, or set net=", key,
                         inet_ntoa(*address));
    return 0;
}

/* Works out what was left open, and checks that all of it fits together. */
static int settle(struct net_options *options, struct error *err)
{
    if (settle_address(options, "host", HOST_AT, &options->host, err) < 0
        || settle_address(options, "dns", DNS_AT, &options->dns, err) < 0
        || settle_address(options, "dhcpstart", DHCP_AT, &options->dhcp_start, err) < 0)
        return -1;
    if (options->host.s_addr == options->dns.s_addr || options->host.s_addr == options->dhcp_start.s_addr
        || options->dns.s_addr == options->dhcp_start.s_addr)
        return error_set(err, "-nic user: host=, dns= and dhcpstart= must be three different addresses");
    for (int i = 0; i < options->forward_count; i++) {
        struct net_forward *forward = &options->forwards[i];
        if (!forward->guest.s_addr)
            forward->guest = options->dhcp_start;
        if (!is_member(options, forward->guest))
            return error_set(err, "-nic user: hostfwd= leads to %s, which is not in the guest's network",
                             inet_ntoa(forward->guest));
    }
    return 0;
}

int net_parse(const char *text, struct net_options *options, struct error *err)
{
    *options = (struct net_options){ .mac = { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 } };   /* no IPv6: see net.h */
    options->network.s_addr = htonl(0x0a000200);
    options->mask.s_addr = htonl(0xffffff00);

    size_t length = strcspn(text, ",");
    if (length != 4 || memcmp(text, "user", 4) != 0)
        return error_set(err, "-nic %s: there is no network of this kind; say -nic user or -nic none", text);
    while (text[length]) {
        char item[VALUE_MAX];
        text += length + 1;
        length = strcspn(text, ",");
        if (length >= sizeof item)
            return error_set(err, "-nic user: '%.40s...' is too long to be an option", text);
        memcpy(item, text, length);
        item[length] = 0;
        if (parse_item(item, options, err) < 0)
            return -1;
    }
    return settle(options, err);
}
