/* SPDX-License-Identifier: MIT */
#include "frontends/audio/audio.h"

#include <stdlib.h>

#include "frontends/audio/audio_driver.h"

static int close_silence(struct audio_output *output, struct error *err)
{
    (void)err;
    free(output);
    return 0;
}

struct audio_output *audio_open(const struct audio_options *options, struct error *err)
{
    if (options->driver == AUDIO_SDL)
        return audio_sdl_open(err);
    if (options->driver == AUDIO_WAV)
        return audio_wav_open(options->path, err);
    struct audio_output *silence = mem_alloc(sizeof *silence);
    silence->close = close_silence;
    return silence;
}

struct audio *audio_port(struct audio_output *output)
{
    return &output->port;
}

bool audio_records(const struct audio_output *output)
{
    return output && output->records;
}

int audio_close(struct audio_output *output, struct error *err)
{
    return output ? output->close(output, err) : 0;
}
