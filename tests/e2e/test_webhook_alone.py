"""svd-webhook: one try is one request with one answer, whatever servers do."""
import email.utils
import os
import socket
import subprocess
import time

import pytest

from conftest import sanitizer_reports
from lib_daemon import is_running, wait_for, wait_idle
from lib_webhook import (WEBHOOK, Webhook, answers, certificate, closes, endless, hangs,
                         reply, says_and_closes)

pytestmark = pytest.mark.svd_only

OK = reply()


@pytest.fixture
def webhook(box):
    """webhook(arguments...) starts one; all of them are ended, and have not complained."""
    made = []

    def make(*args, **kwargs):
        made.append(Webhook(box, *args, **kwargs))
        return made[-1]

    yield make
    for each in made:
        each.cleanup()
    reports = sanitizer_reports(box)
    assert not reports, reports


@pytest.fixture(scope="module")
def slow_names(tmp_path_factory):
    """What the environment needs for slow_names.c"""
    directory = tmp_path_factory.mktemp("names")
    library = str(directory / "slow_names.so")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "slow_names.c")
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return lambda box: {"LD_PRELOAD": library, "ASAN_OPTIONS":
                        "verify_asan_link_order=0:log_path=%s/sanitizer/report" % box}


# --- the request ---

def test_what_is_posted(webhook, server):
    s, w = server(), webhook()
    assert w.outcome(s.url("/a/b?token=x%20y", user="me:secret@"), body=b'{"a": "\xc3\xbc"}') == 200
    request = s.requests[0]
    assert request.line == "POST /a/b?token=x%20y HTTP/1.1"
    assert request.body == b'{"a": "\xc3\xbc"}'
    assert request.headers["content-type"] == ["application/json"]
    assert request.headers["authorization"] == ["Basic bWU6c2VjcmV0"]
    assert request.headers["user-agent"][0].startswith("svd/")
    assert "expect" not in request.headers

    mine = ["X-Key: k", "content-type: text/plain", "User-Agent: me"]
    assert w.outcome(s.url("/"), headers=mine, body=b"x" * 3000000) == 200
    request = s.requests[1]
    assert request.headers["x-key"] == ["k"]
    assert request.headers["content-type"] == ["text/plain"]
    assert request.headers["user-agent"] == ["me"]
    assert "expect" not in request.headers and len(request.body) == 3000000
    assert request.connection == s.requests[0].connection, "it was not used again"


def test_connections_that_are_not_used_are_few(webhook, server):
    many = 12
    s, w = server(), webhook()

    def together(served, conn, number):
        wait_for(lambda: len(served.requests) >= many, "all have come")
        conn.sendall(OK)

    s.rules["/"] = together
    for _ in range(many):
        w.post(s.url())
    assert all(w.posted()["status"] == 200 for _ in range(many))
    wait_for(lambda: s.open <= 8, "some connections are closed")
    assert w.outcome(s.url()) == 200
    assert s.open == 8


def test_a_proxy_of_the_environment_is_used(webhook, server):
    proxy = server()
    w = webhook(env={"http_proxy": proxy.url()})
    assert w.outcome("http://there.invalid/x") == 200
    assert proxy.requests[0].line == "POST http://there.invalid/x HTTP/1.1"


# --- the answer ---

def test_every_status_is_told(webhook, server):
    later = email.utils.formatdate(time.time() + 1000, usegmt=True)
    s = server({
        "/404": answers(reply(404)), "/408": answers(reply(408)), "/500": answers(reply(500)),
        "/204": answers(b"HTTP/1.1 204 No Content\r\n\r\n"),
        "/302": answers(reply(302, "Location: /gold\r\n")),
        "/100": answers(b"HTTP/1.1 100 Continue\r\n\r\n" + OK),
        "/429": answers(reply(429, "Retry-After: 17\r\n")),
        "/503": answers(reply(503, "Retry-After: %s\r\n" % later)),
    })
    w = webhook()
    assert [w.outcome(s.url("/" + path)) for path in ("404", "408", "500", "204", "302", "100")] \
        == [404, 408, 500, 204, 302, 200]
    assert not s.bodies("/gold"), "a redirect was followed"
    frame = w.posted(w.post(s.url("/429")))
    assert (frame["status"], frame["after"]) == (429, 17)
    frame = w.posted(w.post(s.url("/503")))
    assert frame["status"] == 503 and 900 < frame["after"] <= 1000


def test_no_answer_is_told_in_words(webhook, server):
    with socket.create_server(("127.0.0.1", 0)) as sock:
        closed = "http://127.0.0.1:%d/" % sock.getsockname()[1]
    s = server({"/closes": closes, "/garbage": says_and_closes(b"hello\r\n\r\n"),
                "/torn": says_and_closes(b"HTTP/1.1"),
                "/only100": says_and_closes(b"HTTP/1.1 100 Continue\r\n\r\n")})
    w = webhook()
    for url in (closed, s.url("/closes"), s.url("/garbage"), s.url("/torn"), s.url("/only100"),
                "", "http://:x/"):
        frame = w.posted(w.post(url))
        assert frame["status"] == 0 and frame["text"], (url, frame)
    assert "onnect" in w.outcome(closed)
    for url in "nonsense://x/", "file:///etc/passwd", "ftp://127.0.0.1/":
        assert "rotocol" in w.outcome(url)
    assert w.outcome(s.url("/")) == 200


def test_what_comes_after_the_status_is_no_matter(webhook, server):
    begin = b"HTTP/1.1 200 OK\r\n"
    chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    s = server({
        "/half": says_and_closes(begin + b"Content-Length: 1000\r\n\r\nabc"),
        "/chunk": says_and_closes(begin + b"Transfer-Encoding: chunked\r\n\r\n8000\r\nabc"),
        "/endless": endless(begin + b"Transfer-Encoding: chunked\r\n\r\n", chunk),
        "/lines": endless(begin, b"X-More: " + b"x" * 1000 + b"\r\n"),
        "/large": answers(reply(body=b"x" * 50000)),
    })
    w = webhook()
    for path in "half", "chunk", "endless", "lines", "large":
        assert w.outcome(s.url("/" + path), timeout=600) == 200, path
    wait_for(lambda: s.open == 1, "who has no end is left")


# --- servers that hang ---

def test_a_server_that_hangs_holds_up_nobody(webhook, server):
    s, w = server({"/hangs": hangs}), webhook()
    slow = [w.post(s.url("/hangs"), timeout=3) for _ in range(3)]
    s.wait(3)
    for _ in range(10):
        frame = w.posted(w.post(s.url("/")))
        assert frame["status"] == 200
    for number in slow:
        frame = w.posted(number)
        assert frame["status"] == 0 and "imed out" in frame["text"]
    assert len(s.bodies("/hangs")) == 3
    wait_for(lambda: s.open <= 1, "it is left alone")


def test_nothing_is_awake_while_a_server_is_silent(webhook, server):
    s, w = server({"/hangs": hangs}), webhook()
    w.post(s.url("/hangs"), timeout=0)
    s.wait(1)
    assert w.outcome(s.url("/")) == 200
    wait_idle(w.process.pid)


def test_who_is_not_wanted_any_more_is_left(webhook, server):
    s, w = server({"/hangs": hangs}), webhook()
    number = w.post(s.url("/hangs"))
    s.wait(1)
    w.cancel(number)
    w.cancel(number)
    wait_for(lambda: s.open == 0, "the connection is closed")
    assert w.posted(w.post(s.url("/")))["id"] == number + 1
    assert not w.news


# --- names ---

def libcurl():
    shown = subprocess.run(["curl-config", "--version"], stdout=subprocess.PIPE, check=True)
    return tuple(int(part) for part in shown.stdout.decode().split()[1].split(".")[:2])


@pytest.mark.skipif(libcurl() < (7, 87), reason="older ones wait for the thread that looks it up")
def test_a_name_server_that_hangs_holds_up_nobody(webhook, server, slow_names, box):
    s, w = server(), webhook(env=slow_names(box))
    w.post(s.url(host="hangs.test"), timeout=1)
    cancelled = w.post(s.url(host="hangs.test"), timeout=600)
    assert w.outcome(s.url(host="here.test")) == 200
    frame = w.posted()
    assert frame["status"] == 0 and "imed out" in frame["text"]
    w.cancel(cancelled)
    assert "gone.test" in w.outcome(s.url(host="gone.test"))
    w.post(s.url(host="hangs.test"), timeout=600)
    w.quit()
    w.wait()


# --- https ---

def test_https(webhook, server, box):
    context, trusted = certificate(box)
    other_context, _ = certificate(box, stem="other")
    wrong_context, wrong_name = certificate(box, "DNS:elsewhere.test", "wrong")
    with open(trusted, "a") as f, open(wrong_name) as more:
        f.write(more.read())
    s, other, wrong = server(tls=context), server(tls=other_context), server(tls=wrong_context)
    w = webhook(env={"SSL_CERT_FILE": trusted})
    assert w.outcome(s.url()) == 200
    for each in other, wrong:
        text = w.outcome(each.url())
        assert isinstance(text, str) and ("ertificate" in text or "SSL" in text)
    assert w.outcome(s.url(scheme="http")) != 200
    assert "ertificate" in webhook().outcome(s.url()), "who is it that trusts this server?"
    assert len(s.requests) == 1 and not other.requests and not wrong.requests


# --- life ---

def test_the_end(webhook, server):
    asked = []

    def after_quit(served, conn, number):
        wait_for(lambda: asked, "it was asked to end")
        conn.sendall(OK)

    s = server({"/hangs": hangs, "/late": after_quit})
    w = webhook()
    late = w.post(s.url("/late"))
    hung = w.post(s.url("/hangs"))
    s.wait(2)
    w.quit()
    asked.append(True)
    assert w.posted(late)["status"] == 200
    w.wait()
    assert hung not in [frame["id"] for frame in w.news]

    w = webhook()
    w.quit()
    w.wait()

    w = webhook()
    w.post(s.url("/hangs"))
    s.wait(2, "/hangs")
    w.link.close()
    w.wait()


def test_who_is_idle_leaves(webhook, server):
    s = server({"/hangs": hangs})
    w = webhook("--idle", "0.5", first={"url": s.url("/hangs"), "timeout": 1.5})
    assert w.posted()["status"] == 0
    w.wait()


def test_signals_are_for_svd(webhook, server):
    s, w = server(), webhook()
    assert w.outcome(s.url()) == 200
    for signo in 1, 2, 3, 15:
        w.process.send_signal(signo)
    assert w.outcome(s.url()) == 200
    assert is_running(w.process.pid)


def test_a_process_without_rights(webhook, server):
    s, w = server(), webhook()
    assert w.outcome(s.url()) == 200
    with open("/proc/%d/status" % w.process.pid) as f:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)
    assert status["NoNewPrivs"] == "1"
    if os.geteuid() == 0:
        assert set(status["Uid"].split() + status["Gid"].split() + status["Groups"].split()) \
            == {"65534"}
        assert int(status["CapEff"], 16) == 0


def test_who_calls_it_by_hand_is_told(box):
    for args in [], ["--link", "2"], ["--link", "3", "x"], ["--idle", "5"]:
        told = subprocess.run([WEBHOOK] + args, stderr=subprocess.PIPE, cwd=box)
        assert told.returncode == 2 and b"usage: svd-webhook" in told.stderr
