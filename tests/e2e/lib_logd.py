"""lib_logd.py - be svd for a svd-logd: open channels, keep their pipe ends, hand them on."""
import array
import contextlib
import fcntl
import glob
import os
import re
import select
import signal
import socket
import subprocess
import sys
import termios

import frames
from lib_daemon import PROGRAMS, clean_env, wait_for

LOGD = os.environ.get("LOGD", os.path.join(PROGRAMS, "svd-logd"))

# Writes numbered lines "NAME NUMBER xxx...\n", of up to LENGTH bytes, in pieces of odd sizes.
WRITER = """
import os, random, sys
name, count, length, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
rnd = random.Random(seed + name)
data = b""
def out(n):
    global data
    pieces = 0
    while len(data) >= n and data and pieces < 50:
        data = data[os.write(1, data[:n]):]
        pieces += 1
for i in range(count):
    fill = rnd.choice("abcdefgh") * rnd.randrange(length)
    data += ("%s %d %d %s\\n" % (name, i, len(fill), fill)).encode()
    out(rnd.choice((1, 100, 4096, 10000, 65536)))
while data:
    data = data[os.write(1, data):]
"""


class Logd:
    """One svd-logd after the other, and what svd remembers for them."""

    def __init__(self, box, command=(), stdout=None, env=()):
        self.box, self.command, self.stdout, self.env = box, list(command), stdout, dict(env)
        self.channels = {}      # number -> (head of its `open`, read end)
        self.kept = {}          # what it has asked to keep for its successor: name -> descriptor
        self.news = []          # frames that nobody has waited for
        self.process = self.link = None
        os.makedirs(box + "/sanitizer", exist_ok=True)
        self.start()

    def start(self):
        ours, theirs = socket.socketpair()
        with open(self.box + "/console", "ab") as console:
            self.process = subprocess.Popen(
                self.command + [LOGD, "--link", str(theirs.fileno())], cwd=self.box,
                env=dict(clean_env(self.box), **self.env), stdin=subprocess.DEVNULL,
                stdout=self.stdout or console, stderr=console, pass_fds=[theirs.fileno()])
        theirs.close()
        self.link = frames.Link(ours)
        for name, fd in self.kept.items():
            self.link.send({"t": "keep", "name": name}, fd=fd)
        for head, fd in self.channels.values():
            self.link.send(head, fd=fd)
        self.link.send({"t": "begin"})

    def receive(self, timeout=30):
        """The next frame that is for us; None when there is none in time."""
        while True:
            frame = self.link.receive(timeout)
            if not frame or frame["t"] != "keep":
                return frame
            if frame["name"] in self.kept:
                os.close(self.kept[frame["name"]])
            self.kept[frame["name"]] = frame["fd"]

    def read_rest(self):
        """What it had sent before it died: it may have used what it asked us to keep."""
        try:
            while True:
                frame = self.receive()
                assert frame, "a dead svd-logd that holds its link"
                self.news.append(frame)
        except EOFError:
            pass

    def kill(self):
        """kill -9, and a successor that gets the pipe ends."""
        self.process.kill()
        self.process.wait()
        self.read_rest()
        self.link.close()
        self.start()

    @contextlib.contextmanager
    def stopped(self):
        """What is written meanwhile comes at the same time, however slow we are."""
        process = self.process
        process.send_signal(signal.SIGSTOP)
        yield
        process.send_signal(signal.SIGCONT)

    # --- channels ---

    def open(self, path, read_end=None, **fields):
        """A new channel. Returns its number and, unless read_end is given, the write end."""
        write_end = None
        if read_end is None:
            read_end, write_end = os.pipe()
        number = 1 + max(self.channels, default=0)
        head = {"t": "open", "ch": number, "group": "test", "name": str(number),
                "channel": "stdout", "path": path, "maxbytes": 0, "backups": 0, "mode": 0o644}
        head.update(fields)
        self.channels[number] = head, read_end
        self.link.send(head, fd=read_end)
        return (number, write_end) if write_end is not None else number

    def send(self, kind, **fields):
        self.link.send(dict(fields, t=kind))

    def expect(self, kind, timeout=30, **fields):
        """Wait for the next frame of a type, with these members."""
        wanted = dict(fields, t=kind).items()
        while True:
            for frame in self.news:
                if wanted <= dict(frame, body=None).items():
                    self.news.remove(frame)
                    return frame
            frame = self.receive(timeout)
            assert frame, "no frame %s %s" % (kind, fields)
            self.news.append(frame)

    def forget(self, number):
        os.close(self.channels.pop(number)[1])

    def close(self, number):
        """End a channel as svd does, and wait until it is done."""
        self.send("close", ch=number)
        self.expect("closed", ch=number)
        self.forget(number)

    def sync(self):
        """When this is over, svd-logd has handled all that was sent to it before."""
        self.send("close", ch=0)
        self.expect("closed", ch=0)

    # --- the end ---

    def wait(self, timeout=60):
        status = self.process.wait(timeout)
        assert status == 0, self.console()

    def quit(self):
        self.send("quit")
        self.wait()

    def console(self):
        with open(self.box + "/console") as f:
            return f.read()

    def cleanup(self):
        """After a test, however it went. Nothing of what it started is left behind."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.link.close()
        for number in list(self.channels):
            self.forget(number)
        while self.kept:
            os.close(self.kept.popitem()[1])
        for path in glob.glob(self.box + "/sanitizer/*"):
            with open(path) as report:
                raise AssertionError(report.read())

    # --- looking at it ---

    def status(self, key):
        with open("/proc/%d/status" % self.process.pid) as f:
            for line in f:
                if line.startswith(key + ":"):
                    return int(line.split()[1])
        raise KeyError(key)

    def is_sanitized(self):
        with open("/proc/%d/maps" % self.process.pid) as f:
            return "libasan" in f.read()


@contextlib.contextmanager
def logds(box):
    """A function that makes Logds, which are ended afterwards."""
    made = []

    def make(**kwargs):
        made.append(Logd(box, **kwargs))
        return made[-1]

    try:
        yield make
    finally:
        for each in made:
            each.cleanup()


class Syslog:
    """Listens in the place of the machine's syslog."""

    def __init__(self, path):
        self.path = path
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(path)
        self.sock.settimeout(30)

    def receive(self):
        """The next message, without its time: "<14>supervisord: text"."""
        message = self.sock.recv(1 << 20).decode(errors="backslashreplace")
        found = re.match(r"(<\d+>)[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (.*)$", message, re.DOTALL)
        assert found, message
        return found.group(1) + found.group(2)

    def is_empty(self):
        return not select.select([self.sock], [], [], 0)[0]

    def close(self):
        """Go away, as a syslog that is stopped."""
        self.sock.close()
        os.unlink(self.path)


def writer(stdout, name, count, length=200, seed=""):
    """A process that writes lines; see WRITER."""
    return subprocess.Popen([sys.executable, "-c", WRITER, name, str(count), str(length), seed],
                            stdin=subprocess.DEVNULL, stdout=stdout)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def contents(path):
    """A log with its old files, the oldest first, as a list of their contents."""
    numbers = sorted((int(name.rpartition(".")[2]) for name in glob.glob(path + ".*")),
                     reverse=True)
    return [read("%s.%d" % (path, n)) for n in numbers] + [read(path)]


def check_lines(text, counts):
    """Every line of the writers is there once, whole, and in the order of its writer."""
    assert text.endswith(b"\n")
    following = dict.fromkeys(counts, 0)
    for line in text[:-1].split(b"\n"):
        fields = line.split(b" ")
        assert len(fields) == 4, "a torn line: %r" % line[:200]
        name, number = fields[0].decode(), int(fields[1])
        assert number == following[name], "%s: %d after %d" % (name, number, following[name] - 1)
        assert len(fields[3]) == int(fields[2]) and len(set(fields[3])) <= 1, \
            "a torn line: %r" % line[:200]
        following[name] += 1
    assert following == counts


def wait_for_bytes(path, wanted):
    """Wait until the file is exactly that."""
    def there():
        return os.path.exists(path) and read(path) == wanted
    try:
        wait_for(there, "the text in " + path)
    except AssertionError:
        found = read(path)[-500:] if os.path.exists(path) else None
        raise AssertionError("%s ends with %r" % (path, found)) from None


def pending(fd):
    """Bytes in a pipe."""
    count = array.array("i", [0])
    fcntl.ioctl(fd, termios.FIONREAD, count)
    return count[0]


def fill(fd):
    """Write to a pipe, without waiting, as much as it takes. Returns the number of bytes."""
    os.set_blocking(fd, False)
    total = 0
    try:
        while True:
            total += os.write(fd, b"x" * 4095 + b"\n")
    except BlockingIOError:
        return total


def send_signal_to_all(process, signals):
    for each in signals:
        os.kill(process.pid, getattr(signal, each))
