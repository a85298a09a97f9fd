/* SPDX-License-Identifier: MIT */
/* One row per piece of a part's state. From the rows come the state hash, snapshots, the monitor's `info` and tests. */
#ifndef BUS_STATE_H
#define BUS_STATE_H

#include "base/types.h"

enum field_type {
    FIELD_BOOL, FIELD_U8, FIELD_U16, FIELD_U32, FIELD_U64,   /* size follows from the type */
    FIELD_BYTES,    /* `count` raw bytes */
    FIELD_EVENT,    /* struct event: armed and deadline */
    FIELD_IRQ,      /* struct irq: level */
    FIELD_END
};

struct field {
    const char *name;
    uint32_t offset;   /* within the part's state struct */
    uint8_t type;      /* enum field_type */
    uint32_t count;    /* array elements; 1 for a single value */
};

/* FIELD(struct pl011, cr, FIELD_U16): one member. FIELD_ARRAY: a member that is an array of that type. */
#define FIELD(type_, member, kind)                       { #member, offsetof(type_, member), kind, 1 }
#define FIELD_ARRAY(type_, member, kind, n)              { #member, offsetof(type_, member), kind, n }
#define FIELD_LIST_END                                   { NULL, 0, FIELD_END, 0 }

/* Folds all fields of `part` into a 64-bit FNV-1a hash that started as `hash`; independent of host byte order and padding. */
uint64_t state_hash(uint64_t hash, const struct field *fields, const void *part);

/* FNV-1a over raw bytes; start with STATE_HASH_START. */
#define STATE_HASH_START 0xcbf29ce484222325ull
uint64_t state_hash_bytes(uint64_t hash, const void *data, size_t length);

#endif
