"""svd.getProcessStatus and svd.getAllProcessStatus: how programs have ended, and why."""
import os
import signal
import time
import xmlrpc.client

import pytest

from lib_daemon import IS_SVD, wait_for

pytestmark = pytest.mark.skipif(not IS_SVD, reason="only svd promises this")

PROGRAMS = """
    [program:steady]
    command=/bin/sleep 1000
    [program:idle]
    command=/bin/sleep 1000
    autostart=false
    [program:once]
    command=/bin/sh -c "sleep 0.1; exit 3"
    startsecs=0
    autorestart=false
    exitcodes=3
    [program:bad]
    command=/bin/sh -c "exit 1"
    startsecs=0
    autorestart=false
    [program:hasty]
    command=/bin/sh -c "exit 2"
    startretries=1
    [program:missing]
    command=/no/such/program
    startretries=0
    [program:noexec]
    command={box}/noexec
    startretries=0
    [program:tree]
    command=/bin/sh -c "sleep 1000 & sleep 1000 & wait"
    stopasgroup=true
    [program:stubborn]
    command=/bin/sh -c "trap '' TERM; echo ready; while :; do sleep 0.1; done"
    stopwaitsecs=0
    stopasgroup=true
    stdout_logfile={box}/stubborn
    """

NUMBERS = ["restarts", "exits", "exit_at", "uptime"]
TEXTS = ["exit_signal", "exit_reason", "autorestart"]


@pytest.fixture(scope="module")
def d(module_daemon):
    d = module_daemon()
    d.configure(PROGRAMS)
    # A file that may be executed and cannot: found, and refused by the kernel.
    d.write("noexec", "\x7fELF no more than that", 0o755)
    return d.start()


def status(d, name):
    return d.proxy.svd.getProcessStatus(name)


def wait_reason(d, name, reason):
    wait_for(lambda: status(d, name)["exit_reason"] == reason, "%s: %s" % (name, reason))
    return status(d, name)


def test_it_has_everything_that_the_info_has(d):
    d.wait_state("steady", "RUNNING")
    info, more = d.info("steady"), status(d, "steady")
    assert list(more)[:len(info)] == list(info)
    for name in set(info) - {"now", "description"}:
        assert more[name] == info[name]
    assert [type(more[name]) for name in NUMBERS + TEXTS] == [int] * 4 + [str] * 3
    assert (more["restarts"], more["exits"], more["exit_at"]) == (0, 0, 0)
    assert (more["exit_signal"], more["exit_reason"], more["autorestart"]) == \
        ("", "", "unexpected")


def test_who_has_not_run_is_not_up(d):
    idle = status(d, "idle")
    assert (idle["uptime"], idle["exits"], idle["exit_reason"], idle["pid"]) == (0, 0, "", 0)


def test_an_exit_was_expected_or_not(d):
    once = wait_reason(d, "once", "exit status 3; expected")
    assert (once["exits"], once["restarts"], once["autorestart"]) == (1, 0, "false")
    assert abs(once["exit_at"] - time.time()) < 60
    bad = wait_reason(d, "bad", "exit status 1; not expected")
    assert (bad["exits"], bad["exit_signal"]) == (1, "")


def test_what_ends_too_soon_is_tried_again_and_counted(d):
    d.wait_state("hasty", "FATAL")
    hasty = status(d, "hasty")
    assert hasty["exit_reason"] == "exit status 2; exited too quickly"
    assert (hasty["exits"], hasty["restarts"]) == (2, 1)


def test_what_cannot_be_started_says_why(d):
    d.wait_state("missing", "FATAL")
    missing = status(d, "missing")
    assert missing["exit_reason"] == missing["spawnerr"] == "can't find command '/no/such/program'"
    assert missing["exits"] == 0
    d.wait_state("noexec", "FATAL")
    noexec = status(d, "noexec")
    assert noexec["exit_reason"] == "couldn't exec %s: ENOEXEC" % d.path("noexec")
    assert noexec["exits"] == 1


def test_a_signal_has_a_name_and_the_next_life_remembers_the_last(d):
    before = d.wait_state("steady", "RUNNING")["pid"]
    os.kill(before, signal.SIGUSR1)
    wait_for(lambda: d.info("steady")["pid"] not in (0, before), "steady runs again")
    steady = status(d, "steady")
    assert (steady["exit_signal"], steady["exit_reason"]) == ("SIGUSR1", "terminated by SIGUSR1")
    assert (steady["exits"], steady["restarts"]) == (1, 1)
    assert steady["uptime"] <= 60


def test_a_stop_was_asked_for(d):
    d.wait_state("steady", "RUNNING")
    before = status(d, "steady")["restarts"]
    d.rpc.stopProcess("steady")
    steady = status(d, "steady")
    assert (steady["exit_reason"], steady["exit_signal"]) == ("stopped", "SIGTERM")
    assert steady["uptime"] == 0
    d.rpc.startProcess("steady")
    steady = status(d, "steady")
    assert (steady["exit_reason"], steady["restarts"]) == ("stopped", before)


def test_who_does_not_stop_in_time_is_killed_and_that_is_said(d):
    wait_for(lambda: "ready" in d.read("stubborn"), "it has its trap")
    d.rpc.stopProcess("stubborn")
    stubborn = status(d, "stubborn")
    assert stubborn["exit_reason"] == "killed; did not stop within 0 s"
    assert stubborn["exit_signal"] == "SIGKILL"


def test_all_of_them_are_told_in_the_order_of_the_infos(d):
    names = [info["name"] for info in d.rpc.getAllProcessInfo()]
    assert [more["name"] for more in d.proxy.svd.getAllProcessStatus()] == names


def test_a_name_that_is_none_is_refused(d):
    for name in "nothing", "steady:*":
        with pytest.raises(xmlrpc.client.Fault) as caught:
            status(d, name)
        assert caught.value.faultString == "BAD_NAME: " + name


# --- what a process tree uses: svd-httpd adds it ---

def tree_is_there(d):
    tree = status(d, "tree")
    return tree if tree["processes"] == 3 else None


def test_a_process_tree_is_counted_whole(d):
    tree = wait_for(lambda: tree_is_there(d), "the tree has three processes")
    assert isinstance(tree["cpu_seconds"], float) and tree["cpu_seconds"] >= 0
    with open("/proc/%d/statm" % tree["pid"]) as f:
        own = int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE")
    assert isinstance(tree["memory_bytes"], float)
    assert own < tree["memory_bytes"] < 1e9


def test_who_does_not_run_uses_nothing(d):
    assert "processes" not in status(d, "idle")


def test_usage_comes_in_a_list_and_in_a_multicall(d):
    wait_for(lambda: tree_is_there(d), "the tree has three processes")
    listed = {more["name"]: more for more in d.proxy.svd.getAllProcessStatus()}
    assert listed["tree"]["processes"] == 3
    call = {"methodName": "svd.getProcessStatus", "params": ["tree"]}
    assert d.proxy.system.multicall([call])[0]["processes"] == 3
