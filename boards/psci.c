/* SPDX-License-Identifier: MIT */
/* The firmware calls that a guest makes by HVC: PSCI 1.0 (ARM DEN 0022) as one core needs it. */
#include "boards/board.h"

enum {
    PSCI_VERSION = 0x84000000, PSCI_CPU_OFF = 0x84000002, PSCI_MIGRATE_INFO_TYPE = 0x84000006, PSCI_SYSTEM_OFF = 0x84000008,
    PSCI_SYSTEM_RESET = 0x84000009, PSCI_FEATURES = 0x8400000a
};
enum { PSCI_CPU_SUSPEND = 0x04000001, PSCI_CPU_ON = 0x04000003, PSCI_AFFINITY_INFO = 0x04000004, PSCI_CALL_64 = 0x40000000 };

enum { SUCCESS = 0, NOT_SUPPORTED = -1, INVALID_PARAMETERS = -2, DENIED = -3, ALREADY_ON = -4 };

enum { MPIDR_AFFINITY = 0x00ffffff, NOT_MIGRATABLE = 2 };

static void stop(struct machine *m, enum machine_stop how)
{
    m->stop = how;
    m->cpu->cpu.halted = true;
    cpu_look_around(&m->cpu->cpu);
}

static bool is_supported(uint32_t function)
{
    switch (function) {
    case PSCI_VERSION: case PSCI_CPU_OFF: case PSCI_MIGRATE_INFO_TYPE: case PSCI_SYSTEM_OFF: case PSCI_SYSTEM_RESET:
    case PSCI_FEATURES:
        return true;
    default:
        function &= ~(uint32_t)PSCI_CALL_64;
        return function == (0x80000000u | PSCI_CPU_SUSPEND) || function == (0x80000000u | PSCI_CPU_ON) ||
               function == (0x80000000u | PSCI_AFFINITY_INFO);
    }
}

uint64_t psci_call(void *machine, const uint64_t args[4])
{
    struct machine *m = machine;
    uint32_t function = (uint32_t)args[0];
    if (!is_supported(function))
        return (uint64_t)NOT_SUPPORTED;
    switch (function) {
    case PSCI_VERSION: return 0x10000;
    case PSCI_MIGRATE_INFO_TYPE: return NOT_MIGRATABLE;
    case PSCI_FEATURES: return (uint64_t)(is_supported((uint32_t)args[1]) ? SUCCESS : NOT_SUPPORTED);
    case PSCI_CPU_OFF: return (uint64_t)DENIED;   /* the only core cannot be switched off */
    case PSCI_SYSTEM_OFF: stop(m, MACHINE_POWER_OFF); return args[0];
    case PSCI_SYSTEM_RESET: stop(m, MACHINE_RESET); return args[0];
    default: break;
    }
    switch (function & ~(0x80000000u | PSCI_CALL_64)) {
    case PSCI_CPU_SUSPEND:   /* standby: as WFI */
        if (!m->cpu->irq_line && !m->cpu->fiq_line)
            m->cpu->cpu.halted = true;
        return SUCCESS;
    case PSCI_CPU_ON: return (uint64_t)((args[1] & MPIDR_AFFINITY) == 0 ? ALREADY_ON : INVALID_PARAMETERS);
    case PSCI_AFFINITY_INFO: return (args[1] & MPIDR_AFFINITY) == 0 ? 0 : (uint64_t)INVALID_PARAMETERS;
    default: return (uint64_t)NOT_SUPPORTED;
    }
}
