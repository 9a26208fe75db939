"""What programs print: in the activity log at level debug, stripped, in syslog; as Supervisor."""
import os
import re
import select
import signal
import subprocess
import threading
import time

import pytest

from lib_daemon import REFERENCE, SVD, wait_for
from lib_logd import Syslog

pytestmark = pytest.mark.reference

# Each is written in one piece, so that both daemons read it as one.
PIECES = {
    "plain": b"hello\n",
    "unfinished": b"no end",
    "several": b"one\n\ntwo\n",
    "utf8": "ä €\n".encode(),
    "broken": b"\x88\n",
    "quoted": b"it's \xff \"both\" \\ \t\r\x00\x7f\n",
    "single": b"'\xfe'\n",
    "percent": b"%s %(x)s %%\n",
    "control": b"a\rb\x07c\x00d\n",
    "long": b"x" * 4000 + b"\n",
    "red": b"\x1b[31mred\x1b[0m and \x1b[1;42mgreen\x1b[m\n",
    "moved": b"\x1b[2Ja\x1b[10;10Hb\x1b[?25lc\x1b[sd\x1b[ue\x1b[1Af\x1b[2Bg\x1b[3Ch\x1b[Ki\n",
    "open": b"open \x1b[31",
}

PROGRAM = """
    [program:%(name)s]
    command=/usr/bin/python3 -S -E {box}/say.py %(name)s
    startsecs=0
    autorestart=false
    %(more)s
    """

SAY = """
    import os, sys
    pieces = %r
    os.write(1 if sys.argv[1] != "several" else 2, pieces[sys.argv[1]])
    """


def prepare(d, supervisord, more="stdout_logfile={box}/%(name)s.out\nstderr_logfile=NONE\n"):
    d.write("say.py", SAY % PIECES)
    text = "".join(PROGRAM % {"name": name, "more": (more % {"name": name}).replace("\n", "\n    ")}
                   for name in PIECES)
    d.configure(text, supervisord)
    return d


def live(d):
    d.start()
    d.wait_all("EXITED")
    d.stop()
    return d


def messages(log):
    """The messages of an activity log, each of one line or more, without their time."""
    stamp = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ", re.MULTILINE)
    return stamp.split(log)[1:]


def outputs(d):
    """Raw, since these bytes are no text."""
    with open(d.path("supervisord.log"), encoding="latin-1", newline="") as f:
        found = messages(f.read())
    return sorted(m for m in found if re.match("[A-Z]{4} '.*' std... output:\n", m))


def both(daemon, **kwargs):
    return [prepare(daemon(name=name, program=program), **kwargs)
            for name, program in (("ours", SVD), ("theirs", REFERENCE))]


@pytest.mark.parametrize("options", ["loglevel=debug", "loglevel=trace\nstrip_ansi=true"])
def test_the_activity_log_shows_what_programs_print(daemon, options):
    ours, theirs = [live(d) for d in both(daemon, supervisord=options)]
    assert len(outputs(ours)) == len(PIECES)
    assert outputs(ours) == outputs(theirs)
    for name in PIECES:
        with open(ours.path(name + ".out"), "rb") as f, open(theirs.path(name + ".out"), "rb") as g:
            assert f.read() == g.read(), name


def test_the_console_shows_it_too(daemon):
    ours, theirs = [live(d) for d in both(daemon, supervisord="loglevel=debug",
                                          more="stdout_logfile=NONE\nstderr_logfile=NONE\n")]
    for d in ours, theirs:
        assert "DEBG 'broken' stdout output:\nUndecodable: b'\\x88\\n'\n" in d.console()
        assert "DEBG 'several' stderr output:\none\n\ntwo\n\n2" in d.console()
    assert outputs(ours) == outputs(theirs)


def test_last_words_come_before_the_end(daemon):
    for name, program in ("ours", SVD), ("theirs", REFERENCE):
        d = daemon("""
            [program:p]
            command=/bin/echo said
            process_name=p%(process_num)d
            numprocs=20
            startsecs=0
            autorestart=false
            autostart=false
            """, name=name, program=program, supervisord="loglevel=debug").start()
        for number in range(20):
            d.rpc.startProcess("p:p%d" % number, False)
            d.wait_log("INFO exited: p%d " % number)
        log = d.log()
        for number in range(20):
            said = log.index("DEBG 'p%d' stdout output:\nsaid\n" % number)
            assert said < log.index("INFO exited: p%d " % number), program
        d.stop()


def test_a_svd_logd_that_hangs_does_not_hold_up_the_end(daemon):
    d = prepare(daemon(), "loglevel=debug")
    d.start()
    d.wait_all("EXITED")
    logd = d.sibling("svd-logd")
    before = time.monotonic()
    os.kill(logd, signal.SIGSTOP)
    try:
        for _ in range(50):
            d.rpc.startProcess("plain")
            d.wait_state("plain", "EXITED")
    finally:
        os.kill(logd, signal.SIGCONT)
    assert time.monotonic() - before < 50 * 0.2, "it was waited for each time"
    said = "DEBG 'plain' stdout output"
    wait_for(lambda: d.log().count(said) == 51, "svd-logd has told all")
    d.rpc.startProcess("plain")
    d.wait_state("plain", "EXITED")
    wait_for(lambda: d.log().count("exited: plain") == 52, "the log goes on")
    assert d.log().rindex(said) < d.log().rindex("exited: plain")


# A /dev of its own, in which log is the socket in the box.
PRIVATE_DEV = """
    mkdir {box}/olddev
    mount --rbind /dev {box}/olddev
    mount -t tmpfs none /dev
    for each in null zero full random urandom tty; do
        touch /dev/$each
        mount --bind {box}/olddev/$each /dev/$each
    done
    ln -s /proc/self/fd /dev/fd
    ln -s {box}/log /dev/log
    exec {program} "$@"
    """


@pytest.fixture
def private(daemon, box):
    """private(name, program, ...): a daemon, and who listens at its /dev/log."""
    logs = []

    def make(name, program, **kwargs):
        if subprocess.call(["unshare", "-m", "mount", "-t", "tmpfs", "none", box],
                           stderr=subprocess.DEVNULL):
            pytest.skip("needs to be allowed to mount")
        d = prepare(daemon(name=name), **kwargs)
        d.write("dev", PRIVATE_DEV.replace("{box}", d.box).replace("{program}", program))
        d.program = d.write("private", "#!/bin/sh\nexec unshare -m sh -e %s/dev \"$@\"\n" % d.box,
                            mode=0o755)
        logs.append(Listener(d.path("log")))
        return d, logs[-1]

    yield make
    for log in logs:
        log.close()


class Listener(Syslog):
    """Collects what comes, since Supervisor waits for a syslog that does not read."""

    def __init__(self, path):
        super().__init__(path)
        self.messages, self.over = [], False
        self.thread = threading.Thread(target=self.listen)
        self.thread.start()

    def listen(self):
        while not self.over or not self.is_empty():
            if select.select([self.sock], [], [], 0.05)[0]:
                self.messages.append(self.receive())

    def said(self):
        """All that has come, in the order of the texts; nothing more is expected."""
        self.over = True
        self.thread.join()
        return sorted(self.messages)

    def close(self):
        self.said()
        super().close()


def test_syslog_gets_the_lines_of_programs(private):
    ours, theirs = [private(name, program, supervisord="", more="%(name).0sstdout_syslog=true\n"
                            "stderr_logfile=syslog\nstdout_logfile=NONE\n")
                    for name, program in (("ours", SVD), ("theirs", REFERENCE))]
    for d, _ in (ours, theirs):
        live(d)
    assert "stderr_logfile=syslog but this is deprecated" in ours[0].log()
    undecodable = re.compile("supervisord: (broken|quoted|single|control) ")
    lines = [m for m in ours[1].said() if not undecodable.search(m)]
    assert lines == [m for m in theirs[1].said() if not undecodable.search(m)]
    assert "<14>supervisord: plain hello" in lines and "<14>supervisord: several " in lines
    assert len(lines) == len(PIECES) - 4 + 2


def test_the_activity_log_goes_to_syslog(private):
    def lives(name, program):
        d, log = private(name, program, supervisord="")
        d.configure("[program:p]\ncommand=/bin/true\nstartsecs=0\nautorestart=false\n",
                    config=open(d.conf).read().split("[program:")[0].replace(
                        "logfile=%s/supervisord.log" % d.box, "logfile=syslog"))
        live(d)
        lines = [re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}|pid \d+", "X", m).rstrip("\n")
                 for m in log.said()]
        # Supervisor may find it ended before it was found to run.
        return [m for m in sorted(set(lines)) if "waiting for" not in m and "success:" not in m]
    ours, theirs = lives("ours", SVD), lives("theirs", REFERENCE)
    assert ours == theirs
    assert "<14>supervisord: X INFO supervisord started with X" in ours
