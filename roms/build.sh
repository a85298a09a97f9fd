#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds one of our guest programs with Debian's cross compiler:  roms/build.sh demo [OUTPUT]
# The image is the same byte for byte wherever it is built with the same compiler; tests/roms/rebuild.sh checks that.
set -eu
cd "$(dirname "$0")/.."
name=$1
out=${2:-roms/$name/$name.img}
cross=${CROSS:-aarch64-linux-gnu-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

flags="-std=gnu11 -O2 -march=armv8-a+crc -mtune=cortex-a53 -ffreestanding -fno-pie -fno-stack-protector
    -fno-asynchronous-unwind-tables -fno-ident -fno-strict-aliasing -ffunction-sections -fdata-sections
    -mno-outline-atomics -ffile-prefix-map=$PWD=. -I. -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes"
# Our library runs before the MMU is on and inside interrupts: aligned accesses and no FP registers.
careful="-mstrict-align -mgeneral-regs-only -fno-tree-loop-distribute-patterns"
# The kernels give the same bits on a host: two roundings for a product and a sum unless the source says fused.
alike="-ffp-contract=off -fno-math-errno"

objects=
for source in roms/lib/*.S roms/lib/*.c roms/"$name"/*.S roms/"$name"/*.c; do
    [ -e "$source" ] || continue
    object=$work/$(echo "$source" | tr / _).o
    case $source in
    roms/lib/*|roms/hello/*) extra=$careful ;;
    roms/bench/*) extra=$alike ;;
    *) extra= ;;
    esac
    # shellcheck disable=SC2086 # the flags are words
    "${cross}gcc" $flags $extra -c -o "$object" "$source"
    objects="$objects $object"
done
# shellcheck disable=SC2086
"${cross}ld" -T roms/lib/rom.ld --gc-sections --build-id=none -z max-page-size=4096 --no-warn-rwx-segments \
    --fix-cortex-a53-843419 -o "$work/rom.elf" $objects
"${cross}objcopy" -O binary "$work/rom.elf" "$work/rom.img"
if [ -n "${KEEP_ELF:-}" ]; then cp "$work/rom.elf" "$KEEP_ELF"; fi
chmod 644 "$work/rom.img"
mv "$work/rom.img" "$out"
