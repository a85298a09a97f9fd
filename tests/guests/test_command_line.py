#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a user can get wrong, and how runs end: each mistake has a message that says what to do and exit status 1, nothing else.

Catches: crashes and silence on bad files and options; wrong exit statuses; the sizes of memory at both ends."""
import gzip
import os
import re
import resource
import shutil
import socket
import struct
import subprocess

import guest
from guest import check

NOBODY = 65534


def refused(sentence, says, *options, **how):
    """Status 1, one line on standard error that matches, and nothing on standard output."""
    run = guest.orrery("-display", "none", "-serial", "null", "-limit", "5", *options, **how)
    is_plain = run.returncode == 1 and not run.stdout and run.stderr.startswith("orrery: ") and run.stderr.count("\n") == 1
    check(sentence, is_plain and re.search(says, run.stderr),
          f"status {run.returncode}, standard output {run.stdout[:200]!r}, standard error {run.stderr[:300]!r}")


def file(name, content):
    with open(name, "wb") as to:
        to.write(content)
    return name


def elf(machine, bits=2):
    return struct.pack("<4sBBBB8xHHIQQQIHHHHHH", b"\x7fELF", bits, 1, 1, 0, 2, machine, 1, 0x40080000, 64, 0, 0, 64, 56, 1, 0, 0, 0) \
        + struct.pack("<IIQQQQQQ", 1, 5, 0, 0x40080000, 0x40080000, 120, 120, 4096)


def as_nobody():
    """Root may read everything; to be refused one has to be somebody else."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def files(work, linux):
    refused("a_missing_kernel_is_named", r"'/nowhere/linux'.*No such file", "-kernel", "/nowhere/linux")
    refused("a_folder_is_no_kernel", work, "-kernel", work)
    refused("an_empty_kernel_is_refused", "empty|kernel|Image", "-kernel", file(f"{work}/empty", b""))
    refused("a_truncated_kernel_is_refused", "cut short", "-kernel", file(f"{work}/cut", linux[:1 << 20]))
    packed = gzip.compress(linux[:4 << 20], 1)
    refused("a_truncated_gzip_kernel_is_refused", "cannot be unpacked.*cut short",
            "-kernel", file(f"{work}/cut.gz", packed[:len(packed) // 2]))
    refused("what_is_no_kernel_is_refused", "kernel|Image", "-kernel", file(f"{work}/noise", b"not a kernel\n" * 1000))
    refused("an_x86_elf_is_refused", r"(?i)x86|machine|arm64|aarch64", "-kernel", file(f"{work}/x86", elf(62)))
    refused("a_32_bit_elf_is_refused", r"(?i)32|64|elf", "-kernel", file(f"{work}/arm", elf(40, 1)))
    kernel = file(f"{work}/linux", linux)
    with open(f"{work}/initrd", "wb") as to:
        to.truncate(300 << 20)
    refused("an_initrd_larger_than_memory_is_refused", r"initrd.*-m|memory|RAM", "-m", "128", "-kernel", kernel, "-initrd", f"{work}/initrd")
    refused("a_missing_initrd_is_named", r"'/nowhere/initrd'", "-kernel", kernel, "-initrd", "/nowhere/initrd")
    refused("a_device_tree_that_is_none_is_refused", r"device tree|dtb", "-kernel", kernel, "-dtb", f"{work}/noise")


def disks(work):
    disk = file(f"{work}/disk", bytes(1 << 20))
    os.chmod(work, 0o755)
    refused("a_missing_disk_is_named", r"'/nowhere/disk'", "-drive", "file=/nowhere/disk,format=raw")
    os.chmod(disk, 0)
    # Nobody may be kept from looking below the folder where the program was built.
    ours, guest.ORRERY = guest.ORRERY, shutil.copy(guest.ORRERY, f"{work}/orrery")
    refused("an_unreadable_disk_is_named", r"disk'.*Permission denied", "-drive", f"file={disk},format=raw", preexec_fn=as_nobody)
    guest.ORRERY = ours
    os.chmod(disk, 0o600)
    machine = guest.Machine("-drive", f"file={disk},format=raw", "-speed", "100")
    machine.expect("demo")
    refused("a_disk_in_use_is_refused", r"disk'.*in use", "-drive", f"file={disk},format=raw")
    machine.kill()


def options():
    refused("an_unknown_option_names_the_nearest", r"-kernal.*-kernel", "-kernal", "x")
    refused("an_unknown_part_of_an_option_names_the_nearest", r"(?s)fiel.*file", "-drive", "fiel=x")
    refused("an_option_without_its_value_is_refused", "-kernel", "-kernel")
    for size in ("0", "1K", "17G", "999999999T", "-5", "lots"):
        refused(f"memory_of_{size}_is_refused", r"-m", "-m", size)
    refused("another_cpu_is_refused", "cortex-a53", "-cpu", "pentium")
    refused("another_machine_is_refused", "virt", "-machine", "pc")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused("a_port_in_use_is_named", rf"{port}", "-nic", f"user,hostfwd=tcp:127.0.0.1:{port}-:80")
        run = guest.orrery("-display", "none", "-serial", f"tcp:127.0.0.1:{port},server,nowait", "-limit", "1")
        check("a_serial_port_in_use_is_named", run.returncode == 1 and str(port) in run.stderr, run.stderr)
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")}
    run = guest.orrery("-display", "sdl", "-limit", "1", env=environment)
    check("without_a_display_it_says_so", run.returncode == 1 and "display" in run.stderr and "-nographic" in run.stderr,
          f"{run.returncode}: {run.stderr}")
    help_text = guest.orrery("-help")
    check("help_is_help", help_text.returncode == 0 and "-kernel" in help_text.stdout and not help_text.stderr)


def ends(debian):
    boot = ("-kernel", f"{debian}/linux", "-display", "none", "-serial", "stdio", "-limit", "60")
    run = guest.orrery(*boot, "-no-reboot", "-append", "console=ttyAMA0 panic=-1")
    check("a_reset_with_no_reboot_ends_with_status_3", run.returncode == 3 and "Unable to mount root" in run.stdout,
          f"{run.returncode}: {run.stdout[-300:]}{run.stderr}")
    run = guest.orrery(*boot[:-1], "3", "-append", "console=ttyAMA0 panic=-1")
    check("a_reset_starts_the_guest_again", run.returncode == 4 and run.stdout.count("Booting Linux") >= 2,
          f"{run.returncode}, {run.stdout.count('Booting Linux')} boots")
    run = guest.orrery("-display", "none", "-serial", "null", "-limit", "0.5")
    check("the_limit_ends_with_status_4", run.returncode == 4, run.stderr)
    run = guest.orrery("-display", "none", "-serial", "null", "-limit", "20", "-sendkeys", "q@2")
    check("a_power_off_ends_with_status_0", run.returncode == 0, run.stderr)

    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    run = guest.orrery("-m", "16G", *boot, "-no-reboot", "-append", "console=ttyAMA0 panic=-1")
    found = re.search(r"Memory: \d+K/(\d+)K available", run.stdout)
    check("16_gibibytes_boot", found and int(found.group(1)) == 16 << 20 and "Unable to mount root" in run.stdout, run.stdout[-300:])
    used = max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    check("memory_that_the_guest_does_not_touch_is_not_taken", used < 2 << 20, f"{used} KiB")
    run = guest.orrery("-m", "128", *boot, "-no-reboot", "-append", "console=ttyAMA0 panic=-1")
    check("128_mebibytes_boot", "Unable to mount root" in run.stdout, run.stdout[-300:])


def test():
    debian = guest.fetched("fetch")
    work = guest.scratch()
    with open(f"{debian}/linux", "rb") as linux:
        files(work, linux.read())
    disks(work)
    options()
    ends(debian)


guest.run(test)
