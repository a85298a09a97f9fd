#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Writes the smallest guest that answers: a Linux Image whose code sends back what the PL011 at 0x09000000 receives.
import struct
import sys

code = [
    0xd2a12000,  # movz x0, #0x900, lsl #16
    0x52806022,  # movz w2, #0x301         UARTEN | TXE | RXE
    0xb9003002,  # str  w2, [x0, #0x30]    UARTCR
    0xb9401801,  # ldr  w1, [x0, #0x18]    UARTFR
    0x3727ffe1,  # tbnz w1, #4, .-4        RXFE
    0xb9400001,  # ldr  w1, [x0]           UARTDR
    0xb9000001,  # str  w1, [x0]
    0x17fffffc,  # b    .-16
]
header = struct.pack("<IIQQQQQQII", 0x14000010, 0, 0, 64 + 4 * len(code), 0xa, 0, 0, 0, 0x644d5241, 0)
with open(sys.argv[1], "wb") as image:
    image.write(header + struct.pack("<%dI" % len(code), *code))
