"""What is known to hurt those who have their programs' output caught, proved not to happen here.

Each test names what others report: a daemon at 100 % CPU, a program that hangs in write(2), a
daemon that ends with a directory, an illegal seek, torn files, lost last words, disks filled by
files that nobody sees.
"""
import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess

import pytest

from lib_daemon import SVD, clean_env, wait_for, wait_idle

pytestmark = pytest.mark.svd_only


def deleted_files(pid):
    """Names of files that are gone and still held open by a process."""
    found = []
    for fd in os.listdir("/proc/%d/fd" % pid):
        with contextlib.suppress(FileNotFoundError):
            name = os.readlink("/proc/%d/fd/%s" % (pid, fd))
            if name.endswith(" (deleted)") and not name.startswith(("/memfd:", "/dev/shm")):
                found.append(name)
    return found


def siblings(d):
    return [wait_for(lambda name=name: d.sibling(name), name + " runs")
            for name in ("svd-logd", "svd-httpd")]


# --- a daemon at 100 % CPU ---

def test_whoever_closes_or_floods_its_output_nobody_is_busy_afterwards(daemon):
    d = daemon("""
        [program:out]
        command=/bin/sh -c 'echo 1; exec >&-; touch {box}/out.ready; exec sleep 1000'
        startsecs=0
        stdout_logfile={box}/out.log
        [program:err]
        command=/bin/sh -c 'echo 1 >&2; exec 2>&-; touch {box}/err.ready; exec sleep 1000'
        startsecs=0
        stdout_logfile={box}/err.log
        [program:one]
        command=/bin/sh -c 'exec >&- 2>&-; touch {box}/one.ready; exec sleep 1000'
        startsecs=0
        redirect_stderr=true
        stdout_logfile={box}/one.log
        [program:half]
        command=/bin/sh -c 'printf half; exec >&- 2>&-; touch {box}/half.ready; exec sleep 1000'
        startsecs=0
        stdout_logfile={box}/half.log
        [program:nowhere]
        command=/bin/sh -c 'echo 1; exec >&- 2>&-; touch {box}/nowhere.ready; exec sleep 1000'
        startsecs=0
        stdout_logfile=NONE
        stderr_logfile=/dev/null
        [program:left]
        command=/bin/sh -c 'sleep 1000 & echo $! >{box}/left.pid; touch {box}/left.ready'
        startsecs=0
        autorestart=false
        stdout_logfile={box}/left.log
        [eventlistener:loud]
        command=/bin/sh {box}/loud
        events=PROCESS_STATE
        startsecs=0
        stderr_logfile={box}/loud.log
        stderr_logfile_maxbytes=10KB
        stderr_logfile_backups=3
        """)
    d.write("loud", """\
        seq 20000 >&2
        while echo READY; read -r head; do
            length=${head##*len:}
            head -c "${length%% *}" >/dev/null
            seq 100 >&2
            printf 'RESULT 2\\nOK'
        done
        """)
    d.start()
    wait_for(lambda: all(os.path.exists(d.path(name + ".ready")) for name in
                         ("out", "err", "one", "half", "nowhere", "left")), "all have closed")
    wait_for(lambda: d.read("out.log") == "1\n" and d.read("half.log") == "half" and
             os.path.exists(d.path("loud.log.3")), "all is written")
    wait_idle(d.pid, d.sibling("svd-logd"))
    os.kill(int(d.read("left.pid")), signal.SIGKILL)
    assert {name: state for name, state in d.states().items() if state != "RUNNING"} == {
        "left:left": "EXITED"}


# --- a program that hangs in write(2), a daemon that ends with a directory ---

BROKEN = ("missing", "replaced", "directory", "loop", "full", "fifo", "dangling")


def test_whatever_becomes_of_its_log_a_program_is_never_held_up(daemon):
    """More than any pipe takes, into what is no place for it; its neighbour notices nothing."""
    d = daemon("".join("""
        [program:%s]
        command=/usr/bin/python3 -S -E -c "print(('x' * 99 + '\\n') * 40000, end='')"
        startsecs=0
        autostart=false
        autorestart=false
        redirect_stderr=true
        stdout_logfile={box}/%s/log
        stdout_logfile_maxbytes=100KB
        """ % (name, name) for name in BROKEN) + """
        [program:neighbour]
        command=/bin/cat
        startsecs=0
        stdout_logfile={box}/neighbour.log
        """)
    for name in BROKEN:
        os.mkdir(d.path(name))
    d.start()
    logd, _ = siblings(d)
    shutil.rmtree(d.path("missing"))
    os.rmdir(d.path("replaced"))
    d.write("replaced", "a file in the place of the directory")
    os.mkdir(d.path("directory/log"))
    os.symlink("log", d.path("loop/log"))
    os.symlink("/dev/full", d.path("full/log"))
    os.mkfifo(d.path("fifo/log"))
    os.symlink(d.path("nowhere/at/all"), d.path("dangling/log"))
    for name in BROKEN:
        d.rpc.startProcess(name, False)
    for name in BROKEN:
        assert d.wait_state(name, "EXITED")["exitstatus"] == 0
        d.wait_log("cannot write to log file %s/%s/log" % (d.box, name))
    d.rpc.sendProcessStdin("neighbour", "still here\n")
    wait_for(lambda: d.read("neighbour.log") == "still here\n", "the neighbour's line")
    assert d.sibling("svd-logd") == logd
    wait_idle(d.pid)


def test_a_log_that_can_be_written_again_is_written_again(daemon):
    d = daemon("""
        [program:cat]
        command=/bin/cat
        startsecs=0
        stdout_logfile={box}/logs/cat.log
        """)
    os.mkdir(d.path("logs"))
    d.start()
    d.rpc.sendProcessStdin("cat", "one\n")
    wait_for(lambda: d.read("logs/cat.log") == "one\n", "the first line")
    shutil.rmtree(d.path("logs"))
    d.rpc.sendProcessStdin("cat", "two\n")
    d.wait_log("cannot write to log file")
    os.mkdir(d.path("logs"))

    def arrives():
        d.rpc.sendProcessStdin("cat", "three\n")
        return d.read("logs/cat.log").endswith("three\n")
    wait_for(arrives, "lines are written again")
    d.wait_log("can be written to again")
    assert d.state("cat") == "RUNNING"


# --- an illegal seek ---

@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_standard_output_is_a_log_like_others_though_it_cannot_rotate(daemon, kind):
    d = daemon("""
        [program:a]
        command=/bin/sh -c 'seq -f "a %%g" 3000'
        startsecs=0
        autorestart=false
        redirect_stderr=true
        stdout_logfile=/dev/stdout
        stdout_logfile_maxbytes=1KB
        stdout_logfile_backups=3
        [program:b]
        command=/bin/sh -c 'seq -f "b %%g" 3000 >&2'
        startsecs=0
        autorestart=false
        stderr_logfile=/dev/fd/1
        stderr_logfile_maxbytes=1KB
        """, supervisord="nodaemon=true\nsilent=true")
    ours, theirs = (os.pipe() if kind == "pipe" else
                    [sock.detach() for sock in socket.socketpair()])
    process = subprocess.Popen([SVD, "-c", d.conf], stdin=subprocess.DEVNULL, stdout=theirs,
                               stderr=subprocess.STDOUT, env={"PATH": os.environ["PATH"]})
    os.close(theirs)
    data = b""
    while data.count(b"\n") < 6000 and select.select([ours], [], [], 30)[0]:
        data += os.read(ours, 65536)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    os.close(ours)
    lines = data.decode().splitlines()
    assert [line for line in lines if line[0] == "a"] == ["a %d" % n for n in range(1, 3001)]
    assert [line for line in lines if line[0] == "b"] == ["b %d" % n for n in range(1, 3001)]
    assert "cannot" not in d.log()


# --- lost last words ---

def test_what_is_said_at_the_very_end_of_everything_is_in_the_files(daemon):
    """On stop, on the daemon's own end, by one that is killed, and by those that share a file."""
    d = daemon("""
        [program:last]
        command=/usr/bin/python3 -S -E {box}/last.py %(process_num)d
        process_name=last%(process_num)d
        numprocs=3
        startsecs=0
        stdout_logfile={box}/last.log
        stdout_logfile_maxbytes=100KB
        stdout_logfile_backups=50
        [program:alone]
        command=/usr/bin/python3 -S -E {box}/last.py alone
        startsecs=0
        stdout_logfile={box}/alone.log
        stdout_logfile_maxbytes=0
        [program:shot]
        command=/usr/bin/python3 -S -E {box}/last.py shot
        startsecs=0
        stopsignal=KILL
        stdout_logfile={box}/shot.log
        stdout_logfile_maxbytes=0
        """)
    d.write("last.py", """\
        import os, signal, sys
        def out(data):
            while data:
                data = data[os.write(1, data):]
        def bye(*_):
            out(b"y" * 150000 + b"\\n" + b"bye " + sys.argv[1].encode())
            os._exit(0)
        signal.signal(signal.SIGTERM, bye)
        out(b"x" * 50000 + b"\\nhello " + sys.argv[1].encode())
        open("%s/ready." % os.path.dirname(__file__) + sys.argv[1], "w").close()
        while True:
            signal.pause()
        """)
    d.start()
    wait_for(lambda: all(os.path.exists(d.path("ready." + name)) for name in
                         ("0", "1", "2", "alone", "shot")), "all have said hello")
    wait_for(lambda: d.read("shot.log").endswith("\nhello shot"), "a line without an end")
    d.rpc.stopProcess("shot")
    d.rpc.stopProcess("last:last0")
    d.stop()
    assert d.read("shot.log") == "x" * 50000 + "\nhello shot"
    assert d.read("alone.log") == ("x" * 50000 + "\nhello alone" + "y" * 150000 + "\nbye alone")
    shared = "".join(d.read("last.log.%d" % n) for n in range(50, 0, -1)) + d.read("last.log")
    for n in range(3):
        assert shared.count("bye %d" % n) == 1 and shared.count("hello %d" % n) == 1
    assert shared.count("y") == 3 * (150000 + 1) and shared.count("x") == 3 * 50000


def test_who_ends_without_a_newline_does_not_spoil_the_line_of_the_next(daemon):
    d = daemon("""
        [program:half]
        command=/bin/sh -c 'printf "half a line"'
        startsecs=0
        autorestart=false
        autostart=false
        redirect_stderr=true
        stdout_logfile={box}/both.log
        [program:cat]
        command=/bin/cat
        startsecs=0
        redirect_stderr=true
        stdout_logfile={box}/both.log
        """).start()
    d.rpc.startProcess("half", False)
    d.wait_state("half", "EXITED")
    wait_for(lambda: d.read("both.log") == "half a line", "what it said")
    d.rpc.sendProcessStdin("cat", "a line\n")
    wait_for(lambda: d.read("both.log") == "half a line\na line\n", "a line of its own")


# --- disks filled by files that nobody sees ---

ROTATING = """
    [program:cat]
    command=/bin/cat
    startsecs=0
    stdout_logfile={box}/cat.log
    stdout_logfile_maxbytes=10KB
    stdout_logfile_backups=1
    """


def say(d, text, name="cat"):
    d.rpc.sendProcessStdin(name, text)
    wait_for(lambda: d.read(name + ".log").endswith(text[-20:]), "what it said is in the file")


def test_files_that_were_removed_or_rotated_away_are_not_held_open(daemon):
    d = daemon(ROTATING).start()
    logd, httpd = siblings(d)
    say(d, "one\n")
    os.unlink(d.path("cat.log"))
    say(d, "two\n")
    assert d.read("cat.log") == "two\n"
    wait_for(lambda: not deleted_files(logd), "svd-logd holds no removed file")
    for batch in range(5):
        say(d, "".join("batch %d, line %04d\n" % (batch, n) for n in range(500)))
    os.unlink(d.path("cat.log.1"))
    d.rpc.clearProcessLogs("cat")
    say(d, "three\n")
    os.kill(d.pid, signal.SIGUSR2)
    say(d, "four\n")
    for pid in logd, httpd, d.pid:
        wait_for(lambda pid=pid: not deleted_files(pid), "nobody holds a removed file")
    assert (d.sibling("svd-logd"), d.sibling("svd-httpd")) == (logd, httpd)


def test_who_follows_a_log_holds_no_file_that_was_rotated_away(daemon):
    d = daemon(ROTATING).start()
    say(d, "one\n")
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(30)
    sock.connect(d.socket)
    sock.sendall(b"GET /logtail/cat HTTP/1.1\r\nHost: x\r\n\r\n")
    data = b""
    for batch in range(5):
        say(d, "".join("batch %d, line %04d\n" % (batch, n) for n in range(500)))
        while b"batch %d, line 0499" % batch not in data:
            data += sock.recv(65536)
    for pid in siblings(d) + [d.pid]:
        wait_for(lambda pid=pid: not deleted_files(pid), "nobody holds a removed file")
    sock.close()


# --- a clock that jumps ---

def test_a_clock_that_jumps_costs_no_line_and_no_more_than_a_rotation_each(daemon, fake_time):
    d = daemon("""
        [program:cat]
        command=/bin/cat
        startsecs=0
        stdout_logfile={box}/cat.log
        [program:hourly]
        command=/bin/cat
        startsecs=0
        stdout_logfile={box}/hourly.log
        stdout_logfile_rotate=hourly
        stdout_logfile_backups=50
        """)
    d.write("offset", "0")
    sanitizer = clean_env(d.box)["ASAN_OPTIONS"] + ":verify_asan_link_order=0"
    d.start(env={"LD_PRELOAD": fake_time, "FAKE_TIME": d.path("offset"),
                 "ASAN_OPTIONS": sanitizer})
    jumps = (0, 86400 * 400, 3, -86400 * 400, 0, 86400 * 20000, 0)
    for turn, jump in enumerate(jumps):
        d.write("offset.new", str(jump))
        os.rename(d.path("offset.new"), d.path("offset"))
        for n in range(10):
            say(d, "turn %d, line %d\n" % (turn, n))
            say(d, "turn %d, line %d\n" % (turn, n), "hourly")
    wanted = ["turn %d, line %d" % (turn, n) for turn in range(len(jumps)) for n in range(10)]
    assert d.read("cat.log").splitlines() == wanted
    rotated = sorted(name for name in os.listdir(d.box) if name.startswith("hourly.log."))
    # One for each jump ahead, and perhaps one for an hour that has just ended.
    ahead = sum(now > before for before, now in zip(jumps, jumps[1:]))
    assert ahead <= len(rotated) <= ahead + 1
    lines = "".join(d.read("hourly.log.%d" % n) for n in range(len(rotated), 0, -1))
    assert (lines + d.read("hourly.log")).splitlines() == wanted
    wait_idle(d.pid, d.sibling("svd-logd"))
