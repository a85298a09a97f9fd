#!/bin/bash
# SPDX-License-Identifier: MIT
# Catches: bytes in the host's order where the guest's are meant, and states that depend on the host or its compiler. The machine,
# without front ends, is built for a big-endian host and runs there, emulated, what states.c makes up; so it does on this host.
# hosts.sh runs everything, on more hosts.
cd "$(dirname "$0")/../.." || exit 1
passed=0 failed=0
here=$(dirname "${ORRERY:-build/orrery}")/tests/hosts/states
for program in s390x-linux-gnu-gcc qemu-s390x; do
    if ! command -v $program >/dev/null; then
        echo "skipped: no $program (make deps)"
        echo "$passed passed, $failed failed"
        exit 0
    fi
done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# The Makefile's own rules, for another folder. Of libraries there is only C's.
objects() { find "$@" -name '*.c' | sed "s|\(.*\)\.c$|$work/\1.o|" | tr '\n' ' '; }
support=$(objects tests/cpu/arm64/{bare,oracle,oracle_machine,random_code}.c tests/cpu/timing/{twins,random_program,random_items}.c \
    tests/fuzz/{bench,hosts,device_target,hostile_driver,hostile_firmware,hostile_pci,requests}.c)
machine=$(find base bus mmu cpu devices boards -name '*.c' | tr '\n' ' ')
there=$work/tests/hosts/states
if env -u MAKEFLAGS -u MAKELEVEL make -s -j2 MODE=release ENGINE=loop B="$work" CC=s390x-linux-gnu-gcc AR=s390x-linux-gnu-ar \
    FLAGS_release='-O0 -ffunction-sections' CFLAGS=-fexcess-precision=fast LIB_SRC="$machine" SUPPORT_OBJ="$support" CHECK_LIBS= \
    LIBS='-static -Wl,--gc-sections tests/hosts/absent.c -lm' "$there" > "$work/log" 2>&1 && ! grep -q 'warning:' "$work/log"; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    echo "FAIL it does not build for s390x, or not without warnings:"
    grep -vE '^(CC|AR|LINK|EMBED) ' "$work/log" | head -n 20
fi
"$here" > "$work/here" 2>&1
qemu-s390x "$there" > "$work/there" 2>&1
if [ "$(tail -n 1 "$work/here")" = "the end" ] && cmp -s "$work/here" "$work/there"; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    echo "FAIL other states; here, and on s390x:"
    diff "$work/here" "$work/there" | head -n 20
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
