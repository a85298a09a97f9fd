/* SPDX-License-Identifier: MIT */
#include "frontends/net/net_forward.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib.h>

#include "frontends/host/chardev.h"

/* ---- from the host to the guest ---- */

/* slirp shares UDP ports with whoever wants them as well, and then one of the two hears nothing. So ask before, with a socket
   that does not share. */
static int try_udp(const struct net_forward *forward)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = forward->host, .sin_port = htons(forward->host_port) };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    int result = bind(fd, (struct sockaddr *)&address, sizeof address), code = errno;
    close(fd);
    errno = code;
    return result;
}

static int open_in(Slirp *slirp, const struct net_forward *forward, struct error *err)
{
    const char *protocol = forward->udp ? "udp" : "tcp";
    if ((!forward->udp || try_udp(forward) == 0)
        && slirp_add_hostfwd(slirp, forward->udp, forward->host, forward->host_port, forward->guest, forward->guest_port) == 0)
        return 0;
    switch (errno) {
    case EADDRINUSE:
        return error_set(err, "-nic user: hostfwd= cannot have %s port %u of the host: another program uses it; choose another "
                         "port", protocol, forward->host_port);
    case EACCES:
        return error_set(err, "-nic user: hostfwd= cannot have %s port %u of the host: ports below 1024 need privileges; choose "
                         "a higher one", protocol, forward->host_port);
    case EADDRNOTAVAIL:
        return error_set(err, "-nic user: hostfwd= cannot have %s port %u of the host: %s is not an address of this host",
                         protocol, forward->host_port, inet_ntoa(forward->host));
    default:
        return error_set(err, "-nic user: hostfwd= cannot have %s port %u of the host: %s", protocol, forward->host_port,
                         strerror(errno));
    }
}

int net_forward_in(Slirp *slirp, const struct net_user_options *options, struct error *err)
{
    for (int i = 0; i < options->forward_count; i++)
        if (open_in(slirp, &options->forwards[i], err) < 0)
            return -1;
    return 0;
}

/* ---- from the guest to the host ---- */

/* One line of the host that all connections to a port share. It takes the place that a serial line's device has elsewhere. */
struct net_line {
    Slirp *slirp;
    struct in_addr address;
    uint16_t port;
    char name[64];
    struct host_chardev *chardev;
    struct chardev *host;
};

struct net_lines {
    struct net_line lines[NET_GUEST_FORWARDS];
    int count;
};

static ssize_t write_line(const void *data, size_t length, void *opaque)
{
    struct net_line *line = opaque;
    chardev_write(line->host, data, length);
    return (ssize_t)length;
}

/* How much the guest's connection takes now: nothing while there is none, so what the host says first waits for it. */
static size_t line_room(void *device)
{
    struct net_line *line = device;
    return slirp_socket_can_recv(line->slirp, line->address, line->port);
}

static void line_receive(void *device, const uint8_t *data, size_t length)
{
    struct net_line *line = device;
    slirp_socket_recv(line->slirp, line->address, line->port, data, (int)length);
}

static int open_line(Slirp *slirp, const struct net_guest_forward *forward, struct host_loop *loop, struct net_line *line,
                     struct error *err)
{
    *line = (struct net_line){ .slirp = slirp, .address = forward->address, .port = forward->port };
    snprintf(line->name, sizeof line->name, "guestfwd=tcp:%s:%u", inet_ntoa(forward->address), forward->port);
    line->chardev = host_chardev_open(loop, line->name, forward->target, err);
    if (!line->chardev)
        return error_prefix(err, "-nic user: %s", line->name);
    host_chardev_hold_back(line->chardev);
    line->host = host_chardev_port(line->chardev);
    line->host->room = line_room;
    line->host->receive = line_receive;
    line->host->device = line;
    return slirp_add_guestfwd(slirp, write_line, line, &line->address, line->port);
}

/* What libslirp would find out only when the guest connects. */
static int check_command(const char *command, struct error *err)
{
    char **words = NULL;
    GError *why = NULL;
    if (!g_shell_parse_argv(command, NULL, &words, &why)) {
        error_set(err, "-nic user: guestfwd= with cmd:%s: %s", command, why->message);
        g_error_free(why);
        return -1;
    }
    char *program = g_find_program_in_path(words[0]);
    if (!program)
        error_set(err, "-nic user: guestfwd= with cmd:%s: there is no program '%s'", command, words[0]);
    g_strfreev(words);
    g_free(program);
    return program ? 0 : -1;
}

static int open_out(Slirp *slirp, const struct net_guest_forward *forward, struct host_loop *loop, struct net_lines *lines,
                    struct error *err)
{
    struct in_addr address = forward->address;
    int result;
    if (forward->is_command) {
        if (check_command(forward->target, err) < 0)
            return -1;
        result = slirp_add_exec(slirp, forward->target, &address, forward->port);
    } else {
        struct net_line *line = &lines->lines[lines->count++];
        result = open_line(slirp, forward, loop, line, err);
        if (!line->chardev)
            return -1;
    }
    return result < 0 ? error_set(err, "-nic user: libslirp does not take guestfwd=tcp:%s:%u", inet_ntoa(forward->address),
                                  forward->port) : 0;
}

int net_forward_out(Slirp *slirp, const struct net_user_options *options, struct host_loop *loop, struct net_lines **lines,
                    struct error *err)
{
    *lines = mem_alloc(sizeof **lines);
    for (int i = 0; i < options->guest_forward_count; i++)
        if (open_out(slirp, &options->guest_forwards[i], loop, *lines, err) < 0)
            return -1;
    return 0;
}

void net_lines_close(struct net_lines *lines)
{
    if (!lines)
        return;
    for (int i = 0; i < lines->count; i++)
        host_chardev_close(lines->lines[i].chardev);
    free(lines);
}
