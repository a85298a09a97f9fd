/* SPDX-License-Identifier: MIT */
#include "boards/blob.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

enum { FILE_MAX = 1 << 30 };

int blob_read(const char *what, const char *name, struct blob *blob, struct error *err)
{
    struct stat st;
    FILE *file = fopen(name, "rbe");
    if (!file || fstat(fileno(file), &st)) {
        error_set(err, "%s '%s': %s", what, name, strerror(errno));
    } else if (!S_ISREG(st.st_mode)) {
        error_set(err, "%s '%s' is not a file", what, name);
    } else if (st.st_size > FILE_MAX) {
        error_set(err, "%s '%s' is larger than 1 GiB", what, name);
    } else {
        *blob = (struct blob){ mem_alloc((size_t)st.st_size + 1), (size_t)st.st_size };
        if (fread(blob->data, 1, blob->size, file) == blob->size) {
            fclose(file);
            return 0;
        }
        error_set(err, "%s '%s' cannot be read: %s", what, name, ferror(file) ? strerror(errno) : "it became shorter");
        free(blob->data);
    }
    if (file)
        fclose(file);
    return -1;
}

bool blob_is_gzip(const struct blob *b)
{
    return b->size > 2 && b->data[0] == 0x1f && b->data[1] == 0x8b;
}

int blob_unpack(const char *name, struct blob *b, struct error *err)
{
    z_stream z = { .next_in = b->data, .avail_in = (uInt)b->size };
    size_t room = b->size * 4 + 4096;
    struct blob out = { mem_alloc(room), 0 };
    int result = inflateInit2(&z, 15 + 16);   /* gzip header wanted */
    while (result == Z_OK) {
        if (out.size == room)
            out.data = mem_realloc(out.data, room *= 2);
        z.next_out = out.data + out.size;
        z.avail_out = (uInt)(room - out.size);
        result = inflate(&z, Z_NO_FLUSH);
        out.size = (size_t)(z.next_out - out.data);
        if (out.size > FILE_MAX)
            break;
    }
    inflateEnd(&z);
    if (result == Z_STREAM_END) {
        free(b->data);
        *b = out;
        return 0;
    }
    free(out.data);
    return error_set(err, "'%s' cannot be unpacked: %s", name,
                     result == Z_OK ? "it is larger than 1 GiB" : "it is cut short or damaged");
}
