"""Signals and standard input over RPC: the same calls to Supervisor and to svd, side by side."""
import concurrent.futures
import signal
import xmlrpc.client

import pytest

from lib_daemon import REFERENCE, SVD, wait_for
from test_same_rpc import answer, compare

# Tells in its output what reached it.
EARS = """\
trap 'echo USR1' USR1
trap 'echo HUP' HUP
trap 'echo TERM' TERM
trap 'echo USR2; exit 0' USR2
echo ready
while :; do sleep 0.02; done
"""

PROGRAMS = """
    [program:ears]
    command=/bin/sh {box}/ears.sh
    startsecs=0
    autorestart=false
    stdout_logfile={box}/ears.log
    stdout_logfile_maxbytes=0
    [program:off]
    command=/bin/cat
    autostart=false
    [program:cat]
    command=/bin/cat
    startsecs=0
    autorestart=false
    stdout_logfile={box}/cat.log
    stdout_logfile_maxbytes=0
    [program:closed]
    command=/bin/sh -c 'exec <&-; echo shut; exec sleep 1000'
    startsecs=0
    autorestart=false
    stdout_logfile={box}/closed.log
    stdout_logfile_maxbytes=0
    [program:a]
    command=/bin/sleep 1000
    startsecs=0
    autorestart=false
    priority=2
    [program:b]
    command=/bin/sleep 1000
    startsecs=0
    autorestart=false
    priority=1
    [program:c]
    command=/bin/sleep 1000
    autostart=false
    [group:abc]
    programs=a,b,c
    """

NAMES = ("nobody", "nobody:*", "ears:nobody", "abc", "", ":", "a:b:c")

STORIES = {
    "one": [("signalProcess", "ears", "USR1"), ("signalProcess", "ears", "SIGHUP"),
            ("signalProcess", "ears", "usr1"), ("signalProcess", "ears", "sighup"),
            ("signalProcess", "ears", str(int(signal.SIGUSR1))),
            ("signalProcess", "ears", int(signal.SIGHUP)), ("signalProcess", "ears:ears", " hup "),
            ("signalProcess", "ears", 0), ("signalProcess", "ears", "0"),
            ("signalProcess", "ears:*", "USR1")],
    "no such signal": [(method,) + name + (what,)
                       for method, name in (("signalProcess", ("ears",)),
                                            ("signalProcess", ("off",)),
                                            ("signalProcess", ("abc:*",)),
                                            ("signalProcessGroup", ("abc",)),
                                            ("signalAllProcesses", ()))
                       for what in ("", "SIG", "NOPE", "SIGNOPE", "99", 99, -1, 35, "9x")],
    "what does not run": [("signalProcess", "off", "HUP"), ("signalProcess", "off:*", "HUP"),
                          ("signalProcessGroup", "off", "HUP")],
    "names": [(method, name, "CONT") for method in ("signalProcess", "signalProcessGroup")
              for name in NAMES],
    "several": [("signalProcess", "abc:*", "CONT"), ("signalProcess", "abc:", "CONT"),
                ("signalProcessGroup", "abc", "CONT"), ("signalAllProcesses", "CONT"),
                ("signalAllProcesses", int(signal.SIGCONT))],
    "while stopping": [("stopProcess", "ears", False),
                       ("signalProcess", "ears", "USR1"), ("sendProcessStdin", "ears", "x"),
                       ("signalProcess", "ears", "USR2")],
    "input": [("sendProcessStdin", "cat", "hello\n"), ("sendProcessStdin", "cat", "M\xf6we\n"),
              ("sendProcessStdin", "cat:cat", "last\n"), ("sendProcessStdin", "cat", ""),
              ("sendProcessStdin", "cat", "x" * 300000 + "\n"), ("sendProcessStdin", "off", "x"),
              ("sendProcessStdin", "closed", "x")] +
             [("sendProcessStdin", name, "x") for name in NAMES + ("abc:*", "cat:*")],
}

# What the programs print in the course of a story.
HEARD = {"one": ("ears.log", ["ready"] + ["USR1", "HUP"] * 3 + ["HUP", "USR1"]),
         "while stopping": ("ears.log", ["ready", "TERM", "USR1", "USR2"]),
         "input": ("cat.log", ["hello", "M\xf6we", "last", "x" * 300000])}


def lines(d, name):
    with open(d.path(name), encoding="utf-8") as f:
        return f.read().splitlines()


def is_heard(call):
    """Does the program of the story print a line for this call?"""
    if call[0] == "sendProcessStdin":
        return call[2].endswith("\n")
    return call[0] == "stopProcess" or call[0] == "signalProcess" and call[2] not in ("0", 0)


def tell(d, title):
    """One call after the other, each when the last one has been heard."""
    name, heard = HEARD.get(title, ("ears.log", ["ready"]))
    wait_for(lambda: d.read("ears.log") == "ready\n", "ears listen")
    wait_for(lambda: d.read("closed.log") == "shut\n", "the stdin is closed")
    answers, n = [], len(lines(d, name))
    for call in STORIES[title]:
        answers.append((call, answer(d, call)))
        if title in HEARD and is_heard(call):
            n += 1
            wait_for(lambda: len(lines(d, name)) >= n, "line %d of %s" % (n, name))
    wait_for(lambda: lines(d, name) == heard, "%s is %r" % (name, heard))
    return answers


@pytest.fixture(scope="module")
def told(module_daemon):
    """(title, "ours" or "theirs") -> the answers; one daemon for each story."""
    def one(key):
        title, whose = key
        d = module_daemon(PROGRAMS, "%s/%s" % (whose, title.replace(" ", "-")),
                          SVD if whose == "ours" else REFERENCE)
        d.write("ears.sh", EARS)
        d.start()
        answers = tell(d, title)
        d.rpc.signalAllProcesses("KILL")
        d.stop()
        return answers
    keys = [(title, whose) for title in STORIES for whose in ("ours", "theirs")]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return dict(zip(keys, pool.map(one, keys)))


@pytest.mark.reference
@pytest.mark.parametrize("title", STORIES)
def test_the_answers_to(title, told):
    compare(told[title, "ours"], told[title, "theirs"])


def test_what_no_program_reads_is_refused_in_the_end(daemon):
    """The pipe is full and so is our queue: nothing more is taken."""
    d = daemon("""
        [program:lazy]
        command=/bin/sh -c 'trap exit TERM; until [ -e {box}/go ]; do sleep 0.02; done; exec wc -c'
        startsecs=0
        stdout_logfile={box}/lazy.log
        """).start()
    d.wait_state("lazy", "RUNNING")
    piece, taken = "x" * (3 << 20), 0
    with pytest.raises(xmlrpc.client.Fault) as caught:
        while taken < 1 << 26:
            d.rpc.sendProcessStdin("lazy", piece)
            taken += len(piece)
    assert caught.value.faultCode == 30
    assert caught.value.faultString == "FAILED: lazy does not read what it was sent before"
    assert taken >= 15 << 20 and d.state("lazy") == "RUNNING"
