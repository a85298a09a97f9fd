/* SPDX-License-Identifier: MIT */
#include "frontends/profile/stack.h"

void stack_walk(struct stack *stack, const struct stack_memory *memory, gva_t fp, bool switches)
{
    uint64_t record[2];
    stack->depth = 0;
    stack->end = 0;
    while (fp && !(fp & 7) && stack->depth < STACK_DEPTH && memory->read(memory->self, fp, record)) {
        if (!record[0] && !record[1])
            stack->end = fp;
        if (!record[1])
            return;
        stack->at[stack->depth++] = record[1];
        if (record[0] <= fp && !switches)
            return;
        switches = switches && record[0] > fp;
        fp = record[0];
    }
}
