/* SPDX-License-Identifier: MIT */
/* Random breakpoints, watchpoints and steps, and small routines that run into them or not: a line for each case says what happened.
   debug_qemu.sh compares the lines of our machine with QEMU's. References are to the Arm ARM (DDI 0487).

     CASE EL ROUTINE ADDRESS what was set | what happened | what of it is not the same everywhere

   A case ends with the routine's SVC or its first exception of any kind. After one of debugging, what is left of it runs from there with
   debugging off, and a hash over registers and memory says whether anything was done twice or lost. */
#include "tests/support/bare_guest.h"

#ifndef CASES
#define CASES 3000
#endif
#ifndef SEED
#define SEED 1
#endif

enum { BREAKPOINTS = 6, WATCHPOINTS = 4, FIRST_CONTEXT = 4 };

/* Where all of it is for the guest: one page of code, four of data and a hole behind them; once below, once above (TTBR1). */
#define CODE 0x0080000000ull
#define DATA 0x0080010000ull
#define HIGH 0xffffff8000000000ull
enum { PAGE = 4096, DATA_PAGES = 4 };

static uint8_t data[DATA_PAGES * PAGE] __attribute__((aligned(4096)));
static uint64_t gigabytes[512] __attribute__((aligned(4096))), megabytes[512] __attribute__((aligned(4096))),
                pages[512] __attribute__((aligned(4096))), high_gigabytes[512] __attribute__((aligned(4096)));

/* ---- routines: X0 is an address in the data; each ends with an SVC ---- */

/* Name, bytes that it accesses from X0 + offset on, offset, text. */
#define ROUTINES(R) \
    R(ldrb, 1, 0, "ldrb w1, [x0]") R(ldrsb, 1, 0, "ldrsb x1, [x0]") R(ldrh, 2, 0, "ldrh w1, [x0]") \
    R(ldr_w, 4, 0, "ldr w1, [x0]") R(ldr_x, 8, 0, "ldr x1, [x0]") R(ldrsw, 4, 4, "ldrsw x1, [x0, #4]!") \
    R(ldr_post, 8, 0, "ldr x1, [x0], #8") R(ldr_b, 1, 0, "ldr b0, [x0]") R(ldr_q, 16, 0, "ldr q0, [x0]") \
    R(ldp_w, 8, 0, "ldp w1, w2, [x0]") R(ldp_x, 16, 0, "ldp x1, x2, [x0]") R(ldp_q, 32, 0, "ldp q0, q1, [x0]") \
    R(ldnp, 16, 16, "ldnp x1, x2, [x0, #16]") R(ldpsw, 8, -8, "ldpsw x1, x2, [x0, #-8]!") \
    R(ldtr, 8, 0, "ldtr x1, [x0]") R(sttr, 4, 0, "sttr w3, [x0]") R(ldtrb, 1, 1, "ldtrb w1, [x0, #1]") \
    R(strb, 1, 0, "strb w3, [x0]") R(strh, 2, 0, "strh w3, [x0]") R(str_w, 4, 0, "str w3, [x0]") \
    R(str_x, 8, 0, "str x3, [x0]") R(str_pre, 8, 8, "str x3, [x0, #8]!") R(str_q, 16, 0, "str q2, [x0]") \
    R(stp_w, 8, 0, "stp w3, w4, [x0]") R(stp_x, 16, 0, "stp x3, x4, [x0]") R(stp_q, 32, 0, "stp q2, q3, [x0]") \
    R(stp_post, 16, 0, "stp x3, x4, [x0], #16") R(stnp, 8, 0, "stnp w3, w4, [x0]") \
    R(ldar, 4, 0, "ldar w1, [x0]") R(stlr, 8, 0, "stlr x3, [x0]") \
    R(exclusive, 4, 0, "ldxr w1, [x0]\n stxr w5, w3, [x0]") R(exclusive_pair, 16, 0, "ldaxp x1, x2, [x0]\n stlxp w5, x3, x4, [x0]") \
    R(stxr_alone, 8, 0, "clrex\n stxr w5, x3, [x0]") \
    R(ld1, 16, 0, "ld1 {v0.16b}, [x0]") R(ld2, 32, 0, "ld2 {v0.8h, v1.8h}, [x0]") R(ld1_lane, 4, 0, "ld1 {v0.s}[1], [x0]") \
    R(st1, 32, 0, "st1 {v2.2d, v3.2d}, [x0]") R(st4, 32, 0, "st4 {v2.8b, v3.8b, v4.8b, v5.8b}, [x0]") \
    R(st1_lane, 1, 0, "st1 {v2.b}[3], [x0]") \
    R(dc_zva, 64, 0, "dc zva, x0") R(dc_civac, 0, 0, "dc civac, x0") R(dc_cvau, 0, 0, "dc cvau, x0") \
    R(prfm, 0, 0, "prfm pldl1keep, [x0]") R(load_store, 8, 0, "ldr x1, [x0]\n str x3, [x0]\n ldrb w2, [x0, #3]") \
    R(copy, 16, 0, "ldp x1, x2, [x0]\n add x1, x1, #1\n stp x1, x2, [x0]") \
    R(nops, 0, 0, "nop\n nop\n nop\n nop\n nop\n nop") R(add, 0, 0, "add x1, x1, #1\n add x1, x1, #2\n sub x1, x1, #3") \
    R(forward, 0, 0, "b 2f\n nop\n 2: add x1, x1, #1") R(loop, 0, 0, "mov x1, #5\n 2: subs x1, x1, #1\n b.ne 2b") \
    R(call, 0, 0, "mov x9, x30\n bl 2f\n b 3f\n 2: add x1, x1, #1\n ret\n 3: mov x30, x9") \
    R(by_register, 0, 0, "adr x1, 2f\n br x1\n nop\n 2: nop") R(test_bit, 0, 0, "tbz x0, #0, 2f\n nop\n 2: cbz xzr, 3f\n nop\n 3: nop") \
    R(brk, 0, 0, "nop\n brk #7\n nop") R(undefined, 0, 0, "nop\n udf #1\n nop") R(literal, 0, 0, "ldr x1, 2f\n b 3f\n 2: nop\n nop\n 3: nop")

#define TEXT(name, length, offset, text) "routine_" #name ": " text "\n svc #0\n"
__asm__(".balign 4096\nroutines:\n" ROUTINES(TEXT) ".balign 4096\n");
extern const uint8_t routines[];

#define SYMBOL(name, length, offset, text) extern const uint8_t routine_##name[];
ROUTINES(SYMBOL)

static const struct routine { const uint8_t *at; int length, offset; const char *name; } table[] = {
#define ROW(name, length, offset, text) { routine_##name, length, offset, #name },
    ROUTINES(ROW)
};
enum { ROUTINE_COUNT = sizeof table / sizeof *table };

/* ---- going there, and what came of it ---- */

struct registers { uint64_t x[16], elr, spsr, esr, far, vector, link; };   /* X0 to X11, V0 and V1 in x[] */

/* Runs from elr with spsr, X0 to X11 and X30 until the next exception. */
void enter(struct registers *r);
extern const uint8_t vectors[];
struct registers *entered;

__asm__("enter: adrp x1, entered\n"
        "   str x0, [x1, :lo12:entered]\n"
        "   stp x19, x20, [sp, #-96]!\n   stp x21, x22, [sp, #16]\n   stp x23, x24, [sp, #32]\n   stp x25, x26, [sp, #48]\n"
        "   stp x27, x28, [sp, #64]\n   stp x29, x30, [sp, #80]\n"
        "   ldp x1, x2, [x0, #128]\n   msr elr_el1, x1\n   msr spsr_el1, x2\n"
        "   ldp x2, x3, [x0, #16]\n   ldp x4, x5, [x0, #32]\n   ldp x6, x7, [x0, #48]\n"
        "   ldp x8, x9, [x0, #64]\n   ldp x10, x11, [x0, #80]\n"
        "   fmov d2, x3\n   fmov d3, x4\n   mov v2.d[1], x4\n   mov v3.d[1], x3\n   dup v4.2d, x3\n   dup v5.2d, x4\n"
        "   movi v0.16b, #0x55\n   movi v1.16b, #0xaa\n"
        "   ldr x30, [x0, #168]\n"
        "   ldp x0, x1, [x0]\n"
        "   eret\n"
        "left: adrp x16, entered\n"
        "   ldr x16, [x16, :lo12:entered]\n"
        "   stp x0, x1, [x16]\n   stp x2, x3, [x16, #16]\n   stp x4, x5, [x16, #32]\n   stp x6, x7, [x16, #48]\n"
        "   stp x8, x9, [x16, #64]\n   stp x10, x11, [x16, #80]\n"
        "   mov x0, v0.d[0]\n   mov x1, v0.d[1]\n   stp x0, x1, [x16, #96]\n"
        "   mov x0, v1.d[0]\n   mov x1, v1.d[1]\n   stp x0, x1, [x16, #112]\n"
        "   mrs x0, elr_el1\n   mrs x1, spsr_el1\n   stp x0, x1, [x16, #128]\n"
        "   mrs x0, esr_el1\n   mrs x1, far_el1\n   stp x0, x1, [x16, #144]\n"
        "   stp x17, x30, [x16, #160]\n"
        "   ldp x21, x22, [sp, #16]\n   ldp x23, x24, [sp, #32]\n   ldp x25, x26, [sp, #48]\n   ldp x27, x28, [sp, #64]\n"
        "   ldp x29, x30, [sp, #80]\n   ldp x19, x20, [sp], #96\n"
        "   ret\n"
        ".balign 2048\n"
        "vectors:\n"
        ".irp vector, 0, 0x80, 0x100, 0x180, 0x200, 0x280, 0x300, 0x380, 0x400, 0x480, 0x500, 0x580, 0x600, 0x680, 0x700, 0x780\n"
        "   .balign 128\n   mov x17, #\\vector\n   b left\n"
        ".endr\n"
        ".balign 128\n");

#define READ(name) ({ uint64_t value; __asm__ volatile("mrs %0, " name : "=r"(value)); value; })
#define WRITE(name, value) __asm__ volatile("msr " name ", %0" : : "r"((uint64_t)(value)))
#define ISB() __asm__ volatile("isb" ::: "memory")

/* Blocks of a gigabyte (D5.3): devices below, RAM; the third gigabyte is a table down to pages, also at the bottom of TTBR1. */
static void translate(void)
{
    enum { BLOCK = 1, TABLE = 3, AF = 1 << 10, SHARED = 3 << 8, DEVICE = 1 << 2, EL0 = 1 << 6, READ_ONLY = 1 << 7 };
    gigabytes[0] = 0 | BLOCK | AF | DEVICE;
    gigabytes[1] = 0x40000000 | BLOCK | AF | SHARED;
    gigabytes[2] = high_gigabytes[2] = (uint64_t)megabytes | TABLE;
    megabytes[0] = (uint64_t)pages | TABLE;
    pages[0] = (uint64_t)routines | TABLE | AF | SHARED | EL0 | READ_ONLY;
    for (unsigned i = 0; i < DATA_PAGES; i++)
        pages[16 + i] = (uint64_t)(data + i * PAGE) | TABLE | AF | SHARED | EL0;
    WRITE("mair_el1", 0x00ff);
    WRITE("tcr_el1", 25 | 1 << 8 | 1 << 10 | 3 << 12 | 25 << 16 | 1 << 24 | 1 << 26 | 3 << 28 | 2ull << 30 | 1ull << 37);
    WRITE("ttbr0_el1", (uint64_t)gigabytes);
    WRITE("ttbr1_el1", (uint64_t)high_gigabytes);
    ISB();
    WRITE("sctlr_el1", READ("sctlr_el1") | 1 | 1 << 2 | 1 << 12 | 1 << 14 | 1 << 15 | 1 << 26);   /* M, C, I, DZE, UCT, UCI */
    WRITE("cpacr_el1", 3 << 20);
    WRITE("vbar_el1", (uint64_t)vectors);
    ISB();
}

/* ---- chance ---- */

static uint64_t random = SEED * 0x9e3779b97f4a7c15ull | 1;

static unsigned below(unsigned n)
{
    random = next_random(random);
    return (unsigned)(random >> 32) % n;
}

static unsigned pick(const uint8_t *weights)      /* ends with 0 */
{
    unsigned sum = 0, n = 0;
    for (const uint8_t *w = weights; *w; w++)
        sum += *w;
    unsigned left = below(sum);
    while (left >= weights[n])
        left -= weights[n++];
    return n;
}

/* ---- settings ---- */

struct setting { uint64_t value, control; };

static struct setting breakpoints[BREAKPOINTS], watchpoints[WATCHPOINTS];

static void write_breakpoint(unsigned n, struct setting s)
{
#define BREAKPOINT(k) case k: WRITE("dbgbvr" #k "_el1", s.value); WRITE("dbgbcr" #k "_el1", s.control); break;
    switch (n) { BREAKPOINT(0) BREAKPOINT(1) BREAKPOINT(2) BREAKPOINT(3) BREAKPOINT(4) BREAKPOINT(5) }
}

static void write_watchpoint(unsigned n, struct setting s)
{
#define WATCHPOINT(k) case k: WRITE("dbgwvr" #k "_el1", s.value); WRITE("dbgwcr" #k "_el1", s.control); break;
    switch (n) { WATCHPOINT(0) WATCHPOINT(1) WATCHPOINT(2) WATCHPOINT(3) }
}

static const uint32_t contexts[] = { 0, 1, 0x80000001, 0xffffffff };

/* E, PMC or PAC, HMC and SSC, LBN. */
static uint64_t common_control(void)
{
    return (below(10) != 0) | (uint64_t)(below(6) ? below(3) + 1 : 0) << 1 | (uint64_t)(below(20) ? 0 : below(8)) << 13
           | (uint64_t)(below(3) ? FIRST_CONTEXT + below(2) : below(16)) << 16;
}

static struct setting random_breakpoint(uint64_t code, unsigned words)
{
    static const uint8_t types[] = { 60, 20, 4, 30, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0 };
    struct setting s = { code + 4 * below(words + 2), common_control() };
    uint64_t type = pick(types);
    if (type == 2 || type == 3)
        s.value = contexts[below(4)] | (uint64_t)(below(4) ? 0 : 1) << 33;
    else if (!below(16))
        s.value ^= 1ull << below(64);
    s.control |= type << 20 | (uint64_t)(below(16) ? 15 : below(16)) << 5;
    return s;
}

static struct setting random_watchpoint(uint64_t address)
{
    static const uint8_t bytes[] = { 0xff, 0x0f, 0xf0, 0x03, 0x0c, 0x30, 0xc0, 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x7e,
                                     0x1c };
    struct setting s = { (address & ~3ull) + 4 * below(12) - 16, common_control() };
    uint64_t mask = below(4) ? 0 : below(8) ? 3 + below(10) : below(2) ? 1 + below(2) : below(32), bas = bytes[below(sizeof bytes)];
    if (below(2))
        s.value &= ~7ull;
    if (mask) {
        bas = below(16) ? 0xff : bas;
        s.value &= below(16) ? ~((1ull << mask) - 1) : ~0ull;
    } else if (!below(16))
        bas = below(256);
    if (!below(16))
        s.value ^= 1ull << below(64);
    s.control |= (uint64_t)(below(8) ? below(3) + 1 : 0) << 3 | bas << 5 | (uint64_t)!below(4) << 20 | mask << 24;
    return s;
}

/* ---- what is not the same everywhere ---- */

/* The letters that debug_qemu.sh explains, in this order. */
enum { STATES = 1, TYPE = 2, MASK = 4, ADDRESS = 8, LOCK = 16, UNALIGNED = 32, FAILING = 64, PARTS = 128 };

static void put_choices(unsigned choices)
{
    for (const char *letter = "stmaluxp"; *letter; letter++, choices >>= 1)
        put(choices & 1 ? *letter : '-');
}

static unsigned field(uint64_t value, unsigned low, unsigned width)
{
    return (unsigned)(value >> low) & ((1u << width) - 1);
}

/* RESS: bits 63 to 49 are copies of bit 48, or it is not said whether they are compared. */
static int is_odd_address(uint64_t value)
{
    return (uint64_t)((int64_t)(value << 15) >> 15) != value;
}

static unsigned breakpoint_choices(struct setting s)
{
    unsigned type = field(s.control, 20, 4);
    if (!(s.control & 1))
        return 0;
    return (field(s.control, 13, 3) ? STATES : 0) | (type > 3 || type == 2 ? TYPE : 0)
           | (type < 2 && is_odd_address(s.value) ? ADDRESS : 0);
}

static unsigned watchpoint_choices(struct setting s)
{
    unsigned mask = field(s.control, 24, 5);
    if (!(s.control & 1))
        return 0;
    return (field(s.control, 13, 3) ? STATES : 0) | (mask == 1 || mask == 2 ? MASK : 0) | (is_odd_address(s.value) ? ADDRESS : 0);
}

/* One element is not aligned to its size; a pair has two. */
static int is_unaligned(uint64_t address, const struct routine *routine)
{
    unsigned size = routine->length > 8 ? 8 : (unsigned)routine->length;
    return size && routine->at != routine_dc_zva && (address + (uint64_t)routine->offset) & (size - 1);
}

static uint64_t first_byte(uint64_t address, const struct routine *routine)
{
    return routine->at == routine_dc_zva ? address & ~63ull : address + (uint64_t)routine->offset;
}

/* The first part of it may be done when the second is refused: by the hole, or by a watchpoint when it cannot be tried again. */
static int has_parts(uint64_t address, const struct routine *routine)
{
    uint64_t at = first_byte(address, routine) & 0xffff;
    return (at < sizeof data && at + (uint64_t)routine->length > sizeof data) || routine->at == routine_exclusive_pair;
}

/* ---- a case ---- */

enum { SVC = 0x15, KDE = 1 << 13, MDE = 1 << 15, SS = 1, SPSR_D = 1 << 9, SPSR_AIF = 7 << 6, SPSR_SS = 1 << 21, EL1H = 5 };

static void put_settings(char kind, const struct setting *s, unsigned count)
{
    for (unsigned n = 0; n < count; n++)
        if (s[n].control & 1) {
            put(' ');
            put(kind);
            put_decimal(n);
            put('=');
            put_hex(s[n].value, 0);
            put(':');
            put_hex(s[n].control, 0);
        }
}

/* The bytes around an address, which is all that a case can change, as they were at the start. */
static uint8_t *window(uint64_t address, unsigned *size)
{
    uint64_t at = (address & 0xffff) < sizeof data ? address & 0xffff : sizeof data;
    uint64_t first = at < 64 ? 0 : (at - 64) & ~63ull, end = first + 256 < sizeof data ? first + 256 : sizeof data;
    *size = (unsigned)(end - first);
    return data + first;
}

static void fill(uint8_t *from, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        from[i] = (uint8_t)((from - data + i) * 7 + ((from - data + i) >> 8));
}

static uint64_t hash(uint64_t sum, const void *from, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        sum = (sum ^ ((const uint8_t *)from)[i]) * 0x100000001b3;      /* FNV-1a */
    return sum;
}

/* Where FAR points to: of a watchpoint it may be anything from the first byte accessed to the last byte watched (D2.10.5); then a
   dot stands for it. */
static void put_far(const struct registers *r, uint64_t address, const struct routine *routine)
{
    unsigned ec = (unsigned)(r->esr >> 26);
    uint64_t far = r->far << 8, first = first_byte(address, routine) << 8;
    int is_watchpoint = ec == 0x34 || ec == 0x35;
    if (is_watchpoint && far - first < (uint64_t)(routine->length) << 8)
        put('.');
    else if (is_watchpoint || ec == 0x24 || ec == 0x25)
        put_hex(r->far - address, 16);
    else
        put('-');
}

static void debug_off(void)
{
    WRITE("mdscr_el1", 0);
    ISB();
}

static void run_case(unsigned number)
{
    const struct routine *routine = &table[below(ROUTINE_COUNT)];
    unsigned words = routine + 1 < table + ROUTINE_COUNT ? (unsigned)(routine[1].at - routine->at) / 4 : 4, el = below(2);
    uint64_t above = below(4) ? 0 : HIGH;
    uint64_t code = above + CODE + (uint64_t)(routine->at - routines);
    uint64_t address = above + DATA + (below(3) ? 64 + below(128) : PAGE * (1 + below(DATA_PAGES)) - 32 + below(64));
    if (!routine->length && (address & 0xffff) >= sizeof data)
        address -= 64;                    /* QEMU has no caches, so it does not translate for their maintenance */
    if (below(4))
        address &= ~7ull;
    if (!below(16))
        address |= 0x5aull << 56;         /* a tag, which TBI0 leaves out of addresses below */
    for (unsigned n = 0; n < BREAKPOINTS; n++) {
        breakpoints[n] = below(3) && n < FIRST_CONTEXT ? (struct setting){ 0, 0 } : random_breakpoint(code, words);
        write_breakpoint(n, breakpoints[n]);
    }
    for (unsigned n = 0; n < WATCHPOINTS; n++) {
        watchpoints[n] = below(2) ? (struct setting){ 0, 0 } : random_watchpoint(address);
        write_watchpoint(n, watchpoints[n]);
    }
    uint32_t context = contexts[below(4)];
    unsigned mdscr = (below(10) ? MDE : 0) | (below(8) ? KDE : 0) | (below(10) ? 0 : SS), locked = !below(16);
    static struct registers r;
    r.elr = code;
    r.spsr = SPSR_AIF | (el ? EL1H : 0) | (below(8) ? 0 : SPSR_D) | (below(2) ? SPSR_SS : 0);
    for (unsigned i = 0; i < 16; i++)
        r.x[i] = random = next_random(random);
    r.x[0] = address;
    uint64_t spsr = r.spsr;

    put_decimal(number);
    put_text(el ? " EL1 " : " EL0 ");
    put_text(routine->name);
    put(' ');
    put_hex(address, 0);
    put_text(" mdscr=");
    put_hex(mdscr, 0);
    put_text(locked ? " locked" : "");
    put_text(" spsr=");
    put_hex(spsr, 0);
    put_text(" ctx=");
    put_hex(context, 0);
    put_settings('b', breakpoints, BREAKPOINTS);
    put_settings('w', watchpoints, WATCHPOINTS);

    WRITE("contextidr_el1", context);
    WRITE("oslar_el1", locked);
    WRITE("mdscr_el1", mdscr);
    ISB();
    enter(&r);
    debug_off();
    put_text(" | ");
    put_hex(r.esr, 8);
    put_text(" at ");
    put_hex(r.elr - code, 8);
    put_text(" far ");
    put_far(&r, address, routine);
    put_text(" vector ");
    put_hex(r.vector, 3);
    put_text(" spsr ");
    put_hex(r.spsr, 8);

    /* The rest of it, unless it went where it would go for ever. */
    unsigned ec = (unsigned)(r.esr >> 26);
    if (ec >= 0x30 && ec <= 0x35) {
        r.spsr &= ~(uint64_t)SPSR_SS;
        enter(&r);
        put_text(" then ");
        put_hex(r.esr, 8);
        put_text(" at ");
        put_hex(r.elr - code, 8);
    }
    unsigned size;
    uint8_t *changed = window(address, &size);
    uint64_t sum = hash(hash(0xcbf29ce484222325, r.x, sizeof r.x), changed, size);
    fill(changed, size);
    put_text(" sum ");
    put_hex(sum, 16);
    put_text(" | ");
    unsigned choices = (locked ? LOCK : 0) | (is_unaligned(address, routine) ? UNALIGNED : 0)
                       | (routine->at == routine_stxr_alone ? FAILING : 0)
                       | (has_parts(address, routine) ? PARTS : 0);
    for (unsigned n = 0; n < BREAKPOINTS; n++)
        choices |= breakpoint_choices(breakpoints[n]);
    for (unsigned n = 0; n < WATCHPOINTS; n++)
        choices |= watchpoint_choices(watchpoints[n]);
    put_choices(choices);
    put('\n');
}

void run(void)
{
    fill(data, sizeof data);
    translate();
    __asm__ volatile("msr daifset, #15");
    for (unsigned number = 0; number < CASES; number++)
        run_case(number);
}
