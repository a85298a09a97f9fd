#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Debian and the small parts of its board: the clock, the power button, the frame buffer. Catches: a clock that does not go, cannot be set or
does not wake, a button whose interrupt is lost, pictures painted into /dev/fb0 that nobody sees. No timing model: it is not the point."""
import os
import re
import shutil
import subprocess

from guest import ROOT, Machine, Picture, check, fetched, run, scratch, skip

NOON = 1769860800            # 2026-01-31T12:00:00Z, in seconds since 1970
PICTURE_AT = 30              # virtual seconds: long after the last band was painted
RED, GREEN, BLUE, GREY = (255, 0, 0), (0, 255, 0), (0, 0, 255), (170, 170, 170)


def painter(folder):
    """A disk whose first bytes are the program."""
    compiler, program = os.environ.get("CROSS", "aarch64-linux-gnu-") + "gcc", os.path.join(folder, "painter")
    if not shutil.which(compiler):
        skip(f"no {compiler} (make deps)")
    subprocess.run([compiler, "-O1", "-nostdlib", "-static", "-ffreestanding", "-fno-stack-protector", "-o", program,
                    os.path.join(ROOT, "tests", "guests", "painter.c")], check=True)
    os.truncate(program, (os.path.getsize(program) + 511) // 512 * 512)
    return program


def boot(guest, program, picture):
    machine = Machine("-speed", "max", "-timing", "off", "-m", "512", "-nic", "none", "-rtc", "base=2026-01-31T12:00:00",
                      "-kernel", os.path.join(guest, "linux"), "-initrd", os.path.join(guest, "initrd.gz"),
                      "-append", "root=LABEL=debian console=ttyAMA0 quiet", "-screendump", f"{picture}@{PICTURE_AT}",
                      "-drive", f"file={os.path.join(guest, 'root.img')},format=raw,snapshot=on",
                      "-drive", f"file={program},format=raw,readonly=on", serial="mon:stdio")
    machine.log_in()
    return machine


def seconds(machine):
    """What the clock shows, less the time since the start."""
    said, _ = machine.shell("echo $(cat /sys/class/rtc/rtc0/since_epoch) $(cut -d. -f1 /proc/uptime)")
    now, uptime = map(int, said.split())
    return now - uptime


def clock(machine):
    check("the clock shows what it was given, and goes", abs(seconds(machine) - NOON) <= 2)
    said, _ = machine.shell("date -u +%s; cut -d. -f1 /proc/uptime")
    now, uptime = map(int, said.split())
    check("Linux took its time from it", abs(now - uptime - NOON) <= 2, said)
    said, status = machine.shell("date -u -s 2030-01-01T00:00:00 > /dev/null && hwclock --systohc --utc")
    check("the clock can be set", status == 0 and abs(seconds(machine) - 1893456000) < 120, said)
    said, _ = machine.shell("count() { grep rtc-pl031 /proc/interrupts | tr -s ' ' | cut -d' ' -f3; }; before=$(count); "
                            "echo +3 > /sys/class/rtc/rtc0/wakealarm; sleep 2; early=$(count); sleep 3; "
                            "echo $((early - before)) $(($(count) - before)) \"$(cat /sys/class/rtc/rtc0/wakealarm)\"")
    check("the alarm comes when it is due, and once", said.split() == ["0", "1"], said)
    said, status = machine.shell("before=$(cut -d. -f1 /proc/uptime); s=$(cat /sys/class/rtc/rtc0/since_epoch); echo +5 > "
                                 "/sys/class/rtc/rtc0/wakealarm; echo freeze > /sys/power/state && echo $(($(cat "
                                 "/sys/class/rtc/rtc0/since_epoch) - s))")
    check("the alarm wakes a sleeping machine", status == 0 and said.isdigit() and 4 <= int(said) <= 6, said)


def frame_buffer(machine):
    """By write, whole and more than a line at a time: Linux 6.1 forgets to show a write of just one line, on every machine."""
    said, _ = machine.shell("cat /proc/fb /sys/class/graphics/fb0/virtual_size")
    check("the frame buffer is the graphics card's", said.split("\n") == ["0 virtio_gpudrmfb", "1024,768"], said)
    said, status = machine.shell("head -c 3145728 /dev/zero | tr '\\0' '\\252' > /tmp/grey && dd if=/tmp/grey of=/dev/fb0 bs=65536 && "
                                 "dd if=/dev/vdb of=/tmp/painter bs=512 && chmod +x /tmp/painter && /tmp/painter")
    check("it is painted", status == 0, said)
    said, _ = machine.shell("cut -d. -f1 /proc/uptime")
    check("in time", int(said) < PICTURE_AT - 1, said)
    machine.shell(f"while [ $(cut -d. -f1 /proc/uptime) -lt {PICTURE_AT + 2} ]; do sleep 1; done")


def power_button(machine):
    """First as what it sends, then as what the guest's acpid does about it."""
    said, _ = machine.shell("grep -A4 gpio-keys /proc/bus/input/devices")
    event = re.search(r"event\d+", said)
    check("the power button is an input device", event, said)
    machine.shell("kill $(grep -l '[a]cpid' /proc/[0-9]*/cmdline | cut -d/ -f3)")
    machine.shell(f"timeout 60 head -c 96 /dev/input/{event.group(0)} > /tmp/key & sleep 1")
    machine.send("\x01p")
    machine.expect(r"the power button was pressed")
    said, _ = machine.shell("wait; od -An -tx1 -v -w24 /tmp/key | tr -d ' ' | cut -c33-")
    check("a press is the key, down and up", said.split()[::2] == ["0100740001000000", "0100740000000000"], said)
    machine.shell("busybox acpid -c /etc/acpi > /dev/null 2>&1")
    machine.send("\x01p")
    check("and the guest powers off", machine.end() == 0)


def main():
    guest, folder = fetched("build-disk"), scratch()
    picture = os.path.join(folder, "screen.png")
    machine = boot(guest, painter(folder), picture)
    frame_buffer(machine)
    clock(machine)
    power_button(machine)
    shot = Picture(picture)
    seen = [shot.at(x, 400) for x in (128, 384, 640, 896)]
    check("what was painted is seen, again and again", seen == [RED, GREEN, BLUE, GREY], seen)


run(main)
