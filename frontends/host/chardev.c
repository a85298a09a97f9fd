/* SPDX-License-Identifier: MIT */
#include "frontends/host/chardev.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "frontends/host/chardev_backend.h"

enum {
    TO_GUEST_MAX = 64 * 1024,    /* typed or sent ahead of what the guest reads */
    TO_HOST_MAX = 256 * 1024,    /* written ahead of what the host takes */
    CAREFUL_WRITE = 256          /* a terminal that says it has room takes this much without blocking */
};

static int open_null(struct host_chardev *line, const char *argument, struct error *err)
{
    (void)line, (void)argument, (void)err;
    return 0;
}

static const struct chardev_backend chardev_null = { .word = "null", .syntax = "null", .open = open_null };
static const struct chardev_backend chardev_vc = { .word = "vc", .syntax = "vc", .open = open_null };

static const struct chardev_backend *const backends[] = {
    &chardev_stdio, &chardev_mon_stdio, &chardev_file, &chardev_pty, &chardev_unix, &chardev_tcp, &chardev_null, &chardev_vc
};

/* ---- from the guest to the host ---- */

static void queue_output(void *to, const void *data, size_t length)
{
    struct host_chardev *line = to;
    if (line->is_lossless || line->holds_back || line->to_host.length + length <= TO_HOST_MAX)
        bytes_put(&line->to_host, data, length);
}

static void guest_writes(void *host, const uint8_t *data, size_t length)
{
    struct host_chardev *line = host;
    if (line->listen)
        line->listen(line->listen_owner, data, length);
    if (line->out >= 0)
        mux_output(&line->mux, host_loop_now(line->loop), data, length, queue_output, line);
}

static bool has_room(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLOUT };
    return poll(&p, 1, 0) == 1;
}

/* Writes what the host takes without waiting. */
static void flush_output(struct host_chardev *line)
{
    while (line->to_host.length && line->out >= 0) {
        size_t chunk = line->to_host.length;
        if (line->may_block) {
            if (!has_room(line->out))
                return;
            chunk = chunk < CAREFUL_WRITE ? chunk : CAREFUL_WRITE;
        }
        ssize_t n = write(line->out, bytes_first(&line->to_host), chunk);
        if (n >= 0) {
            bytes_drop(&line->to_host, (size_t)n);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return;
        } else if (errno != EINTR) {
            if (line->is_lossless)
                host_warn("%s: %s; its output is lost from here on", line->name, strerror(errno));
            chardev_hang_up(line);
        }
    }
}

/* ---- from the host to the guest ---- */

/* Gives the guest as much as its receiver takes now. */
static void feed_guest(struct host_chardev *line)
{
    while (line->to_guest.length && line->port.room && line->port.receive) {
        size_t room = line->port.room(line->port.device);
        if (!room)
            return;
        size_t n = room < line->to_guest.length ? room : line->to_guest.length;
        line->port.receive(line->port.device, bytes_first(&line->to_guest), n);
        bytes_drop(&line->to_guest, n);
    }
}

static void queue_input(struct host_chardev *line, const uint8_t *data, size_t length)
{
    size_t space = TO_GUEST_MAX - line->to_guest.length;
    bytes_put(&line->to_guest, data, length < space ? length : space);
}

static void switch_timing(struct host_chardev *line)
{
    char text[96];
    int length = snprintf(text, sizeof text, "\r\norrery: %s\r\n", host_loop_timing_text(host_loop_toggle_timing(line->loop)));
    queue_output(line, text, (size_t)length);
}

static void type_with_mux(struct host_chardev *line, const uint8_t *data, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        enum mux_action action = mux_key(&line->mux, data[i]);
        const char *message = mux_message(&line->mux, action);
        if (message)
            queue_output(line, message, strlen(message));
        if (action == MUX_FORWARD)
            queue_input(line, &data[i], 1);
        if (action == MUX_QUIT)
            host_loop_stop(line->loop, HOST_END_USER);
        if (action == MUX_TIMING)
            switch_timing(line);
        if (action == MUX_POWER)
            host_loop_deliver(line->loop, &(struct host_message){ .kind = HOST_POWER });
    }
}

static void read_input(struct host_chardev *line)
{
    uint8_t data[4096];
    size_t space = TO_GUEST_MAX - line->to_guest.length;
    if (line->has_mux)
        space = sizeof data;   /* the keys for the emulator must come through even when the guest reads nothing */
    ssize_t n = read(line->in, data, space < sizeof data ? space : sizeof data);
    if (n > 0) {
        if (line->has_mux)
            type_with_mux(line, data, (size_t)n);
        else
            queue_input(line, data, (size_t)n);
    } else if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
        if (line->in == line->out)
            chardev_hang_up(line);
        else
            line->in = -1;     /* end of file on standard input: the guest may go on writing */
    }
}

/* ---- the loop's calls ---- */

static void before_poll(void *owner, struct host_poll *poll, int64_t *timeout_ns)
{
    struct host_chardev *line = owner;
    feed_guest(line);
    flush_output(line);
    line->in_index = line->out_index = line->listener_index = -1;
    if (line->in >= 0 && (line->has_mux || line->to_guest.length < TO_GUEST_MAX))
        line->in_index = host_poll_add(poll, line->in, POLLIN);
    if (line->out >= 0 && line->to_host.length)
        line->out_index = host_poll_add(poll, line->out, POLLOUT);
    if (line->backend->watch)
        line->backend->watch(line, poll, timeout_ns);
}

static void after_poll(void *owner, const struct host_poll *poll)
{
    struct host_chardev *line = owner;
    if (line->in >= 0 && host_poll_result(poll, line->in_index))
        read_input(line);
    if (host_poll_result(poll, line->out_index))
        flush_output(line);
    if (line->backend->watched)
        line->backend->watched(line, poll);
    feed_guest(line);
}

static bool is_busy(void *owner)
{
    struct host_chardev *line = owner;
    return line->in >= 0;
}

static bool is_stalled(void *owner)
{
    struct host_chardev *line = owner;
    return (line->is_lossless || line->holds_back) && line->to_host.length > TO_HOST_MAX;
}

/* ---- life ---- */

void chardev_own_fd(int fd)
{
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
}

void chardev_hang_up(struct host_chardev *line)
{
    int in = line->in, out = line->out;
    line->in = line->out = -1;
    bytes_drop(&line->to_host, line->to_host.length);
    if (line->backend->hung_up) {
        line->backend->hung_up(line);
        return;
    }
    if (out > STDERR_FILENO)
        close(out);
    if (in > STDERR_FILENO && in != out)
        close(in);
}

static const struct chardev_backend *find_backend(const char *spec, const char **argument, struct error *err)
{
    char known[256] = "";
    for (size_t i = 0; i < ARRAY_SIZE(backends); i++) {
        const struct chardev_backend *b = backends[i];
        size_t length = strlen(b->word);
        bool takes_argument = b->word[length - 1] == ':';
        if (takes_argument ? !strncmp(spec, b->word, length) : !strcmp(spec, b->word)) {
            *argument = spec + length;
            return b;
        }
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", used ? ", " : "", b->syntax);
    }
    error_set(err, "'%s' is not a place for a serial line; known are %s", spec, known);
    return NULL;
}

struct host_chardev *host_chardev_open(struct host_loop *loop, const char *name, const char *spec, struct error *err)
{
    const char *argument;
    const struct chardev_backend *backend = find_backend(spec, &argument, err);
    if (!backend)
        return NULL;
    struct host_chardev *line = mem_alloc(sizeof *line);
    line->backend = backend;
    line->loop = loop;
    line->name = name;
    line->in = line->out = line->listener = -1;
    line->port = (struct chardev){ .write = guest_writes, .host = line };
    if (backend->open(line, argument, err) < 0) {
        free(line);
        return NULL;
    }
    line->poller = (struct host_poller){ .before_poll = before_poll, .after_poll = after_poll, .busy = is_busy,
                                         .stalled = is_stalled,
                                         .owner = line };
    host_loop_add_poller(loop, &line->poller);
    return line;
}

/* The last words of a guest must not be lost because their reader is slow; the user's Ctrl-C ends the wait. */
void host_chardev_flush(struct host_chardev *line)
{
    flush_output(line);
    while (line->is_lossless && line->to_host.length && line->out >= 0) {
        struct pollfd p = { .fd = line->out, .events = POLLOUT };
        if (poll(&p, 1, -1) < 0)
            return;
        flush_output(line);
    }
}

void host_chardev_close(struct host_chardev *line)
{
    if (!line)
        return;
    host_chardev_flush(line);
    if (line->out >= 0 || line->in >= 0)
        chardev_hang_up(line);
    if (line->backend->close)
        line->backend->close(line);
    host_loop_remove_poller(line->loop, &line->poller);
    bytes_free(&line->to_guest);
    bytes_free(&line->to_host);
    free(line);
}

void host_chardev_hold_back(struct host_chardev *line)
{
    line->holds_back = true;
}

struct chardev *host_chardev_port(struct host_chardev *line)
{
    return &line->port;
}

void host_chardev_type(struct host_chardev *line, const uint8_t *data, size_t length)
{
    queue_input(line, data, length);
    feed_guest(line);
}

void host_chardev_tap(struct host_chardev *line, void (*listen)(void *owner, const uint8_t *data, size_t length), void *owner)
{
    line->listen = listen;
    line->listen_owner = owner;
}

const char *host_chardev_address(const struct host_chardev *line)
{
    return line->address;
}
