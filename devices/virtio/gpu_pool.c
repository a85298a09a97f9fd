/* SPDX-License-Identifier: MIT */
#include "devices/virtio/gpu_pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"

/* enum virtio_gpu_formats, 5.7.6.8: the letters name the bytes in the order of their addresses. */
enum {
    B8G8R8A8_UNORM = 1, B8G8R8X8_UNORM = 2, A8R8G8B8_UNORM = 3, X8R8G8B8_UNORM = 4, R8G8B8A8_UNORM = 67, X8B8G8R8_UNORM = 68,
    A8B8G8R8_UNORM = 121, R8G8B8X8_UNORM = 134,
};

enum { PIXEL = 4 };

static bool is_format(uint32_t format)
{
    switch (format) {
    case B8G8R8A8_UNORM: case B8G8R8X8_UNORM: case A8R8G8B8_UNORM: case X8R8G8B8_UNORM:
    case R8G8B8A8_UNORM: case X8B8G8R8_UNORM: case A8B8G8R8_UNORM: case R8G8B8X8_UNORM: return true;
    default: return false;
    }
}

/* Turns pixels from guest bytes into ARGB numbers, in place. */
static void convert(uint32_t *pixels, size_t count, uint32_t format)
{
    switch (format) {
    case B8G8R8A8_UNORM:
    case B8G8R8X8_UNORM:
        for (size_t i = 0; !HOST_LE && i < count; i++)
            pixels[i] = le32(pixels[i]);
        break;
    case A8R8G8B8_UNORM:
    case X8R8G8B8_UNORM:
        for (size_t i = 0; i < count; i++)
            pixels[i] = be32(pixels[i]);
        break;
    case R8G8B8A8_UNORM:
    case R8G8B8X8_UNORM:
        for (size_t i = 0; i < count; i++)
            pixels[i] = ror32(be32(pixels[i]), 8);
        break;
    default:   /* A8B8G8R8, X8B8G8R8 */
        for (size_t i = 0; i < count; i++)
            pixels[i] = ror32(le32(pixels[i]), 8);
    }
}

int gpu_pool_find(const struct gpu_pool *pool, uint32_t id)
{
    for (int n = 0; id && n < GPU_RESOURCES; n++)
        if (pool->id[n] == id)
            return n;
    return -1;
}

static int find_free(const struct gpu_pool *pool)
{
    for (int n = 0; n < GPU_RESOURCES; n++)
        if (!pool->id[n])
            return n;
    return -1;
}

/* Memory for the guest, which must not be able to end the process: NULL when its limit or the host's is reached. */
static void *take(struct gpu_pool *pool, uint64_t size)
{
    if (size > GPU_MEMORY_MAX - pool->memory)
        return NULL;
    void *p = calloc(1, (size_t)size);
    if (p)
        pool->memory += size;
    return p;
}

static uint64_t pixel_bytes(const struct gpu_pool *pool, int n)
{
    return (uint64_t)pool->width[n] * pool->height[n] * PIXEL;
}

enum gpu_result gpu_pool_create(struct gpu_pool *pool, uint32_t id, uint32_t format, uint32_t width, uint32_t height)
{
    int n = find_free(pool);
    if (!id || gpu_pool_find(pool, id) >= 0)
        return GPU_BAD_ID;
    if (!is_format(format) || !width || !height || width > GPU_SIDE_MAX || height > GPU_SIDE_MAX)
        return GPU_BAD_PARAMETER;
    if (n < 0)
        return GPU_NO_MEMORY;
    uint32_t *pixels = take(pool, (uint64_t)width * height * PIXEL);
    if (!pixels)
        return GPU_NO_MEMORY;
    pool->id[n] = id;
    pool->width[n] = width;
    pool->height[n] = height;
    pool->format[n] = format;
    pool->pixels[n] = pixels;
    return GPU_OK;
}

enum gpu_result gpu_pool_detach(struct gpu_pool *pool, int n)
{
    if (!pool->pages[n])
        return GPU_FAILED;
    free(pool->pages[n]);
    pool->memory -= pool->page_count[n] * sizeof(struct gpu_page);
    pool->pages[n] = NULL;
    pool->page_count[n] = 0;
    return GPU_OK;
}

void gpu_pool_remove(struct gpu_pool *pool, int n)
{
    gpu_pool_detach(pool, n);
    free(pool->pixels[n]);
    pool->memory -= pixel_bytes(pool, n);
    pool->pixels[n] = NULL;
    pool->id[n] = pool->width[n] = pool->height[n] = pool->format[n] = 0;
}

void gpu_pool_clear(struct gpu_pool *pool)
{
    for (int n = 0; n < GPU_RESOURCES; n++)
        if (pool->id[n])
            gpu_pool_remove(pool, n);
}

enum gpu_result gpu_pool_attach(struct gpu_pool *pool, int n, const struct space *space, uint32_t count,
                                bool (*next)(void *from, gpa_t *at, uint32_t *length), void *from)
{
    if (pool->pages[n] || !count || count > GPU_BACKING_PAGES)
        return GPU_FAILED;
    struct gpu_page *pages = take(pool, count * sizeof *pages);
    if (!pages)
        return GPU_NO_MEMORY;
    pool->pages[n] = pages;
    pool->page_count[n] = count;
    uint64_t start = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!next(from, &pages[i].at, &pages[i].length) || !space_is_ram(space, pages[i].at, pages[i].length, false)) {
            gpu_pool_detach(pool, n);
            return GPU_BAD_PARAMETER;
        }
        pages[i].start = start;
        start += pages[i].length;
    }
    return GPU_OK;
}

bool gpu_pool_holds(const struct gpu_pool *pool, int n, const struct gpu_rect *r)
{
    uint32_t width = pool->width[n], height = pool->height[n];
    return r->x <= width && r->width <= width - r->x && r->y <= height && r->height <= height - r->y;
}

/* The last page that starts at or before this place of the backing. Empty pages start where the next one does. */
static const struct gpu_page *page_at(const struct gpu_pool *pool, int n, uint64_t place)
{
    const struct gpu_page *pages = pool->pages[n];
    uint32_t low = 0, high = pool->page_count[n];
    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;
        if (pages[mid].start <= place)
            low = mid;
        else
            high = mid;
    }
    return &pages[low];
}

static bool read_backing(const struct gpu_pool *pool, int n, const struct space *space, uint64_t place, uint8_t *to,
                         uint64_t length)
{
    const struct gpu_page *page = page_at(pool, n, place), *end = pool->pages[n] + pool->page_count[n];
    for (; length && page < end; page++) {
        uint64_t skip = place - page->start;
        uint64_t count = page->length - skip < length ? page->length - skip : length;
        if (!space_read(space, page->at + skip, to, (size_t)count))
            return false;
        place += count;
        to += count;
        length -= count;
    }
    return !length;
}

enum gpu_result gpu_pool_transfer(struct gpu_pool *pool, int n, const struct space *space, const struct gpu_rect *r,
                                  uint64_t offset)
{
    if (!pool->pages[n])
        return GPU_FAILED;
    bug_on(!gpu_pool_holds(pool, n, r));
    if (!r->width || !r->height)
        return GPU_OK;
    const struct gpu_page *last = &pool->pages[n][pool->page_count[n] - 1];
    uint64_t stride = (uint64_t)pool->width[n] * PIXEL, line = (uint64_t)r->width * PIXEL, size = last->start + last->length;
    uint64_t needed = stride * (r->height - 1) + line;
    if (offset > size || needed > size - offset)
        return GPU_BAD_PARAMETER;
    for (uint32_t y = 0; y < r->height; y++) {
        uint32_t *to = pool->pixels[n] + (uint64_t)(r->y + y) * pool->width[n] + r->x;
        if (!read_backing(pool, n, space, offset + stride * y, (uint8_t *)to, line))
            return GPU_FAILED;
        convert(to, r->width, pool->format[n]);
    }
    return GPU_OK;
}
