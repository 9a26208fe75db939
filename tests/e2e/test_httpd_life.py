"""How svd-httpd lives and ends: on demand, with svd, by violence. svd is lib_httpd.FakeSvd."""
import os
import resource
import signal
import subprocess
import threading
import time

import pytest

from lib_daemon import is_running, wait_for
from lib_httpd import HTTPD, LATER, FakeSvd, call_text, post_text


@pytest.fixture
def svd(box):
    """svd(...) makes a FakeSvd without a running svd-httpd."""
    made = []

    def make(*args, **kwargs):
        made.append(FakeSvd(box, *args, **kwargs))
        return made[-1]

    yield make
    for each in made:
        each.done()
        assert each.complaints() == ""


class Knocker(threading.Thread):
    """A client that connects and asks, on and on."""

    def __init__(self, svd, pause=0.0):
        super().__init__()
        self.svd, self.pause = svd, pause
        self.refused, self.broken, self.answered = [], 0, 0
        self.over = threading.Event()

    def run(self):
        while not self.over.is_set():
            try:
                sock = self.svd.unix_client() if self.answered % 2 else self.svd.tcp()
            except OSError as e:
                self.refused.append(e)
                continue
            try:
                sock.sendall(post_text(call_text()))
                if b"200 OK" in sock.recv(65536):
                    self.answered += 1
                else:
                    self.broken += 1
            except ConnectionError:
                self.broken += 1
            sock.close()
            if self.pause:
                time.sleep(self.pause)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *args):
        self.over.set()
        self.join(60)
        assert not self.is_alive() and self.refused == []


# --- successors ---

def test_no_connect_is_refused_while_it_is_killed_and_started(svd):
    fake = svd()
    with Knocker(fake) as knocker:
        for _ in range(100):
            fake.start()
            before = knocker.answered
            wait_for(lambda: knocker.answered > before, "the next one answers")
            fake.kill()
        fake.start()
        before = knocker.answered
        wait_for(lambda: knocker.answered > before + 10, "the last one answers")
    assert knocker.broken <= 100    # those that it was talking to when it was killed


def test_who_connects_while_none_runs_is_answered_by_the_next(svd):
    fake = svd()
    fake.start().kill()
    clients = [fake.tcp() for _ in range(10)] + [fake.unix_client() for _ in range(10)]
    for client in clients:
        client.sendall(post_text(call_text()))
    fake.start()
    for client in clients:
        assert client.recv(65536).startswith(b"HTTP/1.1 200 OK")
        client.close()


def test_it_ends_when_nobody_comes_and_its_successor_loses_nobody(svd):
    fake = svd(args=["--idle", "0.05"])
    with Knocker(fake, pause=0.05) as knocker:
        for _ in range(50):
            fake.start()
            assert fake.process.wait(30) == 0
            fake.hang_up()
        fake.start()
        before = knocker.answered
        wait_for(lambda: knocker.answered > before or not fake.is_running(), "one more")
        knocker.over.set()
        while knocker.is_alive():
            if not fake.is_running():
                fake.hang_up()
                fake.start()
            knocker.join(0.01)
    assert knocker.broken == 0 and knocker.answered > 10


def test_it_does_not_end_while_a_connection_is_open(svd):
    fake = svd(lambda method, params: LATER, args=["--idle", "0.2"]).start()
    client = fake.tcp()
    wait_for(lambda: fake.connections() == 1, "the connection is accepted")
    with pytest.raises(subprocess.TimeoutExpired):
        fake.process.wait(1)
    client.close()
    assert fake.process.wait(30) == 0


def test_who_follows_a_log_is_a_client(svd):
    """It stays as long as the stream, asks svd now and then, and leaves afterwards."""
    fake = svd(lambda method, params: LATER, args=["--idle", "0.2"]).start()

    def reopen():
        with open(fake.box + "/log", "rb") as f:
            fake.send("reply", b"true", fd=f.fileno(), id=fake.calls[-1][0])

    with open(fake.box + "/log", "w") as f:
        f.write("one\n")
    with fake.tcp() as client:
        client.sendall(b"GET /mainlogtail HTTP/1.0\r\n\r\n")
        for times in range(1, 4):
            fake.wait_calls(times)
            assert fake.calls[-1][1:] == ("openLog", [])
            reopen()
        data = b""
        while not data.endswith(b"one\n"):
            data += client.recv(65536)
        assert data.count(b"one\n") == 1
    wait_for(lambda: not fake.is_running(), "it has left")


def test_idle_0_means_never(svd):
    fake = svd(args=["--idle", "0"]).start()
    assert fake.proxy().m() == ["m", []]
    wait_for(lambda: fake.connections() == 0, "the connection is closed")
    fake.settle()
    assert fake.wakes_within(1) == 0


# --- the end ---

def test_it_ends_at_once_with_svd(svd):
    fake = svd(lambda method, params: LATER).start()
    clients = [fake.tcp(), fake.unix_client(), fake.tcp()]
    clients[0].sendall(post_text(call_text()))
    clients[1].sendall(post_text(call_text())[:-1])
    fake.wait_calls(1)
    fake.hang_up()
    assert fake.process.wait(5) == 0
    for client in clients:
        client.close()


def test_quit_answers_what_is_under_way(svd):
    fake = svd(lambda method, params: LATER).start()
    client, silent = fake.tcp(), fake.tcp()
    client.sendall(post_text(call_text()))
    fake.wait_calls(1)
    fake.send("quit")
    fake.settle()
    fake.reply(fake.calls[0][0], "last words")
    assert b"last words" in client.recv(65536)
    assert fake.process.wait(5) == 0
    client.close()
    silent.close()


def test_quit_waits_for_no_more_than_a_second(svd):
    fake = svd(lambda method, params: LATER).start()
    client = fake.tcp()
    client.sendall(post_text(call_text()))
    fake.wait_calls(1)
    start = time.monotonic()
    fake.send("quit")
    fake.send("quit")
    assert fake.process.wait(30) == 0
    assert time.monotonic() - start > 0.9
    client.close()


def test_signals_to_the_whole_session_do_not_end_it(svd):
    fake = svd().start()
    assert fake.proxy().m() == ["m", []]
    for signo in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        os.killpg(fake.process.pid, signo)
    assert fake.proxy().m() == ["m", []]


def test_a_link_that_speaks_nonsense_ends_it(svd):
    fake = svd().start()
    fake.link.sock.sendall(b"\xff" * 100)
    assert fake.process.wait(5) == 0


@pytest.mark.parametrize("args", [[], ["--link", "x"], ["--link", "1"], ["--link", "3", "more"],
                                  ["--link", "3", "--idle", "-1"], ["--unheard"]])
def test_who_starts_it_by_hand_is_told(args):
    result = subprocess.run([HTTPD] + args, stderr=subprocess.PIPE, timeout=30)
    assert result.returncode == 2 and b"started by svd" in result.stderr


def test_it_tells_its_version():
    result = subprocess.run([HTTPD, "--version"], stdout=subprocess.PIPE, timeout=30)
    assert result.returncode == 0 and result.stdout.count(b".") == 2


# --- rights and ceilings ---

@pytest.mark.root_only
def test_it_has_no_rights(svd):
    fake = svd().start()
    assert fake.proxy().m() == ["m", []]
    with open("/proc/%d/status" % fake.process.pid) as f:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in f)
    assert set(status["Uid"].split()) == {"65534"} and set(status["Gid"].split()) == {"65534"}
    assert status["Groups"].split() == ["65534"]
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0
    assert status["NoNewPrivs"] == "1"


def test_it_keeps_no_descriptors_of_its_clients(svd):
    fake = svd().start()
    assert fake.proxy().m() == ["m", []]
    wait_for(lambda: fake.connections() == 0, "the connection is closed")
    before = len(os.listdir("/proc/%d/fd" % fake.process.pid))
    for _ in range(50):
        assert fake.proxy().m() == ["m", []]
    wait_for(lambda: fake.connections() == 0, "the connections are closed")
    assert len(os.listdir("/proc/%d/fd" % fake.process.pid)) == before


def test_more_clients_than_it_can_serve_wait_for_their_turn(svd):
    fake = svd().start(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (172, 172)))
    clients = [fake.tcp() for _ in range(9)]    # a twelfth of what 74 others leave is 8
    for client in clients:
        client.sendall(post_text(call_text()))
    for client in clients[:8]:
        assert b"200 OK" in client.recv(65536)
    fake.settle()
    assert fake.wakes_within(0.5) == 0 and fake.connections() == 8
    other = fake.unix_client()      # the other server is not concerned
    other.sendall(post_text(call_text()))
    assert b"200 OK" in other.recv(65536)
    clients[0].close()
    assert b"200 OK" in clients[8].recv(65536)
    for client in clients[1:] + [other]:
        client.close()


def test_when_svd_takes_no_more_calls_clients_are_told(svd):
    fake = svd(args=["--patience", "30"]).start()
    fake.listening.clear()
    body = post_text(call_text("m", ["x" * 4_000_000]))
    answers, threads = [], []

    def ask():
        with fake.tcp() as client:
            client.settimeout(60)
            client.sendall(body)
            answers.append(client.recv(65536))

    for _ in range(20):     # of 4 MB each, for a queue of 64 MiB
        threads.append(threading.Thread(target=ask))
        threads[-1].start()
    wait_for(lambda: any(b" 503 " in answer for answer in answers), "somebody is told")
    fake.listening.set()
    for thread in threads:
        thread.join(60)
    told = sum(b" 503 " in answer for answer in answers)
    assert 1 <= told <= 5 and sum(b" 200 " in answer for answer in answers) == 20 - told


def test_a_method_name_that_fits_no_frame_is_too_large(svd):
    fake = svd().start()
    with fake.tcp() as client:
        client.sendall(post_text(call_text("m" * 70000)))
        assert b" 413 " in client.recv(65536)
    assert is_running(fake.process.pid)


def test_memory_of_large_messages_is_given_back(svd):
    fake = svd(lambda method, params: [{"k%d" % i: i for i in range(20)}] * 2000).start()
    def rss():
        with open("/proc/%d/status" % fake.process.pid) as f:
            return [int(line.split()[1]) for line in f if line.startswith("VmRSS")][0]

    assert len(fake.proxy().m()) == 2000    # before, it may still be looking for its libraries
    if fake.is_sanitized():
        pytest.skip("the sanitizer keeps what is freed")
    small = rss()
    for i in range(10):
        assert len(fake.proxy().m("x" * 300_000)) == 2000
    wait_for(lambda: fake.connections() == 0, "the connections are closed")
    assert rss() < small + 2048 and rss() < 10 * 1024   # KiB
