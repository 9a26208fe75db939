"""Logs of any size: the end of a terabyte is shown, followed and cleared as fast as of a line."""
import os
import socket

import pytest

from lib_api import Api
from lib_daemon import wait_for
from lib_svctl import svctl

pytestmark = pytest.mark.svd_only

TERABYTE = 1 << 40
END = b"\nthe last line but one\nthe last line\n"

PROGRAMS = """
    [program:cat]
    command=/bin/cat
    stdout_logfile={box}/huge.log
    stdout_logfile_maxbytes=0
    stderr_logfile=NONE
    """


def make_huge(path):
    """A file of a terabyte, nearly all of it a hole."""
    with open(path, "wb") as f:
        f.write(b"the first line\n")
        f.truncate(TERABYTE - len(END))
        f.seek(0, os.SEEK_END)
        f.write(END)


@pytest.fixture(scope="module")
def d(module_daemon):
    d = module_daemon()
    d.configure(PROGRAMS)
    make_huge(d.path("huge.log"))
    d.start()
    d.wait_state("cat", "RUNNING")
    return d


@pytest.fixture(autouse=True)
def little_is_read(d):
    """However fast the machine is: nobody has read more than what was asked for."""
    def total():
        pids = d.pid, d.sibling("svd-logd"), d.sibling("svd-httpd")
        return sum(int(open("/proc/%d/io" % pid).readline().split()[1]) for pid in pids)
    before = total()
    yield
    assert total() - before < 16 << 20


def test_the_end_is_read(d):
    assert d.rpc.readProcessStdoutLog("cat", -14, 0) == "the last line\n"
    assert d.rpc.readProcessStdoutLog("cat", str(TERABYTE - 14), 8) == "the last"
    assert d.rpc.readProcessStdoutLog("cat", TERABYTE + 1.0, 8) == ""
    assert d.rpc.readProcessStdoutLog("cat", 0, 14) == "the first line"


def test_the_end_is_followed_with_what_the_last_call_has_told(d):
    text, offset, overflow = d.rpc.tailProcessStdoutLog("cat", 0, 14)
    assert (text, offset, overflow) == ("the last line\n", TERABYTE, True)
    assert d.rpc.tailProcessStdoutLog("cat", offset, 14) == ["", TERABYTE, False]
    d.rpc.sendProcessStdin("cat", "one\n")
    wait_for(lambda: os.stat(d.path("huge.log")).st_size == TERABYTE + 4, "it is written")
    # As Supervisor has it: the last bytes, from wherever they were asked.
    assert d.rpc.tailProcessStdoutLog("cat", offset, 4) == ["one\n", TERABYTE + 4, False]
    os.truncate(d.path("huge.log"), TERABYTE)


def test_the_json_api_tells_whole_numbers(d):
    answer = Api(d.socket).get("supervisor.tailProcessStdoutLog", name="cat", offset=0, length=9)
    assert answer.json == {"result": ["ast line\n", TERABYTE, True]}


def test_svctl_shows_the_end(d):
    assert svctl(d.box, "-c", d.conf, "tail", "-14", "cat").out == "the last line\n\n"
    said = svctl(d.box, "-c", d.conf, "logs", "-n", "2", "cat")
    assert said.out == "cat | the last line but one\ncat | the last line\n"


def test_it_is_streamed_from_its_end(d):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(d.socket)
        s.settimeout(30)
        s.sendall(b"GET /logtail/cat HTTP/1.0\r\n\r\n")
        got = b""
        while not got.endswith(END):
            got += s.recv(65536)
        assert len(got) < 4096
        d.rpc.sendProcessStdin("cat", "one\n")
        while not got.endswith(END + b"one\n"):
            got += s.recv(65536)


def test_it_is_rotated_and_cleared(d):
    assert d.proxy.svd.rotateLogs("cat") is True
    assert os.stat(d.path("huge.log.1")).st_size >= TERABYTE
    assert os.stat(d.path("huge.log")).st_size == 0
    os.rename(d.path("huge.log.1"), d.path("huge.log"))
    d.rpc.clearProcessLogs("cat")
    assert os.stat(d.path("huge.log")).st_size == 0
