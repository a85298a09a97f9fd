/* SPDX-License-Identifier: MIT */
/* Catches: a folder that firmware cannot boot from, files outside of it handed to the guest, answers whose time depends on the
   host's speed. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/frontends/net/guest.h"

enum { TFTP_RRQ = 1, TFTP_DATA = 3, TFTP_ACK = 4, TFTP_ERROR = 5, TFTP_PORT = 69, BLOCK = 512, OUR_PORT = 2000 };   /* RFC 1350 */
enum { BOOTFILE_AT = 108, SERVER_AT = 20 };   /* RFC 951 */

static struct guest guest;
static char folder[64], outside[64];
static uint8_t content[5000], got[8000];
static size_t got_length;
static unsigned error_code;
static tick_t times[64];
static unsigned answers;
static const char *wanted;

static void write_file(const char *name, const void *bytes, size_t length)
{
    FILE *to = fopen(name, "wb");
    ck_assert(to && fwrite(bytes, 1, length, to) == length && fclose(to) == 0);
}

static void setup(void)
{
    char name[128];
    strcpy(folder, "/tmp/orrery-tftp.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    for (size_t i = 0; i < sizeof content; i++)
        content[i] = (uint8_t)(i * 7 + i / 256);
    snprintf(name, sizeof name, "%s/boot.img", folder);
    write_file(name, content, sizeof content);
    snprintf(outside, sizeof outside, "%s.secret", folder);
    write_file(outside, "secret", 6);
    got_length = answers = error_code = 0;
}

static void teardown(void)
{
    char name[128];
    snprintf(name, sizeof name, "%s/boot.img", folder);
    unlink(name);
    unlink(outside);
    rmdir(folder);
}

/* ---- a client ---- */

static void ask(struct guest *g)
{
    uint8_t packet[512] = { 0, TFTP_RRQ };
    size_t length = 2 + (size_t)snprintf((char *)packet + 2, sizeof packet - 2, "%s", wanted) + 1;
    length += (size_t)snprintf((char *)packet + length, sizeof packet - length, "octet") + 1;
    guest_send_udp(g, guest_ip, OUR_PORT, router_ip, TFTP_PORT, packet, length);
}

static void take(struct guest *g, const uint8_t *frame, size_t length)
{
    size_t n;
    if (guest_answers_arp(g, frame, length))
        return;
    const uint8_t *udp = ip_payload(frame, length, 17, &n);
    if (!udp || get16(udp + 2) != OUR_PORT)
        return;
    const uint8_t *tftp = udp + 8;
    n -= 12;
    times[answers++] = g->now;
    ck_assert_uint_lt(answers, ARRAY_SIZE(times));
    if (get16(tftp) == TFTP_ERROR) {
        error_code = 100 + get16(tftp + 2);
        guest_done(g);
        return;
    }
    ck_assert_uint_eq(get16(tftp), TFTP_DATA);
    ck_assert_uint_eq(get16(tftp + 2), got_length / BLOCK + 1);
    memcpy(got + got_length, tftp + 4, n);
    got_length += n;
    uint8_t ack[4] = { 0, TFTP_ACK, tftp[2], tftp[3] };
    guest_send_udp(g, guest_ip, OUR_PORT, router_ip, get16(udp), ack, sizeof ack);
    if (n < BLOCK)
        guest_done(g);
}

static bool fetch(const char *file, const char *more)
{
    char text[200];
    snprintf(text, sizeof text, "user,tftp=%s%s", folder, more);
    wanted = file;
    guest_make(&guest, text, 5);
    guest.start = ask;
    guest.on_frame = take;
    bool is_done = guest_run(&guest);
    guest_free(&guest);
    return is_done;
}

START_TEST(a_file_arrives_whole)
{
    static const char *const names[] = { "boot.img", "/boot.img" };
    ck_assert(fetch(names[_i], ""));
    ck_assert_uint_eq(error_code, 0);
    ck_assert_uint_eq(got_length, sizeof content);
    ck_assert_mem_eq(got, content, sizeof content);
}
END_TEST

START_TEST(a_restricted_guest_may_fetch_files_too)
{
    ck_assert(fetch("boot.img", ",restrict=on"));
    ck_assert_uint_eq(got_length, sizeof content);
}
END_TEST

START_TEST(nothing_outside_the_folder_is_handed_out)
{
    char names[4][128];
    const char *name = strrchr(outside, '/') + 1;
    snprintf(names[0], sizeof names[0], "../%s", name);
    snprintf(names[1], sizeof names[1], "/../%s", name);
    snprintf(names[2], sizeof names[2], "x/../../%s", name);
    snprintf(names[3], sizeof names[3], "..");
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        error_code = 0;
        ck_assert(fetch(names[i], ""));
        ck_assert_msg(error_code >= 100 && got_length == 0, "%s", names[i]);
    }
}
END_TEST

START_TEST(a_missing_file_is_an_answer)
{
    ck_assert(fetch("nothing.img", ""));
    ck_assert_uint_eq(error_code, 101);   /* "File not found" */
    ck_assert_uint_eq(got_length, 0);
}
END_TEST

START_TEST(a_folder_that_is_none_is_refused)
{
    struct error err = { "" };
    struct net_options options;
    struct host_loop_config config = { .limit = TICK_NEVER };
    struct host_loop *loop = host_loop_new(&config, &host_time_real, &err);
    ck_assert_int_eq(net_parse("user,tftp=/nowhere", &options, &err), 0);
    ck_assert_ptr_null(net_open(&options, loop, &err));
    ck_assert_msg(strstr(err.text, "/nowhere is not a folder"), "%s", err.text);
    host_loop_free(loop);
}
END_TEST

/* What is answered at once takes the same time with every host: the times of two runs are equal. */
START_TEST(answers_come_at_the_same_virtual_times_each_time)
{
    static tick_t before[ARRAY_SIZE(times)];
    ck_assert(fetch("boot.img", ""));
    memcpy(before, times, sizeof times);
    unsigned count = answers;
    got_length = answers = 0;
    ck_assert(fetch("boot.img", ""));
    ck_assert_uint_eq(answers, count);
    ck_assert_mem_eq(times, before, sizeof times);
    for (unsigned i = 1; i < count; i++)
        ck_assert_uint_eq(times[i] - times[i - 1], 100 * TICKS_PER_US);
}
END_TEST

/* ---- what DHCP says ---- */

static char bootfile[128];
static uint8_t server[4];

static void discover(struct guest *g)
{
    static const uint8_t broadcast[4] = { 255, 255, 255, 255 }, nobody[4] = { 0 };
    uint8_t bootp[300] = { 1, 1, 6, 0 };
    memcpy(bootp + 28, g->mac, 6);
    memcpy(bootp + 236, "\x63\x82\x53\x63\x35\x01\x01\xff", 8);   /* RFC 2132: the magic cookie; a DHCPDISCOVER */
    guest_send_udp(g, nobody, 68, broadcast, 67, bootp, sizeof bootp);
}

static void take_offer(struct guest *g, const uint8_t *frame, size_t length)
{
    size_t n;
    const uint8_t *udp = ip_payload(frame, length, 17, &n);
    if (!udp || get16(udp + 2) != 68)
        return;
    memcpy(server, udp + 8 + SERVER_AT, 4);
    memcpy(bootfile, udp + 8 + BOOTFILE_AT, sizeof bootfile);
    guest_done(g);
}

START_TEST(dhcp_names_the_server_and_the_file)
{
    char text[200];
    snprintf(text, sizeof text, "user,tftp=%s,bootfile=boot.img", folder);
    guest_make(&guest, text, 5);
    guest.start = discover;
    guest.on_frame = take_offer;
    ck_assert(guest_run(&guest));
    guest_free(&guest);
    ck_assert_str_eq(bootfile, "boot.img");
    ck_assert_mem_eq(server, router_ip, 4);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("net_tftp");
    TCase *t = tcase_create("net_tftp");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, a_file_arrives_whole, 0, 2);
    tcase_add_test(t, a_restricted_guest_may_fetch_files_too);
    tcase_add_test(t, nothing_outside_the_folder_is_handed_out);
    tcase_add_test(t, a_missing_file_is_an_answer);
    tcase_add_test(t, a_folder_that_is_none_is_refused);
    tcase_add_test(t, answers_come_at_the_same_virtual_times_each_time);
    tcase_add_test(t, dhcp_names_the_server_and_the_file);
    suite_add_tcase(s, t);
    return s;
}
