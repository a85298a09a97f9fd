/* SPDX-License-Identifier: MIT */
/* Catches: images that are refused without saying why, or taken though they are not supported; circles and towers of images; a
   repair that loses data; a commit that does; errors of the host that break the file; hostile headers and tables that get
   anywhere. */
#include <errno.h>

#include "base/bits.h"
#include "frontends/qcow2/header.h"
#include "frontends/qcow2/qcow2.h"
#include "tests/frontends/image/faults.h"
#include "tests/frontends/qcow2/judge.h"
#include "tests/support/trials.h"

enum { DISK = 256 * 1024 };

static uint8_t expected[DISK], got[DISK];
static uint64_t seed;

static void setup(void)
{
    memset(faults, 0, sizeof faults);
    seed = 4711;
    judge_setup();
    for (uint32_t i = 0; i < DISK; i++)
        expected[i] = (uint8_t)(i / 512 * 5 + i);
}

static uint32_t any(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32) % below;
}

static struct image *try(const char *file, const char *format, bool read_only, struct error *err)
{
    struct image_options options = { .file = file, .format = format, .read_only = read_only };
    return image_open(&options, err);
}

static struct image *must(const char *file, bool read_only)
{
    struct error err = { "" };
    struct image *image = try(file, "qcow2", read_only, &err);
    ck_assert_msg(image != NULL, "%s", err.text);
    return image;
}

static void refused(const char *file, const char *format, bool read_only, const char *word)
{
    struct error err = { "" };
    struct image *image = try(file, format, read_only, &err);
    ck_assert_msg(!image, "%s was opened", file);
    ck_assert_msg(strstr(err.text, word) != NULL, "no '%s' in: %s", word, err.text);
}

static void check_contents(const char *file)
{
    struct image *image = must(file, true);
    ck_assert_int_eq(scratch_read(image, 0, got, DISK), 0);
    ck_assert_mem_eq(got, expected, DISK);
    image_close(image);
}

static void make_filled(const char *options)
{
    judge_write("raw", expected, DISK);
    judge_run("qemu-img convert -f raw -O qcow2 %s raw disk.qcow2", options);
}

/* Changes bytes of disk.qcow2. */
static void poke(uint64_t offset, uint64_t value, unsigned size)
{
    uint8_t bytes[8];
    st_be64(bytes, value << (64 - 8 * size));
    int fd = open("disk.qcow2", O_RDWR);
    ck_assert_int_eq(pwrite(fd, bytes, size, (off_t)offset), size);
    close(fd);
}

static uint64_t peek(uint64_t offset)
{
    uint8_t bytes[8];
    int fd = open("disk.qcow2", O_RDONLY);
    ck_assert_int_eq(pread(fd, bytes, 8, (off_t)offset), 8);
    close(fd);
    return ld_be64(bytes);
}

START_TEST(what_is_not_supported_is_refused_and_said)
{
    judge_run("qemu-img create -q -f qcow2 -o extended_l2=on disk.qcow2 1M");
    refused("disk.qcow2", "qcow2", true, "extended L2");
    judge_run("qemu-img create -q -f qcow2 -o data_file=data disk.qcow2 1M");
    refused("disk.qcow2", "qcow2", false, "external file");
    judge_run("qemu-img create -q -f qcow2 -o compression_type=zstd disk.qcow2 1M");
    refused("disk.qcow2", "qcow2", false, "zstd");
    judge_run("qemu-img create -q --object secret,id=s,data=x -f qcow2 -o encrypt.format=luks,encrypt.key-secret=s,"
              "encrypt.iter-time=10 disk.qcow2 1M");
    refused("disk.qcow2", "qcow2", false, "encrypted");
    make_filled("");
    poke(HEADER_INCOMPATIBLE_FEATURES, 1ull << 40, 8);
    refused("disk.qcow2", "qcow2", true, "bit 40");
    poke(HEADER_INCOMPATIBLE_FEATURES, INCOMPATIBLE_CORRUPT, 8);
    refused("disk.qcow2", "qcow2", false, "check -r all");
    check_contents("disk.qcow2");
    judge_run("qemu-img convert -f raw -O qcow raw disk.qcow2");
    refused("disk.qcow2", "qcow2", false, "version 1");
    refused("raw", "qcow2", false, "is not a qcow2 image");
}
END_TEST

START_TEST(a_backing_file_has_a_name_and_a_format_that_are_known)
{
    make_filled("");
    judge_run("qemu-img create -q -f qcow2 -b disk.qcow2 -F qcow2 top");
    check_contents("top");
    judge_run("cp disk.qcow2 moved");
    struct error err;
    refused("top", NULL, true, "format=qcow2");          /* found out to be qcow2, which may not lead to other files */
    struct image *image = try("disk.qcow2", NULL, true, &err);
    ck_assert_ptr_nonnull(image);
    image_close(image);
    refused("disk.qcow2", NULL, false, "format=qcow2");
    judge_run("qemu-img rebase -u -b nothere -F qcow2 top");
    refused("top", "qcow2", true, "stands on");
    judge_run("qemu-img rebase -u -b nbd://host/x -F raw top");
    refused("top", "qcow2", true, "no file");
    judge_run("qemu-img rebase -u -b raw -F vmdk top");
    refused("top", "qcow2", true, "vmdk");
    ck_assert_int_eq(mkdir("deep", 0700), 0);
    judge_run("qemu-img rebase -u -b ../disk.qcow2 -F qcow2 top");
    judge_run("mv top deep/top");
    check_contents("deep/top");
}
END_TEST

/* QEMU's tools no longer leave the format out, so it is taken out of the file. */
START_TEST(a_backing_file_without_a_format_is_raw_or_refused)
{
    make_filled("");
    judge_run("mv disk.qcow2 below");
    judge_run("qemu-img create -q -f qcow2 -b below -F qcow2 disk.qcow2");
    uint64_t extension = peek(HEADER_HEADER_LENGTH) >> 32;
    ck_assert_uint_eq(peek(extension) >> 32, (uint32_t)EXTENSION_BACKING_FORMAT);
    poke(extension, 0x12345678, 4);
    refused("disk.qcow2", "qcow2", true, "qemu-img rebase");
    judge_run("cp raw below");
    check_contents("disk.qcow2");
}
END_TEST

START_TEST(circles_and_towers_of_images_end)
{
    judge_run("qemu-img create -q -f qcow2 a 256K");
    judge_run("qemu-img create -q -f qcow2 -b a -F qcow2 b");
    judge_run("qemu-img rebase -u -b b -F qcow2 a");
    refused("a", "qcow2", true, "stands on itself");
    refused("b", "qcow2", false, "stands on itself");
    judge_run("qemu-img create -q -f qcow2 d0 256K");
    struct error err;
    for (int i = 1; i <= CHAIN_MAX; i++) {
        char name[16], below[16];
        snprintf(name, sizeof name, "d%d", i);
        snprintf(below, sizeof below, "d%d", i - 1);
        struct qcow2_create c = { .size = DISK, .version = 3, .cluster_bits = 9, .refcount_order = 4, .backing_file = below,
                                  .backing_format = "qcow2" };
        ck_assert_int_eq(qcow2_create(name, &c, &err), 0);
    }
    char name[16];
    snprintf(name, sizeof name, "d%d", CHAIN_MAX - 1);
    image_close(must(name, false));
    snprintf(name, sizeof name, "d%d", CHAIN_MAX);
    refused(name, "qcow2", false, "more than");
}
END_TEST

/* What QEMU leaves when it is killed with lazy reference counts: counts of zero, and a mark. */
START_TEST(an_image_with_lazy_counts_is_repaired_before_it_is_written)
{
    static const char *const shapes[] = { "cluster_size=512", "cluster_size=4K,refcount_bits=1",
                                          "cluster_size=64K,refcount_bits=64" };
    for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
        unlink("disk.qcow2");
        judge_run("qemu-img create -q -f qcow2 -o lazy_refcounts=on,%s disk.qcow2 256K", shapes[i]);
        char script[600];
        snprintf(script, sizeof script, "#!/bin/sh\nqemu-io -c 'write -P 1 0 100k' -c 'write -P 2 150k 20k' -c flush -c abort "
                 "disk.qcow2\nexit 0\n");
        judge_write("crash", script, strlen(script));
        judge_run("sh crash");
        ck_assert_uint_eq(peek(HEADER_INCOMPATIBLE_FEATURES), INCOMPATIBLE_DIRTY);
        memset(expected, 0, DISK);
        memset(expected, 1, 100 * 1024);
        memset(expected + 150 * 1024, 2, 20 * 1024);
        check_contents("disk.qcow2");
        struct image *image = must("disk.qcow2", false);
        memset(expected + 90 * 1024, 3, 80 * 1024);
        ck_assert_int_eq(scratch_write(image, 90 * 1024, expected + 90 * 1024, 80 * 1024), 0);
        image_close(image);
        ck_assert_uint_eq(peek(HEADER_INCOMPATIBLE_FEATURES), 0);
        judge_run("qemu-img check -q disk.qcow2");
        check_contents("disk.qcow2");
    }
}
END_TEST

START_TEST(a_commit_moves_everything_down_and_empties_the_image)
{
    static const char *const below[] = { "raw", "qcow2" };
    for (size_t i = 0; i < ARRAY_SIZE(below); i++) {
        struct error err = { "" };
        uint64_t copied;
        unlink("disk.qcow2");
        judge_write("raw", expected, DISK);
        judge_run("qemu-img convert -f raw -O %s raw below", below[i]);
        judge_run("qemu-img create -q -f qcow2 -b below -F %s -o cluster_size=4K disk.qcow2", below[i]);
        struct image *image = must("disk.qcow2", false);
        for (uint32_t at = 0; at + 9000 < DISK; at += 31000) {
            memset(expected + at, (int)(at / 1000), 9000);
            ck_assert_int_eq(scratch_write(image, at, expected + at, 9000), 0);
        }
        memset(expected + 100000, 0, 40000);
        ck_assert_int_eq(scratch_zero(image, 100000, 40000, true), 0);
        image_close(image);
        faults[FAULT_WRITE] = (struct fault){ .error = ENOSPC, .skip = 3, .times = 1 };
        ck_assert_int_eq(qcow2_commit("disk.qcow2", &copied, &err), -1);
        ck_assert_msg(strstr(err.text, "all of its changes") != NULL, "%s", err.text);
        memset(faults, 0, sizeof faults);
        check_contents("disk.qcow2");
        ck_assert_msg(qcow2_commit("disk.qcow2", &copied, &err) == 0, "%s", err.text);
        ck_assert_uint_ge(copied, 40000);
        check_contents("disk.qcow2");
        judge_run("qemu-img check -q disk.qcow2");
        judge_write("whole", expected, DISK);
        judge_run("qemu-img compare -q -f %s -F raw below whole", below[i]);
        ck_assert_int_eq(qcow2_commit("disk.qcow2", &copied, &err), 0);
        ck_assert_uint_eq(copied, 0);
    }
}
END_TEST

START_TEST(an_image_as_it_is_made_is_what_qemu_makes_of_it)
{
    struct error err = { "" };
    for (unsigned order = 0; order <= REFCOUNT_ORDER_MAX; order++)
        for (unsigned bits = CLUSTER_BITS_MIN; bits <= CLUSTER_BITS_MAX; bits += 3) {
            struct qcow2_create c = { .size = 100 * MIB + 512, .version = 3, .cluster_bits = bits, .refcount_order = order };
            unlink("disk.qcow2");
            ck_assert_msg(qcow2_create("disk.qcow2", &c, &err) == 0, "%s", err.text);
            judge_run("qemu-img check -q -f qcow2 disk.qcow2");
            struct qcow2_info info;
            ck_assert_int_eq(qcow2_describe("disk.qcow2", &info, &err), 0);
            ck_assert_uint_eq(info.header.size, c.size);
            ck_assert_uint_eq(info.header.cluster_bits, bits);
            ck_assert_uint_eq(info.header.refcount_order, order);
            ck_assert_str_eq(info.refused, "");
            qcow2_info_free(&info);
        }
    struct qcow2_create c = { .size = DISK, .version = 2, .cluster_bits = 16, .refcount_order = 4 };
    ck_assert_int_eq(qcow2_create("disk.qcow2", &c, &err), -1);
    ck_assert_msg(strstr(err.text, "exists already") != NULL, "%s", err.text);
}
END_TEST

START_TEST(snapshots_are_told_of_and_kept)
{
    make_filled("");
    judge_run("qemu-img snapshot -c first disk.qcow2");
    struct image *image = must("disk.qcow2", false);
    memset(got, 9, DISK);
    ck_assert_int_eq(scratch_write(image, 0, got, DISK), 0);
    image_close(image);
    struct qcow2_info info;
    struct error err;
    ck_assert_int_eq(qcow2_describe("disk.qcow2", &info, &err), 0);
    ck_assert_uint_eq(info.snapshot_count, 1);
    ck_assert_str_eq(info.snapshots[0].name, "first");
    ck_assert_str_eq(info.snapshots[0].id, "1");
    qcow2_info_free(&info);
    judge_run("qemu-img check -q disk.qcow2");
    judge_run("qemu-img snapshot -a first disk.qcow2");
    check_contents("disk.qcow2");
}
END_TEST

/* ---- a host that fails ---- */

static void write_somewhere(struct image *image, bool *is_unknown)
{
    uint32_t sector = any(DISK / 512 - 40), sectors = 1 + any(40);
    static uint8_t data[40 * 512];
    memset(data, (int)(1 + any(255)), sizeof data);
    bool is_done = scratch_write(image, sector * 512, data, sectors * 512) == 0;
    if (is_done)
        memcpy(expected + sector * 512, data, sectors * 512);
    memset(is_unknown + sector, !is_done, sectors);
}

START_TEST(an_error_of_the_host_breaks_neither_the_file_nor_what_was_written)
{
    static const int errors[] = { ENOSPC, EIO };
    for (unsigned skip = 0; skip < 120; skip += 3) {
        bool is_unknown[DISK / 512] = { false };
        memset(faults, 0, sizeof faults);
        make_filled(skip % 2 ? "-c -o cluster_size=1K" : "-o cluster_size=512");
        struct image *image = must("disk.qcow2", false);
        faults[FAULT_WRITE] = (struct fault){ .error = errors[any(2)], .skip = skip, .times = 1 + any(4) };
        for (int i = 0; i < 40; i++) {
            write_somewhere(image, is_unknown);
            if (!any(6))
                scratch_flush(image);
        }
        memset(faults, 0, sizeof faults);
        ck_assert_int_eq(scratch_flush(image), 0);   /* the host has room again */
        image_close(image);
        int status = judge("qemu-img check -q -f qcow2 disk.qcow2");
        ck_assert_msg(status == JUDGE_SOUND || status == JUDGE_LEAKS, "skip %u: %s", skip, judge_said());
        image = must("disk.qcow2", true);
        ck_assert_int_eq(scratch_read(image, 0, got, DISK), 0);
        for (uint32_t i = 0; i < DISK; i++)
            ck_assert_msg(is_unknown[i / 512] || got[i] == expected[i], "skip %u: byte %u", skip, i);
        image_close(image);
    }
}
END_TEST

START_TEST(a_flush_that_fails_fails_for_ever)
{
    make_filled("");
    struct image *image = must("disk.qcow2", false);
    ck_assert_int_eq(scratch_write(image, 0, "x", 1), 0);
    faults[FAULT_SYNC] = (struct fault){ .error = EIO, .times = 1 };
    ck_assert_int_eq(scratch_flush(image), -EIO);
    ck_assert_int_eq(scratch_flush(image), -EIO);
    image_close(image);
    judge_run("qemu-img check -q disk.qcow2");
}
END_TEST

/* ---- hostile files ---- */

/* Uses an image as a guest would; nothing of it needs to succeed. */
static void use(bool read_only)
{
    struct error err;
    struct image *image = try("disk.qcow2", "qcow2", read_only, &err);
    if (!image)
        return;
    ck_assert_uint_le(image_port(image)->size, 64 * 1024 * GIB);
    uint32_t disk = image_port(image)->size < DISK ? (uint32_t)image_port(image)->size : DISK;
    scratch_read(image, 0, got, disk);
    scratch_write(image, 512, expected, disk / 2);
    scratch_zero(image, 4096, disk / 4, any(2));
    scratch_discard(image, 0, disk);
    scratch_flush(image);
    image_close(image);
}

START_TEST(hostile_tables_get_nowhere)
{
    for (uint64_t left = trials(150, 1); left > 0; left--) {
        struct error err;
        struct qcow2_create c = { .size = DISK, .version = any(3) ? 3 : 2, .cluster_bits = 9 + any(3), .refcount_order = 4 };
        unlink("disk.qcow2");
        ck_assert_int_eq(qcow2_create("disk.qcow2", &c, &err), 0);
        struct image *image = must("disk.qcow2", false);
        scratch_write(image, 0, expected, DISK / 2);
        image_close(image);
        struct stat st;
        ck_assert_int_eq(stat("disk.qcow2", &st), 0);
        for (unsigned n = 1 + any(4); n > 0; n--) {
            /* Numbers that like limits, in the header or in what is likely to be a table. */
            static const uint64_t numbers[] = { 0, 1, 512, 1ull << 63, UINT64_MAX, 1ull << 62, 0x8000000000000200, 1ull << 55 };
            uint64_t at = any(2) ? any(112) : any(32) * (1u << c.cluster_bits) + any(64) * 8;
            unsigned size = 1u << any(4);
            poke(at, any(2) ? numbers[any(ARRAY_SIZE(numbers))] >> (64 - 8 * size) : any(1u << 20), size);
        }
        if (!any(8))
            ck_assert_int_eq(truncate("disk.qcow2", any((uint32_t)st.st_size)), 0);
        use(any(3) == 0);
        struct qcow2_info info;
        if (qcow2_describe("disk.qcow2", &info, &err) == 0)
            qcow2_info_free(&info);
    }
}
END_TEST

/* An L2 entry that leads to the header, as a guest would want that writes the name of a backing file there. */
START_TEST(data_is_never_written_where_a_table_is)
{
    make_filled("-o cluster_size=4K");
    uint64_t l1 = peek(HEADER_L1_TABLE_OFFSET), l2 = peek(l1) & 0x00fffffffffffe00ull;
    const uint64_t targets[] = { l1, l2, peek(HEADER_REFCOUNT_TABLE_OFFSET), peek(peek(HEADER_REFCOUNT_TABLE_OFFSET)) };
    const uint64_t first = peek(l2);
    static const uint8_t changed[512] = { 1, 2, 3 };
    judge_run("cp disk.qcow2 good");
    for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
        judge_run("cp good disk.qcow2");
        poke(l2, targets[i] | 1ull << 63, 8);
        struct image *image = must("disk.qcow2", false);
        ck_assert_int_eq(scratch_write(image, 0, expected, 512), -EIO);
        ck_assert_int_eq(scratch_write(image, 4096, changed, 512), 0);
        image_close(image);
        poke(l2, first, 8);
        memcpy(expected + 4096, changed, 512);
        check_contents("disk.qcow2");
    }
    poke(l1, l1 | 1ull << 63, 8);                     /* a table that is two tables */
    refused("disk.qcow2", "qcow2", false, "qemu-img check");
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("qcow2");
    TCase *t = tcase_create("qcow2");
    tcase_add_checked_fixture(t, setup, judge_teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, what_is_not_supported_is_refused_and_said);
    tcase_add_test(t, a_backing_file_has_a_name_and_a_format_that_are_known);
    tcase_add_test(t, a_backing_file_without_a_format_is_raw_or_refused);
    tcase_add_test(t, circles_and_towers_of_images_end);
    tcase_add_test(t, an_image_with_lazy_counts_is_repaired_before_it_is_written);
    tcase_add_test(t, a_commit_moves_everything_down_and_empties_the_image);
    tcase_add_test(t, an_image_as_it_is_made_is_what_qemu_makes_of_it);
    tcase_add_test(t, snapshots_are_told_of_and_kept);
    tcase_add_test(t, an_error_of_the_host_breaks_neither_the_file_nor_what_was_written);
    tcase_add_test(t, a_flush_that_fails_fails_for_ever);
    tcase_add_test(t, hostile_tables_get_nowhere);
    tcase_add_test(t, data_is_never_written_where_a_table_is);
    suite_add_tcase(s, t);
    return s;
}
