"""svctl logs: several programs at once, before both servers; and its stream at the server."""
import json
import os
import signal
import subprocess
import threading
import time
import xmlrpc.client

import pytest

from lib_daemon import REFERENCE, SVCTL, SVD, clean_env, wait_for
from lib_svctl import FakeServer, Terminal, methods, svctl

PROGRAMS = """
    [program:cat]
    command=/bin/cat
    stdout_logfile={box}/cat.log
    stderr_logfile=NONE
    startsecs=0
    [program:web]
    command=/bin/cat
    process_name=w%(process_num)d
    numprocs=2
    stdout_logfile={box}/web.log
    startsecs=0
    [program:evil]
    command=/bin/sh -c 'while read -r name; do cat "$name"; done'
    directory={box}
    stdout_logfile={box}/evil.log
    startsecs=0
    [program:dog]
    command=/bin/sh -c 'while read -r line; do echo "$line"; echo "bad $line" >&2; done'
    stdout_logfile={box}/dog.log
    stderr_logfile={box}/dog.err
    startsecs=0
    """


@pytest.fixture(scope="module", params=[REFERENCE, SVD], ids=os.path.basename)
def served(request, module_daemon):
    d = module_daemon(PROGRAMS, name=os.path.basename(request.param), program=request.param)
    d.is_svd = request.param == SVD
    d.start()
    d.wait_all("RUNNING")
    return d


@pytest.fixture
def server(served):
    """The daemon, whose logs are empty."""
    for name, log in (("cat", "cat.log"), ("web:w1", "web.log"), ("evil", "evil.log"),
                      ("dog", "dog.log")):
        if served.read(log):
            served.rpc.clearProcessLogs(name)
    return served


pytestmark = pytest.mark.reference


def says(daemon, text, name="cat", log="cat.log"):
    """Have the program write, and wait until that is in its log."""
    daemon.rpc.sendProcessStdin(name, text)
    wait_for(lambda: text in daemon.read(log), "it is written")


def logs(daemon, *args):
    return svctl(daemon.box, "-c", daemon.conf, "logs", *args)


class Follower:
    """svctl logs -f in a pipe."""

    def __init__(self, daemon, *args):
        self.process = subprocess.Popen(
            [SVCTL, "-c", daemon.conf, "logs", "-f", *args], cwd=daemon.box,
            env=clean_env(daemon.box), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.text = b""
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        while True:
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                return
            self.text += data

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.thread.join()
        self.process.stdout.close()
        self.process.stderr.close()

    def lines(self):
        return self.text.decode(errors="surrogateescape").split("\n")[:-1]

    def expect(self, *lines):
        """These come, in any order, each once."""
        wait_for(lambda: len(self.lines()) >= len(lines), "%r come" % (lines,))
        assert sorted(self.lines()) == sorted(lines)
        self.text = b""

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(30) == 0
        self.thread.join()
        return self.lines()


def test_the_last_lines_of_each_stand_behind_its_name(server):
    says(server, "".join("line %d\n" % i for i in range(15)))
    says(server, "hello\n", "dog", "dog.log")
    shown = logs(server, "cat", "dog")
    assert (shown.code, shown.err) == (0, ""), shown
    assert shown.out == "".join("cat | line %d\n" % i for i in range(5, 15)) + "dog | hello\n"
    assert logs(server, "-n", "2", "cat").out == "cat | line 13\ncat | line 14\n"
    assert logs(server, "--lines=0", "cat").out == ""
    assert logs(server, "-n99", "cat").out.count("\n") == 15


def test_lines_are_found_however_far_back(server):
    long_one = "x" * 30000
    says(server, "first\n%s\nlast\n" % long_one)
    assert logs(server, "-n", "3", "cat").out == \
        "cat | first\ncat | %s\ncat | last\n" % long_one
    assert logs(server, "-n", "1", "cat").out == "cat | last\n"
    assert logs(server, "-n", "2", "cat").out == "cat | %s\ncat | last\n" % long_one


def test_the_channel_may_be_the_last_word(server):
    says(server, "woof\n", "dog", "dog.log")
    wait_for(lambda: server.read("dog.err"), "it is written")
    assert logs(server, "dog", "stderr").out == "dog | bad woof\n"
    assert logs(server, "dog", "stdout").out == "dog | woof\n"


def test_a_shared_log_is_shown_once(server):
    says(server, "one\n", "web:w1", "web.log")
    assert logs(server, "web:*").out == "web:* | one\n"
    assert logs(server, "web:").out == "web:* | one\n"
    assert logs(server, "web:w1").out == "web:w1 | one\n"
    assert logs(server, "w*:*[01]", "dog").out == "web:* | one\n"


def test_what_is_not_there_is_said_beside_the_rest(server):
    says(server, "hello\n")
    shown = logs(server, "cat", "nobody", "n*")
    assert shown.out == "cat | hello\n"
    assert shown.err == "nobody: no such process\nn*: no such process\n"
    assert shown.code == 1
    shown = logs(server, "cat", "stderr")
    assert (shown.code, shown.out, shown.err) == (1, "", "cat: no log file\n")
    shown = logs(server)
    assert shown.code == 1
    assert shown.out.startswith("Error: logs requires a process name\nlogs <name>")


def test_a_log_as_json_is_an_object_a_line(server):
    says(server, 'say "hé"\tx\n')
    says(server, "one\n", "web:w1", "web.log")
    shown = [json.loads(line) for line in logs(server, "--json", "cat", "web:*").out.splitlines()]
    assert shown == [
        {"name": "cat", "processes": ["cat"], "channel": "stdout", "line": 'say "hé"\tx'},
        {"name": "web:*", "processes": ["web:w0", "web:w1"], "channel": "stdout", "line": "one"}]


def test_all_are_followed_as_they_grow(server):
    says(server, "old\n")
    with Follower(server, "all") as f:
        f.expect("cat   | old")
        server.rpc.sendProcessStdin("dog", "woof\n")
        f.expect("dog   | woof")
        server.rpc.sendProcessStdin("cat", "half")
        wait_for(lambda: "half" in server.read("cat.log"), "it is written")
        server.rpc.sendProcessStdin("web:w1", "hello\n")
        f.expect("web:* | hello")
        server.rpc.sendProcessStdin("cat", " and half\n")
        f.expect("cat   | half and half")
        assert f.interrupt() == []


def test_a_follower_begins_with_the_last_lines(server):
    says(server, "".join("line %02d of the log\n" % i for i in range(99)))
    with Follower(server, "-n", "3", "cat") as f:
        f.expect(*("cat | line %02d of the log" % i for i in (96, 97, 98)))
    with Follower(server, "-n", "90", "cat") as f:
        # Supervisor shows the last 1024 bytes and no more; the first line of them is not whole.
        n = 90 if server.is_svd else 1024 // len("line 00 of the log\n")
        f.expect(*("cat | line %02d of the log" % i for i in range(99 - n, 99)))
    with Follower(server, "-n", "0", "cat", "dog") as f:
        def is_there():
            server.rpc.sendProcessStdin("cat", "next\n")
            return f.lines()
        wait_for(is_there, "what comes after the beginning")
        assert set(f.lines()) == {"cat | next"}


def test_a_follower_goes_on_when_the_log_is_cleared(server):
    says(server, "before\n")
    with Follower(server, "cat") as f:
        f.expect("cat | before")
        server.rpc.clearProcessLogs("cat")
        server.rpc.sendProcessStdin("cat", "after\n")
        f.expect("cat | after")


def test_on_a_terminal_names_have_colours_and_nothing_harms(server):
    server.write("hostile", "\033[31mred\033[0m \033]0;title\007\033[2J\r\n")
    server.rpc.sendProcessStdin("evil", "hostile\n")
    wait_for(lambda: server.read("evil.log"), "it is written")
    says(server, "woof\n", "dog", "dog.log")
    with Terminal([SVCTL, "-c", server.conf, "logs", "-f", "evil", "dog"], server.box) as t:
        wait_for(lambda: t.read(time.monotonic() + 30) and t.text.count("\n") == 2, "two lines")
        assert "\033[33mevil | \033[0m\033[31mred\033[0m ^[]0;title^G^[[2J\033[0m\r\n" in t.text
        assert "\033[36mdog  | \033[0mwoof\r\n" in t.text
        t.seen = len(t.text)
        t.type("\x03")
        assert t.end() == "^C\r\n"
        assert t.code == 0
    with Terminal([SVCTL, "-c", server.conf, "logs", "-f", "evil"], server.box,
                  {"NO_COLOR": "1"}) as t:
        t.expect("evil | ^[[31mred^[[0m ^[]0;title^G^[[2J\r\n")
    # Supervisor's answer for that one is no XML; that is no harm to the others.
    shown = logs(server, "evil", "dog")
    assert "dog  | woof\n" in shown.out
    assert shown.err.startswith("evil: the server's answer is not XML-RPC") != server.is_svd
    with Follower(server, "evil") as f:
        f.expect("evil | \033[31mred\033[0m \033]0;title\007\033[2J\r")


def test_forty_writers_are_never_torn(module_daemon):
    d = module_daemon("""
        [program:w]
        command=/bin/sh {box}/write %(process_num)d
        process_name=%(process_num)d
        numprocs=40
        startsecs=0
        """, name="forty")
    d.write("write", """\
        read go
        i=0
        while [ $i -lt 200 ]; do echo "$1 line $i of the program"; i=$((i + 1)); done
        read stop
        """)
    d.start()
    d.wait_all("RUNNING")
    with Follower(d, "-n", "999", "w:*") as f:
        for i in range(40):
            d.rpc.sendProcessStdin("w:%d" % i, "go\n")
        wait_for(lambda: len(f.lines()) >= 40 * 200, "all lines", 60)
        lines = f.lines()
    for i in range(40):
        mine = [line for line in lines if line.startswith("w:%d " % i)]
        assert mine == ["%-4s | %d line %d of the program" % ("w:%d" % i, i, k)
                        for k in range(200)], i


def test_a_follower_goes_on_across_rotations(module_daemon):
    d = module_daemon("""
        [program:cat]
        command=/bin/cat
        startsecs=0
        stdout_logfile={box}/cat.log
        stdout_logfile_maxbytes=300
        """, name="rotating")
    d.start()
    d.wait_all("RUNNING")
    with Follower(d, "cat") as f:
        for i in range(20):
            d.rpc.sendProcessStdin("cat", "line %d %s\n" % (i, "x" * 50))
            f.expect("cat | line %d %s" % (i, "x" * 50))
    assert os.path.exists(d.path("cat.log.2"))


def test_the_server_gives_whole_lines_to_who_asks(server):
    says(server, "one\ntwo\nthree\n")

    def head(query):
        shown = subprocess.run(
            ["curl", "-s", "-i", "-m", "0.5", "--unix-socket", server.socket,
             "http://localhost/logtail/cat" + query], stdout=subprocess.PIPE, check=False).stdout
        headers, _, body = shown.decode().partition("\r\n\r\n")
        return "X-Log-Lines: 2" in headers, body

    if server.is_svd:
        assert head("?lines=2") == (True, "two\nthree\n")
    assert head("") == (False, "one\ntwo\nthree\n")
    assert head("?lines=x") == (False, "one\ntwo\nthree\n")
    assert head("?lines=-2") == (False, "one\ntwo\nthree\n")


def test_names_do_nothing_to_a_terminal(box):
    evil = dict(group="a\x9b2J", name="a\x9b2J", statename="FATAL", description="b\x9b2J",
                state=200, pid=0)
    answers = {"supervisor.getVersion": ("3.0",), "supervisor.getAllProcessInfo": ([evil],)}
    with FakeServer(methods({method: xmlrpc.client.dumps(answer, methodresponse=True)
                             for method, answer in answers.items()})) as fake:
        assert svctl(box, "-s", fake.url, "logs", "a*").err == "a\ufffd2J: no log file\n"
        with Terminal([SVCTL, "-s", fake.url, "status"], box) as t:
            assert t.end().split() == ["a\ufffd2J", "FATAL", "b\ufffd2J"]
        assert "a\x9b2J " in svctl(box, "-s", fake.url, "status").out
