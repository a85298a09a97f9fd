# SPDX-License-Identifier: MIT
"""Small initial RAM disks out of a large one: a kernel with a few of Debian's programs, which starts in a second.

The format is cpio's "newc": Linux, Documentation/driver-api/early-userspace/buffer-format.rst."""
import gzip
import re
import stat

# Debian's installer: a shell with its usual commands, insmod, and what they need.
SHELL = r"bin/busybox$|bin/kmod$|lib/ld-linux|lib/aarch64-linux-gnu/(libc|ld-linux-aarch64|libresolv)\.so|(s?bin|usr/s?bin)/[^/]+->"


def entries(archive):
    """(name, mode, content) of each file in an archive."""
    at = 0
    while archive[at:at + 6] == b"070701":
        field = [int(archive[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
        mode, size, name_size = field[1], field[6], field[11]
        start = at + 110
        name = archive[start:start + name_size - 1].decode()
        if name == "TRAILER!!!":
            return
        body = (start + name_size + 3) // 4 * 4
        yield name, mode, archive[body:body + size]
        at = (body + size + 3) // 4 * 4


def pack(files):
    """An archive of (name, mode, content)."""
    out = bytearray()
    for number, (name, mode, content) in enumerate([*files, ("TRAILER!!!", 0, b"")], 1):
        fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0)
        out += b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
        out += bytes(-len(out) % 4) + content
        out += bytes(-len(out) % 4)
    return bytes(out)


def small(large, pattern, script):
    """What of the gzipped archive `large` matches SHELL or `pattern` (links as NAME->), with `script` as /init."""
    wanted = re.compile(f"({SHELL})|({pattern})")
    kept = [("init", stat.S_IFREG | 0o755, script.encode())]
    with gzip.open(large) as archive:
        for name, mode, content in entries(archive.read()):
            is_link = stat.S_ISLNK(mode)
            if stat.S_ISDIR(mode) or wanted.match(name + ("->" if is_link else "")):
                kept.append((name, mode, content))
    return pack(kept)
