"""svd-logd and its files: rotation, files that others move, sinks in trouble."""
import os
import shutil
import subprocess
import time

import pytest

from lib_daemon import wait_for
from lib_logd import LOGD, contents, fill, logds, pending, read, wait_for_bytes


@pytest.fixture
def logd(box):
    with logds(box) as make:
        yield make


def lines(start, end):
    return b"".join(b"line %06d\n" % i for i in range(start, end))


# --- rotation ---

def test_rotation_fills_files_with_whole_lines_and_keeps_so_many(logd, box):
    d, path = logd(), box + "/rotated.log"
    number, out = d.open(path, maxbytes=1000, backups=3)
    os.write(out, lines(0, 1000))
    d.close(number)
    files = contents(path)
    assert b"".join(files) == lines(1000 - sum(len(text) for text in files) // 12, 1000)
    assert [len(text) for text in files[:-1]] == [996, 996, 996]


def test_lines_that_come_in_pieces_are_not_cut_by_rotation(logd, box):
    d, path = logd(), box + "/pieces.log"
    number, out = d.open(path, maxbytes=10000, backups=100)
    text, sent = lines(0, 5000), 0
    while sent < len(text):
        sent += os.write(out, text[sent:sent + 7])
    d.close(number)
    files = contents(path)
    assert b"".join(files) == text
    for each in files[:-1]:
        assert len(each) <= 10000 and each.endswith(b"\n")


def test_without_old_files_the_file_starts_anew(logd, box):
    d, path = logd(), box + "/anew.log"
    number, out = d.open(path, maxbytes=1000, backups=0)
    os.write(out, lines(0, 100))
    d.close(number)
    assert read(path) == lines(83, 100)
    assert os.listdir(box).count("anew.log.1") == 0


def test_a_file_that_is_too_long_already_is_rotated_before_the_next_line(logd, box):
    d, path = logd(), box + "/long.log"
    with open(path, "wb") as f:
        f.write(lines(0, 100))
    number, out = d.open(path, maxbytes=1000, backups=2)
    os.write(out, lines(100, 101))
    d.close(number)
    assert contents(path) == [lines(0, 100), lines(100, 101)]


def test_a_line_that_is_longer_than_a_file_may_be_is_whole_in_its_own(logd, box):
    d, path = logd(), box + "/longline.log"
    number, out = d.open(path, maxbytes=1000, backups=5)
    for text in (b"before\n", b"x" * 300000 + b"\n", b"after\n"):
        os.write(out, text)
    d.close(number)
    assert contents(path) == [b"before\n", b"x" * 300000 + b"\n", b"after\n"]


def test_a_line_without_end_is_cut_in_the_end(logd, box):
    d, path = logd(), box + "/endless.log"
    number, out = d.open(path, maxbytes=1000, backups=5)
    for _ in range(30):
        os.write(out, b"x" * 100000)
    d.close(number)
    files = contents(path)
    assert sum(len(text) for text in files) == 3000000
    assert max(len(text) for text in files) == 1000 + (1 << 20)


def test_a_rotation_that_was_cut_short_is_repaired_by_the_next(logd, box):
    d, path = logd(), box + "/gap.log"
    for name, text in (("", lines(0, 10)), (".2", b"older\n"), (".3", b"oldest\n")):
        with open(path + name, "wb") as f:
            f.write(text)
    number, out = d.open(path, maxbytes=120, backups=3)
    os.write(out, lines(10, 11))
    d.close(number)
    assert contents(path) == [b"oldest\n", b"older\n", lines(0, 10), lines(10, 11)]


def test_a_file_that_cannot_be_rotated_grows_on(logd, box):
    d, path = logd(), box + "/stuck.log"
    os.mkdir(path + ".1")
    number, out = d.open(path, maxbytes=100, backups=1)
    os.write(out, lines(0, 100))
    assert "rotate" in d.expect("trouble", path=path)["text"]
    d.close(number)
    assert read(path) == lines(0, 100)


def test_rotation_leaves_the_file_of_others_alone(logd, box):
    d, path = logd(), box + "/others.log"
    number, out = d.open(path, maxbytes=120, backups=3)
    os.write(out, lines(0, 10))
    wait_for_bytes(path, lines(0, 10))
    os.rename(path, path + "-moved")
    with open(path, "wb") as f:
        f.write(b"new\n")
    os.write(out, lines(10, 11))
    d.close(number)
    assert read(path + "-moved") == lines(0, 10)
    assert contents(path) == [b"new\n" + lines(10, 11)]


def test_a_symbolic_link_is_rotated_where_it_points_to(logd, box):
    d, path = logd(), box + "/link.log"
    os.mkdir(box + "/data")
    os.symlink(box + "/data/real.log", path)
    number, out = d.open(path, maxbytes=120, backups=3)
    os.write(out, lines(0, 20))
    d.close(number)
    assert contents(box + "/data/real.log") == [lines(0, 10), lines(10, 20)]
    assert os.path.islink(path)


@pytest.mark.root_only
def test_a_file_that_refuses_splice_is_written_all_the_same(logd, box):
    d, path = logd(), box + "/append-only.log"
    with open(path, "wb") as f:
        f.write(b"before\n")
    if subprocess.call(["chattr", "+a", path], stderr=subprocess.DEVNULL) != 0:
        pytest.skip("no append-only files here")
    try:
        number, out = d.open(path)
        for start in range(0, 20000, 1000):
            os.write(out, lines(start, start + 1000))
        d.close(number)
    finally:
        subprocess.check_call(["chattr", "-a", path])
    assert read(path) == b"before\n" + lines(0, 20000)


# --- what others do to the file ---

def test_a_removed_file_is_made_again(logd, box):
    d, path = logd(), box + "/removed.log"
    _, out = d.open(path)
    os.write(out, b"first\n")
    wait_for_bytes(path, b"first\n")
    os.unlink(path)
    os.write(out, b"second\n")
    wait_for_bytes(path, b"second\n")


def test_a_renamed_file_is_left_at_reopen(logd, box):
    d, path = logd(), box + "/renamed.log"
    _, out = d.open(path)
    os.write(out, b"first\n")
    wait_for_bytes(path, b"first\n")
    os.rename(path, path + "-moved")
    os.write(out, b"second\n")
    wait_for_bytes(path + "-moved", b"first\nsecond\n")
    d.send("reopen")
    d.sync()
    os.write(out, b"third\n")
    wait_for_bytes(path, b"third\n")


def test_after_a_truncation_it_goes_on_at_the_new_end(logd, box):
    d, path = logd(), box + "/truncated.log"
    _, out = d.open(path)
    os.write(out, lines(0, 1000))
    wait_for_bytes(path, lines(0, 1000))
    os.truncate(path, 0)
    os.write(out, b"second\n")
    wait_for_bytes(path, b"second\n")


def test_a_removed_directory_costs_lines_but_no_program(logd, box):
    d, path = logd(), box + "/dir/removed.log"
    os.mkdir(box + "/dir")
    number, out = d.open(path)
    other, other_out = d.open(box + "/other.log")
    os.write(out, b"first\n")
    wait_for_bytes(path, b"first\n")
    shutil.rmtree(box + "/dir")
    for _ in range(1000):
        os.write(out, b"x" * 999 + b"\n")
    assert "open" in d.expect("trouble", path=path, lost=0)["text"]
    os.write(other_out, b"not disturbed\n")
    wait_for_bytes(box + "/other.log", b"not disturbed\n")
    os.mkdir(box + "/dir")

    def healed():
        os.write(out, b"again\n")
        return os.path.exists(path) and b"again\n" in read(path)
    wait_for(healed, "the file is written to again")
    lost = d.expect("healed", path=path)["lost"]
    d.close(number)
    assert 0 < lost <= 1000 * 1000 + 100000
    assert set(read(path).split(b"\n")) <= {b"", b"again", b"x" * 999}


def test_short_trouble_loses_nothing(logd, box):
    d, path = logd(), box + "/dir/short.log"
    number, out = d.open(path)
    d.expect("trouble", path=path)
    os.write(out, b"patience\n")
    os.mkdir(box + "/dir")
    wait_for_bytes(path, b"patience\n")
    d.expect("healed", path=path, lost=0)
    d.close(number)


def test_closing_in_trouble_comes_to_an_end_and_is_counted(logd, box):
    d, path = logd(), box + "/missing/closing.log"
    number, out = d.open(path)
    d.expect("trouble", path=path, lost=0)
    os.write(out, b"never to be read\n")
    d.close(number)
    d.expect("trouble", path=path, lost=17)


# --- a full disk ---

@pytest.fixture
def small_disk(logd, box):
    """A svd-logd that has a disk of 256 KB for itself, and the path to it."""
    os.mkdir(box + "/disk")
    if subprocess.call(["unshare", "-m", "mount", "-t", "tmpfs", "none", box + "/disk"],
                       stderr=subprocess.DEVNULL):
        pytest.skip("needs to be allowed to mount")
    mount = "mount -t tmpfs -o size=256k none %s/disk && exec \"$@\"" % box
    d = logd(command=["unshare", "-m", "sh", "-c", mount, "sh"])
    # Not before the exec: until then /proc/PID/root is another's, or the disk is not there.
    wait_for(lambda: os.readlink("/proc/%d/exe" % d.process.pid) == os.path.realpath(LOGD),
             "svd-logd runs")
    return d, box + "/disk", "/proc/%d/root%s/disk" % (d.process.pid, box)


def test_a_full_disk_costs_lines_but_no_program(small_disk):
    d, disk, seen = small_disk
    number, out = d.open(disk + "/full.log")
    for start in range(0, 100000, 1000):
        os.write(out, lines(start, start + 1000))
    assert "No space left" in d.expect("trouble", path=disk + "/full.log")["text"]
    # While the trouble is young, the end of the last line may still be in the pipe.
    wait_for(lambda: pending(out) == 0, "what does not fit is dropped")
    text = read(seen + "/full.log")
    assert text == lines(0, len(text) // 12) and len(text) > 250000
    os.truncate(seen + "/full.log", 0)

    def healed():
        os.write(out, b"again\n")
        return b"again\n" in read(seen + "/full.log")
    wait_for(healed, "the file is written to again")
    lost = d.expect("healed", path=disk + "/full.log")["lost"]
    d.close(number)
    written = read(seen + "/full.log")
    assert set(written.replace(b"again\n", b"").split(b"\n")) <= set(lines(0, 100000).split(b"\n"))
    assert lost > 100000 * 12 - 250000 - 70000


def test_short_trouble_of_the_disk_loses_nothing(small_disk):
    d, disk, seen = small_disk
    with open(seen + "/filler", "wb") as f:
        f.write(b"x" * 200 * 1024)
    number, out = d.open(disk + "/short.log")
    os.write(out, lines(0, 5000))
    os.write(out, lines(5000, 7000))
    d.expect("trouble", path=disk + "/short.log")
    os.unlink(seen + "/filler")
    d.expect("healed", path=disk + "/short.log", lost=0)
    wait_for_bytes(seen + "/short.log", lines(0, 7000))
    d.close(number)


def test_a_full_disk_and_a_shared_file(small_disk):
    d, disk, seen = small_disk
    outs = [d.open(disk + "/shared.log")[1] for _ in range(3)]
    for start in range(0, 60000, 1000):
        for out in outs:
            os.write(out, lines(start, start + 1000))
    wait_for(lambda: not any(pending(out) for out in outs), "what does not fit is dropped")
    text = read(seen + "/shared.log")
    assert set(text.split(b"\n")) <= set(lines(0, 60000).split(b"\n")) and len(text) > 250000


# --- streams ---

def test_a_fifo_without_reader_does_not_stop_anything(logd, box):
    d, path = logd(), box + "/fifo"
    os.mkfifo(path)
    number, out = d.open(path)
    d.expect("trouble", path=path)
    for _ in range(100):
        os.write(out, b"x" * 9999 + b"\n")
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    def healed():
        os.write(out, b"again\n")
        try:
            return b"again\n" in os.read(reader, 100000)
        except BlockingIOError:
            return False
    wait_for(healed, "the reader gets something")
    assert d.expect("healed", path=path)["lost"] > 0
    d.close(number)
    os.close(reader)


def test_a_terminal_gets_lines(logd):
    master, slave = os.openpty()
    d = logd(stdout=slave)
    os.close(slave)
    number, out = d.open("/dev/stdout", maxbytes=100, backups=1)
    os.write(out, lines(0, 50))
    got = b""
    while len(got) < 50 * 13:
        got += os.read(master, 10000)
    assert got.replace(b"\r", b"") == lines(0, 50)
    d.close(number)
    os.close(master)


def test_a_slow_reader_of_standard_output_slows_down_and_loses_nothing(logd):
    reader, stdout = os.pipe()
    d = logd(stdout=stdout)
    os.close(stdout)
    outs = [d.open("/dev/stdout", maxbytes=100, backups=1) for _ in range(2)]
    text = lines(0, 10000)
    got, sent = b"", [0, 0]
    for _, out in outs:
        os.set_blocking(out, False)
    os.set_blocking(reader, False)
    while len(got) < 2 * len(text):
        for i, (_, out) in enumerate(outs):
            try:
                sent[i] += os.write(out, text[sent[i]:sent[i] + 5000]) if sent[i] < len(text) else 0
            except BlockingIOError:
                pass
        time.sleep(0.001)
        try:
            got += os.read(reader, 8000)
        except BlockingIOError:
            pass
    assert sorted(got.split(b"\n")) == sorted((text + text).split(b"\n"))
    assert d.news == []
    os.close(reader)


def test_a_reader_that_stopped_costs_lines_but_no_program(logd):
    reader, stdout = os.pipe()
    d = logd(stdout=stdout)
    os.close(stdout)
    number, out = d.open("/dev/stdout")
    text = lines(0, 100000)
    for start in range(0, len(text), 60000):
        os.write(out, text[start:start + 60000])
    trouble = d.expect("trouble", path="/dev/stdout")
    assert "fast enough" in trouble["text"]
    got = b""
    while b"after\n" not in got:
        os.write(out, b"after\n")
        got += os.read(reader, 65536)
    d.expect("healed", path="/dev/stdout")
    assert set(got.split(b"\n")[:-1]) <= set(text.split(b"\n")) | {b"after"}
    d.close(number)
    os.close(reader)


def test_a_reader_that_went_away_is_trouble_and_no_death(logd, box):
    reader, stdout = os.pipe()
    d = logd(stdout=stdout)
    os.close(stdout)
    os.close(reader)
    _, out = d.open("/dev/stdout")
    other, other_out = d.open(box + "/other.log")
    os.write(out, b"nobody hears\n")
    d.expect("trouble", path="/dev/stdout")
    os.write(other_out, b"not disturbed\n")
    wait_for_bytes(box + "/other.log", b"not disturbed\n")


def test_stalled_echo_does_not_hold_up_the_log(logd, box):
    reader, stdout = os.pipe()
    fill(stdout)
    d = logd(stdout=stdout)
    number, out = d.open(box + "/activity.log", echo=True)
    text = lines(0, 50000)
    for start in range(0, len(text), 60000):
        os.write(out, text[start:start + 60000])
    d.close(number)
    assert read(box + "/activity.log") == text
    d.quit()
    os.close(stdout)
    os.close(reader)
