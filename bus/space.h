/* SPDX-License-Identifier: MIT */
/* An address space as one master sees it: RAM, ROM, device registers, aliases of other spaces. The CPU and every DMA master go
   through these functions; a region declares which access sizes it takes, so that a device's handler never checks them. */
#ifndef BUS_SPACE_H
#define BUS_SPACE_H

#include "base/error.h"
#include "base/types.h"

/* Guest RAM or ROM. Host memory is reserved at once and touched only as the guest touches it, so 16 GiB cost nothing. */
struct ram {
    uint8_t *host;
    uint64_t size;           /* bytes, a multiple of 4096 */
    bool rom;                /* stores are ignored by the bus (and logged) */
    /* One word per 4 KiB page, one bit per 64-byte line that decoded code was made from. */
    uint64_t *code_lines;
    /* Called before bytes of lines with code in them change; set by the core's code cache. */
    void (*code_written)(void *core, struct ram *ram, uint64_t offset, uint64_t length);
    void *core;
};

/* Reserves `size` bytes of zeroed memory. Returns NULL and fills err when the host refuses. */
struct ram *ram_new(uint64_t size, bool rom, struct error *err);
void ram_free(struct ram *ram);

/* To be called before [offset, offset+length) of RAM is changed by anyone but a CPU store that checked code_lines itself. */
void ram_will_change(struct ram *ram, uint64_t offset, uint64_t length);

/* Register access of a device. Values are little-endian numbers in the low `size` bytes; `offset` is from the region's base and
   aligned to `size`; min_size <= size <= max_size holds always. */
struct io_ops {
    uint64_t (*read)(void *device, uint64_t offset, unsigned size);
    void (*write)(void *device, uint64_t offset, uint64_t value, unsigned size);
    uint8_t min_size;   /* 1, 2, 4 or 8; a smaller read is cut out of a min_size read, a smaller write is a bus error */
    uint8_t max_size;   /* a larger access is split, low addresses first */
    bool takes_messages;   /* a doorbell for message-signalled interrupts: space_message may store here */
};

enum region_kind { REGION_RAM, REGION_IO, REGION_ALIAS };

struct region {
    const char *name;
    gpa_t base;
    uint64_t size;
    enum region_kind kind;
    struct ram *ram;            /* REGION_RAM, or what a device hides: space_show_memory */
    uint64_t ram_offset;
    const struct io_ops *ops;   /* REGION_IO, and REGION_RAM whose stores are the device's */
    void *device;
    struct space *target;       /* REGION_ALIAS: a window into another space */
    gpa_t target_base;
};

enum { SPACE_REGIONS = 96, SPACE_DEPTH = 8 };

struct space {
    const char *name;
    struct region regions[SPACE_REGIONS];  /* sorted by base, disjoint */
    int count;
    const struct region *recent;           /* the RAM region found last: most look-ups are for it again */
    void (*changed)(void *core);   /* the map changed: cached translations are void */
    void (*written)(void *core, gpa_t at, uint64_t length);   /* a device writes RAM, within one region; may be NULL */
    void *core;
};

/* Add a region. They fail (-1, err filled) on overlap, on wrap-around, on a full table. */
int space_add_ram(struct space *space, const char *name, gpa_t base, struct ram *ram, uint64_t offset, uint64_t size,
                  struct error *err);
int space_add_io(struct space *space, const char *name, gpa_t base, uint64_t size, const struct io_ops *ops, void *device,
                 struct error *err);
int space_add_alias(struct space *space, const char *name, gpa_t base, uint64_t size, struct space *target, gpa_t target_base,
                    struct error *err);
void space_remove(struct space *space, gpa_t base);

/* For a device that is memory to readers, as a flash chip is: while shown, loads, fetches and DMA from its first region take
   the bytes of `ram` (which is ROM to everyone else), and only stores call the device. While hidden, loads call it too, and
   nothing can be executed. No effect when it is so already. */
void space_show_memory(struct space *space, void *device, struct ram *ram, bool shown);

/* The RAM or IO region at an address with aliases resolved; *offset is the place within the region (for RAM: within ram->host).
   NULL where nothing answers. */
const struct region *space_find(const struct space *space, gpa_t at, uint64_t *offset);

/* One access by a CPU, 1, 2, 4 or 8 bytes, any alignment within RAM; for devices naturally aligned. False: nothing there answers
   (the CPU takes an external abort). Values are numbers as a little-endian master sees them. */
bool space_load(const struct space *space, gpa_t at, unsigned size, uint64_t *value);
bool space_store(const struct space *space, gpa_t at, unsigned size, uint64_t value);

/* DMA by a device: copies between RAM and a buffer. False when any byte lies outside RAM (device registers are never a DMA
   target; ROM can be read only); then nothing was written to the guest, and a read buffer is zeroed. */
bool space_read(const struct space *space, gpa_t at, void *buffer, size_t length);
bool space_write(const struct space *space, gpa_t at, const void *buffer, size_t length);

/* A message-signalled interrupt: a device stores 32 bits at an aligned address, which should be a doorbell. False, and nothing is
   stored, when neither a doorbell nor RAM is there: no other register can be reached this way, so a device that signals never
   finds itself called. */
bool space_message(const struct space *space, gpa_t at, uint32_t data);

/* Could a DMA of these bytes succeed? True for a length of 0. */
bool space_is_ram(const struct space *space, gpa_t at, uint64_t length, bool write);

/* The host address of guest RAM that is contiguous on the host, or NULL. Valid until the map changes. With `write` the caller
   announces that it will change all of it now, within the same call from the machine. */
void *space_host(const struct space *space, gpa_t at, uint64_t length, bool write);

#endif
