/* SPDX-License-Identifier: MIT */
#include "frontends/host/disassembly.h"

#include <capstone/capstone.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/bits.h"
#include "base/error.h"

struct disassembly {
    csh handle;
    cs_insn *insn;            /* NULL: the library could not be opened, words stay words */
};

struct disassembly *disassembly_new(void)
{
    struct disassembly *d = mem_alloc(sizeof *d);
    if (cs_open(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, &d->handle) == CS_ERR_OK)
        d->insn = cs_malloc(d->handle);
    return d;
}

void disassembly_free(struct disassembly *d)
{
    if (!d)
        return;
    if (d->insn) {
        cs_free(d->insn, 1);
        cs_close(&d->handle);
    }
    free(d);
}

void disassembly_text(struct disassembly *d, uint64_t va, uint32_t insn, char *text)
{
    uint8_t bytes[4];
    const uint8_t *code = bytes;
    size_t size = sizeof bytes;
    st_le32(bytes, insn);
    if (d->insn && cs_disasm_iter(d->handle, &code, &size, &va, d->insn))
        snprintf(text, DISASSEMBLY_TEXT, "%s%s%s", d->insn->mnemonic, *d->insn->op_str ? " " : "", d->insn->op_str);
    else
        snprintf(text, DISASSEMBLY_TEXT, ".word 0x%08x", insn);
}
