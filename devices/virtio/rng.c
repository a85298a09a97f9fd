/* SPDX-License-Identifier: MIT */
/* A virtio entropy source, virtio 1.2, 5.4. Its numbers are those of SplitMix64 (Steele, Lea, Flood, 2014) from the option
   "seed": the same run gives the same numbers, on purpose. A guest that must have secrets needs another machine, or a seed its
   user keeps.
   In: the option. Out: through the transport. */
#include "base/bits.h"
#include "devices/classes.h"
#include "devices/virtio/virtio.h"

enum { QUEUE_SIZE = 8, REQUEST_MAX = 64 << 10 };   /* bytes given for one request; the driver asks again for more */

struct virtio_rng {
    struct device device;
    struct virtio_device v;
    uint64_t seed;      /* option */
    uint64_t state;
};

static const struct field rng_fields[] = {
    VIRTIO_FIELDS(struct virtio_rng, v),
    FIELD(struct virtio_rng, state, FIELD_U64),
    FIELD_LIST_END
};

static uint64_t next(struct virtio_rng *rng)
{
    uint64_t z = rng->state += 0x9e3779b97f4a7c15ull;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
}

static uint32_t fill(struct virtio_rng *rng, const struct virtq_list *in)
{
    uint32_t length = in->bytes < REQUEST_MAX ? (uint32_t)in->bytes : REQUEST_MAX;
    for (uint32_t done = 0; done < length;) {
        uint8_t bytes[256];
        for (unsigned i = 0; i < sizeof bytes; i += 8)
            st_le64(bytes + i, next(rng));
        uint32_t n = length - done < sizeof bytes ? length - done : (uint32_t)sizeof bytes;
        virtq_write(rng->device.dma, in, done, bytes, n);
        done += n;
    }
    return length;
}

static void rng_notify(struct virtio_device *v, unsigned queue)
{
    struct virtio_rng *rng = container_of(v, struct virtio_rng, v);
    struct virtq_chain chain;
    for (unsigned i = 0; i < QUEUE_SIZE && virtio_pop(v, queue, &chain); i++)
        virtio_push(v, queue, chain.head, fill(rng, &chain.in));
    virtio_notify(v, queue);
}

static const struct virtio_ops rng_virtio = {
    .id = VIRTIO_ID_ENTROPY, .queue_count = 1, .queue_size = { QUEUE_SIZE }, .notify = rng_notify,
};

static int rng_init(struct device *device, struct error *err)
{
    struct virtio_rng *rng = (struct virtio_rng *)device;
    virtio_init(&rng->v, device, &rng_virtio, 0, 0);
    return virtio_plug(device->parent, &rng->v, err);
}

static void rng_reset(struct device *device)
{
    struct virtio_rng *rng = (struct virtio_rng *)device;
    rng->state = rng->seed;
    virtio_reset(&rng->v);
}

static void rng_fini(struct device *device)
{
    virtio_unplug(&((struct virtio_rng *)device)->v);
}

const struct device_class virtio_rng_class = {
    .name = "virtio-rng",
    .manual = "OASIS virtio 1.2, 5.4",
    .size = sizeof(struct virtio_rng),
    .options = (const struct device_option[]){ { "seed", OPTION_U64, offsetof(struct virtio_rng, seed), 1 }, { 0 } },
    .fields = rng_fields,
    .init = rng_init,
    .reset = rng_reset,
    .fini = rng_fini,
};
