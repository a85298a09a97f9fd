/* SPDX-License-Identifier: MIT */
#define _FILE_OFFSET_BITS 64
#include "frontends/image/chain.h"

#include <string.h>
#include <sys/stat.h>

#include "frontends/image/format.h"
#include "frontends/image/raw.h"
#include "frontends/qcow2/qcow2.h"

/* Fills the link of `file`. A file that cannot be looked at is told of when it is opened. */
static int check_circle(struct chain_link *link, struct error *err)
{
    struct stat st;
    if (stat(link->file, &st) < 0)
        return 0;
    link->device = st.st_dev;
    link->inode = st.st_ino;
    unsigned depth = 1;
    for (const struct chain_link *l = link->above; l; l = l->above, depth++) {
        if (l->device == link->device && l->inode == link->inode)
            return error_set(err, "disk image '%s' stands on itself, by way of '%s'; give one of them its right backing file "
                             "with: qemu-img rebase -u", link->file, link->above->file);
        if (depth >= CHAIN_MAX)
            return error_set(err, "disk image '%s' is one of more than %d that stand on one another; commit some of them into "
                             "those below", link->file, CHAIN_MAX);
    }
    return 0;
}

int chain_begin(struct chain_link *link, const char *file, struct error *err)
{
    *link = (struct chain_link){ .file = file };
    return check_circle(link, err);
}

/* A raw image, unless it looks like something else. */
static struct layer *open_unnamed(const struct chain_link *link, bool writable, struct error *err)
{
    /* Looked at first: what only a raw image has to be, in size for example, is not asked of another one. */
    struct layer *layer = raw_open_layer(link->file, false, err);
    if (!layer)
        return NULL;
    uint8_t head[BLOCK_SECTOR];
    int code = layer->ops->read(layer, 0, head, sizeof head);
    enum image_format format = FORMAT_UNKNOWN;
    if (code)
        error_set(err, "disk image '%s' cannot be read: %s", link->file, strerror(-code));
    else
        format = format_of_bytes(head, link->file, err);
    if (format == FORMAT_RAW && !writable)
        return layer;
    layer->ops->close(layer);
    if (format == FORMAT_RAW)
        return raw_open_layer(link->file, true, err);
    if (format == FORMAT_UNKNOWN)
        return NULL;
    if (link->above)
        error_set(err, "disk image '%s' stands on '%s' without saying that this is a qcow2 image; say so with: qemu-img rebase "
                  "-u -b '%s' -F qcow2 '%s'", link->above->file, link->file, link->file, link->above->file);
    else if (writable)
        error_set(err, "disk image '%s' looks like a qcow2 image; say format=qcow2, or format=raw if its bytes are the disk's",
                  link->file);
    else
        return qcow2_open_guessed(link->file, err);
    return NULL;
}

struct layer *chain_open(const char *file, const char *format, bool writable, const struct chain_link *above, struct error *err)
{
    struct chain_link link = { .file = file, .above = above };
    enum image_format kind;
    if (format && format_of_name(format, file, &kind, err) < 0)
        return NULL;
    if (check_circle(&link, err) < 0)
        return NULL;
    if (!format)
        return open_unnamed(&link, writable, err);
    return kind == FORMAT_RAW ? raw_open_layer(file, writable, err) : qcow2_open(file, writable, &link, err);
}
