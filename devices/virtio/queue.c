/* SPDX-License-Identifier: MIT */
#include "devices/virtio/queue.h"

#include "base/bits.h"

/* struct virtq_desc, 2.7.5 */
enum { DESC_SIZE = 16, DESC_F_NEXT = 1, DESC_F_WRITE = 2, DESC_F_INDIRECT = 4 };

struct desc {
    gpa_t at;
    uint32_t length;
    uint16_t flags, next;
};

/* struct virtq_avail and struct virtq_used, 2.7.6 and 2.7.8 */
enum {
    AVAIL_FLAGS = 0, AVAIL_IDX = 2, AVAIL_RING = 4, AVAIL_ENTRY = 2,
    USED_IDX = 2, USED_RING = 4, USED_ENTRY = 8,
    AVAIL_F_NO_INTERRUPT = 1,
};

static bool fault(struct virtq *q, const char *text)
{
    if (!q->fault)
        q->fault = text;
    return false;
}

static uint16_t load16(struct virtq *q, gpa_t at)
{
    uint8_t bytes[2];
    if (!space_read(q->space, at, bytes, sizeof bytes))
        fault(q, "a ring is not in RAM");
    return ld_le16(bytes);
}

static void store16(struct virtq *q, gpa_t at, uint16_t value)
{
    uint8_t bytes[2];
    st_le16(bytes, value);
    if (!space_write(q->space, at, bytes, sizeof bytes))
        fault(q, "a ring is not in RAM");
}

/* used_event is the driver's word to the device, behind the available ring; avail_event the device's, behind the used ring. */
static gpa_t used_event(const struct virtq *q)
{
    return q->driver + AVAIL_RING + (uint64_t)q->size * AVAIL_ENTRY;
}

static gpa_t avail_event(const struct virtq *q)
{
    return q->device + USED_RING + (uint64_t)q->size * USED_ENTRY;
}

void virtq_reset(struct virtq *q)
{
    *q = (struct virtq){ .size_max = q->size_max };
}

bool virtq_start(struct virtq *q, const struct space *space, bool event_idx, bool indirect)
{
    q->space = space;
    q->event_idx = event_idx;
    q->indirect = indirect;
    q->avail_next = q->used_next = q->used_told = q->in_flight = 0;
    unsigned event = event_idx ? 2 : 0;
    if (!is_power_of_2(q->size) || q->size > q->size_max)
        return fault(q, "the size of a queue is not a power of 2 within its limit");
    if (q->desc % 16 || q->driver % 2 || q->device % 4)
        return fault(q, "a ring is not aligned");
    if (!space_is_ram(space, q->desc, (uint64_t)q->size * DESC_SIZE, false) ||
        !space_is_ram(space, q->driver, AVAIL_RING + (uint64_t)q->size * AVAIL_ENTRY + event, false) ||
        !space_is_ram(space, q->device, USED_RING + (uint64_t)q->size * USED_ENTRY + event, true))
        return fault(q, "a ring is not in RAM");
    q->ready = true;
    return true;
}

unsigned virtq_waiting(struct virtq *q)
{
    if (!q->ready || q->fault)
        return 0;
    uint16_t waiting = (uint16_t)(load16(q, q->driver + AVAIL_IDX) - q->avail_next);
    if (q->fault)
        return 0;
    if (waiting > q->size) {
        fault(q, "more chains are available than the queue has entries");
        return 0;
    }
    if (!waiting && q->event_idx)
        store16(q, avail_event(q), q->avail_next);
    return waiting;
}

/* Appends one descriptor's bytes to the list of its direction. */
static bool add_range(struct virtq *q, struct virtq_chain *chain, const struct desc *d)
{
    bool in = d->flags & DESC_F_WRITE;
    unsigned count = chain->out.count + chain->in.count;
    struct virtq_list *list = in ? &chain->in : &chain->out;
    if (!in && chain->in.count)
        return fault(q, "a descriptor for reading follows one for writing");
    if (!space_is_ram(q->space, d->at, d->length, in))
        return fault(q, "a buffer is not in RAM");
    if (!list->count)
        list->range = &chain->ranges[count];
    chain->ranges[count] = (struct virtq_range){ d->at, d->length };
    list->count++;
    list->bytes += d->length;
    return true;
}

static bool load_desc(struct virtq *q, gpa_t at, struct desc *d)
{
    uint8_t bytes[DESC_SIZE];
    if (!space_read(q->space, at, bytes, sizeof bytes))
        return fault(q, "a descriptor table is not in RAM");
    *d = (struct desc){ ld_le64(bytes), ld_le32(bytes + 8), ld_le16(bytes + 12), ld_le16(bytes + 14) };
    return true;
}

/* Descriptors of the queue's own table may be followed by one that points to an indirect table, where the chain ends (2.7.5.3).
   */
static bool enter_indirect(struct virtq *q, const struct desc *d, bool nested, gpa_t *table, uint32_t *entries)
{
    if (!q->indirect)
        return fault(q, "an indirect descriptor was not negotiated");
    if (nested || d->flags & DESC_F_NEXT)
        return fault(q, "an indirect descriptor is nested or has a successor");
    if (!d->length || d->length % DESC_SIZE || !space_is_ram(q->space, d->at, d->length, false))
        return fault(q, "an indirect table has a wrong length or is not in RAM");
    *table = d->at;
    *entries = d->length / DESC_SIZE;
    return true;
}

static bool gather(struct virtq *q, struct virtq_chain *chain)
{
    gpa_t table = q->desc;
    uint32_t entries = q->size, index = chain->head, steps = 0;
    bool nested = false;
    chain->out = chain->in = (struct virtq_list){ .range = chain->ranges };
    for (;;) {
        struct desc d;
        if (index >= entries)
            return fault(q, "a descriptor's index is outside its table");
        if (steps++ == entries || chain->out.count + chain->in.count == VIRTQ_RANGES)
            return fault(q, "a descriptor chain loops or is too long");
        if (!load_desc(q, table + (uint64_t)index * DESC_SIZE, &d))
            return false;
        if (d.flags & DESC_F_INDIRECT) {
            if (!enter_indirect(q, &d, nested, &table, &entries))
                return false;
            nested = true;
            index = steps = 0;
            continue;
        }
        if (!add_range(q, chain, &d))
            return false;
        if (!(d.flags & DESC_F_NEXT))
            return true;
        index = d.next;
    }
}

bool virtq_pop(struct virtq *q, struct virtq_chain *chain)
{
    if (!virtq_waiting(q))
        return false;
    if (q->in_flight == q->size)
        return fault(q, "a chain was made available again before it was returned");
    chain->head = load16(q, q->driver + AVAIL_RING + (uint64_t)(q->avail_next & (q->size - 1)) * AVAIL_ENTRY);
    if (q->fault || !gather(q, chain))
        return false;
    q->avail_next++;
    q->in_flight++;
    return true;
}

void virtq_unpop(struct virtq *q, unsigned count)
{
    bug_on(count > q->in_flight);
    q->avail_next = (uint16_t)(q->avail_next - count);
    q->in_flight = (uint16_t)(q->in_flight - count);
}

void virtq_push(struct virtq *q, uint16_t head, uint32_t written)
{
    if (!q->ready || q->fault)
        return;
    bug_on(!q->in_flight);
    uint8_t entry[USED_ENTRY];
    st_le32(entry, head);
    st_le32(entry + 4, written);
    gpa_t at = q->device + USED_RING + (uint64_t)(q->used_next & (q->size - 1)) * USED_ENTRY;
    if (!space_write(q->space, at, entry, sizeof entry))
        fault(q, "a ring is not in RAM");
    q->in_flight--;
    store16(q, q->device + USED_IDX, ++q->used_next);
}

bool virtq_wants_interrupt(struct virtq *q)
{
    if (!q->ready || q->fault)
        return false;
    uint16_t fresh = (uint16_t)(q->used_next - q->used_told);
    q->used_told = q->used_next;
    if (!q->event_idx)
        return fresh && !(load16(q, q->driver + AVAIL_FLAGS) & AVAIL_F_NO_INTERRUPT);
    /* 2.7.7.2: did used_next step over used_event? */
    uint16_t since_event = (uint16_t)(q->used_next - load16(q, used_event(q)) - 1);
    return since_event < fresh;
}

/* Finds the range that holds byte *offset of the list and leaves in *offset the place within it. */
static const struct virtq_range *range_at(const struct virtq_list *list, uint64_t *offset)
{
    for (unsigned i = 0; i < list->count; i++) {
        if (*offset < list->range[i].length)
            return &list->range[i];
        *offset -= list->range[i].length;
    }
    return NULL;
}

static size_t copy(const struct space *space, const struct virtq_list *list, uint64_t offset, uint8_t *buffer, size_t length,
                   bool write)
{
    size_t done = 0;
    const struct virtq_range *r = range_at(list, &offset), *end = list->range + list->count;
    for (; r && r < end && done < length; r++, offset = 0) {
        size_t n = r->length - offset < length - done ? (size_t)(r->length - offset) : length - done;
        if (!(write ? space_write(space, r->at + offset, buffer + done, n) : space_read(space, r->at + offset, buffer + done, n)))
            break;
        done += n;
    }
    return done;
}

size_t virtq_read(const struct space *space, const struct virtq_list *list, uint64_t offset, void *buffer, size_t length)
{
    return copy(space, list, offset, buffer, length, false);
}

size_t virtq_write(const struct space *space, const struct virtq_list *list, uint64_t offset, const void *buffer, size_t length)
{
    return copy(space, list, offset, (uint8_t *)buffer, length, true);
}

void *virtq_host(const struct space *space, const struct virtq_list *list, uint64_t offset, size_t *length, bool write)
{
    const struct virtq_range *r = range_at(list, &offset);
    if (!r)
        return NULL;
    if (*length > r->length - offset)
        *length = (size_t)(r->length - offset);
    return space_host(space, r->at + offset, *length, write);
}
