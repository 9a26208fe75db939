"""svctl events: the stream of events, of svd and of servers that are not what they should be."""
import json
import os
import re
import signal
import subprocess
import threading
import xmlrpc.client

import pytest

from lib_daemon import REFERENCE, SVCTL, clean_env, wait_for
from lib_svctl import FakeServer, Terminal, http_answer, methods, svctl

VERSION = {"supervisor.getVersion": xmlrpc.client.dumps(("3.0",), methodresponse=True)}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


def event(serial, kind="PROCESS_STATE_RUNNING", **more):
    data = {"serial": serial, "type": kind, "at": 1700000000, **more}
    return ("id: %d\nevent: %s\ndata: %s\n\n" % (serial, kind, json.dumps(data))).encode()


class Events:
    """svctl events in a pipe."""

    def __init__(self, box, *argv):
        self.process = subprocess.Popen([SVCTL, *argv], cwd=str(box), env=clean_env(box),
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.out, self.err = b"", b""
        self.threads = [threading.Thread(target=self.read, args=each) for each in
                        ((self.process.stdout, "out"), (self.process.stderr, "err"))]
        for thread in self.threads:
            thread.start()

    def read(self, stream, name):
        while True:
            data = os.read(stream.fileno(), 65536)
            if not data:
                return
            setattr(self, name, getattr(self, name) + data)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for thread in self.threads:
            thread.join()
        self.process.stdout.close()
        self.process.stderr.close()

    def expect(self, text):
        wait_for(lambda: text in self.out.decode() or self.process.poll() is not None,
                 "%r comes" % text)
        assert text in self.out.decode(), (self.out, self.err)

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(30) == 0


def streams(*pieces):
    """A server whose first stream is the first of the pieces, and so on; the last one stays."""
    left = list(pieces)

    def get(connection):
        connection.sendall(HEAD + left.pop(0))
        if not left:
            connection.recv(1)
    return FakeServer(methods(VERSION, get=get))


def asked(server):
    return [head.split(" ")[1] for head, body in server.requests if not body]


def test_bytes_of_an_event_neither_hide_it_nor_harm_a_terminal(box):
    evil = event(1, "PROCESS_LOG_STDOUT", data="a\0b\x9b2Jc")
    with streams(evil.replace(b"\\u009b", b"\xc2\x9b")) as server:
        with Events(box, "-s", server.url, "events", "--json") as events:
            events.expect("c\"}\n")
            assert json.loads(events.out)["data"] == "a\0b\x9b2Jc"
    with streams(evil.replace(b"\\u009b", b"\xc2\x9b")) as server:
        with Terminal([SVCTL, "-s", server.url, "events", "--json"], box) as t:
            t.expect("\\u0000b\\u009B2Jc")
    with streams(evil) as server, Events(box, "-s", server.url, "events") as events:
        events.expect("a^@b\ufffd2Jc\n")


def test_each_event_is_a_line_or_an_object(box):
    happened = (event(1, group="web", process="w1", from_state="STARTING", pid=7) +
                b": comment\n\n" + event(2, "TICK_5", when=5))
    with streams(happened) as server, Events(box, "-s", server.url, "events") as e:
        e.expect("when=5\n")
        assert re.sub("^[-0-9]+ [:0-9]+", "TIME", e.out.decode(), flags=re.M) == (
            "TIME  PROCESS_STATE_RUNNING     web:w1            from_state=STARTING  pid=7\n"
            "TIME  TICK_5                                      when=5\n")
        e.interrupt()
        assert e.err == b""
        assert asked(server) == ["/api/v1/events"]
    with streams(happened) as server, Events(box, "-s", server.url, "events", "--json") as e:
        e.expect("TICK_5")
        wait_for(lambda: e.out.endswith(b"\n"), "a line")
        assert [json.loads(line)["serial"] for line in e.out.splitlines()] == [1, 2]


def test_types_and_names_choose(box):
    happened = (event(1, group="web", process="w1") + event(2, group="cat", process="cat") +
                event(3, "SUPERVISOR_STATE_CHANGE_STOPPING") + event(4, group="web", process="w2") +
                event(5, group="dog", process="dog"))
    with streams(happened) as server, \
            Events(box, "-s", server.url, "events", "web:*", "d?g", "--json",
                   "--types", "PROCESS_STATE,TICK") as e:
        e.expect("dog")
        wait_for(lambda: e.out.endswith(b"\n"), "a line")
        assert [json.loads(line)["serial"] for line in e.out.splitlines()] == [1, 4, 5]
        assert asked(server) == ["/api/v1/events?types=PROCESS_STATE%2CTICK"]
    said = svctl(box, "-s", "http://127.0.0.1:1", "events", "--types", "NONSENSE")
    assert said.code == 1
    assert said.out.startswith("Error: NONSENSE is no type of events\nevents\t")


def test_on_a_terminal_types_have_colours_and_ctrl_c_ends(box):
    with streams(event(1, group="\033", process="x")) as server, \
            Terminal([SVCTL, "-s", server.url, "events"], box) as t:
        t.expect("\033[32mPROCESS_STATE_RUNNING\033[0m     ^[:x\r\n")
        t.type("\x03")
        assert t.end() == "^C\r\n"
        assert t.code == 0


def test_a_server_that_goes_is_waited_for(box):
    with streams(event(1), event(2) + b"data: ha", event(3)) as server, \
            Events(box, "-s", server.url, "events", "--json") as e:
        e.expect('"serial":3')
        assert e.out.count(b"serial") == 3
        gone, back = ("%s: %s\n" % (server.url, what) for what in (
            "connection lost, trying again", "connected again"))
        assert e.err.decode() == 2 * (gone + back)


@pytest.mark.parametrize("status, words", [
    ("404 Not Found", "there is no stream of events; only svd has one"),
    ("403 Forbidden", "the server answered with HTTP status 403"),
])
def test_what_has_no_events_is_said(box, status, words):
    def get(connection):
        connection.sendall(http_answer("", status))
    with FakeServer(methods(VERSION, get=get)) as server:
        said = svctl(box, "-s", server.url, "events")
        assert (said.code, said.out) == (1, "error: %s: %s\n" % (server.url, words))


@pytest.mark.reference
def test_supervisor_has_no_events(daemon):
    d = daemon(program=REFERENCE)
    d.start()
    said = svctl(d.box, "-c", d.conf, "events")
    assert said.code == 1
    assert "there is no stream of events; only svd has one" in said.out


@pytest.mark.svd_only
def test_events_of_svd_across_its_restart(daemon):
    d = daemon("""
        [program:cat]
        command=/bin/cat
        startsecs=0
        [program:dog]
        command=/bin/cat
        startsecs=0
        """)
    d.start()
    d.wait_all("RUNNING")
    with Events(d.box, "-c", d.conf, "events", "--json", "cat") as e:
        def cat_stops():
            d.rpc.stopProcess("dog")
            d.rpc.stopProcess("cat")
            d.rpc.startProcess("dog")
            d.rpc.startProcess("cat")
            return b"PROCESS_STATE_STOPPED" in e.out
        wait_for(cat_stops, "an event")
        assert b"dog" not in e.out
        d.rpc.restart()
        wait_for(lambda: b"connected again" in e.err, "connected again")
        wait_for(lambda: cat_stops() and e.out.count(b"PROCESS_STATE_STOPPED") > 2, "events again")
        for line in e.out.splitlines():
            assert json.loads(line)["process"] == "cat"
