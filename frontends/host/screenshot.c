/* SPDX-License-Identifier: MIT */
#include "frontends/host/screenshot.h"

#include <errno.h>
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OFF_WIDTH = 640, OFF_HEIGHT = 480 };

struct writer {
    FILE *file;
    png_structp png;
    png_infop info;
    uint8_t *line;
};

static void quiet_error(png_structp png, png_const_charp text)
{
    (void)text;
    png_longjmp(png, 1);
}

static void quiet_warning(png_structp png, png_const_charp text)
{
    (void)png, (void)text;
}

static void pack_line(uint8_t *rgb, const uint32_t *pixels, unsigned width)
{
    for (unsigned x = 0; x < width; x++) {
        uint32_t pixel = pixels ? pixels[x] : 0;
        *rgb++ = (uint8_t)(pixel >> 16);
        *rgb++ = (uint8_t)(pixel >> 8);
        *rgb++ = (uint8_t)pixel;
    }
}

/* libpng leaves by longjmp when the disk is full; what must be freed lives in the writer. */
static bool write_frame(struct writer *w, const struct display_frame *frame)
{
    if (setjmp(png_jmpbuf(w->png)))
        return false;
    png_init_io(w->png, w->file);
    png_set_IHDR(w->png, w->info, frame->width, frame->height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(w->png, 3);
    png_write_info(w->png, w->info);
    for (unsigned y = 0; y < frame->height; y++) {
        pack_line(w->line, frame->pixels ? frame->pixels + (size_t)y * frame->stride : NULL, frame->width);
        png_write_row(w->png, w->line);
    }
    png_write_end(w->png, NULL);
    return true;
}

int screenshot_write(const char *file, const struct display_frame *frame, struct error *err)
{
    struct display_frame off = { .width = OFF_WIDTH, .height = OFF_HEIGHT };
    if (!frame->pixels || !frame->width || !frame->height)
        frame = &off;
    struct writer w = { .file = fopen(file, "wb") };
    if (!w.file)
        return error_set(err, "cannot write the picture '%s': %s", file, strerror(errno));
    w.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, quiet_error, quiet_warning);
    w.info = w.png ? png_create_info_struct(w.png) : NULL;
    w.line = mem_alloc((size_t)frame->width * 3);
    bool is_written = w.info && write_frame(&w, frame);
    int code = errno;
    png_destroy_write_struct(&w.png, &w.info);
    free(w.line);
    if (fclose(w.file) != 0 && is_written) {
        code = errno;
        is_written = false;
    }
    return is_written ? 0 : error_set(err, "cannot write the picture '%s': %s", file, strerror(code));
}

int screenshot_take(const char *file, struct display *display, struct error *err)
{
    struct display_frame frame = { 0 };
    if (display && display->scan)
        display->scan(display->device, &frame, NULL);
    return screenshot_write(file, &frame, err);
}
