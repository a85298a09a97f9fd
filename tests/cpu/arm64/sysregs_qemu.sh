#!/bin/sh
# SPDX-License-Identifier: MIT
# Which system registers and instructions there are at EL1, and what they read out of reset, compared with QEMU's Cortex-A53. Catches a
# register that is missing, one that should not be there, an ID register with another value than the table below explains.
cd "$(dirname "$0")/../../.." || exit 1
cross=${CROSS:-aarch64-linux-gnu-} orrery=${ORRERY:-build/orrery}
for tool in "${cross}gcc" qemu-system-aarch64; do
    command -v "$tool" >/dev/null 2>&1 && continue
    echo "skipped: no $tool (make deps)"
    echo "0 passed, 0 failed"
    exit 0
done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# What may differ, and why.
cat > "$work/known" <<'EOF'
r 2 0 1 4 4     DBGPRCR_EL1: QEMU has it not
r 2 0 7 [89e] 6 DBGCLAIMSET, DBGCLAIMCLR, DBGAUTHSTATUS: QEMU has them not
r 3 0 0 1 [12]  ID_PFR1, ID_DFR0: QEMU has no GIC interface in them, and the debug architecture of another
r 3 0 0 4 0     ID_AA64PFR0: EL0 and EL1 are AArch64 only
r 3 1 b 0 2     L2CTLR: latencies out of reset
r 3 1 f 0 0     L2ACTLR: its reset value
r 2 0 0 [036] 2 OSDTRRX, OSDTRTX, OSECCR: QEMU has them not
r 2 3 0 [45] 0  DBGDTR: the same
r 3 1 f 2 0     CPUACTLR: its reset value
r 3 3 9 c [67]  PMCEID0, PMCEID1: QEMU counts a few events only
r 3 3 e 0 [12]  time passes differently
r 3 3 e [23] 0  time passes differently
s 0 3 7 4 1     DC ZVA with the MMU off: Device memory, an alignment fault, which QEMU does not check
EOF

"${cross}gcc" -nostdlib -static -n -Wl,-Ttext=0x40080000,--build-id=none -o "$work/guest" tests/cpu/arm64/sysreg_guest.S || exit 1
timeout 120 qemu-system-aarch64 -M virt -cpu cortex-a53 -m 64 -nographic -net none -kernel "$work/guest" < /dev/null > "$work/qemu"
timeout 120 "$orrery" -cpu cortex-a53,crypto=on -m 64 -display none -serial "file:$work/ours" -nic none -speed max -kernel "$work/guest" < /dev/null
cut -c 1-15 "$work/known" | sed 's/ *$//; s/^/^/' > "$work/patterns"
for side in qemu ours; do
    grep -v -f "$work/patterns" "$work/$side" > "$work/$side.compared"
done
if [ "$(wc -l < "$work/ours.compared")" -gt 100 ] && cmp -s "$work/qemu.compared" "$work/ours.compared"; then
    echo "1 passed, 0 failed"
    exit 0
fi
diff "$work/qemu.compared" "$work/ours.compared"
echo "0 passed, 1 failed"
exit 1
