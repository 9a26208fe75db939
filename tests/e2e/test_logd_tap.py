"""svd-logd: what it tells svd of what it reads, escapes stripped, syslog, options that change."""
import contextlib
import fcntl
import os
import random
import re
import subprocess
import time

import pytest

from lib_daemon import wait_for, wait_idle
from lib_logd import Syslog, check_lines, contents, logds, pending, read, wait_for_bytes, writer

F_SETPIPE_SZ = 1031
KB = 1 << 10
MB = 1 << 20


@pytest.fixture
def logd(box):
    with logds(box) as make:
        yield make


def told(d, channel=None):
    """What was told of a channel, or of all, in the frames that have come."""
    return b"".join(f["body"] for f in d.news if f["t"] == "output" and channel in (None, f["ch"]))


def take_told(d):
    """The same, of all, and no more of it afterwards."""
    text = told(d)
    d.news.clear()
    return text


def receive_all(d):
    """Wait for all that svd-logd has to say of what is there."""
    d.send("sync", id=9)
    d.expect("synced", id=9)


# --- tell ---

def test_all_that_is_read_is_told_in_order(logd, box):
    d, path, rnd = logd(), box + "/told.log", random.Random(3)
    text, heard = colored(rnd, b"a", 20000)[0], b""
    number, out = d.open(path, maxbytes=100 * KB, backups=100, tell=True)
    at = 0
    while at < len(text):
        at += os.write(out, text[at:at + rnd.choice((1, 100, 4096, 60000))])
        if rnd.random() < 0.2:      # often enough for the queue
            receive_all(d)
            assert not any("lost" in frame for frame in d.news)
            heard += take_told(d)
    d.close(number)
    assert heard + take_told(d) == text == b"".join(contents(path))


def test_what_is_there_is_told_before_an_answer_says_so(logd, box):
    d = logd()
    outs = [d.open("%s/%d.log" % (box, i % 3), tell=True) for i in range(10)]
    d.open(box + "/silent.log")
    for round in range(20):
        for number, out in outs:
            os.write(out, b"%d %d\n" % (round, number))
        receive_all(d)
        for number, out in outs:
            assert told(d, number) == b"".join(b"%d %d\n" % (r, number) for r in range(round + 1))


def test_it_is_told_whatever_becomes_of_the_file(logd, box):
    d = logd()
    for path in ("", box + "/nowhere/x.log", "/dev/full"):
        number, out = d.open(path, tell=True)
        os.write(out, b"to svd\nunfinished")
        d.close(number)
        assert take_told(d) == b"to svd\nunfinished"


def test_a_large_pipe_is_told_whole(logd, box):
    d, path = logd(), box + "/large.log"
    for text in (b"x" * 700000, b"line\n" * 100000):
        for fields in ({}, {"strip": True}):
            read_end, out = os.pipe()
            fcntl.fcntl(out, F_SETPIPE_SZ, MB)
            with d.stopped():
                number = d.open(path, read_end=read_end, tell=True, **fields)
                os.write(out, text)
            os.close(out)
            d.close(number)
            assert take_told(d) == text
            assert read(path) == text
            os.unlink(path)


def test_a_slow_svd_holds_up_no_program(logd, box):
    """Nobody reads the link while 50 MB are written."""
    d, path = logd(), box + "/fast.log"
    number, out = d.open(path, tell=True)
    line = b"x" * 99 + b"\n"
    for _ in range(500):
        os.write(out, line * 1000)
    wait_for(lambda: pending(out) == 0, "all is read")
    receive_all(d)
    os.write(out, b"the last\n")
    d.close(number)
    assert os.path.getsize(path) == 500 * 100 * 1000 + 9
    frames = [f for f in d.news if f["t"] == "output"]
    lost = sum(f.get("lost", 0) for f in frames)
    assert lost > 0 and lost + len(told(d)) == os.path.getsize(path)


def test_kill_9_tells_nothing_twice(logd, box):
    d, path, rnd = logd(), box + "/killed.log", random.Random(4)
    number, out = d.open(path, maxbytes=MB, backups=100, tell=True)
    w = writer(out, "a", 5000)
    os.close(out)
    lines, data, kills = [], b"", 0
    while w.poll() is None:
        frame = d.receive(rnd.random() * 0.02)
        data += frame["body"] if frame else b""
        if frame and kills and rnd.random() < 0.9:
            continue
        d.kill()        # what was on its way is lost, and so is the rest of a line
        lines += data.split(b"\n")[:-1]
        data, kills = b"", kills + 1
    d.close(number)
    assert kills
    check_lines(b"".join(contents(path)), {"a": 5000})
    numbers = [int(m.group(1)) for m in (re.match(rb"a (\d+) \d+ ", line) for line in lines) if m]
    assert numbers == sorted(set(numbers))


def test_svd_gone_is_nobody_to_tell(logd, box):
    d, path = logd(), box + "/orphan.log"
    _, out = d.open(path, tell=True)
    d.sync()
    d.link.close()
    os.write(out, b"after\n")
    os.close(out)
    d.wait()
    assert read(path) == b"after\n"


# --- strip ---

ESCAPES = (b"\x1b[31m", b"\x1b[0m", b"\x1b[1;42m", b"\x1b[2K")


def colored(rnd, name, count):
    """Numbered lines of a writer, plain and with escapes in them."""
    plain, full = [], []
    for i in range(count):
        fill = b"abcdefgh"[i % 8:i % 8 + 1] * rnd.randrange(100)
        words = [b"%s %d %d " % (name, i, len(fill)), fill]
        plain.append(b"".join(words) + b"\n")
        full.append(rnd.choice(ESCAPES).join([b""] + words + [b"\n"]))
    return b"".join(plain), b"".join(full)


def write_in_pieces(out, data, rnd):
    while data:
        data = data[os.write(out, data[:rnd.choice((1, 7, 100, 4096, 65536))]):]


def test_escapes_are_in_neither_the_file_nor_what_is_told(logd, box):
    d, path, rnd = logd(), box + "/plain.log", random.Random(5)
    plain, full = colored(rnd, b"a", 3000)
    number, out = d.open(path, maxbytes=10000, backups=1000, tell=True, strip=True)
    write_in_pieces(out, full, rnd)
    d.close(number)
    files = contents(path)
    assert b"".join(files) == plain == told(d)
    assert len(files) > 10
    assert all(len(text) <= 10000 and text.endswith(b"\n") for text in files)


def test_stripped_writers_share_a_file_in_whole_lines(logd, box):
    d, path, rnd = logd(), box + "/shared.log", random.Random(6)
    texts = {name: colored(rnd, name, 500)[1] for name in (b"a", b"b", b"c")}
    outs = {name: d.open(path, strip=name != b"c", maxbytes=20000, backups=99)[1]
            for name in texts}
    while any(texts.values()):
        for name, out in outs.items():
            texts[name] = texts[name][os.write(out, texts[name][:rnd.randrange(1, 300)]):]
    for number in list(d.channels):
        d.close(number)
    text = b"".join(contents(path))
    mixed = [line for line in text.split(b"\n") if b"\x1b" in line]
    assert mixed and all(line.startswith((b"\x1b[", b"c")) for line in mixed)
    check_lines(b"".join(line + b"\n" for line in re.sub(rb"\x1b\[[\d;]*[mK]", b"", text)
                         .split(b"\n")[:-1]), {"a": 500, "b": 500, "c": 500})


def test_a_line_that_is_only_escapes_leaves_no_trace(logd, box):
    d, path = logd(), box + "/nothing.log"
    _, first = d.open(path, strip=True)
    _, second = d.open(path)
    d.sync()
    for _ in range(2):
        os.write(first, b"\x1b[1mred\n\x1b[0m")
        wait_for(lambda: pending(first) == 0, "all is taken")
        os.write(second, b"other\n")
        wait_for(lambda: pending(second) == 0, "all is taken")
    for number in list(d.channels):
        d.close(number)
    assert read(path) == b"red\nother\n" * 2


def test_a_stream_gets_stripped_lines_too(logd, box):
    os.mkfifo(box + "/fifo")
    reader = os.open(box + "/fifo", os.O_RDONLY | os.O_NONBLOCK)
    d, rnd = logd(), random.Random(7)
    plain, full = colored(rnd, b"a", 3000)
    number, out = d.open(box + "/fifo", strip=True)
    with open(box + "/full", "wb") as f:
        f.write(full)
    w = subprocess.Popen(["cat", "full"], cwd=box, stdout=out)
    os.set_blocking(reader, True)
    found = b""
    while len(found) < len(plain):
        found += os.read(reader, rnd.randrange(1, 20000))
    assert w.wait() == 0
    d.close(number)
    os.close(out)
    os.close(reader)
    assert found == plain


def test_kill_9_strips_at_least_once(logd, box):
    """Killed in between it writes lines again, and one that it was writing may be half before that.

    But each is there once at least, whole and in its place.
    """
    d, path, rnd = logd(), box + "/again.log", random.Random(8)
    plain, full = colored(rnd, b"a", 20000)
    with open(box + "/full", "wb") as f:
        f.write(full.replace(b"\x1b[0m", b"").replace(b"\n", b"\x1b[0m\n"))
    number, out = d.open(path, strip=True)
    w = subprocess.Popen(["sh", "-c", "while read -r l; do printf '%s\\n' \"$l\"; done <full"],
                         cwd=box, stdout=out)
    os.close(out)
    kills = 0
    while w.poll() is None:
        time.sleep(rnd.random() * 0.01)     # not a wait: the moment of the kill is to be any
        d.kill()
        kills += 1
    d.close(number)
    assert kills
    lines = read(path).split(b"\n")
    assert lines.pop() == b""
    position, wanted = -1, plain.split(b"\n")[:-1]
    index = {line: i for i, line in enumerate(wanted)}
    torn = [line for line in lines if line not in index]
    assert all(any(whole.startswith(line) for whole in wanted) for line in torn), torn
    assert len(torn) <= kills
    for line in lines:
        if line in index:
            assert index[line] <= position + 1, "line %d after %d" % (index[line], position)
            position = index[line]
    assert set(wanted) <= set(lines)


# --- syslog ---

@pytest.fixture
def syslog(box):
    log = Syslog(box + "/log")
    yield log
    with contextlib.suppress(FileNotFoundError):
        log.close()


@pytest.fixture
def sysloggd(logd, box, syslog):
    return logd(env={"SVD_DEVLOG": syslog.path})


def test_each_line_goes_to_syslog(sysloggd, box, syslog):
    d, path = sysloggd, box + "/beside.log"
    number, out = d.open(path, syslog={"tag": "cat"})
    os.write(out, b"one\n\ntwo\n")
    assert [syslog.receive() for _ in range(3)] == [
        "<14>supervisord: cat one", "<14>supervisord: cat ", "<14>supervisord: cat two"]
    os.write(out, b"thr")
    wait_for_bytes(path, b"one\n\ntwo\nthr")
    os.write(out, b"ee\n")
    assert syslog.receive() == "<14>supervisord: cat three"
    os.write(out, b"in the end")
    d.close(number)
    assert syslog.receive() == "<14>supervisord: cat in the end"
    assert read(path) == b"one\n\ntwo\nthree\nin the end"
    number, out = d.open("", syslog={"tag": ""})
    os.write(out, b"a line\n")
    assert syslog.receive() == "<14>supervisord: a line"
    d.close(number)


def test_a_prompt_goes_to_syslog_after_a_while(sysloggd, syslog):
    _, out = sysloggd.open("", syslog={"tag": "sh"})
    os.write(out, b"password: ")
    assert syslog.receive() == "<14>supervisord: sh password: "
    wait_idle(sysloggd.process.pid)


def test_a_syslog_that_hangs_holds_up_nobody_and_is_said(sysloggd, box, syslog):
    d, path, line = sysloggd, box + "/log.log", b"x" * 999 + b"\n"
    number, out = d.open(path, syslog={"tag": "p"})
    for _ in range(100):
        os.write(out, line * 100)
    wait_for(lambda: pending(out) == 0, "all is read")
    assert read(path) == line * 10000
    news = d.expect("trouble", path="syslog")
    assert "too busy" in news["text"] and news["lost"] > 0
    for _ in range(1000):
        assert syslog.receive() == "<14>supervisord: p " + "x" * 999
    while not syslog.is_empty() or d.receive(0.01) is None:
        syslog.receive()
    d.sync()
    d.close(number)


def test_without_a_syslog_lines_are_dropped_and_said(sysloggd, box, syslog):
    d = sysloggd
    syslog.close()
    _, out = d.open("", syslog={"tag": "p"})
    os.write(out, b"into the void\n")
    news = d.expect("trouble", path="syslog")
    assert news["text"] == "cannot send to %s: No such file or directory" % syslog.path
    assert news["lost"] >= len("into the void")
    wait_idle(d.process.pid)


def test_a_syslog_that_comes_back_in_a_moment_misses_nothing(sysloggd, syslog):
    d = sysloggd
    _, out = d.open("", syslog={"tag": "p"})
    os.write(out, b"before\n")
    syslog.receive()
    syslog.close()
    os.write(out, b"meanwhile\n")
    wait_for(lambda: pending(out) == 0, "it is read")
    again = Syslog(syslog.path)
    assert again.receive() == "<14>supervisord: p meanwhile"
    again.close()


def test_the_last_lines_reach_a_busy_syslog(sysloggd, syslog):
    d = sysloggd
    _, out = d.open("", syslog={"tag": "p"})
    os.write(out, b"".join(b"%d\n" % i for i in range(2000)))
    d.send("quit")
    assert [syslog.receive() for _ in range(2000)] == [
        "<14>supervisord: p %d" % i for i in range(2000)]
    d.wait()


# --- change ---

def test_options_change_for_an_open_channel(sysloggd, box, syslog):
    d, path = sysloggd, box + "/changed.log"
    number, out = d.open(path, maxbytes=100, backups=1)
    os.write(out, b"\x1b[1mone\n")
    wait_for_bytes(path, b"\x1b[1mone\n")
    d.send("change", ch=number, maxbytes=20, backups=2, tell=True, strip=True, syslog={"tag": "p"})
    d.sync()
    os.write(out, b"\x1b[1mtwo\x1b[m\n" * 3)
    receive_all(d)
    assert told(d) == b"two\n" * 3
    assert [syslog.receive() for _ in range(3)] == ["<14>supervisord: p two"] * 3
    d.send("change", ch=number, maxbytes=20, backups=2, tell=False, strip=False)
    d.sync()
    os.write(out, b"\x1b[1mthree\n" * 4)
    d.close(number)
    assert b"three" not in told(d) and syslog.is_empty()
    files = contents(path)
    assert len(files) == 3 and files[-1] == b"\x1b[1mthree\n" * 2
    d.send("change", ch=number, maxbytes=20, backups=2)
    d.sync()


def test_a_change_counts_for_the_program_that_is_running(logd, box):
    d, path = logd(), box + "/limits.log"
    number, out = d.open(path, maxbytes=0, backups=0)
    os.write(out, b"line\n" * 100)
    wait_for_bytes(path, b"line\n" * 100)
    d.send("change", ch=number, maxbytes=100, backups=5)
    d.sync()
    os.write(out, b"line\n" * 20)
    d.close(number)
    assert contents(path) == [b"line\n" * 100, b"line\n" * 20]


# --- clear ---

def clear(d, path):
    d.send("clear", id=5, path=path)
    return d.expect("cleared", id=5).get("text")


def test_a_cleared_file_begins_anew_for_all_who_share_it(logd, box):
    d, path = logd(), box + "/shared.log"
    os.symlink(path, box + "/link.log")
    outs = [d.open(path, mode=0o600)[1], d.open(box + "/link.log", mode=0o600)[1]]
    for name in (path, box + "/link.log"):
        for out in outs:
            os.write(out, b"before\n")
        wait_for_bytes(path, b"before\n" * 2)
        with open(path, "rb") as old:
            assert clear(d, name) is None
            assert read(path) == b"" and os.stat(path).st_mode & 0o777 == 0o600
            for out in outs:
                os.write(out, b"after\n")
            wait_for_bytes(path, b"after\n" * 2)
            assert old.read() == b"before\n" * 2
        assert clear(d, path) is None
    assert os.path.islink(box + "/link.log")


def test_a_file_that_nobody_writes_to_is_removed(logd, box):
    d, path = logd(), box + "/old.log"
    with open(path, "w") as f:
        f.write("of an earlier life\n")
    assert clear(d, path) is None
    assert not os.path.exists(path)
    assert clear(d, path) is None


def test_what_is_no_file_is_not_removed(logd, box):
    os.mkfifo(box + "/fifo")
    with open(box + "/stdout", "wb") as stdout:
        d = logd(stdout=stdout)
    d.open("/dev/stdout")
    for path in (box + "/fifo", "/dev/null", "/dev/stdout", "/dev/fd/1"):
        assert clear(d, path) is None
        assert os.path.exists(path)
    assert os.path.exists(box + "/stdout")


def test_what_cannot_be_cleared_is_answered(logd, box):
    d = logd()
    os.mkdir(box + "/dir")
    d.open(box + "/dir/x.log")
    d.sync()
    os.rename(box + "/dir", box + "/moved")
    assert clear(d, box + "/dir/x.log") == "No such file or directory"


# --- what it costs ---

def test_taps_that_bring_nothing_cost_nothing(sysloggd, box, syslog):
    d, outs = sysloggd, []
    for i in range(100):
        outs.append(d.open("%s/%d.log" % (box, i), tell=True, strip=True, syslog={"tag": "p"})[1])
        os.write(outs[-1], b"a line\n")
    for i in range(100):
        wait_for_bytes("%s/%d.log" % (box, i), b"a line\n")
    assert syslog.receive() == "<14>supervisord: p a line"
    while not syslog.is_empty():
        syslog.receive()
    wait_idle(d.process.pid)
