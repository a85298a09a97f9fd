/* SPDX-License-Identifier: MIT */
/* Counts a program at EL0 with the performance monitors, all of it and nothing else, and writes the counters to the PL011: "c VALUE" for
   the cycle counter, "NUMBER VALUE" for the events EVENTS (six numbers), in hexadecimal. */
        .text
        .globl _start
_start: adr     x0, vectors
        msr     vbar_el1, x0

        /* Gigabytes: devices; RAM for EL1; the same RAM again for EL0, which EL1 cannot execute because EL0 can write it. */
        adrp    x1, tables
        mov     x0, #0x0401
        orr     x0, x0, #4              /* MAIR index 1: device */
        str     x0, [x1]
        mov     x0, #0x40000000
        orr     x0, x0, #0x400
        orr     x0, x0, #1
        str     x0, [x1, #8]
        orr     x0, x0, #0x40           /* EL0 too */
        str     x0, [x1, #16]
        str     xzr, [x1, #24]
        msr     ttbr0_el1, x1
        mov     x0, #0x00ff
        msr     mair_el1, x0
        mov     x0, #25                 /* 39 bits; walks cached; no TTBR1 */
        mov     x2, #0x3500
        orr     x0, x0, x2
        orr     x0, x0, #(1 << 23)
        msr     tcr_el1, x0
        isb
        mrs     x0, sctlr_el1
        mov     x2, #0x1005             /* M, C, I */
        orr     x0, x0, x2
        msr     sctlr_el1, x0
        isb

        /* Six events and the cycles, at EL0 only. */
        adr     x1, events
        mov     x2, #0
1:      ldr     w0, [x1, x2, lsl #2]
        orr     x0, x0, #(1 << 31)
        msr     pmselr_el0, x2
        isb
        msr     pmxevtyper_el0, x0
        add     x2, x2, #1
        cmp     x2, #6
        b.ne    1b
        mov     x0, #(1 << 31)
        msr     pmccfiltr_el0, x0
        orr     x0, x0, #0x3f
        msr     pmcntenset_el0, x0
        mov     x0, #0x47               /* LC, C, P, E */
        msr     pmcr_el0, x0
        isb
        adr     x0, user
        mov     x1, #0x40000000
        add     x0, x0, x1
        msr     elr_el1, x0
        msr     spsr_el1, xzr
        eret

/* Loads and stores with and without misses, calls, branches that can be foretold and such that cannot. */
user:   mov     x0, #1
        lsl     x0, x0, #31
        add     x0, x0, #0x200, lsl #12 /* data, behind the program */
        mov     x1, #0x9e37
        mov     x2, #40000
2:      eor     x1, x1, x1, lsl #13
        eor     x1, x1, x1, lsr #7
        eor     x1, x1, x1, lsl #17
        and     x3, x1, #0x3fffc0       /* 4 MiB */
        ldr     x4, [x0, x3]
        tbz     x1, #20, 3f
        str     x1, [x0, x3]
3:      tst     x2, #7
        b.ne    4f
        bl      leaf
        adr     x5, leaf
        blr     x5
4:      subs    x2, x2, #1
        b.ne    2b
        svc     #0
leaf:   ldp     x6, x7, [x0]
        udiv    x6, x1, x6
        ret

        .balign 2048
vectors:
        .space  0x400                   /* from EL0: the program's end */
        msr     pmcr_el0, xzr
        mov     x27, #0x09000000
        mov     w0, #'c'
        str     w0, [x27]
        mrs     x1, pmccntr_el0
        bl      number
        mov     x20, #0
5:      msr     pmselr_el0, x20
        isb
        mrs     x1, pmxevtyper_el0
        and     x1, x1, #0x3ff
        bl      number
        mrs     x1, pmxevcntr_el0
        bl      number
        mov     w0, #'\n'
        str     w0, [x27]
        add     x20, x20, #1
        cmp     x20, #6
        b.ne    5b
        ldr     w0, =0x84000008         /* PSCI SYSTEM_OFF */
        hvc     #0

/* A blank, and x1 in hexadecimal. */
number: mov     w0, #' '
        str     w0, [x27]
        mov     w2, #60
6:      lsr     x0, x1, x2
        and     w0, w0, #15
        cmp     w0, #10
        add     w3, w0, #'0'
        add     w0, w0, #('a' - 10)
        csel    w0, w3, w0, lo
        str     w0, [x27]
        subs    w2, w2, #4
        b.pl    6b
        ret

        .balign 4
events: .word   EVENTS
        .balign 4096
tables: .space  4096
