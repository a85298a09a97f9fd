/* SPDX-License-Identifier: MIT */
#define _FILE_OFFSET_BITS 64
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/fs.h>

#include "base/bits.h"
#include "base/log.h"
#include "bus/port.h"
#include "frontends/image/lock.h"
#include "frontends/image/raw.h"

/* More than any host's file system is asked for today; keeps the sizes of tables and the sums of offsets sane. */
#define RAW_SIZE_MAX (64 * 1024 * GIB)

/* A file in another format is larger than its disk by its tables: an eighth of it at worst, with snapshots any multiple. */
#define CONTAINER_SIZE_MAX (8 * RAW_SIZE_MAX)

enum { ZERO_CHUNK = 64 * 1024 };

/* ---- opening ---- */

/* What kind of file is this? Asked before it is opened, since opening a tape or a pipe does things, and again afterwards. */
static int check_kind(const struct stat *st, const char *file, struct error *err)
{
    switch (st->st_mode & S_IFMT) {
    case S_IFREG:
    case S_IFBLK:
        return 0;
    case S_IFDIR:
        return error_set(err, "disk image '%s' is a directory; name a file in it", file);
    case S_IFIFO:
        return error_set(err, "disk image '%s' is a pipe; a disk needs a regular file or a block device", file);
    case S_IFSOCK:
        return error_set(err, "disk image '%s' is a socket; a disk needs a regular file or a block device", file);
    default:
        return error_set(err, "disk image '%s' is a character device; a disk needs a regular file or a block device", file);
    }
}

static int cannot_open(const char *file, enum raw_use use, bool writable, int code, struct error *err)
{
    const char *why = strerror(code);
    switch (code) {
    case ENOENT:
        if (use == RAW_CONTAINER)
            return error_set(err, "disk image '%s': %s; an empty one of 4 GiB is made by: orrery image create '%s' 4G", file, why,
                             file);
        return error_set(err, "disk image '%s': %s; an empty one of 4 GiB is made by: truncate -s 4G '%s'", file, why, file);
    case EACCES:
    case EPERM:
    case EROFS:
    case ETXTBSY:
        if (writable)
            return error_set(err, "disk image '%s' cannot be written (%s); make it writable, or open it with readonly=on or "
                             "snapshot=on", file, why);
        return error_set(err, "disk image '%s' cannot be read (%s); change its permissions or run as a user who may", file, why);
    default:
        return error_set(err, "disk image '%s' cannot be opened: %s", file, why);
    }
}

static int measure(struct raw *raw, const struct stat *st, struct error *err)
{
    if (S_ISBLK(st->st_mode)) {
        if (ioctl(raw->fd, BLKGETSIZE64, &raw->held) < 0)
            return error_set(err, "disk '%s': its size is not known: %s", raw->file, strerror(errno));
    } else {
        raw->held = (uint64_t)st->st_size;
    }
    if (raw->held == 0)
        return error_set(err, "disk image '%s' is empty; give it a size, for example with: truncate -s 4G '%s'", raw->file,
                         raw->file);
    if (raw->held > RAW_SIZE_MAX)
        return error_set(err, "disk image '%s' is larger than 64 TiB, the most that is supported", raw->file);
    raw->layer.size = raw->grows ? CONTAINER_SIZE_MAX : align_up(raw->held, BLOCK_SECTOR);
    if (raw->writable && !raw->grows && raw->layer.size != raw->held)
        return error_set(err, "disk image '%s': its size of %llu bytes is not a multiple of %d; round it up with: "
                         "truncate -s %%%d '%s', or open it with readonly=on or snapshot=on", raw->file,
                         (unsigned long long)raw->held, BLOCK_SECTOR, BLOCK_SECTOR, raw->file);
    return 0;
}

/* A hole where nothing is, past the end, tells whether this file system makes holes. Block devices are not asked: an answer would
   cost data. */
static bool makes_holes(int fd, uint64_t past_end)
{
    return fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)align_up(past_end, MIB), (off_t)MIB) == 0;
}

static int open_locked(struct raw *raw, struct error *err)
{
    struct stat st;
    if (fstat(raw->fd, &st) < 0)
        return error_set(err, "disk image '%s': %s", raw->file, strerror(errno));
    if (check_kind(&st, raw->file, err) < 0 || lock_image(raw->fd, raw->file, raw->writable, err) < 0)
        return -1;
    if (fstat(raw->fd, &st) < 0)   /* only now that nobody changes it */
        return error_set(err, "disk image '%s': %s", raw->file, strerror(errno));
    if (measure(raw, &st, err) < 0)
        return -1;
    raw->can_zero = raw->writable && S_ISREG(st.st_mode);
    raw->can_punch = raw->can_zero && makes_holes(raw->fd, raw->held);
    return 0;
}

int raw_open(struct raw *raw, const char *file, enum raw_use use, bool writable, struct error *err)
{
    struct stat st;
    if (stat(file, &st) == 0 && check_kind(&st, file, err) < 0)
        return -1;
    int fd = open(file, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return cannot_open(file, use, writable, errno, err);
    *raw = (struct raw){ .fd = fd, .file = mem_strdup(file), .grows = use == RAW_CONTAINER, .writable = writable };
    if (open_locked(raw, err) < 0) {
        raw_close(raw);
        return -1;
    }
    return 0;
}

static int open_nameless(const char *directory)
{
    int fd = open(directory, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    /* A file system without O_TMPFILE: make one and take its name away. */
    char *name = mem_printf("%s/orrery.XXXXXX", directory);
    fd = mkostemp(name, O_CLOEXEC);
    int code = errno;
    if (fd >= 0)
        unlink(name);
    free(name);
    errno = code;
    return fd;
}

int raw_open_temporary(struct raw *raw, const char *directory, const char *file, uint64_t size, struct error *err)
{
    int fd = open_nameless(directory);
    if (fd < 0)
        return error_set(err, "snapshot=on keeps its changes in '%s', where no file can be made: %s; set TMPDIR to another "
                         "directory", directory, strerror(errno));
    *raw = (struct raw){ .fd = fd, .held = size, .layer.size = size, .writable = true, .can_zero = true };
    raw->file = mem_printf("%s (changes, kept in %s)", file, directory);
    if (ftruncate(fd, (off_t)size) < 0) {
        error_set(err, "snapshot=on keeps its changes in '%s', where a sparse file of %llu bytes cannot be made: %s; set TMPDIR "
                  "to another directory", directory, (unsigned long long)size, strerror(errno));
        raw_close(raw);
        return -1;
    }
    raw->can_punch = makes_holes(fd, size);
    return 0;
}

void raw_close(struct raw *raw)
{
    close(raw->fd);
    free(raw->file);
    *raw = (struct raw){ .fd = -1 };
}

/* ---- using ---- */

/* One line for the user when a new kind of failure begins, not one for each of thousands of requests. */
static int failed(struct raw *raw, const char *what, int code)
{
    if (raw->warned != code)
        host_warn("disk image '%s': %s failed: %s; the guest sees an I/O error", raw->file, what, strerror(code));
    raw->warned = code;
    return -code;
}

static int check_change(const struct raw *raw, uint64_t offset, uint64_t length)
{
    return raw->writable ? layer_check_range(&raw->layer, offset, length) : -EROFS;
}

int raw_read(struct raw *raw, uint64_t offset, void *buffer, size_t length)
{
    int outside = layer_check_range(&raw->layer, offset, length);
    if (outside)
        return outside;
    uint8_t *to = buffer;
    if (offset + length > raw->held) {   /* what the file lacks of its last sector, or of a format's last cluster */
        size_t present = offset < raw->held ? (size_t)(raw->held - offset) : 0;
        memset(to + present, 0, length - present);
        length = present;
    }
    while (length > 0) {
        ssize_t n = pread(raw->fd, to, length, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)   /* 0: somebody cut the file short */
            return failed(raw, "reading", n < 0 ? errno : EIO);
        to += n;
        offset += (size_t)n;
        length -= (size_t)n;
    }
    return 0;
}

int raw_write(struct raw *raw, uint64_t offset, const void *buffer, size_t length)
{
    int refused = check_change(raw, offset, length);
    if (refused)
        return refused;
    const uint8_t *from = buffer;
    while (length > 0) {
        raw->unflushed = true;
        ssize_t n = pwrite(raw->fd, from, length, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return failed(raw, "writing", n < 0 ? errno : EIO);
        from += n;
        offset += (size_t)n;
        length -= (size_t)n;
        if (raw->grows && offset > raw->held)
            raw->held = offset;
    }
    return 0;
}

/* 0, or a negative errno; -EOPNOTSUPP where this has to be done in another way. */
static int try_fallocate(struct raw *raw, int mode, uint64_t offset, uint64_t length)
{
    raw->unflushed = true;
    while (fallocate(raw->fd, mode | FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)length) < 0)
        if (errno != EINTR)
            return errno == ENOSYS || errno == EINVAL ? -EOPNOTSUPP : -errno;
    return 0;
}

static int write_zeros(struct raw *raw, uint64_t offset, uint64_t length)
{
    static const uint8_t zeros[ZERO_CHUNK];
    int result = 0;
    for (uint64_t n; !result && length > 0; offset += n, length -= n) {
        n = length < ZERO_CHUNK ? length : ZERO_CHUNK;
        result = raw_write(raw, offset, zeros, (size_t)n);
    }
    return result;
}

int raw_zero(struct raw *raw, uint64_t offset, uint64_t length, bool may_unmap)
{
    int result = check_change(raw, offset, length);
    if (result || length == 0)
        return result;
    bool punches = may_unmap && raw->can_punch;
    result = punches          ? try_fallocate(raw, FALLOC_FL_PUNCH_HOLE, offset, length)
             : raw->can_zero  ? try_fallocate(raw, FALLOC_FL_ZERO_RANGE, offset, length)
                              : -EOPNOTSUPP;
    if (result != -EOPNOTSUPP)
        return result ? failed(raw, "zeroing", -result) : 0;
    if (!punches)
        raw->can_zero = false;   /* not on this file system */
    return write_zeros(raw, offset, length);
}

int raw_discard(struct raw *raw, uint64_t offset, uint64_t length)
{
    int result = check_change(raw, offset, length);
    if (result || length == 0 || !raw->can_punch)
        return result;
    result = try_fallocate(raw, FALLOC_FL_PUNCH_HOLE, offset, length);
    return result && result != -EOPNOTSUPP ? failed(raw, "discarding", -result) : 0;
}

int raw_flush(struct raw *raw)
{
    if (raw->flush_error)
        return -raw->flush_error;
    if (!raw->writable || !raw->unflushed)
        return 0;
    while (fdatasync(raw->fd) < 0) {
        if (errno == EINTR)
            continue;
        /* The host marks pages as clean when it could not write them, so the next fdatasync would succeed: a lie. */
        raw->flush_error = errno;
        return failed(raw, "flushing", errno);
    }
    raw->unflushed = false;
    return 0;
}

/* ---- as a layer ---- */

static int layer_read(struct layer *layer, uint64_t offset, void *buffer, size_t length)
{
    return raw_read(container_of(layer, struct raw, layer), offset, buffer, length);
}

static int layer_write(struct layer *layer, uint64_t offset, const void *buffer, size_t length)
{
    return raw_write(container_of(layer, struct raw, layer), offset, buffer, length);
}

static int layer_zero(struct layer *layer, uint64_t offset, uint64_t length, bool may_unmap)
{
    return raw_zero(container_of(layer, struct raw, layer), offset, length, may_unmap);
}

static int layer_discard(struct layer *layer, uint64_t offset, uint64_t length)
{
    return raw_discard(container_of(layer, struct raw, layer), offset, length);
}

static int layer_flush(struct layer *layer)
{
    return raw_flush(container_of(layer, struct raw, layer));
}

static void layer_close(struct layer *layer)
{
    struct raw *raw = container_of(layer, struct raw, layer);
    raw_flush(raw);
    raw_close(raw);
    free(raw);
}

static const struct layer_ops raw_ops = {
    layer_read, layer_write, layer_zero, layer_discard, layer_flush, layer_close,
};

struct layer *raw_open_layer(const char *file, bool writable, struct error *err)
{
    struct raw *raw = mem_alloc(sizeof *raw);
    if (raw_open(raw, file, RAW_DISK, writable, err) < 0) {
        free(raw);
        return NULL;
    }
    raw->layer.ops = &raw_ops;
    return &raw->layer;
}
