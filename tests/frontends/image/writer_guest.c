/* SPDX-License-Identifier: MIT */
/* A guest without an operating system that writes to its virtio disk and says on the serial line what the disk said:
     E round block    a write failed       e round    a flush failed       F round    a flush is done
     lost block       a block reads as something that was never written there last, though no request on it failed
     r block          a read failed        end        all is done
   In each round it writes some of the blocks of 4 KiB, each filled with its round and number, and flushes. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

enum { BLOCKS = 96, ROUNDS = 24, WRITES = 12, BLOCK_WORDS = 512 };
enum { T_IN, T_OUT, T_FLUSH = 4 };

void start(void);
void run(void);

__asm__(".globl start\n"
        "start: adrp x1, stack_top\n"
        "   add x1, x1, :lo12:stack_top\n"
        "   mov sp, x1\n"
        "   bl run\n"
        "   movz w0, #0x8400, lsl #16\n"   /* PSCI: SYSTEM_OFF */
        "   movk w0, #8\n"
        "   hvc #0\n"
        "1: wfi\n"
        "   b 1b\n"
        ".bss\n"
        ".balign 16\n"
        ".skip 8192\n"
        "stack_top:\n"
        ".text\n");

/* ---- serial line ---- */

static void put(char c)
{
    *(volatile u32 *)0x09000000 = (u8)c;
}

static void say(const char *what, u32 number)
{
    char digits[12];
    int n = 0;
    while (*what)
        put(*what++);
    do
        digits[n++] = (char)('0' + number % 10);
    while (number /= 10);
    while (n)
        put(digits[--n]);
}

/* ---- disk: virtio 1.2, 4.2.2 and 2.7 ---- */

struct desc { u64 at; u32 length; u16 flags, next; };
static struct { struct desc desc[4]; } ring __attribute__((aligned(16)));
static volatile struct { u16 flags, idx, ring[4]; } avail __attribute__((aligned(16)));
static volatile struct { u16 flags, idx; struct { u32 id, length; } ring[4]; } used __attribute__((aligned(16)));
static struct { u32 type, zero; u64 sector; } header __attribute__((aligned(16)));
static volatile u8 status;
static u64 data[BLOCK_WORDS] __attribute__((aligned(4096)));
static volatile u32 *disk;

static u32 load(u32 reg) { return disk[reg / 4]; }
static void store(u32 reg, u32 value) { disk[reg / 4] = value; }

static void open_disk(void)
{
    for (u64 at = 0x0a000000; at < 0x0a004000; at += 0x200) {
        disk = (volatile u32 *)at;
        if (load(0x000) == 0x74726976 && load(0x008) == 2)
            break;
    }
    store(0x070, 0);
    store(0x070, 3);                     /* ACKNOWLEDGE, DRIVER */
    store(0x024, 0);
    store(0x020, 1u << 9);               /* FLUSH */
    store(0x024, 1);
    store(0x020, 1);                     /* VERSION_1 */
    store(0x070, 11);                    /* FEATURES_OK */
    store(0x030, 0);
    store(0x038, 4);
    store(0x080, (u32)(u64)&ring);
    store(0x084, 0);
    store(0x090, (u32)(u64)&avail);
    store(0x094, 0);
    store(0x0a0, (u32)(u64)&used);
    store(0x0a4, 0);
    store(0x044, 1);
    store(0x070, 15);                    /* DRIVER_OK */
}

/* One request; 0 if it succeeded. */
static u8 request(u32 type, u64 sector)
{
    u32 n = 0;
    header.type = type;
    header.sector = sector;
    status = 0xee;
    ring.desc[n] = (struct desc){ (u64)&header, 16, 1, 1 };
    n++;
    if (type != T_FLUSH) {
        ring.desc[n] = (struct desc){ (u64)data, sizeof data, (u16)(1 | (type == T_IN ? 2 : 0)), 2 };
        n++;
    }
    ring.desc[n] = (struct desc){ (u64)&status, 1, 2, 0 };
    avail.ring[avail.idx % 4] = 0;
    __asm__ volatile("dmb sy" ::: "memory");
    avail.idx++;
    __asm__ volatile("dmb sy" ::: "memory");
    store(0x050, 0);
    while (used.idx != avail.idx)
        ;
    __asm__ volatile("dmb sy" ::: "memory");
    return status;
}

/* ---- the work ---- */

enum { UNTOUCHED = 0, UNKNOWN = 0xffffffff };
static u32 written[BLOCKS];              /* the round that wrote it last, + 1; UNKNOWN after an error */

static void write_block(u32 round, u32 block)
{
    for (u32 i = 0; i < BLOCK_WORDS; i++)
        data[i] = (u64)(round + 1) << 32 | block;
    written[block] = round + 1;
    if (request(T_OUT, block * 8ull)) {
        written[block] = UNKNOWN;
        say("E ", round);
        say(" ", block);
        put('\n');
    }
}

static void check_block(u32 block)
{
    if (request(T_IN, block * 8ull)) {
        say("r ", block);
        put('\n');
        return;
    }
    u64 value = (u64)written[block] << 32 | (written[block] ? block : 0);
    for (u32 i = 0; i < BLOCK_WORDS && written[block] != UNKNOWN; i++)
        if (data[i] != value) {
            say("lost ", block);
            put('\n');
            return;
        }
}

void run(void)
{
    u32 random = 12345;
    open_disk();
    for (u32 round = 0; round < ROUNDS; round++) {
        for (u32 i = 0; i < WRITES; i++) {
            random = random * 1664525 + 1013904223;
            write_block(round, (random >> 8) % BLOCKS);
        }
        say(request(T_FLUSH, 0) ? "e " : "F ", round);
        put('\n');
    }
    for (u32 block = 0; block < BLOCKS; block++)
        check_block(block);
    say("end ", ROUNDS);
    put('\n');
}
