/* SPDX-License-Identifier: MIT */
/* What the files of the memory side share; for nobody else. */
#ifndef CPU_TIMING_MEMORY_PARTS_H
#define CPU_TIMING_MEMORY_PARTS_H

#include "cpu/timing/cache.h"
#include "cpu/timing/fills.h"
#include "cpu/timing/memory.h"
#include "cpu/timing/prefetch.h"
#include "cpu/timing/tlbs.h"

/* struct memory_event.kind */
enum memory_kind {
    KIND_TRANSLATE,           /* a micro-TLB is refilled; KIND_WALK may follow */
    KIND_WALK,                /* a walk loads the descriptor in `line`; `count` of 0: the walk begins */
    KIND_FILL,                /* `line` is brought into `slot` of L1 */
    KIND_PENDING,             /* `line` in `slot` was still on its way */
    KIND_CLAIM,               /* `line` is put into `slot` of L1D without being read: it is written as a whole */
    KIND_STREAM,              /* `line` is written to L2 or memory without being in L1D */
    KIND_ALONE,               /* `line` of L1D is taken away from the other cores, to be written */
    KIND_WRITE_BACK,          /* `line` goes from L1D to L2, or (MEMORY_FAR) from L2 to memory; nobody waits */
    KIND_UNALIGNED,
    KIND_DEVICE
};

/* struct memory_event.flags */
enum memory_flag {
    MEMORY_FAR = 1 << 0,      /* memory, not L2 */
    MEMORY_STORE = 1 << 1,    /* nobody waits for the data */
    MEMORY_AHEAD = 1 << 2,    /* asked for by the prefetcher */
    MEMORY_LINES = 1 << 3,    /* unaligned: two lines */
    MEMORY_SNOOPED = 1 << 4,  /* from another core's L1D */
    MEMORY_EVICTS = 1 << 5,   /* another line has to leave L1D for it */
    MEMORY_SHARED = 1 << 6    /* other cores may have it too: it may be read, not written */
};

#define MEMORY_UNKNOWN UINT64_MAX   /* fill time of a line whose event was not served yet */

/* The line that stores are filling up, for write streaming. */
struct memory_stream {
    uint64_t line;            /* or CACHE_NOTHING */
    uint64_t bytes;           /* written so far: a bit each */
    uint32_t full;            /* lines in a row that were written as a whole */
    bool bypass;              /* this one is not in L1D */
};

/* What the cores of a cluster share. A core alone has one for itself. */
struct memory_shared {
    struct cache l2;
    struct fills_shared fills;
    struct memory *core[PORT_CORES];  /* who they are; NULL: nobody, or gone */
    unsigned cores;                   /* how many there have been */
};

struct memory {
    const struct core_settings *settings;
    uint32_t *fetch_epoch;
    memory_walk *walk;
    void (*take)(void *core);         /* see memory_on_take; or NULL */
    void *core;

    struct memory_shared *shared;
    unsigned number;                  /* in shared->core */

    struct cache l1i, l1d;
    uint64_t colours;                 /* bits of L1D's index that come from the virtual address and not from the line */
    uint64_t *filled;                 /* of each slot of l1d: when its line is complete, or MEMORY_UNKNOWN */
    uint8_t *state;                   /* of each slot of l1d: MEMORY_FAR, MEMORY_SNOOPED, where it came from; MEMORY_AHEAD, not
                                         used yet; MEMORY_SHARED */
    struct line_page **entry;         /* of each slot of l1d: the line-table entry that has it among its lines, or had it */
    uint64_t *fetched;                /* of each slot of l1i that was fetched ahead and not used yet: when it is complete */
    bool *fetched_ahead;
    struct tlbs tlbs;
    struct prefetch prefetch;
    struct memory_stream stream;

    struct memory_event *event;
    unsigned event_count, event_room, served;
    uint64_t *counts, uncounted[EVENT_COUNT];

    struct fills fills;
    uint64_t translated;              /* when the translation of the running access is ready */
    uint64_t fetch_asked, fetch_ready;   /* when the last fetch began and was done */
    uint32_t device_cycles;
};

/* The slot of L1D that event e brought its line to, or CACHE_ABSENT if the line has left it since. */
static inline int32_t memory_slot(const struct memory *m, const struct memory_event *e)
{
    return e->slot < m->l1d.slots && m->l1d.line[e->slot] == e->line ? (int32_t)e->slot : CACHE_ABSENT;
}

/* The index in L1D of a line, which is in the page of virtual address page * MEMORY_LINE. */
static inline uint64_t memory_index(const struct memory *m, uint64_t line, uint64_t page)
{
    return line ^ ((line ^ page) & m->colours);
}

#define MEMORY_WHOLE_LINE UINT64_MAX   /* all bytes of a line, a bit each */

static inline bool memory_is_alone(const struct memory *m)
{
    return m->shared->cores == 1;
}

static inline void memory_count(struct memory *m, enum timing_event event)
{
    m->counts[event]++;
}

/* ---- memory.c ---- */

void memory_note(struct memory *m, enum memory_kind kind, unsigned flags, unsigned op, uint32_t slot, uint64_t line);

/* Brings the page into a micro-TLB, if it is translated and not there. */
void memory_translate(struct memory *m, const struct memory_page *page, bool fetch, bool write, unsigned op);

/* ---- memory_lines.c ---- */

/* The slot of L1D that holds the line, by whatever virtual address it came there; or CACHE_ABSENT. */
int32_t memory_lines_find(const struct memory *m, uint64_t line);

/* A line that is not where its index says may have come to L1D by an alias, at another index: there it has to go. */
void memory_lines_leave_alias(struct memory *m, uint64_t index, uint64_t line, unsigned op);

/* What the line table proves of a slot of L1D is no longer so; it proves no writes any more; the slot is empty. */
void memory_lines_forget(struct memory *m, uint32_t slot);
void memory_lines_protect(struct memory *m, uint32_t slot);
void memory_lines_drop(struct memory *m, uint32_t slot);

/* Puts the line into L2, which may send another to memory. */
void memory_lines_put_l2(struct memory *m, uint64_t line, bool modified, unsigned op);

/* A fetch or a walk asks L2, which keeps the line then. Returns where it came from: MEMORY_FAR, MEMORY_SNOOPED or 0. */
unsigned memory_lines_keep(struct memory *m, uint64_t line, unsigned op);

/* L1D, which does not have it, gets the line, by a KIND_FILL or KIND_CLAIM event. `index` of prefetched ones: of their page. */
void memory_lines_bring(struct memory *m, uint64_t index, uint64_t line, enum memory_kind kind, unsigned flags, unsigned op);
void memory_lines_prefetch(struct memory *m, uint64_t index, const uint64_t *lines, unsigned number, unsigned op);

/* Do lines go past L1D now? A store to a line that is `coming` or not in L1D: does it go past? Stores leave their line. */
bool memory_lines_streaming(const struct memory *m);
bool memory_lines_store(struct memory *m, uint64_t line, uint64_t bytes, bool coming, unsigned op);
void memory_lines_close(struct memory *m, unsigned op);

/* ---- memory_snoop.c: the other cores; nothing of it is called by one that is alone ---- */

/* The line is to be in this core's L1D: do others have it? For reading: MEMORY_SHARED, and MEMORY_SNOOPED if one of them sends
   it. For writing they lose it: MEMORY_SNOOPED if one sends it. Else 0. */
unsigned memory_snoop_ask(struct memory *m, uint64_t line, bool write);

/* Takes the line away from the others. True: one of them had it modified. */
bool memory_snoop_take(struct memory *m, uint64_t line);

/* The line of this slot, which may be shared, is written. */
void memory_snoop_claim(struct memory *m, uint32_t slot, unsigned op);

/* The line is written past this core's L1D, all of it or a part. */
void memory_snoop_pass(struct memory *m, uint64_t line, bool whole, unsigned op);

/* Does another core have the line? */
bool memory_snoop_finds(struct memory *m, uint64_t line);

/* ---- memory_fetch.c ---- */

/* The slot of L1I is empty; its epoch says so. */
void memory_fetch_drop(struct memory *m, uint32_t slot);

#endif
