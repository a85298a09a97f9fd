#!/bin/bash
# SPDX-License-Identifier: MIT
# Catches: code that works only on 64-bit little-endian hosts, and states that differ between hosts. Builds for other architectures and
# runs there, under QEMU's user mode emulation: the unit tests, the demo, Linux to init. And builds everything by clang, also with the
# sanitizers, for its warnings. `make check-hosts`; HOSTS="armhf" chooses.
cd "$(dirname "$0")/../.." || exit 1
passed=0 failed=0
if [ -z "${CHECK_HOSTS:-}${LONG:-}" ]; then
    echo "skipped: builds for other hosts take the better part of an hour; make check-hosts, or LONG=1, makes them"
    echo "$passed passed, $failed failed"
    exit 0
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
orrery=${ORRERY:-build/orrery}
case $orrery in /*) ;; *) orrery=$PWD/$orrery ;; esac
unset LONG   # would have each unit test make hours of random trials

pass() { passed=$((passed + 1)); }
fail() { failed=$((failed + 1)); echo "FAIL $*"; }
took() { echo "note: $architecture: $1 in $((SECONDS - started)) s"; started=$SECONDS; }

# What has to be the same everywhere: the hash of the machine's whole state, and the picture or what was written.
demo() { # orrery…
    (cd "$work" && timeout 1800 "$@" -display none -limit 0.3 -state-hash -screendump demo.png@0.29 < /dev/null 2>&1; sha256sum < demo.png; rm -f demo.png)
}
demo_without_time() { # orrery…
    demo "$@" -timing off
}
states() { # orrery…: those of states.c beside it
    "${@:1:$#-1}" "$(dirname "${!#}")/tests/hosts/states" 2>&1
}
linux() { # orrery…
    (cd "$work" && timeout 3600 "$@" -display none -nic none -timing off -limit 4 -state-hash -serial file:log -m 512 -kernel "$guest/linux" \
        -initrd "$guest/initrd.gz" -append 'console=ttyAMA0 rdinit=/bin/sh' < /dev/null 2>&1
        sha256sum < log; grep 'Run /bin/sh as init' log; rm -f log)
}
same() { # demo|…, what that is, orrery…
    local run=$1 what=$2
    shift 2
    if [ "$("$run" "$@" | tee "$work/differs")" = "$(cat "$work/$run")" ]; then
        pass
    else
        fail "$architecture: the state of $what differs; here, and there:"
        cat "$work/$run" "$work/differs"
    fi
    took "$what"
}

guest=${XDG_CACHE_HOME:-$HOME/.cache}/orrery/debian-arm64
for run in demo demo_without_time states; do
    "$run" "$orrery" > "$work/$run"
    grep -qE 'state hash|the end' "$work/$run" || fail "$run has no state here: $(cat "$work/$run")"
done
if roms/guests/fetch; then
    linux "$orrery" > "$work/linux"
    grep -q 'Run /bin/sh as init' "$work/linux" || fail "Linux does not come to init here: $(cat "$work/linux")"
else
    echo "skipped: Linux, which could not be fetched"
fi

# All programs of tests/**, by tests/run, which adds up. Where a test makes random trials an emulator makes a few.
unit_tests() { # emulator, its options…
    local line
    (cd "$copy" && find tests -name 'test_*.c' | sed 's|\(.*\)\.c$|build/\1|' | sort |
        RUN_UNDER="$*" ORRERY_TRIALS=${ORRERY_TRIALS:-$trials} CK_TIMEOUT_MULTIPLIER=60 TEST_LIMIT=$limit xargs tests/run -j "${HOSTS_JOBS:-2}") |
        tee "$work/output"
    line=$(tail -n 1 "$work/output")
    passed=$((passed + ${line%% *})) line=${line#*, } failed=$((failed + ${line%% *}))
}

# built: goals…; sets copy to where.
built() {
    if ! copy=$(tests/hosts/build "$architecture" "$@" 2> "$work/log"); then
        fail "$architecture: it does not build"
        grep -vE '^(CC|AR|LINK|EMBED) ' "$work/log" | tail -n 20
        return 1
    fi
    if grep 'warning:' "$work/log"; then
        fail "$architecture: the compiler warns"
        rm -rf "$copy/build"   # so that it does again
        return 1
    fi
    pass
    took "built"
}

for architecture in ${HOSTS:-clang arm64 armhf s390x}; do
    # Percent of the random trials; seconds that a program may take.
    case $architecture in
    clang) compiler=clang emulator='' trials=10 limit=900 ;;
    arm64) compiler=aarch64-linux-gnu-gcc emulator=qemu-aarch64 trials=5 limit=1800 ;;
    armhf) compiler=arm-linux-gnueabihf-gcc emulator=qemu-arm trials=5 limit=1800 ;;
    s390x) compiler=s390x-linux-gnu-gcc emulator=qemu-s390x trials=2 limit=3600 ;;
    *) fail "no host $architecture is known"; continue ;;
    esac
    missing=
    for program in $compiler $emulator; do command -v $program >/dev/null || missing="$missing $program"; done
    if [ -n "$missing" ]; then
        echo "skipped: $architecture, for which there is no$missing here (gcc-*-linux-gnu, qemu-user)"
        continue
    fi
    started=$SECONDS
    if [ "$architecture" = clang ]; then
        built MODE=asan all && same demo "the demo" "$copy/build/asan/orrery"
        built all unit-tests build/tests/hosts/states || continue
        same demo "the demo" "$copy/build/orrery"
        same states "programs and devices" "$copy/build/orrery"
        unit_tests
        took "the unit tests"
        continue
    fi
    built all unit-tests build/tests/hosts/states || continue
    sysroot=$(tests/hosts/sysroot $architecture)
    same demo "the demo" $emulator -L "$sysroot" "$copy/build/orrery"
    same demo_without_time "the demo without timing" $emulator -L "$sysroot" "$copy/build/orrery"
    same states "programs and devices" $emulator -L "$sysroot" "$copy/build/orrery"
    [ ! -e "$work/linux" ] || same linux "Linux at init" $emulator -L "$sysroot" "$copy/build/orrery"
    unit_tests $emulator -L "$sysroot"
    took "the unit tests"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
