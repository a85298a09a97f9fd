#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches: wrong exit statuses, bad input that is accepted or refused without saying what to do, runs that do not repeat themselves.
# The guest is roms/hello, which prints a few lines and switches the machine off; or one that echoes the serial line for ever.
cd "$(dirname "$0")/../../.." || exit 1
root=$PWD orrery=$PWD/${ORRERY:-build/orrery} hello=$PWD/roms/hello/hello.img
passed=0 failed=0 child=''
work=$(mktemp -d) || exit 1
cd "$work" || exit 1
trap 'kill $child 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT
ASAN_OPTIONS=detect_leaks=0
unset DISPLAY WAYLAND_DISPLAY
export ASAN_OPTIONS

# ends STATUS TEXT WORDS…: running with these options ends with this status, and the output has this text
ends()
{
    want=$1 text=$2
    shift 2
    timeout 60 "$orrery" -nic none "$@" > output 2>&1 < /dev/null
    got=$?
    if [ "$got" -eq "$want" ] && { [ -z "$text" ] || grep -q -e "$text" output; }; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL orrery $*: status $got instead of $want, or no '$text' in:"
        head -n 5 output
    fi
}
is() { # what, command…
    what=$1
    shift
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $what"; fi
}

python3 "$root/tests/frontends/sdl/echo_image.py" echo.img

ends 0 'hello' -nographic -kernel "$hello"
ends 0 'virtual seconds  *0\.' -display none -kernel "$hello" -stats -
ends 4 'virtual seconds  *0\.010000' -nographic -kernel echo.img -limit 0.01 -stats -
ends 0 '' -nographic -kernel "$hello" -state-hash
is "the hash comes behind the guest's last words" sh -c 'tail -n 1 output | grep -q "^state hash: "'
ends 0 'orrery [0-9]' -version

# report STATUS TEXT WORDS…: as ends, of `orrery report`
report()
{
    want=$1 text=$2
    shift 2
    timeout 60 "$orrery" report "$@" > output 2>&1 < /dev/null
    got=$?
    is "orrery report $*: status $got instead of $want, or no '$text'" \
        sh -c '[ "$1" -eq "$2" ] && { [ -z "$3" ] || grep -q -e "$3" output; }' - "$got" "$want" "$text"
}
ends 4 'instructions' -display none -kernel echo.img -limit 0.01 -stats run.json -stats-every 0.002
is "the statistics are JSON with a row for each interval" python3 -c 'import json
s = json.load(open("run.json"))
assert s["format"] == "orrery-stats" and s["time"]["virtual_seconds"] >= 0.01 and s["meta"]["end"] == "-limit"
assert len(s["series"]["rows"]) in (5, 6), s["series"]["rows"]'
report 0 '<title>run ' run.json
report 0 '' run.json run.json -o page.html
is "a page of two runs is one" grep -q 'Comparison' page.html
report 0 'usage: orrery report' --help
report 1 'which files'
report 1 'No such file' missing.json
report 1 'is not JSON' "$root/README.md"
report 1 'needs a file name' run.json -o
report 1 'unknown option' run.json --output=page.html
report 1 'cannot write the report' run.json -o /no/such/folder/page.html
# image STATUS TEXT WORDS…: as ends, of `orrery image`
image()
{
    want=$1 text=$2
    shift 2
    timeout 60 "$orrery" image "$@" > output 2>&1 < /dev/null
    got=$?
    is "orrery image $*: status $got instead of $want, or no '$text'" \
        sh -c '[ "$1" -eq "$2" ] && { [ -z "$3" ] || grep -q -e "$3" output; }' - "$got" "$want" "$text"
}
image 0 '' create base.img -f raw 3M
image 0 '' create -b base.img -F raw top.qcow2
image 0 'base.img (raw)' info top.qcow2
image 0 '"virtual_size": 3145728' info --json top.qcow2
image 0 '0 KiB committed' commit top.qcow2
image 1 'exists already' create top.qcow2 1M
image 1 'go together' create -b base.img other.qcow2
image 1 'how large' create other.qcow2
image 1 'power of two' create -o cluster_size=1000 other.qcow2 1M
image 1 'No such file' create -b nothere -F raw other.qcow2
image 1 'is not a qcow2 image' commit base.img
image 1 'which file' info
image 1 "no 'check'" check top.qcow2
image 0 'usage: orrery image' --help
ends 0 'hello' -nographic -kernel "$hello" -drive file=top.qcow2,format=qcow2 -drive file=base.img,format=raw,readonly=on
ends 0 'hello' -nographic -kernel "$hello" -drive file=base.img,media=cdrom
ends 1 'format=qcow2' -nographic -kernel "$hello" -drive file=top.qcow2

ends 0 'usage:' --help
ends 0 'cortex-a53,board=am62x' -cpu help
ends 0 'Not modelled:' -timing help
ends 0 'l1d.size=8K ' -timing help -cpu simple
ends 0 'Changed; the core has 512K' -timing help,l2.size=1M
ends 0 'hello' -nographic -kernel "$hello" -cpu simple -timing off,clock=100

# The same run twice, and another one: the seed is in the device tree.
for run in 1 2; do
    timeout 60 "$orrery" -display none -nic none -kernel "$hello" -state-hash > hash.$run < /dev/null
done
timeout 60 "$orrery" -display none -nic none -kernel "$hello" -state-hash -seed 99 > hash.3 < /dev/null
is "the same run gives the same hash" cmp -s hash.1 hash.2
is "another seed gives another" sh -c '! cmp -s hash.1 hash.3'
is "the hash is one" grep -q '^state hash: [0-9a-f]\{16\}$' hash.1

# Bad input.
head -c 1000000 /dev/zero > zeros; truncate -s 300M big; truncate -s 1M disk
: > empty; mkdir folder
ends 1 'missing.img' -nographic -kernel missing.img
ends 1 'zeros' -nographic -kernel zeros
ends 1 'empty' -nographic -kernel empty
ends 1 'folder' -nographic -kernel folder
ends 1 'does not fit' -nographic -kernel "$hello" -initrd big -m 128
ends 1 'nothere' -nographic -kernel "$hello" -initrd nothere
python3 -c 'import struct, sys; sys.stdout.buffer.write(b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HH", 2, 62) + bytes(100))' > x86
ends 1 'AArch64\|arm64' -nographic -kernel x86
ends 1 'bootindex=.*-bios FILE' -nographic -kernel "$hello" -drive file=disk,format=raw,bootindex=1
ends 1 'drive1: something else has bootindex=4' -nographic -bios zeros -drive file=disk,format=raw,bootindex=4 \
     -drive file=big,format=raw,bootindex=4
if command -v qemu-img > /dev/null; then
    qemu-img create -q -f qcow2 odd.qcow2 1M && printf x >> odd.qcow2      # no multiple of 512, as qcow2 images may be
    ends 1 'odd.qcow2.* looks like a qcow2 image; say format=qcow2' -nographic -pflash odd.qcow2
    ends 1 'odd.qcow2.* looks like a qcow2 image; say format=qcow2' -nographic -kernel "$hello" -drive file=odd.qcow2
    ends 1 'a flash bank has 64 MiB.*qemu-img resize' -nographic -drive if=pflash,format=qcow2,file=odd.qcow2
fi
ends 1 'nothere.img' -nographic -kernel "$hello" -drive file=nothere.img,format=raw
ends 1 "did you mean '-kernel'" -krenel x
ends 1 'there is: cortex-a53 and simple' -cpu cortex-a72 -nographic -kernel "$hello"
ends 1 'there is: pi3 and am62x' -cpu cortex-a53,board=pi4 -nographic -kernel "$hello"
ends 1 'did you mean l2.size' -timing l2.sise=1M -nographic -kernel "$hello"
ends 1 'not a power of two' -timing l2.size=1000K -nographic -kernel "$hello"
ends 1 'l2.ways is 1 to 32' -timing l2.ways=0 -nographic -kernel "$hello"
ends 1 '64 MiB to 16 GiB' -m 17G -kernel "$hello"
ends 1 'nographic' -kernel "$hello"
ends 1 'No such file' -nographic -kernel "$hello" -serial file:/no/such/folder/x
ends 1 'before its time came' -nographic -kernel "$hello" -screendump a.png@99
ends 1 'cannot write the statistics' -nographic -kernel "$hello" -stats /no/such/folder/x.json
ends 1 'Is a directory' -nographic -kernel "$hello" -stats folder
ends 1 'cannot write' -display none -kernel echo.img -screendump /no/such/folder/a.png@0.001 -limit 0.01
ends 1 'cannot write' -nographic -kernel "$hello" -machine virt,dumpdtb=/no/such/folder/x
ends 0 '' -nographic -kernel "$hello" -machine virt,dumpdtb=tree.dtb
ends 0 '' -machine virt,dumpdtb=demo.dtb    # without a display, too
is "the device tree begins as one" sh -c 'od -An -tx1 -N4 tree.dtb | grep -q "d0 0d fe ed"'

# A program that stays: disk and port are in use, Ctrl-A x ends it, a signal too.
mkfifo keys
python3 - > port <<'PYTHON'
import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])
PYTHON
port=$(cat port)
"$orrery" -nographic -nic none -kernel echo.img -drive file=disk,format=raw -serial "tcp:127.0.0.1:$port,server,nowait" -stats killed.json 2> child.txt &
child=$!
tries=0
until python3 -c "import socket; socket.create_connection(('127.0.0.1', $port)).close()" 2>/dev/null || [ $tries -ge 100 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
ends 1 "in use" -nographic -kernel "$hello" -serial "tcp:127.0.0.1:$port,server,nowait"
ends 1 "disk" -nographic -kernel "$hello" -drive file=disk,format=raw
kill -TERM $child
wait $child
is "a signal ends the program by that signal" test $? -eq 143
is "a run that was killed has its statistics" grep -q '"end": "a signal"' killed.json
child=''

"$orrery" -nographic -nic none -kernel echo.img < keys > typed.txt 2>&1 &
child=$!
printf 'abc\001h\001\001\001x' > keys
wait $child
is "Ctrl-A x ends with status 5" test $? -eq 5
is "Ctrl-A h helps" grep -q 'Ctrl-A x' typed.txt
child=''

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
