#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Status 0 if the quarter at the top right of what Xvfb -fbdir shows has a spot of this colour (RRGGBB); with "anywhere" behind it, if
# any part has. The file is an XWD dump: big-endian words, of which the header's length, width, height, bytes of a line and number of colours matter here; then pixels of
# 4 bytes.
import struct
import sys

with open(sys.argv[1], "rb") as file:
    data = file.read()
words = struct.unpack(">25I", data[:100])
start, width, height, stride = words[0] + 12 * words[19], words[4], words[5], words[12]
red, green, blue = bytes.fromhex(sys.argv[2])
pixel = bytes((blue, green, red))
spots = 0
top, left = (height, 0) if sys.argv[3:] == ["anywhere"] else (height // 2, width // 2)
for y in range(top):
    line = data[start + y * stride:start + y * stride + 4 * width]
    spots += sum(line[4 * x:4 * x + 3] == pixel for x in range(left, width))
sys.exit(spots < 20)
