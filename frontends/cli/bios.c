/* SPDX-License-Identifier: MIT */
#include "frontends/cli/bios.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/types.h"

/* QEMU's own, and those of Debian's packages qemu-efi-aarch64 and u-boot-qemu. */
static const char *const folders[] = {
    "/usr/local/share/qemu", "/usr/share/qemu", "/usr/share/qemu-efi-aarch64", "/usr/share/AAVMF", "/usr/lib/u-boot/qemu_arm64",
};

char *bios_find(const char *name)
{
    if (access(name, R_OK) == 0)
        return mem_strdup(name);
    for (unsigned i = 0; i < ARRAY_SIZE(folders) && !strchr(name, '/'); i++) {
        char *file = mem_printf("%s/%s", folders[i], name);
        if (access(file, R_OK) == 0)
            return file;
        free(file);
    }
    return NULL;
}
