"""The daemon as a process: pid file, second instances, daemonizing, signals."""
import os
import re
import signal
import socket
import subprocess
import xmlrpc.client

import pytest

from lib_daemon import IS_SVD, REPO, SVD, clean_env, is_running, wait_for, wait_idle

CAT = """
    [program:cat]
    command=/bin/cat
    startsecs=0
    """


def test_the_pid_file_lives_as_long_as_the_daemon(daemon):
    d = daemon(CAT).start()
    assert int(d.read("supervisord.pid")) == d.pid == d.rpc.getPID()
    d.stop()
    assert not os.path.exists(d.path("supervisord.pid"))
    assert not os.path.exists(d.socket)


def test_a_second_daemon_is_refused_and_the_first_is_not_disturbed(daemon):
    d = daemon(CAT).start()
    d.wait_log("entered RUNNING state")
    pid, log = d.info("cat")["pid"], d.log()
    second = d.run("-n", "-c", d.conf)
    assert second.returncode == 2, second.stdout
    assert second.stdout.strip()
    assert int(d.read("supervisord.pid")) == d.pid
    assert d.info("cat")["pid"] == pid
    if IS_SVD:
        assert d.log() == log


@pytest.mark.svd_only
def test_a_second_daemon_with_another_socket_is_refused_by_the_pid_file(daemon):
    d = daemon(CAT).start()
    d.configure(CAT + "\n[unix_http_server]\nfile={box}/other.sock\n")
    second = d.run("-n", "-c", d.conf)
    assert second.returncode != 0
    assert d.path("supervisord.pid") in second.stdout
    assert not os.path.exists(d.path("other.sock"))
    assert d.state("cat") == "RUNNING"


def test_what_a_killed_daemon_left_does_not_hinder_the_next(daemon):
    d = daemon(CAT).start()
    orphan = d.info("cat")["pid"]
    d.process.kill()
    d.process.wait()
    assert os.path.exists(d.socket)
    wait_for(lambda: not is_running(orphan), "cat has read the end of its input")
    d.start()
    assert int(d.read("supervisord.pid")) == d.pid
    d.wait_state("cat", "RUNNING")


def test_a_stale_pid_file_does_not_hinder(daemon):
    d = daemon(CAT)
    d.write("supervisord.pid", "1\n")
    d.start()
    assert int(d.read("supervisord.pid")) == d.pid


def test_it_daemonizes_and_is_ready_when_the_command_returns(daemon):
    d = daemon(CAT, supervisord="directory={box}/sub\numask=027")
    os.mkdir(d.path("sub"))
    started = d.run("-c", d.conf)
    assert started.returncode == 0, started.stdout
    pid = int(wait_for(lambda: d.read("supervisord.pid").strip(), "the pid file"))
    try:
        wait_for(d.answers, "the daemon answers")
        assert d.rpc.getPID() == pid
        assert os.getsid(pid) == pid != os.getsid(0)
        assert os.readlink("/proc/%d/cwd" % pid) == d.path("sub")
        assert {os.readlink("/proc/%d/fd/%d" % (pid, fd)) for fd in range(3)} == {"/dev/null"}
        assert "Umask:\t0027" in open("/proc/%d/status" % pid).read()
        d.wait_log("daemonizing the supervisord process")
        if IS_SVD:      # the caller has it in its hand at once
            assert started.stdout == ""
    finally:
        os.kill(pid, signal.SIGTERM)
        wait_for(lambda: not is_running(pid), "the daemon is gone")


def test_hangup_reloads_the_configuration_and_starts_anew(daemon):
    d = daemon(CAT).start()
    old = d.info("cat")["pid"]
    d.configure("[program:other]\ncommand=/bin/cat\nstartsecs=0\n")
    os.kill(d.pid, signal.SIGHUP)

    def only_the_other():
        try:
            return d.states() == {"other:other": "RUNNING"}
        except (OSError, xmlrpc.client.Fault):
            return False
    wait_for(only_the_other, "the other program runs alone")
    assert not is_running(old)
    assert d.rpc.getPID() == d.pid
    d.wait_log("received SIGHUP indicating restart request")


def test_usr2_reopens_the_logs(daemon):
    d = daemon("""
        [program:talker]
        command=/bin/sh -c 'while read line; do echo "$line"; done <>{box}/fifo'
        startsecs=0
        stdout_logfile={box}/talker.out
        """)
    os.mkfifo(d.path("fifo"))
    d.start()
    d.write("fifo", "one\n")
    wait_for(lambda: d.read("talker.out") == "one\n", "the first line")
    os.rename(d.path("talker.out"), d.path("talker.old"))
    os.rename(d.path("supervisord.log"), d.path("old.log"))
    os.kill(d.pid, signal.SIGUSR2)
    for name in "talker.out", "supervisord.log":
        wait_for(lambda name=name: os.path.exists(d.path(name)), "a new " + name)
    d.write("fifo", "two\n")
    wait_for(lambda: d.read("talker.out") == "two\n", "the second line")
    assert d.read("talker.old") == "one\n"
    wait_for(lambda: "received SIGUSR2 indicating log reopen request" in
             d.read("old.log") + d.log(), "the daemon's word about it")
    d.rpc.stopProcess("talker")
    wait_for(lambda: "stopped: talker" in d.log(), "the next line is in the new log")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def test_version(daemon):
    shown = daemon().run("--version")
    assert shown.returncode == 0
    assert shown.stdout.strip()[0].isdigit()


@pytest.mark.parametrize("flags, complaint", [
    (["--no-such-option"], "no-such-option"),
    (["-c"], "-c"),
    (["-c", "{box}/nowhere.conf"], "nowhere.conf"),
    (["left", "over"], "positional arguments"),
])
def test_a_wrong_command_line_is_refused_with_status_2(daemon, flags, complaint):
    d = daemon()
    shown = d.run(*[flag.replace("{box}", d.box) for flag in flags])
    assert shown.returncode == 2, shown.stdout
    assert complaint in shown.stdout


def test_flags_outrank_the_file(daemon):
    d = daemon(CAT).start("-l", "other.log", "-e", "debug", "-i", "me", "-j", "other.pid")
    assert d.rpc.getIdentification() == "me"
    wait_for(lambda: "supervisord started with pid" in d.read("other.log"), "the other log")
    assert int(d.read("other.pid")) == d.pid
    assert d.log() == ""


@pytest.mark.root_only
def test_the_sample_configuration_is_accepted_with_all_its_comments_taken_away(daemon):
    with open(REPO + "/etc/supervisord.conf") as f:
        text = re.sub(r"(?m)^;(?=[a-z_\[])", "", f.read().partition("\n\n")[2])
    text = re.sub("command=.*", "command=/bin/sleep 1000", text)
    text = re.sub("/(run|var/log|srv/web|tmp)", "{box}", text).replace("9001", str(free_port()))
    d = daemon(config=re.sub("(?m)^user=nobody .*", "", text))
    d.socket = d.path("svd.sock")
    d.spawn()
    wait_for(lambda: "RUNNING" in d.read("svd.log") or not d.is_running(), "web runs")
    assert d.is_running() and not re.search("WARN (?!No file matches)", d.read("svd.log"))


@pytest.mark.root_only
def test_a_working_directory_that_it_may_not_write_does_not_matter(daemon):
    """The defaults would be there, but everything has a place of its own."""
    d = daemon(CAT)
    os.chmod(d.box, 0o777)
    os.mkdir(d.path("locked"), 0o755)
    d.start(user="nobody", group="nogroup", extra_groups=[],
            preexec_fn=lambda: os.chdir(d.path("locked")))
    d.wait_state("cat", "RUNNING")


@pytest.mark.svd_only
def test_an_idle_daemon_is_not_woken(daemon):
    """Nothing to do, nothing done: neither by svd nor by its svd-logd."""
    d = daemon(CAT)
    d.spawn()
    wait_for(lambda: "entered RUNNING state" in d.log(), "cat is RUNNING")
    wait_idle(d.pid, wait_for(lambda: d.sibling("svd-logd"), "svd-logd runs"))


@pytest.mark.svd_only
def test_without_a_terminal_the_log_comes_to_the_console_too(daemon):
    d = daemon(CAT).start()
    wait_for(lambda: "spawned: 'cat'" in d.console(), "the console shows the log")


@pytest.mark.svd_only
@pytest.mark.skipif(os.getuid() != 0, reason="root is warned")
def test_root_is_warned_of_a_configuration_that_is_searched_for(tmp_path):
    """The name it was called by is one of a directory of our own: ../etc beside it comes first."""
    (tmp_path / "supervisord.conf").write_text("[supervisord]\nnodaemon=perhaps\n")
    name = str(tmp_path / "bin" / "svd")
    for flags, warned in ([], True), (["-c", "supervisord.conf"], False):
        run = subprocess.run([name] + flags, executable=SVD, env=clean_env(tmp_path),
                             cwd=str(tmp_path), timeout=60, stderr=subprocess.PIPE,
                             universal_newlines=True)
        assert run.returncode == 2 and "'perhaps'" in run.stderr
        assert ("you probably want to specify a \"-c\" argument" in run.stderr) == warned


@pytest.mark.svd_only
def test_closed_standard_descriptors_are_no_trouble(daemon):
    """What opens first must not land on 0, 1 or 2."""
    d = daemon(CAT)
    shell = subprocess.Popen(["/bin/sh", "-c", 'exec "$0" -n -c "$1" <&- >&- 2>&-', d.program,
                              d.conf], env=clean_env(d.box), cwd=d.box)
    d.process, d.pid = shell, shell.pid
    wait_for(d.answers, "the daemon answers")
    d.wait_state("cat", "RUNNING")
    d.wait_log("spawned: 'cat'")
