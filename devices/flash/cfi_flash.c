/* SPDX-License-Identifier: MIT */
/* A bank of NOR flash as QEMU's `virt` has two of: 64 MiB on a 32-bit bus, from two 16-bit chips of Intel's command set side by
   side (nor_chip.c). While both chips show their array, the bank is memory: it is loaded from and executed without a call.
   In: the bank's contents from the "drive" port; without one, zeroes that the next run does not see.
   Out: what is programmed and erased, to the same port: each change before the guest can read of its success; and the host's
   disk has it before the next erase, and PERSIST_MS after the last change. */
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/log.h"
#include "bus/device.h"
#include "bus/port.h"
#include "devices/classes.h"
#include "devices/flash/nor_chip.h"

enum { CHIPS = 2, CHIP_BYTES = 2, BUS_BYTES = CHIPS * CHIP_BYTES, BANK_SIZE = NOR_WORDS * BUS_BYTES, PERSIST_MS = 100,
       LOAD_STEP = 64 << 10 };

struct cfi_flash {
    struct device device;
    struct blockdev *drive;
    struct ram *memory;
    struct nor_chip chips[CHIPS];     /* chip n is on bits 16n+15..16n */
    struct event persist;
};

#define CHIP_FIELDS(n) \
    FIELD(struct cfi_flash, chips[n].view, FIELD_U8), FIELD(struct cfi_flash, chips[n].expects, FIELD_U8), \
    FIELD(struct cfi_flash, chips[n].status, FIELD_U8), FIELD_ARRAY(struct cfi_flash, chips[n].locks, FIELD_U8, NOR_BLOCKS), \
    FIELD(struct cfi_flash, chips[n].first, FIELD_U32), FIELD(struct cfi_flash, chips[n].count, FIELD_U16), \
    FIELD(struct cfi_flash, chips[n].taken, FIELD_U16), \
    FIELD_ARRAY(struct cfi_flash, chips[n].buffer, FIELD_U16, NOR_BUFFER_WORDS)

/* The memory is a part of the space, and hashed with it. */
static const struct field cfi_flash_fields[] = { CHIP_FIELDS(0), CHIP_FIELDS(1), FIELD_LIST_END };

/* ---- the host's copy ---- */

static void persist_now(void *owner, tick_t late)
{
    (void)late;
    struct cfi_flash *flash = owner;
    clock_cancel(flash->device.clock, &flash->persist);
    flash->drive->flush(flash->drive->host);   /* the port tells the user if it fails; the chip cannot know any more */
}

/* Writes the sectors around words [first, first + count) of both chips to the host. */
static bool save(struct cfi_flash *flash, uint32_t first, uint32_t count)
{
    uint64_t from = (uint64_t)first * BUS_BYTES & ~(uint64_t)(BLOCK_SECTOR - 1);
    uint64_t to = align_up(((uint64_t)first + count) * BUS_BYTES, BLOCK_SECTOR);
    if (!flash->drive)
        return true;
    struct clock *clock = flash->device.clock;
    clock_at(clock, &flash->persist, clock->now + PERSIST_MS * TICKS_PER_MS);
    return flash->drive->write(flash->drive->host, from, flash->memory->host + from, (size_t)(to - from)) == 0;
}

/* Zeroes stay untouched host memory: most of a firmware's file is padding. */
static int load(struct cfi_flash *flash, struct error *err)
{
    static const uint8_t zeroes[LOAD_STEP];
    struct blockdev *drive = flash->drive;
    if (drive->size != BANK_SIZE)
        return error_set(err, "a flash bank has %d MiB, and its image has %llu bytes; make it that long with: truncate -s %dM "
                         "FILE (qcow2: qemu-img resize FILE %dM), or give a shorter firmware to -bios", (int)(BANK_SIZE / MIB),
                         (unsigned long long)drive->size, (int)(BANK_SIZE / MIB), (int)(BANK_SIZE / MIB));
    uint8_t *step = mem_alloc(LOAD_STEP);
    int result = 0;
    for (uint64_t at = 0; at < BANK_SIZE && !result; at += LOAD_STEP) {
        result = drive->read(drive->host, at, step, LOAD_STEP);
        if (!result && memcmp(step, zeroes, LOAD_STEP))
            memcpy(flash->memory->host + at, step, LOAD_STEP);
    }
    free(step);
    return result ? error_set(err, "its file cannot be read: %s", strerror(-result)) : 0;
}

/* ---- cells ---- */

static uint8_t *cell(const struct cfi_flash *flash, unsigned chip, uint32_t word)
{
    return flash->memory->host + (uint64_t)word * BUS_BYTES + chip * CHIP_BYTES;
}

static void change_cells(struct cfi_flash *flash, unsigned chip, const struct nor_work *work)
{
    ram_will_change(flash->memory, (uint64_t)work->first * BUS_BYTES, (uint64_t)work->count * BUS_BYTES);
    for (uint32_t i = 0; i < work->count; i++) {
        uint8_t *at = cell(flash, chip, work->first + i);
        st_le16(at, work->task == NOR_ERASE ? 0xffff : ld_le16(at) & work->data[i]);
    }
}

/* What a store made the chips do, usually both the same: the host's copy of it is written once. */
static void work(struct cfi_flash *flash, const struct nor_work works[CHIPS])
{
    bool is_protected = flash->drive && flash->drive->read_only, is_saved = true;
    for (unsigned n = 0; n < CHIPS && !is_protected; n++) {
        if (works[n].task == NOR_ERASE && flash->persist.armed)
            persist_now(flash, 0);   /* what replaces the block's contents is safe before they go */
        if (works[n].task != NOR_NOTHING)
            change_cells(flash, n, &works[n]);
    }
    for (unsigned n = 0; n < CHIPS; n++) {
        if (works[n].task == NOR_NOTHING)
            continue;
        bool is_same = n && works[0].task && works[0].first == works[n].first && works[0].count == works[n].count;
        if (!is_protected && !is_same)
            is_saved = save(flash, works[n].first, works[n].count);
        nor_finish(&flash->chips[n], works[n].task, is_protected ? NOR_PROTECTED : is_saved ? NOR_DONE : NOR_FAILED);
    }
}

/* ---- the bus ---- */

static void drive(struct cfi_flash *flash)
{
    bool is_array = flash->chips[0].view == NOR_ARRAY && flash->chips[1].view == NOR_ARRAY;
    space_show_memory(flash->device.dma, flash, flash->memory, is_array);
}

static uint64_t cfi_flash_read(void *device, uint64_t offset, unsigned size)
{
    const struct cfi_flash *flash = device;
    uint32_t word = (uint32_t)(offset / BUS_BYTES), value = 0;
    for (unsigned n = 0; n < CHIPS; n++) {
        const struct nor_chip *chip = &flash->chips[n];
        value |= (uint32_t)(chip->view == NOR_ARRAY ? ld_le16(cell(flash, n, word)) : nor_read(chip, word)) << 16 * n;
    }
    return value >> offset % BUS_BYTES * 8 & mask64(size * 8);
}

/* Narrow stores are commands to both chips, and data with ones around it, which program nothing: so QEMU's bank has it, and
   U-Boot drives it with 16 bits. */
static void cfi_flash_write(void *device, uint64_t offset, uint64_t value, unsigned size)
{
    struct cfi_flash *flash = device;
    uint32_t lanes = (uint32_t)mask64(size * 8) << offset % BUS_BYTES * 8;
    uint32_t data = (uint32_t)value << offset % BUS_BYTES * 8 | ~lanes;
    uint32_t command = size < BUS_BYTES ? (uint32_t)value * 0x10001u : (uint32_t)value;
    struct nor_work works[CHIPS];
    for (unsigned n = 0; n < CHIPS; n++) {
        struct nor_chip *chip = &flash->chips[n];
        works[n] = nor_write(chip, (uint32_t)(offset / BUS_BYTES), (uint16_t)((nor_takes_data(chip) ? data : command) >> 16 * n));
    }
    work(flash, works);
    drive(flash);
}

/* ---- life ---- */

static int cfi_flash_init(struct device *device, struct error *err)
{
    struct cfi_flash *flash = (struct cfi_flash *)device;
    flash->persist = (struct event){ .fire = persist_now, .owner = flash };
    flash->memory = ram_new(BANK_SIZE, true, err);
    if (!flash->memory || (flash->drive && load(flash, err)))
        return -1;
    for (unsigned n = 0; n < CHIPS; n++)
        flash->chips[n].id = device->id;
    return 0;
}

static void cfi_flash_reset(struct device *device)
{
    struct cfi_flash *flash = (struct cfi_flash *)device;
    for (unsigned n = 0; n < CHIPS; n++)
        nor_reset(&flash->chips[n]);
    drive(flash);
}

static void cfi_flash_fini(struct device *device)
{
    struct cfi_flash *flash = (struct cfi_flash *)device;
    if (flash->persist.armed)
        persist_now(flash, 0);
    ram_free(flash->memory);
}

static const struct io_ops cfi_flash_ops = { cfi_flash_read, cfi_flash_write, .min_size = 1, .max_size = 4 };

const struct device_class cfi_flash_class = {
    .name = "cfi-flash",
    .manual = "Intel 306666 (StrataFlash P30), JEDEC JESD68.01",
    .size = sizeof(struct cfi_flash),
    .regions = (const struct device_region[]){ { "array", BANK_SIZE, &cfi_flash_ops }, { 0 } },
    .ports = (const struct device_port[]){ { "drive", PORT_BLOCKDEV, offsetof(struct cfi_flash, drive) }, { 0 } },
    .fields = cfi_flash_fields,
    .init = cfi_flash_init,
    .reset = cfi_flash_reset,
    .fini = cfi_flash_fini,
    .compatible = "cfi-flash\0",
};
