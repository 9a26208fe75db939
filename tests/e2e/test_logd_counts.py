"""svd-logd counts what it reads and what it must drop."""
import json
import os

import pytest

from lib_daemon import wait_for
from lib_logd import logds, pending, wait_for_bytes


@pytest.fixture
def logd(box):
    with logds(box) as make:
        yield make


def counted(d, number):
    """What it says now: bytes read, bytes dropped, lines dropped; None: nothing of this one."""
    d.send("count", id=7)
    counts = json.loads(d.expect("counted", id=7)["body"].decode())
    return counts["channels"].get(str(number))


def closed(d, number):
    d.send("close", ch=number)
    head = d.expect("closed", ch=number)
    d.forget(number)
    return [head["read"], head["dropped"], head["lines"]]


def test_what_is_read_is_counted(logd, box):
    d = logd()
    number, out = d.open(box + "/a")
    silent, _ = d.open(box + "/b")
    os.write(out, b"one\ntwo\n")
    wait_for_bytes(box + "/a", b"one\ntwo\n")
    assert counted(d, number) == [8, 0, 0, -1]
    assert counted(d, silent) is None
    os.write(out, b"three")
    os.close(out)
    assert closed(d, number) == [13, 0, 0]
    assert closed(d, silent) == [0, 0, 0]


@pytest.mark.parametrize("options", [{}, {"tell": True}, {"strip": True}],
                         ids=["moved", "told", "stripped"])
def test_what_has_no_file_is_dropped_and_counted(logd, box, options):
    d = logd()
    number, out = d.open(box + "/nowhere/a", **options)
    os.write(out, b"one\ntwo\nthr")
    wait_for(lambda: pending(out) == 0, "it is dropped")
    lines = 2 if options.get("strip") else -1       # those who look at them count them
    assert counted(d, number) == [11, 11, 2, lines]
    os.write(out, b"ee\n")
    wait_for(lambda: pending(out) == 0, "the rest of the line is dropped")
    assert closed(d, number) == [14, 14, 3]


def test_nothing_is_dropped_where_nothing_is_wanted(logd):
    d = logd()
    number, out = d.open("")
    os.write(out, b"one\ntwo\n")
    wait_for(lambda: pending(out) == 0, "it is read")
    assert closed(d, number) == [8, 0, 0]


def test_a_new_one_begins_at_nothing(logd, box):
    d = logd()
    number, out = d.open(box + "/a")
    os.write(out, b"one\n")
    wait_for_bytes(box + "/a", b"one\n")
    d.kill()
    os.write(out, b"two\n")
    wait_for_bytes(box + "/a", b"one\ntwo\n")
    assert closed(d, number) == [4, 0, 0]


def test_who_was_never_open_has_no_counts(logd):
    d = logd()
    d.send("close", ch=99)
    head = d.expect("closed", ch=99)
    assert [head["read"], head["dropped"], head["lines"]] == [0, 0, 0]


# --- sinks, and what is told unasked ---

def sinks_of(frame):
    return json.loads(frame["body"].decode())["sinks"]


def test_a_loss_is_told_unasked(logd, box):
    d = logd()
    number, out = d.open(box + "/nowhere/a")
    os.write(out, b"one\ntwo\n")
    wait_for(lambda: pending(out) == 0, "it is dropped")
    counts = {}
    while "channels" not in counts or str(number) not in counts["channels"]:
        frame = d.expect("counted")
        assert "id" not in frame
        counts = json.loads(frame["body"].decode())
    assert counts["channels"] == {str(number): [8, 8, 2, -1]}
    sink = counts["sinks"][box + "/nowhere/a"]
    assert (sink["dropped"], sink["over"], sink["error"]) == \
        (8, False, "cannot open: No such file or directory")


def test_who_asks_is_told_the_sizes(logd, box):
    d = logd()
    number, out = d.open(box + "/a")
    d.open(box + "/empty")
    os.write(out, b"one\n")
    wait_for_bytes(box + "/a", b"one\n")
    d.send("count", id=7)
    assert sinks_of(d.expect("counted", id=7)) == \
        {box + "/a": {"size": 4, "rotations": 0, "dropped": 0}}


def test_a_sink_that_goes_tells_its_last(logd, box):
    d = logd()
    number, out = d.open(box + "/a", maxbytes=10, backups=1)
    for text in b"one 56789\n", b"two 56789\n":
        os.write(out, text)
        wait_for_bytes(box + "/a", text)
    os.close(out)
    d.close(number)
    last = {}
    while not last.get("gone"):
        last = sinks_of(d.expect("counted")).get(box + "/a", {})
    assert last == {"size": 10, "rotations": 1, "dropped": 0, "gone": True}


def test_rotation_is_answered(logd, box):
    d = logd()
    number, out = d.open(box + "/a", backups=1)
    os.write(out, b"one\n")
    wait_for_bytes(box + "/a", b"one\n")
    d.send("rotate", id=3, path=box + "/a")
    assert "text" not in d.expect("rotated", id=3)
    wait_for_bytes(box + "/a.1", b"one\n")
    wait_for_bytes(box + "/a", b"")
    d.send("rotate", id=4, path=box + "/nobody")
    assert "text" not in d.expect("rotated", id=4)


@pytest.mark.parametrize("options", [{"lines": True}, {"format": "prefix"},
                                     {"strip": True, "lines": True}],
                         ids=["asked", "formatted", "stripped"])
def test_lines_are_counted_where_they_are_looked_for(logd, box, options):
    d = logd()
    number, out = d.open(box + "/a", **options)
    os.write(out, b"one\ntwo\nthr")
    wait_for(lambda: counted(d, number) and counted(d, number)[3] == 2, "two lines are counted")
    os.write(out, b"ee\nfour\n")
    os.close(out)
    d.send("close", ch=number)
    head = d.expect("closed", ch=number)
    d.forget(number)
    assert (head["read"], head["read_lines"]) == (19, 4)


def test_lines_that_are_dropped_are_read_lines_too(logd, box):
    d = logd()
    number, out = d.open(box + "/nowhere/a", lines=True)
    os.write(out, b"one\ntwo\n")
    wait_for(lambda: (counted(d, number) or [0, 0])[1] == 8, "it is dropped")
    assert counted(d, number) == [8, 8, 2, 2]
