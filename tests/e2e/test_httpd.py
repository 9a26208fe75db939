"""What svd-httpd makes of HTTP and XML-RPC. svd is played by lib_httpd.FakeSvd."""
import base64
import hashlib
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import xmlrpc.client

import pytest

from lib_daemon import wait_for
from lib_httpd import LATER, FakeSvd, call_text, post_text

sys.path.insert(0, "/usr/lib/python3/dist-packages")

GARBAGE = "\x00\x01\x08\x0b\x1f\x7f\x85 <&>]]> \ufffe\uffff \u00e4\U0001f40d \r\n\t"


@pytest.fixture
def svd(box):
    """svd(...) makes a FakeSvd with a running svd-httpd."""
    made = []

    def make(*args, **kwargs):
        made.append(FakeSvd(box, *args, **kwargs))
        return made[-1].start()

    yield make
    for each in made:
        each.done()
        assert each.complaints() == ""


class Raw:
    """A client that sends bytes and reads whole answers."""

    def __init__(self, sock):
        self.sock = sock

    def send(self, data):
        self.sock.sendall(data)
        return self

    def answer(self):
        response = http.client.HTTPResponse(self.sock)
        response.begin()
        response.body = response.read()
        return response

    def is_closed(self):
        try:
            return self.sock.recv(1) == b""
        except ConnectionResetError:
            return True


def request(svd, method="POST", target="/RPC2", body=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", svd.port, timeout=30)
    connection.request(method, target, body, headers)
    response = connection.getresponse()
    response.body = response.read()
    connection.close()
    return response


def basic(user, password):
    return "Basic " + base64.b64encode(("%s:%s" % (user, password)).encode()).decode()


# --- XML-RPC ---

def test_python_clients_are_served_over_tcp(svd):
    proxy = svd(lambda method, params: {"method": method, "params": params}).proxy()
    params = ["x", 1, -2, True, False, 2.5, [], {}, [[1], {"k": "v"}], "\u00e4<&>"]
    assert proxy.supervisor.some(*params) == {"method": "supervisor.some", "params": params}
    assert proxy.system.multicall([{"methodName": "a", "params": []}])["method"] == \
        "system.multicall"


def test_supervisors_own_transport_is_served_over_a_unix_socket(svd):
    transports = pytest.importorskip("supervisor.xmlrpc")
    fake = svd(username="u", password="secret")
    transport = transports.SupervisorTransport("u", "secret", "unix://" + fake.path)
    proxy = xmlrpc.client.ServerProxy("http://127.0.0.1", transport)
    for _ in range(3):
        assert proxy.supervisor.getState() == ["supervisor.getState", []]
    transport.close()


def test_a_fault_keeps_its_code_and_text(svd):
    proxy = svd(lambda method, params: xmlrpc.client.Fault(10, "BAD_NAME: <x>")).proxy()
    with pytest.raises(xmlrpc.client.Fault) as caught:
        proxy.supervisor.startProcess("<x>")
    assert (caught.value.faultCode, caught.value.faultString) == (10, "BAD_NAME: <x>")


def test_answers_are_what_supervisor_would_send_byte_by_byte(svd):
    value = {"name": "cat", "pid": 0, "list": [1, "two", True], "text": "a<b>&c\u00e4"}
    fake = svd(lambda method, params: value)
    response = request(fake, body=call_text())
    assert response.body.decode() == xmlrpc.client.dumps((value,), methodresponse=True)
    assert response.headers["Content-Type"] == "text/xml"
    assert int(response.headers["Content-Length"]) == len(response.body)


def test_whatever_a_reply_holds_is_xml(svd):
    fake = svd(lambda method, params: GARBAGE)
    expected = "\ufffd" * 5 + "\x7f\x85 <&>]]> \ufffd\ufffd \u00e4\U0001f40d \r\n\t"
    assert fake.proxy().m() == expected
    fake.answer = lambda method, params: {GARBAGE[1:5]: [GARBAGE]}
    assert fake.proxy().m() == {"\ufffd" * 4: [expected]}


def test_numbers_beyond_32_bits_are_capped(svd):
    assert svd(lambda method, params: [2 ** 40, -2 ** 40]).proxy().m() == [2 ** 31 - 1, -2 ** 31]


@pytest.mark.parametrize("reply", [b"", b"no json", b"\xff", b'"\xed\xa0\x80"', b'{"a":'])
def test_a_reply_that_nobody_understands_is_an_internal_error(svd, reply):
    assert request(svd(lambda method, params: reply), body=call_text()).status == 500


@pytest.mark.parametrize("body", [
    b"", b"x", b"<methodCall>", b"<methodCall><params/></methodCall>",
    b"<methodCall><methodName></methodName></methodCall>",
    b"<!DOCTYPE m [<!ENTITY a 'x'>]><methodCall><methodName>&a;</methodName></methodCall>",
    call_text("m", [1]).replace(b"<int>1", b"<int>one"), b"\xff\xfe\x00",
    b"<value>" * 5000,
], ids=range(9))
def test_what_is_no_call_is_a_bad_request_and_logged(svd, body):
    fake = svd()
    assert request(fake, body=body).status == 400
    wait_for(lambda: fake.logs, "the request is logged")
    assert fake.logs[0][0] == "warn" and "no XML-RPC call" in fake.logs[0][1]
    assert fake.logs[0][1].endswith(" from 127.0.0.1")
    assert fake.calls == []


def test_what_is_no_call_does_not_fill_the_log(svd):
    fake = svd()
    for _ in range(40):
        assert request(fake, body="<a/>").status == 400
    assert request(fake, body=call_text()).status == 200
    assert len(fake.logs) == 10 and "more of that is not logged" in fake.logs[-1][1]


# --- HTTP ---

def test_a_connection_serves_many_requests(svd):
    fake = svd()
    client = Raw(fake.tcp())
    for i in range(5):
        answer = client.send(post_text(call_text("m", [i]))).answer()
        assert xmlrpc.client.loads(answer.body)[0][0] == ["m", [i]]


def test_requests_that_are_sent_ahead_are_answered_in_order(svd):
    fake = svd()
    client = Raw(fake.tcp()).send(b"".join(post_text(call_text("m", [i])) for i in range(20)))
    data = b""
    while data.count(b"</methodResponse>") < 20:
        data += client.sock.recv(65536)
    assert [data.index(b"<int>%d</int>" % i) for i in range(20)] == sorted(
        data.index(b"<int>%d</int>" % i) for i in range(20))


def test_chunked_requests_are_understood(svd):
    fake = svd()
    text = call_text("m", ["x" * 100000])
    connection = http.client.HTTPConnection("127.0.0.1", fake.port, timeout=30)
    connection.request("POST", "/RPC2", (text[i:i + 999] for i in range(0, len(text), 999)),
                       encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
    assert connection.getresponse().status == 200
    connection.close()
    assert fake.calls[0][2] == ["x" * 100000]


@pytest.mark.parametrize("headers,stays", [("", False), ("Connection: keep-alive\r\n", True)])
def test_http_1_0_is_spoken(svd, headers, stays):
    client = Raw(svd().tcp())
    assert client.send(post_text(call_text(), headers, version="1.0")).answer().status == 200
    if stays:
        assert client.send(post_text(call_text(), version="1.0")).answer().status == 200
    assert client.is_closed()


def test_a_request_may_come_byte_by_byte(svd):
    client = Raw(svd().tcp())
    for byte in post_text(call_text()):
        client.send(bytes([byte]))
    assert client.answer().status == 200


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(svd):
    client = Raw(svd().tcp())
    head, _, body = post_text(call_text(), "Expect: 100-continue\r\n").partition(b"\r\n\r\n")
    client.send(head + b"\r\n\r\n")
    assert client.sock.recv(4096).startswith(b"HTTP/1.1 100 ")
    assert client.send(body).answer().status == 200


@pytest.mark.parametrize("host", ["", "Host: \r\n", "Host: unix\r\n", "Host: a\r\nHost: b\r\n"])
def test_any_host_will_do(svd, host):
    text = post_text(call_text()).replace(b"Host: x\r\n", host.encode())
    assert Raw(svd().tcp()).send(text).answer().status == 200


@pytest.mark.parametrize("method,target,status", [
    ("GET", "/ok.html", 200), ("HEAD", "/ok.html", 200), ("POST", "/", 405),
    ("GET", "/RPC2", 400), ("PUT", "/RPC2", 400), ("OST", "/RPC2", 400),    # as Supervisor
    ("POST", "/RPC2/", 200), ("POST", "/RPC2x?y=z", 200), ("POST", "/%52PC2", 200),
    ("POST", "/rpc2", 404), ("GET", "/index.htm", 404), ("GET", "/../../etc/passwd", 404),
])
def test_paths_and_methods(svd, method, target, status):
    assert request(svd(), method, target, call_text()).status == status


def test_whoever_only_wants_to_know_whether_it_lives_is_told(svd):
    assert request(svd(), "GET", "/ok.html").body == b"OK"      # as Supervisor


@pytest.mark.parametrize("text,status", [
    (b"GET\r\n\r\n", None), (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 9, None),
    (b"POST /RPC2 HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
    (b"POST /RPC2 HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", 413),
    (b"POST /RPC2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    (b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n\r\n", 414),
    (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 20000 + b"\r\n", 431),
], ids=range(7))
def test_what_is_no_http_harms_nobody_else(svd, text, status):
    fake = svd()
    client = Raw(fake.tcp())
    try:
        client.send(text)
        if status:
            assert client.answer().status == status
    except ConnectionError:
        pass    # refused so early that we were still talking
    assert fake.proxy().m() == ["m", []]
    assert len(fake.calls) == 1
    client.sock.close()


def test_a_large_body_passes_and_a_huge_one_is_refused(svd):
    fake = svd(lambda method, params: len(params[0]))
    assert fake.proxy().m("x" * 4_000_000) == 4_000_000
    for chunked in (False, True):
        body = b"x" * (4 * 1024 * 1024 + 1)
        connection = http.client.HTTPConnection("127.0.0.1", fake.port, timeout=30)
        connection.request("POST", "/RPC2", iter([body]) if chunked else body,
                           encode_chunked=chunked,
                           headers={"Transfer-Encoding": "chunked"} if chunked else {})
        assert connection.getresponse().status == 413
        connection.close()


def test_a_large_answer_arrives_whole(svd):
    text = "0123456789" * 1_000_000
    assert svd(lambda method, params: text).proxy().m() == text


# --- authentication ---

SHA = "{SHA}" + hashlib.sha1(b"secret").hexdigest()


@pytest.mark.parametrize("password", ["secret", SHA, SHA.replace("a", "A")])
def test_the_right_password_opens(svd, password):
    fake = svd(username="user", password=password)
    assert fake.proxy("user:secret@").m() == ["m", []]
    header = basic("user", "secret").replace("Basic", "bASIC")
    assert request(fake, "GET", "/ok.html", Authorization=header).status == 200


@pytest.mark.parametrize("header", [
    None, "", "Basic", "Basic ", "Basic ****", "Basic dXNlcg==", "Digest x",
    basic("user", "wrong"), basic("user", ""), basic("", ""), basic("", "secret"),
    basic("other", "secret"), basic("user", "secret\0"), basic("user", SHA),
    basic("user:secret", ""), basic("USER", "secret"),
])
@pytest.mark.parametrize("password", ["secret", SHA, "{SHA}secret", "{SHA}"])
def test_everything_else_is_unauthorized(svd, password, header):
    fake = svd(username="user", password=password)
    headers = {} if header is None else {"Authorization": header}
    for target in ("/RPC2", "/", "/elsewhere"):
        response = request(fake, body=call_text(), target=target, **headers)
        assert response.status == 401
        assert response.headers["WWW-Authenticate"] == 'Basic realm="default"'
    assert fake.calls == []
    wait_for(lambda: len(fake.logs) == (0 if header is None else 3), "each attempt is logged")
    assert all("wrong user name or password from 127.0.0.1" in text for _, text in fake.logs)


def test_a_colon_may_be_part_of_the_password(svd):
    fake = svd(username="user", password="a:b:")
    assert request(fake, "GET", "/ok.html", Authorization=basic("user", "a:b:")).status == 200


# --- calls that wait ---

def test_many_clients_wait_at_once_and_are_answered_in_any_order(svd):
    fake = svd(lambda method, params: LATER)
    results = {}

    def ask(i):
        results[i] = fake.proxy().m(i)

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(200)]
    for thread in threads:
        thread.start()
    fake.wait_calls(200)
    for number, _, params in reversed(fake.calls):
        fake.reply(number, params[0] * 2)
    for thread in threads:
        thread.join(30)
    assert results == {i: 2 * i for i in range(200)}


@pytest.mark.parametrize("where", ["inet", "unix"])
def test_svd_hears_of_a_client_that_goes_away(svd, where):
    fake = svd(lambda method, params: LATER)
    client = fake.tcp() if where == "inet" else fake.unix_client()
    client.sendall(post_text(call_text()))
    fake.wait_calls(1)
    client.close()
    wait_for(lambda: fake.gone == [fake.calls[0][0]], "svd hears of it")
    fake.reply(fake.calls[0][0], "too late")
    fake.answer = lambda method, params: "still there"
    assert fake.proxy().m() == "still there"


@pytest.mark.parametrize("where", ["inet", "unix"])
def test_a_client_that_closes_only_its_sending_half_is_answered(svd, where):
    fake = svd(lambda method, params: LATER)
    client = fake.tcp() if where == "inet" else fake.unix_client()
    client.sendall(post_text(call_text()))
    client.shutdown(socket.SHUT_WR)
    fake.wait_calls(1)
    fake.settle()
    fake.reply(fake.calls[0][0], 5)
    assert b"<int>5</int>" in Raw(client).answer().body
    assert Raw(client).is_closed()
    assert fake.gone == []


def test_a_waiting_client_may_send_its_next_request(svd):
    fake = svd(lambda method, params: LATER)
    client = Raw(fake.tcp()).send(post_text(call_text("first")))
    fake.wait_calls(1)
    client.send(post_text(call_text("second")))
    switches = fake.switches()
    fake.reply(fake.calls[0][0], 1)
    assert b"<int>1</int>" in client.answer().body
    fake.wait_calls(2)
    fake.reply(fake.calls[1][0], 2)
    assert b"<int>2</int>" in client.answer().body
    assert fake.switches() - switches < 50


@pytest.mark.parametrize("where", ["inet", "unix"])
def test_one_who_sends_ahead_may_go_away_too(svd, where):
    fake = svd(lambda method, params: LATER)
    client = fake.tcp() if where == "inet" else fake.unix_client()
    client.sendall(post_text(call_text("first")))
    fake.wait_calls(1)
    client.sendall(post_text(call_text("second")))
    client.close()
    wait_for(lambda: fake.gone == [fake.calls[0][0]], "svd hears of it")
    wait_for(lambda: fake.connections() == 0, "the connection is closed")
    assert len(fake.calls) == 1


def test_a_reply_without_a_call_is_ignored(svd):
    fake = svd()
    fake.reply(77, "nobody asked")
    fake.send("reply")
    fake.send("news", body=b"of a later version")
    assert fake.proxy().m() == ["m", []]


# --- patience ---

def test_slow_requests_are_cut_off_but_waiting_calls_are_not(svd):
    fake = svd(lambda method, params: LATER, args=["--patience", "1"])
    waiting = Raw(fake.tcp()).send(post_text(call_text()))
    fake.wait_calls(1)
    silent, header, body = Raw(fake.tcp()), Raw(fake.tcp()), Raw(fake.tcp())
    header.send(b"POST /RPC2 HTTP/1.1\r\n")
    body.send(post_text(call_text())[:-1])
    assert silent.is_closed() and header.is_closed() and body.is_closed()
    fake.reply(fake.calls[0][0], 5)
    assert b"<int>5</int>" in waiting.answer().body


def test_dripping_bytes_buys_no_time(svd):
    fake = svd(args=["--patience", "1"])
    client = fake.tcp()
    client.settimeout(0.1)
    client.sendall(b"POST /RPC2 HTTP/1.1\r\n")

    def is_cut_off():
        try:
            client.sendall(b"a: b\r\n")
            return client.recv(1) == b""
        except TimeoutError:
            return False
        except ConnectionError:
            return True
    wait_for(is_cut_off, "the connection is cut", timeout=10)
    client.close()


def test_a_client_that_does_not_read_is_given_up(svd):
    fake = svd(lambda method, params: "x" * 8_000_000, args=["--patience", "1"])
    client = Raw(fake.tcp()).send(post_text(call_text()))
    fake.wait_calls(1)
    wait_for(lambda: fake.connections() == 0, "the connection is closed")
    client.sock.close()


# --- rest ---

def test_nothing_happens_when_nobody_asks(svd):
    fake = svd(lambda method, params: LATER)
    client = Raw(fake.tcp()).send(post_text(call_text()))     # one that waits
    fake.wait_calls(1)
    idle = Raw(fake.tcp()).send(b"GET /ok.html HTTP/1.1\r\nHost: x\r\n\r\n")   # one that is kept
    assert idle.answer().status == 200
    fake.settle()
    assert fake.wakes_within(2) == 0
    client.sock.close()


# --- whose call it is ---

def one_call(svd, sock, headers=""):
    """What svd hears of who calls over that socket."""
    Raw(sock).send(post_text(call_text(), headers)).answer()
    sock.close()
    return {key: value for key, value in svd.heads[-1].items()
            if key in ("server", "uid", "gids", "pid", "from", "user")}


def test_on_a_unix_socket_the_kernel_says_who_calls(svd):
    svd = svd()
    mine = [os.getegid()] + os.getgroups()
    assert one_call(svd, svd.unix_client()) == {
        "server": 1, "uid": os.geteuid(), "gids": mine, "pid": os.getpid()}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
@pytest.mark.parametrize("groups", [[], [70002], list(range(70000, 70200))])
def test_another_user_is_told_with_all_its_groups(svd, groups):
    svd = svd()
    for path in (svd.box, svd.path):
        os.chmod(path, 0o777)
    code = ("import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
            "s.sendall(sys.stdin.buffer.read()); s.recv(1)")
    child = subprocess.run([sys.executable, "-c", code, svd.path], input=post_text(call_text()),
                           user=70001, group=70003, extra_groups=groups)
    assert child.returncode == 0
    head = svd.heads[-1]
    assert (head["uid"], head["gids"]) == (70001, [70003] + groups)


def test_over_tcp_it_is_the_address(svd):
    svd = svd()
    assert one_call(svd, svd.tcp()) == {"server": 0, "from": "127.0.0.1"}


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="there is no IPv6 here")
def test_over_ipv6_it_is_the_address_too_and_for_ipv4_the_plain_one(svd):
    svd = svd()
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as both:
        svd.send("listen", fd=both.fileno(), id=7, kind="inet", name="both")
        for address in "::1", "127.0.0.1":
            client = socket.create_connection((address, both.getsockname()[1]), timeout=30)
            assert one_call(svd, client) == {"server": 7, "from": address}


def test_who_logged_in_is_told_where_a_password_is_asked_for(svd, box):
    login = "Authorization: %s\r\n" % basic("us\u00e4r", "a:b")
    secured = svd(username="us\u00e4r", password="a:b")
    assert one_call(secured, secured.tcp(), login)["user"] == "us\u00e4r"
    assert one_call(secured, secured.unix_client(), login)["user"] == "us\u00e4r"
    secured.done()
    os.remove(secured.path)
    with_none = svd()
    assert "user" not in one_call(with_none, with_none.tcp(), login)


# --- pages in browsers, further users, guessers ---

@pytest.mark.parametrize("target", ["/RPC2", "/", "/logtail/x", "/nothing", "/api/v1/x"])
def test_a_page_of_somebody_else_is_refused_everywhere(svd, target):
    svd = svd(username="user", password="secret")
    for method in ("GET", "POST"):
        answer = request(svd, method, target, Origin="http://evil.example",
                         Authorization=basic("user", "secret"))
        assert answer.status == 403
    assert svd.calls == []
    wait_for(lambda: len(svd.logs) == 2, "both are logged")
    assert svd.logs[0] == ("warn", "inet: a page of http://evil.example may not ask, "
                           "from 127.0.0.1")


def test_own_pages_and_who_sends_no_origin_are_served(svd):
    svd = svd()
    own = "127.0.0.1:%d" % svd.port
    for headers, status in (({"Host": "unix"}, 200), ({"Host": "evil.example"}, 200),
                            ({"Host": own, "Origin": "http://" + own}, 200),
                            ({"Host": own, "Origin": "https://" + own}, 200),
                            ({"Host": socket.gethostname(),
                              "Origin": "http://" + socket.gethostname()}, 200),
                            ({"Host": own, "Origin": "null"}, 403),
                            ({"Host": "evil.example", "Origin": "http://evil.example"}, 403)):
        assert request(svd, body=call_text(), **headers).status == status, headers


def test_further_users_are_known_until_they_are_not(svd):
    svd = svd(username="user", password="secret")
    sha = "{SHA}" + hashlib.sha1(b"more").hexdigest()

    def status(user, password):
        return request(svd, body=call_text(), Authorization=basic(user, password)).status

    def logins(**passwords):
        svd.send("logins", body=json.dumps(passwords).encode())

    assert status("other", "more") == 401
    logins(other=sha, third="x,y")
    wait_for(lambda: status("other", "more") == 200, "the users are known")
    assert svd.heads[-1]["user"] == "other"
    assert (status("user", "secret"), status("third", "x,y")) == (200, 200)
    assert (status("other", sha), status("third", "more"), status("other", "")) == (401,) * 3
    logins(third="z")
    wait_for(lambda: status("other", "more") == 401, "the user is not known any more")
    assert (status("user", "secret"), status("third", "x,y"), status("third", "z")) == \
        (200, 401, 200)


def test_a_guesser_does_not_fill_the_log(svd):
    svd = svd(username="user", password="secret")
    for i in range(40):
        answer = request(svd, body=call_text(), Authorization=basic("user", "guess%d" % i))
        assert answer.status == 401
        assert answer.getheader("WWW-Authenticate") == 'Basic realm="default"'
    assert request(svd, body=call_text(), Authorization=basic("user", "secret")).status == 200
    lines = [text for level, text in svd.logs if "wrong user name" in text]
    assert lines == ["inet: wrong user name or password from 127.0.0.1"] * 9 + \
        ["inet: wrong user name or password from 127.0.0.1; more of that is not logged for a while"]
