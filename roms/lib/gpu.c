/* SPDX-License-Identifier: MIT */
/* virtio-gpu in 2D (Virtual I/O Device 1.1, 5.7): one resource, one scanout, commands queued without waiting. */
#include "roms/lib/gpu.h"
#include "roms/lib/cpu.h"
#include "roms/lib/irq.h"
#include "roms/lib/string.h"
#include "roms/lib/virtio.h"

enum {
    CMD_RESOURCE_CREATE_2D = 0x0101,
    CMD_SET_SCANOUT = 0x0103,
    CMD_RESOURCE_FLUSH = 0x0104,
    CMD_TRANSFER_TO_HOST_2D = 0x0105,
    CMD_RESOURCE_ATTACH_BACKING = 0x0106,
    RESP_OK_NODATA = 0x1100,
    FORMAT_B8G8R8X8_UNORM = 2,
    RESOURCE = 1,
    SCANOUT = 0,
    SLOTS = 32,
};

struct header {
    uint32_t type, flags;
    uint64_t fence;
    uint32_t context, padding;
};

struct gpu_rect {
    uint32_t x, y, width, height;
};

/* The bodies differ; all fit in words. */
struct command {
    struct header header;
    union {
        struct { uint32_t resource, format, width, height; } create;
        struct { uint32_t resource, entries; uint64_t address; uint32_t length, padding; } attach;
        struct { struct gpu_rect rect; uint32_t scanout, resource; } scanout;
        struct { struct gpu_rect rect; uint64_t offset; uint32_t resource, padding; } transfer;
        struct { struct gpu_rect rect; uint32_t resource, padding; } flush;
    };
};

static struct {
    struct virtio device;
    struct virtq queue;
    struct command commands[SLOTS];
    struct header replies[SLOTS];
    unsigned slots, sent, done;
    unsigned width, height;
    bool failed;
    struct rect dirty;
} gpu;

static void collect(void)
{
    for (int head; (head = virtio_take(&gpu.queue, 0)) >= 0; gpu.done++)
        if (gpu.replies[head / 2].type != RESP_OK_NODATA)
            gpu.failed = true;
}

static void gpu_interrupt(void *unused)
{
    (void)unused;
    virtio_acknowledge(&gpu.device);
}

/* The next command's slot, cleared; waits while the device has them all. Chains come back in order on this queue. */
static struct command *command(uint32_t type)
{
    if (gpu.sent - gpu.done >= gpu.slots)
        virtio_notify(&gpu.device, 0);
    while (gpu.sent - gpu.done >= gpu.slots)
        collect();
    struct command *next = &gpu.commands[gpu.sent % gpu.slots];
    *next = (struct command){.header = {.type = type}};
    return next;
}

static void send(size_t body)
{
    unsigned slot = gpu.sent++ % gpu.slots;
    struct virtq_desc *desc = &gpu.queue.desc[slot * 2];

    gpu.replies[slot].type = 0;
    desc[0] = (struct virtq_desc){(uintptr_t)&gpu.commands[slot], (uint32_t)(sizeof(struct header) + body), VIRTQ_NEXT,
                                  (uint16_t)(slot * 2 + 1)};
    desc[1] = (struct virtq_desc){(uintptr_t)&gpu.replies[slot], sizeof(struct header), VIRTQ_WRITE, 0};
    virtio_offer(&gpu.queue, slot * 2);
}

static bool finish(void)
{
    virtio_notify(&gpu.device, 0);
    while (gpu.done != gpu.sent)
        collect();
    return !gpu.failed;
}

bool gpu_open(const struct fdt *fdt, uint32_t *pixels, unsigned width, unsigned height)
{
    struct command *next;

    if (!virtio_find(&gpu.device, fdt, VIRTIO_GPU) || !virtio_begin(&gpu.device))
        return false;
    if (!virtio_queue(&gpu.device, 0, &gpu.queue) || gpu.queue.size < 4)
        return false;
    gpu.slots = gpu.queue.size / 2;
    gpu.width = width;
    gpu.height = height;
    virtio_ready(&gpu.device);
    irq_connect(gpu.device.irq, gpu_interrupt, 0);

    next = command(CMD_RESOURCE_CREATE_2D);
    next->create.resource = RESOURCE;
    next->create.format = FORMAT_B8G8R8X8_UNORM;
    next->create.width = width;
    next->create.height = height;
    send(sizeof next->create);

    next = command(CMD_RESOURCE_ATTACH_BACKING);
    next->attach.resource = RESOURCE;
    next->attach.entries = 1;
    next->attach.address = (uintptr_t)pixels;
    next->attach.length = width * height * 4;
    send(sizeof next->attach);

    next = command(CMD_SET_SCANOUT);
    next->scanout.rect = (struct gpu_rect){0, 0, width, height};
    next->scanout.scanout = SCANOUT;
    next->scanout.resource = RESOURCE;
    send(sizeof next->scanout);
    return finish();
}

void gpu_transfer(const struct rect *rect)
{
    struct command *next = command(CMD_TRANSFER_TO_HOST_2D);

    next->transfer.rect = (struct gpu_rect){(uint32_t)rect->x, (uint32_t)rect->y, (uint32_t)rect->width, (uint32_t)rect->height};
    next->transfer.offset = ((uint64_t)rect->y * gpu.width + (uint64_t)rect->x) * 4;
    next->transfer.resource = RESOURCE;
    send(sizeof next->transfer);

    next = command(CMD_RESOURCE_FLUSH);
    next->flush.rect = (struct gpu_rect){(uint32_t)rect->x, (uint32_t)rect->y, (uint32_t)rect->width, (uint32_t)rect->height};
    next->flush.resource = RESOURCE;
    send(sizeof next->flush);
}

void gpu_flush(void)
{
    virtio_notify(&gpu.device, 0);
}

bool gpu_busy(void)
{
    collect();
    return gpu.done != gpu.sent;
}
