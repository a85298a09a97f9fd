# SPDX-License-Identifier: MIT
"""Runs a kernel on a board and reads what it says."""
import json
import os
import re
import subprocess
import tempfile

from images import Failed, ROOT

ORRERY = os.path.abspath(os.environ.get("ORRERY") or os.path.join(ROOT, "build", "orrery"))
CLOCK_MHZ = {"pi3": 1200, "am62x": 1400}
COUNTER_NS = 16         # the virtual counter: 62.5 MHz
PATIENCE = 900


class Result:
    """Ticks of the virtual counter for so many operations."""

    def __init__(self, board, ticks, count):
        self.board, self.ticks, self.count = board, ticks, count

    def ns(self):
        return self.ticks * COUNTER_NS / self.count

    def cycles(self):
        return self.ns() * CLOCK_MHZ[self.board] / 1000


class Run:
    """One start of orrery: `said` has for each kernel run its results by name, `text` is everything as it came."""

    def __init__(self, board, options, mode):
        self.board = board
        with tempfile.TemporaryDirectory(prefix="orrery-accuracy.") as folder:
            stats = os.path.join(folder, "stats.json")
            serial = os.path.join(folder, "serial")
            command = [ORRERY, "-display", "none", "-speed", "max", "-m", "512", "-nic", "none", "-serial", f"file:{serial}", "-state-hash",
                       "-cpu", f"cortex-a53,board={board}", "-timing", mode, "-stats", stats, *options]
            try:
                run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                raise Failed(f"{' '.join(command)} took longer than {PATIENCE} s") from None
            except FileNotFoundError:
                raise Failed(f"there is no {ORRERY}; `make` builds it") from None
            self.text = ""
            if os.path.exists(serial):
                with open(serial, encoding="utf-8", errors="replace", newline="") as file:
                    self.text = file.read().replace("\r", "")
            self.hash = re.findall(r"state hash: (\w+)", run.stdout.decode("utf-8", "replace"))
            if run.returncode or not re.search(r"^done$", self.text, re.M):
                complaint = run.stderr.decode("utf-8", "replace").strip()[-500:]
                raise Failed(f"{' '.join(command)} ended with status {run.returncode}: {self.text[-300:]!r} {complaint}")
            self.counters = self.read_counters(stats)
        self.said = {}
        results = {}
        for line in self.text.splitlines():
            begin = re.fullmatch(r"# (\w+) (\d+)", line)
            value = re.fullmatch(r"(\w+) (\d+) (\d+)", line)
            if begin:
                results = self.said.setdefault(begin[1] + (f",{begin[2]}" if begin[2] != "0" else ""), {})
            elif value:
                results[value[1]] = Result(board, int(value[2]), int(value[3]))

    @staticmethod
    def read_counters(name):
        """What the guest did; not what the host and the engine did for it."""
        with open(name) as file:
            stats = json.load(file)
        return {key: value for key, value in stats.items() if key in ("time", "totals")}


class Machine:
    """Runs each kernel once for each mode."""

    def __init__(self, image):
        self.image = image
        self.runs = {}

    def run(self, board, kernel, mode="on"):
        key = board, kernel, mode
        if key not in self.runs:
            self.runs[key] = Run(board, ["-kernel", self.image, "-append", f"accuracy={kernel}"], mode)
        return self.runs[key]

    def results(self, board, kernel):
        return self.run(board, kernel).said[kernel]
