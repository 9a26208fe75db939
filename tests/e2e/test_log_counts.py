"""What is known of log files: through RPC, svctl and /metrics; and logs rotated on demand."""
import glob
import json
import os
import re
import signal
import time
import xmlrpc.client

import pytest

from lib_daemon import wait_for
from lib_svctl import COMPATIBLE, FakeServer, methods, svctl
from test_metrics import label, metrics
from test_svctl_events import VERSION

pytestmark = pytest.mark.svd_only

PROGRAMS = """
    [program:cat]
    command=/bin/cat
    stdout_logfile={box}/cat.log
    stderr_logfile=NONE
    [program:small]
    command=/bin/cat
    stdout_logfile={box}/small.log
    stdout_logfile_maxbytes=100
    stdout_logfile_backups=2
    stderr_logfile=NONE
    [program:full]
    command=/bin/cat
    stdout_logfile=/dev/full
    stdout_logfile_maxbytes=0
    stderr_logfile=NONE
    [program:lost]
    command=/bin/cat
    autostart=false
    stdout_logfile={box}/gone/lost.log
    stderr_logfile=NONE
    [program:web]
    command=/bin/cat
    process_name=w%(process_num)d
    numprocs=2
    redirect_stderr=true
    stdout_logfile={box}/web.log
    [program:stubborn]
    command=/bin/cat
    stdout_logfile={box}/kept/stubborn.log
    stdout_logfile_backups=1
    stderr_logfile=NONE
    [program:lined]
    command=/bin/cat
    stdout_logfile={box}/lined.log
    stdout_count_lines=true
    stderr_logfile=NONE
    [program:several]
    command=/bin/cat
    stdout_logfile={box}/several.log
    stdout_logfile_also={box}/copy.log
    stdout_syslog_server=udp://127.0.0.1:9
    stdout_syslog=true
    stderr_logfile=NONE
    autostart=false
    [program:idle]
    command=/bin/cat
    autostart=false
    stdout_logfile={box}/idle.log
    stderr_logfile=NONE
    """


@pytest.fixture(scope="module")
def d(module_daemon):
    d = module_daemon()
    d.configure(PROGRAMS)
    os.mkdir(d.path("kept"))
    os.mkdir(d.path("gone"))
    d.start()
    for name in "cat", "lined", "small", "full", "web:w0", "web:w1", "stubborn":
        d.wait_state(name, "RUNNING")
    return d


def say(d, name, text):
    """Have it printed, and wait until svd-logd has read it."""
    before = log(d, name)["bytes"]
    d.rpc.sendProcessStdin(name, text)
    wait_for(lambda: log(d, name)["bytes"] == before + len(text), "%s has printed" % name)


def log(d, name):
    """Of its standard output, from its status."""
    return d.proxy.svd.getProcessStatus(name)["stdout"]


def files(d, name):
    return {f["path"]: f for f in d.proxy.svd.getLogInfo(name)}


def file(d, name):
    (one,) = d.proxy.svd.getLogInfo(name)
    return one


def of_path(d, path):
    return '{path="%s"}' % (path if path[0] == "/" else d.path(path))


# --- the numbers ---

def test_what_was_printed_is_told_of_process_and_file(d):
    say(d, "cat", "one\ntwo\n")
    status, told = log(d, "cat"), file(d, "cat")
    size = os.stat(d.path("cat.log")).st_size
    assert status == {"bytes": size, "dropped": 0, "dropped_lines": 0, "rotations": 0,
                      "last_error": ""}
    assert told == dict(status, path=d.path("cat.log"), size=size,
                        channels=[{"group": "cat", "name": "cat", "channel": "stdout"}])
    assert metrics(d)["svd_log_file_size_bytes" + of_path(d, "cat.log")] == size


def test_lines_are_told_where_they_are_counted_over_all_lives(d):
    say(d, "lined", "one\ntwo\n")
    d.rpc.stopProcess("lined")
    d.rpc.startProcess("lined")
    say(d, "lined", "three\n")
    assert log(d, "lined")["lines"] == file(d, "lined")["lines"] == 3
    assert metrics(d)["svd_process_log_lines_total" + label("lined", channel="stdout")] == 3
    assert "svd_process_log_lines_total" + label("cat", channel="stdout") not in metrics(d)


def test_channels_of_one_file_stand_together(d):
    say(d, "web:w0", "one\n")
    say(d, "web:w1", "three\n")
    (told,) = d.proxy.svd.getLogInfo("web:*")
    assert told["bytes"] == told["size"] == 10
    assert [c["name"] for c in told["channels"]] == ["w0", "w1"]
    assert [c["name"] for c in file(d, "web:w0")["channels"]] == ["w0"]


def test_who_has_not_run_has_nothing(d):
    idle = file(d, "idle")
    assert (idle["size"], idle["bytes"], idle["rotations"], idle["last_error"]) == (0, 0, 0, "")


def test_all_that_get_the_output_are_told(d):
    assert list(files(d, "several")) == \
        [d.path("copy.log"), d.path("several.log"), "udp://127.0.0.1:9"]


def test_rotations_are_counted(d):
    for n in range(4):
        say(d, "small", "x" * 59 + "\n")
    wait_for(lambda: log(d, "small")["rotations"] == 3, "three rotations")
    assert file(d, "small")["rotations"] == 3 and file(d, "small")["size"] == 60
    assert metrics(d)["svd_log_file_rotations_total" + of_path(d, "small.log")] == 3
    d.rpc.stopProcess("small")
    d.rpc.startProcess("small")
    for n in range(2):
        say(d, "small", "x" * 59 + "\n")
    assert log(d, "small")["rotations"] == 5


def test_a_full_disk_is_told_of_and_what_it_cost(d):
    before = time.time()
    say(d, "full", "one\ntwo\n")
    status = wait_for(lambda: log(d, "full")["dropped"] and log(d, "full"), "it is dropped")
    assert (status["dropped"], status["dropped_lines"]) == (8, 2)
    assert status["last_error"] == "cannot write: No space left on device"
    assert before - 2 < status["last_error_at"] <= time.time()
    assert status["last_error_over"] is False
    told, m = file(d, "full"), metrics(d)
    assert (told["dropped"], told["dropped_lines"]) == (8, 2)
    assert m["svd_log_file_trouble" + of_path(d, "/dev/full")] == 1
    assert m["svd_log_file_dropped_bytes_total" + of_path(d, "/dev/full")] == 8
    assert m["svd_process_log_dropped_lines_total" + label("full", channel="stdout")] == 2
    assert m["svd_log_file_trouble" + of_path(d, "cat.log")] == 0


def test_an_error_is_over_when_it_is_and_not_forgotten(d):
    os.rmdir(d.path("gone"))
    d.rpc.startProcess("lost")
    say(d, "lost", "one\n")
    wait_for(lambda: log(d, "lost")["dropped"] == 4, "it is dropped")
    assert log(d, "lost")["last_error"] == "cannot open: No such file or directory"
    assert log(d, "lost")["last_error_over"] is False
    os.mkdir(d.path("gone"))

    def written():
        d.rpc.sendProcessStdin("lost", "two\n")
        return "two\n" in d.read("gone/lost.log")
    wait_for(written, "it is written again")
    wait_for(lambda: log(d, "lost")["last_error_over"], "it is over")
    status = log(d, "lost")
    assert status["last_error"] == "cannot open: No such file or directory"
    assert status["dropped"] + os.stat(d.path("gone/lost.log")).st_size == status["bytes"]
    assert metrics(d)["svd_log_file_trouble" + of_path(d, "gone/lost.log")] == 0


def test_the_death_of_svd_logd_loses_no_number(d):
    say(d, "full", "three\n")
    wait_for(lambda: log(d, "full")["dropped"] == log(d, "full")["bytes"], "it is dropped")
    full, small = log(d, "full"), log(d, "small")
    old = d.sibling("svd-logd")
    os.kill(old, signal.SIGKILL)
    wait_for(lambda: d.sibling("svd-logd") not in (old, None), "there is another one")
    assert log(d, "full")["dropped"] == full["dropped"]
    assert log(d, "small")["rotations"] == small["rotations"]
    say(d, "full", "four\n")
    wait_for(lambda: log(d, "full")["dropped"] == full["dropped"] + 5, "it goes on counting")


def test_all_files_are_told_by_path_the_activity_log_too(d):
    told = d.proxy.svd.getAllLogInfo()
    assert [f["path"] for f in told] == sorted(
        ["/dev/full", "udp://127.0.0.1:9"] +
        [d.path(p) for p in ("cat.log", "copy.log", "gone/lost.log", "idle.log",
                             "kept/stubborn.log", "lined.log", "several.log", "small.log",
                             "supervisord.log", "web.log")] +
        [f["path"] for f in told if "stderr" in f["path"]])
    own = [f for f in told if f["path"] == d.path("supervisord.log")][0]
    assert own["channels"] == [{"group": "", "name": "", "channel": ""}]
    assert own["size"] == os.stat(d.path("supervisord.log")).st_size > 0


def test_svctl_status_has_them(d):
    said = json.loads(d.ctl("status", "--json", "cat").stdout)
    assert said[0]["stdout"]["bytes"] == os.stat(d.path("cat.log")).st_size
    assert said[0]["stdout"]["last_error"] == "" and "rotations" in said[0]["stderr"]


def test_an_unknown_name_is_refused(d):
    for method in d.proxy.svd.getLogInfo, d.proxy.svd.rotateLogs:
        with pytest.raises(xmlrpc.client.Fault, match="BAD_NAME: nobody"):
            method("nobody")


# --- rotation on demand ---

def rotated(d, name):
    return len(glob.glob(d.path(name) + ".*"))


def test_rotate_begins_a_new_file(d):
    say(d, "cat", "before\n")
    old = d.read("cat.log")
    n = rotated(d, "cat.log")
    assert d.proxy.svd.rotateLogs("cat") is True
    assert (d.read("cat.log"), d.read("cat.log.1"), rotated(d, "cat.log")) == ("", old, n + 1)
    say(d, "cat", "after\n")
    assert d.read("cat.log") == "after\n"
    assert log(d, "cat")["rotations"] == 1


def test_a_file_of_several_is_rotated_once(d):
    for rotate in (lambda: d.proxy.svd.rotateLogs("web:*"), d.proxy.svd.rotateAllLogs):
        say(d, "web:w0", "x\n")
        n = rotated(d, "web.log")
        assert rotate()
        assert (rotated(d, "web.log"), d.read("web.log")) == (n + 1, "")


def test_what_is_empty_or_not_open_stays(d):
    d.proxy.svd.rotateLogs("cat")
    n = rotated(d, "cat.log")
    assert d.proxy.svd.rotateLogs("cat") is True and rotated(d, "cat.log") == n
    assert d.proxy.svd.rotateLogs("idle") is True and rotated(d, "idle.log") == 0
    assert d.proxy.svd.rotateLogs("full") is True and os.path.exists("/dev/full")


def test_the_activity_log_is_rotated(d):
    assert d.proxy.svd.rotateMainLog() is True
    assert "svd.rotateMainLog() by" in d.read("supervisord.log") + d.read("supervisord.log.1")
    assert "RUNNING" in d.read("supervisord.log.1")


def test_all_are_told_one_by_one(d):
    rows = d.proxy.svd.rotateAllLogs()
    assert {(r["name"], r["status"], r["description"]) for r in rows} == \
        {(p["name"], 80, "OK") for p in d.rpc.getAllProcessInfo()}


def test_what_cannot_be_rotated_is_said_with_file_and_reason(d):
    say(d, "stubborn", "one\n")
    os.mkdir(d.path("kept/stubborn.log.1"))
    d.write("kept/stubborn.log.1/x", "")
    try:
        with pytest.raises(xmlrpc.client.Fault) as caught:
            d.proxy.svd.rotateLogs("stubborn")
        assert caught.value.faultCode == 30
        assert caught.value.faultString.startswith("FAILED: %s: " %
                                                   d.path("kept/stubborn.log"))
        reason = caught.value.faultString.split(": ", 1)[1]
        said = svctl(d.box, "-c", d.conf, "rotate", "stubborn")
        assert (said.code, said.out) == (1, "stubborn: ERROR (%s)\n" % reason)
        said = svctl(d.box, "-c", d.conf, "rotate", "all")
        assert said.code == 1 and "stubborn: ERROR (%s)\n" % reason in said.out
        assert "cat: rotated\n" in said.out
    finally:
        os.unlink(d.path("kept/stubborn.log.1/x"))
        os.rmdir(d.path("kept/stubborn.log.1"))


# --- svctl ---

@pytest.mark.parametrize("program", [None, COMPATIBLE], ids=["svctl", "supervisorctl"])
def test_svctl_rotates(d, program):
    say(d, "cat", "x\n")
    say(d, "web:w0", "x\n")
    options = {"program": program} if program else {}
    n = rotated(d, "cat.log")
    said = svctl(d.box, "-c", d.conf, "rotate", "cat", "web:*", "nobody", **options)
    assert said.out == "cat: rotated\nweb:*: rotated\nnobody: ERROR (no such process)\n"
    assert (said.code, rotated(d, "cat.log")) == (1, n + 1)
    assert d.read("web.log") == d.read("cat.log") == ""


def test_svctl_rotates_all_and_answers_in_json(d):
    said = svctl(d.box, "-c", d.conf, "rotate", "--json", "all")
    assert said.code == 0
    assert {"name": "web:w1", "result": "rotated"} in json.loads(said.out)


def test_svctl_rotate_without_a_name_is_misused(d):
    said = svctl(d.box, "-c", d.conf, "rotate")
    assert said.code == 1 and said.out.startswith("Error: rotate requires a process name\n")
    assert "rotate all" in said.out


def test_a_supervisor_cannot(box):
    for args in ["cat"], ["all"]:
        with FakeServer(methods(VERSION)) as server:
            said = svctl(box, "-s", server.url, "rotate", *args)
        assert (said.code, said.out) == \
            (3, "Error: only svd can rotate, and this server is none\n")


def test_svctl_shows_a_table_of_files(d):
    say(d, "web:w0", "x\n")
    said = svctl(d.box, "-c", d.conf, "logs", "--files", "web:*", "full", "nobody")
    lines = said.out.splitlines()
    assert (said.code, lines[0]) == (1, "nobody: ERROR (no such process)")
    assert lines[1].split() == "FILE SIZE PRINTED DROPPED ROTATED LAST ERROR".split()
    web, full = file(d, "web:w0"), file(d, "full")
    assert lines[2].split()[0::4] == [web["path"], str(int(web["rotations"]))]
    assert re.match("/dev/full +0 +%d +%d +0  .*s ago: cannot write: No space left on device$" % (
        full["bytes"], full["dropped"]), lines[3])
    assert len({line.index(word) for line, word in zip(lines[1:], ["FILE", "/", "/"])}) == 1


def test_svctl_tells_of_files_in_json(d):
    said = json.loads(svctl(d.box, "-c", d.conf, "logs", "--files", "--json").out)
    assert [f["path"] for f in said] == [f["path"] for f in d.proxy.svd.getAllLogInfo()]
    assert {f["dropped"] for f in said if f["path"] == "/dev/full"} == {file(d, "full")["dropped"]}


def test_a_supervisor_has_no_table(box):
    with FakeServer(methods(VERSION)) as server:
        said = svctl(box, "-s", server.url, "logs", "--files")
    assert (said.code, said.out) == \
        (3, "Error: only svd tells of log files, and this server is none\n")
