/* SPDX-License-Identifier: MIT */
/* A host disk that fails when told to: this program's own pread, pwrite, fdatasync and fallocate stand before the C library's. */
#ifndef TESTS_FRONTENDS_IMAGE_FAULTS_H
#define TESTS_FRONTENDS_IMAGE_FAULTS_H

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/types.h"

enum fault_call { FAULT_READ, FAULT_WRITE, FAULT_SYNC, FAULT_PUNCH, FAULT_CALLS };

static struct fault {
    int error;          /* errno to fail with, or 0 */
    unsigned skip;      /* let so many calls pass first */
    unsigned times;     /* then fail so many */
    size_t most;        /* never transfer more than this at once; 0: no limit */
    unsigned calls;     /* how often it was called */
} faults[FAULT_CALLS];

/* True when this call has to fail, with errno set. */
static inline bool fault_strikes(enum fault_call call)
{
    struct fault *f = &faults[call];
    f->calls++;
    if (f->skip) {
        f->skip--;
        return false;
    }
    if (!f->error || !f->times)
        return false;
    f->times--;
    errno = f->error;
    return true;
}

static inline size_t fault_limit(enum fault_call call, size_t length)
{
    size_t most = faults[call].most;
    return most && length > most ? most : length;
}

/* The C library's function of this name and type. */
#define FAULT_REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pread64(int fd, void *buffer, size_t length, off64_t offset)
{
    return fault_strikes(FAULT_READ) ? -1 : FAULT_REAL(pread64)(fd, buffer, fault_limit(FAULT_READ, length), offset);
}

ssize_t pwrite64(int fd, const void *buffer, size_t length, off64_t offset)
{
    return fault_strikes(FAULT_WRITE) ? -1 : FAULT_REAL(pwrite64)(fd, buffer, fault_limit(FAULT_WRITE, length), offset);
}

int fdatasync(int fd)
{
    return fault_strikes(FAULT_SYNC) ? -1 : FAULT_REAL(fdatasync)(fd);
}

int fallocate64(int fd, int mode, off64_t offset, off64_t length)
{
    return fault_strikes(FAULT_PUNCH) ? -1 : FAULT_REAL(fallocate64)(fd, mode, offset, length);
}

#endif
