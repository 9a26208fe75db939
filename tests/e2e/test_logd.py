"""svd-logd by itself: channels, lines, the end of a channel, the end of svd-logd."""
import os
import random
import socket
import time

import pytest

from lib_daemon import wait_for, wait_idle
from lib_logd import (check_lines, contents, logds, read, send_signal_to_all, wait_for_bytes,
                      writer)

MB = 1 << 20


@pytest.fixture
def logd(box):
    with logds(box) as make:
        yield make


def test_what_one_program_writes_is_in_the_file_at_once(logd, box):
    d, path = logd(), box + "/one.log"
    _, out = d.open(path)
    os.write(out, b"a line\n")
    wait_for_bytes(path, b"a line\n")
    os.write(out, b"a prompt> ")
    wait_for_bytes(path, b"a line\na prompt> ")
    os.write(out, b"answer\n")
    wait_for_bytes(path, b"a line\na prompt> answer\n")


def test_a_file_is_appended_to_and_a_new_one_gets_its_mode(logd, box):
    d = logd()
    with open(box + "/old.log", "w") as f:
        f.write("before\n")
    number, out = d.open(box + "/old.log")
    os.write(out, b"after\n")
    d.close(number)
    assert read(box + "/old.log") == b"before\nafter\n"
    number, out = d.open(box + "/new.log", mode=0o600)
    d.close(number)
    assert os.stat(box + "/new.log").st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kill", [False, True], ids=["in peace", "under kill -9"])
def test_four_writers_share_a_file_with_rotation(logd, box, kill):
    d, path, count = logd(), box + "/shared.log", 30000
    counts = {name: count for name in "abcd"}
    writers, rnd, kills = [], random.Random(1), 0
    for name in counts:
        number, out = d.open(path, maxbytes=MB, backups=100)
        writers.append(writer(out, name, count))
        os.close(out)
    while kill and any(w.poll() is None for w in writers):
        time.sleep(rnd.random() * 0.03)     # not a wait: the moment of the kill is to be any
        d.kill()
        kills += 1
    for w in writers:
        assert w.wait(120) == 0
    assert kills or not kill
    for number in list(d.channels):
        d.close(number)
    files = contents(path)
    assert len(files) > 10
    check_lines(b"".join(files), counts)
    for text in files[:-1]:
        assert MB - 1000 < len(text) <= MB and text.endswith(b"\n")
    d.quit()


def test_lines_longer_than_a_pipe_survive_kill_9_and_each_other(logd, box):
    d, path = logd(), box + "/long.log"
    counts, writers, rnd = {"a": 60, "b": 60, "c": 2000}, [], random.Random(2)
    for name, count in counts.items():
        _, out = d.open(path)
        writers.append(writer(out, name, count, 200 if name == "c" else 300000))
        os.close(out)
    while any(w.poll() is None for w in writers):
        time.sleep(rnd.random() * 0.03)
        d.kill()
    for number in list(d.channels):
        d.close(number)
    check_lines(read(path), counts)


def test_one_writer_alone_survives_kill_9_with_rotation(logd, box):
    d, path, rnd = logd(), box + "/alone.log", random.Random(3)
    number, out = d.open(path, maxbytes=300000, backups=1000)
    w = writer(out, "a", 100000)
    os.close(out)
    while w.poll() is None:
        time.sleep(rnd.random() * 0.02)
        d.kill()
    d.close(number)
    files = contents(path)
    check_lines(b"".join(files), {"a": 100000})
    assert all(len(text) <= 300000 for text in files)


def test_the_order_of_two_lives_is_kept(logd, box):
    d, path, wanted = logd(), box + "/lives.log", b""
    for life in range(50):
        number, out = d.open(path)
        text = b"".join(b"life %d line %d\n" % (life, i) for i in range(1000))
        os.write(out, text)
        d.send("close", ch=number)
        os.close(out)
        wanted += text
    for number in list(d.channels):
        d.expect("closed", ch=number)
        d.forget(number)
    assert read(path) == wanted


def test_the_end_of_a_pipe_costs_nothing_until_svd_closes_it(logd, box):
    d, path = logd(), box + "/eof.log"
    number, out = d.open(path)
    os.write(out, b"last words")
    os.close(out)
    wait_for_bytes(path, b"last words")
    fds = "/proc/%d/fd" % d.process.pid
    wait_for(lambda: not any(os.readlink(fds + "/" + fd).endswith("eof.log")
                             for fd in os.listdir(fds)), "the file is closed")
    wait_idle(d.process.pid)
    assert d.news == [] and d.receive(0.01) is None, "closed before svd said so"
    d.close(number)


def test_a_grandchild_that_holds_the_pipe_does_not_hold_up_the_end(logd, box):
    d, path = logd(), box + "/grandchild.log"
    number, out = d.open(path)
    os.write(out, b"before\nunfinished")
    d.close(number)
    assert read(path) == b"before\nunfinished"
    with pytest.raises(BrokenPipeError):
        os.write(out, b"after\n")


def test_an_unknown_channel_is_closed_at_once(logd):
    d = logd()
    d.send("close", ch=77)
    d.expect("closed", ch=77)


def test_two_names_of_a_file_are_one_sink(logd, box):
    d, path = logd(), box + "/real.log"
    os.mkdir(box + "/elsewhere")
    os.symlink(path, box + "/elsewhere/link.log")
    _, first = d.open(path, maxbytes=100, backups=3)
    _, second = d.open(box + "/elsewhere/link.log", maxbytes=100, backups=3)
    os.write(first, b"1" * 59 + b"\n")
    wait_for_bytes(path, b"1" * 59 + b"\n")
    os.write(second, b"2" * 59 + b"\n")
    wait_for_bytes(path, b"2" * 59 + b"\n")
    assert read(path + ".1") == b"1" * 59 + b"\n"
    assert os.listdir(box + "/elsewhere") == ["link.log"]


# --- lines ---

def test_whole_lines_of_two_programs_do_not_wait_for_an_unfinished_one(logd, box):
    d, path = logd(), box + "/lines.log"
    _, first = d.open(path)
    _, second = d.open(path)
    d.sync()
    with d.stopped():
        os.write(first, b"half ")
        os.write(second, b"whole\n")
    wait_for(lambda: os.path.exists(path) and read(path).startswith(b"whole\n"), "whole is first")
    os.write(first, b"and half\n")
    wait_for_bytes(path, b"whole\nhalf and half\n")


def test_an_unfinished_line_goes_after_a_second_and_owns_the_file(logd, box):
    d, path = logd(), box + "/owner.log"
    _, first = d.open(path)
    _, second = d.open(path)
    d.sync()
    os.write(first, b"half ")
    wait_for_bytes(path, b"half ")
    with d.stopped():
        os.write(second, b"other\n")
        os.write(first, b"and half\n")
    wait_for_bytes(path, b"half and half\nother\n")


def test_a_silent_owner_gets_a_newline_so_that_others_can_go_on(logd, box):
    d, path = logd(), box + "/silent.log"
    number, first = d.open(path)
    _, second = d.open(path)
    d.sync()
    os.write(first, b"half ")
    wait_for_bytes(path, b"half ")
    os.write(second, b"other\n")
    wait_for_bytes(path, b"half \nother\n")
    os.write(first, b"again half")
    os.close(first)
    wait_for_bytes(path, b"half \nother\nagain half")
    os.write(second, b"at once\n")
    wait_for_bytes(path, b"half \nother\nagain half\nat once\n")
    d.close(number)


def test_the_line_of_an_earlier_life_is_ended_when_the_file_is_shared(logd, box):
    d, path = logd(), box + "/earlier.log"
    with open(path, "w") as f:
        f.write("half")
    _, first = d.open(path)
    d.open(path)
    d.sync()
    os.write(first, b"new\n")
    wait_for_bytes(path, b"half\nnew\n")


def test_after_kill_9_the_owner_of_an_unfinished_line_ends_it(logd, box):
    d, path = logd(), box + "/takeover.log"
    _, first = d.open(path)
    _, second = d.open(path)
    d.sync()
    os.write(second, b"half ")
    wait_for_bytes(path, b"half ")
    os.write(first, b"other\n")
    with d.stopped():
        os.write(second, b"and half\n")
        d.kill()
    wait_for_bytes(path, b"half and half\nother\n")


# --- no file ---

@pytest.mark.parametrize("path", ["", "/dev/null"])
def test_nowhere_takes_everything(logd, path):
    d = logd()
    number, out = d.open(path, maxbytes=10, backups=1)
    for _ in range(100):
        os.write(out, b"x" * 100000)
    d.close(number)
    assert not os.path.exists("/dev/null.1")


def test_standard_output_may_be_a_socket(logd):
    ours, theirs = socket.socketpair()
    d = logd(stdout=theirs)
    theirs.close()
    number, out = d.open("/dev/stdout", maxbytes=10, backups=1)
    os.write(out, b"a line\n" * 10)
    d.close(number)
    assert ours.recv(1000) == b"a line\n" * 10
    ours.close()


def test_standard_output_may_be_a_file_that_others_write_to(logd, box):
    with open(box + "/stdout", "wb", 0) as stdout:
        d = logd(stdout=stdout)
        number, out = d.open("/dev/stdout", maxbytes=10, backups=1)
        stdout.write(b"ours\n")
        os.write(out, b"its own\n")
        d.close(number)
        stdout.write(b"ours\n")
    assert read(box + "/stdout") == b"ours\nits own\nours\n"


def test_echo_copies_to_standard_output_and_is_drained_at_the_end(logd, box):
    with open(box + "/stdout", "wb") as stdout:
        d = logd(stdout=stdout)
    for path in (box + "/activity.log", ""):
        number, out = d.open(path, echo=True)
        os.write(out, b"to both\n")
        d.close(number)
    wait_for_bytes(box + "/stdout", b"to both\n" * 2)
    assert read(box + "/activity.log") == b"to both\n"
    _, out = d.open("", echo=True)
    os.write(out, b"and the last\n")
    d.quit()
    assert read(box + "/stdout") == b"to both\n" * 2 + b"and the last\n"


# --- the end ---

def test_quit_reads_everything_that_is_there(logd, box):
    d = logd()
    for i in range(20):
        _, out = d.open("%s/%d.log" % (box, i % 10))
        os.write(out, b"line\n" * 10000 + b"unfinished")
    d.quit()
    total = sum(len(read("%s/%d.log" % (box, i))) for i in range(10))
    assert 20 * 50010 <= total <= 20 * 50010 + 10


def test_without_svd_it_reads_to_the_end_of_all_pipes(logd, box):
    d, path = logd(), box + "/orphan.log"
    _, out = d.open(path)
    number, early = d.open(box + "/early.log")
    os.close(early)
    os.write(out, b"before\n")
    d.link.close()
    os.write(out, b"after\n")
    wait_for_bytes(path, b"before\nafter\n")
    assert d.process.poll() is None
    os.write(out, b"the end")
    os.close(out)
    d.wait()
    assert read(path) == b"before\nafter\nthe end"


def test_signals_do_not_end_it(logd, box):
    d, path = logd(), box + "/signals.log"
    _, out = d.open(path)
    os.write(out, b"1\n")
    wait_for_bytes(path, b"1\n")
    send_signal_to_all(d.process, ["SIGINT", "SIGTERM", "SIGHUP", "SIGPIPE", "SIGUSR2", "SIGQUIT"])
    os.write(out, b"2\n")
    wait_for_bytes(path, b"1\n2\n")
    d.quit()


def test_something_that_is_no_pipe_is_refused_and_closed(logd, box):
    d = logd()
    with open(box + "/file", "w") as f:
        number = d.open(box + "/x.log", read_end=os.dup(f.fileno()))
    assert "test:1 stdout" in d.expect("trouble", path=box + "/x.log")["text"]
    d.close(number)


# --- what it costs ---

def test_a_thousand_idle_channels_cost_nothing(logd, box):
    d = logd()
    d.open("")
    wait_for(lambda: d.status("voluntary_ctxt_switches") > 0, "it runs")
    before = d.status("VmRSS")
    outs = []
    for i in range(1000):
        number, out = d.open("%s/%d.log" % (box, i))
        os.write(out, b"a line\n")
        outs.append(out)
    for i in range(1000):
        wait_for_bytes("%s/%d.log" % (box, i), b"a line\n")
    grown = d.status("VmRSS") - before
    assert grown < 1200 or d.is_sanitized(), "%d KB for 1000 channels" % grown
    wait_idle(d.process.pid)
    for out in outs:
        os.close(out)
    d.quit()
