# SPDX-License-Identifier: MIT
"""What the instruction rows come to: rows.py measures them, this adds them up."""
import json
import os
import subprocess
import sys

from images import Failed, ROOT

MEAN_WITHIN, ROW_WITHIN, ROWS_SHARE = 0.02, 0.05, 0.95


class Number:
    """One published number of a row, rounded as the table is printed: to hundredths."""

    def __init__(self, line):
        data = json.loads(line)
        self.row, self.group, self.mechanism, self.kind = (data[key] for key in ("row", "group", "mechanism", "kind"))
        self.why = data.get("why", "")     # it is missed, if it is
        self.hardware, self.measured = round(data["hardware"], 2), round(data["measured"], 2)
        self.exact = data["measured"]
        self.error = (self.measured - self.hardware) / self.hardware

    def is_met(self):
        return abs(self.error) <= ROW_WITHIN


class Rows:
    def __init__(self, numbers):
        self.numbers = numbers
        self.rows = {}
        for number in numbers:
            self.rows.setdefault((number.group, number.row), []).append(number)

    def mean(self):
        return sum(abs(number.error) for number in self.numbers) / len(self.numbers)

    def share(self):
        """Rows all of whose numbers are within 5 %."""
        return sum(all(number.is_met() for number in row) for row in self.rows.values()) / len(self.rows)

    def missed(self):
        return [number for number in self.numbers if not number.is_met()]

    def groups(self):
        """(group, its mechanisms, its own Rows), in the order of the table."""
        names = list(dict.fromkeys(number.group for number in self.numbers))
        for name in names:
            mine = [number for number in self.numbers if number.group == name]
            yield name, list(dict.fromkeys(number.mechanism for number in mine)), Rows(mine)


def measure(*options):
    """Runs rows.py with these options."""
    script = os.path.join(ROOT, "tests", "accuracy", "rows.py")
    made = subprocess.run([sys.executable, script, *options], capture_output=True, text=True)
    lines = [line for line in made.stdout.splitlines() if line.startswith("{")]
    if made.returncode or not lines:
        raise Failed(f"rows.py ended with status {made.returncode}: {made.stderr.strip()[-500:]}")
    return Rows([Number(line) for line in lines])
