"""Fixtures of the end-to-end tests. See lib_daemon.py for SVD, SVCTL and BUILD."""
import contextlib
import functools
import glob
import os
import re
import shutil
import subprocess
import tempfile

import pytest

import lib_reaper
from lib_daemon import IS_SVD, REFERENCE, SVD, Daemon, wait_for
from lib_webhook import Server

# Where a daemon that forgets its configuration would write.
PUBLIC_PLACES = ("/tmp", "/run", "/var/tmp", "/dev/shm", os.getcwd())


def pytest_configure(config):
    lib_reaper.become_subreaper()


def pytest_runtest_setup(item):
    if item.get_closest_marker("svd_only") and not IS_SVD:
        pytest.skip("only svd promises this")
    if item.get_closest_marker("root_only") and os.geteuid() != 0:
        pytest.skip("needs to be root")
    if item.get_closest_marker("reference") and reference_version() < (4, 2, 5):
        pytest.skip("Debian's supervisor is not installed, or older than 4.2.5")


@functools.lru_cache()
def reference_version():
    """Older ones differ from what we mirror, in the levels of the log for one."""
    if not os.access(REFERENCE, os.X_OK):
        return ()
    shown = subprocess.run([REFERENCE, "--version"], stdout=subprocess.PIPE, check=True,
                           universal_newlines=True).stdout
    return tuple(int(number) for number in re.findall(r"\d+", shown)[:3])


def public_files():
    """Plain files and sockets that look like a supervising daemon's, in places that all share."""
    found = set()
    for place in PUBLIC_PLACES:
        for entry in os.scandir(place) if os.path.isdir(place) else ():
            ours = "supervis" in entry.name or "svd" in entry.name
            if ours and not entry.is_dir(follow_symlinks=False):
                found.add(entry.path)
    return found


@contextlib.contextmanager
def a_box():
    """A directory that other users can enter, with a path short enough for a socket."""
    path = tempfile.mkdtemp(prefix="svd-e2e-")
    os.chmod(path, 0o755)
    try:
        yield path
    finally:
        if not os.environ.get("E2E_KEEP"):
            shutil.rmtree(path)


def sanitizer_reports(box):
    text = ""
    for path in glob.glob(box + "/**/sanitizer/*", recursive=True):
        with open(path, errors="replace") as f:
            text += f.read()
    return text


@contextlib.contextmanager
def daemons(box):
    """What the fixture `daemon` gives: see there."""
    made = []
    before = public_files()

    def make(programs="", name="", program=SVD, **kwargs):
        made.append(Daemon(os.path.join(box, name), programs, program=program, **kwargs))
        return made[-1]

    yield make
    try:
        for each in made:
            print("--- %s: the end of its log\n%s%s" % (each.program, each.console()[-2000:],
                                                        each.log()[-4000:]))
            if each.is_running():
                each.stop()
        wait_for(lambda: not lib_reaper.children(), "all processes are gone", 5)
    finally:
        lib_reaper.kill_children()
        reports = sanitizer_reports(box)
        assert not reports, reports
    assert public_files() == before, "files were left behind"
    for each in made:
        assert not os.path.exists(each.socket), "the socket was left behind"


@pytest.fixture
def box():
    with a_box() as path:
        yield path


@pytest.fixture
def daemon(box):
    """daemon(programs, ...) makes a Daemon; all are ended after the test, and nothing is left."""
    with daemons(box) as make:
        yield make


@pytest.fixture(scope="module")
def module_daemon():
    """The same for all the tests of a file, which must not use `daemon` then."""
    with a_box() as path, daemons(path) as make:
        yield make


@pytest.fixture(scope="session")
def stamp():
    """A program that notes when it was executed: stamp FILE appends CLOCK_MONOTONIC, then waits."""
    directory = tempfile.mkdtemp(prefix="svd-e2e-stamp-")
    os.chmod(directory, 0o755)
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "stamp.c")
    subprocess.run(["cc", "-O2", "-static", "-o", directory + "/stamp", source], check=True)
    yield directory + "/stamp"
    shutil.rmtree(directory)


def preloaded(directory, name):
    """The library that tests/e2e/NAME.c makes."""
    library = directory / (name + ".so")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".c")
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", str(library), source, "-ldl"],
                   check=True)
    return str(library)


@pytest.fixture(scope="session")
def fake_time(tmp_path_factory):
    """A library that moves the wall clock: see fake_time.c"""
    return preloaded(tmp_path_factory.mktemp("fake"), "fake_time")


@pytest.fixture(scope="session")
def fake_kill(tmp_path_factory):
    """A library that refuses a signal: see fake_kill.c"""
    return preloaded(tmp_path_factory.mktemp("fake"), "fake_kill")


@pytest.fixture
def server():
    """server(rules) begins to serve what webhooks post to."""
    made = []

    def make(*args, **kwargs):
        made.append(Server(*args, **kwargs))
        return made[-1]

    yield make
    for each in made:
        each.close()
