"""Formats: lines with time and name in front, or as JSON, whole and in order."""
import json
import os
import random
import re
import time

import pytest

from lib_daemon import wait_for, wait_idle
from lib_logd import (check_lines, contents, fill, logds, pending, read, wait_for_bytes, writer)

KB = 1 << 10
STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


@pytest.fixture
def logd(box):
    with logds(box) as make:
        yield make


def objects(text):
    """The lines of a JSON log."""
    assert text.endswith(b"\n")
    return [json.loads(line) for line in text.decode().splitlines()]


def messages(text):
    """The lines that stand in a JSON log, put together from their parts, by program."""
    found, parts = {}, {}
    for each in objects(text):
        key = each["program"]
        part = parts.pop(key, "") + each["message"]
        if each.get("partial"):
            parts[key] = part
        else:
            found.setdefault(key, []).append(part)
    assert not parts
    return found


def unprefixed(text, who):
    """What was printed, out of a log with prefixes."""
    lines = []
    for line in text.decode().splitlines():
        found = re.fullmatch(STAMP + " " + re.escape(who) + "(:|[+]) (.*)", line)
        assert found, line
        lines.append(found.group(2) + ("\n" if found.group(1) == ":" else ""))
    return "".join(lines)


def write_all(out, data):
    while data:
        data = data[os.write(out, data):]


def test_a_prefix_says_when_and_who(logd, box):
    d, before = logd(), time.time()
    number, out = d.open(box + "/log", format="prefix", group="pets", name="cat", pid=42)
    os.write(out, b"one\n\ntwo \xff\n")
    os.write(out, b"half")
    d.close(number)
    lines = read(box + "/log").split(b"\n")
    assert [line[24:] for line in lines[:-1]] == [
        b" pets:cat[42] stdout: one", b" pets:cat[42] stdout: ",
        b" pets:cat[42] stdout: two \xff", b" pets:cat[42] stdout: half"]
    for line in lines[:-1]:
        stamp = line[:24].decode()
        assert re.fullmatch(STAMP, stamp)
        written = time.mktime(time.strptime(stamp[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone
        assert int(before) <= written <= time.time()


def test_json_is_what_agents_read(logd, box):
    d = logd()
    number, out = d.open(box + "/log", format="json", group="pets", name="c\"at", pid=42,
                         channel="stderr")
    os.write(out, b'a "quoted" \t \x00 \xff \xc3\xa4\n')
    d.close(number)
    found, = objects(read(box + "/log"))
    assert re.fullmatch(STAMP, found.pop("time"))
    assert found == {"program": "c\"at", "group": "pets", "pid": 42, "channel": "stderr",
                     "message": 'a "quoted" \t \0 \ufffd \xe4'}


def test_lines_of_one_write_have_one_time_and_stand_together(logd, box):
    d, path = logd(), box + "/shared"
    outs = [d.open(path, format="prefix", name="p%d" % i)[1] for i in range(4)]
    traces = []
    for i in range(400):
        traces.append(b"trace %d\n" % i + b"  at a place\n" * 20)
        os.write(outs[i % 4], traces[-1])
    wait_for(lambda: not any(map(pending, outs)) and read(path).count(b"\n") == 21 * 400, "all")
    text = re.sub(rb"(?m)^\S+ test:p\d\[0\] stdout: ", b"", read(path))
    assert sorted(re.findall(rb"trace.*\n(?:  at.*\n)+", text)) == sorted(traces)
    for block in re.findall(rb"(?m)^\S+ \S+ stdout: trace.*\n(?:\S+ \S+ stdout:   at.*\n)+",
                            read(path)):
        assert len(set(line[:24] for line in block.splitlines())) == 1


@pytest.mark.parametrize("options", [{}, {"maxbytes": 50000, "backups": 10000}],
                         ids=["one file", "rotated"])
def test_four_programs_share_a_json_file(logd, box, options):
    d, path = logd(), box + "/shared"
    opened = {name: d.open(path, format="json", name=name, **options) for name in "abcd"}
    writers = [writer(out, name, 3000) for name, (_, out) in opened.items()]
    for each, (_, out) in zip(writers, opened.values()):
        assert each.wait() == 0
        os.close(out)
    for number, _ in opened.values():
        d.close(number)
    files = contents(path)
    found = messages(b"".join(files))
    for name in "abcd":
        check_lines(("\n".join(found[name]) + "\n").encode(), {name: 3000})
    if options:
        assert len(files) > 20 and all(len(text) <= 50000 for text in files)


def test_a_kill_costs_no_line(logd, box):
    """Killed at any moment: each line is there, whole, and in order."""
    d, path, rnd = logd(), box + "/log", random.Random(3)
    number, out = d.open(path, format="json", name="a")
    text = b"".join(b"line %d %s\n" % (i, b"x" * rnd.randrange(300)) for i in range(20000))
    lines = text.decode().splitlines()
    os.set_blocking(out, False)
    kills = 0
    while text:
        try:
            text = text[os.write(out, text[:rnd.choice((100, 5000, 60000))]):]
        except BlockingIOError:
            pass
        if kills < 15 and rnd.randrange(10) == 0:
            d.kill()
            kills += 1
    os.set_blocking(out, True)
    os.close(out)
    d.close(number)
    assert messages(read(path)) == {"a": lines} and kills == 15


def test_the_beginning_of_a_line_waits_for_its_end_and_then_goes(logd, box):
    d, path = logd(), box + "/log"
    number, out = d.open(path, format="json", linesecs=1)
    os.write(out, b"password: ")
    wait_for(lambda: os.path.exists(path) and read(path), "the part of a line")
    found, = objects(read(path))
    assert found["message"] == "password: " and found["partial"] is True
    os.write(out, b"secret\nnext\n")
    wait_for(lambda: read(path).count(b"\n") == 3, "the rest of the line")
    assert messages(read(path)) == {str(number): ["password: secret", "next"]}
    d.close(number)


def test_without_a_time_it_waits_for_ever_and_costs_nothing(logd, box):
    d, path = logd(), box + "/log"
    number, out = d.open(path, format="prefix")
    os.write(out, b"begin")
    wait_for(lambda: pending(out) == 0, "it is taken in")
    wait_idle(d.process.pid)
    assert read(path) == b""
    os.write(out, b"ning\n")
    wait_for(lambda: b": beginning\n" in read(path), "the line")
    d.close(number)


def test_long_lines_are_broken(logd, box):
    d, path, rnd = logd(), box + "/log", random.Random(7)
    number, out = d.open(path, format="json", linemax=100, name="a")
    text = "".join("\xe4" * rnd.randrange(300) + "\n" for _ in range(300))
    write_all(out, text.encode())
    d.close(number)
    found = objects(read(path))
    assert all(len(each["message"].encode()) <= 100 for each in found)
    assert not any("\ufffd" in each["message"] for each in found)
    assert messages(read(path)) == {"a": text.splitlines()}


def test_a_line_longer_than_any_pipe_comes_in_parts(logd, box):
    d, path = logd(), box + "/log"
    number, out = d.open(path, format="prefix", linemax=64 * KB, name="a")
    text = b"0123456789" * 100 * KB + b"\nshort\n"
    write_all(out, text)
    d.close(number)
    assert unprefixed(read(path), "test:a[0] stdout") == text.decode()
    assert all(len(line) <= 64 * KB + 100 for line in read(path).splitlines())


def test_many_empty_lines_are_not_too_much(logd, box):
    """They become a hundred times as much."""
    d, path = logd(), box + "/log"
    number, out = d.open(path, format="json")
    with d.stopped():
        write_all(out, b"\n" * 60000)
    d.close(number)
    assert messages(read(path)) == {str(number): [""] * 60000}
    assert d.is_sanitized() or d.status("VmHWM") < 40 * KB


def test_the_format_changes_while_a_program_runs(logd, box):
    d, path = logd(), box + "/log"
    number, out = d.open(path, name="a")
    os.write(out, b"raw\n")
    wait_for_bytes(path, b"raw\n")
    d.send("change", ch=number, format="prefix")
    d.sync()
    os.write(out, b"prefixed\nhalf")
    wait_for(lambda: read(path).endswith(b"[0] stdout: prefixed\n") and not pending(out),
             "a prefix, and half a line that is held")
    d.send("change", ch=number, format="json")
    d.sync()
    os.write(out, b"object\n")
    d.close(number)
    lines = read(path).splitlines()
    assert len(lines) == 4 and lines[2].endswith(b" test:a[0] stdout: half")
    assert json.loads(lines[3])["message"] == "object"


def test_what_a_sink_in_trouble_loses_is_counted_in_lines(logd, box):
    d, path = logd(), box + "/later/log"
    number, out = d.open(path, format="json", name="a")
    os.write(out, b"one\ntwo\nthr")
    wait_for(lambda: pending(out) == 0, "it is dropped")
    os.mkdir(box + "/later")
    os.write(out, b"ee\n")
    for i in range(1000):
        os.write(out, b"line %d\n" % i)
        if os.path.exists(path):
            break
        time.sleep(0.01)
    os.close(out)
    d.send("close", ch=number)
    frame = d.expect("closed", ch=number)
    d.forget(number)
    found = messages(read(path))["a"]
    assert frame["lines"] >= 2 and frame["lines"] + len(found) == 3 + i + 1
    assert frame["read_lines"] == 3 + i + 1
    assert found[-1] == "line %d" % i


def test_copies_look_the_same(logd, box):
    d, paths = logd(), [box + "/log", box + "/copy"]
    number, out = d.open(paths[0], also=paths[1:], format="json", strip=True, capture=100,
                         name="a")
    os.write(out, b"\x1b[1mone\n<!--XSUPERVISOR:BEGIN-->not this<!--XSUPERVISOR:END-->")
    assert d.expect("captured", ch=number)["body"] == b"not this"
    wait_for(lambda: os.path.exists(paths[1]) and read(paths[1]), "the copy")
    d.send("change", ch=number, also=paths[1:], format="prefix")
    d.sync()
    os.write(out, b"two\nhalf")
    d.close(number)
    for path in paths:
        wait_for(lambda path=path: os.path.exists(path) and read(path).count(b"\n") == 3, path)
        first, rest = read(path).split(b"\n", 1)
        assert json.loads(first)["message"] == "one"
        assert unprefixed(rest, "test:a[0] stdout") == "two\nhalf\n"
    assert not any(frame["t"] == "captured" for frame in d.news)
