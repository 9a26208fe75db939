"""The daemon begins anew, with SIGHUP or restart: what counts is the file as it is by then."""
import http.client
import os
import signal
import xmlrpc.client

import pytest

from lib_daemon import CONFIG, is_running, wait_for

FILE = """\
[unix_http_server]
file={box}/{name}.sock
[supervisord]
logfile={box}/{name}.log
pidfile={box}/{name}.pid
childlogdir={box}/{name}
identifier={name}
environment=WHO={name}
umask={umask}
loglevel={level}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""

SLEEP = "[program:%s]\ncommand=/bin/sleep 1000\nstartsecs=0\n"


def write_file(d, name, programs, umask="022", level="info"):
    text = FILE.replace("{name}", name).replace("{umask}", umask).replace("{level}", level)
    os.makedirs(d.path(name), exist_ok=True)
    d.configure(programs, config=text)


def there(d, name):
    """The daemon that answers on this socket has come up."""
    d.socket = d.path(name + ".sock")
    wait_for(lambda: os.path.exists(d.socket) and d.answers(), "the daemon answers on " + name)


def runs(d, *names):
    """These run and no others; in the middle of a restart there is nobody to ask."""
    try:
        return d.states() == {name: "RUNNING" for name in names}
    except (OSError, http.client.HTTPException, xmlrpc.client.Fault):
        return False


def environment(pid):
    with open("/proc/%d/environ" % pid) as f:
        return f.read().split("\0")


@pytest.fixture
def background(daemon):
    """A daemon in the background, which begins with the file `one` and the programs a and b."""
    d = daemon()
    write_file(d, "one", SLEEP % "a" + SLEEP % "b")
    started = d.run("-c", d.conf)
    assert started.returncode == 0, started.stdout
    there(d, "one")
    pid = d.rpc.getPID()
    yield d, pid
    os.kill(pid, signal.SIGTERM)
    wait_for(lambda: not is_running(pid), "the daemon is gone")


@pytest.mark.svd_only       # Supervisor keeps its umask
@pytest.mark.parametrize("how", ["SIGHUP", "restart"])
def test_the_options_of_the_daemon_change(background, how):
    d, pid = background
    write_file(d, "two", SLEEP % "a", "077", "debug")
    if how == "SIGHUP":
        os.kill(pid, signal.SIGHUP)
    else:
        assert d.rpc.restart() is True
    there(d, "two")
    assert not os.path.exists(d.path("one.sock")) and not os.path.exists(d.path("one.pid"))
    assert d.rpc.getPID() == pid == int(d.read("two.pid"))
    assert d.rpc.getIdentification() == "two"
    wait_for(lambda: "supervisord started with pid %d" % pid in d.read("two.log"), "a new log")
    wait_for(lambda: " DEBG " in d.read("two.log"), "a new level")
    a = d.wait_state("a", "RUNNING")
    assert "WHO=two" in environment(a["pid"])
    assert "SUPERVISOR_SERVER_URL=unix://" + d.socket in environment(a["pid"])
    assert a["stdout_logfile"].startswith(d.path("two/a-stdout---two-"))
    with open("/proc/%d/status" % a["pid"]) as f:
        assert "Umask:\t0077" in f.read()


def test_the_file_says_which_groups_there_are(background):
    """Not what was added and removed since; and what runs is stopped, by whatever name it came."""
    d, pid = background
    old = [info["pid"] for info in d.rpc.getAllProcessInfo()]
    write_file(d, "one", SLEEP % "a" + SLEEP % "b" + SLEEP % "c")
    assert d.rpc.reloadConfig() == [[["c"], [], []]]
    d.rpc.addProcessGroup("c")
    old.append(d.wait_state("c", "RUNNING")["pid"])
    d.rpc.stopProcess("b")
    d.rpc.removeProcessGroup("b")
    write_file(d, "one", SLEEP % "a" + SLEEP % "b" + SLEEP % "new")
    d.rpc.reloadConfig()
    os.kill(pid, signal.SIGHUP)
    wait_for(lambda: runs(d, "a:a", "b:b", "new:new"), "the groups of the file run")
    assert not any(is_running(each) for each in old)
    assert d.rpc.reloadConfig() == [[[], [], []]]


@pytest.mark.svd_only
def test_a_file_that_cannot_be_read_refuses_the_restart(daemon):
    d = daemon(SLEEP % "a").start()
    a = d.wait_state("a", "RUNNING")["pid"]
    d.configure(SLEEP % "a" + "startsecs=soon\n")
    with pytest.raises(xmlrpc.client.Fault) as caught:
        d.rpc.restart()
    assert caught.value.faultCode == 92
    os.kill(d.pid, signal.SIGHUP)
    d.wait_log("no restart: %s:" % d.conf, 2)
    assert d.rpc.getState()["statename"] == "RUNNING"
    assert d.info("a")["pid"] == a
    os.remove(d.conf)
    os.kill(d.pid, signal.SIGHUP)
    d.wait_log("no restart: could not find config file")
    assert d.info("a")["pid"] == a


@pytest.mark.svd_only
def test_a_file_that_breaks_during_the_restart_does_no_harm(daemon):
    d = daemon("""
        [program:deaf]
        command=/bin/sh -c 'trap "" TERM; touch {box}/deaf; while :; do sleep 0.05; done'
        startsecs=0
        stopwaitsecs=600
        """).start()
    wait_for(lambda: os.path.exists(d.path("deaf")), "deaf is deaf")
    pid = d.info("deaf")["pid"]
    d.configure(SLEEP % "a")
    os.kill(d.pid, signal.SIGHUP)
    d.wait_log("waiting for deaf to die")
    d.configure("[program:a]\ncommand=\nstartsecs=never\n")
    os.killpg(pid, signal.SIGKILL)
    wait_for(lambda: runs(d, "a:a"), "what was in order runs")
    d.wait_log("the restart takes the configuration as it was before")


@pytest.mark.svd_only
def test_the_file_is_found_from_wherever_the_daemon_went(daemon):
    """-c names it from where the command was given, directory= is somewhere else."""
    d = daemon()
    os.mkdir(d.path("sub"))
    d.configure(SLEEP % "a", "directory={box}/sub")
    started = d.run("-c", os.path.basename(d.conf))
    assert started.returncode == 0, started.stdout
    wait_for(d.answers, "the daemon answers")
    pid = d.rpc.getPID()
    try:
        assert d.rpc.reloadConfig() == [[[], [], []]]
        d.configure(SLEEP % "b", config=CONFIG)
        assert d.rpc.restart() is True
        wait_for(lambda: runs(d, "b:b"), "b runs")
    finally:
        os.kill(pid, signal.SIGTERM)
        wait_for(lambda: not is_running(pid), "the daemon is gone")


def test_usr2_reopens_the_logs_of_groups_that_came_later(daemon):
    talks = ("[program:talks]\ncommand=/bin/sh -c 'while read line; do echo $line; done'\n"
             "startsecs=0\nstdout_logfile={box}/talks.log\n")
    d = daemon(SLEEP % "a").start()
    d.configure(talks)
    d.rpc.reloadConfig()
    d.rpc.addProcessGroup("talks")
    d.wait_state("talks", "RUNNING")
    d.rpc.stopProcess("a")
    d.rpc.removeProcessGroup("a")
    d.rpc.sendProcessStdin("talks", "one\n")
    wait_for(lambda: d.read("talks.log") == "one\n", "the first line")
    os.rename(d.path("talks.log"), d.path("talks.old"))
    os.kill(d.pid, signal.SIGUSR2)
    wait_for(lambda: os.path.exists(d.path("talks.log")), "a new log")
    d.rpc.sendProcessStdin("talks", "two\n")
    wait_for(lambda: d.read("talks.log") == "two\n", "the second line")
    assert d.read("talks.old") == "one\n"
