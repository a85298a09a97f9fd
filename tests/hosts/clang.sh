#!/bin/bash
# SPDX-License-Identifier: MIT
# Catches: what the second compiler does not take or warns of. Only its front end runs; make CC=clang builds everything.
cd "$(dirname "$0")/../.." || exit 1
passed=0 failed=0
if ! command -v clang >/dev/null; then
    echo "skipped: clang is not here"
else
    said_in=$(mktemp) || exit 1
    libraries='sdl2 slirp glib-2.0 zlib libpng capstone jansson check'
    # shellcheck disable=SC2046,SC2086 # flags are words
    for file in $(git ls-files 'base/*.c' 'bus/*.c' 'mmu/*.c' 'cpu/*.c' 'devices/*.c' 'boards/*.c' 'frontends/*.c' 'tests/support/*.c'); do
        echo "$file"
    done | xargs -P 2 -n 12 clang -fsyntax-only -std=c11 -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wwrite-strings -Wno-missing-field-initializers \
        -fno-strict-aliasing -I. -D_GNU_SOURCE $(pkg-config --cflags $libraries) > "$said_in" 2>&1
    said=$(cat "$said_in")
    rm -f "$said_in"
    if [ -z "$said" ]; then passed=1; else failed=1; echo "FAIL clang warns:"; echo "$said" | head -n 40; fi
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
