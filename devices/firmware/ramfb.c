/* SPDX-License-Identifier: MIT */
/* QEMU's ramfb: a screen for firmware. It writes where in RAM it paints, and how, into the file "etc/ramfb" of the firmware
   configuration device that this part sits on (QEMU, hw/display/ramfb.c has the layout; docs/specs/fw_cfg.rst the file's way).
   In: that file; pixels in guest RAM. Out: frames to the "display" port. */
#include "base/bits.h"
#include "base/log.h"
#include "bus/device.h"
#include "devices/classes.h"
#include "devices/firmware/fw_cfg.h"
#include "devices/ram_screen.h"

/* The file, all numbers big-endian. */
enum { ADDRESS = 0, FOURCC = 8, FLAGS = 12, WIDTH = 16, HEIGHT = 20, STRIDE = 24, CONFIG_SIZE = 28 };

struct ramfb {
    struct device device;
    struct display *display;
    struct ram_screen screen;
    uint8_t config[CONFIG_SIZE];
};

/* What is shown follows from the file and RAM. */
static const struct field ramfb_fields[] = {
    FIELD_ARRAY(struct ramfb, config, FIELD_BYTES, CONFIG_SIZE),
    FIELD_LIST_END
};

static uint32_t number(const struct ramfb *fb, unsigned at)
{
    uint32_t value;
    memcpy(&value, fb->config + at, sizeof value);
    return be32(value);
}

/* A picture that cannot be leaves the one before it on the screen. */
static void configured(void *owner)
{
    struct ramfb *fb = owner;
    struct ram_picture picture = {
        .base = (gpa_t)number(fb, ADDRESS) << 32 | number(fb, ADDRESS + 4), .width = number(fb, WIDTH),
        .height = number(fb, HEIGHT), .stride = number(fb, STRIDE), .format = number(fb, FOURCC),
    };
    if (!ram_screen_set(&fb->screen, fb->device.dma, &picture))
        guest_log(fb->device.id, "a screen of %u x %u, %llu bytes a row, format 0x%x at 0x%llx is not possible", picture.width,
                  picture.height, (unsigned long long)picture.stride, picture.format, (unsigned long long)picture.base);
}

static void ramfb_scan(void *device, struct display_frame *frame, bool *dirty)
{
    struct ramfb *fb = device;
    ram_screen_scan(&fb->screen, fb->device.dma, frame, dirty);
}

static int ramfb_init(struct device *device, struct error *err)
{
    struct ramfb *fb = (struct ramfb *)device;
    if (fb->display) {
        fb->display->scan = ramfb_scan;
        fb->display->device = fb;
    }
    return fw_cfg_add_writable(device->parent, "etc/ramfb", fb->config, CONFIG_SIZE, configured, fb, err);
}

static void ramfb_reset(struct device *device)
{
    struct ramfb *fb = (struct ramfb *)device;
    memset(fb->config, 0, sizeof fb->config);
    ram_screen_off(&fb->screen);
}

static void ramfb_fini(struct device *device)
{
    ram_screen_off(&((struct ramfb *)device)->screen);
}

const struct device_class ramfb_class = {
    .name = "ramfb",
    .manual = "QEMU docs/specs/fw_cfg.rst (etc/ramfb)",
    .size = sizeof(struct ramfb),
    .ports = (const struct device_port[]){ { "display", PORT_DISPLAY, offsetof(struct ramfb, display) }, { 0 } },
    .fields = ramfb_fields,
    .init = ramfb_init,
    .reset = ramfb_reset,
    .fini = ramfb_fini,
};
