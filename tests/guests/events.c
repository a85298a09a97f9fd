/* SPDX-License-Identifier: MIT */
/* A program of arm64 Linux for test_mouse.py: says what its input devices send, a line each: their number, then type, code and
   value as in the kernel's Documentation/input/event-codes.rst. What the mouse sent before a key is said before that key: the
   keyboard, which is the first device, is read last. Without a C library, so that nothing else is needed. */
#include <stdint.h>

/* The kernel's asm-generic/unistd.h, asm-generic/fcntl.h and uapi/linux/input.h */
enum { SYS_openat = 56, SYS_read = 63, SYS_write = 64, SYS_ppoll = 73 };
enum { AT_FDCWD = -100, O_NONBLOCK = 04000, POLLIN = 1, EV_SYN = 0 };
enum { DEVICES = 4 };

struct pollfd { int fd; int16_t events, revents; };
struct event { uint64_t seconds, us; uint16_t type, code; int32_t value; };

static long call(long number, long a, const void *b, long c, long d)
{
    register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x2 __asm__("x2") = c, x3 __asm__("x3") = d;
    register const void *x1 __asm__("x1") = b;
    register long x4 __asm__("x4") = 0;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
    return x0;
}

static char *put_number(char *to, long n)
{
    char digits[20];
    unsigned count = 0;
    if (n < 0)
        *to++ = '-';
    unsigned long rest = n < 0 ? -(unsigned long)n : (unsigned long)n;
    do
        digits[count++] = (char)('0' + rest % 10);
    while (rest /= 10);
    while (count)
        *to++ = digits[--count];
    return to;
}

static void say(const long *numbers, unsigned count)
{
    char line[128], *to = line;
    for (unsigned i = 0; i < count; i++) {
        to = put_number(to, numbers[i]);
        *to++ = i + 1 < count ? ' ' : '\n';
    }
    call(SYS_write, 1, line, to - line, 0);
}

void _start(void)
{
    struct pollfd devices[DEVICES];
    struct event event;
    char name[] = "/dev/input/event0";
    long count = 0;
    for (; count < DEVICES; count++, name[sizeof name - 2]++) {
        long fd = call(SYS_openat, AT_FDCWD, name, O_NONBLOCK, 0);
        if (fd < 0)
            break;
        devices[count] = (struct pollfd){ (int)fd, POLLIN, 0 };
    }
    call(SYS_write, 1, "reading\n", 8, 0);
    for (;;) {
        call(SYS_ppoll, (long)devices, (const void *)count, 0, 0);
        for (long i = count; i-- > 0;)
            while (call(SYS_read, devices[i].fd, &event, sizeof event, 0) == sizeof event)
                if (event.type != EV_SYN)
                    say((const long[]){ i, event.type, event.code, event.value }, 4);
    }
}
