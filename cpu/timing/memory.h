/* SPDX-License-Identifier: MIT */
/* The memory side of a core: micro-TLBs, main TLB, walk cache; L1 instruction and data caches, unified L2 (tags only: the data is
   in guest RAM); line fills, store buffer, write streaming, prefetch; DRAM.

   It works in two steps, because an access is made when its block runs and gets its time when the block is replayed:
   1. in program order, as the guest's instructions execute, memory_data and memory_fetch_* change the tags at once and note
      what they found as events;
   2. in replay, at the cycle when the instruction issues, memory_serve turns an event into a latency: from fills under way,
      L2, banks and bus.
   What an event-free access needs is proved elsewhere: an entry of the line table (mmu/tlb.h) says that the line is in L1, its
   fill complete, its page in the micro-TLB. So nothing here may depend on hits: replacement is pseudo-random or round robin. */
#ifndef CPU_TIMING_MEMORY_H
#define CPU_TIMING_MEMORY_H

#include "cpu/timing/counters.h"
#include "cpu/timing/model.h"
#include "mmu/tlb.h"

enum { MEMORY_LINE_BITS = 6, MEMORY_LINE = 1 << MEMORY_LINE_BITS, MEMORY_WALK_MAX = 4 };

/* op of events that belong to the fetch of a block, not to one of its ops; they are served before its first op. */
enum { MEMORY_OP_FETCH = 0xff };

struct memory_event {
    uint8_t op;               /* index in the block of the op that caused it, or MEMORY_OP_FETCH */
    uint8_t kind;             /* private to memory.c and its helpers */
    uint8_t flags;
    uint8_t count;
    uint32_t slot;
    uint64_t line;
};

/* A page and how it is translated. */
struct memory_page {
    gva_t va;                 /* any address in it */
    gpa_t pa;                 /* of va */
    uint32_t space;           /* number of the address space whose banks prove it; micro-TLB entries belong to one */
    uint32_t asid;            /* of a non-global mapping, else MEMORY_GLOBAL */
    uint8_t size_bits;        /* log2 of the guest's mapping */
    bool translated;          /* false: the MMU is off, no TLB takes part */
    struct line_page *lines;  /* data side: its place in the line table; suspended when it leaves the micro-TLB */
};

enum { MEMORY_GLOBAL = UINT32_MAX };

/* Asks the ISA for the physical addresses of the descriptors that a walk for va reads, outermost first; returns how many, at most
   MEMORY_WALK_MAX. Called only when the main TLB misses. */
typedef unsigned memory_walk(void *core, gva_t va, gpa_t descriptors[MEMORY_WALK_MAX]);

struct memory;

/* The index of the page's number in `fetch_epoch`, behind those of 64 lines. */
enum { MEMORY_EPOCH_PAGE = 64, MEMORY_EPOCHS };

/* `fetch_epoch` is an array of MEMORY_EPOCHS numbers: the one of index (line & 63) is counted up whenever that line may have left
   L1I, the last whenever some page may have left the micro-TLB of fetches. The settings must outlive the memory and may not
   change. */
struct memory *memory_new(const struct core_settings *settings, uint32_t *fetch_epoch, memory_walk *walk, void *core);
void memory_free(struct memory *m);

/* m becomes one of the cores that share the L2 and the memory of `other` and keep their L1D coherent (memory_snoop.c). To be
   called before either is used. At most PORT_CORES; their settings are equal. They are freed one after the other, none being
   used any more. */
void memory_join(struct memory *m, struct memory *other);

/* Calls take(core) when the core takes a line away from another. */
void memory_on_take(struct memory *m, void (*take)(void *core));

/* Everything empty, as after reset; line tables and epochs are told. What is shared is reset with the first core. */
void memory_reset(struct memory *m);

/* Where events are counted: the EVENT_COUNT numbers of the current exception level. */
void memory_count_to(struct memory *m, uint64_t *events);

/* ---- step 1: in program order ---- */

/* What an access proves for the next one. */
enum memory_proof {
    MEMORY_NOT_YET,           /* nothing: two lines, or the line is still on its way */
    MEMORY_READABLE,          /* reads of the line have no event; the first write must ask again */
    MEMORY_WRITABLE,          /* neither reads nor writes have an event */
    MEMORY_PROVED             /* the line table has it already */
};

/* One data access of op `op` of the running block: `size` bytes at page->va, which lie in this page (an access that crosses
   pages is two of these, and memory_split before them). `now` is the time at which the block began. If it proves something, that
   may be put in the line table now: memory_installed. After a write it is never only readable. */
enum memory_proof memory_data(struct memory *m, const struct memory_page *page, unsigned size, bool write, unsigned op,
                              uint64_t now);

/* Op `op` crosses from one page into the next in the middle of a register. */
void memory_split(struct memory *m, bool write, unsigned op);

/* page->lines proves the line of page->pa from now on, until that ends; the page's host address is its virtual address + add. */
void memory_installed(struct memory *m, const struct memory_page *page, uint64_t add, bool writable);

/* DC ZVA: a whole line is written without being read. */
void memory_zero(struct memory *m, const struct memory_page *page, unsigned op, uint64_t now);

/* A device register was accessed by op `op`. */
void memory_device(struct memory *m, unsigned op);

/* Execution enters a page by a jump or by running over the end of another. */
void memory_fetch_page(struct memory *m, const struct memory_page *page);

/* Execution runs over the lines of pa [first, last] (at most two lines; addresses of their first bytes may be given unaligned):
   those that are not in L1I are brought in. */
void memory_fetch_lines(struct memory *m, gpa_t first, gpa_t last);

/* The events noted since memory_forget, in order. */
extern struct memory_event *memory_events(struct memory *m, unsigned *count);
void memory_forget(struct memory *m);

/* ---- step 2: in replay ---- */

struct memory_wait {
    uint32_t issue;           /* cycles that the op cannot issue for */
    uint32_t result;          /* cycles that its result comes later than an L1 hit's */
    uint32_t unit;            /* cycles that the load/store unit stays busy longer; who waits for it counts as CAUSE_UNIT */
    uint8_t issue_cause, result_cause;   /* enum timing_cause */
    bool unaligned;           /* a load that needs the unit once more: the core's table says how much later its result is */
};

/* The latency of event e of an op that could issue at cycle `at` (with all earlier events' issue waits included). Adds to *wait:
   issue and unit waits add up, of result waits the longest counts. Called once for each event, in order, with `at` never going
   back. */
void memory_serve(struct memory *m, const struct memory_event *e, uint64_t at, struct memory_wait *wait);

/* One after the other of the same op, the issue waits apart. */
static inline void memory_wait_add(struct memory_wait *sum, const struct memory_wait *wait)
{
    if (wait->result > sum->result) {
        sum->result = wait->result;
        sum->result_cause = wait->result_cause;
    }
    sum->unit += wait->unit;
    sum->unaligned |= wait->unaligned;
}

/* Is what event e costs the same whenever it happens? */
bool memory_is_timeless(const struct memory_event *e);

/* Is it a line that L1 did not have and that somebody waits for (no prefetch)? */
bool memory_is_miss(const struct memory_event *e);

/* ---- from outside ---- */

enum memory_maintenance {
    MEMORY_CLEAN, MEMORY_INVALIDATE, MEMORY_CLEAN_INVALIDATE,   /* data line of pa, to the point of coherency, of all cores */
    MEMORY_INVALIDATE_FETCH,                                    /* instruction line of pa, of all cores */
    MEMORY_INVALIDATE_FETCH_ALL,                                /* the whole L1I: of this core; of all */
    MEMORY_INVALIDATE_FETCH_EVERYWHERE
};
void memory_maintain(struct memory *m, enum memory_maintenance what, gpa_t pa, unsigned op);

/* TLB maintenance: all; by ASID; by address (every ASID); all but global. */
void memory_forget_translations(struct memory *m);
void memory_forget_asid(struct memory *m, uint32_t asid);
void memory_forget_va(struct memory *m, gva_t va);

/* A device wrote RAM [pa, pa + length): cached copies are gone (the bus is coherent), those of all cores that share memory. */
void memory_dma(struct memory *m, gpa_t pa, uint64_t length);

/* Are the lines of all cores that share memory in states that go together? NULL, or what does not. For tests: it looks at every
   line. */
const char *memory_check(const struct memory *m);

/* A hash over every tag and time relative to now, for tests that compare two runs. */
uint64_t memory_hash(const struct memory *m, uint64_t now);

#endif
