#!/bin/bash
# SPDX-License-Identifier: MIT
# Catches: an include against the arrows of HACKING.md (base <- bus <- mmu <- cpu, bus <- devices, all of these <- boards <-
# frontends), one instruction set or chip that includes another, the machine using the host (threads, sockets, SDL, wall clock),
# headers that do not compile alone, and code that is there only on some days (#if FEATURE).
cd "$(dirname "$0")/../.." || exit 1
passed=0 failed=0

check() { # what, what was found (empty is good)
    if [ -z "$2" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); printf 'FAIL %s:\n%s\n' "$1" "$2"; fi
}

allowed() { # room: the rooms it may include
    case $1 in
    base) echo "base" ;;
    bus) echo "base bus" ;;
    mmu) echo "base bus mmu" ;;
    cpu) echo "base bus mmu cpu" ;;
    devices) echo "base bus devices" ;;
    boards) echo "base bus mmu cpu devices boards" ;;
    frontends) echo "base bus boards frontends roms" ;;
    esac
}

for room in base bus mmu cpu devices boards frontends; do
    rooms=$(allowed $room | tr ' ' '|')
    check "$room includes only: $(allowed $room)" \
        "$(grep -rnE '^#include "' --include='*.[ch]' $room | grep -vE "#include \"($rooms)/")"
done
# What every core shares knows no instruction set, and no instruction set knows another.
check "cpu/*.c know no instruction set" "$(grep -nE '#include "cpu/[a-z0-9_]+/' cpu/*.[ch] | grep -v cpu/timing/)"
for isa in cpu/*/; do
    check "${isa%/} knows no other instruction set" "$(grep -rnE '#include "cpu/[a-z0-9_]+/' "$isa" | grep -v -e "#include \"$isa" -e '#include "cpu/timing/')"
done
# A chip may use its own family's headers and what is directly in devices/, not another family's.
for family in devices/*/; do
    check "${family%/} knows no other family" \
        "$(grep -rnE '#include "devices/[a-z0-9_]+/' "$family" | grep -v "#include \"$family")"
done
# The pthread_once of decode.c and pipeline.c is the one exception: two machines may be made at once, their indexes are made once.
hosts='pthread|SDL|slirp|sys/socket|sys/select|poll|time|sys/time|unistd|signal'
check "the machine does not know its host" \
    "$(grep -rnE "^#include <($hosts)" base bus mmu cpu devices boards | grep -vE '^cpu/arm64/(decode|pipeline).c:.*<pthread.h>')"

read -ra flags <<< "$(pkg-config --cflags sdl2 slirp libpng zlib 2>/dev/null)"
lone=$(git ls-files '*.h' | grep -vE '^(roms|tests)/' | while read -r header; do
    ${CC:-cc} -std=c11 -D_GNU_SOURCE -I. "${flags[@]}" -fsyntax-only -x c "$header" 2>&1 | grep -m1 error
done)
check "headers compile alone" "$lone"

# What the preprocessor may ask: the compiler, the host's byte order and headers, and the two ways to build the engine.
asked='ENGINE_LOOP|ENGINE_TIMED|HOST_LE|MADV_HUGEPAGE|__[A-Za-z_0-9]+'
check "no code depends on a switch of the build" \
    "$(grep -rnE '^[[:space:]]*#[[:space:]]*(if|ifdef|ifndef|elif)' --include='*.[ch]' base bus mmu cpu devices boards frontends roms |
    grep -vE '#ifndef [A-Z0-9_]+_H$' |
    awk -v asked="^($asked|defined)$" '{
        text = $0; sub(/^[^#]*#[[:space:]]*(ifdef|ifndef|if|elif)/, "", text); sub(/\/\*.*/, "", text)
        while (match(text, /[A-Za-z_][A-Za-z_0-9]*/)) {
            word = substr(text, RSTART, RLENGTH); text = substr(text, RSTART + RLENGTH)
            if (word !~ asked) { print; next }
        } }')"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
