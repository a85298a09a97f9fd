#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches a guest program that was changed without its committed image: rebuilds each and compares byte for byte.
cd "$(dirname "$0")/../.." || exit 1
cross=${CROSS:-aarch64-linux-gnu-}
if ! command -v "${cross}gcc" >/dev/null 2>&1; then
    echo "skipped: no ${cross}gcc (Debian: gcc-aarch64-linux-gnu)"
    echo "0 passed, 0 failed"
    exit 0
fi
case $("${cross}gcc" --version | head -n 1) in
*" 12.2.0") ;;
*) echo "skipped: the images are made by gcc 12.2, this is $("${cross}gcc" -dumpfullversion)"
   echo "0 passed, 0 failed"
   exit 0 ;;
esac
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
for image in roms/*/*.img; do
    name=$(basename "$image" .img)
    if roms/build.sh "$name" "$work/$name.img" && cmp "$image" "$work/$name.img"; then
        passed=$((passed + 1))
    else
        echo "FAIL $image is not what roms/build.sh $name makes; run it and commit the image"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
