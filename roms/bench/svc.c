/* SPDX-License-Identifier: MIT */
/* System calls: a program at EL0 asks EL1 and gets an answer, through the vectors and the whole frame of roms/lib. */
#include "roms/bench/bench.h"
#include "roms/bench/el0.h"
#include "roms/bench/system.h"
#include "roms/lib/cpu.h"
#include "roms/lib/exception.h"
#include "roms/lib/mmu.h"

#pragma GCC target("general-regs-only")   /* the frame does not keep FP registers */

enum {
    IMAGE_BLOCK = 0x40000000,   /* the 2 MB that the image's code is in */
    ALIAS = 0x80000000,         /* where EL0 sees them, read-only */
    ESR_EC_SHIFT = 26,
    ESR_EC_SVC64 = 0x15,
    ESR_ISS_MASK = 0x1ffffff,
    SPSR_EL1H_MASKED = 0x3c5,
};

static bool answer(struct frame *frame)
{
    uint64_t syndrome = cpu_read(esr_el1);

    if (syndrome >> ESR_EC_SHIFT != ESR_EC_SVC64)
        return false;
    if ((syndrome & ESR_ISS_MASK) == EL0_CALL) {
        frame->x[0] = svc_answer(frame->x[0]);
    } else {
        frame->elr = (uintptr_t)el0_leave;
        frame->spsr = SPSR_EL1H_MASKED;
    }
    return true;
}

void svc_prepare(void)
{
    mmu_map(ALIAS, IMAGE_BLOCK, MMU_USER_CODE);
    exception_hook = answer;
}

uint64_t svc_once(void)
{
    return el0_enter((uintptr_t)el0_program - IMAGE_BLOCK + ALIAS, 15, SVC_CALLS);
}
