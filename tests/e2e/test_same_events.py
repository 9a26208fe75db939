"""Listeners are told the same by svd as by Supervisor: one life of many programs, under both."""
import concurrent.futures
import os
import re
import signal
import xmlrpc.client

import pytest

from lib_daemon import REFERENCE, REFERENCE_CTL, SVD, clean_env, wait_for
from lib_listeners import add_recorder, recorded

pytestmark = pytest.mark.reference

# All that does not depend on the clock; a super type; and some, of which one is a super type.
POOLS = {
    "all": "PROCESS_STATE,PROCESS_COMMUNICATION,PROCESS_LOG,REMOTE_COMMUNICATION,"
           "SUPERVISOR_STATE_CHANGE,PROCESS_GROUP",
    "states": "PROCESS_STATE",
    "few": "PROCESS_STATE_EXITED,PROCESS_COMMUNICATION_STDERR,PROCESS_GROUP,REMOTE_COMMUNICATION",
}

# An actor does what it is told on its standard input.
ACTOR = "/bin/sh -c 'while read -r line; do eval \"$line\"; done'"

PROGRAMS = {
    "steady": "",
    "patient": "startsecs=1",
    "hasty": "startsecs=1000",
    "once": "autorestart=unexpected",
    "crashes": "autorestart=true",
    "fails": "command=/bin/sh -c 'exit 3'\nstartsecs=1000\nstartretries=1",
    "lost": "command={box}/no-such-command\nstartretries=0\nautostart=true",
    "killed": "autorestart=true",
    "signalled": "stdout_events_enabled=true",
    "deaf": "stdout_events_enabled=true\nstopwaitsecs=1",
    "says": "stdout_events_enabled=true\nstderr_events_enabled=true",
    "silent": "stdout_events_enabled=true\nstdout_logfile=NONE",
    "merged": "stdout_events_enabled=true\nstderr_events_enabled=true\nredirect_stderr=true",
    "lastwords": "stdout_events_enabled=true\nautorestart=false",
    "talks": "stdout_capture_maxbytes=1MB\nstderr_capture_maxbytes=1MB\n"
             "stdout_events_enabled=true",
    "refused": "stopsignal=USR2",
    "first": "priority=1",
    "second": "process_name=%(program_name)s_%(process_num)d\nnumprocs=2\npriority=2",
    "changes": "",
    "goes": "",
    "lingers": "stdout_events_enabled=true\nautostart=true\npriority=1\nstopwaitsecs=20",
}

GROUP = "[group:team]\nprograms=first,second\n"

TOKENS = {"BEGIN": "<!--XSUPERVISOR:BEGIN-->", "END": "<!--XSUPERVISOR:END-->"}


def section(name, options):
    command = "" if "command=" in options else "command=" + ACTOR
    autostart = "" if "autostart=" in options else "autostart=false"
    startsecs = "" if "startsecs=" in options else "startsecs=0"
    return "\n".join(["[program:%s]" % name, command, autostart, startsecs, options, ""])


class Life:
    """One daemon, the script's hands on it, and what its listeners were told."""

    def __init__(self, d, fake_kill):
        self.d = d
        # Supervisor's lengths count letters.
        self.letters = d.program == REFERENCE
        self.configure(PROGRAMS)
        sanitizer = clean_env(d.box)["ASAN_OPTIONS"] + ":verify_asan_link_order=0"
        d.start(env={"LD_PRELOAD": fake_kill, "ASAN_OPTIONS": sanitizer})
        for name in list(POOLS) + ["lingers"]:
            d.wait_state(name, "RUNNING")
        d.wait_state("lost", "FATAL")
        self.tell("lingers", "trap 'touch {box}/ends; while [ ! -e {box}/enough ];"
                             " do sleep 0.02; done; exit 0' TERM; echo I stay".replace(
                                 "{box}", d.box))
        self.heard("I stay")
        self.begun = self.events("all")[-1].serial
        self.counted = None     # the last event whose number is the same under both

    def configure(self, programs):
        listeners = "".join(add_recorder(self.d, events, name, letters=self.letters)
                            for name, events in POOLS.items())
        self.d.configure(listeners + GROUP + "".join(
            section(name, options) for name, options in programs.items()))

    def events(self, pool):
        return recorded(self.d, pool)

    def heard(self, text, times=1):
        wait_for(lambda: sum(text in event.payload for event in self.events("all")) >= times,
                 "the listener hears %r" % text)

    def told(self, event, subject=""):
        wait_for(lambda: any(subject in each.payload for each in self.events("all")
                             if each.name == event), "the listener hears of " + event)

    def tell(self, name, line):
        self.d.rpc.sendProcessStdin(name, line + "\n")

    def start(self, name, state="RUNNING"):
        """Supervisor's children lose a signal that comes before their exec."""
        try:
            self.d.rpc.startProcess(name, False)
        except xmlrpc.client.Fault:     # it has failed already
            pass
        pid = self.d.wait_state(name, state)["pid"]
        if pid:
            wait_for(lambda: os.path.samefile("/proc/%d/exe" % pid, "/bin/sh"), "exec")

    def stop(self, name, state="STOPPED"):
        """Without waiting, because Supervisor looks but once a second what became of it."""
        self.d.rpc.stopProcess(name, False)
        self.d.wait_state(name, state)

    def restarted(self, name, by):
        pid = self.d.info(name)["pid"]
        by(pid)
        wait_for(lambda: self.d.info(name)["pid"] not in (0, pid), "%s is back" % name)
        self.d.wait_state(name, "RUNNING")


def states(life):
    for name in "steady", "patient", "once", "crashes", "killed":
        life.start(name)
    life.start("hasty", "STARTING")
    life.stop("hasty")
    life.stop("patient")
    life.tell("once", "exit 0")
    life.d.wait_state("once", "EXITED")
    life.restarted("crashes", lambda pid: life.tell("crashes", "exit 3"))
    life.restarted("killed", lambda pid: os.kill(pid, signal.SIGKILL))
    life.start("fails", "FATAL")
    life.start("refused")
    try:
        life.stop("refused", "UNKNOWN")
    except xmlrpc.client.Fault:
        life.d.wait_state("refused", "UNKNOWN")


def signals(life):
    life.start("signalled")
    life.tell("signalled", "trap 'echo caught' USR1; echo waits; while :; do sleep 0.02; done")
    life.heard("waits")
    life.d.rpc.signalProcess("signalled", "USR1")
    life.heard("caught")
    life.stop("signalled")
    life.start("deaf")
    life.tell("deaf", "trap '' TERM; echo cannot hear")
    life.heard("cannot hear")
    life.stop("deaf")


def output(life):
    for name in "says", "silent", "merged", "lastwords":
        life.start(name)
        life.tell(name, "echo out of %s" % name)
        life.heard("out of %s" % name)
        life.tell(name, "echo err of %s >&2" % name)
        if name in ("says", "merged"):
            life.heard("err of %s" % name)
    life.tell("says", "printf '\\211\\n\\047'")
    life.heard("Undecodable")
    life.tell("lastwords", "echo that was it; exit 0")
    life.d.wait_state("lastwords", "EXITED")


def communication(life):
    life.start("talks")
    say = "printf '{BEGIN}%s{END}%s\\n'".format(**TOKENS)
    dots = "." * 30
    life.tell("talks", say % ("a message", dots))
    life.heard(dots)    # which is the last of it
    life.tell("talks", say % ("one", "{BEGIN}two{END}".format(**TOKENS) + dots) + " >&2")
    life.told("PROCESS_COMMUNICATION_STDERR", "\ntwo")     # "lastwords" has those letters, too
    life.tell("talks", say % ("\\200\\377\\n", dots))
    life.heard("Undecodable", 2)
    life.heard(dots, 2)
    life.d.rpc.sendRemoteCommEvent("kind", "some data\nin two lines")
    life.d.rpc.sendRemoteCommEvent("Länge", "12 € für Øre")
    life.d.rpc.sendRemoteCommEvent("", "")


def groups(life):
    for name in "team:first", "team:second_0", "team:second_1":
        life.start(name)
    life.start("changes")
    life.start("goes")
    life.configure(dict({name: options for name, options in PROGRAMS.items() if name != "goes"},
                        changes="priority=7", late="", other=""))
    ran = life.d.ctl("update", program=REFERENCE_CTL).stdout
    assert "late: added" in ran and "goes: removed" in ran and "changes: updated" in ran, ran
    life.start("late")
    life.stop("late")
    life.d.rpc.removeProcessGroup("late")
    life.d.rpc.addProcessGroup("late")
    life.heard("groupname:late\n", 3)


def at_once(life):
    """Where the order, or how output is cut, may be a different one each time."""
    life.counted = life.events("all")[-1].serial
    life.d.rpc.stopProcessGroup("team")
    life.tell("says", "head -c 300000 /dev/zero | tr '\\000' x; echo; echo that was much")
    life.heard("that was much")


def end(life):
    """What is told at the very end depends on how quickly a listener reads."""
    os.kill(life.d.pid, signal.SIGTERM)
    wait_for(lambda: os.path.exists(life.d.path("ends")), "the last program is to end")
    life.told("PROCESS_STATE_STOPPING", "processname:lingers")
    wait_for(lambda: "processname:lingers" in life.events("states")[-1].payload, "states heard")
    life.d.write("enough", "")
    assert life.d.process.wait(30) == 0


def live(d, fake_kill):
    life = Life(d, fake_kill)
    for chapter in states, signals, output, communication, groups, at_once, end:
        chapter(life)
    return life


@pytest.fixture(scope="module")
def lives(module_daemon, fake_kill):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda d: live(d, fake_kill),
                             [module_daemon("", "ours", SVD),
                              module_daemon("", "theirs", REFERENCE)]))


# --- what is compared ---

def pid_names(events):
    """Each process's pids are numbered: so a new one is told from an old one."""
    names = {}
    for event in events:
        found = re.match(r"processname:(\S+) .*\bpid:([1-9]\d*)", event.payload)
        if found:
            known = names.setdefault(found.group(1), [])
            if found.group(2) not in known:
                known.append(found.group(2))
    return {pid: "PID%d" % n for known in names.values() for n, pid in enumerate(known)}


def normalised(life, pool):
    """The events as (serial, head, payload) without pids and what depends on them."""
    events = life.events(pool)
    names = pid_names(life.events("all"))
    told = []
    for event in events:
        size = len(event.payload) if life.letters else len(event.payload.encode())
        assert event.head.endswith(" len:%d\n" % size)
        payload = re.sub(r"\bpid:([1-9]\d*)", lambda m: "pid:" + names[m.group(1)], event.payload,
                         count=1)
        told.append((event.serial, event.head.rpartition(" ")[0], payload))
    return told


def parts(life, pool):
    """What a pool was told at first, in the middle, and at last."""
    told = normalised(life, pool)
    stopping = next(event.serial for event in life.events("all")
                    if event.name == "SUPERVISOR_STATE_CHANGE_STOPPING")
    last = next((n for n, (serial, _, payload) in enumerate(told)
                 if serial > stopping and payload.startswith("processname:lingers")), len(told))
    return ([each for each in told if each[0] <= life.begun],
            [each for each in told if life.begun < each[0] <= life.counted],
            [each for each in told[:last + 1] if life.counted < each[0]])


def name_of(head):
    return re.search(r"eventname:(\S+)", head).group(1)


def histories(events):
    """By process, where there is no order between processes. Pieces of output are put together."""
    found = {}
    for _, head, payload in events:
        subject = re.match(r"processname:(\S+)|", payload).group(1)
        history = found.setdefault(subject, [])
        name, (first, _, text) = name_of(head), payload.partition("\n")
        if name.startswith("PROCESS_LOG") and history and history[-1][:2] == (name, first):
            text = history.pop()[2] + text
        history.append((name, first, text))
    return found


@pytest.fixture(params=POOLS)
def told(request, lives):
    """What one of the listeners was told by each, in three parts."""
    return [parts(life, request.param) for life in lives]


def test_at_first_all_is_the_same_for_each_process(told):
    ours, theirs = [histories(each[0]) for each in told]
    assert ours == theirs and len(ours) > 0


def test_then_all_is_the_same_in_the_same_order(told):
    """Heads too, to the number."""
    ours, theirs = [each[1] for each in told]
    assert ours == theirs


def test_at_last_all_is_the_same_for_each_process(told):
    ours, theirs = [histories(each[2]) for each in told]
    assert ours == theirs


def test_programs_are_asked_to_end_in_the_same_order(lives):
    ours, theirs = [[payload for _, head, payload in parts(life, "states")[2]
                     if name_of(head) == "PROCESS_STATE_STOPPING"] for life in lives]
    assert ours == theirs and len(ours) == 11


def test_serials_count_without_a_gap(lives):
    for life in lives:
        assert [event.serial for event in life.events("all")] == list(
            range(len(life.events("all"))))
        for pool in POOLS:
            events = life.events(pool)
            assert [event.poolserial for event in events] == list(range(len(events)))


def test_every_type_has_come(lives):
    """But for ticks, of which test_same_ticks.py tells."""
    names = {event.name for event in lives[0].events("all")}
    kinds = {"PROCESS_STATE_" + state for state in "STARTING RUNNING BACKOFF STOPPING STOPPED "
             "EXITED FATAL UNKNOWN".split()}
    kinds |= {"PROCESS_%s_STD%s" % (kind, end) for kind in ("LOG", "COMMUNICATION")
              for end in ("OUT", "ERR")}
    kinds |= {"PROCESS_GROUP_ADDED", "PROCESS_GROUP_REMOVED", "REMOTE_COMMUNICATION",
              "SUPERVISOR_STATE_CHANGE_RUNNING", "SUPERVISOR_STATE_CHANGE_STOPPING"}
    assert names == kinds
