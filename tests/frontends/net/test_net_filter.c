/* SPDX-License-Identifier: MIT */
/* Catches: frames that lie about their length, or that libslirp does not bear, reaching it; honest ones that do not. */
#include <string.h>

#include "frontends/net/net_filter.h"
#include "tests/support/support.h"

enum { ETH = 14 };

static uint8_t frame[2000];

static void make(unsigned type, const char *header, size_t header_length)
{
    memset(frame, 0, sizeof frame);
    frame[12] = (uint8_t)(type >> 8);
    frame[13] = (uint8_t)type;
    memcpy(frame + ETH, header, header_length);
}

static void passes(size_t length)
{
    const char *why = net_filter_refuses(frame, length);
    ck_assert_msg(why == NULL, "%zu bytes: %s", length, why);
}

static void refused(size_t length, const char *word)
{
    const char *why = net_filter_refuses(frame, length);
    ck_assert_msg(why != NULL, "%zu bytes passed", length);
    ck_assert_msg(strstr(why, word) != NULL, "no '%s' in: %s", word, why);
}

START_TEST(only_whole_ethernet_frames_pass)
{
    make(0x0806, "", 0);
    refused(0, "Ethernet");
    refused(13, "Ethernet");
    refused(ETH + 27, "cut short");
    passes(ETH + 28);
    passes(60);
    passes(1518);
    refused(1519, "Ethernet");
    refused(65550, "Ethernet");
    make(0x88f8, "", 0);   /* NC-SI, which libslirp would answer */
    refused(60, "neither");
    make(0x8100, "", 0);
    refused(60, "neither");
    make(46, "", 0);
    refused(60, "neither");
}
END_TEST

START_TEST(ipv4_must_be_whole_and_true)
{
    make(0x0800, "\x45\0\0\x64", 4);   /* 100 bytes */
    passes(ETH + 100);
    passes(ETH + 200);                 /* padding is fine */
    refused(ETH + 99, "beyond");
    refused(ETH + 19, "no IPv4");
    make(0x0800, "\x45\0\0\x13", 4);
    refused(ETH + 100, "beyond");
    make(0x0800, "\x65\0\0\x64", 4);
    refused(ETH + 100, "no IPv4");
    make(0x0800, "\x46\0\0\x64", 4);
    refused(ETH + 100, "options");
    make(0x0800, "\x44\0\0\x64", 4);
    refused(ETH + 100, "options");
    make(0x0800, "\x45\0\0\x64\0\0\x40\0", 8);   /* "do not fragment" is no fragment */
    passes(ETH + 100);
    make(0x0800, "\x45\0\0\x64\0\0\x20\0", 8);
    refused(ETH + 100, "fragment");
    make(0x0800, "\x45\0\0\x64\0\0\0\1", 8);
    refused(ETH + 100, "fragment");
}
END_TEST

START_TEST(ipv6_must_be_whole_and_true)
{
    make(0x86dd, "\x60\0\0\0\0\x14", 6);   /* 20 bytes after the header */
    passes(ETH + 60);
    passes(ETH + 100);
    refused(ETH + 59, "beyond");
    refused(ETH + 39, "no IPv6");
    make(0x86dd, "\x40\0\0\0\0\x14", 6);
    refused(ETH + 60, "no IPv6");
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("net_filter");
    TCase *t = tcase_create("net_filter");
    tcase_add_test(t, only_whole_ethernet_frames_pass);
    tcase_add_test(t, ipv4_must_be_whole_and_true);
    tcase_add_test(t, ipv6_must_be_whole_and_true);
    suite_add_tcase(s, t);
    return s;
}
