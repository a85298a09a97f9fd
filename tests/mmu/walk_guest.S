/* SPDX-License-Identifier: MIT */
/* Start, vectors, and the routine that must run while the translation of one half of the address space is a random one. */
        .text
        .globl _start
_start: ldr     x1, =0x40400000
        mov     sp, x1
        bl      main
        ldr     w0, =0x84000008         /* PSCI SYSTEM_OFF */
        hvc     #0
1:      wfi
        b       1b

/* An AT whose walk meets an external abort raises a data abort: PAR_EL1 gets bit 56 and ESR_EL1 instead. */
        .balign 2048
vectors:
        .space  0x200
        mrs     x9, esr_el1
        orr     x9, x9, #(1 << 56)
        msr     par_el1, x9
        mrs     x9, elr_el1
        add     x9, x9, #4
        msr     elr_el1, x9
        eret
        .balign 2048

/* walk(job): struct job of walk_guest.c, in the half that stays. */
        .globl walk
walk:   mrs     x10, ttbr0_el1
        mrs     x11, ttbr1_el1
        mrs     x12, tcr_el1
        mrs     x13, mair_el1
        adr     x1, vectors
        msr     vbar_el1, x1
        ldp     x1, x2, [x0]
        ldp     x3, x4, [x0, #16]
        msr     ttbr0_el1, x1
        msr     ttbr1_el1, x2
        msr     tcr_el1, x3
        msr     mair_el1, x4
        isb
        tlbi    vmalle1
        dsb     sy
        isb
        ldr     x5, [x0, #32]
        add     x6, x0, #40
1:      ldr     x7, [x6]
        at      s1e1r, x7
        isb
        mrs     x8, par_el1
        str     x8, [x6, #8]
        at      s1e1w, x7
        isb
        mrs     x8, par_el1
        str     x8, [x6, #16]
        at      s1e0r, x7
        isb
        mrs     x8, par_el1
        str     x8, [x6, #24]
        at      s1e0w, x7
        isb
        mrs     x8, par_el1
        str     x8, [x6, #32]
        add     x6, x6, #40
        subs    x5, x5, #1
        b.ne    1b
        msr     ttbr0_el1, x10
        msr     ttbr1_el1, x11
        msr     tcr_el1, x12
        msr     mair_el1, x13
        isb
        tlbi    vmalle1
        dsb     sy
        isb
        ret

/* mmu_on(ttbr0, ttbr1, tcr, mair) */
        .globl mmu_on
mmu_on: msr     ttbr0_el1, x0
        msr     ttbr1_el1, x1
        msr     tcr_el1, x2
        msr     mair_el1, x3
        isb
        tlbi    vmalle1
        dsb     sy
        mrs     x0, sctlr_el1
        orr     x0, x0, #1
        msr     sctlr_el1, x0
        isb
        ret
