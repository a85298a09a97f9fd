/* SPDX-License-Identifier: MIT */
/* The snoop control unit (DDI 0500J 7.2): the cores of a cluster keep their L1D coherent by MOESI (6.2.5). Its states are, of a
   slot of L1D: M modified, O modified and MEMORY_SHARED, E neither, S MEMORY_SHARED. What is MEMORY_SHARED others may have, or
   may have had; nobody else has a line that is not. At most one core has it modified.

   Tags change when a core executes, at once in all cores, in the order of their turns: whoever asks another has it answered,
   however far ahead or behind the other is. The others are between two blocks then, so nothing of theirs is half done. */
#include "cpu/timing/memory_parts.h"

/* Its duplicate tags let the unit look at the other cores without disturbing them. */
static struct memory *find_holder(const struct memory *m, uint64_t line, unsigned *number, uint32_t *slot)
{
    for (; *number < m->shared->cores; ++*number) {
        struct memory *other = m->shared->core[*number];
        int32_t found = other && other != m ? memory_lines_find(other, line) : CACHE_ABSENT;
        if (found != CACHE_ABSENT) {
            *slot = (uint32_t)found;
            return other;
        }
    }
    return NULL;
}

/* What the holders of a line are told. */
enum snoop { SNOOP_SHARE, SNOOP_TAKE };

struct holders {
    unsigned count;
    bool modified;           /* with one of them */
};

static struct holders tell(struct memory *m, uint64_t line, enum snoop what)
{
    struct holders found = { 0 };
    struct memory *other;
    uint32_t slot;
    for (unsigned number = 0; (other = find_holder(m, line, &number, &slot)); number++) {
        found.count++;
        found.modified |= other->l1d.modified[slot];
        if (what == SNOOP_SHARE) {
            other->state[slot] |= MEMORY_SHARED;
            memory_lines_protect(other, slot);
        } else {
            memory_count(other, EVENT_LINES_TAKEN);
            memory_lines_drop(other, slot);
        }
    }
    if (found.count)
        memory_count(m, EVENT_SNOOPS);
    if (found.count && what == SNOOP_TAKE && m->take)
        m->take(m->core);
    return found;
}

void memory_on_take(struct memory *m, void (*take)(void *core))
{
    m->take = take;
}

/* UG1085, "L2 Memory Subsystem" of its Cortex-A53: a read that hits both L2 and the duplicate tags is L2's, so a line that nobody
   modified comes from another core only if L2 does not have it. */
unsigned memory_snoop_ask(struct memory *m, uint64_t line, bool write)
{
    struct holders found = tell(m, line, write ? SNOOP_TAKE : SNOOP_SHARE);
    unsigned shared = found.count && !write ? MEMORY_SHARED : 0;
    if (!found.count || (!found.modified && cache_find(&m->shared->l2, line) != CACHE_ABSENT))
        return shared;
    memory_count(m, EVENT_SNOOPED_LINES);
    return shared | MEMORY_SNOOPED;
}

bool memory_snoop_take(struct memory *m, uint64_t line)
{
    return tell(m, line, SNOOP_TAKE).modified;
}

/* What L2 has of the line is out of date then, and not for it to write back. */
void memory_snoop_claim(struct memory *m, uint32_t slot, unsigned op)
{
    uint64_t line = m->l1d.line[slot];
    int32_t old = cache_find(&m->shared->l2, line);
    memory_count(m, EVENT_SHARED_WRITES);
    memory_snoop_take(m, line);
    m->state[slot] &= (uint8_t)~MEMORY_SHARED;
    if (old != CACHE_ABSENT && m->shared->l2.modified[old])
        cache_drop(&m->shared->l2, (uint32_t)old);
    memory_note(m, KIND_ALONE, MEMORY_STORE, op, slot, line);
}

/* A part of a line is merged with what its holder made of it. */
void memory_snoop_pass(struct memory *m, uint64_t line, bool whole, unsigned op)
{
    if (memory_snoop_take(m, line) && !whole && cache_find(&m->shared->l2, line) == CACHE_ABSENT)
        memory_lines_put_l2(m, line, true, op);
}

bool memory_snoop_finds(struct memory *m, uint64_t line)
{
    unsigned number = 0;
    uint32_t slot;
    if (!find_holder(m, line, &number, &slot))
        return false;
    memory_count(m, EVENT_SNOOPS);
    memory_count(m, EVENT_SNOOPED_LINES);
    return true;
}

/* ---- for tests ---- */

static const char *check_slot(const struct memory *m, uint32_t slot)
{
    uint64_t line = m->l1d.line[slot];
    bool is_shared = m->state[slot] & MEMORY_SHARED, modified = m->l1d.modified[slot];
    struct memory *other;
    uint32_t theirs;
    for (unsigned number = 0; (other = find_holder(m, line, &number, &theirs)); number++) {
        if (!is_shared || !(other->state[theirs] & MEMORY_SHARED))
            return "two cores have a line, and one of them for itself";
        if (modified && other->l1d.modified[theirs])
            return "two cores have modified a line";
    }
    return NULL;
}

const char *memory_check(const struct memory *m)
{
    for (unsigned i = 0; i < m->shared->cores; i++) {
        const struct memory *core = m->shared->core[i];
        for (uint32_t slot = 0; core && slot < core->l1d.slots; slot++) {
            const char *wrong = core->l1d.line[slot] == CACHE_NOTHING ? NULL : check_slot(core, slot);
            if (wrong)
                return wrong;
        }
    }
    return NULL;
}
