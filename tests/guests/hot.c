/* SPDX-License-Identifier: MIT */
/* A program of arm64 Linux for test_perf.py, whose counts are known beforehand. Without a C library, so that nothing else is
   counted:  hot spin N | chase N | toss N | self N */
#include <stdint.h>

enum { SYS_close = 57, SYS_read = 63, SYS_write = 64, SYS_exit = 93, SYS_mmap = 222, SYS_perf_event_open = 241 };
enum { PROT_READ = 1, PROT_WRITE = 2, MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_ANONYMOUS = 32 };

static long call(long number, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}

static void put(const char *text)
{
    long length = 0;
    while (text[length])
        length++;
    call(SYS_write, 1, (long)text, length, 0, 0, 0);
}

static void put_number(const char *name, uint64_t n)
{
    char text[24], *p = text + sizeof text;
    *--p = 0;
    *--p = '\n';
    do
        *--p = (char)('0' + n % 10);
    while (n /= 10);
    put(name);
    put(p);
}

/* Four instructions a round, no memory, one branch that is taken but for the last time. */
__attribute__((noinline)) void hot_spin(uint64_t n)
{
    __asm__ volatile("1: add x9, x9, #1\n\teor x10, x9, x10\n\tsubs %0, %0, #1\n\tb.ne 1b" : "+r"(n) : : "x9", "x10", "cc");
}

enum { LINE = 64, LINES = 1 << 17 };   /* 8 MiB: far more than the second-level cache */

/* Each load depends on the one before and is of another line, in an order that no prefetcher follows. */
__attribute__((noinline)) void hot_chase(char *memory, uint64_t n)
{
    __asm__ volatile("1: ldr %0, [%0]\n\tsubs %1, %1, #1\n\tb.ne 1b" : "+r"(memory), "+r"(n) : : "cc", "memory");
}

/* A branch by a bit of a random generator, six instructions a round and one more when the branch is not taken. */
__attribute__((noinline)) void hot_toss(uint64_t n)
{
    __asm__ volatile("1: eor x9, x9, x9, lsl #13\n\teor x9, x9, x9, lsr #7\n\teor x9, x9, x9, lsl #17\n\t"
                     "tbz x9, #20, 2f\n\tadd x10, x10, #1\n2: subs %0, %0, #1\n\tb.ne 1b"
                     : "+r"(n) : : "x9", "x10", "cc");
}

__attribute__((noinline)) static char *make_chain(void)
{
    char *memory = (char *)call(SYS_mmap, 0, (long)LINES * LINE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint32_t at = 0;
    for (uint32_t i = 0; i < LINES; i++) {   /* a full period generator modulo LINES */
        uint32_t next = (at * 1664525u + 1013904223u) & (LINES - 1);
        *(char **)(memory + (uint64_t)at * LINE) = memory + (uint64_t)next * LINE;
        at = next;
    }
    return memory;
}

/* ---- reading a counter without asking the kernel: perf_event_mmap_page, with kernel.perf_user_access = 1 ---- */

struct attributes {
    uint32_t type, size;
    uint64_t config, period, sample_type, read_format, flags;
    uint32_t wakeup, breakpoint;
    uint64_t config1, config2;
};

struct page {
    uint32_t version, compatible;
    volatile uint32_t lock, index;
    volatile int64_t offset;
    uint64_t enabled, running, capabilities;
    uint16_t width;
};

enum { TYPE_RAW = 4, INSTRUCTIONS = 8, EXCLUDE_KERNEL = 1 << 5, USER_ACCESS = 2 };

static uint64_t counter(uint32_t i)
{
    uint64_t value;
    if (i == 31) {
        __asm__ volatile("isb\n\tmrs %0, pmccntr_el0" : "=r"(value));
    } else {
        __asm__ volatile("msr pmselr_el0, %1\n\tisb\n\tmrs %0, pmxevcntr_el0" : "=r"(value) : "r"((uint64_t)i));
    }
    return value;
}

static uint64_t read_user(const struct page *page)
{
    uint32_t lock;
    uint64_t count;
    do {
        lock = page->lock;
        __asm__ volatile("dmb ish" : : : "memory");
        unsigned shift = 64 - page->width;
        count = (uint64_t)((int64_t)(counter(page->index - 1) << shift) >> shift) + (uint64_t)page->offset;
        __asm__ volatile("dmb ish" : : : "memory");
    } while (page->lock != lock);
    return count;
}

static int self(uint64_t n)
{
    struct attributes a = { .type = TYPE_RAW, .size = sizeof a, .config = INSTRUCTIONS, .flags = EXCLUDE_KERNEL,
                            .config1 = USER_ACCESS };
    long fd = call(SYS_perf_event_open, (long)&a, 0, -1, -1, 0, 0);
    if (fd < 0)
        return put_number("error ", (uint64_t)-fd), 1;
    const struct page *page = (const struct page *)call(SYS_mmap, 0, 4096, PROT_READ, MAP_SHARED, fd, 0);
    if (!(page->capabilities >> 2 & 1) || !page->index)
        return put("no user access\n"), 1;
    uint64_t before = read_user(page);
    hot_spin(n);
    uint64_t after = read_user(page), told;
    call(SYS_read, fd, (long)&told, 8, 0, 0, 0);
    put_number("counted ", after - before);
    put_number("kernel ", told - after);
    return 0;
}

static int is(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

__attribute__((used)) static void begin(long *stack)
{
    char **arguments = (char **)(stack + 1);
    uint64_t n = 0;
    int status = 0;
    for (const char *p = stack[0] == 3 ? arguments[2] : "0"; *p; p++)
        n = 10 * n + (uint64_t)(*p - '0');
    if (!n)
        status = 2;
    else if (is(arguments[1], "spin"))
        hot_spin(n);
    else if (is(arguments[1], "chase"))
        hot_chase(make_chain(), n);
    else if (is(arguments[1], "toss"))
        hot_toss(n);
    else
        status = self(n);
    call(SYS_exit, status, 0, 0, 0, 0, 0);
}

__asm__(".globl _start\n_start: mov x0, sp\n mov x29, #0\n mov x9, #77\n bl begin\n");
