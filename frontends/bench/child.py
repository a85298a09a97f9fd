# SPDX-License-Identifier: MIT
"""Runs programs and takes what they cost."""
import os
import re
import select
import signal
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")


class Failed(Exception):
    pass


class Child:
    """A program whose serial line is its standard input and output; what it says on standard error is kept for the end."""

    def __init__(self, command, errors):
        self.command = command
        self.errors = errors
        self.text = b""
        self.started = time.monotonic()
        self.first_output = None
        errors.seek(0)
        errors.truncate()
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, bufsize=0)

    def read(self, seconds):
        """One piece of output; None at its end or when the time has passed."""
        out = self.process.stdout
        if not select.select([out], [], [], max(seconds, 0))[0]:
            return None
        piece = os.read(out.fileno(), 65536)
        if piece and self.first_output is None:
            self.first_output = time.monotonic() - self.started
        self.text += piece
        return piece or None

    def wait_for(self, text, seconds):
        """Reads until the text has come; what came before it is dropped."""
        deadline = time.monotonic() + seconds
        while text.encode() not in self.text:
            if self.read(deadline - time.monotonic()) is None:
                why = f"no {text!r} within {seconds} s" if time.monotonic() >= deadline else f"ended without {text!r}"
                said = self.text[-300:].decode(errors="replace")
                self.end(signal.SIGKILL)
                raise Failed(f"{self.command[0]}: {why}; its last words: {said!r} {self.complaints()}")
        before, self.text = self.text.split(text.encode(), 1)
        return before.decode(errors="replace")

    def write(self, text):
        self.process.stdin.write(text.encode())

    def cpu_now(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self, ram_size):
        """Bytes: the most that was resident, and what of it is now in the mapping of that size or more, the guest's RAM."""
        with open(f"/proc/{self.process.pid}/status") as status:
            peak = int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) * 1024
        ram = 0
        with open(f"/proc/{self.process.pid}/smaps") as maps:
            for part in re.split(r"\n(?=[0-9a-f]+-[0-9a-f]+ )", maps.read()):
                low, high = (int(n, 16) for n in part.split(" ", 1)[0].split("-"))
                if high - low >= ram_size:
                    ram += int(re.search(r"\nRss:\s+(\d+)", part)[1]) * 1024
        return peak, ram

    def end(self, signal_number=None):
        """Sends the signal, if any, reads to the end; the CPU seconds of the whole life."""
        if signal_number is not None:
            self.process.send_signal(signal_number)
        deadline = time.monotonic() + 120
        while self.read(deadline - time.monotonic()) is not None:
            pass
        if time.monotonic() > deadline:
            self.process.kill()
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.process.stdin.close()
        self.process.stdout.close()
        return usage.ru_utime + usage.ru_stime

    def complaints(self):
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace").strip()

    def instructions(self):
        """What orrery's -stats counted, after the end."""
        found = re.search(r"^instructions +([\d,]+)$", self.complaints(), re.MULTILINE)
        if not found:
            raise Failed(f"{self.command[0]} printed no count of instructions; it said: {self.complaints()}")
        return int(found[1].replace(",", ""))


def host_name():
    with open("/proc/cpuinfo") as info:
        found = re.search(r"model name\s*:\s*(.*)", info.read())
    return f"{found[1] if found else os.uname().machine}, {os.cpu_count()} CPUs"
