/* SPDX-License-Identifier: MIT */
#include "roms/lib/screen.h"
#include "roms/lib/gpu.h"
#include "roms/lib/string.h"

uint32_t screen_pixels[SCREEN_WIDTH * SCREEN_HEIGHT] __attribute__((section(".noinit"), aligned(4096)));

static struct {
    uint32_t *pixels;
    int stride, left, top;   /* pixels; where the picture's corner is in the framebuffer, negative when it is larger */
} framebuffer;

static bool open_framebuffer(struct screen *screen, const struct fdt *fdt)
{
    fdt_node node = fdt_find(fdt, 0, "simple-framebuffer");
    const char *format = fdt_text(fdt, node, "format");
    uint64_t base, size;

    if (!node || !format || !fdt_reg(fdt, node, &base, &size))
        return false;
    if (strcmp(format, "a8r8g8b8") != 0 && strcmp(format, "x8r8g8b8") != 0)
        return false;
    uint32_t width = fdt_cell(fdt, node, "width", 0, 0), height = fdt_cell(fdt, node, "height", 0, 0);
    uint32_t stride = fdt_cell(fdt, node, "stride", 0, width * 4);
    if (!width || !height || stride < width * 4 || (uint64_t)stride * height > size)
        return false;
    *screen = (struct screen){"simple-framebuffer", (int)width, (int)height};
    framebuffer.pixels = (uint32_t *)base;
    framebuffer.stride = (int)stride / 4;
    framebuffer.left = ((int)width - SCREEN_WIDTH) / 2;
    framebuffer.top = ((int)height - SCREEN_HEIGHT) / 2;
    memset(framebuffer.pixels, 0, (size_t)stride * height);
    return true;
}

bool screen_open(struct screen *screen, const struct fdt *fdt)
{
    *screen = (struct screen){0};
    memset(screen_pixels, 0, sizeof screen_pixels);
    if (gpu_open(fdt, screen_pixels, SCREEN_WIDTH, SCREEN_HEIGHT)) {
        *screen = (struct screen){"virtio-gpu", SCREEN_WIDTH, SCREEN_HEIGHT};
        return true;
    }
    return open_framebuffer(screen, fdt);
}

bool screen_busy(const struct screen *screen)
{
    (void)screen;
    return framebuffer.pixels ? false : gpu_busy();
}

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

static void copy(const struct screen *screen, const struct rect *rect)
{
    int left = clamp(rect->x, -framebuffer.left, screen->width - framebuffer.left);
    int right = clamp(rect->x + rect->width, -framebuffer.left, screen->width - framebuffer.left);
    int top = clamp(rect->y, -framebuffer.top, screen->height - framebuffer.top);
    int bottom = clamp(rect->y + rect->height, -framebuffer.top, screen->height - framebuffer.top);

    for (int y = top; y < bottom && left < right; y++)
        memcpy(framebuffer.pixels + (y + framebuffer.top) * framebuffer.stride + left + framebuffer.left,
               screen_pixels + y * SCREEN_WIDTH + left, (size_t)(right - left) * 4);
}

void screen_show(const struct screen *screen, const struct rect *rects, int count)
{
    for (int i = 0; i < count && i < SCREEN_RECTS; i++) {
        struct rect clipped = {clamp(rects[i].x, 0, SCREEN_WIDTH), clamp(rects[i].y, 0, SCREEN_HEIGHT), 0, 0};
        clipped.width = clamp(rects[i].x + rects[i].width, 0, SCREEN_WIDTH) - clipped.x;
        clipped.height = clamp(rects[i].y + rects[i].height, 0, SCREEN_HEIGHT) - clipped.y;
        if (clipped.width <= 0 || clipped.height <= 0)
            continue;
        if (framebuffer.pixels)
            copy(screen, &clipped);
        else
            gpu_transfer(&clipped);
    }
    if (!framebuffer.pixels)
        gpu_flush();
}

int screen_pointer_x(const struct screen *screen, uint32_t value, uint32_t range)
{
    return clamp((int)((uint64_t)value * (unsigned)screen->width / (range + 1u)) - framebuffer.left, 0, SCREEN_WIDTH - 1);
}

int screen_pointer_y(const struct screen *screen, uint32_t value, uint32_t range)
{
    return clamp((int)((uint64_t)value * (unsigned)screen->height / (range + 1u)) - framebuffer.top, 0, SCREEN_HEIGHT - 1);
}
