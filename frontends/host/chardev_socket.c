/* SPDX-License-Identifier: MIT */
/* -serial unix:PATH and tcp:HOST:PORT, as a client or (",server") as a server for one peer after the other. With "nowait" a
   server starts the machine before anyone has come. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "frontends/host/chardev_backend.h"

struct socket_words {
    char place[256];     /* PATH, or HOST:PORT */
    bool is_server, waits;
};

/* Both QEMU's old words (server,nowait) and its new ones (server=on,wait=off). */
static int parse_words(const char *argument, struct socket_words *words, struct error *err)
{
    static const struct { const char *text; bool is_server, value; } known[] = {
        { "server", true, true }, { "server=on", true, true }, { "server=off", true, false },
        { "wait", false, true }, { "wait=on", false, true }, { "nowait", false, false }, { "wait=off", false, false },
    };
    *words = (struct socket_words){ .waits = true };
    size_t length = strcspn(argument, ",");
    if (!length || length >= sizeof words->place)
        return error_set(err, "'%s' names no place for a serial line", argument);
    memcpy(words->place, argument, length);
    for (const char *word = argument + length; *word; word += length) {
        word++;
        length = strcspn(word, ",");
        size_t i = 0;
        while (i < ARRAY_SIZE(known) && (strlen(known[i].text) != length || strncmp(known[i].text, word, length)))
            i++;
        if (i == ARRAY_SIZE(known))
            return error_set(err, "a serial socket has no option '%.*s'; it takes server and nowait", (int)length, word);
        *(known[i].is_server ? &words->is_server : &words->waits) = known[i].value;
    }
    return 0;
}

static void set_peer(struct host_chardev *line, int fd)
{
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);   /* fails harmlessly on unix sockets */
    chardev_own_fd(fd);
    line->in = line->out = fd;
}

static int serve(struct host_chardev *line, int fd, const struct socket_words *words, struct error *err)
{
    if (listen(fd, 1) < 0)
        return error_set(err, "cannot listen at '%s': %s", words->place, strerror(errno));
    line->listener = fd;
    if (words->waits) {
        fprintf(stderr, "orrery: waiting for someone to connect to %s at %s (add ,nowait to start at once)\n", line->name,
                line->address);
        int peer;
        do
            peer = accept(fd, NULL, NULL);
        while (peer < 0 && (errno == EINTR || errno == ECONNABORTED));
        if (peer < 0)
            return error_set(err, "cannot accept a connection at '%s': %s", words->place, strerror(errno));
        set_peer(line, peer);
    }
    chardev_own_fd(fd);
    return 0;
}

static void watch_listener(struct host_chardev *line, struct host_poll *poll, int64_t *timeout_ns)
{
    (void)timeout_ns;
    if (line->listener >= 0 && line->in < 0)
        line->listener_index = host_poll_add(poll, line->listener, POLLIN);
}

static void accept_peer(struct host_chardev *line, const struct host_poll *poll)
{
    if (!host_poll_result(poll, line->listener_index) || line->in >= 0)
        return;
    int fd = accept(line->listener, NULL, NULL);
    if (fd >= 0)
        set_peer(line, fd);
}

static void close_listener(struct host_chardev *line)
{
    if (line->listener >= 0)
        close(line->listener);
    if (line->owns_path)
        unlink(line->address);
}

/* ---- unix:PATH ---- */

/* A socket file that nobody answers at is left over from a run that crashed, and is removed; anything else is not ours to
   remove. */
static int remove_stale(const struct sockaddr_un *at, struct error *err)
{
    struct stat info;
    if (lstat(at->sun_path, &info) < 0)
        return 0;
    if (!S_ISSOCK(info.st_mode))
        return error_set(err, "'%s' exists and is not a socket; choose another name", at->sun_path);
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_alive = probe >= 0 && connect(probe, (const struct sockaddr *)at, sizeof *at) == 0;
    if (probe >= 0)
        close(probe);
    if (is_alive)
        return error_set(err, "the socket '%s' is in use by another program; choose another name", at->sun_path);
    unlink(at->sun_path);
    return 0;
}

static int start_unix(struct host_chardev *line, int fd, const struct socket_words *words, struct error *err)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    memcpy(at.sun_path, words->place, strlen(words->place));
    if (!words->is_server) {
        if (connect(fd, (struct sockaddr *)&at, sizeof at) < 0)
            return error_set(err, "cannot connect the serial line to '%s': %s", words->place, strerror(errno));
        set_peer(line, fd);
        return 0;
    }
    if (remove_stale(&at, err) < 0)
        return -1;
    if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0)
        return error_set(err, "cannot make the socket '%s': %s", words->place, strerror(errno));
    line->owns_path = true;
    return serve(line, fd, words, err);
}

static int open_unix(struct host_chardev *line, const char *argument, struct error *err)
{
    struct socket_words words;
    if (parse_words(argument, &words, err) < 0)
        return -1;
    if (strlen(words.place) >= sizeof ((struct sockaddr_un *)0)->sun_path)
        return error_set(err, "the socket name '%s' is longer than the host allows", words.place);
    snprintf(line->address, sizeof line->address, "%s", words.place);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return error_set(err, "cannot make a socket: %s", strerror(errno));
    if (start_unix(line, fd, &words, err) < 0) {
        close(fd);
        if (line->owns_path)
            unlink(line->address);
        return -1;
    }
    return 0;
}

/* ---- tcp:HOST:PORT ---- */

static int split_host_port(char *place, char **host, char **port, struct error *err)
{
    char *colon = strrchr(place, ':');
    if (!colon)
        return error_set(err, "'tcp:%s' has no port; write tcp:HOST:PORT", place);
    *colon = 0;
    *host = place;
    *port = colon + 1;
    if (place[0] == '[' && colon > place && colon[-1] == ']') {   /* [::1]:4444 */
        colon[-1] = 0;
        *host = place + 1;
    }
    char *end;
    unsigned long number = strtoul(*port, &end, 10);
    if (**port < '0' || **port > '9' || *end || number > 65535)
        return error_set(err, "'%s' is not a port; ports are 1 to 65535", *port);
    return 0;
}

/* The port matters: the user may have asked for 0, any free one. */
static void note_address(struct host_chardev *line, int fd, const char *wanted_port)
{
    struct sockaddr_storage at;
    socklen_t length = sizeof at;
    char host[64], port[16];
    if (getsockname(fd, (struct sockaddr *)&at, &length) < 0
        || getnameinfo((struct sockaddr *)&at, length, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV))
        return;
    snprintf(line->address, sizeof line->address, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
    if (!strcmp(wanted_port, "0"))
        fprintf(stderr, "orrery: %s is at %s\n", line->name, line->address);
}

static int bind_or_connect(const struct addrinfo *at, bool is_server)
{
    int fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
    if (fd < 0)
        return -1;
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if ((is_server ? bind : connect)(fd, at->ai_addr, at->ai_addrlen) == 0)
        return fd;
    int code = errno;
    close(fd);
    errno = code;
    return -1;
}

static int open_tcp(struct host_chardev *line, const char *argument, struct error *err)
{
    struct socket_words words;
    char *host = NULL, *port = NULL;
    if (parse_words(argument, &words, err) < 0 || split_host_port(words.place, &host, &port, err) < 0)
        return -1;
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = words.is_server ? AI_PASSIVE : 0 }, *list;
    int failed = getaddrinfo(*host ? host : NULL, port, &hints, &list);
    if (failed)
        return error_set(err, "cannot find the host '%s': %s", host, gai_strerror(failed));
    int fd = -1;
    for (struct addrinfo *at = list; at && fd < 0; at = at->ai_next)
        fd = bind_or_connect(at, words.is_server);
    int code = errno;
    freeaddrinfo(list);
    if (fd < 0 && code == EADDRINUSE)
        return error_set(err, "port %s is in use by another program; choose another one", port);
    if (fd < 0)
        return error_set(err, "cannot %s %s:%s: %s", words.is_server ? "listen at" : "connect to", host, port, strerror(code));
    note_address(line, fd, port);
    if (!words.is_server) {
        set_peer(line, fd);
        return 0;
    }
    if (serve(line, fd, &words, err) < 0) {
        close(fd);
        return -1;
    }
    return 0;
}

const struct chardev_backend chardev_unix = {
    .word = "unix:", .syntax = "unix:PATH[,server][,nowait]", .open = open_unix, .close = close_listener,
    .watch = watch_listener, .watched = accept_peer
};
const struct chardev_backend chardev_tcp = {
    .word = "tcp:", .syntax = "tcp:HOST:PORT[,server][,nowait]", .open = open_tcp, .close = close_listener,
    .watch = watch_listener, .watched = accept_peer
};
