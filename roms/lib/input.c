/* SPDX-License-Identifier: MIT */
#include "roms/lib/input.h"
#include "roms/lib/cpu.h"
#include "roms/lib/irq.h"
#include "roms/lib/string.h"
#include "roms/lib/virtio.h"

enum {
    DEVICES = 4,
    PENDING = 256,
    CONFIG = 0x100,
    CONFIG_SELECT = CONFIG,
    CONFIG_SUBSEL = CONFIG + 1,
    CONFIG_SIZE = CONFIG + 2,
    CONFIG_DATA = CONFIG + 8,
    CFG_ID_NAME = 0x01,
    CFG_ABS_INFO = 0x12,
    GPIO_BASE = 0x09030000,
    GPIOIBE = GPIO_BASE + 0x408,
    GPIOIS = GPIO_BASE + 0x404,
    GPIOIEV = GPIO_BASE + 0x40c,
    GPIOIE = GPIO_BASE + 0x410,
    GPIOIC = GPIO_BASE + 0x41c,
    GPIO_BUTTON = 1 << 3,
};

static struct {
    struct virtio device;
    struct virtq queue;
    struct input_event events[VIRTQ_MAX];
    char name[32];
} devices[DEVICES];

static struct {
    struct input_event pending[PENDING];
    volatile unsigned in, out;
    unsigned count;
    uint32_t range;
    volatile bool button;
} input = {.range = 0x7fff};

static void receive(void *argument)
{
    unsigned index = (unsigned)(uintptr_t)argument;
    struct virtq *queue = &devices[index].queue;
    bool some = false;

    virtio_acknowledge(&devices[index].device);
    for (int head; (head = virtio_take(queue, 0)) >= 0; some = true) {
        if (input.in - input.out < PENDING)
            input.pending[input.in++ % PENDING] = devices[index].events[head];
        virtio_offer(queue, (unsigned)head);
    }
    if (some)
        virtio_notify(&devices[index].device, 0);
}

static uint8_t select_config(uintptr_t base, uint8_t select, uint8_t subsel)
{
    *(volatile uint8_t *)(base + CONFIG_SELECT) = select;
    *(volatile uint8_t *)(base + CONFIG_SUBSEL) = subsel;
    return *(volatile uint8_t *)(base + CONFIG_SIZE);
}

static void read_config(unsigned index)
{
    uintptr_t base = devices[index].device.base;
    uint8_t size = select_config(base, CFG_ID_NAME, 0);
    char *name = devices[index].name;

    for (unsigned i = 0; i < size && i < sizeof devices[index].name - 1; i++)
        name[i] = (char)*(volatile uint8_t *)(base + CONFIG_DATA + i);
    if (select_config(base, CFG_ABS_INFO, ABS_X) >= 8 && mmio_read(base + CONFIG_DATA + 4))
        input.range = mmio_read(base + CONFIG_DATA + 4);
}

unsigned input_open(const struct fdt *fdt)
{
    struct virtio device = {0};

    while (input.count < DEVICES && virtio_find(&device, fdt, VIRTIO_INPUT)) {
        unsigned index = input.count;
        struct virtq *queue = &devices[index].queue;
        devices[index].device = device;
        if (!virtio_begin(&device) || !virtio_queue(&device, 0, queue))
            continue;
        read_config(index);
        for (unsigned i = 0; i < queue->size; i++) {
            queue->desc[i] = (struct virtq_desc){(uintptr_t)&devices[index].events[i], sizeof(struct input_event),
                                                VIRTQ_WRITE, 0};
            virtio_offer(queue, i);
        }
        virtio_ready(&device);
        irq_connect(device.irq, receive, (void *)(uintptr_t)index);
        virtio_notify(&device, 0);
        input.count++;
    }
    return input.count;
}

bool input_take(struct input_event *event)
{
    if (input.in == input.out)
        return false;
    *event = input.pending[input.out % PENDING];
    input.out++;
    return true;
}

bool input_waits(void)
{
    return input.in != input.out;
}

uint32_t input_range(void)
{
    return input.range;
}

const char *input_name(unsigned index)
{
    return index < input.count ? devices[index].name : "";
}

static void button_interrupt(void *unused)
{
    (void)unused;
    mmio_write(GPIOIC, GPIO_BUTTON);
    input.button = true;
}

void button_open(void)
{
    mmio_write(GPIOIS, 0);
    mmio_write(GPIOIBE, 0);
    mmio_write(GPIOIEV, GPIO_BUTTON);
    mmio_write(GPIOIC, 0xff);
    mmio_write(GPIOIE, GPIO_BUTTON);
    irq_connect(IRQ_GPIO, button_interrupt, 0);
}

bool button_pressed(void)
{
    return input.button;
}
