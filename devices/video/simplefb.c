/* SPDX-License-Identifier: MIT */
/* A framebuffer in plain RAM, as firmware leaves one behind (Linux devicetree/bindings/display/simple-framebuffer.yaml, format
   a8r8g8b8). It has no registers and no state of its own.
   In: pixels in guest RAM from the option "base" on, "width" x "height" of them without gaps.
   Out: frames to the "display" port. */
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "bus/device.h"
#include "bus/port.h"
#include "devices/classes.h"

enum { BYTES_PER_PIXEL = 4, LARGEST_SIDE = 8192, COLOUR = 0x00ffffff };

struct simplefb {
    struct device device;
    struct display *display;
    uint64_t base;
    uint32_t width, height;
    uint8_t *seen;       /* the last frame as the guest wrote it: most rows of most frames are the same again */
    uint32_t *shown;     /* the last frame as the host is given it */
    bool fresh;          /* it changed since a caller who wanted to know was told */
};

/* All state is in RAM and the options. */
static const struct field simplefb_fields[] = { FIELD_LIST_END };

static void update_row(struct simplefb *fb, unsigned y, const uint8_t *row)
{
    size_t first = (size_t)y * fb->width, pitch = (size_t)fb->width * BYTES_PER_PIXEL;
    uint8_t *seen = &fb->seen[first * BYTES_PER_PIXEL];
    if (!memcmp(seen, row, pitch))
        return;
    memcpy(seen, row, pitch);
    for (unsigned x = 0; x < fb->width; x++)
        fb->shown[first + x] = ld_le32(row + x * BYTES_PER_PIXEL) & COLOUR;
    fb->fresh = true;
}

static void simplefb_scan(void *device, struct display_frame *frame, bool *dirty)
{
    struct simplefb *fb = device;
    size_t pitch = (size_t)fb->width * BYTES_PER_PIXEL;
    const uint8_t *pixels = space_host(fb->device.dma, fb->base, pitch * fb->height, false);
    for (unsigned y = 0; pixels && y < fb->height; y++)
        update_row(fb, y, pixels + y * pitch);
    *frame = (struct display_frame){ pixels ? fb->shown : NULL, fb->width, fb->height, fb->width };
    if (dirty) {
        *dirty = fb->fresh;
        fb->fresh = false;
    }
}

static int simplefb_init(struct device *device, struct error *err)
{
    struct simplefb *fb = (struct simplefb *)device;
    if (!fb->width || fb->width > LARGEST_SIDE || !fb->height || fb->height > LARGEST_SIDE)
        return error_set(err, "%s: a screen of %u x %u is not possible; each side may be 1 to %d pixels",
                         device->id, fb->width, fb->height, LARGEST_SIDE);
    fb->seen = mem_alloc((size_t)fb->width * fb->height * BYTES_PER_PIXEL);
    fb->shown = mem_alloc((size_t)fb->width * fb->height * sizeof *fb->shown);
    fb->fresh = true;
    if (fb->display) {
        fb->display->scan = simplefb_scan;
        fb->display->device = fb;
    }
    return 0;
}

static void simplefb_fini(struct device *device)
{
    struct simplefb *fb = (struct simplefb *)device;
    free(fb->seen);
    free(fb->shown);
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
