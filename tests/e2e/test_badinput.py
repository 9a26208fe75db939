"""Bad input is refused in words: file, line, section, option, value; status 2; nothing is left."""
import os
import socket

import pytest

from lib_daemon import IS_SVD, wait_for

HEAD = """\
[supervisord]
logfile={box}/supervisord.log
pidfile={box}/supervisord.pid
"""

SOCKET = "[unix_http_server]\nfile={box}/s.sock\n"
PROGRAM = "[program:x]\ncommand=/bin/cat\n"

# What is wrong: the configuration, the line that is to blame, words that explain it.
BAD = {
    "no section supervisord": ("[program:x]\ncommand=/bin/cat\n", "", "supervisord"),
    "not a line of a configuration": (HEAD + "what is this\n", "what is this", ""),
    "a value before any section": ("a=b\n" + HEAD, "a=b", ""),
    "no command": (HEAD + "[program:x]\n", "[program:x]", "command"),
    "a name with a colon": (HEAD + "[program:a:b]\ncommand=/bin/cat\n", "[program:a:b]", "a:b"),
    "a name with a blank": (HEAD + "[program:a b]\ncommand=/bin/cat\n", "[program:a b]", "a b"),
    "numprocs without process_num": (HEAD + PROGRAM + "numprocs=2\n", "numprocs=2",
                                     "process_num"),
    "numprocs in words": (HEAD + PROGRAM + "numprocs=none\n", "numprocs=none", ""),
    "a bad number": (HEAD + PROGRAM + "startsecs=ten\n", "startsecs=ten", ""),
    "a bad boolean": (HEAD + PROGRAM + "autostart=maybe\n", "autostart=maybe", ""),
    "a bad autorestart": (HEAD + PROGRAM + "autorestart=maybe\n", "autorestart=maybe", ""),
    "a bad signal": (HEAD + PROGRAM + "stopsignal=FOO\n", "stopsignal=FOO", "signal"),
    "a bad size": (HEAD + PROGRAM + "stdout_logfile_maxbytes=3XB\n",
                   "stdout_logfile_maxbytes=3XB", ""),
    "a bad umask": (HEAD + PROGRAM + "umask=999\n", "umask=999", "octal"),
    "bad exit codes": (HEAD + PROGRAM + "exitcodes=0,two\n", "exitcodes=0,two", "exit codes"),
    "an unknown user": (HEAD + PROGRAM + "user=nosuchuser\n", "user=nosuchuser", "user"),
    "a bad environment": (HEAD + PROGRAM + "environment=A\n", "environment=A", ""),
    "an unknown expansion": (HEAD + PROGRAM + "directory=%(nope)s\n", "directory=%(nope)s", ""),
    "a lone percent sign": (HEAD + PROGRAM + "directory=/100%\n", "directory=/100%", ""),
    "stopasgroup without killasgroup": (
        HEAD + PROGRAM + "stopasgroup=true\nkillasgroup=false\n", "killasgroup=false", ""),
    "a log file in a missing directory": (
        HEAD + PROGRAM + "stdout_logfile={box}/none/x.log\n", "stdout_logfile={box}/none/x.log",
        "does not exist"),
    "the daemon's log in a missing directory": (
        "[supervisord]\nlogfile={box}/none/x.log\n", "logfile={box}/none/x.log",
        "does not exist"),
    "a bad log level": (HEAD + "loglevel=loud\n", "loglevel=loud", "level"),
    "a missing directory": (HEAD + "directory={box}/none\n", "directory={box}/none",
                            "not an existing directory"),
    "a missing childlogdir": (HEAD + "childlogdir={box}/none\n", "childlogdir={box}/none",
                              "not an existing directory"),
    "a group of unknown programs": (HEAD + "[group:g]\nprograms=nobody\n", "", "nobody"),
    "a server without a file": (HEAD + "[unix_http_server]\nchmod=0700\n", "[unix_http_server]",
                                "file"),
    "a bad mode": (HEAD + SOCKET + "chmod=999\n", "chmod=999", ""),
    "half a login": (HEAD + SOCKET + "username=me\n", "[unix_http_server]", "password"),
    "a bad port": (HEAD + "[inet_http_server]\nport=abc\n", "port=abc", ""),
    "an include of nothing": (HEAD + "[include]\nother=x\n", "[include]", "files"),
}


def refused(d, **kwargs):
    """Run it, see that it refuses with status 2 and leaves nothing; returns what it says."""
    before = sorted(os.listdir(d.box))
    run = d.run("-n", "-c", d.conf, **kwargs)
    assert run.returncode == 2, run.stdout
    if IS_SVD:
        assert sorted(os.listdir(d.box)) == before, "files were left behind"
    return run.stdout


@pytest.mark.parametrize("what", BAD)
def test_the_configuration_is_refused_for(what, daemon):
    text, line, words = BAD[what]
    d = daemon(config=text)
    said = refused(d)
    assert words.lower() in said.lower()
    if not IS_SVD:
        return      # Supervisor knows no lines
    assert d.conf in said
    if line:
        with open(d.conf) as f:
            number = f.read().splitlines().index(line.replace("{box}", d.box)) + 1
        assert "%s:%d: " % (d.conf, number) in said
    if "=" in line and "before" not in what:
        assert line.replace("{box}", d.box) in said


def test_a_file_that_is_not_there_is_named(daemon):
    d = daemon()
    run = d.run("-n", "-c", d.path("nowhere.conf"))
    assert run.returncode == 2
    assert "could not find config file %s" % d.path("nowhere.conf") in run.stdout


@pytest.mark.parametrize("where, words", [
    ("{box}/none/s.sock", "none/s.sock" if IS_SVD else "ENOENT"),
    ("{box}/" + "s" * 120, "107" if IS_SVD else "path too long"),
])
def test_a_socket_that_cannot_be_made_is_refused(daemon, where, words):
    d = daemon(config=HEAD + PROGRAM + "[unix_http_server]\nfile=%s\n" % where)
    assert words in refused(d)


def test_a_dead_socket_is_replaced(daemon):
    d = daemon(PROGRAM + "startsecs=0\n")
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(d.socket)
    d.start()


@pytest.mark.svd_only
def test_a_living_socket_is_refused_and_stays(daemon):
    """Supervisor waits here for the first byte of an answer."""
    d = daemon(PROGRAM + "startsecs=0\n")
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(d.socket)
        other.listen(1)
        assert d.socket in refused(d)
        assert os.path.exists(d.socket)
    os.unlink(d.socket)


def test_a_port_that_is_taken_is_refused(daemon):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(1)
        port = other.getsockname()[1]
        d = daemon(config=HEAD + PROGRAM + "[inet_http_server]\nport=127.0.0.1:%d\n" % port)
        assert str(port) in refused(d) or not IS_SVD


@pytest.mark.root_only
@pytest.mark.svd_only
def test_a_log_directory_that_may_not_be_written_is_refused(daemon):
    """Found before anything is started."""
    d = daemon(config="[supervisord]\nlogfile={box}/locked/x.log\npidfile={box}/x.pid\n")
    os.mkdir(d.path("locked"), 0o755)
    os.chmod(d.box, 0o777)
    said = refused(d, user="nobody", group="nogroup", extra_groups=[])
    assert d.path("locked") in said and "writable" in said


def test_what_is_merely_unknown_is_a_warning(daemon):
    """An unknown option or section belongs to somebody else: plug-ins, later versions."""
    d = daemon("""
        [program:x]
        command=/bin/cat
        startsecs=0
        dependent_startup=true
        autostrat=false
        [ctlplugin:thing]
        supervisor.ctl_factory=a.b:c
        [somebody:else]
        a=b
        """).start()
    d.wait_state("x", "RUNNING")
    if IS_SVD:
        for words in "autostrat", "autostart", "dependent_startup", "somebody:else":
            d.wait_log(words)


def test_a_section_that_comes_twice_is_one_and_its_last_option_wins(daemon):
    d = daemon(PROGRAM + "startsecs=0\n[program:x]\ncommand=/bin/sleep 1000\n").start()
    pid = d.wait_state("x", "RUNNING")["pid"]
    wait_for(lambda: os.readlink("/proc/%d/exe" % pid).endswith("sleep"), "it is the last command")
    if IS_SVD:
        d.wait_log("[program:x] is there already, at " + d.conf)


@pytest.mark.svd_only
def test_two_groups_of_one_name_are_refused(daemon):
    """In Supervisor one of them disappears without a word."""
    said = refused(daemon(PROGRAM + "[program:y]\ncommand=/bin/cat\n[group:x]\nprograms=y\n"))
    assert "[group:x]" in said or "[program:x]" in said
