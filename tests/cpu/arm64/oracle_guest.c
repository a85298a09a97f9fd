/* SPDX-License-Identifier: MIT */
/* Runs instructions on the processor it finds itself on (QEMU's, or a real one). Standard input is a file of struct
   oracle_case, what comes out is one struct oracle_state for each. Made for aarch64-linux without a C library, which may be
   missing; and a second time for big-endian data. The files are little-endian both times. */
#include <stddef.h>

#include "tests/cpu/arm64/oracle_layout.h"

enum { SYS_read = 63, SYS_write = 64, SYS_exit = 93, SYS_sigaltstack = 132, SYS_rt_sigaction = 134, SYS_mmap = 222 };
enum { SIGILL = 4, SIGTRAP = 5, SIGBUS = 7, SIGSEGV = 11, SA_SIGINFO = 4, SA_ONSTACK = 0x08000000 };
enum { PROT_RW = 3, PROT_RWX = 7, MAP_PRIVATE_FIXED_ANONYMOUS = 0x32 };

/* Where Linux keeps the registers in struct ucontext: uc_mcontext is at 176, its first extension record the FP state. */
enum {
    UCONTEXT_X = 184, UCONTEXT_SP = 432, UCONTEXT_PC = 440, UCONTEXT_PSTATE = 448, UCONTEXT_FPSR = 472, UCONTEXT_FPCR = 476,
    UCONTEXT_V = 480
};

void _start(void);
void run(const struct oracle_state *start, struct oracle_state *end, uint64_t slot);
extern char run_save[], run_restore[];

static struct oracle_case cases[ORACLE_BATCH];
static struct oracle_state ends[ORACLE_BATCH], *current;
static char signal_stack[65536] __attribute__((aligned(16)));

/* X0..X30 are at 0, SP at 248, V at 256, NZCV, FPCR and FPSR from 768 of struct oracle_state. All registers belong to the case,
   so it is entered by way of X30, which the slot then loads, and left with X30 kept in TPIDR_EL0. */
__asm__(
    ".text\n"
    "run:\n"
    "    stp x29, x30, [sp, #-160]!\n"
    "    stp x19, x20, [sp, #16]\n    stp x21, x22, [sp, #32]\n    stp x23, x24, [sp, #48]\n"
    "    stp x25, x26, [sp, #64]\n    stp x27, x28, [sp, #80]\n"
    "    stp d8, d9, [sp, #96]\n    stp d10, d11, [sp, #112]\n    stp d12, d13, [sp, #128]\n    stp d14, d15, [sp, #144]\n"
    "    adrp x3, run_frame\n    add x3, x3, :lo12:run_frame\n    mov x4, sp\n    stp x4, x1, [x3]\n"
    "    add x3, x0, #256\n"
    "    ld1 {v0.16b-v3.16b}, [x3], #64\n    ld1 {v4.16b-v7.16b}, [x3], #64\n"
    "    ld1 {v8.16b-v11.16b}, [x3], #64\n    ld1 {v12.16b-v15.16b}, [x3], #64\n"
    "    ld1 {v16.16b-v19.16b}, [x3], #64\n    ld1 {v20.16b-v23.16b}, [x3], #64\n"
    "    ld1 {v24.16b-v27.16b}, [x3], #64\n    ld1 {v28.16b-v31.16b}, [x3], #64\n"
    "    ldp w4, w5, [x3]\n    ldr w6, [x3, #8]\n"
    "    msr nzcv, x4\n    msr fpcr, x5\n    msr fpsr, x6\n"
    "    ldr x4, [x0, #248]\n    mov sp, x4\n    mov x30, x2\n"
    "    ldp x2, x3, [x0, #16]\n    ldp x4, x5, [x0, #32]\n    ldp x6, x7, [x0, #48]\n    ldp x8, x9, [x0, #64]\n"
    "    ldp x10, x11, [x0, #80]\n    ldp x12, x13, [x0, #96]\n    ldp x14, x15, [x0, #112]\n    ldp x16, x17, [x0, #128]\n"
    "    ldp x18, x19, [x0, #144]\n    ldp x20, x21, [x0, #160]\n    ldp x22, x23, [x0, #176]\n    ldp x24, x25, [x0, #192]\n"
    "    ldp x26, x27, [x0, #208]\n    ldp x28, x29, [x0, #224]\n    ldp x0, x1, [x0]\n"
    "    br x30\n"
    "run_save:\n"
    "    adrp x30, run_frame\n    add x30, x30, :lo12:run_frame\n    ldr x30, [x30, #8]\n"
    "    stp x0, x1, [x30]\n    stp x2, x3, [x30, #16]\n    stp x4, x5, [x30, #32]\n    stp x6, x7, [x30, #48]\n"
    "    stp x8, x9, [x30, #64]\n    stp x10, x11, [x30, #80]\n    stp x12, x13, [x30, #96]\n    stp x14, x15, [x30, #112]\n"
    "    stp x16, x17, [x30, #128]\n    stp x18, x19, [x30, #144]\n    stp x20, x21, [x30, #160]\n    stp x22, x23, [x30, #176]\n"
    "    stp x24, x25, [x30, #192]\n    stp x26, x27, [x30, #208]\n    stp x28, x29, [x30, #224]\n"
    "    mrs x0, tpidr_el0\n    mov x1, sp\n    stp x0, x1, [x30, #240]\n"
    "    add x0, x30, #256\n"
    "    st1 {v0.16b-v3.16b}, [x0], #64\n    st1 {v4.16b-v7.16b}, [x0], #64\n"
    "    st1 {v8.16b-v11.16b}, [x0], #64\n    st1 {v12.16b-v15.16b}, [x0], #64\n"
    "    st1 {v16.16b-v19.16b}, [x0], #64\n    st1 {v20.16b-v23.16b}, [x0], #64\n"
    "    st1 {v24.16b-v27.16b}, [x0], #64\n    st1 {v28.16b-v31.16b}, [x0], #64\n"
    "    mrs x1, nzcv\n    mrs x2, fpcr\n    mrs x3, fpsr\n    stp w1, w2, [x0]\n    str w3, [x0, #8]\n"
    "run_restore:\n"
    "    msr fpcr, xzr\n    adrp x0, run_frame\n    add x0, x0, :lo12:run_frame\n    ldr x0, [x0]\n    mov sp, x0\n"
    "    ldp x19, x20, [sp, #16]\n    ldp x21, x22, [sp, #32]\n    ldp x23, x24, [sp, #48]\n"
    "    ldp x25, x26, [sp, #64]\n    ldp x27, x28, [sp, #80]\n"
    "    ldp d8, d9, [sp, #96]\n    ldp d10, d11, [sp, #112]\n    ldp d12, d13, [sp, #128]\n    ldp d14, d15, [sp, #144]\n"
    "    ldp x29, x30, [sp], #160\n"
    "    ret\n"
    ".local run_frame\n.comm run_frame, 16, 16\n");

static int64_t syscall6(int64_t n, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)
{
    register int64_t x8 __asm__("x8") = n;
    register uint64_t x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
    register uint64_t x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return (int64_t)x0;
}

/* gcc may make calls of these two out of assignments. */
void *memcpy(void *to, const void *from, size_t n)
{
    for (size_t i = 0; i < n / 8; i++)
        ((volatile uint64_t *)to)[i] = ((const uint64_t *)from)[i];
    return to;
}

void *memset(void *to, int byte, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ((volatile uint8_t *)to)[i] = (uint8_t)byte;
    return to;
}

/* Numbers of the files, and instruction words, as this program has them. */
static uint64_t turn64(uint64_t v) { return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(v) : v; }
static uint32_t turn32(uint32_t v) { return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap32(v) : v; }

/* Vectors and memory are bytes both times. */
static void turn_state(struct oracle_state *s)
{
    for (int i = 0; i < 31; i++)
        s->x[i] = turn64(s->x[i]);
    s->sp = turn64(s->sp);
    s->nzcv = turn32(s->nzcv);
    s->fpcr = turn32(s->fpcr);
    s->fpsr = turn32(s->fpsr);
    s->outcome = turn32(s->outcome);
}

/* Linux keeps a vector as one number of 128 bits. */
static void copy_vectors(uint64_t to[32][2], const uint64_t from[32][2])
{
    for (int i = 0; i < 32; i++)
        for (int j = 0; j < 2; j++)
            to[i][j] = turn64(from[i][turn64(1) == 1 ? j : 1 - j]);
}

static void on_signal(int signal, void *info, void *context)
{
    const char *uc = context;
    (void)info;
    memcpy(current->x, uc + UCONTEXT_X, sizeof current->x);
    copy_vectors(current->v, (const uint64_t(*)[2])(uc + UCONTEXT_V));
    current->sp = *(const uint64_t *)(uc + UCONTEXT_SP);
    current->nzcv = (uint32_t)*(const uint64_t *)(uc + UCONTEXT_PSTATE) & 0xf0000000;
    current->fpsr = *(const uint32_t *)(uc + UCONTEXT_FPSR);
    current->fpcr = *(const uint32_t *)(uc + UCONTEXT_FPCR);
    current->outcome = signal == SIGILL || signal == SIGTRAP ? ORACLE_UNDEFINED : ORACLE_FAULT;
    *(uint64_t *)((char *)context + UCONTEXT_PC) = (uint64_t)run_restore;
}

static void catch_signals(void)
{
    static const uint8_t signals[] = { SIGILL, SIGTRAP, SIGBUS, SIGSEGV };
    struct { void *base; int flags; uint64_t size; } stack = { signal_stack, 0, sizeof signal_stack };
    struct { void (*handler)(int, void *, void *); uint64_t flags, restorer, mask; } action = { .handler = on_signal };
    action.flags = SA_SIGINFO | SA_ONSTACK;
    syscall6(SYS_sigaltstack, (uint64_t)&stack, 0, 0, 0, 0, 0);
    for (unsigned i = 0; i < sizeof signals; i++)
        syscall6(SYS_rt_sigaction, signals[i], (uint64_t)&action, 0, 8, 0, 0);
}

static void map(uint64_t va, uint64_t size, int protection)
{
    if (syscall6(SYS_mmap, va, size, (uint64_t)protection, MAP_PRIVATE_FIXED_ANONYMOUS, (uint64_t)-1, 0) != (int64_t)va)
        syscall6(SYS_exit, 2, 0, 0, 0, 0, 0);
}

static unsigned read_cases(void)
{
    uint64_t got = 0;
    int64_t n;
    while (got < sizeof cases && (n = syscall6(SYS_read, 0, (uint64_t)cases + got, sizeof cases - got, 0, 0, 0)) > 0)
        got += (uint64_t)n;
    return (unsigned)(got / sizeof cases[0]);
}

static void write_ends(unsigned count)
{
    uint64_t put = 0, size = count * sizeof ends[0];
    int64_t n;
    while (put < size && (n = syscall6(SYS_write, 1, (uint64_t)ends + put, size - put, 0, 0, 0)) > 0)
        put += (uint64_t)n;
    syscall6(SYS_exit, put == size ? 0 : 3, 0, 0, 0, 0, 0);
}

static void write_slot(const struct oracle_case *c, uint64_t slot)
{
    enum { LDR_X30 = 0x5800001e, MSR_TPIDR_X30 = 0xd51bd05e, B = 0x14000000 };
    uint32_t *w = (uint32_t *)slot;
    w[0] = turn32(LDR_X30 | ORACLE_SLOT_X30 / 4 << 5);
    for (int i = 0; i < ORACLE_INSNS; i++)
        w[ORACLE_SLOT_INSNS / 4 + i] = c->insn[i];
    w[ORACLE_SLOT_EXIT / 4] = turn32(MSR_TPIDR_X30);
    w[ORACLE_SLOT_EXIT / 4 + 1] = turn32(B | (((uint64_t)run_save - slot - ORACLE_SLOT_EXIT - 4) >> 2 & 0x3ffffff));
    for (int i = 0; i < ORACLE_DATA; i++)
        w[ORACLE_SLOT_DATA / 4 + i] = c->data[i];
    *(uint64_t *)(slot + ORACLE_SLOT_X30) = c->start.x[30];
}

/* No processor has cache lines below 16 bytes. */
static void clean_code(uint64_t va, uint64_t size)
{
    for (uint64_t i = 0; i < size; i += 16)
        __asm__ volatile("dc cvau, %0" : : "r"(va + i) : "memory");
    __asm__ volatile("dsb ish" : : : "memory");
    for (uint64_t i = 0; i < size; i += 16)
        __asm__ volatile("ic ivau, %0" : : "r"(va + i) : "memory");
    __asm__ volatile("dsb ish; isb" : : : "memory");
}

/* All slots are written before the first is run, so that QEMU need not translate any code twice. */
void _start(void)
{
    unsigned count = read_cases();
    map(ORACLE_CODE_VA, ORACLE_BATCH * ORACLE_SLOT, PROT_RWX);
    map(ORACLE_PAGES_VA, ORACLE_PAGES_SIZE, PROT_RW);
    catch_signals();
    for (unsigned i = 0; i < count; i++) {
        turn_state(&cases[i].start);
        write_slot(&cases[i], ORACLE_CODE_VA + i * ORACLE_SLOT);
    }
    clean_code(ORACLE_CODE_VA, count * ORACLE_SLOT);
    for (unsigned i = 0; i < count; i++) {
        current = &ends[i];
        memcpy((void *)ORACLE_MEMORY_VA, cases[i].start.memory, ORACLE_MEMORY);
        run(&cases[i].start, current, ORACLE_CODE_VA + i * ORACLE_SLOT);
        memcpy(current->memory, (void *)ORACLE_MEMORY_VA, ORACLE_MEMORY);
        turn_state(current);
    }
    write_ends(count);
}
