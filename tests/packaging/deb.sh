#!/bin/bash
# SPDX-License-Identifier: MIT
# Catches: a Debian package that does not build, that lintian has errors for, whose program does not run, that asks for too few other
# packages or leaves something behind. Everything is compiled anew for it, so only with LONG=1.
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
clean=$work/clean
clean_up() { umount "$clean/proc" "$clean/dev" 2>/dev/null; rm -rf --one-file-system "$work"; }
trap clean_up EXIT

# A Debian with nothing in it, apt as here.
make_clean_root()
{
    local mirror
    mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
        sed -n 's/^URIs: *\([^ ]*\).*/\1/p; s/^deb  *\(\[[^]]*\] *\)\{0,1\}\([^ ]*\) .*/\2/p' | head -n 1)
    debootstrap --variant=minbase bookworm "$clean" "$mirror" > "$work/log" 2>&1 || return 1
    rm -rf "$clean/etc/apt/sources.list" "$clean/etc/apt/sources.list.d" "$clean/etc/apt/apt.conf.d"
    cp -a /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/apt.conf.d "$clean/etc/apt/" 2>/dev/null
    cp /etc/resolv.conf "$clean/etc/" 2>/dev/null
    mount --bind /proc "$clean/proc" && mount --bind /dev "$clean/dev"
}
inside() { chroot "$clean" env HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@" < /dev/null; }
files() { inside find /etc /opt /usr -xdev -not -name '*.cache' | sort; }

check_in_clean_root()
{
    make_clean_root || { echo "skipped: no clean Debian: $(tail -n 1 "$work/log")"; return; }
    local before
    before=$(files)
    cp build/deb/orrery_[0-9]*.deb "$clean/tmp/orrery.deb"
    is "it installs with what it asks for" \
        inside sh -c '{ apt-get update -q && apt-get install -q -y --no-install-recommends /tmp/orrery.deb; } > /tmp/log 2>&1'
    same "and runs there" "$demo" "$(inside timeout 300 orrery -display none -limit 0.5 -state-hash 2>&1)"
    is "without a display it says what to do" grep -q -e '-nographic' <(inside orrery 2>&1)
    is "it can be removed" \
        inside sh -c '{ apt-get purge -q -y orrery && apt-get autoremove --purge -q -y; } > /tmp/log 2>&1'
    same "and leaves nothing" "$before" "$(files)"
}

if make --no-print-directory deb > "$work/log" 2>&1; then
    is "it builds without warnings" [ -z "$(grep -E 'warning:' "$work/log" | tee /dev/stderr)" ]
    same "lintian has no errors" "" "$(lintian --fail-on none build/deb/*.changes 2>&1 | grep '^E:')"
    is "it unpacks" dpkg -x build/deb/orrery_[0-9]*.deb "$work/root"
    demo=$(timeout 300 build/orrery -display none -limit 0.5 -state-hash < /dev/null 2>&1)
    same "its program runs the demo as ours does" "$demo" \
        "$(cd "$work" && timeout 300 root/usr/bin/orrery -display none -limit 0.5 -state-hash < /dev/null 2>&1)"
    if [ "$(id -u)" -eq 0 ] && command -v debootstrap > /dev/null; then
        check_in_clean_root
    else
        echo "skipped: installing it in a clean Debian needs root and debootstrap"
    fi
else
    is "make deb works" false
    tail -n 20 "$work/log"
fi
finish
