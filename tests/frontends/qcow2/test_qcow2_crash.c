/* SPDX-License-Identifier: MIT */
/* Catches: tables that reach the file before what they refer to, clusters used again too early, flushes that do not flush. All
   that a run does to its file is recorded; then the file is made anew as it would be had the process been killed, or the plug
   been pulled, at some moment. qemu-img must find no more than leaks, what was flushed must be there, and what was not flushed
   must be what it was before or what was written. */
#include "tests/frontends/qcow2/judge.h"
#include "tests/frontends/qcow2/recorder.h"
#include "tests/support/trials.h"

#ifdef __SANITIZE_ADDRESS__
enum { RUNS = 2, MOMENTS = 4 };
#else
enum { RUNS = 5, MOMENTS = 10 };
#endif
enum { DISK = 320 * 1024, STEPS = 120, FLUSHES = STEPS + 1 };

struct change {
    unsigned begun;                  /* recorded calls before */
    uint32_t offset, length;
    uint8_t *bytes;                  /* what the range is afterwards */
};

static uint8_t expected[DISK], got[DISK], data[DISK];
static struct change changes[STEPS];
static unsigned change_count;
static struct flush {
    unsigned done, changes;          /* calls and changes before it was done */
    uint8_t disk[DISK];
} flushes[FLUSHES];
static unsigned flush_count;
static struct recorder_file before, crashed;
static uint64_t seed;

static uint32_t any(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32) % below;
}

/* ---- a run ---- */

static void make_image(void)
{
    static const unsigned clusters[] = { 512, 1024, 4096, 65536 };
    unsigned cluster = clusters[any(ARRAY_SIZE(clusters))];
    bool is_old = !any(4);
    for (uint32_t i = 0; i < DISK; i++)
        expected[i] = (uint8_t)(i / 512 * 3 + 1);
    judge_write("below", expected, DISK);
    if (any(2)) {
        judge_run("qemu-img create -q -f qcow2 -b below -F raw -o cluster_size=%u,compat=%s disk.qcow2", cluster,
                  is_old ? "0.10" : "1.1");
    } else {
        judge_run("qemu-img convert -q %s -f raw -O qcow2 -o cluster_size=%u,compat=%s below disk.qcow2", any(2) ? "-c" : "",
                  cluster, is_old ? "0.10" : "1.1");
    }
    if (!any(3))
        judge_run("qemu-img snapshot -q -c one disk.qcow2");
    recorder_load(&before, "disk.qcow2");
}

static void flushed(void)
{
    struct flush *f = &flushes[flush_count++];
    f->done = recorder.count;
    f->changes = change_count;
    memcpy(f->disk, expected, DISK);
}

static void changed(unsigned begun, uint32_t offset, uint32_t length)
{
    struct change *c = &changes[change_count++];
    *c = (struct change){ begun, offset, length, malloc(length + 1) };
    memcpy(c->bytes, expected + offset, length);
}

static void step(struct image *image)
{
    uint32_t unit = 512u << any(8), offset = any(DISK / unit + 1) * unit, length = 512 * any(any(4) ? 10 : 160);
    unsigned begun = recorder.count;
    if (offset > DISK)
        offset = DISK;
    if (length > DISK - offset)
        length = DISK - offset;
    switch (any(8)) {
    case 0:
    case 1:
        ck_assert_int_eq(scratch_flush(image), 0);
        flushed();
        return;
    case 2:
        ck_assert_int_eq(scratch_zero(image, offset, length, any(2)), 0);
        memset(expected + offset, 0, length);
        break;
    case 3:
        ck_assert_int_eq(scratch_discard(image, offset, length), 0);
        ck_assert_int_eq(scratch_read(image, offset, expected + offset, length), 0);
        break;
    default:
        for (uint32_t i = 0; i < length; i++)
            data[i] = (uint8_t)any(256);
        ck_assert_int_eq(scratch_write(image, offset, data, length), 0);
        memcpy(expected + offset, data, length);
    }
    changed(begun, offset, length);
}

static void run(void)
{
    struct image_options options = { .file = "disk.qcow2", .format = "qcow2" };
    struct error err = { "" };
    recorder_start();
    flushed();
    struct image *image = image_open(&options, &err);
    ck_assert_msg(image != NULL, "%s", err.text);
    for (int i = 0; i < STEPS; i++)
        step(image);
    image_close(image);
    recorder.is_on = false;
    ck_assert_uint_lt(recorder.count, RECORDER_ROOM);
}

/* ---- after the crash ---- */

/* The file when the process died during the call `at`: all calls before are done, and a part of that one. */
static void kill_at(unsigned at)
{
    crashed = before;
    for (unsigned i = 0; i < at; i++)
        recorder_apply(&crashed, &recorder.calls[i], 0, recorder.calls[i].length);
    const struct recorded *torn = &recorder.calls[at];
    recorder_apply(&crashed, torn, 0, torn->length / 4096 * any(5) / 4 * 4096);   /* the kernel stops between pages */
    judge_write("crashed.qcow2", crashed.bytes, crashed.length);
}

/* The file when the plug was pulled: what was done before the last fdatasync that returned is there, of what came later some
   sectors. */
static void pull_plug_at(unsigned at)
{
    crashed = before;
    unsigned safe = at;
    while (safe > 0 && recorder.calls[safe - 1].kind != RECORDED_SYNC)
        safe--;
    for (unsigned i = 0; i < at; i++) {
        const struct recorded *r = &recorder.calls[i];
        bool is_whole = i < safe || !any(3);
        for (uint64_t from = 0; from < r->length && !is_whole; from += 512)
            if (any(2))
                recorder_apply(&crashed, r, from, from + 512 < r->length ? from + 512 : r->length);
        if (is_whole)
            recorder_apply(&crashed, r, 0, r->length);
    }
    judge_write("crashed.qcow2", crashed.bytes, crashed.length);
}

/* Whether byte i may be `value` on a disk that stopped at the call `at`. */
static bool may_be(const struct flush *f, unsigned at, uint32_t i, uint8_t value)
{
    if (f->disk[i] == value)
        return true;
    for (const struct change *c = &changes[f->changes]; c < &changes[change_count] && c->begun <= at; c++)
        if (i >= c->offset && i - c->offset < c->length && c->bytes[i - c->offset] == value)
            return true;
    return false;
}

static void check_disk(unsigned at)
{
    const struct flush *f = &flushes[flush_count - 1];
    while (f->done > at)
        f--;
    int status = judge("qemu-img check -q -f qcow2 crashed.qcow2");
    ck_assert_msg(status == JUDGE_SOUND || status == JUDGE_LEAKS, "at call %u of %u: %s", at, recorder.count, judge_said());
    struct image_options options = { .file = "crashed.qcow2", .format = "qcow2" };
    struct error err = { "" };
    struct image *image = image_open(&options, &err);
    ck_assert_msg(image != NULL, "%s", err.text);
    ck_assert_int_eq(scratch_read(image, 0, got, DISK), 0);
    for (uint32_t i = 0; i < DISK; i++)
        ck_assert_msg(may_be(f, at, i, got[i]), "at call %u of %u: byte %u is %u", at, recorder.count, i, got[i]);
    image_close(image);
}

static void begin(int n)
{
    seed = 0x2545f4914f6cdd1dull * (uint64_t)(n + 1);
    flush_count = change_count = 0;
    make_image();
    run();
    judge_run("qemu-img check -q disk.qcow2");
}

START_TEST(a_process_that_is_killed_leaves_what_was_flushed_and_no_more_than_leaks)
{
    begin(_i);
    for (uint64_t left = trials(MOMENTS, 1); left > 0; left--) {
        unsigned at = any(recorder.count);
        kill_at(at);
        check_disk(at);
    }
}
END_TEST

START_TEST(a_host_without_power_leaves_what_was_flushed_and_no_more_than_leaks)
{
    begin(_i + 1000);
    for (uint64_t left = trials(MOMENTS, 1); left > 0; left--) {
        unsigned at = any(recorder.count);
        pull_plug_at(at);
        check_disk(at);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("qcow2_crash");
    TCase *t = tcase_create("qcow2_crash");
    tcase_add_checked_fixture(t, judge_setup, judge_teardown);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, a_process_that_is_killed_leaves_what_was_flushed_and_no_more_than_leaks, 0, RUNS);
    tcase_add_loop_test(t, a_host_without_power_leaves_what_was_flushed_and_no_more_than_leaks, 0, RUNS);
    suite_add_tcase(s, t);
    return s;
}
