/* SPDX-License-Identifier: MIT */
/* The firmware calls that a guest makes by HVC: PSCI 1.0 (ARM DEN 0022). */
#include "base/bits.h"
#include "boards/board.h"
#include "cpu/arm64/cluster.h"

enum {
    PSCI_VERSION = 0x84000000, PSCI_CPU_OFF = 0x84000002, PSCI_MIGRATE_INFO_TYPE = 0x84000006, PSCI_SYSTEM_OFF = 0x84000008,
    PSCI_SYSTEM_RESET = 0x84000009, PSCI_FEATURES = 0x8400000a
};
enum { PSCI_CPU_SUSPEND = 0x04000001, PSCI_CPU_ON = 0x04000003, PSCI_AFFINITY_INFO = 0x04000004, PSCI_CALL_64 = 0x40000000 };

enum { SUCCESS = 0, NOT_SUPPORTED = -1, INVALID_PARAMETERS = -2, DENIED = -3, ALREADY_ON = -4, INVALID_ADDRESS = -9 };

enum { AFFINITY_ON = 0, AFFINITY_OFF = 1, NOT_MIGRATABLE = 2 };

static void stop(struct machine *m, struct arm64 *caller, enum machine_stop how)
{
    m->stop = how;
    caller->cpu.halted = true;
    cpu_look_around(&caller->cpu);
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

/* Where MPIDR_EL1 has affinity fields. The 64-bit calls have Aff3 in bits 39..32. */
#define AFFINITY_32 0x00ffffffull
#define AFFINITY_64 0xff00ffffffull

/* The core of this affinity, or NULL. */
static struct arm64 *find_core(const struct machine *m, uint32_t function, uint64_t affinity)
{
    affinity &= function & PSCI_CALL_64 ? AFFINITY_64 : AFFINITY_32;
    return affinity < m->core_count ? m->cores[affinity] : NULL;
}

static unsigned cores_on(const struct machine *m)
{
    unsigned count = 0;
    for (unsigned i = 0; i < m->core_count; i++)
        count += !m->cores[i]->is_off;
    return count;
}

/* DEN 0022 5.1.4: the entry is a physical address; where nothing can be executed the call fails, not the core. */
static int cpu_on(struct machine *m, struct arm64 *target, uint64_t entry, uint64_t context)
{
    if (!target)
        return INVALID_PARAMETERS;
    if (!target->is_off)
        return ALREADY_ON;
    if (entry & 3 || !space_is_ram(&m->space, entry, 4, false))
        return INVALID_ADDRESS;
    cluster_power_on(target, entry, context);
    return SUCCESS;
}

/* The last core that is on cannot be switched off: nothing could ever switch one on again. */
static int cpu_off(struct machine *m, struct arm64 *caller)
{
    if (cores_on(m) == 1)
        return DENIED;
    cluster_power_off(caller);
    return SUCCESS;
}

/* Of one core; above that level there is nothing that could be off. */
static int affinity_info(const struct arm64 *target, uint64_t level)
{
    if (!target || level > 3)
        return INVALID_PARAMETERS;
    return target->is_off && level == 0 ? AFFINITY_OFF : AFFINITY_ON;
}

/* Standby, whatever state is asked for: as WFI. */
static int cpu_suspend(struct arm64 *caller)
{
    if (!caller->irq_line && !caller->fiq_line)
        caller->cpu.halted = true;
    return SUCCESS;
}

uint64_t psci_call(void *machine, struct arm64 *caller, const uint64_t args[4])
{
    struct machine *m = machine;
    uint32_t function = (uint32_t)args[0];
    uint64_t wide = function & PSCI_CALL_64 ? UINT64_MAX : UINT32_MAX;
    if (!is_supported(function))
        return (uint64_t)NOT_SUPPORTED;
    switch (function) {
    case PSCI_VERSION: return 0x10000;
    case PSCI_MIGRATE_INFO_TYPE: return NOT_MIGRATABLE;
    case PSCI_FEATURES: return (uint64_t)(is_supported((uint32_t)args[1]) ? SUCCESS : NOT_SUPPORTED);
    case PSCI_CPU_OFF: return (uint64_t)cpu_off(m, caller);
    case PSCI_SYSTEM_OFF: stop(m, caller, MACHINE_POWER_OFF); return args[0];
    case PSCI_SYSTEM_RESET: stop(m, caller, MACHINE_RESET); return args[0];
    default: break;
    }
    switch (function & ~(0x80000000u | PSCI_CALL_64)) {
    case PSCI_CPU_SUSPEND: return (uint64_t)cpu_suspend(caller);
    case PSCI_CPU_ON: return (uint64_t)cpu_on(m, find_core(m, function, args[1]), args[2] & wide, args[3] & wide);
    default: return (uint64_t)affinity_info(find_core(m, function, args[1]), args[2] & wide);
    }
}
