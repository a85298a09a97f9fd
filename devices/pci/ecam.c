/* SPDX-License-Identifier: MIT */
/* A PCI host bridge without registers of its own, the "generic ECAM" one of Linux' binding (pci-host-ecam-generic): configuration
   space at addresses that say which function is meant (PCI Express Base Specification 3.0, 7.2.2), and windows into PCI memory.
   In: functions in slots 1 to 31 of bus 0 (bus/pci.h); the options "mmio" and "mmio64", the PCI addresses that the two memory
   windows begin with. Out: "intx", the four interrupt lines. Slot 0 is the bridge itself. No function here has ports, so the
   window for them reads as empty. */
#include "base/bits.h"
#include "base/log.h"
#include "bus/pci.h"
#include "devices/classes.h"

/* Windows as large as those of QEMU's virt board: 256 buses of which bus 0 is there, 752 MiB, 512 GiB, 64 KiB. */
enum { ECAM_SIZE = 256 << 20, ECAM_FUNCTION_SHIFT = 12, MMIO_SIZE = 0x2eff0000, PIO_SIZE = 64 << 10 };
#define MMIO64_SIZE (512 * GIB)

/* What QEMU's bridge says it is (docs/specs/pci-ids). */
enum { VENDOR_REDHAT = 0x1b36, DEVICE_PCIE_HOST = 0x0008, CLASS_HOST_BRIDGE = 0x060000 };

struct ecam {
    struct pci_bus bus;
    struct pci_function bridge;
    uint64_t mmio, mmio64;   /* options */
};

static const struct field ecam_fields[] = {
    FIELD_ARRAY(struct ecam, bus.intx, FIELD_IRQ, PCI_LINES),
    PCI_FIELDS(struct ecam, bridge),
    FIELD_LIST_END
};

static uint64_t config_read(void *device, uint64_t offset, unsigned size)
{
    struct ecam *ecam = device;
    return pci_config_load(&ecam->bus, (unsigned)(offset >> ECAM_FUNCTION_SHIFT), offset & mask64(ECAM_FUNCTION_SHIFT), size);
}

static void config_write(void *device, uint64_t offset, uint64_t value, unsigned size)
{
    struct ecam *ecam = device;
    pci_config_store(&ecam->bus, (unsigned)(offset >> ECAM_FUNCTION_SHIFT), offset & mask64(ECAM_FUNCTION_SHIFT),
                     (uint32_t)value, size);
}

static uint64_t mmio_read(void *device, uint64_t offset, unsigned size)
{
    struct ecam *ecam = device;
    return pci_memory_load(&ecam->bus, ecam->mmio + offset, size);
}

static void mmio_write(void *device, uint64_t offset, uint64_t value, unsigned size)
{
    struct ecam *ecam = device;
    pci_memory_store(&ecam->bus, ecam->mmio + offset, value, size);
}

static uint64_t mmio64_read(void *device, uint64_t offset, unsigned size)
{
    struct ecam *ecam = device;
    return pci_memory_load(&ecam->bus, ecam->mmio64 + offset, size);
}

static void mmio64_write(void *device, uint64_t offset, uint64_t value, unsigned size)
{
    struct ecam *ecam = device;
    pci_memory_store(&ecam->bus, ecam->mmio64 + offset, value, size);
}

static uint64_t pio_read(void *device, uint64_t offset, unsigned size)
{
    struct ecam *ecam = device;
    guest_log(ecam->bus.device.id, "load of %u bytes from port 0x%llx, where nothing is", size, (unsigned long long)offset);
    return UINT64_MAX;
}

static void pio_write(void *device, uint64_t offset, uint64_t value, unsigned size)
{
    struct ecam *ecam = device;
    guest_log(ecam->bus.device.id, "store of 0x%llx (%u bytes) to port 0x%llx, where nothing is", (unsigned long long)value, size,
              (unsigned long long)offset);
}

static int ecam_init(struct device *device, struct error *err)
{
    struct ecam *ecam = (struct ecam *)device;
    pci_bus_init(&ecam->bus);
    return pci_plug(device, &ecam->bridge, device, 0, err);
}

static void ecam_reset(struct device *device)
{
    static const struct pci_identity identity = { .vendor = VENDOR_REDHAT, .device = DEVICE_PCIE_HOST,
                                                  .class_code = CLASS_HOST_BRIDGE };
    pci_define(&((struct ecam *)device)->bridge, &identity);
}

static const struct io_ops config_ops = { config_read, config_write, .min_size = 1, .max_size = 4 };
static const struct io_ops mmio_ops = { mmio_read, mmio_write, .min_size = 1, .max_size = 8 };
static const struct io_ops mmio64_ops = { mmio64_read, mmio64_write, .min_size = 1, .max_size = 8 };
static const struct io_ops pio_ops = { pio_read, pio_write, .min_size = 1, .max_size = 4 };

const struct device_class pci_ecam_class = {
    .name = "pci-ecam",
    .manual = "PCI Local Bus Specification 3.0; PCI Express Base Specification 3.0, 7.2.2",
    .size = sizeof(struct ecam),
    .regions = (const struct device_region[]){
        { "mmio", MMIO_SIZE, &mmio_ops }, { "ecam", ECAM_SIZE, &config_ops }, { "pio", PIO_SIZE, &pio_ops },
        { "mmio64", MMIO64_SIZE, &mmio64_ops }, { 0 } },
    .pins = (const struct device_pin[]){ { "intx", offsetof(struct ecam, bus.intx), PCI_LINES }, { 0 } },
    .options = (const struct device_option[]){
        { "mmio", OPTION_U64, offsetof(struct ecam, mmio), 0 },
        { "mmio64", OPTION_U64, offsetof(struct ecam, mmio64), 1ull << 39 },
        { 0 } },
    .fields = ecam_fields,
    .init = ecam_init,
    .reset = ecam_reset,
    .compatible = "pci-host-ecam-generic\0",
};
