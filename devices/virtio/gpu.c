/* SPDX-License-Identifier: MIT */
/* A virtio graphics card, virtio 1.2, 5.7: 2D only, one screen. What the guest flushes is copied to a screen of our own, which
   is what the user sees: a resource that is being filled, or gone, does not show.
   In: a display as "display", which may ask for another size. Out: through the transport; the screen and the pointer's image
   through the display. The options "width" and "height" are the size offered at power on. */
#include <string.h>

#include "base/bits.h"
#include "base/log.h"
#include "bus/port.h"
#include "devices/classes.h"
#include "devices/virtio/edid.h"
#include "devices/virtio/gpu_screen.h"
#include "devices/virtio/virtio.h"

enum { VIRTIO_GPU_F_EDID = 1 };   /* 5.7.3 */

enum { CONTROLQ, CURSORQ, CONTROL_SIZE = 256, CURSOR_SIZE = 16 };

/* struct virtio_gpu_config, 5.7.4 */
enum { CONFIG_EVENTS_READ = 0, CONFIG_EVENTS_CLEAR = 4, CONFIG_NUM_SCANOUTS = 8, CONFIG_SIZE = 16, VIRTIO_GPU_EVENT_DISPLAY = 1 };

/* enum virtio_gpu_ctrl_type, 5.7.6.7 */
enum {
    CMD_GET_DISPLAY_INFO = 0x100, CMD_RESOURCE_CREATE_2D, CMD_RESOURCE_UNREF, CMD_SET_SCANOUT, CMD_RESOURCE_FLUSH,
    CMD_TRANSFER_TO_HOST_2D, CMD_RESOURCE_ATTACH_BACKING, CMD_RESOURCE_DETACH_BACKING, CMD_GET_EDID = 0x10a,
    CMD_UPDATE_CURSOR = 0x300, CMD_MOVE_CURSOR,
    RESP_OK_NODATA = 0x1100, RESP_OK_DISPLAY_INFO, RESP_OK_EDID = 0x1104,
    RESP_ERR_UNSPEC = 0x1200, RESP_ERR_OUT_OF_MEMORY, RESP_ERR_INVALID_SCANOUT_ID, RESP_ERR_INVALID_RESOURCE_ID,
    RESP_ERR_INVALID_CONTEXT_ID, RESP_ERR_INVALID_PARAMETER,
};

/* struct virtio_gpu_ctrl_hdr, and the sizes of what follows it */
enum {
    HDR_TYPE = 0, HDR_FLAGS = 4, HDR_FENCE_ID = 8, HDR_CTX_ID = 16, HDR_RING_IDX = 20, HDR_SIZE = 24,
    VIRTIO_GPU_FLAG_FENCE = 1,
    SCANOUTS_MAX = 16, DISPLAY_ONE = 24, DISPLAY_INFO_SIZE = HDR_SIZE + SCANOUTS_MAX * DISPLAY_ONE,
    EDID_ANSWER_SIZE = HDR_SIZE + 8 + 1024, MEM_ENTRY = 16, COMMAND_MAX = 56, ANSWER_MAX = EDID_ANSWER_SIZE,
};

/* The work of one notification is bounded: each command costs something, each byte of pixels more, and when the sum is reached
   the card goes on later in virtual time, as one that moves 4 GB a second. */
enum { COMMAND_COST = 4096, WORK_MAX = 16 << 20, PICOSECONDS_PER_BYTE = 250 };

enum { CURSOR_SIDE_MAX = 256 };

struct virtio_gpu {
    struct device device;
    struct virtio_device v;
    struct display *port;
    uint32_t width, height;              /* options */
    uint32_t offered_width, offered_height;
    struct gpu_pool pool;
    struct gpu_screen screen;
    uint32_t scanout;                    /* id of the resource on the screen; 0: dark */
    uint32_t cursor, hot_x, hot_y, cursor_x, cursor_y;
    struct event resume;
    uint64_t work;                       /* of the notification being served */
};

static const struct field gpu_fields[] = {
    VIRTIO_FIELDS(struct virtio_gpu, v),
    FIELD(struct virtio_gpu, offered_width, FIELD_U32),
    FIELD(struct virtio_gpu, offered_height, FIELD_U32),
    GPU_POOL_FIELDS(struct virtio_gpu, pool),
    FIELD(struct virtio_gpu, scanout, FIELD_U32),
    FIELD(struct virtio_gpu, screen.shown.x, FIELD_U32),
    FIELD(struct virtio_gpu, screen.shown.y, FIELD_U32),
    FIELD(struct virtio_gpu, screen.shown.width, FIELD_U32),
    FIELD(struct virtio_gpu, screen.shown.height, FIELD_U32),
    FIELD(struct virtio_gpu, cursor, FIELD_U32),
    FIELD(struct virtio_gpu, hot_x, FIELD_U32),
    FIELD(struct virtio_gpu, hot_y, FIELD_U32),
    FIELD(struct virtio_gpu, cursor_x, FIELD_U32),
    FIELD(struct virtio_gpu, cursor_y, FIELD_U32),
    FIELD(struct virtio_gpu, resume, FIELD_EVENT),
    FIELD_LIST_END
};

/* One command on its way: its bytes (zeroes beyond what the guest sent), and the answer behind its header. */
struct command {
    uint8_t bytes[COMMAND_MAX];
    const struct virtq_list *out;
    uint8_t answer[ANSWER_MAX];
    uint32_t answer_size;
};

static uint32_t word(const struct command *c, unsigned offset)
{
    return ld_le32(c->bytes + offset);
}

static struct gpu_rect rect_of(const struct command *c)
{
    return (struct gpu_rect){ word(c, HDR_SIZE), word(c, HDR_SIZE + 4), word(c, HDR_SIZE + 8), word(c, HDR_SIZE + 12) };
}

static uint64_t area_bytes(const struct gpu_rect *r)
{
    return (uint64_t)r->width * r->height * sizeof(uint32_t);
}

static uint32_t response_to(enum gpu_result result)
{
    static const uint32_t responses[] = {
        [GPU_OK] = RESP_OK_NODATA, [GPU_NO_MEMORY] = RESP_ERR_OUT_OF_MEMORY, [GPU_BAD_ID] = RESP_ERR_INVALID_RESOURCE_ID,
        [GPU_BAD_PARAMETER] = RESP_ERR_INVALID_PARAMETER, [GPU_FAILED] = RESP_ERR_UNSPEC,
    };
    return responses[result];
}

/* ---- the monitor ---- */

static void turn_off(struct virtio_gpu *gpu)
{
    gpu_screen_off(&gpu->screen);
    gpu->scanout = 0;
}

/* Where the guest's pointer is does not matter: the host draws its image at its own pointer. */
static void show_cursor(struct virtio_gpu *gpu, int n)
{
    if (!gpu->port || !gpu->port->cursor)
        return;
    if (n < 0)
        gpu->port->cursor(gpu->port->host, NULL, 0, 0, 0, 0, false);
    else
        gpu->port->cursor(gpu->port->host, gpu->pool.pixels[n], gpu->pool.width[n], gpu->pool.height[n], (int)gpu->hot_x,
                          (int)gpu->hot_y, true);
}

static void hide_cursor(struct virtio_gpu *gpu)
{
    if (gpu->cursor)
        show_cursor(gpu, -1);
    gpu->cursor = gpu->hot_x = gpu->hot_y = 0;
}

static void gpu_scan(void *device, struct display_frame *frame, bool *dirty)
{
    gpu_screen_scan(&((struct virtio_gpu *)device)->screen, frame, dirty);
}

static uint32_t clamp_side(unsigned side)
{
    return side < 1 ? 1 : side > EDID_MAX ? EDID_MAX : side;
}

static void gpu_resize(void *device, unsigned width, unsigned height)
{
    struct virtio_gpu *gpu = device;
    width = clamp_side(width);
    height = clamp_side(height);
    bool is_offered = width == gpu->offered_width && height == gpu->offered_height;
    bool is_shown = width == gpu->screen.shown.width && height == gpu->screen.shown.height;
    if (is_offered && (is_shown || !gpu->scanout))
        return;
    gpu->offered_width = width;
    gpu->offered_height = height;
    gpu->v.config[CONFIG_EVENTS_READ] |= VIRTIO_GPU_EVENT_DISPLAY;
    virtio_config_changed(&gpu->v);
}

/* ---- commands: each returns the type of its response ---- */

static uint32_t get_display_info(struct virtio_gpu *gpu, struct command *c)
{
    uint8_t *first = c->answer + HDR_SIZE;
    st_le32(first + 8, gpu->offered_width);
    st_le32(first + 12, gpu->offered_height);
    st_le32(first + 16, 1);
    c->answer_size = DISPLAY_INFO_SIZE;
    return RESP_OK_DISPLAY_INFO;
}

static uint32_t get_edid(struct virtio_gpu *gpu, struct command *c)
{
    if (word(c, HDR_SIZE))
        return RESP_ERR_INVALID_SCANOUT_ID;
    st_le32(c->answer + HDR_SIZE, EDID_SIZE);
    edid_make(c->answer + HDR_SIZE + 8, gpu->offered_width, gpu->offered_height);
    c->answer_size = EDID_ANSWER_SIZE;
    return RESP_OK_EDID;
}

static uint32_t resource_create_2d(struct virtio_gpu *gpu, struct command *c)
{
    return response_to(gpu_pool_create(&gpu->pool, word(c, HDR_SIZE), word(c, HDR_SIZE + 4), word(c, HDR_SIZE + 8),
                                       word(c, HDR_SIZE + 12)));
}

static uint32_t resource_unref(struct virtio_gpu *gpu, struct command *c)
{
    uint32_t id = word(c, HDR_SIZE);
    int n = gpu_pool_find(&gpu->pool, id);
    if (n < 0)
        return RESP_ERR_INVALID_RESOURCE_ID;
    if (gpu->scanout == id)
        turn_off(gpu);
    if (gpu->cursor == id)
        hide_cursor(gpu);
    gpu_pool_remove(&gpu->pool, n);
    return RESP_OK_NODATA;
}

static uint32_t set_scanout(struct virtio_gpu *gpu, struct command *c)
{
    struct gpu_rect r = rect_of(c);
    uint32_t id = word(c, HDR_SIZE + 20);
    if (word(c, HDR_SIZE + 16))
        return RESP_ERR_INVALID_SCANOUT_ID;
    if (!id) {
        turn_off(gpu);
        return RESP_OK_NODATA;
    }
    int n = gpu_pool_find(&gpu->pool, id);
    if (n < 0)
        return RESP_ERR_INVALID_RESOURCE_ID;
    if (!r.width || !r.height || !gpu_pool_holds(&gpu->pool, n, &r))
        return RESP_ERR_INVALID_PARAMETER;
    if (!gpu_screen_set(&gpu->screen, &r))
        return RESP_ERR_OUT_OF_MEMORY;
    gpu->scanout = id;
    gpu->work += area_bytes(&r);
    gpu_screen_show(&gpu->screen, &gpu->pool, n, &r);
    return RESP_OK_NODATA;
}

static uint32_t resource_flush(struct virtio_gpu *gpu, struct command *c)
{
    struct gpu_rect r = rect_of(c);
    uint32_t id = word(c, HDR_SIZE + 16);
    int n = gpu_pool_find(&gpu->pool, id);
    if (n < 0)
        return RESP_ERR_INVALID_RESOURCE_ID;
    if (!gpu_pool_holds(&gpu->pool, n, &r))
        return RESP_ERR_INVALID_PARAMETER;
    if (gpu->scanout == id) {
        gpu->work += area_bytes(&r);
        gpu_screen_show(&gpu->screen, &gpu->pool, n, &r);
    }
    return RESP_OK_NODATA;
}

static uint32_t transfer_to_host_2d(struct virtio_gpu *gpu, struct command *c)
{
    struct gpu_rect r = rect_of(c);
    int n = gpu_pool_find(&gpu->pool, word(c, HDR_SIZE + 24));
    if (n < 0)
        return RESP_ERR_INVALID_RESOURCE_ID;
    if (!gpu_pool_holds(&gpu->pool, n, &r))
        return RESP_ERR_INVALID_PARAMETER;
    gpu->work += area_bytes(&r);
    return response_to(gpu_pool_transfer(&gpu->pool, n, gpu->device.dma, &r, ld_le64(c->bytes + HDR_SIZE + 16)));
}

/* The list of pages that follows VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING, read a piece at a time. */
struct page_list {
    const struct space *space;
    const struct virtq_list *out;
    uint64_t offset;
    uint8_t piece[64 * MEM_ENTRY];
    size_t size, used;
};

static bool next_page(void *from, gpa_t *at, uint32_t *length)
{
    struct page_list *list = from;
    if (list->used == list->size) {
        list->size = virtq_read(list->space, list->out, list->offset, list->piece, sizeof list->piece);
        list->offset += list->size;
        list->used = 0;
    }
    if (list->size - list->used < MEM_ENTRY)
        return false;
    *at = ld_le64(list->piece + list->used);
    *length = ld_le32(list->piece + list->used + 8);
    list->used += MEM_ENTRY;
    return true;
}

static uint32_t resource_attach_backing(struct virtio_gpu *gpu, struct command *c)
{
    uint32_t count = word(c, HDR_SIZE + 4);
    struct page_list list = { .space = gpu->device.dma, .out = c->out, .offset = HDR_SIZE + 8 };
    int n = gpu_pool_find(&gpu->pool, word(c, HDR_SIZE));
    if (n < 0)
        return RESP_ERR_INVALID_RESOURCE_ID;
    if ((c->out->bytes - list.offset) / MEM_ENTRY < count)
        return RESP_ERR_INVALID_PARAMETER;
    gpu->work += (uint64_t)count * MEM_ENTRY;
    return response_to(gpu_pool_attach(&gpu->pool, n, gpu->device.dma, count, next_page, &list));
}

static uint32_t resource_detach_backing(struct virtio_gpu *gpu, struct command *c)
{
    int n = gpu_pool_find(&gpu->pool, word(c, HDR_SIZE));
    return n < 0 ? RESP_ERR_INVALID_RESOURCE_ID : response_to(gpu_pool_detach(&gpu->pool, n));
}

static uint32_t move_cursor(struct virtio_gpu *gpu, struct command *c)
{
    if (word(c, HDR_SIZE))
        return RESP_ERR_INVALID_SCANOUT_ID;
    gpu->cursor_x = word(c, HDR_SIZE + 4);
    gpu->cursor_y = word(c, HDR_SIZE + 8);
    return RESP_OK_NODATA;
}

/* 5.7.6.10: resource 0 hides the pointer. */
static uint32_t update_cursor(struct virtio_gpu *gpu, struct command *c)
{
    uint32_t id = word(c, HDR_SIZE + 16), hot_x = word(c, HDR_SIZE + 20), hot_y = word(c, HDR_SIZE + 24);
    int n = gpu_pool_find(&gpu->pool, id);
    if (word(c, HDR_SIZE))
        return RESP_ERR_INVALID_SCANOUT_ID;
    if (id && n < 0)
        return RESP_ERR_INVALID_RESOURCE_ID;
    if (!id) {
        hide_cursor(gpu);
        return move_cursor(gpu, c);
    }
    uint32_t width = gpu->pool.width[n], height = gpu->pool.height[n];
    if (width > CURSOR_SIDE_MAX || height > CURSOR_SIDE_MAX)
        return RESP_ERR_INVALID_PARAMETER;
    gpu->cursor = id;
    gpu->hot_x = hot_x < width ? hot_x : width - 1;
    gpu->hot_y = hot_y < height ? hot_y : height - 1;
    gpu->work += CURSOR_SIDE_MAX * CURSOR_SIDE_MAX * sizeof(uint32_t);
    show_cursor(gpu, n);
    return move_cursor(gpu, c);
}

static const struct {
    uint32_t type;
    uint8_t queue, size;   /* bytes of the command that must be there */
    uint32_t (*serve)(struct virtio_gpu *gpu, struct command *c);
} commands[] = {
    { CMD_GET_DISPLAY_INFO, CONTROLQ, HDR_SIZE, get_display_info },
    { CMD_RESOURCE_CREATE_2D, CONTROLQ, HDR_SIZE + 16, resource_create_2d },
    { CMD_RESOURCE_UNREF, CONTROLQ, HDR_SIZE + 8, resource_unref },
    { CMD_SET_SCANOUT, CONTROLQ, HDR_SIZE + 24, set_scanout },
    { CMD_RESOURCE_FLUSH, CONTROLQ, HDR_SIZE + 24, resource_flush },
    { CMD_TRANSFER_TO_HOST_2D, CONTROLQ, HDR_SIZE + 32, transfer_to_host_2d },
    { CMD_RESOURCE_ATTACH_BACKING, CONTROLQ, HDR_SIZE + 8, resource_attach_backing },
    { CMD_RESOURCE_DETACH_BACKING, CONTROLQ, HDR_SIZE + 8, resource_detach_backing },
    { CMD_GET_EDID, CONTROLQ, HDR_SIZE + 8, get_edid },
    { CMD_UPDATE_CURSOR, CURSORQ, HDR_SIZE + 32, update_cursor },
    { CMD_MOVE_CURSOR, CURSORQ, HDR_SIZE + 16, move_cursor },
};

static uint32_t dispatch(struct virtio_gpu *gpu, unsigned queue, struct command *c, size_t size)
{
    for (unsigned i = 0; i < ARRAY_SIZE(commands); i++)
        if (commands[i].type == word(c, HDR_TYPE) && commands[i].queue == queue)
            return size < commands[i].size ? RESP_ERR_INVALID_PARAMETER : commands[i].serve(gpu, c);
    return RESP_ERR_UNSPEC;
}

/* 5.7.6.7: a fenced command is answered when it is done; ours are done when they are answered. */
static void put_header(struct command *c, uint32_t type)
{
    uint32_t flags = word(c, HDR_FLAGS);
    st_le32(c->answer + HDR_TYPE, type);
    if (flags & VIRTIO_GPU_FLAG_FENCE) {
        st_le32(c->answer + HDR_FLAGS, VIRTIO_GPU_FLAG_FENCE);
        memcpy(c->answer + HDR_FENCE_ID, c->bytes + HDR_FENCE_ID, HDR_CTX_ID - HDR_FENCE_ID);
        memcpy(c->answer + HDR_CTX_ID, c->bytes + HDR_CTX_ID, HDR_RING_IDX - HDR_CTX_ID);
    }
}

static void serve(struct virtio_gpu *gpu, unsigned queue, const struct virtq_chain *chain)
{
    struct command c = { .out = &chain->out, .answer_size = HDR_SIZE };
    size_t size = virtq_read(gpu->device.dma, &chain->out, 0, c.bytes, sizeof c.bytes);
    uint32_t type = dispatch(gpu, queue, &c, size);
    if (type >= RESP_ERR_UNSPEC)
        guest_log(gpu->device.id, "command 0x%x answered by 0x%x", (unsigned)word(&c, HDR_TYPE), (unsigned)type);
    put_header(&c, type);
    size_t written = virtq_write(gpu->device.dma, &chain->in, 0, c.answer, c.answer_size);
    virtio_push(&gpu->v, queue, chain->head, (uint32_t)written);
    gpu->work += COMMAND_COST;
}

static void serve_queue(struct virtio_gpu *gpu, unsigned queue)
{
    struct virtq_chain chain;
    while (gpu->work < WORK_MAX && virtio_pop(&gpu->v, queue, &chain))
        serve(gpu, queue, &chain);
    virtio_notify(&gpu->v, queue);
}

static void serve_all(struct virtio_gpu *gpu)
{
    struct clock *clock = gpu->device.clock;
    gpu->work = 0;
    serve_queue(gpu, CURSORQ);
    serve_queue(gpu, CONTROLQ);
    if (gpu->work >= WORK_MAX)
        clock_at(clock, &gpu->resume, clock->now + gpu->work * PICOSECONDS_PER_BYTE);
}

static void resume(void *owner, tick_t late)
{
    (void)late;
    serve_all(owner);
}

static void gpu_notify(struct virtio_device *v, unsigned queue)
{
    (void)queue;
    struct virtio_gpu *gpu = container_of(v, struct virtio_gpu, v);
    if (!gpu->resume.armed)
        serve_all(gpu);
}

static void gpu_config_write(struct virtio_device *v, unsigned offset, uint64_t value, unsigned size)
{
    (void)size;
    if (offset == CONFIG_EVENTS_CLEAR)
        v->config[CONFIG_EVENTS_READ] &= (uint8_t)~value;
}

static void gpu_virtio_reset(struct virtio_device *v)
{
    struct virtio_gpu *gpu = container_of(v, struct virtio_gpu, v);
    clock_cancel(gpu->device.clock, &gpu->resume);
    turn_off(gpu);
    hide_cursor(gpu);
    gpu_pool_clear(&gpu->pool);
    gpu->cursor_x = gpu->cursor_y = 0;
    v->config[CONFIG_EVENTS_READ] = 0;
}

static const struct virtio_ops gpu_virtio = {
    .id = VIRTIO_ID_GPU,
    .queue_count = 2,
    .queue_size = { CONTROL_SIZE, CURSOR_SIZE },
    .notify = gpu_notify,
    .config_write = gpu_config_write,
    .reset = gpu_virtio_reset,
};

static int gpu_init(struct device *device, struct error *err)
{
    struct virtio_gpu *gpu = (struct virtio_gpu *)device;
    if (gpu->width < 1 || gpu->width > EDID_MAX || gpu->height < 1 || gpu->height > EDID_MAX)
        return error_set(err, "%s: a screen of %ux%u is not possible; width and height must be 1 to %d", device->id,
                         (unsigned)gpu->width, (unsigned)gpu->height, EDID_MAX);
    gpu->resume = (struct event){ .fire = resume, .owner = gpu };
    gpu->offered_width = gpu->width;
    gpu->offered_height = gpu->height;
    if (gpu->port) {
        gpu->port->scan = gpu_scan;
        gpu->port->resize = gpu_resize;
        gpu->port->device = gpu;
    }
    virtio_init(&gpu->v, device, &gpu_virtio, 1u << VIRTIO_GPU_F_EDID, CONFIG_SIZE);
    st_le32(gpu->v.config + CONFIG_NUM_SCANOUTS, 1);
    return virtio_plug(device->parent, &gpu->v, err);
}

/* The size offered stays: the window it came from is still there. */
static void gpu_reset(struct device *device)
{
    virtio_reset(&((struct virtio_gpu *)device)->v);
}

static void gpu_fini(struct device *device)
{
    struct virtio_gpu *gpu = (struct virtio_gpu *)device;
    gpu_screen_off(&gpu->screen);
    gpu_pool_clear(&gpu->pool);
    virtio_unplug(&gpu->v);
}

const struct device_class virtio_gpu_class = {
    .name = "virtio-gpu",
    .manual = "OASIS virtio 1.2, 5.7",
    .size = sizeof(struct virtio_gpu),
    .ports = (const struct device_port[]){ { "display", PORT_DISPLAY, offsetof(struct virtio_gpu, port) }, { 0 } },
    .options = (const struct device_option[]){
        { "width", OPTION_U32, offsetof(struct virtio_gpu, width), 1024 },
        { "height", OPTION_U32, offsetof(struct virtio_gpu, height), 768 },
        { 0 },
    },
    .fields = gpu_fields,
    .init = gpu_init,
    .reset = gpu_reset,
    .fini = gpu_fini,
};
