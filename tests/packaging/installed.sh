#!/bin/bash
# SPDX-License-Identifier: MIT
# Catches: files that `make install` forgets or puts elsewhere, a program that needs its sources to run, an icon of the wrong size, a
# menu entry that desktops refuse.
cd "$(dirname "$0")/../.." || exit 1
. tests/packaging/lib.sh
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
orrery=${ORRERY:-build/orrery}

is "make install works" make --no-print-directory install DESTDIR="$work/root" prefix=/usr > "$work/log" 2>&1
share=$work/root/usr/share
for file in man/man1/orrery.1 applications/orrery.desktop metainfo/orrery.metainfo.xml bash-completion/completions/orrery \
    icons/hicolor/scalable/apps/orrery.svg doc/orrery/LICENSE doc/orrery/docs/user.md; do
    is "$file is installed" [ -s "$share/$file" ]
done
for size in 16 24 32 48 64 128 256; do
    icon=$share/icons/hicolor/${size}x$size/apps/orrery.png
    # PNG: width and height are the first fields of the first chunk.
    same "the icon of $size pixels has them" "$size $size" \
        "$(od -An -tu1 -j16 -N8 "$icon" | awk '{ print $1 * 16777216 + $2 * 65536 + $3 * 256 + $4, $5 * 16777216 + $6 * 65536 + $7 * 256 + $8 }')"
done

hash() { (cd "$work" && timeout 300 "$1" -display none -limit 0.5 -state-hash < /dev/null 2>&1); }
case $orrery in /*) ;; *) orrery=$PWD/$orrery ;; esac
same "the installed program runs the demo from anywhere" "$(hash "$orrery")" "$(hash "$work/root/usr/bin/orrery")"

if command -v desktop-file-validate >/dev/null; then
    same "the menu's entry is valid" "" "$(desktop-file-validate "$share/applications/orrery.desktop" 2>&1)"
else
    echo "skipped: desktop-file-validate is not here"
fi
is "what software centres read is XML" python3 -c 'import sys, xml.dom.minidom as x
[x.parse(f) for f in sys.argv[1:]]' "$share/metainfo/orrery.metainfo.xml" "$share/icons/hicolor/scalable/apps/orrery.svg"
finish
