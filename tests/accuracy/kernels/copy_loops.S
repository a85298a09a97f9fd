/* SPDX-License-Identifier: MIT */
/* The inner loops of C libraries for large buffers: 64 bytes a turn, loads a turn ahead of stores. */

        .macro  begin name
        .text
        .balign 64
        .global \name
        .type   \name, %function
\name:
        .endm

        /* memcpy by pairs of X registers: (to, from, size). */
        begin   copy_x
        ldp     x6, x7, [x1]
        ldp     x8, x9, [x1, #16]
        ldp     x10, x11, [x1, #32]
        ldp     x12, x13, [x1, #48]
        sub     x2, x2, #64
1:      stp     x6, x7, [x0]
        ldp     x6, x7, [x1, #64]
        stp     x8, x9, [x0, #16]
        ldp     x8, x9, [x1, #80]
        stp     x10, x11, [x0, #32]
        ldp     x10, x11, [x1, #96]
        stp     x12, x13, [x0, #48]
        ldp     x12, x13, [x1, #112]
        add     x0, x0, #64
        add     x1, x1, #64
        subs    x2, x2, #64
        b.ne    1b
        stp     x6, x7, [x0]
        stp     x8, x9, [x0, #16]
        stp     x10, x11, [x0, #32]
        stp     x12, x13, [x0, #48]
        ret

        /* memcpy by pairs of Q registers. */
        begin   copy_q
1:      ldp     q0, q1, [x1]
        ldp     q2, q3, [x1, #32]
        add     x1, x1, #64
        stp     q0, q1, [x0]
        stp     q2, q3, [x0, #32]
        add     x0, x0, #64
        subs    x2, x2, #64
        b.ne    1b
        ret

        /* memset: (to, byte, size). */
        begin   fill_q
        dup     v0.16b, w1
1:      stp     q0, q0, [x0]
        stp     q0, q0, [x0, #32]
        add     x0, x0, #64
        subs    x2, x2, #64
        b.ne    1b
        ret

        /* memset of zeroes: a line at a time, which the Cortex-A53's DCZID_EL0 says is 64 bytes. */
        begin   fill_zero
1:      dc      zva, x0
        add     x0, x0, #64
        subs    x2, x2, #64
        b.ne    1b
        ret
