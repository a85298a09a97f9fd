/* SPDX-License-Identifier: MIT */
/* What a board and other devices put into the firmware configuration device (QEMU, docs/specs/fw_cfg.rst). */
#ifndef DEVICES_FIRMWARE_FW_CFG_H
#define DEVICES_FIRMWARE_FW_CFG_H

#include "bus/device.h"

/* Items with fixed keys. Numbers in them are little-endian. */
enum {
    FW_CFG_SIGNATURE = 0x00, FW_CFG_ID = 0x01, FW_CFG_UUID = 0x02, FW_CFG_NOGRAPHIC = 0x04, FW_CFG_NB_CPUS = 0x05,
    FW_CFG_KERNEL_SIZE = 0x08, FW_CFG_INITRD_SIZE = 0x0b, FW_CFG_BOOT_MENU = 0x0e, FW_CFG_MAX_CPUS = 0x0f,
    FW_CFG_KERNEL_DATA = 0x11, FW_CFG_INITRD_DATA = 0x12, FW_CFG_CMDLINE_SIZE = 0x14, FW_CFG_CMDLINE_DATA = 0x15,
    FW_CFG_FILE_DIR = 0x19, FW_CFG_FILE_FIRST = 0x20,
};

enum { FW_CFG_NAME = 55 };   /* letters a file's name may have */

/* Adds an item of `size` bytes, which are copied. A bug if the key is taken. */
void fw_cfg_add(struct device *fw_cfg, uint16_t key, const void *data, size_t size);
void fw_cfg_add_u16(struct device *fw_cfg, uint16_t key, uint16_t value);
void fw_cfg_add_u32(struct device *fw_cfg, uint16_t key, uint32_t value);

/* Adds a named file, for reading. -1 and err when the name is too long, there already, or one too many. */
int fw_cfg_add_file(struct device *fw_cfg, const char *name, const void *data, size_t size, struct error *err);

/* Adds a file that the guest may write: `data` stays the caller's, and `written` is told after each change. */
int fw_cfg_add_writable(struct device *fw_cfg, const char *name, void *data, size_t size, void (*written)(void *owner),
                        void *owner, struct error *err);

#endif
