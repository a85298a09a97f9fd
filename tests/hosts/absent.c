/* SPDX-License-Identifier: MIT */
/* In the place of libfdt and zlib, which states.sh does not have for the other host: device trees are empty, and nothing is
   unpacked. The machine whose devices are attacked is made with a device tree, but nobody reads that. */
#include <libfdt.h>
#include <zlib.h>

#define NOTHING(name, ...) \
    int name(__VA_ARGS__)  \
    {                      \
        return 0;          \
    }

#pragma GCC diagnostic ignored "-Wunused-parameter"

NOTHING(fdt_create, void *tree, int size)
NOTHING(fdt_finish_reservemap, void *tree)
NOTHING(fdt_begin_node, void *tree, const char *name)
NOTHING(fdt_property, void *tree, const char *name, const void *value, int length)
NOTHING(fdt_end_node, void *tree)
NOTHING(fdt_finish, void *tree)
NOTHING(fdt_check_full, const void *tree, size_t size)
NOTHING(fdt_open_into, const void *tree, void *to, int size)
NOTHING(fdt_path_offset, const void *tree, const char *path)
NOTHING(fdt_add_subnode, void *tree, int parent, const char *name)
NOTHING(fdt_setprop, void *tree, int node, const char *name, const void *value, int length)
NOTHING(fdt_setprop_inplace, void *tree, int node, const char *name, const void *value, int length)

int fdt_property_placeholder(void *tree, const char *name, int length, void **value)
{
    static uint8_t room[1 << 16];
    *value = room;
    return length <= (int)sizeof room ? 0 : -FDT_ERR_NOSPACE;
}

const char *fdt_strerror(int error) { return "there is no libfdt"; }

int inflateInit2_(z_stream *stream, int bits, const char *version, int size) { return Z_VERSION_ERROR; }
int inflate(z_stream *stream, int flush) { return Z_STREAM_ERROR; }
int inflateEnd(z_stream *stream) { return Z_OK; }
