"""/api/v1/events: what happens, as server-sent events."""
import base64
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.parse

import pytest

from lib_daemon import IS_SVD, wait_for, wait_idle
from lib_files import free_port

pytestmark = pytest.mark.skipif(not IS_SVD, reason="only svd promises this")

PROGRAMS = """
    [program:x]
    command=/bin/sleep 1000
    autostart=false
    startsecs=0
    [program:y]
    command=/bin/sleep 1000
    autostart=false
    startsecs=0
    [program:fails]
    command=/bin/sh -c "exit 3"
    autostart=false
    autorestart=false
    startsecs=0
    [program:talks]
    command=/bin/sh -c "printf 'one\\\\ntwo\\\\377\\\\n'; sleep 1000"
    autostart=false
    startsecs=0
    stopasgroup=true
    stdout_events_enabled=true
    """


class Stream:
    """A reader of server-sent events, by their rules: fields, comments, blank lines."""

    def __init__(self, d, login=None, **query):
        pairs = [(key, value) for key, values in query.items()
                 for value in ([values] if isinstance(values, str) else values)]
        headers = {"Accept": "text/event-stream", "Last-Event-ID": "7"}
        if login:
            self.connection = http.client.HTTPConnection(*login[:2], timeout=30)
            headers["Authorization"] = "Basic " + base64.b64encode(login[2]).decode()
        else:
            self.connection = http.client.HTTPConnection("localhost", timeout=30)
            self.connection.sock = socket.socket(socket.AF_UNIX)
            self.connection.sock.settimeout(30)
            self.connection.sock.connect(d.socket)
        self.connection.request("GET", "/api/v1/events?" + urllib.parse.urlencode(pairs),
                                headers=headers)
        self.response = self.connection.getresponse()
        if self.response.status == 200:
            assert self.response.readline() == b":\n"   # it follows now

    def event(self):
        """The next one: (id, event, data as an object)."""
        fields = {}
        while True:
            line = self.response.readline().decode()
            if line == "":
                raise EOFError
            if line == "\n" and fields:
                return fields.get("id"), fields["event"], json.loads(fields["data"])
            if line != "\n" and not line.startswith(":"):
                key, _, value = line.rstrip("\n").partition(": ")
                fields[key] = value

    def until(self, name):
        """The events until one of that name, with it: names, and the data of the last."""
        names = []
        while True:
            _, event, data = self.event()
            names.append(event)
            if event == name:
                return names, data

    def close(self):
        self.connection.close()
        self.response.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


def followers(d):
    return d.proxy.svd.getMetrics()["streams"]


@pytest.fixture(scope="module")
def d(module_daemon):
    return module_daemon(PROGRAMS, supervisord="strip_ansi=false").start()


@pytest.fixture
def follow(d):
    """follow(...) makes a Stream; all are closed, and svd forgets all of them."""
    made = []

    def make(**query):
        made.append(Stream(d, **query))
        return made[-1]
    yield make
    for stream in made:
        stream.close()
    wait_for(lambda: followers(d) == 0, "svd has forgotten who followed")


def stop(d, name):
    if d.state(name) == "RUNNING":
        d.rpc.stopProcess(name)


def test_the_life_of_a_process(d, follow):
    s = follow()
    assert s.response.getheader("Content-Type") == "text/event-stream"
    assert s.response.getheader("Cache-Control") == "no-store"
    d.rpc.startProcess("x")
    pid = d.info("x")["pid"]
    d.rpc.stopProcess("x")
    first, name, data = s.event()
    assert name == data["type"] == "PROCESS_STATE_STARTING" and int(first) == data["serial"]
    assert (data["process"], data["group"], data["from_state"]) == ("x", "x", "STOPPED")
    assert data["tries"] == 0 and abs(data["at"] - time.time()) < 60
    second, name, data = s.event()
    assert (name, data["pid"], int(second)) == ("PROCESS_STATE_RUNNING", pid, int(first) + 1)
    assert s.event()[1:2] == ("PROCESS_STATE_STOPPING",)
    _, name, data = s.event()
    assert (name, data["from_state"]) == ("PROCESS_STATE_STOPPED", "STOPPING")
    d.rpc.startProcess("fails")
    _, data = s.until("PROCESS_STATE_EXITED")
    assert (data["expected"], data["process"]) == (0, "fails")


def test_types_may_be_chosen_with_those_above_them(d, follow):
    s = follow(types="PROCESS_STATE_STOPPED,REMOTE_COMMUNICATION")
    d.rpc.startProcess("x")
    d.rpc.stopProcess("x")
    assert s.event()[1] == "PROCESS_STATE_STOPPED"
    states = follow(types="PROCESS_STATE")
    d.rpc.sendRemoteCommEvent("a b", "some\ndata")
    _, name, data = s.event()
    assert (name, data["remote_type"], data["data"]) == \
        ("REMOTE_COMMUNICATION", "a b", "some\ndata")
    d.rpc.startProcess("y")
    assert states.event()[1] == "PROCESS_STATE_STARTING"
    d.rpc.stopProcess("y")


def test_names_are_globs_and_there_may_be_several(d, follow):
    s = follow(name=["y", "f*"])
    d.rpc.startProcess("x")
    d.rpc.stopProcess("x")
    d.rpc.startProcess("fails")
    d.rpc.sendRemoteCommEvent("about", "nobody")
    d.rpc.startProcess("y")
    stop(d, "y")
    seen = []
    while ("PROCESS_STATE_STOPPED", "y") not in seen:
        _, name, data = s.event()
        seen.append((name, data["process"]))
    assert {process for _, process in seen} == {"fails", "y"}


def test_a_type_that_is_none_is_refused(d, follow):
    s = follow(types="PROCESS_STATE,NONSENSE")
    assert s.response.status == 400
    assert json.loads(s.response.read().decode())["fault"]["name"] == "BAD_ARGUMENTS"


def test_output_and_ticks_only_when_asked_for(d, follow):
    quiet, loud = follow(), follow(types="PROCESS_LOG,TICK_5")
    d.rpc.startProcess("talks")
    names, data = loud.until("PROCESS_LOG_STDOUT")
    assert data["channel"] == "stdout" and data["pid"] == d.info("talks")["pid"]
    assert (data["process"], data["group"]) == ("talks", "talks")
    assert "one" in data["data"]
    d.rpc.stopProcess("talks")
    names, _ = quiet.until("PROCESS_STATE_STOPPED")
    assert not [name for name in names if "LOG" in name or "TICK" in name]
    assert loud.until("TICK_5")[1]["when"] % 5 == 0


def test_groups_that_come_and_go(d, follow):
    s = follow(types="PROCESS_GROUP")
    d.rpc.removeProcessGroup("y")
    d.rpc.addProcessGroup("y")
    _, name, data = s.event()
    assert (name, data["group"], "process" in data) == ("PROCESS_GROUP_REMOVED", "y", False)
    assert s.event()[1] == "PROCESS_GROUP_ADDED"


def test_two_clients_get_the_same(d, follow):
    a, b = follow(), follow(name="x")
    assert followers(d) == 2
    d.rpc.startProcess("x")
    d.rpc.stopProcess("x")
    assert [a.event() for _ in range(4)] == [b.event() for _ in range(4)]


def test_who_goes_is_forgotten(d, follow):
    streams = [follow() for _ in range(20)]
    assert followers(d) == 20
    for s in streams[1:]:
        s.close()
    wait_for(lambda: followers(d) == 1, "19 are forgotten")
    d.rpc.startProcess("x")
    assert streams[0].event()[1] == "PROCESS_STATE_STARTING"
    d.rpc.stopProcess("x")


def test_svd_httpd_is_killed(d, follow):
    s = follow()
    os.kill(d.sibling("svd-httpd"), signal.SIGKILL)
    with pytest.raises((EOFError, http.client.IncompleteRead, ConnectionError)):
        s.event()
    wait_for(lambda: followers(d) == 0, "svd has forgotten it")
    again = follow()
    d.rpc.startProcess("x")
    assert again.event()[1] == "PROCESS_STATE_STARTING"
    d.rpc.stopProcess("x")


def test_a_slow_client_loses_events_and_is_told(d, follow):
    slow, quick = follow(types="REMOTE_COMMUNICATION"), follow(types="REMOTE_COMMUNICATION")
    text = "x" * 50000
    for n in range(60):
        d.rpc.sendRemoteCommEvent(str(n), text)
        assert quick.event()[2]["remote_type"] == str(n)
    got = []
    while True:
        event_id, name, data = slow.event()
        if name == "dropped":
            break
        assert data["data"] == text
        got.append(data["remote_type"])
    assert event_id is None and got == [str(n) for n in range(len(got))]
    assert 0 < data["dropped"] == 60 - len(got)
    d.rpc.sendRemoteCommEvent("after", "")
    assert slow.event()[2]["remote_type"] == "after"


def test_nobody_wakes_up_for_a_silent_stream(d, follow):
    follow()
    wait_idle(d.pid, d.sibling("svd-httpd"))


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_curl_shows_it(d, follow):
    with subprocess.Popen(["curl", "-sN", "--unix-socket", d.socket,
                           "http://localhost/api/v1/events?name=x"],
                          stdout=subprocess.PIPE) as curl:
        assert curl.stdout.readline() == b":\n"
        d.rpc.startProcess("x")
        d.rpc.stopProcess("x")
        assert curl.stdout.readline() == b"\n"
        assert curl.stdout.readline().startswith(b"id: ")
        assert curl.stdout.readline() == b"event: PROCESS_STATE_STARTING\n"
        assert curl.stdout.readline().startswith(b'data: {"type":"PROCESS_STATE_STARTING"')
        curl.kill()


RULES = """
    [inet_http_server]
    port=127.0.0.1:{port}
    username=boss
    password=b
    [svd:access]
    admin=http:boss
    read=http:looker x
    logins=looker:l
    """


def test_who_may_not_see_a_program_does_not_hear_of_it(module_daemon):
    port = free_port()
    d = module_daemon(PROGRAMS + RULES.replace("{port}", str(port)), name="access").start()
    s = Stream(d, login=("127.0.0.1", port, b"looker:l"))
    with Stream(d, login=("127.0.0.1", port, b"boss:b")) as all_of_it:
        d.rpc.startProcess("y")
        d.rpc.sendRemoteCommEvent("a", "secret")
        d.rpc.startProcess("x")
        assert [all_of_it.event()[1] for _ in range(3)][-1] == "REMOTE_COMMUNICATION"
    assert s.event()[2]["process"] == "x"
    assert s.event()[1] == "PROCESS_STATE_RUNNING"
    d.rpc.stopProcess("y")
    d.rpc.stopProcess("x")
    assert s.event()[2]["process"] == "x"
    s.close()


def test_only_get_is_answered(d):
    connection = http.client.HTTPConnection("localhost", timeout=30)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(d.socket)
    connection.request("POST", "/api/v1/events", b"")
    assert connection.getresponse().status == 405
    connection.close()


def test_the_end_of_svd_ends_the_stream_after_its_last_events(module_daemon):
    """At the end, since it stops svd: of one of its own."""
    d = module_daemon(PROGRAMS, name="end").start()
    s = Stream(d)
    d.rpc.startProcess("x")
    start = time.monotonic()
    d.stop()
    names, _ = s.until("PROCESS_STATE_STOPPED")
    assert "SUPERVISOR_STATE_CHANGE_STOPPING" in names
    with pytest.raises(EOFError):
        s.event()
    assert time.monotonic() - start < 30
    s.close()
