/* SPDX-License-Identifier: MIT */
/* Catches: data at the wrong place, lost or doubled bytes after short and interrupted host calls, host errors that are hidden
   or end the process, flushes that lie, holes punched too wide. */
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/frontends/image/faults.h"
#include "tests/frontends/image/scratch.h"

enum { DISK = 1024 * 1024 };

static uint8_t expected[DISK], got[DISK];
static uint64_t seed;

static void setup(void)
{
    memset(faults, 0, sizeof faults);
    seed = 20240229;
    scratch_make();
    scratch_fill(DISK);
    for (size_t i = 0; i < DISK; i++)
        expected[i] = scratch_byte(i);
}

/* xorshift64: the same numbers in every run. */
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

/* One random operation on image and reference alike. */
static void step(struct image *image)
{
    uint32_t offset = any(DISK), length = any(any(4) ? 4096 : 200000);
    if (length > DISK - offset)
        length = DISK - offset;
    switch (any(5)) {
    case 0:
        ck_assert_int_eq(scratch_read(image, offset, got, length), 0);
        if (length)
            ck_assert_mem_eq(got, expected + offset, length);
        break;
    case 1:
    case 2:
        for (uint32_t i = 0; i < length; i++)
            expected[offset + i] = (uint8_t)any(256);
        ck_assert_int_eq(scratch_write(image, offset, expected + offset, length), 0);
        break;
    case 3:
        memset(expected + offset, 0, length);
        ck_assert_int_eq(scratch_zero(image, offset, length, any(2)), 0);
        break;
    default:
        memset(expected + offset, 0, length);
        ck_assert_int_eq(scratch_discard(image, offset, length), 0);
    }
}

START_TEST(random_operations_agree_with_an_array)
{
    struct image *image = scratch_open(false, false);
    for (int i = 0; i < 2000; i++)
        step(image);
    check_disk(image);
    ck_assert_int_eq(scratch_flush(image), 0);
    image_close(image);
    scratch_peek(0, got, DISK);
    ck_assert_mem_eq(got, expected, DISK);
}
END_TEST

START_TEST(short_and_interrupted_calls_are_completed)
{
    struct image *image = scratch_open(false, false);
    faults[FAULT_READ] = (struct fault){ .error = EINTR, .skip = 3, .times = 200, .most = 700 };
    faults[FAULT_WRITE] = (struct fault){ .error = EINTR, .skip = 5, .times = 200, .most = 333 };
    faults[FAULT_SYNC] = (struct fault){ .error = EINTR, .times = 3 };
    faults[FAULT_PUNCH] = (struct fault){ .error = EINTR, .times = 3 };
    for (int i = 0; i < 60; i++)
        step(image);
    ck_assert_int_eq(scratch_flush(image), 0);
    ck_assert_uint_eq(faults[FAULT_READ].times + faults[FAULT_WRITE].times + faults[FAULT_SYNC].times, 0);
    check_disk(image);
    image_close(image);
}
END_TEST

START_TEST(host_errors_become_results_and_the_image_goes_on)
{
    struct image *image = scratch_open(false, false);
    faults[FAULT_READ] = (struct fault){ .error = EIO, .times = 1 };
    ck_assert_int_eq(scratch_read(image, 0, got, 4096), -EIO);
    faults[FAULT_WRITE] = (struct fault){ .error = ENOSPC, .times = 2 };
    ck_assert_int_eq(scratch_write(image, 0, expected + 4096, 4096), -ENOSPC);
    ck_assert_int_eq(scratch_write(image, 0, expected + 4096, 4096), -ENOSPC);
    check_disk(image);
    ck_assert_int_eq(scratch_write(image, 0, expected + 4096, 4096), 0);
    memcpy(expected, expected + 4096, 4096);
    faults[FAULT_PUNCH] = (struct fault){ .error = ENOSPC, .times = 2 };
    ck_assert_int_eq(scratch_discard(image, 0, 4096), -ENOSPC);
    ck_assert_int_eq(scratch_zero(image, 0, 4096, false), -ENOSPC);
    check_disk(image);
    ck_assert_int_eq(scratch_flush(image), 0);
    image_close(image);
}
END_TEST

START_TEST(a_flush_reaches_the_host_and_a_failed_one_is_never_forgotten)
{
    struct image *image = scratch_open(false, false);
    ck_assert_int_eq(scratch_flush(image), 0);
    ck_assert_uint_eq(faults[FAULT_SYNC].calls, 0);   /* nothing to flush */
    ck_assert_int_eq(scratch_write(image, 512, "x", 1), 0);
    ck_assert_int_eq(scratch_flush(image), 0);
    ck_assert_uint_eq(faults[FAULT_SYNC].calls, 1);
    ck_assert_int_eq(scratch_write(image, 512, "y", 1), 0);
    faults[FAULT_SYNC] = (struct fault){ .error = EIO, .times = 1 };
    ck_assert_int_eq(scratch_flush(image), -EIO);
    ck_assert_int_eq(scratch_flush(image), -EIO);     /* the host would say yes now, but the data may be gone */
    ck_assert_int_eq(scratch_write(image, 512, "z", 1), 0);
    ck_assert_int_eq(scratch_flush(image), -EIO);
    image_close(image);
}
END_TEST

START_TEST(closing_flushes)
{
    struct image *image = scratch_open(false, false);
    ck_assert_int_eq(scratch_write(image, 0, "x", 1), 0);
    image_close(image);
    ck_assert_uint_eq(faults[FAULT_SYNC].calls, 1);
}
END_TEST

START_TEST(a_file_that_was_cut_short_is_an_io_error)
{
    struct image *image = scratch_open(false, false);
    ck_assert_int_eq(truncate(scratch_disk, DISK / 2 + 100), 0);
    ck_assert_int_eq(scratch_read(image, DISK / 2, got, 512), -EIO);
    ck_assert_int_eq(scratch_read(image, 0, got, DISK / 2), 0);
    ck_assert_int_eq(scratch_write(image, DISK / 2, expected + DISK / 2, DISK / 2), 0);
    check_disk(image);
    image_close(image);
}
END_TEST

START_TEST(a_limit_on_file_sizes_is_an_io_error_and_not_a_signal)
{
    struct image *image = scratch_open(false, false);
    struct rlimit limit = { DISK / 2, DISK / 2 };
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert_int_eq(scratch_write(image, DISK / 2 + 4096, expected, 4096), -EFBIG);
    ck_assert_int_eq(scratch_write(image, 0, expected, 4096), 0);
    check_disk(image);
    image_close(image);
}
END_TEST

/* A file system of 1 MiB in a mount namespace of this test's process. False where the host does not let us. */
static bool mount_small(void)
{
    if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return false;
    return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0
        && mount("small", scratch_directory, "tmpfs", 0, "size=1m") == 0;
}

START_TEST(a_full_disk_is_an_io_error_until_there_is_room_again)
{
    if (!mount_small())
        return;
    int fd = open(scratch_disk, O_RDWR | O_CREAT, 0600);
    ck_assert_int_eq(ftruncate(fd, 2 * DISK), 0);
    close(fd);
    struct image *image = scratch_open(false, false);
    ck_assert_int_eq(scratch_write(image, 0, expected, DISK / 2), 0);
    ck_assert_int_eq(scratch_write(image, DISK, expected, DISK), -ENOSPC);
    ck_assert_int_eq(scratch_read(image, 0, got, DISK / 2), 0);
    ck_assert_mem_eq(got, expected, DISK / 2);
    ck_assert_int_eq(scratch_discard(image, 0, DISK / 2), 0);
    ck_assert_int_eq(scratch_discard(image, DISK, DISK), 0);
    ck_assert_int_eq(scratch_write(image, DISK, expected, DISK / 2), 0);
    ck_assert_int_eq(scratch_read(image, DISK, got, DISK / 2), 0);
    ck_assert_mem_eq(got, expected, DISK / 2);
    image_close(image);
    ck_assert_int_eq(umount(scratch_directory), 0);
}
END_TEST

START_TEST(what_is_discarded_or_zeroed_takes_no_room_and_its_neighbours_stay)
{
    for (int zeroes = 0; zeroes < 2; zeroes++) {
        struct image *image = scratch_open(false, false);
        struct stat before, after;
        ck_assert_int_eq(scratch_write(image, 0, expected, DISK), 0);
        ck_assert_int_eq(scratch_flush(image), 0);
        ck_assert_int_eq(stat(scratch_disk, &before), 0);
        if (zeroes)
            ck_assert_int_eq(scratch_zero(image, 1000, DISK - 2000, true), 0);
        else
            ck_assert_int_eq(scratch_discard(image, 1000, DISK - 2000), 0);
        memset(expected + 1000, 0, DISK - 2000);
        check_disk(image);
        ck_assert_int_eq(scratch_flush(image), 0);
        ck_assert_int_eq(stat(scratch_disk, &after), 0);
        ck_assert_int_eq(after.st_size, before.st_size);
        ck_assert_int_lt(after.st_blocks, DISK / 512 / 2);
        image_close(image);
    }
}
END_TEST

/* The guest sees the same disk on every host: what cannot be given back stays, and zeros are written. */
START_TEST(a_host_that_makes_no_holes_keeps_what_is_discarded_and_is_sent_zeros)
{
    faults[FAULT_PUNCH] = (struct fault){ .error = EOPNOTSUPP, .times = 1000 };
    struct image *image = scratch_open(false, false);
    ck_assert_int_eq(scratch_discard(image, 0, DISK / 2), 0);
    check_disk(image);
    for (int unmap = 0; unmap < 2; unmap++) {
        ck_assert_int_eq(scratch_zero(image, 5000 + unmap * 300000, 200000, unmap), 0);
        memset(expected + 5000 + unmap * 300000, 0, 200000);
        check_disk(image);
    }
    faults[FAULT_WRITE] = (struct fault){ .error = ENOSPC, .times = 1 };
    ck_assert_int_eq(scratch_zero(image, 0, 4096, true), -ENOSPC);
    image_close(image);
}
END_TEST

START_TEST(flushed_data_survives_the_death_of_the_process)
{
    int ready[2];
    ck_assert_int_eq(pipe(ready), 0);
    memset(expected + 4096, 0xa5, 8192);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        struct error err;
        struct image *image = scratch_try("raw", false, false, &err);
        bool done = image && scratch_write(image, 4096, expected + 4096, 8192) == 0 && scratch_flush(image) == 0;
        if (write(ready[1], done ? "y" : "n", 1) == 1)
            pause();
        _exit(1);
    }
    char c = 0;
    ck_assert_int_eq(read(ready[0], &c, 1), 1);
    ck_assert_int_eq(c, 'y');
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    struct image *image = scratch_open(true, false);
    check_disk(image);
    image_close(image);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("raw");
    TCase *t = tcase_create("raw");
    tcase_add_checked_fixture(t, setup, scratch_remove);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, random_operations_agree_with_an_array);
    tcase_add_test(t, short_and_interrupted_calls_are_completed);
    tcase_add_test(t, host_errors_become_results_and_the_image_goes_on);
    tcase_add_test(t, a_flush_reaches_the_host_and_a_failed_one_is_never_forgotten);
    tcase_add_test(t, closing_flushes);
    tcase_add_test(t, a_file_that_was_cut_short_is_an_io_error);
    tcase_add_test(t, a_limit_on_file_sizes_is_an_io_error_and_not_a_signal);
    tcase_add_test(t, a_full_disk_is_an_io_error_until_there_is_room_again);
    tcase_add_test(t, what_is_discarded_or_zeroed_takes_no_room_and_its_neighbours_stay);
    tcase_add_test(t, a_host_that_makes_no_holes_keeps_what_is_discarded_and_is_sent_zeros);
    tcase_add_test(t, flushed_data_survives_the_death_of_the_process);
    suite_add_tcase(s, t);
    return s;
}
