/* SPDX-License-Identifier: MIT */
/* What a process did to its files, so that a test can say what the disk would hold had it died on the way: this program's own
   pwrite, fallocate and fdatasync stand before the C library's. */
#ifndef TESTS_FRONTENDS_QCOW2_RECORDER_H
#define TESTS_FRONTENDS_QCOW2_RECORDER_H

#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/types.h"

enum recorded_kind { RECORDED_WRITE, RECORDED_CLEAR, RECORDED_SYNC };

struct recorded {
    enum recorded_kind kind;
    uint64_t offset, length;
    uint8_t *bytes;            /* RECORDED_WRITE */
};

enum { RECORDER_ROOM = 20000 };

static struct recorder {
    bool is_on;
    unsigned count;
    struct recorded calls[RECORDER_ROOM];
} recorder;

static inline void recorder_add(enum recorded_kind kind, off64_t offset, size_t length, const void *bytes)
{
    if (!recorder.is_on || recorder.count == RECORDER_ROOM)
        return;
    struct recorded *r = &recorder.calls[recorder.count++];
    *r = (struct recorded){ kind, (uint64_t)offset, length, NULL };
    if (bytes) {
        r->bytes = malloc(length);
        memcpy(r->bytes, bytes, length);
    }
}

#define RECORDER_REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite64(int fd, const void *buffer, size_t length, off64_t offset)
{
    recorder_add(RECORDED_WRITE, offset, length, buffer);
    return RECORDER_REAL(pwrite64)(fd, buffer, length, offset);
}

int fdatasync(int fd)
{
    (void)fd;   /* nobody pulls this machine's plug: only the order counts */
    recorder_add(RECORDED_SYNC, 0, 0, NULL);
    return 0;
}

int fallocate64(int fd, int mode, off64_t offset, off64_t length)
{
    recorder_add(RECORDED_CLEAR, offset, (size_t)length, NULL);
    return RECORDER_REAL(fallocate64)(fd, mode, offset, length);
}

static inline void recorder_start(void)
{
    recorder.count = 0;
    recorder.is_on = true;
}

/* What a file holds, when only so much of it was done. */
struct recorder_file {
    uint8_t bytes[2 << 20];
    size_t length;
};

static inline void recorder_load(struct recorder_file *file, const char *name)
{
    int fd = open(name, O_RDONLY);
    memset(file->bytes, 0, sizeof file->bytes);
    file->length = (size_t)read(fd, file->bytes, sizeof file->bytes);
    close(fd);
}

/* Does the bytes `from`..`to` of one recorded call. */
static inline void recorder_apply(struct recorder_file *file, const struct recorded *r, uint64_t from, uint64_t to)
{
    if (r->kind == RECORDED_SYNC || from >= to || r->offset + to > sizeof file->bytes)
        return;
    if (r->kind == RECORDED_WRITE && r->offset + to > file->length)
        file->length = (size_t)(r->offset + to);
    if (r->kind == RECORDED_WRITE)
        memcpy(file->bytes + r->offset + from, r->bytes + from, (size_t)(to - from));
    else
        memset(file->bytes + r->offset + from, 0, (size_t)(to - from));
}

#endif
