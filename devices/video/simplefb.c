/* SPDX-License-Identifier: MIT */
/* A framebuffer in plain RAM, as firmware leaves one behind (Linux devicetree/bindings/display/simple-framebuffer.yaml, format
   a8r8g8b8). It has no registers and no state of its own.
   In: pixels in guest RAM from the option "base" on, "width" x "height" of them without gaps.
   Out: frames to the "display" port. */
#include "bus/device.h"
#include "devices/classes.h"
#include "devices/ram_screen.h"

struct simplefb {
    struct device device;
    struct display *display;
    uint64_t base;
    uint32_t width, height;
    struct ram_screen screen;
};

/* All state is in RAM and the options. */
static const struct field simplefb_fields[] = { FIELD_LIST_END };

static void simplefb_scan(void *device, struct display_frame *frame, bool *dirty)
{
    struct simplefb *fb = device;
    ram_screen_scan(&fb->screen, fb->device.dma, frame, dirty);
}

static int simplefb_init(struct device *device, struct error *err)
{
    struct simplefb *fb = (struct simplefb *)device;
    if (!fb->width || fb->width > RAM_SCREEN_SIDE || !fb->height || fb->height > RAM_SCREEN_SIDE)
        return error_set(err, "%s: a screen of %u x %u is not possible; each side may be 1 to %d pixels",
                         device->id, fb->width, fb->height, RAM_SCREEN_SIDE);
    struct ram_picture picture = { .base = fb->base, .width = fb->width, .height = fb->height, .format = RAM_ARGB8888 };
    if (!ram_screen_set(&fb->screen, device->dma, &picture))
        ram_screen_off(&fb->screen);   /* its memory is not there */
    if (fb->display) {
        fb->display->scan = simplefb_scan;
        fb->display->device = fb;
    }
    return 0;
}

static void simplefb_fini(struct device *device)
{
    ram_screen_off(&((struct simplefb *)device)->screen);
}

const struct device_class simplefb_class = {
    .name = "simple-framebuffer",
    .manual = "Linux devicetree/bindings/display/simple-framebuffer.yaml",
    .size = sizeof(struct simplefb),
    .ports = (const struct device_port[]){ { "display", PORT_DISPLAY, offsetof(struct simplefb, display) }, { 0 } },
    .options = (const struct device_option[]){
        { "base", OPTION_U64, offsetof(struct simplefb, base), 0 },
        { "width", OPTION_U32, offsetof(struct simplefb, width), 1024 },
        { "height", OPTION_U32, offsetof(struct simplefb, height), 768 },
        { 0 } },
    .fields = simplefb_fields,
    .init = simplefb_init,
    .fini = simplefb_fini,
    .compatible = "simple-framebuffer\0",
};
