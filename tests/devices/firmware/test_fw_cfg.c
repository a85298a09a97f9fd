/* SPDX-License-Identifier: MIT */
/* Catches: items that firmware reads shifted, swapped or beyond their end, a directory that does not lead to its files, DMA that
   reaches outside RAM or half way or keeps the host busy for seconds, a read-only item that changes, an error that looks like
   success. */
#include <string.h>

#include "base/bits.h"
#include "devices/firmware/fw_cfg.h"
#include "tests/support/device_fixture.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

enum { DATA = 0, SELECTOR = 8, DMA = 16 };
enum { ERROR = 1, READ = 2, SKIP = 4, SELECT = 8, WRITE = 16 };
enum { ACCESS = FIXTURE_RAM + 0x100, BUFFER = FIXTURE_RAM + 0x1000, RAM_END = FIXTURE_RAM + FIXTURE_RAM_SIZE };

static struct device_fixture *f;
static struct device *cfg;
static gpa_t base;
static uint8_t note[8];
static unsigned notes;

static void written(void *owner)
{
    ck_assert_ptr_eq(owner, note);
    notes++;
}

static void setup(void)
{
    struct error err;
    f = device_fixture_new();
    cfg = device_fixture_add(f, "fw-cfg");
    device_fixture_start(f);
    base = device_fixture_base(f, cfg, "regs");
    memset(note, 0, sizeof note);
    notes = 0;
    fw_cfg_add(cfg, FW_CFG_KERNEL_DATA, "0123456789", 10);
    fw_cfg_add_u32(cfg, FW_CFG_KERNEL_SIZE, 0x12345678);
    fw_cfg_add_u16(cfg, FW_CFG_NB_CPUS, 3);
    ck_assert(!fw_cfg_add_file(cfg, "opt/greeting", "hello", 5, &err));
    ck_assert(!fw_cfg_add_writable(cfg, "etc/note", note, sizeof note, written, note, &err));
}

static void teardown(void)
{
    device_fixture_free(f);
}

static void select_key(uint16_t key)
{
    device_fixture_write(f, base + SELECTOR, 2, be16(le16(key)));
}

static uint64_t rd(unsigned size)
{
    return device_fixture_read(f, base + DATA, size);
}

static void put_access(uint32_t control, uint32_t length, uint64_t address)
{
    const uint32_t words[] = { control, length, (uint32_t)(address >> 32), (uint32_t)address };
    for (unsigned i = 0; i < 4; i++)
        device_fixture_write(f, ACCESS + 4 * i, 4, __builtin_bswap32(words[i]));
}

/* A DMA access; what its control word became. */
static uint32_t dma(uint32_t control, uint32_t length, uint64_t address)
{
    put_access(control, length, address);
    device_fixture_write(f, base + DMA, 8, __builtin_bswap64(ACCESS));
    return __builtin_bswap32((uint32_t)device_fixture_read(f, ACCESS, 4));
}

static void check_ram(gpa_t at, const char *wanted, size_t length)
{
    char bytes[64];
    ck_assert(space_read(&f->space, at, bytes, length));
    ck_assert_mem_eq(bytes, wanted, length);
}

START_TEST(firmware_recognises_it)
{
    ck_assert_uint_eq(rd(4), 0x554d4551);   /* "QEMU": selected at reset */
    select_key(FW_CFG_ID);
    ck_assert_uint_eq(rd(4), 3);
    ck_assert_uint_eq(device_fixture_read(f, base + DMA, 8), 0x47464320554d4551);       /* "QEMU CFG" */
    ck_assert_uint_eq(device_fixture_read(f, base + DMA + 4, 4), 0x47464320);
}
END_TEST

START_TEST(an_item_is_read_in_any_pieces_and_ends_in_zeroes)
{
    select_key(FW_CFG_KERNEL_DATA);
    ck_assert_uint_eq(rd(1), '0');
    ck_assert_uint_eq(rd(2), '1' | '2' << 8);
    ck_assert_uint_eq(rd(4), 0x36353433);
    ck_assert_uint_eq(rd(8), 0x393837);
    ck_assert_uint_eq(rd(8), 0);
    select_key(FW_CFG_KERNEL_DATA);
    ck_assert_uint_eq(rd(8), 0x3736353433323130);
    select_key(FW_CFG_KERNEL_SIZE);
    ck_assert_uint_eq(rd(4), 0x12345678);
    select_key(FW_CFG_NB_CPUS);
    ck_assert_uint_eq(rd(2), 3);
    select_key(FW_CFG_INITRD_DATA);   /* nobody added it */
    ck_assert_uint_eq(rd(8), 0);
}
END_TEST

START_TEST(the_directory_leads_to_every_file)
{
    const struct { const char *name; uint32_t size; } files[] = { { "opt/greeting", 5 }, { "etc/note", 8 } };
    select_key(FW_CFG_FILE_DIR);
    ck_assert_uint_eq(rd(4), __builtin_bswap32(2));
    for (unsigned i = 0; i < 2; i++) {
        char name[56];
        ck_assert_uint_eq(__builtin_bswap32((uint32_t)rd(4)), files[i].size);
        ck_assert_uint_eq(__builtin_bswap16((uint16_t)rd(2)), FW_CFG_FILE_FIRST + i);
        rd(2);
        for (unsigned k = 0; k < sizeof name; k++)
            name[k] = (char)rd(1);
        ck_assert_str_eq(name, files[i].name);
    }
    select_key(FW_CFG_FILE_FIRST);
    ck_assert_uint_eq(rd(8), 0x6f6c6c6568);
}
END_TEST

START_TEST(dma_selects_reads_and_goes_on)
{
    ck_assert_uint_eq(dma(FW_CFG_KERNEL_DATA << 16 | SELECT | READ, 4, BUFFER), 0);
    check_ram(BUFFER, "0123", 5);
    ck_assert_uint_eq(dma(SKIP, 2, 0), 0);
    ck_assert_uint_eq(dma(READ, 3, BUFFER + 0x20), 0);
    check_ram(BUFFER + 0x20, "678", 4);
    ck_assert_uint_eq(rd(1), '9');   /* one place for both interfaces */
    device_fixture_write(f, BUFFER, 8, UINT64_MAX);
    ck_assert_uint_eq(dma(READ, 8, BUFFER), 0);
    ck_assert_uint_eq(device_fixture_read(f, BUFFER, 8), 0);
}
END_TEST

START_TEST(a_read_beyond_the_end_is_filled_with_zeroes)
{
    for (unsigned i = 0; i < 10000; i += 4)
        device_fixture_write(f, BUFFER + i, 4, 0xffffffff);
    ck_assert_uint_eq(dma(FW_CFG_KERNEL_DATA << 16 | SELECT | READ, 9999, BUFFER), 0);
    check_ram(BUFFER, "0123456789", 11);
    for (unsigned i = 10; i < 9999; i++)
        ck_assert_uint_eq(device_fixture_read(f, BUFFER + i, 1), 0);
    ck_assert_uint_eq(device_fixture_read(f, BUFFER + 9999, 1), 0xff);
}
END_TEST

START_TEST(the_two_halves_of_the_address_start_it_too)
{
    put_access(FW_CFG_KERNEL_DATA << 16 | SELECT | READ, 2, BUFFER);
    device_fixture_write(f, base + DMA, 4, 0);
    ck_assert_uint_eq(device_fixture_read(f, BUFFER, 2), 0);
    device_fixture_write(f, base + DMA + 4, 4, __builtin_bswap32(ACCESS));
    check_ram(BUFFER, "01", 2);
}
END_TEST

/* Nothing may be written anywhere, and the control word says so. */
START_TEST(dma_outside_ram_is_an_error_and_changes_nothing)
{
    static const struct { uint32_t control, length; uint64_t address; } rows[] = {
        { READ, 16, 0 }, { READ, 16, RAM_END - 8 }, { READ, 16, UINT64_MAX - 7 }, { READ, UINT32_MAX, FIXTURE_RAM },
        { READ, 8, FIXTURE_IO }, { READ, 1, RAM_END }, { WRITE, 8, RAM_END - 4 }, { WRITE, 8, FIXTURE_IO },
    };
    device_fixture_write(f, RAM_END - 8, 8, 0x1122334455667788);
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        uint32_t key = rows[i].control == WRITE ? FW_CFG_FILE_FIRST + 1 : FW_CFG_KERNEL_DATA;
        ck_assert_uint_eq(dma(key << 16 | SELECT | rows[i].control, rows[i].length, rows[i].address), ERROR);
    }
    ck_assert_uint_eq(device_fixture_read(f, RAM_END - 8, 8), 0x1122334455667788);
    ck_assert_uint_eq(notes, 0);
    ck_assert_uint_eq(rd(1), 0);   /* the last one selected the note, and did not move in it */
}
END_TEST

START_TEST(an_access_described_nowhere_does_nothing)
{
    const gpa_t places[] = { 0, RAM_END - 8, RAM_END, UINT64_MAX, FIXTURE_IO };
    for (unsigned i = 0; i < ARRAY_SIZE(places); i++)
        device_fixture_write(f, base + DMA, 8, __builtin_bswap64(places[i]));
    ck_assert_uint_eq(rd(4), 0x554d4551);
}
END_TEST

START_TEST(only_a_writable_file_takes_writes_and_it_does_not_grow)
{
    device_fixture_write(f, BUFFER, 8, 0x4847464544434241);
    uint32_t file = (FW_CFG_FILE_FIRST + 1) << 16 | SELECT;
    ck_assert_uint_eq(dma(file | WRITE, 8, BUFFER), 0);
    ck_assert_mem_eq(note, "ABCDEFGH", 8);
    ck_assert_uint_eq(notes, 1);
    ck_assert_uint_eq(dma(file | SKIP, 6, 0), 0);
    ck_assert_uint_eq(dma(WRITE, 2, BUFFER), 0);
    ck_assert_mem_eq(note, "ABCDEFAB", 8);
    ck_assert_uint_eq(dma(WRITE, 1, BUFFER), ERROR);
    ck_assert_uint_eq(dma(file | WRITE, 9, BUFFER), ERROR);
    ck_assert_uint_eq(dma(FW_CFG_KERNEL_DATA << 16 | SELECT | WRITE, 1, BUFFER), ERROR);
    ck_assert_uint_eq(dma(0x7777u << 16 | SELECT | WRITE, 1, BUFFER), ERROR);
    device_fixture_write(f, base + DATA, 1, 0xff);
    ck_assert_uint_eq(notes, 2);
    select_key(FW_CFG_KERNEL_DATA);
    ck_assert_uint_eq(rd(1), '0');
}
END_TEST

/* A hostile guest can ask for as much as its memory takes; what one store moves must not keep the host busy for long. */
START_TEST(a_long_transfer_is_moved_in_pieces)
{
    enum { WHOLE = FIXTURE_RAM_SIZE - 0x1000, FIRST = 16 << 20 };
    device_fixture_write(f, BUFFER + FIRST - 8, 8, UINT64_MAX);
    device_fixture_write(f, BUFFER + FIRST, 8, UINT64_MAX);
    device_fixture_write(f, RAM_END - 8, 8, UINT64_MAX);
    uint32_t asked = FW_CFG_KERNEL_DATA << 16 | SELECT | READ;
    ck_assert_uint_eq(dma(asked, WHOLE, BUFFER), asked);
    check_ram(BUFFER, "0123456789", 11);
    ck_assert_uint_eq(device_fixture_read(f, BUFFER + FIRST - 8, 8), 0);
    ck_assert_uint_eq(device_fixture_read(f, BUFFER + FIRST, 8), UINT64_MAX);
    select_key(FW_CFG_KERNEL_SIZE);                  /* none of these has an effect before it ends */
    ck_assert_uint_eq(rd(4), 0);
    device_fixture_write(f, base + DMA, 8, __builtin_bswap64(ACCESS + 0x40));
    device_fixture_run(f, 10 * TICKS_PER_MS);
    ck_assert_uint_eq(__builtin_bswap32((uint32_t)device_fixture_read(f, ACCESS, 4)), asked);
    device_fixture_run(f, 10 * TICKS_PER_MS);
    ck_assert_uint_eq(device_fixture_read(f, ACCESS, 4), 0);
    ck_assert_uint_eq(device_fixture_read(f, RAM_END - 8, 8), 0);
    ck_assert_uint_eq(rd(8), 0);                     /* behind the end of the kernel still */
    ck_assert_uint_eq(dma(asked, 2, BUFFER), 0);
}
END_TEST

START_TEST(reset_ends_a_transfer)
{
    device_fixture_write(f, RAM_END - 8, 8, UINT64_MAX);
    dma(FW_CFG_KERNEL_DATA << 16 | SELECT | READ, FIXTURE_RAM_SIZE - 0x1000, BUFFER);
    device_fixture_reset(f);
    ck_assert_uint_eq(rd(4), 0x554d4551);
    device_fixture_run(f, TICKS_PER_SECOND);
    ck_assert_uint_eq(device_fixture_read(f, RAM_END - 8, 8), UINT64_MAX);
}
END_TEST

START_TEST(skipping_for_ever_stays_behind_the_end)
{
    ck_assert_uint_eq(dma(FW_CFG_KERNEL_DATA << 16 | SELECT | SKIP, UINT32_MAX, 0), 0);
    ck_assert_uint_eq(dma(SKIP, UINT32_MAX, 0), 0);
    ck_assert_uint_eq(rd(8), 0);
}
END_TEST

START_TEST(a_file_has_a_name_of_its_own_that_fits)
{
    struct error err;
    char longest[] = "a-name-of-fifty-five-letters-is-the-longest-that-it-has";
    ck_assert_uint_eq(strlen(longest), FW_CFG_NAME);
    ck_assert_int_eq(fw_cfg_add_file(cfg, "etc/note", "", 0, &err), -1);
    ck_assert_int_eq(fw_cfg_add_file(cfg, longest, "", 0, &err), 0);
    ck_assert_int_eq(fw_cfg_add_file(cfg, "x-a-name-of-fifty-five-letters-is-the-longest-that-it-has", "", 0, &err), -1);
    int added = 3;
    for (char name[] = "a"; name[0] <= 'z'; name[0]++)
        added += fw_cfg_add_file(cfg, name, "", 0, &err) == 0;
    for (char name[] = "A"; name[0] <= 'Z'; name[0]++)
        added += fw_cfg_add_file(cfg, name, "", 0, &err) == 0;
    ck_assert_int_eq(added, 32);
}
END_TEST

START_TEST(reset_selects_the_signature)
{
    select_key(FW_CFG_KERNEL_DATA);
    rd(4);
    device_fixture_write(f, base + DMA, 4, 0x1000000);   /* a half of an address */
    device_fixture_reset(f);
    ck_assert_uint_eq(rd(4), 0x554d4551);
    put_access(READ, 1, BUFFER);
    device_fixture_write(f, base + DMA + 4, 4, __builtin_bswap32(ACCESS));
    ck_assert_uint_eq(device_fixture_read(f, ACCESS, 4), 0);
}
END_TEST

START_TEST(random_accesses_do_no_harm_and_repeat)
{
    uint64_t first = device_fixture_hammer(f, cfg, 0, 100000, 7);
    teardown();
    setup();
    ck_assert_uint_eq(device_fixture_hammer(f, cfg, 0, 100000, 7), first);
}
END_TEST

/* Accesses that are nearly right reach further than random ones. */
START_TEST(random_dma_does_no_harm)
{
    uint64_t random = 88172645463325252ull;
    for (uint64_t left = trials(200000, 1); left > 0; left--) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        uint32_t key = (uint32_t)(random >> 20) % 0x24, length = (uint32_t)(random >> 32) & (random & 0x100 ? 0xffffffff : 0xff);
        uint64_t address = (random & 0x200 ? BUFFER : RAM_END - 128) + (random >> 50);
        dma(key << 16 | (uint32_t)(random & 0x1e), random & 0x400 ? length : length & 0x3f, random & 0x800 ? address : random);
        if (!(random & 0x7f))
            device_fixture_run(f, TICKS_PER_MS);
    }
    device_fixture_run(f, TICKS_PER_SECOND);
    ck_assert_uint_eq(dma(FW_CFG_KERNEL_DATA << 16 | SELECT | READ, 10, BUFFER), 0);
    check_ram(BUFFER, "0123456789", 10);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("fw_cfg");
    TCase *tcase = tcase_create("fw_cfg");
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, firmware_recognises_it);
    tcase_add_test(tcase, an_item_is_read_in_any_pieces_and_ends_in_zeroes);
    tcase_add_test(tcase, the_directory_leads_to_every_file);
    tcase_add_test(tcase, dma_selects_reads_and_goes_on);
    tcase_add_test(tcase, a_read_beyond_the_end_is_filled_with_zeroes);
    tcase_add_test(tcase, the_two_halves_of_the_address_start_it_too);
    tcase_add_test(tcase, dma_outside_ram_is_an_error_and_changes_nothing);
    tcase_add_test(tcase, an_access_described_nowhere_does_nothing);
    tcase_add_test(tcase, only_a_writable_file_takes_writes_and_it_does_not_grow);
    tcase_add_test(tcase, a_long_transfer_is_moved_in_pieces);
    tcase_add_test(tcase, reset_ends_a_transfer);
    tcase_add_test(tcase, skipping_for_ever_stays_behind_the_end);
    tcase_add_test(tcase, a_file_has_a_name_of_its_own_that_fits);
    tcase_add_test(tcase, reset_selects_the_signature);
    tcase_add_test(tcase, random_accesses_do_no_harm_and_repeat);
    tcase_add_test(tcase, random_dma_does_no_harm);
    suite_add_tcase(suite, tcase);
    return suite;
}
