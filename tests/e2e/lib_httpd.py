"""lib_httpd.py - a fake svd that starts the real svd-httpd and answers its calls."""
import glob
import json
import os
import signal
import socket
import subprocess
import threading
import time
import xmlrpc.client

from frames import Link
from lib_daemon import PROGRAMS, clean_env, wait_for

HTTPD = os.environ.get("SVD_HTTPD", os.path.join(PROGRAMS, "svd-httpd"))
LATER = object()    # what answer() returns when the test replies itself


class FakeSvd:
    """Holds the listening sockets, as svd does, and one svd-httpd at a time."""

    def __init__(self, box, answer=None, username=None, password=None, args=()):
        self.box, self.args = box, list(args)
        os.makedirs(box + "/sanitizer", exist_ok=True)
        os.chmod(box + "/sanitizer", 0o1777)
        self.answer = answer or (lambda method, params: [method, params])
        self.auth = {}
        if username is not None:
            self.auth = {"username": username, "password": password}
        self.inet = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.unix = socket.socket(socket.AF_UNIX)
        self.path = box + "/httpd.sock"
        self.unix.bind(self.path)
        self.unix.listen(1024)
        self.port = self.inet.getsockname()[1]
        self.calls, self.gone, self.logs = [], [], []    # what came, in order
        self.heads = []    # of the calls
        self.process = self.link = self.thread = None
        self.lock = threading.Lock()
        self.listening = threading.Event()      # cleared: calls pile up on the other side
        self.listening.set()

    def start(self, **kwargs):
        """Start the next svd-httpd; kwargs are for Popen."""
        ours, theirs = socket.socketpair()
        with open(self.box + "/console", "ab") as console:
            self.process = subprocess.Popen(
                [HTTPD, "--link", str(theirs.fileno())] + self.args, cwd=self.box,
                env=clean_env(self.box), pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
                stdout=console, stderr=console, start_new_session=True, **kwargs)
        theirs.close()
        self.link = Link(ours)
        for number, (kind, sock) in enumerate((("inet", self.inet), ("unix", self.unix))):
            self.send("listen", fd=sock.fileno(), id=number, kind=kind, name=kind, **self.auth)
        self.thread = threading.Thread(target=self._serve, args=(self.link,), daemon=True)
        self.thread.start()
        return self

    def send(self, t, body=b"", fd=None, **head):
        with self.lock:
            self.link.send(dict(head, t=t), body, fd)

    def reply(self, number, value):
        """Answer the call of that number with a value or a Fault."""
        if isinstance(value, xmlrpc.client.Fault):
            self.send("reply", id=number, code=value.faultCode, text=value.faultString)
        elif isinstance(value, bytes):
            self.send("reply", id=number, body=value)
        else:
            self.send("reply", id=number, body=json.dumps(value).encode())

    def _serve(self, link):
        while True:
            self.listening.wait()
            try:
                head = link.receive(timeout=3600)
            except (EOFError, OSError):
                return
            body = head["body"]
            if head["t"] == "log":
                self.logs.append((head["level"], body.decode()))
            elif head["t"] == "gone":
                self.gone.append(head["id"])
            elif head["t"] == "call":
                params = json.loads(body.decode())
                self.heads.append(head)
                self.calls.append((head["id"], head["method"], params))
                value = self.answer(head["method"], params)
                if value is not LATER:
                    try:
                        self.reply(head["id"], value)
                    except OSError:
                        return

    def wait_calls(self, n):
        wait_for(lambda: len(self.calls) >= n, "%d calls have come" % n)

    def is_running(self):
        return self.process.poll() is None

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)
        self.hang_up()

    def hang_up(self):
        """Close our end of the link, as a dying svd does."""
        try:
            self.link.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.thread.join(30)
        self.link.close()

    def done(self):
        if self.process:
            ended = not self.is_running()
            self.hang_up()
            assert ended or self.process.wait(30) == 0
        self.inet.close()
        self.unix.close()

    def complaints(self):
        """What it wrote to its standard error, and sanitizers to their reports."""
        paths = [self.box + "/console"] + glob.glob(self.box + "/sanitizer/*")
        return "".join(open(path).read() for path in paths)

    # --- clients ---

    def tcp(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def proxy(self, user=""):
        return xmlrpc.client.ServerProxy("http://%s127.0.0.1:%d/RPC2" % (user, self.port))

    def unix_client(self):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(30)
        sock.connect(self.path)
        return sock

    # --- looking at the process ---

    def connections(self):
        """How many connections of clients over TCP it has open."""
        own = set()
        for fd in os.listdir("/proc/%d/fd" % self.process.pid):
            try:
                own.add(os.readlink("/proc/%d/fd/%s" % (self.process.pid, fd)))
            except FileNotFoundError:
                pass
        with open("/proc/net/tcp") as f:
            rows = [line.split() for line in f][1:]
        here = ":%04X" % self.port
        return sum(row[1].endswith(here) and row[3] != "0A" and "socket:[%s]" % row[9] in own
                   for row in rows)

    def is_sanitized(self):
        with open("/proc/%d/maps" % self.process.pid) as f:
            return "libasan" in f.read()

    def settle(self):
        """Wait until it sleeps, for longer than it waits before it looks after a client."""
        last = []
        wait_for(lambda: last.append(self.switches()) or last[-1:] == last[-60:-59],
                 "svd-httpd is quiet")

    def wakes_within(self, seconds):
        before = self.switches()
        time.sleep(seconds)
        return self.switches() - before

    def switches(self):
        """How often the process has slept and been woken."""
        with open("/proc/%d/status" % self.process.pid) as f:
            return sum(int(line.split()[1]) for line in f if "ctxt_switches" in line)


def call_text(method="m", params=()):
    return xmlrpc.client.dumps(tuple(params), method).encode()


def post_text(body, headers="", target="/RPC2", version="1.1"):
    """The bytes of a request."""
    return ("POST %s HTTP/%s\r\nHost: x\r\nContent-Length: %d\r\n%s\r\n" % (
        target, version, len(body), headers)).encode() + body
