#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Debian's U-Boot and EDK II, unmodified: from the flash to a running kernel, and what they remember.

Catches: flash whose drivers do not find it or whose contents do not outlive the process, a kernel that firmware cannot load from a
disk, by TFTP or from fw_cfg, disks and networks that it finds on one transport only, a boot order that it does not obey, cores that Linux
cannot start behind it, a screen that EDK II paints and nobody sees, EFI services that Linux cannot call, time that is not kept."""
import os
import re
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
echo "cores: $(grep -c ^processor /proc/cpuinfo)"
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
    """In a qcow2 image, which has what was flushed: a tenth of a virtual second after it was saved. EDK II's bank below is a raw file."""
    image = f"{setting.work}/env.qcow2"
    run(guest.ORRERY, "image", "create", image, "64M")
    bank = ("-nic", "none", "-drive", f"if=pflash,unit=1,format=qcow2,file={image}")
    m = u_boot(setting, *bank)
    check("the_environment_is_bad_at_first", b"bad CRC" in m.said, m.text()[-300:])
    ask(m, "setenv greeting kept in flash", r"")
    ask(m, "saveenv", r"Saving Environment to Flash[^=]*OK")
    ask(m, "sleep 1", r"")
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


def ext4_disk(setting):
    files, disk = f"{setting.work}/files", f"{setting.work}/disk.img"
    os.mkdir(files)
    shutil.copy(setting.linux, f"{files}/linux")
    shutil.copy(setting.initrd, f"{files}/initrd")
    run("mke2fs", "-q", "-t", "ext4", "-d", files, disk, "80M")
    return disk


def u_boot_loads_from_a_disk(setting, disk, transport, cores):
    where = f"({transport}, {cores} cores)"
    m = u_boot(setting, "-machine", f"virt,virtio={transport}", "-smp", str(cores), "-drive", f"file={disk},format=raw,readonly=on")
    ask(m, "setenv autoload no; dhcp", r"DHCP client bound to address 10\.0\.2\.15")
    ask(m, "load virtio 0 ${kernel_addr_r} /linux", r"(\d+) bytes read")
    found = ask(m, "load virtio 0 ${ramdisk_addr_r} /initrd", r"(\d+) bytes read")
    check(f"files_on_ext4_have_their_size {where}", int(found.group(1)) == os.path.getsize(setting.initrd))
    ask(m, "setenv bootargs console=ttyAMA0 quiet by=u-boot", r"")
    m.send("booti ${kernel_addr_r} ${ramdisk_addr_r}:${filesize} ${fdtcontroladdr}\n")
    m.expect(GREETING)
    m.expect(r"command line: console=ttyAMA0 quiet by=u-boot\r?\n")
    check(f"linux_starts_all_cores_behind_u_boot {where}", int(m.expect(r"cores: (\d+)").group(1)) == cores)
    check(f"a_kernel_from_the_disk_runs {where}", m.end() == 0)


def u_boot_keeps_time(setting):
    """A third of a virtual second, to its prompt: what is remembered of blocks agrees with what is computed anew."""
    hashes, said = set(), f"{setting.work}/timed.txt"
    for mode in ("on", "reference"):
        ran = guest.orrery("-display", "none", "-serial", f"file:{said}", "-bios", f"{setting.firmware}/u-boot.bin", "-vga", "none",
                           "-nic", "none", "-m", "256", "-machine", "virt,virtio=pci", "-smp", "2", "-timing", mode, "-limit", "0.3", "-state-hash")
        hashes.add(re.search(r"state hash: (\w+)", ran.stdout).group(1))
        with open(said, encoding="latin-1") as file:
            check(f"u_boot_comes_to_its_prompt_with_timing_{mode}", "Hit any key" in file.read())
    check("the_fast_model_equals_the_reference_in_a_firmware", len(hashes) == 1, hashes)


# ---- EDK II ----

def efi_disk(setting, name, menu, grub, mib=96):
    """With GRUB at this place and its menu; a large one has a kernel too."""
    disk = f"{setting.work}/{name}.img"
    run("mformat", "-C", "-i", disk, "-T", str(mib << 11), *(["-F"] if mib >= 96 else []), "::")
    run("mmd", "-i", disk, "::/EFI", "::/EFI/debian", "::/EFI/BOOT")
    with open(f"{setting.work}/grub.cfg", "w", encoding="ascii") as to:
        to.write(menu)
    run("mcopy", "-i", disk, f"{setting.work}/grub.cfg", "::/EFI/debian/grub.cfg")
    run("mcopy", "-i", disk, f"{setting.firmware}/grubaa64.efi", f"::{grub}")
    if mib >= 96:
        run("mcopy", "-i", disk, setting.linux, setting.initrd, "::/")
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
    variables, disk = f"{setting.work}/vars.fd", efi_disk(setting, "efi", GRUB_MENU, "/grubaa64.efi")
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
                "console=ttyAMA0 quiet by=fw_cfg", "-nic", "none", "-vga", "none", "-timing", "off", "-m", "512", "-smp", "4")
    m.expect(GREETING)
    m.expect(r"command line: .*console=ttyAMA0 quiet by=fw_cfg[^\r\n]*\r?\n")
    check("linux_starts_all_cores_behind_edk2", m.expect(r"cores: (\d+)").group(1) == b"4")
    check("a_kernel_from_fw_cfg_runs", m.end() == 0)


def efi_obeys_the_boot_order(setting):
    """Of two disks and a network; the second disk has a kernel."""
    menus = 'echo "this is the first disk"\nhalt\n', GRUB_MENU
    disks = [efi_disk(setting, f"order{i}", menu, "/EFI/BOOT/BOOTAA64.EFI", 16 if i == 0 else 96) for i, menu in enumerate(menus)]
    first, second = [f"file={disk},format=raw,readonly=on" for disk in disks]

    def start(transport, *options):
        m = Machine("-bios", f"{setting.firmware}/QEMU_EFI.fd", "-machine", f"virt,virtio={transport}", "-vga", "none", "-timing", "off",
                    "-m", "512", *options)
        return m, m.expect(rf"this is the first disk|Start PXE|{GREETING}").group(0)

    m, found = start("pci", "-smp", "2", "-drive", first, "-drive", second + ",bootindex=0", "-boot", "order=nc")
    check("a_boot_index_comes_before_the_order (pci)", found == GREETING.encode(), found)
    check("a_kernel_runs_through_grub_on_pci", m.expect(r"cores: (\d+)").group(1) == b"2" and m.end() == 0)
    m, found = start("pci", "-drive", first, "-drive", second, "-boot", "order=nc")
    check("the_network_comes_first_where_the_order_says_so (pci)", found == b"Start PXE", found)
    m.kill()
    m, found = start("mmio", "-nic", "user,bootindex=2", "-drive", second + ",bootindex=1", "-drive", first + ",bootindex=0")
    check("boot_indices_are_obeyed (mmio)", found == b"this is the first disk" and m.end() == 0, found)


def main():
    need("mke2fs", "mformat", "mcopy", "mmd")
    setting = Setting()
    disk = ext4_disk(setting)
    for transport, cores in (("mmio", 1), ("pci", 4)):
        u_boot_loads_from_a_disk(setting, disk, transport, cores)
    for test in (u_boot_remembers, u_boot_loads_by_tftp, u_boot_keeps_time, efi_remembers_and_boots, efi_loads_from_fw_cfg,
                 efi_obeys_the_boot_order):
        test(setting)


guest.run(main)
