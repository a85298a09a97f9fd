#!/bin/bash
# SPDX-License-Identifier: MIT
# Catches: a Debian package that does not build, that lintian has errors for, or whose program does not run. Everything is compiled
# anew for it, so only with LONG=1.
cd "$(dirname "$0")/../.." || exit 1
. tests/packaging/lib.sh
if [ -z "${LONG:-}" ]; then
    echo "skipped: building the package takes minutes; LONG=1 does"
    finish
fi
for program in dpkg-buildpackage dh lintian fakeroot; do
    command -v $program >/dev/null && continue
    echo "skipped: $program is not here (dpkg-dev, debhelper, lintian, fakeroot)"
    finish
done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
if make --no-print-directory deb > "$work/log" 2>&1; then
    is "it builds without warnings" [ -z "$(grep -E 'warning:' "$work/log" | tee /dev/stderr)" ]
    same "lintian has no errors" "" "$(lintian --fail-on none build/deb/*.changes 2>&1 | grep '^E:')"
    is "it unpacks" dpkg -x build/deb/orrery_[0-9]*.deb "$work/root"
    same "its program runs the demo as ours does" \
        "$(timeout 300 build/orrery -display none -limit 0.5 -state-hash < /dev/null 2>&1)" \
        "$(cd "$work" && timeout 300 root/usr/bin/orrery -display none -limit 0.5 -state-hash < /dev/null 2>&1)"
else
    is "make deb works" false
    tail -n 20 "$work/log"
fi
finish
