"""The activity log at each loglevel: what Supervisor says there, svd says."""
import concurrent.futures
import os
import re
import xmlrpc.client

import pytest

from lib_daemon import REFERENCE, SVD, WHO_ASKED, wait_for

pytestmark = [pytest.mark.reference, pytest.mark.svd_only]

LEVELS = ["critical", "error", "warn", "info", "debug", "trace", "blather"]

PROGRAMS = """
    [program:talker]
    command=/bin/sh -c 'echo one; echo two >&2; exec cat'
    startsecs=0
    stopsignal=INT
    [program:ends]
    command=/bin/sh -c 'sleep 0.3; exit 3'
    startsecs=0
    autorestart=false
    autostart=false
    [program:lost]
    command={box}/no-such-command
    startretries=0
    [program:deaf]
    command=/bin/sh -c 'trap "" TERM; touch {box}/deaf; while :; do sleep 0.02; done'
    startsecs=0
    stopwaitsecs=0
    """

# What only one of the two can say: doc/COMPATIBILITY.md has it.
THEIRS = {"BLAT (read|write) event caused by <": "blather",
          r"DEBG fd \d+ closed, stopped monitoring <": "debug",
          "TRAC .*Medusa": "trace", "TRAC .*HTTP/1.1": "trace"}
OURS = {"DEBG svd-(logd|httpd) started with PID": "debug", WHO_ASKED: "info"}

# A matter of when the daemon looks, of how often it is asked, and of what it did not wait for.
CHANCE = re.compile("INFO waiting for|TRAC XML-RPC method .*(getState|getProcessInfo|getAll)")


def live(make, level, name, program):
    """The messages of one life, at one level: sorted, each once, without pids."""
    # Supervisor takes a line with the word "error" for one, be it in the path of the socket.
    d = make(PROGRAMS, "%d-%s" % (LEVELS.index(level), name), program,
             supervisord="loglevel=" + level).start()
    wait_for(lambda: os.path.exists(d.path("deaf")), "deaf is deaf")
    d.wait_state("lost", "FATAL")
    d.rpc.startProcess("ends", False)
    d.wait_state("ends", "EXITED")
    d.wait_state("talker", "RUNNING")
    wait_for(lambda: "cat" in os.readlink("/proc/%d/exe" % d.info("talker")["pid"]), "exec")
    d.rpc.stopProcess("talker")
    d.rpc.stopProcess("deaf")
    for method, arguments in ("stopProcess", ("deaf",)), ("startProcess", ("nobody",)), ("x", ()):
        with pytest.raises(xmlrpc.client.Fault):
            getattr(d.rpc, method)(*arguments)
    d.rpc.shutdown()
    d.process.wait()
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ", "\0", d.log().replace(d.box, "BOX"))
    text = re.sub(r"pid \d+|\(\d+\)", "PID", text)
    return sorted({message.strip() for message in text.split("\0")[1:]
                   if not CHANCE.search(message)})


@pytest.fixture(scope="module")
def lives(module_daemon):
    keys = [(level, name) for level in LEVELS for name in ("ours", "theirs")]
    programs = {"ours": SVD, "theirs": REFERENCE}
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        return dict(zip(keys, pool.map(
            lambda key: live(module_daemon, *key, programs[key[1]]), keys)))


def without(messages, patterns):
    return [each for each in messages if not any(re.match(p, each) for p in patterns)]


@pytest.mark.parametrize("level", LEVELS)
def test_the_log_at(level, lives):
    ours, theirs = lives[level, "ours"], lives[level, "theirs"]
    assert without(ours, OURS) == without(theirs, THEIRS)
    for patterns, messages in (OURS, ours), (THEIRS, theirs):
        for pattern, first in patterns.items():
            expected = LEVELS.index(level) >= LEVELS.index(first)
            assert any(re.match(pattern, each) for each in messages) == expected, pattern
