/* SPDX-License-Identifier: MIT */
#include "frontends/image/format.h"

#include <string.h>

/* Other formats' first bytes. They are looked for to stop a user who forgot to name or to convert an image, or to unpack it.
   (LUKS is missing because a guest's own encrypted disk begins that way.) */
static const struct magic {
    const char *name;
    uint8_t offset, length;
    const char *bytes;
    bool packed;
} magics[] = {
    { "qcow2",    0,    4, "QFI\xfb",                   false },
    { "vmdk",     0,    4, "KDMV",                      false },
    { "vmdk",     0,    4, "COWD",                      false },
    { "vmdk",     0,   21, "# Disk DescriptorFile",     false },
    { "vhdx",     0,    8, "vhdxfile",                  false },
    { "vpc",      0,    8, "conectix",                  false },
    { "vdi",      0x40, 4, "\x7f\x10\xda\xbe",          false },
    { "qed",      0,    4, "QED\0",                     false },
    { "parallels", 0,  16, "WithoutFreeSpace",          false },
    { "parallels", 0,  16, "WithouFreSpacExt",          false },
    { "gzip",     0,    3, "\x1f\x8b\x08",              true },
    { "xz",       0,    6, "\xfd" "7zXZ\0",             true },
    { "zstd",     0,    4, "\x28\xb5\x2f\xfd",          true },
    { "bzip2",    0,    3, "BZh",                       true },
};

int format_of_name(const char *name, const char *file, enum image_format *format, struct error *err)
{
    *format = !strcmp(name, "raw") ? FORMAT_RAW : !strcmp(name, "qcow2") ? FORMAT_QCOW2 : FORMAT_UNKNOWN;
    if (*format != FORMAT_UNKNOWN)
        return 0;
    for (size_t i = 0; i < ARRAY_SIZE(magics); i++)
        if (!magics[i].packed && strcmp(name, magics[i].name) == 0)
            return error_set(err, "disk image '%s': format %s is not supported, raw and qcow2 are; convert it with: qemu-img "
                             "convert -O qcow2 IN OUT", file, name);
    return error_set(err, "disk image '%s': there is no format '%s'; raw and qcow2 are supported", file, name);
}

enum image_format format_of_bytes(const uint8_t head[BLOCK_SECTOR], const char *file, struct error *err)
{
    for (size_t i = 0; i < ARRAY_SIZE(magics); i++) {
        const struct magic *m = &magics[i];
        if (memcmp(head + m->offset, m->bytes, m->length) != 0)
            continue;
        if (i == 0)
            return FORMAT_QCOW2;
        if (m->packed)
            error_set(err, "disk image '%s' looks compressed (%s); unpack it first, or say format=raw if its bytes are the "
                      "disk's", file, m->name);
        else
            error_set(err, "disk image '%s' looks like a %s image, which is not supported; convert it with: qemu-img convert "
                      "-O qcow2 IN OUT, or say format=raw if its bytes are the disk's", file, m->name);
        return FORMAT_UNKNOWN;
    }
    return FORMAT_RAW;
}
