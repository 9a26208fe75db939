"""Logs in trouble of every kind at once, while another program comes and goes and loses nothing.

Of each afflicted program: what it wrote is what is in its log and what svd says was dropped.
"""
import contextlib
import os
import re
import signal
import time

import pytest

import lib_calamity
import lib_fuse
from lib_daemon import wait_for
from lib_writers import LINE, WRITER

pytestmark = pytest.mark.svd_only

SOUND = """
    [program:sound]
    command=/usr/bin/python3 -S -E {box}/writer.py sound 100 1 0.01
    autorestart=true
    startsecs=0
    stdout_logfile={box}/sound.log
    stdout_logfile_maxbytes=0
    """
AFFLICTED = """
    [program:{name}]
    command=/usr/bin/python3 -S -E {box}/writer.py {name} 0 1 0.01
    startsecs=0
    stdout_logfile={path}
    stdout_logfile_maxbytes=0
    """


@pytest.fixture(scope="module")
def private():
    lib_fuse.private_mounts()


@contextlib.contextmanager
def clinic(d, patients):
    """A daemon with a sound program and with the afflicted ones, which all write already."""
    with contextlib.ExitStack() as stack:
        for each in patients:
            each.prepare()
            stack.callback(each.done)
        d.write("writer.py", WRITER.replace("{box}", d.box))
        d.configure(SOUND + "".join(AFFLICTED.replace("{name}", each.name).replace(
            "{path}", each.path) for each in patients))
        d.start()
        for each in patients:
            wait_for(each.text, "%s has written" % each.name)
        yield d
        if d.is_running():
            stack.callback(d.stop)


def printed(d):
    """What svd knows of what the programs have printed: name -> bytes, dropped and so on."""
    return {p["name"]: p["stdout"] for p in d.proxy.svd.getMetrics()["processes"]}


def lives_of_sound(d):
    """Every line of every life is there, once, whole and in order. Returns how many lives."""
    lines = d.read("sound.log").splitlines()
    for i, line in enumerate(lines):
        assert re.fullmatch(r"sound %010d \.+" % (i % 100), line), "line %d: %r" % (i, line)
    return len(lines) // 100


def wait_for_lives(d, count):
    wanted = lives_of_sound(d) + count
    wait_for(lambda: lives_of_sound(d) >= wanted, "sound has come and gone %d times" % count)


def said(d, patient, text):
    """How often svd has said that of the log."""
    return len(re.findall(text.replace("{path}", re.escape(patient.path)), d.log()))


def is_afflicted(d, patient):
    return said(d, patient, "cannot write to log file {path}:") and \
        printed(d)[patient.name]["dropped"] > 0


def is_cured(d, patient, before):
    return len(patient.text()) > before and \
        said(d, patient, "log file {path} can be written to again")


def strike(d, patients):
    for each in patients:
        each.strike()
    if any(each.reopens for each in patients):
        d.process.send_signal(signal.SIGUSR2)
    for each in patients:
        wait_for(lambda each=each: is_afflicted(d, each), each.name + " is afflicted")


def relieve(d, patients):
    for each in patients:
        before = len(each.text())
        each.relieve()
        wait_for(lambda each=each, before=before: is_cured(d, each, before),
                 each.name + " is written to again")


def check_lines(patient):
    """What is there is whole lines, in order. Returns how many."""
    last = -1
    lines = patient.text().decode().splitlines(keepends=True)
    for line in lines:
        found = re.fullmatch(r"%s (\d{10}) \.+\n" % patient.name, line)
        assert found and len(line) == LINE, "%s: %r" % (patient.name, line)
        assert int(found.group(1)) > last, "%s: %r after %d" % (patient.name, line, last)
        last = int(found.group(1))
    return len(lines)


def check_account(d, patient):
    """All that it wrote is there or was counted."""
    def adds_up():
        counts, there = printed(d)[patient.name], len(patient.text())
        return total * LINE == counts["bytes"] == there + counts["dropped"]
    total = int(d.read(patient.name + ".total"))
    try:
        wait_for(adds_up, "it adds up")
    except AssertionError:
        raise AssertionError("%s: %d lines written, %d bytes there, %s" % (
            patient.name, total, len(patient.text()), printed(d)[patient.name])) from None
    assert check_lines(patient) < total


def descriptors(pid):
    """What a process has open: how many pipes, and how many of all else."""
    names = []
    for fd in os.listdir("/proc/%d/fd" % pid):
        with contextlib.suppress(FileNotFoundError):
            names.append(os.readlink("/proc/%d/fd/%s" % (pid, fd)))
    pipes = sum(name.startswith("pipe:") for name in names)
    return pipes, len(names) - pipes


def all_descriptors(d):
    pids = [d.pid, d.sibling("svd-logd"), d.sibling("svd-httpd")]
    return [descriptors(pid) for pid in pids if pid]


def cpu_seconds(pid):
    with open("/proc/%d/stat" % pid) as f:
        return sum(map(int, f.read().rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")


STAGES = 2 * (16 + 1)   # pipe ends that svd-logd may make and keep


def has_what_it_had(d, before):
    now = all_descriptors(d)
    return all(pipes <= had_pipes + STAGES and others <= had
               for (pipes, others), (had_pipes, had) in zip(now, before))


@pytest.mark.root_only
def test_all_kinds_of_trouble_at_once(daemon, private):
    d = daemon()
    patients = lib_calamity.all_of_them(d.box)
    with clinic(d, patients):
        wait_for_lives(d, 1)
        before, logd, began = all_descriptors(d), d.sibling("svd-logd"), time.monotonic()
        busy = cpu_seconds(logd)
        strike(d, patients)
        wait_for_lives(d, 2)
        # A spin would take all of a processor; what is written here needs next to nothing.
        assert cpu_seconds(logd) - busy < (time.monotonic() - began) / 2
        relieve(d, patients)
        assert d.sibling("svd-logd") == logd
        wait_for(lambda: has_what_it_had(d, before), "no descriptor is left over: %s %s" % (
            before, all_descriptors(d)))
        for each in patients:
            d.rpc.stopProcess(each.name)
        for each in patients:
            check_account(d, each)
        wait_for_lives(d, 1)
        print_restarts(d)


def print_restarts(d):
    """For who reads it; a test that depended on it would depend on the machine."""
    times = [int(a) * 3600 + int(b) * 60 + float(c.replace(",", ".")) for a, b, c in re.findall(
        r" (\d\d):(\d\d):(\d\d,\d+) INFO spawned: 'sound'", d.log())]
    gaps = [after - before for before, after in zip(times, times[1:])]
    print("sound was started every %.2f s, at most %.2f s apart" % (
        sum(gaps) / len(gaps), max(gaps)))


# --- a disk that hangs, and what else may happen meanwhile ---

def a_dead_one(d):
    return lib_calamity.Sick("dead", d.box, ["write", "getattr", "lookup", "open", "flush"])


@pytest.mark.root_only
def test_svd_ends_while_a_disk_hangs(daemon, private):
    d = daemon()
    patient = a_dead_one(d)
    with clinic(d, [patient]):
        strike(d, [patient])
        d.stop()
        patient.relieve()
    check_lines(patient)
    lives_of_sound(d)


@pytest.mark.root_only
def test_a_program_comes_and_goes_while_its_disk_hangs(daemon, private):
    d = daemon()
    patient = a_dead_one(d)
    with clinic(d, [patient]):
        strike(d, [patient])
        for _ in range(3):
            d.rpc.stopProcess("dead")
            d.rpc.startProcess("dead")
        d.rpc.stopProcess("dead")
        wait_for_lives(d, 1)
        patient.relieve()
        d.rpc.startProcess("dead")
        before = len(patient.text())
        wait_for(lambda: len(patient.text()) > before, "it is written to again")


# --- without root ---

class Forbidden(lib_calamity.Calamity):
    """A directory that is closed to us."""

    reopens = True

    def prepare(self):
        super().prepare()
        os.chmod(self.directory, 0o777)

    def strike(self):
        self.kept = self.directory + "-x.log"
        os.rename(self.path, self.kept)
        os.chmod(self.directory, 0)

    def relieve(self):
        os.chmod(self.directory, 0o777)

    def text(self):
        return lib_calamity.read(getattr(self, "kept", "")) + super().text()


def test_an_ordinary_user_loses_the_rights_to_a_log_and_gets_them_again(daemon):
    d, user = daemon(), {}
    if os.geteuid() == 0:
        user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        os.chmod(d.box, 0o777)
    patient = Forbidden("forbidden", d.box)
    start, d.start = d.start, lambda: start(**user)
    with clinic(d, [patient]):
        strike(d, [patient])
        assert "Permission denied" in d.log()
        relieve(d, [patient])
        d.rpc.stopProcess("forbidden")
        check_account(d, patient)
        lives_of_sound(d)


# --- the ways of logrotate ---

def test_logrotate_loses_no_line(daemon):
    """Renamed and told, renamed and not told, removed; a copy that is cut loses what it must."""
    d = daemon()
    patient = lib_calamity.Calamity("log", d.box)
    with clinic(d, [patient]):
        old = [patient.path + "-1", patient.path + "-2"]
        os.rename(patient.path, old[0])
        size = os.path.getsize(old[0])
        wait_for(lambda: os.path.getsize(old[0]) > size, "it goes on under the new name")
        d.process.send_signal(signal.SIGUSR2)
        wait_for(patient.text, "the new file is written to")
        os.rename(patient.path, old[1])
        d.process.send_signal(signal.SIGUSR2)
        wait_for(patient.text, "the next one is written to")
        with open(patient.path, "rb") as removed:
            os.unlink(patient.path)
            wait_for(patient.text, "it is made again")
            d.rpc.stopProcess("log")
            texts = [lib_calamity.read(name) for name in old] + [removed.read(), patient.text()]
        total = int(d.read("log.total"))
        assert b"".join(texts) == b"".join(b"log %010d %s\n" % (i, b"." * (LINE - 16))
                                           for i in range(total))


def test_a_log_that_is_copied_and_cut_goes_on_at_its_beginning(daemon):
    d = daemon()
    patient = lib_calamity.Calamity("log", d.box)
    with clinic(d, [patient]):
        os.truncate(patient.path, 0)
        wait_for(patient.text, "it goes on")
        d.rpc.stopProcess("log")
        check_lines(patient)
        assert b"\0" not in patient.text()
