/* SPDX-License-Identifier: MIT */
/* Plays a fifth for a second through a virtio sound card (Virtual I/O Device 1.2, 5.14), as a driver does: eight periods of ten
   milliseconds in flight, each filled anew when it comes back. Then it listens to the microphone for a tenth of a second. */
#include <stdbool.h>
#include <stdint.h>
#include "roms/lib/cpu.h"
#include "roms/lib/fdt.h"
#include "roms/lib/irq.h"
#include "roms/lib/mmu.h"
#include "roms/lib/print.h"
#include "roms/lib/virtio.h"

enum { CONTROLQ, EVENTQ, TXQ, RXQ, QUEUES };
enum { PCM_SET_PARAMS = 0x101, PCM_PREPARE, PCM_RELEASE, PCM_START, PCM_STOP, S_OK = 0x8000, FMT_S16 = 5, RATE_48000 = 7 };
enum { OUTPUT, INPUT };
enum { HZ = 48000, FRAMES = 480, IN_FLIGHT = 8, PERIODS = 100, HEARD = 10, LEFT_HZ = 440, RIGHT_HZ = 660 };

struct period {
    uint32_t stream;
    int16_t samples[FRAMES][2];
    uint32_t status[2];
};

static struct {
    struct virtio device;
    struct virtq queues[QUEUES];
    struct period periods[IN_FLIGHT];
    uint32_t request[6], answer;
} card;

int main(const void *device_tree);

static void interrupt(void *unused)
{
    (void)unused;
    virtio_acknowledge(&card.device);
}

static bool ask(uint32_t code, uint32_t stream)
{
    const uint32_t bytes = sizeof card.periods[0].samples, format = 2 | FMT_S16 << 8 | RATE_48000 << 16;
    const uint32_t words[6] = {code, stream, IN_FLIGHT * bytes, bytes, 0, format};
    struct virtq *queue = &card.queues[CONTROLQ];

    for (unsigned i = 0; i < 6; i++)
        card.request[i] = words[i];
    queue->desc[0] = (struct virtq_desc){(uintptr_t)card.request, code == PCM_SET_PARAMS ? 24 : 8, VIRTQ_NEXT, 1};
    queue->desc[1] = (struct virtq_desc){(uintptr_t)&card.answer, sizeof card.answer, VIRTQ_WRITE, 0};
    virtio_offer(queue, 0);
    virtio_notify(&card.device, CONTROLQ);
    while (virtio_take(queue, 0) < 0)
        ;
    if (card.answer != S_OK)
        print("tone: request %x of stream %u: %x\n", code, stream, card.answer);
    return card.answer == S_OK;
}

/* A sine as two parabolas: phase 0 to 65535 is a turn. */
static int16_t wave(uint32_t phase)
{
    int32_t half = phase & 0x7fff, height = half * (0x8000 - half) >> 14;

    return (int16_t)(phase & 0x8000 ? -height : height);
}

static void fill(struct period *period, unsigned number)
{
    for (unsigned i = 0; i < FRAMES; i++) {
        uint64_t at = (uint64_t)number * FRAMES + i;
        period->samples[i][0] = wave((uint32_t)(at * LEFT_HZ * 65536 / HZ));
        period->samples[i][1] = wave((uint32_t)(at * RIGHT_HZ * 65536 / HZ));
    }
}

/* Chain n is period n: its stream, its samples, its status. */
static void offer(unsigned queue, unsigned n)
{
    struct period *period = &card.periods[n];
    struct virtq_desc *desc = &card.queues[queue].desc[3 * n];
    uint16_t samples = queue == RXQ ? VIRTQ_NEXT | VIRTQ_WRITE : VIRTQ_NEXT;

    period->stream = queue - TXQ;
    desc[0] = (struct virtq_desc){(uintptr_t)&period->stream, 4, VIRTQ_NEXT, (uint16_t)(3 * n + 1)};
    desc[1] = (struct virtq_desc){(uintptr_t)period->samples, sizeof period->samples, samples, (uint16_t)(3 * n + 2)};
    desc[2] = (struct virtq_desc){(uintptr_t)period->status, sizeof period->status, VIRTQ_WRITE, 0};
    virtio_offer(&card.queues[queue], 3 * n);
    virtio_notify(&card.device, queue);
}

/* Sleeps until a period comes back; -1 when it was refused. */
static int wait(unsigned queue)
{
    int head;

    cpu_irq_disable();
    while ((head = virtio_take(&card.queues[queue], 0)) < 0) {
        cpu_wait();
        cpu_irq_enable();
        cpu_isb();
        cpu_irq_disable();
    }
    cpu_irq_enable();
    return card.periods[head / 3].status[0] == S_OK ? head / 3 : -1;
}

static bool begin(unsigned stream)
{
    return ask(PCM_SET_PARAMS, stream) && ask(PCM_PREPARE, stream);
}

static bool end(unsigned stream)
{
    return ask(PCM_STOP, stream) && ask(PCM_RELEASE, stream);
}

static bool play(void)
{
    if (!begin(OUTPUT))
        return false;
    for (unsigned n = 0; n < IN_FLIGHT; n++) {
        fill(&card.periods[n], n);
        offer(TXQ, n);
    }
    uint64_t started = cpu_counter();
    if (!ask(PCM_START, OUTPUT))
        return false;
    for (unsigned done = 0; done < PERIODS; done++) {
        int n = wait(TXQ);
        if (n < 0)
            return false;
        if (done + IN_FLIGHT < PERIODS) {
            fill(&card.periods[n], done + IN_FLIGHT);
            offer(TXQ, (unsigned)n);
        }
    }
    uint64_t took = cpu_counter() - started;
    print("tone: %u periods in %lu ms\n", PERIODS, took * 1000 / cpu_read(cntfrq_el0));
    return end(OUTPUT);
}

static bool listen(void)
{
    unsigned loudest = 0;

    if (!begin(INPUT))
        return false;
    for (unsigned n = 0; n < IN_FLIGHT; n++) {
        fill(&card.periods[n], n);
        offer(RXQ, n);
    }
    if (!ask(PCM_START, INPUT))
        return false;
    for (unsigned done = 0; done < HEARD; done++) {
        int n = wait(RXQ);
        if (n < 0)
            return false;
        for (unsigned i = 0; i < FRAMES; i++)
            for (unsigned side = 0; side < 2; side++) {
                int sample = card.periods[n].samples[i][side];
                unsigned loud = (unsigned)(sample < 0 ? -sample : sample);
                loudest = loud > loudest ? loud : loudest;
            }
        offer(RXQ, (unsigned)n);
    }
    print("tone: the loudest sample heard is %u\n", loudest);
    return end(INPUT);
}

static bool open(const struct fdt *fdt)
{
    if (!virtio_find(&card.device, fdt, VIRTIO_SOUND) || !virtio_begin(&card.device))
        return false;
    for (unsigned i = 0; i < QUEUES; i++)
        if (!virtio_queue(&card.device, i, &card.queues[i]))
            return false;
    virtio_ready(&card.device);
    irq_connect(card.device.irq, interrupt, 0);
    return true;
}

int main(const void *device_tree)
{
    struct fdt fdt;
    uint64_t base = 0, size = 0;

    if (fdt_open(&fdt, device_tree) && fdt_reg(&fdt, fdt_find_type(&fdt, 0, "memory"), &base, &size))
        mmu_init(base, size);
    irq_init();
    if (!size || !open(&fdt)) {
        print("tone: no sound card\n");
        return 1;
    }
    print("tone: %s\n", play() && listen() ? "done" : "failed");
    return 0;
}
