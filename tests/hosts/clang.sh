#!/bin/bash
# SPDX-License-Identifier: MIT
# Catches: what the second compiler does not take or warns of, and what no host of 32 bits would take. Only clang's front end runs;
# tests/hosts/hosts.sh builds everything, and runs on such hosts.
cd "$(dirname "$0")/../.." || exit 1
passed=0 failed=0
if ! command -v clang >/dev/null; then
    echo "skipped: clang is not here"
    echo "$passed passed, $failed failed"
    exit 0
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
libraries='sdl2 slirp glib-2.0 zlib libpng capstone jansson check'

# quiet: what, flags…, -- patterns of files…
quiet() {
    local what=$1 flags=()
    shift
    while [ "$1" != -- ]; do flags+=("$1"); shift; done
    shift
    git ls-files --error-unmatch "$@" > "$work/files" || failed=$((failed + 1))
    # shellcheck disable=SC2046,SC2086 # flags are words
    xargs -P 2 -n 48 < "$work/files" clang -fsyntax-only -std=c11 -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Wvla \
        -Wwrite-strings -Wno-missing-field-initializers -fno-strict-aliasing "${flags[@]}" -I. -D_GNU_SOURCE $(pkg-config --cflags $libraries) \
        > "$work/said" 2>&1
    if [ -s "$work/said" ]; then
        failed=$((failed + 1))
        echo "FAIL clang says, $what:"
        head -n 40 "$work/said"
    else
        passed=$((passed + 1))
    fi
}

source=('base/*.c' 'bus/*.c' 'mmu/*.c' 'cpu/*.c' 'devices/*.c' 'boards/*.c' 'frontends/*.c')
quiet "of the program" -- "${source[@]}" 'tests/support/*.c'
# shellcheck disable=SC2016 # a dollar of make
read -ra timed < <(sed -n 's/^TIMED_SRC := $(addprefix cpu.arm64.,\(.*\))$/\1/p' Makefile)   # the one list of them
quiet "of blocks that keep time" -DENGINE_TIMED -- "${timed[@]/#/cpu/arm64/}"

# The C library's headers are the same for 32 bits, but for one that says nothing of interest and is in another package.
mkdir -p "$work/gnu"
: > "$work/gnu/stubs-32.h"
quiet "of the program for 32 bits, with the engine as a loop" -m32 -DENGINE_LOOP -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 \
    -I"$work" -isystem "/usr/include/$(gcc -print-multiarch)" -- "${source[@]}"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
