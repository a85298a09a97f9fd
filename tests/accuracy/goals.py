# SPDX-License-Identifier: MIT
"""The published numbers of goals.tab, what was measured for each, and how far that is off."""
import os

from images import Failed

DHRYSTONES_OF_A_MIPS = 1757     # per second on the VAX 11/780


def error_of(measured, low, high):
    """Relative, signed; nothing inside a published range."""
    if measured < low:
        return (measured - low) / low
    if measured > high:
        return (measured - high) / high
    return 0.0


def ratio(results, name):
    """As lmbench counts: what stands between the operations, two in a turn of 20 multiplications, one in each remainder, is taken
    off at the price of its "bit" operations. (Some versions take that of additions. With these the published remainders come
    out at 7.0 and 8.0 whole cycles.)"""
    between = {"int_mul": 2 / 20, "int64_mul": 2 / 20, "int_mod": 1, "int64_mod": 1}.get(name, 0)
    return (results[name].cycles() - between * results["int_bit"].cycles()) / results["int_add"].cycles()


UNITS = {
    "cycles": lambda results, name: results[name].cycles(),
    "ratio": ratio,
    "ns": lambda results, name: results[name].ns(),
    "extra-ns": lambda results, name: results[name].ns() - results["in_l1"].ns(),
    "MB/s": lambda results, name: 1000 / results[name].ns(),
    "DMIPS/MHz": lambda results, name: 1e6 / results[name].cycles() / DHRYSTONES_OF_A_MIPS,
    "CoreMark/MHz": lambda results, name: 1e6 / results[name].cycles(),
}


class Goal:
    def __init__(self, line):
        self.part, self.board, self.run, self.value, self.published, self.unit, within, self.source = line.strip().split(None, 7)
        bounds = [float(number) for number in self.published.split("-")]
        self.low, self.high = bounds[0], bounds[-1]
        self.within = float(within) / 100
        self.measured = self.error = None
        if self.unit not in UNITS:
            raise Failed(f"goals.tab: the unit {self.unit} is not known")

    def name(self):
        size = self.run.partition(",")[2]
        return self.value + (f", {size_text(int(size))}" if size else "")

    def measure(self, machine):
        self.measured = UNITS[self.unit](machine.results(self.board, self.run), self.value)
        self.error = error_of(self.measured, self.low, self.high)

    def is_met(self):
        return abs(self.error) <= self.within


def size_text(size):
    return f"{size >> 20}M" if size >= 1 << 20 else f"{size >> 10}K"


def read_goals():
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "goals.tab")) as file:
        return [Goal(line) for line in file if line.strip() and not line.startswith("#")]
