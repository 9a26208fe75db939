"""tail -f, maintail -f and fg: Supervisor's client and ours, before both servers; on a terminal, in
a pipe; and ours before servers that are not what they should be.
"""
import contextlib
import fcntl
import os
import signal
import struct
import subprocess
import termios
import threading
import xmlrpc.client

import pytest

from lib_daemon import REFERENCE, REFERENCE_CTL, SVCTL, SVD, clean_env, wait_for
from lib_svctl import FakeServer, Terminal, methods

BANNER = "==> Press Ctrl-C to exit <==\r\n"
PROMPT = "supervisor> "
PROGRAMS = """
    [program:cat]
    command=/bin/cat
    stdout_logfile={box}/cat.log
    startsecs=0
    [program:grün]
    command=/bin/cat
    stdout_logfile={box}/gr%(process_num)d.log
    startsecs=0
    """


@pytest.fixture(scope="module", params=[REFERENCE, SVD], ids=os.path.basename)
def served(request, module_daemon):
    d = module_daemon(PROGRAMS, name=os.path.basename(request.param), program=request.param)
    d.start()
    d.wait_all("RUNNING")
    return d


@pytest.fixture
def cat(served):
    """The daemon, whose cat runs and has written nothing yet."""
    if served.state("cat") != "RUNNING":
        served.rpc.startProcess("cat")
    served.rpc.clearProcessLogs("cat")
    return served


def says(daemon, text, name="cat"):
    """Have the program write."""
    daemon.rpc.sendProcessStdin(name, text)


@pytest.fixture(params=[REFERENCE_CTL, SVCTL], ids=os.path.basename)
def client(request, served):
    """client(arguments) on a terminal. Only ours is held to its end: Supervisor's may take half a
    minute for it, and Ctrl-C meets it in the middle of anything.
    """
    open_ones = []

    def start(*line):
        t = Terminal([request.param, "-c", served.conf, *line], served.box)
        open_ones.append(t)
        return t

    start.is_ours = request.param == SVCTL
    yield start
    for each in open_ones:
        each.__exit__()


def ends(terminal, said, code=0):
    """It says that and ends, with that exit status."""
    assert terminal.end() == said
    assert terminal.code == code


pytestmark = pytest.mark.reference


def test_tail_f_shows_the_end_then_what_comes_until_ctrl_c(cat, client):
    says(cat, "x" * 2000 + "before\n")
    wait_for(lambda: "before" in cat.read("cat.log"), "it is written")
    t = client("tail", "-f", "cat")
    t.expect(BANNER)
    assert t.expect("before\r\n") == "x" * (1024 - len("before\n"))
    for text in ("after\n", "no newline", " Malmö\n"):
        says(cat, text)
        assert t.expect(text.replace("\n", "\r\n")) == ""
    t.type("\x03")
    t.expect("^C")
    if client.is_ours:
        ends(t, "\r\n")


def test_maintail_f_shows_the_log_of_the_daemon(cat, client):
    t = client("maintail", "-f")
    t.expect(BANNER)
    cat.rpc.stopProcess("cat")
    stopped = "stopped: cat (terminated by SIGTERM)\r\n"
    wait_for(lambda: stopped[:-2] in cat.log(), "it is written")
    for _ in range(cat.log().count(stopped[:-2])):
        t.expect(stopped)
    t.type("\x03")
    t.expect("^C")
    if client.is_ours:
        ends(t, "\r\n")


def test_in_the_shell_ctrl_c_leads_back_to_the_prompt(cat, client):
    says(cat, "hello\n")
    wait_for(lambda: "hello" in cat.read("cat.log"), "it is written")
    t = client()
    t.expect(PROMPT)
    for line, end in (("tail -f cat", "hello\r\n"), ("maintail -f", "RUNNING state")):
        t.edit(line + "\n")
        t.expect(BANNER)
        t.expect(end)
        t.type("\x03")
        t.expect("^C")
        t.expect(PROMPT)
    t.edit("exit\n")
    if client.is_ours:
        t.end()
        assert t.code == 0


def test_fg_sends_lines_and_shows_what_comes_back(cat, client):
    says(cat, "before\n")
    wait_for(lambda: "before" in cat.read("cat.log"), "it is written")
    t = client("fg", "cat")
    t.expect(BANNER)
    t.expect("before\r\n")
    for line in ("Hi", "", "The Øresund bridge ends in Malmö", "x" * 3000):
        t.type(line + "\n")
        assert t.expect(line + "\r\n") == ""    # the terminal's echo
        assert t.expect(line + "\r\n") == ""
    t.type("\x03")
    t.expect("^CExiting foreground\r\n")
    if client.is_ours:
        ends(t, "")


def test_fg_ends_with_its_input(cat, client):
    t = client("fg", "cat")
    t.expect(BANNER)
    t.type("\x04")
    t.expect("Exiting foreground\r\n")
    if client.is_ours:
        ends(t, "")


def test_fg_ends_when_the_process_has_ended(cat, client):
    t = client("fg", "cat")
    t.expect(BANNER)
    cat.rpc.stopProcess("cat")
    t.type("hello\n")
    t.expect("hello\r\nProcess got killed\r\nExiting foreground\r\n")
    if client.is_ours:
        ends(t, "")


def test_fg_in_the_shell_leads_back_to_the_prompt(cat):
    with Terminal([SVCTL, "-c", cat.conf], cat.box) as t:
        t.expect(PROMPT)
        for end, said in ("\x03", "^C"), ("\x04", ""):
            t.edit("fg cat\n")
            t.expect(BANNER)
            t.type("hello\n")
            t.expect("hello\r\n")
            t.expect("hello\r\n")
            t.type(end)
            assert t.expect("Exiting foreground\r\n").endswith(said)
            t.expect(PROMPT)
        t.edit("pid\n")
        t.expect("%d\r\n" % cat.pid)
        t.edit("exit\n")
        t.end()


def run(daemon, *line, **kwargs):
    return subprocess.run([SVCTL, "-c", daemon.conf, *line], cwd=daemon.box, timeout=60,
                          env=clean_env(daemon.box), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, **kwargs)


def test_fg_sends_what_a_pipe_has_and_leaves_the_rest_to_the_shell(cat):
    out = run(cat, "fg", "cat", input=b"one\ntwo\nthree").stdout.decode()
    assert out.startswith("==> Press Ctrl-C to exit <==\n")
    assert out.endswith("Exiting foreground\n")
    wait_for(lambda: cat.read("cat.log") == "one\ntwo\nthree\n", "all lines have come")
    cat.rpc.stopProcess("cat")
    shell = run(cat, input=b"fg cat\npid\n").stdout.decode()
    assert "ERROR: process not running\n" + PROMPT + "%d\n" % cat.pid in shell


def piped(daemon, command, *line):
    """svctl LINE | COMMAND, in one shell. What the shell and svctl's standard error say."""
    script = '"$@" | %s; echo "ended"' % command
    return subprocess.run(["/bin/sh", "-c", script, "sh", SVCTL, "-c", daemon.conf, *line],
                          cwd=daemon.box, env=clean_env(daemon.box), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                          encoding="utf-8").stdout


@pytest.mark.parametrize("line", ["tail -f cat", "tail -f cat stderr", "maintail -f"])
def test_a_reader_that_has_seen_enough_ends_it_quietly(cat, line):
    """Even when there is nothing more to write, which is when the pipe would be found closed."""
    assert piped(cat, "head -1", *line.split()) == "==> Press Ctrl-C to exit <==\nended\n"


@contextlib.contextmanager
def piped_to_us(argv, box):
    """A program whose output we read or do not read, and which is gone afterwards."""
    follower = subprocess.Popen(argv, cwd=box, env=clean_env(box), stdout=subprocess.PIPE)
    try:
        yield follower
    finally:
        follower.kill()
        follower.communicate(timeout=30)


def test_what_is_written_is_shown_byte_by_byte(cat):
    with open(cat.path("cat.log"), "wb") as f:
        f.write(bytes(range(256)))
    expected = b"==> Press Ctrl-C to exit <==\n" + bytes(range(256))
    seen = b""
    with piped_to_us([SVCTL, "-c", cat.conf, "tail", "-f", "cat"], cat.box) as follower:
        while len(seen) < len(expected):
            seen += os.read(follower.stdout.fileno(), 4096)
        follower.send_signal(signal.SIGINT)
        assert follower.communicate(timeout=30)[0] == b"\n"
    assert (seen, follower.returncode) == (expected, 0)


def test_a_name_with_letters_beyond_ascii_is_found(cat):
    says(cat, "hej\n", "grün")
    with Terminal([SVCTL, "-c", cat.conf, "tail", "-f", "grün"], cat.box) as t:
        t.expect("hej\r\n")


def test_a_server_that_ends_ends_what_follows(module_daemon):
    d = module_daemon(PROGRAMS, name="ending", program=SVD).start()
    with Terminal([SVCTL, "-c", d.conf, "maintail", "-f"], d.box) as t:
        t.expect("success: cat entered RUNNING state")
        d.stop()
        t.end()
        assert t.code == 0


# --- before servers of our own ---

def result(value):
    return xmlrpc.client.dumps((value,), methodresponse=True)


CAT = {"group": "cat", "name": "cat", "statename": "RUNNING", "description": "fine", "state": 20,
       "pid": 7}
ANSWERS = {"supervisor.getVersion": result("3.0"), "supervisor.getProcessInfo": result(CAT),
           "supervisor.sendProcessStdin": result(True), "supervisor.getAllProcessInfo": result([])}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def follow(box, get, *line, **kwargs):
    with FakeServer(methods(ANSWERS, get=get)) as server:
        done = subprocess.run([SVCTL, "-s", server.url, *line], env=clean_env(box), cwd=box,
                              timeout=60, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, **kwargs)
    start = b"==> Press Ctrl-C to exit <==\n"
    assert done.stdout.startswith(start)
    return (done.stdout[len(start):].decode(), done.stderr.decode().replace(server.url, "URL"),
            done.returncode, server)


ENDS = {
    "a whole document": (HEAD + b"Content-Length: 5\r\n\r\nhello", "hello", ""),
    "chunks": (CHUNKED + chunk(b"hel") + chunk(b"lo") + b"0\r\n\r\n", "hello", ""),
    "chunks without an end": (CHUNKED + chunk(b"hello"), "hello", ""),
    "half a chunk": (CHUNKED + b"ff\r\nhello", "hello", ""),
    "no length": (HEAD + b"Connection: close\r\n\r\nhello", "hello", ""),
    "410": (b"HTTP/1.1 410 Gone\r\nContent-Length: 5\r\n\r\ngone!", "",
            "URL/logtail/cat/stdout Cannot read, status code 410\n"),
    "a redirect": (b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n"
                   b"Content-Length: 0\r\n\r\n", "",
                   "URL/logtail/cat/stdout Cannot read, status code 302\n"),
    "nothing": (b"", "", "URL/logtail/cat/stdout Cannot connect, error: Server returned nothing "
                "(no headers, no data)\n"),
}


@pytest.mark.parametrize("name", ENDS)
def test_a_log_that_ends_is_no_error_and_one_that_never_began_is_named(box, name):
    answer, out, err = ENDS[name]
    assert follow(box, lambda c: c.sendall(answer), "tail", "-f", "cat")[:3] == (out, err, 0)


def test_names_are_encoded_and_shown_as_they_are(box):
    gone = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    for name, path in (("gr\u00fcn", "gr%C3%BCn"), ("a%b?c#d", "a%25b%3Fc%23d"), ("..", ".."),
                       ("web:w-1_2.x~", "web:w-1_2.x~")):
        _, err, _, server = follow(box, lambda c: c.sendall(gone), "tail", "-f", name, "stderr")
        assert "GET /logtail/%s/stderr HTTP/1.1\r\n" % path in server.requests[-1][0]
        assert err == "URL/logtail/%s/stderr Cannot read, status code 404\n" % name


def test_who_we_are_is_said_there_too(box):
    answer = HEAD + b"Content-Length: 0\r\n\r\n"
    server = follow(box, lambda c: c.sendall(answer), "-u", "me", "-p", "secret",
                    "maintail", "-f")[3]
    head = server.requests[-1][0]
    assert head.startswith("GET /mainlogtail HTTP/1.1\r\n")
    assert "Authorization: Basic bWU6c2VjcmV0\r\n" in head


def flood(connection):
    connection.sendall(CHUNKED)
    while True:
        connection.sendall(chunk(b"x" * 65536))


def is_full(pipe):
    unread = struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))[0]
    return unread > fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ) - 8192


def sleeps(pid):
    with open("/proc/%d/stat" % pid) as f:
        return f.read().rpartition(")")[2].split()[0] == "S"


def catches_ctrl_c(pid):
    with open("/proc/%d/status" % pid) as f:
        caught = next(line.split()[1] for line in f if line.startswith("SigCgt"))
    return bool(int(caught, 16) & 1 << signal.SIGINT - 1)


def test_ctrl_c_ends_it_although_nobody_takes_its_output(box):
    with FakeServer(methods(ANSWERS, get=flood)) as server, \
            piped_to_us([SVCTL, "-s", server.url, "tail", "-f", "cat"], box) as follower:
        wait_for(lambda: is_full(follower.stdout) and sleeps(follower.pid), "it cannot write")
        assert catches_ctrl_c(follower.pid)
        follower.send_signal(signal.SIGINT)
        wait_for(lambda: not catches_ctrl_c(follower.pid), "it follows no more")
        # The newline that goes with Ctrl-C has to wait for room.
        out = follower.communicate(timeout=30)[0]
    assert out.endswith(b"x\n") and follower.returncode == 0


def test_output_that_cannot_be_written_ends_it(box):
    with FakeServer(methods(ANSWERS, get=flood)) as server, open("/dev/full", "w") as full:
        done = subprocess.run([SVCTL, "-s", server.url, "tail", "-f", "cat"], cwd=box,
                              env=clean_env(box), stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert done.stderr == b"error: cannot write: No space left on device\n"
    assert done.returncode == 1


def test_an_ignored_ctrl_c_stays_ignored(box):
    interrupted = threading.Event()

    def get(connection):
        connection.sendall(CHUNKED + chunk(b"one"))
        interrupted.wait(30)
        connection.sendall(chunk(b"two") + b"0\r\n\r\n")

    with FakeServer(methods(ANSWERS, get=get)) as server, \
            piped_to_us(["/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh", SVCTL, "-s", server.url,
                         "maintail", "-f"], box) as follower:
        seen = b""
        while not seen.endswith(b"one"):
            seen += os.read(follower.stdout.fileno(), 100)
        follower.send_signal(signal.SIGINT)
        interrupted.set()
        assert follower.communicate(timeout=30)[0] == b"two"
    assert follower.returncode == 0


def silent(connection):
    connection.sendall(CHUNKED)
    connection.recv(1)


def test_ctrl_c_ends_fg_although_the_server_does_not_answer(box):
    def serve(server, connection):
        while True:
            request = server.read_request(connection)
            if request is None:
                return
            if not request:
                return silent(connection)
            method = server.methods()[-1]
            if method == "supervisor.sendProcessStdin":
                connection.recv(1)
                return
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (
                len(ANSWERS[method]), ANSWERS[method].encode()))

    with FakeServer(serve) as server, Terminal([SVCTL, "-s", server.url, "fg", "cat"], box) as t:
        t.expect(BANNER)
        t.type("hello\n")
        wait_for(lambda: "supervisor.sendProcessStdin" in server.methods(), "the line was sent")
        t.type("\x03")
        t.expect("^CExiting foreground\r\n")
        ends(t, "")


FAULTS = [
    (70, "NOT_RUNNING: cat", "Process got killed"),
    (20, "NO_FILE: cat", "ERROR: <Fault 20: 'NO_FILE: cat'>"),
    (10, "BAD_NAME: it's", "ERROR: <Fault 10: \"BAD_NAME: it's\">"),
]


@pytest.mark.parametrize("code, text, words", FAULTS)
def test_a_line_that_cannot_be_sent_ends_fg(box, code, text, words):
    fault = xmlrpc.client.dumps(xmlrpc.client.Fault(code, text))
    answers = {**ANSWERS, "supervisor.sendProcessStdin": fault}
    with FakeServer(methods(answers, get=silent)) as server, \
            Terminal([SVCTL, "-s", server.url, "fg", "cat"], box) as t:
        t.type("hello\n")
        t.expect(BANNER)
        t.expect(words + "\r\nExiting foreground\r\n")
        ends(t, "")


def test_a_process_that_is_found_dead_after_a_line_ends_fg(box):
    answers = dict(ANSWERS)
    with FakeServer(methods(answers, get=silent)) as server, \
            Terminal([SVCTL, "-s", server.url, "fg", "cat"], box) as t:
        t.expect(BANNER)
        answers["supervisor.getProcessInfo"] = result({**CAT, "state": 100})
        t.type("hello\n")
        t.expect("Process got killed\r\nExiting foreground\r\n")
        ends(t, "")


def test_a_server_that_goes_away_while_a_line_is_sent_is_an_error(box):
    serve = methods({**ANSWERS, "supervisor.sendProcessStdin": None}, get=silent)
    with FakeServer(serve) as server, Terminal([SVCTL, "-s", server.url, "fg", "cat"], box) as t:
        t.expect(BANNER)
        t.type("hello\n")
        t.expect("error: %s: " % server.url)
        t.end()
        assert t.code == 1
