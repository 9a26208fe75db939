"""Everything happens, a little of it, and every line is accounted for: see tests/bench/soak."""
import os
import random
import signal

import pytest

from lib_daemon import is_running, wait_for
from lib_numbered import Fleet, Kind

pytestmark = pytest.mark.svd_only

ROUNDS = 60
ONE = "redirect_stderr=true"
BOTH = "stderr_logfile={box}/logs/both%(process_num)d\nstderr_logfile_maxbytes=20KB\n" \
       "stderr_logfile_backups=100000"
KINDS = [
    Kind("fast", 2, 1, 20, 10000, 64, 160, None, ONE),
    Kind("burst", 2, 1, 1000, 500000, 64, 160, None, ONE),
    Kind("long", 2, 1, 1, 20000, 3000, 4000, None, ONE),
    Kind("both", 3, 2, 4, 50000, 64, 160, None, BOTH),
    Kind("mob", 4, 1, 10, 20000, 64, 160, "mob", ONE),
    Kind("calm", 3, 1, 1, 500000, 64, 160, "calm", ONE),
]


def kill_and_wait(d, name):
    pid = wait_for(lambda: d.sibling(name), name + " runs")
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not is_running(pid), name + " is dead")


def kill_program(fleet, name):
    lives = fleet.lives(name)
    wait_for(lambda: fleet.kill(name), name + " is killed")
    wait_for(lambda: fleet.lives(name) > lives, name + " lives again")


def end(d, fleet):
    for kind in fleet.kinds:
        d.rpc.stopProcessGroup(kind.kind)
    d.stop()


def test_whatever_is_killed_renamed_or_cleared_no_line_is_lost_doubled_or_torn(daemon):
    d, rnd = daemon(), random.Random(5)
    fleet = Fleet(d, KINDS, maxbytes="20KB")
    d.start()
    fleet.wait_running()
    for turn in range(ROUNDS):
        for name in rnd.sample(fleet.names, 3):
            kill_program(fleet, name)
        if turn % 2:
            kill_and_wait(d, "svd-logd")
        fleet.put_away()
        for name in rnd.sample(("fast0", "burst1", "both0", "mob", "calm"), 2):
            fleet.rename(name)
        os.kill(d.pid, signal.SIGUSR2)
        if turn % 3 == 0:
            kill_and_wait(d, "svd-httpd")
            wait_for(d.answers, "svd-httpd answers again")
        wait_for(lambda: os.path.exists(fleet.log("calm")), "the calm ones write")
        assert fleet.clear("calm", "calm%d" % rnd.randrange(3))
    end(d, fleet)
    # They have died of nothing else.
    assert d.log().count("ended (terminated by SIGKILL); it is started again") == (
        d.log().count("; it is started again")) == ROUNDS // 2 + ROUNDS // 3
    totals = fleet.account()
    assert totals["lives"] == len(fleet.names) + 3 * ROUNDS
    assert totals["streams"] == len(fleet.names) + 3




@pytest.mark.parametrize("damage, words", [
    (lambda lines: lines[:5] + lines[6:], "1 of "),
    (lambda lines: lines[:5] + lines[4:], "4 twice"),
    (lambda lines: lines[:5] + [lines[6], lines[5]] + lines[7:], "out of order"),
    (lambda lines: lines[:5] + [lines[5][:20] + b"\n"] + lines[6:], "! "),
    (lambda lines: lines[:5] + [lines[5].replace(b"a", b"b")] + lines[6:], "! "),
    (lambda lines: lines[:-1] + [lines[-1][:-1]], "(no newline)"),
], ids=["missing", "twice", "swapped", "torn", "changed", "unfinished"])
def test_the_account_finds_what_is_wrong(daemon, damage, words):
    d = daemon()
    fleet = Fleet(d, [Kind("one", 1, 1, 10, 10000, 64, 160, None, ONE)], maxbytes="0")
    d.start()
    wait_for(lambda: os.path.exists(d.path("state/one0")) and
             fleet.state("one0")[2][0].done > 10, "some lines")
    end(d, fleet)
    fleet.account()
    with open(fleet.log("one0"), "rb") as f:
        lines = f.read().splitlines(True)
    with open(fleet.log("one0"), "wb") as f:
        f.write(b"".join(damage(lines)))
    with pytest.raises(AssertionError) as caught:
        fleet.account()
    assert words in str(caught.value)
