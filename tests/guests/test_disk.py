#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Debian on virtio disks, with a network. Catches: disk data that is lost, torn or in the wrong place, in raw and qcow2 images; discards that
free nothing; a CD that can be written; flushes that are none; host errors that the guest never hears of; a network that loses or damages
what passes."""
import hashlib
import http.server
import os
import resource
import socket
import subprocess
import threading
import urllib.request

from guest import ORRERY, Machine, check, fetched, run, scratch

MIB = 1 << 20
PAGE = bytes(range(256)) * 4096 + b"the end"      # a megabyte and a bit


class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_):
        pass


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def empty_disk(folder, name, size):
    disk = os.path.join(folder, name)
    with open(disk, "wb") as file:
        file.truncate(size)
    return disk


def boot(guest, *more, before=None):
    machine = Machine("-speed", "max", "-m", "512", "-kernel", os.path.join(guest, "linux"), "-initrd", os.path.join(guest, "initrd.gz"),
                      "-append", "root=LABEL=debian console=ttyAMA0 quiet",
                      "-drive", f"file={os.path.join(guest, 'root.img')},if=virtio,format=raw,snapshot=on", *more, before=before)
    machine.log_in()
    return machine


def on_host(*command):
    done = subprocess.run(command, capture_output=True, env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"})
    return done.returncode, done.stdout


def qcow2_is_sound(qcow2, raw, digest):
    status, said = on_host("qemu-img", "check", qcow2)
    check("qemu-img finds nothing to repair", status == 0, said.decode())
    on_host("qemu-img", "convert", "-O", "raw", qcow2, raw)
    status, said = on_host("e2fsck", "-fn", raw)
    check("e2fsck finds nothing to repair in it", status == 0, said.decode())
    said = on_host("debugfs", "-R", "cat /random.8", raw)[1]
    check("a large file in it is what the guest wrote", hashlib.sha256(said).hexdigest() == digest)
    taken = os.stat(qcow2).st_blocks * 512
    check("what was trimmed takes no room", taken < 12 * MIB, f"{taken} bytes")


class Holes:
    """A raw disk and a qcow2 one that are filled, and discarded and zeroed in places; the host has to see what the guest reads.

    It does so when the guest has asked for a flush: `sync` alone asks for none after direct writes, and until then a qcow2 image has its
    tables in our memory. Nor may a file system be mounted: the guest then reads the disk from two caches that do not know of each other.
    A comparison without the one or the other fails, here as under QEMU."""
    SIZE = 4 * MIB

    def __init__(self, folder):
        self.folder = folder
        self.images = [os.path.join(folder, "holes.raw"), os.path.join(folder, "holes.qcow2")]
        empty_disk(folder, "holes.raw", self.SIZE)
        on_host(ORRERY, "image", "create", self.images[1], str(self.SIZE))

    def drives(self):
        return ["-drive", f"file={self.images[0]},format=raw", "-drive", f"file={self.images[1]},format=qcow2"]

    def on_host(self, image):
        """The disk as others see it while orrery has it open."""
        raw = os.path.join(self.folder, "seen")
        on_host("qemu-img", "convert", "-U", "-f", image.rsplit(".", 1)[1], "-O", "raw", image, raw)
        with open(raw, "rb") as file:
            return file.read()

    def make(self, machine, disks):
        for disk, image in zip(disks, self.images):
            kind = image.rsplit(".", 1)[1]
            said, status = machine.shell(
                f"head -c {self.SIZE} /dev/urandom | dd of={disk} bs=64k iflag=fullblock oflag=direct && "
                f"blkdiscard -o {MIB} -l 524288 {disk} && blkdiscard -o 2097664 -l 200704 {disk} && blkdiscard -z -o 3146240 -l 131584 {disk} && "
                f"dd if=/dev/urandom of={disk} bs=4096 seek=300 count=3 conv=notrunc,fsync && sha256sum < {disk} | tail -1")
            seen = self.on_host(image)
            check(f"the host sees what the guest reads after discards ({kind})",
                  status == 0 and said.endswith(f"{hashlib.sha256(seen).hexdigest()}  -"), said)
            check(f"whole clusters that were discarded are zeroes ({kind})", not any(seen[1310720:1572864]))
            check(f"what was zeroed is, to the sector, and its neighbours are not ({kind})", not any(seen[3146240:3277824])
                  and any(seen[3145728:3146240]) and any(seen[3277824:3278336]))
        self.last = [machine.shell(f"dd if=/dev/urandom of={disk} bs=512 seek=77 count=1 oflag=direct; blkdiscard -o 524288 -l 65536 {disk}; "
                                   f"sha256sum < {disk} | tail -1")[0] for disk in disks]

    def compare(self):
        """At the end, which closes the images."""
        for image, said in zip(self.images, self.last):
            check("what was not flushed is there when the machine has been switched off",
                  said.endswith(f"{hashlib.sha256(self.on_host(image)).hexdigest()}  -"), said)


def files_and_network(guest, folder):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    inward = free_port()
    disk = empty_disk(folder, "data.img", 64 * MIB)
    qcow2 = os.path.join(folder, "data.qcow2")
    check("a qcow2 image is made", on_host(ORRERY, "image", "create", qcow2, "64M")[0] == 0)
    holes = Holes(folder)
    machine = boot(guest, "-drive", f"file={disk},if=virtio,format=raw,serial=DATA1",
                   "-drive", f"file={qcow2},format=qcow2", "-drive", f"file={os.path.join(guest, 'initrd.gz')},media=cdrom",
                   *holes.drives(), "-nic", f"user,hostfwd=tcp:127.0.0.1:{inward}-:80")

    said, status = machine.shell("cat /sys/block/vdb/serial")
    check("the disk's serial number is read", said == "DATA1", said)
    said, status = machine.shell("mkfs.ext4 -q /dev/vdb && mkdir -p /mnt && mount /dev/vdb /mnt")
    check("a file system is made and mounted", status == 0, said)
    said, status = machine.shell("for i in 1 2 3 4 5 6 7 8; do head -c 1500000 /dev/urandom > /mnt/random.$i; done; mkdir /mnt/many; "
                                 "i=0; while [ $i -lt 300 ]; do echo $i > /mnt/many/$i; i=$((i+1)); done; rm /mnt/random.3; "
                                 "echo persistent > /mnt/note; sync; sha256sum /mnt/random.8")
    check("files are written", status == 0, said)
    digest = said.split()[0]

    said, status = machine.shell("mkfs.ext4 -q /dev/vdc && mkdir -p /qcow2 && mount /dev/vdc /qcow2 && cp /mnt/random.* /mnt/note /qcow2 && "
                                 "sync && rm /qcow2/random.[1-6] && sync && fstrim -v /qcow2")
    check("a file system in a qcow2 image is made, filled and trimmed", status == 0 and "trimmed" in said, said)
    machine.shell("head -c 3000000 /dev/urandom > /qcow2/random.9; umount /qcow2")
    said, status = machine.shell("sha256sum < /dev/vdd; cat /sys/block/vdd/ro; dd if=/dev/zero of=/dev/vdd bs=512 count=1 2>&1")
    with open(os.path.join(guest, "initrd.gz"), "rb") as file:
        cd = file.read()
    cd += bytes(-len(cd) % 512)
    check("a CD is read, and cannot be written", said.startswith(hashlib.sha256(cd).hexdigest()) and "\n1" in said.replace("\r", "")
          and status != 0, said)

    holes.make(machine, ["/dev/vde", "/dev/vdf"])
    said, status = machine.shell(f"busybox wget -q -O /mnt/page http://10.0.2.2:{server.server_port}/ && sha256sum /mnt/page")
    check("a page of the host's server arrives whole", said.startswith(hashlib.sha256(PAGE).hexdigest()), said)
    machine.shell("mkdir -p /srv && cp /mnt/page /srv/page && busybox httpd -p 80 -h /srv")
    with urllib.request.urlopen(f"http://127.0.0.1:{inward}/page", timeout=120) as answer:
        check("a page of the guest's server arrives whole", answer.read() == PAGE)

    machine.send("umount /mnt; sync; poweroff\n")
    check("power off ends the run with status 0", machine.end() == 0)
    server.shutdown()
    holes.compare()
    status, said = on_host("e2fsck", "-fn", disk)
    check("e2fsck finds nothing to repair", status == 0, said.decode())
    check("a small file is there", on_host("debugfs", "-R", "cat /note", disk)[1] == b"persistent\n")
    check("the last of three hundred is there", on_host("debugfs", "-R", "cat /many/299", disk)[1] == b"299\n")
    check("a removed file is not", b"random.3" not in on_host("debugfs", "-R", "ls /", disk)[1])
    said = on_host("debugfs", "-R", "cat /random.8", disk)[1]
    check("a large file is what the guest wrote", hashlib.sha256(said).hexdigest() == digest)
    qcow2_is_sound(qcow2, os.path.join(folder, "whole"), digest)


def host_errors(guest, folder):
    """The host refuses to write past a size: the guest must be told, and nothing else may happen. The limit lies above the size of the
    root disk, whose changes kept aside are under it too."""
    limit = 1280 * MIB
    disk = empty_disk(folder, "large.img", 2048 * MIB)
    machine = boot(guest, "-drive", f"file={disk},if=virtio,format=raw", "-nic", "none",
                   before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    said, status = machine.shell("dd if=/dev/zero of=/dev/vdb bs=1M count=4 oflag=direct 2>&1")
    check("what fits is written", status == 0, said)
    said, status = machine.shell("tr '\\0' x < /dev/zero | dd of=/dev/vdb bs=1M seek=1500 count=1 iflag=fullblock oflag=direct 2>&1")
    check("a host error is an I/O error of the guest", status != 0 and "Input/output error" in said, said)
    os.truncate(disk, MIB)
    said, status = machine.shell("dd if=/dev/vdb of=/dev/null bs=64k skip=100 count=4 iflag=direct 2>&1")
    check("a disk cut off behind its back is an I/O error too", status != 0 and "Input/output error" in said, said)
    said, status = machine.shell("echo alive; dd if=/dev/vdb of=/dev/null bs=64k count=16 iflag=direct 2>&1")
    check("the guest and its disk go on", status == 0 and "alive" in said, said)
    machine.send("poweroff\n")
    check("it still powers off", machine.end() == 0)


def main():
    guest, folder = fetched("build-disk"), scratch()
    files_and_network(guest, folder)
    host_errors(guest, folder)


run(main)
