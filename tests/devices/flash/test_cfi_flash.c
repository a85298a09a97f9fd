/* SPDX-License-Identifier: MIT */
/* Catches: a driver that does not find the chips, bits that programming sets, an erase beyond its block, a failure that looks like
   success, a locked block that changes, a buffered write at the wrong place, a store whose width a driver does not expect to
   matter, stale code after programming, changes that the host's file does not get or gets too late, and any sequence of commands
   that does harm. */
#include <stdlib.h>

#include "base/bits.h"
#include "tests/devices/flash/blocks.h"
#include "tests/support/device_fixture.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

enum { BLOCK = 256 << 10, READY = 0x80, ERASE_FAILED = 0x20, PROGRAM_FAILED = 0x10, VPP_LOW = 0x08, LOCKED = 0x02 };

static struct device_fixture *f;
static struct device *flash;
static gpa_t base;
static struct blocks blocks;

static void start(bool has_drive)
{
    f = device_fixture_new();
    flash = device_fixture_add(f, "cfi-flash");
    if (has_drive)
        device_fixture_attach(flash, "drive", &blocks.port);
    device_fixture_start(f);
    base = device_fixture_base(f, flash, "array");
}

static void setup(void)
{
    blocks_open(&blocks);
    start(true);
}

static void teardown(void)
{
    device_fixture_free(f);
    blocks_close(&blocks);
}

static uint32_t rd(uint32_t at)
{
    return (uint32_t)device_fixture_read(f, base + at, 4);
}

static void wr(uint32_t at, uint32_t value)
{
    device_fixture_write(f, base + at, 4, value);
}

/* The same command to both chips. */
static void cmd(uint32_t at, uint16_t command)
{
    wr(at, command * 0x10001u);
}

/* Both status registers, which must agree; cleared, and back to the array. */
static unsigned status(void)
{
    cmd(0, 0x70);
    uint32_t both = rd(0x1000);
    ck_assert_uint_eq(both >> 16, both & 0xffff);
    cmd(0, 0x50);
    cmd(0, 0xff);
    return both & 0xffff;
}

static void program(uint32_t at, uint32_t value)
{
    cmd(at, 0x40);
    wr(at, value);
}

static void erase(uint32_t at)
{
    cmd(at, 0x20);
    cmd(at, 0xd0);
}

START_TEST(a_driver_finds_the_query_table)
{
    cmd(0x55 * 4, 0x98);
    const char *qry = "QRY";
    for (unsigned i = 0; i < 3; i++)
        ck_assert_uint_eq(rd((0x10 + i) * 4), (uint32_t)qry[i] * 0x10001u);
    const struct { unsigned word, value; const char *what; } rows[] = {
        { 0x13, 0x01, "Intel's extended command set" }, { 0x14, 0, "" }, { 0x15, 0x31, "its table" }, { 0x17, 0, "no other set" },
        { 0x27, 25, "32 MiB a chip" }, { 0x28, 1, "16 bits" }, { 0x2a, 6, "64 bytes of buffer" }, { 0x2c, 1, "one region" },
        { 0x2d, 255, "256 blocks" }, { 0x2e, 0, "" }, { 0x2f, 0x00, "of 128 KiB" }, { 0x30, 0x02, "" },
        { 0x31, 'P', "" }, { 0x32, 'R', "" }, { 0x33, 'I', "" }, { 0x34, '1', "" }, { 0x36, 0x20, "blocks are locked one by one" },
        { 0x3a, 0, "no suspending" }, { 0x40, 0, "the end" },
    };
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
        ck_assert_msg(rd(rows[i].word * 4) == rows[i].value * 0x10001u, "query word 0x%x: %s", rows[i].word, rows[i].what);
    cmd(0, 0x90);
    ck_assert_uint_eq(rd(0), 0x00890089);
    ck_assert_uint_eq(rd(4), 0x00180018);
    ck_assert_uint_eq(rd(5 * BLOCK + 8), 0);
    cmd(0, 0xff);
    ck_assert_uint_eq(rd(0x10 * 4), 0);
}
END_TEST

START_TEST(programming_clears_bits_and_erasing_sets_a_block)
{
    erase(BLOCK);
    ck_assert_uint_eq(status(), READY);
    program(BLOCK + 8, 0x12345678);
    ck_assert_uint_eq(status(), READY);
    program(BLOCK + 8, 0xffff0ff0);
    ck_assert_uint_eq(status(), READY);
    ck_assert_uint_eq(rd(BLOCK + 8), 0x12340670);
    ck_assert_uint_eq(rd(BLOCK + 4), 0xffffffff);
    ck_assert_uint_eq(rd(BLOCK - 4), 0);
    ck_assert_uint_eq(rd(2 * BLOCK - 4), 0xffffffff);
    ck_assert_uint_eq(rd(2 * BLOCK), 0);
    erase(BLOCK + 0x1234 * 4);
    ck_assert_uint_eq(status(), READY);
    ck_assert_uint_eq(rd(BLOCK + 8), 0xffffffff);
}
END_TEST

START_TEST(both_last_blocks_work_and_nothing_is_behind_them)
{
    uint32_t last = BLOCKS_SIZE - BLOCK;
    erase(last);
    program(BLOCKS_SIZE - 4, 0xabcdef01);
    ck_assert_uint_eq(status(), READY);
    ck_assert_uint_eq(rd(BLOCKS_SIZE - 4), 0xabcdef01);
    ck_assert_uint_eq(ld_le32(blocks.bytes + BLOCKS_SIZE - 4), 0xabcdef01);
}
END_TEST

START_TEST(a_load_sees_the_status_until_the_array_is_asked_for)
{
    erase(0);
    ck_assert_uint_eq(rd(0x20), READY * 0x10001u);
    ck_assert(!space_host(&f->space, base, 4096, false));
    cmd(0, 0xff);
    ck_assert_uint_eq(rd(0x20), 0xffffffff);
    ck_assert_ptr_nonnull(space_host(&f->space, base, 4096, false));
    ck_assert_ptr_null(space_host(&f->space, base, 4096, true));
}
END_TEST

/* U-Boot drives the bank so. */
START_TEST(narrow_stores_command_both_chips_and_program_their_own_bytes)
{
    device_fixture_write(f, base + 0x102, 2, 0x20);
    device_fixture_write(f, base + 0x102, 2, 0xd0);
    ck_assert_uint_eq(rd(0x200), READY * 0x10001u);
    ck_assert_uint_eq(device_fixture_read(f, base + 0x102, 2), READY);
    ck_assert_uint_eq(device_fixture_read(f, base + 0x103, 1), 0);
    device_fixture_write(f, base + 0x102, 2, 0x40);
    device_fixture_write(f, base + 0x102, 2, 0x1234);
    device_fixture_write(f, base, 1, 0x40);
    device_fixture_write(f, base + 0x101, 1, 0x56);
    device_fixture_write(f, base + 3, 1, 0xff);
    ck_assert_uint_eq(rd(0x100), 0x123456ff);
    ck_assert_uint_eq(rd(0), 0xffffffff);
    device_fixture_write(f, base + 0x300, 2, 0xe8);
    device_fixture_write(f, base + 0x300, 2, 3);
    for (unsigned i = 0; i < 4; i++)
        device_fixture_write(f, base + 0x300 + 2 * i, 2, 0x1111 * (i + 1));
    device_fixture_write(f, base + 0x300, 2, 0xd0);
    ck_assert_uint_eq(status(), READY);
    ck_assert_uint_eq(rd(0x300), 0x22221111);
    ck_assert_uint_eq(rd(0x304), 0x44443333);
    ck_assert_uint_eq(rd(0x308), 0xffffffff);
    device_fixture_write(f, base + BLOCK - 4, 2, 0xe8);   /* to the end of the block, and of the bank */
    device_fixture_write(f, base + BLOCK - 4, 2, 1);
    device_fixture_write(f, base + BLOCK - 4, 2, 0x5678);
    device_fixture_write(f, base + BLOCK - 2, 2, 0x1234);
    device_fixture_write(f, base + BLOCK - 4, 2, 0xd0);
    ck_assert_uint_eq(status(), READY);
    ck_assert_uint_eq(rd(BLOCK - 4), 0x12345678);
    erase(BLOCKS_SIZE - BLOCK);
    cmd(BLOCKS_SIZE - 8, 0xe8);
    cmd(BLOCKS_SIZE - 8, 2);
    for (unsigned i = 0; i < 3; i++)
        wr(BLOCKS_SIZE - 4, ~(1u << i));
    cmd(BLOCKS_SIZE - 8, 0xd0);
    ck_assert_uint_eq(status(), READY);
    ck_assert_uint_eq(rd(BLOCKS_SIZE - 4), 0xfffffff8);
}
END_TEST

START_TEST(a_doubleword_is_two_cycles)
{
    erase(0);
    device_fixture_write(f, base + 0x200, 8, 0x0011001100400040);   /* a program of 0x0011 */
    cmd(0, 0xff);
    ck_assert_uint_eq(rd(0x204), 0x00110011);
}
END_TEST

START_TEST(each_chip_sees_its_own_half_of_a_word)
{
    wr(0, 0x00ff0098);   /* a query of the lower chip */
    ck_assert_uint_eq(rd(0x40), 'Q');
    wr(0, 0x009800ff);
    ck_assert_uint_eq(rd(0x40), 'Q' << 16);
}
END_TEST

START_TEST(a_buffered_write_programs_what_was_counted)
{
    erase(0);
    cmd(0x400, 0xe8);
    ck_assert_uint_eq(rd(0), READY * 0x10001u);   /* the buffer is free */
    cmd(0x400, 2);
    for (uint32_t i = 0; i < 3; i++)
        wr(0x400 + 4 * i, 0x11110000 * (i + 1) + i);
    cmd(0x400, 0xd0);
    ck_assert_uint_eq(status(), READY);
    for (uint32_t i = 0; i < 3; i++)
        ck_assert_uint_eq(rd(0x400 + 4 * i), 0x11110000 * (i + 1) + i);
    ck_assert_uint_eq(rd(0x40c), 0xffffffff);
    ck_assert_uint_eq(blocks.last_offset, 0x400);
    ck_assert_uint_eq(blocks.last_length, BLOCK_SECTOR);
}
END_TEST

START_TEST(a_full_buffer_is_programmed_at_once)
{
    erase(BLOCK);
    unsigned before = blocks.writes;
    cmd(BLOCK, 0xe8);
    cmd(BLOCK, 31);
    for (uint32_t i = 0; i < 32; i++)
        wr(BLOCK + 4 * i, i * 0x10001);
    cmd(BLOCK, 0xd0);
    ck_assert_uint_eq(status(), READY);
    ck_assert_uint_eq(blocks.writes, before + 1);
    for (uint32_t i = 0; i < 32; i++)
        ck_assert_uint_eq(rd(BLOCK + 4 * i), i * 0x10001);
}
END_TEST

/* Each begins a command that must not be completed: both error bits, and nothing changes. */
START_TEST(improper_sequences_fail_and_change_nothing)
{
    static const struct { const char *what; unsigned count; struct { uint32_t at; uint16_t value; } cycles[4]; } rows[] = {
        { "erase without a confirm", 2, { { 0, 0x20 }, { 0, 0xff } } },
        { "a lock of no kind", 2, { { 0, 0x60 }, { 0, 0x77 } } },
        { "more words than the buffer has", 2, { { 0, 0xe8 }, { 0, 32 } } },
        { "a buffer without a confirm", 4, { { 0, 0xe8 }, { 0, 0 }, { 0x40, 0x1234 }, { 0x40, 0xff } } },
        { "a word below the first", 4, { { 0, 0xe8 }, { 0, 1 }, { 0x40, 0x1234 }, { 0x3c, 0x1234 } } },
        { "a word behind the last", 4, { { 0, 0xe8 }, { 0, 1 }, { 0x40, 0x1234 }, { 0x48, 0x1234 } } },
        { "a word in the next block", 4, { { 0, 0xe8 }, { 0, 1 }, { BLOCK - 4, 0x1234 }, { BLOCK, 0x1234 } } },
    };
    erase(0);
    status();
    unsigned writes = blocks.writes;
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        for (unsigned k = 0; k < rows[i].count; k++)
            cmd(rows[i].cycles[k].at, rows[i].cycles[k].value);
        unsigned s = status();
        ck_assert_msg(s == (READY | ERASE_FAILED | PROGRAM_FAILED), "%s: status 0x%x", rows[i].what, s);
    }
    ck_assert_uint_eq(blocks.writes, writes);
    ck_assert_uint_eq(rd(0x40), 0xffffffff);
}
END_TEST

START_TEST(locks_hold_for_one_block_until_they_are_opened)
{
    erase(BLOCK);
    erase(2 * BLOCK);
    cmd(BLOCK + 0x40, 0x60);
    cmd(BLOCK + 0x40, 0x01);
    cmd(0, 0x90);
    ck_assert_uint_eq(rd(BLOCK + 8), 0x00010001);
    ck_assert_uint_eq(rd(2 * BLOCK + 8), 0);
    program(BLOCK, 0);
    ck_assert_uint_eq(status(), READY | PROGRAM_FAILED | LOCKED);
    erase(BLOCK);
    ck_assert_uint_eq(status(), READY | ERASE_FAILED | LOCKED);
    ck_assert_uint_eq(rd(BLOCK), 0xffffffff);
    program(2 * BLOCK, 0);
    ck_assert_uint_eq(status(), READY);
    cmd(BLOCK, 0x60);
    cmd(BLOCK, 0xd0);
    program(BLOCK, 0);
    ck_assert_uint_eq(status(), READY);
    ck_assert_uint_eq(rd(BLOCK), 0);
}
END_TEST

START_TEST(what_is_locked_down_stays_locked_until_a_reset)
{
    cmd(0, 0x60);
    cmd(0, 0x2f);
    cmd(0, 0x60);
    cmd(0, 0xd0);
    cmd(0, 0x90);
    ck_assert_uint_eq(rd(8), 0x00030003);
    erase(0);
    ck_assert_uint_eq(status(), READY | ERASE_FAILED | LOCKED);
    device_fixture_reset(f);
    ck_assert_uint_eq(rd(8), 0);
    erase(0);
    ck_assert_uint_eq(status(), READY);
}
END_TEST

START_TEST(reset_shows_the_array_and_keeps_it)
{
    erase(0);
    program(0x10, 0x55aa55aa);
    device_fixture_reset(f);
    ck_assert_uint_eq(rd(0x10), 0x55aa55aa);
    cmd(0, 0x40);
    device_fixture_reset(f);   /* in the middle of a command */
    wr(0x10, 0);
    cmd(0, 0xff);
    ck_assert_uint_eq(rd(0x10), 0x55aa55aa);
}
END_TEST

START_TEST(the_host_has_each_change_at_once_and_for_good_soon)
{
    erase(0);
    program(0x210, 0x01020304);
    ck_assert_uint_eq(ld_le32(blocks.bytes + 0x210), 0x01020304);
    ck_assert_uint_eq(blocks.last_offset, 0x200);
    ck_assert_uint_eq(blocks.last_length, BLOCK_SECTOR);
    ck_assert_uint_eq(blocks.flushes, 0);
    device_fixture_run(f, 99 * TICKS_PER_MS);
    ck_assert_uint_eq(blocks.flushes, 0);
    device_fixture_run(f, TICKS_PER_MS);
    ck_assert_uint_eq(blocks.flushes, 1);
    device_fixture_run(f, TICKS_PER_SECOND);
    ck_assert_uint_eq(blocks.flushes, 1);
    program(0x214, 0);
    erase(BLOCK);   /* what was written goes first */
    ck_assert_uint_eq(blocks.flushes, 2);
    device_fixture_free(f);
    ck_assert_uint_eq(blocks.flushes, 3);
    start(true);
    ck_assert_uint_eq(rd(0x210), 0x01020304);
    ck_assert_uint_eq(rd(0), 0xffffffff);
}
END_TEST

START_TEST(a_full_disk_is_a_failure_to_the_guest)
{
    erase(0);
    status();
    blocks.fails = ENOSPC;
    program(0x10, 0);
    ck_assert_uint_eq(status(), READY | PROGRAM_FAILED);
    erase(BLOCK);
    ck_assert_uint_eq(status(), READY | ERASE_FAILED);
    blocks.fails = 0;
    program(0x10, 0);
    ck_assert_uint_eq(status(), READY);
}
END_TEST

START_TEST(a_read_only_file_is_a_protected_chip)
{
    device_fixture_free(f);
    blocks.port.read_only = true;
    st_le32(blocks.bytes + 0x10, 0x12345678);
    start(true);
    program(0x10, 0);
    ck_assert_uint_eq(status(), READY | PROGRAM_FAILED | VPP_LOW);
    erase(0);
    ck_assert_uint_eq(status(), READY | ERASE_FAILED | VPP_LOW);
    ck_assert_uint_eq(rd(0x10), 0x12345678);
    ck_assert_uint_eq(blocks.writes, 0);
}
END_TEST

START_TEST(without_a_file_it_starts_with_zeroes_and_works)
{
    device_fixture_free(f);
    start(false);
    ck_assert_uint_eq(rd(0x10), 0);
    erase(0);
    program(0x10, 0x99);
    ck_assert_uint_eq(status(), READY);
    ck_assert_uint_eq(rd(0x10), 0x99);
}
END_TEST

START_TEST(a_file_of_another_size_or_that_cannot_be_read_is_refused)
{
    struct error err;
    device_fixture_free(f);
    for (int i = 0; i < 2; i++) {
        f = device_fixture_new();
        flash = device_fixture_add(f, "cfi-flash");
        device_fixture_attach(flash, "drive", &blocks.port);
        blocks.port.size = i ? BLOCKS_SIZE : BLOCKS_SIZE - 512;
        blocks.fails = i ? EIO : 0;
        ck_assert_int_eq(device_fixture_try_start(f, &err), -1);
        ck_assert_ptr_nonnull(strstr(err.text, i ? "cannot be read" : "64 MiB"));
        device_fixture_free(f);
    }
    blocks.fails = 0;
    start(true);
}
END_TEST

static unsigned code_changes;

static void note_code(void *core, struct ram *ram, uint64_t offset, uint64_t length)
{
    (void)core, (void)ram;
    code_changes += offset <= 0x40 && offset + length > 0x40;
}

START_TEST(code_is_forgotten_before_its_cells_change)
{
    uint64_t offset;
    struct ram *ram = space_find(&f->space, base, &offset)->ram;
    ram->code_written = note_code;
    ram->code_lines[0] = 2;   /* the line at 0x40 */
    program(0x40, 0);
    ck_assert_uint_eq(code_changes, 2);   /* a chip each */
    erase(0);
    ck_assert_uint_eq(code_changes, 4);
    ram->code_written = NULL;
}
END_TEST

START_TEST(random_accesses_do_no_harm_and_repeat)
{
    uint64_t first = device_fixture_hammer(f, flash, 0, 100000, 4);
    device_fixture_free(f);
    memset(blocks.bytes, 0, BLOCKS_SIZE);
    start(true);
    ck_assert_uint_eq(device_fixture_hammer(f, flash, 0, 100000, 4), first);
}
END_TEST

/* The hammer rarely meets a command: here every store is one, and now and then a whole sequence. */
START_TEST(random_commands_do_no_harm)
{
    static const uint8_t commands[] = { 0xff, 0x90, 0x98, 0x70, 0x50, 0x40, 0x10, 0xe8, 0x20, 0x60, 0xd0, 0x01, 0x2f, 0xb0, 0xf0 };
    device_fixture_free(f);
    start(false);
    uint64_t random = 88172645463325252ull;
    for (uint64_t left = trials(300000, 1); left > 0; left--) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        uint32_t at = (uint32_t)(random >> 40) & (random & 1 ? 0xfffc : BLOCKS_SIZE - 4);
        unsigned size = 1u << (random >> 8 & 3);
        uint32_t value = commands[(random >> 16) % ARRAY_SIZE(commands)] * 0x10001u;
        if (random >> 24 & 1)
            device_fixture_write(f, base + (at & ~(size - 1)), size, value * 0x100000001ull);
        else
            device_fixture_read(f, base + (at & ~(size - 1)), size);
    }
    device_fixture_reset(f);
    erase(0);
    ck_assert_uint_eq(status(), READY);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("cfi_flash");
    TCase *tcase = tcase_create("cfi_flash");
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_driver_finds_the_query_table);
    tcase_add_test(tcase, programming_clears_bits_and_erasing_sets_a_block);
    tcase_add_test(tcase, both_last_blocks_work_and_nothing_is_behind_them);
    tcase_add_test(tcase, a_load_sees_the_status_until_the_array_is_asked_for);
    tcase_add_test(tcase, narrow_stores_command_both_chips_and_program_their_own_bytes);
    tcase_add_test(tcase, a_doubleword_is_two_cycles);
    tcase_add_test(tcase, each_chip_sees_its_own_half_of_a_word);
    tcase_add_test(tcase, a_buffered_write_programs_what_was_counted);
    tcase_add_test(tcase, a_full_buffer_is_programmed_at_once);
    tcase_add_test(tcase, improper_sequences_fail_and_change_nothing);
    tcase_add_test(tcase, locks_hold_for_one_block_until_they_are_opened);
    tcase_add_test(tcase, what_is_locked_down_stays_locked_until_a_reset);
    tcase_add_test(tcase, reset_shows_the_array_and_keeps_it);
    tcase_add_test(tcase, the_host_has_each_change_at_once_and_for_good_soon);
    tcase_add_test(tcase, a_full_disk_is_a_failure_to_the_guest);
    tcase_add_test(tcase, a_read_only_file_is_a_protected_chip);
    tcase_add_test(tcase, without_a_file_it_starts_with_zeroes_and_works);
    tcase_add_test(tcase, a_file_of_another_size_or_that_cannot_be_read_is_refused);
    tcase_add_test(tcase, code_is_forgotten_before_its_cells_change);
    tcase_add_test(tcase, random_accesses_do_no_harm_and_repeat);
    tcase_add_test(tcase, random_commands_do_no_harm);
    suite_add_tcase(suite, tcase);
    return suite;
}
