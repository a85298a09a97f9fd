#!/bin/bash
# SPDX-License-Identifier: MIT
# Catches: host errors that a writing guest does not hear of, flushed data that is gone when the process is killed, images that do
# not open again. A guest (writer_guest.c) writes to raw and qcow2 images and to snapshot=on, while the host's calls fail, do half
# of what they should, or kill the process (faulty_host.c).
cd "$(dirname "$0")/../../.." || exit 1
root=$PWD orrery=$PWD/${ORRERY:-build/orrery}
passed=0 failed=0
cross=${CROSS:-aarch64-linux-gnu-}
if ! command -v "${cross}gcc" > /dev/null; then
    echo "skipped: no ${cross}gcc (Debian: gcc-aarch64-linux-gnu)"
    echo "0 passed, 0 failed"
    exit 0
fi
if [ "${MODE:-release}" != release ]; then
    echo "skipped: what is preloaded does not go with sanitizers"
    echo "0 passed, 0 failed"
    exit 0
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
"$root/tests/support/guest-cc" "$root/tests/frontends/image/writer_guest.c" "$work/writer" || exit 1
cc -shared -fPIC -O2 -o "$work/faulty_host.so" "$root/tests/frontends/image/faulty_host.c" || exit 1
cd "$work" || exit 1
mkdir images temporary

fail() { failed=$((failed + 1)); echo "FAIL $*"; }

# The flushed rounds are in the image, and nothing that the guest did not write; prints what is wrong.
cat > judge.py << 'PYTHON'
import struct, sys
BLOCKS, ROUNDS, WRITES = 96, 24, 12
log, image = open(sys.argv[1]).read().split("\n"), open(sys.argv[2], "rb").read()
flushed, wrong, failed = -1, [], set()
for line in log:
    words = line.split()
    if words[:1] == ["F"] and len(words) == 2:
        flushed = int(words[1])
    if words[:1] == ["E"] and len(words) == 3:
        failed.add((int(words[1]), int(words[2])))
state, writes = 12345, [[] for _ in range(BLOCKS)]
for r in range(ROUNDS):
    for _ in range(WRITES):
        state = (state * 1664525 + 1013904223) & 0xffffffff
        writes[(state >> 8) % BLOCKS].append(r)
for b in range(BLOCKS):
    done = [r for r in writes[b] if r <= flushed and (r, b) not in failed]
    allowed = {done[-1] + 1 if done else 0} | {r + 1 for r in writes[b] if not done or r >= done[-1]}
    for at in range(b * 4096, b * 4096 + 4096, 8):
        value, = struct.unpack_from("<Q", image, at)
        if value >> 32 not in allowed or (value and value & 0xffffffff != b):
            wrong.append("block %d has %x, flushed up to round %d, allowed %s" % (b, value, flushed, sorted(allowed)))
            break
print("\n".join(wrong[:5]))
sys.exit(bool(wrong))
PYTHON

# run FORMAT FAULT [more of -drive]: a fresh image, the guest, and what it said in `log`
run()
{
    rm -f images/* log
    if [ "$1" = raw ]; then truncate -s 1M images/disk; else "$orrery" image create -o cluster_size=4K images/disk 1M; fi
    {   # the shell's word about a killed process goes there, too
        LD_PRELOAD=$work/faulty_host.so FAULT=$2 FAULT_FILE=${FILE:-images/disk} TMPDIR=$work/temporary timeout 120 "$orrery" \
            -display none -nic none -timing off -kernel writer -serial file:log -drive "file=images/disk,format=$1$3" < /dev/null
    } 2> errors
    status=$?
}

# The image is sound, and has what was flushed.
check_image() # name, format
{
    [ "$2" = raw ] || { qemu-img check -q -f qcow2 images/disk > said 2>&1; code=$?
                        [ $code -eq 0 ] || [ $code -eq 3 ] || { fail "$1: $(cat said)"; return 1; }; }
    qemu-img convert -f "$2" -O raw images/disk whole && python3 judge.py log whole > said || { fail "$1: $(cat said)"; return 1; }
}

# At which of its writes the process is killed; LONG=1 tries each of them. 15 is the first entry of the table of tables in qcow2.
killed="0 7 15 40 133 200 260"
[ -z "${LONG:-}" ] || killed=$(seq 0 1000)

for format in raw qcow2; do
    for fault in write,EINTR,5,20 write,short,3,30 read,short,0,30 read,EINTR,1,30 sync,EINTR,1,5; do
        run $format $fault
        name="$format under $fault"
        if [ $status -ne 0 ] || ! grep -q '^end' log || grep -q '^[Eer] \|lost' log; then
            fail "$name: status $status, $(cat errors)"
        else check_image "$name" $format && passed=$((passed + 1)); fi
    done
    for fault in write,ENOSPC,10,6 write,EIO,100,3 write,ENOSPC,150,60 read,EIO,4,2; do
        run $format $fault
        name="$format under $fault"
        if [ $status -ne 0 ] || ! grep -q '^end' log; then fail "$name: status $status, $(cat errors)"
        elif ! grep -q '^[Eer] ' log; then fail "$name: the guest heard of nothing"
        elif grep -q lost log; then fail "$name: $(grep lost log)"
        elif ! grep -q 'the guest sees an I/O error' errors; then fail "$name: nobody told the user"
        else check_image "$name" $format && passed=$((passed + 1)); fi
    done
    run $format sync,EIO,9,1
    name="$format: after a flush that failed"
    if ! grep -q '^e ' log || sed -n '/^e /,$p' log | grep -q '^F '; then fail "$name a later one succeeds"
    else check_image "$name" $format && passed=$((passed + 1)); fi
    for skip in $killed; do
        run $format write,kill,$skip,1
        name="$format, killed at write $skip"
        [ $status -eq 0 ] && [ -n "${LONG:-}" ] && [ "$skip" -ge $((24 * 12)) ] && break   # the guest has not made more
        if [ $status -ne 137 ]; then fail "$name: status $status"; else check_image "$name" $format && passed=$((passed + 1)); fi
    done
done

# snapshot=on: errors of the temporary file reach the guest, and nothing reaches the image.
for format in raw qcow2; do
    for fault in write,ENOSPC,5,40 write,short,2,30 read,EIO,0,3; do
        FILE=temporary/ run $format $fault ,snapshot=on
        name="snapshot=on over $format under $fault"
        qemu-img convert -f $format -O raw images/disk whole
        if [ $status -ne 0 ] || ! grep -q '^end' log || grep -q lost log; then fail "$name: status $status, $(cat errors)"
        elif [ $fault = write,short,2,30 ] && grep -q '^[Eer] ' log; then fail "$name: $(grep -m 1 '^[Eer] ' log)"
        elif [ $fault != write,short,2,30 ] && ! grep -q '^[Eer] ' log; then fail "$name: the guest heard of nothing"
        elif ! cmp -s -n 1048576 whole /dev/zero; then fail "$name: the image changed"
        else passed=$((passed + 1)); fi
    done
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
