"""Supervisor's own client drives the daemon, and ours prints the same. (More: test_svctl.py.)"""
import re

import pytest

from lib_daemon import REFERENCE_CTL, SVCTL

PROGRAMS = """
    [program:steady]
    command=/bin/cat
    startsecs=0
    [program:idle]
    command=/bin/cat
    autostart=false
    [program:fails]
    command=/bin/sh -c 'exit 1'
    startsecs=1
    startretries=0
    [program:over]
    command=/bin/sh -c 'exit 0'
    startsecs=0
    autorestart=false
    [program:many]
    command=/bin/cat
    process_name=%(program_name)s_%(process_num)02d
    numprocs=2
    startsecs=0
    """

# What an operator types in a day, and what it says.
SESSION = [
    ("stop steady", 0, "steady: stopped"),
    ("stop steady", 0, "steady: ERROR (not running)"),
    ("start steady", 0, "steady: started"),
    ("start steady", 0, "steady: ERROR (already started)"),
    ("restart steady", 0, "steady: started\nsteady: stopped"),
    ("stop many:*", 0, "many:many_00: stopped\nmany:many_01: stopped"),
    ("start many:*", 0, "many:many_00: started\nmany:many_01: started"),
    ("start nobody", 1, "nobody: ERROR (no such process)"),
    ("stop idle", 0, "idle: ERROR (not running)"),
    ("status nobody", 4, "nobody: ERROR (no such process)"),
]


@pytest.mark.reference
@pytest.mark.parametrize("client", [REFERENCE_CTL, SVCTL])
def test_a_session(daemon, client):
    d = daemon(PROGRAMS).start()
    for command, status, words in SESSION:
        run = d.ctl(*command.split(), program=client)
        shown = "\n".join(sorted(run.stdout.splitlines()))
        assert (command, run.returncode, shown) == (command, status, words)


@pytest.mark.reference
def test_status_is_the_same_to_the_letter(daemon):
    """Uptimes included, when no second passes between the two."""
    d = daemon(PROGRAMS).start()
    d.wait_state("fails", "FATAL")
    d.wait_state("over", "EXITED")
    for _ in range(20):
        ours, theirs = d.ctl("status"), d.ctl("status", program=REFERENCE_CTL)
        if ours.stdout == theirs.stdout:
            break
        without_times = [re.sub(r"uptime \S+", "", run.stdout) for run in (ours, theirs)]
        assert without_times[0] == without_times[1]
    assert ours.stdout == theirs.stdout
    assert ours.returncode == theirs.returncode == 3


@pytest.mark.reference
def test_the_log_of_the_daemon_is_the_same_to_the_letter(daemon):
    d = daemon(PROGRAMS).start()
    d.wait_log("success: steady entered RUNNING state")
    for line in ("maintail", "maintail -100", "maintail -0", "maintail -5 6"):
        ours, theirs = (d.ctl(*line.split(), program=each) for each in (SVCTL, REFERENCE_CTL))
        assert (ours.stdout, ours.returncode) == (theirs.stdout, theirs.returncode)


NAMES = """
    [program:grün]
    command=/bin/cat
    startsecs=0
    [program:w1]
    command=/bin/cat
    startsecs=0
    """


@pytest.mark.reference
@pytest.mark.svd_only
@pytest.mark.parametrize("client", [REFERENCE_CTL, SVCTL])
def test_names_beyond_ascii_come_whole_from_a_call_that_waits(daemon, client):
    """Supervisor counts letters there, and cuts the answer."""
    d = daemon(NAMES).start()
    for line, word in ("stop all", "stopped"), ("start all", "started"):
        run = d.ctl(*line.split(), program=client)
        assert sorted(run.stdout.splitlines()) == ["grün: " + word, "w1: " + word]
        assert run.returncode == 0
