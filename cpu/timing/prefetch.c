/* SPDX-License-Identifier: MIT */
/* DDI 0500J 6.6.2: a sequence of misses at a fixed stride of up to four lines up or down starts line fills in the background.
   Accesses that hit do not disturb it, which suits us: they are not seen here. CPUACTLR_EL1.STRIDE: neighbouring lines start it
   with a miss less than other strides do; STBPFDIS: stores start it as well. */
#include "cpu/timing/prefetch.h"

#include "base/bits.h"
#include "base/error.h"
#include "cpu/timing/cache.h"
#include "cpu/timing/memory.h"
#include "mmu/tlb.h"

void prefetch_init(struct prefetch *p, const struct core_settings *s)
{
    bug_on(s->prefetch_streams > PREFETCH_STREAMS_MAX || s->prefetch_distance > PREFETCH_DISTANCE_MAX);
    *p = (struct prefetch){ .count = s->prefetch_streams, .distance = s->prefetch_distance, .after = s->prefetch_after };
}

void prefetch_reset(struct prefetch *p)
{
    for (unsigned i = 0; i < p->count; i++)
        p->stream[i] = (struct prefetch_stream){ 0 };
    p->next = 0;
}

/* Lines up to the distance ahead of s->last that were not asked for yet. What lies behind the end of the page is not known. */
static unsigned run(const struct prefetch *p, struct prefetch_stream *s, uint64_t lines[PREFETCH_DISTANCE_MAX])
{
    unsigned count = 0;
    for (unsigned step = 1; step <= p->distance; step++) {
        uint64_t line = s->last + (uint64_t)s->stride * step;
        if ((line ^ s->last) >> (PAGE_BITS - MEMORY_LINE_BITS))
            break;
        int64_t beyond = (int64_t)(line - s->ahead);
        if (s->running && (s->stride > 0 ? beyond <= 0 : beyond >= 0))
            continue;
        lines[count++] = line;
    }
    if (count)
        s->ahead = lines[count - 1];
    s->running = true;
    return count;
}

static struct prefetch_stream *fresh(struct prefetch *p)
{
    struct prefetch_stream *s = &p->stream[p->next];
    p->next = p->next + 1 < p->count ? p->next + 1 : 0;
    return s;
}

unsigned prefetch_missed(struct prefetch *p, uint64_t line, uint64_t lines[PREFETCH_DISTANCE_MAX])
{
    if (!p->count)
        return 0;
    for (unsigned i = 0; i < p->count; i++) {
        struct prefetch_stream *s = &p->stream[i];
        int64_t stride = (int64_t)(line - s->last);
        if (!s->misses || !stride || stride > PREFETCH_STRIDE_MAX || stride < -PREFETCH_STRIDE_MAX)
            continue;
        unsigned after = p->after + (stride != 1 && stride != -1);
        s->misses = stride == s->stride ? s->misses + (s->misses < after) : 2;
        s->running = false;
        s->stride = stride;
        s->last = line;
        return s->misses >= after ? run(p, s, lines) : 0;
    }
    *fresh(p) = (struct prefetch_stream){ .last = line, .misses = 1 };
    return 0;
}

unsigned prefetch_used(struct prefetch *p, uint64_t line, uint64_t lines[PREFETCH_DISTANCE_MAX])
{
    for (unsigned i = 0; i < p->count; i++) {
        struct prefetch_stream *s = &p->stream[i];
        int64_t done = (int64_t)(line - s->last), whole = (int64_t)(s->ahead - s->last);
        if (!s->running || (s->stride > 0 ? done <= 0 || done > whole : done >= 0 || done < whole))
            continue;
        s->last = line;
        return run(p, s, lines);
    }
    return 0;
}

uint64_t prefetch_hash(const struct prefetch *p, uint64_t hash)
{
    for (unsigned i = 0; i < p->count; i++) {
        const struct prefetch_stream *s = &p->stream[i];
        hash = cache_mix(cache_mix(hash, s->last), s->ahead);
        hash = cache_mix(hash, (uint64_t)s->stride << 16 ^ (uint64_t)s->misses << 1 ^ s->running);
    }
    return cache_mix(hash, p->next);
}
