/* SPDX-License-Identifier: MIT */
/* Disk images that are nearly right, opened and used: qcow2 (QEMU's docs/interop/qcow2.txt) with headers, extensions, tables and
   compressed clusters from the tape, or any bytes. An action is an operation of the guest's disk. Nothing is expected of what it
   reads, but that every operation ends with 0 or an errno, and that the file does not grow beyond what was written. */
#include "tests/fuzz/image_target.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/error.h"
#include "frontends/image/image.h"

enum { ROOM = 1 << 20, TABLES = 2, DATA_FIRST = 4 + TABLES, DATA_CLUSTERS = 10, CLUSTERS = DATA_FIRST + DATA_CLUSTERS,
       OPERATION_MAX = 64 << 10 };

#define COPIED (1ull << 63)
#define COMPRESSED (1ull << 62)

struct image_fuzz {
    int fd;
    char name[40];
    uint8_t bytes[ROOM], buffer[OPERATION_MAX];
    size_t length;
    uint64_t cluster;        /* bytes of one */
    struct tape *tape;
};

static void put32(uint8_t *p, uint64_t v)
{
    uint32_t be = be32((uint32_t)v);
    memcpy(p, &be, 4);
}

static void put64(uint8_t *p, uint64_t v)
{
    v = be64(v);
    memcpy(p, &v, 8);
}

static uint64_t any_number(struct image_fuzz *f)
{
    static const uint64_t numbers[] = {
        0, 1, 2, 9, 16, 511, 512, 0x7fffffff, 0x80000000, 0xffffffff, 1ull << 40, 1ull << 56, INT64_MAX, UINT64_MAX, COPIED, COMPRESSED,
    };
    uint8_t how = tape_byte(f->tape);
    if (how < 64)
        return how % CLUSTERS * f->cluster;
    if (how < 128)
        return how % CLUSTERS * f->cluster + tape_byte(f->tape);
    return how < 224 ? numbers[how % 16] : tape_number(f->tape, 8);
}

/* Mostly what is right. */
static uint64_t nearly(struct image_fuzz *f, uint64_t right)
{
    return tape_byte(f->tape) < 232 ? right : any_number(f);
}

/* ---- a qcow2 file: header, count table, count block, L1 table, L2 tables, data ---- */

static size_t put_extension(struct image_fuzz *f, size_t at, uint32_t type, const void *data, uint32_t length)
{
    put32(f->bytes + at, nearly(f, type));
    put32(f->bytes + at + 4, nearly(f, length));
    memcpy(f->bytes + at + 8, data, length);
    return at + 8 + align_up(length, 8);
}

static void put_header(struct image_fuzz *f, unsigned bits, unsigned version, unsigned order)
{
    static const char *const backing[] = { "", "", "", "/nowhere", "/dev/null", "json:{\"driver\":\"raw\"}", "/proc/self/fd/0" };
    static const char *const formats[] = { "raw", "qcow2", "vmdk", "" };
    uint8_t *h = f->bytes, how = tape_byte(f->tape);
    const char *name = backing[how % ARRAY_SIZE(backing)], *format = formats[how >> 6];
    size_t at = 104;
    put32(h, nearly(f, 0x514649fb));
    put32(h + 4, nearly(f, version));
    put32(h + 20, nearly(f, bits));
    put64(h + 24, nearly(f, TABLES * (f->cluster / 8) * f->cluster));
    put32(h + 32, nearly(f, 0));
    put32(h + 36, nearly(f, TABLES));
    put64(h + 40, nearly(f, 3 * f->cluster));
    put64(h + 48, nearly(f, 1 * f->cluster));
    put32(h + 56, nearly(f, 1));
    put32(h + 60, nearly(f, 0));
    put64(h + 64, nearly(f, 0));
    if (version == 3) {
        put64(h + 72, nearly(f, 0));
        put64(h + 80, nearly(f, 0));
        put64(h + 88, nearly(f, 0));
        put32(h + 96, nearly(f, order));
        put32(h + 100, nearly(f, 104));
    } else {
        at = 72;
    }
    if (how & 32)
        at = put_extension(f, at, 0xe2792aca, format, (uint32_t)strlen(format));
    if (how & 16)
        at = put_extension(f, at, 0x6803f857, "\0\5unknown", 48 < f->cluster / 4 ? 9 : 0);
    put64(h + 8, nearly(f, *name ? at + 8 : 0));
    put32(h + 16, nearly(f, strlen(name)));
    memcpy(h + at + 8, name, strlen(name));
}

/* Its place, sectors and contents: a cluster of one byte's copies, deflated without a header. */
static uint64_t compressed(struct image_fuzz *f, unsigned bits, uint64_t at)
{
    uint8_t *from = mem_alloc(f->cluster);
    z_stream z = { .next_in = from, .avail_in = (uInt)f->cluster, .next_out = f->bytes + at, .avail_out = (uInt)f->cluster };
    memset(from, tape_byte(f->tape), f->cluster);
    fuzz_require(deflateInit2(&z, 1, Z_DEFLATED, -12, 1, Z_DEFAULT_STRATEGY) == Z_OK);
    deflate(&z, Z_FINISH);
    deflateEnd(&z);
    free(from);
    return COMPRESSED | nearly(f, at) | nearly(f, z.total_out / 512) << (62 - (bits - 8));
}

/* Counts of 2^order bits: a cluster is used once, or as often as the tape says. */
static void put_count(struct image_fuzz *f, unsigned order, unsigned i, uint64_t count)
{
    uint8_t *block = f->bytes + 2 * f->cluster;
    if (order < 3)
        block[i >> (3 - order)] |= (uint8_t)((count & mask64(1u << order)) << (i << order) % 8);
    else
        for (unsigned k = 0, size = 1u << (order - 3); k < size; k++)
            block[i * size + k] = (uint8_t)(count >> 8 * (size - 1 - k));
}

static void put_tables(struct image_fuzz *f, unsigned bits, unsigned order)
{
    uint64_t c = f->cluster;
    put64(f->bytes + c, nearly(f, 2 * c));
    for (unsigned i = 0; i < CLUSTERS; i++)
        put_count(f, order, i, nearly(f, 1));
    for (unsigned i = 0; i < TABLES; i++)
        put64(f->bytes + 3 * c + 8 * i, nearly(f, (4 + i) * c | COPIED));
    for (unsigned i = 0; i < DATA_CLUSTERS; i++) {
        uint64_t at = (DATA_FIRST + i) * c, entry;
        switch (tape_byte(f->tape) % 8) {
        case 0: entry = 0; break;
        case 1: entry = at | COPIED | 1; break;
        case 2: entry = at; break;
        case 3: case 4: entry = compressed(f, bits, at); break;
        default: entry = at | COPIED; break;
        }
        put64(f->bytes + (4 + i % TABLES) * c + 8 * (i / TABLES), nearly(f, entry));
    }
}

static void make_qcow2(struct image_fuzz *f)
{
    static const uint8_t sizes[] = { 9, 9, 9, 10, 12, 12, 13, 14 };
    uint8_t how = tape_byte(f->tape);
    unsigned bits = sizes[how % 8], version = how & 16 ? 2 : 3, order = version == 2 || how & 8 ? 4 : tape_byte(f->tape) % 7;
    f->cluster = 1ull << bits;
    f->length = CLUSTERS * f->cluster;
    memset(f->bytes, 0, f->length);
    put_header(f, bits, version, order);
    put_tables(f, bits, order);
    for (unsigned n = how >> 5; n > 4; n--)
        tape_spoil(f->tape, f->bytes, f->length);
    if (tape_rarely(f->tape, 16))
        f->length = tape_number(f->tape, 2) % f->length;
}

static void make_anything(struct image_fuzz *f)
{
    static const char *const magics[] = { "QFI\xfb", "KDMV", "vhdxfile", "conectix", "QED", "BZh", "\x1f\x8b\x08", "" };
    f->cluster = 512;
    f->length = tape_byte(f->tape) * 16u;
    memset(f->bytes, 0, f->length + 16);
    tape_bytes(f->tape, f->bytes, f->length / 4);
    const char *magic = magics[tape_byte(f->tape) % 8];
    memcpy(f->bytes, magic, strlen(magic));
}

/* ---- the guest's use of it ---- */

static void operate(struct image_fuzz *f, struct blockdev *port)
{
    uint8_t how = tape_byte(f->tape);
    uint64_t offset = tape_number(f->tape, 2) * BLOCK_SECTOR, length = (1 + tape_below(f->tape, 32)) * BLOCK_SECTOR;
    int result = 0;
    if (how >= 240)
        offset = port->size - offset % (port->size + 1);
    else if (port->size)
        offset %= port->size;
    offset &= ~(uint64_t)(BLOCK_SECTOR - 1);
    if (how < 96) {
        result = port->read(port->host, offset, f->buffer, length);
    } else if (how < 176) {
        memset(f->buffer, how, length);
        result = port->write(port->host, offset, f->buffer, length);
    } else if (how < 192) {
        result = port->flush(port->host);
    } else if (how < 216) {
        result = port->discard ? port->discard(port->host, offset, length) : 0;
    } else {
        result = port->zero ? port->zero(port->host, offset, length, how & 1) : 0;
    }
    fuzz_require(result <= 0 && result > -4096);
}

void *image_target_open(const char *name)
{
    struct image_fuzz *f = mem_alloc(sizeof *f);
    (void)name;
    stderr = fopen("/dev/null", "we");   /* thousands of messages to the user; the sanitizers write to the descriptor */
    fuzz_require(stderr);
    f->fd = memfd_create("fuzz", MFD_CLOEXEC);
    fuzz_require(f->fd >= 0);
    snprintf(f->name, sizeof f->name, "/proc/self/fd/%d", f->fd);
    return f;
}

uint64_t image_target_play(void *fuzzed, struct tape *tape)
{
    struct image_fuzz *f = fuzzed;
    struct error err = { "" };
    uint64_t actions = 1;
    f->tape = tape;
    uint8_t how = tape_byte(tape);
    if (how < 240)
        make_qcow2(f);
    else
        make_anything(f);
    fuzz_require(!ftruncate(f->fd, 0) && pwrite(f->fd, f->bytes, f->length, 0) == (ssize_t)f->length);
    struct image_options options = { .file = f->name, .format = how < 232 ? "qcow2" : how & 1 ? "raw" : NULL, .read_only = how % 8 == 1,
                                     .snapshot = how % 16 == 2 };
    struct image *image = image_open(&options, &err);
    fuzz_require(image || (err.text[0] && strlen(err.text) < sizeof err.text));
    for (; image && !tape_ended(tape); actions++)
        operate(f, image_port(image));
    image_close(image);
    struct stat st;
    fuzz_require(!fstat(f->fd, &st) && (uint64_t)st.st_blocks * 512 <= ROOM + (actions + 1) * (OPERATION_MAX + 8 * f->cluster));
    tape->at = tape->end;
    return actions;
}

void image_target_close(void *fuzzed)
{
    struct image_fuzz *f = fuzzed;
    close(f->fd);
    free(f);
}
