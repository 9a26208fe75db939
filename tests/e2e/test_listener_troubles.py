"""The ways in which listeners go wrong. Of each: no event is lost, the counters are right, nobody
else is disturbed, and it does not take a person to come back from it.
"""
import os
import re

import pytest

from lib_daemon import wait_for, wait_idle
from lib_listeners import add_recorder, recorded

pytestmark = pytest.mark.svd_only

REMOTE = "REMOTE_COMMUNICATION"
N = 20

# trouble.py KIND FILE: says what it was told in FILE, a line per event, and makes its trouble.
TROUBLE = """
    import os, sys, time
    kind, path = sys.argv[1:3]
    out = open(path, "ab", 0)
    lives = open(path + ".lives", "ab+", 0)
    lives.write(b"x")
    life = lives.seek(0, 2)

    def say(text):
        os.write(1, text)

    def serve(answer=lambda n: b"RESULT 2\\nOK"):
        n = 0
        while True:
            say(b"READY\\n")
            words = dict(w.split(b":", 1) for w in sys.stdin.buffer.readline().split())
            payload = sys.stdin.buffer.read(int(words[b"len"]))
            out.write(payload.split(b"\\n", 1)[1] + b"\\n")
            text = answer(n)
            n += 1
            if text is None:
                os._exit(3)
            say(text)

    def flood(n):
        os.write(2, b"e" * 1048575 + b"\\n")
        return b"RESULT 2\\nOK"

    def nap(n):
        time.sleep(0.05)
        return b"RESULT 2\\nOK"

    def chat(n):
        say(b"thinking of %d\\n" % n)
        return b"RESULT 2\\nOKthat was it\\n"

    if kind == "slow":
        serve(nap)
    if kind == "fails":         # ten times, then it can
        serve(lambda n: b"RESULT 4\\nFAIL" if n < 10 else b"RESULT 2\\nOK")
    if kind == "floods":
        serve(flood)
    if kind == "exits":         # each life can do one event
        serve(lambda n: b"RESULT 2\\nOK" if n == 0 else None)
    if kind == "garbage" and life < 3:
        say(os.urandom(4096).replace(b"\\n", b" ") * 16 + b"\\n")
        time.sleep(1000)
    if kind == "babbles" and life < 3:
        serve(lambda n: b"Traceback (most recent call last):\\n")
    if kind == "closes" and life < 2:
        serve(lambda n: os.close(1) or time.sleep(1000))
    if kind == "chats":
        say(b"\\nstarting\\n")
        serve(chat)
    if kind == "deaf":
        say(b"READY\\n")
        time.sleep(1000)
    serve()
    """


def trouble(kind, *more, events=REMOTE):
    return "\n".join(["[eventlistener:%s]" % kind, "events=" + events, "startsecs=0",
                      "command=/usr/bin/python3 -S -E {box}/trouble.py %s {box}/%s" % (kind, kind),
                      *more, ""])


SECTIONS = "".join([
    trouble("slow"), trouble("fails"), trouble("floods", "stderr_logfile={box}/flood.log",
                                               "stderr_logfile_maxbytes=0"),
    trouble("exits"), trouble("garbage"), trouble("babbles"), trouble("closes"),
    trouble("deaf", "buffer_size=3"), trouble("chats", "listener_strict=false")])


def heard(d, kind):
    return [int(line.rpartition(":")[2]) for line in d.read(kind).splitlines()]


def pool(d, name):
    return {pool["name"]: pool for pool in d.proxy.svd.getPools()}[name]


def counts(d, name):
    listener, = pool(d, name)["listeners"]
    return {key: listener[key] for key in ("sent", "answered", "rejected", "noise", "restarts")}


def all_counts(**numbers):
    return dict({"sent": 0, "answered": 0, "rejected": 0, "noise": 0, "restarts": 0}, **numbers)


@pytest.fixture(scope="module")
def troubled(module_daemon):
    """All of them, and one that works; each is told of N events."""
    d = module_daemon()
    d.write("trouble.py", TROUBLE)
    d.configure(SECTIONS + add_recorder(d, REMOTE))
    d.start()
    wait_for(lambda: pool(d, "deaf")["listeners"][0]["listener_state"] == "READY", "deaf is READY")
    for i in range(N):
        assert d.rpc.sendRemoteCommEvent("t", str(i))
    return d


ALL = list(range(N))


def test_nobody_else_is_disturbed(troubled):
    wait_for(lambda: len(recorded(troubled)) == N, "the one that works has been told of all")
    assert [e.serial for e in recorded(troubled)] == ALL
    assert counts(troubled, "recorder") == all_counts(sent=N, answered=N)


def test_who_is_slow_gets_all_in_order(troubled):
    wait_for(lambda: heard(troubled, "slow") == ALL, "it is through")
    wait_for(lambda: counts(troubled, "slow") == all_counts(sent=N, answered=N), "counted")


def test_who_fails_ten_times_gets_the_event_until_he_can(troubled):
    wait_for(lambda: heard(troubled, "fails") == [0] * 10 + ALL, "the first one eleven times")
    wait_for(lambda: counts(troubled, "fails") == all_counts(
        sent=N + 10, answered=N, rejected=10), "counted")


def test_who_floods_his_stderr_is_logged_and_served(troubled):
    wait_for(lambda: heard(troubled, "floods") == ALL, "it is told of all")
    wait_for(lambda: os.path.getsize(troubled.path("flood.log")) == N << 20, "all is in its log")


def test_who_exits_without_a_result_gets_the_event_in_his_next_life(troubled):
    expected = sorted(ALL + ALL[1:])        # each life dies of its second one
    wait_for(lambda: heard(troubled, "exits") == expected, "each event was answered")
    wait_for(lambda: counts(troubled, "exits") == all_counts(sent=2 * N - 1, answered=N),
             "counted")


def test_who_writes_garbage_begins_anew(troubled):
    wait_for(lambda: heard(troubled, "garbage") == ALL, "its third life is told of all")
    wait_for(lambda: counts(troubled, "garbage") == all_counts(sent=N, answered=N, restarts=2),
             "counted")


def test_who_babbles_instead_of_a_result_gets_the_event_again(troubled):
    wait_for(lambda: heard(troubled, "babbles") == [0, 0] + ALL, "its third life is told of all")
    wait_for(lambda: counts(troubled, "babbles") == all_counts(
        sent=N + 2, answered=N, restarts=2), "counted")
    troubled.wait_log("babbles: bad result line: 'Traceback (most recent call last):'", 2)
    troubled.wait_log("babbles: is stopped, to be started again", 2)


def test_who_closes_his_stdout_begins_anew(troubled):
    wait_for(lambda: heard(troubled, "closes") == [0] + ALL, "its second life is told of all")
    wait_for(lambda: counts(troubled, "closes") == all_counts(
        sent=N + 1, answered=N, restarts=1), "counted")
    troubled.wait_log("closes: has closed its standard output, but still runs")


def test_who_never_reads_costs_a_bounded_queue_and_a_line(troubled):
    wait_for(lambda: len(recorded(troubled)) == N, "all has been told")
    deaf = pool(troubled, "deaf")
    # The first is on its way for ever.
    assert (deaf["accepted"], deaf["queued"], deaf["dropped"]) == (N, 3, N - 4)
    assert deaf["listeners"][0]["listener_state"] == "BUSY"
    assert troubled.log().count("pool deaf event buffer overflowed") == 1


def test_who_chats_is_tolerated_where_he_may(troubled):
    wait_for(lambda: heard(troubled, "chats") == ALL, "it is told of all")
    wait_for(lambda: counts(troubled, "chats") == all_counts(
        sent=N, answered=N, noise=2 + 2 * N), "counted")
    lines = re.findall("chats: ignored a line .*", troubled.log())
    assert lines == ["chats: ignored a line that is not of the eventlistener protocol: ''"]


def test_svd_stays_small_and_rests(troubled):
    wait_for(lambda: all(heard(troubled, kind)[-1:] == [N - 1] for kind in (
        "slow", "fails", "floods", "exits", "garbage", "babbles", "closes", "chats")),
        "all are through")
    with open("/proc/%d/statm" % troubled.pid) as f:
        resident = int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    assert resident < 100 << 20
    wait_idle(troubled.pid)
