"""What svctl has beyond supervisorctl: JSON, globs, waiting, the table of a terminal."""
import json
import os
import re
import xmlrpc.client

import pytest

from lib_daemon import REFERENCE, SVCTL, SVD, wait_for
from lib_svctl import COMPATIBLE, FakeServer, Terminal, methods, svctl

PROGRAMS = """
    [program:cat]
    command=/bin/cat
    startsecs=0
    [program:idle]
    command=/bin/cat
    autostart=false
    startsecs=0
    [program:fatal]
    command=/bin/false
    startretries=0
    [program:talker]
    command=/bin/sh -c "echo Grüße; exec cat"
    startsecs=0
    [program:web]
    command=/bin/cat
    process_name=w%(process_num)s
    numprocs=3
    startsecs=0
    """


def start(make, program=SVD, name=""):
    d = make(PROGRAMS, program=program, name=name).start()
    d.wait_state("fatal", "FATAL")
    return d


@pytest.fixture(scope="module")
def svd(module_daemon):
    return start(module_daemon, name="mine")


@pytest.fixture(scope="module", params=[SVD, REFERENCE], ids=["svd", "supervisord"])
def either(request, module_daemon):
    """svd or Supervisor."""
    if request.param == REFERENCE:
        pytest.importorskip("supervisor")
    return start(module_daemon, request.param, os.path.basename(request.param))


def run(daemon, *line, **kwargs):
    return svctl(daemon.box, "-c", daemon.conf, *line, **kwargs)


def says(daemon, *line):
    """The document that it prints, and its exit status."""
    outcome = run(daemon, *line, "--json")
    assert outcome.err == ""
    assert outcome.out.count("\n") == 1
    return json.loads(outcome.out), outcome.code


@pytest.mark.reference
def test_status_in_json_has_all_that_the_server_says(either):
    rows, code = says(either, "status")
    assert code == run(either, "status").code == 3
    assert [row["name"] for row in rows] == ["cat", "fatal", "idle", "talker", "w0", "w1", "w2"]
    cat, fatal = rows[:2]
    assert cat["group"] == "cat" and cat["statename"] == "RUNNING" and cat["pid"] > 0
    if either.program == SVD:
        assert cat["memory_bytes"] > 0 and cat["processes"] == 1
        assert fatal["exits"] == 1 and fatal["exit_reason"].startswith("exit status 1")
    rows, code = says(either, "status", "nope", "nope:*", "web:w1")
    assert rows[:2] == [{"name": "nope", "error": "no such process", "fault": 10},
                        {"name": "nope", "error": "no such group", "fault": 10}]
    assert rows[2]["name"] == "w1" and code == 4


@pytest.mark.reference
def test_what_is_read_comes_in_json(either):
    pid = either.info("cat")["pid"]
    assert says(either, "pid") == ({"pid": either.pid}, 0)
    assert says(either, "pid", "cat", "idle", "nope") == ([
        {"group": "cat", "name": "cat", "pid": pid}, {"group": "idle", "name": "idle", "pid": 0},
        {"name": "nope", "error": "no such process", "fault": 10}], 1)
    assert len(says(either, "pid", "all")[0]) == 7
    assert says(either, "version") == ({"version": either.rpc.getSupervisorVersion()}, 0)
    rows, code = says(either, "avail")
    assert [row["name"] for row in rows] == ["cat", "fatal", "idle", "talker", "w0", "w1", "w2"]
    assert rows[2]["inuse"] and not rows[2]["autostart"] and code == 0
    assert says(either, "reread") == ({"added": [], "changed": [], "removed": []}, 0)


@pytest.mark.reference
def test_logs_come_in_json_and_for_patterns(either):
    wait_for(lambda: "Grüße" in run(either, "tail", "talker").out, "it has talked")
    said = {"name": "talker", "channel": "stdout", "text": "Grüße\n"}
    assert says(either, "tail", "talker") == ([said], 0)
    assert says(either, "tail", "-4", "t*", "stderr") == ([
        {"name": "talker", "channel": "stderr", "text": ""}], 0)
    assert says(either, "tail", "nope") == ([
        {"name": "nope", "error": "no such process name", "fault": 10}], 1)
    assert either.log() and says(either, "maintail", "-5")[0] == {"text": either.log()[-5:]}
    assert run(either, "tail", "[ct]a*").out == "==> cat <==\n\n==> talker <==\nGrüße\n\n"
    assert run(either, "tail", "t[a]lk*").out == "Grüße\n\n"
    assert says(either, "tail", "-f", "talker") == (
        {"error": {"text": "Error: --json and -f exclude each other"}}, 1)
    outcome = run(either, "tail", "-f", "web:w*")
    assert (outcome.out, outcome.code) == (
        "Error: -f follows one process; logs -f follows several\n", 1)
    assert run(either, "fg", "w*:w*").out == "ERROR: too many process names supplied\n"
    assert run(either, "fg", "id?e").out == "ERROR: process not running\n"


@pytest.mark.reference
def test_what_is_done_comes_in_json(either):
    assert says(either, "start", "idle", "cat", "nope", "nope:*") == ([
        {"name": "idle", "result": "started"},
        {"name": "cat", "error": "already started", "fault": 60},
        {"name": "nope", "error": "no such process", "fault": 10},
        {"name": "nope", "error": "no such group", "fault": 10}], 2)
    assert says(either, "restart", "idle") == ([
        {"name": "idle", "result": "stopped"}, {"name": "idle", "result": "started"}], 0)
    assert says(either, "signal", "CONT", "web:*") == ([
        {"name": "web:w%d" % i, "result": "signalled"} for i in range(3)], 0)
    assert says(either, "stop", "idle") == ([{"name": "idle", "result": "stopped"}], 0)
    assert says(either, "clear", "cat") == ([{"name": "cat", "result": "cleared"}], 0)
    assert says(either, "remove", "nope", "cat", "idle") == ([
        {"name": "nope", "error": "no such process/group", "fault": 10},
        {"name": "cat", "error": "process/group still running", "fault": 91},
        {"name": "idle", "result": "removed process group"}], 1)
    assert says(either, "add", "idle", "cat") == ([
        {"name": "idle", "result": "added process group"},
        {"name": "cat", "error": "process group already active", "fault": 90}], 0)


def test_a_failure_of_the_whole_comes_in_json(box, svd):
    def fails(*line):
        outcome = svctl(box, *line)
        return json.loads(outcome.out), outcome.code

    nowhere = "unix://%s/none" % box
    error = {"error": {"text": nowhere + " no such file"}}
    assert fails("-s", nowhere, "status", "--json") == (error, 4)
    assert fails("-s", nowhere, "--json", "start", "x") == (error, 7)
    assert fails("-s", nowhere, "reread", "--json") == (
        {"error": {"text": "No such file or directory"}}, 1)
    assert says(svd, "start") == ({"error": {"text": "Error: start requires a process name"}}, 2)
    assert says(svd, "version", "x") == (
        {"error": {"text": "Error: version accepts no arguments"}}, 1)
    assert says(svd, "signal", "NOPE", "cat") == ([
        {"name": "cat", "error": "bad signal name", "fault": 11}], 1)
    assert says(svd, "start", "\udcff")[0][0]["name"] == "\ufffd"


def test_a_flag_before_the_verb_counts_if_the_verb_takes_it(svd):
    assert json.loads(run(svd, "--json", "version").out) == says(svd, "version")[0]
    refused = run(svd, "--json", "help", "start")
    assert refused.err.startswith("Error: help does not take the option --json\n")
    assert (refused.out, refused.code) == ("", 2)
    assert run(svd, "--json").err.startswith("Error: option --json requires an action\n")
    assert run(svd, "fg", "--json", "x").out == "ERROR: too many process names supplied\n"


GLOBS = [
    ("status", "web:w[12]", 0, "web:w1 web:w2"),
    ("status", "*:w1", 0, "web:w1"),
    ("status", "?a*", 3, "cat fatal talker"),
    ("status", "nope* c*", 4, "nope*: cat"),
    ("stop", "w*:w[!0]", 0, "web:w1: stopped|web:w2: stopped"),
    ("start", "web:w? cat", 0, "web:w0: ERROR (already started)|cat: ERROR (already started)|"
     "web:w1: started|web:w2: started"),
    ("restart", "c?t", 0, "cat: stopped|cat: started"),
    ("signal", "CONT c* *:w0", 0, "cat: signalled|web:w0: signalled"),
    ("clear", "*:w0 nope*", 1, "web:w0: cleared|nope*: ERROR (no such process)"),
    ("start", "nope* we?x:*", 2, "nope*: ERROR (no such process)|we?x: ERROR (no such group)"),
    ("pid", "no[p]e", 1, "No such process no[p]e"),
]


@pytest.mark.reference
def test_globs_mean_processes_wherever_names_do(either):
    for verb, names, code, expected in GLOBS:
        outcome = run(either, verb, *names.split())
        lines = outcome.out.splitlines()
        if verb == "status":
            lines, expected = [line.split()[0] for line in lines], expected.replace(" ", "|")
        expected = expected.split("|")
        if verb in ("start", "stop"):   # each is told when it is done
            lines, expected = sorted(lines), sorted(expected)
        assert (lines, outcome.code) == (expected, code)
    assert len(run(either, "status", "*").out.splitlines()) == 7
    pids = [either.info("web:w%d" % i)["pid"] for i in range(3)]
    assert list(map(int, run(either, "pid", "*:w*").out.split())) == pids


def process(name, state, group=None, **more):
    code = {"STOPPED": 0, "RUNNING": 20, "BACKOFF": 30, "EXITED": 100, "FATAL": 200}[state]
    return {"group": group or name, "name": name, "statename": state, "state": code,
            "description": "described", "pid": 0, "now": 2000000000, "restarts": 0, "exits": 0,
            "exit_at": 0, "exit_reason": "", "uptime": 0, **more}


OF_SUPERVISOR = "group name statename state description pid now".split()
LOOKS = [
    process("cat", "RUNNING", pid=7, uptime=3665, cpu_seconds=36.65, memory_bytes=4300000.0,
            restarts=2, exits=2, exit_at=1999999940, exit_reason="terminated by SIGSEGV"),
    process("grün", "FATAL", description="can't find command 'x'"),
    process("w1", "BACKOFF", "web", exits=1, exit_at=2000000000 - 3 * 86400,
            exit_reason="exit status 1; not expected"),
    process("w2", "RUNNING", "web", pid=4194304, uptime=86400 * 12 + 3600, cpu_seconds=0.0,
            memory_bytes=3.0e10),
    process("evil\n\u009b2J", "STOPPED", exit_reason="\x7f\t\u009b1m"),
]

TABLE = """\
NAME       STATE        PID    UPTIME  RESTARTS   CPU   MEM  LAST EXIT
cat        RUNNING        7   1:01:05         2  1.0%  4.1M  1m ago: terminated\u2026
grün       FATAL                              0              can't find command\u2026
web:w1     BACKOFF                            0              3d ago: exit statu\u2026
web:w2     RUNNING  4194304  12d 1:00         0  0.0%   28G
evil^J\ufffd2J  STOPPED                            0              ^?^I\ufffd1m
"""


@pytest.fixture
def looker(box):
    """looker(columns, *line, env=..) is what it shows on a terminal of that width."""
    answers = {"supervisor.getVersion": "3.0", "svd.getAllProcessStatus": LOOKS,
               "supervisor.getAllProcessInfo": [
                   {key: value for key, value in look.items() if key in OF_SUPERVISOR}
                   for look in LOOKS]}
    table = {name: xmlrpc.client.dumps((value,), methodresponse=True)
             for name, value in answers.items()}

    def look(columns, *line, env=(), program=SVCTL, without=None):
        left = {name: answer for name, answer in table.items() if name != without}
        with FakeServer(methods(left)) as server:
            script = "stty cols %d; exec \"$@\"" % columns
            with Terminal(["/bin/sh", "-c", script, "sh", program, "-s", server.url, *line],
                          box, dict(env)) as t:
                return t.end().replace("\r\n", "\n"), t.code
    return look


def test_status_on_a_terminal_tells_more(looker):
    assert looker(80, "status", env={"NO_COLOR": "1"}) == (TABLE, 3)
    wide, _ = looker(200, "status", env={"NO_COLOR": "1"})
    assert "3d ago: exit status 1; not expected\n" in wide and "\u2026" not in wide
    for columns in (60, 40):
        narrow, code = looker(columns, "status", "*t", "gr?n", "nope", env={"NO_COLOR": "1"})
        assert code == 3 and narrow.startswith("nope: ERROR (no such process)\nNAME")
        assert max(map(len, narrow.splitlines())) <= columns or columns == 40
        assert len(narrow.splitlines()) == 4


PLAIN = """\
cat                              RUNNING   described
grün                             FATAL     can't find command 'x'
"""


def test_status_looks_like_supervisors_for_all_others(looker, box):
    coloured, _ = looker(80, "status")
    for part in "32mRUNNING", "31mFATAL  ", "33mBACKOFF":
        assert "  \x1b[%s\x1b[0m  " % part in coloured
    assert re.sub("\x1b\\[[0-9]*m", "", coloured) == TABLE
    for kind in ({"program": COMPATIBLE}, {"env": {"TERM": "dumb"}}, {"env": {"TERM": ""}},
                 {"without": "svd.getAllProcessStatus"}):
        shown, code = looker(80, "status", "cat", "grün", **kind)
        assert (shown, code) == (PLAIN, 3), kind


def test_help_may_be_asked_of_a_verb(box):
    for verb in "status", "events", "shutdown", "help":
        asked, told = svctl(box, verb, "--help"), svctl(box, "help", verb)
        assert (asked.code, asked.out) == (0, told.out)
        assert told.out.startswith(verb)
    assert svctl(box, "status", "--help", program=COMPATIBLE).code != 0      # a name there


def test_help_tells_of_what_is_ours_by_our_name_only(box):
    ours, theirs = svctl(box, "help").out, svctl(box, "help", program=COMPATIBLE).out
    assert "wait" in ours.split() and "wait" not in theirs.split()
    assert set(theirs.split()) < set(ours.split())
    ours = svctl(box, "help", "start").out
    theirs = svctl(box, "help", "start", program=COMPATIBLE).out
    assert ours.startswith(theirs) and "\n--timeout SECONDS\t" in ours and "--" not in theirs
    # By any name it can be done, and told of who asks for it.
    assert "--for STATE" not in svctl(box, "help", "wait", program=COMPATIBLE).out
    assert svctl(box, "help", "wait", program=COMPATIBLE).out.startswith("wait <name>")
