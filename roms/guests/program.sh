# SPDX-License-Identifier: MIT
# Makes a disk with one of Debian's programs and the libraries that it needs, for the disk guest to mount. To be sourced. The program is no
# part of the first disk, because its package pulls in Perl or Python; here only what it loads is kept.
# shellcheck shell=sh
. "$guests/lib.sh"

loads() { readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'; }
find_library() { find "$work/all/usr/lib" "$work/all/lib" -name "$1" 2>/dev/null | head -n 1; }

# The libraries that a file and they name, until no new one is named. The C library's own are on the first disk.
take()
{
    for name in $(loads "$1"); do
        case $name in libc.so.*|libm.so.*|libdl.so.*|libpthread.so.*|librt.so.*|libresolv.so.*|ld-linux-*) continue ;; esac
        [ ! -e "$work/tree/lib/$name" ] || continue
        found=$(find_library "$name")
        [ -n "$found" ] || die "no package has $name, which $packed needs"
        cp -L "$found" "$work/tree/lib/$name"
        take "$work/tree/lib/$name"
    done
}

# make_program_disk PROGRAM PACKAGE 'PATTERN of the file in /usr/bin' SIZE: the guest debian-arm64-PROGRAM.
make_program_disk()
{
    packed=$1 package=$2 pattern=$3 size=$4
    to=$cache/debian-arm64-$packed
    recipe=$(cat "$0" "$guests/lib.sh" "$guests/program.sh" | cksum)
    lock_cache
    [ -e "$to/complete" ] && [ "$recipe" = "$(cat "$to/recipe")" ] && exit 0
    for tool in mke2fs readelf; do
        command -v $tool >/dev/null 2>&1 || PATH=$PATH:/usr/sbin:/sbin
        command -v $tool >/dev/null 2>&1 || die "this needs $tool; on Debian: make deps"
    done
    apt_update

    say "fetching $package and its libraries (about 30 MB, once)"
    work=$(mktemp -d "$cache/$packed.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    mkdir -p "$work/archives/partial" "$work/all" "$work/tree/lib" "$work/guest"
    isolated apt-get -q -y -o Dir::Cache::archives="$work/archives" -o APT::Keep-Downloaded-Packages=true \
        install --download-only "$package" > "$work/apt.log" || {
        cat "$work/apt.log" >&2
        rm -f "$cache/apt/updated"
        die "apt could not fetch the packages; its message is above. Try again when the mirror can be reached."
    }
    for deb in "$work"/archives/*.deb; do
        dpkg-deb -x "$deb" "$work/all"
    done
    binary=$(find "$work/all/usr/bin" -type f -name "$pattern" -size +1000k | head -n 1)
    [ -n "$binary" ] || die "$package has no program of the expected name"
    cp "$binary" "$work/tree/$packed.program"
    take "$binary"
    cat > "$work/tree/$packed" <<WRAPPER
#!/bin/sh
# Debian's $packed with the libraries beside it, wherever this disk is mounted.
here=\$(dirname "\$0")
LD_LIBRARY_PATH=\$here/lib exec "\$here/$packed.program" "\$@"
WRAPPER
    chmod 755 "$work/tree/$packed" "$work/tree/$packed.program"

    truncate -s "$size" "$work/guest/$packed.img"
    mke2fs -q -t ext4 -L "$packed" -m 0 -d "$work/tree" "$work/guest/$packed.img"
    echo "$recipe" > "$work/guest/recipe"
    basename "$work/archives/${package}_"*.deb .deb > "$work/guest/complete"
    rm -rf "$to"
    mv "$work/guest" "$to"
    say "ready: $to/$packed.img"
}
