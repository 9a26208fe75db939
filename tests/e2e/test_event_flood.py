"""Far more events than a listener takes: svd's memory has a bound, and its counts are right."""
import os
import signal
import subprocess

import pytest

from lib_daemon import wait_for
from lib_listeners import add_recorder, recorded

pytestmark = pytest.mark.svd_only

MIB = 1024 * 1024
PROGRAMS, LINES, LINE = 100, 1000, 100     # less than may be on the way from svd-logd to svd
EVENTS = PROGRAMS * LINES
ROOM = 1000             # buffer_size of a recorder
LARGE = 60 * MIB        # bytes on stderr, in events of up to 64 KiB; so many events have room
LARGEST = 65536 + 100   # bytes of one of them
LARGE_MOST = 16 * MIB   # of all of them: BACKLOG_BYTES_LEAST

# What svd may have in memory: of each event the line, the head of its payload and what svd keeps
# about it; of the large ones their bytes; and whatever else it has.
BOUND = ROOM * (LINE + 256) + LARGE_MOST + 8 * MIB

# drip writes a line when the one before has been read: each is an event.
SECTIONS = """
    [program:drip]
    command={box}/drip %d %d
    process_name=d%%(process_num)d
    numprocs=%d
    stdout_logfile=NONE
    stdout_events_enabled=true
    autostart=false
    autorestart=false
    startsecs=0
    [program:flood]
    command=/bin/sh -c "head -c %d /dev/zero | tr '\\\\0' x >&2"
    stderr_logfile=NONE
    stderr_events_enabled=true
    autostart=false
    autorestart=false
    startsecs=0
    """ % (LINES, LINE, PROGRAMS, LARGE)


def pool(d, name):
    return next(each for each in d.proxy.svd.getPools() if each["name"] == name)


def listener(d, name):
    return pool(d, name)["listeners"][0]


def anonymous(pid):
    """Bytes of memory that are nobody else's."""
    with open("/proc/%d/smaps_rollup" % pid) as f:
        return 1024 * sum(int(line.split()[1]) for line in f if line.startswith("Anonymous:"))


def is_sanitized(pid):
    with open("/proc/%d/maps" % pid) as f:
        return "libasan" in f.read()


def start(daemon):
    """With two listeners that have said READY, and are stopped."""
    d = daemon()
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "drip.c")
    subprocess.run(["cc", "-O2", "-o", d.path("drip"), source], check=True)
    d.configure(SECTIONS)
    with open(d.conf, "a") as f:
        f.write(add_recorder(d, "PROCESS_LOG_STDOUT", "small").replace("{box}", d.box) +
                add_recorder(d, "PROCESS_LOG_STDERR", "large").replace("{box}", d.box))
    d.start()
    for name in "small", "large":
        wait_for(lambda: listener(d, name)["listener_state"] == "READY", name + " is READY")
        os.kill(listener(d, name)["pid"], signal.SIGSTOP)
    return d


def let_go(d, name):
    """Nothing comes any more; the poolserials of what the listener gets."""
    os.kill(listener(d, name)["pid"], signal.SIGCONT)
    wait_for(lambda: listener(d, name)["listener_state"] == "READY" and
             pool(d, name)["queued"] == 0, name + " has heard all")
    return [event.poolserial for event in recorded(d, name)]


def test_a_slow_listener_costs_a_bounded_amount_of_memory(daemon):
    d = start(daemon)
    d.rpc.startProcessGroup("drip")
    for i in range(PROGRAMS):
        d.wait_state("drip:d%d" % i, "EXITED", timeout=300)
    wait_for(lambda: pool(d, "small")["accepted"] == EVENTS, "all lines are events")
    small = pool(d, "small")
    assert small["queued"] == ROOM
    assert small["dropped"] == EVENTS - ROOM - 1        # the listener has one
    d.rpc.startProcess("flood")
    d.wait_state("flood", "EXITED", timeout=300)
    wait_for(lambda: pool(d, "large")["dropped"] > 0, "there is no room for more")
    large = pool(d, "large")
    assert large["accepted"] == large["dropped"] + large["queued"] + 1
    assert LARGE_MOST - LARGEST <= large["queued_bytes"] <= LARGE_MOST
    assert anonymous(d.pid) < BOUND or is_sanitized(d.pid)

    # What was not dropped comes: the one that was sent before, and the newest.
    assert let_go(d, "small") == [0] + list(range(EVENTS - ROOM, EVENTS))
    heard = let_go(d, "large")
    large = pool(d, "large")
    dropped = int(large["dropped"])
    assert heard == [0] + list(range(dropped + 1, dropped + len(heard)))
    assert len(heard) == large["delivered"] == large["accepted"] - dropped
    assert pool(d, "small")["delivered"] == ROOM + 1


# Three times as much as may wait for svd.
TORRENT = """
    [program:torrent]
    command=/bin/sh -c "read x; head -c %d /dev/zero | tr '\\0' x; echo >{box}/done; read x"
    stdout_logfile={box}/torrent.log
    stdout_logfile_maxbytes=0
    stdout_events_enabled=true
    autorestart=false
    startsecs=0
    """ % (3 * LARGE_MOST)


def test_what_svd_is_not_told_is_counted(daemon):
    d = daemon(TORRENT)
    with open(d.conf, "a") as f:
        f.write(add_recorder(d, "PROCESS_LOG").replace("{box}", d.box))
    d.start()
    wait_for(lambda: listener(d, "recorder")["listener_state"] == "READY", "READY")
    d.rpc.sendProcessStdin("torrent", "go\n")
    os.kill(d.pid, signal.SIGSTOP)
    wait_for(lambda: d.read("done"), "all is written, though svd does nothing")
    os.kill(d.pid, signal.SIGCONT)
    d.rpc.sendProcessStdin("torrent", "end\n")
    d.wait_state("torrent", "EXITED")

    def sums():
        process, = (each for each in d.proxy.svd.getMetrics()["processes"]
                    if each["name"] == "torrent")
        return process["stdout"]

    def heard():
        return sum(len(event.payload.partition("\n")[2]) for event in recorded(d))

    wait_for(lambda: heard() + sums().get("untold", 0) == 3 * LARGE_MOST, "all is accounted for")
    assert sums()["untold"] > LARGE_MOST and sums()["bytes"] == 3 * LARGE_MOST
    assert sums()["dropped"] == 0
    d.wait_log("torrent stdout: output came too fast for event listeners, who have missed ")
