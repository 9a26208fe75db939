"""[eventexec:x]: a command for each event, with all that was promised about how it is run."""
import glob
import os
import re
import signal
import time

import pytest

from lib_daemon import REFERENCE, REFERENCE_CTL, is_running, wait_for, wait_idle

pytestmark = pytest.mark.svd_only

REMOTE = "REMOTE_COMMUNICATION"

# Keeps what it got, under the number of the event; the environment last: then all is there.
RECORD = """\
    #!/bin/sh
    cat >"$1/$EVENT_POOLSERIAL.in"
    { env; pwd; umask; } >"$1/$EVENT_POOLSERIAL.new"
    mv "$1/$EVENT_POOLSERIAL.new" "$1/$EVENT_POOLSERIAL.env"
    """


def lines(header, **options):
    return "\n".join(["[%s]" % header] + ["%s=%s" % item for item in options.items()] + [""])


def section(name, command, events=REMOTE, **options):
    return lines("eventexec:" + name, command=command, events=events, **options)


def recorder(d, name="x", **options):
    """A section whose command keeps all that it gets."""
    folder = d.path(name + ".d")
    os.makedirs(folder, exist_ok=True)
    os.chmod(folder, 0o777)
    return section(name, d.write("record", RECORD, 0o755) + " " + folder, **options)


def kept(d, name="x"):
    """What was kept, in the order of the events: (environment, standard input)."""
    found = []
    paths = glob.glob(d.path(name + ".d") + "/*.env")
    for path in sorted(paths, key=lambda path: int(os.path.basename(path)[:-4])):
        with open(path) as f:
            env = dict(line.split("=", 1) for line in f.read().splitlines() if "=" in line)
        with open(path[:-3] + "in", "rb") as f:
            found.append((env, f.read()))
    return found


def say(d, *texts):
    for text in texts:
        assert d.rpc.sendRemoteCommEvent("t", text)


def pool(d, name="x"):
    return d.proxy.svd.getPool(name)


def wait_pool(d, name="x", timeout=60, **counts):
    """Until its counts are these."""
    def as_wanted():
        p = pool(d, name)
        return p if {key: p[key] for key in counts} == counts else None
    try:
        return wait_for(as_wanted, "%s has %s" % (name, counts), timeout)
    except AssertionError as e:
        raise AssertionError("%s: %s" % (e, pool(d, name)))


def start(daemon, sections, supervisord=""):
    """sections: a function that makes them for the daemon."""
    d = daemon()
    d.configure(sections(d), supervisord)
    return d.start()


# --- what the command gets ---

def test_the_event_is_on_stdin_and_its_words_are_variables(daemon):
    d = start(daemon, lambda d: recorder(d, events="PROCESS_STATE_EXITED,PROCESS_LOG_STDOUT,"
                                         "SUPERVISOR_STATE_CHANGE_RUNNING",
                                         environment='A="b, c",EVENT_NAME=mine', directory="/",
                                         umask="027") +
              lines("program:talk", command="/bin/sh -c 'printf \"a\\0b\\n\"; exec cat'",
                    stdout_events_enabled="true", autorestart="false", startsecs=0))
    os.kill(d.wait_state("talk", "RUNNING")["pid"], signal.SIGKILL)
    wait_pool(d, delivered=3)
    pid = d.info("talk")["pid"] or int(re.search(r"'talk' with pid (\d+)", d.log()).group(1))
    (running, nothing), (log, output), (exited, payload) = kept(d)
    assert running["EVENT_NAME"] == "SUPERVISOR_STATE_CHANGE_RUNNING" and nothing == b""
    assert running["EVENT_LEN"] == "0" and "EVENT_PID" not in running
    head = b"processname:talk groupname:talk pid:%d channel:stdout\n" % pid
    assert output == head + b"a\0b\n"
    assert log["EVENT_CHANNEL"] == "stdout" and log["EVENT_LEN"] == str(len(output))
    assert payload == b"processname:talk groupname:talk from_state:RUNNING expected:0 pid:%d" % pid
    expected = {"VER": "3.0", "SERVER": "supervisor", "SERIAL": "2", "POOL": "x",
                "POOLSERIAL": "2", "NAME": "PROCESS_STATE_EXITED", "LEN": str(len(payload)),
                "COUNT": "1", "PROCESSNAME": "talk", "GROUPNAME": "talk",
                "FROM_STATE": "RUNNING", "EXPECTED": "0", "PID": str(pid)}
    assert {k[6:]: v for k, v in exited.items() if k.startswith("EVENT_")} == expected
    assert exited["A"] == "b, c" and exited["SUPERVISOR_ENABLED"] == "1"
    assert exited["SUPERVISOR_SERVER_URL"] == "unix://" + d.socket
    assert d.read("x.d/2.env").splitlines()[-2:] == ["/", "0027"]


def test_what_a_client_says_makes_no_variables_but_one(daemon):
    d = start(daemon, recorder)
    assert d.rpc.sendRemoteCommEvent("t pool:y name:z serial:7", "x" * 65536)
    assert d.rpc.sendRemoteCommEvent("T" * 200000, "")
    wait_pool(d, delivered=2)
    (env, payload), (long, _) = kept(d)
    assert payload == b"type:t pool:y name:z serial:7\n" + b"x" * 65536
    assert env["EVENT_TYPE"] == "t pool:y name:z serial:7" and env["EVENT_POOL"] == "x"
    assert env["EVENT_NAME"] == REMOTE and env["EVENT_SERIAL"] == "0"
    assert long["EVENT_TYPE"] == "T" * 4096


@pytest.mark.root_only
def test_it_runs_as_its_user(daemon):
    d = start(daemon, lambda d: section("x", "/bin/sh -c 'id -un; id -Gn; cat'", user="nobody",
                                        stdout_logfile="{box}/x.out"))
    say(d, "hello")
    wait_pool(d, delivered=1)
    wait_for(lambda: d.read("x.out") == "nobody\nnogroup\ntype:t\nhello", "all is logged")


def test_what_it_prints_goes_to_one_log(daemon):
    d = start(daemon, lambda d: section("x", "/bin/sh -c 'cat; echo; echo oops >&2'",
                                        concurrency=3))
    say(d, "one", "two", "three", "four")
    wait_pool(d, delivered=4)
    (out,), (err,) = [glob.glob(d.path("x-%s---supervisor-*" % c)) for c in ("stdout", "stderr")]
    said = "type:t\n%s\n"
    wait_for(lambda: sorted(d.read(out)) == sorted("".join(said % t for t in (
        "one", "two", "three", "four"))), "all is logged")
    wait_for(lambda: d.read(err) == "oops\n" * 4, "all is logged")


def test_globs_say_about_whom(daemon):
    once = dict(command="/bin/true", autorestart="false", startsecs=0)
    d = start(daemon, lambda d: recorder(d, events="PROCESS_STATE_EXITED", programs="b*, g:one") +
              "".join(lines("program:" + name, **once) for name in ("a", "bb", "one", "two")) +
              lines("group:g", programs="one,two"))
    wait_pool(d, delivered=2)
    d.wait_all("EXITED")
    say(d, "")
    assert sorted(env["EVENT_PROCESSNAME"] for env, _ in kept(d)) == ["bb", "one"]
    assert pool(d)["accepted"] == 2


# --- how many ---

def barrier(d, n):
    """A command that ends when n of it run."""
    return d.write("barrier", """\
        #!/bin/sh
        : >"$1/$EVENT_POOLSERIAL"
        while [ $(ls "$1" | wc -l) -lt %d ]; do sleep 0.01; done
        """ % n, 0o755) + " " + d.path("b.d")


def test_so_many_run_at_a_time(daemon):
    d = daemon()
    os.mkdir(d.path("b.d"))
    d.configure(section("x", barrier(d, 4), concurrency=3))
    d.start()
    say(d, *"abcde")
    wait_for(lambda: len(os.listdir(d.path("b.d"))) == 3, "three run")
    assert pool(d)["under_way"] == 3 and pool(d)["queued"] == 2
    d.write("b.d/opens", "")
    wait_pool(d, delivered=5)


def test_one_at_a_time_stays_in_order(daemon):
    d = start(daemon, lambda d: section("x", "/bin/sh -c 'cat >>{box}/order; echo >>{box}/order'"))
    texts = [str(i) for i in range(100)]
    say(d, *texts)
    wait_pool(d, delivered=100)
    assert d.read("order") == "".join("type:t\n%s\n" % text for text in texts)


def test_a_minute_has_its_limit(daemon):
    d = start(daemon, lambda d: section("x", "/bin/true", max_per_minute=3, buffer_size=4))
    say(d, *"abc")
    wait_pool(d, delivered=3)   # while one is under way the queue has less room
    say(d, *"defghij")
    p = wait_pool(d, delivered=3, dropped=3)
    assert p["queued"] == 4 and p["accepted"] == 10
    overflow = "eventexec x event buffer overflowed"
    wait_for(lambda: overflow in d.log(), "it is said")
    wait_idle(d.pid)
    assert d.log().count(overflow) == 1


def test_a_crash_loop_is_told_now_and_then(daemon):
    """Ten crashes in a row: nobody gets ten mails, and none of them is forgotten."""
    d = daemon()
    crash = d.write("crash", """\
        #!/bin/sh
        echo >>{box}/lives
        [ $(wc -l <{box}/lives) -gt 10 ] && exec cat
        exit 1
        """.replace("{box}", d.box), 0o755)
    d.configure(recorder(d, events="PROCESS_STATE_EXITED", coalesce_secs=3) +
                lines("program:p", command=crash, autorestart="true", startsecs=0))
    began = time.monotonic()
    d.start()
    wait_for(lambda: sum(int(env["EVENT_COUNT"]) for env, _ in kept(d)) == 10, "all are told", 60)
    counts = [int(env["EVENT_COUNT"]) for env, _ in kept(d)]
    assert counts[0] == 1 and len(counts) <= 1 + (time.monotonic() - began) / 3
    p = wait_pool(d, delivered=len(counts))
    assert p["coalesced"] == 10 - len(counts) and p["dropped"] == 0
    wait_idle(d.pid)


def test_hundreds_of_large_events_leave_nothing_behind(daemon):
    """A command that reads nothing, payloads of 64 KiB, and each third try is killed."""
    d = start(daemon, lambda d: section("x", "/bin/sh -c '[ $(($EVENT_SERIAL %% 3)) = 0 ] && kill "
                                        "-9 $$; exit 0'", concurrency=8, buffer_size=5000,
                                        stdout_logfile="NONE", stderr_logfile="NONE"))
    before = len(os.listdir("/proc/%d/fd" % d.pid))
    calls = [{"methodName": "supervisor.sendRemoteCommEvent", "params": ["t", "x" * 65536]}] * 30
    for _ in range(20):
        wait_for(lambda: pool(d)["queued"] < 100, "there is room for 30 more in 16 MiB")
        assert d.proxy.system.multicall(calls) == [True] * 30
    p = wait_pool(d, delivered=400, failed=200, timeout=120)
    assert p["dropped"] == 0 and p["last_error"]["text"] == "terminated by SIGKILL"
    assert len(os.listdir("/proc/%d/fd" % d.pid)) <= before + 3
    assert d.log().count("(serial") <= 10
    wait_idle(d.pid)


# --- what fails ---

def test_what_fails_is_tried_again(daemon):
    d = start(daemon, lambda d: section("third", "/bin/sh -c 'echo >>{box}/n; "
                                        "[ $(wc -l <{box}/n) = 3 ]'", retries=5) +
              section("never", "/bin/sh -c 'echo >>{box}/m; exit 3'", retries=1) +
              section("missing", "/no/such/command") +
              section("once", "/bin/sh -c 'kill -9 $$'"))
    say(d, "")
    assert wait_pool(d, "third", delivered=1, failed=0)["retries"] == 2
    p = wait_pool(d, "never", delivered=0, failed=1)
    assert p["retries"] == 1 and p["last_error"]["text"] == "exit status 3"
    assert d.read("m") == "\n\n"
    assert "can't find command '/no/such/command'" in (
        wait_pool(d, "missing", failed=1)["last_error"]["text"])
    assert wait_pool(d, "once", failed=1)["last_error"]["text"] == "terminated by SIGKILL"
    assert ("WARN eventexec never: event REMOTE_COMMUNICATION (serial 0) is given up, tries 2: "
            "exit status 3") in d.log()


@pytest.mark.root_only
def test_why_a_child_could_not_begin_is_told(daemon):
    d = start(daemon, lambda d: section("x", "/bin/cat", user="nobody", directory="{box}/gone"))
    say(d, "")
    assert "couldn't chdir to" in wait_pool(d, failed=1)["last_error"]["text"]


def test_what_takes_too_long_is_ended_with_all_its_children(daemon):
    d = start(daemon, lambda d: section("soft", "/bin/sh -c 'sleep 1000 & echo $! >{box}/soft; "
                                        "wait'", timeout_secs=1) +
              section("hard", "/bin/sh -c 'trap \"\" TERM; echo $$ >{box}/hard; "
                      "while :; do sleep 1; done'", timeout_secs=1))
    say(d, "")
    for name in "soft", "hard":
        p = wait_pool(d, name, failed=1)
        assert p["last_error"]["text"] == "it took too long"
        wait_for(lambda: not is_running(int(d.read(name))), name + " has ended")


# --- changes ---

def test_update_adds_changes_and_removes(daemon):
    plain = lines("program:p", command="/bin/cat")
    d = start(daemon, lambda d: plain)
    slow = section("x", "/bin/sh -c 'until [ -e {box}/go ]; do sleep 0.01; done; "
                   "echo >>{box}/done'")
    for one, word in (slow, "available"), (slow + "concurrency=2\n", "changed"), ("", "dis"):
        d.configure(plain + one)
        assert "x: " + word in d.ctl("reread").stdout
        assert re.match(r"x: .*process group", d.ctl("update").stdout.splitlines()[-1])
        assert d.ctl("reread").stdout == "No config updates to processes\n"
        assert list(d.states()) == ["p:p"] and "x" not in d.ctl("status").stdout
        if word == "available":
            say(d, "a", "b")
            wait_pool(d, under_way=1, queued=1)
        elif word == "changed":
            wait_pool(d, under_way=2, queued=0)
    d.write("go", "")
    wait_for(lambda: d.read("done") == "\n\n", "what was accepted is done")
    assert "had not delivered" not in d.log()


def test_a_program_becomes_a_hook_and_a_program_again(daemon):
    d = start(daemon, lambda d: lines("program:x", command="/bin/cat"))
    d.wait_all("RUNNING")
    d.configure(recorder(d))
    assert "x: updated process group" in d.ctl("update").stdout
    wait_for(lambda: d.states() == {}, "the program is gone")
    say(d, "a")
    wait_pool(d, delivered=1)
    d.configure(lines("program:x", command="/bin/cat"))
    assert "x: updated process group" in d.ctl("update").stdout
    wait_for(lambda: d.states() == {"x:x": "RUNNING"}, "the program is back")


def test_what_a_removed_one_had_to_do_is_done_for_some_seconds(daemon):
    d = start(daemon, lambda d: section("x", "/bin/sh -c 'echo $$ >>{box}/pids; until [ -e "
                                        "{box}/go ]; do sleep 0.01; done; echo >>{box}/done'"))
    say(d, "a", "b")
    wait_for(lambda: d.read("pids"), "it runs")
    d.configure("")
    assert "removed process group" in d.ctl("update").stdout
    d.write("go", "")
    wait_for(lambda: d.read("done") == "\n\n", "both are done")
    os.remove(d.path("go"))
    d.configure(section("x", "/bin/sh -c 'echo $$ >{box}/pid; exec sleep 1000'"))
    assert "added process group" in d.ctl("update").stdout
    say(d, "c", "d")
    pid = int(wait_for(lambda: d.read("pid"), "it runs"))
    d.configure("")
    d.ctl("update")
    d.wait_log("eventexec x: it ends, and events that it had not delivered are dropped: 2")
    wait_for(lambda: not is_running(pid), "it was killed")


@pytest.mark.reference
def test_supervisorctl_of_supervisor_updates_it(daemon):
    d = start(daemon, lambda d: lines("program:p", command="/bin/cat"))
    d.configure(recorder(d))
    out = d.ctl("update", program=REFERENCE_CTL).stdout
    assert "x: added process group" in out and "p: removed process group" in out
    d.configure(recorder(d, retries=1))
    assert "x: updated process group" in d.ctl("update", program=REFERENCE_CTL).stdout
    say(d, "a")
    wait_pool(d, delivered=1)
    assert d.ctl("status", program=REFERENCE_CTL).stdout.strip() == ""


@pytest.mark.reference
def test_supervisor_reads_a_file_with_hooks(daemon):
    d = daemon(program=REFERENCE)
    d.configure(recorder(d) + lines("webhook:y", url="http://localhost/", events=REMOTE) +
                lines("program:p", command="/bin/cat"))
    d.start()
    assert list(d.states()) == ["p:p"]


def test_mistakes_change_nothing(daemon):
    d = start(daemon, recorder)
    for bad, why in ((section("x", "/bin/cat", events="TOCK"), "Unknown event type TOCK"),
                     (section("x", "/bin/cat", concurrency=0), "concurrency=0: not from 1"),
                     (lines("eventexec:x", events=REMOTE), "does not specify a command"),
                     (lines("webhook:y", events=REMOTE, url="http://u:s3cret@/"),
                      "url=***: a URL with a bad host")):
        d.configure(bad)
        shown = [d.ctl("reread").stdout, d.log(), d.run("--check", "-c", d.conf).stdout]
        assert all(why in text for text in shown) and "s3cret" not in "".join(shown)
    say(d, "still there")
    wait_pool(d, delivered=1)
    assert kept(d)[0][1] == b"type:t\nstill there"


# --- the end ---

def test_the_last_events_get_out(daemon):
    d = start(daemon, lambda d: recorder(d, events="PROCESS_STATE_STOPPED,SUPERVISOR_STATE_CHANGE",
                                         coalesce_secs=1000) +
              lines("program:a", command="/bin/cat") + lines("program:b", command="/bin/cat"))
    d.wait_all("RUNNING")
    d.stop()
    names = [(env["EVENT_NAME"], env.get("EVENT_PROCESSNAME")) for env, _ in kept(d)]
    assert names[:2] == [("SUPERVISOR_STATE_CHANGE_RUNNING", None),
                         ("SUPERVISOR_STATE_CHANGE_STOPPING", None)]
    assert sorted(names[2:]) == [("PROCESS_STATE_STOPPED", "a"), ("PROCESS_STATE_STOPPED", "b")]


def test_the_end_does_not_wait_for_ever(daemon):
    d = start(daemon, lambda d: section("x", "/bin/sh -c 'trap \"\" TERM; echo $$ >{box}/pid; "
                                        "while :; do sleep 1; done'"))
    say(d, "a", "b", "c")
    pid = int(wait_for(lambda: d.read("pid"), "it runs"))
    d.stop(timeout=30)
    assert "eventexec x: it ends, and events that it had not delivered are dropped: 3" in d.log()
    wait_for(lambda: not is_running(pid), "it was killed")


def test_a_restart_goes_on_with_them(daemon):
    d = start(daemon, lambda d: section("x", "/bin/sh -c 'echo $EVENT_NAME >>{box}/names'",
                                        events="SUPERVISOR_STATE_CHANGE"))
    wait_pool(d, delivered=1)
    d.rpc.restart()
    names = "SUPERVISOR_STATE_CHANGE_RUNNING\nSUPERVISOR_STATE_CHANGE_STOPPING\n" * 2
    wait_for(lambda: d.read("names") == names[:len(names) - 33], "begin, end and begin are told")
