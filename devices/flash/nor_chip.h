/* SPDX-License-Identifier: MIT */
/* One NOR flash chip of Intel's command set, 16 bits wide: what it makes of the commands that are written to it. It has no
   cells: whoever holds them does the work that a command comes to. Addresses are words of 16 bits within the chip. */
#ifndef DEVICES_FLASH_NOR_CHIP_H
#define DEVICES_FLASH_NOR_CHIP_H

#include "base/types.h"

enum {
    NOR_WORD_BITS = 24, NOR_WORDS = 1 << NOR_WORD_BITS,       /* 32 MiB */
    NOR_BLOCK_BITS = 16, NOR_BLOCK_WORDS = 1 << NOR_BLOCK_BITS,   /* 128 KiB, what is erased at once */
    NOR_BLOCKS = NOR_WORDS / NOR_BLOCK_WORDS,
    NOR_BUFFER_BITS = 5, NOR_BUFFER_WORDS = 1 << NOR_BUFFER_BITS,
};

/* What loads from the chip are answered with. */
enum nor_view { NOR_ARRAY, NOR_STATUS, NOR_IDENTIFIER, NOR_QUERY };

struct nor_chip {
    const char *id;                      /* for guest_log */
    uint8_t view;                        /* enum nor_view */
    uint8_t expects;                     /* which cycle of a command comes next */
    uint8_t status;                      /* the status register */
    uint8_t locks[NOR_BLOCKS];           /* the block lock configuration: NOR_LOCKED, NOR_LOCKED_DOWN */
    uint32_t first;                      /* of the words to be programmed from the buffer, when there is one */
    uint16_t count, taken;               /* how many those are; how many have come */
    uint16_t buffer[NOR_BUFFER_WORDS];
};

enum { NOR_LOCKED = 1, NOR_LOCKED_DOWN = 2 };

/* What is to be done to the cells: programming can only clear bits, erasing sets all of whole blocks. */
enum nor_task { NOR_NOTHING, NOR_PROGRAM, NOR_ERASE };
struct nor_work {
    enum nor_task task;
    uint32_t first, count;               /* words */
    const uint16_t *data;                /* to program; valid until the chip's next call */
};

enum nor_outcome { NOR_DONE, NOR_FAILED, NOR_PROTECTED };

/* The reset line: array view, every lock open. */
void nor_reset(struct nor_chip *chip);

/* One write cycle. The work is to be done at once, and its outcome told by nor_finish. */
struct nor_work nor_write(struct nor_chip *chip, uint32_t word, uint16_t value);
void nor_finish(struct nor_chip *chip, enum nor_task task, enum nor_outcome outcome);

/* Is the next write cycle data to be programmed, rather than a command, a count or a confirmation? */
bool nor_takes_data(const struct nor_chip *chip);

/* One read cycle while the view is another than NOR_ARRAY. */
uint16_t nor_read(const struct nor_chip *chip, uint32_t word);

#endif
