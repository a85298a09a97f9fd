/* SPDX-License-Identifier: MIT */
/* Divide (manual C3.5.7). The divider ends early, so a quotient's time depends on the operands: handlers that keep time note
   it. */
#include "cpu/arm64/handler.h"
#include "cpu/arm64/pipeline.h"
#include "cpu/timing/timing.h"

#define N_X c->x[o->rn]
#define M_X c->x[o->rm]
#define N_W ((uint32_t)c->x[o->rn])
#define M_W ((uint32_t)c->x[o->rm])

#ifdef ENGINE_TIMED
#define NOTE_TIME(n, m, is_signed, is_64)                                                            \
    do {                                                                                             \
        unsigned extra_ = arm64_divide_cycles((n), (m), (is_signed), (is_64));                       \
        if (extra_)                                                                                  \
            timing_delay(&c->cpu, o, b, extra_);                                                     \
    } while (0)
#else
#define NOTE_TIME(n, m, is_signed, is_64) (void)0
#endif

/* Division by zero gives zero; the most negative number by -1 gives itself. */
HANDLER(udiv_x)
{
    uint64_t n = N_X, m = M_X;
    NOTE_TIME(n, m, false, true);
    c->x[o->rd] = m ? n / m : 0;
    NEXT;
}

HANDLER(udiv_w)
{
    uint32_t n = N_W, m = M_W;
    NOTE_TIME(n, m, false, false);
    c->x[o->rd] = m ? n / m : 0;
    NEXT;
}

HANDLER(sdiv_x)
{
    uint64_t n = N_X;
    int64_t m = (int64_t)M_X;
    NOTE_TIME(n, (uint64_t)m, true, true);
    c->x[o->rd] = m == 0 ? 0 : m == -1 ? -n : (uint64_t)((int64_t)n / m);
    NEXT;
}

HANDLER(sdiv_w)
{
    uint32_t n = N_W;
    int32_t m = (int32_t)M_W;
    NOTE_TIME(n, (uint32_t)m, true, false);
    c->x[o->rd] = m == 0 ? 0 : m == -1 ? -n : (uint32_t)((int32_t)n / m);
    NEXT;
}

static bool decode_divide(struct op *o, uint32_t insn, handler *x, handler *w)
{
    o->rn = reg_src(RN);
    o->rm = reg_src(RM);
    o->rd = reg_dst(RD);
    o->run = SF ? x : w;
    return true;
}

DECODE(udiv) { return decode_divide(o, insn, udiv_x, udiv_w); }
DECODE(sdiv) { return decode_divide(o, insn, sdiv_x, sdiv_w); }
