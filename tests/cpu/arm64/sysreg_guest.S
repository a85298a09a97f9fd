/* SPDX-License-Identifier: MIT */
/* Tries every MRS and every SYS at EL1, with XZR as operand, and writes to the PL011 what is accepted: "r op0 op1 CRn CRm op2 value",
   "s L op1 CRn CRm op2". Words are written into memory and run there. */
        .text
        .globl _start
_start: adr     x1, vectors
        msr     vbar_el1, x1
        mov     x0, #(3 << 20)
        msr     cpacr_el1, x0
        isb
        ldr     x28, =0x40300000        /* the word under test, and RET */
        ldr     w0, =0xd65f03c0
        str     w0, [x28, #4]
        mov     x27, #0x09000000

        mov     w20, #0                 /* MRS: op0<0> op1 CRn CRm op2, 15 bits */
1:      ldr     w0, =0xd5300000
        orr     w0, w0, w20, lsl #5
        bl      try
        cbnz    x26, 2f
        mov     w0, #'r'
        bl      put
        lsr     w1, w20, #14
        add     w1, w1, #2
        bl      fields
        mov     x1, x25
        mov     w2, #60
        bl      number
        bl      line
2:      add     w20, w20, #1
        tbz     w20, #15, 1b

        mov     w20, #0                 /* SYS and SYSL: L op1 CRn CRm op2 */
3:      and     w0, w20, #0x3ff8        /* AT is another test's */
        mov     w1, #(7 << 7 | 8 << 3)
        and     w0, w0, #0x7f8
        cmp     w0, w1
        b.eq    4f
        lsr     w1, w20, #14
        ldr     w0, =0xd508001f
        orr     w0, w0, w1, lsl #21
        and     w1, w20, #0x3fff
        orr     w0, w0, w1, lsl #5
        bl      try
        cbnz    x26, 4f
        mov     w0, #'s'
        bl      put
        lsr     w1, w20, #14
        bl      fields
        bl      line
4:      add     w20, w20, #1
        tbz     w20, #15, 3b
        ldr     w0, =0x84000008         /* PSCI SYSTEM_OFF */
        hvc     #0

/* Runs word w0: x26 is 0 if it was accepted, x25 what it left in X0. */
try:    mov     x21, x30
        mov     x26, #0
        str     w0, [x28]
        dsb     sy
        ic      ivau, x28
        dsb     sy
        isb
        mov     x0, #0
        blr     x28
        mov     x25, x0
        ret     x21

put:    str     w0, [x27]
        ret

/* " w1 op1 CRn CRm op2 " */
fields: mov     x22, x30
        mov     w2, #0
        bl      number
        ubfx    w1, w20, #11, #3
        mov     w2, #0
        bl      number
        ubfx    w1, w20, #7, #4
        mov     w2, #0
        bl      number
        ubfx    w1, w20, #3, #4
        mov     w2, #0
        bl      number
        and     w1, w20, #7
        mov     w2, #0
        bl      number
        ret     x22

/* A blank, and x1 in hexadecimal from bit w2 + 3 on. */
number: mov     x23, x30
        mov     w0, #' '
        bl      put
5:      lsr     x0, x1, x2
        and     w0, w0, #15
        cmp     w0, #10
        add     w3, w0, #'0'
        add     w0, w0, #('a' - 10)
        csel    w0, w3, w0, lo
        bl      put
        subs    w2, w2, #4
        b.pl    5b
        ret     x23

line:   mov     w0, #'\n'
        b       put

        .balign 2048
vectors:
        .space  0x200
        mrs     x26, esr_el1
        orr     x26, x26, #1
        mrs     x9, elr_el1
        add     x9, x9, #4
        msr     elr_el1, x9
        eret
