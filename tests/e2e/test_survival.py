"""svd-logd and svd-httpd are killed, and neither programs nor their output notice."""
import os
import signal

import pytest

import lib_writers
from lib_daemon import is_running, wait_for

pytestmark = pytest.mark.svd_only

KILLS = 100


def kill_siblings(d, *names):
    pids = [wait_for(lambda name=name: d.sibling(name), name + " runs") for name in names]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not any(map(is_running, pids)), "%s are dead" % " and ".join(names))


@pytest.fixture
def loaded(daemon):
    """Four writers at some MB/s each into one file, and a judgement at the end."""
    d = daemon()
    lib_writers.prepare(d, "0 40 0.002")
    d.start()
    d.wait_all("RUNNING")
    pids = {p["name"]: p["pid"] for p in d.rpc.getAllProcessInfo()}
    yield d
    assert {p["name"]: p["pid"] for p in d.rpc.getAllProcessInfo()} == pids
    for name in pids:
        os.kill(pids[name], signal.SIGTERM)
    d.wait_all("EXITED")
    assert {p["exitstatus"] for p in d.rpc.getAllProcessInfo()} == {0}
    d.stop()
    written = lib_writers.totals(d)
    assert lib_writers.verify(d.path("shared.log"), 1024 * 1024) == written
    assert min(written.values()) > 1000


def test_svd_logd_dies_a_hundred_times_and_no_line_is_lost(loaded):
    for _ in range(KILLS):
        kill_siblings(loaded, "svd-logd")
    wait_for(lambda: loaded.sibling("svd-logd"), "svd-logd runs again")


def test_svd_httpd_dies_a_hundred_times_and_no_later_request_fails(loaded):
    for _ in range(KILLS):
        assert loaded.rpc.getState()["statename"] == "RUNNING"
        kill_siblings(loaded, "svd-httpd")


def test_both_die_together(loaded):
    for _ in range(KILLS // 5):
        assert loaded.rpc.getState()["statename"] == "RUNNING"
        kill_siblings(loaded, "svd-logd", "svd-httpd")


def test_the_siblings_end_with_svd(daemon):
    """Even when svd has no time to tell them."""
    d = daemon("[program:cat]\ncommand=/bin/cat\nstartsecs=0\n").start()
    siblings = [wait_for(lambda name=name: d.sibling(name), name + " runs")
                for name in ("svd-logd", "svd-httpd")]
    cat = d.info("cat")["pid"]
    d.process.kill()
    d.process.wait()
    wait_for(lambda: not any(map(is_running, siblings + [cat])), "all have gone")
    os.unlink(d.socket)
