# SPDX-License-Identifier: MIT
"""What the tests with real guests share: starting orrery, talking over its serial line, looking at its pictures, counting checks."""
import os
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ORRERY = os.path.abspath(os.environ.get("ORRERY") or os.path.join(ROOT, "build", "orrery"))
# A sanitised build on a busy machine takes minutes; who waits this long waits for nothing.
PATIENCE = 300

passed = failed = 0


def check(sentence, holds, detail=""):
    """One test: counted, and told when it fails."""
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
        print(f"FAIL {sentence}" + (f": {detail}" if detail else ""), flush=True)
    return bool(holds)


def finish():
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed != 0)


def skip(why):
    """Said aloud; on a machine that builds for others it counts as a failure, since it should have had what was missing."""
    if os.environ.get("CI") == "true":
        check("everything needed is there", False, why)
    else:
        print(f"skipped: {why}")
    finish()


def run(test):
    """Runs a test's main function: what it could not bear is a failure, told with the guest's last words."""
    global failed
    try:
        test()
    except Exception as error:  # whatever it was, the count has to be printed
        failed += 1
        print(f"FAIL {type(error).__name__}: {error}")
        if not isinstance(error, (Lost, OSError)):
            import traceback
            traceback.print_exc(file=sys.stdout)
    finally:
        for machine in list(Machine.running):
            machine.kill()
    finish()


def fetched(script):
    """The folder in the cache that a script of roms/guests fills, with the guest in it."""
    made = subprocess.run([os.path.join(ROOT, "roms", "guests", script)], capture_output=True, text=True)
    if made.returncode:
        skip(f"no guest from roms/guests/{script}: " + " ".join((made.stdout + made.stderr).split())[-300:])
    folder = {"fetch": "debian-arm64", "fetch-firmware": "firmware-arm64",
              "build-disk": "debian-arm64-disk", "build-perf": "debian-arm64-perf",
              "build-gdb": "debian-arm64-gdb", "build-mirror": "debian-arm64-mirror"}[script]
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ["HOME"], ".cache")
    return os.path.join(cache, "orrery", folder)


def scratch():
    """A folder of this test's own, removed at its end."""
    folder = tempfile.mkdtemp(prefix="orrery-test.")
    import atexit
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class Lost(Exception):
    """The guest did not say what was expected of it."""


class Machine:
    """An orrery with its serial line on our pipes."""
    running = []

    def __init__(self, *options, before=None, serial="stdio"):
        self.said = b""
        self.read_to = 0
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen([ORRERY, "-display", "none", "-serial", serial, *options], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.errors, preexec_fn=before)
        os.set_blocking(self.process.stdout.fileno(), False)
        Machine.running.append(self)

    def text(self):
        return self.said.decode("utf-8", "replace").replace("\r", "")

    def stderr(self):
        self.errors.seek(0)
        return self.errors.read().decode("utf-8", "replace")

    def lost(self, why):
        return Lost(f"{why}; its last words: {self.text()[-600:]!r}; on standard error: {self.stderr()[-300:]!r}")

    def listen(self, until):
        """Takes in what the guest says before that time; false once it has ended or the time has come."""
        left = until - time.monotonic()
        if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
            return False
        data = self.process.stdout.read()
        self.said += data or b""
        return bool(data)

    def expect(self, pattern, patience=PATIENCE):
        """Waits for a regular expression after what was expected before; returns the match."""
        until = time.monotonic() + patience
        wanted = re.compile(pattern.encode())
        while True:
            found = wanted.search(self.said, self.read_to)
            if found:
                self.read_to = found.end()
                return found
            if not self.listen(until):
                raise self.lost(f"the guest never said {pattern!r}")

    def send(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def log_in(self):
        self.expect(r"login: ")
        self.send("root\n")
        self.expect(r"[#] ")
        # No echo, no editing, and a prompt that no program prints: what follows is what a command said.
        self.send("exec sh +o emacs\n")
        self.expect(r"[#] ")
        self.send("stty -echo; PS1=; PS2=; echo re''ady\n")
        self.expect(r"ready\r?\n")

    def shell(self, command, patience=PATIENCE):
        """Runs a command in the guest's shell: (its output, its exit status)."""
        start = self.read_to
        self.send(f"{{ {command}\n}} 2>&1; echo \"<$?>\"\n")
        found = self.expect(r"<(\d+)>\r?\n", patience)
        said = self.said[start:found.start()].decode("utf-8", "replace").replace("\r", "")
        return said.strip(), int(found.group(1))

    def end(self, patience=PATIENCE):
        """Waits until it has ended; its exit status."""
        until = time.monotonic() + patience
        while self.listen(until):
            pass
        try:
            status = self.process.wait(max(1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise self.lost("orrery did not end") from None
        Machine.running.remove(self)
        return status

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        Machine.running.remove(self)


def orrery(*options, patience=PATIENCE, **how):
    """Runs orrery to its end: a CompletedProcess with texts."""
    return subprocess.run([ORRERY, *options], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                          timeout=patience, **how)


class Picture:
    """A PNG of 8 bits RGB, as orrery writes them: width, height and rows of bytes."""

    def __init__(self, name):
        with open(name, "rb") as file:
            data = file.read()
        if data[:8] != b"\x89PNG\r\n\x1a\n":
            raise Lost(f"{name} is not a PNG file")
        at, pixels = 8, b""
        while at < len(data):
            length, kind = struct.unpack(">I4s", data[at:at + 8])
            body = data[at + 8:at + 8 + length]
            if zlib.crc32(kind + body) != struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0]:
                raise Lost(f"{name}: the checksum of {kind} is wrong")
            if kind == b"IHDR":
                self.width, self.height, depth, colours = struct.unpack(">IIBB", body[:10])
                if depth != 8 or colours not in (2, 6):
                    raise Lost(f"{name} has {depth} bits of colour kind {colours}")
                self.bytes = 3 if colours == 2 else 4
            elif kind == b"IDAT":
                pixels += body
            at += 12 + length
        self.rows = self.unfilter(zlib.decompress(pixels))

    def unfilter(self, data):
        """PNG specification, 9.2."""
        stride, n = self.width * self.bytes, self.bytes
        rows, above = [], bytearray(stride)
        for y in range(self.height):
            kind = data[y * (stride + 1)]
            row = bytearray(data[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
            for i in range(stride if kind else 0):
                left = row[i - n] if i >= n else 0
                corner = above[i - n] if i >= n else 0
                if kind == 1:
                    guess = left
                elif kind == 2:
                    guess = above[i]
                elif kind == 3:
                    guess = (left + above[i]) >> 1
                else:
                    p = left + above[i] - corner
                    distances = abs(p - left), abs(p - above[i]), abs(p - corner)
                    guess = (left, above[i], corner)[distances.index(min(distances))]
                row[i] = (row[i] + guess) & 255
            rows.append(row)
            above = row
        return rows

    def at(self, x, y):
        return tuple(self.rows[y][x * self.bytes:x * self.bytes + 3])

    def colours(self):
        """How many colours there are on every fourth pixel of every fourth line."""
        return len({self.at(x, y) for y in range(0, self.height, 4) for x in range(0, self.width, 4)})

    def bands(self, colour, share=0.5):
        """Where lines are mostly of about this colour: a list of (first line, last line)."""
        def is_like(pixel):
            return all(abs(a - b) <= 12 for a, b in zip(pixel, colour))
        bands = []
        for y in range(self.height):
            hits = sum(is_like(self.at(x, y)) for x in range(0, self.width, 4))
            if hits * 4 < self.width * share:
                continue
            if bands and bands[-1][1] == y - 1:
                bands[-1] = (bands[-1][0], y)
            else:
                bands.append((y, y))
        return bands
