#!/bin/sh
# SPDX-License-Identifier: MIT
# Random translation tables and addresses by a bare-metal program on our machine and on QEMU's: what AT says must be equal. Catches a
# walk that reads the wrong descriptor, forgets an attribute, reports the wrong fault or level. LONG=1: more of them.
cd "$(dirname "$0")/../.." || exit 1
cross=${CROSS:-aarch64-linux-gnu-} orrery=${ORRERY:-build/orrery}
for tool in "${cross}gcc" qemu-system-aarch64; do
    command -v "$tool" >/dev/null 2>&1 && continue
    echo "skipped: no $tool (make deps)"
    echo "0 passed, 0 failed"
    exit 0
done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 count=100
[ -z "${LONG:-}" ] || count=1000

# compare CPU-OF-QEMU OPTION…
compare()
{
    cpu=$1; shift
    "${cross}gcc" -O2 -Wall -ffreestanding -mgeneral-regs-only -mstrict-align -fno-pic -nostdlib -static -n -Wl,-Ttext=0x40080000 \
        -Wl,--build-id=none,--no-warn-rwx-segments "$@" "-DCONFIGURATIONS=$count" \
        -o "$work/guest" tests/mmu/walk_guest.S tests/mmu/walk_guest.c || return 1
    timeout 600 qemu-system-aarch64 -M virt -cpu "$cpu" -m 256 -nographic -net none -kernel "$work/guest" \
        < /dev/null > "$work/qemu" 2> "$work/errors" || { cat "$work/errors"; return 1; }
    timeout 600 "$orrery" -m 256 -display none -serial "file:$work/ours" -nic none -speed max -kernel "$work/guest" \
        < /dev/null || return 1
    [ "$(wc -l < "$work/qemu")" -gt 9000 ] || { echo "QEMU said too little"; return 1; }
    cmp -s "$work/qemu" "$work/ours" && return 0
    echo "$cpu $*: AT differs (configuration: number, TCR_EL1; va, PAR_EL1 of S1E1R, S1E1W, S1E0R, S1E0W; bit 56: ESR_EL1 instead)"
    diff "$work/qemu" "$work/ours" | head -n 20
    return 1
}

compare cortex-a53 && passed=$((passed + 1)) || failed=$((failed + 1))
compare neoverse-n1 -DGRANULE_16K && passed=$((passed + 1)) || failed=$((failed + 1))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
