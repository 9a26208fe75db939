"""lib_svctl.py - two clients side by side, a server that misbehaves, a person at a terminal."""
import atexit
import difflib
import os
import pty
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import termios
import threading
import time
import traceback
import xmlrpc.client

try:
    from supervisor import options as reference_options
    from supervisor import supervisorctl as reference
except ImportError:     # then the tests marked reference are skipped
    reference = None

from lib_daemon import REFERENCE_CTL, SVCTL, clean_env, wait_for


class Outcome:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __repr__(self):
        return "exit %d\n%s%s" % (self.code, self.out, self.err)


def compatible():
    """svctl by the name of supervisorctl, where it shows nothing that is not Supervisor's."""
    directory = tempfile.mkdtemp(prefix="svd-e2e-name-")
    atexit.register(shutil.rmtree, directory)
    os.symlink(SVCTL, directory + "/supervisorctl")
    return directory + "/supervisorctl"


COMPATIBLE = compatible()


def svctl(box, *args, stdin="", env=(), program=SVCTL):
    environment = clean_env(box)
    environment.update(env)
    run = subprocess.run(
        [program] + list(args), cwd=str(box), env=environment, input=stdin, timeout=120,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        errors="surrogateescape")
    return Outcome(run.returncode, run.stdout, run.stderr)


def become_supervisorctl(args, box, files):
    """In a child of ours: what /usr/bin/supervisorctl does once Python has started. No return."""
    code = 1
    try:
        os.chdir(str(box))
        os.environ.clear()
        os.environ.update(clean_env(box))
        for fd, each in enumerate(files):
            os.dup2(each.fileno(), fd)
        sys.stdin, sys.stdout, sys.stderr = (
            open(fd, mode, encoding="utf-8", errors=errors) for fd, mode, errors in (
                (0, "r", "surrogateescape"), (1, "w", "surrogateescape"),
                (2, "w", "backslashreplace")))
        reference_options.Options.stdout = sys.stdout
        reference_options.Options.stderr = sys.stderr
        sys.argv = [REFERENCE_CTL] + list(args)
        reference.main()
        code = 0
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def supervisorctl(box, *args, stdin=""):
    """Supervisor's client. The third of a second that Python takes to start is spent once."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, \
            tempfile.TemporaryFile() as err:
        given.write(stdin.encode())
        given.seek(0)
        pid = os.fork()
        if pid == 0:
            become_supervisorctl(args, box, (given, out, err))
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        texts = []
        for each in (out, err):
            each.seek(0)
            texts.append(each.read().decode(errors="surrogateescape"))
        return Outcome(code, *texts)


def svctl_beside(box, *args, stdin="", **kwargs):
    """svctl to be compared; where it is asked for help, by the name by which it gives no more."""
    asked = " ".join(args) + stdin
    program = COMPATIBLE if "help" in asked or "?" in asked else SVCTL
    return svctl(box, *args, stdin=stdin, program=program, **kwargs)


# What differs between two runs of one program, in the order in which it is taken out.
VARIABLE = [
    (r"pid \d+, uptime \d+:\d\d:\d\d", "pid N, uptime T"),
    (r"[A-Z][a-z]{2} \d\d \d\d:\d\d [AP]M", "DATE"),
    (r"(?m)(^|[>?] )[1-9]\d*$", r"\1NUMBER"),
    (r"(?m)(^|[>?] )error: .*$", r"\1error: (each in its own words)"),
]


def alike(text, box):
    """The text without what may differ."""
    for program in (COMPATIBLE, SVCTL, REFERENCE_CTL):
        text = text.replace(program, "CLIENT")
    text = text.replace(str(box), "BOX")
    for pattern, replacement in VARIABLE:
        text = re.sub(pattern, replacement, text)
    return text


def of_several(line):
    """Does the command answer for processes that go their ways at the same time?"""
    words = line.split() or [""]
    return words[0] in ("start", "stop", "restart") and any(
        word == "all" or ":" in word for word in words[1:])


def difference(line, theirs, ours, their_box, our_box):
    """None, or what differs between the outcomes of a command line, in words."""
    pair = [["exit %d" % each.code] + alike(each.out, box).split("\n") +
            ["stderr:"] + alike(each.err, box).split("\n")
            for each, box in ((theirs, their_box), (ours, our_box))]
    if of_several(line):
        pair = [sorted(each) for each in pair]
    if pair[0] == pair[1]:
        return None
    errors = "\n".join(re.findall(r".*error: .*", ours.out))
    return "%r:\n%s\n%s\n" % (line, "\n".join(difflib.unified_diff(
        *pair, "supervisorctl", "svctl", lineterm="", n=1)), errors)


class FakeServer:
    """A server on a port of its own that gives each connection to a function."""

    def __init__(self, serve):
        self.serve = serve
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(8)
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.requests = []      # (head, body) of each
        self.threads = []

    def __enter__(self):
        self.spawn(self.run)
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for each in self.threads:
            each.join(30)

    def spawn(self, target, *args):
        self.threads.append(threading.Thread(target=target, args=args, daemon=True))
        self.threads[-1].start()

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.spawn(self.talk, connection)

    def talk(self, connection):
        with connection:
            try:
                self.serve(self, connection)
            except OSError:
                pass

    def read_request(self, connection):
        """One request, or None at the end."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        while length and len(body) < int(length.group(1)):
            body += connection.recv(65536)
        self.requests.append((head.decode(), body.decode()))
        return body.decode()

    def methods(self):
        return [re.search("<methodName>(.*)</methodName>", body).group(1)
                for _, body in self.requests if body]


def http_answer(body, status="200 OK", more=""):
    body = body.encode() if isinstance(body, str) else body
    head = "HTTP/1.1 %s\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n%s\r\n" % (
        status, len(body), more)
    return head.encode() + body


def raw(data):
    """Serve: these bytes to any request, then the end."""
    def serve(server, connection):
        server.read_request(connection)
        connection.sendall(data)
    return serve


UNKNOWN_METHOD = xmlrpc.client.dumps(xmlrpc.client.Fault(1, "UNKNOWN_METHOD"))


def methods(table, hang_up=False, get=None):
    """Serve: the answers of the table by method name, over a connection that stays, or does not.

    An answer of None is a hang-up. get(connection): what to do with a request that is no call.
    """
    def serve(server, connection):
        while True:
            request = server.read_request(connection)
            if request is None:
                return
            if get and not request:
                get(connection)
                return
            answer = table.get(server.methods()[-1], UNKNOWN_METHOD)
            if answer is None:
                return
            connection.sendall(http_answer(answer))
            if hang_up:
                return
    return serve


class Terminal:
    """A program on a terminal, with a person who types."""

    def __init__(self, argv, box, env=()):
        environment = clean_env(box)
        environment["TERM"] = "xterm"
        environment.update(env)
        self.text = ""
        self.seen = 0
        self.code = None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(str(box))
            os.execve(argv[0], argv, environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.code is None:
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
        os.close(self.fd)

    def read(self, deadline):
        """More text, or False at its end."""
        assert select.select([self.fd], [], [], max(0, deadline - time.monotonic()))[0], \
            "nothing came after %r" % self.text
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        self.text += data.decode(errors="replace")
        return bool(data)

    def expect(self, wanted, timeout=30):
        """Read until the text comes, after what was expected before. Returns what is before it."""
        deadline = time.monotonic() + timeout
        while True:
            at = self.text.find(wanted, self.seen)
            if at >= 0:
                before = self.text[self.seen:at]
                self.seen = at + len(wanted)
                return before
            assert self.read(deadline), "%r never came: %r" % (wanted, self.text)

    def type(self, text):
        os.write(self.fd, text.encode())

    def edit(self, text):
        """Type what means something to an editor, once it has taken the terminal over."""
        wait_for(lambda: not termios.tcgetattr(self.fd)[3] & termios.ICANON, "a line is edited")
        self.type(text)

    def end(self, timeout=30):
        """Wait for the program's end. Returns what it still said."""
        deadline = time.monotonic() + timeout
        while self.read(deadline):
            pass
        self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.text[self.seen:]
