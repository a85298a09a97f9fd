/* SPDX-License-Identifier: MIT */
/* Catches: frames that do not reach the host's interface or come back changed, scripts that are not run, silence where privileges
   are missing. In a network namespace of its own; where the host permits none, this says `skipped`. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/frontends/net/guest.h"

static struct guest guest;
static const uint8_t host_ip[4] = { 10, 0, 2, 1 };
static uint8_t host_mac[6];
static bool has_namespace;

/* In the test's own process. A user namespace first, which makes its maker root in there. */
static bool enter_namespace(void)
{
    if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
        return false;
    int fd = open("/dev/net/tun", O_RDWR);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static void can_be_tried(void)
{
    pid_t child = fork();
    int status;
    if (!child)
        _exit(!enter_namespace());
    has_namespace = waitpid(child, &status, 0) == child && status == 0;
    if (!has_namespace)
        puts("skipped: this host permits no network namespace with /dev/net/tun; TAP interfaces were not tried");
}

/* What `ip addr add 10.0.2.1/24 dev NAME && ip link set NAME up` does. */
static void bring_up(const char *name)
{
    struct ifreq request = { 0 };
    struct sockaddr_in address = { .sin_family = AF_INET };
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    memcpy(&address.sin_addr, host_ip, 4);
    memcpy(&request.ifr_addr, &address, sizeof address);
    ck_assert_int_eq(ioctl(fd, SIOCSIFADDR, &request), 0);
    inet_pton(AF_INET, "255.255.255.0", &address.sin_addr);
    memcpy(&request.ifr_netmask, &address, sizeof address);
    ck_assert_int_eq(ioctl(fd, SIOCSIFNETMASK, &request), 0);
    request.ifr_flags = IFF_UP;
    ck_assert_int_eq(ioctl(fd, SIOCSIFFLAGS, &request), 0);
    close(fd);
}

/* ---- the host answers the guest ---- */

static void ask_for_host(struct guest *g)
{
    static const uint8_t nobody[6];
    guest_send_arp(g, 1, nobody, host_ip);
}

static void ping(struct guest *g)
{
    uint8_t frame[IP + 1400] = { 0 };
    frame[IP] = 8;
    for (size_t i = 8; i < 1400; i++)
        frame[IP + i] = (uint8_t)(i * 3);
    guest_send_ip(g, frame, 1, guest_ip, host_ip, 1400, 2);
}

static void take(struct guest *g, const uint8_t *frame, size_t length)
{
    size_t n;
    if (guest_answers_arp(g, frame, length))
        return;
    if (is_arp(frame, length, 2) && !memcmp(frame + ETH + 14, host_ip, 4)) {
        memcpy(host_mac, frame + ETH + 8, 6);
        ping(g);
        return;
    }
    const uint8_t *icmp = ip_payload(frame, length, 1, &n);
    if (!icmp || icmp[0] != 0)
        return;
    ck_assert_uint_eq(n, 1400);
    for (size_t i = 8; i < n; i++)
        ck_assert_uint_eq(icmp[i], (uint8_t)(i * 3));
    guest_done(g);
}

START_TEST(the_host_answers_a_ping_over_the_interface)
{
    if (!has_namespace)
        return;
    ck_assert(enter_namespace());
    guest_make(&guest, "tap,ifname=tap7,script=no,downscript=no", 20);
    bring_up("tap7");
    guest.start = ask_for_host;
    guest.on_frame = take;
    ck_assert(guest_run(&guest));
    guest_free(&guest);
}
END_TEST

/* ---- who may have one ---- */

START_TEST(without_privileges_it_says_what_root_should_do)
{
    if (geteuid() == 0 && setresuid(65534, 65534, 65534) < 0)
        return;
    int fd = open("/dev/net/tun", O_RDWR);
    if (fd >= 0)
        close(fd);
    guest_refused("tap,ifname=orrery9", fd >= 0 ? "ip tuntap add dev orrery9 mode tap" : "cannot open /dev/net/tun");
}
END_TEST

START_TEST(an_interface_in_use_is_named)
{
    if (!has_namespace)
        return;
    ck_assert(enter_namespace());
    guest_make(&guest, "tap,ifname=tap7", 1);
    guest_refused("tap,ifname=tap7", "tap7 is used by another program");
    guest_refused("tap,ifname=lo", "lo");
    guest_free(&guest);
}
END_TEST

/* ---- scripts and descriptors ---- */

START_TEST(scripts_get_the_name_of_the_interface)
{
    if (!has_namespace)
        return;
    ck_assert(enter_namespace());
    char script[] = "/tmp/orrery-tap.XXXXXX", text[200], said[64], line[64] = "";
    int fd = mkstemp(script);
    snprintf(said, sizeof said, "%s.said", script);
    dprintf(fd, "#!/bin/sh\necho \"$1\" >> %s\n", said);
    fchmod(fd, 0700);
    close(fd);
    snprintf(text, sizeof text, "tap,ifname=tap7,script=%s,downscript=%s", script, script);
    guest_make(&guest, text, 1);
    guest_free(&guest);
    FILE *from = fopen(said, "r");
    ck_assert(from && fread(line, 1, sizeof line - 1, from));
    fclose(from);
    ck_assert_str_eq(line, "tap7\ntap7\n");
    unlink(said);
    unlink(script);
    guest_refused("tap,script=/bin/false", "'/bin/false' failed");
    guest_refused("tap,script=/no/such/script", "cannot run the script '/no/such/script'");
}
END_TEST

START_TEST(only_an_open_interface_is_adopted)
{
    char text[32];
    int fd = open("/dev/null", O_RDWR);
    snprintf(text, sizeof text, "tap,fd=%d", fd);
    guest_refused(text, "is not an open TAP interface");
    close(fd);
    guest_refused(text, "is not an open TAP interface");
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("net_tap");
    TCase *t = tcase_create("net_tap");
    can_be_tried();
    tcase_add_test(t, the_host_answers_a_ping_over_the_interface);
    tcase_add_test(t, without_privileges_it_says_what_root_should_do);
    tcase_add_test(t, an_interface_in_use_is_named);
    tcase_add_test(t, scripts_get_the_name_of_the_interface);
    tcase_add_test(t, only_an_open_interface_is_adopted);
    suite_add_tcase(s, t);
    return s;
}
