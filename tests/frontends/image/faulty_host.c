/* SPDX-License-Identifier: MIT */
/* A host whose disk fails, for LD_PRELOAD. FAULT=CALL,WHAT,SKIP,TIMES: of the calls (write, read, sync) on files whose name
   has $FAULT_FILE in it, SKIP succeed, then TIMES are hit: WHAT is ENOSPC, EIO, EINTR, short (only a part is done), or kill (a part is
   done, and the process is killed). What is done when it is killed ends between two sectors of the file, as when the plug is
   pulled (Linux itself looks for signals between pages only): an entry of a table is thus written or not, never in half. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { SECTOR = 512 };

static long skip = -1, times;
static char call[8], what[8];

static int is_hit(const char *name, int fd)
{
    const char *fault = getenv("FAULT"), *wanted = getenv("FAULT_FILE");
    char link[64], file[4096] = "";
    if (skip < 0 && (!fault || sscanf(fault, "%7[^,],%7[^,],%ld,%ld", call, what, &skip, &times) != 4))
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (strcmp(call, name) || readlink(link, file, sizeof file - 1) < 0 || !wanted || !strstr(file, wanted))
        return 0;
    if (skip > 0)
        return skip--, 0;
    return times > 0 && times--;
}

/* Fails with errno; returns 1 if the call is to do only a part of what it should, 2 if it is to die afterwards. */
static int strike(void)
{
    errno = !strcmp(what, "ENOSPC") ? ENOSPC : !strcmp(what, "EIO") ? EIO : !strcmp(what, "EINTR") ? EINTR : 0;
    return errno ? 0 : strcmp(what, "kill") ? 1 : 2;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite64(int fd, const void *buffer, size_t length, off64_t offset)
{
    if (!is_hit("write", fd))
        return REAL(pwrite64)(fd, buffer, length, offset);
    int partly = strike();
    if (!partly)
        return -1;
    if (partly == 2) {
        off64_t until = (offset + (off64_t)length / 2) / SECTOR * SECTOR;
        if (until > offset)
            (void)!REAL(pwrite64)(fd, buffer, (size_t)(until - offset), offset);
        kill(getpid(), SIGKILL);
    }
    return REAL(pwrite64)(fd, buffer, length > 1 ? length / 2 : 1, offset);
}

ssize_t pread64(int fd, void *buffer, size_t length, off64_t offset)
{
    if (!is_hit("read", fd))
        return REAL(pread64)(fd, buffer, length, offset);
    return strike() ? REAL(pread64)(fd, buffer, length > 1 ? length / 2 : 1, offset) : -1;
}

int fdatasync(int fd)
{
    if (!is_hit("sync", fd))
        return 0;   /* the host lives on: nothing needs to reach its disk */
    if (strike() == 2)
        kill(getpid(), SIGKILL);
    return -1;
}
