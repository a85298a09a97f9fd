/* SPDX-License-Identifier: MIT */
#include "devices/virtio/edid.h"

#include <string.h>

#include "base/bits.h"

/* Offsets within the base block, VESA E-EDID release A2, table 3.1 */
enum {
    VENDOR = 8, PRODUCT = 10, SERIAL = 12, MADE = 16, EDID_VERSION = 18, BASIC = 20, CHROMATICITY = 25, ESTABLISHED = 35,
    STANDARD = 38, DESCRIPTOR = 54, DESCRIPTOR_SIZE = 18, CHECKSUM = 127,
};

/* Blanking of a flat panel in pixels and lines, as CVT's reduced blanking has it. */
enum { H_BLANK = 160, H_FRONT = 48, H_SYNC = 32, V_BLANK = 35, V_FRONT = 3, V_SYNC = 6 };

enum { REFRESH_HZ = 60, CLOCK_UNIT_HZ = 10000, DPI = 96 };

/* What stands in every block: the magic number, "ORY", made in 2024, EDID 1.4; digital, 8 bits a colour; gamma 2.2, sRGB, the
   first timing is preferred; sRGB's primaries; 640x480, 800x600 and 1024x768 at 60 Hz. */
static const uint8_t fixed_part[DESCRIPTOR] = {
    0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00,
    [VENDOR] = 0x3e, 0x59, [PRODUCT] = 0x01, 0x00, [SERIAL] = 0x01, 0x00, 0x00, 0x00, [MADE] = 0, 34, [EDID_VERSION] = 1, 4,
    [BASIC] = 0xa0, 0, 0, 120, 0x06,
    [CHROMATICITY] = 0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, 0x0f, 0x50, 0x54,
    [ESTABLISHED] = 0x21, 0x08, 0x00,
    /* 1280x720, 1280x1024, 1440x900, 1600x900, 1680x1050, 1920x1080, 1920x1200; one place unused */
    [STANDARD] = 0x81, 0xc0, 0x81, 0x80, 0x95, 0x00, 0xa9, 0xc0, 0xb3, 0x00, 0xd1, 0xc0, 0xd1, 0x00, 0x01, 0x01,
};

static const uint8_t range_limits[DESCRIPTOR_SIZE] = {   /* 5 to 75 Hz, 1 to 255 kHz, up to 660 MHz; no formula */
    0, 0, 0, 0xfd, 0, 5, 75, 1, 255, 66, 1, '\n', ' ', ' ', ' ', ' ', ' ', ' ',
};

static const uint8_t product_name[DESCRIPTOR_SIZE] = {
    0, 0, 0, 0xfc, 0, 'O', 'r', 'r', 'e', 'r', 'y', '\n', ' ', ' ', ' ', ' ', ' ', ' ',
};

static const uint8_t unused[DESCRIPTOR_SIZE] = { 0, 0, 0, 0x10 };

/* A detailed timing, 3.10.2. */
static void put_timing(uint8_t *d, unsigned width, unsigned height)
{
    unsigned mm_x = width * 254 / (DPI * 10), mm_y = height * 254 / (DPI * 10);
    uint64_t clock = (uint64_t)(width + H_BLANK) * (height + V_BLANK) * REFRESH_HZ / CLOCK_UNIT_HZ;
    st_le16(d, (uint16_t)(clock > UINT16_MAX ? UINT16_MAX : clock));
    d[2] = (uint8_t)width;
    d[3] = H_BLANK;
    d[4] = (uint8_t)(width >> 8 << 4);
    d[5] = (uint8_t)height;
    d[6] = V_BLANK;
    d[7] = (uint8_t)(height >> 8 << 4);
    d[8] = H_FRONT;
    d[9] = H_SYNC;
    d[10] = V_FRONT << 4 | V_SYNC;
    d[12] = (uint8_t)mm_x;
    d[13] = (uint8_t)mm_y;
    d[14] = (uint8_t)(mm_x >> 8 << 4 | mm_y >> 8);
    d[17] = 0x1a;   /* digital separate syncs, horizontal positive, vertical negative */
}

void edid_make(uint8_t edid[EDID_SIZE], unsigned width, unsigned height)
{
    uint8_t *descriptor = edid + DESCRIPTOR, sum = 0;
    memset(edid, 0, EDID_SIZE);
    memcpy(edid, fixed_part, sizeof fixed_part);
    edid[BASIC + 1] = (uint8_t)(width * 254 / (DPI * 100));
    edid[BASIC + 2] = (uint8_t)(height * 254 / (DPI * 100));
    put_timing(descriptor, width, height);
    memcpy(descriptor + DESCRIPTOR_SIZE, range_limits, DESCRIPTOR_SIZE);
    memcpy(descriptor + 2 * DESCRIPTOR_SIZE, product_name, DESCRIPTOR_SIZE);
    memcpy(descriptor + 3 * DESCRIPTOR_SIZE, unused, DESCRIPTOR_SIZE);
    for (unsigned i = 0; i < CHECKSUM; i++)
        sum += edid[i];
    edid[CHECKSUM] = (uint8_t)-sum;
}
