"""supervisord.log says the same as Supervisor's for the same scripted lives."""
import concurrent.futures
import os
import re
import signal
import xmlrpc.client

import pytest

from lib_daemon import REFERENCE, SVD, WHO_ASKED, wait_for

PROGRAMS = """
    [program:steady]
    command=/bin/cat
    startsecs=0
    autostart=false
    [program:slow]
    command=/bin/cat
    startsecs=1
    autostart=false
    [program:slower]
    command=/bin/cat
    startsecs=60
    autostart=false
    [program:fails]
    command=/bin/sh -c 'exit 3'
    startsecs=10
    startretries=1
    autostart=false
    [program:once]
    command=/bin/sh -c 'sleep 0.3; exit %(ENV_CODE)s'
    startsecs=0
    autorestart=unexpected
    exitcodes=0,2
    autostart=false
    [program:lost]
    command={box}/no-such-command
    startretries=0
    priority=1
    [program:nowhere]
    command=/bin/cat
    directory={box}/nowhere
    startretries=0
    autostart=false
    [program:deaf]
    command=/bin/sh -c 'trap "" TERM; touch {box}/deaf; while :; do sleep 0.02; done'
    startsecs=0
    stopwaitsecs=1
    autostart=false
    [program:last]
    command=/bin/cat
    startsecs=0
    """


def begin(d, name):
    try:
        d.rpc.startProcess(name, False)
    except xmlrpc.client.Fault:     # it has failed already
        pass


def wait_exec(d, name):
    """Supervisor's children lose a signal that comes before their exec."""
    wait_for(lambda: d.info(name)["pid"], name + " has a pid")
    wait_for(lambda: os.readlink("/proc/%d/exe" % d.info(name)["pid"]).endswith("cat"), "exec")


def start_and_stop(d):
    d.rpc.startProcess("steady")
    wait_exec(d, "steady")
    d.rpc.stopProcess("steady")


def die_and_come_back(d):
    d.rpc.startProcess("slow")
    os.kill(d.info("slow")["pid"], signal.SIGKILL)
    d.wait_log("spawned: 'slow'", 2)
    d.wait_state("slow", "RUNNING")


def stop_while_starting(d):
    d.rpc.startProcess("slower", False)
    wait_exec(d, "slower")
    d.rpc.stopProcess("slower")


def fail_for_good(d):
    begin(d, "fails")
    d.wait_state("fails", "FATAL")


def never_start(d):
    begin(d, "nowhere")
    d.wait_state("nowhere", "FATAL")


def end_as_expected(d):
    begin(d, "once")
    d.wait_state("once", "EXITED")


def be_killed(d):
    d.rpc.startProcess("deaf")
    wait_for(lambda: os.path.exists(d.path("deaf")), "deaf is deaf")
    d.rpc.stopProcess("deaf")


def be_signalled(d):
    d.rpc.startProcess("steady")
    wait_exec(d, "steady")
    os.kill(d.info("steady")["pid"], signal.SIGUSR1)
    d.wait_log("exited: steady")
    d.wait_log("spawned: 'steady'", 2)
    d.wait_log("success: steady", 2)
    wait_exec(d, "steady")
    d.rpc.stopProcess("steady")


def reopen(d):
    os.kill(d.pid, signal.SIGUSR2)
    d.wait_log("received SIGUSR2")


def begin_anew(d):
    os.kill(d.pid, signal.SIGHUP)
    d.wait_log("supervisord started with pid", 2)
    d.wait_log("gave up: lost", 2)
    d.wait_log("success: last", 2)
    wait_exec(d, "last")


# "Waiting for x to stop" (or "to die") is said when the daemon happens to look while x still
# lives; svd tells why a child could not be set up, and who asked for what.
DIFFER = re.compile("INFO (waiting for|spawnerr: couldn)|" + WHO_ASKED)
SUBJECT = re.compile(r"(?:spawned:|exited:|stopped:|success:|gave up:|killing) '?(\w+)")


def live_through(d, script, env):
    """What the daemon says of that life: subject -> lines, without what differs from run to run.

    Lines about different programs may change places: two die at the same time, or a failed start
    is given up in this turn or in the next.
    """
    d.start(env=env)
    d.wait_state("last", "RUNNING")
    wait_exec(d, "last")
    script(d)
    d.stop()
    said = {}
    for line in d.log().replace(d.box, "BOX").splitlines():
        line = re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ", "", line)
        line = re.sub(r"pid \d+|\(\d+\)", "PID", line)
        if not DIFFER.match(line):
            found = SUBJECT.search(line)
            said.setdefault(found.group(1) if found else "", []).append(line)
    return said


SCRIPTS = [start_and_stop, die_and_come_back, stop_while_starting, fail_for_good, never_start,
           end_as_expected, be_killed, be_signalled, reopen, begin_anew]


@pytest.fixture(scope="module")
def lives(module_daemon):
    """(script, "ours" or "theirs") -> log lines; all are lived at the same time."""
    def live(key):
        script, whose = key
        program = SVD if whose == "ours" else REFERENCE
        d = module_daemon(PROGRAMS, "%s/%s" % (whose, script.__name__), program)
        return live_through(d, script, {"CODE": "2"})
    keys = [(script, whose) for script in SCRIPTS for whose in ("ours", "theirs")]
    with concurrent.futures.ThreadPoolExecutor(len(keys)) as pool:
        return dict(zip(keys, pool.map(live, keys)))


@pytest.mark.reference
@pytest.mark.parametrize("script", SCRIPTS)
def test_the_log_of(script, lives):
    assert lives[script, "ours"] == lives[script, "theirs"]
