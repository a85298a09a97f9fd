#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Shows a window of the class "other" and holds the clipboard with the text of its argument, until it is killed.
import ctypes
import os
import sys

os.environ.update(SDL_NO_SIGNAL_HANDLERS="1", SDL_VIDEO_X11_WMCLASS="other")
sdl = ctypes.CDLL("libSDL2-2.0.so.0")
sdl.SDL_CreateWindow.restype = ctypes.c_void_p
sdl.SDL_CreateWindow.argtypes = [ctypes.c_char_p] + [ctypes.c_int] * 4 + [ctypes.c_uint]
sdl.SDL_Init(0x20)
window = sdl.SDL_CreateWindow(b"other", 0, 0, 100, 100, 0)
event = ctypes.create_string_buffer(64)
sdl.SDL_SetClipboardText(sys.argv[1].encode())
print("ready", flush=True)
while True:
    sdl.SDL_WaitEventTimeout(event, 100)
