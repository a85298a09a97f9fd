/* SPDX-License-Identifier: MIT */
#define _FILE_OFFSET_BITS 64
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"
#include "bus/port.h"
#include "frontends/cli/parse.h"
#include "frontends/image/tool.h"
#include "frontends/qcow2/qcow2.h"

#define SIZE_MAX_BYTES (64 * 1024 * GIB)

struct request {
    const char *file, *size, *format, *options;
    struct qcow2_create create;
};

/* ---- -o, in qemu-img's words ---- */

static int set_cluster_size(void *to, const char *value, struct error *err)
{
    struct qcow2_create *c = to;
    uint64_t size;
    if (parse_size("image create: cluster_size", value, 1, &size, err) < 0)
        return -1;
    if (!is_power_of_2(size) || size < 1u << CLUSTER_BITS_MIN || size > 1u << CLUSTER_BITS_MAX)
        return error_set(err, "image create: cluster_size is a power of two from 512 to 2M");
    c->cluster_bits = (unsigned)__builtin_ctzll(size);
    return 0;
}

static int set_refcount_bits(void *to, const char *value, struct error *err)
{
    struct qcow2_create *c = to;
    uint64_t bits;
    if (parse_number("image create: refcount_bits", value, 64, &bits, err) < 0)
        return -1;
    if (!is_power_of_2(bits))
        return error_set(err, "image create: refcount_bits is 1, 2, 4, 8, 16, 32 or 64");
    c->refcount_order = (unsigned)__builtin_ctzll(bits);
    return 0;
}

static int set_compat(void *to, const char *value, struct error *err)
{
    bool is_old = !strcmp(value, "0.10") || !strcmp(value, "v2");
    ((struct qcow2_create *)to)->version = is_old ? 2 : 3;
    return is_old || !strcmp(value, "1.1") || !strcmp(value, "v3") ? 0 : error_set(err, "image create: compat is 0.10 or 1.1");
}

static int set_lazy(void *to, const char *value, struct error *err)
{
    return parse_switch("image create: lazy_refcounts", value, &((struct qcow2_create *)to)->is_lazy, err);
}

static int parse_options(struct request *r, struct error *err)
{
    static const struct parse_key keys[] = {
        { "cluster_size", set_cluster_size }, { "refcount_bits", set_refcount_bits }, { "compat", set_compat },
        { "lazy_refcounts", set_lazy },
    };
    struct qcow2_create *c = &r->create;
    if (!r->options)
        return 0;
    if (strcmp(r->format, "qcow2"))
        return error_set(err, "image create: -o is for qcow2; raw images have no options");
    if (parse_list("image create: -o", r->options, keys, ARRAY_SIZE(keys), c, err) < 0)
        return -1;
    if (c->version == 2 && (c->refcount_order != 4 || c->is_lazy))
        return error_set(err, "image create: with compat=0.10 reference counts have 16 bits and are not lazy");
    return 0;
}

/* ---- the command line ---- */

static int parse(struct request *r, int argc, char *const argv[], struct error *err)
{
    for (int i = 0; i < argc; i++) {
        const char **to = !strcmp(argv[i], "-f") ? &r->format : !strcmp(argv[i], "-o") ? &r->options
                        : !strcmp(argv[i], "-b") ? &r->create.backing_file
                        : !strcmp(argv[i], "-F") ? &r->create.backing_format : NULL;
        if (to && ++i == argc)
            return error_set(err, "image create: %s needs a word after it", argv[i - 1]);
        if (!to && *argv[i] == '-')
            return error_set(err, "image create: unknown option '%s'; there are -f, -b, -F and -o", argv[i]);
        if (!to)
            to = !r->file ? &r->file : &r->size;
        if (to == &r->size && r->size)
            return error_set(err, "image create: '%s' is one word too many", argv[i]);
        *to = argv[i];
    }
    if (!r->file || !*r->file)
        return error_set(err, "image create: which file? Write orrery image create FILE SIZE");
    if (strcmp(r->format, "qcow2") && strcmp(r->format, "raw"))
        return error_set(err, "image create: images of format '%s' cannot be made; qcow2 and raw can", r->format);
    if (!r->create.backing_file != !r->create.backing_format)
        return error_set(err, "image create: -b FILE and -F FORMAT go together, since a backing file's format is never guessed");
    if (r->create.backing_file && strcmp(r->format, "qcow2"))
        return error_set(err, "image create: only qcow2 images can stand on another");
    if (!r->size && !r->create.backing_file)
        return error_set(err, "image create: how large? Write orrery image create %s 4G", r->file);
    return parse_options(r, err);
}

/* ---- making it ---- */

/* Opens it, so that a name or format that will not do is told of now. */
static int take_backing(struct request *r, struct error *err)
{
    struct chain_link link = { .file = r->file };
    char *path = qcow2_backing_path(r->file, r->create.backing_file, err);
    struct layer *layer = path ? chain_open(path, r->create.backing_format, false, &link, err) : NULL;
    free(path);
    if (!layer)
        return -1;
    r->create.size = layer->size;
    layer->ops->close(layer);
    return 0;
}

static int create_raw(const char *file, uint64_t size, struct error *err)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 && errno == EEXIST)
        return error_set(err, "'%s' exists already; take another name, or remove it first", file);
    if (fd < 0 || ftruncate(fd, (off_t)size) < 0) {
        int code = errno;
        if (fd >= 0 && close(fd) == 0)
            unlink(file);
        return error_set(err, "cannot make '%s': %s", file, strerror(code));
    }
    close(fd);
    return 0;
}

int tool_create(int argc, char *const argv[], struct error *err)
{
    struct request r = { .format = "qcow2", .create = { .version = 3, .cluster_bits = 16, .refcount_order = 4 } };
    if (parse(&r, argc, argv, err) < 0 || (r.create.backing_file && take_backing(&r, err) < 0))
        return -1;
    if (r.size && parse_size("image create: the size", r.size, 1, &r.create.size, err) < 0)
        return -1;
    if (!r.create.size || r.create.size > SIZE_MAX_BYTES)
        return error_set(err, "image create: a disk of %llu bytes cannot be; up to 64T can", (unsigned long long)r.create.size);
    r.create.size = align_up(r.create.size, BLOCK_SECTOR);
    return strcmp(r.format, "raw") ? qcow2_create(r.file, &r.create, err) : create_raw(r.file, r.create.size, err);
}
