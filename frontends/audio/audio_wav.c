/* SPDX-License-Identifier: MIT */
/* A WAV file: RIFF, 16-bit PCM (Multimedia Programming Interface and Data Specifications 1.0, Microsoft and IBM, 1991). Rate and
   channels are those of the first sound; what is played differently later is converted to them. */
#include <SDL_audio.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "frontends/audio/audio_driver.h"

enum {
    RIFF_SIZE = 4, FORMAT = 20, CHANNELS = 22, RATE = 24, BYTES_A_SECOND = 28, BYTES_A_FRAME = 32, BITS = 34, DATA_SIZE = 40,
    HEADER = 44, PCM = 1, SAMPLE = 2,
};

/* SDL's converter holds so many frames back, and 2.26 forgets them when it is told to flush: silence pushes them out. */
enum { TAIL = 512, CHANNELS_MAX = 2 };

#define DATA_MAX (UINT32_MAX - HEADER)    /* the format's sizes have 32 bits */

struct audio_wav {
    struct audio_output output;
    char *path;
    FILE *file;
    unsigned channels, rate;              /* the file's; 0 before the first sound */
    unsigned heard_channels, heard_rate;  /* the guest's at the moment */
    SDL_AudioStream *converter;           /* while these differ */
    uint64_t data;                        /* bytes written behind the header */
    int errnum;                           /* the first thing that went wrong */
};

static void put(struct audio_wav *wav, const void *bytes, size_t length)
{
    if (wav->errnum)
        return;
    if (wav->data + length > DATA_MAX)
        wav->errnum = EFBIG;
    else if (fwrite(bytes, 1, length, wav->file) != length)
        wav->errnum = errno ? errno : EIO;
    else
        wav->data += length;
}

static void put_converted(struct audio_wav *wav)
{
    uint8_t bytes[4096];
    int got;
    while ((got = SDL_AudioStreamGet(wav->converter, bytes, sizeof bytes)) > 0)
        put(wav, bytes, (size_t)got);
}

static void end_conversion(struct audio_wav *wav)
{
    static const int16_t silence[TAIL * CHANNELS_MAX];
    if (!wav->converter)
        return;
    SDL_AudioStreamPut(wav->converter, silence, (int)(TAIL * wav->heard_channels * SAMPLE));
    put_converted(wav);
    SDL_FreeAudioStream(wav->converter);
    wav->converter = NULL;
}

static void change_format(struct audio_wav *wav, unsigned channels, unsigned rate)
{
    end_conversion(wav);
    if (!wav->rate) {
        wav->channels = channels;
        wav->rate = rate;
    }
    wav->heard_channels = channels;
    wav->heard_rate = rate;
    if (channels != wav->channels || rate != wav->rate)
        wav->converter = SDL_NewAudioStream(AUDIO_S16LSB, (Uint8)channels, (int)rate, AUDIO_S16LSB, (Uint8)wav->channels,
                                            (int)wav->rate);
}

static void play(void *host, const int16_t *frames, size_t count, unsigned channels, unsigned rate)
{
    struct audio_wav *wav = host;
    if (channels != wav->heard_channels || rate != wav->heard_rate)
        change_format(wav, channels, rate);
    uint8_t bytes[4096];
    for (size_t done = 0, all = count * channels; done < all;) {
        size_t n = 0;
        for (; n < sizeof bytes / SAMPLE && done < all; n++)
            st_le16(bytes + n * SAMPLE, (uint16_t)frames[done++]);
        if (wav->converter)
            SDL_AudioStreamPut(wav->converter, bytes, (int)(n * SAMPLE));
        else
            put(wav, bytes, n * SAMPLE);
    }
    if (wav->converter)
        put_converted(wav);
}

/* A file without any sound is one of CD quality. */
static void write_header(struct audio_wav *wav)
{
    uint8_t header[HEADER] = "RIFF....WAVEfmt \20\0\0\0................data...";
    unsigned channels = wav->rate ? wav->channels : 2, rate = wav->rate ? wav->rate : 44100;
    st_le32(header + RIFF_SIZE, (uint32_t)(HEADER - 8 + wav->data));
    st_le16(header + FORMAT, PCM);
    st_le16(header + CHANNELS, (uint16_t)channels);
    st_le32(header + RATE, rate);
    st_le32(header + BYTES_A_SECOND, rate * channels * SAMPLE);
    st_le16(header + BYTES_A_FRAME, (uint16_t)(channels * SAMPLE));
    st_le16(header + BITS, 8 * SAMPLE);
    st_le32(header + DATA_SIZE, (uint32_t)wav->data);
    if (fseek(wav->file, 0, SEEK_SET) < 0 || fwrite(header, 1, HEADER, wav->file) != HEADER)
        wav->errnum = wav->errnum ? wav->errnum : errno;
}

static int close_wav(struct audio_output *output, struct error *err)
{
    struct audio_wav *wav = (struct audio_wav *)output;
    end_conversion(wav);
    write_header(wav);
    if (fclose(wav->file) != 0 && !wav->errnum)
        wav->errnum = errno;
    int result = 0;
    if (wav->errnum)
        result = error_set(err, "cannot write the sound to '%s': %s; it has what came before", wav->path, strerror(wav->errnum));
    free(wav->path);
    free(wav);
    return result;
}

struct audio_output *audio_wav_open(const char *path, struct error *err)
{
    static const uint8_t room[HEADER];
    FILE *file = fopen(path, "wbe");
    if (!file) {
        error_set(err, "cannot write the sound to '%s': %s", path, strerror(errno));
        return NULL;
    }
    struct audio_wav *wav = mem_alloc(sizeof *wav);
    wav->output = (struct audio_output){ .port = { .play = play, .host = wav }, .records = true, .close = close_wav };
    wav->file = file;
    wav->path = mem_strdup(path);
    if (fwrite(room, 1, HEADER, file) != HEADER)
        wav->errnum = errno;
    return &wav->output;
}
