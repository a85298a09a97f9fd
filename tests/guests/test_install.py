#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Debian installed onto an empty disk from a mirror on this machine: its own programs partition it, debootstrap it, make it bootable, and
what was installed boots. LONG=1 only. Catches: what only hours of a package manager's work show: a file system torn, a process that dies, a
download damaged, a kernel and its initrd that do not fit together."""
import functools
import http.server
import os
import subprocess
import threading

from guest import Machine, check, fetched, finish, run, scratch

MIB = 1 << 20
DISK = 3072 * MIB
START = 1 * MIB
# A guest with four cores of a busy host to itself may take an hour for some of this.
HOURS = 4 * 3600


class Server(http.server.SimpleHTTPRequestHandler):
    asked = []

    def log_message(self, _, *words):
        Server.asked.append(str(words[0]))


def serve(folder):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Server, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://10.0.2.2:{server.server_port}"


def packages(mirror, *names):
    pool = os.listdir(os.path.join(mirror, "pool"))
    return [file for name in names for file in pool if file.startswith(name + "_")]


def install(guest, mirror, disk):
    """Partitions, makes a file system, debootstraps, installs a kernel. What the shell says is what Debian's programs say."""
    base = serve(mirror)
    with open(os.path.join(mirror, "complete"), encoding="ascii") as file:
        kernel = file.read().strip()
    machine = Machine("-speed", "max", "-timing", "off", "-m", "1024", "-machine", "virt,virtio=pci",
                      "-kernel", os.path.join(guest, "linux"), "-initrd", os.path.join(guest, "initrd.gz"),
                      "-append", "root=LABEL=debian console=ttyAMA0 quiet", "-nic", "user",
                      "-drive", f"file={os.path.join(guest, 'root.img')},format=raw,snapshot=on", "-drive", f"file={disk},format=raw")
    machine.log_in()

    def step(sentence, command):
        said, status = machine.shell(command, HOURS)
        return check(sentence, status == 0, said[-2000:])

    tools = " ".join(packages(mirror, "debootstrap", "fdisk", "libfdisk1", "libreadline8", "readline-common"))
    step("packages are fetched and installed", f"cd /tmp && for f in {tools}; do busybox wget -q {base}/pool/$f || exit 1; done && "
         "dpkg -i --force-depends *.deb && cd /")
    step("the disk is partitioned", f"echo 'start={START // 512}, type=L' | sfdisk -q /dev/vdb && ls /dev/vdb1")
    step("a file system is made and mounted", "mkfs.ext4 -q -L installed /dev/vdb1 && mkdir -p /mnt && mount /dev/vdb1 /mnt")
    step("debootstrap installs the base system", f"debootstrap --no-check-gpg --arch=arm64 bookworm /mnt {base}")
    step("the new system is told who it is", "echo installed > /mnt/etc/hostname && passwd -R /mnt -d root && "
         "echo 'LABEL=installed / ext4 defaults 0 1' > /mnt/etc/fstab && "
         f"echo 'deb [trusted=yes] {base} bookworm main' > /mnt/etc/apt/sources.list && for d in proc sys dev; do mount --bind /$d /mnt/$d; done")
    step("apt installs a kernel, which makes its initrd",
         f"chroot /mnt apt-get -q update && DEBIAN_FRONTEND=noninteractive chroot /mnt apt-get -q -y --no-install-recommends install {kernel}")
    step("it is unmounted", "cd / && umount /mnt/proc /mnt/sys /mnt/dev /mnt && sync")
    machine.send("poweroff\n")
    check("power off ends the run", machine.end() == 0)
    check("the index came from the mirror", any("Packages" in line for line in Server.asked))
    return kernel.removeprefix("linux-image-")


def boots(folder, disk, version):
    """Kernel and initrd are taken off the disk and given to orrery, as docs/user.md says."""
    part = os.path.join(folder, "part.img")
    subprocess.run(["dd", f"if={disk}", f"of={part}", "bs=1M", f"skip={START // MIB}", "conv=sparse", "status=none"], check=True)
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


def main():
    if not os.environ.get("LONG"):
        print("skipped: an installation takes an hour (LONG=1, make check-long)")
        finish()
    guest, mirror, folder = fetched("build-disk"), fetched("build-mirror"), scratch()
    disk = os.path.join(folder, "disk.img")
    with open(disk, "wb") as file:
        file.truncate(DISK)
    boots(folder, disk, install(guest, mirror, disk))


run(main)
