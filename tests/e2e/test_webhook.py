"""[webhook:x]: deliveries, retries and drops are exactly as configured, whatever servers do."""
import json
import os
import signal
import socket
import statistics
import time

import pytest

from lib_daemon import wait_for
from lib_webhook import answers, certificate, closes, endless, hangs, reply

pytestmark = pytest.mark.svd_only

OK, FAILS = reply(), reply(500)


def lines(header, **options):
    return "\n".join(["[%s]" % header] + ["%s=%s" % item for item in options.items()] + [""])


def section(name, url, events="REMOTE_COMMUNICATION", **options):
    return lines("webhook:" + name, url=url, events=events,
                 **dict({"backoff_secs": 1, "timeout_secs": 60}, **options))


def program(name, command, **options):
    return lines("program:" + name, command=command, startsecs=0, **options)


def say(d, *texts):
    for text in texts:
        d.rpc.sendRemoteCommEvent("test", text)


def data(bodies):
    return [json.loads(body.decode())["data"] for body in bodies]


def pool(d, name):
    return d.proxy.svd.getPool(name)


def wait_over(d, name, n=1, timeout=60):
    """Until the hook has done with so many events."""
    def over():
        p = pool(d, name)
        return p if p["delivered"] + p["failed"] + p["dropped"] >= n else None
    return wait_for(over, "%s is over" % name, timeout)


def counts(p):
    return {key: p[key] for key in ("delivered", "failed", "dropped", "retries") if p[key]}


# --- what servers do ---

def test_deliveries_and_retries_are_as_configured(daemon, server, box):
    context, trusted = certificate(box)
    s = server({
        "/recovers": answers(FAILS, FAILS, OK),
        "/late": answers(FAILS, FAILS, FAILS, OK),
        "/never": answers(FAILS),
        "/404": answers(reply(404)),
        "/302": answers(reply(302, "Location: /gold\r\n")),
        "/408": answers(reply(408), OK),
        "/429": answers(reply(429, "Retry-After: 3\r\n"), OK),
        "/hangs": hangs,
        "/endless": endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 1000),
    })
    closing, tls, other = server({"/": closes}), server(tls=context), server(
        tls=certificate(box, stem="other")[0])
    with socket.create_server(("127.0.0.1", 0)) as sock:
        refused = "http://127.0.0.1:%d/" % sock.getsockname()[1]
    #         url, retries, how often it is asked, and what comes of it
    cases = {
        "fine": (s.url("/fine"), 3, 1, {"delivered": 1}),
        "recovers": (s.url("/recovers"), 3, 3, {"delivered": 1, "retries": 2}),
        "late": (s.url("/late"), 2, 3, {"failed": 1, "retries": 2}),
        "never": (s.url("/never"), 1, 2, {"failed": 1, "retries": 1}),
        "once": (s.url("/never/once"), 0, 1, {"delivered": 1}),
        "404": (s.url("/404"), 5, 1, {"failed": 1}),
        "302": (s.url("/302"), 5, 1, {"failed": 1}),
        "408": (s.url("/408"), 5, 2, {"delivered": 1, "retries": 1}),
        "429": (s.url("/429"), 5, 2, {"delivered": 1, "retries": 1}),
        "hangs": (s.url("/hangs"), 1, 2, {"failed": 1, "retries": 1}),
        "endless": (s.url("/endless"), 1, 1, {"delivered": 1}),
        "closes": (closing.url("/"), 1, 2, {"failed": 1, "retries": 1}),
        "refused": (refused, 1, 0, {"failed": 1, "retries": 1}),
        "tls": (tls.url("/tls"), 1, 1, {"delivered": 1}),
        "stranger": (other.url("/"), 0, 0, {"failed": 1}),
    }
    d = daemon("".join(section(name, url, retries=retries,
                               timeout_secs=1 if name == "hangs" else 60)
                       for name, (url, retries, _, _) in cases.items()))
    d.start(env={"SSL_CERT_FILE": trusted})
    assert d.sibling("svd-webhook") is None, "nobody needs it"
    say(d, "hello")
    for name, (url, _, asked, expected) in cases.items():
        over = wait_over(d, name)
        assert counts(over) == expected, name
        assert over["queued"] == over["under_way"] == 0
        path = "/" + url.split("/", 3)[3]
        bodies = [b for each in (s, closing, tls, other) for b in each.bodies(path)
                  if ":%d/" % each.port in url]
        assert len(bodies) == asked, name
        assert len(set(bodies)) <= 1, "tries of one event differ"
    assert not s.bodies("/gold"), "a redirect was followed"
    first, second = [r.at for r in s.requests if " /429 " in r.line]
    assert second - first >= 3, "Retry-After was not heeded"
    for name, why in (("404", "answered 404"), ("302", "answered 302"), ("late", "answered 500"),
                      ("refused", "onnect"), ("stranger", "ertificate"), ("hangs", "imed out")):
        assert why in pool(d, name)["last_error"]["text"]
        assert [line for line in d.log().splitlines()
                if "WARN webhook %s: " % name in line and why in line], name
    assert d.log().count("is given up") == sum("failed" in c[3] for c in cases.values())


def test_events_stay_in_order(daemon, server):
    s = server({"/": answers(OK, OK, FAILS, OK)})
    d = daemon(section("hook", s.url())).start()
    texts = [str(i) for i in range(20)]
    say(d, *texts)
    assert counts(wait_over(d, "hook", 20)) == {"delivered": 20, "retries": 1}
    assert data(s.bodies()) == texts[:3] + texts[2:]


def test_what_does_not_fit_is_dropped_the_oldest_first(daemon, server):
    released = []

    def waits(served, conn, number):
        wait_for(lambda: released or served.is_closed, "the test goes on", 600)
        conn.sendall(OK)

    s = server({"/": waits})
    d = daemon(section("hook", s.url(), buffer_size=5)).start()
    say(d, "0")
    s.wait(1)
    say(d, *[str(i) for i in range(1, 20)])
    p = pool(d, "hook")
    assert (p["under_way"], p["queued"], p["dropped"], p["delivered"]) == (1, 5, 14, 0)
    released.append(True)
    assert counts(wait_over(d, "hook", 20)) == {"delivered": 6, "dropped": 14}
    assert data(s.bodies()) == ["0", "15", "16", "17", "18", "19"]


def test_several_at_a_time(daemon, server):
    def together(served, conn, number):
        wait_for(lambda: len(served.requests) >= 4 or served.is_closed, "all four have come")
        conn.sendall(OK)

    s = server({"/": together})
    d = daemon(section("hook", s.url(), concurrency=4)).start()
    say(d, *"abcd")
    assert counts(wait_over(d, "hook", 4)) == {"delivered": 4}
    assert sorted(data(s.bodies())) == list("abcd")


# --- what is posted ---

def test_what_is_told_of_a_process(daemon, server):
    s = server()
    d = daemon(program("dies", "/bin/sh -c 'exit 3'", autostart="false", autorestart="false") +
               section("all", s.url("/all"), "PROCESS_STATE_EXITED") +
               section("chat", s.url("/chat"), "PROCESS_STATE_EXITED", format="slack") +
               section("others", s.url("/others"), "PROCESS_STATE", programs="else:*"),
               supervisord="identifier=blue").start()
    d.rpc.startProcess("dies")
    s.wait(1, "/all")
    s.wait(1, "/chat")
    told = json.loads(s.bodies("/all")[0].decode())
    host = socket.gethostname()
    pid = told.pop("pid")
    assert abs(told.pop("at") - time.time()) < 600 and told.pop("serial") >= 0
    assert told == {"type": "PROCESS_STATE_EXITED", "server": "blue", "host": host, "pool": "all",
                    "count": 1, "group": "dies", "process": "dies", "from_state": "RUNNING",
                    "expected": 0}
    assert json.loads(s.bodies("/chat")[0].decode()) == {
        "text": ":red_circle: %s/blue: dies exited unexpectedly (was RUNNING, pid %d)" % (
            host, pid)}
    d.stop()
    assert not s.bodies("/others")


def test_headers_go_to_the_server_and_nothing_secret_to_the_log(daemon, server):
    s = server({"/fails": answers(reply(404))})
    secrets = "hunter2", "t0ken", "k3y"
    d = daemon(
        section("fine", s.url("/fine?t=t0ken", user="me:hunter2@"), headers='"X-Key: k3y"') +
        section("fails", s.url("/fails?t=t0ken", user="me:hunter2@"), headers='"X-Key: k3y"') +
        section("refused", "http://me:hunter2@127.0.0.1:1/?t=t0ken", retries=0),
        supervisord="loglevel=blather").start()
    say(d, "hello")
    for name in "fine", "fails", "refused":
        wait_over(d, name)
    assert s.requests[0].headers["x-key"] == ["k3y"]
    assert s.requests[0].line.split()[1].endswith("?t=t0ken")
    d.wait_log("is given up", 2)
    for told in d.log(), d.console(), json.dumps(d.proxy.svd.getPools()):
        assert not [secret for secret in secrets if secret in told]


def test_svd_webhook_has_no_file_of_svds(daemon, server):
    s = server()
    d = daemon(section("hook", s.url()) + program("cat", "/bin/cat")).start()
    say(d, "hello")
    s.wait(1)
    directory = "/proc/%d/fd" % d.sibling("svd-webhook")
    files = [os.readlink(directory + "/" + fd) for fd in os.listdir(directory)]
    assert not [f for f in files if f.startswith(d.box) and f != d.path("console")], files
    assert sum(f.startswith("socket:") for f in files) <= 4, files     # its link, and libcurl's


# --- svd-webhook dies ---

def test_what_a_killed_svd_webhook_takes_along_is_posted_by_the_next(daemon, server):
    released = []

    def waits(served, conn, number):
        wait_for(lambda: released or served.is_closed, "the test goes on", 600)
        conn.sendall(OK)

    s = server({"/": waits})
    d = daemon(section("hook", s.url(), retries=0)).start()
    say(d, "a", "b")
    for kills in 1, 2, 3:
        s.wait(kills)
        os.kill(d.sibling("svd-webhook"), signal.SIGKILL)
    s.wait(4)
    released.append(True)
    assert counts(wait_over(d, "hook", 2)) == {"delivered": 2}
    assert data(s.bodies()) == ["a"] * 4 + ["b"]


def test_nothing_is_lost_however_often_svd_webhook_is_killed(daemon, server):
    s = server()
    d = daemon(section("hook", s.url(), retries=0)).start()
    texts = [str(i) for i in range(200)]
    killed, over = None, 0
    for begin in range(0, 200, 10):
        say(d, *texts[begin:begin + 10])
        # Ten deaths over one post would be a failed try: each of them has posted something.
        over = sum(counts(wait_over(d, "hook", over + 1)).values())
        pid = wait_for(lambda: d.sibling("svd-webhook"), "it runs")
        if pid != killed:
            os.kill(pid, signal.SIGKILL)
            killed = pid
    assert counts(wait_over(d, "hook", 200)) == {"delivered": 200}
    told = data(s.bodies())
    assert sorted(set(told), key=told.index) == texts, "once each, in order, but for repetitions"


# --- while a server hangs ---

def test_an_update_to_another_url(daemon, server):
    s = server({"/old": hangs})
    d = daemon(section("hook", s.url("/old"), timeout_secs=2, retries=3)).start()
    say(d, "a", "b")
    s.wait(1, "/old")
    d.configure(section("hook", s.url("/new"), timeout_secs=2, retries=3))
    shown = d.ctl("update").stdout
    assert "hook" in shown, shown
    say(d, "c")
    s.wait(3, "/new")
    assert data(s.bodies("/new")) == ["a", "b", "c"]
    assert data(s.bodies("/old")) == ["a"]


def test_the_end_comes_in_time_and_is_told(daemon, server):
    s = server({"/hangs": hangs})
    d = daemon(section("hangs", s.url("/hangs"), "SUPERVISOR_STATE_CHANGE", timeout_secs=600) +
               section("fine", s.url("/fine"), "SUPERVISOR_STATE_CHANGE")).start()
    s.wait(1, "/hangs")
    begun = time.monotonic()
    d.stop()
    assert time.monotonic() - begun < 30
    told = [json.loads(body.decode())["type"] for body in s.bodies("/fine")]
    assert told == ["SUPERVISOR_STATE_CHANGE_RUNNING", "SUPERVISOR_STATE_CHANGE_STOPPING"]
    wait_for(lambda: s.open == 0, "svd-webhook is gone")


def test_svd_does_not_wait_for_a_server(daemon, server):
    """The times are printed, not judged: they are the machine's."""
    s = server({"/hangs": hangs})
    d = daemon(program("crashes", "/bin/sleep 1000") +
               section("hook", s.url("/hangs"), retries=0, timeout_secs=600,
                       concurrency=20)).start()

    def measure():
        calls, restarts = [], []
        for _ in range(50):
            begun = time.monotonic()
            d.rpc.getState()
            calls.append(time.monotonic() - begun)
        for _ in range(10):
            pid = d.info("crashes")["pid"]
            begun = time.monotonic()
            os.kill(pid, signal.SIGKILL)
            wait_for(lambda: d.info("crashes")["pid"] not in (0, pid), "it runs again")
            restarts.append(time.monotonic() - begun)
        return "getState %.2f ms, a crash to the next pid %.2f ms" % tuple(
            1000 * statistics.median(times) for times in (calls, restarts))

    d.wait_state("crashes", "RUNNING")
    idle = measure()
    say(d, *["x" * 1000] * 20)
    s.wait(20)
    assert pool(d, "hook")["under_way"] == 20
    print("medians while 20 posts hang: %s; while none does: %s" % (measure(), idle))
    assert pool(d, "hook")["delivered"] == 0
