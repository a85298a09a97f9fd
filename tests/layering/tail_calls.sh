#!/bin/bash
# SPDX-License-Identifier: MIT
# Catches: a handler that calls the next one instead of jumping to it, or that has a stack frame on its fast path (a local whose
# address escapes, a plain call of a slow function): nothing fails then, everything is only slower. Looks at the objects of a
# release build for x86-64; other builds and hosts are left out.
cd "$(dirname "$0")/../.." || exit 1
build=$(dirname "${ORRERY:-build/orrery}")
skip() { echo "skipped: $1"; echo "0 passed, 0 failed"; exit 0; }
[ "${MODE:-release}" = release ] || skip "not a release build"
[ "$(uname -m)" = x86_64 ] || skip "written for x86-64 objects"
command -v objdump >/dev/null 2>&1 || skip "no objdump (Debian: binutils)"
grep -q -e -DENGINE_LOOP "$build/flags" && skip "this build has a loop instead of tail calls"
passed=0 failed=0

# functions FILE PATTERN: those of its hot section in which an instruction matches; decoding may call and save what it likes.
functions()
{
    objdump -d -j .text --no-show-raw-insn "$build/cpu/arm64/$1.o" 2>/dev/null |
        awk -v pattern="$2" '/^[0-9a-f]+ </ { name = $2 } $0 ~ pattern { print name }' | sort -u |
        grep -vE '^<(decode_|fuse_|bit_mask)'
}

check() # what, what was found (empty is good)
{
    if [ -z "$2" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); printf 'FAIL %s:\n%s\n' "$1" "$2"; fi
}

# sys.c and sysreg.c call the board's firmware and the functions of sysregs.def: they have indirect calls by right.
for source in cpu/arm64/*.c; do
    file=$(basename "$source" .c)
    grep -q '_HANDLER(\|^HANDLER(\|HANDLER(name' "$source" || continue
    case $file in sys|sysreg) continue ;; esac
    check "$source: handlers jump to the next handler" "$(functions "$file" 'call +[*]')"
done
for file in alu shift select multiply branch mem fpu_arith fpu_compare fpu_move; do
    check "cpu/arm64/$file.c: fast paths have no stack frame" "$(functions "$file" '[[:space:]]push ')"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
