/* SPDX-License-Identifier: MIT */
#include "bus/state.h"

#include <string.h>

#include "base/bits.h"
#include "base/error.h"
#include "bus/clock.h"
#include "bus/irq.h"

uint64_t state_hash_bytes(uint64_t hash, const void *data, size_t length)
{
    const uint8_t *p = data;
    while (length--)
        hash = (hash ^ *p++) * 0x100000001b3ull;
    return hash;
}

static uint64_t hash_number(uint64_t hash, uint64_t value)
{
    uint8_t bytes[8];
    st_le64(bytes, value);
    return state_hash_bytes(hash, bytes, sizeof bytes);
}

static uint64_t hash_element(uint64_t hash, enum field_type type, const uint8_t *p, uint32_t i)
{
    switch (type) {
    case FIELD_BOOL: return hash_number(hash, ((const bool *)p)[i]);
    case FIELD_U8: return hash_number(hash, p[i]);
    case FIELD_U16: return hash_number(hash, ((const uint16_t *)p)[i]);
    case FIELD_U32: return hash_number(hash, ((const uint32_t *)p)[i]);
    case FIELD_U64: return hash_number(hash, ((const uint64_t *)p)[i]);
    case FIELD_IRQ: return hash_number(hash, ((const struct irq *)p)[i].level);
    case FIELD_EVENT: {
        const struct event *e = &((const struct event *)p)[i];
        return hash_number(hash, e->armed ? e->at : TICK_NEVER);
    }
    default: bug_on(true);
    }
}

uint64_t state_hash(uint64_t hash, const struct field *fields, const void *part)
{
    for (const struct field *f = fields; f && f->type != FIELD_END; f++) {
        const uint8_t *p = (const uint8_t *)part + f->offset;
        if (f->type == FIELD_BYTES)
            hash = state_hash_bytes(hash, p, f->count);
        else
            for (uint32_t i = 0; i < f->count; i++)
                hash = hash_element(hash, f->type, p, i);
    }
    return hash;
}
