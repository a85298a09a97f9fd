/* SPDX-License-Identifier: MIT */
/* A virtio sound card, virtio 1.2, 5.14: one output stream, one input stream, a jack for each. Something is always connected to
   the output's jack, and nothing to the input's, which records silence. sound_stream.c has the streams.
   In: the host's sound as "audio"; without one the card works all the same, unheard. Out: through the transport. */
#include "devices/virtio/sound_stream.h"

#include "base/bits.h"
#include "base/log.h"
#include "bus/port.h"
#include "devices/classes.h"

enum { CONTROLQ, EVENTQ, TXQ, RXQ, QUEUES };

/* struct virtio_snd_config, 5.14.4 */
enum { CONFIG_JACKS = 0, CONFIG_STREAMS = 4, CONFIG_CHMAPS = 8, CONFIG_SIZE = 12 };

enum { JACKS = 2, STREAMS = 2, CHMAPS = 4 };

/* struct virtio_snd_query_info, 5.14.6.1, struct virtio_snd_hdr and struct virtio_snd_event */
enum { QUERY_START_ID = 4, QUERY_COUNT = 8, QUERY_ITEM_SIZE = 12, QUERY_SIZE = 16, HDR_SIZE = 4, EVENT_DATA = 4, EVENT_SIZE = 8 };

/* struct virtio_snd_jack_info, virtio_snd_pcm_info and virtio_snd_chmap_info: what follows the function group's number, which
   is 0 for all */
enum {
    JACK_DEFCONF = 8, JACK_CAPS = 12, JACK_CONNECTED = 16, JACK_SIZE = 24,
    PCM_FEATURES = 4, PCM_FORMATS = 8, PCM_RATES = 16, PCM_DIRECTION = 24, PCM_CHANNELS_MIN = 25, PCM_CHANNELS_MAX = 26,
    PCM_SIZE = 32,
    CHMAP_DIRECTION = 4, CHMAP_CHANNELS = 5, CHMAP_POSITIONS = 6, CHMAP_SIZE = 24,
    ITEM_SIZE_MAX = 256,
};

enum { CHMAP_MONO = 2, CHMAP_FL = 3, CHMAP_FR = 4 };

struct virtio_sound {
    struct device device;
    struct virtio_device v;
    struct audio *port;
    struct sound_stream streams[STREAMS];   /* by VIRTIO_SND_D_* */
};

static const struct field sound_fields[] = {
    VIRTIO_FIELDS(struct virtio_sound, v), VIRTQ_FIELDS(struct virtio_sound, v.queue[RXQ]),
    SOUND_STREAM_FIELDS(struct virtio_sound, streams[VIRTIO_SND_D_OUTPUT]),
    SOUND_STREAM_FIELDS(struct virtio_sound, streams[VIRTIO_SND_D_INPUT]),
    FIELD_LIST_END
};

/* ---- what there is ---- */

/* Pins as Intel's HDA specification, revision 1.0a, describes them. 7.3.3.31: green 1/8" line out and pink 1/8" microphone, both
   at the rear; 7.3.4.9: output or input, with presence detection. */
static void jack_info(unsigned id, uint8_t *info)
{
    static const struct { uint32_t defconf, caps; bool is_connected; } jacks[JACKS] = {
        { 0x01014010, 0x14, true }, { 0x01a19020, 0x24, false },
    };
    st_le32(info + JACK_DEFCONF, jacks[id].defconf);
    st_le32(info + JACK_CAPS, jacks[id].caps);
    info[JACK_CONNECTED] = jacks[id].is_connected;
}

static void pcm_info(unsigned id, uint8_t *info)
{
    st_le32(info + PCM_FEATURES, 1u << VIRTIO_SND_PCM_F_EVT_XRUNS);
    st_le64(info + PCM_FORMATS, sound_stream_formats());
    st_le64(info + PCM_RATES, sound_stream_rates());
    info[PCM_DIRECTION] = (uint8_t)id;
    info[PCM_CHANNELS_MIN] = 1;
    info[PCM_CHANNELS_MAX] = SOUND_CHANNELS_MAX;
}

static void chmap_info(unsigned id, uint8_t *info)
{
    static const struct { uint8_t direction, channels, positions[SOUND_CHANNELS_MAX]; } maps[CHMAPS] = {
        { VIRTIO_SND_D_OUTPUT, 1, { CHMAP_MONO } }, { VIRTIO_SND_D_OUTPUT, 2, { CHMAP_FL, CHMAP_FR } },
        { VIRTIO_SND_D_INPUT, 1, { CHMAP_MONO } }, { VIRTIO_SND_D_INPUT, 2, { CHMAP_FL, CHMAP_FR } },
    };
    info[CHMAP_DIRECTION] = maps[id].direction;
    info[CHMAP_CHANNELS] = maps[id].channels;
    for (unsigned i = 0; i < maps[id].channels; i++)
        info[CHMAP_POSITIONS + i] = maps[id].positions[i];
}

static const struct query {
    uint32_t code;
    unsigned total, size;
    void (*fill)(unsigned id, uint8_t *info);   /* of zeroes */
} queries[] = {
    { VIRTIO_SND_R_JACK_INFO, JACKS, JACK_SIZE, jack_info },
    { VIRTIO_SND_R_PCM_INFO, STREAMS, PCM_SIZE, pcm_info },
    { VIRTIO_SND_R_CHMAP_INFO, CHMAPS, CHMAP_SIZE, chmap_info },
};

/* ---- requests ---- */

struct request {
    uint8_t bytes[PARAMS_SIZE];     /* zeroes beyond what the driver sent */
    size_t size;
    const struct virtq_list *in;
    uint64_t written;               /* behind the header of the answer */
};

/* 5.14.6.1: the driver says how large it believes an item to be; what it does not know of is left out. */
static uint32_t answer_query(struct virtio_sound *sound, const struct query *query, struct request *r)
{
    uint32_t first = ld_le32(r->bytes + QUERY_START_ID), count = ld_le32(r->bytes + QUERY_COUNT);
    uint32_t size = ld_le32(r->bytes + QUERY_ITEM_SIZE);
    if (r->size < QUERY_SIZE || first > query->total || count > query->total - first || size > ITEM_SIZE_MAX
        || r->in->bytes < HDR_SIZE + (uint64_t)count * size)
        return VIRTIO_SND_S_BAD_MSG;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t info[ITEM_SIZE_MAX] = { 0 };
        query->fill(first + i, info);
        r->written += virtq_write(sound->device.dma, r->in, HDR_SIZE + r->written, info, size);
    }
    return VIRTIO_SND_S_OK;
}

static uint32_t answer_pcm(struct virtio_sound *sound, uint32_t code, const struct request *r)
{
    uint32_t id = ld_le32(r->bytes + PARAMS_STREAM_ID);
    bool sets = code == VIRTIO_SND_R_PCM_SET_PARAMS;
    if (r->size < (sets ? PARAMS_SIZE : PARAMS_BUFFER_BYTES) || id >= STREAMS)
        return VIRTIO_SND_S_BAD_MSG;
    struct sound_stream *stream = &sound->streams[id];
    return sets ? sound_stream_set_params(stream, r->bytes) : sound_stream_command(stream, code);
}

static uint32_t answer(struct virtio_sound *sound, struct request *r)
{
    uint32_t code = ld_le32(r->bytes);
    if (r->size < HDR_SIZE)
        return VIRTIO_SND_S_BAD_MSG;
    for (unsigned i = 0; i < ARRAY_SIZE(queries); i++)
        if (queries[i].code == code)
            return answer_query(sound, &queries[i], r);
    if (code >= VIRTIO_SND_R_PCM_SET_PARAMS && code <= VIRTIO_SND_R_PCM_STOP)
        return answer_pcm(sound, code, r);
    return VIRTIO_SND_S_NOT_SUPP;
}

static void control(struct virtio_sound *sound, const struct virtq_chain *chain)
{
    struct request r = { .in = &chain->in };
    uint8_t header[HDR_SIZE];
    r.size = virtq_read(sound->device.dma, &chain->out, 0, r.bytes, sizeof r.bytes);
    uint32_t status = answer(sound, &r);
    if (status != VIRTIO_SND_S_OK)
        guest_log(sound->device.id, "request 0x%x answered by 0x%x", (unsigned)ld_le32(r.bytes), (unsigned)status);
    st_le32(header, status);
    size_t written = virtq_write(sound->device.dma, &chain->in, 0, header, sizeof header);
    virtio_push(&sound->v, CONTROLQ, chain->head, (uint32_t)(written + r.written));
}

static void control_all(struct virtio_sound *sound)
{
    struct virtq_chain chain;
    for (unsigned i = 0; i < SOUND_QUEUE_SIZE && virtio_pop(&sound->v, CONTROLQ, &chain); i++)
        control(sound, &chain);
    virtio_notify(&sound->v, CONTROLQ);
}

/* 5.14.6.7. A driver that left no buffer for events does not hear of them. */
static void send_xrun(struct virtio_device *v, unsigned id)
{
    struct virtq_chain chain;
    uint8_t event[EVENT_SIZE];
    if (!virtio_pop(v, EVENTQ, &chain))
        return;
    st_le32(event, VIRTIO_SND_EVT_PCM_XRUN);
    st_le32(event + EVENT_DATA, id);
    virtio_push(v, EVENTQ, chain.head, (uint32_t)virtq_write(v->owner->dma, &chain.in, 0, event, sizeof event));
    virtio_notify(v, EVENTQ);
}

/* ---- the card ---- */

static void sound_notify(struct virtio_device *v, unsigned queue)
{
    struct virtio_sound *sound = container_of(v, struct virtio_sound, v);
    if (queue == CONTROLQ)
        control_all(sound);
    else if (queue == TXQ)
        sound_stream_serve(&sound->streams[VIRTIO_SND_D_OUTPUT]);
    else if (queue == RXQ)
        sound_stream_serve(&sound->streams[VIRTIO_SND_D_INPUT]);
}

static void sound_virtio_reset(struct virtio_device *v)
{
    struct virtio_sound *sound = container_of(v, struct virtio_sound, v);
    for (unsigned i = 0; i < STREAMS; i++)
        sound_stream_reset(&sound->streams[i]);
}

static const struct virtio_ops sound_virtio = {
    .id = VIRTIO_ID_SOUND,
    .queue_count = QUEUES,
    .queue_size = { SOUND_QUEUE_SIZE, SOUND_QUEUE_SIZE, SOUND_QUEUE_SIZE, SOUND_QUEUE_SIZE },
    .notify = sound_notify,
    .reset = sound_virtio_reset,
};

static int sound_init(struct device *device, struct error *err)
{
    struct virtio_sound *sound = (struct virtio_sound *)device;
    virtio_init(&sound->v, device, &sound_virtio, 0, CONFIG_SIZE);
    st_le32(sound->v.config + CONFIG_JACKS, JACKS);
    st_le32(sound->v.config + CONFIG_STREAMS, STREAMS);
    st_le32(sound->v.config + CONFIG_CHMAPS, CHMAPS);
    for (unsigned i = 0; i < STREAMS; i++) {
        struct sound_stream *stream = &sound->streams[i];
        *stream = (struct sound_stream){ .v = &sound->v, .id = i, .queue = TXQ + i, .is_input = i == VIRTIO_SND_D_INPUT,
                                         .port = i == VIRTIO_SND_D_OUTPUT ? sound->port : NULL, .xrun = send_xrun };
        sound_stream_init(stream);
    }
    return virtio_plug(device->parent, &sound->v, err);
}

static void sound_reset(struct device *device)
{
    virtio_reset(&((struct virtio_sound *)device)->v);
}

static void sound_fini(struct device *device)
{
    virtio_unplug(&((struct virtio_sound *)device)->v);
}

const struct device_class virtio_sound_class = {
    .name = "virtio-sound",
    .manual = "OASIS virtio 1.2, 5.14",
    .size = sizeof(struct virtio_sound),
    .ports = (const struct device_port[]){ { "audio", PORT_AUDIO, offsetof(struct virtio_sound, port) }, { 0 } },
    .fields = sound_fields,
    .init = sound_init,
    .reset = sound_reset,
    .fini = sound_fini,
};
