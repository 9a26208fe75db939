"""Logs over RPC and HTTP: the same questions to Supervisor and to svd about the same files."""
import concurrent.futures
import http.client
import itertools
import os
import socket

import pytest

from lib_daemon import REFERENCE, SVD, wait_for
from test_same_rpc import answer

PROGRAMS = "".join("""
    [program:%s]
    command=/bin/cat
    autostart=false
    stdout_logfile=%s
    stderr_logfile={box}/stderr
    stdout_logfile_maxbytes=0
    %s
    """ % row for row in (
        ("text", "{box}/text", ""), ("empty", "{box}/empty", ""), ("none", "NONE", ""),
        ("missing", "{box}/missing", ""), ("null", "/dev/null", ""), ("dir", "{box}/dir", ""),
        ("merged", "{box}/text", "redirect_stderr=true"), ("auto", "AUTO", ""))) + """
    [program:wide]
    command=/bin/cat
    autostart=false
    stdout_logfile={box}/wide
    stderr_logfile={box}/stderr
    [group:pair]
    programs=wide
    [program:lost]
    command=/no/such/program
    startretries=0
    [program:runs]
    command=/bin/sh -c 'echo out; echo err >&2; exec cat'
    startsecs=0
    stdout_logfile={box}/runs.out
    stderr_logfile={box}/runs.err
    """

TEXT = "".join("%03d a line of text\n" % i for i in range(50)) + "no end"
OFFSETS = (0, 1, 500, len(TEXT) - 1, len(TEXT), len(TEXT) + 1, 5000, 1 << 30, -1, -500, -len(TEXT),
           -len(TEXT) - 1, -(1 << 30))
LENGTHS = (0, 1, 500, len(TEXT) - 1, len(TEXT), len(TEXT) + 1, 1 << 30, -1, -500, -(1 << 30))
PIECES = tuple(itertools.product(OFFSETS, LENGTHS))
FEW = ((0, 0), (0, 10), (3, 0), (-5, 0), (-5, 5), (0, -1), (7, 7))
READ, TAIL = "readProcessStdoutLog", "tailProcessStdoutLog"
EVERY = (READ, TAIL, "readProcessLog", "tailProcessLog", "readProcessStderrLog",
         "tailProcessStderrLog")

STORIES = {
    "reading": [(READ, "text") + piece for piece in PIECES],
    "tailing": [(TAIL, "text") + piece for piece in PIECES],
    "what is empty": [(method, name) + piece for method in (READ, TAIL)
                      for name in ("empty", "null") for piece in PIECES[::3]],
    "what is not there": [(method, name) + piece for method in EVERY for name in
                          ("none", "missing", "dir", "merged", "auto", "text")
                          for piece in FEW],
    "what could not be started": [(method, "lost") + piece for method in EVERY for piece in FEW],
    "whole characters": [(method, "pair:wide") + piece for method in (READ, TAIL)
                         for piece in ((0, 0), (0, 4), (2, 2), (-2, 0), (0, 100))],
    "names": [(method, name, 0, 0) for method in EVERY for name in
              ("nobody", "pair", "pair:*", "pair:", "pair:nobody", "", "text:text", "a:b:c")],
    "arguments": [(method, "text") + rest for method in (READ, TAIL) for rest in
                  ((), (0,), ("0", "10"), (0, "5"), ("-5", "0"), (0, 0, 0))],
    "the activity log": [("readLog", 0, -1), ("readLog", -1, 1), ("readMainLog", -1, 1),
                         ("readLog",), ("readLog", 1 << 30, 0), ("clearLog", 1)],
}

CLEARING = ([("clearProcessLogs", "runs"), ("clearProcessLog", "runs:runs"), ("clearLog",),
             ("clearAllProcessLogs",), ("clearProcessLogs",)] +
            [("clearProcessLogs", name) for name in ("nobody", "pair", "pair:*", "", "none")])


def prepare(d):
    d.write("text", TEXT)
    d.write("empty", "")
    d.write("wide", "\xf6\xe4\xfc\n")
    d.write("stderr", "errors\n")
    os.mkdir(d.path("dir"))
    return d


def pair(module_daemon, name, programs=PROGRAMS):
    """Our daemon and theirs, both with the same files."""
    return [prepare(module_daemon(programs, "%s-%s" % (name, whose), program)).start()
            for whose, program in (("ours", SVD), ("theirs", REFERENCE))]


def compare(both, calls):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        ours, theirs = pool.map(lambda d: [answer(d, call) for call in calls], both)
    for call, mine, other in zip(calls, ours, theirs):
        if other != "HTTP 500":         # an exception in Supervisor: nothing to mirror
            assert (call, mine) == (call, other)


@pytest.fixture(scope="module")
def both(module_daemon):
    return pair(module_daemon, "both")


@pytest.mark.reference
@pytest.mark.parametrize("title", STORIES)
def test_the_answers_about(title, both):
    compare(both, STORIES[title])


@pytest.mark.reference
def test_the_answers_about_clearing(module_daemon):
    both = pair(module_daemon, "clearing")
    for d in both:
        wait_for(lambda: d.read("runs.out") and d.read("runs.err"), "runs has printed")
    compare(both, CLEARING)
    for d in both:
        assert d.read("runs.out") == d.read("runs.err") == ""
        d.rpc.sendProcessStdin("runs", "on and on\n")
        wait_for(lambda: d.read("runs.out") == "on and on\n", "runs goes on")
        d.stop()


# --- streams ---

class Stream:
    """A client that follows a log."""

    def __init__(self, d, path, version=11):
        self.connection = http.client.HTTPConnection("localhost")
        self.connection._http_vsn = version
        self.connection._http_vsn_str = "HTTP/%d.%d" % divmod(version, 10)
        self.connection.sock = socket.socket(socket.AF_UNIX)
        self.connection.sock.settimeout(30)
        self.connection.sock.connect(d.socket)
        self.connection.request("GET", path)
        self.response = self.connection.getresponse()
        self.data = b""

    def wait(self, end):
        """Read until what came since the last time ends so, and return it."""
        while not self.data.endswith(end):
            more = self.response.read1(65536)
            assert more, "the stream ended with %r" % self.data[-200:]
            self.data += more
        data, self.data = self.data, b""
        return data

    def close(self):
        self.response.close()
        self.connection.close()


def status(d, method, path):
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(30)
    connection.sock.connect(d.socket)
    connection.request(method, path, headers={"Connection": "close"})
    answer_ = connection.getresponse().status
    connection.close()
    return answer_


def add(d, name, text):
    with open(d.path(name), "a") as f:
        f.write(text)


def follow(d):
    """What a client sees while things happen to a file."""
    os.utime(d.path("text"), (1500000000, 1500000000))
    stream = Stream(d, "/logtail/text")
    headers = {key: stream.response.getheader(key) for key in
               ("Content-Type", "Last-Modified", "X-Accel-Buffering", "Transfer-Encoding")}
    seen = [stream.response.status, headers, stream.wait(b"no end")]
    add(d, "text", "more\n")
    seen.append(stream.wait(b"more\n"))
    os.rename(d.path("text"), d.path("text.1"))     # a rotation
    add(d, "text", "in a new file\n")
    seen.append(stream.wait(b"file\n"))
    os.unlink(d.path("text"))                       # clearing
    add(d, "text", "anew\n")
    seen.append(stream.wait(b"anew\n"))
    add(d, "text", "x" * 100000 + "\n")
    seen.append(stream.wait(b"x\n"))
    stream.close()
    return seen


@pytest.mark.reference
def test_a_stream_across_rotation_and_clearing(module_daemon):
    both = pair(module_daemon, "follow")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        ours, theirs = pool.map(follow, both)
    assert ours == theirs
    for d in both:
        d.stop()


@pytest.mark.reference
def test_what_cannot_be_followed(both):
    questions = [("GET", "/logtail/" + name) for name in
                 ("nobody", "none", "missing", "pair", "pair:*", "pair:nobody", "text/nochannel",
                  "text/", "merged/stderr", "text/stdout/x")]
    questions += [(method, path) for method in ("POST", "PUT", "DELETE")
                  for path in ("/logtail/text", "/mainlogtail")]
    for question in questions:
        ours, theirs = (status(d, *question) for d in both)
        assert (question, ours) == (question, theirs)


@pytest.mark.reference
def test_what_can_be_followed(both):
    """The end of a file, also when it is empty."""
    last = TEXT[-1024:].encode()
    for path, end in (("text", last), ("text/stdout", last), ("text:text", last),
                      ("text/stderr", b"errors\n"), ("pair:wide", "\xf6\xe4\xfc\n".encode()),
                      ("pair%3Awide/stderr", b"errors\n"), ("auto", b""), ("null", b""),
                      ("empty", b"")):
        for d in both:
            stream = Stream(d, "/logtail/" + path)
            assert (path, d.program, stream.response.status) == (path, d.program, 200)
            assert (path, d.program, stream.wait(end)) == (path, d.program, end)
            stream.close()
    for d in both:
        stream = Stream(d, "/mainlogtail")
        assert stream.response.status == 200
        assert stream.wait(b"\n").endswith(d.log()[-40:].encode())
        stream.close()
