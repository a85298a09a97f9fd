/* SPDX-License-Identifier: MIT */
/* Between the files of this folder only. */
#ifndef FRONTENDS_AUDIO_AUDIO_DRIVER_H
#define FRONTENDS_AUDIO_AUDIO_DRIVER_H

#include "frontends/audio/audio.h"

/* The first member of every driver's own struct. */
struct audio_output {
    struct audio port;
    bool records;
    int (*close)(struct audio_output *output, struct error *err);   /* frees it */
};

struct audio_output *audio_sdl_open(struct error *err);
struct audio_output *audio_wav_open(const char *path, struct error *err);

#endif
