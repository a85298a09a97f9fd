/* SPDX-License-Identifier: MIT */
/* Says on the serial port what it sees of keys, pointer and monitor. Its screen follows the monitor's preferred size, and takes
   one of its own with F1 (640x400), F2 (1152x864) and F3 (dark). After F4 it follows no more. */
#include <stdbool.h>
#include <stdint.h>
#include "roms/lib/cpu.h"
#include "roms/lib/fdt.h"
#include "roms/lib/input.h"
#include "roms/lib/irq.h"
#include "roms/lib/mmu.h"
#include "roms/lib/print.h"
#include "roms/lib/virtio.h"

/* Virtual I/O Device 1.2, 5.7.4 and 5.7.6.7 */
enum {
    CONFIG_EVENTS_READ = 0x100, CONFIG_EVENTS_CLEAR = 0x104, EVENT_DISPLAY = 1,
    GET_DISPLAY_INFO = 0x100, RESOURCE_CREATE_2D = 0x101, RESOURCE_UNREF = 0x102, SET_SCANOUT = 0x103, RESOURCE_FLUSH = 0x104,
    TRANSFER_TO_HOST_2D = 0x105, RESOURCE_ATTACH_BACKING = 0x106, B8G8R8X8 = 2, HEADER = 6,
};
enum { KEY_F1 = 59, KEY_F2 = 60, KEY_F3 = 61, KEY_F4 = 62, WIDEST = 2048, HIGHEST = 1600, MONITORS = 16, FRAME = 8 };

static struct {
    struct virtio device;
    struct virtq queue;
    uint32_t command[HEADER + 10];
    struct { uint32_t header[HEADER], rows[MONITORS][6]; } answer;
    volatile bool changed;
    unsigned resource;
    bool keeps;
} gpu;

static uint32_t pixels[WIDEST * HIGHEST] __attribute__((section(".noinit"), aligned(4096)));

int main(const void *device_tree);

static void interrupt(void *unused)
{
    (void)unused;
    virtio_acknowledge(&gpu.device);
    gpu.changed = true;
}

/* One command with so many words behind its header; waits for the answer. */
static void ask(uint32_t type, unsigned count, const uint32_t *words)
{
    for (unsigned i = 0; i < HEADER + 10; i++)
        gpu.command[i] = i == 0 ? type : i >= HEADER && i - HEADER < count ? words[i - HEADER] : 0;
    gpu.queue.desc[0] = (struct virtq_desc){(uintptr_t)gpu.command, (HEADER + count) * 4, VIRTQ_NEXT, 1};
    gpu.queue.desc[1] = (struct virtq_desc){(uintptr_t)&gpu.answer, sizeof gpu.answer, VIRTQ_WRITE, 0};
    virtio_offer(&gpu.queue, 0);
    virtio_notify(&gpu.device, 0);
    while (virtio_take(&gpu.queue, 0) < 0)
        ;
}

/* A frame around fine stripes, every other pixel: what is scaled badly shows. */
static void paint(unsigned width, unsigned height)
{
    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++) {
            bool frame = x < FRAME || y < FRAME || x >= width - FRAME || y >= height - FRAME;
            pixels[y * width + x] = frame ? 0xd9b45b : x & 1 ? 0x102030 : 0x8090a0;
        }
}

static void dark(void)
{
    ask(SET_SCANOUT, 6, (const uint32_t[]){0, 0, 0, 0, 0, 0});
    print("echo: dark\n");
}

static void show(unsigned width, unsigned height)
{
    uint64_t at = (uintptr_t)pixels;
    unsigned old = gpu.resource, id = old == 1 ? 2 : 1;

    width = width < WIDEST ? width : WIDEST;
    height = height < HIGHEST ? height : HIGHEST;
    paint(width, height);
    ask(RESOURCE_CREATE_2D, 4, (const uint32_t[]){id, B8G8R8X8, width, height});
    ask(RESOURCE_ATTACH_BACKING, 6, (const uint32_t[]){id, 1, (uint32_t)at, (uint32_t)(at >> 32), width * height * 4, 0});
    ask(TRANSFER_TO_HOST_2D, 8, (const uint32_t[]){0, 0, width, height, 0, 0, id, 0});
    ask(SET_SCANOUT, 6, (const uint32_t[]){0, 0, width, height, 0, id});
    ask(RESOURCE_FLUSH, 6, (const uint32_t[]){0, 0, width, height, id, 0});
    if (old)
        ask(RESOURCE_UNREF, 2, (const uint32_t[]){old, 0});
    gpu.resource = id;
    print("echo: screen %ux%u\n", width, height);
}

static void follow(void)
{
    mmio_write(gpu.device.base + CONFIG_EVENTS_CLEAR, EVENT_DISPLAY);
    if (gpu.keeps)
        return;
    ask(GET_DISPLAY_INFO, 0, 0);
    show(gpu.answer.rows[0][2], gpu.answer.rows[0][3]);
}

static bool open_gpu(const struct fdt *fdt)
{
    if (!virtio_find(&gpu.device, fdt, VIRTIO_GPU) || !virtio_begin(&gpu.device)
        || !virtio_queue(&gpu.device, 0, &gpu.queue))
        return false;
    virtio_ready(&gpu.device);
    irq_connect(gpu.device.irq, interrupt, 0);
    return true;
}

static void take(const struct input_event *event)
{
    if (event->type == EV_KEY)
        print("echo: key %u %s\n", event->code, event->value ? "down" : "up");
    else if (event->type == EV_ABS || event->type == EV_REL)
        print("echo: %s %u %d\n", event->type == EV_ABS ? "abs" : "rel", event->code, (int)event->value);
    if (event->type != EV_KEY || !event->value || !gpu.queue.size)
        return;
    if (event->code == KEY_F1)
        show(640, 400);
    else if (event->code == KEY_F2)
        show(1152, 864);
    else if (event->code == KEY_F3)
        dark();
    gpu.keeps |= event->code == KEY_F4;
}

int main(const void *device_tree)
{
    struct fdt fdt;
    struct input_event event;
    uint64_t base = 0, size = 0;

    if (fdt_open(&fdt, device_tree) && fdt_reg(&fdt, fdt_find_type(&fdt, 0, "memory"), &base, &size))
        mmu_init(base, size);
    irq_init();
    bool has_gpu = open_gpu(&fdt);
    if (has_gpu)
        follow();
    print("echo: %u input devices\n", input_open(&fdt));
    button_open();
    while (!button_pressed()) {
        while (input_take(&event))
            take(&event);
        if (has_gpu && mmio_read(gpu.device.base + CONFIG_EVENTS_READ) & EVENT_DISPLAY)
            follow();
        cpu_irq_disable();
        if (!input_waits() && !button_pressed() && !gpu.changed)
            cpu_wait();
        gpu.changed = false;
        cpu_irq_enable();
        cpu_isb();
    }
    return 0;
}
