/* SPDX-License-Identifier: MIT */
/* A guest without an operating system that writes to its virtio disk and says on the serial line what the disk said:
     E round block    a write failed       e round    a flush failed       F round    a flush is done
     lost block       a block reads as something that was never written there last, though no request on it failed
     r block          a read failed        end        all is done
   In each round it writes some of the blocks of 4 KiB, each filled with its round and number, and flushes. */
#include "tests/support/bare_guest.h"

enum { BLOCKS = 96, ROUNDS = 24, WRITES = 12, BLOCK_WORDS = 512 };
enum { T_IN, T_OUT, T_FLUSH = 4 };

static void say(const char *what, uint32_t number)
{
    put_text(what);
    put_decimal(number);
}

/* ---- disk: virtio 1.2, 4.2.2 and 2.7 ---- */

struct desc { uint64_t at; uint32_t length; uint16_t flags, next; };
static struct { struct desc desc[4]; } ring __attribute__((aligned(16)));
static volatile struct { uint16_t flags, idx, ring[4]; } avail __attribute__((aligned(16)));
static volatile struct { uint16_t flags, idx; struct { uint32_t id, length; } ring[4]; } used __attribute__((aligned(16)));
static struct { uint32_t type, zero; uint64_t sector; } header __attribute__((aligned(16)));
static volatile uint8_t status;
static uint64_t data[BLOCK_WORDS] __attribute__((aligned(4096)));
static volatile uint32_t *disk;

static uint32_t load(uint32_t reg) { return disk[reg / 4]; }
static void store(uint32_t reg, uint32_t value) { disk[reg / 4] = value; }

static void open_disk(void)
{
    for (uint64_t at = 0x0a000000; at < 0x0a004000; at += 0x200) {
        disk = (volatile uint32_t *)at;
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
    store(0x080, (uint32_t)(uint64_t)&ring);
    store(0x084, 0);
    store(0x090, (uint32_t)(uint64_t)&avail);
    store(0x094, 0);
    store(0x0a0, (uint32_t)(uint64_t)&used);
    store(0x0a4, 0);
    store(0x044, 1);
    store(0x070, 15);                    /* DRIVER_OK */
}

/* One request; 0 if it succeeded. */
static uint8_t request(uint32_t type, uint64_t sector)
{
    uint32_t n = 0;
    header.type = type;
    header.sector = sector;
    status = 0xee;
    ring.desc[n] = (struct desc){ (uint64_t)&header, 16, 1, 1 };
    n++;
    if (type != T_FLUSH) {
        ring.desc[n] = (struct desc){ (uint64_t)data, sizeof data, (uint16_t)(1 | (type == T_IN ? 2 : 0)), 2 };
        n++;
    }
    ring.desc[n] = (struct desc){ (uint64_t)&status, 1, 2, 0 };
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
static uint32_t written[BLOCKS];              /* the round that wrote it last, + 1; UNKNOWN after an error */

static void write_block(uint32_t round, uint32_t block)
{
    for (uint32_t i = 0; i < BLOCK_WORDS; i++)
        data[i] = (uint64_t)(round + 1) << 32 | block;
    written[block] = round + 1;
    if (request(T_OUT, block * 8ull)) {
        written[block] = UNKNOWN;
        say("E ", round);
        say(" ", block);
        put('\n');
    }
}

static void check_block(uint32_t block)
{
    if (request(T_IN, block * 8ull)) {
        say("r ", block);
        put('\n');
        return;
    }
    uint64_t value = (uint64_t)written[block] << 32 | (written[block] ? block : 0);
    for (uint32_t i = 0; i < BLOCK_WORDS && written[block] != UNKNOWN; i++)
        if (data[i] != value) {
            say("lost ", block);
            put('\n');
            return;
        }
}

void run(void)
{
    uint32_t random = 12345;
    open_disk();
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < WRITES; i++) {
            random = random * 1664525 + 1013904223;
            write_block(round, (random >> 8) % BLOCKS);
        }
        say(request(T_FLUSH, 0) ? "e " : "F ", round);
        put('\n');
    }
    for (uint32_t block = 0; block < BLOCKS; block++)
        check_block(block);
    say("end ", ROUNDS);
    put('\n');
}
