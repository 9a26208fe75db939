"""svd.getMetrics and /metrics: numbers for Prometheus, and where they come from."""
import base64
import http.client
import os
import re
import signal
import socket
import subprocess
import time

import pytest

from lib_daemon import IS_SVD, wait_for
from lib_httpd import FakeSvd

pytestmark = pytest.mark.skipif(not IS_SVD, reason="only svd promises this")

PROGRAMS = """
    [program:steady]
    command=/bin/sleep 1000
    [program:talk]
    command=/bin/sh -c "echo one; echo two >&2; read x; echo three"
    autorestart=false
    startsecs=0
    stdout_logfile={box}/talk.out
    stderr_logfile={box}/talk.err
    [program:lost]
    command=/bin/sh -c "echo one; echo two"
    autostart=false
    autorestart=false
    startsecs=0
    stdout_logfile={box}/gone/lost
    [program:fails]
    command=/bin/sh -c "exit 7"
    autorestart=false
    startsecs=0
    [program:worker]
    command=/bin/sleep 1000
    process_name=w%(process_num)d
    numprocs=2
    [eventlistener:listener]
    command=/bin/sh -c "echo READY; exec sleep 1000"
    events=REMOTE_COMMUNICATION
    buffer_size=2
    stdout_logfile=NONE
    """

SAMPLE = re.compile(r'^([a-z_]+)((?:\{.*\})?) ([0-9.e+-]+)$')


def get(d, path="/metrics", headers=()):
    connection = http.client.HTTPConnection("localhost", timeout=30)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(d.socket)
    connection.request("GET", path, headers=dict(headers))
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response, body


def samples(text):
    """Sample -> value; each name has its HELP and TYPE before it, and stands in one place."""
    found, name, seen = {}, None, set()
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name = line.split()[2]
            assert name not in seen
            seen.add(name)
        elif line.startswith("# TYPE "):
            assert line.split()[2] == name and line.split()[3] in ("gauge", "counter")
        else:
            match = SAMPLE.match(line)
            assert match and match.group(1) == name, line
            key = match.group(1) + match.group(2)
            assert key not in found
            found[key] = float(match.group(3))
    return found


def metrics(d):
    response, text = get(d)
    assert response.status == 200
    return samples(text)


def wait_metric(d, name, value):
    wait_for(lambda: metrics(d).get(name) == value, "%s is %s" % (name, value))


@pytest.fixture(scope="module")
def d(module_daemon):
    d = module_daemon()
    d.configure(PROGRAMS)
    os.mkdir(d.path("gone"))
    d.start()
    for name in "steady", "talk", "worker:w0", "worker:w1":
        d.wait_state(name, "RUNNING")
    return d


def label(name, group=None, **others):
    more = "".join(',%s="%s"' % item for item in others.items())
    return '{name="%s",group="%s"%s}' % (name, group or name, more)


def test_the_exporters_metrics_are_there(d):
    d.wait_state("fails", "EXITED")
    m = metrics(d)
    steady, fails = d.info("steady"), d.info("fails")
    assert m["node_supervisord_up" + label("steady")] == 1
    assert m["node_supervisord_state" + label("steady")] == 20
    assert m["node_supervisord_exit_status" + label("fails")] == 7
    assert m["node_supervisord_start_time_seconds" + label("steady")] == steady["start"]
    assert m["node_supervisord_up" + label("fails")] == 0
    assert "node_supervisord_start_time_seconds" + label("fails") not in m
    assert m["node_supervisord_state" + label("w0", "worker")] == 20
    assert m["supervisord_up"] == 1
    info = "supervisor_process_info"
    assert m[info + label("steady", state="RUNNING", exit_status="0")] == 1
    assert m[info + label("fails", state="EXITED", exit_status="7")] == 0
    assert m["supervisor_process_uptime" + label("steady")] >= 0
    assert "supervisor_process_uptime" + label("fails") not in m
    assert m["svd_process_exit_time_seconds" + label("fails")] == fails["stop"]


def test_it_is_text_for_prometheus(d):
    response, text = get(d)
    assert response.getheader("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"
    assert text.endswith("\n")


def test_promtool_finds_nothing_to_complain_of(d):
    text = get(d)[1]
    run = subprocess.run(["promtool", "check", "metrics"], input=text.encode(),
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert (run.returncode, run.stdout.decode()) == (0, "")


def test_the_order_does_not_change(d):
    names = [line.rsplit(" ", 1)[0] for line in get(d)[1].splitlines()]
    assert [line.rsplit(" ", 1)[0] for line in get(d)[1].splitlines()] == names


def test_restarts_and_exits_are_counted(d):
    pid = d.wait_state("steady", "RUNNING")["pid"]
    before = metrics(d)
    os.kill(pid, signal.SIGKILL)
    for name in "svd_process_restarts_total", "svd_process_exits_total":
        wait_metric(d, name + label("steady"), before[name + label("steady")] + 1)


def test_a_process_tree_is_measured(d):
    d.wait_state("steady", "RUNNING")
    wait_metric(d, "svd_process_tree_size" + label("steady"), 1)
    m = metrics(d)
    assert 10e3 < m["svd_process_memory_bytes" + label("steady")] < 100e6
    assert m["svd_process_cpu_seconds_total" + label("steady")] >= 0


def test_svd_tells_of_itself(d):
    m = metrics(d)
    assert abs(m["svd_start_time_seconds"] - time.time()) < 300 and m["svd_state"] == 1
    for name in "svd", "svd-logd", "svd-httpd":
        assert m['svd_daemon_memory_bytes{daemon="%s"}' % name] > 10e3
        assert m['svd_daemon_cpu_seconds_total{daemon="%s"}' % name] >= 0
    version = [name for name in m if name.startswith("svd_build_info")]
    assert len(version) == 1 and 'version="' in version[0] and m[version[0]] == 1


# --- how much was printed ---

def printed(d, name, channel="stdout"):
    m = metrics(d)
    labels = label(name, channel=channel)
    return [m["svd_process_log_%s_total" % what + labels]
            for what in ("bytes", "dropped_bytes", "dropped_lines")]


def test_output_is_counted_over_lives(d):
    d.wait_state("talk", "RUNNING")
    wait_for(lambda: printed(d, "talk") == [4, 0, 0], "one")
    wait_for(lambda: printed(d, "talk", "stderr") == [4, 0, 0], "two")
    d.rpc.sendProcessStdin("talk", "go\n")
    d.wait_state("talk", "EXITED")
    wait_for(lambda: printed(d, "talk") == [10, 0, 0], "three")
    d.rpc.startProcess("talk")
    wait_for(lambda: printed(d, "talk") == [14, 0, 0], "one, again")


def test_and_over_the_death_of_svd_logd(d):
    d.wait_state("talk", "RUNNING")
    wait_for(lambda: printed(d, "talk")[0] % 10 == 4, "one")
    before = printed(d, "talk")[0]
    old = d.sibling("svd-logd")
    os.kill(old, signal.SIGKILL)
    wait_for(lambda: d.sibling("svd-logd") not in (old, None), "there is another one")
    assert printed(d, "talk") == [before, 0, 0]
    d.rpc.sendProcessStdin("talk", "go\n")
    wait_for(lambda: printed(d, "talk") == [before + 6, 0, 0], "three")


def test_what_could_not_be_written_is_counted(d):
    os.rmdir(d.path("gone"))
    d.rpc.startProcess("lost")
    wait_for(lambda: printed(d, "lost") == [8, 8, 2], "two lines are lost")


def test_the_activity_log_is_counted(d):
    def is_told():
        return metrics(d)["svd_log_bytes_total"] == os.stat(d.path("supervisord.log")).st_size
    # After the death of a svd-logd some may be missing: from then on both grow alike.
    missing = os.stat(d.path("supervisord.log")).st_size - metrics(d)["svd_log_bytes_total"]
    assert missing >= 0 or not is_told()
    d.rpc.stopProcess("worker:w1")

    def grew():
        size = os.stat(d.path("supervisord.log")).st_size
        return size > missing and metrics(d)["svd_log_bytes_total"] == size - missing
    wait_for(grew, "the log's new bytes are counted")
    d.rpc.startProcess("worker:w1")


def test_a_svd_logd_that_hangs_holds_nobody_up(d):
    before = metrics(d)["svd_log_bytes_total"]
    logd = d.sibling("svd-logd")
    os.kill(logd, signal.SIGSTOP)
    try:
        for patience in 10, 0.45:   # only the first one waits
            start = time.monotonic()
            assert metrics(d)["svd_log_bytes_total"] == before
            assert time.monotonic() - start < patience
    finally:
        os.kill(logd, signal.SIGCONT)
    d.rpc.stopProcess("worker:w1")
    wait_for(lambda: metrics(d)["svd_log_bytes_total"] > before, "it tells again")
    d.rpc.startProcess("worker:w1")


# --- event listeners ---

def test_pools_are_counted(d):
    d.wait_state("listener", "RUNNING")
    wait_metric(d, 'svd_event_pool_listeners{pool="listener",state="READY"}', 1)
    for n in range(5):
        d.rpc.sendRemoteCommEvent("x", str(n))
    m = metrics(d)
    assert m['svd_event_pool_listeners{pool="listener",state="BUSY"}'] == 1
    assert m['svd_event_pool_queued_events{pool="listener"}'] == 2
    assert m['svd_event_pool_room_events{pool="listener"}'] == 2
    assert m['svd_event_pool_accepted_events_total{pool="listener"}'] == 5
    assert m['svd_event_pool_dropped_events_total{pool="listener"}'] == 2


# --- the method, and who may not ask ---

def test_the_method_has_the_same_numbers(d):
    told = d.proxy.svd.getMetrics()
    assert {p["name"] for p in told["processes"]} == \
        {"steady", "talk", "lost", "fails", "w0", "w1", "listener"}
    talk = [p for p in told["processes"] if p["name"] == "talk"][0]
    assert talk["stdout"]["bytes"] == printed(d, "talk")[0]
    assert talk["restarts"] == 0 and "statename" in talk
    assert [x["name"] for x in told["daemons"]] == ["svd", "svd-logd", "svd-httpd"]


LOGIN = """\
[unix_http_server]
file={box}/s.sock
username=me
password=secret
[supervisord]
logfile={box}/supervisord.log
pidfile={box}/supervisord.pid
childlogdir={box}
"""


@pytest.mark.parametrize("answer", [b"nonsense", b"null", b"[]"])
def test_an_answer_that_is_none_is_an_error(box, answer):
    fake = FakeSvd(box, lambda method, params: answer).start()
    connection = http.client.HTTPConnection("127.0.0.1", fake.port, timeout=30)
    connection.request("GET", "/metrics")
    assert connection.getresponse().status == 500
    connection.close()
    fake.done()
    assert fake.complaints() == ""


def test_a_login_is_needed_where_one_is_needed(module_daemon):
    d = module_daemon(name="login", config=LOGIN).spawn()
    wait_for(lambda: os.path.exists(d.socket), "it listens")
    assert get(d)[0].status == 401
    login = base64.b64encode(b"me:secret").decode()
    assert get(d, headers={"Authorization": "Basic " + login})[0].status == 200
