#!/bin/bash
# SPDX-License-Identifier: MIT
# Catches: code that works only on 64-bit little-endian hosts, and states that differ between hosts. Builds for other architectures and
# runs there, under QEMU's user mode emulation: the unit tests, the demo, with LONG=1 Linux. `make check-hosts`; HOSTS="armhf" chooses.
cd "$(dirname "$0")/../.." || exit 1
passed=0 failed=0
if [ -z "${CHECK_HOSTS:-}${LONG:-}" ]; then
    echo "skipped: builds for other hosts take a quarter of an hour; make check-hosts, or LONG=1, makes them"
    echo "$passed passed, $failed failed"
    exit 0
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export CK_DEFAULT_TIMEOUT=600 CK_TIMEOUT_MULTIPLIER=5
orrery=${ORRERY:-build/orrery}
case $orrery in /*) ;; *) orrery=$PWD/$orrery ;; esac

pass() { passed=$((passed + 1)); }
fail() { failed=$((failed + 1)); echo "FAIL $*"; }

# What has to be the same everywhere: the hash of the machine's whole state, and the picture.
demo() { # orrery…
    (cd "$work" && timeout 900 "$@" -display none -limit 0.3 -state-hash -screendump demo.png@0.29 < /dev/null 2>&1; sha256sum < demo.png; rm -f demo.png)
}
linux() {
    (cd "$work" && timeout 3600 "$@" -display none -nic none -timing off -limit 4 -state-hash -serial file:log -m 512 -kernel "$guest/linux" \
        -initrd "$guest/initrd.gz" -append 'console=ttyAMA0 rdinit=/bin/sh' < /dev/null 2>&1; grep -c 'Run /bin/sh as init' log)
}
expected=$(demo "$orrery")
guest=${XDG_CACHE_HOME:-$HOME/.cache}/orrery/debian-arm64
[ -z "${LONG:-}" ] || expected_linux=$(linux "$orrery")

unit_tests() { # the command that runs a program of the host
    local program line
    for program in $(cd "$copy/build" && find tests -name 'test_*' -type f -perm -u+x | sort); do
        line=$(cd "$copy" && timeout 3600 "$@" "build/$program" < /dev/null 2>"$work/errors" | tee "$work/output" | grep -E '^[0-9]+ passed, [0-9]+ failed')
        case $line in
        *', 0 failed') passed=$((passed + ${line%% *})) ;;
        *) fail "$architecture: $program: ${line:-ended without a count}"; tail -n 8 "$work/output" "$work/errors" ;;
        esac
        grep '^skipped:' "$work/output" | sed "s|^|note: $architecture: $program |"
    done
}

for architecture in ${HOSTS:-arm64 armhf s390x}; do
    case $architecture in
    arm64) compiler=aarch64-linux-gnu-gcc emulator=qemu-aarch64 ;;
    armhf) compiler=arm-linux-gnueabihf-gcc emulator=qemu-arm ;;
    s390x) compiler=s390x-linux-gnu-gcc emulator=qemu-s390x ;;
    *) fail "no host $architecture is known"; continue ;;
    esac
    missing=
    for program in $compiler $emulator; do command -v $program >/dev/null || missing="$missing $program"; done
    if [ -n "$missing" ]; then
        echo "skipped: $architecture, for which there is no$missing here (gcc-*-linux-gnu, qemu-user)"
        continue
    fi
    if ! copy=$(tests/hosts/build $architecture all unit-tests 2> "$work/log"); then
        fail "$architecture: it does not build"
        grep -vE '^(CC|AR|LINK|EMBED) ' "$work/log" | tail -n 20
        continue
    fi
    sysroot=$(tests/hosts/sysroot $architecture)
    if grep 'warning:' "$work/log"; then fail "$architecture: the compiler warns"; else pass; fi
    unit_tests $emulator -L "$sysroot"
    if [ "$(demo $emulator -L "$sysroot" "$copy/build/orrery")" = "$expected" ]; then pass; else fail "$architecture: the demo's state differs"; fi
    [ -n "${LONG:-}" ] || continue
    if [ "$(linux $emulator -L "$sysroot" "$copy/build/orrery")" = "$expected_linux" ]; then pass; else fail "$architecture: Linux' state differs"; fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
