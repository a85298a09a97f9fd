/* SPDX-License-Identifier: MIT */
/* Catches: WAV files with a wrong header, samples lost where formats change, files that cannot be written and nobody is told. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"
#include "frontends/audio/audio.h"
#include "tests/support/support.h"

enum { HEADER = 44, FILE_MAX = 1 << 20 };

static char path[64];
static uint8_t bytes[FILE_MAX];
static size_t size;
static struct error err;

static struct audio_output *open_file(void)
{
    snprintf(path, sizeof path, "/tmp/orrery-wav.%d", (int)getpid());
    struct audio_output *output = audio_open(&(struct audio_options){ AUDIO_WAV, path }, &err);
    ck_assert_ptr_nonnull(output);
    ck_assert(audio_records(output));
    return output;
}

static void play(struct audio_output *output, const int16_t *frames, size_t count, unsigned channels, unsigned rate)
{
    struct audio *port = audio_port(output);
    port->play(port->host, frames, count, channels, rate);
}

static void close_file(struct audio_output *output)
{
    ck_assert_int_eq(audio_close(output, &err), 0);
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    unlink(path);
}

static void expect_header(unsigned channels, unsigned rate, size_t data)
{
    ck_assert_uint_eq(size, HEADER + data);
    ck_assert_mem_eq(bytes, "RIFF", 4);
    ck_assert_uint_eq(ld_le32(bytes + 4), size - 8);
    ck_assert_mem_eq(bytes + 8, "WAVEfmt \20\0\0\0\1\0", 14);
    ck_assert_uint_eq(ld_le16(bytes + 22), channels);
    ck_assert_uint_eq(ld_le32(bytes + 24), rate);
    ck_assert_uint_eq(ld_le32(bytes + 28), rate * channels * 2);
    ck_assert_uint_eq(ld_le16(bytes + 32), channels * 2);
    ck_assert_uint_eq(ld_le16(bytes + 34), 16);
    ck_assert_mem_eq(bytes + 36, "data", 4);
    ck_assert_uint_eq(ld_le32(bytes + 40), data);
}

START_TEST(a_file_has_the_first_sound_s_format_and_every_sample)
{
    static int16_t samples[10000];
    for (unsigned i = 0; i < ARRAY_SIZE(samples); i++)
        samples[i] = (int16_t)(i * 40503u);
    struct audio_output *output = open_file();
    play(output, samples, 1, 1, 22050);
    play(output, samples + 1, 9999, 1, 22050);
    close_file(output);
    expect_header(1, 22050, sizeof samples);
    for (unsigned i = 0; i < ARRAY_SIZE(samples); i++)
        ck_assert_int_eq((int16_t)ld_le16(bytes + HEADER + 2 * i), samples[i]);
}
END_TEST

START_TEST(a_silent_run_leaves_a_valid_file)
{
    close_file(open_file());
    expect_header(2, 44100, 0);
}
END_TEST

/* Half a second of each format: the file is as long as they are together. */
START_TEST(a_later_format_is_converted_to_the_first)
{
    static int16_t loud[48000];
    for (unsigned i = 0; i < ARRAY_SIZE(loud); i++)
        loud[i] = 12000;
    struct audio_output *output = open_file();
    play(output, loud, 22050, 2, 44100);
    for (unsigned i = 0; i < 8; i++)
        play(output, loud, 1000, 1, 16000);
    play(output, loud, 22050, 2, 44100);
    close_file(output);
    ck_assert_uint_eq(ld_le16(bytes + 22), 2);
    ck_assert_uint_eq(ld_le32(bytes + 24), 44100);
    size_t frames = (size - HEADER) / 4;
    ck_assert_uint_ge(frames, 3 * 22050 - 10);
    ck_assert_uint_le(frames, 3 * 22050 + 10 + 44100 / 20);      /* the converter's tail */
    int16_t middle = (int16_t)ld_le16(bytes + HEADER + 4 * (frames / 2));
    ck_assert_int_ge(middle, 11900);
    ck_assert_int_le(middle, 12100);
}
END_TEST

START_TEST(files_that_cannot_be_written_are_told_of)
{
    ck_assert_ptr_null(audio_open(&(struct audio_options){ AUDIO_WAV, (char *)"/nowhere/at/all.wav" }, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/nowhere/at/all.wav"));
    if (access("/dev/full", W_OK) < 0)
        return;
    static const int16_t samples[100000];
    struct audio_output *output = audio_open(&(struct audio_options){ AUDIO_WAV, (char *)"/dev/full" }, &err);
    ck_assert_ptr_nonnull(output);
    play(output, samples, ARRAY_SIZE(samples), 1, 44100);
    ck_assert_int_eq(audio_close(output, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "No space left"));
}
END_TEST

START_TEST(without_a_driver_the_machine_still_has_a_port)
{
    struct audio_output *output = audio_open(&(struct audio_options){ AUDIO_NONE, NULL }, &err);
    ck_assert_ptr_nonnull(audio_port(output));
    ck_assert_ptr_null(audio_port(output)->play);
    ck_assert(!audio_records(output));
    ck_assert_int_eq(audio_close(output, &err), 0);
    ck_assert_int_eq(audio_close(NULL, &err), 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("wav");
    TCase *t = tcase_create("wav");
    tcase_add_test(t, a_file_has_the_first_sound_s_format_and_every_sample);
    tcase_add_test(t, a_silent_run_leaves_a_valid_file);
    tcase_add_test(t, a_later_format_is_converted_to_the_first);
    tcase_add_test(t, files_that_cannot_be_written_are_told_of);
    tcase_add_test(t, without_a_driver_the_machine_still_has_a_port);
    suite_add_tcase(s, t);
    return s;
}
