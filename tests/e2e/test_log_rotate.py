"""Old files: made by the hour, by the day and on demand, compressed, and gone in the end."""
import gzip
import os
import random
import re
import shutil
import signal
import subprocess
import time

import pytest

from lib_daemon import PROGRAMS, clean_env, is_running, wait_for
from lib_logd import LOGD, check_lines, logds, read, wait_for_bytes, writer

DAY = 86400
UNPACK = {"": bytes, ".gz": gzip.decompress,
          ".zst": lambda text: subprocess.run(["zstd", "-dcq"], input=text, check=True,
                                              stdout=subprocess.PIPE).stdout}


@pytest.fixture
def logd(box):
    with logds(box) as make:
        yield make


def old_files(path):
    """The suffixes of the old files, the youngest first: [".1", ".2.gz"]."""
    name = re.escape(os.path.basename(path))
    found = (re.fullmatch(name + r"(\.(\d+)(\.gz|\.zst)?)", each)
             for each in os.listdir(os.path.dirname(path)))
    return [m.group(1) for m in sorted(filter(None, found), key=lambda m: int(m.group(2)))]


def text_of(path, suffix):
    return UNPACK[re.sub(r"\.\d+", "", suffix)](read(path + suffix))


def everything(path):
    """What is in all the files, the oldest first; each of the old ones ends with a whole line."""
    texts = [text_of(path, suffix) for suffix in reversed(old_files(path))]
    assert all(text.endswith(b"\n") for text in texts)
    return b"".join(texts) + read(path)


def leftovers(path):
    return [name for name in os.listdir(os.path.dirname(path)) if "compressing" in name]


def rotate(d, path, number=1):
    d.send("rotate", id=number, path=path)
    return d.expect("rotated", id=number)


def put(path, text, age=0):
    with open(path, "wb") as f:
        f.write(text)
    os.utime(path, (time.time() - age,) * 2)


# --- by time ---

@pytest.mark.parametrize("by", ("daily", "hourly"))
def test_the_first_line_of_another_day_finds_a_new_file(logd, box, by):
    for name, text, age in (("old", b"old\n", 2 * DAY), ("empty", b"", 2 * DAY),
                            ("young", b"young\n", 0), ("size", b"old\n", 2 * DAY)):
        put(box + "/" + name, text, age)
    d = logd()
    for name in "old", "empty", "young", "size", "none":
        number, out = d.open(box + "/" + name, backups=3,
                             **({} if name == "size" else {"rotate": by}))
        os.write(out, b"new\n")
        d.close(number)
        os.close(out)
    assert read(box + "/old.1") == b"old\n" and read(box + "/old") == b"new\n"
    assert read(box + "/size") == b"old\nnew\n"
    # Perhaps an hour has just begun.
    assert everything(box + "/young") == b"young\nnew\n"
    for name in "empty", "none":
        assert read(box + "/" + name) == b"new\n" and not old_files(box + "/" + name)


@pytest.fixture
def clock(logd, box, fake_time):
    """A svd-logd in UTC, and a function that moves its wall clock by seconds since the start."""
    offset = box + "/offset"

    def move(seconds):
        put(offset + ".new", str(seconds).encode())
        os.rename(offset + ".new", offset)

    # Noon: no midnight comes by itself while we test.
    noon = DAY // 2 - time.time() % DAY
    move(int(noon))
    asan = clean_env(box)["ASAN_OPTIONS"] + ":verify_asan_link_order=0"
    d = logd(env={"LD_PRELOAD": fake_time, "FAKE_TIME": offset, "TZ": "UTC0",
                  "ASAN_OPTIONS": asan})
    return d, lambda seconds: move(int(noon + seconds)), noon


def test_a_clock_that_jumps_rotates_once_and_one_put_back_not_at_all(clock, box):
    d, move, _ = clock
    path = box + "/log"
    number, out = d.open(path, backups=9, rotate="daily", mode=0o640)
    written = b""
    steps = ((0, 0), (60, 0), (DAY, 1), (DAY + 60, 1), (60, 1), (DAY // 4, 1), (DAY, 2),
             (9 * DAY, 3), (DAY, 3), (DAY, 3), (2 * DAY, 4))
    for i, (at, old) in enumerate(steps):
        move(at)
        line = b"line %d\n" % i
        os.write(out, line)
        written += line
        wait_for(lambda: os.path.exists(path) and read(path).endswith(line), line)
        assert len(old_files(path)) == old, (at, old_files(path))
    d.close(number)
    os.close(out)
    assert everything(path) == written
    assert os.stat(path).st_mode & 0o777 == 0o640


def test_a_quiet_file_becomes_an_old_one_at_midnight(clock, box):
    d, move, noon = clock
    path, other = box + "/quiet", box + "/size"

    def seconds_to_midnight(at):
        return DAY - (time.time() + noon + at) % DAY

    for path_of in path, other:
        put(path_of, b"text\n", -noon)
    # However slow we are: it has to be opened before midnight.
    for left in 3, 30, 300:
        at = seconds_to_midnight(0) - left
        move(at)
        number, out = d.open(path, backups=3, rotate="daily")
        d.open(other, read_end=os.dup(d.channels[number][1]), backups=3)
        d.sync()
        if seconds_to_midnight(at) < left + 1:
            break
    wait_for(lambda: old_files(path) == [".1"], "midnight has come", timeout=left + 30)
    assert read(path + ".1") == b"text\n" and read(path) == b""
    assert not old_files(other)
    os.close(out)


# --- on demand ---

def test_on_demand_a_file_is_rotated_at_the_end_of_a_line(logd, box):
    d, path, link = logd(), box + "/log", box + "/link"
    os.symlink(path, link)
    number, out = d.open(path, backups=3)
    os.write(out, b"one\n")
    wait_for_bytes(path, b"one\n")
    assert "text" not in rotate(d, path)
    assert read(path) == b"" and old_files(path) == [".1"]
    # It is empty, nobody knows it, and it is no file.
    for each in path, link, box + "/other", "/dev/null":
        assert "text" not in rotate(d, each)
    assert old_files(path) == [".1"]
    os.write(out, b"two")
    wait_for_bytes(path, b"two")
    rotate(d, link)
    os.write(out, b" and a half\nthree\n")
    wait_for_bytes(path, b"three\n")
    assert read(path + ".1") == b"two and a half\n" and read(path + ".2") == b"one\n"
    d.close(number)
    os.close(out)


# --- compression ---

def write(d, names, count, path, meanwhile=lambda: None, **options):
    """Programs write so many lines each into one file."""
    channels = {name: d.open(path, **options) for name in names}
    writers = [writer(out, name, count) for name, (_, out) in channels.items()]
    for _, out in channels.values():
        os.close(out)
    meanwhile()
    for each in writers:
        assert each.wait() == 0
    for number, _ in channels.values():
        d.close(number)


def all_pressed(path, suffix):
    return all(each.endswith(suffix) for each in old_files(path)) and not leftovers(path)


@pytest.mark.parametrize("how, suffix, test", (("gzip", ".gz", ["gunzip", "-t"]),
                                               ("zstd", ".zst", ["zstd", "-tq"])))
def test_old_files_are_compressed_and_no_line_is_missing(logd, box, how, suffix, test):
    d, path = logd(), box + "/log"
    write(d, "abc", 500, path, maxbytes=20000, backups=1000, compress=how, mode=0o640)
    assert len(old_files(path)) > 5
    wait_for(lambda: all_pressed(path, suffix), "all is compressed")
    subprocess.run(test + [path + each for each in old_files(path)], check=True)
    check_lines(everything(path), dict.fromkeys("abc", 500))
    assert {os.stat(path + each).st_mode & 0o777 for each in old_files(path)} == {0o640}


def test_what_is_compressed_keeps_its_time_its_mode_and_its_owner(logd, box):
    d, path = logd(), box + "/log"
    put(path + ".1", b"old\n", 3 * DAY)
    os.chmod(path + ".1", 0o604)
    if os.geteuid() == 0:
        os.chown(path + ".1", 12, 34)
    before = os.stat(path + ".1")
    number, out = d.open(path, backups=3, compress="zstd")
    wait_for(lambda: old_files(path) == [".1.zst"], "it is compressed without a rotation")
    after = os.stat(path + ".1.zst")
    for each in "st_mode", "st_uid", "st_gid", "st_mtime_ns":
        assert getattr(before, each) == getattr(after, each)
    # Another way from now on, and none at all: what is compressed stays as it is.
    for i, how in enumerate(("gzip", "none"), start=2):
        d.send("change", ch=number, maxbytes=0, backups=3, mode=0o644, compress=how)
        os.write(out, b"text %d\n" % i)
        wait_for_bytes(path, b"text %d\n" % i)
        rotate(d, path)
        wait_for(lambda: len(old_files(path)) == i and not leftovers(path), "rotated")
        if how != "none":
            wait_for(lambda: all_pressed(path, "z") or old_files(path)[0] == ".1.gz", how)
    assert old_files(path) == [".1", ".2.gz", ".3.zst"]
    assert everything(path) == b"old\ntext 2\ntext 3\n"
    os.close(out)


GATE = """#!/bin/sh
# Instead of svd-compress: it begins when it may.
echo $$ >>{box}/begun
until [ -e {box}/go ]; do sleep 0.01; done
exec {real} "$@"
"""


@pytest.fixture
def gated(logd, box):
    """A svd-logd beside which there is GATE."""
    os.mkdir(box + "/bin")
    shutil.copy(LOGD, box + "/bin/svd-logd")
    gate = box + "/bin/svd-compress"
    put(gate, GATE.format(box=box, real=os.path.join(PROGRAMS, "svd-compress")).encode())
    os.chmod(gate, 0o755)
    return logd(command=["/bin/sh", "-c", 'shift; exec %s/bin/svd-logd "$@"' % box, "sh"])


def begun(box):
    """The pids of those that have begun."""
    try:
        return [int(pid) for pid in read(box + "/begun").split()]
    except FileNotFoundError:
        return []


def lines_and_rotations(d, path, out, first, last):
    for i in range(first, last):
        os.write(out, b"text %d\n" % i)
        wait_for_bytes(path, b"text %d\n" % i)
        rotate(d, path)
        wait_for(lambda: read(path) == b"", "rotated")


def test_rotation_does_not_wait_for_compression_and_does_not_confuse_it(gated, box):
    d, path = gated, box + "/log"
    number, out = d.open(path, backups=4, compress="gzip")
    lines_and_rotations(d, path, out, 0, 1)
    wait_for(lambda: begun(box), "it compresses")
    lines_and_rotations(d, path, out, 1, 3)
    assert old_files(path) == [".1", ".2", ".3"] and leftovers(path)
    put(box + "/go", b"")
    wait_for(lambda: all_pressed(path, ".gz"), "all is compressed")
    assert everything(path) == b"text 0\ntext 1\ntext 2\n"
    os.unlink(box + "/go")
    lines_and_rotations(d, path, out, 3, 4)
    wait_for(lambda: len(begun(box)) == 4, "it compresses")
    # The one that is being compressed is given up meanwhile.
    lines_and_rotations(d, path, out, 4, 8)
    put(box + "/go", b"")
    wait_for(lambda: all_pressed(path, ".gz"), "all is compressed")
    assert old_files(path) == [".%d.gz" % n for n in range(1, 5)]
    assert everything(path) == b"text 4\ntext 5\ntext 6\ntext 7\n"
    os.close(out)


@pytest.mark.parametrize("victim", ("svd-logd", "svd-compress"))
def test_killed_while_it_compresses_the_plain_file_stays(gated, box, victim):
    d, path = gated, box + "/log"
    number, out = d.open(path, backups=4, compress="zstd")
    lines_and_rotations(d, path, out, 0, 1)
    pid = wait_for(lambda: begun(box), "it compresses")[0]
    if victim == "svd-logd":
        d.kill()
        # Its successor begins anew; who has lost his svd-logd ends without a trace.
        wait_for(lambda: len(begun(box)) == 2, "it compresses again")
        put(box + "/go", b"")
        wait_for(lambda: not is_running(pid), "the first has ended")
    else:
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not leftovers(path), "what it has left is removed")
        assert old_files(path) == [".1"]
        put(box + "/go", b"")
        lines_and_rotations(d, path, out, 1, 2)
    wait_for(lambda: all_pressed(path, ".zst"), "all is compressed")
    assert everything(path).startswith(b"text 0\n")
    assert not any(frame["t"] == "trouble" for frame in d.news)
    os.close(out)


def test_what_cannot_be_compressed_is_said_once_and_stays_as_it_is(gated, box):
    d, path = gated, box + "/log"
    put(box + "/bin/failing", b"#!/bin/sh\necho $$ >>%s/begun\nexit 28\n" % box.encode())
    os.chmod(box + "/bin/failing", 0o755)
    os.rename(box + "/bin/svd-compress", box + "/bin/working")
    os.rename(box + "/bin/failing", box + "/bin/svd-compress")
    number, out = d.open(path, backups=4, compress="gzip")
    for i in range(3):
        lines_and_rotations(d, path, out, i, i + 1)
        wait_for(lambda: len(begun(box)) == i + 1, "it was tried again")
    said = d.expect("trouble")
    assert (said["path"], said["text"]) == (path, "cannot compress: No space left on device")
    wait_for(lambda: not leftovers(path), "what it has left is removed")
    assert old_files(path) == [".1", ".2", ".3"]
    os.rename(box + "/bin/working", box + "/bin/svd-compress")
    put(box + "/go", b"")
    lines_and_rotations(d, path, out, 3, 4)
    assert d.expect("healed")["path"] == path
    wait_for(lambda: all_pressed(path, ".gz"), "all is compressed")
    assert everything(path) == b"text 0\ntext 1\ntext 2\ntext 3\n"
    assert not any(frame["t"] == "trouble" for frame in d.news)
    os.close(out)


def children(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
            return [int(child) for child in f.read().split()]
    except OSError:
        return []


def test_whoever_is_killed_whenever_no_line_is_missing_or_there_twice(logd, box):
    d, path = logd(), box + "/log"

    def kill_them():
        for i in range(60):
            for pid in [] if i % 3 else children(d.process.pid):
                os.kill(pid, signal.SIGKILL)
            time.sleep(random.random() / 50)
            if i % 2:
                d.kill()

    write(d, "ab", 8000, path, kill_them, maxbytes=50000, backups=10000, compress="gzip")
    number, out = d.open(path, backups=10000, compress="gzip")
    wait_for(lambda: all_pressed(path, ".gz"), "all is compressed")
    check_lines(everything(path), dict.fromkeys("ab", 8000))
    os.close(out)


# --- age and budget ---

def test_old_files_go_when_they_are_too_old(logd, box):
    d, path = logd(), box + "/log"
    for n, age in (1, 10), (2, 1000), (3, 9000):
        put("%s.%d" % (path, n), b"text\n", age)
    put(path + ".1.html", b"theirs\n", 9000)
    put(path + ".7", b"beyond backups\n", 9000)
    number, out = d.open(path, backups=5, maxage=5000)
    wait_for(lambda: old_files(path) == [".1", ".2", ".7"], "the oldest is gone at the start")
    os.utime(path + ".2", (0, 0))
    os.write(out, b"new\n")
    wait_for_bytes(path, b"new\n")
    rotate(d, path)
    wait_for(lambda: old_files(path) == [".1", ".2", ".7"], "the oldest is gone")
    assert read(path + ".1") == b"new\n" and os.path.exists(path + ".1.html")
    os.close(out)


def test_old_files_go_while_all_together_are_over_the_budget(logd, box):
    d, path = logd(), box + "/log"
    for n in range(1, 6):
        put("%s.%d" % (path, n), b"x" * 999 + b"\n")
    number, out = d.open(path, backups=9, budget=4500)
    wait_for(lambda: len(old_files(path)) == 4, "within the budget at the start")
    for i, expected in enumerate((3, 2, 1, 0, 0)):
        # That the file has grown is seen when the next line comes.
        for line in b"y" * 999 + b"\n", b"%d\n" % i:
            os.write(out, line)
            wait_for(lambda: read(path).endswith(line), "it is written")
        wait_for(lambda: len(old_files(path)) == expected, "%d old files" % expected)
    assert read(path).count(b"y") == 5 * 999
    rotate(d, path)
    wait_for(lambda: not old_files(path), "too much by itself")
    os.close(out)


# --- who follows a file ---

class Agent:
    """Follows a file as the CloudWatch agent: to the end of the inode, then the name again."""

    def __init__(self, path):
        self.path, self.file, self.text = path, None, b""

    def look(self):
        if self.file is None:
            self.file = open(self.path, "rb")
        same = os.fstat(self.file.fileno()).st_ino == os.stat(self.path).st_ino
        self.text += self.file.read()
        if not same:
            self.file.close()
            self.file = None
        return self.text


@pytest.mark.parametrize("how", ("none", "gzip"))
def test_tail_and_agents_see_every_line_once(logd, box, how):
    d, path = logd(), box + "/log"
    number, out = d.open(path, backups=3, compress=how)
    wait_for(lambda: os.path.exists(path), "the file")
    agent, written = Agent(path), b""
    agent.look()
    with open(box + "/tail", "wb") as tail_out:
        tail = subprocess.Popen(["tail", "-n+1", "-s0.05", "-F", path], stdout=tail_out,
                                stderr=subprocess.DEVNULL)
    try:
        for i in range(12):
            for text in b"before %d\n" % i, b"after %d\n" % i:
                os.write(out, text)
                written += text
                wait_for(lambda: read(path).endswith(text), text)
                # Of a file that is replaced tail(1) does not always read the end.
                wait_for(lambda: read(box + "/tail") == written, "tail has seen it")
                if text.startswith(b"before"):
                    rotate(d, path)
            wait_for(lambda: agent.look() == written, "the agent has seen it")
    finally:
        tail.kill()
        tail.wait()
    assert len(old_files(path)) == 3
    os.close(out)


# --- all together ---

def test_a_program_under_svd_gets_a_file_a_day_compressed(daemon):
    d = daemon("""
        [program:talks]
        command=/bin/sh -c 'while read line; do echo $line; done'
        startsecs=0
        stdout_logfile={box}/talks.log
        stdout_logfile_rotate=daily
        stdout_logfile_compress=gzip
        stdout_logfile_maxage=30d
        stdout_logfile_backups=50
        """)
    path = d.path("talks.log")
    put(path, b"the day before yesterday\n", 2 * DAY)
    put(path + ".1", b"last week\n", 7 * DAY)
    put(path + ".2", b"last year\n", 365 * DAY)
    d.start()
    d.wait_all("RUNNING")
    d.rpc.sendProcessStdin("talks", "today\n")
    wait_for(lambda: old_files(path) == [".1.gz", ".2.gz"], "old files are compressed")
    wait_for_bytes(path, b"today\n")
    assert everything(path) == b"last week\nthe day before yesterday\ntoday\n"
    d.stop()
    assert not leftovers(path)
