"""Event listeners in several languages and moods: those that behave, and those that do not."""
import os
import signal
import subprocess
import textwrap
import time

import pytest

from lib_daemon import clean_env, wait_for, wait_idle
from lib_listeners import add_recorder, recorded

REMOTE = "REMOTE_COMMUNICATION"

# A listener in shell: one line with each head and payload.
SHELL = """
    while printf 'READY\\n' && read -r head; do
        len=${head##*len:}
        payload=$(head -c "$len" | tr '\\n' '|')
        echo "$head $payload" >>"$1"
        printf 'RESULT 2\\nOK'
    done
    """

# As people write them: it asks the daemon back.
CHILDUTILS = """
    import os, sys
    from supervisor import childutils
    rpc = childutils.getRPCInterface(os.environ)
    while True:
        headers, payload = childutils.listener.wait(sys.stdin, sys.stdout)
        info, data = childutils.eventdata(payload)
        if info["type"] == "start":
            rpc.supervisor.startProcess(data)
        childutils.listener.ok(sys.stdout)
    """


def listener(name, command, *more, events=REMOTE):
    return "\n".join(["[eventlistener:%s]" % name, "command=" + command, "events=" + events,
                      "startsecs=0", *more, ""])


def start(daemon, sections, supervisord=""):
    """sections: a function that makes them for the daemon."""
    d = daemon()
    d.configure(sections(d), supervisord)
    return d.start()


def payloads(d, name="recorder"):
    return [event.payload.partition("\n")[2] for event in recorded(d, name)]


def tell(d, *texts):
    for text in texts:
        assert d.rpc.sendRemoteCommEvent("t", text)


def test_a_listener_in_shell_counts_bytes(daemon):
    d = start(daemon, lambda d: listener("shell", "/bin/bash %s {box}/heard" % d.write(
        "listener.sh", SHELL)))
    tell(d, "The Øresund bridge", "ends in Malmö")
    wait_for(lambda: d.read("heard").count("\n") == 2, "both events are heard")
    first, second = d.read("heard").splitlines()
    assert first.endswith("serial:0 pool:shell poolserial:0 eventname:%s len:26 "
                          "type:t|The Øresund bridge" % REMOTE)
    assert second.endswith("serial:1 pool:shell poolserial:1 eventname:%s len:21 "
                           "type:t|ends in Malmö" % REMOTE)


@pytest.mark.reference
def test_a_listener_with_childutils_calls_back(daemon):
    d = start(daemon, lambda d: "[program:cat]\ncommand=/bin/cat\nautostart=false\n" + listener(
        "utils", "/usr/bin/python3 " + d.write("utils.py", CHILDUTILS)))
    d.rpc.sendRemoteCommEvent("start", "cat")
    d.wait_state("cat", "RUNNING")


def test_what_it_says_is_in_its_log_file(daemon):
    d = start(daemon, lambda d: add_recorder(d, REMOTE, answers="FAIL") +
              "stdout_logfile={box}/said\n")
    tell(d, "x")
    wait_for(lambda: d.read("said") == "READY\nRESULT 4\nFAILREADY\nRESULT 2\nOKREADY\n", "said")


TALKER = """
    [eventlistener:talker]
    command=/bin/sh -c 'echo oops >&2; exec cat'
    events=TICK_3600
    stderr_events_enabled=true
    stderr_logfile={box}/talker.err
    autostart=false
    startsecs=0
    """


def test_what_it_says_on_stderr_is_logged_and_told(daemon):
    d = start(daemon, lambda d: add_recorder(d, "PROCESS_LOG_STDERR") + textwrap.dedent(TALKER))
    d.rpc.startProcess("talker")
    told = wait_for(lambda: recorded(d), "it is told")[0]
    assert told.payload == "processname:talker groupname:talker pid:%d channel:stderr\noops\n" % (
        d.info("talker")["pid"])
    wait_for(lambda: d.read("talker.err") == "oops\n", "it is logged")


def test_a_rejected_event_comes_again_before_the_next(daemon):
    d = start(daemon, lambda d: add_recorder(d, REMOTE, answers="FAIL FAIL OK FAIL"))
    tell(d, "x", "y", "z")
    wait_for(lambda: payloads(d) == list("xxxyyz"), "each event until it is accepted")
    assert [event.serial for event in recorded(d)] == [0, 0, 0, 1, 1, 2]
    d.wait_log("recorder: event was rejected", 3)


def test_the_event_of_a_listener_that_dies_is_not_lost(daemon):
    d = start(daemon, lambda d: add_recorder(d, REMOTE, answers="OK DIE"))
    tell(d, "a", "b", "c")
    # The next life begins with the same answers: b is answered, c kills it.
    wait_for(lambda: payloads(d) == list("abbcc"), "b and c are told twice")
    d.wait_log("exited: recorder (exit status 7; not expected)", 2)


def test_the_listeners_of_a_pool_share_the_work(daemon):
    d = start(daemon, lambda d: listener("two", "/bin/sh -c '"
              'printf "READY\\n"; read -r head; echo $head >>{box}/%(process_num)d; exec sleep 99'
              "'", "numprocs=2", "process_name=%(program_name)s_%(process_num)d"))
    tell(d, "x", "y")
    wait_for(lambda: d.read("0") and d.read("1"), "each has one")
    heads = sorted((d.read("0") + d.read("1")).splitlines())
    assert ["serial:0 " in heads[0], "serial:1 " in heads[1], len(heads)] == [True, True, 2]


def test_each_pool_gets_each_event(daemon):
    d = start(daemon, lambda d: add_recorder(d, REMOTE, "one") + add_recorder(
        d, "PROCESS_STATE_STARTING," + REMOTE, "two"))
    tell(d, "x")
    one = wait_for(lambda: recorded(d, "one"), "one is told")
    two = wait_for(lambda: [e for e in recorded(d, "two") if e.name == REMOTE], "two is told")
    assert one[0].payload == two[0].payload and one[0].serial == two[0].serial
    assert one[0].poolserial == 0 and two[0].poolserial == 2


@pytest.mark.parametrize("noise", ["hello\\n", "READY \\n", "READY\\nREADY\\n"])
def test_noise_makes_it_unknown_and_disturbs_nobody(daemon, noise):
    d = start(daemon, lambda d: add_recorder(d, REMOTE) + listener(
        "noisy", "/bin/sh -c 'printf \"%s\"; exec cat'" % noise, "autorestart=false"))
    d.wait_log("noisy: has entered the UNKNOWN state and will no longer receive events, this "
               "usually indicates the process violated the eventlistener protocol")
    tell(d, "x")
    wait_for(lambda: payloads(d) == ["x"], "the other one works")
    assert d.state("noisy") == "RUNNING"


def test_a_bad_result_is_said(daemon):
    d = start(daemon, lambda d: listener(
        "bad", "/bin/sh -c 'printf \"READY\\n\"; read -r head; echo OK; exec cat'"))
    tell(d, "x")
    d.wait_log("bad: bad result line: 'OK'")
    d.wait_log("bad: has entered the UNKNOWN state")


def test_who_never_reads_holds_nobody_up(daemon):
    d = start(daemon, lambda d: add_recorder(d, REMOTE) + listener(
        "deaf", "/bin/sh -c 'printf \"READY\\n\"; exec sleep 99'", "buffer_size=3"))
    tell(d, *["x" * 100000] * 10)
    wait_for(lambda: len(recorded(d)) == 10, "the other one is told everything")
    d.wait_log("pool deaf event buffer overflowed, discarding event 1\n")
    d.rpc.stopProcess("deaf")


def test_who_floods_is_bounded(daemon):
    d = start(daemon, lambda d: add_recorder(d, REMOTE) + listener(
        "flood", "/usr/bin/yes READY", "stdout_logfile=NONE"))
    d.wait_log("flood: has entered the UNKNOWN state")
    tell(d, "x")
    wait_for(lambda: payloads(d) == ["x"], "the other one works")
    with open("/proc/%d/statm" % d.pid) as f:
        resident = int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    assert resident < 100 << 20


def test_a_listener_can_end_the_daemon(daemon):
    d = daemon("[program:nonexistent]\ncommand={box}/nonexistent\nstartretries=0\n" + listener(
        "exit", "/bin/sh -c 'printf \"READY\\n\"; read -r head; kill -15 $PPID'",
        events="PROCESS_STATE_FATAL"))
    assert d.spawn().process.wait(30) == 0


def test_debug_tells_the_dialog(daemon):
    d = start(daemon, lambda d: add_recorder(d, REMOTE), "loglevel=debug")
    tell(d, "x")
    for text in ("recorder: ACKNOWLEDGED -> READY\n", "event 0 sent to listener recorder\n",
                 "'recorder' stdout output:\nb'RESULT 2\\nOK", "recorder: event was processed\n",
                 "recorder: BUSY -> ACKNOWLEDGED\n"):
        d.wait_log(text)
    assert "'recorder' stdout output:\nREADY" not in d.log()


def test_no_ticks_no_waking(daemon):
    d = start(daemon, lambda d: add_recorder(d, REMOTE) + add_recorder(d, "TICK_5", "ticking"))
    tick = wait_for(lambda: recorded(d, "ticking"), "a tick")[0]
    assert int(tick.payload.partition(":")[2]) % 5 == 0
    d.rpc.stopProcess("ticking")
    d.rpc.removeProcessGroup("ticking")
    wait_idle(d.pid)


def test_a_pool_of_the_past_gets_nothing(daemon):
    d = start(daemon, lambda d: add_recorder(d, "EVENT", "old") + add_recorder(d, REMOTE))
    d.rpc.stopProcess("old")
    d.rpc.removeProcessGroup("old")
    tell(d, "x")
    wait_for(lambda: payloads(d) == ["x"], "the other one works")
    d.rpc.addProcessGroup("old")
    d.rpc.stopProcess("old")
    os.kill(d.info("recorder")["pid"], signal.SIGKILL)
    d.wait_log("exited: recorder")


SHARED = """
[eventlistener:pool]
command=/usr/bin/python3 -S -E {box}/recorder.py {box}/%(process_num)d.events FAIL FAIL FAIL
process_name=%(process_num)d
numprocs=NUMPROCS
events=EVENTS
startsecs=0
"""


@pytest.mark.svd_only
def test_a_pool_is_updated(daemon):
    d = start(daemon, lambda d: add_recorder(d, REMOTE) + SHARED.replace(
        "NUMPROCS", "1").replace("EVENTS", REMOTE))
    pid = d.info("pool:0")["pid"]
    for numprocs, events in ("2", REMOTE), ("1", REMOTE), ("1", "PROCESS_STATE_STOPPED"):
        d.configure(add_recorder(d, REMOTE) + SHARED.replace(
            "NUMPROCS", numprocs).replace("EVENTS", events))
        assert "updated" in d.ctl("update").stdout
        assert (d.info("pool:0")["pid"] == pid) == (events == REMOTE)
        tell(d, numprocs + events)
        wait_for(lambda: payloads(d)[-1:] == [numprocs + events], "the other pool works on")
        if events == REMOTE:
            wait_for(lambda: numprocs + events in payloads(d, "0") + payloads(d, "1"), "told")
    d.rpc.stopProcess("recorder")
    wait_for(lambda: recorded(d, "0")[-1].name == "PROCESS_STATE_STOPPED", "new events")


# --- what people do meanwhile ---

BABBLER = """
    [eventlistener:babbler]
    command=/bin/sh -c "echo x >>{box}/lives; echo hello; exec sleep 1000"
    events=REMOTE_COMMUNICATION
    startsecs=0
    """


def a_pool(d, name):
    return {pool["name"]: pool for pool in d.proxy.svd.getPools()}[name]


def lives(d):
    return d.read("lives").count("x")


def begin(daemon):
    """Some lives in a row, so that the next one would begin much later."""
    d = daemon(BABBLER).start()
    wait_for(lambda: lives(d) == 3 and d.state("babbler") == "STOPPED", "three lives")
    return d


@pytest.mark.svd_only
def test_who_waits_can_be_started_and_stopped(daemon):
    d = begin(daemon)
    assert d.rpc.startProcess("babbler")
    wait_for(lambda: lives(d) == 4 and d.state("babbler") == "STOPPED", "a fourth life")
    restarted = d.ctl("restart", "babbler").stdout
    assert restarted == "babbler: stopped\nbabbler: started\n"
    wait_for(lambda: lives(d) == 5 and d.state("babbler") == "STOPPED", "a fifth life")
    assert a_pool(d, "babbler")["listeners"][0]["backoff_until"]
    assert d.ctl("stop", "babbler").stdout == "babbler: stopped\n"
    assert not a_pool(d, "babbler")["listeners"][0]["backoff_until"]
    wait_idle(d.pid)
    assert "not running" in d.ctl("stop", "babbler").stdout
    d.rpc.startProcess("babbler")
    wait_for(lambda: lives(d) == 6 and d.state("babbler") == "STOPPED", "a sixth life")
    assert d.ctl("stop", "all").stdout == "babbler: stopped\n"
    assert d.ctl("remove", "babbler").stdout == "babbler: removed process group\n"
    assert d.ctl("add", "babbler").returncode == 0
    wait_for(lambda: lives(d) == 7 and d.state("babbler") == "STOPPED", "it begins anew")


@pytest.mark.svd_only
def test_who_waits_is_updated_and_started(daemon):
    d = begin(daemon)
    d.configure(BABBLER.replace("echo hello", "echo READY"))
    assert "updated" in d.ctl("update").stdout
    d.wait_state("babbler", "RUNNING")
    wait_for(lambda: a_pool(d, "babbler")["listeners"][0]["listener_state"] == "READY", "READY")
    assert lives(d) == 4


# --- the options of a pool, while it runs ---

DEAF = """
    [eventlistener:deaf]
    command=/bin/sh -c 'echo READY; exec sleep 1000'
    events=REMOTE_COMMUNICATION
    startsecs=0
    """


@pytest.mark.svd_only
def test_a_buffer_is_resized_while_it_is_in_use(daemon):
    d = daemon(textwrap.dedent(DEAF) + "buffer_size=10\n").start()
    pid = d.wait_state("deaf", "RUNNING")["pid"]
    wait_for(lambda: a_pool(d, "deaf")["listeners"][0]["listener_state"] == "READY", "READY")
    for _ in range(8):
        d.rpc.sendRemoteCommEvent("t", "x")
    d.configure(textwrap.dedent(DEAF) + "buffer_size=2\nlistener_strict=false\n")
    assert "updated" in d.ctl("update").stdout
    assert d.info("deaf")["pid"] == pid
    deaf = a_pool(d, "deaf")
    assert (deaf["room"], deaf["queued"], deaf["dropped"]) == (2, 2, 5)


# --- results that are printed ---

# The shape of the package supervisor-stdout: an event's payload is its result.
ECHO = """
    import os, sys
    while True:
        os.write(1, b"READY\\n")
        words = dict(w.split(b":", 1) for w in sys.stdin.buffer.readline().split())
        payload = sys.stdin.buffer.read(int(words[b"len"]))
        os.write(1, b"RESULT %d\\n%s" % (len(payload), payload))
    """

PRINTING = """
    [eventlistener:stdout]
    command=/usr/bin/python3 -S -E {box}/echo.py
    events=PROCESS_LOG
    buffer_size=100
    result_handler=supervisor_stdout:event_handler
    [program:cat]
    command=/bin/sh -c "echo meow; echo purr; echo hiss >&2; exec cat"
    stdout_events_enabled=true
    stderr_events_enabled=true
    """


@pytest.mark.svd_only
def test_the_handler_of_supervisor_stdout_prints(daemon):
    d = daemon(PRINTING)
    d.write("echo.py", ECHO)
    d.start()
    for line in "cat stdout | meow\n", "cat stdout | purr\n", "cat stderr | hiss\n":
        wait_for(lambda: line in d.console(), "%r is printed" % line)
    assert "handlers in Python" not in d.console()
    wait_for(lambda: a_pool(d, "stdout")["listeners"][0]["answered"] >= 2, "counted")
    os.kill(d.sibling("svd-logd"), 9)
    d.rpc.sendProcessStdin("cat", "back again\n")
    wait_for(lambda: "cat stdout | back again\n" in d.console(), "the next svd-logd prints, too")
    assert d.console().count("cat stdout | meow") == 1


@pytest.mark.svd_only
def test_a_console_that_nobody_reads_holds_nobody_up(daemon):
    d = daemon(PRINTING.replace("exec cat", "yes | head -c 3000000; exec cat"))
    d.write("echo.py", ECHO)
    d.process = subprocess.Popen([d.program, "-n", "-c", d.conf], cwd=d.box, env=clean_env(d.box),
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 start_new_session=True)
    wait_for(d.answers, "the daemon answers")

    def all_are_done():
        stdout = a_pool(d, "stdout")
        counts = stdout["listeners"][0]
        return counts["answered"] > 40 and counts["answered"] == stdout["accepted"]
    wait_for(all_are_done, "the output of cat is printed, as far as svd is concerned")
    began = time.monotonic()
    d.stop()
    assert time.monotonic() - began < 10
    d.process.stdout.close()
