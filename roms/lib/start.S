/* SPDX-License-Identifier: MIT */
/* The first instructions of a guest program: the arm64 Image header, the way into C, and the exception vectors. */

        .section .head, "ax"
        .global image_head
image_head:
        b       start
        .long   0
        .quad   image_text_offset       /* from a 2 MB aligned base of RAM */
        .quad   image_size              /* to the end of bss and buffers, so that the loader keeps clear of them */
        .quad   2                       /* little endian, 4K pages, at the base of RAM */
        .quad   0, 0, 0
        .ascii  "ARM\x64"
        .long   0

        .text
start:
        msr     spsel, #1
        msr     daifset, #15
        adrp    x1, stack_top
        add     sp, x1, :lo12:stack_top
        adr     x1, vectors
        msr     vbar_el1, x1
        mov     x1, #3 << 20            /* CPACR_EL1.FPEN: no traps for FP and SIMD */
        msr     cpacr_el1, x1
        isb
        adrp    x1, bss_start
        add     x1, x1, :lo12:bss_start
        adrp    x2, bss_end
        add     x2, x2, :lo12:bss_end
1:      cmp     x1, x2
        b.hs    2f
        stp     xzr, xzr, [x1], #16
        b       1b
2:      mov     x29, #0
        mov     x30, #0
        bl      main                    /* x0 is still the device tree's address */
        bl      psci_power_off

        /* Every vector saves the whole frame: struct frame in exception.h has its shape. */
        .set    FRAME_SIZE, 272
        .macro  vector number
        .balign 0x80
        sub     sp, sp, #FRAME_SIZE
        stp     x0, x1, [sp]
        mov     x0, #\number
        b       take
        .endm

        .balign 0x800
vectors:
        .irp    number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        vector  \number
        .endr

take:
        stp     x2, x3, [sp, #16]
        stp     x4, x5, [sp, #32]
        stp     x6, x7, [sp, #48]
        stp     x8, x9, [sp, #64]
        stp     x10, x11, [sp, #80]
        stp     x12, x13, [sp, #96]
        stp     x14, x15, [sp, #112]
        stp     x16, x17, [sp, #128]
        stp     x18, x19, [sp, #144]
        stp     x20, x21, [sp, #160]
        stp     x22, x23, [sp, #176]
        stp     x24, x25, [sp, #192]
        stp     x26, x27, [sp, #208]
        stp     x28, x29, [sp, #224]
        mrs     x1, elr_el1
        stp     x30, x1, [sp, #240]
        mrs     x1, spsr_el1
        add     x2, sp, #FRAME_SIZE
        stp     x1, x2, [sp, #256]
        mov     x1, sp
        bl      exception_take
        .global exception_return
exception_return:
        ldp     x0, x1, [sp, #248]
        msr     elr_el1, x0
        msr     spsr_el1, x1
        ldp     x2, x3, [sp, #16]
        ldp     x4, x5, [sp, #32]
        ldp     x6, x7, [sp, #48]
        ldp     x8, x9, [sp, #64]
        ldp     x10, x11, [sp, #80]
        ldp     x12, x13, [sp, #96]
        ldp     x14, x15, [sp, #112]
        ldp     x16, x17, [sp, #128]
        ldp     x18, x19, [sp, #144]
        ldp     x20, x21, [sp, #160]
        ldp     x22, x23, [sp, #176]
        ldp     x24, x25, [sp, #192]
        ldp     x26, x27, [sp, #208]
        ldp     x28, x29, [sp, #224]
        ldr     x30, [sp, #240]
        ldp     x0, x1, [sp]
        add     sp, sp, #FRAME_SIZE
        eret

        /* Power off by PSCI 0.2 over HVC; the wait below is for a board that has no PSCI. */
        .global psci_power_off
psci_power_off:
        movz    w0, #0x8400, lsl #16
        movk    w0, #0x0008
        hvc     #0
1:      wfi
        b       1b
