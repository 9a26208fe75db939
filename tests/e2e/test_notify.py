"""What the service manager hears from svd, and in which order. Here the test is the manager."""
import os
import select
import signal
import socket
import subprocess

import pytest

from lib_daemon import SVD, Daemon, clean_env, wait_for

pytestmark = pytest.mark.svd_only

CONFIG = """
[unix_http_server]
file={box}/s.sock

[supervisorctl]
serverurl=unix://{box}/s.sock

[supervisord]
logfile={box}/supervisord.log
pidfile={box}/supervisord.pid
childlogdir={box}

[program:cat]
command=/bin/cat
startsecs=0

[program:env]
command=/bin/sh -c "env >{box}/env.log; exec sleep 1000"
startsecs=0

[program:never]
command=/bin/false
autostart=false
startretries=0
"""

# As a service manager does: the watchdog is for the process that it has started.
LAUNCHER = """
import os, sys
os.environ["WATCHDOG_PID"] = sys.argv[1] if sys.argv[1] != "ours" else str(os.getpid())
os.execv(sys.argv[2], sys.argv[2:])
"""


class Manager:
    """A notify socket, and what came in by it."""

    def __init__(self, box):
        self.path = box + "/notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.heard = []

    def hear(self, seconds=0):
        """One more message, if any comes in so many seconds."""
        if not select.select([self.socket], [], [], seconds)[0]:
            return None
        self.heard.append(self.socket.recv(4096).decode())
        return self.heard[-1]

    def hear_all(self):
        while self.hear():
            pass
        return self.heard

    def await_message(self, text, after=0):
        wait_for(lambda: text in self.hear_all()[after:], "svd says " + text)

    def without_watchdog(self):
        return [text for text in self.hear_all() if text != "WATCHDOG=1"]


def stop(pid):
    """SIGSTOP, and it has been taken: of two that wait, SIGTERM would come first."""
    def state():
        with open("/proc/%d/stat" % pid) as stat:
            return stat.read().rpartition(")")[2].split()[0]

    os.kill(pid, signal.SIGSTOP)
    wait_for(lambda: state() == "T", "it stands still")


@pytest.fixture
def manager(box):
    m = Manager(box)
    yield m
    m.socket.close()


@pytest.fixture
def launch(box, manager):
    """launch(watchdog, whose): svd with a watchdog of so many seconds; 0: none."""
    made = []

    def make(watchdog=0, whose="ours"):
        d = Daemon(box, config=CONFIG)
        environment = dict(clean_env(box), NOTIFY_SOCKET=manager.path)
        if watchdog:
            environment["WATCHDOG_USEC"] = str(int(watchdog * 1e6))
        with open(d.path("console"), "ab") as console:
            d.process = subprocess.Popen(
                ["/usr/bin/python3", "-c", LAUNCHER, whose, SVD, "-n", "-c", d.conf], cwd=box,
                env=environment, stdin=subprocess.DEVNULL, stdout=console, stderr=console,
                start_new_session=True)
        d.pid = d.process.pid
        d.socket = d.path("s.sock")
        made.append(d)
        manager.await_message("READY=1")
        return d

    yield make
    for d in made:
        if d.is_running():
            os.kill(d.pid, signal.SIGCONT)
            d.stop()
        assert "Sanitizer" not in d.console()


def test_messages_come_in_order_over_two_lives(launch, manager):
    d = launch()
    manager.await_message("STATUS=2 running, 0 failed")
    first = len(manager.heard)
    os.kill(d.pid, signal.SIGHUP)
    manager.await_message("STATUS=2 running, 0 failed", after=first)
    d.stop()
    said = manager.hear_all()
    steps = [text for text in said if not text.startswith("STATUS=")]
    assert steps == ["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"]
    assert said[0] == "READY=1"
    assert said[-1] == "STATUS=0 running, 0 failed"


def test_the_status_counts_who_runs_and_who_has_failed(launch, manager):
    d = launch()
    manager.await_message("STATUS=2 running, 0 failed")
    d.rpc.stopProcess("cat")
    manager.await_message("STATUS=1 running, 0 failed")
    d.rpc.startProcess("never", False)
    manager.await_message("STATUS=1 running, 1 failed")
    d.rpc.startProcess("cat")
    manager.await_message("STATUS=2 running, 1 failed")


def test_an_unexpected_exit_that_nobody_mends_is_a_failure(launch, manager):
    d = launch()
    manager.await_message("STATUS=2 running, 0 failed")
    d.write("supervisord.conf", d.read("supervisord.conf") + (
        "\n[program:once]\ncommand=/bin/sh -c 'exit 3'\nautorestart=false\nstartsecs=0\n"))
    assert "added process group" in d.ctl("update").stdout
    manager.await_message("STATUS=2 running, 1 failed")


def test_a_restart_that_becomes_a_shutdown_says_both(launch, manager):
    d = launch()
    d.write("supervisord.conf", d.read("supervisord.conf") + (
        "\n[program:slow]\nstopwaitsecs=600\nstartsecs=0\nstdout_logfile=%s\n"
        "command=/bin/sh -c 'trap \"\" TERM; echo up; while :; do sleep 0.1; done'\n"
        % d.path("slow.log")))
    assert "added process group" in d.ctl("update").stdout
    wait_for(lambda: "up" in d.read("slow.log"), "slow is deaf")
    slow = d.info("slow")["pid"]
    os.kill(d.pid, signal.SIGHUP)
    manager.await_message("RELOADING=1")
    os.kill(d.pid, signal.SIGTERM)
    manager.await_message("STOPPING=1")
    os.kill(slow, signal.SIGKILL)
    assert d.process.wait(60) == 0
    assert manager.without_watchdog().count("READY=1") == 1


def test_the_watchdog_is_fed_for_as_long_as_turns_come(launch, manager):
    d = launch(watchdog=0.2)
    wait_for(lambda: manager.hear_all().count("WATCHDOG=1") >= 3, "it is fed")
    stop(d.pid)
    manager.hear_all()
    assert manager.hear(seconds=1) is None
    os.kill(d.pid, signal.SIGCONT)
    assert manager.hear(seconds=60) == "WATCHDOG=1"


def test_the_watchdog_is_fed_while_programs_take_long_to_stop(launch, manager):
    d = launch(watchdog=0.2)
    manager.await_message("STATUS=2 running, 0 failed")
    cat = d.info("cat")["pid"]
    stop(cat)                           # gets its SIGTERM when it goes on
    os.kill(d.pid, signal.SIGTERM)
    manager.await_message("STOPPING=1")
    since = len(manager.heard)
    wait_for(lambda: manager.hear_all()[since:].count("WATCHDOG=1") >= 3, "it is fed")
    os.kill(cat, signal.SIGCONT)
    assert d.process.wait(60) == 0


@pytest.mark.parametrize("watchdog, whose", [(0, "ours"), (0.02, "1")])
def test_a_watchdog_that_is_not_ours_is_not_fed(launch, manager, watchdog, whose):
    d = launch(watchdog, whose)
    manager.await_message("STATUS=2 running, 0 failed")
    d.rpc.stopProcess("cat")
    manager.await_message("STATUS=1 running, 0 failed")
    d.stop()
    assert "WATCHDOG=1" not in manager.hear_all()


def test_programs_are_not_told_of_the_service_manager(launch, manager):
    d = launch(watchdog=60)
    wait_for(lambda: "PATH=" in d.read("env.log"), "the program has told its environment")
    assert "NOTIFY_SOCKET" not in d.read("env.log")
    assert "WATCHDOG" not in d.read("env.log")
    assert manager.heard[0] == "READY=1"


@pytest.fixture
def protected():
    """What this process starts from here on is spared by the OOM killer."""
    path = "/proc/self/oom_score_adj"
    with open(path) as ours:
        was = ours.read()
    try:
        with open(path, "w") as ours:
            ours.write("-500")
    except PermissionError:
        pytest.skip("this machine does not let us protect a process (CAP_SYS_RESOURCE)")
    yield
    with open(path, "w") as ours:
        ours.write(was)


def test_programs_do_not_inherit_the_protection_from_the_oom_killer(daemon, protected):
    d = daemon(config=CONFIG + (
        "\n[program:other]\ncommand=/bin/sleep 1000\nuser=nobody\ndirectory=/\nstartsecs=0\n"))
    d.start()
    scores = {}
    for name in ("cat", "other"):
        d.wait_state(name, "RUNNING")
    for name, pid in (("cat", d.info("cat")["pid"]), ("other", d.info("other")["pid"]),
                      ("svd", d.pid), ("svd-logd", d.sibling("svd-logd"))):
        with open("/proc/%d/oom_score_adj" % pid) as score:
            scores[name] = int(score.read())
    assert scores == {"cat": 0, "other": 0, "svd": -500, "svd-logd": -500}
