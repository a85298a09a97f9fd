#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Linux with its devices on PCI, and its virtio console. Catches: functions that Linux does not find or whose messages it does not get, a
disk, network, screen or keyboard that works on one transport only, a console that loses what passes. No timing model: it is not the point."""
import http.server
import os
import socket
import threading
import time

from guest import PATIENCE, Machine, Picture, check, fetched, run, scratch

PAGE = bytes(range(256)) * 1024
GREY = (170, 170, 170)       # of a console's background
# Virtual seconds: long after the login and the pattern on the screen, and the guest sleeps until then.
KEYS_AT, PICTURE_AT = 60, 70


class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_):
        pass


def all_on_pci(guest, folder):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    picture = os.path.join(folder, "screen.png")
    machine = Machine("-speed", "max", "-timing", "off", "-m", "512", "-machine", "virt,virtio=pci",
                      "-kernel", os.path.join(guest, "linux"), "-initrd", os.path.join(guest, "initrd.gz"),
                      "-append", "root=LABEL=debian console=ttyAMA0 quiet", "-nic", "user",
                      "-drive", f"file={os.path.join(guest, 'root.img')},format=raw,snapshot=on",
                      "-sendkeys", f"a@{KEYS_AT}", "-screendump", f"{picture}@{PICTURE_AT}")
    machine.log_in()
    said, _ = machine.shell("readlink -f /sys/block/vda; readlink -f /sys/class/net/eth0; readlink -f /sys/class/drm/card0; "
                            "readlink -f /sys/class/input/event*")
    check("disk, network, screen, keyboard and tablet are on PCI", said.count("/pci0000:00/") == 5, said)
    said, _ = machine.shell("ls /sys/bus/pci/devices | wc -l; cat /sys/bus/pci/devices/0000:00:01.0/enable; "
                            "cat /sys/bus/pci/devices/0000:00:1f.0/vendor 2>/dev/null || echo none")
    check("there are no functions but those", said.split() == ["8", "1", "none"], said)
    said, status = machine.shell(f"busybox wget -q -O /tmp/page http://10.0.2.2:{server.server_port}/ && wc -c < /tmp/page")
    check("a page of the host's server arrives whole", said == str(len(PAGE)), said)
    said, _ = machine.shell("grep MSI /proc/interrupts")
    counts = {line.split()[-1]: int(line.split()[1]) for line in said.split("\n") if line}
    check("the disk interrupts by messages", counts.get("virtio0-req.0", 0) > 100, said)
    check("the network too, by queue", all(counts.get(f"virtio1-{queue}.0", 0) > 2 for queue in ("input", "output")), said)
    said, status = machine.shell("dd if=/dev/vda of=/dev/null bs=1M count=64 2>&1 && printf '\\033[47m\\033[2J' > /dev/tty1")
    check("the disk is read and the screen filled", status == 0, said)
    said, status = machine.shell("for e in /dev/input/event*; do (timeout 90 head -c 96 $e > /tmp/${e##*/}) & done; wait; "
                                 "cat /tmp/event* | od -An -tx1 | tr -d '\\n '")
    check("a key that is typed arrives: down and up", "01001e0001000000" in said and "01001e0000000000" in said, said)
    machine.send("poweroff\n")
    check("power off ends the run with status 0", machine.end() == 0)
    server.shutdown()
    check("the screen shows what was drawn", sum(Picture(picture).at(x, 300) == GREY for x in range(0, 1024, 16)) > 60)


def console(guest, folder, transport):
    """The installer's initrd has the driver; its shell is enough of a system."""
    where, written = os.path.join(folder, f"{transport}.socket"), os.path.join(folder, f"{transport}.txt")
    machine = Machine("-speed", "max", "-timing", "off", "-m", "512", "-machine", f"virt,virtio={transport}", "-nic", "none", "-vga", "none",
                      "-kernel", os.path.join(guest, "linux"), "-initrd", os.path.join(guest, "initrd.gz"),
                      "-append", "rdinit=/bin/sh console=ttyAMA0 quiet", "-device", "virtio-serial",
                      "-chardev", f"socket,id=line,path={where},server=on,wait=off", "-device", "virtconsole,chardev=line",
                      "-chardev", f"file,id=out,path={written}", "-device", "virtserialport,chardev=out")
    machine.expect(r"# ")
    machine.send("stty -echo; PS1=; PS2=; echo re''ady\n")
    machine.expect(r"ready\r?\n")
    said, status = machine.shell("mount -t devtmpfs dev /dev; mount -t sysfs sys /sys; modprobe virtio_pci; modprobe virtio_mmio; "
                                 "modprobe virtio_console; until [ -c /dev/hvc0 ] && cat /sys/class/virtio-ports/*p1/name; do sleep 1; done")
    check(f"Linux finds the console and the name of the other port ({transport})", said.endswith("org.orrery.port1"), said)
    machine.send("sh -i < /dev/hvc0 > /dev/hvc0 2>&1 &\n")
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(where)
        line.settimeout(PATIENCE)
        line.sendall(b"stty -echo; i=0; while [ $i -lt 500 ]; do echo line $i; i=$((i+1)); done; echo the e''nd\n")
        heard = b""
        while b"the end" not in heard:
            heard += line.recv(4096)
    wanted = "".join(f"line {i}\n" for i in range(500)) + "the end"
    check(f"a shell on hvc0 answers, and nothing is lost ({transport})", wanted in heard.decode().replace("\r", ""), heard[-300:])
    machine.shell("for port in /dev/vport*p1; do echo first > $port; echo end > $port; done")
    until = time.monotonic() + PATIENCE
    while not os.path.exists(written) or not open(written, encoding="ascii").read().endswith("end\n"):
        if time.monotonic() > until:
            break
        machine.listen(time.monotonic() + 1)
    check(f"the other port leads to its own line ({transport})", open(written, encoding="ascii").read().endswith("end\n"))
    machine.kill()


def main():
    disk, installer, folder = fetched("build-disk"), fetched("fetch"), scratch()
    all_on_pci(disk, folder)
    for transport in ("pci", "mmio"):
        console(installer, folder, transport)


run(main)
