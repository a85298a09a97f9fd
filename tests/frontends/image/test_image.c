/* SPDX-License-Identifier: MIT */
/* Catches: unclear messages, images opened although they are of another format, wrong sizes, writes that pass a read-only image,
   requests outside the disk that reach the file. */
#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "tests/frontends/image/scratch.h"

static void write_head(const void *bytes, size_t length)
{
    scratch_fill(MIB);
    FILE *f = fopen(scratch_disk, "r+b");
    ck_assert_ptr_nonnull(f);
    fwrite(bytes, 1, length, f);
    fclose(f);
}

static void refused(const char *format, bool read_only, bool snapshot, const char *word)
{
    struct error err = { "" };
    ck_assert_ptr_null(scratch_try(format, read_only, snapshot, &err));
    scratch_message(&err, word);
}

START_TEST(a_port_says_what_the_disk_is)
{
    scratch_fill(MIB);
    struct error err = { "" };
    struct image_options options = { .file = scratch_disk, .serial = "ORRERY-0123456789-20" };
    struct image *image = image_open(&options, &err);
    ck_assert_msg(image != NULL, "%s", err.text);
    struct blockdev *port = image_port(image);
    ck_assert_uint_eq(port->size, MIB);
    ck_assert(!port->read_only);
    ck_assert_str_eq(port->serial, "ORRERY-0123456789-20");
    image_close(image);
    image_close(NULL);
}
END_TEST

START_TEST(what_cannot_be_a_disk_is_refused_with_advice)
{
    refused("raw", false, false, "truncate");   /* missing */
    refused("raw", true, false, "No such file");
    ck_assert_int_eq(mkfifo(scratch_disk, 0600), 0);
    refused("raw", true, false, "pipe");
    refused(NULL, false, false, "pipe");
    ck_assert_int_eq(unlink(scratch_disk), 0);
    ck_assert_int_eq(mkdir(scratch_disk, 0700), 0);
    refused("raw", true, false, "directory");
    refused("raw", false, false, "directory");
    ck_assert_int_eq(rmdir(scratch_disk), 0);
    scratch_fill(0);
    refused("raw", false, false, "empty");
}
END_TEST

START_TEST(sockets_and_character_devices_are_refused)
{
    struct error err = { "" };
    struct image_options options = { .file = "/dev/zero" };
    ck_assert_ptr_null(image_open(&options, &err));
    ck_assert_msg(strstr(err.text, "character device") != NULL, "%s", err.text);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int length = snprintf(address.sun_path, sizeof address.sun_path, "%s", scratch_disk);
    if (length >= (int)sizeof address.sun_path)
        return;   /* a deep TMPDIR: no socket can have this name */
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(s, (struct sockaddr *)&address, sizeof address), 0);
    refused("raw", false, false, "socket");
    close(s);
}
END_TEST

START_TEST(a_file_without_permissions_is_refused_with_advice)
{
    scratch_fill(MIB);
    ck_assert_int_eq(chmod(scratch_disk, 0444), 0);
    uid_t user = geteuid();
    if (user == 0) {   /* root may do all: be nobody for a while */
        ck_assert_int_eq(chmod(scratch_directory, 0755), 0);
        ck_assert_int_eq(seteuid(65534), 0);
    }
    refused("raw", false, false, "readonly=on");
    struct image *image = scratch_open(true, false);
    image_close(image);
    image = scratch_open(false, true);
    image_close(image);
    ck_assert_int_eq(seteuid(user), 0);
    ck_assert_int_eq(chmod(scratch_disk, 0), 0);
    ck_assert_int_eq(user == 0 ? seteuid(65534) : 0, 0);
    refused("raw", true, false, "permissions");
    ck_assert_int_eq(seteuid(user), 0);
}
END_TEST

START_TEST(a_size_that_is_no_multiple_of_a_sector_is_padded_for_reading_and_refused_for_writing)
{
    scratch_fill(1000);
    refused("raw", false, false, "truncate -s %512");
    for (int snapshot = 0; snapshot < 2; snapshot++) {
        struct image *image = scratch_open(!snapshot, snapshot);
        ck_assert_uint_eq(image_port(image)->size, 1024);
        uint8_t got[1024];
        memset(got, 0xee, sizeof got);
        ck_assert_int_eq(scratch_read(image, 0, got, sizeof got), 0);
        for (int i = 0; i < 1024; i++)
            ck_assert_uint_eq(got[i], i < 1000 ? scratch_byte((uint64_t)i) : 0);
        memset(got, 0xee, sizeof got);
        ck_assert_int_eq(scratch_read(image, 1010, got, 14), 0);
        for (int i = 0; i < 14; i++)
            ck_assert_uint_eq(got[i], 0);
        image_close(image);
    }
}
END_TEST

START_TEST(other_formats_are_named_and_refused)
{
    scratch_fill(MIB);
    refused("vhdx", false, false, "qemu-img convert");
    refused("vmdk", false, false, "qemu-img convert");
    refused("floppy", false, false, "floppy");
    refused("", false, false, "raw and qcow2");
    refused("qcow2", false, false, "format=raw");
    write_head("KDMV", 4);
    refused(NULL, false, false, "vmdk");
    refused(NULL, true, false, "format=raw");
    refused(NULL, false, true, "vmdk");
    write_head("\xfd" "7zXZ\0", 6);
    refused(NULL, false, false, "unpack");
}
END_TEST

START_TEST(a_disk_that_is_written_must_say_that_it_is_qcow2)
{
    write_head("QFI\xfb\0\0\0\3", 8);
    refused(NULL, false, false, "format=qcow2");
    refused(NULL, false, false, "format=raw");
    refused(NULL, true, false, "clusters");   /* of a file that does not change it is found out, and this one is damaged */
    refused(NULL, false, true, "clusters");
}
END_TEST

START_TEST(a_foreign_beginning_is_plain_data_when_the_user_says_raw)
{
    write_head("QFI\xfb\0\0\0\3", 8);
    struct image *image = scratch_open(false, false);
    uint8_t got[4];
    ck_assert_int_eq(scratch_read(image, 0, got, 4), 0);
    ck_assert_mem_eq(got, "QFI\xfb", 4);
    image_close(image);
}
END_TEST

START_TEST(a_serial_number_that_does_not_fit_is_refused)
{
    scratch_fill(MIB);
    struct error err = { "" };
    struct image_options options = { .file = scratch_disk, .serial = "123456789012345678901" };
    ck_assert_ptr_null(image_open(&options, &err));
    ck_assert_msg(strstr(err.text, "20") != NULL, "%s", err.text);
    options.serial = "tab\there";
    ck_assert_ptr_null(image_open(&options, &err));
}
END_TEST

START_TEST(a_read_only_disk_refuses_changes)
{
    scratch_fill(MIB);
    for (int snapshot = 0; snapshot < 2; snapshot++) {   /* snapshot=on does not make it writable */
        struct image *image = scratch_open(true, snapshot);
        ck_assert(image_port(image)->read_only);
        ck_assert_int_eq(scratch_write(image, 0, "x", 1), -EROFS);
        ck_assert_int_eq(scratch_flush(image), 0);
        ck_assert_int_eq(scratch_discard(image, 0, 4096), -EROFS);
        ck_assert_int_eq(scratch_zero(image, 0, 4096, true), -EROFS);
        image_close(image);
    }
    uint8_t first;
    scratch_peek(0, &first, 1);
    ck_assert_uint_eq(first, scratch_byte(0));
}
END_TEST

START_TEST(requests_outside_the_disk_are_refused)
{
    static uint8_t buffer[1024];
    scratch_fill(MIB);
    for (int snapshot = 0; snapshot < 2; snapshot++) {
        struct image *image = scratch_open(false, snapshot);
        const struct { uint64_t offset; size_t length; int result; } rows[] = {
            { MIB - 512, 512, 0 }, { MIB, 0, 0 }, { 0, 0, 0 },
            { MIB - 512, 513, -EINVAL }, { MIB, 1, -EINVAL }, { MIB + 1, 0, -EINVAL }, { UINT64_MAX, 1, -EINVAL },
            { UINT64_MAX - 511, 1024, -EINVAL }, { 1ull << 63, 512, -EINVAL },
        };
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
            ck_assert_int_eq(scratch_read(image, rows[i].offset, buffer, rows[i].length), rows[i].result);
            ck_assert_int_eq(scratch_write(image, rows[i].offset, buffer, rows[i].length), rows[i].result);
            ck_assert_int_eq(scratch_discard(image, rows[i].offset, rows[i].length), rows[i].result);
            ck_assert_int_eq(scratch_zero(image, rows[i].offset, rows[i].length, true), rows[i].result);
        }
        ck_assert_int_eq(scratch_discard(image, 512, UINT64_MAX - 100), -EINVAL);
        image_close(image);
    }
    struct stat st;
    ck_assert_int_eq(stat(scratch_disk, &st), 0);
    ck_assert_int_eq(st.st_size, (off_t)MIB);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("image");
    TCase *t = tcase_create("image");
    tcase_add_checked_fixture(t, scratch_make, scratch_remove);
    tcase_add_test(t, a_port_says_what_the_disk_is);
    tcase_add_test(t, what_cannot_be_a_disk_is_refused_with_advice);
    tcase_add_test(t, sockets_and_character_devices_are_refused);
    tcase_add_test(t, a_file_without_permissions_is_refused_with_advice);
    tcase_add_test(t, a_size_that_is_no_multiple_of_a_sector_is_padded_for_reading_and_refused_for_writing);
    tcase_add_test(t, other_formats_are_named_and_refused);
    tcase_add_test(t, a_disk_that_is_written_must_say_that_it_is_qcow2);
    tcase_add_test(t, a_foreign_beginning_is_plain_data_when_the_user_says_raw);
    tcase_add_test(t, a_serial_number_that_does_not_fit_is_refused);
    tcase_add_test(t, a_read_only_disk_refuses_changes);
    tcase_add_test(t, requests_outside_the_disk_are_refused);
    suite_add_tcase(s, t);
    return s;
}
