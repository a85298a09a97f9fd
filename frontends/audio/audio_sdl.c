/* SPDX-License-Identifier: MIT */
/* The host's speakers. SDL converts to what the host plays; its thread and the machine's meet under the device's lock, for the
   length of a copy. */
#include <SDL.h>
#include <stdlib.h>

#include "base/log.h"
#include "frontends/audio/audio_driver.h"
#include "frontends/audio/flow.h"

enum { HOST_RATE = 48000, HOST_FRAMES = 512, FRAME_BYTES = 4, SCRATCH = 4096 };

struct audio_sdl {
    struct audio_output output;
    SDL_AudioDeviceID device;
    SDL_AudioSpec spec;
    unsigned channels, rate;           /* of what the stream takes */
    SDL_AudioStream *stream;           /* under the device's lock */
    struct flow flow;                  /* so is this */
};

/* On SDL's thread, with the lock held. */
static void feed(void *owner, Uint8 *buffer, int wanted)
{
    struct audio_sdl *sdl = owner;
    uint64_t queued = sdl->stream ? (uint64_t)SDL_AudioStreamAvailable(sdl->stream) : 0;
    uint64_t gives = flow_give(&sdl->flow, queued, (uint64_t)wanted);
    int given = gives ? SDL_AudioStreamGet(sdl->stream, buffer, (int)gives) : 0;
    given = given > 0 ? given : 0;
    SDL_memset(buffer + given, sdl->spec.silence, (size_t)(wanted - given));
}

static void drop(SDL_AudioStream *stream, uint64_t bytes)
{
    Uint8 scratch[SCRATCH];
    while (bytes) {
        int got = SDL_AudioStreamGet(stream, scratch, bytes < sizeof scratch ? (int)bytes : SCRATCH);
        if (got <= 0)
            return;
        bytes -= (uint64_t)got;
    }
}

static void play(void *host, const int16_t *frames, size_t count, unsigned channels, unsigned rate)
{
    struct audio_sdl *sdl = host;
    SDL_LockAudioDevice(sdl->device);
    if (!sdl->stream || channels != sdl->channels || rate != sdl->rate) {
        SDL_FreeAudioStream(sdl->stream);
        sdl->stream = SDL_NewAudioStream(AUDIO_S16SYS, (Uint8)channels, (int)rate, sdl->spec.format, sdl->spec.channels,
                                         sdl->spec.freq);
        sdl->channels = channels;
        sdl->rate = rate;
    }
    if (sdl->stream) {
        uint64_t excess = flow_drop(&sdl->flow, (uint64_t)SDL_AudioStreamAvailable(sdl->stream));
        drop(sdl->stream, excess / FRAME_BYTES * FRAME_BYTES);
        SDL_AudioStreamPut(sdl->stream, frames, (int)(count * channels * sizeof *frames));
    }
    SDL_UnlockAudioDevice(sdl->device);
}

static int close_sdl(struct audio_output *output, struct error *err)
{
    struct audio_sdl *sdl = (struct audio_sdl *)output;
    (void)err;
    if (sdl->device)
        SDL_CloseAudioDevice(sdl->device);
    SDL_FreeAudioStream(sdl->stream);
    SDL_QuitSubSystem(SDL_INIT_AUDIO);
    free(sdl);
    return 0;
}

struct audio_output *audio_sdl_open(struct error *err)
{
    struct audio_sdl *sdl = mem_alloc(sizeof *sdl);
    SDL_AudioSpec wanted = { .freq = HOST_RATE, .format = AUDIO_S16SYS, .channels = 2, .samples = HOST_FRAMES, .callback = feed,
                             .userdata = sdl };
    sdl->output = (struct audio_output){ .port = { .play = play, .host = sdl }, .close = close_sdl };
    SDL_SetHint(SDL_HINT_APP_NAME, "Orrery");
    /* Asked first, because ALSA writes a page to standard error when it opens what is not there. */
    bool is_ready = SDL_InitSubSystem(SDL_INIT_AUDIO) == 0;
    if (is_ready && !SDL_GetNumAudioDevices(0))
        SDL_SetError("it has no device to play on");
    else if (is_ready)
        sdl->device = SDL_OpenAudioDevice(NULL, 0, &wanted, &sdl->spec, 0);
    if (!sdl->device) {
        error_set(err, "the host has no sound (%s); use -audiodev none, or -audiodev wav,path=FILE", SDL_GetError());
        close_sdl(&sdl->output, NULL);
        return NULL;
    }
    flow_init(&sdl->flow, (uint64_t)sdl->spec.freq * FRAME_BYTES);
    SDL_PauseAudioDevice(sdl->device, 0);
    return &sdl->output;
}
