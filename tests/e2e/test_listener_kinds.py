"""Listeners in the languages that people write them in: each gets every event, of every type. The
same goes for Supervisor, so what they do is what works there.
"""
import concurrent.futures
import contextlib
import os
import re
import signal
import subprocess
import time
import xmlrpc.client

import pytest

from lib_daemon import REFERENCE, SVD, clean_env, wait_for
from lib_files import free_port
from test_same_ticks import HOUR, set_clock

pytestmark = pytest.mark.reference

HERE = os.path.dirname(os.path.abspath(__file__))

# Each notes SERIAL EVENTNAME PAYLOAD, and an ASCII record separator.
HEAD_C = """
    while printf 'READY\\n' && read -r head; do
        len=${head##*len:} name=${head##*eventname:} serial=${head##* serial:}
        payload=$(head -c "$len")
        printf '%s %s %s\\036' "${serial%% *}" "${name%% *}" "$payload" >>"$1"
        printf 'RESULT 2\\nOK'
    done
    """

DD = HEAD_C.replace('head -c "$len"', 'dd bs=1 count="$len" 2>/dev/null')

# And asks the daemon for something now and then.
CHILDUTILS = """
    import os, sys
    from supervisor import childutils
    rpc = childutils.getRPCInterface(os.environ)
    with open(sys.argv[1], "a") as out:
        while True:
            headers, payload = childutils.listener.wait(sys.stdin, sys.stdout)
            out.write("%s %s %s\\036" % (headers["serial"], headers["eventname"], payload))
            out.flush()
            if headers["eventname"] == "REMOTE_COMMUNICATION":
                words, data = childutils.eventdata(payload)
                if words["type"] == "ask":
                    said = rpc.supervisor.getIdentification()
                    rpc.supervisor.sendRemoteCommEvent("answer-" + headers["pool"], said)
            if "FAIL" in payload and not os.path.exists(sys.argv[1] + ".failed"):
                open(sys.argv[1] + ".failed", "w").close()
                childutils.listener.fail(sys.stdout)
            else:
                childutils.listener.ok(sys.stdout)
    """

LISTENERS = {
    "in-c": "{box}/listener {box}/in-c.heard",
    "head-c": "/bin/sh {box}/head-c.sh {box}/head-c.heard",
    "dd": "/bin/sh {box}/dd.sh {box}/dd.heard",
    "unix": "/usr/bin/python3 {box}/childutils.py {box}/unix.heard",
    "inet": "/usr/bin/python3 {box}/childutils.py {box}/inet.heard\n"
            "serverurl=http://127.0.0.1:{port}\n"
            "environment=SUPERVISOR_USERNAME=me,SUPERVISOR_PASSWORD=\"s3 cret\"",
}

PROGRAMS = """
    [inet_http_server]
    port=127.0.0.1:{port}
    username=me
    password=s3 cret
    [program:actor]
    command=/bin/sh -c 'while read -r line; do eval "$line"; done'
    startsecs=0
    autorestart=false
    stdout_events_enabled=true
    stderr_events_enabled=true
    stdout_capture_maxbytes=1MB
    stderr_capture_maxbytes=1MB
    [program:fails]
    command=/bin/sh -c 'exit 3'
    startretries=0
    autostart=false
    [program:refused]
    command=/bin/cat
    stopsignal=USR2
    startsecs=0
    [program:gone]
    command=/bin/cat
    startsecs=0
    [program:lingers]
    command=/bin/sh -c 'trap "" TERM; while [ ! -e {box}/enough ]; do sleep 0.02; done'
    startsecs=0
    stopwaitsecs=20
    """

MANY = 2000

TYPES = """PROCESS_STATE_STOPPED PROCESS_STATE_EXITED PROCESS_STATE_STARTING PROCESS_STATE_STOPPING
    PROCESS_STATE_BACKOFF PROCESS_STATE_FATAL PROCESS_STATE_RUNNING PROCESS_STATE_UNKNOWN
    PROCESS_COMMUNICATION_STDOUT PROCESS_COMMUNICATION_STDERR PROCESS_LOG_STDOUT PROCESS_LOG_STDERR
    REMOTE_COMMUNICATION SUPERVISOR_STATE_CHANGE_RUNNING SUPERVISOR_STATE_CHANGE_STOPPING
    TICK_5 TICK_60 TICK_3600 PROCESS_GROUP_ADDED PROCESS_GROUP_REMOVED""".split()


def heard(d, name):
    """What a listener has noted, as (serial, the rest); a shell loses newlines at the end."""
    notes = d.read(name + ".heard").split("\036")[:-1]
    return [(int(serial), text.rstrip("\n")) for serial, text in
            (note.split(" ", 1) for note in notes)]


def all_hear(d, text):
    for name in LISTENERS:
        wait_for(lambda: text in d.read(name + ".heard"), "%s hears %s" % (name, text))


def prepare(d):
    for name, text in ("head-c.sh", HEAD_C), ("dd.sh", DD), ("childutils.py", CHILDUTILS):
        d.write(name, text)
    subprocess.run(["cc", "-O2", "-o", d.path("listener"), HERE + "/listener.c"], check=True)
    sections = "".join("\n".join([
        "[eventlistener:%s]" % name, "command=" + command, "events=EVENT", "buffer_size=10000",
        "startsecs=0", "priority=-%d" % n, ""]) for n, (name, command) in
                       enumerate(LISTENERS.items(), 1))
    port = str(free_port())
    d.configure(PROGRAMS.replace("{port}", port).replace("    ", "") + sections.replace(
        "{port}", port))


def make_every_type(d, base):
    for line in ("printf 'out\\n<!--XSUPERVISOR:BEGIN-->one<!--XSUPERVISOR:END-->%030d\\n' 0",
                 "printf 'err\\n<!--XSUPERVISOR:BEGIN-->two<!--XSUPERVISOR:END-->%030d\\n' 0 >&2"):
        d.rpc.sendProcessStdin("actor", line + "\n")
    all_hear(d, "PROCESS_COMMUNICATION_STDERR")
    d.rpc.sendProcessStdin("actor", "exit\n")
    d.wait_state("actor", "EXITED")
    with contextlib.suppress(xmlrpc.client.Fault):      # it may have failed already
        d.rpc.startProcess("fails", False)
    d.wait_state("fails", "FATAL")
    with pytest.raises(xmlrpc.client.Fault):
        d.rpc.stopProcess("refused", False)
    pid = d.info("gone")["pid"]
    wait_for(lambda: os.path.samefile("/proc/%d/exe" % pid, "/bin/cat"), "it is a cat")
    d.rpc.stopProcess("gone", False)
    d.wait_state("gone", "STOPPED")
    d.rpc.removeProcessGroup("gone")
    set_clock(d, base + HOUR)
    all_hear(d, "TICK_3600")


def send_many(d):
    for begin in range(0, MANY, 200):
        d.proxy.system.multicall([
            {"methodName": "supervisor.sendRemoteCommEvent", "params": ["n", "%d;" % n + "x" * 50]}
            for n in range(begin, begin + 200)])


def live(d, preload, base):
    set_clock(d, base)
    sanitizer = clean_env(d.box)["ASAN_OPTIONS"] + ":verify_asan_link_order=0"
    d.start(env={"LD_PRELOAD": preload, "FAKE_TIME": d.path("offset"), "ASAN_OPTIONS": sanitizer})
    all_hear(d, "SUPERVISOR_STATE_CHANGE_RUNNING")
    make_every_type(d, base)
    d.rpc.sendRemoteCommEvent("ask", "who are you")
    all_hear(d, "type:answer-unix\nsupervisor")
    all_hear(d, "type:answer-inet\nsupervisor")
    d.rpc.sendRemoteCommEvent("n", "FAIL")
    send_many(d)
    all_hear(d, "type:n\n%d;" % (MANY - 1))
    os.kill(d.pid, signal.SIGTERM)
    all_hear(d, "SUPERVISOR_STATE_CHANGE_STOPPING")
    d.write("enough", "")
    assert d.process.wait(30) == 0
    return {name: heard(d, name) for name in LISTENERS}


@pytest.fixture(scope="module")
def lives(module_daemon, fake_kill, fake_time):
    base = time.time() // HOUR * HOUR + 20 * 60 + 15
    both = [module_daemon("", "ours", SVD), module_daemon("", "theirs", REFERENCE)]
    for d in both:
        prepare(d)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return dict(zip(("svd", "supervisord"), pool.map(
            lambda d: live(d, fake_kill + ":" + fake_time, base), both)))


@pytest.fixture(params=["svd", "supervisord"])
def told(request, lives):
    """What each listener has noted."""
    return lives[request.param]


@pytest.mark.parametrize("name", LISTENERS)
def test_it_hears_all(told, name):
    """But what was before its time, and what was after the end was known."""
    events = told[name]
    assert {text.split(" ")[0] for _, text in events} == set(TYPES)
    numbers = [int(found.group(1)) for found in (
        re.match(r"REMOTE_COMMUNICATION type:n\n(\d+);", text) for _, text in events) if found]
    assert numbers == list(range(MANY))


def test_all_hear_the_same(told):
    first = max(events[0][0] for events in told.values())
    end = next(serial for serial, text in told["in-c"]
               if text.startswith("SUPERVISOR_STATE_CHANGE_STOPPING"))
    for events in told.values():
        events = sorted({event for event in events if first <= event[0] <= end})
        assert [serial for serial, _ in events] == list(range(first, end + 1))
        assert events == sorted({event for event in told["in-c"] if first <= event[0] <= end})


@pytest.mark.parametrize("name", LISTENERS)
def test_what_it_rejects_comes_again(told, name):
    """Those in Python have rejected one."""
    times = sum(text.endswith("\nFAIL") for _, text in told[name])
    assert times == (2 if name in ("unix", "inet") else 1)


@pytest.mark.svd_only
def test_a_byte_can_be_a_letter(module_daemon):
    """Who counts letters where we count bytes waits for ever, unless each byte is one."""
    d = module_daemon("", "letters")
    d.write("childutils.py", CHILDUTILS)
    d.configure("""
        [eventlistener:letters]
        command=/usr/bin/python3 {box}/childutils.py {box}/letters.heard
        environment=PYTHONIOENCODING=latin-1
        events=REMOTE_COMMUNICATION
        startsecs=0
        """)
    d.start()
    for text in "12 € für", "next":
        d.rpc.sendRemoteCommEvent("t", text)
    wait_for(lambda: "next" in d.read("letters.heard"), "the next one is heard")
    assert [text for _, text in heard(d, "letters")] == [
        "REMOTE_COMMUNICATION type:t\n" + text for text in (
            "12 € für".encode().decode("latin-1"), "next")]
