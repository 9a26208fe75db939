"""Rules of life that both must keep, where they are hard to see in one line of a log."""
import os
import re
import signal
import subprocess
import time
import xmlrpc.client

import pytest

from lib_daemon import IS_SVD, REFERENCE, SVD, clean_env, is_running, wait_for, wait_idle


@pytest.fixture(params=["svd", pytest.param("supervisord", marks=pytest.mark.reference)])
def either(request, daemon):
    """Makes a daemon: svd in one run of the test, Supervisor in the other."""
    return lambda *args, **kwargs: daemon(
        *args, program=SVD if request.param == "svd" else REFERENCE, **kwargs)


# --- orders ---

RANKS = """
    [program:c]
    command=/bin/cat
    startsecs=0
    priority=7
    [program:a]
    command=/bin/cat
    startsecs=0
    priority=3
    [program:b]
    command=/bin/cat
    startsecs=0
    priority=5
    process_name=%(process_num)d
    numprocs=3
    [program:d]
    command=/bin/cat
    startsecs=0
    priority=1
    [program:e]
    command=/bin/cat
    startsecs=0
    priority=999
    [group:first]
    programs=e
    priority=-5
    [group:middle]
    programs=a,c
    priority=4
    """

SPAWNED, KILLING = r"spawned: '(\w+)'", r"killing (\w+) "


def names(d, pattern, begin):
    """Whom the log names after so many bytes, in its order."""
    return "".join(name[0] for name in re.findall(pattern, d.log()[begin:]))


def test_starts_and_stops_go_by_priority(either):
    """Groups by theirs, then the processes of each by theirs; only a shutdown goes backwards."""
    d = either(RANKS, supervisord="loglevel=debug").start()

    def one_more(call, pattern, number):
        begin = len(d.log())
        call()
        wait_for(lambda: len(names(d, pattern, begin)) == number, "all %d" % number)
        return names(d, pattern, begin)

    wait_for(lambda: len(names(d, SPAWNED, 0)) == 7, "all run")
    assert names(d, SPAWNED, 0) == "edac012"
    # Supervisor's children lose a signal that comes before their exec.
    for info in d.rpc.getAllProcessInfo():
        wait_for(lambda pid=info["pid"]: os.readlink("/proc/%d/exe" % pid).endswith("cat"), "exec")
    assert one_more(lambda: d.rpc.stopProcessGroup("middle"), KILLING, 2) == "ac"
    assert one_more(lambda: d.rpc.startProcessGroup("middle"), SPAWNED, 2) == "ac"
    for name in "middle:a", "middle:c":
        pid = d.info(name)["pid"]
        wait_for(lambda pid=pid: os.readlink("/proc/%d/exe" % pid).endswith("cat"), "exec")
    assert one_more(d.rpc.stopAllProcesses, KILLING, 7) == "edac012"
    assert one_more(d.rpc.startAllProcesses, SPAWNED, 7) == "edac012"
    d.wait_all("RUNNING")
    for info in d.rpc.getAllProcessInfo():
        wait_for(lambda pid=info["pid"]: os.readlink("/proc/%d/exe" % pid).endswith("cat"), "exec")
    begin = len(d.log())
    d.stop()
    assert names(d, KILLING, begin) == "210cade"


# --- calls in states between ---

def test_a_start_during_backoff_is_refused(either):
    d = either("""
        [program:hasty]
        command=/bin/sh -c 'exit 1'
        startretries=100
        """).start()
    d.wait_state("hasty", "BACKOFF")
    wait_for(lambda: d.log().count("spawned: 'hasty'") >= 2, "it was tried again")
    d.wait_state("hasty", "BACKOFF")
    with pytest.raises(xmlrpc.client.Fault, match="ALREADY_STARTED: hasty"):
        d.rpc.startProcess("hasty")


def test_a_stop_in_backoff_ends_the_tries(either):
    d = either("""
        [program:hasty]
        command=/bin/sh -c 'exit 1'
        startretries=100
        """).start()
    d.wait_state("hasty", "BACKOFF")
    assert d.rpc.stopProcess("hasty") is True
    info = d.info("hasty")
    assert (info["statename"], info["pid"]) == ("STOPPED", 0)
    starts = d.log().count("spawned: 'hasty'")
    try:
        assert d.rpc.startProcess("hasty", False) is True
    except xmlrpc.client.Fault as fault: # it was too hasty even for that
        assert fault.faultString == "SPAWN_ERROR: hasty"
    wait_for(lambda: d.log().count("spawned: 'hasty'") > starts, "it may be started again")


DEAF = """
    [program:deaf]
    command=/bin/sh {box}/deaf
    startsecs=0
    stopwaitsecs=60
    """


def test_a_signal_reaches_who_is_stopping(either):
    d = either(DEAF)
    d.write("deaf", "trap '' TERM\ntrap 'echo told >>%s/told' USR1\ntouch %s/ready\n"
            "while :; do sleep 0.02; done\n" % (d.box, d.box))
    d.start()
    wait_for(lambda: os.path.exists(d.path("ready")), "it is deaf")
    assert d.rpc.stopProcess("deaf", False) is True
    assert d.state("deaf") == "STOPPING"
    with pytest.raises(xmlrpc.client.Fault, match="ABNORMAL_TERMINATION: deaf"):
        d.rpc.startProcess("deaf")
    assert d.rpc.signalProcess("deaf", "USR1") is True
    wait_for(lambda: d.read("told"), "the signal has come")
    assert d.state("deaf") == "STOPPING"
    assert d.rpc.signalProcess("deaf", "KILL") is True
    d.wait_state("deaf", "STOPPED")
    d.wait_log("stopped: deaf (terminated by SIGKILL)")


# --- programs that do not stay as they were started ---

def test_who_goes_to_the_background_has_exited(either):
    """Its child, in a session of its own, is nobody's business any more."""
    d = either("""
        [program:forks]
        command=/bin/sh -c 'setsid sleep 1000 </dev/null >/dev/null 2>&1 & echo $! >{box}/child'
        startsecs=0
        autorestart=unexpected
        """).start()
    info = d.wait_state("forks", "EXITED")
    assert (info["exitstatus"], info["pid"]) == (0, 0)
    child = int(wait_for(lambda: d.read("child").strip(), "the child's pid"))
    assert is_running(child)
    d.stop()
    assert is_running(child)
    os.kill(child, signal.SIGKILL)


def test_who_closes_its_output_runs_on(either):
    d = either("""
        [program:silent]
        command=/bin/sh -c 'echo once; exec >&- 2>&-; touch {box}/closed; while :; do read x; done'
        startsecs=0
        stdout_logfile={box}/out
        """).start()
    wait_for(lambda: os.path.exists(d.path("closed")) and d.read("out"), "it has closed them")
    assert d.read("out") == "once\n"
    assert d.state("silent") == "RUNNING"
    if d.program == SVD and IS_SVD:     # Supervisor once burned a CPU for that
        wait_idle(d.pid, d.sibling("svd-logd"))
    assert d.rpc.stopProcess("silent") is True


def test_a_grandchild_with_the_pipe_does_not_hold_up_the_next_life(either):
    d = either("""
        [program:parent]
        command=/bin/sh -c 'echo $$; setsid sh {box}/holds & exit 0'
        startsecs=0
        autorestart=false
        stdout_logfile={box}/out
        """)
    d.write("holds", "echo $$ >>%s/held; exec sleep 1000\n" % d.box)
    d.start()
    for life in 1, 2:
        wait_for(lambda: len(d.read("held").split()) == life, "the grandchild is there")
        d.wait_state("parent", "EXITED")
        wait_for(lambda: len(d.read("out").split()) == life, "the line is in the log")
        if life == 1:
            d.rpc.startProcess("parent", False)
    held = [int(pid) for pid in d.read("held").split()]
    assert all(is_running(pid) for pid in held)
    d.stop()
    for pid in held:
        os.kill(pid, signal.SIGKILL)


# --- the first process of a machine; a clock that jumps ---

def may_unshare():
    return subprocess.call(["unshare", "-pf", "--mount-proc", "true"],
                           stderr=subprocess.DEVNULL) == 0


@pytest.mark.svd_only
@pytest.mark.root_only
def test_as_the_first_process_it_buries_everybody_quietly(daemon):
    """Fifty orphans, whose parents are no children of svd; nothing of it is worth a line."""
    if not may_unshare():
        pytest.skip("needs a namespace of pids")
    d = daemon("""
        [program:maker]
        command=/bin/sh {box}/maker
        startsecs=0
        """)
    d.write("maker", "for i in 1 2 3 4 5 6 7 8 9 10; do\n"
            "(for j in 1 2 3 4 5; do setsid sh -c 'sleep 0.1; echo >>%s/ends' & done) &\n"
            "done\nexec cat\n" % d.box)
    with open(d.path("console"), "ab") as console:
        d.process = subprocess.Popen(
            ["unshare", "-pf", "--kill-child", "--mount-proc", d.program, "-n", "-c", d.conf],
            env=clean_env(d.box), stdin=subprocess.DEVNULL, stdout=console, stderr=console)
    wait_for(d.answers, "the daemon answers")
    assert d.rpc.getPID() == 1
    with open("/proc/%d/task/%d/children" % (d.process.pid, d.process.pid)) as f:
        first = int(f.read())

    def zombies_and_orphans():
        with open("/proc/%d/task/%d/children" % (first, first)) as children:
            return len(children.read().split())
    wait_for(lambda: d.read("ends").count("\n") == 50, "all orphans have ended")
    wait_for(lambda: zombies_and_orphans() <= 3, "svd has its own children only")
    assert d.state("maker") == "RUNNING"
    assert "reaped" not in d.log()
    d.rpc.shutdown()
    assert d.process.wait(30) == 0


@pytest.mark.svd_only
@pytest.mark.parametrize("jump", [-86400, 86400 * 400])
def test_a_clock_that_jumps_moves_no_timer(daemon, fake_time, jump):
    """Neither startsecs nor a retry nor stopwaitsecs becomes longer or shorter."""
    d = daemon("""
        [program:slow]
        command=/bin/cat
        startsecs=2
        autostart=false
        [program:quick]
        command=/bin/cat
        startsecs=0
        [program:deaf]
        command=/bin/sh -c 'trap "" TERM; touch {box}/deaf; while :; do sleep 0.02; done'
        startsecs=0
        stopwaitsecs=1
        [program:hasty]
        command=/bin/sh -c 'exit 1'
        startretries=2
        autostart=false
        """)
    d.write("offset", "0")
    sanitizer = clean_env(d.box)["ASAN_OPTIONS"] + ":verify_asan_link_order=0"
    d.start(env={"LD_PRELOAD": fake_time, "FAKE_TIME": d.path("offset"),
                 "ASAN_OPTIONS": sanitizer})
    wait_for(lambda: os.path.exists(d.path("deaf")), "deaf is deaf")
    before = d.info("quick")["now"]
    d.rpc.startProcess("slow", False)
    d.rpc.startProcess("hasty", False)
    d.rpc.stopProcess("deaf", False)
    began = time.monotonic()
    d.write("offset", str(jump))
    assert abs(d.info("quick")["now"] - before - jump) < 60
    assert d.state("slow") == "STARTING" and time.monotonic() - began < 1.5
    d.wait_state("deaf", "STOPPED", 10)
    d.wait_state("slow", "RUNNING", 10)
    assert time.monotonic() - began >= 1.9
    d.wait_state("hasty", "FATAL", 10)
    uptime = d.info("quick")["description"].partition("uptime ")[2]
    assert re.match(r"\d+:\d\d:\d\d$" if jump < 0 else r"400 days, ", uptime), uptime
