/* SPDX-License-Identifier: MIT */
/* Catches: bytes lost or out of order between guest and host, a receiver given more than it has room for, peers that come and go,
   a terminal left raw, messages that do not say what is wrong. Everything goes through the loop with real files and sockets: the
   guest echoes what it gets, the host's side is a thread that waits for the echo, and ends the run by sending END. */
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "frontends/host/chardev.h"
#include "tests/support/fake_machine.h"
#include "tests/support/support.h"

enum { END = 4, FIFO = 16, MANY = 50000 };

static struct host_loop *loop;
static struct host_chardev *line;
static struct fake_machine fake;
static char folder[] = "/tmp/orrery-chardev-XXXXXX";
static char path[64], spec[128], shown[1 << 17];
static size_t shown_length;

/* ---- the guest ---- */

static size_t fifo_used;

static size_t guest_room(void *device)
{
    (void)device;
    return FIFO - fifo_used;
}

static void guest_receives(void *device, const uint8_t *data, size_t length)
{
    (void)device;
    ck_assert_uint_le(length, FIFO - fifo_used);
    fifo_used += length;
    if (data[length - 1] == END)
        host_loop_stop(loop, HOST_END_POWER_OFF);
    else
        chardev_write(host_chardev_port(line), data, length);
}

/* The guest empties its FIFO whenever it runs. */
static enum machine_stop guest_runs(void *machine, tick_t until)
{
    fifo_used = 0;
    return fake_engine.run(machine, until);
}

static enum host_end run(void)
{
    struct host_engine engine = fake_engine;
    engine.run = guest_runs;
    fake.wakes = fake.naps = TICKS_PER_MS / 10;
    return host_loop_run(loop, &engine, &fake);
}

static void guest_writes(const char *text)
{
    chardev_write(host_chardev_port(line), (const uint8_t *)text, strlen(text));
}

/* ---- the host's side ---- */

static void send_all(int fd, const void *data, size_t length)
{
    for (size_t n = 0; n < length;) {
        ssize_t more = write(fd, (const char *)data + n, length - n);
        ck_assert_int_gt(more, 0);
        n += (size_t)more;
    }
}

static void read_all(int fd, void *data, size_t length)
{
    for (size_t n = 0; n < length;) {
        ssize_t more = read(fd, (char *)data + n, length - n);
        ck_assert_int_gt(more, 0);
        n += (size_t)more;
    }
}

static void expect_echo(int fd, const char *text)
{
    char back[64];
    send_all(fd, text, strlen(text));
    read_all(fd, back, strlen(text));
    ck_assert_mem_eq(back, text, strlen(text));
}

static void expect_long_echo(int fd)
{
    static uint8_t out[MANY], back[MANY];
    for (size_t i = 0; i < MANY; i++)
        out[i] = (uint8_t)(i * 7 % 250 + 5);
    for (size_t i = 0; i < MANY; i += 1000) {
        send_all(fd, out + i, 1000);
        read_all(fd, back + i, 1000);
    }
    ck_assert_mem_eq(out, back, MANY);
}

static void run_with_peer(void *(*peer)(void *))
{
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, peer, NULL), 0);
    ck_assert_int_eq(run(), HOST_END_POWER_OFF);
    pthread_join(thread, NULL);
}

/* ---- fixture ---- */

static struct host_chardev *try_open(const char *text, struct error *err)
{
    line = host_chardev_open(loop, "serial0", text, err);
    if (line) {
        host_chardev_port(line)->room = guest_room;
        host_chardev_port(line)->receive = guest_receives;
    }
    return line;
}

static void open_line(const char *text)
{
    struct error err;
    ck_assert_msg(try_open(text, &err) != NULL, "%s", err.text);
}

static void refused(const char *text, const char *part)
{
    struct error err = { "" };
    ck_assert_msg(!try_open(text, &err), "%s was opened", text);
    ck_assert_msg(strstr(err.text, part) != NULL, "%s: %s", text, err.text);
}

static void set_up(void)
{
    fake = (struct fake_machine){ .host_per_second = 1000000 };
    strcpy(strrchr(folder, '-'), "-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/line", folder);
    loop = host_loop_new(&(struct host_loop_config){ .percent = HOST_SPEED_REAL, .limit = TICK_NEVER }, &host_time_real, NULL);
}

static void tear_down(void)
{
    host_chardev_close(line);
    host_loop_free(loop);
    unlink(path);
    rmdir(folder);
}

/* ---- file ---- */

START_TEST(a_file_gets_everything_the_guest_writes)
{
    char text[64] = "";
    snprintf(spec, sizeof spec, "file:%s", path);
    open_line(spec);
    guest_writes("Hello");
    guest_writes(", file\n");
    host_chardev_close(line);
    line = NULL;
    int fd = open(path, O_RDONLY);
    ck_assert_int_eq(read(fd, text, sizeof text - 1), 12);
    ck_assert_str_eq(text, "Hello, file\n");
    close(fd);
}
END_TEST

/* ---- sockets ---- */

static int connect_unix(void)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    strcpy(at.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

static void *two_unix_peers(void *unused)
{
    int fd = connect_unix();
    expect_echo(fd, "one");
    close(fd);
    fd = connect_unix();
    expect_echo(fd, "two");
    expect_long_echo(fd);
    send_all(fd, &(char){ END }, 1);
    close(fd);
    return unused;
}

START_TEST(a_unix_server_serves_one_peer_after_the_other)
{
    snprintf(spec, sizeof spec, "unix:%s,server%s", path, _i ? "=on,wait=off" : ",nowait");
    open_line(spec);
    guest_writes("nobody is there to read this");
    run_with_peer(two_unix_peers);
    host_chardev_close(line);
    line = NULL;
    ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(a_socket_left_over_from_a_crash_is_replaced_one_in_use_is_not)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    strcpy(at.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(listen(fd, 1), 0);
    snprintf(spec, sizeof spec, "unix:%s,server,nowait", path);
    refused(spec, "in use");
    close(fd);
    open_line(spec);
}
END_TEST

START_TEST(a_file_that_is_no_socket_is_left_alone)
{
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    close(fd);
    snprintf(spec, sizeof spec, "unix:%s,server,nowait", path);
    refused(spec, "not a socket");
    ck_assert_int_eq(access(path, F_OK), 0);
}
END_TEST

static int listener(uint16_t *port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t length = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(listen(fd, 1), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &length), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

static int listening;

static void *accept_one(void *unused)
{
    int fd = accept(listening, NULL, NULL);
    expect_echo(fd, "accepted");
    send_all(fd, &(char){ END }, 1);
    close(fd);
    return unused;
}

START_TEST(a_tcp_client_talks_to_a_server)
{
    uint16_t port;
    listening = listener(&port);
    snprintf(spec, sizeof spec, "tcp:127.0.0.1:%u", port);
    open_line(spec);
    run_with_peer(accept_one);
    close(listening);
}
END_TEST

static void *connect_tcp(void *unused)
{
    const char *colon = strrchr(host_chardev_address(line), ':');
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) },
                              .sin_port = htons((uint16_t)atoi(colon + 1)) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    expect_echo(fd, "connected");
    send_all(fd, &(char){ END }, 1);
    close(fd);
    return unused;
}

START_TEST(a_tcp_server_takes_a_free_port_when_asked_for_port_0)
{
    open_line("tcp:127.0.0.1:0,server,nowait");
    run_with_peer(connect_tcp);
}
END_TEST

START_TEST(a_port_in_use_is_refused)
{
    uint16_t port;
    int fd = listener(&port);
    snprintf(spec, sizeof spec, "tcp:127.0.0.1:%u,server,nowait", port);
    refused(spec, "in use");
    close(fd);
}
END_TEST

/* ---- pseudo terminals ---- */

static void *two_pty_users(void *unused)
{
    for (int i = 0; i < 2; i++) {
        int fd = open(host_chardev_address(line), O_RDWR | O_NOCTTY);
        ck_assert_int_ge(fd, 0);
        expect_echo(fd, i ? "again" : "\x01\x03\x11\r raw");
        if (i)
            send_all(fd, &(char){ END }, 1);
        close(fd);
    }
    return unused;
}

START_TEST(a_pty_is_raw_and_can_be_closed_and_opened_again)
{
    open_line("pty");
    run_with_peer(two_pty_users);
}
END_TEST

/* ---- standard input and output; each test is a process of its own ---- */

static int terminal, saved_output;

static void sit_at_a_terminal(void)
{
    terminal = posix_openpt(O_RDWR | O_NOCTTY);
    ck_assert(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    int other = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    ck_assert_int_ge(other, 0);
    saved_output = dup(STDOUT_FILENO);
    dup2(other, STDIN_FILENO);
    dup2(other, STDOUT_FILENO);
    close(other);
}

START_TEST(ctrl_a_x_ends_the_run_and_the_terminal_is_as_before)
{
    struct termios before, during, after;
    sit_at_a_terminal();
    tcgetattr(STDIN_FILENO, &before);
    open_line("mon:stdio");
    tcgetattr(STDIN_FILENO, &during);
    ck_assert(!(during.c_lflag & (ICANON | ECHO | ISIG)));
    send_all(terminal, "hi\x03\x01\x01\x01x", 7);
    ck_assert_int_eq(run(), HOST_END_USER);
    host_chardev_close(line);
    line = NULL;
    tcgetattr(STDIN_FILENO, &after);
    ck_assert_uint_eq(before.c_lflag, after.c_lflag);
    ck_assert_uint_eq(before.c_iflag, after.c_iflag);
    dup2(saved_output, STDOUT_FILENO);
    char back[8] = "";
    read_all(terminal, back, 4);
    ck_assert_str_eq(back, "hi\x03\x01");
}
END_TEST

START_TEST(without_the_ctrl_a_keys_ctrl_c_stays_a_signal)
{
    struct termios during;
    sit_at_a_terminal();
    open_line("stdio");
    tcgetattr(STDIN_FILENO, &during);
    ck_assert(during.c_lflag & ISIG);
    ck_assert(!(during.c_lflag & (ICANON | ECHO)));
    send_all(terminal, "\x01x\x04", 3);     /* Ctrl-A is the guest's too; the last byte is END */
    ck_assert_int_eq(run(), HOST_END_POWER_OFF);
    dup2(saved_output, STDOUT_FILENO);
}
END_TEST

enum { TOTAL = 800000 };
static char all[TOTAL];
static int reading;

static void *read_everything(void *unused)
{
    read_all(reading, all, TOTAL);
    return unused;
}

START_TEST(a_slow_reader_of_standard_output_holds_the_guest_but_loses_nothing)
{
    int output[2], input[2];
    pthread_t thread;
    saved_output = dup(STDOUT_FILENO);
    ck_assert(pipe(output) == 0 && pipe(input) == 0);
    dup2(output[1], STDOUT_FILENO);
    dup2(input[0], STDIN_FILENO);
    close(output[1]);
    close(input[1]);                        /* end of file at once: the guest goes on */
    reading = output[0];
    open_line("stdio");
    for (size_t i = 0; i < TOTAL; i += 8) {
        char text[16];
        snprintf(text, sizeof text, "%07zu\n", i);
        guest_writes(text);
    }
    fake.stops = MACHINE_POWER_OFF;
    fake.stops_at = 1;
    ck_assert_int_eq(pthread_create(&thread, NULL, read_everything, NULL), 0);
    ck_assert_int_eq(run(), HOST_END_POWER_OFF);
    host_chardev_close(line);
    line = NULL;
    pthread_join(thread, NULL);
    dup2(saved_output, STDOUT_FILENO);
    for (size_t i = 0; i < TOTAL; i += 8)
        ck_assert_int_eq(atoi(all + i), (int)i);
}
END_TEST

/* ---- the rest ---- */

static void show(void *owner, const uint8_t *data, size_t length)
{
    (void)owner;
    memcpy(shown + shown_length, data, length);
    shown_length += length;
}

START_TEST(the_windows_console_types_and_sees_the_answer)
{
    shown_length = 0;
    open_line("vc");
    host_chardev_tap(line, show, NULL);
    host_chardev_type(line, (const uint8_t *)"a line longer than the FIFO\x04", 28);
    ck_assert_int_eq(run(), HOST_END_POWER_OFF);
    shown[shown_length] = 0;
    ck_assert_str_eq(shown, "a line longer th");   /* the rest came with the END in one piece, which is not echoed */
}
END_TEST

START_TEST(what_cannot_be_opened_says_why)
{
    const struct { const char *spec, *part; } cases[] = {
        { "bogus", "known are stdio" }, { "file:", "file name" }, { "file:/no/such/folder/x", "No such file" },
        { "unix:", "names no place" },
        { "unix:/no/such/folder/x", "No such file" }, { "unix:/no/such/folder/x,server,nowait", "No such file" },
        { "unix:/tmp/x,sevrer", "'sevrer'" }, { "tcp:localhost", "HOST:PORT" }, { "tcp:localhost:http", "not a port" },
        { "tcp:localhost:70000", "not a port" }, { "tcp:127.0.0.1:1", "refused" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        refused(cases[i].spec, cases[i].part);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("chardev");
    TCase *t = tcase_create("chardev");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, a_file_gets_everything_the_guest_writes);
    tcase_add_loop_test(t, a_unix_server_serves_one_peer_after_the_other, 0, 2);
    tcase_add_test(t, a_socket_left_over_from_a_crash_is_replaced_one_in_use_is_not);
    tcase_add_test(t, a_file_that_is_no_socket_is_left_alone);
    tcase_add_test(t, a_tcp_client_talks_to_a_server);
    tcase_add_test(t, a_tcp_server_takes_a_free_port_when_asked_for_port_0);
    tcase_add_test(t, a_port_in_use_is_refused);
    tcase_add_test(t, a_pty_is_raw_and_can_be_closed_and_opened_again);
    tcase_add_test(t, ctrl_a_x_ends_the_run_and_the_terminal_is_as_before);
    tcase_add_test(t, without_the_ctrl_a_keys_ctrl_c_stays_a_signal);
    tcase_add_test(t, a_slow_reader_of_standard_output_holds_the_guest_but_loses_nothing);
    tcase_add_test(t, the_windows_console_types_and_sees_the_answer);
    tcase_add_test(t, what_cannot_be_opened_says_why);
    suite_add_tcase(s, t);
    return s;
}
