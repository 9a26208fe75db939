"""svctl top: as text, and on a terminal, which it leaves as it was."""
import fcntl
import json
import os
import signal
import struct
import termios
import xmlrpc.client

import pytest

from lib_daemon import REFERENCE, SVCTL, wait_for
from lib_svctl import FakeServer, Terminal, http_answer, svctl

PROGRAMS = """
    [program:cat]
    command=/bin/cat
    startsecs=0
    [program:busy]
    command=/bin/sh -c 'while :; do :; done'
    startsecs=0
    [program:w]
    command=/bin/cat
    process_name=%(process_num)02d
    numprocs=30
    startsecs=0
    """
FOOTER = "q quit"
ENTER, LEAVE = "\033[?1049h", "\033[?7h\033[?25h\033[?1049l"

pytestmark = pytest.mark.svd_only


@pytest.fixture(scope="module")
def server(module_daemon):
    d = module_daemon(PROGRAMS)
    d.start()
    d.wait_all("RUNNING")
    return d


def resize(terminal, lines, columns):
    fcntl.ioctl(terminal.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))


@pytest.fixture
def top(server):
    """svctl top on a terminal of twelve lines, with its first screen shown."""
    with Terminal([SVCTL, "-c", server.conf, "top", "-d", "1"], server.box) as t:
        resize(t, 12, 80)
        os.kill(t.pid, signal.SIGWINCH)
        t.expect(ENTER)
        t.expect(FOOTER)
        yield t


def test_batches_are_tables_for_scripts(server):
    run = svctl(server.box, "-c", server.conf, "top", "-b", "-n", "2", "-d", "1")
    assert (run.code, run.err) == (0, "")
    out = run.out
    assert out.count("NAME ") == 2
    assert out.count("32 processes: 32 running") == 2
    last = out.rpartition("UPTIME\n")[2].splitlines()
    assert len(last) == 32
    assert last[0].split()[:2] == ["busy", "RUNNING"] and float(last[0].split()[3]) > 1
    assert "\033" not in out


def test_json_has_all_that_the_server_says(server):
    run = svctl(server.box, "-c", server.conf, "top", "--json", "-n1", "--sort", "name")
    look = json.loads(run.out)
    assert [each["name"] for each in look["processes"]][:2] == ["busy", "cat"]
    assert look["processes"][0]["cpu_percent"] > 1
    assert look["memory_bytes"] == sum(each["memory_bytes"] for each in look["processes"])
    assert look["processes"][1]["pid"] == server.info("cat")["pid"]


def test_keys_sort_scroll_and_end(server, top):
    top.type("n")
    top.expect("\033[7mbusy ")
    top.type("\033[B")
    top.expect("\033[7mcat ")
    top.type("\033[F")
    top.expect("\033[7mw:29 ")
    assert "w:22 " not in top.text[top.text.rindex("\033[H"):]
    top.type("nq")
    assert top.end().endswith(LEAVE)
    assert top.code == 0
    assert all(line.count("\r") for line in top.text.split("\n")[:-1])


def test_a_process_is_stopped_and_signalled_when_that_is_meant(server, top):
    top.type("n\033[B")
    top.expect("\033[7mcat ")
    top.type("s")
    top.expect("stop cat y/N? ")
    top.type("n")
    top.expect(FOOTER)
    assert server.state("cat") == "RUNNING"
    top.type("k")
    top.expect("signal for cat (TERM): ")
    top.type("BAD\n")
    top.expect("cat: BAD_SIGNAL: BAD")
    top.type("k")
    top.expect("signal for cat (TERM): ")
    top.type("USX\x7fR1\n")
    top.expect("cat: signalled")
    server.wait_state("cat", ("EXITED", "RUNNING"))
    top.type("s")
    top.expect("stop cat y/N? ")
    top.type("y")
    top.expect("cat: ")
    server.wait_state("cat", ("STOPPED", "EXITED"))
    server.rpc.startProcess("cat")


@pytest.mark.parametrize("way, code", [("\x03", 0), (signal.SIGTERM, -signal.SIGTERM),
                                       (signal.SIGHUP, -signal.SIGHUP)])
def test_the_terminal_is_as_before_on_every_way_out(top, way, code):
    assert not termios.tcgetattr(top.fd)[3] & termios.ICANON
    if isinstance(way, str):
        top.type(way)
    else:
        os.kill(top.pid, way)
    top.expect(LEAVE)
    wait_for(lambda: termios.tcgetattr(top.fd)[3] & termios.ICANON, "lines are edited again")
    top.end()
    assert top.code == code


def wait_stopped(top):
    def state():
        with open("/proc/%d/stat" % top.pid) as f:
            return f.read().rpartition(")")[2].split()[0]
    wait_for(lambda: state() == "T", "it is stopped")


def test_no_key_is_lost_when_it_is_stopped_by_force(top):
    os.kill(top.pid, signal.SIGSTOP)
    wait_stopped(top)
    top.type("q")
    os.kill(top.pid, signal.SIGCONT)
    top.end()
    assert top.code == 0


def test_it_makes_way_while_it_is_suspended(top):
    os.kill(top.pid, signal.SIGTSTP)
    top.expect(LEAVE)
    wait_stopped(top)
    assert termios.tcgetattr(top.fd)[3] & termios.ICANON
    os.kill(top.pid, signal.SIGCONT)
    top.expect(ENTER)
    top.expect(FOOTER)
    top.type("q")
    top.expect(LEAVE)
    top.end()
    assert top.code == 0


def test_no_line_is_wider_than_the_window(top):
    resize(top, 8, 30)
    top.expect("32 processes: 32 running, 0 st\033[K")
    top.type("q")
    top.end()


def test_a_number_of_tables_means_text_and_any_delay_will_do(server):
    with Terminal([SVCTL, "-c", server.conf, "top", "-n1"], server.box) as t:
        assert "UPTIME" in t.end() and ENTER not in t.text
    with Terminal([SVCTL, "-c", server.conf, "top", "-d1e300"], server.box) as t:
        t.expect(FOOTER)
        t.type("q")
        t.end()
        assert t.code == 0


def hangs(server, connection):
    """A server that answers until it has told of no processes, and then no more."""
    answers = {"supervisor.getVersion": ("3.0",), "svd.getAllProcessStatus": ([],)}
    while server.read_request(connection) is not None and server.methods()[-1] in answers:
        connection.sendall(http_answer(xmlrpc.client.dumps(
            answers.pop(server.methods()[-1]), methodresponse=True)))
    connection.recv(1)


def test_a_server_that_hangs_keeps_nobody_from_the_keys(box):
    with FakeServer(hangs) as fake:
        with Terminal([SVCTL, "-s", fake.url, "top", "-d", "1"], box) as t:
            t.expect("0 processes")
            wait_for(lambda: fake.methods().count("svd.getAllProcessStatus") > 1, "another look")
            os.kill(t.pid, signal.SIGTERM)
            t.expect(LEAVE)
            t.end()
            assert t.code == -signal.SIGTERM


@pytest.mark.reference
def test_what_is_no_svd_is_told(module_daemon):
    d = module_daemon(name="other", program=REFERENCE)
    d.start()
    said = svctl(d.box, "-c", d.conf, "top", "-b")
    assert said.code == 1
    assert "only svd tells what top shows" in said.out
