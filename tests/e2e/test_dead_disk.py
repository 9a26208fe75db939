"""A disk hangs in the middle of a write(2): svd goes on, whatever it has to do with that file."""
import os
import subprocess
import tempfile
import textwrap

import pytest

from lib_daemon import wait_for
from lib_listeners import add_recorder, recorded

pytestmark = [pytest.mark.svd_only, pytest.mark.root_only]

PROGRAMS = textwrap.dedent("""
    [program:quiet]
    command=/bin/sleep 1000
    autostart=false
    startsecs=0
    stdout_logfile=NONE
    stderr_logfile=NONE
    [program:clock]
    command=/bin/sh -c "while :; do echo tick; sleep 0.01; done"
    stdout_logfile={box}/clock.log
    """)


@pytest.fixture(scope="module")
def hang():
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hang.c")
    with tempfile.TemporaryDirectory(prefix="svd-e2e-hang-") as directory:
        subprocess.run(["cc", "-O2", "-o", directory + "/hang", source], check=True)
        yield directory + "/hang"


def is_stuck(pid):
    """Does a thread of it wait for what cannot be interrupted?"""
    states = []
    for thread in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/stat" % (pid, thread)) as f:
            states.append(f.read().rpartition(")")[2].split()[0])
    return "D" in states


def a_round(d, number):
    """Something that svd logs, something for its listener, and a look into a log."""
    d.rpc.startProcess("quiet")
    d.rpc.sendRemoteCommEvent("round", str(number))
    wait_for(lambda: len(recorded(d)) == number, "event %d has come" % number)
    assert "tick" in d.rpc.readProcessStdoutLog("clock", 0, 10)
    d.rpc.stopProcess("quiet")


@pytest.mark.parametrize("name", ["supervisord.log", "clock.log", "recorder.log"])
def test_a_disk_that_hangs_holds_up_nobody_but_svd_logd(daemon, hang, name):
    d = daemon(PROGRAMS)
    d.configure(PROGRAMS + add_recorder(d, "REMOTE_COMMUNICATION") +
                "stdout_logfile={box}/recorder.log\n")
    d.start()
    wait_for(lambda: d.read(name), "there is something in " + name)
    wait_for(lambda: d.read("clock.log"), "the clock ticks")
    disk = subprocess.Popen([hang, d.path(name)], stdout=subprocess.PIPE)
    try:
        if not disk.stdout.readline():
            pytest.skip("no userfaultfd(2) for the kernel's own faults")
        for number in range(1, 6):
            a_round(d, number)
        wait_for(lambda: is_stuck(d.sibling("svd-logd")), "svd-logd waits for the disk")
        a_round(d, 6)
    finally:
        disk.kill()
        disk.wait()
        disk.stdout.close()
    d.stop()
