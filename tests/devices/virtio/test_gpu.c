/* SPDX-License-Identifier: MIT */
/* Catches: pixels in the wrong place, order or colour; what is not flushed showing, and what is flushed not; rectangles that
   overflow; host memory that a guest can exhaust or see after it was freed; resizes that never reach the driver. */
#include <string.h>

#include "base/bits.h"
#include "bus/port.h"
#include "devices/virtio/edid.h"
#include "tests/devices/virtio/driver.h"
#include "tests/devices/virtio/mad_driver.h"
#include "tests/support/support.h"

enum { CONTROLQ, CURSORQ };
enum {
    GET_DISPLAY_INFO = 0x100, CREATE_2D, UNREF, SET_SCANOUT, FLUSH, TRANSFER, ATTACH, DETACH, GET_EDID = 0x10a,
    UPDATE_CURSOR = 0x300, MOVE_CURSOR,
    OK_NODATA = 0x1100, OK_DISPLAY_INFO, OK_EDID = 0x1104,
    ERR_UNSPEC = 0x1200, ERR_OUT_OF_MEMORY, ERR_INVALID_SCANOUT_ID, ERR_INVALID_RESOURCE_ID, ERR_INVALID_CONTEXT_ID,
    ERR_INVALID_PARAMETER,
};
enum { FORMAT_BGRA = 1, FORMAT_BGRX = 2 };

struct window {
    struct display port;
    unsigned cursors, width, height;
    int hot_x, hot_y;
    bool visible;
    uint32_t first_pixel;
};

static struct window window;

static void window_cursor(void *host, const uint32_t *argb, unsigned width, unsigned height, int hot_x, int hot_y, bool visible)
{
    struct window *w = host;
    w->cursors++;
    w->width = width;
    w->height = height;
    w->hot_x = hot_x;
    w->hot_y = hot_y;
    w->visible = visible;
    w->first_pixel = argb ? argb[0] : 0;
    for (unsigned i = 0; argb && i < width * height; i++)
        w->first_pixel += argb[i] & 0;   /* all of it must be readable */
}

static struct driver *start(void)
{
    memset(&window, 0, sizeof window);
    window.port.cursor = window_cursor;
    window.port.host = &window;
    struct driver *d = driver_new("virtio-gpu");
    device_fixture_attach(d->part, "display", &window.port);
    driver_start(d);
    return d;
}

static struct driver *boot(void)
{
    struct driver *d = start();
    driver_boot(d, UINT64_MAX);
    return d;
}

static uint8_t answer[2048];

/* Runs a command of `count` words after its header; returns the type of the answer, which is left in `answer`. */
static uint32_t command(struct driver *d, uint32_t type, const uint32_t *words, unsigned count)
{
    uint8_t bytes[24 + 64] = { 0 };
    st_le32(bytes, type);
    for (unsigned i = 0; i < count; i++)
        st_le32(bytes + 24 + 4 * i, words[i]);
    gpa_t heap = d->heap;
    struct driver_buffer b[2] = { { driver_alloc_bytes(d, bytes, 24 + 4 * count), 24 + 4 * count, false } };
    b[1] = (struct driver_buffer){ driver_alloc(d, sizeof answer), sizeof answer, true };
    memset(answer, 0, sizeof answer);
    uint32_t written = driver_run(d, CONTROLQ, b, 2, 200 * TICKS_PER_MS);
    ck_assert_uint_ge(written, 24);
    driver_get(d, b[1].at, answer, written);
    d->heap = heap;
    return ld_le32(answer);
}

#define COMMAND(d, type, ...) \
    command(d, type, (const uint32_t[]){ __VA_ARGS__ }, sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

static uint32_t attach(struct driver *d, uint32_t id, uint32_t count, const struct driver_buffer *pages)
{
    uint8_t bytes[24 + 8 + 64 * 16] = { 0 };
    st_le32(bytes, ATTACH);
    st_le32(bytes + 24, id);
    st_le32(bytes + 28, count);
    unsigned given = count < 64 ? count : 64;
    for (unsigned i = 0; i < given; i++) {
        st_le64(bytes + 32 + 16 * i, pages[i].at);
        st_le32(bytes + 40 + 16 * i, pages[i].length);
    }
    gpa_t heap = d->heap;
    struct driver_buffer b[3] = { { driver_alloc_bytes(d, bytes, 32), 32, false } };
    b[1] = (struct driver_buffer){ driver_alloc_bytes(d, bytes + 32, 16 * given), 16 * given, false };
    b[2] = (struct driver_buffer){ driver_alloc(d, 24), 24, true };
    driver_run(d, CONTROLQ, b, 3, 200 * TICKS_PER_MS);
    driver_get(d, b[2].at, answer, 24);
    d->heap = heap;
    return ld_le32(answer);
}

/* A resource with one piece of backing; returns where that is. */
static gpa_t make_resource(struct driver *d, uint32_t id, uint32_t format, uint32_t width, uint32_t height)
{
    struct driver_buffer page = { driver_alloc(d, (uint64_t)width * height * 4), width * height * 4, false };
    ck_assert_uint_eq(COMMAND(d, CREATE_2D, id, format, width, height), OK_NODATA);
    ck_assert_uint_eq(attach(d, id, 1, &page), OK_NODATA);
    return page.at;
}

static void paint(struct driver *d, gpa_t backing, unsigned width, unsigned height, uint32_t salt)
{
    for (uint32_t i = 0; i < width * height; i++) {
        uint8_t pixel[4];
        st_le32(pixel, i * 0x01030705 + salt);
        ck_assert(space_write(&d->f->space, backing + 4 * i, pixel, 4));
    }
}

static uint32_t painted(unsigned width, unsigned x, unsigned y, uint32_t salt)
{
    return ((y * width + x) * 0x01030705 + salt) & 0xffffff;
}

static struct display_frame scan(bool *dirty)
{
    struct display_frame frame;
    window.port.scan(window.port.device, &frame, dirty);
    return frame;
}

START_TEST(the_display_is_described)
{
    struct driver *d = boot();
    ck_assert_uint_eq(driver_load(d, REG_DEVICE_ID), 16);
    ck_assert(bit(driver_offered(d), 1));
    ck_assert_uint_eq(driver_config(d, 8, 4), 1);
    ck_assert_uint_eq(driver_config(d, 12, 4), 0);
    ck_assert_uint_eq(command(d, GET_DISPLAY_INFO, NULL, 0), OK_DISPLAY_INFO);
    ck_assert_uint_eq(ld_le32(answer + 24 + 8), 1024);
    ck_assert_uint_eq(ld_le32(answer + 24 + 12), 768);
    ck_assert_uint_eq(ld_le32(answer + 24 + 16), 1);
    ck_assert_uint_eq(ld_le32(answer + 48 + 16), 0);
    uint8_t edid[EDID_SIZE];
    edid_make(edid, 1024, 768);
    ck_assert_uint_eq(COMMAND(d, GET_EDID, 0, 0), OK_EDID);
    ck_assert_uint_eq(ld_le32(answer + 24), EDID_SIZE);
    ck_assert_mem_eq(answer + 32, edid, EDID_SIZE);
    ck_assert_uint_eq(COMMAND(d, GET_EDID, 1, 0), ERR_INVALID_SCANOUT_ID);
    driver_free(d);
}
END_TEST

START_TEST(a_resize_reaches_the_driver)
{
    struct driver *d = boot();
    window.port.resize(window.port.device, 1280, 720);
    ck_assert(driver_irq(d));
    ck_assert_uint_eq(driver_take_causes(d), VIRTIO_CAUSE_CONFIG);
    ck_assert_uint_eq(driver_config(d, 0, 4), 1);
    device_fixture_write(d->f, d->regs + REG_CONFIG + 4, 4, 1);
    ck_assert_uint_eq(driver_config(d, 0, 4), 0);
    command(d, GET_DISPLAY_INFO, NULL, 0);
    ck_assert_uint_eq(ld_le32(answer + 24 + 8), 1280);
    driver_take_causes(d);
    window.port.resize(window.port.device, 1280, 720);
    ck_assert(!driver_irq(d));
    window.port.resize(window.port.device, 100000, 0);
    command(d, GET_DISPLAY_INFO, NULL, 0);
    ck_assert_uint_eq(ld_le32(answer + 24 + 8), EDID_MAX);
    ck_assert_uint_eq(ld_le32(answer + 24 + 12), 1);
    driver_free(d);
}
END_TEST

/* The guest took a mode of its own since; the user then makes the window as large as it was before. */
START_TEST(a_size_offered_before_is_news_to_a_guest_that_left_it)
{
    struct driver *d = boot();
    make_resource(d, 1, 2, 800, 600);
    make_resource(d, 2, 2, 640, 400);
    ck_assert_uint_eq(COMMAND(d, SET_SCANOUT, 0, 0, 800, 600, 0, 1), OK_NODATA);
    window.port.resize(window.port.device, 800, 600);
    ck_assert(driver_take_causes(d) & VIRTIO_CAUSE_CONFIG);
    window.port.resize(window.port.device, 800, 600);
    ck_assert(!(driver_take_causes(d) & VIRTIO_CAUSE_CONFIG));
    ck_assert_uint_eq(COMMAND(d, SET_SCANOUT, 0, 0, 640, 400, 0, 2), OK_NODATA);
    driver_take_causes(d);
    window.port.resize(window.port.device, 800, 600);
    ck_assert(driver_take_causes(d) & VIRTIO_CAUSE_CONFIG);
    driver_free(d);
}
END_TEST

START_TEST(pixels_travel_from_guest_memory_to_the_screen)
{
    struct driver *d = boot();
    gpa_t backing = make_resource(d, 1, FORMAT_BGRX, 64, 48);
    paint(d, backing, 64, 48, 0x11000000);
    ck_assert_ptr_null(scan(NULL).pixels);
    ck_assert_uint_eq(COMMAND(d, TRANSFER, 0, 0, 64, 48, 0, 0, 1, 0), OK_NODATA);
    ck_assert_ptr_null(scan(NULL).pixels);
    ck_assert_uint_eq(COMMAND(d, SET_SCANOUT, 0, 0, 64, 48, 0, 1), OK_NODATA);
    ck_assert_uint_eq(COMMAND(d, FLUSH, 0, 0, 64, 48, 1, 0), OK_NODATA);
    struct display_frame f = scan(NULL);
    ck_assert_uint_eq(f.width, 64);
    ck_assert_uint_eq(f.height, 48);
    for (unsigned y = 0; y < 48; y++)
        for (unsigned x = 0; x < 64; x++)
            ck_assert_uint_eq(f.pixels[y * f.stride + x], painted(64, x, y, 0));
    ck_assert_uint_eq(COMMAND(d, SET_SCANOUT, 0, 0, 0, 0, 0, 0), OK_NODATA);
    ck_assert_ptr_null(scan(NULL).pixels);
    driver_free(d);
}
END_TEST

START_TEST(only_what_is_flushed_shows)
{
    struct driver *d = boot();
    gpa_t backing = make_resource(d, 1, FORMAT_BGRX, 64, 48);
    COMMAND(d, SET_SCANOUT, 0, 0, 64, 48, 0, 1);
    paint(d, backing, 64, 48, 0);
    COMMAND(d, TRANSFER, 0, 0, 64, 48, 0, 0, 1, 0);
    COMMAND(d, FLUSH, 10, 20, 5, 3, 1, 0);
    struct display_frame f = scan(NULL);
    for (unsigned y = 0; y < 48; y++)
        for (unsigned x = 0; x < 64; x++) {
            bool inside = x >= 10 && x < 15 && y >= 20 && y < 23;
            ck_assert_uint_eq(f.pixels[y * f.stride + x], inside ? painted(64, x, y, 0) : 0);
        }
    driver_free(d);
}
END_TEST

START_TEST(a_part_is_transferred_from_its_place_in_the_backing)
{
    struct driver *d = boot();
    gpa_t backing = make_resource(d, 1, FORMAT_BGRX, 64, 48);
    paint(d, backing, 64, 48, 0);
    COMMAND(d, SET_SCANOUT, 0, 0, 64, 48, 0, 1);
    ck_assert_uint_eq(COMMAND(d, TRANSFER, 10, 20, 5, 3, (20 * 64 + 10) * 4, 0, 1, 0), OK_NODATA);
    COMMAND(d, FLUSH, 0, 0, 64, 48, 1, 0);
    struct display_frame f = scan(NULL);
    for (unsigned y = 0; y < 48; y++)
        for (unsigned x = 0; x < 64; x++) {
            bool inside = x >= 10 && x < 15 && y >= 20 && y < 23;
            ck_assert_uint_eq(f.pixels[y * f.stride + x], inside ? painted(64, x, y, 0) : 0);
        }
    driver_free(d);
}
END_TEST

START_TEST(a_backing_may_be_in_pieces_of_any_size)
{
    struct driver *d = boot();
    struct driver_buffer pages[16];
    uint8_t bytes[32 * 16 * 4];
    for (unsigned i = 0; i < sizeof bytes; i += 4)
        st_le32(bytes + i, i / 4 * 0x01030705);
    unsigned place = 0;
    for (unsigned i = 0; i < 16; i++) {
        unsigned length = i == 15 ? sizeof bytes - place : i == 7 ? 0 : 100 + i * 3;   /* odd, and one of them empty */
        pages[i] = (struct driver_buffer){ driver_alloc(d, 4096) + i, length, false };
        ck_assert(space_write(&d->f->space, pages[i].at, bytes + place, length));
        place += length;
    }
    COMMAND(d, CREATE_2D, 1, FORMAT_BGRX, 32, 16);
    ck_assert_uint_eq(attach(d, 1, 16, pages), OK_NODATA);
    ck_assert_uint_eq(COMMAND(d, TRANSFER, 0, 0, 32, 16, 0, 0, 1, 0), OK_NODATA);
    COMMAND(d, SET_SCANOUT, 0, 0, 32, 16, 0, 1);
    struct display_frame f = scan(NULL);
    for (unsigned i = 0; i < 32 * 16; i++)
        ck_assert_uint_eq(f.pixels[i], painted(32, i % 32, i / 32, 0));
    driver_free(d);
}
END_TEST

START_TEST(every_format_shows_the_same_colour)
{
    const struct { uint32_t format; uint8_t bytes[4]; } formats[] = {   /* red 11, green 22, blue 33, alpha 44 */
        { 1, { 0x33, 0x22, 0x11, 0x44 } }, { 2, { 0x33, 0x22, 0x11, 0x44 } }, { 3, { 0x44, 0x11, 0x22, 0x33 } },
        { 4, { 0x44, 0x11, 0x22, 0x33 } }, { 67, { 0x11, 0x22, 0x33, 0x44 } }, { 68, { 0x44, 0x33, 0x22, 0x11 } },
        { 121, { 0x44, 0x33, 0x22, 0x11 } }, { 134, { 0x11, 0x22, 0x33, 0x44 } },
    };
    struct driver *d = boot();
    for (unsigned i = 0; i < 8; i++) {
        uint32_t id = i + 1;
        gpa_t backing = make_resource(d, id, formats[i].format, 1, 1);
        ck_assert(space_write(&d->f->space, backing, formats[i].bytes, 4));
        COMMAND(d, TRANSFER, 0, 0, 1, 1, 0, 0, id, 0);
        COMMAND(d, SET_SCANOUT, 0, 0, 1, 1, 0, id);
        ck_assert_msg(scan(NULL).pixels[0] == 0x112233, "format %u shows %x", formats[i].format, scan(NULL).pixels[0]);
    }
    for (uint32_t format = 0; format < 256; format++) {
        bool known = false;
        for (unsigned i = 0; i < 8; i++)
            known |= formats[i].format == format;
        if (!known)
            ck_assert_uint_eq(COMMAND(d, CREATE_2D, 99, format, 1, 1), ERR_INVALID_PARAMETER);
    }
    driver_free(d);
}
END_TEST

START_TEST(the_screen_may_show_a_part_of_a_resource)
{
    struct driver *d = boot();
    gpa_t backing = make_resource(d, 1, FORMAT_BGRX, 64, 48);
    paint(d, backing, 64, 48, 0);
    COMMAND(d, TRANSFER, 0, 0, 64, 48, 0, 0, 1, 0);
    COMMAND(d, SET_SCANOUT, 8, 4, 20, 10, 0, 1);
    struct display_frame f = scan(NULL);
    ck_assert_uint_eq(f.width, 20);
    ck_assert_uint_eq(f.height, 10);
    ck_assert_uint_eq(f.pixels[0], painted(64, 8, 4, 0));
    paint(d, backing, 64, 48, 0x55);
    COMMAND(d, TRANSFER, 0, 0, 64, 48, 0, 0, 1, 0);
    COMMAND(d, FLUSH, 0, 0, 10, 6, 1, 0);   /* overlaps the corner of what is shown */
    f = scan(NULL);
    ck_assert_uint_eq(f.pixels[0], painted(64, 8, 4, 0x55));
    ck_assert_uint_eq(f.pixels[f.stride + 1], painted(64, 9, 5, 0x55));
    ck_assert_uint_eq(f.pixels[2], painted(64, 10, 4, 0));
    ck_assert_uint_eq(f.pixels[2 * f.stride], painted(64, 8, 6, 0));
    driver_free(d);
}
END_TEST

START_TEST(scan_tells_each_reader_what_changed_since_it_looked)
{
    struct driver *d = boot();
    bool first, second;
    make_resource(d, 1, FORMAT_BGRX, 8, 8);
    COMMAND(d, SET_SCANOUT, 0, 0, 8, 8, 0, 1);
    scan(&first);
    ck_assert(first);
    scan(&first);
    ck_assert(!first);
    COMMAND(d, TRANSFER, 0, 0, 8, 8, 0, 0, 1, 0);
    scan(&first);
    ck_assert(!first);
    COMMAND(d, FLUSH, 0, 0, 8, 8, 1, 0);
    scan(NULL);
    scan(&second);
    ck_assert(second);
    scan(&first);
    ck_assert(first);
    scan(&first);
    ck_assert(!first);
    driver_free(d);
}
END_TEST

START_TEST(a_resource_that_goes_away_leaves_the_screen)
{
    struct driver *d = boot();
    make_resource(d, 1, FORMAT_BGRX, 8, 8);
    COMMAND(d, SET_SCANOUT, 0, 0, 8, 8, 0, 1);
    ck_assert_ptr_nonnull(scan(NULL).pixels);
    ck_assert_uint_eq(COMMAND(d, UNREF, 1, 0), OK_NODATA);
    ck_assert_ptr_null(scan(NULL).pixels);
    ck_assert_uint_eq(COMMAND(d, UNREF, 1, 0), ERR_INVALID_RESOURCE_ID);
    make_resource(d, 1, FORMAT_BGRX, 8, 8);
    COMMAND(d, SET_SCANOUT, 0, 0, 8, 8, 0, 1);
    driver_boot(d, UINT64_MAX);
    ck_assert_ptr_null(scan(NULL).pixels);
    ck_assert_uint_eq(COMMAND(d, UNREF, 1, 0), ERR_INVALID_RESOURCE_ID);
    driver_free(d);
}
END_TEST

START_TEST(rectangles_outside_the_resource_are_refused)
{
    const uint32_t bad[][4] = {
        { 0, 0, 65, 48 }, { 0, 0, 64, 49 }, { 1, 0, 64, 48 }, { 0, 1, 64, 48 }, { 65, 0, 0, 0 }, { 0xffffffff, 0, 2, 1 },
        { 0, 0xffffffff, 1, 2 }, { 2, 2, 0xffffffff, 1 }, { 2, 2, 1, 0xffffffff }, { 0x80000000, 0, 0x80000000, 1 },
    };
    struct driver *d = boot();
    make_resource(d, 1, FORMAT_BGRX, 64, 48);
    COMMAND(d, SET_SCANOUT, 0, 0, 64, 48, 0, 1);
    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
        const uint32_t *r = bad[i];
        ck_assert_uint_eq(COMMAND(d, TRANSFER, r[0], r[1], r[2], r[3], 0, 0, 1, 0), ERR_INVALID_PARAMETER);
        ck_assert_uint_eq(COMMAND(d, FLUSH, r[0], r[1], r[2], r[3], 1, 0), ERR_INVALID_PARAMETER);
        ck_assert_uint_eq(COMMAND(d, SET_SCANOUT, r[0], r[1], r[2], r[3], 0, 1), ERR_INVALID_PARAMETER);
    }
    ck_assert_uint_eq(COMMAND(d, SET_SCANOUT, 0, 0, 0, 0, 0, 1), ERR_INVALID_PARAMETER);
    ck_assert_uint_eq(COMMAND(d, SET_SCANOUT, 0, 0, 1, 1, 1, 1), ERR_INVALID_SCANOUT_ID);
    ck_assert_uint_eq(COMMAND(d, TRANSFER, 0, 0, 64, 48, 4, 0, 1, 0), ERR_INVALID_PARAMETER);
    ck_assert_uint_eq(COMMAND(d, TRANSFER, 0, 0, 64, 48, 0xfffffff0, 0xffffffff, 1, 0), ERR_INVALID_PARAMETER);
    ck_assert_uint_eq(COMMAND(d, TRANSFER, 0, 0, 0, 48, 0, 0, 1, 0), OK_NODATA);
    ck_assert_uint_eq(scan(NULL).width, 64);
    driver_free(d);
}
END_TEST

START_TEST(ids_and_backings_are_checked)
{
    struct driver *d = boot();
    struct driver_buffer outside = { FIXTURE_IO, 4096, false }, inside = { driver_alloc(d, 4096), 4096, false };
    ck_assert_uint_eq(COMMAND(d, CREATE_2D, 0, 1, 8, 8), ERR_INVALID_RESOURCE_ID);
    ck_assert_uint_eq(COMMAND(d, CREATE_2D, 1, 1, 0, 8), ERR_INVALID_PARAMETER);
    ck_assert_uint_eq(COMMAND(d, CREATE_2D, 1, 1, 8, 8), OK_NODATA);
    ck_assert_uint_eq(COMMAND(d, CREATE_2D, 1, 1, 8, 8), ERR_INVALID_RESOURCE_ID);
    ck_assert_uint_eq(COMMAND(d, TRANSFER, 0, 0, 8, 8, 0, 0, 1, 0), ERR_UNSPEC);
    ck_assert_uint_eq(COMMAND(d, TRANSFER, 0, 0, 8, 8, 0, 0, 2, 0), ERR_INVALID_RESOURCE_ID);
    ck_assert_uint_eq(COMMAND(d, FLUSH, 0, 0, 8, 8, 2, 0), ERR_INVALID_RESOURCE_ID);
    ck_assert_uint_eq(COMMAND(d, SET_SCANOUT, 0, 0, 8, 8, 0, 2), ERR_INVALID_RESOURCE_ID);
    ck_assert_uint_eq(COMMAND(d, DETACH, 1, 0), ERR_UNSPEC);
    ck_assert_uint_eq(COMMAND(d, DETACH, 2, 0), ERR_INVALID_RESOURCE_ID);
    ck_assert_uint_eq(attach(d, 1, 1, &outside), ERR_INVALID_PARAMETER);
    ck_assert_uint_eq(attach(d, 1, 0, &inside), ERR_UNSPEC);
    ck_assert_uint_eq(attach(d, 2, 1, &inside), ERR_INVALID_RESOURCE_ID);
    ck_assert_uint_eq(attach(d, 1, 1, &inside), OK_NODATA);
    ck_assert_uint_eq(attach(d, 1, 1, &inside), ERR_UNSPEC);
    ck_assert_uint_eq(COMMAND(d, DETACH, 1, 0), OK_NODATA);
    ck_assert_uint_eq(COMMAND(d, ATTACH, 1, 0xffffffff), ERR_INVALID_PARAMETER);
    ck_assert_uint_eq(COMMAND(d, 0x102, 1), ERR_INVALID_PARAMETER);   /* too short */
    ck_assert_uint_eq(command(d, 0x200, NULL, 0), ERR_UNSPEC);        /* 3D */
    ck_assert_uint_eq(command(d, MOVE_CURSOR, NULL, 0), ERR_UNSPEC);  /* on the wrong queue */
    driver_free(d);
}
END_TEST

START_TEST(host_memory_is_limited)
{
    struct driver *d = boot();
    ck_assert_uint_eq(COMMAND(d, CREATE_2D, 1, 1, 16384, 16384), ERR_OUT_OF_MEMORY);
    ck_assert_uint_eq(COMMAND(d, CREATE_2D, 1, 1, 0xffffffff, 0xffffffff), ERR_INVALID_PARAMETER);
    for (uint32_t id = 1; id <= 4; id++)
        ck_assert_uint_eq(COMMAND(d, CREATE_2D, id, 1, 4096, 4096), OK_NODATA);
    ck_assert_uint_eq(COMMAND(d, CREATE_2D, 5, 1, 1, 1), ERR_OUT_OF_MEMORY);
    ck_assert_uint_eq(COMMAND(d, UNREF, 3, 0), OK_NODATA);
    ck_assert_uint_eq(COMMAND(d, CREATE_2D, 5, 1, 4096, 4096), OK_NODATA);
    driver_boot(d, UINT64_MAX);
    for (uint32_t id = 1; id <= 512; id++)
        ck_assert_uint_eq(COMMAND(d, CREATE_2D, id, 1, 16, 16), OK_NODATA);
    ck_assert_uint_eq(COMMAND(d, CREATE_2D, 513, 1, 16, 16), ERR_OUT_OF_MEMORY);
    driver_free(d);
}
END_TEST

START_TEST(a_fence_comes_back_with_the_answer)
{
    struct driver *d = boot();
    uint8_t bytes[24] = { 0 }, back[24];
    st_le32(bytes, GET_EDID + 100);
    st_le32(bytes + 4, 1);
    st_le64(bytes + 8, 0x123456789abcdef0);
    st_le32(bytes + 16, 77);
    struct driver_buffer b[2] = { { driver_alloc_bytes(d, bytes, 24), 24, false }, { driver_alloc(d, 24), 24, true } };
    driver_run(d, CONTROLQ, b, 2, 0);
    driver_get(d, b[1].at, back, 24);
    ck_assert_mem_eq(back + 4, bytes + 4, 16);
    st_le32(bytes + 4, 0);
    b[0].at = driver_alloc_bytes(d, bytes, 24);
    driver_run(d, CONTROLQ, b, 2, 0);
    driver_get(d, b[1].at, back, 24);
    ck_assert_uint_eq(ld_le64(back + 8), 0);
    driver_free(d);
}
END_TEST

static void cursor(struct driver *d, uint32_t type, uint32_t id, uint32_t hot_x, uint32_t hot_y)
{
    uint8_t bytes[56] = { 0 };
    st_le32(bytes, type);
    st_le32(bytes + 28, 100);
    st_le32(bytes + 32, 200);
    st_le32(bytes + 40, id);
    st_le32(bytes + 44, hot_x);
    st_le32(bytes + 48, hot_y);
    struct driver_buffer b = { driver_alloc_bytes(d, bytes, sizeof bytes), sizeof bytes, false };
    ck_assert_uint_eq(driver_run(d, CURSORQ, &b, 1, 0), 0);
}

START_TEST(the_pointers_image_reaches_the_window_with_its_alpha)
{
    struct driver *d = boot();
    gpa_t backing = make_resource(d, 9, FORMAT_BGRX, 64, 64);   /* Linux makes pointers of a format without alpha, and means it */
    paint(d, backing, 64, 64, 0x80123456);
    COMMAND(d, TRANSFER, 0, 0, 64, 64, 0, 0, 9, 0);
    cursor(d, UPDATE_CURSOR, 9, 3, 4);
    ck_assert_uint_eq(window.cursors, 1);
    ck_assert(window.visible && window.width == 64 && window.height == 64 && window.hot_x == 3 && window.hot_y == 4);
    ck_assert_uint_eq(window.first_pixel, 0x80123456);
    cursor(d, MOVE_CURSOR, 9, 0, 0);
    ck_assert_uint_eq(window.cursors, 1);
    cursor(d, UPDATE_CURSOR, 9, 1000, 0xffffffff);
    ck_assert(window.hot_x == 63 && window.hot_y == 63);
    cursor(d, UPDATE_CURSOR, 0, 0, 0);
    ck_assert(window.cursors == 3 && !window.visible);
    cursor(d, UPDATE_CURSOR, 8, 0, 0);
    make_resource(d, 10, FORMAT_BGRX, 257, 1);
    cursor(d, UPDATE_CURSOR, 10, 0, 0);
    ck_assert_uint_eq(window.cursors, 3);
    cursor(d, UPDATE_CURSOR, 9, 0, 0);
    COMMAND(d, UNREF, 9, 0);
    ck_assert(!window.visible);
    driver_free(d);
}
END_TEST

START_TEST(a_flood_of_work_is_spread_over_time)
{
    struct driver *d = boot();
    uint8_t bytes[56] = { 0 };
    make_resource(d, 1, FORMAT_BGRX, 2048, 2048);   /* 16 MiB */
    st_le32(bytes, TRANSFER);
    st_le32(bytes + 32, 2048);
    st_le32(bytes + 36, 2048);
    st_le32(bytes + 48, 1);
    struct driver_buffer b[2] = { { driver_alloc_bytes(d, bytes, 56), 56, false }, { driver_alloc(d, 24), 24, true } };
    for (unsigned i = 0; i < 20; i++)
        driver_add(d, CONTROLQ, b, 2, false);
    driver_kick(d, CONTROLQ);
    uint16_t head;
    uint32_t written;
    unsigned done = 0, most = 0;
    for (unsigned ms = 0; ms < 200; ms++) {
        unsigned now = 0;
        while (driver_take(d, CONTROLQ, &head, &written))
            now++;
        most = now > most ? now : most;
        done += now;
        device_fixture_run(d->f, TICKS_PER_MS);
    }
    ck_assert_uint_eq(done, 20);
    ck_assert_uint_eq(most, 1);
    driver_free(d);
}
END_TEST

START_TEST(an_impossible_screen_is_the_users_mistake)
{
    struct error err;
    struct driver *d = driver_new("virtio-gpu");
    device_fixture_option(d->part, "width", 5000);
    ck_assert_int_eq(device_fixture_try_start(d->f, &err), -1);
    driver_free(d);
}
END_TEST

static void gpu_request(struct driver *d, uint64_t *random, uint8_t *bytes, unsigned size)
{
    (void)d;
    static const uint32_t types[] = {
        CREATE_2D, CREATE_2D, UNREF, SET_SCANOUT, SET_SCANOUT, FLUSH, TRANSFER, TRANSFER, ATTACH, ATTACH, DETACH, GET_EDID,
        UPDATE_CURSOR, MOVE_CURSOR, GET_DISPLAY_INFO, 0,
    };
    uint32_t type = types[mad_random(random) % ARRAY_SIZE(types)];
    st_le32(bytes, type);
    bool sane = mad_random(random) % 8;
    for (unsigned i = 24; i < size; i += 4) {   /* small numbers: ids, formats and rectangles that fit together */
        uint32_t v = (uint32_t)mad_random(random);
        st_le32(bytes + i, sane ? v % 8 : v);
    }
    if (type == TRANSFER)
        st_le64(bytes + 40, 0);
    if (type == ATTACH)
        for (unsigned i = 32; sane && i + 16 <= size; i += 16) {
            st_le64(bytes + i, FIXTURE_RAM + mad_random(random) % 0x10000);
            st_le32(bytes + i + 8, (uint32_t)(mad_random(random) % 4096));
        }
}

static void host_acts(void *to, uint64_t *random)
{
    (void)to;
    bool dirty;
    struct display_frame f = scan(&dirty);
    uint32_t sum = 0;
    for (unsigned y = 0; f.pixels && y < f.height; y++)
        for (unsigned x = 0; x < f.width; x++)
            sum |= f.pixels[y * f.stride + x];
    ck_assert_uint_eq(sum >> 24, 0);
    if (mad_random(random) % 4 == 0)
        window.port.resize(window.port.device, (unsigned)mad_random(random) % 5000, (unsigned)mad_random(random) % 5000);
}

START_TEST(a_mad_driver_does_no_harm)
{
    struct driver *d = start();
    mad_driver_run(d, 200000, 16, gpu_request, host_acts, NULL);
    driver_free(d);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("virtio-gpu");
    TCase *t = tcase_create("virtio-gpu");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, the_display_is_described);
    tcase_add_test(t, a_resize_reaches_the_driver);
    tcase_add_test(t, a_size_offered_before_is_news_to_a_guest_that_left_it);
    tcase_add_test(t, pixels_travel_from_guest_memory_to_the_screen);
    tcase_add_test(t, only_what_is_flushed_shows);
    tcase_add_test(t, a_part_is_transferred_from_its_place_in_the_backing);
    tcase_add_test(t, a_backing_may_be_in_pieces_of_any_size);
    tcase_add_test(t, every_format_shows_the_same_colour);
    tcase_add_test(t, the_screen_may_show_a_part_of_a_resource);
    tcase_add_test(t, scan_tells_each_reader_what_changed_since_it_looked);
    tcase_add_test(t, a_resource_that_goes_away_leaves_the_screen);
    tcase_add_test(t, rectangles_outside_the_resource_are_refused);
    tcase_add_test(t, ids_and_backings_are_checked);
    tcase_add_test(t, host_memory_is_limited);
    tcase_add_test(t, a_fence_comes_back_with_the_answer);
    tcase_add_test(t, the_pointers_image_reaches_the_window_with_its_alpha);
    tcase_add_test(t, a_flood_of_work_is_spread_over_time);
    tcase_add_test(t, an_impossible_screen_is_the_users_mistake);
    tcase_add_test(t, a_mad_driver_does_no_harm);
    suite_add_tcase(s, t);
    return s;
}
