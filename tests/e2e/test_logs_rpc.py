"""Logs that clients read and follow: hostile contents, large files, slow and vanished readers."""
import concurrent.futures
import os
import re
import select
import signal
import subprocess
import time
import xmlrpc.client

import pytest

from lib_daemon import IS_SVD, REFERENCE_CTL, clean_env, wait_for
from test_same_logs import Stream, add, status

pytestmark = pytest.mark.skipif(not IS_SVD, reason="only svd promises this")

IDLE = """
    [program:x]
    command=/bin/cat
    autostart=false
    stdout_logfile={box}/x
    """


def write(d, data):
    with open(d.path("x"), "wb") as f:
        f.write(data)


def as_text(data):
    """What XML can carry of it."""
    text = data.decode(errors="replace")
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", text)


def test_whatever_a_program_prints_is_text_in_the_answer(daemon):
    d = daemon(IDLE).start()
    for data in (bytes(range(256)), b"\0" * 5000, b"\r\r\n", b"]]>&amp;<a>", b"\xff" * 3,
                 b"\xed\xa0\x80", b"\xef\xbf\xbe\xef\xbf\xbf", b"\xf0\x9f\x98",
                 "\U0001f600\u20ac\xf6".encode()):
        write(d, data)
        text = d.rpc.readProcessLog("x", 0, 0)
        assert text.rstrip("\ufffd") == as_text(data).rstrip("\ufffd")
        assert d.rpc.tailProcessLog("x", 0, 1 << 20) == [text, len(data), False]


def test_pieces_are_the_whole_wherever_they_are_cut(daemon):
    """A character belongs to the piece in which it begins."""
    d = daemon(IDLE).start()
    text = "a\xf6\u20ac\U0001f600z\xe4\u2026\n" * 3
    data = text.encode()
    write(d, data)
    for size in range(1, 12):
        pieces = [d.rpc.readProcessLog("x", at, size) for at in range(0, len(data), size)]
        assert "".join(pieces) == text
    for back in range(1, len(data) + 2):
        assert text.endswith(d.rpc.readProcessLog("x", -back, 0))


def test_a_log_larger_than_memory_should_be(daemon):
    """24 MB at once, in lines of 1 MB: all of it arrives, and svd-httpd stays small."""
    d = daemon(IDLE).start()
    line = b"<" + b"\x01&\xc3\xb6" * 250000 + b"\n"
    with open(d.path("x"), "wb") as f:
        for _ in range(24):
            f.write(line)
    text = d.rpc.readProcessLog("x", 0, 0)
    assert text == as_text(line) * 24
    assert d.rpc.readProcessLog("x", len(line) - 1, 2) == "\n<"
    with open("/proc/%d/status" % d.sibling("svd-httpd")) as f:
        peak = int(re.search(r"VmHWM:\s+(\d+) kB", f.read()).group(1))
    assert peak < 20 * 1024 or "libasan" in open("/proc/%d/maps" % d.pid).read()


def test_a_fifo_is_not_opened(daemon):
    """Its writer would notice, and there is nothing in it to go back to."""
    d = daemon(IDLE).start()
    os.mkfifo(d.path("x"))
    with pytest.raises(Exception, match="FAILED"):
        d.rpc.readProcessLog("x", 0, 0)
    assert d.rpc.tailProcessLog("x", 7, 10) == ["", 7, False]
    with pytest.raises(OSError):
        os.open(d.path("x"), os.O_WRONLY | os.O_NONBLOCK)       # nobody reads there


def test_clients_cannot_have_files_opened(daemon):
    d = daemon(IDLE).start()
    write(d, b"x")
    assert not [name for name in d.proxy.system.listMethods() if "open" in name.lower()]
    for method in ("openLog", "openProcessLog", "supervisor.openLog"):
        with pytest.raises(Exception, match="UNKNOWN_METHOD"):
            getattr(d.proxy, method)("x", "stdout")


def test_a_stopped_program_is_cleared_too(daemon):
    d = daemon(IDLE).start()
    write(d, b"old\n")
    assert d.rpc.clearProcessLogs("x") is True
    assert d.read("x") == ""
    write(d, b"old\n")
    assert [row["description"] for row in d.rpc.clearAllProcessLogs()] == ["OK"]
    assert d.read("x") == ""
    assert d.rpc.clearProcessLogs("x") is True      # and one that is not there


def test_the_activity_log(daemon):
    d = daemon(IDLE).start()
    d.wait_log("supervisord started")
    assert d.rpc.readLog(0, 0) == d.log()
    assert d.rpc.readLog(-10, 0) == d.log()[-10:]
    assert d.rpc.clearLog() is True
    wait_for(lambda: "supervisord started" not in d.log(), "it is cleared")
    stream = Stream(d, "/mainlogtail")
    d.rpc.startProcess("x", False)
    stream.wait(("with pid %d\n" % d.info("x")["pid"]).encode())
    stream.close()


def test_a_log_that_tells_of_the_call_itself_is_read_once(daemon):
    d = daemon(IDLE, supervisord="loglevel=trace").start()
    for number in range(1, 11):
        assert d.rpc.readLog(-100, 0)
        assert d.rpc.readLog(0, 0).count("called: supervisor.readLog()") in (2 * number - 1,
                                                                              2 * number)


def test_without_a_log_file_there_is_nothing_to_show(daemon):
    d = daemon(IDLE, supervisord="logfile=syslog").start()
    for call, text in ((lambda: d.rpc.readLog(0, 0), "NO_FILE: syslog"),
                       (d.rpc.clearLog, "NO_FILE"),
                       (lambda: d.rpc.readProcessLog("x", 0, 0), "NO_FILE: " + d.path("x"))):
        with pytest.raises(xmlrpc.client.Fault) as caught:
            call()
        assert caught.value.faultString == text
    for path in ("/mainlogtail", "/logtail/x"):
        assert status(d, "GET", path) == 404


def test_what_was_printed_before_the_call_is_in_the_answer(daemon):
    """Who sees that a program has exited sees all it said, though another process writes it."""
    d = daemon("""
        [program:x]
        command=/bin/sh -c 'seq 9000; echo last'
        startsecs=0
        autorestart=false
        autostart=false
        stdout_logfile={box}/x
        """).start()
    logd = d.sibling("svd-logd")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        for _ in range(10):
            os.kill(logd, signal.SIGSTOP)
            assert d.rpc.startProcess("x", False) is True
            d.wait_state("x", "EXITED")
            reading = pool.submit(lambda: d.rpc.readProcessLog("x", -5, 0))
            time.sleep(0.02)    # long enough for a call that does not wait
            os.kill(logd, signal.SIGCONT)
            assert reading.result() == "last\n"
            assert d.rpc.clearProcessLogs("x") is True
            assert "exited: x (exit status 0; expected)" in d.rpc.readLog(-200, 0)


def test_a_hanging_logger_holds_up_no_answer_for_long(daemon):
    d = daemon(IDLE.replace("autostart=false", "startsecs=0")).start()
    d.rpc.sendProcessStdin("x", "one\n")
    wait_for(lambda: d.read("x") == "one\n", "x echoes")
    os.kill(d.sibling("svd-logd"), signal.SIGSTOP)
    d.rpc.sendProcessStdin("x", "two\n")
    assert d.rpc.readProcessLog("x", 0, 0) == "one\n"
    os.kill(d.sibling("svd-logd"), signal.SIGCONT)
    wait_for(lambda: d.rpc.readProcessLog("x", 0, 0) == "one\ntwo\n", "it goes on")


# --- streams ---

def test_a_truncated_file_is_said_to_be(daemon):
    d = daemon(IDLE).start()
    write(d, b"long enough\n")
    stream = Stream(d, "/logtail/x")
    stream.wait(b"enough\n")
    os.truncate(d.path("x"), 0)
    assert stream.wait(b"<==\n") == b"==> File truncated <==\n"
    add(d, "x", "new\n")
    assert stream.wait(b"\n") == b"new\n"
    stream.close()


def test_a_log_that_is_not_made_yet_can_be_followed(daemon):
    """svd-logd makes it when it comes to that, which is after the program's start."""
    d = daemon(IDLE).start()
    assert status(d, "GET", "/logtail/x") == 404
    logd = d.sibling("svd-logd")
    os.kill(logd, signal.SIGSTOP)
    assert d.rpc.startProcess("x", False) is True
    d.wait_state("x", "RUNNING")
    stream = Stream(d, "/logtail/x")
    assert stream.response.status == 200
    os.kill(logd, signal.SIGCONT)
    d.rpc.sendProcessStdin("x", "hello\n")
    assert stream.wait(b"\n") == b"hello\n"
    stream.close()


def test_characters_are_not_torn(daemon):
    """supervisorctl decodes each chunk by itself."""
    d = daemon(IDLE).start()
    euro = "\u20ac".encode()
    write(d, euro * 1000)       # 1024 bytes from its end there is none that begins
    stream = Stream(d, "/logtail/x")
    assert stream.wait(euro) == euro * 341
    for part, wait in ((b"a" + euro[:1], b"a"), (euro[1:2], None), (euro[2:], euro),
                       (b"b\xf0", b"b"), (b"c", b"\xf0c")):
        with open(d.path("x"), "ab") as f:
            f.write(part)
        if wait:
            assert stream.wait(wait) == wait
    stream.close()


def test_http_1_0_gets_it_at_once_and_without_chunks(daemon):
    d = daemon(IDLE).start()
    write(d, b"one\n")
    stream = Stream(d, "/logtail/x", 10)
    assert stream.response.getheader("Transfer-Encoding") is None
    assert stream.wait(b"\n") == b"one\n"
    add(d, "x", "two\n")
    assert stream.wait(b"\n") == b"two\n"
    stream.close()


def descriptors(pid):
    return len(os.listdir("/proc/%d/fd" % pid))


def test_many_at_a_time_and_nothing_is_left_of_them(daemon):
    d = daemon(IDLE).start()
    write(d, b"begin\n")
    httpd = d.sibling("svd-httpd")
    before = descriptors(httpd)
    streams = [Stream(d, "/logtail/x") for _ in range(100)]
    add(d, "x", "all of you\n")
    for stream in streams:
        assert stream.wait(b"you\n") == b"begin\nall of you\n"
    assert descriptors(httpd) >= before + 199
    for stream in streams:
        stream.close()
    wait_for(lambda: descriptors(httpd) <= before, "all connections and files are closed")
    assert d.sibling("svd-httpd") == httpd


def test_a_slow_reader_misses_nothing_and_costs_nothing(daemon):
    d = daemon(IDLE).start()
    write(d, b"begin\n")
    stream = Stream(d, "/logtail/x", 10)
    stream.wait(b"begin\n")
    httpd = d.sibling("svd-httpd")
    size = 16 << 20
    with open(d.path("x"), "ab") as f:
        for _ in range(16):
            f.write(b"y" * ((1 << 20) - 1) + b"\n")
    os.rename(d.path("x"), d.path("x.1"))
    add(d, "x", "the end\n")
    assert d.rpc.getState()["statename"] == "RUNNING"   # others are not held up
    with open("/proc/%d/statm" % httpd) as f:
        assert int(f.read().split()[1]) * 4096 < size or "libasan" in open(
            "/proc/%d/maps" % d.pid).read()
    assert len(stream.wait(b"the end\n")) == size + len("the end\n")
    stream.close()


def test_a_stream_goes_through_all_files_of_a_program(daemon):
    """Rotated by svd-logd at its pace: nothing is lost, nothing comes twice."""
    d = daemon("""
        [program:x]
        command=/bin/cat
        startsecs=0
        stdout_logfile={box}/x
        stdout_logfile_maxbytes=10KB
        stdout_logfile_backups=1
        """).start()
    d.wait_state("x", "RUNNING")
    wait_for(lambda: os.path.exists(d.path("x")), "the file is there")
    stream = Stream(d, "/logtail/x")
    for batch in range(12):
        lines = "".join("batch %d, line %d\n" % (batch, i) for i in range(200))
        d.rpc.sendProcessStdin("x", lines)
        assert stream.wait(lines[-20:].encode()).decode() == lines
    assert os.path.exists(d.path("x.1"))
    stream.close()


def pipes(pid, mode):
    """Those of which a process holds the end to read from (0o400) or to write into (0o200)."""
    found = set()
    for fd in os.scandir("/proc/%d/fd" % pid):
        try:
            if fd.stat(follow_symlinks=False).st_mode & mode:
                found.add(os.readlink(fd.path))
        except FileNotFoundError:
            pass                # closed meanwhile
    return {name for name in found if name.startswith("pipe:")}


def test_a_stream_does_not_hold_up_the_end(daemon):
    """It ends well, with all that was said, as soon as svd does, however slow the disk is."""
    d = daemon(IDLE).start()
    d.wait_log("started")
    stream = Stream(d, "/mainlogtail")
    logd = d.sibling("svd-logd")
    log = pipes(d.pid, 0o200) & pipes(logd, 0o400)
    assert log
    os.kill(logd, signal.SIGSTOP)
    try:
        began = time.monotonic()
        os.kill(d.pid, signal.SIGTERM)
        wait_for(lambda: log - pipes(d.pid, 0o200), "it has said its last word")
    finally:
        os.kill(logd, signal.SIGCONT)
    assert b"SIGTERM" in stream.response.read()
    assert d.process.wait(60) == 0
    assert time.monotonic() - began < 20
    stream.close()


# --- the real supervisorctl ---

def ctl(d, *args):
    return subprocess.Popen([REFERENCE_CTL, "-c", d.conf] + list(args), env=clean_env(d.box),
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, bufsize=0)


def read_until(process, text):
    data = b""
    while text not in data:
        assert select.select([process.stdout], [], [], 30)[0], "nothing comes after %r" % data
        more = os.read(process.stdout.fileno(), 65536)
        assert more, "it ended with %r" % data
        data += more


@pytest.mark.reference
def test_supervisorctl_follows_and_talks(daemon):
    d = daemon("""
        [program:cat]
        command=/bin/sh -c 'echo ready; exec cat'
        startsecs=0
        stdout_logfile={box}/cat.log
        """).start()
    wait_for(lambda: d.read("cat.log") == "ready\n", "cat runs")
    tail, fg = ctl(d, "tail", "-f", "cat"), ctl(d, "fg", "cat")
    read_until(tail, b"ready\n")
    read_until(fg, b"==> Press Ctrl-C to exit <==\n")
    fg.stdin.write("Gr\xfc\xdfe\n".encode())
    read_until(tail, "Gr\xfc\xdfe\n".encode())
    read_until(fg, "Gr\xfc\xdfe\n".encode())
    for process in (tail, fg):
        process.kill()          # Ctrl-C takes the real one half a minute
        process.wait()
        process.stdin.close()
        process.stdout.close()
    assert "Gr\xfc\xdfe" in d.ctl("tail", "cat", program=REFERENCE_CTL).stdout
    assert "started with pid" in d.ctl("maintail", program=REFERENCE_CTL).stdout
    assert d.ctl("clear", "cat", program=REFERENCE_CTL).stdout == "cat: cleared\n"
    assert d.ctl("signal", "HUP", "cat", program=REFERENCE_CTL).stdout == "cat: signalled\n"
