/* SPDX-License-Identifier: MIT */
/* Catches: any byte at the wrong place, any count or flag that QEMU would find wrong. A thousand sequences of random writes,
   zeros, discards, reads and flushes go to images of every shape, and to an array; after each the image is closed, and qemu-img
   checks it and, after every second one, compares it with the array. */
#include "tests/frontends/qcow2/judge.h"
#include "tests/support/trials.h"

#ifdef __SANITIZE_ADDRESS__
enum { IMAGES = 20 };
#else
enum { IMAGES = 167 };
#endif
enum { SEQUENCES = 6, DISK_MAX = 512 * 1024 };

static uint8_t expected[DISK_MAX], got[DISK_MAX], data[DISK_MAX];
static uint32_t disk;      /* bytes of this image's disk */
static bool has_narrow_counts;
static uint64_t seed;

/* xorshift64: the same numbers in every run. */
static uint32_t any(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32) % below;
}

/* ---- images ---- */

struct shape {
    unsigned cluster_bits, refcount_bits;
    bool is_old, is_lazy;     /* version 2; lazy reference counts */
};

static struct shape any_shape(void)
{
    static const unsigned clusters[] = { 9, 9, 10, 12, 14, 16, 16, 18 };
    struct shape s = { .cluster_bits = clusters[any(ARRAY_SIZE(clusters))], .refcount_bits = 1u << any(7), .is_old = !any(4) };
    s.is_lazy = !s.is_old && !any(4);
    if (s.is_old)
        s.refcount_bits = 16;
    return s;
}

static void make(const char *name, const struct shape *s, const char *backing, const char *backing_format, uint32_t size)
{
    judge_run("qemu-img create -q -f qcow2 -o cluster_size=%u,refcount_bits=%u,compat=%s%s %s %s %s %s %s %u",
              1u << s->cluster_bits, s->refcount_bits, s->is_old ? "0.10" : "1.1", s->is_lazy ? ",lazy_refcounts=on" : "",
              backing ? "-b" : "", backing ? backing : "", backing ? "-F" : "", backing ? backing_format : "", name, size);
}

static void fill_randomly(uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++)
        expected[i] = (uint8_t)(any(9) ? i / 16 * 7 : any(256));
}

/* A disk of raw bytes to stand on, of any size: longer, shorter, or not even of whole sectors. */
static uint32_t make_raw(const char *name)
{
    uint32_t size = 1 + any(DISK_MAX - 1), seen = size < disk ? size : disk;
    fill_randomly(0, size);
    judge_write(name, expected, size);
    memset(expected + seen, 0, DISK_MAX - seen);
    return seen;
}

/* An image that QEMU filled: compressed or not, in clusters of its own size. */
static void make_converted(const char *name, const struct shape *s, const char *options)
{
    fill_randomly(0, disk);
    memset(expected + disk / 3, 0, disk / 5);
    judge_write("raw", expected, disk);
    judge_run("qemu-img convert -q %s -f raw -O qcow2 -o cluster_size=%u,compat=%s raw %s", options, 1u << s->cluster_bits,
              s->is_old ? "0.10" : "1.1", name);
}

/* An image of random shape as "disk.qcow2", and in expected[] what is on it. */
static void make_any(void)
{
    struct shape top = any_shape(), below = any_shape();
    memset(expected, 0, sizeof expected);
    disk = (1 + any(DISK_MAX / 512)) * 512;
    has_narrow_counts = top.refcount_bits < 8;
    switch (any(6)) {
    case 0:
        make("disk.qcow2", &top, NULL, NULL, disk);
        break;
    case 1:
        make_converted("disk.qcow2", &top, "");
        break;
    case 2:
        make_converted("disk.qcow2", &top, "-c");
        break;
    case 3:
        make_raw("below");
        make("disk.qcow2", &top, "below", "raw", disk);
        break;
    case 4:
        make_converted("below", &below, any(2) ? "-c" : "");
        make("disk.qcow2", &top, "below", "qcow2", disk);
        break;
    default:
        make_raw("lowest");
        make("below", &below, "lowest", "raw", disk);
        make("disk.qcow2", &top, "below", "qcow2", disk);
    }
}

/* ---- operations ---- */

/* Offsets and lengths that like edges. */
static void any_range(uint32_t *offset, uint32_t *length)
{
    uint32_t unit = 1u << (9 + any(8));
    *offset = any(3) ? any(disk) : any(disk / unit + 1) * unit;
    *length = any(3) ? any(5000) : any(3) * unit;
    if (*offset > disk)
        *offset = disk;
    if (*length > disk - *offset)
        *length = disk - *offset;
}

/* What was discarded reads as zeros or as before. */
static void discard(struct image *image, uint32_t offset, uint32_t length)
{
    ck_assert_int_eq(scratch_discard(image, offset, length), 0);
    ck_assert_int_eq(scratch_read(image, offset, got, length), 0);
    for (uint32_t i = 0; i < length; i++)
        ck_assert(got[i] == 0 || got[i] == expected[offset + i]);
    memcpy(expected + offset, got, length);
}

static void step(struct image *image)
{
    uint32_t offset, length;
    any_range(&offset, &length);
    switch (any(10)) {
    case 0:
        ck_assert_int_eq(scratch_zero(image, offset, length, any(2)), 0);
        memset(expected + offset, 0, length);
        break;
    case 1:
        discard(image, offset, length);
        break;
    case 2:
        ck_assert_int_eq(scratch_flush(image), 0);
        break;
    case 3:
    case 4:
        ck_assert_int_eq(scratch_read(image, offset, got, length), 0);
        ck_assert_mem_eq(got, expected + offset, length);
        break;
    default:
        for (uint32_t i = 0; i < length; i++)
            data[i] = (uint8_t)any(256);
        ck_assert_int_eq(scratch_write(image, offset, data, length), 0);
        memcpy(expected + offset, data, length);
    }
}

static void run_sequence(int n)
{
    struct image_options options = { .file = "disk.qcow2", .format = "qcow2" };
    struct error err = { "" };
    struct image *image = image_open(&options, &err);
    ck_assert_msg(image != NULL, "%s", err.text);
    ck_assert_uint_eq(image_port(image)->size, disk);
    for (uint32_t steps = 1 + any(40); steps > 0; steps--)
        step(image);
    ck_assert_int_eq(scratch_read(image, 0, got, disk), 0);
    ck_assert_mem_eq(got, expected, disk);
    image_close(image);
    judge_run("qemu-img check -q -f qcow2 disk.qcow2");
    if (n % 2) {   /* what we read is what QEMU reads */
        judge_write("expected", expected, disk);
        judge_run("qemu-img compare -q -f qcow2 -F raw disk.qcow2 expected");
    }
}

START_TEST(random_sequences_leave_what_qemu_img_checks_and_compares)
{
    seed = 0x9e3779b97f4a7c15ull + (uint64_t)_i * 7919;
    make_any();
    for (int i = 0; i < SEQUENCES; i++) {
        run_sequence(i);
        if (!any(8) && !has_narrow_counts)   /* the snapshot shares everything from now on */
            judge_run("qemu-img snapshot -q -c snapshot%d disk.qcow2", i);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("qcow2_random");
    TCase *t = tcase_create("qcow2_random");
    tcase_add_checked_fixture(t, judge_setup, judge_teardown);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, random_sequences_leave_what_qemu_img_checks_and_compares, 0, (int)trials(IMAGES, 1));
    suite_add_tcase(s, t);
    return s;
}
