"""A listener is told the same by svd as by Supervisor, in the same order, for the same life."""
import concurrent.futures
import os
import re
import textwrap
import xmlrpc.client

import pytest

from lib_daemon import REFERENCE, SVD, wait_for
from lib_listeners import add_recorder, recorded

EVENTS = "PROCESS_STATE,PROCESS_LOG,REMOTE_COMMUNICATION,SUPERVISOR_STATE_CHANGE,PROCESS_GROUP"

PROGRAMS = """
    [program:steady]
    command=/bin/cat
    startsecs=0
    [program:slow]
    command=/bin/cat
    autostart=false
    [program:once]
    command=/bin/sh -c 'sleep 0.2'
    startsecs=0
    autostart=false
    [program:bad]
    command=/bin/sh -c 'sleep 0.2; exit 3'
    startsecs=0
    autorestart=false
    autostart=false
    [program:fails]
    command=/bin/sh -c 'exit 3'
    startsecs=10
    startretries=1
    autostart=false
    [program:lost]
    command={box}/no-such-command
    startretries=0
    [program:says]
    command=/bin/sh -c 'echo hello; sleep 0.2; echo world >&2; exec cat'
    stdout_events_enabled=true
    stderr_events_enabled=true
    startsecs=0
    autostart=false
    [program:bytes]
    command=/bin/sh -c 'printf "\\\\211\\\\n\\\\047"; exec cat'
    stdout_events_enabled=true
    stdout_logfile=NONE
    startsecs=0
    autostart=false
    [program:lastwords]
    command=/bin/sh -c 'sleep 0.2; echo that was it'
    stdout_events_enabled=true
    startsecs=0
    autorestart=false
    autostart=false
    [program:deaf]
    command=/bin/sh -c 'trap "" TERM; touch {box}/deaf; while :; do sleep 0.02; done'
    startsecs=0
    stopwaitsecs=1
    """

LATE = """
    [program:late]
    command=/bin/cat
    autostart=false
    """


def start(d, name):
    try:
        d.rpc.startProcess(name, False)
    except xmlrpc.client.Fault:     # it has failed already
        pass


def wait_exec(d, name):
    """Supervisor's children lose a signal that comes before their exec."""
    wait_for(lambda: os.readlink("/proc/%d/exe" % d.info(name)["pid"]).endswith("cat"), "exec")


def live_through(d):
    """One scripted life; returns what the listener was told."""
    programs = textwrap.dedent(PROGRAMS) + add_recorder(d, EVENTS)
    d.configure(programs)
    d.start()
    wait_for(lambda: os.path.exists(d.path("deaf")), "deaf is deaf")
    for name in "slow", "once", "bad", "fails", "says", "bytes", "lastwords":
        start(d, name)
    for name, state in (("slow", "RUNNING"), ("once", "EXITED"), ("bad", "EXITED"),
                        ("fails", "FATAL"), ("lost", "FATAL"), ("lastwords", "EXITED")):
        d.wait_state(name, state)
    wait_for(lambda: "world" in str(recorded(d)), "the world was greeted")
    for name in "steady", "slow", "says", "bytes":
        wait_exec(d, name)
        d.rpc.stopProcess(name)
    d.rpc.sendRemoteCommEvent("kind", "some data\nin two lines")
    d.configure(programs + textwrap.dedent(LATE))
    d.rpc.reloadConfig()
    d.rpc.addProcessGroup("late")
    d.rpc.removeProcessGroup("late")
    wait_for(lambda: "PROCESS_GROUP_REMOVED" in str(recorded(d)), "the listener is up to date")
    d.stop()
    return recorded(d)


def subject(event):
    """What an event is about. Only events about one thing have an order that can be relied on."""
    found = re.search(r"processname:(\S+)", event.payload)
    return found.group(1) if found else re.sub("_(ADDED|REMOVED|RUNNING|STOPPING)$", "", event.name)


def by_subject(events):
    told = {}
    for event in events:
        text = re.sub(r"pid:[1-9]\d*", "pid:PID", event.payload)
        told.setdefault(subject(event), []).append((event.name, text))
    # It is the last to be stopped before the listener, who may or may not hear of its end.
    told["deaf"] = told["deaf"][:3]
    return told


@pytest.fixture(scope="module")
def lives(module_daemon):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        ours, theirs = pool.map(live_through, [module_daemon("", "ours", SVD),
                                               module_daemon("", "theirs", REFERENCE)])
    return ours, theirs


@pytest.mark.reference
def test_each_thing_has_the_same_history(lives):
    ours, theirs = map(by_subject, lives)
    assert len(ours["lastwords"]) == 4 and len(ours["fails"]) == 5 and len(ours["deaf"]) == 3
    assert ours == theirs


@pytest.mark.reference
def test_the_head_has_the_same_form(lives):
    forms = [{re.sub(r"\d+", "N", event.head) for event in events} for events in lives]
    assert forms[0] == forms[1]


@pytest.mark.reference
def test_serials_count_without_a_gap(lives):
    for events in lives:
        assert [event.poolserial for event in events] == list(range(len(events)))
        assert [event.serial for event in events] == list(range(len(events)))
