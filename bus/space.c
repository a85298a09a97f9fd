/* SPDX-License-Identifier: MIT */
#include "bus/space.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/bits.h"
#include "base/log.h"

enum { PAGE_SHIFT = 12, LINE_SHIFT = 6 };

/* Nothing may be touched on either side of guest memory: a bug that leaves it is caught by the host, and reads nobody's secrets.
   The sides are as large as large pages, and begin where the pages of any host may begin. */
enum { GUARD = 2 << 20, HOST_PAGE_MAX = 64 << 10 };

static size_t with_guards(uint64_t size)
{
    return (size_t)align_up(size, HOST_PAGE_MAX) + 2 * GUARD;
}

static void *reserve(uint64_t size)
{
    if (size > SIZE_MAX - 4 * GUARD)
        return NULL;
    size_t whole = with_guards(size);
    uint8_t *p = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    mprotect(p, GUARD, PROT_NONE);
    mprotect(p + whole - GUARD, GUARD, PROT_NONE);
    return p + GUARD;
}

static void give_back(void *p, uint64_t size)
{
    if (p)
        munmap((uint8_t *)p - GUARD, with_guards(size));
}

struct ram *ram_new(uint64_t size, bool rom, struct error *err)
{
    struct ram *ram = mem_alloc(sizeof *ram);
    ram->size = align_up(size, 1u << PAGE_SHIFT);
    ram->rom = rom;
    ram->host = reserve(ram->size);
    ram->code_lines = reserve((ram->size >> PAGE_SHIFT) * sizeof *ram->code_lines);
    if (!ram->host || !ram->code_lines) {
        error_set(err, "the host cannot reserve %llu MiB of memory; try a smaller -m", (unsigned long long)(size / MIB));
        ram_free(ram);
        return NULL;
    }
    return ram;
}

void ram_free(struct ram *ram)
{
    if (!ram)
        return;
    give_back(ram->host, ram->size);
    give_back(ram->code_lines, (ram->size >> PAGE_SHIFT) * sizeof *ram->code_lines);
    free(ram);
}

void ram_will_change(struct ram *ram, uint64_t offset, uint64_t length)
{
    if (!length || !ram->code_written)
        return;
    for (uint64_t page = offset >> PAGE_SHIFT; page <= (offset + length - 1) >> PAGE_SHIFT; page++)
        if (ram->code_lines[page]) {
            ram->code_written(ram->core, ram, offset, length);
            return;
        }
}

static int insert(struct space *space, struct region region, struct error *err)
{
    if (!region.size || region.base + region.size - 1 < region.base)
        return error_set(err, "%s: region %s is empty or wraps around", space->name, region.name);
    if (space->count == SPACE_REGIONS)
        return error_set(err, "%s: too many regions", space->name);
    int at = 0;
    while (at < space->count && space->regions[at].base < region.base)
        at++;
    const struct region *before = at > 0 ? &space->regions[at - 1] : NULL;
    const struct region *after = at < space->count ? &space->regions[at] : NULL;
    if ((before && before->base + before->size - 1 >= region.base) || (after && region.base + region.size - 1 >= after->base))
        return error_set(err, "%s: region %s overlaps a neighbour", space->name, region.name);
    memmove(&space->regions[at + 1], &space->regions[at], (size_t)(space->count - at) * sizeof region);
    space->regions[at] = region;
    space->count++;
    space->recent = NULL;
    if (space->changed)
        space->changed(space->core);
    return 0;
}

int space_add_ram(struct space *space, const char *name, gpa_t base, struct ram *ram, uint64_t offset, uint64_t size,
                  struct error *err)
{
    bug_on(offset + size > ram->size);
    struct region region = { .name = name, .base = base, .size = size, .kind = REGION_RAM, .ram = ram, .ram_offset = offset };
    return insert(space, region, err);
}

int space_add_io(struct space *space, const char *name, gpa_t base, uint64_t size, const struct io_ops *ops, void *device,
                 struct error *err)
{
    struct region region = { .name = name, .base = base, .size = size, .kind = REGION_IO, .ops = ops, .device = device };
    return insert(space, region, err);
}

int space_add_alias(struct space *space, const char *name, gpa_t base, uint64_t size, struct space *target, gpa_t target_base,
                    struct error *err)
{
    struct region region = { .name = name, .base = base, .size = size, .kind = REGION_ALIAS, .target = target,
                             .target_base = target_base };
    return insert(space, region, err);
}

void space_remove(struct space *space, gpa_t base)
{
    for (int i = 0; i < space->count; i++)
        if (space->regions[i].base == base) {
            space->count--;
            space->recent = NULL;
            memmove(&space->regions[i], &space->regions[i + 1], (size_t)(space->count - i) * sizeof space->regions[0]);
            if (space->changed)
                space->changed(space->core);
            return;
        }
}

void space_show_memory(struct space *space, void *device, struct ram *ram, bool shown)
{
    struct region *r = space->regions, *end = r + space->count;
    while (r < end && !(r->device == device && r->ops))
        r++;
    enum region_kind kind = shown ? REGION_RAM : REGION_IO;
    bug_on(r == end || !ram->rom || r->size > ram->size);
    r->ram = ram;
    if (r->kind == kind)
        return;
    r->kind = kind;
    space->recent = NULL;
    if (space->changed)
        space->changed(space->core);
}

static const struct region *search(const struct space *space, gpa_t at, uint64_t *offset)
{
    for (int depth = 0; depth < SPACE_DEPTH; depth++) {
        int low = 0, high = space->count;
        while (low < high) {
            int mid = (low + high) / 2;
            if (space->regions[mid].base <= at)
                low = mid + 1;
            else
                high = mid;
        }
        if (!low || at - space->regions[low - 1].base >= space->regions[low - 1].size)
            return NULL;
        const struct region *r = &space->regions[low - 1];
        *offset = at - r->base;
        if (r->kind == REGION_RAM)
            *offset += r->ram_offset;
        if (r->kind != REGION_ALIAS)
            return r;
        at = *offset + r->target_base;
        space = r->target;
    }
    return NULL;
}

const struct region *space_find(const struct space *space, gpa_t at, uint64_t *offset)
{
    const struct region *r = space->recent;
    if (likely(r && at - r->base < r->size)) {
        *offset = at - r->base + r->ram_offset;
        return r;
    }
    r = search(space, at, offset);
    bool own = r >= space->regions && r < space->regions + space->count;   /* one behind an alias has other addresses */
    if (r && r->kind == REGION_RAM && own)
        ((struct space *)space)->recent = r;   /* a cache, no part of the map */
    return r;
}

/* How many bytes from `offset` on lie in the same RAM region. */
static uint64_t ram_rest(const struct region *r, uint64_t offset)
{
    return r->ram_offset + r->size - offset;
}

static bool io_load(const struct region *r, uint64_t offset, unsigned size, uint64_t *value)
{
    const struct io_ops *ops = r->ops;
    if (!ops->read || offset & (size - 1) || r->size - offset < size)
        return false;
    if (size < ops->min_size) {
        unsigned shift = (offset & (ops->min_size - 1u)) * 8;
        *value = ops->read(r->device, offset & ~(uint64_t)(ops->min_size - 1), ops->min_size) >> shift & mask64(size * 8);
        return true;
    }
    unsigned step = size > ops->max_size ? ops->max_size : size;
    *value = 0;
    for (unsigned done = 0; done < size; done += step)
        *value |= (ops->read(r->device, offset + done, step) & mask64(step * 8)) << (done * 8);
    return true;
}

static bool io_store(const struct region *r, uint64_t offset, unsigned size, uint64_t value)
{
    const struct io_ops *ops = r->ops;
    if (!ops->write || offset & (size - 1) || r->size - offset < size || size < ops->min_size)
        return false;
    unsigned step = size > ops->max_size ? ops->max_size : size;
    for (unsigned done = 0; done < size; done += step)
        ops->write(r->device, offset + done, value >> (done * 8) & mask64(step * 8), step);
    return true;
}

bool space_load(const struct space *space, gpa_t at, unsigned size, uint64_t *value)
{
    uint64_t offset;
    const struct region *r = space_find(space, at, &offset);
    if (!r)
        return false;
    if (r->kind == REGION_IO)
        return io_load(r, offset, size, value);
    if (ram_rest(r, offset) >= size) {
        *value = ld_le(r->ram->host + offset, size);
        return true;
    }
    uint8_t bytes[8];
    if (!space_read(space, at, bytes, size))
        return false;
    *value = ld_le(bytes, size);
    return true;
}

bool space_store(const struct space *space, gpa_t at, unsigned size, uint64_t value)
{
    uint64_t offset;
    const struct region *r = space_find(space, at, &offset);
    if (!r)
        return false;
    if (r->kind == REGION_IO)
        return io_store(r, offset, size, value);
    if (r->ops)
        return io_store(r, offset, size, value);
    if (r->ram->rom) {
        guest_log(r->name, "store to ROM at 0x%llx ignored", (unsigned long long)at);
        return true;
    }
    if (ram_rest(r, offset) >= size) {
        ram_will_change(r->ram, offset, size);
        st_le(r->ram->host + offset, value, size);
        return true;
    }
    uint8_t bytes[8];
    st_le(bytes, value, size);
    return space_write(space, at, bytes, size);
}

/* The next stretch of RAM for a DMA of `length` bytes; NULL when the first byte is not RAM (or is ROM and `write`). */
static uint8_t *dma_stretch(const struct space *space, gpa_t at, uint64_t length, bool write, uint64_t *stretch)
{
    uint64_t offset;
    const struct region *r = space_find(space, at, &offset);
    if (!r || r->kind != REGION_RAM || (write && r->ram->rom))
        return NULL;
    uint64_t rest = ram_rest(r, offset);
    *stretch = length < rest ? length : rest;
    if (write) {
        ram_will_change(r->ram, offset, *stretch);
        if (space->written)
            space->written(space->core, at, *stretch);
    }
    return r->ram->host + offset;
}

bool space_is_ram(const struct space *space, gpa_t at, uint64_t length, bool write)
{
    if (at + length < at)
        return false;
    while (length) {
        uint64_t offset;
        const struct region *r = space_find(space, at, &offset);
        if (!r || r->kind != REGION_RAM || (write && r->ram->rom))
            return false;
        uint64_t rest = ram_rest(r, offset), n = length < rest ? length : rest;
        at += n;
        length -= n;
    }
    return true;
}

bool space_read(const struct space *space, gpa_t at, void *buffer, size_t length)
{
    if (!space_is_ram(space, at, length, false)) {
        memset(buffer, 0, length);
        return false;
    }
    for (size_t done = 0; done < length;) {
        uint64_t n = 0;
        const uint8_t *host = dma_stretch(space, at + done, length - done, false, &n);
        memcpy((uint8_t *)buffer + done, host, n);
        done += n;
    }
    return true;
}

bool space_write(const struct space *space, gpa_t at, const void *buffer, size_t length)
{
    if (!space_is_ram(space, at, length, true))
        return false;
    for (size_t done = 0; done < length;) {
        uint64_t n;
        uint8_t *host = dma_stretch(space, at + done, length - done, true, &n);
        memcpy(host, (const uint8_t *)buffer + done, n);
        done += n;
    }
    return true;
}

bool space_message(const struct space *space, gpa_t at, uint32_t data)
{
    uint64_t offset;
    uint8_t bytes[sizeof data];
    const struct region *r = space_find(space, at, &offset);
    if (r && r->kind == REGION_IO)
        return r->ops->takes_messages && io_store(r, offset, sizeof data, data);
    st_le32(bytes, data);
    return space_write(space, at, bytes, sizeof bytes);
}

void *space_host(const struct space *space, gpa_t at, uint64_t length, bool write)
{
    uint64_t n;
    uint8_t *host = dma_stretch(space, at, length, write, &n);
    return host && n == length ? host : NULL;
}
