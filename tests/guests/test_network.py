#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Debian's own network programs on what -nic offers: an address by DHCP, files by TFTP, commands and servers of the host.

Catches: a file that arrives otherwise than it was sent, a restricted guest that gets out, two runs that differ, dumps without
what passed."""
import hashlib
import os
import socket
import struct
import threading

import guest
import initrd
from guest import check

FILES = r"lib/modules/.*/(virtio_mmio|failover|net_failover|virtio_net)\.ko$"

# No input: what happens depends on the files and the network alone.
INIT = """#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sys /sys
for module in virtio_mmio failover net_failover virtio_net; do insmod $(find /lib/modules -name $module.ko); done
cat > /lease <<'END'
#!/bin/sh
[ "$1" = bound ] || exit 0
ip addr add $ip/24 dev $interface
[ -z "$router" ] || ip route add default via $router
echo "lease: $ip $siaddr $boot_file router $router"
END
chmod 755 /lease
ip link set eth0 up
udhcpc -q -n -i eth0 -s /lease
"""


def boot(debian, work, name, script, *options):
    """A guest that runs a script and switches itself off: what it said and its state hash."""
    image = f"{work}/{name}.cpio"
    with open(image, "wb") as to:
        to.write(initrd.small(f"{debian}/initrd.gz", FILES, INIT + script + "\npoweroff -f\n"))
    run = guest.orrery("-display", "none", "-serial", f"file:{work}/{name}.log", "-timing", "off", "-kernel", f"{debian}/linux", "-initrd",
                       image, "-append", "console=ttyAMA0 quiet", "-m", "256", "-limit", "60", "-state-hash", *options)
    with open(f"{work}/{name}.log", "rb") as log:
        said = log.read().decode("utf-8", "replace").replace("\r", "")
    check(f"{name}_ends_by_itself", run.returncode == 0, f"{run.returncode}: {run.stderr}{said[-600:]}")
    return said, run.stdout


def packets(file):
    """Of a dump: when, and the frame."""
    with open(file, "rb") as dump:
        data = dump.read()
    at = 24
    while at < len(data):
        seconds, nanoseconds, length, _ = struct.unpack_from("<IIII", data, at)
        yield seconds + nanoseconds / 1e9, data[at + 16:at + 16 + length]
        at += 16 + length


def firmware_like(debian, work):
    """What firmware does: an address, the name of a file, the file. Twice the same."""
    os.mkdir(f"{work}/tftp")
    content = hashlib.shake_128(b"orrery").digest(200000)
    with open(f"{work}/tftp/boot.img", "wb") as to:
        to.write(content)
    script = "tftp -g -r boot.img 10.0.2.2 && sha256sum boot.img\ntftp -g -r missing.img 10.0.2.2; echo tftp status $?\n"
    runs = []
    for run in ("first", "second"):
        options = ("-nic", f"user,restrict=on,tftp={work}/tftp,bootfile=boot.img",
                   "-object", f"filter-dump,id=d,netdev=nic0,file={work}/{run}.pcap")
        runs.append(boot(debian, work, run, script, *options))
    said = runs[0][0]
    check("dhcp_names_address_server_and_file_but_no_way_out", "lease: 10.0.2.15 10.0.2.2 boot.img router \n" in said, said[-600:])
    check("a_file_arrives_by_tftp", hashlib.sha256(content).hexdigest() in said, said[-600:])
    check("a_missing_file_is_missed", "tftp status 1" in said, said[-600:])
    check("two_runs_have_equal_states", runs[0][1] == runs[1][1] and "state hash" in runs[0][1], runs[0][1] + runs[1][1])
    with open(f"{work}/first.pcap", "rb") as first, open(f"{work}/second.pcap", "rb") as second:
        check("two_runs_have_equal_dumps", first.read() == second.read())
    seen = list(packets(f"{work}/first.pcap"))
    check("the_dump_has_the_file", content[:512] in b"".join(frame for _, frame in seen), len(seen))
    check("times_do_not_go_back", all(a[0] <= b[0] for a, b in zip(seen, seen[1:])))


def answer_once(listener, asked):
    """A server of the host: hears a line, answers it."""
    listener.settimeout(guest.PATIENCE)
    try:
        peer, _ = listener.accept()
        with peer:
            asked.append(peer.recv(100))
            peer.sendall(b"served: " + asked[0])
    except OSError:
        pass   # nobody came: the checks say so


def doors(debian, work):
    """Out to a server and to commands of the host; and with restrict=on to the commands only."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        asked = []
        server = threading.Thread(target=answer_once, args=(listener, asked), daemon=True)
        server.start()
        script = (f"echo question | nc -w 5 10.0.2.2 {port}\n"
                  "for i in 1 2; do echo word$i | nc -w 5 10.0.2.100 7; done\n")
        words = "user,guestfwd=tcp:10.0.2.100:7-cmd:sed -u s/^/heard:/"
        said, _ = boot(debian, work, "open", script, "-nic", words)
        check("dhcp_names_the_router", "router 10.0.2.2" in said, said[-600:])
        check("a_server_of_the_host_answers", "served: question" in said and asked == [b"question\n"], said[-600:])
        check("a_command_of_the_host_answers_each_time", "heard:word1" in said and "heard:word2" in said, said[-600:])
        said, _ = boot(debian, work, "closed", script, "-nic", words.replace("user,", "user,restrict=on,"))
        check("a_restricted_guest_reaches_no_server", "served" not in said and len(asked) == 1, said[-600:])
        check("a_restricted_guest_has_its_commands", "heard:word2" in said, said[-600:])


def test():
    debian = guest.fetched("fetch")
    work = guest.scratch()
    firmware_like(debian, work)
    doors(debian, work)


guest.run(test)
