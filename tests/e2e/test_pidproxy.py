"""svd-pidproxy beside Debian's pidproxy: signals go to whoever is named in the file."""
import os
import signal
import subprocess

import pytest

from lib_daemon import BUILD, wait_for

OURS = os.path.join(BUILD, "svd-pidproxy")
REFERENCE = "/usr/bin/pidproxy"
BOTH = [pytest.param(OURS, id="svd"),
        pytest.param(REFERENCE, id="supervisor", marks=[
            pytest.mark.reference,
            pytest.mark.skipif(not os.path.exists(REFERENCE), reason="no pidproxy is installed")])]
FORWARDED = ["HUP", "USR1", "USR2", "TERM", "INT", "QUIT"]

# Writes each signal's number to a file, and its own pid when it is ready for them.
LISTENER = """
for s in 1 2 3 10 12 15; do trap "echo $s >>got" $s; done
echo $$ >pid.new; mv pid.new pid
while :; do sleep 0.05; done
"""


def read_numbers(path):
    return [int(n) for n in path.read_text().split()] if path.exists() else []


@pytest.fixture
def listener(tmp_path):
    """A daemon that is nobody's child, as seen from the proxy."""
    process = subprocess.Popen(["/bin/sh", "-c", LISTENER], cwd=str(tmp_path))
    wait_for((tmp_path / "pid").exists, "the listener to be ready")
    process.got = lambda: read_numbers(tmp_path / "got")
    yield process
    process.kill()
    process.wait()


class Proxy:
    """A proxy in a group of its own: some end before their command does."""

    def __init__(self, program, box, script):
        self.process = subprocess.Popen(
            [program, "pid", "/bin/sh", "-c", script], cwd=str(box), start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)

    def send(self, name):
        self.process.send_signal(getattr(signal, "SIG" + name))

    def kill(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def end(self):
        """Its status, when it has ended by itself, and the rest of what it said."""
        status = self.process.wait(30)
        self.kill()
        return status, self.process.communicate(timeout=30)[0]


@pytest.fixture
def start(tmp_path):
    proxies = []

    def start_one(program, script=None):
        """Without a script one that lasts, and is running: the signals have their handlers."""
        up = tmp_path / "up"
        proxies.append(Proxy(program, tmp_path, script or ">up; exec sleep 60"))
        if not script:
            wait_for(up.exists, "the command to run")
            up.unlink()
        return proxies[-1]

    yield start_one
    for proxy in proxies:
        proxy.kill()
        proxy.process.communicate()


@pytest.mark.parametrize("program", BOTH)
def test_signals_go_to_the_process_in_the_file_and_some_end_the_proxy(program, tmp_path, listener,
                                                                      start):
    for i, name in enumerate(FORWARDED):
        proxy = start(program)
        proxy.send(name)
        number = int(getattr(signal, "SIG" + name))
        wait_for(lambda: listener.got()[i:] == [number], "%s at the listener" % name)
        if name in ("TERM", "INT", "QUIT"):
            assert proxy.end() == (0, "")
        else:
            assert proxy.process.poll() is None


@pytest.mark.parametrize("program", BOTH)
@pytest.mark.parametrize("content", [None, "", "x\n", "12x"])
def test_an_unreadable_file_is_said_and_the_proxy_stays(program, content, tmp_path, start):
    if content is not None:
        (tmp_path / "pid").write_text(content)
    proxy = start(program)
    proxy.send("TERM")
    assert proxy.process.stdout.readline() == "Can't read child pidfile pid!\n"
    assert proxy.process.poll() is None


@pytest.mark.parametrize("program", BOTH)
@pytest.mark.parametrize("arguments", [[], ["pid"]])
def test_without_a_command_there_is_a_usage_and_status_1(program, arguments):
    run = subprocess.run([program] + arguments, stdout=subprocess.PIPE, universal_newlines=True)
    assert run.returncode == 1
    assert "pidproxy -- run " in run.stdout and "Usage: %s " % program in run.stdout


def test_the_file_is_read_anew_for_each_signal(tmp_path, listener, start):
    proxy = start(OURS)
    (tmp_path / "pid").rename(tmp_path / "kept")
    proxy.send("HUP")
    assert "pid!" in proxy.process.stdout.readline()
    (tmp_path / "pid").write_text(" %d \nand more, as PostgreSQL writes it\n" % listener.pid)
    proxy.send("HUP")
    wait_for(lambda: listener.got() == [1], "the signal")


@pytest.mark.parametrize("number", ["0", "-1"])
def test_no_group_of_processes_is_ever_signalled(number, tmp_path, start):
    (tmp_path / "pid").write_text(number)
    proxy = start(OURS)
    proxy.send("HUP")
    assert proxy.process.stdout.readline() == "Can't read child pidfile pid!\n"


def test_it_ends_when_nobody_is_left_to_signal(tmp_path, start):
    gone = subprocess.Popen(["true"])
    gone.wait()
    (tmp_path / "pid").write_text(str(gone.pid))
    proxy = start(OURS)
    proxy.send("USR1")
    said = "Can't signal process %d of pid: No such process\n" % gone.pid
    assert proxy.process.stdout.readline() == said
    proxy.send("TERM")
    assert proxy.end() == (0, said)


@pytest.mark.parametrize("command, status", [
    ("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137), ("sleep 60 & exit 3", 3)])
def test_it_ends_with_its_command_at_once_and_as_it_did(command, status, start):
    proxy = start(OURS, command)
    assert proxy.process.wait(4) == status      # Supervisor's looks every five seconds


def test_a_command_is_found_along_the_path_and_missing_ones_are_named(tmp_path):
    run = subprocess.run([OURS, "pid", "echo", "1", "2"], stdout=subprocess.PIPE, cwd=str(tmp_path))
    assert (run.returncode, run.stdout) == (0, b"1 2\n")
    run = subprocess.run([OURS, "pid", "./not there"], stderr=subprocess.PIPE, cwd=str(tmp_path))
    assert (run.returncode, run.stderr) == (127, b"Can't run ./not there: No such file or "
                                                 b"directory\n")


def test_a_signal_of_the_commands_first_moment_is_not_lost(listener, start):
    for i in range(20):
        assert start(OURS, "kill $PPID; exec sleep 60").end() == (0, "")
        wait_for(lambda: listener.got() == [15] * (i + 1), "the signal")
