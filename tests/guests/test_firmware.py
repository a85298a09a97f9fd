#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Debian's U-Boot and EDK II, unmodified: from the flash to a running kernel, and what they remember.

Catches: flash whose drivers do not find it or whose contents do not outlive the process, a kernel that firmware cannot load from a
disk, by TFTP or from fw_cfg, a screen that EDK II paints and nobody sees, EFI services that Linux cannot call."""
import os
import shutil
import subprocess
import zlib

import guest
import initrd
from guest import ROOT, Machine, Picture, check

GREETING = "the kernel's first program speaks"
# What the guest knows of how it was started, and then off.
INIT = f"""#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sys /sys
echo "{GREETING}"
echo "command line: $(cat /proc/cmdline)"
[ -d /sys/firmware/efi ] && echo "efi: $(cat /sys/firmware/efi/fw_platform_size) bits, frame buffer $(cat /proc/fb)"
poweroff -f
"""
VARIABLE = "Orrery -guid 6a8a5a1e-0b4c-4e1c-9d3f-0123456789ab"
GRUB_MENU = "linux /linux console=ttyAMA0 quiet by=grub\ninitrd /initrd\nboot\n"


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            guest.skip(f"{program} is not installed")


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class Setting:
    """The files that all of the tests start from."""

    def __init__(self):
        self.firmware = guest.fetched("fetch-firmware")
        self.debian = guest.fetched("fetch")
        self.work = guest.scratch()
        self.linux = f"{self.debian}/linux"
        self.initrd = f"{self.work}/initrd"
        with open(self.initrd, "wb") as to:
            to.write(initrd.small(f"{self.debian}/initrd.gz", "$^", INIT))

    def flash(self, name, size=64 << 20):
        """A bank as it is delivered: nothing in it."""
        file = f"{self.work}/{name}"
        with open(file, "wb") as to:
            to.truncate(size)
        return file


# ---- U-Boot ----

def u_boot(setting, *options):
    """At its prompt."""
    m = Machine("-bios", f"{setting.firmware}/u-boot.bin", "-vga", "none", "-timing", "off", "-m", "512", *options)
    m.expect(r"Hit any key to stop autoboot")
    m.send("\n")
    m.expect(r"=> ")
    return m


def ask(m, command, answer):
    m.send(command + "\n")
    found = m.expect(answer)
    m.expect(r"=> ")
    return found


def u_boot_remembers(setting):
    bank = ("-nic", "none", "-drive", f"if=pflash,unit=1,format=raw,file={setting.flash('env.fd')}")
    m = u_boot(setting, *bank)
    check("the_environment_is_bad_at_first", b"bad CRC" in m.said, m.text()[-300:])
    ask(m, "setenv greeting kept in flash", r"")
    ask(m, "saveenv", r"Saving Environment to Flash[^=]*OK")
    m.kill()   # without a chance to write anything
    m = u_boot(setting, *bank)
    check("the_environment_is_good_now", b"bad CRC" not in m.said, m.text()[-300:])
    check("u_boot_remembers", ask(m, "printenv greeting", r"greeting=([^\r\n]*)").group(1) == b"kept in flash")
    m.kill()


def u_boot_loads_by_tftp(setting):
    folder = f"{setting.work}/tftp"
    os.mkdir(folder)
    shutil.copy(f"{ROOT}/roms/hello/hello.img", f"{folder}/hello.img")
    with open(f"{folder}/hello.img", "rb") as file:
        sum32 = zlib.crc32(file.read())
    m = u_boot(setting, "-nic", f"user,restrict=on,tftp={folder}")
    ask(m, "setenv autoload no; dhcp", r"DHCP client bound to address 10\.0\.2\.15")
    ask(m, "tftpboot ${kernel_addr_r} 10.0.2.2:hello.img", r"Bytes transferred = \d+")
    found = ask(m, "crc32 ${kernel_addr_r} ${filesize}", r"==> ([0-9a-f]{8})")
    check("a_file_comes_by_tftp_as_it_was", int(found.group(1), 16) == sum32)
    m.send("booti ${kernel_addr_r} - ${fdtcontroladdr}\n")
    m.expect(r"Starting kernel")
    m.expect(r"hello")
    check("a_kernel_from_the_network_runs", m.end() == 0)


def u_boot_loads_from_a_disk(setting):
    files = f"{setting.work}/files"
    os.mkdir(files)
    shutil.copy(setting.linux, f"{files}/linux")
    shutil.copy(setting.initrd, f"{files}/initrd")
    disk = f"{setting.work}/disk.img"
    run("mke2fs", "-q", "-t", "ext4", "-d", files, disk, "80M")
    m = u_boot(setting, "-nic", "none", "-drive", f"file={disk},format=raw,readonly=on")
    ask(m, "load virtio 0 ${kernel_addr_r} /linux", r"(\d+) bytes read")
    found = ask(m, "load virtio 0 ${ramdisk_addr_r} /initrd", r"(\d+) bytes read")
    check("files_on_ext4_have_their_size", int(found.group(1)) == os.path.getsize(setting.initrd))
    ask(m, "setenv bootargs console=ttyAMA0 quiet by=u-boot", r"")
    m.send("booti ${kernel_addr_r} ${ramdisk_addr_r}:${filesize} ${fdtcontroladdr}\n")
    m.expect(GREETING)
    m.expect(r"command line: console=ttyAMA0 quiet by=u-boot\r?\n")
    check("a_kernel_from_the_disk_runs", m.end() == 0)


# ---- EDK II ----

def efi_disk(setting):
    disk = f"{setting.work}/efi.img"
    run("mformat", "-C", "-i", disk, "-T", str(96 << 11), "-F", "::")
    run("mmd", "-i", disk, "::/EFI", "::/EFI/debian")
    with open(f"{setting.work}/grub.cfg", "w", encoding="ascii") as to:
        to.write(GRUB_MENU)
    for file, to in (("grub.cfg", "EFI/debian/grub.cfg"), ("initrd", "initrd")):
        run("mcopy", "-i", disk, f"{setting.work}/{file}", f"::/{to}")
    run("mcopy", "-i", disk, setting.linux, "::/linux")
    run("mcopy", "-i", disk, f"{setting.firmware}/grubaa64.efi", "::/grubaa64.efi")
    return disk


def efi(setting, variables, disk, *options):
    """At the prompt of its shell."""
    m = Machine("-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={setting.firmware}/AAVMF_CODE.fd",
                "-drive", f"if=pflash,unit=1,format=raw,file={variables}", "-drive", f"file={disk},format=raw,readonly=on",
                "-nic", "none", "-vga", "ramfb", "-timing", "off", "-m", "512", *options)
    m.expect(r"UEFI firmware")
    m.expect(r"UEFI Interactive Shell")
    m.expect(r"any other key to continue")
    m.send("\x1b")
    m.expect(r"Shell> ")
    return m


def efi_remembers_and_boots(setting):
    variables, disk = f"{setting.work}/vars.fd", efi_disk(setting)
    run("cp", "--sparse=always", f"{setting.firmware}/AAVMF_VARS.fd", variables)
    m = efi(setting, variables, disk)
    m.send(f"setvar {VARIABLE}\r")
    m.expect(r"Unable to get")
    m.expect(r"Shell> ")
    m.send(f"setvar {VARIABLE} -bs -rt -nv =0x1234abcd\r")
    m.expect(r"Shell> ")
    m.send(f"setvar {VARIABLE}\r")
    m.expect(r"CD AB 34 12")
    m.kill()
    picture = f"{setting.work}/efi.png"
    m = efi(setting, variables, disk, "-screendump", f"{picture}@3")
    m.send(f"setvar {VARIABLE}\r")
    check("variables_survive", m.expect(r"CD AB 34 12|Unable to get").group(0) == b"CD AB 34 12")
    m.send("FS0:\\grubaa64.efi\r")
    m.expect(r"Welcome to GRUB!")
    m.expect(GREETING)
    m.expect(r"command line: .*console=ttyAMA0 quiet by=grub\r?\n")
    found = m.expect(r"efi: (\d+) bits, frame buffer ([^\r\n]*)")
    check("linux_has_efi", found.group(1) == b"64")
    check("linux_paints_where_edk2_did", b"EFI VGA" in found.group(2), found.group(2))
    check("a_kernel_from_grub_runs", m.end() == 0)
    shot = Picture(picture)
    check("edk2_is_seen", (shot.width, shot.height) == (800, 600) and shot.colours() > 2, f"{shot.width}x{shot.height}")


def efi_loads_from_fw_cfg(setting):
    m = Machine("-bios", f"{setting.firmware}/QEMU_EFI.fd", "-kernel", setting.linux, "-initrd", setting.initrd, "-append",
                "console=ttyAMA0 quiet by=fw_cfg", "-nic", "none", "-vga", "none", "-timing", "off", "-m", "512")
    m.expect(GREETING)
    m.expect(r"command line: .*console=ttyAMA0 quiet by=fw_cfg[^\r\n]*\r?\n")
    check("a_kernel_from_fw_cfg_runs", m.end() == 0)


def main():
    need("mke2fs", "mformat", "mcopy", "mmd")
    setting = Setting()
    for test in (u_boot_remembers, u_boot_loads_by_tftp, u_boot_loads_from_a_disk,
                 efi_remembers_and_boots, efi_loads_from_fw_cfg):
        test(setting)


guest.run(main)
