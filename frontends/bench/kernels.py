# SPDX-License-Identifier: MIT
"""The kernels of roms/bench, side by side: orrery, QEMU with the same image, the host itself."""
import statistics
import subprocess

from child import Child, Failed

IMAGE = "roms/bench/bench.img"
COLUMNS = "| {:<8} | {:<7} | {:>6} | {:>8} | {:>5} | {:>6} | {:>5} | {:>8} | {:>5} |"


class Kernel:
    def __init__(self, line):
        self.name, self.group, iterations = line.split()
        self.iterations = int(iterations)


class Kernels:
    def __init__(self, orrery, qemu, native, errors):
        self.orrery, self.qemu, self.native, self.errors = orrery, qemu, native, errors
        listed = subprocess.run([native, "list"], capture_output=True, text=True, check=True).stdout
        self.all = [Kernel(line) for line in listed.splitlines()]

    def command(self, program, kernel, iterations):
        machine = ["-m", "256", "-display", "none", "-serial", "stdio", "-kernel", IMAGE, "-append", f"bench={kernel.name},{iterations}"]
        if program == "orrery":
            return [self.orrery, "-speed", "max", "-timing", "off", "-stats", "-", *machine]
        if program == "qemu":
            return [self.qemu, "-M", "virt,gic-version=2", "-cpu", "cortex-a53", "-accel", "tcg,thread=single", "-nodefaults", *machine]
        return [self.native, kernel.name, str(iterations)]

    def run(self, program, kernel, iterations):
        """CPU seconds, and instructions if it is orrery."""
        child = Child(self.command(program, kernel, iterations), self.errors)
        seconds = child.end()
        said = child.text.decode(errors="replace")
        if f"bench {kernel.name} iterations {iterations} checksum " not in said or " right " not in said:
            raise Failed(f"{kernel.name} on {program} went wrong: {said.strip()} {child.complaints()}")
        return seconds, child.instructions() if program == "orrery" else 0

    def measure(self, kernel, runs):
        """For each program its median CPU seconds without start-up; and orrery's instructions."""
        programs = ["orrery", "qemu", "native"] if self.qemu else ["orrery", "native"]
        if kernel.group == "system":
            programs.remove("native")   # the host's version is a model of what it computes, not of what it does
        full = {program: [] for program in programs}
        empty = {program: [] for program in programs}
        for _ in range(runs):
            for program in programs:
                empty[program].append(self.run(program, kernel, 0))
                full[program].append(self.run(program, kernel, kernel.iterations))
        middle = lambda results: statistics.median(seconds for seconds, _ in results)
        seconds = {program: max(middle(full[program]) - middle(empty[program]), 1e-4) for program in programs}
        return seconds, full["orrery"][0][1] - empty["orrery"][0][1]

    def table(self, runs, only):
        """Prints a row a kernel; returns MIPS by name and group."""
        print(COLUMNS.format("kernel", "group", "Minstr", "orrery s", "MIPS", "qemu s", "ratio", "native s", "ratio"))
        print("|-|-|-:|-:|-:|-:|-:|-:|-:|")
        results = []
        for kernel in self.all:
            if only and kernel.name not in only:
                continue
            seconds, instructions = self.measure(kernel, runs)
            mine = seconds["orrery"]
            row = [kernel.name, kernel.group, f"{instructions / 1e6:.0f}", f"{mine:.3f}", f"{instructions / mine / 1e6:.0f}"]
            for other in "qemu", "native":
                row += [f"{seconds[other]:.3f}", f"{mine / seconds[other]:.1f}"] if other in seconds else ["-", "-"]
            print(COLUMNS.format(*row), flush=True)
            results.append((kernel, instructions / mine / 1e6, seconds))
        return results
