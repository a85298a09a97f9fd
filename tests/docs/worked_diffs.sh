#!/bin/bash
# SPDX-License-Identifier: MIT
# Catches: a worked change of HACKING.md that no longer applies, and (LONG=1) one that no longer builds or whose tests fail.
cd "$(dirname "$0")/../.." || exit 1
passed=0 failed=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

ok() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "FAIL $1"; sed 's/^/    /' "$work/log"; }

# A copy of the sources: no history is needed, and none is touched.
mkdir "$work/tree"
tar -cf - --exclude=./build --exclude=./.git . | tar -xf - -C "$work/tree"
awk -v to="$work/diff" '/^```diff$/ { n++; on = 1; next } /^```$/ { on = 0 } on { print > (to n) }' HACKING.md
diffs=("$work"/diff*)
if [ "${#diffs[@]}" -eq 3 ]; then ok; else echo "HACKING.md has ${#diffs[@]} diffs" > "$work/log"; bad "three worked changes"; fi

for diff in "${diffs[@]}"; do
    if (cd "$work/tree" && GIT_CEILING_DIRECTORIES=$work git apply --whitespace=error "$diff") > "$work/log" 2>&1; then
        ok
    else
        bad "the change of $(grep -m1 '^+++' "$diff") applies"
    fi
done

if [ -n "${LONG:-}" ] && [ "$failed" -eq 0 ]; then
    programs="build/tests/cpu/arm64/test_cssc build/tests/cpu/arm64/test_tables build/tests/cpu/arm64/test_random
        build/tests/devices/gpio/test_latch build/tests/devices/test_classes build/tests/boards/test_machine"
    # shellcheck disable=SC2086 # words
    if (cd "$work/tree" && ./configure && make -j2 build/orrery build/tests/docs/test_pages $programs &&
        UPDATE=1 build/tests/docs/test_pages && tests/run $programs) > "$work/log" 2>&1; then
        ok
    else
        bad "the worked changes build and pass"
    fi
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
