/* SPDX-License-Identifier: MIT */
#include "frontends/cli/chardevs.h"

#include <stdlib.h>
#include <string.h>

#include "frontends/cli/parse.h"

/* ---- -chardev ---- */

/* What QEMU's items say, until they are put together to what host_chardev_open takes. */
struct parsed {
    char *backend, *id, *path, *host, *port;
    bool is_server, waits;
};

static int keep(char **to, const char *value)
{
    free(*to);
    *to = mem_strdup(value);
    return 0;
}

static int set_backend(void *to, const char *value, struct error *err)
{
    (void)err;
    return keep(&((struct parsed *)to)->backend, value);
}

static int set_id(void *to, const char *value, struct error *err)
{
    (void)err;
    return keep(&((struct parsed *)to)->id, value);
}

static int set_path(void *to, const char *value, struct error *err)
{
    (void)err;
    return keep(&((struct parsed *)to)->path, value);
}

static int set_host(void *to, const char *value, struct error *err)
{
    (void)err;
    return keep(&((struct parsed *)to)->host, value);
}

static int set_port(void *to, const char *value, struct error *err)
{
    (void)err;
    return keep(&((struct parsed *)to)->port, value);
}

static int set_server(void *to, const char *value, struct error *err)
{
    return parse_switch("-chardev server", value, &((struct parsed *)to)->is_server, err);
}

static int set_wait(void *to, const char *value, struct error *err)
{
    return parse_switch("-chardev wait", value, &((struct parsed *)to)->waits, err);
}

/* The same in the words of -serial, to be freed; NULL with err filled. */
static char *place_of(const struct parsed *p, struct error *err)
{
    static const char *const plain[] = { "stdio", "pty", "null" };
    const char *how = !p->is_server ? "" : p->waits ? ",server" : ",server,nowait";
    for (size_t i = 0; i < ARRAY_SIZE(plain); i++)
        if (!strcmp(p->backend, plain[i]))
            return mem_strdup(plain[i]);
    if (!strcmp(p->backend, "file") && p->path)
        return mem_printf("file:%s", p->path);
    if (!strcmp(p->backend, "socket") && p->path)
        return mem_printf("unix:%s%s", p->path, how);
    if (!strcmp(p->backend, "socket") && p->port)
        return mem_printf("tcp:%s:%s%s", p->host ? p->host : "127.0.0.1", p->port, how);
    if (!strcmp(p->backend, "file"))
        error_set(err, "-chardev file needs path=FILE");
    else if (!strcmp(p->backend, "socket"))
        error_set(err, "-chardev socket needs path=FILE, or host=HOST,port=PORT");
    else
        error_set(err, "-chardev: there is no '%s'; there are stdio, pty, file, socket and null", p->backend);
    return NULL;
}

static struct chardev_option *find(struct options *o, const char *id)
{
    for (int i = 0; i < o->chardev_count; i++)
        if (!strcmp(o->chardevs[i].id, id))
            return &o->chardevs[i];
    return NULL;
}

static int add_parsed(struct options *o, const struct parsed *p, struct error *err)
{
    if (!p->backend || !p->id || !*p->id)
        return error_set(err, "-chardev needs a kind and a name, as in -chardev pty,id=console");
    if (find(o, p->id))
        return error_set(err, "-chardev: there are two with id=%s", p->id);
    if (o->chardev_count == OPTIONS_CHARDEVS)
        return error_set(err, "-chardev: at most %d", OPTIONS_CHARDEVS);
    char *place = place_of(p, err);
    if (!place)
        return -1;
    o->chardevs[o->chardev_count++] = (struct chardev_option){ .id = mem_strdup(p->id), .place = place };
    return 0;
}

int chardevs_add(struct options *o, const char *value, struct error *err)
{
    static const struct parse_key keys[] = { { "backend", set_backend }, { "id", set_id }, { "path", set_path },
                                             { "host", set_host }, { "port", set_port }, { "server", set_server },
                                             { "wait", set_wait } };
    struct parsed p = { .waits = true };
    int result = parse_list("-chardev", value, keys, ARRAY_SIZE(keys), &p, err);
    if (!result)
        result = add_parsed(o, &p, err);
    char *const texts[] = { p.backend, p.id, p.path, p.host, p.port };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        free(texts[i]);
    return result;
}

/* ---- together ---- */

static bool is_terminal(const char *place)
{
    return place && (!strcmp(place, "stdio") || !strcmp(place, "mon:stdio"));
}

/* Replaces a chardev's name by its place. */
static int resolve(struct options *o, const char *who, const char **place, struct error *err)
{
    struct chardev_option *chardev = find(o, *place);
    if (!chardev)
        return error_set(err, "%s: there is no -chardev with id=%s", who, *place);
    if (chardev->is_used)
        return error_set(err, "%s: -chardev %s leads to another line already", who, *place);
    chardev->is_used = true;
    *place = chardev->place;
    return 0;
}

int chardevs_settle(struct options *o, struct error *err)
{
    static const char prefix[] = "chardev:";
    static const char *const drivers[OPTIONS_CONSOLES] = { "-device virtconsole", "-device virtserialport" };
    if (!strncmp(o->serial, prefix, sizeof prefix - 1)) {
        o->serial += sizeof prefix - 1;
        if (resolve(o, "-serial", &o->serial, err) < 0)
            return -1;
    }
    int terminals = is_terminal(o->serial);
    for (int n = 0; n < OPTIONS_CONSOLES; n++) {
        if (o->consoles[n] && resolve(o, drivers[n], &o->consoles[n], err) < 0)
            return -1;
        terminals += is_terminal(o->consoles[n]);
    }
    if (terminals > 1)
        return error_set(err, "two lines cannot share this terminal; lead one of them elsewhere, or add -serial null");
    return 0;
}

void chardevs_free(struct options *o)
{
    for (int i = 0; i < o->chardev_count; i++) {
        free(o->chardevs[i].id);
        free(o->chardevs[i].place);
    }
    for (int n = 0; n < OPTIONS_CONSOLES; n++)
        free(o->console_ids[n]);
}
