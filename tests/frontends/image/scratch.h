/* SPDX-License-Identifier: MIT */
/* A directory for each test to make images in, and short ways to open them. */
#ifndef TESTS_FRONTENDS_IMAGE_SCRATCH_H
#define TESTS_FRONTENDS_IMAGE_SCRATCH_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frontends/image/image.h"
#include "tests/support/support.h"

static char scratch_directory[4096];
static char scratch_disk[5000];   /* the image most tests use */

static inline void scratch_make(void)
{
    const char *parent = getenv("TMPDIR");
    snprintf(scratch_directory, sizeof scratch_directory, "%s/orrery-test.XXXXXX", parent && *parent ? parent : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(scratch_directory));
    snprintf(scratch_disk, sizeof scratch_disk, "%s/disk.img", scratch_directory);
}

static inline void scratch_remove(void)
{
    char command[5000];
    snprintf(command, sizeof command, "rm -rf '%s'", scratch_directory);
    if (system(command) != 0)
        fprintf(stderr, "%s is left behind\n", scratch_directory);
}

/* Makes scratch_disk: byte i is a function of i that differs between neighbouring sectors and clusters. */
static inline uint8_t scratch_byte(uint64_t i)
{
    return (uint8_t)(i * 7 + i / 512 * 13 + i / 65536 * 101);
}

static inline void scratch_fill(size_t size)
{
    FILE *f = fopen(scratch_disk, "wb");
    ck_assert_ptr_nonnull(f);
    for (size_t i = 0; i < size; i++)
        putc(scratch_byte(i), f);
    ck_assert_int_eq(fclose(f), 0);
}

/* What the file has now, at this offset. */
static inline void scratch_peek(uint64_t offset, void *to, size_t length)
{
    int fd = open(scratch_disk, O_RDONLY);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pread(fd, to, length, (off_t)offset), (ssize_t)length);
    close(fd);
}

static inline struct image *scratch_try(const char *format, bool read_only, bool snapshot, struct error *err)
{
    struct image_options options = { .file = scratch_disk, .format = format, .read_only = read_only, .snapshot = snapshot };
    return image_open(&options, err);
}

static inline struct image *scratch_open(bool read_only, bool snapshot)
{
    struct error err = { "" };
    struct image *image = scratch_try("raw", read_only, snapshot, &err);
    ck_assert_msg(image != NULL, "%s", err.text);
    return image;
}

/* Asserts that the message names the file and has this word in it. */
static inline void scratch_message(const struct error *err, const char *word)
{
    ck_assert_msg(strstr(err->text, scratch_directory) != NULL, "no file name in: %s", err->text);
    ck_assert_msg(strstr(err->text, word) != NULL, "no '%s' in: %s", word, err->text);
}

static inline int scratch_read(struct image *image, uint64_t offset, void *to, size_t length)
{
    struct blockdev *port = image_port(image);
    return port->read(port->host, offset, to, length);
}

static inline int scratch_write(struct image *image, uint64_t offset, const void *from, size_t length)
{
    struct blockdev *port = image_port(image);
    return port->write(port->host, offset, from, length);
}

static inline int scratch_flush(struct image *image)
{
    struct blockdev *port = image_port(image);
    return port->flush(port->host);
}

static inline int scratch_discard(struct image *image, uint64_t offset, uint64_t length)
{
    struct blockdev *port = image_port(image);
    return port->discard(port->host, offset, length);
}

static inline int scratch_zero(struct image *image, uint64_t offset, uint64_t length, bool may_unmap)
{
    struct blockdev *port = image_port(image);
    return port->zero(port->host, offset, length, may_unmap);
}

#endif
