#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches a kernel of roms/bench that computes something else in the guest than on the host: an instruction that is wrong
# in a long run of real code, or sources and image that do not belong together. Each runs once.
cd "$(dirname "$0")/../.." || exit 1
orrery=${ORRERY:-build/orrery}
native=$(dirname "$orrery")/roms/bench/native
passed=0 failed=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
said() { sed -n 's/^bench \([a-z]*\) iterations 1 checksum \([0-9a-f]*\) \([a-zA-Z]*\) .*/\1 \2 \3/p' "$1"; }
"$native" list > "$work/list" || exit 1
while read -r name _; do
    "$native" "$name" 1 > "$work/host"
    timeout 60 "$orrery" -m 256 -display none -serial stdio -speed max -kernel roms/bench/bench.img -append "bench=$name,1" \
        < /dev/null > "$work/guest" 2>&1
    if [ "$(said "$work/guest")" = "$(said "$work/host")" ] && said "$work/guest" | grep -q "^$name .* right"; then
        passed=$((passed + 1))
    else
        echo "FAIL $name: the host says"
        cat "$work/host"
        echo "and the guest"
        cat "$work/guest"
        failed=$((failed + 1))
    fi
done < "$work/list"
[ "$passed" -gt 0 ] || failed=1
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
