/* SPDX-License-Identifier: MIT */
/* Who else has this image open? Answered with locks on single bytes of the file, at the places where QEMU has them, so that
   the two programs respect each other: byte 100 + n says "I do n", byte 200 + n says "nobody else may do n". All are shared
   locks, which a read-only descriptor can have too; a conflict is found by looking. Everybody locks first and looks
   afterwards, so of two that come at the same moment both may be refused, but never both let in. The locks belong to the open
   file (F_OFD_*), not to the process: two machines in one process exclude each other as well, and closing another descriptor
   of the same file does not drop them. */
#define _FILE_OFFSET_BITS 64
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/log.h"
#include "frontends/image/lock.h"

enum { I_READ = 100, I_WRITE = 101, NOBODY_READS = 200, NOBODY_WRITES = 201 };

static bool mark(int fd, int byte)
{
    struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };
    return fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

static bool marked_by_another(int fd, int byte)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };
    return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

static int refuse(const char *file, bool read_by_others, struct error *err)
{
    if (read_by_others)
        return error_set(err, "disk image '%s' is in use by another program, which needs it unchanged; close that first, or open "
                         "it here with snapshot=on or readonly=on", file);
    return error_set(err, "disk image '%s' is in use by another program, which writes to it; close that first, or work on a copy",
                     file);
}

/* For file systems and hosts that have no byte locks of this kind. */
static int lock_whole(int fd, const char *file, bool writing, struct error *err)
{
    if (flock(fd, (writing ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0)
        return 0;
    if (errno == EWOULDBLOCK)
        return refuse(file, false, err);
    if (writing)
        host_warn("disk image '%s' cannot be locked (%s); take care that nothing else writes to it", file, strerror(errno));
    return 0;
}

int lock_image(int fd, const char *file, bool writing, struct error *err)
{
    if (!mark(fd, I_READ) || !mark(fd, NOBODY_WRITES) || (writing && !mark(fd, I_WRITE))) {
        if (errno == EAGAIN || errno == EACCES)   /* somebody holds an exclusive lock over these bytes */
            return refuse(file, false, err);
        return lock_whole(fd, file, writing, err);
    }
    if (marked_by_another(fd, I_WRITE))
        return refuse(file, false, err);
    if (marked_by_another(fd, NOBODY_READS))
        return refuse(file, false, err);
    if (writing && marked_by_another(fd, NOBODY_WRITES))
        return refuse(file, true, err);
    return 0;
}
