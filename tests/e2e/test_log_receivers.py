"""svd-logd: lines for syslog servers elsewhere, for the journal, and for several files at once."""
import contextlib
import os
import re
import select
import socket
import struct
import subprocess
import time

import pytest

from lib_daemon import is_running, wait_for, wait_idle
from lib_logd import Syslog, check_lines, logds, pending, read, wait_for_bytes, writer

LOCAL3 = 19 << 3
MESSAGE = re.compile(
    rb"<(?P<pri>\d+)>1 (?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) (?P<host>\S+) (?P<app>\S+) "
    rb"(?P<pid>\S+) (?P<msgid>\S+) - (?P<text>.*)", re.DOTALL)


@pytest.fixture
def logd(box):
    with logds(box) as make:
        yield make


def parse(message):
    found = MESSAGE.fullmatch(message)
    assert found, message
    return found.groupdict()


class UdpServer:
    def __init__(self, port=0):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.sock.bind(("127.0.0.1", port))
        self.sock.settimeout(30)
        self.port = self.sock.getsockname()[1]
        self.url = "udp://127.0.0.1:%d" % self.port

    def receive(self):
        return parse(self.sock.recv(1 << 17))

    def close(self):
        self.sock.close()


class TcpServer:
    """Connections come and go, messages are counted octets."""

    def __init__(self, port=0):
        self.sock = socket.socket()
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.sock.bind(("127.0.0.1", port))
        self.sock.listen()
        self.sock.settimeout(30)
        self.port = self.sock.getsockname()[1]
        self.url = "tcp://127.0.0.1:%d" % self.port
        self.peer, self.data = None, b""

    def accept(self):
        self.peer = self.sock.accept()[0]
        self.peer.settimeout(30)
        self.data = b""

    def more(self):
        data = self.peer.recv(1 << 16)
        assert data, "the connection has ended"
        self.data += data

    def receive(self):
        if not self.peer:
            self.accept()
        while b" " not in self.data:
            self.more()
        count = int(self.data.split(b" ")[0])
        start = self.data.index(b" ") + 1
        while len(self.data) < start + count:
            self.more()
        message, self.data = self.data[start:start + count], self.data[start + count:]
        return parse(message)

    def connections_waiting(self):
        return bool(select.select([self.sock], [], [], 0)[0])

    def hang_up(self):
        self.peer.close()
        self.peer = None

    def close(self):
        if self.peer:
            self.peer.close()
        self.sock.close()


@pytest.fixture(params=[UdpServer, TcpServer], ids=["udp", "tcp"])
def server(request):
    with contextlib.closing(request.param()) as s:
        yield s


@pytest.fixture
def tcp():
    with contextlib.closing(TcpServer()) as s:
        yield s


@pytest.fixture
def udp():
    with contextlib.closing(UdpServer()) as s:
        yield s


def free_port(kind):
    """A port where nobody listens."""
    with contextlib.closing(kind()) as s:
        return s.port


# --- /dev/log ---

def test_facility_and_name_for_the_syslog_here(logd, box):
    syslog = Syslog(box + "/log")
    d = logd(env={"SVD_DEVLOG": syslog.path})
    _, out = d.open("", syslog={"tag": "cat", "facility": LOCAL3})
    os.write(out, b"a line\n")
    assert syslog.receive() == "<%d>supervisord: cat a line" % (LOCAL3 | 6)
    _, out = d.open("", syslog={"tag": "cat", "ident": "mine", "facility": LOCAL3})
    os.write(out, b"a line\n")
    assert syslog.receive() == "<%d>mine: a line" % (LOCAL3 | 6)
    syslog.close()


# --- elsewhere ---

def test_a_line_is_a_message_of_rfc_5424(logd, box, server):
    d, path = logd(), box + "/beside.log"
    fields = {"name": "cat", "pid": 4711, "syslog": {"tag": "cat", "server": server.url,
                                                    "facility": LOCAL3}}
    number, out = d.open(path, **fields)
    os.write(out, b"one\n\ntw\xff\0o\nthree")
    first = server.receive()
    assert abs(time.time() - time.mktime(time.strptime(
        first.pop("time").decode()[:19], "%Y-%m-%dT%H:%M:%S")) + time.timezone) < 600
    assert first == {"pri": b"158", "host": socket.gethostname().encode(), "app": b"cat",
                     "pid": b"4711", "msgid": b"stdout", "text": b"one"}
    assert [server.receive()["text"] for _ in range(2)] == [b"", b"tw\xff\0o"]
    d.close(number)
    assert server.receive()["text"] == b"three"
    assert read(path) == b"one\n\ntw\xff\0o\nthree"


def test_stderr_is_a_warning(logd, server):
    d = logd()
    out = d.open("", channel="stderr", syslog={"tag": "cat", "server": server.url})[1]
    os.write(out, b"oh\n")
    found = server.receive()
    assert found["pri"] == b"12" and found["msgid"] == b"stderr" and found["pid"] == b"-"


def test_a_name_of_ones_own_is_that_of_the_application(logd, server):
    d = logd()
    out = d.open("", syslog={"tag": "", "ident": "my app", "server": server.url})[1]
    os.write(out, b"oh\n")
    assert server.receive()["app"] == b"my_app"


def test_channels_of_one_server_share_a_connection(logd, tcp):
    d = logd()
    outs = [d.open("", name=str(i), syslog={"tag": str(i), "server": tcp.url})[1]
            for i in range(20)]
    for i, out in enumerate(outs):
        os.write(out, b"line of %d\n" % i)
    found = [tcp.receive() for _ in outs]
    assert sorted((m["app"], m["text"]) for m in found) == sorted(
        (b"%d" % i, b"line of %d" % i) for i in range(20))
    assert not tcp.connections_waiting()


def test_two_servers_get_their_own(logd, tcp, udp):
    d = logd()
    for s in (tcp, udp):
        os.write(d.open("", syslog={"tag": "x", "server": s.url})[1], s.url.encode() + b"\n")
    assert tcp.receive()["text"] == tcp.url.encode()
    assert udp.receive()["text"] == udp.url.encode()


def test_a_name_is_looked_up(logd, server):
    d = logd()
    url = server.url.replace("127.0.0.1", "localhost")
    out = d.open("", syslog={"tag": "x", "server": url})[1]
    os.write(out, b"found\n")
    assert server.receive()["text"] == b"found"


def test_a_name_that_is_none_is_said_and_holds_up_nobody(logd, box):
    d, path = logd(), box + "/beside.log"
    url = "tcp://no-such-host.invalid:601"
    out = d.open(path, syslog={"tag": "x", "server": url})[1]
    os.write(out, b"a line\n")
    wait_for_bytes(path, b"a line\n")
    assert d.expect("trouble", path=url)["text"].startswith("cannot send to the server: ")


def test_a_long_line_is_cut_for_a_datagram_and_whole_on_tcp(logd, udp, tcp):
    d, line = logd(), b"x" * 20000
    for s in (udp, tcp):
        out = d.open("", syslog={"tag": "x", "server": s.url})[1]
        os.write(out, line + b"\n")
    assert tcp.receive()["text"] == line
    found = udp.sock.recv(1 << 17)
    assert len(found) == 8192 and line.startswith(parse(found)["text"])
    assert "1 lines were cut" in d.expect("trouble", path=udp.url)["text"]


def test_without_anything_to_send_nothing_is_done(logd, tcp):
    d = logd()
    number, _ = d.open("", syslog={"tag": "x", "server": tcp.url})
    d.sync()
    wait_idle(d.process.pid)
    assert not tcp.connections_waiting()
    out = d.open("", syslog={"tag": "x", "server": tcp.url})[1]
    os.write(out, b"now\n")
    assert tcp.receive()["text"] == b"now"
    tcp.hang_up()
    wait_idle(d.process.pid)
    assert not tcp.connections_waiting()
    d.close(number)


# --- a server that is away ---

def test_lines_wait_for_a_server_that_comes(logd, box):
    d, port = logd(), free_port(TcpServer)
    url, path = "tcp://127.0.0.1:%d" % port, box + "/beside.log"
    out = d.open(path, syslog={"tag": "x", "server": url})[1]
    os.write(out, b"one\ntwo\n")
    assert d.expect("trouble", path=url)["text"] == "cannot send to the server: Connection refused"
    wait_for_bytes(path, b"one\ntwo\n")
    with contextlib.closing(TcpServer(port)) as s:
        assert [s.receive()["text"] for _ in range(2)] == [b"one", b"two"]
        assert d.expect("healed", path=url)["lost"] == 0


def test_a_connection_that_breaks_is_made_again(logd, tcp):
    d = logd()
    out = d.open("", syslog={"tag": "x", "server": tcp.url})[1]
    for i in range(3):
        os.write(out, b"%d\n" % i)
        assert tcp.receive()["text"] == b"%d" % i
        tcp.hang_up()
        wait_idle(d.process.pid)    # it has seen that


def test_a_server_that_hangs_costs_counted_lines_and_no_more(logd, box, tcp):
    """30 MB for a server that accepts and does not read."""
    d, path, line = logd(), box + "/beside.log", b"x" * 999 + b"\n"
    number, out = d.open(path, syslog={"tag": "x", "server": tcp.url})
    for _ in range(300):
        os.write(out, line * 100)
    wait_for(lambda: pending(out) == 0, "all is read")
    assert os.path.getsize(path) == 30000 * 1000
    said = d.expect("trouble", path=tcp.url)
    assert said["text"] == "cannot send to the server: it does not keep up"
    d.close(number)
    tcp.accept()
    got = 0
    while not any(f["t"] == "healed" for f in d.news):
        while select.select([tcp.peer], [], [], 0.05)[0]:
            got += tcp.receive()["text"] == line[:-1]
        frame = d.receive(0.01)
        if frame:
            d.news.append(frame)
    while tcp.data or select.select([tcp.peer], [], [], 0.2)[0]:
        got += tcp.receive()["text"] == line[:-1]
    lost = d.expect("healed", path=tcp.url)["lost"]
    size = len("1048 <14>1 2001-09-09T01:46:40.250000Z %s x - stdout - " %
               socket.gethostname()) + 999
    assert got * size + lost == 30000 * size and got > 1000


def test_a_refused_datagram_is_said(logd):
    d, port = logd(), free_port(UdpServer)
    url = "udp://127.0.0.1:%d" % port
    out = d.open("", syslog={"tag": "x", "server": url})[1]

    def refused():
        os.write(out, b"hello\n")
        d.sync()
        return any(f["t"] == "trouble" for f in d.news)
    wait_for(refused, "a refusal")
    assert "Connection refused" in d.expect("trouble", path=url)["text"]
    with contextlib.closing(UdpServer(port)) as s:
        os.write(out, b"there\n")
        while s.receive()["text"] != b"there":
            pass


def test_the_last_lines_reach_a_server(logd, server):
    d = logd()
    out = d.open("", syslog={"tag": "x", "server": server.url})[1]
    os.write(out, b"".join(b"%d\n" % i for i in range(500)))
    d.send("quit")
    assert [server.receive()["text"] for _ in range(500)] == [b"%d" % i for i in range(500)]
    d.wait()


def test_servers_change_for_an_open_channel(logd, udp, tcp):
    d = logd()
    number, out = d.open("", name="cat", pid=5, syslog={"tag": "x", "server": udp.url})
    os.write(out, b"one\n")
    assert udp.receive()["text"] == b"one"
    d.send("change", ch=number, syslog={"tag": "x", "server": tcp.url})
    d.sync()
    os.write(out, b"two\n")
    found = tcp.receive()
    assert found["text"] == b"two" and found["pid"] == b"5" and found["msgid"] == b"stdout"
    d.send("change", ch=number)
    d.sync()
    os.write(out, b"three\n")
    wait_for(lambda: pending(out) == 0, "it is read")
    d.close(number)


# --- the journal ---

def a_field(data):
    """The first of the fields in the journal's own protocol. Returns name, value, rest."""
    head, _, rest = data.partition(b"\n")
    name, equals, value = head.partition(b"=")
    if not equals:
        size = struct.unpack("<Q", rest[:8])[0]
        value, rest = rest[8:8 + size], rest[9 + size:]
    return name.decode(), value, rest


class Journald:
    """Listens in the place of systemd-journald."""

    def __init__(self, directory):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(directory + "/socket")
        self.sock.settimeout(30)

    def receive(self):
        data, fds, _, _ = socket.recv_fds(self.sock, 1 << 20, 1)
        if fds:     # too large for a datagram: in a file
            with open(fds[0], "rb") as f:
                f.seek(0)
                data = f.read()
        fields = {}
        while data:
            name, fields[name], data = a_field(data)
        return fields

    def close(self):
        self.sock.close()


@pytest.fixture
def journal_dir(box):
    os.makedirs(box + "/journal")
    return box + "/journal"


@pytest.fixture
def journald(journal_dir):
    with contextlib.closing(Journald(journal_dir)) as j:
        yield j


@pytest.fixture
def journalling(logd, journal_dir):
    """A svd-logd to whom this directory is that of the journal's socket."""
    script = ("mount -t tmpfs none /run && mkdir -p /run/systemd/journal && "
              "mount --bind %s /run/systemd/journal && exec \"$@\"" % journal_dir)
    user = [] if os.geteuid() == 0 else ["-r"]
    d = logd(command=["unshare", "-m"] + user + ["sh", "-c", script, "-"])
    yield d
    helpers = helpers_of(d.process.pid) if d.process.poll() is None else []
    d.process.kill()
    d.process.wait()
    wait_for(lambda: not any(map(is_running, helpers)), "its helper has gone too")


def helpers_of(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        found = f.read().split()
    for task in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/children" % (pid, task)) as f:
            found += f.read().split()
    return sorted({int(each) for each in found})


def test_the_journal_gets_lines_with_their_fields(journalling, journald, box):
    d, path = journalling, box + "/beside.log"
    _, out = d.open(path, name="cat", group="pets", pid=42, journal=True)
    os.write(out, b"one\n")
    found = journald.receive()
    assert {k: v for k, v in found.items() if not k.startswith(("CODE_", "_"))} == {
        "MESSAGE": b"one", "PRIORITY": b"6", "SYSLOG_IDENTIFIER": b"cat", "SVD_PROGRAM": b"cat",
        "SVD_GROUP": b"pets", "SVD_CHANNEL": b"stdout", "SVD_PID": b"42", "OBJECT_PID": b"42"}
    os.write(out, b"bin\0ary\xff\n\n" + b"x" * 60000 + b"\n")
    assert [journald.receive()["MESSAGE"] for _ in range(3)] == [
        b"bin\0ary\xff", b"", b"x" * 60000]
    _, out = d.open("", channel="stderr", journal=True, syslog={"tag": "", "ident": "mine"})
    os.write(out, b"oh\n")
    found = journald.receive()
    assert found["PRIORITY"] == b"4" and found["SYSLOG_IDENTIFIER"] == b"mine"
    assert len(helpers_of(d.process.pid)) == 1


def test_a_journald_that_hangs_holds_up_nobody(journalling, journald, box):
    d, path, line = journalling, box + "/beside.log", b"x" * 999 + b"\n"
    number, out = d.open(path, journal=True)
    for _ in range(300):
        os.write(out, line * 100)
    wait_for(lambda: pending(out) == 0, "all is read")
    assert os.path.getsize(path) == 30000 * 1000
    said = d.expect("trouble", path="journal")
    assert said["text"] == "cannot send to the journal: journald does not keep up"
    assert said["lost"] > 0
    helper, = helpers_of(d.process.pid)
    d.close(number)
    d.quit()
    wait_for(lambda: not is_running(helper), "the helper has gone too")


def test_without_a_journal_it_is_said(journalling):
    d = journalling
    os.write(d.open("", journal=True)[1], b"a line\n")
    said = d.expect("trouble", path="journal")
    assert said["text"] == "cannot send to the journal: there is none on this machine"
    assert said["lost"] > 0


def test_a_helper_that_dies_has_a_successor_that_reads_on(journalling, journald):
    d = journalling
    out = d.open("", journal=True)[1]
    os.write(out, b"0\n")
    assert journald.receive()["MESSAGE"] == b"0"
    helper, = helpers_of(d.process.pid)
    os.kill(helper, 9)
    wait_for(lambda: not os.path.exists("/proc/%d" % helper), "it is reaped")
    os.write(out, b"1\n2\n")
    assert [journald.receive()["MESSAGE"] for _ in range(2)] == [b"1", b"2"]
    assert "has ended" in d.expect("trouble", path="journal")["text"]
    d.expect("healed", path="journal")


def test_the_last_lines_reach_the_journal(journalling, journald):
    d = journalling
    out = d.open("", journal=True)[1]
    os.write(out, b"".join(b"%d\n" % i for i in range(500)))
    d.send("quit")
    assert [journald.receive()["MESSAGE"] for _ in range(500)] == [b"%d" % i for i in range(500)]
    d.wait()


# --- several files ---

def test_a_copy_has_every_line(logd, box):
    d, paths = logd(), [box + "/%s.log" % name for name in "abc"]
    number, out = d.open(paths[0], also=paths[1:], maxbytes=100000, backups=100)
    w = writer(out, "w", 5000)
    os.close(out)
    assert w.wait() == 0
    d.close(number)
    d.quit()
    for path in paths[1:]:
        check_lines(read(path), {"w": 5000})
        assert not os.path.exists(path + ".1")
    assert os.path.exists(paths[0] + ".1")


def test_a_copy_is_of_what_goes_to_the_file(logd, box):
    d, paths = logd(), [box + "/main.log", box + "/copy.log"]
    number, out = d.open(paths[0], also=paths[1:], strip=True)
    for i in range(1000):
        os.write(out, b"\x1b[1mline %d\x1b[m\n" % i)
    d.close(number)
    d.quit()
    text = read(paths[1])
    assert text == read(paths[0]) and text.count(b"\n") == 1000 and b"\x1b" not in text


def test_copies_of_several_channels_share_a_file_in_whole_lines(logd, box):
    d, all_of_them = logd(), box + "/all.log"
    writers = []
    for name in "abcd":
        _, out = d.open("%s/%s.log" % (box, name), also=[all_of_them])
        writers.append(writer(out, name, 1000))
        os.close(out)
    assert [w.wait() for w in writers] == [0] * 4
    d.quit()
    lines = read(all_of_them).split(b"\n")
    for name in "abcd":
        own = b"".join(line + b"\n" for line in lines if line.startswith(name.encode() + b" "))
        assert own == read("%s/%s.log" % (box, name))
    assert len(lines) == 4001


def test_a_copy_may_be_the_log_of_another_and_keeps_its_rules(logd, box):
    d, shared = logd(), box + "/shared.log"
    first, out1 = d.open(shared, maxbytes=1000, backups=9)
    second, out2 = d.open(box + "/own.log", also=[shared])
    for _ in range(30):
        os.write(out1, b"x" * 49 + b"\n")
        os.write(out2, b"y" * 49 + b"\n")
    wait_for(lambda: os.path.exists(shared + ".2"), "it is rotated")
    d.close(first)
    d.close(second)


def test_a_reader_that_is_not_there_costs_the_copy_alone(logd, box):
    d, path = logd(), box + "/main.log"
    os.mkfifo(box + "/fifo")
    number, out = d.open(path, also=[box + "/fifo"])
    os.write(out, b"one\n")
    wait_for_bytes(path, b"one\n")
    assert "cannot open" in d.expect("trouble", path=box + "/fifo")["text"]
    d.close(number)


def test_a_reader_that_stops_loses_whole_lines_and_holds_up_nobody(logd, box):
    d, path = logd(), box + "/main.log"
    os.mkfifo(box + "/fifo")
    reader = os.open(box + "/fifo", os.O_RDONLY | os.O_NONBLOCK)
    number, out = d.open(path, also=[box + "/fifo", box + "/copy.log"])
    w = writer(out, "w", 60000)
    assert w.wait() == 0
    wait_for(lambda: pending(out) == 0, "all is read")
    check_lines(read(path), {"w": 60000})
    d.expect("trouble", path=box + "/fifo")
    found = b""

    def drain():
        nonlocal found
        while select.select([reader], [], [], 0)[0]:
            found += os.read(reader, 1 << 16)
        os.write(out, b"again\n")
        return b"again\n" in found
    wait_for(drain, "it goes on")
    d.close(number)
    os.close(out)
    lines = found.rpartition(b"\n")[0].split(b"\n")
    whole = set(read(path).split(b"\n"))
    torn = [line for line in lines if line not in whole]    # before a gap
    assert len(lines) < 60000 and len(torn) < 100
    assert all(any(line.startswith(each) for line in whole) for each in torn), torn
    wait_for(lambda: read(box + "/copy.log") == read(path), "the other copy is whole")
    os.close(reader)


def test_copies_on_standard_output_and_in_what_cannot_be_opened(logd, box):
    with open(box + "/stdout", "wb") as stdout:
        d = logd(stdout=stdout)
    number, out = d.open(box + "/main.log", also=["/dev/stdout", box + "/no/such/dir.log"])
    os.write(out, b"a line\n")
    wait_for_bytes(box + "/stdout", b"a line\n")
    d.expect("trouble", path=box + "/no/such/dir.log")
    assert read(box + "/main.log") == b"a line\n"
    d.close(number)


def test_copies_come_and_go_while_it_runs(logd, box):
    d, paths = logd(), [box + "/%s.log" % name for name in "abc"]
    number, out = d.open(paths[0], also=[paths[1]])
    os.write(out, b"1\n")
    wait_for_bytes(paths[1], b"1\n")
    d.send("change", ch=number, also=[paths[2]])
    d.sync()
    os.write(out, b"2\n")
    wait_for_bytes(paths[2], b"2\n")
    d.send("change", ch=number)
    d.sync()
    os.write(out, b"3\n")
    wait_for_bytes(paths[0], b"1\n2\n3\n")
    d.close(number)
    d.quit()
    assert [read(path) for path in paths] == [b"1\n2\n3\n", b"1\n", b"2\n"]


def test_ends_of_channels_leave_no_descriptor(logd, box, tcp):
    d = logd()

    def one():
        number, out = d.open(box + "/a.log", also=[box + "/b.log", box + "/c.log"],
                             syslog={"tag": "x", "server": tcp.url})
        os.write(out, b"a line\n")
        os.close(out)
        tcp.receive()
        d.close(number)

    def count():
        return len(os.listdir("/proc/%d/fd" % d.process.pid))
    one()
    before = count()
    for _ in range(20):
        one()
    wait_for(lambda: count() <= before, "%d descriptors, not %d" % (before, count()))
