/* SPDX-License-Identifier: MIT */
/* Commands as in the data sheet of Intel's StrataFlash P30 (order number 306666, "Device Command Bus Cycles"), identity as of a
   28F128J3A, which QEMU's board has; size and timing as the CFI query table below says (JEDEC JESD68.01, JEP137). The write
   buffer has a P30's 32 words: U-Boot, which counts in bytes of eight bits, cannot fill the larger one of QEMU's board.
   The chip is never busy: what takes real chips from microseconds to a second is done with the write that asks for it. So there
   is nothing to suspend. Locks forget at reset and start open, as guests of QEMU's board expect. */
#include "devices/flash/nor_chip.h"

#include "base/log.h"

enum {
    CMD_ARRAY = 0xff, CMD_RESET_AMD = 0xf0, CMD_IDENTIFIER = 0x90, CMD_QUERY = 0x98, CMD_STATUS = 0x70, CMD_CLEAR_STATUS = 0x50,
    CMD_PROGRAM = 0x40, CMD_PROGRAM_ALTERNATE = 0x10, CMD_BUFFER = 0xe8, CMD_ERASE = 0x20, CMD_LOCK = 0x60,
    CMD_SUSPEND = 0xb0, CMD_CONFIRM = 0xd0, LOCK_SET = 0x01, LOCK_DOWN = 0x2f, LOCK_CONFIGURATION = 0x03,
};

enum { SR_READY = 0x80, SR_ERASE_FAILED = 0x20, SR_PROGRAM_FAILED = 0x10, SR_VPP_LOW = 0x08, SR_LOCKED = 0x02 };

enum { ID_MAKER = 0x89, ID_DEVICE = 0x18 };   /* Intel, 28F128J3A */

enum { EXPECTS_COMMAND, EXPECTS_WORD, EXPECTS_ERASE, EXPECTS_LOCK, EXPECTS_COUNT, EXPECTS_BUFFER, EXPECTS_CONFIRM };

enum { QUERY_FIRST = 0x10, PRIMARY = 0x31 };   /* word addresses: of the table, of the primary vendor's part in it */

static const uint8_t query[] = {
    'Q', 'R', 'Y', 0x01, 0x00, PRIMARY, 0x00, 0x00, 0x00, 0x00, 0x00,   /* Intel's extended commands; no alternate set */
    0x27, 0x36, 0x00, 0x00,               /* supply 2.7 to 3.6 V; no programming voltage */
    7, 7, 10, 0,                          /* powers of two: us a word, us a buffer, ms a block; no chip erase */
    4, 4, 4, 0,                           /* and how much longer it may take at most */
    NOR_WORD_BITS + 1, 0x01, 0x00,        /* bytes, as a power of two; a 16-bit interface */
    NOR_BUFFER_BITS + 1, 0x00, 1,         /* bytes of the write buffer, as a power of two; one region of equal blocks: */
    (NOR_BLOCKS - 1) & 0xff, (NOR_BLOCKS - 1) >> 8, NOR_BLOCK_WORDS * 2 / 256 & 0xff, NOR_BLOCK_WORDS * 2 / 256 >> 8,
    'P', 'R', 'I', '1', '0', 0x20, 0x00, 0x00, 0x00,   /* each block is locked and unlocked by itself; nothing suspends */
    0x00, 0x03, 0x00, 0x30, 0x00, 0,      /* lock and lock-down bits; 3.0 V is best; no protection registers */
};

static uint32_t block_of(uint32_t word)
{
    return word >> NOR_BLOCK_BITS;
}

void nor_reset(struct nor_chip *chip)
{
    *chip = (struct nor_chip){ .id = chip->id, .view = NOR_ARRAY, .expects = EXPECTS_COMMAND, .status = SR_READY };
}

static struct nor_work expect(struct nor_chip *chip, unsigned cycle)
{
    chip->expects = (uint8_t)cycle;
    chip->view = NOR_STATUS;
    return (struct nor_work){ .task = NOR_NOTHING };
}

static struct nor_work show(struct nor_chip *chip, enum nor_view view)
{
    chip->view = (uint8_t)view;
    return (struct nor_work){ .task = NOR_NOTHING };
}

/* "Improper command sequence": both error bits. */
static struct nor_work improper(struct nor_chip *chip, const char *command, unsigned value)
{
    guest_log(chip->id, "%s is followed by 0x%x, which it cannot be", command, value);
    chip->status |= SR_ERASE_FAILED | SR_PROGRAM_FAILED;
    return expect(chip, EXPECTS_COMMAND);
}

static uint8_t failure_bit(enum nor_task task)
{
    return task == NOR_ERASE ? SR_ERASE_FAILED : SR_PROGRAM_FAILED;
}

/* A command is complete: the work it comes to, unless the block is locked. */
static struct nor_work complete(struct nor_chip *chip, struct nor_work work)
{
    expect(chip, EXPECTS_COMMAND);
    if (!chip->locks[block_of(work.first)])
        return work;
    chip->status |= SR_LOCKED | failure_bit(work.task);
    return (struct nor_work){ .task = NOR_NOTHING };
}

static struct nor_work first_cycle(struct nor_chip *chip, uint32_t word, unsigned command)
{
    switch (command) {
    case CMD_ARRAY: case CMD_RESET_AMD: return show(chip, NOR_ARRAY);   /* F0: from probes for chips of AMD's kind */
    case CMD_IDENTIFIER: return show(chip, NOR_IDENTIFIER);
    case CMD_QUERY: return show(chip, NOR_QUERY);
    case CMD_STATUS: return show(chip, NOR_STATUS);
    case CMD_SUSPEND: case CMD_CONFIRM: return show(chip, NOR_STATUS);  /* nothing is under way, nothing was suspended */
    case CMD_CLEAR_STATUS:
        chip->status = SR_READY;
        return show(chip, (enum nor_view)chip->view);
    case CMD_PROGRAM: case CMD_PROGRAM_ALTERNATE: return expect(chip, EXPECTS_WORD);
    case CMD_BUFFER: return expect(chip, EXPECTS_COUNT);
    case CMD_ERASE: return expect(chip, EXPECTS_ERASE);
    case CMD_LOCK: return expect(chip, EXPECTS_LOCK);
    default:
        guest_log(chip->id, "there is no command 0x%x, as is stored to word 0x%x", command, word);
        return show(chip, NOR_ARRAY);
    }
}

static struct nor_work change_lock(struct nor_chip *chip, uint32_t word, unsigned value)
{
    uint8_t *lock = &chip->locks[block_of(word)];
    switch (value) {
    case LOCK_SET: *lock |= NOR_LOCKED; break;
    case LOCK_DOWN: *lock |= NOR_LOCKED | NOR_LOCKED_DOWN; break;
    case CMD_CONFIRM:   /* what is locked down stays locked until a reset */
        if (!(*lock & NOR_LOCKED_DOWN))
            *lock = 0;
        break;
    case LOCK_CONFIGURATION: break;   /* of burst reads, which this bus has none of */
    default: return improper(chip, "block lock", value);
    }
    return expect(chip, EXPECTS_COMMAND);
}

/* The count is one less than how many words will come. */
static struct nor_work take_count(struct nor_chip *chip, uint16_t value)
{
    if (value >= NOR_BUFFER_WORDS)
        return improper(chip, "buffered program", value);
    chip->count = value + 1;
    chip->taken = 0;
    return expect(chip, EXPECTS_BUFFER);
}

/* The first word's address is the lowest; all are in one block. */
static struct nor_work take_word(struct nor_chip *chip, uint32_t word, uint16_t value)
{
    if (!chip->taken) {
        chip->first = word;
        for (unsigned i = 0; i < chip->count; i++)
            chip->buffer[i] = 0xffff;   /* programs nothing */
    }
    if (word - chip->first >= chip->count || block_of(word) != block_of(chip->first))
        return improper(chip, "a buffered word", word);
    chip->buffer[word - chip->first] &= value;   /* a narrow bus brings a word in pieces */
    return expect(chip, ++chip->taken == chip->count ? EXPECTS_CONFIRM : EXPECTS_BUFFER);
}

/* A count of pieces may be more than the words that are left in the block. */
static struct nor_work buffered(const struct nor_chip *chip)
{
    uint32_t rest = NOR_BLOCK_WORDS - (chip->first & (NOR_BLOCK_WORDS - 1));
    return (struct nor_work){ NOR_PROGRAM, chip->first, chip->count < rest ? chip->count : rest, chip->buffer };
}

struct nor_work nor_write(struct nor_chip *chip, uint32_t word, uint16_t value)
{
    unsigned command = value & 0xff;   /* commands are on the lower eight lines */
    switch (chip->expects) {
    case EXPECTS_WORD:
        chip->buffer[0] = value;
        return complete(chip, (struct nor_work){ NOR_PROGRAM, word, 1, chip->buffer });
    case EXPECTS_ERASE:
        if (command != CMD_CONFIRM)
            return improper(chip, "block erase", command);
        return complete(chip, (struct nor_work){ NOR_ERASE, block_of(word) << NOR_BLOCK_BITS, NOR_BLOCK_WORDS, NULL });
    case EXPECTS_LOCK: return change_lock(chip, word, command);
    case EXPECTS_COUNT: return take_count(chip, value);
    case EXPECTS_BUFFER: return take_word(chip, word, value);
    case EXPECTS_CONFIRM:
        if (command != CMD_CONFIRM)
            return improper(chip, "buffered program", command);
        return complete(chip, buffered(chip));
    default: return first_cycle(chip, word, command);
    }
}

bool nor_takes_data(const struct nor_chip *chip)
{
    return chip->expects == EXPECTS_WORD || chip->expects == EXPECTS_BUFFER;
}

void nor_finish(struct nor_chip *chip, enum nor_task task, enum nor_outcome outcome)
{
    if (outcome != NOR_DONE)
        chip->status |= failure_bit(task) | (outcome == NOR_PROTECTED ? SR_VPP_LOW : 0);
}

/* In each block: the maker, the device, the block's lock configuration. */
static uint16_t identifier(const struct nor_chip *chip, uint32_t word)
{
    switch (word & (NOR_BLOCK_WORDS - 1)) {
    case 0: return ID_MAKER;
    case 1: return ID_DEVICE;
    case 2: return chip->locks[block_of(word)];
    default: return 0;
    }
}

uint16_t nor_read(const struct nor_chip *chip, uint32_t word)
{
    uint32_t at = (word & 0xff) - QUERY_FIRST;
    switch (chip->view) {
    case NOR_STATUS: return chip->status;
    case NOR_IDENTIFIER: return identifier(chip, word);
    default: return at < ARRAY_SIZE(query) ? query[at] : 0;
    }
}
