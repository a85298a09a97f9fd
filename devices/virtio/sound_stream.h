/* SPDX-License-Identifier: MIT */
/* One PCM stream of a virtio sound card (virtio 1.2, 5.14.6.6): its commands, and its buffers in virtual time. A buffer is taken
   at the instant at which a real card would be through with it, so what a driver still changes in it until then is heard. The
   host's sound has no say in this: it gets the samples, and that is all. */
#ifndef DEVICES_VIRTIO_SOUND_STREAM_H
#define DEVICES_VIRTIO_SOUND_STREAM_H

#include "bus/port.h"
#include "devices/virtio/virtio.h"

/* 5.14.6: requests, events, status */
enum {
    VIRTIO_SND_R_JACK_INFO = 0x1, VIRTIO_SND_R_JACK_REMAP = 0x2,
    VIRTIO_SND_R_PCM_INFO = 0x100, VIRTIO_SND_R_PCM_SET_PARAMS, VIRTIO_SND_R_PCM_PREPARE, VIRTIO_SND_R_PCM_RELEASE,
    VIRTIO_SND_R_PCM_START, VIRTIO_SND_R_PCM_STOP,
    VIRTIO_SND_R_CHMAP_INFO = 0x200,
    VIRTIO_SND_EVT_PCM_XRUN = 0x1101,
    VIRTIO_SND_S_OK = 0x8000, VIRTIO_SND_S_BAD_MSG, VIRTIO_SND_S_NOT_SUPP, VIRTIO_SND_S_IO_ERR,
};

enum { VIRTIO_SND_D_OUTPUT = 0, VIRTIO_SND_D_INPUT = 1 };
enum { VIRTIO_SND_PCM_F_EVT_XRUNS = 4 };

/* struct virtio_snd_pcm_set_params, 5.14.6.6.3 */
enum {
    PARAMS_STREAM_ID = 4, PARAMS_BUFFER_BYTES = 8, PARAMS_PERIOD_BYTES = 12, PARAMS_FEATURES = 16, PARAMS_CHANNELS = 20,
    PARAMS_FORMAT = 21, PARAMS_RATE = 22, PARAMS_SIZE = 24,
};

/* The largest buffer that a driver may choose: seconds of sound at the highest rate. It bounds what one period costs the host. */
enum { SOUND_BUFFER_MAX = 4 << 20, SOUND_CHANNELS_MAX = 2, SOUND_QUEUE_SIZE = 64 };

/* 5.14.6.6.1: what a stream has been told. After a release it has its parameters still. */
enum sound_state { SOUND_FRESH, SOUND_HAS_PARAMS, SOUND_PREPARED, SOUND_RUNNING, SOUND_STOPPED };

struct sound_stream {
    struct virtio_device *v;
    unsigned id, queue;
    bool is_input;
    struct audio *port;              /* of an output stream; may be NULL */
    void (*xrun)(struct virtio_device *v, unsigned id);

    uint8_t state;                   /* enum sound_state */
    uint8_t channels, format, rate;  /* the last two as the specification numbers them */
    uint32_t buffer_bytes, features;
    bool starves;                    /* while running: there was no buffer when one was due */
    tick_t anchor;                   /* when the stream last began, or began again after it starved */
    uint64_t frames;                 /* since then */
    struct event due;                /* the first buffer's end */
};

#define SOUND_STREAM_FIELDS(type, s)                                                                                   \
    FIELD(type, s.state, FIELD_U8), FIELD(type, s.channels, FIELD_U8), FIELD(type, s.format, FIELD_U8),                \
    FIELD(type, s.rate, FIELD_U8), FIELD(type, s.buffer_bytes, FIELD_U32), FIELD(type, s.features, FIELD_U32),         \
    FIELD(type, s.starves, FIELD_BOOL), FIELD(type, s.anchor, FIELD_U64), FIELD(type, s.frames, FIELD_U64),            \
    FIELD(type, s.due, FIELD_EVENT)

/* What all streams can do, as the bit maps of struct virtio_snd_pcm_info. */
uint64_t sound_stream_formats(void);
uint64_t sound_stream_rates(void);

void sound_stream_init(struct sound_stream *stream);

/* To the state after power on; buffers are forgotten. */
void sound_stream_reset(struct sound_stream *stream);

/* VIRTIO_SND_R_PCM_SET_PARAMS (`params` is the whole request) and the commands without parameters; they return the status. */
uint32_t sound_stream_set_params(struct sound_stream *stream, const uint8_t params[PARAMS_SIZE]);
uint32_t sound_stream_command(struct sound_stream *stream, uint32_t code);

/* Takes the buffers whose time has come and those that can never be taken. */
void sound_stream_serve(struct sound_stream *stream);

#endif
