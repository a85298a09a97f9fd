#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Debian installed onto an empty disk from a mirror on this machine (roms/guests/build-mirror, served on loopback). LONG=1 only. The
installer's own initrd, preseeded, is followed until it has found the mirror; its own parts for arm64 (udebs) are not on every mirror.
From there on another Debian does what it would have done, with the same programs: partitions, file systems, debootstrap, a kernel, GRUB; and
what was installed boots: by its kernel, and by EDK II, which remembers how. Catches: what only hours of a package manager's work show: a file system
torn, a process that dies, a download damaged, a kernel and its initrd that do not fit together, firmware's variables that Linux cannot write."""
import functools
import http.server
import os
import re
import shutil
import subprocess
import threading
import time

from guest import Machine, check, fetched, finish, run, scratch

MIB = 1 << 20
DISK = 3072 * MIB
START = 65 * MIB             # of the second partition, behind EDK II's
# A guest with four cores of a busy host to itself may take an hour for some of this.
HOURS = 4 * 3600


# What docs/user.md tells users to answer, as far as the mirror matters.
PRESEED = """d-i debian-installer/locale string en_US
d-i keyboard-configuration/xkb-keymap select us
d-i netcfg/choose_interface select auto
d-i netcfg/get_hostname string installed
d-i netcfg/get_domain string local
d-i mirror/protocol string http
d-i mirror/country string manual
d-i mirror/http/hostname string {mirror}
d-i mirror/http/directory string /
d-i mirror/http/proxy string
d-i mirror/suite string bookworm
d-i debian-installer/allow_unauthenticated boolean true
d-i anna/no_kernel_modules boolean true
"""


class Server(http.server.SimpleHTTPRequestHandler):
    """The mirror, and the answers. What was asked for is written down."""
    asked = []

    def do_GET(self):
        Server.asked.append(self.path)
        if not self.path.startswith("/preseed.cfg"):
            super().do_GET()
            return
        answers = PRESEED.format(mirror=self.headers["Host"]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answers)))
        self.end_headers()
        self.wfile.write(answers)

    def log_message(self, *_):
        pass


def serve(folder):
    """What the guest calls a server of this folder: libslirp's name for the host, and a port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Server, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"10.0.2.2:{server.server_port}"


def installer_finds(guest, mirror):
    """The installer with nobody to answer its questions: network, answers, and whether the mirror has Debian for its architecture."""
    where, last = serve(mirror), "/dists/bookworm/main/binary-arm64/Release"
    machine = Machine("-speed", "max", "-timing", "off", "-m", "640", "-machine", "virt,virtio=pci", "-nic", "user", "-vga", "none",
                      "-kernel", os.path.join(guest, "linux"), "-initrd", os.path.join(guest, "initrd.gz"),
                      "-append", f"auto=true priority=critical preseed/url=http://{where}/preseed.cfg console=ttyAMA0 DEBIAN_FRONTEND=text")
    until = time.monotonic() + HOURS
    while last not in Server.asked and time.monotonic() < until and machine.process.poll() is None:
        machine.listen(time.monotonic() + 5)
    check("the installer asks for its answers", any(path.startswith("/preseed.cfg") for path in Server.asked), machine.text()[-600:])
    check("it looks for Debian 12 on the mirror", "/dists/bookworm/Release" in Server.asked, Server.asked)
    check("it asks the mirror for its own architecture", last in Server.asked, Server.asked)
    machine.kill()


def packages(mirror, *names):
    pool = os.listdir(os.path.join(mirror, "pool"))
    return [file for name in names for file in pool if file.startswith(name + "_")]


def install(guest, mirror, disk):
    """Partitions, makes a file system, debootstraps, installs a kernel. What the shell says is what Debian's programs say."""
    base = f"http://{serve(mirror)}"
    with open(os.path.join(mirror, "complete"), encoding="ascii") as file:
        kernel = file.read().strip()
    machine = Machine("-speed", "max", "-timing", "off", "-m", "1024", "-machine", "virt,virtio=pci",
                      "-kernel", os.path.join(guest, "linux"), "-initrd", os.path.join(guest, "initrd.gz"),
                      "-append", "root=LABEL=debian console=ttyAMA0 quiet", "-nic", "user",
                      "-rtc", "base=utc",   # apt refuses a mirror that is younger than its clock
                      "-drive", f"file={os.path.join(guest, 'root.img')},format=raw,snapshot=on", "-drive", f"file={disk},format=raw")
    machine.log_in()

    def step(sentence, command):
        said, status = machine.shell(command, HOURS)
        return check(sentence, status == 0, said[-2000:])

    tools = " ".join(packages(mirror, "debootstrap", "fdisk", "libfdisk1", "libreadline8", "readline-common"))
    step("packages are fetched and installed", f"cd /tmp && for f in {tools}; do busybox wget -q {base}/pool/$f || exit 1; done && "
         "dpkg -i --force-depends *.deb && cd /")
    step("the disk is partitioned", f"printf 'label: gpt\\nstart=2048, size={START // 512 - 2048}, type=U\\nstart={START // 512}, type=L\\n' | "
         "sfdisk -q /dev/vdb && ls /dev/vdb1 /dev/vdb2")
    step("a file system is made and mounted", "mkfs.ext4 -q -L installed /dev/vdb2 && mkdir -p /mnt && mount /dev/vdb2 /mnt")
    step("debootstrap installs the base system", f"debootstrap --no-check-gpg --arch=arm64 bookworm /mnt {base}")
    step("the new system is told who it is", "echo installed > /mnt/etc/hostname && passwd -R /mnt -d root && "
         "printf 'LABEL=installed / ext4 defaults 0 1\\nLABEL=EFI /boot/efi vfat umask=0077 0 1\\n' > /mnt/etc/fstab && "
         f"echo 'deb [trusted=yes] {base} bookworm main' > /mnt/etc/apt/sources.list && for d in proc sys dev; do mount --bind /$d /mnt/$d; done")
    step("apt installs a kernel, which makes its initrd",
         f"chroot /mnt apt-get -q update && DEBIAN_FRONTEND=noninteractive chroot /mnt apt-get -q -y --no-install-recommends install {kernel} "
         "grub-efi-arm64 efibootmgr dosfstools")
    step("firmware's partition is made and mounted", "chroot /mnt modprobe vfat && chroot /mnt mkfs.vfat -n EFI /dev/vdb1 && "
         "mkdir -p /mnt/boot/efi && mount /dev/vdb1 /mnt/boot/efi")
    # This Debian was not started by firmware, and has no udev to say which disk has which UUID.
    step("GRUB is installed where firmware finds it", "chroot /mnt grub-install --target=arm64-efi --removable --no-nvram && "
         "mkdir -p /dev/disk/by-uuid && ln -s /dev/vdb2 /dev/disk/by-uuid/$(chroot /mnt blkid -s UUID -o value /dev/vdb2) && "
         "sed -i 's/^GRUB_CMDLINE_LINUX=.*/GRUB_CMDLINE_LINUX=console=ttyAMA0/; s/^GRUB_TIMEOUT=.*/GRUB_TIMEOUT=1/' /mnt/etc/default/grub && "
         "chroot /mnt update-grub && grep root=UUID= /mnt/boot/grub/grub.cfg")
    step("it is unmounted", "cd / && umount /mnt/boot/efi /mnt/proc /mnt/sys /mnt/dev /mnt && sync")
    machine.send("poweroff\n")
    check("power off ends the run", machine.end() == 0)
    check("the index came from the mirror", any("/main/binary-arm64/Packages" in path for path in Server.asked))
    return kernel.removeprefix("linux-image-")


def boots(folder, disk, version):
    """Kernel and initrd are taken off the disk and given to orrery, as docs/user.md says."""
    part = f"{disk}?offset={START}"
    environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
    status = subprocess.run(["e2fsck", "-fn", part], env=environment, capture_output=True).returncode
    check("e2fsck finds nothing to repair", status == 0, status)
    for name in ("vmlinuz", "initrd.img"):
        subprocess.run(["debugfs", "-R", f"dump /boot/{name}-{version} {folder}/{name}", part], env=environment, capture_output=True, check=True)
    machine = Machine("-speed", "max", "-timing", "off", "-m", "1024", "-kernel", f"{folder}/vmlinuz", "-initrd", f"{folder}/initrd.img",
                      "-append", "root=LABEL=installed console=ttyAMA0", "-drive", f"file={disk},format=raw", "-nic", "user")
    machine.log_in()
    said, status = machine.shell("hostname; cat /etc/debian_version; systemctl is-system-running --wait; dpkg --audit | wc -l", HOURS)
    lines = said.split("\n")
    check("the installed system boots to a shell and knows its name", lines[0] == "installed", said)
    check("it is Debian 12", len(lines) > 1 and lines[1].startswith("12."), said)
    check("no package is half installed", lines[-1] == "0", said)
    machine.send("poweroff\n")
    check("the installed system powers off", machine.end() == 0)


def booted_by(machine):
    """The name of the entry of the boot order that firmware took, as the guest's efibootmgr tells it."""
    said, _ = machine.shell("efibootmgr", HOURS)
    current = re.search(r"BootCurrent: (\w+)", said)
    entry = current and re.search(rf"^Boot{current.group(1)}\*? ([^\t\n]*)", said, re.M)
    return entry.group(1).strip() if entry else said


def boots_by_firmware(folder, disk):
    """First by the name that every removable disk has; then by an entry of its own, which outlives a restart and the process."""
    firmware, variables = fetched("fetch-firmware"), os.path.join(folder, "variables.fd")
    shutil.copy(os.path.join(firmware, "AAVMF_VARS.fd"), variables)

    def start():
        return Machine("-speed", "max", "-timing", "off", "-m", "1024", "-vga", "ramfb", "-nic", "none",
                       "-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={firmware}/AAVMF_CODE.fd",
                       "-drive", f"if=pflash,unit=1,format=raw,file={variables}", "-drive", f"file={disk},format=raw")

    machine = start()
    machine.expect("Welcome to GRUB!", HOURS)
    machine.log_in()
    said, status = machine.shell("hostname && ls -d /sys/firmware/efi && findmnt -no SOURCE /boot/efi", HOURS)
    check("EDK II and GRUB boot the installed system", status == 0 and said.startswith("installed\n"), said)
    check("it was not by an entry of its own", booted_by(machine) != "debian", booted_by(machine))
    said, status = machine.shell("grub-install --target=arm64-efi", HOURS)
    check("GRUB writes a boot entry into firmware's variables", status == 0, said)
    machine.send("reboot\n")
    machine.expect("Welcome to GRUB!", HOURS)
    machine.log_in()
    check("a restart goes by that entry", booted_by(machine) == "debian", booted_by(machine))
    machine.send("poweroff\n")
    check("power off ends the run", machine.end() == 0)
    machine = start()
    machine.log_in()
    check("and so does another process", booted_by(machine) == "debian", booted_by(machine))
    machine.send("poweroff\n")
    check("power off ends that, too", machine.end() == 0)


def main():
    if not os.environ.get("LONG"):
        print("skipped: an installation takes an hour (LONG=1, make check-long)")
        finish()
    guest, mirror, folder = fetched("build-disk"), fetched("build-mirror"), scratch()
    installer_finds(fetched("fetch"), mirror)
    disk = os.path.join(folder, "disk.img")
    with open(disk, "wb") as file:
        file.truncate(DISK)
    boots(folder, disk, install(guest, mirror, disk))
    boots_by_firmware(folder, disk)


run(main)
