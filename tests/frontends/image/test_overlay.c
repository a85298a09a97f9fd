/* SPDX-License-Identifier: MIT */
/* Catches: snapshot=on that changes the file, wrong bytes around the edges of changed clusters, changes that are lost or half
   made when the host's temporary disk is full, temporary files left behind. */
#include <dirent.h>
#include <sys/resource.h>

#include "tests/frontends/image/faults.h"
#include "tests/frontends/image/scratch.h"

/* Not a multiple of the 64 KiB cluster, nor (by one byte) of a sector. */
enum { FILE_SIZE = 16 * 65536 + 5 * 512 - 1, DISK = FILE_SIZE + 1 };

static uint8_t original[DISK], expected[DISK], got[DISK];   /* the file, the disk as it must be, and as it is */
static uint64_t seed;

static void setup(void)
{
    memset(faults, 0, sizeof faults);
    seed = 41;
    scratch_make();
    setenv("TMPDIR", scratch_directory, 1);
    scratch_fill(FILE_SIZE);
    for (size_t i = 0; i < FILE_SIZE; i++)
        original[i] = scratch_byte(i);
    memcpy(expected, original, DISK);
}

static uint32_t any(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32) % below;
}

static void check_disk(struct image *image)
{
    ck_assert_int_eq(scratch_read(image, 0, got, DISK), 0);
    ck_assert_mem_eq(got, expected, DISK);
}

static void check_file_is_unchanged(void)
{
    struct stat st;
    ck_assert_int_eq(stat(scratch_disk, &st), 0);
    ck_assert_int_eq(st.st_size, FILE_SIZE);
    scratch_peek(0, got, FILE_SIZE);
    ck_assert_mem_eq(got, original, FILE_SIZE);
}

/* Offsets and lengths that like the edges of clusters. Returns what the port said; the reference is changed only on success. */
static int step(struct image *image)
{
    static uint8_t data[DISK];
    uint32_t offset = any(3) ? any(DISK) : any(17) * 65536, length = any(3) ? any(5000) : any(4) * 65536;
    if (length > DISK - offset)
        length = DISK - offset;
    int result = 0;
    switch (any(5)) {
    case 0:
        result = scratch_read(image, offset, got, length);
        if (!result && length)
            ck_assert_mem_eq(got, expected + offset, length);
        return result;
    case 1:
    case 2:
        for (uint32_t i = 0; i < length; i++)
            data[i] = (uint8_t)any(256);
        result = scratch_write(image, offset, data, length);
        if (!result)
            memcpy(expected + offset, data, length);
        return result;
    case 3:
        result = scratch_zero(image, offset, length, any(2));
        if (!result)
            memset(expected + offset, 0, length);
        return result;
    default:
        result = scratch_discard(image, offset, length);
        if (!result)
            memset(expected + offset, 0, length);
        return result;
    }
}

START_TEST(random_operations_agree_with_an_array_and_are_dropped)
{
    for (int round = 0; round < 20; round++) {
        struct image *image = scratch_open(false, true);
        for (int i = 0; i < 100; i++)
            ck_assert_int_eq(step(image), 0);
        ck_assert_int_eq(scratch_flush(image), 0);
        check_disk(image);
        image_close(image);
        check_file_is_unchanged();
        memcpy(expected, original, DISK);
    }
}
END_TEST

START_TEST(a_small_write_keeps_the_rest_of_its_cluster)
{
    struct image *image = scratch_open(false, true);
    const uint32_t places[] = { 0, 65535, 65536, 3 * 65536 - 256, 5 * 65536 + 1000, DISK - 512 };
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        memset(expected + places[i], 0x5a, 512);
        ck_assert_int_eq(scratch_write(image, places[i], expected + places[i], 512), 0);
        check_disk(image);
    }
    image_close(image);
    check_file_is_unchanged();
}
END_TEST

START_TEST(a_failed_copy_changes_nothing)
{
    struct image *image = scratch_open(false, true);
    for (unsigned skip = 0; skip < 2; skip++) {
        faults[FAULT_WRITE] = (struct fault){ .error = ENOSPC, .skip = skip, .times = 1000, .most = 1000 };
        ck_assert_int_eq(scratch_write(image, 1000, "abc", 3), -ENOSPC);
        ck_assert_int_eq(scratch_write(image, 65536, got, 65536), -ENOSPC);   /* torn in the temporary file: must not be seen */
        memset(faults, 0, sizeof faults);
        check_disk(image);
    }
    faults[FAULT_READ] = (struct fault){ .error = EIO, .times = 1 };
    ck_assert_int_eq(scratch_write(image, 1000, "abc", 3), -EIO);
    check_disk(image);
    ck_assert_int_eq(scratch_discard(image, 65536, 65536), 0);   /* what was torn must not shine through a discard either */
    memset(expected + 65536, 0, 65536);
    check_disk(image);
    memcpy(expected + 1000, "abc", 3);
    ck_assert_int_eq(scratch_write(image, 1000, "abc", 3), 0);
    check_disk(image);
    image_close(image);
}
END_TEST

START_TEST(short_and_interrupted_calls_are_completed)
{
    struct image *image = scratch_open(false, true);
    faults[FAULT_READ] = (struct fault){ .error = EINTR, .skip = 3, .times = 50, .most = 7000 };
    faults[FAULT_WRITE] = (struct fault){ .error = EINTR, .skip = 5, .times = 50, .most = 3333 };
    for (int i = 0; i < 60; i++)
        ck_assert_int_eq(step(image), 0);
    check_disk(image);
    image_close(image);
}
END_TEST

START_TEST(the_temporary_file_has_no_name_and_takes_only_the_room_of_the_changes)
{
    struct image *image = scratch_open(false, true);
    ck_assert_int_eq(scratch_write(image, 0, "x", 1), 0);
    DIR *directory = opendir(scratch_directory);
    int names = 0;
    for (struct dirent *d = readdir(directory); d; d = readdir(directory))
        names += d->d_name[0] != '.';
    closedir(directory);
    ck_assert_int_eq(names, 1);   /* disk.img */
    image_close(image);
}
END_TEST

START_TEST(a_place_where_nothing_can_be_kept_is_refused_with_advice)
{
    char nowhere[5000];
    snprintf(nowhere, sizeof nowhere, "%s/nowhere", scratch_directory);
    setenv("TMPDIR", nowhere, 1);
    struct error err = { "" };
    ck_assert_ptr_null(scratch_try("raw", false, true, &err));
    scratch_message(&err, "TMPDIR");
    setenv("TMPDIR", scratch_directory, 1);
    struct rlimit limit = { 4096, 4096 };
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert_ptr_null(scratch_try("raw", false, true, &err));
    scratch_message(&err, "TMPDIR");
}
END_TEST

START_TEST(a_large_sparse_disk_costs_little)
{
    ck_assert_int_eq(truncate(scratch_disk, (off_t)(64 * GIB)), 0);
    struct image *image = scratch_open(false, true);
    ck_assert_int_eq(scratch_write(image, 50 * GIB + 123, "far out", 7), 0);
    char text[8] = "";
    ck_assert_int_eq(scratch_read(image, 50 * GIB + 123, text, 7), 0);
    ck_assert_str_eq(text, "far out");
    ck_assert_int_eq(scratch_discard(image, 1, 60 * GIB), 0);
    ck_assert_int_eq(scratch_read(image, 50 * GIB + 123, text, 7), 0);
    ck_assert_mem_eq(text, "\0\0\0\0\0\0\0", 7);
    ck_assert_int_eq(scratch_read(image, 0, text, 2), 0);
    ck_assert_uint_eq((uint8_t)text[0], scratch_byte(0));
    ck_assert_uint_eq((uint8_t)text[1], 0);
    image_close(image);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("overlay");
    TCase *t = tcase_create("overlay");
    tcase_add_checked_fixture(t, setup, scratch_remove);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, random_operations_agree_with_an_array_and_are_dropped);
    tcase_add_test(t, a_small_write_keeps_the_rest_of_its_cluster);
    tcase_add_test(t, a_failed_copy_changes_nothing);
    tcase_add_test(t, short_and_interrupted_calls_are_completed);
    tcase_add_test(t, the_temporary_file_has_no_name_and_takes_only_the_room_of_the_changes);
    tcase_add_test(t, a_place_where_nothing_can_be_kept_is_refused_with_advice);
    tcase_add_test(t, a_large_sparse_disk_costs_little);
    suite_add_tcase(s, t);
    return s;
}
