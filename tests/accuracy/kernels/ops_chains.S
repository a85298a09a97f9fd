/* SPDX-License-Identifier: MIT */
/* The chains of operations of ops.c: void ops_NAME(uint64_t turns). Every operation waits for the one before it. */

        .macro  begin name
        .text
        .balign 64
        .global ops_\name
        .type   ops_\name, %function
ops_\name:
        .endm

        .macro  again
        sub     x0, x0, #1
        cmn     x0, #1
        b.ne    1b
        ret
        .endm

        /* r ^= i; s ^= r; r |= s: the last is r |= the s before, says gcc, so two of three wait for the first only. */
        begin   int_bit
        mov     w1, #1
        mov     w2, w0
        sub     x0, x0, #1
        .balign 64
1:      .rept   50
        eor     w1, w1, w0
        eor     w3, w2, w1
        orr     w1, w1, w2
        eor     w1, w1, w0
        eor     w2, w3, w1
        orr     w1, w1, w3
        .endr
        again

        /* a += b; b -= a */
        .macro  chain_add name, a, b
        begin   \name
        mov     x1, #58
        mov     x2, #32
        sub     x0, x0, #1
        .balign 64
1:      .rept   100
        add     \a, \a, \b
        sub     \b, \b, \a
        .endr
        again
        .endm

        /* Ten times r *= s, then r -= t brings r back to what it was. */
        .macro  chain_mul name, r, s, t, low, high
        begin   \name
        mov     x2, #5
        mov     x1, #\low
        movk    x1, #\high, lsl #32
        mov     x3, x1
        .rept   10
        mul     \t, \s, \t
        .endr
        sub     \t, \t, \r
        sub     x0, x0, #1
        .balign 64
1:      .rept   2
        .rept   10
        mul     \r, \s, \r
        .endr
        sub     \r, \r, \t
        .endr
        again
        .endm

        /* r = s / r goes to and fro between two quotients. */
        .macro  chain_div name, r, s
        .balign 64
1:      .rept   100
        sdiv    \r, \s, \r
        .endr
        again
        .endm

        /* r %= s; r |= s. The first makes r less than s or leaves it, the second keeps it so: the quotient is 1 at all times. */
        .macro  chain_mod name, r, s, q, divisor
        begin   \name
        mov     \s, #\divisor
        mov     \r, \s
        sub     x0, x0, #1
        .balign 64
1:      .rept   100
        sdiv    \q, \r, \s
        msub    \r, \q, \s, \r
        orr     \r, \s, \r
        .endr
        again
        .endm

        chain_mod int_mod, w1, w2, w3, 63
        chain_mod int64_mod, x1, x2, x3, 1 << 57
        chain_add int_add, w1, w2
        chain_add int64_add, x1, x2
        chain_mul int_mul, w1, w2, w3, 37432, 0
        chain_mul int64_mul, x1, x2, x3, 37421, 7

        begin   int_div                 /* 37 and (37 + 1) << 20 */
        mov     w1, #37
        mov     w2, #38 << 20
        sub     x0, x0, #1
        chain_div int_div, w1, w2

        begin   int64_div               /* 37 + (37 << 33), and 17 more shifted left by 13 */
        mov     x1, #37
        add     x1, x1, x1, lsl #33
        add     x2, x1, #17
        lsl     x2, x2, #13
        sub     x0, x0, #1
        chain_div int64_div, x1, x2

        /* Ten times f += f, then f += g, which brings f = 1 back with g = -1023. */
        .macro  chain_fadd name, f, g
        begin   \name
        fmov    \f, #1.0
        mov     w1, #-1023
        scvtf   \g, w1
        sub     x0, x0, #1
        .balign 64
1:      .rept   2
        .rept   10
        fadd    \f, \f, \f
        .endr
        fadd    \f, \f, \g
        .endr
        again
        .endm

        /* f *= f; f *= g with f = 8 and g = 1/8: f is 8 again. */
        .macro  chain_fmul name, f, g
        begin   \name
        fmov    \f, #8.0
        fmov    \g, #0.125
        sub     x0, x0, #1
        .balign 64
1:      .rept   20
        fmul    \f, \f, \f
        fmul    \f, \f, \g
        .endr
        again
        .endm

        /* f = g / f ten times, g = f / g ten times. */
        .macro  chain_fdiv name, f, g, load
        begin   \name
        adr     x1, \name\()_values
        ldp     \f, \g, [x1]
        sub     x0, x0, #1
        .balign 64
1:      .rept   5
        .rept   10
        fdiv    \f, \g, \f
        .endr
        .rept   10
        fdiv    \g, \f, \g
        .endr
        .endr
        again
        .balign 16
\name\()_values:
        .endm

        chain_fadd float_add, s0, s1
        chain_fadd double_add, d0, d1
        chain_fmul float_mul, s0, s1
        chain_fmul double_mul, d0, d1
        chain_fdiv float_div, s0, s1
        .float  1.41421356, 3.14159265
        chain_fdiv double_div, d0, d1
        .double 1.41421356, 3.14159265
