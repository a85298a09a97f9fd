# SPDX-License-Identifier: MIT
"""Builds the guest programs: the kernels for the bare board, and the same kernels as the first process of a Linux system."""
import glob
import gzip
import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CROSS = os.environ.get("CROSS", "aarch64-linux-gnu-")
HERE = "tests/accuracy"

FLAGS = """-std=gnu11 -O2 -march=armv8-a+crc -ffreestanding -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables -fno-ident
    -ffunction-sections -fdata-sections -mno-outline-atomics -ffp-contract=off -I. -Wall -Wextra -Wstrict-prototypes
    -Wmissing-prototypes""".split()
# The library runs before the MMU is on and inside exceptions.
CAREFUL = "-mstrict-align -mgeneral-regs-only -fno-tree-loop-distribute-patterns".split()
# Scores of whole programs are published as compilers do their best.
PROGRAMS = ("dhrystone", "coremark")
LINK = "--gc-sections --build-id=none -z max-page-size=4096 --no-warn-rwx-segments".split()


class Failed(Exception):
    pass


def tool(name, *arguments):
    try:
        made = subprocess.run([CROSS + name, *arguments], cwd=ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        raise Failed(f"there is no {CROSS}{name}; `make deps` installs it") from None
    if made.returncode:
        raise Failed(f"{CROSS}{name} failed: {made.stderr.strip()[-2000:]}")


def sources(*patterns):
    return [name for pattern in patterns for name in sorted(glob.glob(pattern, root_dir=ROOT))]


def objects(folder, names, extra=()):
    """Compiles what is older than its source or any header beside it."""
    headers = sources(f"{HERE}/lib/*.h", f"{HERE}/lib/*.def", f"{HERE}/kernels/*.h", "roms/lib/*.h", f"{HERE}/images.py")
    newest = max(os.path.getmtime(os.path.join(ROOT, header)) for header in headers)
    made = []
    for name in names:
        made.append(os.path.join(folder, name.replace("/", "_") + ".o"))
        if not os.path.exists(made[-1]) or os.path.getmtime(made[-1]) < max(newest, os.path.getmtime(os.path.join(ROOT, name))):
            flags = CAREFUL if name.startswith("roms/lib/") else ["-O3"] if os.path.basename(name).startswith(PROGRAMS) else []
            tool("gcc", *FLAGS, *flags, *extra, "-c", "-o", made[-1], name)
    return made


def kernels(folder):
    return objects(folder, sources(f"{HERE}/kernels/*.c", f"{HERE}/kernels/*.S") + [f"{HERE}/lib/run.c"])


def board_image(folder):
    """The kernels with roms/lib beneath them; -append accuracy=NAME,ARGUMENT chooses."""
    os.makedirs(folder, exist_ok=True)
    image = os.path.join(folder, "accuracy.img")
    made = objects(folder, sources("roms/lib/*.S", "roms/lib/*.c") + [f"{HERE}/lib/board.c"]) + kernels(folder)
    if not os.path.exists(image) or os.path.getmtime(image) < max(map(os.path.getmtime, made)):
        elf = os.path.join(folder, "accuracy.elf")
        tool("ld", "-T", "roms/lib/rom.ld", *LINK, "-o", elf, *made)
        tool("objcopy", "-O", "binary", elf, image)
    return image


def archive(files):
    """A cpio archive in the format of initramfs ("newc"): (name, mode, content, device) each."""
    out = b""
    for inode, (name, mode, content, device) in enumerate([*files, ("TRAILER!!!", 0, b"", (0, 0))], 1):
        fields = (inode, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(name) + 1, 0)
        out += b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
        out += b"\0" * (-len(out) % 4) + content
        out += b"\0" * (-len(out) % 4)
    return out


def initrd(name, made):
    """An initial RAM disk whose /init is linked of these objects."""
    program = name + ".elf"
    tool("ld", "--gc-sections", "--build-id=none", "-z", "noexecstack", "-e", "process_start", "-o", program, *made)
    with open(program, "rb") as file:
        content = file.read()
    with open(name, "wb") as file:
        file.write(gzip.compress(archive([("dev", 0o040755, b"", (0, 0)), ("dev/console", 0o020600, b"", (5, 1)),
                                          ("init", 0o100755, content, (0, 0))]), 1, mtime=0))


def linux_initrd(folder):
    """The kernels as /init; the kernel command line's accuracy=NAME,ARGUMENT reaches it as an environment variable."""
    os.makedirs(folder, exist_ok=True)
    name = os.path.join(folder, "initrd.gz")
    made = kernels(folder) + objects(folder, [f"{HERE}/lib/linux.c"])
    if not os.path.exists(name) or os.path.getmtime(name) < max(map(os.path.getmtime, made)):
        initrd(name, made)
    return name
