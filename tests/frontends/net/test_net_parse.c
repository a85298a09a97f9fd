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
    is(options.user.network, "10.0.2.0");
    is(options.user.mask, "255.255.255.0");
    is(options.user.host, "10.0.2.2");
    is(options.user.dns, "10.0.2.3");
    is(options.user.dhcp_start, "10.0.2.15");
    ck_assert(!options.user.has_ipv6);
    ck_assert(!options.user.is_restricted);
    ck_assert_int_eq(options.user.forward_count, 0);
    ck_assert_str_eq(options.user.hostname, "");
}
END_TEST

START_TEST(every_option_is_understood)
{
    parse("user,mac=02:aB:00:00:0f:F0,net=192.168.76.9/20,restrict=on,ipv6=on,hostname=deb-12.local");
    ck_assert_mem_eq(options.mac, "\x02\xab\x00\x00\x0f\xf0", 6);
    is(options.user.network, "192.168.64.0");
    is(options.user.mask, "255.255.240.0");
    is(options.user.host, "192.168.64.2");
    is(options.user.dns, "192.168.64.3");
    is(options.user.dhcp_start, "192.168.64.15");
    ck_assert(options.user.has_ipv6);
    ck_assert(options.user.is_restricted);
    ck_assert_str_eq(options.user.hostname, "deb-12.local");
    ck_assert(!options.has_boot_index);
    parse("user,dns=172.16.0.1,bootindex=3,host=172.16.0.254,dhcpstart=172.16.0.100,net=172.16.0.0");
    is(options.user.host, "172.16.0.254");
    is(options.user.dns, "172.16.0.1");
    is(options.user.dhcp_start, "172.16.0.100");
    ck_assert(options.has_boot_index && options.boot_index == 3);
}
END_TEST

START_TEST(forwards_have_short_and_full_forms)
{
    parse("user,hostfwd=tcp::2222-:22,hostfwd=udp:127.0.0.1:5353-10.0.2.20:53,net=10.0.2.0/24,hostfwd=::65535-:1");
    ck_assert_int_eq(options.user.forward_count, 3);
    const struct net_forward *f = options.user.forwards;
    ck_assert(!f[0].udp && f[0].host_port == 2222 && f[0].guest_port == 22);
    is(f[0].host, "0.0.0.0");
    is(f[0].guest, "10.0.2.15");
    ck_assert(f[1].udp && f[1].host_port == 5353 && f[1].guest_port == 53);
    is(f[1].host, "127.0.0.1");
    is(f[1].guest, "10.0.2.20");
    ck_assert(!f[2].udp && f[2].host_port == 65535 && f[2].guest_port == 1);
    parse("user,hostfwd=tcp::80-:80,net=10.1.0.0/16");
    is(options.user.forwards[0].guest, "10.1.0.15");
}
END_TEST

START_TEST(what_is_not_understood_is_refused_with_a_hint)
{
    refused("bridge", "no network 'bridge'; there are user, tap and none");
    refused("", "there are user, tap and none");
    refused("users,mac=1", "no network 'users'");
    refused("user,hostfd=tcp::1-:1", "did you mean 'hostfwd'");
    refused("user,restrcit=on", "did you mean 'restrict'");
    refused("user,bandwidth=9", "no 'bandwidth'");
    refused("user,ifname=tap0", "no 'ifname'");
    refused("tap,hostfwd=tcp::1-:1", "no 'hostfwd'");
    refused("user,mac", "form");
    refused("user,,mac=52:54:00:12:34:56", "no 'user,mac'");
    refused("user,restrict=maybe", "neither on nor off");
    refused("user,ipv6=", "neither on nor off");
    refused("user,id=", "id=net0");
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

START_TEST(guest_forwards_name_a_command_or_a_place)
{
    parse("user,guestfwd=tcp:10.0.2.100:80-cmd:cat a,, b,guestfwd=:10.0.2.101:7-tcp:127.0.0.1:7,,server");
    ck_assert_int_eq(options.user.guest_forward_count, 2);
    const struct net_guest_forward *f = options.user.guest_forwards;
    ck_assert(f[0].is_command && f[0].port == 80);
    is(f[0].address, "10.0.2.100");
    ck_assert_str_eq(f[0].target, "cat a, b");
    ck_assert(!f[1].is_command && f[1].port == 7);
    ck_assert_str_eq(f[1].target, "tcp:127.0.0.1:7,server");
    const char *const bad[] = { "", "tcp", "tcp:10.0.2.100:80", "tcp:10.0.2.100:80-", "tcp:10.0.2.100:80-cmd:", "udp:10.0.2.100:80-cmd:x",
                                "tcp::80-cmd:x", "tcp:10.0.2.100:0-cmd:x" };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        char text[200];
        snprintf(text, sizeof text, "user,guestfwd=%s", bad[i]);
        refused(text, "cmd:COMMAND");
    }
    refused("user,guestfwd=tcp:10.0.2.9:80-null,guestfwd=tcp:10.0.2.9:80-cmd:cat", "twice");
    refused("user,guestfwd=tcp:10.0.2.2:80-cmd:x", "nobody has");
    refused("user,guestfwd=tcp:10.0.2.3:80-cmd:x", "nobody has");
    refused("user,guestfwd=tcp:10.0.3.4:80-cmd:x", "nobody has");
    refused("user,guestfwd=tcp:10.0.2.255:80-cmd:x", "nobody has");
}
END_TEST

START_TEST(a_tap_has_a_name_and_scripts_or_an_open_file)
{
    parse("tap");
    ck_assert_int_eq(options.kind, NET_TAP);
    ck_assert_str_eq(options.tap.ifname, "");
    ck_assert_int_eq(options.tap.fd, -1);
    parse("tap,ifname=tap0,script=no,downscript=/bin/true,mac=52:54:00:00:00:01,id=lan");
    ck_assert_str_eq(options.tap.ifname, "tap0");
    ck_assert_str_eq(options.tap.script, "");
    ck_assert_str_eq(options.tap.downscript, "/bin/true");
    ck_assert_str_eq(options.id, "lan");
    ck_assert(options.has_mac);
    parse("tap,fd=7");
    ck_assert_int_eq(options.tap.fd, 7);
    refused("tap,fd=7,ifname=tap0", "leave out ifname=");
    refused("tap,fd=0", "3 or more");
    refused("tap,fd=-1", "3 or more");
    refused("tap,ifname=a234567890123456", "too long");
    refused("tap,ifnam=tap0", "did you mean 'ifname'");
}
END_TEST

START_TEST(files_of_the_host_are_taken_as_they_are)
{
    parse("user,tftp=/srv/a,,b,bootfile=grub/grubaa64.efi");
    ck_assert_str_eq(options.user.tftp, "/srv/a,b");
    ck_assert_str_eq(options.user.bootfile, "grub/grubaa64.efi");
}
END_TEST

START_TEST(too_much_text_is_refused_and_not_overrun)
{
    char text[4000] = "user";
    for (int i = 0; i < NET_FORWARDS + 1; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), ",hostfwd=tcp::%d-:22", 1000 + i);
    refused(text, "more than");
    strcpy(text, "user");
    for (int i = 0; i < NET_GUEST_FORWARDS + 1; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), ",guestfwd=tcp:10.0.2.100:%d-cmd:x", 1000 + i);
    refused(text, "more than");
    static const struct { const char *start, *word; } cases[] = {
        { "user,hostname=", "letters" }, { "user,tftp=", "too long" }, { "user,bootfile=", "too long" }, { "user,id=", "too long" },
        { "user,hostfwd=", "not understood" }, { "user,guestfwd=tcp:10.0.2.100:1-cmd:", "not understood" },
        { "tap,ifname=", "too long" }, { "tap,script=", "too long" }, { "user,", "has no" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        memset(text, 'x', sizeof text - 1);
        text[sizeof text - 1] = 0;
        memcpy(text, cases[i].start, strlen(cases[i].start));
        struct error err = { "" };
        ck_assert_int_eq(net_parse(text, &options, &err), -1);
        ck_assert_msg(strstr(err.text, cases[i].word), "%s", cases[i].start);
    }
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
    tcase_add_test(t, guest_forwards_name_a_command_or_a_place);
    tcase_add_test(t, a_tap_has_a_name_and_scripts_or_an_open_file);
    tcase_add_test(t, files_of_the_host_are_taken_as_they_are);
    tcase_add_test(t, too_much_text_is_refused_and_not_overrun);
    suite_add_tcase(s, t);
    return s;
}
