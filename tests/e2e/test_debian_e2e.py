"""The end-to-end tests that Debian's package of Supervisor ships, run where they lie, against us.

They start `python -m supervisor.supervisord` and the like; a shim in the place of that python
starts ours. Their files have fixed names in /tmp: each test gets a /tmp of its own where mounting
is allowed, and otherwise they run one after the other.

What Debian's package lacks is a fixture: hello.sh of test_issue_565. A bash in front of the real
one has its lines, so that this test runs too, which it does not with Debian's own supervisord.
"""
import concurrent.futures
import glob
import os
import subprocess

import pytest

from conftest import a_box, sanitizer_reports
from lib_daemon import BUILD, PYTHON, clean_env

pytestmark = [pytest.mark.reference, pytest.mark.svd_only]
pytest.importorskip("pexpect", reason="python3-pexpect is not installed")

SUITE = "supervisor.tests.test_end_to_end"

SHIM = """\
#!/bin/sh
# python -m supervisor.NAME ARGUMENTS
name=${2#supervisor.}
shift 2
exec "$COMPAT/$name" "$@"
"""

BASH = """\
#!/bin/bash
case $1 in
*/hello.sh)
    for i in 1 2 3 4 5 6 7 8 9; do
        echo "The \u00d8resund bridge ends in Malm\u00f6 - $i"
        sleep 0.5
    done ;;
*)
    exec /bin/bash "$@" ;;
esac
"""

RUNNER = """\
import sys, unittest
sys.executable = sys.argv.pop(1)
unittest.main(%r)
""" % SUITE

# The box is mounted on /tmp, with the build tree in it, since that may be below /tmp itself.
PRIVATE = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-ec",
           'mount --bind "$BUILD" "$BOX/build"; mount --rbind "$BOX" /tmp; cd /tmp; exec "$@"',
           "sh"]


def names():
    """The names of the tests; none where the package is not installed."""
    listed = subprocess.run(
        [PYTHON, "-c", "import unittest\n"
         "for each in unittest.defaultTestLoader.loadTestsFromName('%s.EndToEndTests'):\n"
         "    print(each.id().rpartition('.')[2])" % SUITE],
        env=dict(os.environ, END_TO_END="1"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        universal_newlines=True)
    return listed.stdout.split()


NAMES = names()


def write(path, text):
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, 0o755)


def furnish(box):
    for name in "bin", "build", "sanitizer":
        os.mkdir(os.path.join(box, name))
    os.symlink(PYTHON, box + "/bin/python")
    write(box + "/bin/bash", BASH)
    write(box + "/shim", SHIM)
    write(box + "/runner.py", RUNNER)


def may_mount():
    with a_box() as box:
        os.mkdir(box + "/build")
        return subprocess.call(PRIVATE + ["true"], env=dict(os.environ, BUILD=BUILD, BOX=box),
                               stderr=subprocess.DEVNULL) == 0


def run_one(name, private):
    """Returns the status of one test and what it printed."""
    with a_box() as box:
        furnish(box)
        home = "/tmp" if private else box
        env = clean_env(home)
        env.update(END_TO_END="1", PATH=home + "/bin:" + env["PATH"], BUILD=BUILD, BOX=box,
                   COMPAT=home + "/build/compat" if private else BUILD + "/compat")
        run = subprocess.run(
            (PRIVATE if private else []) + [PYTHON, home + "/runner.py", home + "/shim",
                                            "EndToEndTests." + name],
            cwd=box, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, universal_newlines=True, errors="replace", timeout=300)
        return run.returncode, run.stdout + sanitizer_reports(box)


def remove_fixed_files():
    for path in glob.glob("/tmp/issue-*") + glob.glob("/tmp/supervisord.*"):
        os.remove(path)


@pytest.fixture(scope="module")
def outcomes():
    """name -> (status, output)"""
    private = may_mount()
    with concurrent.futures.ThreadPoolExecutor(8 if private else 1) as pool:
        ran = dict(zip(NAMES, pool.map(lambda name: run_one(name, private), NAMES)))
    if not private:
        remove_fixed_files()
    return ran


def test_there_are_tests():
    assert len(NAMES) > 20


@pytest.mark.parametrize("name", NAMES)
def test_of_debian(name, outcomes):
    status, output = outcomes[name]
    assert status == 0, output
