/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/hostile_firmware.h"

#include "tests/fuzz/hostile_driver.h"

enum { DMA = 0x10, CONTROL_SELECT = 8, FILE_FIRST = 0x20, FILES = 6, SCREEN_FILE = 28 };

static void put32(uint8_t *p, uint32_t v)
{
    v = be32(v);
    memcpy(p, &v, sizeof v);
}

static void put64(uint8_t *p, uint64_t v)
{
    put32(p, (uint32_t)(v >> 32));
    put32(p + 4, (uint32_t)v);
}

/* What ramfb is told: an address, a format, a size (QEMU, hw/display/ramfb.c). */
static void put_screen(struct bench *b, struct tape *t, gpa_t at)
{
    static const uint32_t formats[] = { 0x34325258, 0x34325241, 0x34324258, 0x34324241, 0x34324752, 0x36314752, 0 };
    uint8_t screen[SCREEN_FILE] = { 0 };
    put64(screen, hostile_address(t, b));
    put32(screen + 8, formats[tape_below(t, ARRAY_SIZE(formats))]);
    put32(screen + 16, tape_rarely(t, 32) ? (uint32_t)tape_number(t, 4) : tape_byte(t));
    put32(screen + 20, tape_rarely(t, 32) ? (uint32_t)tape_number(t, 4) : tape_byte(t));
    put32(screen + 24, tape_rarely(t, 8) ? (uint32_t)hostile_number(t, b) : 0);
    bench_put(b, at, screen, sizeof screen);
}

void hostile_fw_cfg(struct bench *b, struct tape *t)
{
    static const uint16_t keys[] = { 0x00, 0x01, 0x05, 0x08, 0x0f, 0x11, 0x19, 0x8000 };
    uint8_t how = tape_byte(t), access[16];
    gpa_t at = b->window + tape_number(t, 2) * 8, data = b->window + tape_number(t, 2) * 8;
    uint32_t key = how < 128 ? (uint32_t)FILE_FIRST + how % FILES : how < 240 ? keys[how % 8] : (uint32_t)tape_number(t, 2);
    uint32_t length = how % 16 == 5 ? (uint32_t)hostile_number(t, b) : tape_byte(t) & 1 ? SCREEN_FILE : tape_byte(t);
    put_screen(b, t, data);
    put32(access, key << 16 | CONTROL_SELECT | (tape_byte(t) & 0x1f));
    put32(access + 4, length);
    put64(access + 8, how % 16 == 7 ? hostile_address(t, b) : data);
    bench_put(b, at, access, sizeof access);
    for (unsigned n = 0; n < b->region_count; n++)
        space_store(&b->m->space, b->regions[n]->base + DMA, 8, __builtin_bswap64(at));
}
