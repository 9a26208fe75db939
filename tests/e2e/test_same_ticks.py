"""Ticks come as Supervisor's do, at whole minutes and hours, also when somebody sets the clock."""
import concurrent.futures
import os
import re
import time

import pytest

from lib_daemon import REFERENCE, SVD, clean_env, wait_for
from lib_listeners import add_recorder, recorded

pytestmark = pytest.mark.reference

POOLS = {"all": "TICK", "five": "TICK_5", "long": "TICK_60,TICK_3600"}
PERIODS = {"TICK_5": 5, "TICK_60": 60, "TICK_3600": 3600}
HOUR = 3600


def set_clock(d, seconds):
    """Let it be that time; nobody reads half of it."""
    d.write("offset.new", "%d" % (seconds - time.time()))
    os.rename(d.path("offset.new"), d.path("offset"))


def live(d, fake_time, base):
    """An hour passes, and two come back; in the midst of a minute, so that it has time."""
    d.configure("".join(add_recorder(d, events, name) for name, events in POOLS.items()))
    set_clock(d, base)
    sanitizer = clean_env(d.box)["ASAN_OPTIONS"] + ":verify_asan_link_order=0"
    d.start(env={"LD_PRELOAD": fake_time, "FAKE_TIME": d.path("offset"),
                 "ASAN_OPTIONS": sanitizer})
    for pool in POOLS:
        d.wait_state(pool, "RUNNING")       # by then it has looked at the clock
    for hours in 1, -1:
        seen = len(recorded(d, "long"))
        set_clock(d, base + hours * HOUR)
        wait_for(lambda: len(recorded(d, "long")) == seen + 2, "the long ticks")
    wait_for(lambda: len(recorded(d, "five")) + seen + 2 == len(recorded(d, "all")), "all ticks")
    d.stop()
    return {pool: recorded(d, pool) for pool in POOLS}


@pytest.fixture(scope="module")
def lives(module_daemon, fake_time):
    base = time.time() // HOUR * HOUR + 20 * 60 + 15
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda d: live(d, fake_time, base),
                             [module_daemon("", "ours", SVD),
                              module_daemon("", "theirs", REFERENCE)]))


def when(event):
    return int(re.fullmatch(r"when:(\d+)", event.payload).group(1))


def test_minutes_and_hours_are_the_same(lives):
    """In the same order, under the same head."""
    ours, theirs = [[(event.payload, re.sub(r" serial:\d+", "", event.head))
                     for event in life["long"]] for life in lives]
    assert ours == theirs and len(ours) == 4


def test_all_are_whole(lives):
    for life in lives:
        for event in life["all"]:
            assert when(event) % PERIODS[event.name] == 0


def test_the_shorter_comes_before_the_longer(lives):
    for life in lives:
        names = [event.name for event in life["all"]]
        at = [n for n, name in enumerate(names) if name == "TICK_60"]
        assert [names[n - 1:n + 2] for n in at] == [list(PERIODS)] * 2


def test_five_seconds_are_five(lives):
    """But where the clock was set."""
    for life in lives:
        whens = [when(event) for event in life["five"]]
        steps = [b - a for a, b in zip(whens, whens[1:])]
        assert [step for step in steps if step != 5 and abs(step) < HOUR / 2] == []


def test_each_pool_has_those_it_wants(lives):
    for life in lives:
        last = life["long"][-1].serial
        serials = {pool: [event.serial for event in events if event.serial <= last]
                   for pool, events in life.items()}
        assert sorted(serials["five"] + serials["long"]) == serials["all"] == list(
            range(len(serials["all"])))
