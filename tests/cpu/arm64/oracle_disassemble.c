/* SPDX-License-Identifier: MIT */
#include "tests/cpu/arm64/oracle_disassemble.h"

#include <capstone/capstone.h>
#include <stdio.h>

#include "base/bits.h"

void oracle_disassemble(uint32_t insn, uint64_t va, char *text, size_t size)
{
    csh cs;
    cs_insn *found;
    uint8_t bytes[4];
    st_le32(bytes, insn);
    snprintf(text, size, "?");
    if (cs_open(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, &cs) != CS_ERR_OK)
        return;
    size_t n = cs_disasm(cs, bytes, sizeof bytes, va, 1, &found);
    if (n) {
        snprintf(text, size, "%s %s", found->mnemonic, found->op_str);
        cs_free(found, n);
    }
    cs_close(&cs);
}
