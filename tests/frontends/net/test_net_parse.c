/* SPDX-License-Identifier: MIT */
/* Catches: options that are taken for something else, networks that cannot work, misspelt options that are silently ignored. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "frontends/net/net.h"
#include "tests/support/support.h"

static struct net_options options;

static void parse(const char *text)
{
    struct error err = { "" };
    memset(&options, 0xa5, sizeof options);
    ck_assert_msg(net_parse(text, &options, &err) == 0, "%s: %s", text, err.text);
}

static void refused(const char *text, const char *word)
{
    struct error err = { "" };
    ck_assert_msg(net_parse(text, &options, &err) == -1, "%s was taken", text);
    ck_assert_msg(strstr(err.text, word) != NULL, "%s: no '%s' in: %s", text, word, err.text);
}

static void is(struct in_addr address, const char *expected)
{
    ck_assert_str_eq(inet_ntoa(address), expected);
}

START_TEST(the_defaults_are_those_people_know)
{
    parse("user");
    ck_assert_mem_eq(options.mac, "\x52\x54\x00\x12\x34\x56", 6);
    is(options.network, "10.0.2.0");
    is(options.mask, "255.255.255.0");
    is(options.host, "10.0.2.2");
    is(options.dns, "10.0.2.3");
    is(options.dhcp_start, "10.0.2.15");
    ck_assert(!options.has_ipv6);
    ck_assert(!options.is_restricted);
    ck_assert_int_eq(options.forward_count, 0);
    ck_assert_str_eq(options.hostname, "");
}
END_TEST

START_TEST(every_option_is_understood)
{
    parse("user,mac=02:aB:00:00:0f:F0,net=192.168.76.9/20,restrict=on,ipv6=on,hostname=deb-12.local");
    ck_assert_mem_eq(options.mac, "\x02\xab\x00\x00\x0f\xf0", 6);
    is(options.network, "192.168.64.0");
    is(options.mask, "255.255.240.0");
    is(options.host, "192.168.64.2");
    is(options.dns, "192.168.64.3");
    is(options.dhcp_start, "192.168.64.15");
    ck_assert(options.has_ipv6);
    ck_assert(options.is_restricted);
    ck_assert_str_eq(options.hostname, "deb-12.local");
    parse("user,dns=172.16.0.1,host=172.16.0.254,dhcpstart=172.16.0.100,net=172.16.0.0");
    is(options.host, "172.16.0.254");
    is(options.dns, "172.16.0.1");
    is(options.dhcp_start, "172.16.0.100");
}
END_TEST

START_TEST(forwards_have_short_and_full_forms)
{
    parse("user,hostfwd=tcp::2222-:22,hostfwd=udp:127.0.0.1:5353-10.0.2.20:53,net=10.0.2.0/24,hostfwd=::65535-:1");
    ck_assert_int_eq(options.forward_count, 3);
    const struct net_forward *f = options.forwards;
    ck_assert(!f[0].udp && f[0].host_port == 2222 && f[0].guest_port == 22);
    is(f[0].host, "0.0.0.0");
    is(f[0].guest, "10.0.2.15");
    ck_assert(f[1].udp && f[1].host_port == 5353 && f[1].guest_port == 53);
    is(f[1].host, "127.0.0.1");
    is(f[1].guest, "10.0.2.20");
    ck_assert(!f[2].udp && f[2].host_port == 65535 && f[2].guest_port == 1);
    parse("user,hostfwd=tcp::80-:80,net=10.1.0.0/16");
    is(options.forwards[0].guest, "10.1.0.15");
}
END_TEST

START_TEST(what_is_not_understood_is_refused_with_a_hint)
{
    refused("tap", "-nic user or -nic none");
    refused("", "-nic user or -nic none");
    refused("users,mac=1", "-nic user or -nic none");
    refused("user,hostfd=tcp::1-:1", "did you mean 'hostfwd'");
    refused("user,restrcit=on", "did you mean 'restrict'");
    refused("user,bandwidth=9", "no option 'bandwidth'");
    refused("user,mac", "no value");
    refused("user,", "no value");
    refused("user,,mac=52:54:00:12:34:56", "no value");
    refused("user,restrict=yes", "restrict=on or restrict=off");
    refused("user,ipv6=", "ipv6=on");
}
END_TEST

START_TEST(bad_hardware_addresses_are_refused)
{
    refused("user,mac=52:54:00:12:34", "form");
    refused("user,mac=52:54:00:12:34:5g", "form");
    refused("user,mac=52:54:00:12:34:56:", "form");
    refused("user,mac=52-54-00-12-34-56", "form");
    refused("user,mac=", "form");
    refused("user,mac=01:00:5e:00:00:01", "group address");
    refused("user,mac=00:00:00:00:00:00", "no address");
}
END_TEST

START_TEST(networks_that_cannot_work_are_refused)
{
    refused("user,net=10.0.2", "form");
    refused("user,net=10.0.2.0/", "form");
    refused("user,net=10.0.2.0/33", "form");
    refused("user,net=10.0.2.0/-1", "form");
    refused("user,net=10.0.2.0/30", "8 to 27");
    refused("user,net=10.0.2.0/0", "8 to 27");
    refused("user,host=1.2.3.4", "not an address in the guest's network");
    refused("user,host=10.0.2.255", "not an address in the guest's network");
    refused("user,dns=10.0.2.2", "three different");
    refused("user,dhcpstart=nonsense", "not an address");
    refused("user,hostname=no_underscores", "hostname");
}
END_TEST

START_TEST(bad_forwards_are_refused)
{
    const char *const bad[] = {
        "", "tcp", "tcp::22", "tcp::2222-", "tcp::2222-:", "sctp::1-:1", "tcp::0-:22", "tcp::65536-:22", "tcp::22-:0",
        "tcp:localhost:22-:22", "tcp::22-guest:22", "tcp::-22-:22", "tcp:: 22-:22", "tcp::22-:22x", "tcp:[::1]:22-:22",
        "tcp:111.111.111.111.111.111.111.111.111:1-:1",
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        char text[200];
        snprintf(text, sizeof text, "user,hostfwd=%s", bad[i]);
        refused(text, "tcp::2222-:22");
    }
    refused("user,hostfwd=tcp::22-192.168.1.1:22", "not in the guest's network");
}
END_TEST

START_TEST(too_much_text_is_refused_and_not_overrun)
{
    char text[4000] = "user";
    for (int i = 0; i < NET_FORWARDS + 1; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), ",hostfwd=tcp::%d-:22", 1000 + i);
    refused(text, "more than");
    memset(text, 'x', sizeof text - 1);
    memcpy(text, "user,hostname=", 14);
    text[sizeof text - 1] = 0;
    refused(text, "too long");
    memcpy(text, "user,", 5);
    refused(text, "too long");
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("net_parse");
    TCase *t = tcase_create("net_parse");
    tcase_add_test(t, the_defaults_are_those_people_know);
    tcase_add_test(t, every_option_is_understood);
    tcase_add_test(t, forwards_have_short_and_full_forms);
    tcase_add_test(t, what_is_not_understood_is_refused_with_a_hint);
    tcase_add_test(t, bad_hardware_addresses_are_refused);
    tcase_add_test(t, networks_that_cannot_work_are_refused);
    tcase_add_test(t, bad_forwards_are_refused);
    tcase_add_test(t, too_much_text_is_refused_and_not_overrun);
    suite_add_tcase(s, t);
    return s;
}
