/* SPDX-License-Identifier: MIT */
/* The host's end of the machine's sound. */
#ifndef FRONTENDS_AUDIO_AUDIO_H
#define FRONTENDS_AUDIO_AUDIO_H

#include "base/error.h"
#include "bus/port.h"

/* In QEMU's words for -audiodev. */
enum audio_driver {
    AUDIO_NONE,        /* the machine's sound card works, and nobody hears it */
    AUDIO_SDL,         /* the host's speakers */
    AUDIO_WAV,         /* a file of what the guest plays, without the pauses between */
};

struct audio_options {
    enum audio_driver driver;
    char *path;        /* of AUDIO_WAV */
};

struct audio_output;

/* NULL with err filled: the file cannot be made, the host has no sound. */
struct audio_output *audio_open(const struct audio_options *options, struct error *err);

/* The port for the machine; it takes everything and never blocks. */
struct audio *audio_port(struct audio_output *output);

/* Is what is played written to a file? */
bool audio_records(const struct audio_output *output);

/* After the machine's end. 0, or -1 with err filled when the file is not complete. NULL is fine. */
int audio_close(struct audio_output *output, struct error *err);

#endif
