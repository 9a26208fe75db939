"""The RPC interface answers as Supervisor's does: the same calls, both daemons, side by side."""
import concurrent.futures
import os
import time
import xmlrpc.client

import pytest

from lib_daemon import REFERENCE, SVD, wait_for

PROGRAMS = """
    [program:steady]
    command=/bin/cat
    startsecs=0
    autostart=false
    [program:slow]
    command=/bin/cat
    startsecs=1
    autostart=false
    [program:slower]
    command=/bin/cat
    startsecs=60
    autostart=false
    [program:fails]
    command=/bin/sh -c 'exit 3'
    startsecs=10
    startretries=0
    autostart=false
    [program:once]
    command=/bin/sh -c 'sleep 2; exit 4'
    startsecs=0
    autorestart=false
    autostart=false
    [program:lost]
    command={box}/no-such-command
    startretries=0
    autostart=false
    [program:plain]
    command={box}/supervisord.conf
    startretries=0
    autostart=false
    [program:quote]
    command=/bin/echo 'unbalanced
    startretries=0
    autostart=false
    [program:deaf]
    command=/bin/sh -c 'trap "" TERM; touch {box}/deaf; while :; do sleep 0.02; done'
    startsecs=0
    stopwaitsecs=1
    autostart=false
    [program:many]
    command=/bin/cat
    process_name=many_%(process_num)d
    numprocs=3
    startsecs=0
    autostart=false
    [program:one]
    command=/bin/cat
    startsecs=0
    autostart=false
    priority=2
    [program:two]
    command={box}/no-such-command
    autostart=false
    priority=1
    [group:mixed]
    programs=one,two
    """

# Each row is a story: calls in order. A call is "method", argument...
STORIES = {
    "start and stop": [
        ("startProcess", "steady"), ("startProcess", "steady"), ("getProcessInfo", "steady"),
        ("stopProcess", "steady"), ("stopProcess", "steady"), ("getProcessInfo", "steady")],
    "without waiting": [
        ("startProcess", "slower", False), ("startProcess", "slower", False),
        ("stopProcess", "slower", False)],
    "waiting for startsecs": [("startProcess", "slow"), ("stopProcess", "slow", True)],
    "wait as a number": [("startProcess", "steady", 1), ("stopProcess", "steady", 0)],
    "fails early": [("startProcess", "fails"), ("getProcessInfo", "fails")],
    "fails late": [("startProcess", "once")],
    "no such file": [("startProcess", "lost"), ("startProcess", "lost", False),
                     ("startProcess", "plain"), ("startProcess", "quote"),
                     ("getProcessInfo", "lost")],
    "is killed": [("startProcess", "deaf"), ("stopProcess", "deaf"), ("getProcessInfo", "deaf")],
    "bad names": [
        (method, name) for method in ("startProcess", "stopProcess", "getProcessInfo",
                                      "startProcessGroup", "stopProcessGroup")
        for name in ("nobody", "nobody:", "steady:nobody", "nobody:*", "many:nobody", "many", "",
                     ":", "*", "a:b:c")
        if (method, name) not in (("startProcessGroup", "many"), ("stopProcessGroup", "many"))],
    "group by name": [("startProcess", "many:*"), ("stopProcess", "many:*")],
    "groups": [
        ("startProcessGroup", "many"), ("startProcessGroup", "many"), ("stopProcessGroup", "many"),
        ("stopProcessGroup", "many"), ("startProcessGroup", "mixed"),
        ("stopProcessGroup", "mixed"), ("startProcessGroup", "many", False),
        ("stopProcessGroup", "many", False)],
    "all": [("stopAllProcesses",), ("getAllProcessInfo",), ("stopAllProcesses", False)],
    "wrong arguments": [
        ("startProcess",), ("startProcess", "a", "b", "c"), ("startProcess", 1),
        ("getProcessInfo",), ("getState", 1), ("noSuchMethod",), ("startProcess.x",)],
    "about itself": [
        ("getAPIVersion",), ("getVersion",), ("getIdentification",), ("getState",)],
}


def normalised(value, box):
    """Without the pids and times that differ from run to run."""
    if isinstance(value, list):     # those who got there first come first
        return sorted((normalised(each, box) for each in value), key=str)
    if isinstance(value, dict):
        value = dict(value)
        for key in "now", "start", "stop", "pid":
            if key in value:
                value[key] = value[key] > 0
        if value.get("statename") in ("RUNNING", "EXITED", "STOPPED") and "now" in value:
            value["description"] = value["description"].split()[0] if value["start"] else "new"
        for key in "stdout_logfile", "stderr_logfile", "logfile":
            if value.get(key):
                value[key] = value[key].rpartition("-")[0]      # AUTO names end at random
        return {key: normalised(each, box) for key, each in value.items()}
    return value.replace(box, "BOX") if isinstance(value, str) else value


def answer(d, call):
    try:
        result = getattr(d.rpc, call[0])(*call[1:])
    except xmlrpc.client.Fault as fault:
        return "%d %s" % (fault.faultCode, fault.faultString.replace(d.box, "BOX"))
    except xmlrpc.client.ProtocolError as error:
        return "HTTP %d" % error.errcode
    return normalised(result, d.box)


def settle(d):
    """Until nothing is on its way any more."""
    passing = {"STARTING", "STOPPING", "BACKOFF"}
    wait_for(lambda: not passing & set(d.states().values()), "all processes have settled")


def tell(d, story):
    answers = []
    for call in story:
        answers.append((call, answer(d, call)))
        if call != ("startProcess", "slower", False):     # the one that is asked about meanwhile
            settle(d)
    settle(d)
    return answers


def known_to(theirs, ours):
    """Ours without the members that Supervisor's answer has not."""
    if isinstance(theirs, list) and isinstance(ours, list):
        return [known_to(*pair) for pair in zip(theirs, ours)] + ours[len(theirs):]
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return {key: value for key, value in ours.items() if key in theirs}
    return ours


def compare(ours, theirs):
    """What was told of one story by both."""
    for (call, our_answer), (_, their_answer) in zip(ours, theirs):
        if their_answer != "HTTP 500":      # an exception in Supervisor: nothing to mirror
            assert (call, known_to(their_answer, our_answer)) == (call, their_answer)


@pytest.fixture(scope="module")
def told(module_daemon):
    """(title, "ours" or "theirs") -> the answers; one daemon for each story."""
    def one(key):
        title, whose = key
        d = module_daemon(PROGRAMS, "%s/%s" % (whose, title.replace(" ", "-")),
                          SVD if whose == "ours" else REFERENCE)
        d.start()
        answers = tell(d, STORIES[title])
        d.stop()
        return answers
    keys = [(title, whose) for title in STORIES for whose in ("ours", "theirs")]
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        return dict(zip(keys, pool.map(one, keys)))


@pytest.mark.reference
@pytest.mark.parametrize("title", STORIES)
def test_the_answers_to(title, told):
    compare(told[title, "ours"], told[title, "theirs"])


def test_waiting_means_waiting(daemon):
    """startProcess returns when startsecs have passed, stopProcess when the process is gone."""
    d = daemon(PROGRAMS).start()
    began = time.monotonic()
    assert d.rpc.startProcess("slow") is True
    assert time.monotonic() - began >= 1
    assert d.state("slow") == "RUNNING"
    assert d.rpc.stopProcess("slow") is True
    assert d.state("slow") == "STOPPED"
    assert d.rpc.startProcess("slower", False) is True
    assert d.state("slower") == "STARTING"


def test_a_waiting_call_holds_up_no_other(daemon):
    d = daemon(PROGRAMS).start()
    d.rpc.startProcess("deaf")
    wait_for(lambda: os.path.exists(d.path("deaf")), "deaf is deaf")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(d.rpc.stopProcess, "deaf")
        d.wait_state("deaf", "STOPPING")
        assert d.rpc.startProcess("steady") is True
        assert not waiting.done()
        assert waiting.result(30) is True
