/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "frontends/image/chain.h"
#include "frontends/image/image.h"
#include "frontends/image/overlay.h"

struct image {
    struct blockdev port;
    struct layer *top;
};

static int copy_serial(char *to, size_t room, const char *serial, struct error *err)
{
    if (!serial)
        return 0;
    size_t length = strlen(serial);
    bool printable = true;
    for (size_t i = 0; i < length; i++)
        printable &= serial[i] >= ' ' && serial[i] <= '~';
    if (length >= room || !printable)
        return error_set(err, "a disk's serial number has at most %d plain characters; '%s' does not fit", (int)room - 1, serial);
    memcpy(to, serial, length + 1);
    return 0;
}

/* ---- the port ---- */

static int port_read(void *host, uint64_t offset, void *buffer, size_t length)
{
    struct image *image = host;
    return image->top->ops->read(image->top, offset, buffer, length);
}

static int port_write(void *host, uint64_t offset, const void *buffer, size_t length)
{
    struct image *image = host;
    return image->port.read_only ? -EROFS : image->top->ops->write(image->top, offset, buffer, length);
}

static int port_zero(void *host, uint64_t offset, uint64_t length, bool may_unmap)
{
    struct image *image = host;
    return image->port.read_only ? -EROFS : image->top->ops->zero(image->top, offset, length, may_unmap);
}

static int port_discard(void *host, uint64_t offset, uint64_t length)
{
    struct image *image = host;
    return image->port.read_only ? -EROFS : image->top->ops->discard(image->top, offset, length);
}

static int port_flush(void *host)
{
    struct image *image = host;
    return image->top->ops->flush(image->top);
}

/* ---- open and close ---- */

static int open_layers(struct image *image, const struct image_options *options, struct error *err)
{
    bool has_overlay = options->snapshot && !options->read_only;
    image->top = chain_open(options->file, options->format, !options->read_only && !options->snapshot, NULL, err);
    if (image->top && has_overlay)
        image->top = overlay_open(image->top, options->file, err);
    return image->top ? 0 : -1;
}

struct image *image_open(const struct image_options *options, struct error *err)
{
    signal(SIGXFSZ, SIG_IGN);
    struct image *image = mem_alloc(sizeof *image);
    if (copy_serial(image->port.serial, sizeof image->port.serial, options->serial, err) < 0
        || open_layers(image, options, err) < 0) {
        free(image);
        return NULL;
    }
    image->port.read = port_read;
    image->port.write = port_write;
    image->port.zero = port_zero;
    image->port.flush = port_flush;
    image->port.discard = port_discard;
    image->port.host = image;
    image->port.size = image->top->size;
    image->port.read_only = options->read_only;
    return image;
}

struct blockdev *image_port(struct image *image)
{
    return &image->port;
}

void image_close(struct image *image)
{
    if (!image)
        return;
    image->top->ops->close(image->top);
    free(image);
}
