/* SPDX-License-Identifier: MIT */
/* Between chardev.c, which moves bytes, and the backends, which only find descriptors to move them through. */
#ifndef FRONTENDS_HOST_CHARDEV_BACKEND_H
#define FRONTENDS_HOST_CHARDEV_BACKEND_H

#include "frontends/host/bytes.h"
#include "frontends/host/chardev.h"
#include "frontends/host/mux.h"

struct chardev_backend {
    const char *word;      /* what -serial begins with; a word that ends with ':' takes an argument */
    const char *syntax;    /* for messages */
    /* `argument` is what follows the word. Sets the descriptors and flags below. -1 with err filled on failure. */
    int (*open)(struct host_chardev *line, const char *argument, struct error *err);
    void (*close)(struct host_chardev *line);                    /* may be NULL */
    /* Before each poll: watches for a peer that comes (see host_poller.before_poll). May be NULL. */
    void (*watch)(struct host_chardev *line, struct host_poll *poll, int64_t *timeout_ns);
    void (*watched)(struct host_chardev *line, const struct host_poll *poll);
    /* The peer is gone: the descriptors were closed or must be let go. NULL: for good. */
    void (*hung_up)(struct host_chardev *line);
};

extern const struct chardev_backend chardev_stdio, chardev_mon_stdio, chardev_file, chardev_pty, chardev_unix, chardev_tcp;

struct host_chardev {
    struct chardev port;
    struct host_loop *loop;
    struct host_poller poller;
    const struct chardev_backend *backend;
    const char *name;
    char address[128];

    /* set by backends */
    int in, out;             /* descriptors, may be the same; -1: nobody there */
    bool may_block;          /* `out` is in blocking mode (shared with other processes): to be asked before each write */
    bool is_lossless;        /* output waits for a slow reader, and the machine with it, instead of being dropped */
    bool holds_back;         /* the same while it runs; at the end nobody waits */
    bool has_mux;
    int listener;            /* a server's socket */
    bool owns_path;          /* `address` is a file to be removed at the end */

    struct mux mux;
    struct bytes to_guest, to_host;
    int in_index, out_index, listener_index;   /* places in the current poll */
    void (*listen)(void *owner, const uint8_t *data, size_t length);
    void *listen_owner;
};

/* For backends: the peer is gone; closes the descriptors unless they are the process's own, and drops what it did not take. */
void chardev_hang_up(struct host_chardev *line);

/* Makes a descriptor non-blocking and closed on exec. */
void chardev_own_fd(int fd);

#endif
