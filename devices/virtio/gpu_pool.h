/* SPDX-License-Identifier: MIT */
/* The resources of a virtio GPU: images on the host, and the guest memory they are filled from (virtio 1.2, 5.7.6). Their
   number and their memory are limited, as the guest says how many and how large. */
#ifndef DEVICES_VIRTIO_GPU_POOL_H
#define DEVICES_VIRTIO_GPU_POOL_H

#include "bus/space.h"
#include "bus/state.h"

enum { GPU_RESOURCES = 512, GPU_BACKING_PAGES = 65536, GPU_SIDE_MAX = 16384 };
#define GPU_MEMORY_MAX (256 * MIB)   /* pixels and page lists of all resources together */

/* Rectangles as they come from the guest: check before use. */
struct gpu_rect {
    uint32_t x, y, width, height;
};

/* A stretch of guest memory; `start` is its place within the backing. */
struct gpu_page {
    gpa_t at;
    uint32_t length;
    uint64_t start;
};

/* Resource n is the nth element of each array. */
struct gpu_pool {
    uint32_t id[GPU_RESOURCES];                  /* the guest's number for it; 0: free */
    uint32_t width[GPU_RESOURCES], height[GPU_RESOURCES], format[GPU_RESOURCES];
    uint32_t *pixels[GPU_RESOURCES];             /* ARGB as host numbers; also in formats with X the top byte is the guest's */
    struct gpu_page *pages[GPU_RESOURCES];       /* NULL: no backing */
    uint32_t page_count[GPU_RESOURCES];
    uint64_t memory;                             /* bytes in use */
};

#define GPU_POOL_FIELDS(type, pool)                                                                                    \
    FIELD_ARRAY(type, pool.id, FIELD_U32, GPU_RESOURCES), FIELD_ARRAY(type, pool.width, FIELD_U32, GPU_RESOURCES),     \
    FIELD_ARRAY(type, pool.height, FIELD_U32, GPU_RESOURCES), FIELD_ARRAY(type, pool.format, FIELD_U32, GPU_RESOURCES), \
    FIELD_ARRAY(type, pool.page_count, FIELD_U32, GPU_RESOURCES), FIELD(type, pool.memory, FIELD_U64)

enum gpu_result { GPU_OK, GPU_NO_MEMORY, GPU_BAD_ID, GPU_BAD_PARAMETER, GPU_FAILED };

/* The resource with this id, or -1. */
int gpu_pool_find(const struct gpu_pool *pool, uint32_t id);

/* A new resource, black and without backing. */
enum gpu_result gpu_pool_create(struct gpu_pool *pool, uint32_t id, uint32_t format, uint32_t width, uint32_t height);
void gpu_pool_remove(struct gpu_pool *pool, int n);
void gpu_pool_clear(struct gpu_pool *pool);

/* Gives resource n a backing of `count` pages, whose list (at, length) is read by `next` in order. */
enum gpu_result gpu_pool_attach(struct gpu_pool *pool, int n, const struct space *space, uint32_t count,
                                bool (*next)(void *from, gpa_t *at, uint32_t *length), void *from);
enum gpu_result gpu_pool_detach(struct gpu_pool *pool, int n);

/* Is the rectangle within resource n? */
bool gpu_pool_holds(const struct gpu_pool *pool, int n, const struct gpu_rect *r);

/* Fills the rectangle, which must be within the resource, from the backing, `offset` bytes into it; its lines are as far apart
   there as the resource is wide. */
enum gpu_result gpu_pool_transfer(struct gpu_pool *pool, int n, const struct space *space, const struct gpu_rect *r,
                                  uint64_t offset);

#endif
