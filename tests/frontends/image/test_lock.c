/* SPDX-License-Identifier: MIT */
/* Catches: two writers on one image, a reader of an image that changes under it, locks that outlive their holder or are lost
   early, messages that do not say what to do. */
#include <signal.h>
#include <sys/wait.h>

#include "tests/frontends/image/scratch.h"

/* Another process that has the image open until it is told to end. */
struct holder {
    pid_t pid;
    int release;   /* a byte written here tells it */
};

static struct holder hold(bool read_only, bool snapshot)
{
    int ready[2], release[2];
    ck_assert_int_eq(pipe(ready), 0);
    ck_assert_int_eq(pipe(release), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        struct error err;
        struct image *image = scratch_try("raw", read_only, snapshot, &err);
        char c = image ? 'y' : 'n';
        if (write(ready[1], &c, 1) != 1 || read(release[0], &c, 1) != 1)
            _exit(2);
        image_close(image);
        _exit(0);
    }
    close(ready[1]);
    close(release[0]);
    char c = 0;
    ck_assert_int_eq(read(ready[0], &c, 1), 1);
    ck_assert_int_eq(c, 'y');
    close(ready[0]);
    return (struct holder){ pid, release[1] };
}

static void let_go(struct holder holder)
{
    int status;
    ck_assert_int_eq(write(holder.release, "", 1), 1);
    close(holder.release);
    ck_assert_int_eq(waitpid(holder.pid, &status, 0), holder.pid);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Whether an image can be opened this way, and with which advice if not. */
static void expect(bool read_only, bool snapshot, const char *advice)
{
    struct error err = { "" };
    struct image *image = scratch_try("raw", read_only, snapshot, &err);
    if (advice) {
        ck_assert_ptr_null(image);
        scratch_message(&err, advice);
    } else {
        ck_assert_msg(image != NULL, "%s", err.text);
    }
    image_close(image);
}

START_TEST(a_writer_has_the_image_alone)
{
    scratch_fill(MIB);
    struct holder holder = hold(false, false);
    expect(false, false, "close that first");
    expect(true, false, "work on a copy");
    expect(false, true, "work on a copy");
    let_go(holder);
    expect(false, false, NULL);
}
END_TEST

START_TEST(readers_and_snapshots_share_and_keep_writers_out)
{
    scratch_fill(MIB);
    struct holder reader = hold(true, false), other = hold(false, true);
    expect(true, false, NULL);
    expect(false, true, NULL);
    expect(false, false, "snapshot=on");
    let_go(reader);
    expect(false, false, "readonly=on");
    let_go(other);
    expect(false, false, NULL);
}
END_TEST

START_TEST(a_killed_holder_leaves_no_lock)
{
    scratch_fill(MIB);
    struct holder holder = hold(false, false);
    ck_assert_int_eq(kill(holder.pid, SIGKILL), 0);
    ck_assert_int_eq(waitpid(holder.pid, NULL, 0), holder.pid);
    close(holder.release);
    expect(false, false, NULL);
}
END_TEST

START_TEST(two_machines_in_one_process_exclude_each_other_too)
{
    scratch_fill(MIB);
    struct image *first = scratch_open(false, false);
    expect(false, false, "in use");
    expect(true, false, "in use");
    expect(false, false, "in use");   /* the failed tries above closed descriptors of the file, which must not unlock it */
    image_close(first);
    struct image *a = scratch_open(true, false), *b = scratch_open(true, false);
    image_close(a);
    expect(false, false, "in use");
    image_close(b);
    expect(false, false, NULL);
}
END_TEST

START_TEST(another_programs_exclusive_lock_is_respected)
{
    scratch_fill(MIB);
    int fd = open(scratch_disk, O_RDWR);
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    ck_assert_int_eq(fcntl(fd, F_OFD_SETLK, &lock), 0);
    expect(false, false, "in use");
    expect(true, false, "in use");
    close(fd);
    expect(false, false, NULL);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("lock");
    TCase *t = tcase_create("lock");
    tcase_add_checked_fixture(t, scratch_make, scratch_remove);
    tcase_add_test(t, a_writer_has_the_image_alone);
    tcase_add_test(t, readers_and_snapshots_share_and_keep_writers_out);
    tcase_add_test(t, a_killed_holder_leaves_no_lock);
    tcase_add_test(t, two_machines_in_one_process_exclude_each_other_too);
    tcase_add_test(t, another_programs_exclusive_lock_is_respected);
    suite_add_tcase(s, t);
    return s;
}
