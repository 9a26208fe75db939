"""What svd-httpd answers to requests at the edge of HTTP and beyond, and to very many clients."""
import re
import socket
import threading

import pytest

from lib_daemon import wait_for
from lib_httpd import FakeSvd, call_text

BODY = call_text()
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CHUNKS = b"7\r\n" + BODY[:7] + b"\r\n%x;ext=1\r\n" % len(BODY[7:]) + BODY[7:] + b"\r\n0\r\n"
MAX = 4 * 1024 * 1024


def post(headers, body=BODY, target=b"/RPC2", version=b"1.1"):
    return b"POST " + target + b" HTTP/" + version + b"\r\nHost: x\r\n" + headers + b"\r\n" + body


def plain(start, headers=b""):
    return start + b" HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n"


GOOD = post(LENGTH)
# What is sent; statuses of the answers; whether the connection stays open for the next request.
TABLE = {
    "a call": (GOOD, [200], True),
    "as a proxy is asked": (post(LENGTH, target=b"http://any.host:1/RPC2"), [200], True),
    "newlines alone": (GOOD.replace(b"\r\n", b"\n"), [200], True),
    "empty lines before": (b"\r\n\r\n" + GOOD, [200], True),
    "a minor version of the future": (post(LENGTH, version=b"1.7"), [200], True),
    "a major one": (post(LENGTH, version=b"2.0"), [505], False),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [505], False),
    "the last request": (post(LENGTH + b"Connection: close\r\n"), [200], False),
    "HTTP/1.0": (post(LENGTH, version=b"1.0"), [200], False),
    "HTTP/1.0 that goes on": (post(LENGTH + b"Connection: Keep-Alive\r\n", version=b"1.0"), [200],
                              True),
    "four at once": (GOOD + plain(b"GET /none") + plain(b"HEAD /ok.html") + GOOD,
                     [200, 404, 200, 200],
                     True),
    "no body": (post(b"", b""), [400], True),

    "chunks": (post(CHUNKED, CHUNKS + b"\r\n"), [200], True),
    "chunks with trailers": (post(CHUNKED, CHUNKS + b"X-Sum: 1\r\nY: 2\r\n\r\n"), [200], True),
    "chunks and a length": (post(CHUNKED + LENGTH, CHUNKS + b"\r\n"), [400], False),
    "a chunk that is no number": (post(CHUNKED, b"zz\r\n"), [400], False),
    "a chunk beyond all numbers": (post(CHUNKED, b"f" * 17 + b"\r\n"), [413], False),
    "another encoding": (post(b"Transfer-Encoding: gzip\r\n"), [501], False),
    "one within another": (post(b"Transfer-Encoding: gzip, chunked\r\n"), [501], False),
    "the same length twice": (post(LENGTH * 2), [200], True),
    "two lengths": (post(LENGTH + b"Content-Length: 5\r\n"), [400], False),
    "a length that is no number": (post(b"Content-Length: -1\r\n"), [400], False),
    "a length in hex": (post(b"Content-Length: 0x10\r\n"), [400], False),
    "no length at all": (post(b"Content-Length: \r\n"), [400], False),
    "a length beyond all numbers": (post(b"Content-Length: " + b"9" * 30 + b"\r\n"), [413], False),

    "to be told to go on": (post(LENGTH + b"Expect: 100-continue\r\n"), [100, 200], True),
    "to be told so, and too much": (
        post(b"Content-Length: %d\r\nExpect: 100-continue\r\n" % (MAX + 1), b""), [413], False),
    "to be told so of nothing": (post(LENGTH + b"Expect: 100-continue\r\n", b"", b"/none"), [404],
                                 False),
    "what nobody knows": (post(LENGTH + b"Expect: 200-ok\r\n", b""), [417], False),

    "a method that is not for it": (plain(b"PUT /ok.html", b"Content-Length: 0\r\n"), [405], True),
    "one that is for nothing": (plain(b"BREW /ok.html"), [405], True),
    "one that Supervisor refuses so": (plain(b"GET /RPC2"), [400], True),
    "only the head": (plain(b"HEAD /ok.html"), [200], True),
    "only the head of nothing": (plain(b"HEAD /none"), [404], True),
    "what it can": (plain(b"OPTIONS *"), [404], True),

    "a header of some length": (post(LENGTH + b"A: " + b"x" * 8000 + b"\r\n"), [200], True),
    "one that is too long": (post(LENGTH + b"A: " + b"x" * 33000 + b"\r\n"), [431], False),
    "a hundred headers": (post(LENGTH + b"Header: value\r\n" * 100), [200], True),
    "too many": (post(LENGTH + b"a: b\r\n" * 3000), [431], False),
    "a line without a colon": (post(LENGTH + b"nonsense\r\n"), [400], False),
    "a target of some length": (post(LENGTH, target=b"/RPC2?" + b"x" * 8000), [200], True),
    "one that is too long for us": (post(LENGTH, target=b"/RPC2?" + b"x" * 40000), [414], False),
}


@pytest.fixture(scope="module")
def httpd(tmp_path_factory):
    box = str(tmp_path_factory.mktemp("httpd"))
    fake = FakeSvd(box, args=["--patience", "60"]).start()
    yield fake
    fake.done()
    assert fake.complaints() == ""


def talk(sock, data):
    """Send all, and read until nothing more comes: the bytes, and whether it was closed."""
    def send():
        try:
            sock.sendall(data)
        except ConnectionError:
            pass    # it has been answered and closed before all was there

    sender = threading.Thread(target=send)
    sender.start()
    answer = b""
    try:
        while True:
            piece = sock.recv(65536)
            if not piece:
                return answer, True
            answer += piece
            if is_complete(answer, data):
                sock.settimeout(0.05)   # is there more, or an end?
    except TimeoutError:
        return answer, False
    except ConnectionError:
        return answer, True
    finally:
        sender.join(30)


def statuses(answer):
    return [int(code) for code in re.findall(rb"^HTTP/1\.[01] (\d{3}) ", answer, re.M)]


def is_complete(answer, data):
    """As many answers as requests, each to its end."""
    wanted = max(1, data.count(b" HTTP/1."))
    if len([code for code in statuses(answer) if code != 100]) < wanted:
        return False
    head, _, body = answer[answer.rindex(b"HTTP/1.1 "):].partition(b"\r\n\r\n")
    length = re.search(rb"Content-Length: (\d+)", head)
    is_head = re.search(rb"HEAD [^\r]*\r\n(?!.*HTTP/)", data, re.S)
    return bool(is_head) or (length is not None and len(body) >= int(length.group(1)))


@pytest.mark.parametrize("name", TABLE)
def test_the_status_of(httpd, name):
    data, expected, stays = TABLE[name]
    with httpd.tcp() as sock:
        answer, closed = talk(sock, data)
        assert statuses(answer)[:len(expected)] == expected
        assert closed is not stays
        if stays:
            sock.settimeout(30)
            assert statuses(talk(sock, GOOD)[0]) == [200]
    if expected == [405]:
        assert b"\r\nAllow: GET, HEAD\r\n" in answer


def test_a_head_has_no_body(httpd):
    with httpd.tcp() as sock:
        answer, _ = talk(sock, plain(b"HEAD /ok.html") + GOOD)
    head, _, rest = answer.partition(b"\r\n\r\n")
    assert re.search(rb"Content-Length: [1-9]", head) and rest.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large_is_read_and_refused(httpd, chunked):
    size = MAX + 1
    data = post(CHUNKED, b"%x\r\n" % size + b"x" * size + b"\r\n0\r\n\r\n") if chunked else \
        post(b"Content-Length: %d\r\n" % size, b"x" * size)
    with httpd.tcp() as sock:
        answer, closed = talk(sock, data)
        assert statuses(answer) == [413] and not closed
        sock.settimeout(30)
        assert statuses(talk(sock, GOOD)[0]) == [200]


# --- very many clients ---

HELD, SLOW = 1000, 200


def test_a_thousand_that_are_held_open_take_nothing_from_those_that_work(box):
    fake = FakeSvd(box, args=["--patience", "60"]).start()
    held = [fake.tcp() if i % 2 else fake.unix_client() for i in range(HELD)]
    for sock in held[:SLOW]:
        sock.sendall(b"POST /RPC2 HTTP/1.1\r\n")
    wait_for(lambda: fake.connections() == HELD // 2, "all are accepted")
    answered = [0] * 8

    def work(i):
        proxy = fake.proxy()
        for k in range(50):
            if proxy.m(i, k) == ["m", [i, k]]:
                answered[i] += 1

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for byte in b"A: b\r":      # meanwhile, now and then, a byte from each of the slow ones
        for sock in held[:SLOW]:
            sock.sendall(bytes([byte]))
    for thread in threads:
        thread.join(120)
    assert answered == [50] * 8 and len(fake.calls) == 400
    held[0].sendall(b"\n" + LENGTH + b"\r\n" + BODY)    # in the end one of them asks
    assert b" 200 " in held[0].recv(4096)
    for sock in held:
        sock.close()
    wait_for(lambda: fake.connections() == 0, "all are closed")
    fake.done()
    assert fake.complaints() == ""


def test_those_that_never_come_to_an_end_are_closed(box):
    fake = FakeSvd(box, args=["--patience", "1"]).start()
    held = [fake.tcp() for _ in range(200)]
    for sock in held[:100]:
        sock.sendall(b"POST /RPC2 HTTP/1.1\r\nA: b")
    for sock in held:
        try:
            assert sock.recv(4096) == b""
        except ConnectionResetError:
            pass
        sock.close()
    assert fake.proxy().m() == ["m", []]
    fake.done()
    assert fake.complaints() == ""
