# SPDX-License-Identifier: MIT
"""Whole systems: Debian's text installer beside QEMU, programs inside a Debian guest, start and memory."""
import json
import os
import signal
import statistics
import subprocess
import tempfile

from child import Child

MIB = 1 << 20
RAM_MIB = 1024
BOOT_LIMIT = 1800
SIGN = "be''gin"   # the shell joins it; the echo of what is typed is another text
# What runs in the disk guest, one thread, and between which texts it is busy.
PROGRAMS = [
    ("openssl md5", "openssl speed -seconds 3 -bytes 8192 md5", "begin", "version:"),
    ("openssl sha256", "openssl speed -seconds 3 -bytes 8192 sha256", "begin", "version:"),
    ("7zz b", "7zz b -mmt1 -md18 -mtime=1 1", "begin", "Tot:"),
    # Without the clock test it begins with, a long chain of dependent additions that packs nothing.
    ("7zz b, packing and unpacking", "7zz b -mmt1 -md18 -mtime=1 1", "KiB/s", "Tot:"),
]


def find_guest(name):
    cache = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "orrery")
    folder = os.path.join(cache, name)
    return folder if os.path.exists(os.path.join(folder, "complete")) else None


class Systems:
    def __init__(self, orrery, qemu, errors):
        self.orrery, self.qemu, self.errors = orrery, qemu, errors
        self.installer = find_guest("debian-arm64")
        self.disk = find_guest("debian-arm64-disk")
        self.plugin = None
        self.stats = None

    def start(self, program, arguments):
        common = ["-m", str(RAM_MIB), "-display", "none", "-serial", "stdio", *arguments]
        if program in ("orrery", "timed"):
            mode = ["-timing", "on", "-stats", self.stats] if program == "timed" else ["-timing", "off", "-stats", "-"]
            return Child([self.orrery, "-speed", "max", *mode, "-nic", "user", *common], self.errors)
        # The devices that orrery's machine has, and no others.
        devices = ["-nodefaults", "-global", "virtio-mmio.force-legacy=false", "-netdev", "user,id=net"]
        for device in "virtio-net-device,netdev=net", "virtio-gpu-device", "virtio-keyboard-device", "virtio-tablet-device":
            devices += ["-device", device]
        if program == "plugin":
            devices += ["-plugin", self.plugin]
        return Child([self.qemu, "-M", "virt,gic-version=2", "-cpu", "cortex-a53", "-accel", "tcg,thread=single", *devices, *common],
                     self.errors)

    def boot_installer(self, program):
        """CPU seconds to the first question, instructions (0 if unknown), peak and RAM bytes."""
        child = self.start(program, ["-kernel", f"{self.installer}/linux", "-initrd", f"{self.installer}/initrd.gz",
                                     "-append", "console=ttyAMA0"])
        child.wait_for("Select a language", BOOT_LIMIT)
        seconds = child.cpu_now()
        memory = child.memory(RAM_MIB * MIB)
        child.end(signal.SIGTERM)
        return seconds, child.instructions() if program == "orrery" else 0, memory

    def report_installer(self, runs, goal):
        programs = ["orrery", "timed", "qemu"] if self.qemu else ["orrery", "timed"]
        results = {program: [] for program in programs}
        with tempfile.TemporaryDirectory(prefix="orrery-bench.") as folder:
            self.stats = os.path.join(folder, "stats.json")
            for _ in range(runs):
                for program in programs:
                    results[program].append(self.boot_installer(program))
            with open(self.stats) as file:
                said = json.load(file)
        seconds = {program: statistics.median(result[0] for result in results[program]) for program in programs}
        mine, instructions = seconds["orrery"], results["orrery"][0][1]
        print(f"* text installer to \"Select a language\", `-timing off`: {instructions / 1e6:.0f} Minstr, orrery {mine:.1f} s "
              f"({instructions / mine / 1e6:.0f} MIPS)", end="")
        print(f", qemu {seconds['qemu']:.1f} s, ratio {mine / seconds['qemu']:.2f}" if self.qemu else "")
        if self.qemu:
            goal("installer, CPU seconds against QEMU", mine / seconds["qemu"], "<=", 1.2)
        peak, ram = max((result[2] for result in results["orrery"]), key=lambda memory: memory[0] - memory[1])
        print(f"* its memory: peak {peak / MIB:.0f} MiB, of that {ram / MIB:.0f} MiB guest RAM")
        goal("memory besides the guest's RAM (MB)", (peak - ram) / 1e6, "<=", 200)
        self.report_timed_installer(seconds, said, goal)

    def report_timed_installer(self, seconds, said, goal):
        work, executed = said["work"], said["time"]["instructions"]
        print(f"* the same with the timing model: {executed / 1e6:.0f} Minstr, {seconds['timed']:.1f} s "
              f"({executed / seconds['timed'] / 1e6:.0f} MIPS), {seconds['timed'] / seconds['orrery']:.2f} times `-timing off`; "
              f"{work['states']} states, memo {100 * work['remembered'] / work['blocks']:.2f} %, "
              f"{1000 * work['replayed'] / work['blocks']:.1f} replays in 1000 blocks")
        if not self.qemu:
            return
        goal("installer with the timing model, CPU seconds against QEMU", seconds["timed"] / seconds["qemu"], "<=", 2.0)
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cache-plugin")
        built = subprocess.run([script], capture_output=True, text=True)
        if built.returncode:
            print("* no row of QEMU with its cache plugin: " + " ".join(built.stderr.split())[-200:])
            return
        self.plugin = built.stdout.split()[-1]
        plugin = self.boot_installer("plugin")[0]   # once: it takes minutes
        print(f"* QEMU with its cache plugin (L1 caches only, no time): {plugin:.1f} s, {plugin / seconds['timed']:.1f} times orrery with the "
              "timing model")

    def boot_disk(self):
        child = self.start("orrery", ["-kernel", f"{self.disk}/linux", "-initrd", f"{self.disk}/initrd.gz", "-append",
                                      "root=LABEL=debian console=ttyAMA0", "-drive",
                                      f"file={self.disk}/root.img,if=virtio,format=raw,snapshot=on"])
        child.wait_for("login: ", BOOT_LIMIT)
        child.write("root\n")
        child.wait_for("# ", 60)
        return child

    def count(self, command, text):
        """Instructions until the guest's program prints the text."""
        child = self.boot_disk()
        child.write(f"echo {SIGN}; {command}\n")
        child.wait_for(text, BOOT_LIMIT)
        child.end(signal.SIGTERM)
        return child.instructions()

    def run_busy(self, command, begin, end):
        """Instructions until the end, and CPU seconds between the two texts."""
        child = self.boot_disk()
        child.write(f"echo {SIGN}; {command}\n")
        child.wait_for(begin, BOOT_LIMIT)
        before = child.cpu_now()
        child.wait_for(end, BOOT_LIMIT)
        seconds = child.cpu_now() - before
        child.end(signal.SIGTERM)
        return child.instructions(), seconds

    def report_programs(self, goal):
        """The instructions of the busy phase are the difference between a run stopped at its begin and one stopped at its end."""
        boot = self.count("", "begin")   # to there, all programs are the same
        for name, command, begin, end in PROGRAMS:
            start = boot if begin == "begin" else self.count(command, begin)
            instructions, seconds = self.run_busy(command, begin, end)
            instructions -= start
            print(f"* {name}: {instructions / 1e6:.0f} Minstr, {seconds:.2f} s")
            goal(f"{name} in the guest (MIPS)", instructions / seconds / 1e6, ">=", 600)

    def report_start(self, runs, goal):
        """To the first byte of Debian's kernel, which says something as soon as it has a serial line."""
        times = []
        for _ in range(runs):
            child = self.start("orrery", ["-kernel", f"{self.installer}/linux", "-initrd", f"{self.installer}/initrd.gz",
                                          "-append", "earlycon=pl011,0x9000000 console=ttyAMA0"])
            child.wait_for("Linux version", 60)
            times.append(child.first_output)
            child.end(signal.SIGKILL)
        goal("first serial output of Debian's kernel after launch (s)", statistics.median(times), "<=", 0.3)

    def report(self, runs, goal):
        if self.installer:
            self.report_start(runs, goal)
            self.report_installer(min(runs, 3), goal)
        else:
            print("* no rows of the installer: roms/guests/fetch gets it")
        if self.disk:
            self.report_programs(goal)
        else:
            print("* no rows of programs in a Debian guest: roms/guests/build-disk makes it")
