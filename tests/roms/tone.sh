#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches sound that does not arrive whole, in order, or at the pace of virtual time, on its way from a guest to a file; a sound card
# whose guest runs differently when somebody listens, or when the host's sound is slower or faster than it.
cd "$(dirname "$0")/../.." || exit 1
orrery=${ORRERY:-build/orrery}
passed=0 failed=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

check() { # what is claimed, then the command that must succeed
    claim=$1
    shift
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $claim"; fi
}
tone() { # name, options…: what the guest says is in NAME.txt, the state hash too
    name=$1
    shift
    timeout 300 "$orrery" -kernel roms/tone/tone.img -display none -nic none -limit 10 -state-hash -serial "file:$work/$name.said" \
        "$@" > "$work/$name.hash" 2> "$work/$name.errors"
    status=$?
}
says() { tr -d '\r' < "$work/wav.said" | grep -qx "$1"; }

tone wav -audiodev "wav,path=$work/tone.wav"
check "it powers off" [ "$status" -eq 0 ]
check "a hundred periods of ten milliseconds last a second" says 'tone: 100 periods in 1000 ms'
check "nothing is heard from the microphone" says 'tone: the loudest sample heard is 0'
check "all requests are answered" says 'tone: done'
if command -v python3 >/dev/null 2>&1; then
    check "every sample is in the file" python3 - "$work/tone.wav" <<'PYTHON'
import struct, sys, wave
file = wave.open(sys.argv[1])
form = file.getnchannels(), file.getframerate(), file.getsampwidth(), file.getnframes()
assert form == (2, 48000, 2, 48000), form
def wave_at(phase):     # two parabolas, as in roms/tone
    height = (phase & 0x7fff) * (0x8000 - (phase & 0x7fff)) >> 14
    return -height if phase & 0x8000 else height
wanted = [wave_at(i * hz * 65536 // 48000) for i in range(48000) for hz in (440, 660)]
assert list(struct.unpack("<96000h", file.readframes(48000))) == wanted
PYTHON
fi
tone none
check "without a listener the run is the same" cmp "$work/wav.hash" "$work/none.hash"
# SDL's own drivers for tests: one plays to a file as fast as real time, one swallows.
for driver in disk dummy; do
    export SDL_AUDIODRIVER=$driver SDL_DISKAUDIOFILE="$work/raw"
    tone sdl -audiodev sdl
    check "with the host's sound ($driver) it is too" cmp "$work/wav.hash" "$work/sdl.hash"
    tone slow -audiodev sdl -speed 200
    check "and at another speed ($driver)" cmp "$work/wav.hash" "$work/slow.hash"
done
check "the host has heard something" sh -c "tr -d '\\0' < $work/raw | head -c 1000 | wc -c | grep -qx 1000"
SDL_AUDIODRIVER=none-of-these
tone deaf -audiodev sdl
check "a host without sound is told of" grep -q 'the host has no sound.*-audiodev none' "$work/deaf.errors"
check "and ends the program" [ "$status" -eq 1 ]

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
