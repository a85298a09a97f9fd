/* SPDX-License-Identifier: MIT */
#include "devices/virtio/sound_samples.h"

#include <string.h>

#include "base/bits.h"

enum { FMT_S8 = 3, FMT_U8 = 4, FMT_S16 = 5, FMT_S24 = 15, FMT_S32 = 17, FMT_FLOAT = 19 };

static int16_t from_s8(const uint8_t *b) { return (int16_t)((int8_t)b[0] * 256); }
static int16_t from_u8(const uint8_t *b) { return (int16_t)((b[0] - 128) * 256); }
static int16_t from_s16(const uint8_t *b) { return (int16_t)ld_le16(b); }
static int16_t from_s24(const uint8_t *b) { return (int16_t)ld_le16(b + 1); }
static int16_t from_s32(const uint8_t *b) { return (int16_t)ld_le16(b + 2); }

/* Full scale is 1; what is no number is silent. */
static int16_t from_float(const uint8_t *b)
{
    uint32_t bits = ld_le32(b);
    float f;
    memcpy(&f, &bits, sizeof f);
    float scaled = f * 32768;
    if (scaled >= INT16_MAX)
        return INT16_MAX;
    if (scaled <= INT16_MIN)
        return INT16_MIN;
    return scaled == scaled ? (int16_t)scaled : 0;
}

static const struct sound_format formats[] = {
    { FMT_S8, 1, 0, from_s8 }, { FMT_U8, 1, 0x80, from_u8 }, { FMT_S16, 2, 0, from_s16 }, { FMT_S24, 4, 0, from_s24 },
    { FMT_S32, 4, 0, from_s32 }, { FMT_FLOAT, 4, 0, from_float },
};

const struct sound_format *sound_format(unsigned number)
{
    for (unsigned i = 0; i < ARRAY_SIZE(formats); i++)
        if (formats[i].number == number)
            return &formats[i];
    return NULL;
}

uint32_t sound_rate(unsigned number)
{
    static const uint32_t rates[] = { 5512, 8000, 11025, 16000, 22050, 32000, 44100, 48000, 64000, 88200, 96000, 176400, 192000 };
    return number < ARRAY_SIZE(rates) ? rates[number] : 0;
}
