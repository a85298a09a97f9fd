/* SPDX-License-Identifier: MIT */
/* QEMU's firmware configuration device with its DMA interface (QEMU, docs/specs/fw_cfg.rst), as memory-mapped on its `virt`
   board: numbered items, some of them files with names in a directory.
   In: items from the board and from other devices (fw_cfg.h). Out: what the guest selects, byte by byte or by DMA; what it writes
   to a writable file, to the file's owner. */
#include "devices/firmware/fw_cfg.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/log.h"
#include "devices/classes.h"

enum { DATA = 0x00, DATA_END = 0x07, SELECTOR = 0x08, DMA_HIGH = 0x10, DMA_LOW = 0x14, REGION_SIZE = 0x18 };

enum { ID_TRADITIONAL = 1, ID_DMA = 2 };

/* Of a key: it is selected for the writing that QEMU 2.4 abolished. */
enum { KEY_WRITE = 0x4000 };

/* A DMA access in guest memory, big-endian: control, length, address. */
enum { ACCESS_SIZE = 16, ACCESS_CONTROL = 0, ACCESS_LENGTH = 4, ACCESS_ADDRESS = 8 };
enum { CONTROL_ERROR = 1 << 0, CONTROL_READ = 1 << 1, CONTROL_SKIP = 1 << 2, CONTROL_SELECT = 1 << 3, CONTROL_WRITE = 1 << 4 };

/* "DMA interface": a driver waits for the control word, so a transfer need not end within the store that starts it. A long one,
   which may be 4 GiB of zeroes, is moved in pieces with time between them, as by a device that moves 4 GB a second. */
enum { PIECE = 16 << 20, PICOSECONDS_PER_BYTE = 250 };

/* The directory: a count, then for each file its size, key, two bytes of nothing, and name; big-endian. */
enum { ITEMS = 64, FILES = 32, ENTRY_SIZE = 64, ENTRY_KEY = 4, ENTRY_NAME = 8 };

struct item {
    uint16_t key;
    uint8_t *data;
    uint32_t size;
    bool is_own;                     /* data is to be freed */
    void (*written)(void *owner);    /* NULL: read only */
    void *owner;
};

struct fw_cfg {
    struct device device;
    struct item items[ITEMS];
    unsigned item_count;
    uint8_t directory[4 + FILES * ENTRY_SIZE];
    uint16_t key;        /* selected */
    uint32_t offset;     /* of the next byte in the selected item */
    uint32_t dma_high;   /* the upper half of the address, until the lower one starts the access */
    struct event move;   /* armed: a transfer is in progress, and this is its next piece */
    gpa_t access, to;    /* where it is described, and where the next byte goes */
    uint32_t rest;       /* bytes to go */
};

/* Items are the configuration's, or their owners' state. */
static const struct field fw_cfg_fields[] = {
    FIELD(struct fw_cfg, key, FIELD_U16),
    FIELD(struct fw_cfg, offset, FIELD_U32),
    FIELD(struct fw_cfg, dma_high, FIELD_U32),
    FIELD(struct fw_cfg, move, FIELD_EVENT),
    FIELD(struct fw_cfg, access, FIELD_U64),
    FIELD(struct fw_cfg, to, FIELD_U64),
    FIELD(struct fw_cfg, rest, FIELD_U32),
    FIELD_LIST_END
};

/* ---- items ---- */

static struct item *find(struct fw_cfg *cfg, uint16_t key)
{
    for (unsigned i = 0; i < cfg->item_count; i++)
        if (cfg->items[i].key == key)
            return &cfg->items[i];
    return NULL;
}

static struct item *add(struct fw_cfg *cfg, uint16_t key, uint8_t *data, size_t size)
{
    bug_on(find(cfg, key) || cfg->item_count == ITEMS || size > UINT32_MAX);
    struct item *item = &cfg->items[cfg->item_count++];
    *item = (struct item){ .key = key, .data = data, .size = (uint32_t)size };
    return item;
}

static uint8_t *copy_of(const void *data, size_t size)
{
    uint8_t *copy = mem_alloc(size + 1);
    if (size)
        memcpy(copy, data, size);
    return copy;
}

void fw_cfg_add(struct device *device, uint16_t key, const void *data, size_t size)
{
    add((struct fw_cfg *)device, key, copy_of(data, size), size)->is_own = true;
}

void fw_cfg_add_u16(struct device *device, uint16_t key, uint16_t value)
{
    uint8_t bytes[2];
    st_le16(bytes, value);
    fw_cfg_add(device, key, bytes, sizeof bytes);
}

void fw_cfg_add_u32(struct device *device, uint16_t key, uint32_t value)
{
    uint8_t bytes[4];
    st_le32(bytes, value);
    fw_cfg_add(device, key, bytes, sizeof bytes);
}

static void put_be32(uint8_t *to, uint32_t value)
{
    value = be32(value);
    memcpy(to, &value, sizeof value);
}

static uint32_t get_be32(const uint8_t *from)
{
    uint32_t value;
    memcpy(&value, from, sizeof value);
    return be32(value);
}

/* Enters a name into the directory; the new file's item, or NULL. */
static struct item *add_named(struct fw_cfg *cfg, const char *name, uint8_t *data, size_t size, struct error *err)
{
    uint32_t count = get_be32(cfg->directory);
    uint8_t *entry = cfg->directory + 4;
    for (uint32_t i = 0; i < count; i++, entry += ENTRY_SIZE)
        if (!strcmp((char *)entry + ENTRY_NAME, name)) {
            error_set(err, "fw_cfg has a file '%s' already", name);
            return NULL;
        }
    if (strlen(name) > FW_CFG_NAME || count == FILES || size > UINT32_MAX) {
        error_set(err, "fw_cfg has no room for '%s': it takes %d files with names of at most %d letters", name, FILES,
                  FW_CFG_NAME);
        return NULL;
    }
    put_be32(cfg->directory, count + 1);
    put_be32(entry, (uint32_t)size);
    put_be32(entry + ENTRY_KEY, (uint32_t)(FW_CFG_FILE_FIRST + count) << 16);
    memcpy(entry + ENTRY_NAME, name, strlen(name));
    return add(cfg, (uint16_t)(FW_CFG_FILE_FIRST + count), data, size);
}

int fw_cfg_add_file(struct device *device, const char *name, const void *data, size_t size, struct error *err)
{
    uint8_t *copy = copy_of(data, size);
    struct item *item = add_named((struct fw_cfg *)device, name, copy, size, err);
    if (!item) {
        free(copy);
        return -1;
    }
    item->is_own = true;
    return 0;
}

int fw_cfg_add_writable(struct device *device, const char *name, void *data, size_t size, void (*written)(void *owner),
                        void *owner, struct error *err)
{
    struct item *item = add_named((struct fw_cfg *)device, name, data, size, err);
    if (!item)
        return -1;
    item->written = written;
    item->owner = owner;
    return 0;
}

/* ---- what the guest does ---- */

/* Items that are not there are asked for too: they read as zeroes. */
static void select_item(struct fw_cfg *cfg, uint16_t key)
{
    cfg->key = key & (uint16_t)~KEY_WRITE;
    cfg->offset = 0;
}

/* How many of the next `length` bytes the selected item has; behind its end come zeroes. */
static uint32_t present(const struct fw_cfg *cfg, const struct item *item, uint32_t length)
{
    uint32_t rest = item && cfg->offset < item->size ? item->size - cfg->offset : 0;
    return length < rest ? length : rest;
}

static void advance(struct fw_cfg *cfg, uint32_t length)
{
    cfg->offset = length < UINT32_MAX - cfg->offset ? cfg->offset + length : UINT32_MAX;
}

/* The control word turns to 0, or to the error bit: the access has ended. */
static void dma_end(struct fw_cfg *cfg, bool is_done)
{
    uint8_t control[4];
    put_be32(control, is_done ? 0 : CONTROL_ERROR);
    space_write(cfg->device.dma, cfg->access + ACCESS_CONTROL, control, sizeof control);
}

/* The guest's memory was found to be there when the transfer began. */
static void read_piece(struct fw_cfg *cfg, uint32_t length)
{
    static const uint8_t zeroes[4096];
    const struct item *item = find(cfg, cfg->key);
    uint32_t given = present(cfg, item, length);
    if (given)
        space_write(cfg->device.dma, cfg->to, item->data + cfg->offset, given);
    for (uint32_t done = given; done < length;) {
        uint32_t n = length - done < sizeof zeroes ? length - done : (uint32_t)sizeof zeroes;
        space_write(cfg->device.dma, cfg->to + done, zeroes, n);
        done += n;
    }
    advance(cfg, length);
    cfg->to += length;
    cfg->rest -= length;
}

/* Moves a piece and sees to the next one. */
static void move_piece(struct fw_cfg *cfg)
{
    struct clock *clock = cfg->device.clock;
    uint32_t length = cfg->rest < PIECE ? cfg->rest : PIECE;
    read_piece(cfg, length);
    if (cfg->rest)
        clock_at(clock, &cfg->move, clock->now + (tick_t)length * PICOSECONDS_PER_BYTE);
}

static void move_on(void *owner, tick_t late)
{
    (void)late;
    struct fw_cfg *cfg = owner;
    move_piece(cfg);
    if (!cfg->rest)
        dma_end(cfg, true);
}

static bool dma_read(struct fw_cfg *cfg, gpa_t to, uint32_t length)
{
    if (!space_is_ram(cfg->device.dma, to, length, true))
        return false;
    cfg->to = to;
    cfg->rest = length;
    move_piece(cfg);
    return true;
}

/* All of it or nothing: a file cannot grow. */
static bool dma_write(struct fw_cfg *cfg, gpa_t at, uint32_t length)
{
    const struct item *item = find(cfg, cfg->key);
    if (!item || !item->written || present(cfg, item, length) < length || !space_is_ram(cfg->device.dma, at, length, false))
        return false;
    space_read(cfg->device.dma, at, item->data + cfg->offset, length);
    item->written(item->owner);
    advance(cfg, length);
    return true;
}

/* Of read, write and skip the first that is asked for is done. */
static bool dma_do(struct fw_cfg *cfg, uint32_t asked, gpa_t address, uint32_t length)
{
    if (asked & CONTROL_READ)
        return dma_read(cfg, address, length);
    if (asked & CONTROL_WRITE)
        return dma_write(cfg, address, length);
    if (asked & CONTROL_SKIP)
        advance(cfg, length);
    return true;
}

static void dma_start(struct fw_cfg *cfg, gpa_t at)
{
    uint8_t access[ACCESS_SIZE];
    if (!space_read(cfg->device.dma, at, access, sizeof access)) {
        guest_log(cfg->device.id, "DMA access described at 0x%llx, where no memory is", (unsigned long long)at);
        return;
    }
    gpa_t address = (gpa_t)get_be32(access + ACCESS_ADDRESS) << 32 | get_be32(access + ACCESS_ADDRESS + 4);
    uint32_t asked = get_be32(access + ACCESS_CONTROL), length = get_be32(access + ACCESS_LENGTH);
    cfg->access = at;
    if (asked & CONTROL_SELECT)
        select_item(cfg, (uint16_t)(asked >> 16));
    bool is_done = dma_do(cfg, asked, address, length);
    if (!is_done)
        guest_log(cfg->device.id, "DMA 0x%x of %u bytes at 0x%llx cannot be done", asked, length, (unsigned long long)address);
    if (!cfg->move.armed)
        dma_end(cfg, is_done);
}

/* ---- registers: big-endian, but for the data register, which is bytes in their order ---- */

static uint64_t read_data(struct fw_cfg *cfg, unsigned size)
{
    uint8_t bytes[8] = { 0 };
    const struct item *item = find(cfg, cfg->key);
    uint32_t n = present(cfg, item, size);
    if (n)
        memcpy(bytes, item->data + cfg->offset, n);
    advance(cfg, size);
    return ld_le(bytes, size);
}

/* The transfer that the guest has not waited for has the item and the place in it to itself. */
static uint64_t busy(const struct fw_cfg *cfg)
{
    guest_log(cfg->device.id, "an access while a DMA access is in progress has no effect");
    return 0;
}

static uint64_t fw_cfg_read(void *device, uint64_t offset, unsigned size)
{
    struct fw_cfg *cfg = device;
    static const uint8_t signature[8] = { 'Q', 'E', 'M', 'U', ' ', 'C', 'F', 'G' };
    if (offset <= DATA_END && cfg->move.armed)
        return busy(cfg);
    if (offset <= DATA_END)
        return read_data(cfg, size);
    if (offset >= DMA_HIGH)
        return ld_le(signature + (offset - DMA_HIGH), size);
    guest_log(cfg->device.id, "load from 0x%llx, where no readable register is", (unsigned long long)offset);
    return 0;
}

static void fw_cfg_write(void *device, uint64_t offset, uint64_t value, unsigned size)
{
    struct fw_cfg *cfg = device;
    if (cfg->move.armed) {
        busy(cfg);
    } else if (offset == SELECTOR && size == 2) {
        select_item(cfg, __builtin_bswap16((uint16_t)value));
    } else if (offset == DMA_HIGH && size == 8) {
        cfg->dma_high = 0;
        dma_start(cfg, __builtin_bswap64(value));
    } else if (offset == DMA_HIGH && size == 4) {
        cfg->dma_high = __builtin_bswap32((uint32_t)value);
    } else if (offset == DMA_LOW && size == 4) {
        gpa_t at = (gpa_t)cfg->dma_high << 32 | __builtin_bswap32((uint32_t)value);
        cfg->dma_high = 0;
        dma_start(cfg, at);
    } else {
        guest_log(cfg->device.id, "store of %u bytes to 0x%llx, where no such register is", size, (unsigned long long)offset);
    }
}

static int fw_cfg_init(struct device *device, struct error *err)
{
    (void)err;
    struct fw_cfg *cfg = (struct fw_cfg *)device;
    cfg->move = (struct event){ .fire = move_on, .owner = cfg };
    fw_cfg_add(device, FW_CFG_SIGNATURE, "QEMU", 4);
    fw_cfg_add_u32(device, FW_CFG_ID, ID_TRADITIONAL | ID_DMA);
    add(cfg, FW_CFG_FILE_DIR, cfg->directory, sizeof cfg->directory);
    return 0;
}

static void fw_cfg_reset(struct device *device)
{
    struct fw_cfg *cfg = (struct fw_cfg *)device;
    clock_cancel(device->clock, &cfg->move);
    cfg->key = FW_CFG_SIGNATURE;
    cfg->offset = cfg->dma_high = cfg->rest = 0;
    cfg->access = cfg->to = 0;
}

static void fw_cfg_fini(struct device *device)
{
    struct fw_cfg *cfg = (struct fw_cfg *)device;
    for (unsigned i = 0; i < cfg->item_count; i++)
        if (cfg->items[i].is_own)
            free(cfg->items[i].data);
}

static const struct io_ops fw_cfg_ops = { fw_cfg_read, fw_cfg_write, .min_size = 1, .max_size = 8 };

const struct device_class fw_cfg_class = {
    .name = "fw-cfg",
    .manual = "QEMU docs/specs/fw_cfg.rst",
    .size = sizeof(struct fw_cfg),
    .regions = (const struct device_region[]){ { "regs", REGION_SIZE, &fw_cfg_ops }, { 0 } },
    .fields = fw_cfg_fields,
    .init = fw_cfg_init,
    .reset = fw_cfg_reset,
    .fini = fw_cfg_fini,
    .compatible = "qemu,fw-cfg-mmio\0",
};
