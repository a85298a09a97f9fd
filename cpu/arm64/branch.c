/* SPDX-License-Identifier: MIT */
/* Branches (manual C3.1). A direct target within the page is linked block to block; any other goes through the jump cache.
   `imm` is the target relative to code_va. A compare in front of a conditional branch is fused with it: see fuse_compare. */
#include "cpu/arm64/branch.h"

#include "cpu/arm64/flags.h"
#include "cpu/arm64/handler.h"

#define N_X c->x[o->rn]
#define N_W ((uint32_t)c->x[o->rn])
#define TARGET (c->cpu.code_va + (uint64_t)o->imm)

#define GO_NEAR     return block_chain(&c->cpu, o, b, 1, block_taken(&c->cpu, b))
#define GO_FAR      return block_jump(&c->cpu, o, b, TARGET, block_taken(&c->cpu, b))
#define LINK        c->x[30] = c->cpu.code_va + b->end; block_call(&c->cpu, b)

HANDLER(b_near) { GO_NEAR; }
HANDLER(b_far) { GO_FAR; }
HANDLER(bl_near) { LINK; GO_NEAR; }
HANDLER(bl_far) { LINK; GO_FAR; }
HANDLER(br) { gva_t to = N_X; return block_jump(&c->cpu, o, b, to, block_indirect(&c->cpu, b, to)); }
HANDLER(ret) { gva_t to = N_X; return block_jump(&c->cpu, o, b, to, block_return(&c->cpu, b, to)); }

HANDLER(blr)
{
    gva_t to = N_X;
    enum outcome outcome = block_indirect(&c->cpu, b, to);
    LINK;
    return block_jump(&c->cpu, o, b, to, outcome);
}

#define TAKE_NEAR return block_chain(&c->cpu, o, b, 1, block_conditional(&c->cpu, b, true))
#define TAKE_FAR  return block_jump(&c->cpu, o, b, TARGET, block_conditional(&c->cpu, b, true))
#define TAKE_NEXT return block_chain(&c->cpu, o, b, 0, block_conditional(&c->cpu, b, false))

/* A conditional branch in both reaches. */
#define BRANCH_IF(name, condition)                                        \
    HANDLER(name##_near) { if (condition) TAKE_NEAR; TAKE_NEXT; }         \
    HANDLER(name##_far) { if (condition) TAKE_FAR; TAKE_NEXT; }

#define B_COND(cond) BRANCH_IF(b_##cond, COND_##cond)
CONDITIONS(B_COND)
BRANCH_IF(cbz_x, N_X == 0)
BRANCH_IF(cbz_w, N_W == 0)
BRANCH_IF(cbnz_x, N_X != 0)
BRANCH_IF(cbnz_w, N_W != 0)
BRANCH_IF(tbz, !(N_X >> o->sh & 1))
BRANCH_IF(tbnz, N_X >> o->sh & 1)

static bool set_target(struct op *o, unsigned offset, uint64_t field, unsigned width, handler *near_, handler *far_)
{
    o->imm = (int64_t)offset + (int64_t)((uint64_t)sext(field, width) << 2);
    o->run = (uint64_t)o->imm < PAGE_SIZE ? near_ : far_;
    return true;
}

DECODE(b) { return set_target(o, offset, bits(insn, 25, 0), 26, b_near, b_far); }
DECODE(bl) { return set_target(o, offset, bits(insn, 25, 0), 26, bl_near, bl_far); }

#define B_COND_ROW(cond) { b_##cond##_near, b_##cond##_far },
static handler *const b_cond_handlers[16][2] = { CONDITIONS(B_COND_ROW) { b_near, b_far }, { b_near, b_far } };

DECODE(b_cond)
{
    handler *const *row = b_cond_handlers[insn & 15];
    return set_target(o, offset, bits(insn, 23, 5), 19, row[0], row[1]);
}

DECODE(cbz)
{
    o->rn = reg_src(RD);
    return set_target(o, offset, bits(insn, 23, 5), 19, SF ? cbz_x_near : cbz_w_near, SF ? cbz_x_far : cbz_w_far);
}

DECODE(cbnz)
{
    o->rn = reg_src(RD);
    return set_target(o, offset, bits(insn, 23, 5), 19, SF ? cbnz_x_near : cbnz_w_near, SF ? cbnz_x_far : cbnz_w_far);
}

DECODE(tbz)
{
    o->rn = reg_src(RD);
    o->sh = (uint8_t)(bit(insn, 31) << 5 | bits(insn, 23, 19));
    return set_target(o, offset, bits(insn, 18, 5), 14, tbz_near, tbz_far);
}

DECODE(tbnz)
{
    o->rn = reg_src(RD);
    o->sh = (uint8_t)(bit(insn, 31) << 5 | bits(insn, 23, 19));
    return set_target(o, offset, bits(insn, 18, 5), 14, tbnz_near, tbnz_far);
}

DECODE(br)
{
    o->rn = reg_src(RN);
    o->run = br;
    return true;
}

DECODE(blr)
{
    o->rn = reg_src(RN);
    o->run = blr;
    return true;
}

DECODE(ret)
{
    o->rn = reg_src(RN);
    o->run = ret;
    return true;
}

/* ---- compare and branch as one ---- */

/* The fused handler runs in the compare's place: it sets the flags and branches by comparing the operands themselves. The
   branch's op stays behind it, with the target, for the block ends. */
#define FUSED_TAKE(condition)                                             \
    do {                                                                  \
        o++;                                                              \
        if (condition)                                                    \
            TAKE_NEAR;                                                    \
        TAKE_NEXT;                                                        \
    } while (0)

#define FUSED_CMP(name, type, left, right, subtract, test)                                                    \
    HANDLER(name) { type n = left, m = (type)right; c->x[o->rd] = subtract(c, n, m); FUSED_TAKE(test); }

#define FUSED_SUB(cond, x_test, w_test)                                                                       \
    FUSED_CMP(cmp_x_imm_##cond, uint64_t, N_X, o->imm, flags_sub_x, x_test)                                   \
    FUSED_CMP(cmp_x_reg_##cond, uint64_t, N_X, c->x[o->rm], flags_sub_x, x_test)                              \
    FUSED_CMP(cmp_w_imm_##cond, uint32_t, N_W, o->imm, flags_sub_w, w_test)                                   \
    FUSED_CMP(cmp_w_reg_##cond, uint32_t, N_W, c->x[o->rm], flags_sub_w, w_test)

#define SIGNED_X(operator) ((int64_t)n operator (int64_t)m)
#define SIGNED_W(operator) ((int32_t)n operator (int32_t)m)
FUSED_SUB(EQ, n == m, n == m)
FUSED_SUB(NE, n != m, n != m)
FUSED_SUB(CS, n >= m, n >= m)
FUSED_SUB(CC, n < m, n < m)
FUSED_SUB(MI, (int64_t)(n - m) < 0, (int32_t)(n - m) < 0)
FUSED_SUB(PL, (int64_t)(n - m) >= 0, (int32_t)(n - m) >= 0)
FUSED_SUB(VS, COND_VS, COND_VS)
FUSED_SUB(VC, COND_VC, COND_VC)
FUSED_SUB(HI, n > m, n > m)
FUSED_SUB(LS, n <= m, n <= m)
FUSED_SUB(GE, SIGNED_X(>=), SIGNED_W(>=))
FUSED_SUB(LT, SIGNED_X(<), SIGNED_W(<))
FUSED_SUB(GT, SIGNED_X(>), SIGNED_W(>))
FUSED_SUB(LE, SIGNED_X(<=), SIGNED_W(<=))

/* TST and ANDS, with the two conditions that follow them nearly always. */
#define FUSED_AND(cond, test)                                                                                               \
    HANDLER(tst_x_imm_##cond) { uint64_t r = flags_logic_x(c, N_X & (uint64_t)o->imm); c->x[o->rd] = r; FUSED_TAKE(test); } \
    HANDLER(tst_w_imm_##cond) { uint32_t r = flags_logic_w(c, N_W & (uint32_t)o->imm); c->x[o->rd] = r; FUSED_TAKE(test); } \
    HANDLER(tst_x_reg_##cond) { uint64_t r = flags_logic_x(c, N_X & c->x[o->rm]); c->x[o->rd] = r; FUSED_TAKE(test); }      \
    HANDLER(tst_w_reg_##cond) { uint32_t r = flags_logic_w(c, N_W & (uint32_t)c->x[o->rm]); c->x[o->rd] = r; FUSED_TAKE(test); }
FUSED_AND(EQ, r == 0)
FUSED_AND(NE, r != 0)

enum { FORM_X_IMM, FORM_W_IMM, FORM_X_REG, FORM_W_REG };

#define FUSED_SUB_ROW(cond) { cmp_x_imm_##cond, cmp_w_imm_##cond, cmp_x_reg_##cond, cmp_w_reg_##cond },
static handler *const fused_sub[14][4] = { CONDITIONS(FUSED_SUB_ROW) };
static handler *const fused_and[2][4] = {
    { tst_x_imm_EQ, tst_w_imm_EQ, tst_x_reg_EQ, tst_w_reg_EQ },
    { tst_x_imm_NE, tst_w_imm_NE, tst_x_reg_NE, tst_w_reg_NE },
};

/* Which fused family a flag-setting instruction belongs to: SUBS or ANDS, immediate or unshifted register. */
static handler *fused_handler(const struct op *compare, unsigned cond)
{
    uint32_t insn = compare->insn;
    bool is_imm = (insn & 0x7f000000) == 0x71000000, is_reg = (insn & 0x7fe0fc00) == 0x6b000000;
    if (is_imm || is_reg)
        return fused_sub[cond][(is_imm ? FORM_X_IMM : FORM_X_REG) + !SF];
    is_imm = (insn & 0x7f800000) == 0x72000000;
    is_reg = (insn & 0x7fe0fc00) == 0x6a000000;
    if ((is_imm || is_reg) && cond < 2)
        return fused_and[cond][(is_imm ? FORM_X_IMM : FORM_X_REG) + !SF];
    return NULL;
}

#ifdef ENGINE_TIMED
#define fuse_compare timed_fuse_compare
#endif

void fuse_compare(struct block *b)
{
    if (b->length < 2)
        return;
    struct op *branch = &b->ops[b->length - 1], *compare = branch - 1;
    unsigned cond = branch->insn & 15;
    if ((branch->insn & 0xff000010) != 0x54000000 || cond >= 14 || (uint64_t)branch->imm >= PAGE_SIZE)
        return;
    handler *fused = fused_handler(compare, cond);
    if (fused)
        compare->run = fused;
}
