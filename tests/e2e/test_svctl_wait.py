"""svctl waits: for what it has begun, for what others do, no longer than it may, and shows it."""
import json
import threading
import xmlrpc.client

import pytest

from lib_daemon import REFERENCE, SVCTL, SVD, wait_for
from lib_svctl import COMPATIBLE, FakeServer, Terminal, http_answer, svctl

CODES = {"STOPPED": 0, "STARTING": 10, "RUNNING": 20, "BACKOFF": 30, "STOPPING": 40, "EXITED": 100,
         "FATAL": 200}


def process(name, state="RUNNING", **more):
    group, _, short = name.rpartition(":")
    return {"group": group or name, "name": short, "statename": state, "state": CODES[state],
            "description": "", "pid": 7 if state in ("STARTING", "RUNNING", "STOPPING") else 0,
            "stop": 0, "spawnerr": "", **more}


class Script:
    """A server whose processes go through states: the next one whenever they are looked at."""

    def __init__(self, **lives):
        self.lives = {name.replace("__", ":"): list(life) for name, life in lives.items()}
        self.calls = []
        self.looks = 0
        self.on_look = lambda: None

    def infos(self):
        self.looks += 1
        self.on_look()
        now = []
        for name, life in self.lives.items():
            each = life[0] if len(life) == 1 else life.pop(0)
            if each:
                now.append(process(name, each) if isinstance(each, str)
                           else process(name, **each))
        return now

    def answer(self, method, params):
        if method == "supervisor.getVersion":
            return "3.0"
        if method == "supervisor.getAllProcessInfo":
            return self.infos()
        self.calls.append((method.partition(".")[2],) + params)
        return True

    def serve(self, server, connection):
        while True:
            body = server.read_request(connection)
            if not body:
                return
            params, method = xmlrpc.client.loads(body)
            value = self.answer(method, params)
            connection.sendall(http_answer(xmlrpc.client.dumps((value,), methodresponse=True)))


def run(box, script, *line, **kwargs):
    with FakeServer(script.serve) as server:
        outcome = svctl(box, "-s", server.url, *line, **kwargs)
        return outcome.out.replace(server.url, "URL"), outcome.code


def test_what_a_pattern_means_is_begun_at_once_and_told_as_it_ends(box):
    script = Script(
        web__a=["STOPPED", "STARTING", "STARTING", "RUNNING"],
        web__b=["STOPPED", "STARTING", "RUNNING"],
        web__c=["STOPPED", dict(state="BACKOFF", spawnerr="Exited too quickly")],
        web__d=["STOPPED", "STARTING", "STARTING", "STARTING", "FATAL"],
        web__e=["STOPPED", "EXITED"],
        other=["STOPPED"])
    assert run(box, script, "start", "web:?") == (
        "web:c: ERROR (spawn error)\nweb:e: started\nweb:b: started\nweb:a: started\n"
        "web:d: ERROR (abnormal termination)\n", 7)
    assert script.calls == [("startProcess", "web:" + letter, False) for letter in "abcde"]


def test_no_wait_only_begins(box):
    script = Script(a=["STOPPED"], web__b=["STOPPED"])
    assert run(box, script, "start", "a", "web:b", "--no-wait") == (
        "a: starting\nweb:b: starting\n", 0)
    assert run(box, script, "stop", "--no-wait", "*") == ("a: stopping\nweb:b: stopping\n", 0)
    assert script.calls == [(verb + "Process", name, False) for verb in ("start", "stop")
                            for name in ("a", "web:b")]
    assert script.looks == 1
    text, code = run(box, script, "start", "a", "--wait", "--no-wait")
    assert text.startswith("Error: --wait and --no-wait exclude each other\n") and code == 2


def test_a_restart_stops_all_before_it_does_not_wait(box):
    script = Script(a=["RUNNING", "STOPPING", "STOPPED"], b=["RUNNING", "STOPPED"])
    assert run(box, script, "restart", "?", "--no-wait") == (
        "b: stopped\na: stopped\na: starting\nb: starting\n", 0)
    assert [call[0] for call in script.calls] == ["stopProcess"] * 2 + ["startProcess"] * 2


def test_who_is_late_is_told_and_what_can_be_started_again_is(box):
    script = Script(web__a=["RUNNING", "STOPPED"], web__b=["RUNNING", "STOPPING"])
    assert run(box, script, "restart", "web:[ab]", "--timeout=0.1") == (
        "web:a: stopped\nweb:b: ERROR (timeout: STOPPING)\nweb:a: starting\n", 1)
    assert script.calls == [("stopProcess", "web:a", False), ("stopProcess", "web:b", False),
                            ("startProcess", "web:a", False)]
    script = Script(a=["STARTING"])
    assert run(box, script, "start", "a", "--timeout", "0") == ("a: ERROR (timeout: STARTING)\n", 1)
    text, code = run(box, script, "start", "a", "--timeout", "0", "--json")
    assert json.loads(text) == [{"name": "a", "error": "timeout: STARTING"}] and code == 1


def test_a_server_that_does_not_answer_is_late_too(box):
    done = threading.Event()
    script = Script(a=["RUNNING"])
    script.on_look = lambda: done.wait(30)
    with FakeServer(script.serve) as server:
        outcome = svctl(box, "-s", server.url, "stop", "*", "--timeout", "0.2")
        done.set()
    assert outcome.out == "error: %s: no answer in time\n" % server.url
    assert outcome.code == 1


WAITS = [
    ("running", ["STARTING", "BACKOFF", "RUNNING"], "a: running", 0),
    ("running", ["STARTING", "BACKOFF", "FATAL"], "a: ERROR (FATAL)", 7),
    ("running", ["STARTING", None], "a: ERROR (no such process)", 7),
    ("stopped", ["RUNNING", "STOPPING", "STOPPED"], "a: stopped", 0),
    ("stopped", ["RUNNING", None], "a: stopped", 0),
    ("stopped", ["EXITED"], "a: stopped", 0),
    ("exited", ["RUNNING", "EXITED"], "a: exited", 0),
    ("exited", ["EXITED"], "a: exited", 0),
    ("exited", [dict(pid=7), dict(pid=8)], "a: exited", 0),
    ("exited", [dict(state="BACKOFF", stop=5), dict(state="BACKOFF", stop=6)], "a: exited", 0),
    ("exited", ["FATAL"], "a: ERROR (FATAL)", 7),
    ("FATAL", ["RUNNING", "BACKOFF", "FATAL"], "a: fatal", 0),
    ("starting", ["STOPPED", "STARTING"], "a: starting", 0),
    ("backoff", ["STOPPED", None], "a: ERROR (no such process)", 7),
]


def test_wait_knows_when_it_is_there_and_when_it_never_will_be(box):
    for state, life, text, code in WAITS:
        assert run(box, Script(a=life), "wait", "a", "--for", state) == (text + "\n", code)


def test_wait_waits_for_all_that_it_was_told(box):
    script = Script(web__a=["STOPPED", "STARTING", "RUNNING"], web__b=["RUNNING"],
                    c=["STOPPED", "STOPPED", "STOPPED", "RUNNING"])
    assert run(box, script, "wait", "*:a", "web:b", "c") == (
        "web:b: running\nweb:a: running\nc: running\n", 0)
    script = Script(web__a=["STOPPED"], web__b=["RUNNING"])
    assert run(box, script, "wait", "web:*", "--timeout", "0.1") == (
        "web:b: running\nweb:a: ERROR (timeout: STOPPED)\n", 1)
    assert run(box, script, "wait", "nope", "x:*", "y?", "all") == (
        "nope: ERROR (no such process)\nx: ERROR (no such group)\n"
        "y?: ERROR (no such process)\n", 4)
    text, code = run(box, script, "wait")
    assert text.startswith("Error: wait requires a process name\nwait <name>") and code == 2
    text, code = run(box, script, "wait", "web:b", "--for", "breakfast")
    assert text.startswith("Error: --for: there is no such state: breakfast\n") and code == 2


def slowly(script, method, until):
    """The call of that method waits for the event."""
    fast = script.answer

    def answer(name, params):
        if name == "supervisor." + method:
            assert until.wait(30)
        return fast(name, params)
    script.answer = answer
    return script


def watched(box, serve, *line, program=SVCTL):
    """What a person sees, and what stands there in the end."""
    with FakeServer(serve) as server, Terminal([program, "-s", server.url, *line], box) as t:
        seen = t.end()
        return seen, t.code


def what_stays(text):
    """Each line from its last beginning on."""
    return [line.rsplit("\r", 1)[-1].replace("\x1b[K", "")
            for line in text.replace("\r\n", "\n").split("\n")]


def test_a_call_that_takes_long_shows_how_far_it_is(box):
    enough = threading.Event()
    script = slowly(Script(web__a=["STOPPED"], **{"web__\\x1b": ["STOPPING"]}), "stopProcessGroup",
                    enough)
    script.lives["web:\x07b"] = script.lives.pop("web:\\x1b")
    script.on_look = lambda: script.looks > 2 and enough.set()
    fast = script.infos
    script.infos = lambda: [dict(each, name=each["name"].replace("\x07", "\t"))
                            for each in fast()]
    answer = script.answer
    script.answer = lambda name, params: (
        [dict(group="web", name="a", status=80, description="OK")]
        if answer(name, params) is True else answer(name, params))
    seen, code = watched(box, script.serve, "stop", "web:*")
    assert "\r\x1b[K1 of 2 stopped, waiting for web:^Ib (STOPPING)" in seen
    assert what_stays(seen) == ["web:a: stopped", ""] and code == 0


def test_waiting_shows_how_far_it_is(box):
    script = Script(web__a=["RUNNING"], web__b=["STARTING"])
    script.on_look = lambda: seen_enough(script)

    def seen_enough(script):
        if script.looks > 7:
            script.lives["web:b"] = ["RUNNING"]

    seen, code = watched(box, script.serve, "wait", "web:*")
    assert "\r\x1b[K1 of 2 running, waiting for web:b (STARTING)" in seen
    assert what_stays(seen) == ["web:a: running", "web:b: running", ""] and code == 0


@pytest.mark.parametrize("kind", ["json", "supervisorctl"])
def test_programs_and_purists_see_no_progress(box, kind):
    script = Script(a=["STARTING"])
    script.on_look = lambda: script.looks > 7 and script.lives.update(a=["RUNNING"])
    line = ["wait", "a"] + (["--json"] if kind == "json" else [])
    seen, code = watched(box, script.serve, *line,
                         program=COMPATIBLE if kind == "supervisorctl" else SVCTL)
    assert "waiting" not in seen and "\x1b" not in seen and code == 0


def test_ctrl_c_leads_from_waiting_to_the_prompt(box):
    script = Script(alpha=["STOPPED"])
    with FakeServer(script.serve) as server, Terminal([SVCTL, "-s", server.url], box) as t:
        t.expect("> ")
        t.edit("wait alpha\n")
        before = script.looks
        wait_for(lambda: script.looks > before + 2, "it has looked again")
        t.type("\x03")
        t.expect("> ")
        t.edit("start al\t\n")
        t.expect("alpha: started")


PROGRAMS = """
    [program:stubborn]
    command=/bin/sh -c "trap '' TERM; while :; do sleep 0.05; done"
    startsecs=0
    stopwaitsecs=1
    [program:good]
    command=/bin/cat
    process_name=g%(process_num)s
    numprocs=2
    startsecs=1
    [program:job]
    command=/bin/sleep 0.5
    startsecs=0
    autorestart=false
    autostart=false
    """


@pytest.fixture(params=[SVD, REFERENCE], ids=["svd", "supervisord"])
def either(request, daemon):
    if request.param == REFERENCE:
        pytest.importorskip("supervisor")
    return daemon(PROGRAMS, program=request.param).start()


def updates(either):
    """What update says when it may not take long, and what in JSON."""
    either.configure(PROGRAMS.replace("[program:stubborn]", "[program:other]"))
    outcome = svctl(either.box, "-c", either.conf, "update", "--timeout", "0.2")
    assert (outcome.out, outcome.code) == ("stubborn: ERROR (timeout: STOPPING)\n", 1)
    wait_for(lambda: either.states()["stubborn:stubborn"] == "STOPPED", "it has stopped")
    outcome = svctl(either.box, "-c", either.conf, "update", "nope", "all", "--json")
    assert json.loads(outcome.out) == [
        {"name": "stubborn", "result": "stopped"},
        {"name": "stubborn", "result": "removed process group"},
        {"name": "other", "result": "added process group"}]
    outcome = svctl(either.box, "-c", either.conf, "update", "nope", "--json")
    assert json.loads(outcome.out) == [{"name": "nope", "error": "no such group", "fault": 10}]
    assert outcome.code == 1


@pytest.mark.reference
def test_it_works_with_both_daemons(either):
    def ctl(*line):
        outcome = svctl(either.box, "-c", either.conf, *line)
        return outcome.out, outcome.code

    assert ctl("wait", "all", "--for", "running", "--timeout", "0")[1] == 1
    assert ctl("wait", "good:*", "s*n")[1] == 0
    assert ctl("restart", "stubborn", "good:g0", "--timeout", "0.2") == (
        "good:g0: stopped\nstubborn: ERROR (timeout: STOPPING)\ngood:g0: starting\n", 1)
    assert ctl("wait", "stubborn", "--for", "stopped") == ("stubborn: stopped\n", 0)
    assert ctl("start", "stubborn", "job", "--timeout", "20") == (
        "stubborn: started\njob: started\n", 0)
    assert ctl("wait", "job", "--for", "exited") == ("job: exited\n", 0)
    assert ctl("restart", "good:g?")[1] == 0
    assert sorted(ctl("stop", "good:*", "--timeout", "30")[0].splitlines()) == [
        "good:g0: stopped", "good:g1: stopped"]
    updates(either)
