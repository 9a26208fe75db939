"""Stopping one program, and stopping all in order."""
import os
import signal
import xmlrpc.client

import pytest

from lib_daemon import is_running, wait_for

# Notes its name and each signal in {box}/signals, and ends on none but the named one.
NOTER = """
    import os, signal, sys, time
    name, ending = sys.argv[1], sys.argv[2]
    def note(signo, frame):
        with open("{box}/signals", "a") as f:
            f.write("%s %s\\n" % (name, signal.Signals(signo).name))
        if signal.Signals(signo).name == ending:
            os._exit(0)
    for signo in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1,
                  signal.SIGUSR2):
        signal.signal(signo, note)
    open("{box}/ready-" + name, "w").close()
    while True:
        time.sleep(60)
    """


@pytest.fixture
def noter(daemon):
    """A daemon whose programs run NOTER: {noter} NAME SIGNAL."""
    def make(programs, **kwargs):
        d = daemon(**kwargs)
        d.write("noter.py", NOTER.replace("{box}", d.box))
        d.configure(programs.replace("{noter}", "/usr/bin/python3 -S -E {box}/noter.py"))
        d.start()
        names = [n.partition(":")[2] for n, state in d.states().items() if state != "STOPPED"]
        wait_for(lambda: all(os.path.exists(d.path("ready-" + n)) for n in names), "all are ready")
        return d
    return make


@pytest.mark.parametrize("written, name", [
    ("TERM", "SIGTERM"), ("HUP", "SIGHUP"), ("INT", "SIGINT"), ("QUIT", "SIGQUIT"),
    ("USR1", "SIGUSR1"), ("SIGUSR2", "SIGUSR2"), ("10", "SIGUSR1"),
])
def test_stopsignal(noter, written, name):
    d = noter("""
        [program:p]
        command={noter} p %s
        startsecs=0
        stopsignal=%s
        """ % (name, written))
    assert d.rpc.stopProcess("p") is True
    assert d.read("signals") == "p %s\n" % name
    assert d.state("p") == "STOPPED"
    d.wait_log("stopped: p (exit status 0)")


def test_who_does_not_stop_is_killed_after_stopwaitsecs(noter):
    d = noter("""
        [program:deaf]
        command={noter} deaf NONE
        startsecs=0
        stopwaitsecs=1
        """)
    pid = d.info("deaf")["pid"]
    d.rpc.stopProcess("deaf", False)
    assert d.state("deaf") == "STOPPING"
    d.wait_state("deaf", "STOPPED")
    assert not is_running(pid)
    d.wait_log("killing 'deaf' (%d) with SIGKILL" % pid)
    d.wait_log("stopped: deaf (terminated by SIGKILL)")


def test_a_stopped_program_is_not_restarted_until_asked(daemon):
    d = daemon("""
        [program:cat]
        command=/bin/cat
        startsecs=0
        autorestart=true
        """).start()
    d.rpc.stopProcess("cat")
    assert d.state("cat") == "STOPPED"
    assert d.info("cat")["stop"] >= d.info("cat")["start"]
    assert d.rpc.startProcess("cat") is True
    assert d.state("cat") == "RUNNING"


@pytest.mark.svd_only
def test_a_stop_right_after_a_start_reaches_the_program(daemon):
    """Supervisor's children swallow a signal that comes before their exec."""
    d = daemon("""
        [program:cat]
        command=/bin/cat
        startsecs=0
        """).start()
    for _ in range(30):
        assert d.rpc.stopProcess("cat") is True
        assert d.rpc.startProcess("cat") is True
    assert "SIGKILL" not in d.log()


@pytest.mark.parametrize("option, told, killed", [
    ("", False, False), ("killasgroup=true", False, True), ("stopasgroup=true", True, True),
])
def test_the_process_group(daemon, option, told, killed):
    """The parent starts a child and is deaf to SIGTERM; the child notes it."""
    d = daemon("""
        [program:family]
        command=/bin/sh {box}/parent
        startsecs=0
        stopwaitsecs=1
        %s
        """ % option)
    d.write("child", "trap 'echo told >>%s/told' TERM; echo $$ >%s/pid\n"
            "while :; do sleep 0.05; done\n" % (d.box, d.box))
    d.write("parent", "trap '' TERM\n/usr/bin/env --default-signal=TERM /bin/sh %s/child &\n"
            "while :; do sleep 0.05; done\n" % d.box)
    d.start()
    child = int(wait_for(lambda: d.read("pid").strip(), "the child has started"))
    d.rpc.stopProcess("family")
    if killed:
        wait_for(lambda: not is_running(child), "the child is gone")
    else:
        assert is_running(child)
        os.kill(child, signal.SIGKILL)
    assert (d.read("told") != "") == told


def test_a_stop_during_backoff_ends_it_at_once(daemon):
    d = daemon("""
        [program:hasty]
        command=/bin/sh -c 'exit 1'
        startretries=100
        """).start()
    d.wait_state("hasty", "BACKOFF")
    d.rpc.stopProcess("hasty")
    assert d.state("hasty") == "STOPPED"


@pytest.mark.parametrize("signo", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_shutdown_on_signal(daemon, signo):
    d = daemon("""
        [program:cat]
        command=/bin/cat
        """).start()
    pid = d.info("cat")["pid"]
    d.stop(signo)
    assert not is_running(pid)
    name = signal.Signals(signo).name
    d.wait_log("WARN received %s indicating exit request" % name)
    assert not os.path.exists(d.path("supervisord.pid"))


def test_shutdown_goes_by_groups_from_the_highest_priority(noter):
    d = noter("""
        [program:low]
        command={noter} low SIGTERM
        startsecs=0
        priority=1
        [program:high]
        command={noter} high SIGTERM
        startsecs=0
        priority=30
        [program:middle]
        command={noter} middle SIGTERM
        startsecs=0
        priority=20
        """)
    d.stop()
    assert d.read("signals").split()[::2] == ["high", "middle", "low"]


def test_shutdown_waits_for_a_group_before_the_next(noter):
    """A deaf program of the highest priority holds up the others until it is killed."""
    d = noter("""
        [program:early]
        command={noter} early SIGTERM
        startsecs=0
        priority=1
        [program:deaf]
        command={noter} deaf NONE
        startsecs=0
        stopwaitsecs=1
        priority=2
        """)
    d.stop()
    log = d.log()
    assert log.index("killing 'deaf'") < log.index("stopped: deaf") < log.index("stopped: early")


def test_shutdown_through_rpc_refuses_new_work(noter):
    d = noter("""
        [program:deaf]
        command={noter} deaf NONE
        startsecs=0
        stopwaitsecs=2
        """)
    assert d.rpc.shutdown() is True
    with pytest.raises(xmlrpc.client.Fault, match="SHUTDOWN_STATE"):
        d.rpc.startProcess("deaf")
    assert d.process.wait(30) == 0
