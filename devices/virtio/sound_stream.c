/* SPDX-License-Identifier: MIT */
#include "devices/virtio/sound_stream.h"

#include <string.h>

#include "base/bits.h"
#include "base/log.h"
#include "devices/virtio/sound_samples.h"

/* struct virtio_snd_pcm_xfer and struct virtio_snd_pcm_status, 5.14.6.8 */
enum { XFER_STREAM_ID = 0, XFER_SIZE = 4, STATUS_STATUS = 0, STATUS_SIZE = 8 };

enum { PIECE = 4096 };   /* bytes moved at a time: a multiple of every frame's size */

/* ---- what a stream can do ---- */

uint64_t sound_stream_formats(void)
{
    uint64_t map = 0;
    for (unsigned i = 0; i < SOUND_FORMATS; i++)
        map |= (uint64_t)(sound_format(i) != NULL) << i;
    return map;
}

uint64_t sound_stream_rates(void)
{
    uint64_t map = 0;
    for (unsigned i = 0; i < SOUND_RATES; i++)
        map |= (uint64_t)(sound_rate(i) != 0) << i;
    return map;
}

static uint32_t frame_bytes(const struct sound_stream *s)
{
    return (uint32_t)sound_format(s->format)->bytes * s->channels;
}

/* ---- buffers ---- */

/* Bytes of sound that fit into a chain, without header and status. */
static uint64_t sound_bytes(const struct sound_stream *s, const struct virtq_chain *chain)
{
    uint64_t all = s->is_input ? chain->in.bytes : chain->out.bytes, rest = s->is_input ? STATUS_SIZE : XFER_SIZE;
    return all > rest ? all - rest : 0;
}

/* Frames of a buffer; 0 for one that is not as 5.14.6.8 says, or larger than the driver said it would be. */
static uint32_t frames_of(const struct sound_stream *s, const struct virtq_chain *chain)
{
    uint8_t header[XFER_SIZE];
    uint64_t bytes = sound_bytes(s, chain);
    if (s->state == SOUND_FRESH || virtq_read(s->v->owner->dma, &chain->out, 0, header, sizeof header) < sizeof header
        || ld_le32(header + XFER_STREAM_ID) != s->id || chain->in.bytes < STATUS_SIZE || bytes > s->buffer_bytes
        || bytes % frame_bytes(s))
        return 0;
    return (uint32_t)bytes / frame_bytes(s);
}

/* The status lies behind the sound that the device wrote, which is all of the buffer. */
static void give_back(struct sound_stream *s, const struct virtq_chain *chain, uint32_t status, uint64_t written)
{
    uint8_t answer[STATUS_SIZE] = { 0 };
    st_le32(answer + STATUS_STATUS, status);
    uint64_t at = s->is_input && chain->in.bytes >= STATUS_SIZE ? chain->in.bytes - STATUS_SIZE : 0;
    written += virtq_write(s->v->owner->dma, &chain->in, at, answer, sizeof answer);
    virtio_push(s->v, s->queue, chain->head, (uint32_t)written);
}

static void play(struct sound_stream *s, const struct virtq_chain *chain, uint64_t bytes)
{
    const struct sound_format *format = sound_format(s->format);
    uint8_t piece[PIECE];
    int16_t samples[PIECE];
    if (!s->port)
        return;
    s->port->bytes += bytes;
    for (uint64_t at = 0; s->port->play && at < bytes; at += sizeof piece) {
        size_t wanted = bytes - at < sizeof piece ? (size_t)(bytes - at) : sizeof piece;
        size_t count = virtq_read(s->v->owner->dma, &chain->out, XFER_SIZE + at, piece, wanted) / format->bytes;
        for (size_t i = 0; i < count; i++)
            samples[i] = format->sample(piece + i * format->bytes);
        s->port->play(s->port->host, samples, count / s->channels, s->channels, sound_rate(s->rate));
    }
}

/* No microphone is connected: it records silence. */
static void record(struct sound_stream *s, const struct virtq_chain *chain, uint64_t bytes)
{
    uint8_t piece[PIECE];
    memset(piece, sound_format(s->format)->silence, sizeof piece);
    for (uint64_t at = 0; at < bytes; at += sizeof piece)
        virtq_write(s->v->owner->dma, &chain->in, at, piece, bytes - at < sizeof piece ? (size_t)(bytes - at) : sizeof piece);
}

static void finish(struct sound_stream *s, const struct virtq_chain *chain, uint32_t frames)
{
    uint64_t bytes = (uint64_t)frames * frame_bytes(s);
    if (s->is_input)
        record(s, chain, bytes);
    else
        play(s, chain, bytes);
    s->frames += frames;
    give_back(s, chain, VIRTIO_SND_S_OK, s->is_input ? bytes : 0);
}

/* There is no buffer where one was due: the clock of the stream stands until one comes. */
static void starve(struct sound_stream *s)
{
    if (s->state != SOUND_RUNNING || s->starves)
        return;
    s->starves = true;
    if (bit(s->features, VIRTIO_SND_PCM_F_EVT_XRUNS))
        s->xrun(s->v, s->id);
}

/* False when this buffer's time has not come: it stays where it is. */
static bool take(struct sound_stream *s, const struct virtq_chain *chain)
{
    struct clock *clock = s->v->owner->clock;
    uint32_t frames = frames_of(s, chain);
    if (!frames) {
        guest_log(s->v->owner->id, "a buffer of stream %u is malformed or larger than what was agreed on", s->id);
        give_back(s, chain, VIRTIO_SND_S_IO_ERR, 0);
        return true;
    }
    if (s->state != SOUND_RUNNING)
        return false;
    if (s->starves) {
        s->starves = false;
        s->anchor = clock->now;
        s->frames = 0;
    }
    tick_t end = s->anchor + clock_ticks_of(s->frames + frames, sound_rate(s->rate));
    if (end > clock->now) {
        clock_at(clock, &s->due, end);
        return false;
    }
    finish(s, chain, frames);
    return true;
}

void sound_stream_serve(struct sound_stream *s)
{
    struct virtq_chain chain;
    if (s->due.armed)
        return;
    for (unsigned i = 0; i < SOUND_QUEUE_SIZE; i++) {
        if (!virtio_pop(s->v, s->queue, &chain)) {
            starve(s);
            break;
        }
        if (!take(s, &chain)) {
            virtio_unpop(s->v, s->queue, 1);
            break;
        }
    }
    virtio_notify(s->v, s->queue);
}

static void due(void *owner, tick_t late)
{
    (void)late;
    sound_stream_serve(owner);
}

/* 5.14.6.6.5: all that is pending goes back before the release is answered. */
static void return_all(struct sound_stream *s)
{
    struct virtq_chain chain;
    for (unsigned i = 0; i < SOUND_QUEUE_SIZE && virtio_pop(s->v, s->queue, &chain); i++)
        give_back(s, &chain, VIRTIO_SND_S_OK, 0);
    virtio_notify(s->v, s->queue);
}

/* ---- commands ---- */

static void start(struct sound_stream *s)
{
    s->starves = true;   /* until the first buffer is seen */
    sound_stream_serve(s);
}

static void stop(struct sound_stream *s)
{
    clock_cancel(s->v->owner->clock, &s->due);
}

#define IN(state) (1u << (state))

/* 5.14.6.6.1: the states in which a command is valid, and the one that follows. */
static const struct {
    uint32_t code;
    unsigned valid;
    enum sound_state next;
    void (*run)(struct sound_stream *s);
} commands[] = {
    { VIRTIO_SND_R_PCM_SET_PARAMS, IN(SOUND_FRESH) | IN(SOUND_HAS_PARAMS) | IN(SOUND_PREPARED), SOUND_HAS_PARAMS, NULL },
    { VIRTIO_SND_R_PCM_PREPARE, IN(SOUND_HAS_PARAMS) | IN(SOUND_PREPARED), SOUND_PREPARED, NULL },
    { VIRTIO_SND_R_PCM_START, IN(SOUND_PREPARED) | IN(SOUND_STOPPED), SOUND_RUNNING, start },
    { VIRTIO_SND_R_PCM_STOP, IN(SOUND_RUNNING), SOUND_STOPPED, stop },
    { VIRTIO_SND_R_PCM_RELEASE, IN(SOUND_PREPARED) | IN(SOUND_STOPPED), SOUND_HAS_PARAMS, return_all },
};

uint32_t sound_stream_command(struct sound_stream *s, uint32_t code)
{
    for (unsigned i = 0; i < ARRAY_SIZE(commands); i++) {
        if (commands[i].code != code)
            continue;
        if (!bit(commands[i].valid, s->state)) {
            guest_log(s->v->owner->id, "command 0x%x is not valid in the state of stream %u", (unsigned)code, s->id);
            return VIRTIO_SND_S_BAD_MSG;
        }
        s->state = (uint8_t)commands[i].next;
        if (commands[i].run)
            commands[i].run(s);
        return VIRTIO_SND_S_OK;
    }
    return VIRTIO_SND_S_NOT_SUPP;
}

uint32_t sound_stream_set_params(struct sound_stream *s, const uint8_t params[PARAMS_SIZE])
{
    uint32_t buffer = ld_le32(params + PARAMS_BUFFER_BYTES), period = ld_le32(params + PARAMS_PERIOD_BYTES);
    uint32_t features = ld_le32(params + PARAMS_FEATURES);
    uint8_t channels = params[PARAMS_CHANNELS], format = params[PARAMS_FORMAT], rate = params[PARAMS_RATE];
    if (!period || !buffer || buffer % period)
        return VIRTIO_SND_S_BAD_MSG;
    if (!channels || channels > SOUND_CHANNELS_MAX || !sound_format(format) || !sound_rate(rate) || buffer > SOUND_BUFFER_MAX
        || features & ~(1u << VIRTIO_SND_PCM_F_EVT_XRUNS))
        return VIRTIO_SND_S_NOT_SUPP;
    uint32_t status = sound_stream_command(s, VIRTIO_SND_R_PCM_SET_PARAMS);
    if (status == VIRTIO_SND_S_OK) {
        s->buffer_bytes = buffer;
        s->features = features;
        s->channels = channels;
        s->format = format;
        s->rate = rate;
    }
    return status;
}

/* ---- life ---- */

void sound_stream_init(struct sound_stream *s)
{
    s->due = (struct event){ .fire = due, .owner = s };
}

void sound_stream_reset(struct sound_stream *s)
{
    stop(s);
    s->state = SOUND_FRESH;
    s->channels = s->format = s->rate = 0;
    s->buffer_bytes = s->features = 0;
    s->starves = false;
    s->anchor = 0;
    s->frames = 0;
}
