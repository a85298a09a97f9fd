/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "frontends/image/image.h"
#include "frontends/image/overlay.h"
#include "frontends/image/raw.h"

struct image {
    struct blockdev port;
    struct raw raw;
    struct overlay overlay;
    bool has_overlay;
};

/* ---- formats ---- */

/* Other formats' first bytes. They are looked for only to stop a user who forgot to convert an image, or to unpack it:
   nothing here ever *chooses* a format, since a guest can write what it likes to the start of its raw disk. (LUKS is missing
   because a guest's own encrypted disk begins that way.) */
static const struct magic {
    const char *name;
    uint8_t offset, length;
    const char *bytes;
    bool packed;
} magics[] = {
    { "qcow2",    0,    4, "QFI\xfb",                   false },
    { "vmdk",     0,    4, "KDMV",                      false },
    { "vmdk",     0,    4, "COWD",                      false },
    { "vmdk",     0,   21, "# Disk DescriptorFile",     false },
    { "vhdx",     0,    8, "vhdxfile",                  false },
    { "vpc",      0,    8, "conectix",                  false },
    { "vdi",      0x40, 4, "\x7f\x10\xda\xbe",          false },
    { "qed",      0,    4, "QED\0",                     false },
    { "parallels", 0,  16, "WithoutFreeSpace",          false },
    { "parallels", 0,  16, "WithouFreSpacExt",          false },
    { "gzip",     0,    3, "\x1f\x8b\x08",              true },
    { "xz",       0,    6, "\xfd" "7zXZ\0",             true },
    { "zstd",     0,    4, "\x28\xb5\x2f\xfd",          true },
    { "bzip2",    0,    3, "BZh",                       true },
};

static int check_magic(struct raw *raw, struct error *err)
{
    uint8_t head[BLOCK_SECTOR];
    int code = raw_read(raw, 0, head, sizeof head);
    if (code)
        return error_set(err, "disk image '%s' cannot be read: %s", raw->file, strerror(-code));
    for (size_t i = 0; i < ARRAY_SIZE(magics); i++) {
        const struct magic *m = &magics[i];
        if (memcmp(head + m->offset, m->bytes, m->length) != 0)
            continue;
        if (m->packed)
            return error_set(err, "disk image '%s' looks compressed (%s); unpack it first, or say format=raw if its bytes are "
                             "the disk's", raw->file, m->name);
        return error_set(err, "disk image '%s' looks like a %s image, which is not supported; convert it with: qemu-img convert "
                         "-O raw IN OUT, or say format=raw if its bytes are the disk's", raw->file, m->name);
    }
    return 0;
}

static int check_format(const struct image_options *options, struct error *err)
{
    if (!options->format || strcmp(options->format, "raw") == 0)
        return 0;
    for (size_t i = 0; i < ARRAY_SIZE(magics); i++)
        if (!magics[i].packed && strcmp(options->format, magics[i].name) == 0)
            return error_set(err, "disk image '%s': format=%s is not supported, only raw is; convert it with: qemu-img convert "
                             "-O raw IN OUT", options->file, options->format);
    return error_set(err, "disk image '%s': there is no format '%s'; only raw is supported", options->file, options->format);
}

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
    return image->has_overlay ? overlay_read(&image->overlay, offset, buffer, length)
                              : raw_read(&image->raw, offset, buffer, length);
}

static int port_write(void *host, uint64_t offset, const void *buffer, size_t length)
{
    struct image *image = host;
    return image->has_overlay ? overlay_write(&image->overlay, offset, buffer, length)
                              : raw_write(&image->raw, offset, buffer, length);
}

static int port_discard(void *host, uint64_t offset, uint64_t length)
{
    struct image *image = host;
    return image->has_overlay ? overlay_discard(&image->overlay, offset, length)
                              : raw_discard(&image->raw, offset, length);
}

/* With an overlay there is nothing to flush: what is kept aside is not meant to outlive us. */
static int port_flush(void *host)
{
    struct image *image = host;
    return image->has_overlay ? 0 : raw_flush(&image->raw);
}

/* ---- open and close ---- */

static int open_layers(struct image *image, const struct image_options *options, struct error *err)
{
    bool writes_file = !options->read_only && !options->snapshot;
    if (raw_open(&image->raw, options->file, writes_file, err) < 0)
        return -1;
    if (!options->format && check_magic(&image->raw, err) < 0)
        goto fail;
    image->has_overlay = options->snapshot && !options->read_only;
    if (image->has_overlay && overlay_open(&image->overlay, &image->raw, err) < 0)
        goto fail;
    return 0;
fail:
    raw_close(&image->raw);
    return -1;
}

struct image *image_open(const struct image_options *options, struct error *err)
{
    signal(SIGXFSZ, SIG_IGN);
    struct image *image = mem_alloc(sizeof *image);
    if (check_format(options, err) < 0 || copy_serial(image->port.serial, sizeof image->port.serial, options->serial, err) < 0
        || open_layers(image, options, err) < 0) {
        free(image);
        return NULL;
    }
    bool can_discard = image->has_overlay ? image->overlay.kept.can_discard : image->raw.can_discard;
    image->port.read = port_read;
    image->port.write = port_write;
    image->port.flush = port_flush;
    image->port.discard = can_discard ? port_discard : NULL;
    image->port.host = image;
    image->port.size = image->raw.size;
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
    if (image->has_overlay)
        overlay_close(&image->overlay);
    raw_flush(&image->raw);   /* a failure is told to the user by raw_flush: nobody else is left to hear it */
    raw_close(&image->raw);
    free(image);
}
