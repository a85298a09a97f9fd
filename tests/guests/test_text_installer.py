#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Debian's unmodified text installer on the serial line. Catches: a kernel or C library that meets an instruction, an exception or a
device that is not as it expects; runs that do not repeat themselves; a device tree that only our own program understands."""
import os
import subprocess

from guest import Machine, check, fetched, orrery, run, scratch


def boot_options(guest):
    return "-kernel", os.path.join(guest, "linux"), "-initrd", os.path.join(guest, "initrd.gz"), "-append", "console=ttyAMA0 panic=-1"


def main():
    guest = fetched("fetch")
    options = boot_options(guest)

    machine = Machine("-timing", "off", "-m", "1024", *options)
    machine.expect(r"Booting Linux on physical CPU")
    machine.expect(r"Select a language")
    machine.expect(r"English")
    check("the text installer asks for a language", True)
    machine.expect(r"activates buttons")
    machine.send("\r")
    machine.expect(r"location")
    check("it takes a key and asks for the location", True)
    machine.kill()

    # The kernel's start twice: decompression of the initrd, drivers, first programs.
    runs = [orrery("-display", "none", "-serial", "null", "-m", "1024", *options, "-limit", "2.4", "-state-hash") for _ in range(2)]
    hashes = [r.stdout.strip().splitlines()[-1] for r in runs]
    check("a run that reaches its limit ends with status 4", all(r.returncode == 4 for r in runs), runs[0].stderr)
    check("the same run twice has the same state", hashes[0] == hashes[1] and "hash" in hashes[0], str(hashes))

    # The tree that the machine makes, given back to it; a kernel sees all of 16 GiB.
    folder = scratch()
    tree = os.path.join(folder, "virt.dtb")
    made = orrery("-m", "1024", "-display", "none", "-kernel", os.path.join(guest, "linux"), "-machine", f"virt,dumpdtb={tree}")
    source = subprocess.run(["dtc", "-I", "dtb", "-O", "dts", tree], capture_output=True, text=True)
    check("dumpdtb writes a tree that dtc reads", made.returncode == 0 and "arm,pl011" in source.stdout, made.stderr + source.stderr)
    machine = Machine("-m", "1024", "-dtb", tree, *options)
    machine.expect(r"Machine model: linux,dummy-virt")
    machine.expect(r"Trying to unpack rootfs image as initramfs")
    check("the kernel boots with that tree as -dtb", True)
    machine.kill()
    machine = Machine("-timing", "off", "-m", "16G", "-kernel", os.path.join(guest, "linux"), "-append", "console=ttyAMA0 panic=-1", "-no-reboot")
    machine.expect(r"Memory: \d+K/16777216K available")
    machine.expect(r"Kernel panic - not syncing: VFS: Unable to mount root fs")
    check("16 GiB of memory are seen, and no root file system is a panic", True)
    check("the reset that follows ends the run with status 3", machine.end() == 3)


run(main)
